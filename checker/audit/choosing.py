"""The governing guideline of many rows: each different setting is asked about once, of checker.governing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from checker.determination import Terms
from checker.engine.columns import arrays
from checker.engine.columns.coding import Coding
from checker.engine.columns.engine import governing_facts
from checker.engine.columns.frame import Column, Records, one_fact
from checker.engine.columns.reading import Reader
from checker.engine.columns.truth import IS_OPEN, Flags, Indexes
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Documented, Fact
from checker.governing import Governed, Setting, asked_under, governing
from checker.guideline import Guideline
from checker.rulebase import RuleBase
from checker.searchorder import Order

UNGOVERNED, STILL_OPEN, SKIPPED = -1, -2, -3
"""In the place of a guideline: none speaks about the request, none yet, and the row was not decided."""


@dataclass(frozen=True)
class Known:
    """What a row says beside its facts."""

    open: Flags
    order: Indexes
    letter_day: Indexes
    has_letter_day: Flags

    @classmethod
    def of(cls, batch: pa.RecordBatch, open_: Flags, chooser: Chooser) -> Known:
        """The rows of a batch."""
        size = batch.num_rows
        order = np.zeros(size, np.int64)
        days, given = np.zeros(size, np.int64), np.zeros(size, np.bool_)
        names = batch.schema.names
        if "jurisdiction" in names:
            array = arrays.plain(batch.column("jurisdiction"), pa.string())
            codes, found = arrays.texts(array)
            numbers = [chooser.order_of(one) for one in found] or [0]
            order = np.where(arrays.valid(array), np.array(numbers)[codes], 0)
        if "ur_date" in names:
            array = arrays.plain(batch.column("ur_date"), pa.date32())
            days, given = arrays.numbers(array).astype(np.int64), arrays.valid(array)
        return cls(open_, order, days, given)


@dataclass
class Chooser:
    """The governing guideline for the few settings that a batch has; each is asked for once."""

    rules: RuleBase
    terms: Terms
    reader: Reader
    seen: dict[tuple[int, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rules = self.rules
        self.guidelines: Sequence[Guideline] = list(rules.guidelines.values())
        self.names = sorted(name for name in governing_facts(rules) if name in self.reader.wanted)
        self.numbers = {one.id: number for number, one in enumerate(self.guidelines)}
        search = rules.search_order
        self.orders: list[Order] = [search.default]
        self._order_of: dict[str | None, int] = {}
        self.edges = _edges(self.guidelines)

    def order_of(self, jurisdiction: str | None) -> int:
        """The number of the search order of a jurisdiction."""
        if jurisdiction not in self._order_of:
            order = self.rules.search_order.order(jurisdiction)
            if order not in self.orders:
                self.orders.append(order)
            self._order_of[jurisdiction] = self.orders.index(order)
        return self._order_of[jurisdiction]

    def choose(
        self,
        columns: Mapping[str, Column | Records],
        unsure: Mapping[str, Flags],
        known: Known,
        rows: Indexes,
    ) -> NDArray[np.int32]:
        """The number of the guideline of each row, or why there is none; `unsure` are facts in conflict."""
        parts = [self._states(name, columns, unsure) for name in self.names]
        parts += [known.order[rows], self._days(columns, unsure, known, rows)]
        sizes = [len(self._coding(name).members) + 2 for name in self.names]
        sizes += [len(self.orders), len(self.edges) + 2]
        keys = np.zeros(len(rows), np.int64)
        for part, size in zip(parts, sizes, strict=True):
            keys = keys * size + part
        _, firsts, inverse = np.unique(keys, return_index=True, return_inverse=True)
        settings = zip(*(part[firsts].tolist() for part in parts), strict=True)
        chosen = np.array([self._guideline(one) for one in settings] or [0], np.int32)
        return np.asarray(chosen[inverse], np.int32)

    def _coding(self, name: str) -> Coding:
        return self.reader.codings[name]

    def _states(
        self, name: str, columns: Mapping[str, Column | Records], unsure: Mapping[str, Flags]
    ) -> Indexes:
        """0 for what was not asked, 1 for silence and conflict, and the choices from 2 on."""
        column = one_fact(columns[name])
        blank = np.where(column.blank == IS_OPEN, 0, 1)
        found = np.where(column.known != 0, column.values.astype(np.int64) + 2, blank)
        return np.where(unsure[name], 1, found) if name in unsure else found

    def _days(
        self,
        columns: Mapping[str, Column | Records],
        unsure: Mapping[str, Flags],
        known: Known,
        rows: Indexes,
    ) -> Indexes:
        """Between which edges the day lies, from 1 on; 0 where no day is known."""
        if self.terms.as_of:
            return np.zeros(len(rows), np.int64)
        days, given = known.letter_day[rows], known.has_letter_day[rows]
        requested = columns.get("request_date")
        if isinstance(requested, Column):
            stated = requested.known != 0
            if "request_date" in unsure:
                stated = stated & ~unsure["request_date"]
            days = np.where(stated, requested.values, days)
            given = given | stated
        place = np.searchsorted(np.array(self.edges, np.int64), days, side="right") + 1
        return np.where(given, place, 0)

    def _guideline(self, setting: tuple[int, ...]) -> int:
        if setting not in self.seen:
            self.seen[setting] = self._decided(setting)
        return self.seen[setting]

    def _decided(self, setting: tuple[int, ...]) -> int:
        *states, order, place = setting
        request: dict[str, Fact] = {
            name: self._fact(name, state) for name, state in zip(self.names, states, strict=True)
        }
        terms, rules = self.terms, self.rules
        here = Setting(request, terms.as_of or self._day(place), self.orders[order])
        found = (
            asked_under(rules, terms.guideline, here) if terms.guideline else governing(rules, here)
        )
        if isinstance(found, Governed):
            return self.numbers[found.guideline.id]
        return STILL_OPEN if found.unasked else UNGOVERNED

    def _fact(self, name: str, state: int) -> Fact:
        if state < 2:
            return NOT_DOCUMENTED if state else NOT_ASKED
        return Documented(self._coding(name).members[state - 2])

    def _day(self, place: int) -> date | None:
        """A day for all days between two edges."""
        if place == 0:
            return None
        edge = self.edges[place - 2] if place > 1 else self.edges[0] - 1
        return _FIRST_DAY + timedelta(days=edge)


_FIRST_DAY = date(1970, 1, 1)


def _edges(guidelines: Sequence[Guideline]) -> list[int]:
    """The days on which the choice of a guideline can change, counted from 1970.

    An edition begins or ends, or the nearest of two is another one: then the day lies half way between them.
    """
    begins = {(one.since - _FIRST_DAY).days for one in guidelines}
    ends = {(one.until - _FIRST_DAY).days for one in guidelines if one.until}
    between = [
        ((one.until - _FIRST_DAY).days + (other.since - _FIRST_DAY).days) // 2
        for one in guidelines
        for other in guidelines
        if one.until and one.until < other.since and _may_meet(one, other)
    ]
    middles = {day + extra for day in between for extra in (0, 1)}
    return sorted(begins | {one + 1 for one in ends} | middles)


def _may_meet(one: Guideline, other: Guideline) -> bool:
    """Whether both can speak about the same request."""
    shared = one.covers.keys() & other.covers.keys()
    return all(one.covers[name] & other.covers[name] for name in shared)
