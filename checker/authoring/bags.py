"""The lists of records that quantified conditions can tell apart, as short as each can be.

A record matters only by what each `where` makes of it; so records are first sorted by that, and then lists
are grown record by record until no longer list tells anything new.
"""

from __future__ import annotations

import heapq
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product

from checker.authoring.grid import RANGES, Grid, Truth, first_of
from checker.authoring.values import TooManyError, leaves
from checker.charting import Facts
from checker.condition import OPEN, SILENT, Condition, Range, Relation, Some, evaluate, facts_in
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Chart, Documented, Fact

MAX_BAGS = 4_000
"""How many lists that differ are told apart at most."""

Choices = Mapping[str, Sequence[tuple[Fact, Facts, int]]]
"""For each field, its values: as conditions see them, as a case writes them, and what they cost."""


@dataclass(frozen=True, slots=True)
class Bag:
    """What a case may write about a list, what that costs, and the range it gives each quantified condition."""

    fact: Fact
    cost: int
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    facts: Facts
    cost: int
    truths: tuple[Range, ...]


class Bags:
    """The lists for some quantified conditions over one list; those for equal surroundings are found once."""

    def __init__(self, conditions: Sequence[Some], choices: Choices) -> None:
        self._conditions = conditions
        self._wheres = list(dict.fromkeys(one.where for one in conditions))
        self._leaves = list(dict.fromkeys(leaf for one in self._wheres for leaf in leaves(one)))
        self._axes = [
            [_joined(names, chosen) for chosen in product(*(choices[name] for name in names))]
            for names in _bundles(choices, self._leaves)
        ]
        self._names = [set(names) for names in _bundles(choices, self._leaves)]
        self._found: dict[tuple[tuple[Range, ...], ...], list[Bag]] = {}
        self._grid = Grid(tuple(len(rows) for rows in self._axes))
        self._costs = [[cost for _, _, cost in rows] for rows in self._axes]

    def beside(self, chart: Chart) -> list[Bag]:
        """The lists on a chart whose other facts are these.

        Raises:
            TooManyError: if too many lists can be told apart.
        """
        ranges = tuple(self._ranges(leaf, chart) for leaf in self._leaves)
        if ranges not in self._found:
            self._found[ranges] = list(self._bags(self._records(ranges)))
        return self._found[ranges]

    def _ranges(self, leaf: Condition, chart: Chart) -> tuple[Range, ...]:
        """The truth of a leaf in each row of its axis; one, where no field of the record matters to it."""
        axis = self._axis_of(leaf)
        if axis is None:
            return (evaluate(leaf, chart),)
        return tuple(
            evaluate(leaf, ChainMap(row, chart))  # type: ignore[arg-type]
            for row, _, _ in self._axes[axis]
        )

    def _axis_of(self, leaf: Condition) -> int | None:
        named = set(facts_in(leaf))
        return next((place for place, names in enumerate(self._names) if names & named), None)

    def _records(self, ranges: Sequence[tuple[Range, ...]]) -> list[_Record]:
        """The cheapest record of each kind that the conditions tell apart."""
        grid = self._grid
        truths: dict[Condition, Truth] = {}
        for leaf, told in zip(self._leaves, ranges, strict=True):
            axis = self._axis_of(leaf)
            truths[leaf] = grid.constant(told[0]) if axis is None else grid.leaf(axis, told)
        cells: list[tuple[int, tuple[Range, ...]]] = [(grid.full, ())]
        for where in self._wheres:
            truth = grid.truth(where, truths.__getitem__)
            parts = [(truth.having(one), one) for one in RANGES]
            cells = [
                (cell & part, (*told, one))
                for cell, told in cells
                for part, one in parts
                if cell & part
            ]
        levels = grid.by_cost(self._costs)
        return [self._cheapest(cell, told, levels) for cell, told in cells]

    def _cheapest(self, cell: int, told: tuple[Range, ...], levels: Mapping[int, int]) -> _Record:
        cost, found = next((cost, one & cell) for cost, one in levels.items() if one & cell)
        facts: Facts = {}
        for rows, row in zip(self._axes, self._grid.rows(first_of(found)), strict=True):
            facts |= rows[row][1]
        return _Record(facts, 1 + (cost or 2), told)

    def _bags(self, records: Sequence[_Record]) -> Iterator[Bag]:
        """Silence, and every list that differs from cheaper ones in what the conditions make of it."""
        conditions = self._conditions
        yield Bag(NOT_DOCUMENTED, 0, (SILENT,) * len(conditions))
        empty = ((0, 0, 0, 0),) * len(conditions)
        places = [self._wheres.index(one.where) for one in conditions]
        kinds = [
            (record, tuple(_tallied(record.truths[place]) for place in places))
            for record in records
        ]
        seen = {empty}
        serial = count()
        waiting: list[tuple[int, int, tuple[_Record, ...], tuple[_Tally, ...]]] = []
        heapq.heappush(waiting, (2, next(serial), (), empty))
        while waiting:
            cost, _, chosen, state = heapq.heappop(waiting)
            yield Bag(Documented(tuple(one.facts for one in chosen)), cost, self._truths(state))
            for record, tallies in kinds:
                grown = tuple(
                    _added(one, more, condition.at_least)
                    for one, more, condition in zip(state, tallies, conditions, strict=True)
                )
                if grown not in seen:
                    seen.add(grown)
                    if len(seen) > MAX_BAGS:
                        raise TooManyError(len(seen))
                    entry = (cost + record.cost, next(serial), (*chosen, record), grown)
                    heapq.heappush(waiting, entry)
        yield Bag(NOT_ASKED, UNASKED_COST, (OPEN,) * len(conditions))

    def _truths(self, state: tuple[_Tally, ...]) -> tuple[Range, ...]:
        return tuple(
            _range(tally, condition.at_least)
            for tally, condition in zip(state, self._conditions, strict=True)
        )


