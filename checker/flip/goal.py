"""What a condition's range of truth is wanted to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.condition import All, Any, Condition, Derived, Not, Range, Some


@dataclass(frozen=True, slots=True)
class Goal:
    """One end of a range is to be at least, or at most, some truth: 0 false, 1 unknown, 2 true."""

    end: int
    upwards: bool
    level: int

    def met(self, truth: Range) -> bool:
        """Whether a range is as wanted."""
        return truth[self.end] >= self.level if self.upwards else truth[self.end] <= self.level

    @property
    def turned(self) -> Goal:
        """What the part of a `not` has to be, so that the whole is as wanted."""
        return Goal(1 - self.end, not self.upwards, 2 - self.level)


def least_from(level: int) -> Goal:
    """At least this true, whatever the answers to come."""
    return Goal(0, upwards=True, level=level)


def least_to(level: int) -> Goal:
    """Possibly no more than this true."""
    return Goal(0, upwards=False, level=level)


def most_to(level: int) -> Goal:
    """At most this true, whatever the answers to come."""
    return Goal(1, upwards=False, level=level)


def leaves(condition: Condition) -> Iterator[Condition]:
    """The parts of a condition that look at facts; a list of records before what it asks of them."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part) | Derived(_, part):
            yield from leaves(part)
        case Some(where=where):
            yield condition
            yield from leaves(where)
        case _:
            yield condition
