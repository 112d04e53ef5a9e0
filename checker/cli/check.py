"""`checker check`: is this request ready to send, and what is missing?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from checker.case import Case, Request, parse_settings
from checker.cli import common
from checker.determination import Determination, Terms, determine, determine_beside
from checker.engine.agreed import Engine
from checker.errors import CaseError, Place, Problem

if TYPE_CHECKING:
    from checker.flip.denial import Reason


def check(
    cases: Annotated[
        list[str],
        typer.Argument(
            help="Cases, letters, or folders of them; - reads standard input.", metavar="CASE"
        ),
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
    ask: Annotated[
        bool,
        typer.Option(
            "--ask", help="Ask what is still open, and save the answers into the case file."
        ),
    ] = False,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="With --ask: go on when it is decided, until every gap is found."
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="An earlier case file or a denied one: its reasons beside what answers them now.",
            metavar="DENIAL",
        ),
    ] = None,
    output: common.FormatOption = "text",
    rules: common.RulesFolder = None,
) -> None:
    """Check requests against the guideline: what is met, what is missing, what to ask."""
    asked = common.terms(reading, facts_from, guideline, as_of)
    engine = common.engine_for(rules)
    answered = parse_settings(settings or [], engine.rules)
    files = common.case_files(cases)
    denial = _earlier(since, engine, asked) if since else None
    if everything and not ask:
        raise CaseError([Problem(Place("--all"), "`--all` goes with `--ask`")])
    if ask:
        _interview(files, settings, engine, asked, everything)
    loaded = common.Cases(files, engine.rules)

    def decide(case: Case) -> list[Determination]:
        with_answers = case.setting(answered, engine.rules)
        return [
            *determine(with_answers, engine, asked),
            *determine_beside(with_answers, engine, asked),
        ]

    answers = loaded.each(decide)
    if answers or not loaded.failed:
        _show(answers, engine, asked, denial, output)
    raise typer.Exit(common.exit_code((one.outcome for one in answers), bool(loaded.failed)))


def _interview(
    files: list[str],
    settings: list[str] | None,
    engine: Engine,
    asked: Terms,
    everything: bool,
) -> None:
    from checker.cli.ask import Conversation, single_file

    if settings:
        message = "`--set` answers for this run only, and `--ask` saves; write one of them"
        raise CaseError([Problem(Place("--ask"), message)])
    Conversation(single_file(files), engine, asked, everything).hold()


def _earlier(file: str, engine: Engine, asked: Terms) -> list[Determination]:
    """What was asked for in an earlier case or letter, and how it stood."""
    return [
        one
        for case in common.Cases([file], engine.rules).cases(file)
        for one in (*determine(case, engine, asked), *determine_beside(case, engine, asked))
    ]


def _show(
    answers: list[Determination],
    engine: Engine,
    asked: Terms,
    denial: list[Determination] | None,
    form: str,
) -> None:
    if form == "text":
        _show_text(answers, engine, asked, denial)
        return
    from checker.render.contract import head

    results = [
        (one, [_result(one, request, engine, asked, denial) for request in one.requests])
        for one in answers
    ]
    if form == "json":
        every = [each for _, found in results for each in found]
        common.print_json({**head(engine, asked), "results": every})
        return
    for _, found in results:
        for each in found:
            common.print_json(each, lines=True)


def _result(
    one: Determination,
    request: Request,
    engine: Engine,
    asked: Terms,
    denial: list[Determination] | None,
) -> dict[str, object]:
    from checker.interview.asking import Interview
    from checker.render.contract import questions, reason, result

    interview = Interview(one, engine.rules, asked.reading)
    return {
        **result(one, request),
        "questions": questions(one, interview),
        "to_become_ready": _short(one, engine, asked),
        "since": None
        if denial is None
        else [reason(each) for each in _reasons(one, denial, engine)],
    }


def _short(one: Determination, engine: Engine, asked: Terms) -> str | None:
    """What would make a request ready, in one line; None for one that is not denied."""
    if one.outcome != "Upheld":
        return None
    from checker.flip.flipping import in_short
    from checker.render.flip import short_line

    return short_line(in_short(one, engine, asked), engine.rules.anatomy)


def _reasons(one: Determination, denial: list[Determination], engine: Engine) -> list[Reason]:
    from checker.flip.denial import since

    return since(one, denial, engine.rules)


def _show_text(
    answers: list[Determination],
    engine: Engine,
    asked: Terms,
    denial: list[Determination] | None,
) -> None:
    from checker.render.text import show_checklist, show_footer, show_since, show_tally

    screen = common.console()
    for one in answers:
        show_checklist(one, engine, screen, _short(one, engine, asked))
        if denial is not None:
            show_since(_reasons(one, denial, engine), engine.rules.anatomy, screen)
        screen.print()
    if len(answers) > 1:
        show_tally(answers, screen)
    show_footer(engine, asked, screen)