UNASKED_COST = 100
"""A chart that was read to its end is a simpler witness than any with open questions."""

_Tally = tuple[int, int, int, int]
"""How many records are at least unknown, at least true, at most unknown or true, and at most true."""


def _tallied(truth: Range) -> _Tally:
    least, most = truth
    return int(least > 0), int(least > 1), int(most > 0), int(most > 1)


def _added(tally: _Tally, more: _Tally, enough: int) -> _Tally:
    """One record more; beyond the number that a condition asks for it makes no difference."""
    some, sure, maybe, could = tally
    return (
        min(some + more[0], enough),
        min(sure + more[1], enough),
        min(maybe + more[2], enough),
        min(could + more[3], enough),
    )


def _range(tally: _Tally, enough: int) -> Range:
    some, sure, maybe, could = (number >= enough for number in tally)
    return Range(some + sure, maybe + could)


def _joined(
    names: Iterable[str], chosen: Iterable[tuple[Fact, Facts, int]]
) -> tuple[Facts, Facts, int]:
    """One row of an axis of fields: what conditions see, what a case writes, and the cost."""
    seen: Facts = {}
    written: Facts = {}
    total = 0
    for name, (fact, facts, cost) in zip(names, chosen, strict=True):
        seen[name] = fact
        written |= facts
        total += cost
    return seen, written, total


def _bundles(choices: Choices, found: Iterable[Condition]) -> list[tuple[str, ...]]:
    """The fields that are compared with each other together, every other one for itself."""
    group = {name: frozenset({name}) for name in choices}
    for leaf in found:
        if isinstance(leaf, Relation) and leaf.left in group and leaf.right in group:
            joined = group[leaf.left] | group[leaf.right]
            group |= dict.fromkeys(joined, joined)
    return [tuple(sorted(one)) for one in dict.fromkeys(group.values())]
