"""Truth tables over every combination of values at once: one bit of a whole number for each combination.

A condition over a grid has four sets of combinations, one for each step of its range of truth; `all`, `any`
and `not` are operations on whole sets. A grid of a million combinations is judged in milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import NamedTuple

from checker.condition import All, Any, Condition, Derived, Not, Range
from checker.guideline import Criterion, Silence, Status

RANGES = (Range(0, 0), Range(0, 1), Range(0, 2), Range(1, 1), Range(1, 2), Range(2, 2))


class Truth(NamedTuple):
    """The combinations in which a condition has a range of truth, as four sets.

    `some` are those whose least truth is unknown or true, `sure` those whose least truth is true; `maybe` and
    `could` are the same for the greatest truth.
    """

    some: int
    sure: int
    maybe: int
    could: int

    def having(self, truth: Range) -> int:
        """The combinations in which the range is exactly this one."""
        least = (~self.some, self.some & ~self.sure, self.sure)[truth.least]
        most = (~self.maybe, self.maybe & ~self.could, self.could)[truth.most]
        return least & most


Leaf = Callable[[Condition], Truth]


@dataclass(frozen=True)
class Grid:
    """Independent axes, each with a number of rows; a combination takes one row of each axis."""

    sizes: tuple[int, ...]

    @cached_property
    def number(self) -> int:
        """How many combinations there are."""
        return prod(self.sizes)

    @cached_property
    def full(self) -> int:
        """The set of all combinations."""
        return (1 << self.number) - 1

    @cached_property
    def masks(self) -> tuple[tuple[int, ...], ...]:
        """For each axis and row, the combinations that take the row."""
        found = []
        stride = 1
        for size in self.sizes:
            block = (1 << stride) - 1
            period = stride * size
            rows = tuple(self._repeated(block << (stride * row), period) for row in range(size))
            found.append(rows)
            stride = period
        return tuple(found)

    def _repeated(self, pattern: int, period: int) -> int:
        width = period
        while width < self.number:
            pattern |= pattern << width
            width *= 2
        return pattern & self.full

    def rows(self, combination: int) -> tuple[int, ...]:
        """The row of each axis in one combination."""
        found = []
        for size in self.sizes:
            combination, row = divmod(combination, size)
            found.append(row)
        return tuple(found)

    def leaf(self, axis: int, ranges: Sequence[Range]) -> Truth:
        """The truth of a condition that only one axis matters to, from its range in each row."""
        masks = self.masks[axis]
        sets = [0, 0, 0, 0]
        for mask, (least, most) in zip(masks, ranges, strict=True):
            for number, holds in enumerate((least > 0, least > 1, most > 0, most > 1)):
                if holds:
                    sets[number] |= mask
        return Truth(*sets)

    def constant(self, truth: Range) -> Truth:
        """The truth of a condition that no axis matters to."""
        least, most = truth
        return Truth(*(self.full * one for one in (least > 0, least > 1, most > 0, most > 1)))

    def truth(self, condition: Condition, leaf: Leaf) -> Truth:
        """The truth of a condition, from the truth of the leaves that it is built of."""
        match condition:
            case All(parts):
                return _folded([self.truth(part, leaf) for part in parts], int.__and__)
            case Any(parts):
                return _folded([self.truth(part, leaf) for part in parts], int.__or__)
            case Not(part):
                some, sure, maybe, could = self.truth(part, leaf)
                full = self.full
                return Truth(full ^ could, full ^ maybe, full ^ sure, full ^ some)
            case Derived(_, part):
                return self.truth(part, leaf)
            case _:
                return leaf(condition)

    def statuses(self, criterion: Criterion, silence: Silence, leaf: Leaf) -> Mapping[Status, int]:
        """The combinations in which a criterion has each status; every combination is in one of them."""
        full = self.full
        applies, requires = full, self.truth(criterion.requires, leaf)
        if criterion.when:
            when = self.truth(criterion.when, leaf)
            applies = when.maybe
            idle = self.truth(Not(criterion.when), leaf)
            requires = _folded([idle, requires], int.__or__)
        some, sure, maybe, could = requires
        if criterion.unless:
            exception = self.truth(criterion.unless, leaf)
            some, sure = some | exception.sure, sure | exception.sure
            maybe, could = maybe | exception.could, could | exception.could
        unsettled = applies & maybe & ~sure
        presumed = unsettled & some if silence == "presumed" else 0
        missing = unsettled & ~could if silence == "counts_against" else 0
        return {
            "met": applies & sure,
            "not met": applies & ~maybe,
            "missing": missing,
            "presumed": presumed,
            "to answer": unsettled & ~presumed & ~missing,
            "not applicable": full & ~applies,
        }

    def by_cost(self, costs: Sequence[Sequence[int]]) -> Mapping[int, int]:
        """The combinations of each total cost, given what every row of every axis costs."""
        levels = {0: self.full}
        for masks, prices in zip(self.masks, costs, strict=True):
            found: dict[int, int] = {}
            of_price: dict[int, int] = {}
            for mask, price in zip(masks, prices, strict=True):
                of_price[price] = of_price.get(price, 0) | mask
            for total, level in levels.items():
                for price, mask in of_price.items():
                    found[total + price] = found.get(total + price, 0) | (level & mask)
            levels = found
        return dict(sorted(levels.items()))


def _folded(parts: Sequence[Truth], join: Callable[[int, int], int]) -> Truth:
    first, *others = parts
    sets = list(first)
    for other in others:
        sets = [join(one, more) for one, more in zip(sets, other, strict=True)]
    return Truth(*sets)


def first_of(combinations: int) -> int:
    """The first combination of a set that has one."""
    return (combinations & -combinations).bit_length() - 1


def each_of(combinations: int) -> Iterator[int]:
    """All combinations of a set, from the first to the last."""
    while combinations:
        first = combinations & -combinations
        yield first.bit_length() - 1
        combinations ^= first
