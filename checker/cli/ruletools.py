"""What the commands about the rule base share: which guidelines, which cases, where to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from checker.case import Case
from checker.cli import common, rulefiles
from checker.errors import Place, Problem, RuleError, did_you_mean, shown_path
from checker.guideline import Guideline
from checker.rulebase import RuleBase
from checker.shipped import shipped

Ids = Annotated[
    list[str] | None,
    typer.Argument(help="Guidelines by id or file; all if none is named.", metavar="[ID|FILE]..."),
]
CasesFolder = Annotated[
    Path | None,
    typer.Option(
        "--cases",
        help="A folder of cases that count too; by default the shipped ones, with the shipped rules.",
        metavar="FOLDER",
    ),
]


def folder_for(named: Sequence[str] | None, rules: Path | None) -> Path | None:
    """The rule base that is asked for or that holds the first file named; None for the shipped one."""
    paths = [Path(one) for one in named or () if Path(one).exists()]
    folder = rulefiles.rule_base(paths, rules)
    return None if folder.resolve() == shipped("rules").resolve() else folder


def chosen(rules: RuleBase, named: Sequence[str] | None, command: str) -> list[Guideline]:
    """The guidelines with these ids or in these files and folders, or all.

    Raises:
        RuleError: with everything named that is no guideline.
    """
    found: dict[str, None] = {}
    problems = []
    for one in named or rules.guidelines:
        ids = [one] if one in rules.guidelines else _in_files(rules, Path(one))
        if not ids:
            hint = did_you_mean(one, rules.guidelines) or "; see checker rules list"
            problems.append(
                Problem(Place(f"checker rules {command}"), f"unknown guideline `{one}`{hint}")
            )
        found |= dict.fromkeys(ids)
    if problems:
        raise RuleError(problems)
    return [rules.guidelines[one] for one in found]


def the_one(rules: RuleBase, named: str, command: str) -> Guideline:
    """The guideline with this id or in this file.

    Raises:
        RuleError: if nothing or more than one guideline is named so.
    """
    found = chosen(rules, [named], command)
    if len(found) > 1:
        message = f"`{named}` holds {len(found)} guidelines; name one of them"
        raise RuleError([Problem(Place(f"checker rules {command}"), message)])
    return found[0]


def _in_files(rules: RuleBase, path: Path) -> list[str]:
    """The guidelines in a file or below a folder."""
    whole = path.resolve()
    files = {name: Path(one.place.file).resolve() for name, one in rules.guidelines.items()}
    return [name for name, file in files.items() if whole == file or whole in file.parents]


def cases_in(folder: Path | None, rules: RuleBase, *, shipped_rules: bool) -> list[Case]:
    """The cases of a folder, or the shipped ones.

    Raises:
        CaseError: for the first case that cannot be read.
    """
    if folder is None and not shipped_rules:
        return []
    read = common.Cases(common.case_files([str(folder or shipped("cases"))]), rules)
    return [case for file in read.files for case in read.cases(file)]


def write_all(folder: Path, texts: Mapping[str, str]) -> int:
    """Write texts under names that are free in a folder, which is made; nothing is overwritten.

    Raises:
        RuleError: if a file is there already or cannot be written.
    """
    taken = [name for name in texts if (folder / name).exists()]
    if taken:
        raise RuleError(_taken(folder, taken))
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as failure:
        said = f"cannot be written: {failure.strerror or type(failure).__name__}"
        raise RuleError([Problem(Place(shown_path(folder)), said)]) from None
    return len(texts)


def _taken(folder: Path, names: Iterable[str]) -> list[Problem]:
    said = "exists already; name another folder"
    return [Problem(Place(shown_path(folder / name)), said) for name in names]
