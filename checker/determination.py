"""The determination: what a guideline implies for a request, and what that rests on.

Any deciding criterion not met or missing: Upheld, the denial would stand. Else any to answer: open.
Else Overturned. No guideline speaks about the request: not covered, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from checker.case import Case, Procedure, Request, procedures
from checker.charting import FactsFrom, RecordKind
from checker.condition import reasons
from checker.engine.agreed import Engine
from checker.engine.written import AGAINST, Reading, names_in, ways_to_read
from checker.fact import (
    Chart,
    Conflicting,
    Documented,
    Fact,
    NotAsked,
    NotDocumented,
    has_conflict,
    state_of,
    unconfirmed,
)
from checker.governing import Governed, NotCovered, Setting, asked_under, beside, governing
from checker.guideline import Criterion, Guideline, Status
from checker.vocabulary import FactSpec
from checker.wording import fact_words, joined, plain

Outcome = Literal["Upheld", "Overturned", "open", "not covered"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact that a criterion's status rests on, or hangs on."""

    name: str
    fact: Fact

    @property
    def state(self) -> str:
        """Its state in the words that cases use."""
        return state_of(self.fact)


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion, its status, and the facts that the status rests on or hangs on."""

    criterion: Criterion
    status: Status
    findings: tuple[Finding, ...]

    @property
    def conflicting(self) -> bool:
        """Whether a conflict is among the facts it rests on."""
        return any(has_conflict(one.fact) for one in self.findings)

    @property
    def counts_against(self) -> bool:
        """Whether the determination is Upheld because of it, alone or with others."""
        return self.criterion.decides and self.status in AGAINST


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask about, and the criteria that an answer may settle."""

    spec: FactSpec
    settles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many deciding criteria were settled by evidence, presumed, and lost by silence."""

    evidence: int
    presumed: int
    silence: int


@dataclass(frozen=True)
class Determination:
    """What the rule base implies for one procedure of a case: its requests share it.

    `guideline` is None when none covers the request (or none yet, while a question is open); then `reason`
    says why. `why` tells why this guideline was used.
    """

    case: Case
    procedure: Procedure
    guideline: Guideline | None
    outcome: Outcome
    reason: str
    why: str = ""
    judged: tuple[Judged, ...] = ()
    ledger: Ledger = Ledger(0, 0, 0)
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests that it answers."""
        return self.procedure.requests

    @property
    def against(self) -> tuple[Judged, ...]:
        """The criteria that make it Upheld."""
        return tuple(one for one in self.judged if one.counts_against)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what terms cases are decided: the reading, whose words count, which guideline, on which day.

    `guideline` None takes the one that governs; `as_of` None takes the day of the case.
    """

    reading: Reading = "as written"
    facts_from: FactsFrom = "all"
    guideline: str | None = None
    as_of: date | None = None


def determine(case: Case, engine: Engine, terms: Terms) -> list[Determination]:
    """The determinations for a case, one for each procedure it asks for, in the order of its requests."""
    asked = procedures(case, engine.rules.vocabulary, terms.facts_from)
    return [_determine(case, procedure, engine, terms) for procedure in asked]


def determine_all(case: Case, engine: Engine, terms: Terms) -> list[Determination]:
    """The determinations for a case, and behind them those under the guidelines that are asked in addition.

    None is added where the terms name the guideline.
    """
    asked = procedures(case, engine.rules.vocabulary, terms.facts_from)
    found = [_determine(case, procedure, engine, terms) for procedure in asked]
    if terms.guideline:
        return found
    return found + [
        _judge(case, procedure, governed, engine, terms)
        for procedure in asked
        for governed in beside(engine.rules, _setting(case, procedure, engine, terms))
    ]


def outcome_of(judged: Iterable[Judged]) -> Outcome:
    """The whole decision rule."""
    return outcome_of_statuses(one.status for one in judged if one.criterion.decides)


def outcome_of_statuses(deciding: Iterable[Status]) -> Outcome:
    """The decision rule, on the statuses of the criteria that decide."""
    statuses = set(deciding)
    if statuses & AGAINST:
        return "Upheld"
    return "open" if "to answer" in statuses else "Overturned"


def _determine(case: Case, procedure: Procedure, engine: Engine, terms: Terms) -> Determination:
    setting = _setting(case, procedure, engine, terms)
    governed = (
        asked_under(engine.rules, terms.guideline, setting)
        if terms.guideline
        else governing(engine.rules, setting)
    )
    if isinstance(governed, NotCovered):
        return _ungoverned(case, procedure, governed, engine)
    return _judge(case, procedure, governed, engine, terms)


def _setting(case: Case, procedure: Procedure, engine: Engine, terms: Terms) -> Setting:
    day = terms.as_of or day_of(case, procedure.chart)
    return Setting(procedure.chart, day, engine.rules.search_order.order(case.jurisdiction))


def _judge(
    case: Case, procedure: Procedure, governed: Governed, engine: Engine, terms: Terms
) -> Determination:
    chart = procedure.chart
    guideline = governed.guideline
    statuses = engine.statuses(guideline, chart, terms.reading, case.record)
    judged = tuple(
        _judged(one, statuses[one.id], chart, terms.reading) for one in guideline.criteria
    )
    outcome = outcome_of(judged)
    return Determination(
        case=case,
        procedure=procedure,
        guideline=guideline,
        outcome=outcome,
        reason=_reason(outcome, judged),
        why=governed.why,
        judged=judged,
        ledger=_ledger(judged),
        questions=tuple(_questions(judged, engine, case.record)),
        warnings=tuple(_warnings(governed, procedure, engine)),
    )


def _ungoverned(case: Case, procedure: Procedure, why: NotCovered, engine: Engine) -> Determination:
    """Open while an answer can still bring a guideline to bear, else not covered."""
    facts = engine.rules.vocabulary.facts
    questions = tuple(Question(facts[name], ()) for name in why.unasked)
    outcome: Outcome = "open" if questions else "not covered"
    return Determination(case, procedure, None, outcome, why.reason, questions=questions)


def day_of(case: Case, chart: Chart) -> date | None:
    """The day of a request, or of the utilization review where it has none; None where a case gives neither."""
    requested = chart.get("request_date")
    if isinstance(requested, Documented) and isinstance(requested.value, date):
        return requested.value
    return case.letter.ur_date if case.letter else None


def _judged(criterion: Criterion, status: Status, chart: Chart, reading: Reading) -> Judged:
    names = dict.fromkeys(_reasons(criterion, status, chart, reading))
    return Judged(criterion, status, tuple(Finding(name, chart[name]) for name in names))


def _reasons(criterion: Criterion, status: Status, chart: Chart, reading: Reading) -> Iterator[str]:
    """The facts behind a status, in every way to settle the conflicts among them."""
    named = [name for name in names_in(criterion) if name in chart]
    for way in ways_to_read(chart, named, reading):
        conditions = [criterion.requires]
        if criterion.when and status in ("not applicable", "to answer"):
            conditions.insert(0, criterion.when)
        if criterion.unless and status in ("met", "not met", "to answer"):
            conditions.append(criterion.unless)
        if status == "not applicable":
            conditions = conditions[:1]
        for condition in conditions:
            yield from (name for name in reasons(condition, way) if name in chart)
    yield from (name for name in named if has_conflict(chart[name]))


def _reason(outcome: Outcome, judged: Iterable[Judged]) -> str:
    deciding = [one for one in judged if one.criterion.decides]
    if outcome == "Upheld":
        return _told(deciding, ("not met", "missing"))
    if outcome == "open":
        return _told(deciding, ("to answer",))
    return _told(deciding, ("met", "presumed"))


def _told(judged: Iterable[Judged], statuses: Iterable[Status]) -> str:
    """`not met: one, two; missing: three`."""
    groups = {
        status: [one.criterion.id for one in judged if one.status == status] for status in statuses
    }
    return "; ".join(f"{status}: {', '.join(ids)}" for status, ids in groups.items() if ids)


def _ledger(judged: Iterable[Judged]) -> Ledger:
    counts = Counter(one.status for one in judged if one.criterion.decides)
    return Ledger(counts["met"] + counts["not met"], counts["presumed"], counts["missing"])


def _questions(judged: Iterable[Judged], engine: Engine, record: RecordKind) -> Iterator[Question]:
    """What to ask, the facts first that may settle the most criteria."""
    settles: dict[str, list[str]] = {}
    for one in judged:
        if one.status == "to answer" and one.criterion.decides:
            for finding in one.findings:
                if is_to_ask(finding.fact, one.criterion, record):
                    settles.setdefault(finding.name, []).append(one.criterion.id)
    facts = engine.rules.vocabulary.facts
    for name, criteria in sorted(settles.items(), key=lambda item: -len(item[1])):
        joints_of = facts[name].joints_of
        yield Question(facts[joints_of] if joints_of else facts[name], tuple(criteria))


def is_to_ask(fact: Fact, criterion: Criterion, record: RecordKind) -> bool:
    """Whether an answer about a fact can still come: not asked, in conflict, silent where one must ask.

    Of a list, that counts which the criterion looks at.
    """
    match fact:
        case NotAsked():
            return True
        case Conflicting(values):
            return record == "open" or any(is_to_ask(one, criterion, record) for one in values)
        case NotDocumented():
            return criterion.if_silent == "ask"
        case Documented(value=tuple() as items):
            fields = (pair for item in items if isinstance(item, Mapping) for pair in item.items())
            names = names_in(criterion)
            return any(name in names and is_to_ask(one, criterion, record) for name, one in fields)
        case _:
            return False


def _warnings(governed: Governed, procedure: Procedure, engine: Engine) -> Iterator[str]:
    yield from governed.warnings
    if procedure.stray_nerves:
        yield f"no facet joint is complete with {joined(sorted(procedure.stray_nerves))}"
    for name, fact in procedure.chart.items():
        if has_conflict(fact):
            yield f"{plain(name)}: {fact_words(fact, engine.rules.anatomy)}"
    if number := sum(unconfirmed(fact) for fact in procedure.chart.values()):
        yield f"{number} of the facts were read from a letter, and no person has confirmed them"
