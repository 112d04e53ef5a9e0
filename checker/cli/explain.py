"""`checker explain`: every criterion of one request, with its rule, its citation and the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.audit.comparison import Compared
from checker.audit.outcomes import outcomes
from checker.audit.run import audit_case
from checker.cli import common
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
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
    evidence_from: Annotated[
        str | None,
        typer.Option(
            "--evidence-from",
            help="Add how decided cases that failed the same criteria were decided.",
            metavar="FOLDER",
        ),
    ] = None,
    output: common.TextOrJson = "text",
    rules: common.RulesFolder = None,
) -> None:
    """Explain a determination criterion by criterion, beside the reviewer's reasons."""
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
    decided, failed = _decided(evidence_from, engine, asked)
    found = {
        at: outcomes(one, decided, engine.rules.anatomy)
        for at, one in enumerate(answers)
        if evidence_from
    }
    code = common.exit_code((one.outcome for one in answers), failed=failed)
    if output == "json":
        from checker.render.contract import explain_result

        common.print_json(explain_result(answers, request, found, engine, asked))
        raise typer.Exit(code)
    from checker.render.text import show_account, show_footer, show_outcomes, show_trace

    screen = common.console()
    for at, one in enumerate(answers):
        show_account(one, engine, screen)
        if trace and one.guideline and not engine.unavailable:
            chain = engine.chained_from(one.guideline, one.procedure.chart, asked.reading)
            show_trace(chain, screen)
        if at in found:
            screen.print()
            show_outcomes(found[at], screen)
        screen.print()
    show_footer(engine, asked, screen)
    raise typer.Exit(code)


def _decided(folder: str | None, engine: Engine, asked: Terms) -> tuple[list[Compared], bool]:
    """The decided items of a folder under the same terms, and whether a file of it could not be read."""
    if folder is None:
        return [], False
    loaded = common.Cases(common.case_files([folder]), engine.rules)
    return loaded.each(lambda case: audit_case(case, engine, asked).followed), bool(loaded.failed)


def _file_and_request(target: str) -> tuple[str, str]:
    """`case.yaml#2` names a request; a file whose name holds a # is taken whole when it exists."""
    if Path(target).exists() or "#" not in target:
        return target, ""
    file, _, request = target.rpartition("#")
    return file, request
