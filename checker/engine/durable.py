"""Forward chaining on durable_rules, inside the part of it that is sound.

Facts go in, rules conclude further facts from them, and the trace says which facts made which rule
fire. The matching is done by the compiled Rete network of durable_rules, whose C module only this
module knows and drives: no host, no threads, no timers.

Outside a narrow subset that network crashes, hangs or matches wrongly. What keeps it inside:

- It sees whole numbers only. A value is compared by its *code*, which equal values share, and a
  number also by its *rank* among all numbers; so the network's loose types, its floats, its strings
  and its hashes of content are out of reach. Names of properties are ours and short.
- A pattern asks for its kind, then for what must exist, then for constants, then for joins, and
  closes with a join that always holds, because a false last join reads past an array.
- What its tables hold is counted while rules are written out; a rule too many is refused by name.
- Absence is decided in strata: rules with `absent` wait until nothing is left to conclude below,
  and to conclude later what may have been found absent is an error.
- One case at a time lives in it, and whatever happens it is cleaned before the next.

The reasons are in docs/decisions/0003-durable-rules-subset.md.
"""

from __future__ import annotations

import importlib
import json
import operator
import os
import re
import struct
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, Literal

from checker.errors import EngineError

# --- The language -------------------------------------------------------------------------------

Scalar = bool | int | float | str
Fact = Mapping[str, Scalar | None]
"""Named values that hold together; `k` is the kind of fact.

A property that is missing or `None` meets no test and no join. 5 and 5.0 are one value; 5, "5" and
`True` are three. Only numbers come before or after each other.
"""

Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Test:
    """A property compared with a constant."""

    property: str
    operator: Operator
    constant: Scalar


@dataclass(frozen=True, slots=True)
class Join:
    """A property compared with property `other` of the fact that an earlier `pattern` matched."""

    property: str
    operator: Operator
    pattern: int
    other: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The facts of one kind that meet every test and every join."""

    kind: str
    tests: tuple[Test, ...] = ()
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from facts that match; it fires once for each choice of different facts.

    `conclude` is given one fact per pattern, in order, and returns a fact, or `None` for nothing.
    With `absent`, no fact but the chosen ones may match that pattern as well. The rules of a
    stratum wait until those of lower strata have no more to conclude; absence needs stratum 1 or
    above. `origin` is where the rule was written, for errors.
    """

    name: str
    patterns: tuple[Pattern, ...]
    conclude: Callable[[tuple[Fact, ...]], Fact | None]
    absent: Pattern | None = None
    stratum: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fired, with the places in `Run.facts` of what it matched and concluded.

    `concluded` is `None` if it concluded nothing; what it concluded may have been known before.
    """

    rule: str
    matched: tuple[int, ...]
    concluded: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """All that is known of a case, each fact once: first those `given`, then those concluded."""

    facts: tuple[Fact, ...]
    given: int
    firings: tuple[Firing, ...]

    @property
    def concluded(self) -> tuple[Fact, ...]:
        """The facts that rules added, in the order in which they did."""
        return self.facts[self.given :]


class UnsafeRuleError(EngineError):
    """A rule with which the engine's answers could not be trusted."""

    def __init__(self, rule: Rule, problem: str) -> None:
        self.rule = rule
        place = f"{rule.origin}: " if rule.origin else ""
        super().__init__(f"{place}rule `{rule.name}` {problem}")


# --- Limits -------------------------------------------------------------------------------------

# Where the tables of durable_rules end, less a margin: past them it overflows, hangs or gives up.
MOST_RULES = 4_000  # of 4,096
MOST_PATTERNS = 15  # of 16 in a rule
MOST_JOINS = 25  # of 29 in a pattern, with the closing one
MOST_PROPERTIES = 240  # of 252 in a fact
MOST_BRANCHES = 480  # of 512 conditions that continue the same condition
MOST_ENDINGS = 240  # of 256 patterns that end with the same condition
MOST_MATCHES = 60  # of 64 conditions under way for one fact
# Ours: no case comes near it, and rules that conclude in a circle do not stop before it.
MOST_FIRINGS = 10_000

_KINDS_PER_BUCKET = 24  # conditions on one property are tried one after another


# --- Values as whole numbers --------------------------------------------------------------------


def _same(value: object) -> Hashable:
    """What equal values share as a key: 5 and 5.0 do, 1 and `True` do not."""
    return (value,) if value is True or value is False else value


class _Codes(dict[Hashable, int]):
    """A whole number for each value met."""

    def __missing__(self, key: Hashable) -> int:
        if key != key:
            raise EngineError("a fact holds a value that does not equal itself")
        code = self[key] = len(self)
        return code


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rank(number: Any) -> int:
    """The place of a number among all numbers: the bits of its double, in the order of doubles."""
    if number != number or float(number) != number:
        raise EngineError("a fact holds a number that cannot be compared exactly")
    bits: int = struct.unpack("<q", struct.pack("<d", number))[0]
    return bits if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF)
