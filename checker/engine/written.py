"""The written semantics: the status of one criterion on one chart. This is the definition.

docs/semantics.md says the same in words and tables; the other engines are compared with this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from checker.charting import RecordKind, worlds
from checker.condition import Any, Not, Range, evaluate, facts_in
from checker.fact import Chart, Documented, Fact, NotDocumented, each_fact
from checker.guideline import Criterion, Silence, Status

Reading = Literal["strict", "as written", "lenient"]
READINGS: tuple[Reading, ...] = get_args(Reading)

AGAINST: frozenset[Status] = frozenset({"not met", "missing"})


def status_of(criterion: Criterion, chart: Chart, reading: Reading, record: RecordKind) -> Status:
    """The status of a criterion on a complete chart, whatever conflicts in it.

    A conflict is settled in every possible way; what holds in all of them holds.
    """
    silence = silence_of(criterion, reading)
    ways = ways_to_read(chart, names_in(criterion), reading)
    return among([status_in(criterion, way, silence) for way in ways], record)


def status_in(criterion: Criterion, chart: Chart, silence: Silence) -> Status:
    """The status on a chart without conflicts."""
    requires = criterion.requires
    if criterion.when:
        if evaluate(criterion.when, chart).most == 0:
            return "not applicable"
        requires = Any((Not(criterion.when), requires))
    truth = evaluate(requires, chart)
    if criterion.unless:
        truth = or_documented(truth, evaluate(criterion.unless, chart))
    return settled(truth, silence)


def or_documented(truth: Range, exception: Range) -> Range:
    """An exception must be documented: where it is less than true, it is as good as false."""
    least, most = (2 if end == 2 else 0 for end in exception)
    return Range(max(truth.least, least), max(truth.most, most))


def settled(truth: Range, silence: Silence) -> Status:
    """What a range of truth comes to: it is to answer only while an answer to come can matter."""
    match truth, silence:
        case (2, _), _:
            return "met"
        case (_, 0), _:
            return "not met"
        case (1, _), "presumed":
            return "presumed"
        case (_, 1), "counts_against":
            return "missing"
        case _:
            return "to answer"


def among(statuses: Iterable[Status], record: RecordKind) -> Status:
    """The status of a criterion that has these statuses in the ways to settle a conflict.

    Ways that agree settle it. Else a finished record takes the worst, and an open one asks.
    """
    found = frozenset(statuses)
    if len(found) == 1:
        return next(iter(found))
    if found <= AGAINST or (found & AGAINST and record == "closed"):
        return "missing"
    if found & AGAINST or "to answer" in found:
        return "to answer"
    return "presumed" if "presumed" in found else "met"


def silence_of(criterion: Criterion, reading: Reading) -> Silence:
    """What silence does to a criterion in a reading."""
    match reading:
        case "strict":
            return "counts_against"
        case "lenient":
            return "presumed"
        case "as written":
            return criterion.if_silent


def ways_to_read(chart: Chart, names: Iterable[str], reading: Reading) -> list[Chart]:
    """The chart as a reading takes it, once for every way to settle the conflicts among these facts.

    For the strict reading, what is only conclusory is not documented, in a conflict as well.
    """
    ways = worlds(chart, (name for name in names if name in chart))
    if reading != "strict":
        return ways
    return [
        {name: each_fact(fact, _without_conclusions) for name, fact in way.items()} for way in ways
    ]


def _without_conclusions(fact: Fact) -> Fact:
    if isinstance(fact, Documented) and fact.grade == "conclusory":
        return NotDocumented(fact.evidence, fact.note)
    return fact


def names_in(criterion: Criterion) -> dict[str, None]:
    """Every fact, and every field of a record, that a criterion looks at, in order."""
    return dict.fromkeys(name for condition in criterion.conditions for name in facts_in(condition))
