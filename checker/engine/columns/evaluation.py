"""How true a condition is in every row: checker.condition.evaluate, for many charts at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import Any as Anything

import numpy as np

from checker.condition import (
    COMPARE,
    All,
    Any,
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
from checker.engine.columns.coding import Coding
from checker.engine.columns.frame import Column, Inside, Records, View
from checker.engine.columns.truth import BITS, IS_TRUE, NOT, RELATED, SPREAD, Codes


class Conditions:
    """Conditions over columns. Equal conditions are one object, so that each is evaluated once."""

    def __init__(self, codings: Mapping[str, Coding]) -> None:
        self._codings = codings
        self._known: dict[Condition, Condition] = {}

    def shared(self, condition: Condition) -> Condition:
        """The condition with every part that was seen before replaced by the one seen first."""
        match condition:
            case All(parts) | Any(parts):
                condition = type(condition)(tuple(self.shared(part) for part in parts))
            case Not(part):
                condition = Not(self.shared(part))
            case Derived(fact, part):
                condition = Derived(fact, self.shared(part))
            case Some(_, _, where):
                condition = replace(condition, where=self.shared(where))
            case _:
                pass
        return self._known.setdefault(condition, condition)

    def truth(self, condition: Condition, view: View) -> Codes:
        """How true a shared condition is in every row, as four bits."""
        found = view.truths.get(id(condition))
        if found is None:
            found = view.truths[id(condition)] = self._truth(condition, view)
        return found

    def _truth(self, condition: Condition, view: View) -> Codes:
        match condition:
            case All(parts):
                return reduce(np.bitwise_and, [self.truth(part, view) for part in parts])
            case Any(parts):
                return reduce(np.bitwise_or, [self.truth(part, view) for part in parts])
            case Not(part):
                return NOT[self.truth(part, view)]
            case Derived(_, part):
                # INVARIANT: a derived fact is one of the case, the same for every record.
                if isinstance(view, Inside):
                    return self.truth(condition, view.outside)[view.owner]
                return self.truth(part, view)
            case Is(fact, values):
                column = view.column(fact)
                return _where(column, self._codings[fact].equals(column.values, values))
            case Bound(fact, comparison, bound):
                column = view.column(fact)
                limit = self._codings[fact].number(bound)
                return _where(column, COMPARE[comparison](column.values, limit))
            case Includes(fact, values):
                column = view.column(fact)
                return _where(column, (column.values & self._codings[fact].bits(values)) != 0)
            case Size(fact, at_least):
                column = view.column(fact)
                return _where(column, np.bitwise_count(column.values) >= at_least)
            case Relation(operator, left, right):
                return _related(operator, view.column(left), view.column(right))
            case Some(of, at_least, where):
                lists, inside = view.records(of)
                return _at_least(at_least, lists, self.truth(where, inside))


def _where(column: Column, holds: Anything) -> Codes:
    """True or false where the fact is known, and else what its blank comes to."""
    return np.asarray((column.known * holds) | column.blank, np.uint8)


def _related(operator: str, left: Column, right: Column) -> Codes:
    """Two known facts are compared; an empty set settles `overlap` and `within` on its own."""
    match operator:
        case "overlap":
            holds = (left.values & right.values) != 0
        case "within":
            holds = (left.values & ~right.values) == 0
        case _:
            holds = COMPARE[operator](left.values, right.values)
    blanks = left.blank.astype(np.uint8) << 4 | right.blank
    found = RELATED.get(operator, RELATED["at_least"])[blanks] | (left.known & right.known) * holds
    if operator == "overlap":
        return np.asarray(found * ~(_is_empty(left) | _is_empty(right)), np.uint8)
    if operator == "within":
        return np.asarray(found | _is_empty(left) * np.uint8(IS_TRUE), np.uint8)
    return np.asarray(found, np.uint8)


def _is_empty(column: Column) -> Anything:
    return (column.values == 0) & (column.known != 0)


def _at_least(number: int, lists: Records, codes: Codes) -> Codes:
    """Both ends of the range, by counting the records that are at least so true."""
    found = np.zeros(len(lists.sizes), np.uint8)
    some = lists.sizes > 0
    if len(codes):
        starts = (np.cumsum(lists.sizes) - lists.sizes)[some]
        if number == 1:
            found[some] = np.bitwise_or.reduceat(codes, starts)
        else:
            sums = np.add.reduceat(SPREAD[codes], starts)
            enough = (
                ((sums >> np.uint64(16 * bit)) & np.uint64(0xFFFF) >= number) * np.uint8(1 << bit)
                for bit in BITS
            )
            found[some] = reduce(np.bitwise_or, enough)
    return (found & lists.known) | lists.blank
