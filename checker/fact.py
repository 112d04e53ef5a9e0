"""What a case says about one fact: a value, or why there is none, and where that stands.

A fact has one of four states. `Documented` holds a value; `NotDocumented` means that the chart was read
and is silent; `NotAsked` that nobody has looked yet; `Conflicting` that the chart gives several values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

Grade = Literal["explicit", "conclusory"]
Voice = Literal["record", "ur", "reviewer"]

Record: TypeAlias = "Mapping[str, Fact]"
Value: TypeAlias = (
    "bool | int | float | str | date | frozenset[str] | tuple[str, ...] | tuple[Record, ...]"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact comes from.

    `voice` says who speaks: the chart (`record`), utilization review (`ur`) or the reviewer. Lines count
    from 1; `at` are the characters of the letter's text, counted from 0, the last one not included; `quote`
    holds the very words, `dated` the day of the finding. None where the case gives none. `confirmed` is
    false where checker read it from a letter and no person has looked at it yet.
    """

    document: str | None = None
    section: str | None = None
    voice: Voice = "record"
    line: int | None = None
    last_line: int | None = None
    dated: date | None = None
    quote: str | None = None
    at: tuple[int, int] | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Documented:
    """A value that the chart gives. A record list is a tuple of records; an empty one says *none*."""

    value: Value
    grade: Grade = "explicit"
    evidence: tuple[Evidence, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NotDocumented:
    """The chart was read and is silent; `evidence` may point to where it says so."""

    evidence: tuple[Evidence, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nobody has looked yet."""


@dataclass(frozen=True, slots=True)
class Conflicting:
    """Two or more values, each kept with its evidence."""

    values: tuple[Documented, ...]
    note: str | None = None


Fact: TypeAlias = "Documented | NotDocumented | NotAsked | Conflicting"
Chart: TypeAlias = "Mapping[str, Fact]"

NOT_DOCUMENTED = NotDocumented()
NOT_ASKED = NotAsked()


def state_of(fact: Fact) -> str:
    """The state in the words that cases use."""
    match fact:
        case Documented():
            return "documented"
        case NotDocumented():
            return "not documented"
        case NotAsked():
            return "not asked"
        case Conflicting():
            return "conflicting"


def evidence_of(fact: Fact) -> tuple[Evidence, ...]:
    """All evidence of a fact, that of its records' fields and of conflicting values included."""
    match fact:
        case Documented(value=tuple() as items):
            inner = (
                evidence_of(field)
                for record in items
                if isinstance(record, Mapping)
                for field in record.values()
            )
            return tuple(dict.fromkeys((*fact.evidence, *(one for many in inner for one in many))))
        case Documented() | NotDocumented():
            return fact.evidence
        case Conflicting():
            return tuple(one for value in fact.values for one in evidence_of(value))
        case NotAsked():
            return ()


def unconfirmed(fact: Fact) -> bool:
    """Whether a fact was read from a letter and no person has confirmed it."""
    return any(not one.confirmed for one in evidence_of(fact))


def has_conflict(fact: Fact) -> bool:
    """Whether a fact conflicts, or a field of one of its records does."""
    match fact:
        case Conflicting():
            return True
        case Documented(value=tuple() as items):
            fields = (one for item in items if isinstance(item, Mapping) for one in item.values())
            return any(has_conflict(one) for one in fields)
        case _:
            return False


def each_fact(fact: Fact, change: Callable[[Fact], Fact]) -> Fact:
    """`fact` with `change` applied to it and, in a list of records, to every field of every record."""
    changed = change(fact)
    if not isinstance(changed, Documented) or not isinstance(changed.value, tuple):
        return changed
    records = tuple(
        {name: each_fact(field, change) for name, field in item.items()}
        if isinstance(item, Mapping)
        else item
        for item in changed.value
    )
    return replace(changed, value=records)  # type: ignore[arg-type]
