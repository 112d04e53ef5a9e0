"""Small random rule bases of two criteria, the same one for the same number."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.semantics.situation import Rules

Written = Any


def rules_of(number: int) -> Rules:
    """The rule base with this number."""
    random = Random(number)
    criteria = tuple(_criterion(random, place) for place in range(2))
    guards = {"weeks": {"therapy": "failed"}} if random.random() < 0.2 else {}
    rules = Rules({}, criteria, guards)
    return rules if "weeks" in rules.named or not guards else Rules({}, criteria)


def _criterion(random: Random, place: int) -> dict[str, Written]:
    criterion = {
        "id": f"c{place}",
        "kind": "eligibility",
        "requires": _condition(random, 2),
        "if_silent": random.choice(("presumed", "counts_against", "ask")),
    }
    if random.random() < 0.25:
        criterion["when"] = _condition(random, 0)
    if random.random() < 0.25:
        criterion["unless"] = _condition(random, 0)
    return criterion


def _condition(random: Random, depth: int) -> dict[str, Written]:
    if depth == 0 or random.random() < 0.3:
        return random.choice(_LEAVES)(random)
    parts = [_condition(random, depth - 1) for _ in range(random.choice((1, 2, 2)))]
    match random.choice(("all", "any", "not")):
        case "not":
            return {"not": parts[0]}
        case word:
            return {word: parts}


def _boolean(random: Random) -> dict[str, Written]:
    return {random.choice(("tender", "anxious")): random.random() < 0.7}


def _enum(random: Random) -> dict[str, Written]:
    values = random.sample(("failed", "helped", "not_done"), random.choice((1, 2)))
    return {"therapy": random.choice((values, {"is_not": values[0]}))}


def _number(random: Random) -> dict[str, Written]:
    word = random.choice(("at_least", "at_most", "more_than", "less_than"))
    if random.random() < 0.25:
        return {"weeks": {word: "hours"}}
    return {random.choice(("weeks", "hours")): {word: random.choice((2, 3, 4))}}


def _set(random: Random) -> dict[str, Written]:
    if random.random() < 0.5:
        return {random.choice(("overlap", "within")): ["drugs", "allergies"]}
    return {"drugs": {"includes": random.sample(("x", "y"), random.choice((1, 2)))}}


def _list(random: Random) -> dict[str, Written]:
    wheres = (
        {"helpful": True},
        {"relief": {"at_least": 3}},
        {"helpful": True, "relief": {"at_least": 3}},
        {"any": [{"helpful": False}, {"relief": {"more_than": 2}}]},
        {"helpful": True, "tender": True},
    )
    asked = {"of": "blocks", "where": random.choice(wheres)}
    word = random.choice(("some", "every", "none", "count"))
    return {word: {**asked, "at_least": 2} if word == "count" else asked}


_LEAVES = (_boolean, _boolean, _enum, _number, _number, _set, _list)
