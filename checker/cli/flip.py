"""`checker flip`: what would change the answer, and what a good answer rests on."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.case import Case, parse_settings
from checker.cli import common
from checker.determination import Terms, determine_all
from checker.engine.agreed import Engine
from checker.flip.flipping import Flip
from checker.flip.flipping import flip as turn


def flip(
    cases: Annotated[
        list[str],
        typer.Argument(help="Case files or folders; - reads standard input.", metavar="CASE"),
    ],
    settings: common.SettingsOption = None,
    reading: common.ReadingOption = "as-written",
    guideline: common.GuidelineOption = None,
    as_of: common.AsOfOption = None,
    facts_from: common.FactsFromOption = "all",
    output: common.FormatOption = "text",
    rules: common.RulesFolder = None,
) -> None:
    """Say what would change the answer: document, amend, treat first, or what cannot be fixed."""
    asked = common.terms(reading, facts_from, guideline, as_of)
    engine = common.engine_for(rules)
    answered = parse_settings(settings or [], engine.rules)
    loaded = common.Cases(common.case_files(cases), engine.rules)

    def turned(case: Case) -> list[Flip]:
        with_answers = case.setting(answered, engine.rules)
        return [turn(one, engine, asked) for one in determine_all(with_answers, engine, asked)]

    answers = loaded.each(turned)
    if answers or not loaded.failed:
        _show(answers, engine, asked, output)
    outcomes = (one.determination.outcome for one in answers)
    raise typer.Exit(common.exit_code(outcomes, bool(loaded.failed)))


def _show(answers: list[Flip], engine: Engine, asked: Terms, form: str) -> None:
    from checker.render.flip import flip_result, result, show_flip
    from checker.render.text import show_footer

    if form == "json":
        common.print_json(flip_result(answers, engine, asked))
        return
    if form == "jsonl":
        for one in answers:
            for request in one.determination.requests:
                common.print_json(result(one, request), lines=True)
        return
    screen = common.console()
    for one in answers:
        show_flip(one, engine, screen)
        screen.print()
    show_footer(engine, asked, screen)
