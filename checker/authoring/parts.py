"""Walks through conditions and through the vocabulary: parts, names, facts and their fields."""

from __future__ import annotations

from collections.abc import Iterator

from checker.condition import All, Any, Condition, Derived, Not, Some, facts_in
from checker.rulebase import RuleBase
from checker.vocabulary import FactSpec, ListOf


def parts_of(condition: Condition) -> Iterator[Condition]:
    """A condition and everything inside it, derived facts included."""
    yield condition
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part) | Derived(_, part) | Some(where=part):
            yield from parts_of(part)
        case _:
            pass


def names_in(condition: Condition) -> Iterator[str]:
    """Every fact that a condition names, and every field of a record; derived facts and what is behind them."""
    for part in parts_of(condition):
        if isinstance(part, Derived):
            yield part.fact
    yield from facts_in(condition)


def specs(rules: RuleBase) -> Iterator[FactSpec]:
    """Every fact of the vocabulary, and every field of its records."""
    for spec in rules.vocabulary.facts.values():
        yield spec
        if isinstance(spec.type, ListOf):
            yield from spec.type.fields.values()
