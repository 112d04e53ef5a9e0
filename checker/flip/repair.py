"""Ways to make a condition as true as wanted: which places of the chart to change, and to what.

ways(condition, wanted) is the union over the parts of an `any`, the merged product over those of an `all`,
and turns around under `not`. What already is as wanted needs no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from checker.condition import (
    SILENT,
    All,
    Any,
    Condition,
    Derived,
    Not,
    Relation,
    Some,
    evaluate,
)
from checker.fact import Chart, Documented, Fact, NotAsked
from checker.flip.choices import Cell, Choice, Choices
from checker.flip.goal import Goal, most_to

Term: TypeAlias = "Mapping[Cell, tuple[Choice, ...]]"
"""Places to change, each to any of some values."""

MOST_TERMS = 3_000
NONE_NEEDED: tuple[Term, ...] = ({},)


class TooManyWaysError(Exception):
    """There are more ways than can be looked through."""


@dataclass(frozen=True)
class Repairs:
    """Ways to change one chart. `way` is the chart with its conflicts settled in one manner.

    What is in `edits` has been changed already and stays as it is.
    """

    choices: Choices
    chart: Chart
    way: Chart
    edits: Mapping[Cell, Choice]

    def ways(
        self, condition: Condition, goal: Goal, record: tuple[str, int] | None = None
    ) -> Sequence[Term]:
        """The ways to meet a goal; none where it cannot be met.

        Raises:
            TooManyWaysError: if there are too many.
        """
        if goal.met(evaluate(condition, self._seen(record))):
            return NONE_NEEDED
        match condition:
            case All(parts) | Any(parts):
                found = (self.ways(part, goal, record) for part in parts)
                each_needed = isinstance(condition, All) == goal.upwards
                return _together(found) if each_needed else _either(found)
            case Not(part):
                return self.ways(part, goal.turned, record)
            case Derived(_, part):
                return self.ways(part, goal, record)
            case Some():
                return self._of_records(condition, goal)
            case Relation():
                return list(self._of_two(condition, goal, record))
            case _:
                cell = self.choices.source(condition.fact, record)
                fitting = tuple(
                    one for one in self._changes(cell) if self._fits(condition, goal, record, one)
                )
                changed: list[Term] = [{cell: fitting}] if fitting else []
                return [*changed, *self._by_guard((cell,), goal)]

    def _seen(self, record: tuple[str, int] | None) -> Chart:
        if record is None:
            return self.way
        return {**self.way, **self._record(self.way, record)}

    def _record(self, chart: Chart, record: tuple[str, int]) -> Mapping[str, Fact]:
        of = chart[record[0]]
        records = of.value if isinstance(of, Documented) else ()
        return records[record[1]]  # type: ignore[index, return-value]

    def _changes(self, cell: Cell) -> tuple[Choice, ...]:
        if cell in self.edits:
            return ()
        if len(cell) == 1:
            return self.choices.of(cell, self.chart[str(cell[0])])
        if not isinstance(self.chart[str(cell[0])], Documented):
            return ()
        fact = self._record(self.chart, (str(cell[0]), int(cell[1])))[str(cell[2])]
        return self.choices.of(cell, fact, self.edits.get((cell[0],)))

    def _fits(
        self, leaf: Condition, goal: Goal, record: tuple[str, int] | None, *chosen: Choice
    ) -> bool:
        seen = dict(self._seen(record))
        names = (leaf.left, leaf.right) if isinstance(leaf, Relation) else (leaf.fact,)  # type: ignore[union-attr]
        for name in names:
            cell = self.choices.source(name, record)
            for one in chosen:
                if one.cell == cell:
                    seen[name] = self.choices.as_read(name, cell, one.value)
        return goal.met(evaluate(leaf, seen))

    def _by_guard(self, cells: Iterable[Cell], goal: Goal) -> Iterator[Term]:
        """What need not be asked is silent, and silence may be as good as wanted."""
        if not goal.met(SILENT):
            return
        for cell in cells:
            guard = self.choices.vocabulary.guards.get(str(cell[0])) if len(cell) == 1 else None
            if guard and isinstance(self.chart[str(cell[0])], NotAsked):
                yield from self.ways(guard, most_to(0))

    def _of_two(self, leaf: Relation, goal: Goal, record: tuple[str, int] | None) -> Iterator[Term]:
        """One of two facts is changed, or both."""
        left, right = (self.choices.source(one, record) for one in (leaf.left, leaf.right))
        alone: set[Choice] = set()
        for cell in dict.fromkeys((left, right)):
            fitting = tuple(
                one for one in self._changes(cell) if self._fits(leaf, goal, record, one)
            )
            alone.update(fitting)
            if fitting:
                yield {cell: fitting}
        if left != right:
            others = [one for one in self._changes(right) if one not in alone]
            for one in self._changes(left):
                if one in alone:
                    continue
                both = tuple(each for each in others if self._fits(leaf, goal, record, one, each))
                if both:
                    yield {left: (one,), right: both}
        yield from self._by_guard((left, right), goal)

    def _of_records(self, condition: Some, goal: Goal) -> Sequence[Term]:
        """Enough records are made to satisfy what is asked of them, or not to; or the list changes."""
        cell: Cell = (condition.of,)
        found: list[Term] = []
        if changes := self._changes(cell):
            least = condition.at_least if goal.upwards else 0
            long_enough = tuple(one for one in changes if len(one.value) >= least)  # type: ignore[arg-type]
            found += [{cell: long_enough}] if long_enough else []
        found += self._by_guard((cell,), goal)
        of = self.way[condition.of]
        if not isinstance(of, Documented) or not isinstance(of.value, tuple):
            return found
        records = of.value
        number = condition.at_least if goal.upwards else len(records) - condition.at_least + 1
        ways = [
            self.ways(condition.where, goal, (condition.of, index)) for index in range(len(records))
        ]
        already = sum(one == NONE_NEEDED for one in ways)
        possible = [one for one in ways if one and one != NONE_NEEDED]
        for some in combinations(possible, max(0, number - already)):
            found += _together(some)
        return found


def _either(found: Iterable[Sequence[Term]]) -> list[Term]:
    terms = [term for one in found for term in one]
    if len(terms) > MOST_TERMS:
        raise TooManyWaysError
    return terms


def _together(found: Iterable[Sequence[Term]]) -> list[Term]:
    """Every combination; a place that two of them change must take a value that suits both."""
    product: list[Term] = [{}]
    for terms in found:
        merged = (_merged(one, other) for one in product for other in terms)
        product = [one for one in merged if one is not None]
        if len(product) > MOST_TERMS:
            raise TooManyWaysError
        if not product:
            break
    return product


def _merged(one: Term, other: Term) -> Term | None:
    merged = dict(one)
    for cell, choices in other.items():
        suiting = tuple(each for each in merged.get(cell, choices) if each in choices)
        if not suiting:
            return None
        merged[cell] = suiting
    return merged
