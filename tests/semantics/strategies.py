"""Random small rule bases and charts, written as an author would write them and read by the real loader.

A situation is one rule base (derived facts that hang on one another, one to three criteria with
every construct of the language) and one chart for it. Only facts that the rules name are charted,
and values are few, so that conditions are often true and often false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from checker.anatomy import Anatomy, load_anatomy
from checker.case import Case, parse_case, procedures
from checker.charting import Facts, RecordKind
from checker.condition import read_derived
from checker.engine.agreed import Engine
from checker.engine.written import READINGS
from checker.errors import RuleError
from checker.fact import Chart
from checker.guideline import Guideline, load_guideline
from checker.rulebase import RuleBase
from checker.vocabulary import load_vocabulary
from checker.yamlfile import parse, read

ROOT = Path(__file__).parents[2]

Written = Any
"""A value as it stands in a file: a mapping, a list, a text, a number, a date, true or false."""

# The facts ------------------------------------------------------------------------------------------

NUMBERS = ("weeks", "hours")
SETS = ("drugs", "allergies")
DATES = ("seen", "sent")
LEAVES = {
    "tender": {"type": "boolean"},
    "anxious": {"type": "boolean"},
    "working": {"type": "boolean"},
    "therapy": {"type": "enum", "values": {"failed": "f", "helped": "h", "not_done": "n"}},
    **{name: {"type": "number", "unit": "units", "to": 9} for name in NUMBERS},
    **{name: {"type": "set", "values": {"x": "x", "y": "y", "z": "z"}} for name in SETS},
    **{name: {"type": "date"} for name in DATES},
    "targets": {"type": "targets"},
    "joints": {"joints_of": "targets"},
    "fused": {"type": "levels"},
}
FIELDS = {
    "helpful": {"type": "boolean"},
    "manner": {"type": "enum", "values": {"block": "b", "burn": "u", "other": "o"}},
    "relief": {"type": "number", "unit": "units", "to": 9},
    "lasted": {"type": "number", "unit": "units", "to": 9},
    "given": {"type": "set", "values": {"x": "x", "y": "y", "z": "z"}},
    "refused": {"type": "set", "values": {"x": "x", "y": "y", "z": "z"}},
    "day": {"type": "date"},
    "at": {"type": "targets"},
    "at_joints": {"joints_of": "at"},
}
VISIT_FIELDS = {"kept": {"type": "boolean"}}
LISTS = {"blocks": FIELDS, "visits": VISIT_FIELDS}
DERIVED = ("first", "second", "third")
"""Each may hang on those before it."""

_TRUTHS = st.booleans()
_CHOICES = {
    "therapy": ("failed", "helped", "not_done"),
    "manner": ("block", "burn", "other"),
}
_FEW = st.integers(1, 3)
_MEMBERS = ("x", "y", "z")
_DAYS = (date(2015, 1, 2), date(2015, 1, 3), date(2015, 1, 4))
LEVELS = {
    ("L3-4",): (frozenset({"L3-4"}),),
    ("L4-5",): (frozenset({"L4-5"}),),
    ("L3-4", "L4-5"): (frozenset({"L3-4", "L4-5"}),),
    ("L2", "L3"): (frozenset({"L3-4"}),),
    ("L4",): (frozenset(),),
    ("L3-L5",): (frozenset({"L3-4", "L4-5"}), frozenset({"L4-5", "L5-S1"})),
}
"""Levels as written, and the joints that they can be read as."""

FUSED = (frozenset(), frozenset({"L3-4"}), frozenset({"L4-5"}), frozenset({"L3-4", "L4-5"}))


def values_of(name: str) -> tuple[Written, ...]:
    """The values that a fact or field is documented with, few enough to go through."""
    spec = {**LEAVES, **FIELDS, **VISIT_FIELDS}[name]
    match spec.get("type"):
        case "boolean":
            return (True, False)
        case "enum":
            return _CHOICES[name]
        case "number":
            return (1, 2, 3)
        case "date":
            return _DAYS
        case "set":
            return ([], ["x"], ["y"], ["x", "y"])
        case "levels":
            return tuple(sorted(one) for one in FUSED)
        case _:
            return tuple(list(labels) for labels in LEVELS)


# Conditions -----------------------------------------------------------------------------------------


def _booleans(name: str) -> SearchStrategy[Written]:
    return _TRUTHS.map(lambda value: {name: value}) | _TRUTHS.map(
        lambda value: {name: {"is_not": value}}
    )


def _enums(name: str) -> SearchStrategy[Written]:
    one = st.sampled_from(_CHOICES[name])
    some = st.lists(one, min_size=1, max_size=2, unique=True)
    wanted = one | some | st.fixed_dictionaries({"is_not": one | some})
    return (wanted | one.map(lambda value: {"is": value})).map(lambda value: {name: value})


def _ordered(name: str, constants: SearchStrategy[Written], others: tuple[str, ...]):
    """Numbers and dates: equal, bound by a constant or two, bound to another fact."""
    comparisons = st.sampled_from(("at_least", "at_most", "more_than", "less_than"))
    bounds = [st.dictionaries(comparisons, constants, min_size=1, max_size=2)]
    if others:
        bounds.append(st.dictionaries(comparisons, st.sampled_from(others), min_size=1, max_size=1))
    return st.one_of(*bounds, constants).map(lambda wanted: {name: wanted})


def _numbers(name: str, *others: str) -> SearchStrategy[Written]:
    return _ordered(name, _FEW, others)


def _dates(name: str, *others: str) -> SearchStrategy[Written]:
    return _ordered(name, st.sampled_from(_DAYS), others)


def _sets(name: str) -> SearchStrategy[Written]:
    members = st.lists(st.sampled_from(_MEMBERS), min_size=1, max_size=2, unique=True)
    included = st.sampled_from(_MEMBERS) | members
    return included.map(lambda wanted: {name: {"includes": wanted}}) | _sizes(name)


def _sizes(name: str) -> SearchStrategy[Written]:
    return _counted({"of": name}, most=2)


def _counted(counted: Mapping[str, Written], most: int) -> SearchStrategy[Written]:
    least = st.integers(1, most).map(lambda number: {"at_least": number})
    greatest = st.integers(0, most).map(lambda number: {"at_most": number})
    both = st.builds(lambda one, other: one | other, least, greatest)
    return (least | greatest | both).map(lambda bounds: {"count": {**counted, **bounds}})


def _pairs(*pairs: tuple[str, str]) -> SearchStrategy[Written]:
    ordered = st.sampled_from([*pairs, *((right, left) for left, right in pairs)])
    words = st.sampled_from(("overlap", "within"))
    return st.builds(lambda word, pair: {word: list(pair)}, words, ordered)


_OF_CASES = (
    _booleans("tender"),
    _booleans("anxious"),
    _booleans("working"),
    _enums("therapy"),
    _numbers("weeks", "hours"),
    _numbers("hours"),
    _dates("seen", "sent"),
    _dates("sent"),
    _sets("drugs"),
    _sizes("joints"),
    _pairs(("drugs", "allergies"), ("joints", "fused")),
)
_OF_BLOCKS = (
    _booleans("helpful"),
    _enums("manner"),
    _numbers("relief", "lasted", "weeks"),
    _dates("day", "seen"),
    _sets("given"),
    _sizes("at_joints"),
    _pairs(("given", "refused"), ("given", "drugs"), ("at_joints", "joints")),
    _numbers("weeks", "relief"),
)


def _combined(part: SearchStrategy[Written], most: int = 3) -> SearchStrategy[Written]:
    """`all`, `any`, `not`, and several conditions in one mapping."""
    parts = st.lists(part, min_size=1, max_size=most)
    return st.one_of(
        parts.map(lambda found: {"all": found}),
        parts.map(lambda found: {"any": found}),
        part.map(lambda found: {"not": found}),
        st.builds(lambda one, other: {**one, **other}, part, part),
    )


def _where(of: str, derived: tuple[str, ...]) -> SearchStrategy[Written]:
    """Conditions on a record: its own fields mostly, sometimes facts of the case."""
    own = st.one_of(*_OF_BLOCKS) if of == "blocks" else _booleans("kept")
    named = (*_OF_CASES[:2], *(_booleans(name) for name in derived))
    leaf = st.one_of(own, own, own, own, *named)
    return leaf | _combined(leaf, most=2)


def _quantified(derived: tuple[str, ...]) -> SearchStrategy[Written]:
    def over(of: str) -> SearchStrategy[Written]:
        counted = _where(of, derived).map(lambda where: {"of": of, "where": where})
        words = st.sampled_from(("some", "every", "none"))
        told = st.builds(lambda word, said: {word: said}, words, counted)
        return told | counted.flatmap(lambda said: _counted(said, most=3))

    return over("blocks") | over("visits")


@cache
def conditions(depth: int, derived: tuple[str, ...] = ()) -> SearchStrategy[Written]:
    """Conditions on a case, at most this deep, that may name these derived facts."""
    leaf = st.one_of(*_OF_CASES, _quantified(derived), *(_booleans(name) for name in derived))
    if depth == 0:
        return leaf
    part = conditions(depth - 1, derived)
    return leaf | _combined(part) | _combined(part)


# Rule bases -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rules:
    """A rule base as written: the conditions of the derived facts, and the criteria."""

    derived: Mapping[str, Written]
    criteria: tuple[Mapping[str, Written], ...]

    def names(self) -> frozenset[str]:
        """The facts that a chart must hold for these rules, those behind derived facts included."""
        return frozenset(self._leaves([{k: v for k, v in one.items() if k in PARTS} for one in self.criteria]))

    def _leaves(self, written: Written) -> Iterator[str]:
        for word in _words(written):
            if word in self.derived:
                yield from self._leaves(self.derived[word])
            elif word in LEAVES or word in LISTS:
                yield LEAVES.get(word, {}).get("joints_of", word)


PARTS = ("when", "requires", "unless")


def _words(written: Written) -> Iterator[str]:
    match written:
        case dict():
            yield from written
            for one in written.values():
                yield from _words(one)
        case list():
            for one in written:
                yield from _words(one)
        case str():
            yield written


def _criteria(derived: tuple[str, ...], depth: int) -> SearchStrategy[dict[str, Written]]:
    """What a criterion asks; its id comes with its place."""
    aside = conditions(1, derived)
    return st.fixed_dictionaries(
        {
            "kind": st.sampled_from(("eligibility", "eligibility", "eligibility", "conduct")),
            "requires": conditions(depth, derived),
            "if_silent": st.sampled_from(("presumed", "counts_against", "ask")),
        },
        optional={"when": aside, "unless": aside},
    )


def rules(most: int = 3, depth: int = 3) -> SearchStrategy[Rules]:
    """Rule bases of one to `most` criteria."""
    derived = st.fixed_dictionaries(
        {name: conditions(1, DERIVED[:number]) for number, name in enumerate(DERIVED)}
    )
    criteria = st.lists(_criteria(DERIVED, depth), min_size=1, max_size=most)
    return st.builds(lambda facts, found: Rules(facts, tuple(found)), derived, criteria)


def loaded(written: Rules) -> RuleBase:
    """The rule base, read by the loader's own readers from YAML text.

    Raises:
        RuleError: if the loader refuses what was generated.
    """
    vocabulary_file = parse("vocabulary.yaml", as_yaml(_vocabulary(written.derived)), RuleError)
    vocabulary = load_vocabulary(vocabulary_file, anatomy())
    assert vocabulary, vocabulary_file.problems
    derived = read_derived(vocabulary_file, vocabulary)
    guideline_file = parse("g.yaml", as_yaml(_guideline(written.criteria)), RuleError)
    guideline = load_guideline(guideline_file, "g", vocabulary, derived)
    if problems := [*vocabulary_file.problems, *guideline_file.problems]:
        raise RuleError(problems)
    assert guideline
    return RuleBase(vocabulary, anatomy(), {guideline.id: guideline}, "")


@cache
def anatomy() -> Anatomy:
    """The shipped map of nerves and joints."""
    document = read(ROOT / "rules" / "anatomy.yaml", RuleError)
    found = load_anatomy(document)
    assert found, document.problems
    return found


def _vocabulary(derived: Mapping[str, Written]) -> Written:
    facts = {name: _asked(entry) for name, entry in LEAVES.items()}
    facts |= {
        name: {"type": "list", "ask": "?", "fields": {one: _asked(LISTS[name][one]) for one in LISTS[name]}}
        for name in LISTS
    }
    facts |= {name: {"ask": "?", "derived_when": condition} for name, condition in derived.items()}
    regions = {"cervical": "c", "thoracic": "t", "lumbar": "l"}
    return {"facts": facts, "procedures": {"block": {"title": "b", "targets": "nerves"}}, "regions": regions}


def _asked(entry: Mapping[str, Written]) -> Written:
    return {**entry, "ask": "?"}


def _guideline(criteria: tuple[Mapping[str, Written], ...]) -> Written:
    rest = {"item": "one", "says": "s", "fix": "f", "verified": True, "examples": []}
    return {
        "id": "g",
        "title": "t",
        "source": {"publisher": "p"},
        "in_force": {"from": date(2000, 1, 1)},
        "covers": {"procedure": ["block"]},
        "criteria": [{"id": f"c{number}", **rest, **one} for number, one in enumerate(criteria)],
    }


def as_yaml(written: Written) -> bytes:
    """A value as YAML text."""
    return _flow(written).encode()


def _flow(written: Written) -> str:
    match written:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in written.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, written)) + "]"
        case bool():
            return str(written).lower()
        case "?":
            return '"?"'
        case _:
            return str(written)


# Charts ---------------------------------------------------------------------------------------------

SILENT, UNASKED = "not documented", "not asked"


def _stated(values: SearchStrategy[Written], distinct: Callable[[Written], Any] = str):
    """A fact: mostly a value; else without one, on weak evidence, or in conflict."""
    weak = values.map(lambda value: {"value": value, "grade": "conclusory"})
    pair = st.lists(values, min_size=2, max_size=2, unique_by=distinct)
    conflict = pair.map(lambda both: {"conflicting": both})
    return st.sampled_from((0, 0, 0, 0, 0, 0, 1, 2, 2, 3, 3, 4)).flatmap(
        lambda kind: (values, weak, st.just(SILENT), st.just(UNASKED), conflict)[kind]
    )


@cache
def documented(name: str) -> SearchStrategy[Written]:
    """Documented values of a fact or field; of a list, records with every field documented."""
    if name not in LISTS:
        return st.sampled_from(values_of(name))
    fields = {one: documented(one) for one in _written_fields(name)}
    return st.lists(st.fixed_dictionaries(fields), max_size=3)


@cache
def stated(name: str) -> SearchStrategy[Written]:
    """A fact in any state; records may lack fields, hold silent ones and conflicts."""
    if name not in LISTS:
        return _stated(documented(name))
    fields = {one: _stated(documented(one)) for one in _written_fields(name)}
    records = st.lists(st.fixed_dictionaries({}, optional=fields), max_size=3)
    silent = st.sampled_from((SILENT, UNASKED))
    return st.one_of(records, records, records, silent)


def _written_fields(of: str) -> list[str]:
    return [name for name, entry in LISTS[of].items() if "joints_of" not in entry]


def charts(names: frozenset[str], state: Callable[[str], SearchStrategy[Written]] = stated):
    """Facts as written, under these names."""
    return st.fixed_dictionaries({name: state(name) for name in sorted(names)})


# Situations -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """A rule base and a chart for it, as written and as read."""

    written: Rules
    facts: Mapping[str, Written]
    record: RecordKind
    rules: RuleBase

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """What an author would write, to be read when a test fails."""
        parts = (("derived", self.written.derived), ("criteria", self.written.criteria), (self.record, self.facts))
        printer.text("; ".join(f"{title} {_flow(part)}" for title, part in parts))

    @property
    def guideline(self) -> Guideline:
        """The only guideline of the rule base."""
        return self.rules.guidelines["g"]

    @property
    def case(self) -> Case:
        """The case, read from YAML text."""
        request = {"id": 1, "procedure": "block"}
        entry = {"case": "c", "record": self.record, "facts": self.facts, "requests": [request]}
        return parse_case("case.yaml", as_yaml(entry), self.rules)

    @property
    def chart(self) -> Chart:
        """The complete chart of its one request."""
        (procedure,) = procedures(self.case, self.rules.vocabulary, "all")
        return procedure.chart

    def telling(self, facts: Mapping[str, Written]) -> Situation:
        """The same rule base with other facts on the chart."""
        return replace(self, facts={**self.facts, **facts})


@st.composite
def situations(draw: st.DrawFn, *, state=stated, record=("closed", "open"), most: int = 2, depth: int = 3):
    """A rule base and a chart."""
    written = draw(rules(most, depth))
    facts = draw(charts(written.names(), state))
    return Situation(written, facts, draw(st.sampled_from(record)), loaded(written))


readings = st.sampled_from(READINGS)
