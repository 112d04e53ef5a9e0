"""Facts and values in plain words, for sentences and messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from checker.anatomy import Anatomy
from checker.fact import Conflicting, Documented, Fact, Value, state_of


def fact_words(fact: Fact, anatomy: Anatomy) -> str:
    """A fact's value in words, or its state."""
    match fact:
        case Documented(value):
            return value_words(value, anatomy)
        case Conflicting(values):
            return "conflicting, " + " or ".join(value_words(one.value, anatomy) for one in values)
        case _:
            return state_of(fact)


def value_words(value: Value, anatomy: Anatomy) -> str:
    """A value in words: `yes`, `6`, `L4-5 and L5-S1`, `none`, `2 on record`."""
    match value:
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case frozenset():
            levels = set(value) <= set(anatomy.joints)
            return (
                joined(anatomy.in_order(value) if levels else [plain(one) for one in sorted(value)])
                or "none"
            )
        case tuple():
            return _tuple_words(value, anatomy)
        case str():
            return plain(value)
        case _:
            return str(value)


def _tuple_words(items: tuple[object, ...], anatomy: Anatomy) -> str:
    """Written levels one after the other; records with what is known of each."""
    if not items:
        return "none"
    return "; ".join(
        _record_words(one, anatomy) if isinstance(one, Mapping) else str(one) for one in items
    )


def _record_words(record: Mapping[str, Fact], anatomy: Anatomy) -> str:
    known = (
        f"{plain(name)} {fact_words(fact, anatomy)}"
        for name, fact in record.items()
        if isinstance(fact, Documented | Conflicting)
    )
    return ", ".join(known) or "one, without details"


def plain(name: str) -> str:
    """A name from the vocabulary as words."""
    return name.replace("_", " ")


def joined(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    found = list(words)
    return (
        f" {last} ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)
    )
