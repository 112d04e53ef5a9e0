"""Ranges of truth as four bits, so that `all` is *and*, `any` is *or*, and everything else a table.

Bit 0: at least unknown, bit 1: at least true, bit 2: at most unknown or more, bit 3: at most true. Every
table is filled by the written semantics, not by a second definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from checker.charting import RecordKind
from checker.condition import FALSE, OPEN, SILENT, TRUE, Range, Relation, evaluate
from checker.engine.written import among, or_documented, settled
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Documented, Fact
from checker.guideline import STATUSES, Silence, Status

Codes: TypeAlias = NDArray[np.uint8]
Flags: TypeAlias = NDArray[np.bool_]
Indexes: TypeAlias = NDArray[np.int64]

BITS = range(4)
_MOST_ABOVE_FALSE = 4


def code_of(truth: Range) -> int:
    """A range as four bits."""
    ends = (truth.least >= 1, truth.least >= 2, truth.most >= 1, truth.most >= 2)
    return sum(1 << bit for bit, end in enumerate(ends) if end)


IS_FALSE, IS_SILENT, IS_TRUE, IS_OPEN = map(code_of, (FALSE, SILENT, TRUE, OPEN))

_RANGES = {
    code_of(one): one
    for one in (Range(least, most) for least in range(3) for most in range(least, 3))
}


def _table(size: int, entries: Mapping[int, int]) -> Codes:
    table = np.zeros(size, np.uint8)
    for place, value in entries.items():
        table[place] = value
    return table


NOT = _table(
    16, {code: code_of(Range(2 - one.most, 2 - one.least)) for code, one in _RANGES.items()}
)
"""The opposite of a range."""

EXCEPTION = _table(16, {code: code_of(or_documented(FALSE, one)) for code, one in _RANGES.items()})
"""What an exception adds to a range: it must be documented."""

SPREAD: NDArray[np.uint64] = np.array(
    [sum(1 << (16 * bit) for bit in BITS if code >> bit & 1) for code in range(16)], np.uint64
)
"""The four bits apart, so that records can be added up; good for 65,535 records."""


def cannot_be_true(codes: Codes) -> Flags:
    """Where a condition is false whatever the answers still to come."""
    return np.asarray((codes & _MOST_ABOVE_FALSE) == 0)


# Two facts compared, of which one at least is not known ----------------------------------------------

_STATES: Mapping[int, Fact] = {
    IS_FALSE: Documented(frozenset({"a member"})),
    IS_SILENT: NOT_DOCUMENTED,
    IS_OPEN: NOT_ASKED,
}


def _related(operator: str) -> Codes:
    """By the blanks of both sides: 16 x left + right. What both sides document is compared, not looked up."""
    relation = Relation(operator, "left", "right")
    found = {
        16 * left + right: code_of(evaluate(relation, {"left": one, "right": other}))
        for (left, one), (right, other) in product(_STATES.items(), repeat=2)
        if left or right
    }
    return _table(256, found)


RELATED = {one: _related(one) for one in ("at_least", "overlap", "within")}
"""How two facts relate of which one is silent or was not asked; every bound is like `at_least`."""


# Statuses ---------------------------------------------------------------------------------------------

STATUS_CODES: Mapping[Status, int] = {status: code for code, status in enumerate(STATUSES)}


def _settled(silence: Silence) -> Codes:
    return _table(16, {code: STATUS_CODES[settled(one, silence)] for code, one in _RANGES.items()})


SETTLED: Mapping[Silence, Codes] = {
    "presumed": _settled("presumed"),
    "counts_against": _settled("counts_against"),
    "ask": _settled("ask"),
}
"""The status that a range of truth comes to."""


def _among(record: RecordKind) -> Codes:
    """By the set of statuses found, as bits."""
    sets = range(1, 1 << len(STATUSES))
    members = {
        one: [status for code, status in enumerate(STATUSES) if one >> code & 1] for one in sets
    }
    found = {one: STATUS_CODES[among(statuses, record)] for one, statuses in members.items()}
    return _table(1 << len(STATUSES), found)


AMONG: Mapping[RecordKind, Codes] = {"closed": _among("closed"), "open": _among("open")}
"""The status of a criterion that has these statuses in the ways to settle a conflict."""
