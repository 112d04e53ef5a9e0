"""Rows whose facts can be read in several ways, once for every way, as checker.charting.worlds has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from checker.engine.columns.frame import Column, Records, Second, one_fact
from checker.engine.columns.reading import Read
from checker.engine.columns.truth import Flags, Indexes
from checker.engine.columns.ways import Dispute, joined, replaced

MOST_ROWS = 1 << 17
"""So many ways are looked at together, or those of one row."""


@dataclass(frozen=True)
class Ways:
    """Some rows of a batch, each in all its ways; `owner` is the place of each way's row among `rows`."""

    rows: Indexes
    owner: Indexes
    columns: Mapping[str, Column | Records]

    @property
    def firsts(self) -> Indexes:
        """The first way of each row."""
        return np.searchsorted(self.owner, np.arange(len(self.rows)))


def disputed(read: Read) -> Flags:
    """The rows that can be read in several ways."""
    found = np.zeros(read.size, np.bool_)
    for one in read.disputes.values():
        found |= one.counts > 1
    return found


def in_all_ways(read: Read, rows: Indexes) -> Iterator[Ways]:
    """These rows in all their ways, not too many at once."""
    totals = np.ones(len(rows), np.int64)
    for one in read.disputes.values():
        totals *= one.counts[rows]
    start = 0
    while start < len(rows):
        sums = np.cumsum(totals[start:])
        end = start + max(1, int(np.searchsorted(sums, MOST_ROWS, side="right")))
        yield _expanded(read, rows[start:end], totals[start:end])
        start = end


def _expanded(read: Read, rows: Indexes, totals: Indexes) -> Ways:
    owner = np.repeat(np.arange(len(rows)), totals)
    way = np.arange(len(owner)) - np.repeat(np.cumsum(totals) - totals, totals)
    source = rows[owner]
    columns: dict[str, Column | Records] = {}
    for name, column in read.columns.items():
        taken = column.take(source)
        if dispute := read.disputes.get(name):
            count = dispute.counts[source]
            taken = _in_way(taken, dispute, source, way % count)
            way //= count
        columns[name] = taken
    return Ways(rows, owner, columns)


def _in_way(
    taken: Column | Records, dispute: Dispute, source: Indexes, digit: Indexes
) -> Column | Records:
    """A fact with the way that each row is to have."""
    firsts = dispute.firsts[source]
    several = np.flatnonzero((dispute.counts[source] > 1) & (firsts >= 0))
    places = firsts[several] + digit[several]
    if isinstance(taken, Records) and isinstance(dispute.ways, Records):
        lists = joined(taken, dispute.ways, several, places)
        return _levels_read(lists, np.where(firsts < 0, digit, 0)) if lists.seconds else lists
    return replaced(one_fact(taken), one_fact(dispute.ways), several, places)


def _levels_read(lists: Records, digit: Indexes) -> Records:
    """Records with their levels read in the first or in the second way, by the bits of each row's number."""
    flat = lists.flat
    owner = np.repeat(np.arange(len(lists.sizes)), lists.sizes)
    starts = np.cumsum(lists.sizes) - lists.sizes
    fields = {name: column.take(flat) for name, column in lists.fields.items()}
    used = np.zeros(len(lists.sizes), np.int64)
    for name, second in lists.seconds.items():
        two = second.two[flat].astype(np.int64)
        before = np.concatenate([[0], np.cumsum(two)])
        rank = before[:-1] - before[starts][owner] + used[owner]
        other = (two != 0) & ((digit[owner] >> rank) & 1 != 0)
        column = fields[name]
        values = np.where(other, second.values[flat], column.values)
        fields[name] = Column(values, column.known, column.blank, column.weak)
        used += before[starts + lists.sizes] - before[starts]
    seconds: Mapping[str, Second] = {}
    return Records(starts, lists.sizes, lists.known, lists.blank, fields, lists.weak, seconds)
