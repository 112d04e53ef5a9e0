"""`checker check`: is this request ready to send, and what is missing?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.case import Case, Request, parse_settings
from checker.cli import common, report
from checker.determination import Determination, Terms, determine_all
from checker.engine.agreed import Engine
from checker.errors import CaseError, Place, Problem

if TYPE_CHECKING:
    from rich.console import Console

    from checker.flip.denial import Reason


def check(
    cases: Annotated[
        list[str],
        typer.Argument(
            help="Cases, letters, or folders of them; - reads standard input.", metavar="CASE"
        ),
    ],
    settings: common.SettingsOption = None,
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
            help="An earlier case, or a denied one: its reasons beside what answers them now.",
            metavar="DENIAL",
        ),
    ] = None,
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
    denial = _earlier(since, engine, asked) if since else None
    if everything and not ask:
        raise CaseError([Problem(Place("--all"), "`--all` goes with `--ask`")])
    if ask:
        _interview(files, settings, engine, asked, everything)
    loaded = common.Cases(files, engine.rules)

    def decide(case: Case) -> list[Determination]:
        return determine_all(case.setting(answered, engine.rules), engine, asked)

    found = _Found(loaded.each(decide), denial, engine, asked)
    if found.answers or not loaded.failed:
        _show(found, form, output, loaded.failed)
    raise typer.Exit(common.exit_code((one.outcome for one in found.answers), bool(loaded.failed)))


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
        for one in determine_all(case, engine, asked)
    ]


@dataclass(frozen=True)
class _Found:
    """The determinations, beside those of an earlier denial if there is one."""

    answers: list[Determination]
    denial: list[Determination] | None
    engine: Engine
    asked: Terms

    def short(self, one: Determination) -> str | None:
        """What would make a request ready, in one line; None for one that is not denied."""
        if one.outcome != "Upheld":
            return None
        from checker.flip.flipping import in_short
        from checker.render.flip import short_line

        return short_line(in_short(one, self.engine, self.asked), self.engine.rules.anatomy)

    def reasons(self, one: Determination) -> list[Reason] | None:
        """Each reason of the earlier denial beside what answers it now."""
        if self.denial is None:
            return None
        from checker.flip.denial import since

        return since(one, self.denial, self.engine.rules)

    def result(self, one: Determination, request: Request) -> dict[str, Any]:
        """All of it for one request."""
        from checker.interview.asking import Interview
        from checker.render.contract import questions, reason, result

        reasons = self.reasons(one)
        return {
            **result(one, request),
            "questions": questions(one, Interview(one, self.engine.rules, self.asked.reading)),
            "to_become_ready": self.short(one),
            "since": None if reasons is None else [reason(each) for each in reasons],
        }


def _show(found: _Found, form: report.Format, output: Path | None, unread: Sequence[str]) -> None:
    if form == "text":
        report.deliver_screen(lambda screen: _show_text(found, screen), output)
        return
    from checker.render.contract import check_result
    from checker.render.reports import check_report

    results = [found.result(one, request) for one in found.answers for request in one.requests]
    document = check_result(results, found.engine, found.asked, unread)
    report.deliver_document(document, results, form, output, check_report)


def _show_text(found: _Found, screen: Console) -> None:
    from checker.render.text import show_checklist, show_footer, show_since, show_tally

    for one in found.answers:
        show_checklist(one, found.engine, screen, found.short(one))
        if (reasons := found.reasons(one)) is not None:
            show_since(reasons, found.engine.rules.anatomy, screen)
        screen.print()
    if len(found.answers) > 1:
        show_tally(found.answers, screen)
    show_footer(found.engine, found.asked, screen)
