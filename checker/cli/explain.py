"""`checker explain`: every criterion of one request, with its rule, its citation and the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import common
from checker.determination import determine
from checker.errors import CaseError, Place, Problem, did_you_mean


def explain(
    target: Annotated[
        str,
        typer.Argument(
            help="A case file or a letter, and a request of it after #.", metavar="CASE[#REQUEST]"
        ),
    ],
    reading: common.ReadingOption = "as-written",
    guideline: common.GuidelineOption = None,
    as_of: common.AsOfOption = None,
    facts_from: common.FactsFromOption = "all",
    trace: Annotated[
        bool,
        typer.Option(
            "--trace", help="Add the facts from which durable_rules chained to each status."
        ),
    ] = False,
    rules: common.RulesFolder = None,
) -> None:
    """Explain a determination criterion by criterion, beside the reviewer's reasons."""
    from checker.render.text import show_account, show_footer, show_trace

    file, request = _file_and_request(target)
    asked = common.terms(reading, facts_from, guideline, as_of)
    engine = common.engine_for(rules)
    cases = common.Cases([file], engine.rules).cases(file)
    known = [one.id for case in cases for one in case.requests]
    if request and request not in known:
        message = (
            f"no request `{request}`; the case has {', '.join(known)}{did_you_mean(request, known)}"
        )
        raise CaseError([Problem(Place(file), message)])
    answers = [
        one
        for case in cases
        for one in determine(case, engine, asked)
        if not request or request in (each.id for each in one.requests)
    ]
    screen = common.console()
    for one in answers:
        show_account(one, engine, screen)
        if trace and one.guideline and not engine.unavailable:
            chain = engine.chained_from(one.guideline, one.procedure.chart, asked.reading)
            show_trace(chain, screen)
        screen.print()
    show_footer(engine, asked, screen)
    raise typer.Exit(common.exit_code((one.outcome for one in answers), failed=False))


def _file_and_request(target: str) -> tuple[str, str]:
    """`case.yaml#2` names a request; a file whose name holds a # is taken whole when it exists."""
    if Path(target).exists() or "#" not in target:
        return target, ""
    file, _, request = target.rpartition("#")
    return file, request
