"""Every error that a user can meet.

CheckerError
├── InputError                  a file or an argument is wrong; carries every problem found in it
│   ├── RuleError               in the rule base
│   ├── CaseError               in a case
│   └── LetterError             in a determination letter
├── EngineError                 the rule engine refused or failed; never turned into a determination
│   └── EngineDisagreementError the engine and the written semantics differ on a criterion
└── StoreError                  saved audits cannot be opened, read or written
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

LONGEST_QUOTE = 60
LONGEST_WORD = 80
SHOWN_WIDTH = 120


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file, and a line and column counted from 1.

    Line 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where, and the line of the file that shows it (empty if none does)."""

    place: Place
    message: str
    source_line: str = ""

    def __str__(self) -> str:
        """`file:line:column: message`, then the line with a caret under the column."""
        head = f"{self.place}: {self.message}"
        if not self.place.line or not self.source_line.strip():
            return head
        number = f"{self.place.line:>5} | "
        fits = len(self.source_line) <= SHOWN_WIDTH
        start = 0 if fits else max(0, self.place.column - SHOWN_WIDTH // 2 - 1)
        caret = " " * (len(number) + self.place.column - 1 - start) + "^"
        return f"{head}\n{number}{_shown(self.source_line, start)}\n{caret}"


class CheckerError(Exception):
    """Anything that checker reports in plain words instead of a traceback."""


class InputError(CheckerError):
    """A file or an argument is wrong; `problems` holds all that was found, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the problems where an error travels from one process to another."""
        return type(self), (self.problems,)


class RuleError(InputError):
    """Something in the rule base is wrong."""


class CaseError(InputError):
    """Something in a case is wrong."""


class LetterError(InputError):
    """A determination letter cannot be read, or not as a letter."""


class EngineError(CheckerError):
    """The rule engine refused its rules or failed on a case; no determination is given."""


class EngineDisagreementError(EngineError):
    """The rule engine and the written semantics give a criterion different statuses."""


class StoreError(CheckerError):
    """Saved audits cannot be opened, read or written; nothing was changed."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The closest known word as a hint to append to a message; empty when none is close."""
    close = closest(word, known)
    return f" (did you mean `{close}`?)" if close else ""


def closest(word: object, known: Iterable[str]) -> str | None:
    """The known word that is most like another, capitals aside; None when none is close."""
    if not isinstance(word, str) or len(word) > LONGEST_WORD:
        return None
    by_lower = {one.lower(): one for one in sorted(known)}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def quoted(value: object) -> str:
    """A value of a file in a message: as the file writes it, in backquotes, in one line, not too long."""
    match value:
        case None:
            return "nothing"
        case "":
            return "an empty text"
        case bool():
            return f"`{str(value).lower()}`"
        case str() | int() | float() | date():
            text = " ".join(str(value).split())
            return f"`{text}`" if len(text) <= LONGEST_QUOTE else f"`{text[:LONGEST_QUOTE]}…`"
        case list():
            return "a list"
        case _:
            return "a block of keys"


def but_found(value: object) -> str:
    """What stands in the place of what was expected, to append to a message."""
    return "; nothing is written here" if value is None else f", not {quoted(value)}"


def shown_path(path: Path) -> str:
    """A file's path as a message can show it, whatever bytes its name is made of."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _shown(line: str, start: int) -> str:
    """The part of a line that fits on the screen, with `…` where the line goes on."""
    before = "…" if start else ""
    after = "…" if len(line) > start + SHOWN_WIDTH else ""
    part = line[start + len(before) : start + SHOWN_WIDTH - len(after)]
    return before + "".join(_visible(character) for character in part).rstrip() + after


def _visible(character: str) -> str:
    """The character itself, or one of the same width for what would disturb the line."""
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"
