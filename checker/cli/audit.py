"""`checker audit`: reviewers' decisions beside determinations."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from checker.audit.dimensions import DIMENSIONS, parse_dimensions
from checker.audit.figures import Threshold, shortfalls, summarize
from checker.audit.run import Audit, audit_case, audited
from checker.cli import common
from checker.determination import Terms
from checker.engine.agreed import Engine


def audit(
    paths: Annotated[
        list[str],
        typer.Argument(help="Decided cases, letters, or folders of them.", metavar="PATH"),
    ],
    reading: common.ReadingOption = "as-written",
    readings: Annotated[
        bool, typer.Option("--readings", help="Show all three readings side by side.")
    ] = False,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help=f"Tell the figures apart by this: {', '.join(DIMENSIONS)}.",
            metavar="DIMENSION",
        ),
    ] = None,
    findings: Annotated[
        bool, typer.Option("--findings", help="Show what is remarkable about the decisions.")
    ] = False,
    facts_from: common.FactsFromOption = "all",
    guideline: common.GuidelineOption = None,
    as_of: common.AsOfOption = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under",
            help="Exit with 1 below this, as in kappa=0.6 or agreement=0.9.",
            metavar="FIGURE=NUMBER",
        ),
    ] = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 even below --fail-under.")
    ] = False,
    output: common.FormatOption = "text",
    rules: common.RulesFolder = None,
) -> None:
    """Compare decisions with the guideline: did they follow it, and did the rules foresee them?"""
    asked = common.terms(reading, facts_from, guideline, as_of)
    dimensions = parse_dimensions(by or ())
    thresholds = [Threshold.parse(one) for one in fail_under or ()]
    engine = common.engine_for(rules)
    loaded = common.Cases(common.case_files(paths), engine.rules)
    cases = loaded.each(lambda case: [audit_case(case, engine, asked, readings=readings)])
    found = audited(cases, engine.rules.remarks, dimensions)
    if not found.items and not loaded.failed:
        print("no request here has a decision to compare with", file=sys.stderr)
    _show(found, engine, asked, output, findings=findings)
    short = shortfalls(summarize(found.followed), thresholds)
    for message in short:
        print(message, file=sys.stderr)
    if loaded.failed:
        raise typer.Exit(common.COULD_NOT_RUN)
    raise typer.Exit(common.NOT_READY if short and not exit_zero else common.READY)


def _show(found: Audit, engine: Engine, asked: Terms, form: str, *, findings: bool) -> None:
    from checker.render.contract import audit_result, entry

    if form == "json":
        common.print_json(audit_result(found, engine, asked))
    elif form == "jsonl":
        for one in found.items:
            common.print_json(entry(one), lines=True)
    elif found.items:
        _show_text(found, engine, asked, findings=findings)


def _show_text(found: Audit, engine: Engine, asked: Terms, *, findings: bool) -> None:
    from checker.render.audit import show_audit
    from checker.render.text import show_footer

    screen = common.console()
    show_audit(found, asked.facts_from, screen, findings=findings)
    show_footer(engine, asked, screen)
