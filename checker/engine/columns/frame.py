"""Facts of many cases side by side: one array for each fact, flat arrays for the fields of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from checker.engine.columns.truth import IS_SILENT, Codes, Flags, Indexes

Values: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One fact in every row.

    `known` is true (as four bits) where it is documented and else 0; `blank` is what a condition on it comes
    to where it is not: silent, or open for what was not asked. `weak` marks conclusory values; None: there
    are none. Values: 0 and 1, a number, a day, the place in a list of choices, or a set as bits.
    """

    values: Values
    known: Codes
    blank: Codes
    weak: Flags | None = None

    def take(self, rows: Indexes) -> Column:
        """The same for some rows, in their order."""
        weak = None if self.weak is None else self.weak[rows]
        return Column(self.values[rows], self.known[rows], self.blank[rows], weak)

    def strictly(self) -> Column:
        """The same with what is only conclusory not documented."""
        return replace(self, **_strictly(self)) if self.weak is not None else self


@dataclass(frozen=True, slots=True)
class Second:
    """The second reading of levels in records, where `two` says that there are two."""

    values: Values
    two: Flags


@dataclass(frozen=True, slots=True)
class Records:
    """A list of records in every row: those from `starts`, `sizes` of them, of the flat `fields`.

    `seconds` are the second readings of joints that are computed from the levels of a record.
    """

    starts: Indexes
    sizes: Indexes
    known: Codes
    blank: Codes
    fields: Mapping[str, Column]
    weak: Flags | None = None
    seconds: Mapping[str, Second] = field(default_factory=dict)

    def take(self, rows: Indexes) -> Records:
        """The same for some rows; the flat fields stay as they are."""
        weak = None if self.weak is None else self.weak[rows]
        return replace(
            self,
            starts=self.starts[rows],
            sizes=self.sizes[rows],
            known=self.known[rows],
            blank=self.blank[rows],
            weak=weak,
        )

    def strictly(self) -> Records:
        """The same without a list that is only conclusory; the fields are judged one by one."""
        if self.weak is None:
            return self
        sizes = np.where(self.weak, 0, self.sizes)
        return replace(self, sizes=sizes, **_strictly(self))

    @property
    def flat(self) -> Indexes:
        """Where the records of all rows stand in the flat fields, row by row."""
        return ranges(self.starts, self.sizes)


def one_fact(found: Column | Records) -> Column:
    """What is found under the name of a fact that is no list."""
    if isinstance(found, Records):
        raise TypeError("a list of records stands where one fact is expected")
    return found


def many_records(found: Column | Records) -> Records:
    """What is found under the name of a list."""
    if isinstance(found, Column):
        raise TypeError("one fact stands where a list of records is expected")
    return found


def _strictly(one: Column | Records) -> dict[str, Any]:
    dropped = one.known * np.asarray(one.weak)
    return {
        "known": one.known ^ dropped,
        "blank": one.blank | (dropped & IS_SILENT),
        "weak": None,
    }


def ranges(starts: Indexes, sizes: Indexes) -> Indexes:
    """Every index from each start on, as many as its size says."""
    before = np.cumsum(sizes) - sizes
    return np.asarray(np.arange(int(sizes.sum())) + np.repeat(starts - before, sizes))


class View:
    """Some rows of a table as a reading takes them; what is looked at is taken once.

    `truths` holds the truth of the conditions evaluated so far.
    """

    def __init__(
        self,
        columns: Mapping[str, Column | Records],
        rows: Indexes | None,
        *,
        strict: bool,
        size: int,
    ) -> None:
        self._columns = columns
        self._rows = rows
        self._strict = strict
        self._taken: dict[str, Column] = {}
        self._lists: dict[str, tuple[Records, View]] = {}
        self.size = size if rows is None else len(rows)
        self.truths: dict[int, Codes] = {}

    def column(self, name: str) -> Column:
        """A fact in these rows."""
        if name not in self._taken:
            self._taken[name] = self._column(name)
        return self._taken[name]

    def _column(self, name: str) -> Column:
        column = one_fact(self._columns[name])
        taken = column if self._rows is None else column.take(self._rows)
        return taken.strictly() if self._strict else taken

    def records(self, name: str) -> tuple[Records, View]:
        """The lists of records in these rows, and a view of their records one below the other."""
        if name not in self._lists:
            whole = many_records(self._columns[name])
            lists = whole if self._rows is None else whole.take(self._rows)
            lists = lists.strictly() if self._strict else lists
            self._lists[name] = lists, Inside(self, lists, strict=self._strict)
        return self._lists[name]


class Inside(View):
    """Records one below the other; a fact of the case stands beside each of its records."""

    def __init__(self, outside: View, lists: Records, *, strict: bool) -> None:
        flat = lists.flat
        super().__init__(lists.fields, flat, strict=strict, size=len(flat))
        self.outside = outside
        self.owner = np.repeat(np.arange(len(lists.sizes)), lists.sizes)

    def _column(self, name: str) -> Column:
        if name in self._columns:
            return super()._column(name)
        return self.outside.column(name).take(self.owner)
