"""`checker audit`: reviewers' decisions beside determinations."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.audit.dimensions import DIMENSIONS, parse_dimensions
from checker.audit.figures import Summary, Threshold, shortfalls, summarize
from checker.audit.run import Audit, audit_case, audited
from checker.cli import common, report, tables
from checker.determination import Terms
from checker.engine.agreed import Engine

if TYPE_CHECKING:
    from rich.console import Console

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Where saved audits are, instead of your own data folder: a file, or postgresql://….",
        metavar="PLACE",
        envvar="CHECKER_STORE",
    ),
]


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
    form: report.FormatOption = "text",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Write the report here; of tables, the findings to this folder or file.",
            metavar="OUT",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a report in HTML to this file as well.", metavar="FILE"),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep this audit, its cases included.")
    ] = False,
    save_as: Annotated[
        str | None, typer.Option("--save-as", help="Keep it under this name.", metavar="NAME")
    ] = None,
    store: StoreOption = None,
    rules: common.RulesFolder = None,
    jobs: tables.JobsOption = None,
    engine_name: tables.EngineOption = "columns",
    master: tables.MasterOption = None,
) -> None:
    """Compare decisions with the guideline: did they follow it, and did the rules foresee them?"""
    from checker.render.contract import audit_result
    from checker.render.reports import audit_report

    asked = common.terms(reading, facts_from, guideline, as_of)
    dimensions = parse_dimensions(by or ())
    thresholds = [Threshold.parse(one) for one in fail_under or ()]
    if tables.are_tables(paths):
        for_cases = {"--readings": readings, "--by": by, "--findings": findings, "--html": html}
        tables.refuse({**for_cases, "--save": save, "--save-as": save_as}, form)
        where = tables.Where(output, jobs, engine_name, master)
        code, figures = tables.audit_tables(paths, where, asked, rules, form)
        raise typer.Exit(code or _held(figures, thresholds, exit_zero=exit_zero))
    files = common.case_files(paths)
    report.check_outputs([output, html], files)
    if save_as is not None:
        _check_name(save_as, store)
    engine = common.engine_for(rules)
    loaded = common.Cases(files, engine.rules)
    cases = loaded.each(lambda case: [audit_case(case, engine, asked, readings=readings)])
    found = audited(cases, engine.rules.remarks, dimensions)
    if not found.items and not loaded.failed:
        print("no request here has a decision to compare with", file=sys.stderr)
    document = audit_result(found, engine, asked, loaded.failed)
    if form != "text":
        report.deliver_document(document, document["entries"], form, output, audit_report)
    elif found.items or output:
        report.deliver_screen(
            lambda screen: _show_text(found, engine, asked, screen, findings=findings), output
        )
    if html:
        report.deliver(audit_report(document, "html"), html)
    if save or save_as is not None:
        _save(found, document, engine, save_as, store, failed=len(loaded.failed))
    held = _held(summarize(found.followed), thresholds, exit_zero=exit_zero)
    raise typer.Exit(common.COULD_NOT_RUN if loaded.failed else held)


def _held(figures: Summary, thresholds: Sequence[Threshold], *, exit_zero: bool) -> int:
    """The exit code of figures that are held to thresholds; which are missed is told."""
    short = shortfalls(figures, thresholds)
    for message in short:
        print(message, file=sys.stderr)
    return common.NOT_READY if short and not exit_zero else common.READY


def _show_text(
    found: Audit, engine: Engine, asked: Terms, screen: Console, *, findings: bool
) -> None:
    from checker.render.audit import show_audit
    from checker.render.text import show_footer

    show_audit(found, asked.facts_from, screen, findings=findings)
    show_footer(engine, asked, screen)


def _check_name(name: str, store: str | None) -> None:
    """Refuse a name that cannot be used before any work is done."""
    from checker.store.opening import opened
    from checker.store.run import check_name

    check_name(name)
    with opened(store) as kept:
        kept.check_free(name)


def _save(
    found: Audit,
    document: dict[str, Any],
    engine: Engine,
    name: str | None,
    store: str | None,
    *,
    failed: int,
) -> None:
    from checker.audit.saved import new_run
    from checker.errors import StoreError
    from checker.store.opening import opened

    if failed:
        raise StoreError(f"not saved, as {failed} of the cases could not be read")
    if not found.items:
        raise StoreError("not saved, as there is nothing to compare")
    run = new_run(document, found.items, engine.rules, name, datetime.now(UTC))
    with opened(store, to_write=True) as kept:
        number = kept.save(run)
    called = f"{name} (run {number})" if name else f"run {number}"
    print(f"saved {called}; replay it with: checker audit replay {name or number}", file=sys.stderr)
