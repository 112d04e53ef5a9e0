"""`checker audit`: reviewers' decisions beside determinations."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer

from checker.audit.comparison import Compared, compare
from checker.audit.figures import summarize
from checker.case import Case
from checker.cli import common
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS


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
) -> None:
    """Compare decisions with the guideline: did they follow it, and did the rules foresee them?"""
    asked = common.terms(reading, facts_from, guideline, as_of)
    engine = common.engine_for(rules)
    loaded = common.Cases(common.case_files(paths), engine.rules)
    record = replace(asked, facts_from="record")
    pairs = loaded.each(
        lambda case: [(_compared(case, engine, asked), _compared(case, engine, record))]
    )
    followed = [one for pair in pairs for one in pair[0]]
    foresaw = [one for pair in pairs for one in pair[1]]
    if followed:
        _show(followed, foresaw, engine, asked, output)
    elif not loaded.failed:
        print("no request here has a decision to compare with", file=sys.stderr)
    if followed and readings and output == "text":
        _show_readings(loaded, engine, asked)
    raise typer.Exit(common.COULD_NOT_RUN if loaded.failed else common.READY)


def _compared(case: Case, engine: Engine, asked: Terms) -> list[Compared]:
    """Every decided request of a case, compared under these terms."""
    return [one for answer in determine(case, engine, asked) for one in compare(answer)]


def _show(
    followed: list[Compared], foresaw: list[Compared], engine: Engine, asked: Terms, form: str
) -> None:
    from checker.render.contract import audit_result, entry

    if form == "json":
        common.print_json(
            audit_result(followed, summarize(followed), summarize(foresaw), engine, asked)
        )
    elif form == "jsonl":
        for one in followed:
            common.print_json(entry(one), lines=True)
    else:
        _show_text(followed, foresaw, engine, asked)


def _show_text(
    followed: list[Compared], foresaw: list[Compared], engine: Engine, asked: Terms
) -> None:
    from checker.render.audit import show_figures, show_items
    from checker.render.text import show_footer

    screen = common.console()
    show_items(followed, screen)
    screen.print()
    show_figures(summarize(followed), summarize(foresaw), asked.facts_from, screen)
    screen.print()
    show_footer(engine, asked, screen)


def _show_readings(loaded: common.Cases, engine: Engine, asked: Terms) -> None:
    from checker.render.audit import show_readings

    under = {one: _under(loaded, engine, replace(asked, reading=one)) for one in READINGS}
    screen = common.console()
    screen.print()
    show_readings(under, screen)


def _under(loaded: common.Cases, engine: Engine, asked: Terms) -> list[Compared]:
    return loaded.each(lambda case: _compared(case, engine, asked))
