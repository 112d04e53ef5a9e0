"""What the commands on rule files share: which rule base is meant, and which of its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import common
from checker.errors import Place, Problem, RuleError, did_you_mean, shown_path
from checker.rulebase import VOCABULARY, files_in
from checker.shipped import shipped

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files or folders of a rule base, or guidelines by id; all of it if none is named.",
        metavar="[PATH|ID]...",
    ),
]


def _own_or_shipped(folder: Path | None) -> Path | None:
    return folder or common.own_rules()


_HELP = "The folder of a rule base; by default `rules` in the current folder, or the one that comes along."
RulesFolder = Annotated[
    Path | None,
    typer.Option("--rules", help=_HELP, metavar="FOLDER", callback=_own_or_shipped),
]
RulesAround = Annotated[
    Path | None,
    typer.Option("--rules", help=f"{_HELP} A file that is named tells its own.", metavar="FOLDER"),
]


def rule_base(paths: Iterable[Path], rules: Path | None) -> Path:
    """The folder of the rule base: the one given, else the one around the first path.

    Else it is `rules` in the current folder, or the shipped one. It is named from here if it can be.
    """
    around = (found for path in paths if path.exists() and (found := _around(path)))
    chosen = rules or next(around, None) or common.own_rules() or shipped("rules")
    here = Path.cwd()
    return chosen.relative_to(here) if chosen.is_relative_to(here) else chosen


def _around(path: Path) -> Path | None:
    """The nearest folder that holds a vocabulary, from the path upwards."""
    whole = path.absolute()
    found = (one for one in (whole, *whole.parents) if (one / VOCABULARY).is_file())
    return next(found, None)


def files_of(base: Path) -> list[Path]:
    """All files of a rule base.

    Raises:
        RuleError: if a folder cannot be read, or holds no rule file.
    """
    problems: list[Problem] = []
    files = files_in(base, problems)
    if not files and not problems:
        problems.append(Problem(Place(shown_path(base)), "the folder holds no rule file"))
    if problems:
        raise RuleError(problems)
    return files


def named_files(
    paths: Iterable[Path] | None, files: Iterable[Path], base: Path, command: str
) -> list[Path]:
    """Those of a rule base's files that the paths or ids name, or all of them.

    Raises:
        RuleError: for a path that is no file of the rule base.
    """
    known = {one.resolve(): one for one in files}
    if not paths:
        return list(known.values())
    chosen: dict[Path, None] = {}
    for path in paths:
        meant = {one.resolve() for one in (path, base / path, base / f"{path}.yaml")}
        inside = [one for real, one in known.items() if meant & {real, *real.parents}]
        if not inside:
            raise RuleError([_unknown(path, known.values(), base, command)])
        chosen |= dict.fromkeys(inside)
    return list(chosen)


def _unknown(path: Path, files: Iterable[Path], base: Path, command: str) -> Problem:
    """What is named and is neither a file nor a guideline of the rule base."""
    if path.suffix or path.exists():
        hint = did_you_mean(shown_path(path), {shown_path(one) for one in files})
        message = f"no file of the rule base in {shown_path(base)}{hint}"
        return Problem(Place(shown_path(path)), message)
    ids = {one.relative_to(base).with_suffix("").as_posix() for one in files}
    hint = did_you_mean(str(path), ids) or "; see checker rules list"
    return Problem(Place(f"checker rules {command}"), f"unknown guideline `{path}`{hint}")
