"""Which requests no guideline governs and which two of one rank do, over every request and every day.

Requests differ in the facts that `covers` names, days in the editions in force; each combination is one cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from checker.fact import NOT_DOCUMENTED, Documented, Fact
from checker.guideline import NOT_STATED, Guideline
from checker.rulebase import RuleBase
from checker.searchorder import Order


@dataclass(frozen=True, slots=True)
class Days:
    """The days from one to another, both included; None: without an end on that side."""

    since: date | None
    until: date | None

    def __str__(self) -> str:
        """In words."""
        if self.since and self.until:
            return f"from {self.since} to {self.until}"
        if self.since:
            return f"from {self.since}"
        return f"until {self.until}" if self.until else "on any day"


@dataclass(frozen=True, slots=True)
class Cell:
    """Requests that say the same, made on the same days under one search order.

    `guidelines` are those of the first step that speaks about them, more than one where they overlap.
    `declared` tells that the search order names an edition that is not in the rule base.
    """

    order: str
    request: Mapping[str, str]
    days: Days
    guidelines: tuple[str, ...]
    declared: bool


def cells(rules: RuleBase) -> Iterator[Cell]:
    """Every request about a procedure that some guideline speaks about, in every order, on all days."""
    orders = rules.search_order.orders or {"": rules.search_order.default}
    for name, order in orders.items():
        governing = [one for one in rules.guidelines.values() if _has_place(one, order)]
        periods = list(_periods(governing, order))
        covers = [*(one.covers for one in governing), *(gap.covers for gap in order.gaps)]
        silent: dict[str, Fact] = {key: NOT_DOCUMENTED for one in covers for key in one}
        for request in _requests(governing):
            facts = {**silent, **{key: _fact(value) for key, value in request.items()}}
            covering = [one for one in governing if not one.uncovered(facts)]
            for days in periods:
                day = days.since or days.until or date.min
                in_force = [one for one in covering if one.in_force(day)]
                best = min((order.rank(one) for one in in_force), default=None)
                first = tuple(one.id for one in in_force if order.rank(one) == best)
                declared = any(gap.concerns(facts, day) for gap in order.gaps)
                yield Cell(name, request, days, first, declared)


def gaps(found: Sequence[Cell]) -> list[Cell]:
    """The cells that nothing governs and that the search order does not declare, days in a row as one."""
    return _merged([one for one in found if not one.guidelines and not one.declared])


def overlaps(found: Sequence[Cell]) -> list[Cell]:
    """The cells that two guidelines of one step govern."""
    return _merged([one for one in found if len(one.guidelines) > 1])


def _has_place(guideline: Guideline, order: Order) -> bool:
    if guideline.id in order.beside:
        return False
    return not order.steps or order.rank(guideline) < len(order.steps)


def _requests(guidelines: Sequence[Guideline]) -> Iterator[Mapping[str, str]]:
    """Every combination of what `covers` names for the procedures that are spoken about."""
    procedures = {one for each in guidelines for one in each.covers.get("procedure", ())}
    for procedure in sorted(procedures):
        about = [one for one in guidelines if procedure in one.covers.get("procedure", ())]
        names = dict.fromkeys(name for one in about for name in one.covers if name != "procedure")
        choices = [
            sorted({value for one in about for value in one.covers.get(name, ())} | _silent(name))
            for name in names
        ]
        for chosen in product(*choices):
            yield {"procedure": procedure, **dict(zip(names, chosen, strict=True))}


def _silent(name: str) -> set[str]:
    """A request may leave anything unsaid but its region."""
    return set() if name == "region" else {NOT_STATED}


def _fact(value: str) -> Fact:
    return NOT_DOCUMENTED if value == NOT_STATED else Documented(value)


def _periods(guidelines: Sequence[Guideline], order: Order) -> Iterator[Days]:
    """Stretches of days on which the same editions are in force."""
    next_day = timedelta(days=1)
    spans = [(one.since, one.until) for one in guidelines]
    spans += [(gap.since, gap.until) for gap in order.gaps]
    starts = {since for since, _ in spans} | {until + next_day for _, until in spans if until}
    ordered = sorted(starts)
    if not ordered:
        return
    for since, following in zip(ordered, [*ordered[1:], None], strict=True):
        yield Days(since, following - next_day if following else None)


def _merged(found: Sequence[Cell]) -> list[Cell]:
    """Cells of one request whose days follow each other, as one."""
    merged: list[Cell] = []
    for one in found:
        last = merged[-1] if merged else None
        follows = (
            last is not None
            and last.days.until is not None
            and one.days.since == last.days.until + timedelta(days=1)
        )
        same = last is not None and (last.order, last.request, last.guidelines) == (
            one.order,
            one.request,
            one.guidelines,
        )
        if last is not None and follows and same:
            days = Days(last.days.since, one.days.until)
            merged[-1] = Cell(one.order, one.request, days, one.guidelines, one.declared)
        else:
            merged.append(one)
    return merged
