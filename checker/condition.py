"""The rule language and its meaning: what a condition asks of a chart, and how true that is.

Truth is strong Kleene: false, unknown or true. A fact that nobody has asked about yet may still turn out
any way, so a condition has a *range* of truth: what it is at least and at most, whatever the answers still
to come. Where everything was asked, both ends are the same. `evaluate` is the definition.
"""

from __future__ import annotations

import operator
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any as Anything
from typing import NamedTuple, TypeAlias

from checker.fact import Chart, Documented, Fact, NotAsked

Scalar: TypeAlias = "bool | int | float | str | date"


class Range(NamedTuple):
    """The least and the greatest truth that a condition can have: 0 false, 1 unknown, 2 true."""

    least: int
    most: int


FALSE, SILENT, TRUE = Range(0, 0), Range(1, 1), Range(2, 2)
OPEN = Range(0, 2)
"""False, silent, true; and open, for what was not asked."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived fact holds: the vocabulary's condition for it does."""

    fact: str
    part: Condition


@dataclass(frozen=True, slots=True)
class Is:
    """A fact has one of these values."""

    fact: str
    values: frozenset[Scalar]


@dataclass(frozen=True, slots=True)
class Bound:
    """A number or a date compared with a constant."""

    fact: str
    operator: str
    bound: int | float | date


@dataclass(frozen=True, slots=True)
class Includes:
    """A set has at least one of these members."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Size:
    """A set has at least this many members."""

    fact: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Relation:
    """Two facts compared: sets by `overlap` or `within`, numbers or dates by a bound."""

    operator: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Some:
    """At least this many records of a list satisfy `where`."""

    of: str
    at_least: int
    where: Condition


Condition: TypeAlias = "All | Any | Not | Derived | Is | Bound | Includes | Size | Relation | Some"

COMPARE: Mapping[str, Callable[[Anything, Anything], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
    "overlap": lambda left, right: not left.isdisjoint(right),
    "within": lambda left, right: left <= right,
}


# The written semantics -------------------------------------------------------------------------------


def evaluate(condition: Condition, chart: Chart) -> Range:
    """How true a condition is of a chart without conflicts, which holds every fact it names."""
    match condition:
        case All(parts):
            ranges = [evaluate(part, chart) for part in parts]
            return Range(min(one.least for one in ranges), min(one.most for one in ranges))
        case Any(parts):
            ranges = [evaluate(part, chart) for part in parts]
            return Range(max(one.least for one in ranges), max(one.most for one in ranges))
        case Not(part):
            least, most = evaluate(part, chart)
            return Range(2 - most, 2 - least)
        case Derived(_, part):
            return evaluate(part, chart)
        case Is(fact, values):
            return _known(chart[fact], lambda value: value in values)
        case Bound(fact, comparison, bound):
            return _known(chart[fact], lambda value: COMPARE[comparison](value, bound))
        case Includes(fact, values):
            return _known(chart[fact], lambda value: not value.isdisjoint(values))
        case Size(fact, at_least):
            return _known(chart[fact], lambda value: len(value) >= at_least)
        case Relation():
            return _related(condition, chart[condition.left], chart[condition.right])
        case Some(of, at_least, where):
            return _at_least(at_least, where, chart[of], chart)


def _known(fact: Fact, holds: Callable[[Anything], bool]) -> Range:
    match fact:
        case Documented(value):
            return TRUE if holds(value) else FALSE
        case NotAsked():
            return OPEN
        case _:
            return SILENT


def _related(relation: Relation, left: Fact, right: Fact) -> Range:
    """Two known facts are compared; an empty set settles `overlap` and `within` on its own."""
    if isinstance(left, Documented) and isinstance(right, Documented):
        return TRUE if COMPARE[relation.operator](left.value, right.value) else FALSE
    asked = not isinstance(left, NotAsked) and not isinstance(right, NotAsked)
    silent = not isinstance(left, NotAsked | Documented) or not isinstance(
        right, NotAsked | Documented
    )
    if relation.operator == "overlap":
        if _is_empty(left) or _is_empty(right):
            return FALSE
        return SILENT if asked else Range(0, 1 if silent else 2)
    if relation.operator == "within":
        if _is_empty(left):
            return TRUE
        if isinstance(left, NotAsked):
            return Range(1, 2) if silent else OPEN
        return SILENT if silent else OPEN
    return SILENT if silent else OPEN


def _is_empty(fact: Fact) -> bool:
    return isinstance(fact, Documented) and fact.value == frozenset()


def _at_least(number: int, where: Condition, records: Fact, chart: Chart) -> Range:
    """The `number`-th best record decides: that many records are at least as true."""
    if not isinstance(records, Documented):
        return _known(records, bool)
    ranges = [evaluate(where, _inside(record, chart)) for record in _records(records)]
    if len(ranges) < number:
        return FALSE
    least = sorted((one.least for one in ranges), reverse=True)
    most = sorted((one.most for one in ranges), reverse=True)
    return Range(least[number - 1], most[number - 1])


def _records(fact: Documented) -> tuple[dict[str, Fact], ...]:
    return fact.value  # type: ignore[return-value]


def _inside(record: Chart, chart: Chart) -> Chart:
    """What a condition on a record sees: the record's fields and the facts of the case."""
    return ChainMap(record, chart)  # type: ignore[arg-type]


# Reasons, read off the same tree --------------------------------------------------------------------


def facts_in(condition: Condition) -> Iterator[str]:
    """Every fact of the case that a condition can look at, in the order it names them; some twice."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from facts_in(part)
        case Not(part) | Derived(_, part):
            yield from facts_in(part)
        case Relation(_, left, right):
            yield from (left, right)
        case Some(of, _, where):
            yield of
            yield from facts_in(where)
        case _:
            yield condition.fact


def reasons(condition: Condition, chart: Chart) -> Iterator[str]:
    """The facts that make a condition as true as it is: those that settle it, else those it hangs on."""
    match condition:
        case All(parts):
            yield from _reasons_of_parts(parts, chart, idle=TRUE)
        case Any(parts):
            yield from _reasons_of_parts(parts, chart, idle=FALSE)
        case Not(part) | Derived(_, part):
            yield from reasons(part, chart)
        case Some(of, _, where):
            yield of
            records = chart[of]
            if isinstance(records, Documented):
                for record in _records(records):
                    yield from reasons(where, _inside(record, chart))
        case _:
            yield from facts_in(condition)


def _reasons_of_parts(parts: Iterable[Condition], chart: Chart, idle: Range) -> Iterator[str]:
    """What `idle` is to all parts (true for `all`, false for `any`) explains only when every part is."""
    ranges = [(part, evaluate(part, chart)) for part in parts]
    settled = Range(2 - idle.least, 2 - idle.most)
    deciding = [part for part, one in ranges if one == settled]
    hanging = [part for part, one in ranges if one != idle]
    for part in deciding or hanging or [part for part, _ in ranges]:
        yield from reasons(part, chart)
