"""Mutants: a criterion with one small mistake in it, such as an author could make."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any as Anything
from typing import TypeVar

from checker.authoring.values import step_of
from checker.condition import (
    All,
    Any,
    Bound,
    Condition,
    Derived,
    Includes,
    Is,
    Not,
    Relation,
    Scalar,
    Size,
    Some,
)
from checker.guideline import Criterion, Silence
from checker.vocabulary import FINEST, Enum, SetOf, Vocabulary
from checker.wording import plain

_Member = TypeVar("_Member", str, Scalar)

_SILENCES: Sequence[Silence] = ("presumed", "counts_against", "ask")
_STRICTER = {
    "at_least": "more_than",
    "more_than": "at_least",
    "at_most": "less_than",
    "less_than": "at_most",
}
_OTHER_SET_WORD = {"overlap": "within", "within": "overlap"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A criterion with one change, and the change in words."""

    change: str
    criterion: Criterion


def mutants(
    criterion: Criterion, vocabulary: Vocabulary, covers: Mapping[str, Collection[str]]
) -> list[Mutant]:
    """Every mutant of a criterion's conditions and of what silence does to it, alike ones once.

    What its guideline does not cover is added nowhere, because no request says it.
    """
    vocabulary = _only_covered(vocabulary, covers)
    found: dict[tuple[object, ...], Mutant] = {}
    for mutant in _mutants(criterion, vocabulary):
        one = mutant.criterion
        key = (one.when, one.requires, one.unless, one.if_silent)
        if key != (criterion.when, criterion.requires, criterion.unless, criterion.if_silent):
            found.setdefault(key, mutant)
    return list(found.values())


def _only_covered(vocabulary: Vocabulary, covers: Mapping[str, Collection[str]]) -> Vocabulary:
    facts = dict(vocabulary.facts)
    for name, values in covers.items():
        kind = facts[name].type
        if isinstance(kind, Enum):
            kept = {value: says for value, says in kind.values.items() if value in values}
            facts[name] = replace(facts[name], type=Enum(kept))
    return replace(vocabulary, facts=facts)


def _mutants(criterion: Criterion, vocabulary: Vocabulary) -> Iterator[Mutant]:
    for change, requires in changed(criterion.requires, vocabulary):
        yield Mutant(f"requires: {change}", replace(criterion, requires=requires))
    if criterion.when:
        yield Mutant("`when` left out", replace(criterion, when=None))
        for change, when in changed(criterion.when, vocabulary):
            yield Mutant(f"when: {change}", replace(criterion, when=when))
    if criterion.unless:
        yield Mutant("`unless` left out", replace(criterion, unless=None))
        for change, unless in changed(criterion.unless, vocabulary):
            yield Mutant(f"unless: {change}", replace(criterion, unless=unless))
    for silence in _SILENCES:
        if silence != criterion.if_silent:
            change = f"if_silent: {criterion.if_silent} → {silence}"
            yield Mutant(change, replace(criterion, if_silent=silence))


def changed(condition: Condition, vocabulary: Vocabulary) -> Iterator[tuple[str, Condition]]:
    """A condition with one change somewhere in it, each with the change in words."""
    yield from _here(condition, vocabulary)
    match condition:
        case All(parts) | Any(parts):
            kind = type(condition)
            for place, part in enumerate(parts):
                for change, other in changed(part, vocabulary):
                    yield change, kind((*parts[:place], other, *parts[place + 1 :]))
        case Not(part):
            for change, other in changed(part, vocabulary):
                yield change, Not(other)
        case Some(of, number, where):
            for change, other in changed(where, vocabulary):
                yield change, Some(of, number, other)
        case _:
            pass


def derived_in(criterion: Criterion) -> list[Derived]:
    """The derived facts that a criterion names, directly or through others, each once."""
    found = (one for condition in criterion.conditions for one in _derived(condition))
    return list(dict.fromkeys(found))


def _derived(condition: Condition) -> Iterator[Derived]:
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _derived(part)
        case Derived(_, part):
            yield condition
            yield from _derived(part)
        case Not(part) | Some(where=part):
            yield from _derived(part)
        case _:
            pass


def with_derived(criterion: Criterion, derived: Derived, other: Derived) -> Criterion:
    """A criterion in which one derived fact follows from other conditions."""
    when, unless = criterion.when, criterion.unless
    return replace(
        criterion,
        requires=_replaced(criterion.requires, derived, other),
        when=_replaced(when, derived, other) if when else None,
        unless=_replaced(unless, derived, other) if unless else None,
    )


def _replaced(condition: Condition, derived: Derived, other: Derived) -> Condition:
    if condition == derived:
        return other
    match condition:
        case All(parts) | Any(parts):
            return type(condition)(tuple(_replaced(part, derived, other) for part in parts))
        case Derived(fact, part):
            return Derived(fact, _replaced(part, derived, other))
        case Not(part):
            return Not(_replaced(part, derived, other))
        case Some(of, number, where):
            return Some(of, number, _replaced(where, derived, other))
        case _:
            return condition


