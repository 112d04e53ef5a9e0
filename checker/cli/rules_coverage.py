"""`checker rules coverage` and `checker rules test`: what the examples show, and whether they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from checker.cli import common, ruletools

if TYPE_CHECKING:
    from pathlib import Path

    from checker.authoring.coverage import Coverage
    from checker.guideline import Guideline
    from checker.rulebase import RuleBase

Full = Annotated[
    bool, typer.Option("--all", help="Show every criterion, not only what lacks something.")
]
Output = Annotated[
    Literal["text", "json"], typer.Option("--format", help="For people, or for programs.")
]


def coverage(
    ids: ruletools.Ids = None,
    full: Full = False,
    output: Output = "text",
    cases: ruletools.CasesFolder = None,
    rules: common.RulesFolder = None,
) -> None:
    """Show which situations of each criterion the examples and cases show, and which are missing."""
    from checker.render.authoring import coverage_json, coverage_lines

    base = common.rules_from(rules)
    guidelines = ruletools.chosen(base, ids, "coverage")
    found = _covered(base, guidelines, cases, shipped_rules=rules is None)
    if output == "json":
        common.print_json(coverage_json(found))
    else:
        for line in coverage_lines(found, full=full):
            print(line)
    raise typer.Exit(common.READY if _complete(found) else common.NOT_READY)


def run(
    ids: ruletools.Ids = None,
    with_coverage: Annotated[
        bool, typer.Option("--coverage", help="Also show which situations no example shows.")
    ] = False,
    output: Annotated[
        Literal["text", "junit"], typer.Option("--format", help="For people, or for programs.")
    ] = "text",
    cases: ruletools.CasesFolder = None,
    rules: common.RulesFolder = None,
) -> None:
    """Run the examples of every criterion on both engines."""
    from checker.authoring.examples import run_examples
    from checker.render.authoring import coverage_lines, known_failure_lines, tried
    from checker.render.rules import show_examples

    engine = common.engine_for(rules)
    guidelines = ruletools.chosen(engine.rules, ids, "test")
    ran = run_examples(engine, [one.id for one in guidelines])
    holds = all(one.as_expected for one in ran)
    if output == "junit":
        from checker.render.junit import junit

        print(junit("checker rules test", tried(ran)), end="")
    else:
        for line in known_failure_lines(ran):
            print(line)
        show_examples(ran, engine, common.console())
    if with_coverage:
        found = _covered(engine.rules, guidelines, cases, shipped_rules=rules is None)
        holds = holds and _complete(found)
        if output == "text":
            for line in coverage_lines(found, full=False):
                print(line)
    raise typer.Exit(common.READY if holds else common.NOT_READY)


def _covered(
    base: RuleBase, guidelines: list[Guideline], cases: Path | None, *, shipped_rules: bool
) -> Coverage:
    from checker.authoring.coverage import coverage as covered

    return covered(base, guidelines, ruletools.cases_in(cases, base, shipped_rules=shipped_rules))


def _complete(found: Coverage) -> bool:
    return not any(one.unseen for one in found.criteria)
