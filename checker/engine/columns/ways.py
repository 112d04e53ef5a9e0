"""Facts that some rows give in several ways, and facts of single charts put into columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from checker.engine.columns.coding import Coding
from checker.engine.columns.frame import Column, Records, Second, one_fact
from checker.engine.columns.truth import IS_OPEN, IS_SILENT, IS_TRUE, Codes, Flags, Indexes
from checker.fact import Documented, Fact, NotAsked
from checker.vocabulary import TargetLabels


@dataclass(frozen=True)
class Dispute:
    """A fact that some rows give in several ways.

    `counts` is the number of ways in each row, 1 where it is not disputed; its ways are those of `ways` from
    `firsts` on. A list whose `firsts` is negative differs only in how the levels of its records are read.
    """

    counts: Indexes
    firsts: Indexes
    ways: Column | Records


@dataclass
class Slot:
    """One fact while its disputes are being gathered; `column` holds it where it is not disputed."""

    column: Column | Records
    counts: Indexes | None = None
    firsts: Indexes | None = None
    ways: list[Fact] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.column.known)

    def give(
        self, rows: Indexes | Sequence[int], first: Indexes | int, count: Indexes | int
    ) -> None:
        """These rows have `count` ways from `first` on."""
        if self.counts is None or self.firsts is None:
            self.counts, self.firsts = (
                np.ones(self.size, np.int64),
                np.full(self.size, -1, np.int64),
            )
        self.counts[rows], self.firsts[rows] = count, first

    def say(self, row: int, ways: tuple[Fact, ...]) -> None:
        """A row gives the fact in these ways, or in one."""
        first = self.seen.get(id(ways))
        if first is None:
            first = self.seen[id(ways)] = len(self.ways)
            self.ways += ways
        self.give([row], first, len(ways))

    def disputed(self) -> Flags | None:
        """Where there is more than one way."""
        return None if self.counts is None else np.asarray(self.counts > 1)


def settled(slot: Slot, ways: Column | Records) -> Column | Records:
    """The fact with the only way that some rows give it; what they give in several ways counts as silent."""
    column = slot.column
    if slot.counts is None or slot.firsts is None:
        return column
    only = np.flatnonzero((slot.firsts >= 0) & (slot.counts == 1))
    # INVARIANT: the lists that differ only in how levels are read (no first way) keep their records.
    several = np.flatnonzero((slot.counts > 1) & (slot.firsts >= 0))
    if isinstance(column, Records) and isinstance(ways, Records):
        column = joined(column, ways, only, slot.firsts[only])
        sizes = column.sizes.copy()
        sizes[several] = 0
        known, blank = _silenced(column, several)
        return replace(column, sizes=sizes, known=known, blank=blank)
    column = replaced(one_fact(column), one_fact(ways), only, slot.firsts[only])
    known, blank = _silenced(column, several)
    return replace(column, known=known, blank=blank)


def _silenced(column: Column | Records, rows: Indexes) -> tuple[Codes, Codes]:
    known, blank = column.known.copy(), column.blank.copy()
    known[rows], blank[rows] = 0, IS_SILENT
    return known, blank


def replaced(column: Column, ways: Column, rows: Indexes, places: Indexes) -> Column:
    """A fact with some rows taken from its ways."""
    if not len(rows):
        return column
    values, known, blank = column.values.copy(), column.known.copy(), column.blank.copy()
    values[rows], known[rows], blank[rows] = (
        ways.values[places],
        ways.known[places],
        ways.blank[places],
    )
    weak = np.zeros(len(known), np.bool_) if column.weak is None else column.weak.copy()
    weak[rows] = False if ways.weak is None else ways.weak[places]
    return Column(values, known, blank, weak)


def joined(lists: Records, ways: Records, rows: Indexes, places: Indexes) -> Records:
    """Lists with some rows taken from their ways, whose records come after all others."""
    if not len(rows):
        return lists
    first = len(next(iter(lists.fields.values())).known) if lists.fields else 0
    starts, sizes = lists.starts.copy(), lists.sizes.copy()
    known, blank = lists.known.copy(), lists.blank.copy()
    starts[rows], sizes[rows] = first + ways.starts[places], ways.sizes[places]
    known[rows], blank[rows] = ways.known[places], ways.blank[places]
    weak = np.zeros(len(known), np.bool_) if lists.weak is None else lists.weak.copy()
    weak[rows] = False if ways.weak is None else ways.weak[places]
    fields = {name: _appended(one, ways.fields[name]) for name, one in lists.fields.items()}
    extra = len(next(iter(ways.fields.values())).known) if ways.fields else 0
    seconds = {
        name: Second(
            np.concatenate([one.values, np.zeros(extra, np.int64)]),
            np.concatenate([one.two, np.zeros(extra, np.bool_)]),
        )
        for name, one in lists.seconds.items()
    }
    return Records(starts, sizes, known, blank, fields, weak, seconds)


def _appended(one: Column, other: Column) -> Column:
    weak = None
    if one.weak is not None or other.weak is not None:
        parts = [
            np.zeros(len(each.known), np.bool_) if each.weak is None else each.weak
            for each in (one, other)
        ]
        weak = np.concatenate(parts)
    return Column(
        np.concatenate([one.values, other.values]),
        np.concatenate([one.known, other.known]),
        np.concatenate([one.blank, other.blank]),
        weak,
    )


# Facts as columns ------------------------------------------------------------------------------------


def column_of(facts: Sequence[Fact], coding: Coding) -> Column:
    """Facts without conflicts as one column."""
    values = np.zeros(len(facts), coding.dtype)
    known, blank, weak = _states(facts)
    for row, fact in enumerate(facts):
        if isinstance(fact, Documented) and not isinstance(coding.spec.type, TargetLabels):
            values[row] = coding.number(fact.value)
    return Column(values, known, blank, weak)


def records_of(facts: Sequence[Fact], codings: Mapping[str, Coding]) -> Records:
    """Lists of records without conflicts as one column."""
    known, blank, weak = _states(facts)
    lists = [_records(fact) for fact in facts]
    sizes = np.array([len(one) for one in lists], np.int64)
    flat = [record for one in lists for record in one]
    fields = {
        name: column_of([record[name] for record in flat], coding)
        for name, coding in codings.items()
    }
    return Records(np.cumsum(sizes) - sizes, sizes, known, blank, fields, weak)


def _records(fact: Fact) -> list[Mapping[str, Fact]]:
    items = fact.value if isinstance(fact, Documented) and isinstance(fact.value, tuple) else ()
    return [one for one in items if isinstance(one, Mapping)]


def _states(facts: Sequence[Fact]) -> tuple[Codes, Codes, Flags]:
    known = np.array([IS_TRUE if isinstance(one, Documented) else 0 for one in facts], np.uint8)
    blank = np.array([_blank(one) for one in facts], np.uint8)
    weak = [isinstance(one, Documented) and one.grade == "conclusory" for one in facts]
    return known, blank, np.array(weak, np.bool_)


def _blank(fact: Fact) -> int:
    if isinstance(fact, Documented):
        return 0
    return IS_OPEN if isinstance(fact, NotAsked) else IS_SILENT
