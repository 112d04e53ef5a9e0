"""The values of a fact that a set of conditions can tell apart: one value for each class of them.

A threshold is taken on both sides and at it; a choice by what asks for it; a set by which members are named,
and by how many; and each fact is also silent, and not asked. Nothing else can make a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise, product
from math import prod
from typing import Any

from checker.condition import (
    All,
    Bound,
    Condition,
    Derived,
    Includes,
    Is,
    Not,
    Relation,
    Size,
    Some,
)
from checker.condition import Any as AnyOf
from checker.vocabulary import FINEST, Boolean, Date, Enum, FactSpec, Number, SetOf

MOST_SHARED, MOST_SETS = 10, 4_000
"""How many members a set that is compared with another has at most, and in how many ways a set is filled."""


class TooManyError(Exception):
    """There are more combinations than are enumerated; `number` of them at least."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"{number:,} combinations")


def leaves(condition: Condition, *, inside: bool = False) -> Iterator[Condition]:
    """The conditions at the ends of a tree; with `inside` also those within the `where` of a quantifier."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part, inside=inside)
        case Not(part) | Derived(_, part):
            yield from leaves(part, inside=inside)
        case Some(where=where) if inside:
            yield condition
            yield from leaves(where, inside=inside)
        case _:
            yield condition


def values_of(name: str, spec: FactSpec, asked: Sequence[Condition]) -> list[Any]:
    """One value of each class of a fact that is neither a list nor a set of levels.

    `asked` are the leaves of all conditions, those inside a `where` too.
    """
    together = _compared(name, asked)
    linked = len(together)
    match spec.type:
        case Boolean():
            return [True, False]
        case Enum(values):
            sets = [leaf.values for leaf in asked if isinstance(leaf, Is) and leaf.fact == name]
            return _one_of_each(values, sets)
        case SetOf(values):
            return _subsets(name, list(values), asked, linked)
        case Number(_, low, high):
            wanted = _points(_bounds(together, asked), low, high, linked)
            return [int(one) if one == int(one) else one for one in wanted]
        case Date():
            return _days(_bounds(together, asked), linked)
        case _:
            raise TypeError(name)


def _one_of_each(values: Iterable[Any], sets: Sequence[frozenset[Any]]) -> list[Any]:
    """The first of all values that the same sets hold."""
    found: dict[tuple[bool, ...], Any] = {}
    for value in values:
        found.setdefault(tuple(value in one for one in sets), value)
    return list(found.values())


def _subsets(
    name: str, members: Sequence[str], asked: Sequence[Condition], linked: int
) -> list[frozenset[str]]:
    """Sets that differ in what conditions ask for: which named members, how many, which are shared."""
    if linked > 1:
        if len(members) > MOST_SHARED:
            raise TooManyError(2 ** len(members))
        sizes = range(len(members) + 1)
        return [frozenset(one) for size in sizes for one in combinations(members, size)]
    named = [one.values for one in asked if isinstance(one, Includes) and one.fact == name]
    counted = [one.at_least for one in asked if isinstance(one, Size) and one.fact == name]
    alike: dict[tuple[bool, ...], list[str]] = {}
    for member in members:
        alike.setdefault(tuple(member in one for one in named), []).append(member)
    enough = max(counted, default=1)
    choices = [
        [many[:size] for size in range(min(len(many), enough) + 1)] for many in alike.values()
    ]
    if (number := prod(len(one) for one in choices)) > MOST_SETS:
        raise TooManyError(number)
    found = [frozenset(one for part in way for one in part) for way in product(*choices)]
    return sorted(found, key=len)


def _compared(name: str, asked: Iterable[Condition]) -> set[str]:
    """The facts whose values are compared with a fact's, directly or through others; itself included."""
    pairs = [{one.left, one.right} for one in asked if isinstance(one, Relation)]
    found = {name}
    while more := [pair for pair in pairs if pair & found and not pair <= found]:
        found.update(*more)
    return found


def _bounds(names: set[str], asked: Iterable[Condition]) -> list[Any]:
    """Every number or date that one of these facts is compared with, in order."""
    found: set[Any] = set()
    for leaf in asked:
        match leaf:
            case Bound(fact, _, bound) if fact in names:
                found.add(bound)
            case Is(fact, values) if fact in names:
                found |= set(values)
            case _:
                pass
    return sorted(found)


def step_of(bound: float) -> float:
    """The smallest difference that a threshold is written with: 1 for 70, 0.1 for 0.5."""
    decimals = 0
    while decimals < FINEST and round(bound, decimals) != bound:
        decimals += 1
    return round(0.1**decimals, FINEST)


def _points(bounds: Sequence[float], low: float, high: float, linked: int) -> list[float]:
    """Each bound, and as many numbers below, between and above as can be told from each other."""
    within = [one for one in bounds if low <= one <= high]
    if not within:
        return _between(low, high, linked, closed=True)
    found: list[float] = []
    if low < within[0]:
        found += _below(within[0], low, linked)
    for one, other in pairwise(within):
        found += [one, *_between(one, other, linked, closed=False)]
    found.append(within[-1])
    if within[-1] < high:
        found += _above(within[-1], high, linked)
    return found


def _below(bound: float, low: float, number: int) -> list[float]:
    step = step_of(bound)
    found = [round(bound - step * place, FINEST) for place in range(number, 0, -1)]
    if found[0] >= low:
        return found
    return sorted({round(low + (bound - low) * place / number, FINEST) for place in range(number)})


def _above(bound: float, high: float, number: int) -> list[float]:
    step = step_of(bound)
    found = [round(bound + step * place, FINEST) for place in range(1, number + 1)]
    if found[-1] <= high:
        return found
    parts = range(1, number + 1)
    return sorted({round(bound + (high - bound) * place / number, FINEST) for place in parts})


def _between(low: float, high: float, number: int, *, closed: bool) -> list[float]:
    """Numbers between two others, whole ones where there are enough of them; both ends too if `closed`."""
    start = low if closed else int(low) + 1
    whole = [start + place for place in range(number)]
    if whole[-1] < high or (closed and whole[-1] == high):
        return whole
    parts = range(1, number + 1)
    inner = {round(low + (high - low) * place / (number + 1), FINEST) for place in parts}
    found = sorted(one for one in inner if low < one < high)
    return [low, *found][:number] if closed else found


def _days(bounds: Sequence[date], linked: int) -> list[date]:
    """Each bound, and as many days before, between and after as can be told from each other."""
    if not bounds:
        return [date(2015, 1, 1) + timedelta(days=place) for place in range(linked)]
    found = [bounds[0] - timedelta(days=place) for place in range(linked, 0, -1)]
    for one, other in pairwise(bounds):
        gap = min(linked, (other - one).days - 1)
        found += [one, *(one + timedelta(days=place) for place in range(1, gap + 1))]
    found.append(bounds[-1])
    return found + [bounds[-1] + timedelta(days=place) for place in range(1, linked + 1)]
