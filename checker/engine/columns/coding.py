"""How the values of a fact stand in an array, and which rules cannot be put into arrays at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from checker.condition import All, Condition, Derived, Not, Relation, Scalar, Some, facts_in
from checker.condition import Any as AnyOf
from checker.engine.columns.frame import Values
from checker.errors import Place, Problem, RuleError
from checker.guideline import Guideline
from checker.rulebase import RuleBase
from checker.vocabulary import (
    Boolean,
    Date,
    Enum,
    FactSpec,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
)

MOST_MEMBERS = 63
"""A set is one integer of 64 bits, and so are the criteria of a guideline."""

COLUMNS_OF_CASES = (
    "case",
    "record",
    "jurisdiction",
    "ur_date",
    "requests",
)
NAMES_OF_FACTS = ("not_documented", "not_asked", "conclusory", "only_ur", "only_reviewer")
CONFLICTS = "conflicts"
RESERVED_COLUMNS = (*COLUMNS_OF_CASES, *NAMES_OF_FACTS, CONFLICTS)
"""The columns of a table that are no facts; the names of facts stand inside records as well."""

_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Coding:
    """How one fact or field stands in an array; `members` are the choices, or the members of a set."""

    spec: FactSpec
    members: tuple[str, ...] = ()

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The number of each member."""
        return {name: number for number, name in enumerate(self.members)}

    @property
    def dtype(self) -> type[np.generic]:
        """The type of the array."""
        match self.spec.type:
            case Boolean():
                return np.uint8
            case Number():
                return np.float64
            case Date():
                return np.int32
            case Enum():
                return np.int16
            case _:
                return np.int64

    def number(self, value: Any) -> Any:
        """A value of a fact as it stands in the array."""
        match value:
            case date():
                return (value - _FIRST_DAY).days
            case str():
                return self.place[value]
            case frozenset():
                return self.bits(value)
            case _:
                return value

    def bits(self, members: Iterable[str]) -> int:
        """A set as it stands in the array."""
        return sum(1 << self.place[one] for one in members)

    def equals(self, values: Values, wanted: Collection[Scalar]) -> Any:
        """Where the values are among those wanted."""
        numbers = [self.number(one) for one in wanted]
        if isinstance(self.spec.type, Enum):
            among = np.zeros(len(self.members), np.bool_)
            among[numbers] = True
            return among[values]
        found = values == numbers[0]
        for one in numbers[1:]:
            found = found | (values == one)
        return found


def codings(rules: RuleBase) -> dict[str, Coding]:
    """The codings of all facts and fields by name; sets that are compared share their numbers."""
    conditions = list(_conditions(rules))
    specs = all_specs(rules)
    together = _compared_sets(conditions, specs)
    return {name: _coding(spec, together.get(name, ()), rules) for name, spec in specs.items()}


def all_specs(rules: RuleBase) -> dict[str, FactSpec]:
    """Every fact that is not derived, and every field of a record, which never have the same name."""
    facts = {
        name: spec for name, spec in rules.vocabulary.facts.items() if spec.derived_when is None
    }
    lists = [spec.type.fields for spec in facts.values() if isinstance(spec.type, ListOf)]
    return facts | {name: field for fields in lists for name, field in fields.items()}


def _coding(spec: FactSpec, shared: tuple[str, ...], rules: RuleBase) -> Coding:
    match spec.type:
        case Enum(values):
            return Coding(spec, tuple(values))
        case SetOf(values):
            return Coding(spec, shared or tuple(values))
        case Levels():
            return Coding(spec, tuple(rules.anatomy.joints))
        case _:
            return Coding(spec)


def _conditions(rules: RuleBase) -> Iterator[Condition]:
    for guideline in rules.guidelines.values():
        for criterion in guideline.criteria:
            yield from criterion.conditions
    yield from rules.vocabulary.guards.values()
    yield from (one.contradiction for one in rules.relations)


def _compared_sets(
    conditions: Iterable[Condition], specs: Mapping[str, FactSpec]
) -> dict[str, tuple[str, ...]]:
    """The members of all sets that are compared with each other, through others as well."""
    groups: list[set[str]] = []
    for relation in (one for condition in conditions for one in _relations(condition)):
        pair = {relation.left, relation.right}
        if all(isinstance(specs[name].type, SetOf) for name in pair):
            touched = [group for group in groups if group & pair]
            groups = [group for group in groups if not group & pair]
            groups.append(pair.union(*touched))
    return {name: _members(group, specs) for group in groups for name in group}


def _members(group: Iterable[str], specs: Mapping[str, FactSpec]) -> tuple[str, ...]:
    kinds = [specs[name].type for name in sorted(group)]
    return tuple(
        dict.fromkeys(one for kind in kinds if isinstance(kind, SetOf) for one in kind.values)
    )


def _relations(condition: Condition) -> Iterator[Relation]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _relations(part)
        case Not(part) | Derived(_, part) | Some(where=part):
            yield from _relations(part)
        case Relation():
            yield condition
        case _:
            pass


# What cannot be put into columns ----------------------------------------------------------------------


def refuse_unfit(rules: RuleBase, codings: Mapping[str, Coding]) -> None:
    """Refuse rules that columns cannot hold.

    Raises:
        RuleError: with the line of each, and the reason.
    """
    problems = [
        Problem(
            place, f"{what}; the columns engine cannot decide this, case by case it can be decided"
        )
        for guideline in rules.guidelines.values()
        for place, what in _unfit(guideline, codings)
    ]
    taken = sorted({*RESERVED_COLUMNS} & rules.vocabulary.facts.keys())
    in_records = sorted({*NAMES_OF_FACTS} & codings.keys() - {*taken})
    for name in (*taken, *in_records):
        message = f"`{name}` is a column of every table of cases; choose another name for the fact"
        problems.append(Problem(_place_of_vocabulary(rules), message))
    if problems:
        raise RuleError(problems)


def _place_of_vocabulary(rules: RuleBase) -> Place:
    """The vocabulary's file, beside which every guideline stands."""
    guideline = next(iter(rules.guidelines.values()))
    folder = guideline.place.file.removesuffix(f"{guideline.id}.yaml")
    return Place(f"{folder}vocabulary.yaml")


def _unfit(guideline: Guideline, codings: Mapping[str, Coding]) -> Iterator[tuple[Place, str]]:
    if len(guideline.criteria) > MOST_MEMBERS:
        number = len(guideline.criteria)
        yield guideline.place, f"{number} criteria in one guideline, more than {MOST_MEMBERS}"
    for criterion in guideline.criteria:
        for condition in criterion.conditions:
            for name in dict.fromkeys(facts_in(condition)):
                if len(codings[name].members) > MOST_MEMBERS and _is_set(codings[name].spec):
                    number = len(codings[name].members)
                    said = f"`{name}` is a set of {number} members, more than {MOST_MEMBERS}"
                    yield criterion.place, said
            if any(any(True for _ in _lists(one.where)) for one in _lists(condition)):
                yield criterion.place, "a list is looked at inside the `where` of another"


def _is_set(spec: FactSpec) -> bool:
    return isinstance(spec.type, SetOf | Levels | TargetLabels)


def _lists(condition: Condition) -> Iterator[Some]:
    """The lists that a condition looks at itself; derived facts stand for those of the case."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _lists(part)
        case Not(part):
            yield from _lists(part)
        case Some():
            yield condition
        case _:
            pass
