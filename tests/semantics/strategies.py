"""Random situations: small rule bases with every construct of the language, and charts for them.

Only facts that the rules name are charted, and values are few, so that conditions are often true,
often false, and often hang on a single fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from checker.engine.written import READINGS
from tests.semantics.situation import (
    ENTRIES,
    LISTS,
    SILENT,
    TWO_WAYS,
    UNASKED,
    Rules,
    Situation,
    Written,
    loaded,
    values_of,
    words,
)

DERIVED = ("first", "second", "third")
"""Names for derived facts; each may hang on those before it."""


def _weighed(*choices: tuple[int, SearchStrategy[Any]]) -> SearchStrategy[Any]:
    """One of several strategies, each as often as its weight says.

    `one_of` would draw mostly from whichever is the largest.
    """
    every = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.integers(0, len(every) - 1).flatmap(every.__getitem__)


def _any_of(*choices: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return _weighed(*((1, strategy) for strategy in choices))


# Conditions -----------------------------------------------------------------------------------------


def _equal(name: str, *, most: int) -> SearchStrategy[Written]:
    """A fact has a value, or one of up to `most`, or has not."""
    one = st.sampled_from(values_of(name))
    wanted = (
        _any_of(one, st.lists(one, min_size=1, max_size=most, unique=True)) if most > 1 else one
    )
    said = _weighed(
        (3, wanted),
        (1, wanted.map(lambda value: {"is": value})),
        (2, wanted.map(lambda value: {"is_not": value})),
    )
    return said.map(lambda value: {name: value})


def _bounded(name: str, *others: str) -> SearchStrategy[Written]:
    """A number or a date equal to a constant, bound by one or two, or bound to another fact."""
    constants = st.sampled_from(values_of(name))
    bound = st.sampled_from(("at_least", "at_most", "more_than", "less_than"))
    choices = [(1, constants), (4, st.dictionaries(bound, constants, min_size=1, max_size=2))]
    if others:
        compared = st.dictionaries(bound, st.sampled_from(others), min_size=1, max_size=1)
        choices.append((3, compared))
    return _weighed(*choices).map(lambda wanted: {name: wanted})


def _member(name: str) -> SearchStrategy[Written]:
    members = st.sampled_from(tuple(ENTRIES[name]["values"]))
    included = _any_of(members, st.lists(members, min_size=1, max_size=2, unique=True))
    return included.map(lambda wanted: {name: {"includes": wanted}})


def _size(name: str) -> SearchStrategy[Written]:
    return _counted(st.just({"of": name}), most=2)


def _counted(counted: SearchStrategy[Written], most: int) -> SearchStrategy[Written]:
    least = st.integers(1, most).map(lambda number: {"at_least": number})
    greatest = st.integers(0, most).map(lambda number: {"at_most": number})
    both = st.builds(lambda one, other: one | other, least, greatest)
    bounds = _weighed((2, least), (2, greatest), (1, both))
    return st.builds(lambda one, bound: {"count": {**one, **bound}}, counted, bounds)


def _sets(*pairs: tuple[str, str]) -> SearchStrategy[Written]:
    ordered = st.sampled_from([*pairs, *((right, left) for left, right in pairs)])
    word = st.sampled_from(("overlap", "within"))
    return st.builds(lambda word, pair: {word: list(pair)}, word, ordered)


_OF_CASES = (
    _equal("tender", most=1),
    _equal("anxious", most=1),
    _equal("working", most=1),
    _equal("therapy", most=2),
    _bounded("weeks", "hours"),
    _bounded("hours"),
    _bounded("seen", "sent"),
    _bounded("sent"),
    _member("drugs"),
    _any_of(_size("drugs"), _size("joints")),
    _sets(("drugs", "allergies"), ("joints", "fused")),
)
_OF_RECORDS = {
    "blocks": _any_of(
        _equal("helpful", most=1),
        _equal("manner", most=2),
        _bounded("relief", "lasted", "weeks"),
        _bounded("weeks", "relief"),
        _bounded("day", "seen"),
        _member("given"),
        _any_of(_size("given"), _size("at_joints")),
        _sets(("given", "refused"), ("given", "drugs"), ("at_joints", "joints")),
    ),
    "visits": _equal("kept", most=1),
}


def _combined(part: SearchStrategy[Written], most: int = 3) -> SearchStrategy[Written]:
    """`all`, `any`, `not`, and several conditions in one mapping."""
    parts = st.lists(part, min_size=1, max_size=most)
    return _weighed(
        (3, parts.map(lambda found: {"all": found})),
        (3, parts.map(lambda found: {"any": found})),
        (2, part.map(lambda found: {"not": found})),
        (2, st.builds(lambda one, other: {**one, **other}, part, part)),
    )


def _quantified(of: str, derived: tuple[str, ...]) -> SearchStrategy[Written]:
    """Conditions on records ask for their fields, and sometimes for facts of the case."""
    outside = _any_of(*_OF_CASES[:2], *(_equal_derived(name) for name in derived))
    leaf = _weighed((4, _OF_RECORDS[of]), (1, outside))
    where = _weighed((2, leaf), (1, _combined(leaf, most=2)))
    counted = where.map(lambda found: {"of": of, "where": found})
    told = (counted.map(lambda said, word=word: {word: said}) for word in ("some", "every", "none"))
    return _any_of(*told, _counted(counted, most=3))


def _equal_derived(name: str) -> SearchStrategy[Written]:
    said = _any_of(st.booleans(), st.booleans().map(lambda value: {"is_not": value}))
    return said.map(lambda value: {name: value})


@cache
def conditions(depth: int, derived: tuple[str, ...] = ()) -> SearchStrategy[Written]:
    """Conditions on a case, at most this deep, that may name these derived facts."""
    leaf = _weighed(
        *((1, one) for one in _OF_CASES),
        *((3, _quantified(of, derived)) for of in LISTS),
        *((1, _equal_derived(name)) for name in derived),
    )
    if depth == 0:
        return leaf
    return _weighed((2, leaf), (3, _combined(conditions(depth - 1, derived))))


# Rule bases -----------------------------------------------------------------------------------------


@st.composite
def rule_bases(draw: st.DrawFn, most: int, depth: int) -> Rules:
    """Rule bases of one to `most` criteria, with the derived facts that they name."""
    criteria = draw(_criteria(most, depth))
    named = set(words(criteria))
    derived: dict[str, Written] = {}
    for number, name in reversed(list(enumerate(DERIVED))):
        if name in named:
            derived[name] = draw(conditions(1, DERIVED[:number]))
            named |= set(words(derived[name]))
    guards = draw(_guards(Rules(derived, tuple(criteria)).facts - set(_GUARDING)))
    numbered = tuple({"id": f"c{number}", **one} for number, one in enumerate(criteria))
    return Rules(derived, numbered, guards)


@cache
def _criteria(most: int, depth: int) -> SearchStrategy[list[dict[str, Written]]]:
    main = {
        "kind": st.sampled_from(("eligibility", "eligibility", "eligibility", "conduct")),
        "requires": conditions(depth, DERIVED),
        "if_silent": st.sampled_from(("presumed", "counts_against", "ask")),
    }
    aside = conditions(1, DERIVED)
    one = _weighed(
        (4, st.fixed_dictionaries(main)),
        (2, st.fixed_dictionaries({**main, "when": aside})),
        (2, st.fixed_dictionaries({**main, "unless": aside})),
        (1, st.fixed_dictionaries({**main, "when": aside, "unless": aside})),
    )
    return st.lists(one, min_size=1, max_size=most)


_GUARDING = {"tender": _equal("tender", most=1), "therapy": _equal("therapy", most=2)}


@cache
def _guards(names: frozenset[str]) -> SearchStrategy[dict[str, Written]]:
    """Some of these facts are asked only when another has some value."""
    guard = _any_of(*_GUARDING.values())
    if not names:
        return st.just({})
    some = st.dictionaries(st.sampled_from(sorted(names)), guard, min_size=1, max_size=2)
    return _weighed((1, st.just({})), (1, some))


# Charts ---------------------------------------------------------------------------------------------

State = Callable[[str, tuple[str, ...]], SearchStrategy[Written]]
"""What a chart may say of a fact or field; of a list, with these fields of its records."""


@cache
def documented(name: str, fields: tuple[str, ...] = ()) -> SearchStrategy[Written]:
    """A value; of a list, records with every field documented."""
    if name not in LISTS:
        return st.sampled_from(values_of(name))
    return st.lists(st.fixed_dictionaries({one: documented(one) for one in fields}), max_size=3)


@cache
def undisputed(name: str, fields: tuple[str, ...] = ()) -> SearchStrategy[Written]:
    """Documented, silent or not asked."""
    known = _known(name, fields, undisputed)
    return _weighed((4, known), (3, st.just(SILENT)), (2, st.just(UNASKED)))


@cache
def stated(name: str, fields: tuple[str, ...] = ()) -> SearchStrategy[Written]:
    """Documented on strong or on weak evidence, silent, not asked, or in conflict."""
    values = _known(name, fields, stated)
    weak = values.map(lambda value: {"value": value, "grade": "conclusory"})
    disputed = _disputed(name, fields)
    silent = (4, st.just(SILENT)), (3, st.just(UNASKED))
    return _weighed((9, values), (2, weak), *silent, (2, disputed))


def _known(name: str, fields: tuple[str, ...], state: State) -> SearchStrategy[Written]:
    """A value; of a list, records that may say nothing of a field."""
    if name not in LISTS:
        return documented(name)
    told = {one: state(one, ()) for one in fields}
    return st.lists(st.fixed_dictionaries({}, optional=told), max_size=3)


def _disputed(name: str, fields: tuple[str, ...]) -> SearchStrategy[Written]:
    """Two values, on strong or on weak evidence; or levels that can be read in two ways."""
    if name in LISTS and not fields:
        return st.just({"conflicting": [[], [{}]]})
    values = _known(name, fields, undisputed)
    pairs = st.lists(values, min_size=2, max_size=2, unique_by=str)
    grades = st.tuples(*[st.sampled_from(("explicit", "explicit", "conclusory"))] * 2)
    disputed = st.builds(_graded, pairs, grades)
    return _any_of(disputed, st.just(TWO_WAYS)) if name in ("targets", "at") else disputed


def _graded(values: list[Written], grades: tuple[str, ...]) -> Written:
    entries = zip(values, grades, strict=True)
    return {"conflicting": [{"value": value, "grade": grade} for value, grade in entries]}


def charts(rules: Rules, state: State = stated) -> SearchStrategy[dict[str, Written]]:
    """Facts as written, for all that the rules look at."""
    return st.fixed_dictionaries(
        {name: state(name, rules.fields(name)) for name in sorted(rules.facts)}
    )


# Situations -----------------------------------------------------------------------------------------

readings = st.sampled_from(READINGS)


@st.composite
def situations(draw: st.DrawFn, state: State = stated, *, most: int = 2, depth: int = 3):
    """A rule base and a chart."""
    written = draw(rule_bases(most, depth))
    facts = draw(charts(written, state))
    return Situation(written, loaded(written), facts, draw(st.sampled_from(("closed", "open"))))


@st.composite
def with_more_documented(draw: st.DrawFn):
    """A situation, and the same with some of what was silent or not asked documented."""
    before = draw(situations())
    facts = {name: _more(draw, before.written, name, said) for name, said in before.facts.items()}
    return before, before.telling(facts)


def _more(draw: st.DrawFn, rules: Rules, name: str, said: Written) -> Written:
    if said in (SILENT, UNASKED):
        return draw(documented(name, rules.fields(name))) if draw(st.booleans()) else said
    if name not in LISTS or not isinstance(said, list):
        return said
    return [_more_of_record(draw, rules, name, record) for record in said]


def _more_of_record(draw: st.DrawFn, rules: Rules, of: str, record: Written) -> Written:
    fields = {**dict.fromkeys(rules.fields(of), SILENT), **record}
    told = {name: _more(draw, rules, name, said) for name, said in fields.items()}
    return {name: said for name, said in told.items() if name in record or said != SILENT}


@st.composite
def with_replies(draw: st.DrawFn):
    """A situation, and a documented value for every fact and field that may be asked about."""
    situation = draw(situations())
    fields = [one for name in LISTS for one in situation.written.fields(name)]
    replies = draw(charts(situation.written, documented))
    return situation, {**replies, **{one: draw(documented(one)) for one in fields}}


def replied(situation: Situation, name: str, replies: Mapping[str, Written]) -> Written:
    """A fact after an answer: what was documented stays, and conflicts are settled."""
    return _replied(name, situation.facts[name], situation.written, replies)


def _replied(name: str, said: Written, rules: Rules, replies: Mapping[str, Written]) -> Written:
    match said:
        case list() if name in LISTS:
            blank = dict.fromkeys(rules.fields(name), UNASKED)
            records = [{**blank, **record} for record in said]
            return [
                {one: _replied(one, field, rules, replies) for one, field in record.items()}
                for record in records
            ]
        case {"value": value}:
            return {**said, "value": _replied(name, value, rules, replies)}
        case {"conflicting": _}:
            return replies[name]
        case _:
            return replies[name] if said in (SILENT, UNASKED, TWO_WAYS) else said


@st.composite
def reordered(draw: st.DrawFn):
    """A situation, and the same with its criteria, conditions, facts and records in another order."""
    before = draw(situations())
    shuffle = Random(draw(st.integers(0, 2**32))).shuffle
    derived = {name: _shuffled(one, shuffle) for name, one in before.written.derived.items()}
    criteria = _shuffled(list(before.written.criteria), shuffle)
    written = Rules(derived, tuple(criteria), _shuffled(dict(before.written.guards), shuffle))
    facts = _shuffled(dict(before.facts), shuffle)
    return before, Situation(written, loaded(written), facts, before.record)


def _shuffled(written: Written, shuffle: Callable[[list[Any]], None]) -> Written:
    """Every list and every mapping in another order; but `within` tells its two sets apart."""
    match written:
        case dict():
            entries = list(written.items())
            shuffle(entries)
            return {k: v if k == "within" else _shuffled(v, shuffle) for k, v in entries}
        case list():
            parts = [_shuffled(one, shuffle) for one in written]
            shuffle(parts)
            return parts
        case _:
            return written
