"""`checker audit`: reviewers' decisions beside determinations."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from checker.audit.comparison import Compared, compare
from checker.audit.figures import summarize
from checker.case import Case
from checker.cli import common, tables
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS, Reading


def audit(
    paths: Annotated[
        list[str], typer.Argument(help="Case files or folders of decided cases.", metavar="PATH")
    ],
    reading: common.ReadingOption = "as-written",
    readings: Annotated[
        bool, typer.Option("--readings", help="Show all three readings side by side.")
    ] = False,
    facts_from: common.FactsFromOption = "all",
    guideline: common.GuidelineOption = None,
    as_of: common.AsOfOption = None,
    output: common.FormatOption = "text",
    rules: common.RulesFolder = None,
    findings_to: tables.OutOption = None,
    jobs: tables.JobsOption = None,
    engine_name: tables.EngineOption = "columns",
    master: tables.MasterOption = None,
) -> None:
    """Compare decisions with the guideline: did they follow it, and did the rules foresee them?"""
    asked = common.terms(reading, facts_from, guideline, as_of)
    if findings_to or tables.are_tables(paths):
        if readings:
            raise typer.BadParameter("tables are read in one --reading at a time")
        where = tables.Where(findings_to, jobs, engine_name, master)
        raise typer.Exit(tables.audit_tables(paths, where, asked, rules, output))
    engine = common.engine_for(rules)
    loaded = common.Cases(common.case_files(paths), engine.rules)
    wanted = _terms_to_compare(asked, readings=readings)
    each = loaded.each(lambda case: [[_compared(case, engine, one) for one in wanted]])
    followed, foresaw, *read = (
        [one for case in each for one in case[at]] for at in range(len(wanted))
    )
    if not followed and not loaded.failed:
        print("no request here has a decision to compare with", file=sys.stderr)
    found = Found(followed, foresaw, dict(zip(READINGS, read, strict=False)))
    _show(found, engine, asked, output)
    raise typer.Exit(common.COULD_NOT_RUN if loaded.failed else common.READY)


@dataclass(frozen=True)
class Found:
    """Decided requests under the terms asked for, from the record alone, and under each reading."""

    followed: list[Compared]
    foresaw: list[Compared]
    readings: dict[Reading, list[Compared]]


def _terms_to_compare(asked: Terms, *, readings: bool) -> list[Terms]:
    """The terms asked for, the same from the record alone, and then each reading if they are wanted."""
    each_reading = [replace(asked, reading=one) for one in READINGS]
    return [asked, replace(asked, facts_from="record"), *(each_reading if readings else [])]


def _compared(case: Case, engine: Engine, asked: Terms) -> list[Compared]:
    """Every decided request of a case, compared under these terms."""
    answers = determine(case, engine, asked)
    return [one for answer in answers for one in compare(answer, engine.rules)]


def _show(found: Found, engine: Engine, asked: Terms, form: str) -> None:
    from checker.render.contract import audit_result, entry

    if form == "json":
        summaries = {one: summarize(compared) for one, compared in found.readings.items()}
        figures = (summarize(found.followed), summarize(found.foresaw))
        common.print_json(audit_result(found.followed, *figures, summaries, engine, asked))
    elif form == "jsonl":
        for one in found.followed:
            common.print_json(entry(one), lines=True)
    elif found.followed:
        _show_text(found, engine, asked)


def _show_text(found: Found, engine: Engine, asked: Terms) -> None:
    from checker.render.audit import show_figures, show_items, show_readings
    from checker.render.text import show_footer

    screen = common.console()
    show_items(found.followed, screen)
    screen.print()
    show_figures(summarize(found.followed), summarize(found.foresaw), asked.facts_from, screen)
    screen.print()
    if found.readings:
        show_readings(found.readings, screen)
        screen.print()
    show_footer(engine, asked, screen)
