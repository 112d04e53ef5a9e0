"""`checker rules coverage`: what the examples and cases show of each criterion, and what they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import common, rulefiles, ruletools

if TYPE_CHECKING:
    from pathlib import Path

    from checker.authoring.coverage import Coverage
    from checker.guideline import Guideline
    from checker.rulebase import RuleBase

Full = Annotated[
    bool, typer.Option("--all", help="Show every criterion, not only what lacks something.")
]


def coverage(
    ids: ruletools.Ids = None,
    full: Full = False,
    output: common.TextOrJson = "text",
    cases: ruletools.CasesFolder = None,
    rules: rulefiles.RulesAround = None,
) -> None:
    """Show which situations of each criterion the examples and cases show, and which are missing."""
    from checker.render.authoring import coverage_json, coverage_lines

    folder = ruletools.folder_for(ids, rules)
    base = common.rules_from(folder)
    guidelines = ruletools.chosen(base, ids, "coverage")
    found = covered(base, guidelines, cases, shipped_rules=folder is None)
    if output == "json":
        common.print_json(coverage_json(found))
    else:
        for line in coverage_lines(found, full=full):
            print(line)
    raise typer.Exit(common.READY if complete(found) else common.NOT_READY)


def covered(
    base: RuleBase, guidelines: list[Guideline], cases: Path | None, *, shipped_rules: bool
) -> Coverage:
    """What examples and cases show of these guidelines; without a folder the shipped cases count."""
    from checker.authoring.coverage import coverage as shown

    return shown(base, guidelines, ruletools.cases_in(cases, base, shipped_rules=shipped_rules))


def complete(found: Coverage) -> bool:
    """Whether every situation that there is, is shown."""
    return not any(one.unseen for one in found.criteria)
