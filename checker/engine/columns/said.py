"""What rows say in `conflicts`: facts as a case in JSON says them. Each different text is read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from checker.charting import (
    FactReader,
    Facts,
    FactsFrom,
    RecordKind,
    complete,
    heard,
    too_many_conflicts,
    worlds,
)
from checker.errors import CaseError, Place, Problem
from checker.fact import Documented, Fact
from checker.jsonfile import parse_json
from checker.rulebase import RuleBase

MOST_KEPT = 100_000
"""So many different texts are remembered from batch to batch."""


@dataclass(frozen=True)
class Said:
    """What a row says in `conflicts` of a fact: its ways, and those of the joints computed from them."""

    ways: tuple[Fact, ...] = ()
    joints: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    readings: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    too_many: bool = False


class SaidTable:
    """Reads what is said, under one rule base."""

    def __init__(self, rules: RuleBase) -> None:
        self.rules = rules
        self._said: dict[tuple[Any, ...], Said] = {}

    def forget(self) -> None:
        """Start again when there is too much."""
        if len(self._said) > MOST_KEPT:
            self._said.clear()

    def meaning(
        self,
        name: str,
        said: str,
        record: RecordKind,
        facts_from: FactsFrom,
        acts_on: str,
        place: Place,
    ) -> Said:
        """What a text in `conflicts` means."""
        key = (name, said, record, facts_from, acts_on)
        if key not in self._said:
            self._said[key] = self._read(name, said, record, facts_from, acts_on, place)
        return self._said[key]

    def _read(
        self,
        name: str,
        said: str,
        record: RecordKind,
        facts_from: FactsFrom,
        acts_on: str,
        place: Place,
    ) -> Said:
        vocabulary = self.rules.vocabulary
        document = parse_json(place.file, 0, f'{{"{name}": {said}}}', CaseError)
        facts = FactReader(document, vocabulary).read((), document.value)
        if document.problems:
            raise CaseError([Problem(place, one.message) for one in document.problems])
        computed = [one for one in vocabulary.facts.values() if one.joints_of == name]
        remaining: Facts = heard(facts, facts_from)
        if not remaining:
            return Said()
        for procedure, entry in vocabulary.procedures.items():
            if computed and entry.targets == acts_on:
                remaining["procedure"] = Documented(procedure)
        chart = complete(remaining, vocabulary, record)
        if too_many_conflicts(chart):
            return Said(too_many=True)
        ways = {
            one: tuple(way[one] for way in worlds(chart, [one]))
            for one in (name, *(spec.name for spec in computed))
        }
        readings = {spec.name: _readings_of(ways[spec.name]) for spec in computed}
        return Said(ways.pop(name), ways, readings)


def _readings_of(ways: Iterable[Fact]) -> tuple[frozenset[str], ...]:
    return tuple(
        one.value
        for one in ways
        if isinstance(one, Documented) and isinstance(one.value, frozenset)
    )
