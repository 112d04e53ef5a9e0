"""Writes files whole or not at all: whoever stops it half-way finds the file as it was."""

from __future__ import annotations

from pathlib import Path

from checker import wholefile
from checker.errors import Place, Problem, RuleError, shown_path


def write_whole(path: Path, text: str) -> None:
    """Put a text in the place of a file, in one step; links and the rights to the file stay as they are.

    Raises:
        RuleError: if the file cannot be written; it is then as it was.
    """
    try:
        wholefile.write_whole(path, text)
    except OSError as failure:
        raise _cannot(path, failure) from None


def write_anyway(path: Path, text: str) -> None:
    """Write a file whole, whether it exists or not, with the folders that lead to it.

    Raises:
        RuleError: if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise _cannot(path, failure) from None
    write_whole(path, text)


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet, with the folders that lead to it.

    Raises:
        RuleError: if it exists already, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise RuleError(
            [Problem(Place(shown_path(path)), "exists already; choose another name")]
        ) from None
    except OSError as failure:
        raise _cannot(path, failure) from None


def _cannot(path: Path, failure: OSError) -> RuleError:
    said = f"cannot be written: {failure.strerror or type(failure).__name__}"
    return RuleError([Problem(Place(shown_path(path)), said)])
