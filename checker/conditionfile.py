"""Conditions as they are written in YAML: read into the rule language, every problem reported.

The words are few and structured, so that an editor can complete them and a misspelt one is caught.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any as Anything

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
    Size,
    Some,
)
from checker.errors import but_found, did_you_mean, quoted
from checker.vocabulary import (
    RESERVED,
    Boolean,
    Date,
    FactSpec,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
    Vocabulary,
    in_words,
)
from checker.yamlfile import Document, Path_

MAX_PARTS, MAX_DEPTH = 1_000, 100
"""The largest condition of a derived fact, all that it is derived from included."""

_FACT = re.compile("[a-z][a-z0-9_]*")
_OPERATORS = ("at_least", "at_most", "more_than", "less_than", "is", "is_not", "includes")


@dataclass(frozen=True)
class Reader:
    """Reads the conditions of one document, reporting every problem there.

    `derived` holds the conditions of the derived facts that a condition may name; `fields` the fields of
    the record at hand, inside a `where`.
    """

    document: Document
    vocabulary: Vocabulary
    derived: Mapping[str, Condition]
    fields: Mapping[str, FactSpec] | None = None

    def read(self, path: Path_) -> Condition | None:
        """The condition at `path`, or None after reporting what is wrong with it."""
        written = self.document.at(path)
        if not isinstance(written, dict) or not written:
            self.document.report(path, f"expected a condition such as {self._such_as(written)}")
            return None
        return _together(All, [self._entry((*path, key), key, written[key]) for key in written])

    def _such_as(self, written: Anything) -> str:
        """The fact that a condition was made of, where it is one; else any that is true or false."""
        facts = [one for one in self.vocabulary.facts.values() if isinstance(one.type, Boolean)]
        named = [one.name for one in facts if one.name == written]
        return f"`{{{(named or [one.name for one in facts] or ['fact'])[0]}: true}}`"

    def _entry(self, path: Path_, key: str, written: Anything) -> Condition | None:
        match key:
            case "all" | "any":
                return self._parts(path, written, All if key == "all" else Any)
            case "not":
                part = self.read(path)
                return part and Not(part)
            case "some" | "every" | "none" | "count":
                return self._quantified(path, key, written)
            case "overlap" | "within":
                return self._two_sets(path, key, written)
            case _:
                return self._fact(path, key, written)

    def _parts(
        self, path: Path_, written: Anything, kind: type[All] | type[Any]
    ) -> Condition | None:
        if not isinstance(written, list) or not written:
            self.document.report(path, "expected a list of conditions, one at least")
            return None
        return _together(kind, [self.read((*path, index)) for index in range(len(written))])

    # facts

    def _spec(self, path: Path_, name: Anything, *, at_key: bool = False) -> FactSpec | None:
        known = {**self.vocabulary.facts, **(self.fields or {})}
        if not isinstance(name, str):
            self.document.report(path, f"expected the name of a fact{but_found(name)}")
        elif name in known:
            return known[name]
        elif name in self.vocabulary.unread:
            pass
        elif of := self.vocabulary.list_of(name):
            such_as = f"`some: {{of: {of}, where: …}}`"
            message = f"`{name}` is a field of `{of}`; ask for it in a `where`, as in {such_as}"
            self.document.report(path, message, at_key=at_key)
        else:
            hint = did_you_mean(name, [*known, *(RESERVED if at_key else ())])
            self.document.report(path, f"unknown fact {quoted(name)}{hint}", at_key=at_key)
        return None

    def _fact(self, path: Path_, name: str, written: Anything) -> Condition | None:
        spec = self._spec(path, name, at_key=True)
        if spec is None:
            return None
        match spec.type:
            case ListOf():
                message = f"`{name}` is a list; write `some`, `every`, `none` or `count` with `of: {name}`"
                self.document.report(path, message, at_key=True)
                return None
            case Levels() | TargetLabels():
                self.document.report(path, self._advice_for_sets(spec), at_key=True)
                return None
            case _:
                pass
        if isinstance(written, dict):
            return self._compared(path, spec, written)
        return self._equal(path, spec, written)

    def _advice_for_sets(self, spec: FactSpec) -> str:
        if isinstance(spec.type, TargetLabels):
            of = [one.name for one in self.vocabulary.facts.values() if one.joints_of == spec.name]
            return (
                f"`{spec.name}` are levels as written; ask about their joints: `{(of or ['?'])[0]}`"
            )
        return f"`{spec.name}` is a set of levels; write `overlap`, `within` or `count` with `of: {spec.name}`"

    def _equal(self, path: Path_, spec: FactSpec, written: Anything) -> Condition | None:
        if isinstance(spec.type, SetOf):
            message = f"`{spec.name}` is a set; write `{spec.name}: {{includes: …}}`"
            self.document.report(path, message)
            return None
        listed = isinstance(written, list)
        paths = [(*path, index) for index in range(len(written))] if listed else [path]
        values = [self._value(one, spec, self.document.at(one)) for one in paths]
        if not values or any(value is None for value in values):
            if not values:
                self.document.report(path, "expected at least one value")
            return None
        if spec.derived_when is not None:
            return self._derived(path, spec, {bool(value) for value in values})
        return Is(spec.name, frozenset(values))

    def _derived(self, path: Path_, spec: FactSpec, values: set[bool]) -> Condition | None:
        part = self.derived.get(spec.name)
        if len(values) > 1:
            self.document.report(path, "`true` and `false` together ask nothing; write one of them")
        if part is None or len(values) > 1:
            return None
        derived = Derived(spec.name, part)
        return derived if True in values else Not(derived)

    def _value(self, path: Path_, spec: FactSpec, written: Anything) -> Anything:
        faults = self.vocabulary.faults(spec, written)
        for way, message in faults:
            self.document.report((*path, *way), message)
        return None if faults else self.vocabulary.value(spec, written)

    def _compared(
        self, path: Path_, spec: FactSpec, written: Mapping[str, Anything]
    ) -> Condition | None:
        if not written:
            self.document.report(path, f"expected one of {_words(_OPERATORS)}")
            return None
        return _together(
            All, [self._operator((*path, key), spec, key, written[key]) for key in written]
        )

    def _operator(
        self, path: Path_, spec: FactSpec, key: str, written: Anything
    ) -> Condition | None:
        match key:
            case "is":
                return self._equal(path, spec, written)
            case "is_not":
                part = self._equal(path, spec, written)
                return part and Not(part)
            case "includes" if isinstance(spec.type, SetOf):
                return self._includes(path, spec, written)
            case "at_least" | "at_most" | "more_than" | "less_than" if isinstance(
                spec.type, Number | Date
            ):
                return self._bound(path, spec, key, written)
        if key in _OPERATORS:
            what = "a set" if key == "includes" else "a number or a date"
            message = f"`{key}` needs {what}, and `{spec.name}` is {in_words(spec.type)}"
            self.document.report(path, message, at_key=True)
        else:
            hint = did_you_mean(key, _OPERATORS)
            message = f"unknown operator `{key}`{hint}; the operators are {_words(_OPERATORS)}"
            self.document.report(path, message, at_key=True)
        return None

    def _includes(self, path: Path_, spec: FactSpec, written: Anything) -> Condition | None:
        values = self._value(path, spec, written if isinstance(written, list) else [written])
        if values == frozenset():
            self.document.report(path, "expected at least one value")
        return Includes(spec.name, values) if values else None

    def _bound(self, path: Path_, spec: FactSpec, key: str, written: Anything) -> Condition | None:
        if isinstance(written, str) and _FACT.fullmatch(written):
            return self._bound_to_fact(path, spec, key, self._spec(path, written))
        value = self._value(path, spec, written)
        return None if value is None else Bound(spec.name, key, value)

    def _bound_to_fact(
        self, path: Path_, spec: FactSpec, key: str, other: FactSpec | None
    ) -> Condition | None:
        if other is None:
            return None
        if other is spec:
            self.document.report(path, f"`{spec.name}` is compared with itself")
        elif in_words(other.type) != in_words(spec.type):
            self.document.report(path, self._unlike(spec, other))
        else:
            return Relation(key, spec.name, other.name)
        return None

    def _unlike(self, one: FactSpec, other: FactSpec) -> str:
        return (
            f"`{one.name}` is {in_words(one.type)} and `{other.name}` is {in_words(other.type)};"
            " they cannot be compared"
        )

    # sets and lists

    def _two_sets(self, path: Path_, key: str, written: Anything) -> Condition | None:
        if not isinstance(written, list) or len(written) != 2:
            self.document.report(path, f"expected two sets, as in `{key}: [one, other]`")
            return None
        specs = [self._spec((*path, index), name) for index, name in enumerate(written)]
        for index, spec in enumerate(specs):
            if spec and not isinstance(spec.type, Levels | SetOf):
                message = f"`{key}` needs sets, and `{spec.name}` is {in_words(spec.type)}"
                self.document.report((*path, index), message)
                return None
        left, right = specs
        if left is None or right is None:
            return None
        if left is right:
            self.document.report(path, f"`{left.name}` is compared with itself")
            return None
        if type(left.type) is not type(right.type):
            self.document.report(path, self._unlike(left, right))
            return None
        return Relation(key, left.name, right.name)

    def _quantified(self, path: Path_, key: str, written: Anything) -> Condition | None:
        allowed = ("of", "where", "at_least", "at_most") if key == "count" else ("of", "where")
        if not isinstance(written, dict) or "of" not in written:
            self.document.report(path, f"expected `of`, as in `{key}: {{of: …, where: …}}`")
            return None
        unknown = [name for name in written if name not in allowed]
        for name in unknown:
            hint = did_you_mean(name, allowed)
            if name in ("at_least", "at_most"):
                hint = "; to count records, write `count`"
            self.document.report((*path, name), f"unknown key `{name}`{hint}", at_key=True)
        spec = self._spec((*path, "of"), written["of"])
        if spec is None or unknown:
            return None
        if key == "count" and isinstance(spec.type, Levels | SetOf):
            return self._set_size(path, spec, written)
        if not isinstance(spec.type, ListOf):
            kind = "a list of records or a set" if key == "count" else "a list of records"
            message = f"`{key}` needs {kind}, and `{spec.name}` is {in_words(spec.type)}"
            self.document.report((*path, "of"), message)
            return None
        return self._over_records(path, key, spec, spec.type, written)

    def _set_size(
        self, path: Path_, spec: FactSpec, written: Mapping[str, Anything]
    ) -> Condition | None:
        if "where" in written:
            message = f"`where` needs a list of records, and `{spec.name}` is {in_words(spec.type)}"
            self.document.report((*path, "where"), message, at_key=True)
            return None
        return self._number_of(path, written, lambda number: Size(spec.name, number))

    def _over_records(
        self, path: Path_, key: str, spec: FactSpec, of: ListOf, written: Mapping[str, Anything]
    ) -> Condition | None:
        if self.fields is not None:
            self.document.report(path, f"`{key}` cannot stand inside a `where`", at_key=True)
            return None
        if "where" not in written:
            self.document.report(path, "`where` is missing; say which records", at_key=True)
            return None
        reader = Reader(self.document, self.vocabulary, self.derived, of.fields)
        where = reader.read((*path, "where"))
        if where is None:
            return None
        match key:
            case "some":
                return Some(spec.name, 1, where)
            case "none":
                return Not(Some(spec.name, 1, where))
            case "every":
                return Not(Some(spec.name, 1, Not(where)))
            case _:
                return self._number_of(path, written, lambda number: Some(spec.name, number, where))

    def _number_of(
        self, path: Path_, written: Mapping[str, Anything], at_least: Callable[[int], Condition]
    ) -> Condition | None:
        """`at_least` and `at_most` a number, either or both; at most n is not at least n + 1."""
        found: list[Condition | None] = []
        for key in ("at_least", "at_most"):
            number = written.get(key, False)
            if key not in written:
                continue
            if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 99:
                message = f"expected a whole number from 0 to 99{but_found(number)}"
                self.document.report((*path, key), message)
                found.append(None)
            elif key == "at_least" and number == 0:
                self.document.report((*path, key), "`at_least: 0` is always true")
                found.append(None)
            else:
                found.append(at_least(number) if key == "at_least" else Not(at_least(number + 1)))
        if not found:
            self.document.report(path, "`count` needs `at_least` or `at_most`", at_key=True)
            return None
        return _together(All, found)


def read_derived(document: Document, vocabulary: Vocabulary) -> Mapping[str, Condition]:
    """The conditions of all derived facts, each after those it is derived from.

    A derived fact that hangs on itself is reported, and left out with all that need it.
    """
    paths = {
        spec.name: spec.derived_when for spec in vocabulary.facts.values() if spec.derived_when
    }
    needs = {
        name: sorted(_names_in(document.at(path)) & paths.keys()) for name, path in paths.items()
    }
    derived: dict[str, Condition] = {}
    extents: dict[str, tuple[int, int]] = {}
    for name in _in_order(document, needs):
        condition = Reader(document, vocabulary, derived).read(paths[name])
        if condition is None:
            continue
        extents[name] = parts, depth = _extent(condition, extents)
        if parts > MAX_PARTS or depth > MAX_DEPTH:
            message = f"`{name}` is too large with all that it is derived from"
            document.report(paths[name], message, at_key=True)
        else:
            derived[name] = condition
    return derived


def _in_order(document: Document, needs: Mapping[str, list[str]]) -> list[str]:
    """The derived facts, each after those it needs; without those that go round in a circle."""
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = sorted(set(error.args[1]))
    for name in circle:
        others = [other for other in circle if other != name]
        through = f", through {_words(others)}" if others else ""
        path = ("facts", name, "derived_when")
        document.report(path, f"`{name}` hangs on itself{through}", at_key=True)
    rest = {name: of for name, of in needs.items() if name not in circle}
    return _in_order(
        document, {name: [one for one in of if one not in circle] for name, of in rest.items()}
    )


def _extent(condition: Condition, derived: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """How many parts a condition has and how deep they are nested, those of derived facts included."""
    match condition:
        case Derived(fact):
            inner = [derived[fact]]
        case All(parts) | Any(parts):
            inner = [_extent(part, derived) for part in parts]
        case Not(part) | Some(where=part):
            inner = [_extent(part, derived)]
        case _:
            return 1, 1
    return 1 + sum(parts for parts, _ in inner), 1 + max(depth for _, depth in inner)


def _names_in(written: Anything) -> set[str]:
    """Every word in a condition that may be the name of a fact."""
    match written:
        case dict():
            return set(written).union(*(_names_in(one) for one in written.values()))
        case list():
            return set().union(*(_names_in(one) for one in written))
        case str():
            return {written}
        case _:
            return set()


def _together(kind: type[All] | type[Any], parts: list[Condition | None]) -> Condition | None:
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else kind(tuple(found))


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
