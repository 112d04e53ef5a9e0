"""`checker check`: is this request ready to send, and what is missing?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.case import Case, parse_settings
from checker.cli import common, report
from checker.determination import Determination, Terms, determine, determine_beside
from checker.engine.agreed import Engine

if TYPE_CHECKING:
    from rich.console import Console


def check(
    cases: Annotated[
        list[str],
        typer.Argument(help="Case files or folders; - reads standard input.", metavar="CASE"),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Answer a fact for this run, as in iv_sedation_planned=no.",
            metavar="FACT=VALUE",
        ),
    ] = None,
    reading: common.ReadingOption = "as-written",
    guideline: common.GuidelineOption = None,
    as_of: common.AsOfOption = None,
    facts_from: common.FactsFromOption = "all",
    form: report.FormatOption = "text",
    output: report.OutputOption = None,
    rules: common.RulesFolder = None,
) -> None:
    """Check requests against the guideline: what is met, what is missing, what to ask."""
    asked = common.terms(reading, facts_from, guideline, as_of)
    files = common.case_files(cases)
    report.check_outputs([output], files)
    engine = common.engine_for(rules)
    answered = parse_settings(settings or [], engine.rules)
    loaded = common.Cases(files, engine.rules)

    def decide(case: Case) -> list[Determination]:
        with_answers = case.setting(answered, engine.rules)
        return [
            *determine(with_answers, engine, asked),
            *determine_beside(with_answers, engine, asked),
        ]

    answers = loaded.each(decide)
    if answers or not loaded.failed:
        _show(answers, engine, asked, form, output, loaded.failed)
    raise typer.Exit(common.exit_code((one.outcome for one in answers), bool(loaded.failed)))


def _show(
    answers: list[Determination],
    engine: Engine,
    asked: Terms,
    form: report.Format,
    output: Path | None,
    unread: Sequence[str],
) -> None:
    if form == "text":
        report.deliver_screen(lambda screen: _show_text(answers, engine, asked, screen), output)
        return
    from checker.render.contract import check_result
    from checker.render.reports import check_report

    document = check_result(answers, engine, asked, unread)
    report.deliver_document(document, document["results"], form, output, check_report)


def _show_text(answers: list[Determination], engine: Engine, asked: Terms, screen: Console) -> None:
    from checker.render.text import show_checklist, show_footer, show_tally

    for one in answers:
        show_checklist(one, engine, screen)
        screen.print()
    if len(answers) > 1:
        show_tally(answers, screen)
    show_footer(engine, asked, screen)
