"""The criteria of a rule base over columns: their statuses in every row, and what is asked at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from checker.charting import RecordKind
from checker.condition import Condition, facts_in
from checker.engine.columns.coding import refuse_unfit
from checker.engine.columns.evaluation import Conditions
from checker.engine.columns.frame import Column, Records, View
from checker.engine.columns.reading import Reader
from checker.engine.columns.truth import (
    AMONG,
    EXCEPTION,
    IS_OPEN,
    IS_SILENT,
    NOT,
    SETTLED,
    STATUS_CODES,
    Codes,
    Flags,
    Indexes,
    cannot_be_true,
)
from checker.engine.written import Reading, silence_of
from checker.guideline import Criterion, Guideline
from checker.rulebase import RuleBase

_PROVEN = 0b1010
"""The bits of a range that is true whatever the answers still to come."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """A criterion with its conditions shared."""

    criterion: Criterion
    requires: Condition
    when: Condition | None
    unless: Condition | None


class ColumnsEngine:
    """Decides criteria for many rows at once, under one rule base.

    Raises:
        RuleError: with the line of each rule that columns cannot hold.
    """

    def __init__(self, rules: RuleBase) -> None:
        self.rules = rules
        self.reader = Reader(rules, _looked_at(rules))
        refuse_unfit(rules, self.reader.codings)
        self._conditions = Conditions(self.reader.codings)
        shared = self._conditions.shared
        self._criteria: Mapping[str, list[_Shared]] = {
            name: [
                _Shared(
                    one,
                    shared(one.requires),
                    one.when and shared(one.when),
                    one.unless and shared(one.unless),
                )
                for one in guideline.criteria
            ]
            for name, guideline in rules.guidelines.items()
        }
        self._guards = [
            (name, shared(guard))
            for name, guard in rules.vocabulary.guards.items()
            if name in self.reader.wanted
        ]
        self._contradictions = [shared(one.contradiction) for one in rules.relations]

    def statuses(self, guideline: Guideline, view: View, reading: Reading) -> Iterator[Codes]:
        """The status of each criterion in every row, none of which conflicts, in the order of the guideline."""
        for one in self._criteria[guideline.id]:
            yield self._status(one, view, reading)

    def _status(self, one: _Shared, view: View, reading: Reading) -> Codes:
        truth = self._conditions.truth(one.requires, view)
        outside: Flags | None = None
        if one.when:
            when = self._conditions.truth(one.when, view)
            outside = cannot_be_true(when)
            truth = truth | NOT[when]
        if one.unless:
            truth = truth | EXCEPTION[self._conditions.truth(one.unless, view)]
        status = SETTLED[silence_of(one.criterion, reading)][truth]
        if outside is not None:
            status[outside] = STATUS_CODES["not applicable"]
        return status

    def guarded(
        self, columns: Mapping[str, Column | Records], owner: Indexes | None = None
    ) -> dict[str, Column | Records]:
        """The columns, where what a guard makes pointless to ask is silent.

        `owner` tells which rows are ways of one row: it has to be pointless in all of them.
        """
        found = dict(columns)
        view: View | None = None
        for name, guard in self._guards:
            open_ = found[name].blank == IS_OPEN
            if not open_.any():
                continue
            view = view or View(found, None, strict=False, size=len(open_))
            pointless = _in_every_way(cannot_be_true(self._conditions.truth(guard, view)), owner)
            rows = np.flatnonzero(open_ & pointless)
            if len(rows):
                computed = self._computed_from(name)
                for one in (name, *(joints for joints in computed if joints in found)):
                    found[one] = _silent(found[one], rows)
                view = None
        return found

    def _computed_from(self, name: str) -> list[str]:
        return [one.name for one in self.rules.vocabulary.facts.values() if one.joints_of == name]

    def contradicted(
        self, columns: Mapping[str, Column | Records], size: int, owner: Indexes | None = None
    ) -> NDArray[np.int16]:
        """The number of a relation that each row breaks, in all its ways; -1 where it breaks none."""
        view = View(columns, None, strict=False, size=size)
        found = np.full(size, -1, np.int16)
        for number, one in reversed(list(enumerate(self._contradictions))):
            proven = (self._conditions.truth(one, view) & _PROVEN) == _PROVEN
            found[_in_every_way(proven, owner)] = number
        return found


def _looked_at(rules: RuleBase) -> set[str]:
    """Every fact and field that a criterion, a guard, a relation or the choice of a guideline looks at."""
    conditions = [
        *(one for each in rules.guidelines.values() for c in each.criteria for one in c.conditions),
        *rules.vocabulary.guards.values(),
        *(one.contradiction for one in rules.relations),
    ]
    names = {name for condition in conditions for name in facts_in(condition)}
    return names | governing_facts(rules) | {"request_date"}


def governing_facts(rules: RuleBase) -> set[str]:
    """The facts of a request that the choice of a guideline looks at."""
    search = rules.search_order
    covers = [
        *(one.covers for one in rules.guidelines.values()),
        *(gap.covers for order in (search.default, *search.orders.values()) for gap in order.gaps),
    ]
    return {"procedure", "region", *(name for one in covers for name in one)}


def _silent(column: Column | Records, rows: Indexes) -> Column | Records:
    blank = column.blank.copy()
    blank[rows] = IS_SILENT
    return replace(column, blank=blank)


def _in_every_way(flags: Flags, owner: Indexes | None) -> Flags:
    if owner is None or not len(owner):
        return flags
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    return np.asarray(np.logical_and.reduceat(flags, starts)[owner])


def among(statuses: Codes, owner: Indexes, open_: Flags) -> Codes:
    """The status of each row from those in all its ways; `open_` tells which rows are open records."""
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    sets = np.bitwise_or.reduceat(np.left_shift(np.uint8(1), statuses), starts)
    kinds: tuple[RecordKind, RecordKind] = ("closed", "open")
    closed, open_record = (AMONG[kind] for kind in kinds)
    return np.where(open_, open_record[sets], closed[sets])
