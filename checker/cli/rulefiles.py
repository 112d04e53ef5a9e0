"""What the commands on rule files share: which rule base is meant, and which of its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from checker.errors import Place, Problem, RuleError, did_you_mean, shown_path
from checker.rulebase import VOCABULARY, files_in
from checker.shipped import shipped

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files or folders of a rule base; all of it if none is named.", metavar="PATH"
    ),
]


def rule_base(paths: Iterable[Path], rules: Path | None) -> Path:
    """The folder of the rule base: the one given, else the one around the first path, else the shipped one.

    A rule base in the current folder is named from here.
    """
    around = (_around(path) for path in paths)
    chosen = rules or next(around, None) or shipped("rules")
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


def named_files(paths: Iterable[Path] | None, files: Iterable[Path], base: Path) -> list[Path]:
    """Those of a rule base's files that the paths name, or all of them.

    Raises:
        RuleError: for a path that is no file of the rule base.
    """
    known = {one.resolve(): one for one in files}
    if not paths:
        return list(known.values())
    chosen: dict[Path, None] = {}
    for path in paths:
        whole = path.resolve()
        inside = [one for real, one in known.items() if real == whole or whole in real.parents]
        if not inside:
            names = {shown_path(one) for one in known.values()}
            hint = did_you_mean(shown_path(path), names)
            message = f"no file of the rule base in {shown_path(base)}{hint}"
            raise RuleError([Problem(Place(shown_path(path)), message)])
        chosen |= dict.fromkeys(inside)
    return list(chosen)