def _here(condition: Condition, vocabulary: Vocabulary) -> Iterator[tuple[str, Condition]]:
    """The changes of a condition itself, its parts left as they are."""
    match condition:
        case All(parts) | Any(parts):
            yield from _other_parts(condition, parts)
        case Not(part):
            yield f"not left out before {_short(part)}", part
        case _:
            yield from _of_leaf(condition, vocabulary)
            yield f"{_short(condition)} turned around", Not(condition)


def _of_leaf(condition: Condition, vocabulary: Vocabulary) -> Iterator[tuple[str, Condition]]:
    match condition:
        case Bound():
            yield from _other_bounds(condition)
        case Is(fact, values):
            yield from _other_values(fact, values, vocabulary)
        case Includes(fact, values):
            for change, members in _other_members(fact, values, vocabulary):
                yield change, Includes(fact, members)
        case Size(fact, number):
            for more in _other_numbers(number):
                yield f"number of {plain(fact)} {number} → {more}", Size(fact, more)
        case Relation(operator, left, right):
            other = {**_STRICTER, **_OTHER_SET_WORD}[operator]
            yield f"{_word(operator)} → {_word(other)}", Relation(other, left, right)
        case Some(of, number, where):
            for more in _other_numbers(number):
                yield f"number of {plain(of)} {number} → {more}", Some(of, more, where)
            if number == 1:
                yield f"some of {plain(of)} → every", Not(Some(of, 1, Not(where)))
        case _:
            pass


def _other_parts(
    condition: All | Any, parts: tuple[Condition, ...]
) -> Iterator[tuple[str, Condition]]:
    if isinstance(condition, All):
        yield "all → any", Any(parts)
    else:
        yield "any → all", All(parts)
    for place, part in enumerate(parts):
        rest = (*parts[:place], *parts[place + 1 :])
        if rest:
            other = rest[0] if len(rest) == 1 else type(condition)(rest)
            yield f"{_short(part)} left out", other


def _other_bounds(condition: Bound) -> Iterator[tuple[str, Condition]]:
    fact, operator, bound = condition.fact, condition.operator, condition.bound
    other = _STRICTER[operator]
    yield f"{plain(fact)}: {_word(operator)} → {_word(other)}", Bound(fact, other, bound)
    for moved in _moved(bound):
        yield f"{plain(fact)}: {bound} → {moved}", Bound(fact, operator, moved)


def _moved(bound: float | date) -> list[float | date]:
    """A threshold one step lower and one higher."""
    if isinstance(bound, date):
        return [bound - timedelta(days=1), bound + timedelta(days=1)]
    step = step_of(bound)
    moved = (round(bound + one, FINEST) for one in (-step, step))
    return [int(one) if one == int(one) else one for one in moved]


def _other_values(
    fact: str, values: frozenset[Scalar], vocabulary: Vocabulary
) -> Iterator[tuple[str, Condition]]:
    for change, others in _other_members(fact, values, vocabulary):
        yield change, Is(fact, others)
    if len(values) == 1:
        (value,) = values
        if isinstance(value, int | float | date) and not isinstance(value, bool):
            for moved in _moved(value):
                yield f"{plain(fact)}: {value} → {moved}", Is(fact, frozenset({moved}))


def _other_members(
    fact: str, members: frozenset[_Member], vocabulary: Vocabulary
) -> Iterator[tuple[str, frozenset[Anything]]]:
    """One value less, or one of the others more."""
    if len(members) > 1:
        for value in sorted(members, key=str):
            yield f"{plain(fact)}: {plain(str(value))} left out", members - {value}
    of = vocabulary.list_of(fact)
    specs = vocabulary.facts[of].type.fields if of else vocabulary.facts  # type: ignore[union-attr]
    kind = specs[fact].type
    if isinstance(kind, Enum | SetOf):
        others = [value for value in kind.values if value not in members]
        for value in others if len(others) > 1 else ():
            yield f"{plain(fact)}: {plain(value)} added", members | {value}


def _other_numbers(number: int) -> list[int]:
    return [one for one in (number - 1, number + 1) if one > 0]


def _word(operator: str) -> str:
    return operator.replace("_", " ")


def _short(condition: Condition) -> str:
    """A condition by the facts that it is about."""
    match condition:
        case All():
            return "all together"
        case Any():
            return "any of them"
        case Not(part):
            return f"not {_short(part)}"
        case Some(of):
            return f"some of {plain(of)}"
        case Relation(_, left, right):
            return f"{plain(left)} and {plain(right)}"
        case Is(fact, values):
            return f"{plain(fact)} {', '.join(sorted(plain(str(one).lower()) for one in values))}"
        case Bound(fact, operator, bound):
            return f"{plain(fact)} {_word(operator)} {bound}"
        case _:
            return plain(condition.fact)
