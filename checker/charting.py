"""Charts: facts as written in a case or an example, read, filtered by voice, and completed.

A complete chart holds every fact of the vocabulary. What a closed record does not mention is not
documented; what an open one does not mention was not asked. Joints are computed from written levels.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any, Literal, TypeAlias

from checker.anatomy import ActsOn
from checker.errors import did_you_mean
from checker.fact import (
    NOT_ASKED,
    NOT_DOCUMENTED,
    Chart,
    Conflicting,
    Documented,
    Evidence,
    Fact,
    Grade,
    NotAsked,
    NotDocumented,
    Voice,
    evidence_of,
)
from checker.vocabulary import FactSpec, ListOf, TargetLabels, Vocabulary
from checker.yamlfile import Document, FromFile, Path_

RecordKind = Literal["open", "closed"]
FactsFrom = Literal["record", "record+ur", "all"]

_VOICES: Mapping[FactsFrom, Collection[Voice]] = {
    "record": ("record",),
    "record+ur": ("record", "ur"),
    "all": ("record", "ur", "reviewer"),
}
_SILENT: Mapping[RecordKind, NotDocumented | NotAsked] = {
    "closed": NOT_DOCUMENTED,
    "open": NOT_ASKED,
}
_STATES: Mapping[str, Fact] = {"not documented": NOT_DOCUMENTED, "not asked": NOT_ASKED}

Facts: TypeAlias = "dict[str, Fact]"


class EvidenceEntry(FromFile):
    """Where a fact stands, as a case says it."""

    document: str | None = None
    section: Literal["summary", "request", "rationale"] | None = None
    voice: Voice = "record"
    line: int | None = None
    last_line: int | None = None
    dated: date | None = None
    quote: str | None = None

    def evidence(self) -> Evidence:
        """The same as a value of the program."""
        return Evidence(**self.model_dump())


# Reading --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FactReader:
    """Reads facts in short and long form from one document, reporting every problem there."""

    document: Document
    vocabulary: Vocabulary

    def read(self, path: Path_, names: Iterable[str], only_of_requests: bool = False) -> Facts:
        """The facts that stand under these names at `path`."""
        facts: Facts = {}
        for name in names:
            here = (*path, name)
            spec = self.vocabulary.facts.get(name)
            if problem := self._refusal(name, spec, only_of_requests):
                self.document.report(here, problem, at_key=True)
            elif spec and (fact := self._fact(here, spec)):
                facts[name] = fact
        return facts

    def _refusal(self, name: str, spec: FactSpec | None, only_of_requests: bool) -> str | None:
        if spec is None:
            known = self.vocabulary.facts
            extra = ("id", "item", "decision") if only_of_requests else ()
            return f"unknown fact `{name}`{did_you_mean(name, [*known, *extra])}"
        if spec.joints_of:
            return f"`{name}` is computed; write `{spec.joints_of}`"
        if not spec.written:
            return f"`{name}` is derived from other facts; write those"
        if only_of_requests and spec.kind != "request":
            return f"`{name}` is a fact of the chart; write it under `facts:`"
        return None

    def _fact(
        self, path: Path_, spec: FactSpec, inherited: tuple[Evidence, ...] = ()
    ) -> Fact | None:
        written = self.document.at(path)
        if not isinstance(written, dict):
            return self._value(path, spec, "explicit", inherited, None)
        if "conflicting" in written:
            return self._conflicting(path, spec, written)
        if not self._keys(path, written, ("value", "grade", "evidence", "note"), needed="value"):
            return None
        evidence = self._evidence(path, written) or inherited
        return self._value(
            (*path, "value"), spec, self._grade(path, written), evidence, self._note(path, written)
        )

    def _value(
        self,
        path: Path_,
        spec: FactSpec,
        grade: Grade,
        evidence: tuple[Evidence, ...],
        note: str | None,
    ) -> Fact | None:
        written = self.document.at(path)
        if isinstance(written, str) and written in _STATES:
            return NotDocumented(evidence, note) if written == "not documented" else NOT_ASKED
        if spec.at_best == "conclusory":
            grade = "conclusory"
        if isinstance(spec.type, ListOf):
            records = self._records(path, spec.type, written)
            return None if records is None else Documented(records, grade, evidence, note)
        try:
            return Documented(self.vocabulary.value(spec, written), grade, evidence, note)
        except ValueError as problem:
            state = did_you_mean(written, _STATES) if isinstance(written, str) else ""
            message = str(problem)
            self.document.report(path, message if "did you mean" in message else message + state)
            return None

    def _conflicting(self, path: Path_, spec: FactSpec, written: dict[str, Any]) -> Fact | None:
        values = written["conflicting"]
        if not self._keys(path, written, ("conflicting", "note"), needed="conflicting"):
            return None
        if not isinstance(values, list) or len(values) < 2:
            self.document.report((*path, "conflicting"), "expected a list of two or more values")
            return None
        found = [self._fact((*path, "conflicting", index), spec) for index in range(len(values))]
        if not all(isinstance(one, Documented) for one in found):
            if None not in found:
                self.document.report(
                    (*path, "conflicting"), "silence does not conflict; give the values"
                )
            return None
        documented = tuple(one for one in found if isinstance(one, Documented))
        if (
            len(
                {one.value for one in documented if isinstance(one.value, bool | int | float | str)}
            )
            == 1
        ):
            self.document.report((*path, "conflicting"), "these values are the same; write one")
            return None
        return Conflicting(documented, self._note(path, written))

    def _records(self, path: Path_, kind: ListOf, written: Any) -> tuple[Facts, ...] | None:
        if not isinstance(written, list):
            self.document.report(
                path, "expected a list of records; an empty list [] says that there are none"
            )
            return None
        return tuple(self._record((*path, index), kind) for index in range(len(written)))

    def _record(self, path: Path_, kind: ListOf) -> Facts:
        written = self.document.at(path)
        if not isinstance(written, dict):
            self.document.report(path, f"expected fields such as `{next(iter(kind.fields))}` here")
            return {}
        inherited = self._evidence(path, written)
        record: Facts = {}
        for name in written:
            spec = kind.fields.get(name)
            if name == "evidence":
                continue
            if spec is None:
                hint = did_you_mean(name, kind.fields)
                self.document.report((*path, name), f"unknown field `{name}`{hint}", at_key=True)
            elif spec.joints_of:
                message = f"`{name}` is computed; write `{spec.joints_of}`"
                self.document.report((*path, name), message, at_key=True)
            elif fact := self._fact((*path, name), spec, inherited):
                record[name] = fact
        return record

    def _keys(
        self, path: Path_, written: dict[str, Any], known: tuple[str, ...], needed: str
    ) -> bool:
        unknown = [name for name in written if name not in known]
        for name in unknown:
            hint = did_you_mean(name, [*known, "conflicting"])
            self.document.report((*path, name), f"unknown key `{name}`{hint}", at_key=True)
        if needed not in written and not unknown:
            self.document.report(path, f"`{needed}` is missing")
        return needed in written and not unknown

    def _grade(self, path: Path_, written: dict[str, Any]) -> Grade:
        grade = written.get("grade", "explicit")
        if grade not in ("explicit", "conclusory"):
            message = f"`{grade}` is not one of `explicit`, `conclusory`"
            self.document.report(
                (*path, "grade"), message + did_you_mean(grade, ["explicit", "conclusory"])
            )
        return "conclusory" if grade == "conclusory" else "explicit"

    def _note(self, path: Path_, written: dict[str, Any]) -> str | None:
        note = written.get("note")
        if note is not None and not isinstance(note, str):
            self.document.report((*path, "note"), "expected a text")
            return None
        return note

    def _evidence(self, path: Path_, written: dict[str, Any]) -> tuple[Evidence, ...]:
        match written.get("evidence"):
            case None:
                return ()
            case list() as many:
                paths = [(*path, "evidence", index) for index in range(len(many))]
            case _:
                paths = [(*path, "evidence")]
        entries = (self.document.read(EvidenceEntry, one) for one in paths)
        return tuple(entry.evidence() for entry in entries if entry)


# Whose words count -----------------------------------------------------------------------------------


def heard(facts: Mapping[str, Fact], facts_from: FactsFrom) -> Facts:
    """The facts that remain when only these voices are listened to; what has no evidence is the chart's."""
    voices = _VOICES[facts_from]
    kept = ((name, _heard(fact, voices)) for name, fact in facts.items())
    return {name: fact for name, fact in kept if fact is not None}


def _heard(fact: Fact, voices: Collection[Voice]) -> Fact | None:
    match fact:
        case Conflicting(values, note):
            kept = tuple(
                one
                for one in (_heard(value, voices) for value in values)
                if isinstance(one, Documented)
            )
            if len(kept) > 1:
                return Conflicting(kept, note)
            return kept[0] if kept else None
        case Documented(value=tuple() as items) if items and isinstance(items[0], Mapping):
            records = (_heard_record(item, voices) for item in items if isinstance(item, Mapping))
            remaining = tuple(record for record in records if record)
            return replace(fact, value=remaining) if remaining else None
        case Documented() | NotDocumented() if fact.evidence:
            spoken = tuple(one for one in fact.evidence if one.voice in voices)
            return replace(fact, evidence=spoken) if spoken else None
        case _:
            return fact


def _heard_record(record: Mapping[str, Fact], voices: Collection[Voice]) -> Facts:
    """The fields of a record that these voices give; empty when they give none."""
    kept = ((name, _heard(fact, voices)) for name, fact in record.items())
    return {name: fact for name, fact in kept if fact is not None}


# Completing ------------------------------------------------------------------------------------------


def complete(facts: Mapping[str, Fact], vocabulary: Vocabulary, record: RecordKind) -> Chart:
    """A chart with every fact of the vocabulary: as written, computed from levels, or silent."""
    acts_on = _acts_on(facts, vocabulary)
    chart = _filled(facts, vocabulary.facts, vocabulary, record, acts_on)
    if not isinstance(chart["region"], Documented) and (region := _region(chart, vocabulary)):
        chart["region"] = region
    return chart


def _acts_on(facts: Mapping[str, Fact], vocabulary: Vocabulary) -> ActsOn:
    procedure = facts.get("procedure")
    if isinstance(procedure, Documented) and isinstance(procedure.value, str):
        return vocabulary.procedures[procedure.value].targets
    return "none"


def _filled(
    facts: Mapping[str, Fact],
    specs: Mapping[str, FactSpec],
    vocabulary: Vocabulary,
    record: RecordKind,
    acts_on: ActsOn,
) -> Facts:
    chart: Facts = {}
    for name, spec in specs.items():
        if spec.derived_when is not None:
            continue
        fact = facts.get(name, _SILENT[record])
        if isinstance(spec.type, ListOf) and isinstance(fact, Documented):
            fact = _filled_records(fact, spec.type, vocabulary, record)
        if spec.joints_of:
            fact = _joints(facts.get(spec.joints_of, _SILENT[record]), vocabulary, acts_on)
        chart[name] = fact
    return chart


def _filled_records(
    fact: Documented, kind: ListOf, vocabulary: Vocabulary, record: RecordKind
) -> Documented:
    """Levels of earlier procedures are read as nerves unless written as joints."""
    items = fact.value if isinstance(fact.value, tuple) else ()
    records = tuple(
        _filled(item, kind.fields, vocabulary, record, "nerves")
        for item in items
        if isinstance(item, Mapping)
    )
    return replace(fact, value=records)


def _joints(levels: Fact, vocabulary: Vocabulary, acts_on: ActsOn) -> Fact:
    """The joints that written levels stand for; conflicting where they can be read in two ways."""
    match levels:
        case Documented():
            readings = vocabulary.anatomy.read(_labels(levels), acts_on).readings
            found = tuple(replace(levels, value=reading) for reading in readings)
            return (
                found[0]
                if len(found) == 1
                else Conflicting(found, "the levels can be read as joints or as nerves")
            )
        case Conflicting(values, note):
            all_read = [vocabulary.anatomy.read(_labels(one), acts_on).readings for one in values]
            pairs = (
                (one, reading)
                for one, read in zip(values, all_read, strict=True)
                for reading in read
            )
            return Conflicting(tuple(replace(one, value=reading) for one, reading in pairs), note)
        case _:
            return levels


def _labels(levels: Documented) -> tuple[str, ...]:
    return (
        tuple(one for one in levels.value if isinstance(one, str))
        if isinstance(levels.value, tuple)
        else ()
    )


def _region(chart: Chart, vocabulary: Vocabulary) -> Fact | None:
    """The region that the requested joints lie in, where all readings of the levels agree on one."""
    for spec in vocabulary.facts.values():
        if spec.joints_of is None or not isinstance(
            vocabulary.facts[spec.joints_of].type, TargetLabels
        ):
            continue
        readings = _readings(chart[spec.name])
        regions = {vocabulary.anatomy.region(one) for one in readings if one}
        if len(regions) == 1 and (region := regions.pop()):
            evidence = evidence_of(chart[spec.name])
            return Documented(region, "explicit", evidence, f"from {spec.joints_of}")
    return None


def _readings(joints: Fact) -> list[frozenset[str]]:
    values = joints.values if isinstance(joints, Conflicting) else (joints,)
    return [
        one.value
        for one in values
        if isinstance(one, Documented) and isinstance(one.value, frozenset)
    ]


# Worlds ----------------------------------------------------------------------------------------------


def worlds(chart: Chart, names: Iterable[str]) -> list[Chart]:
    """Charts without conflicts among these facts, one for every way to settle them all.

    A conflict inside a record counts as well. One chart, the same one, when nothing conflicts.
    """
    conflicting = [name for name in dict.fromkeys(names) if _ways(chart[name]) != [chart[name]]]
    if not conflicting:
        return [chart]
    every_way = product(*(_ways(chart[name]) for name in conflicting))
    return [{**chart, **dict(zip(conflicting, way, strict=True))} for way in every_way]


def _ways(fact: Fact) -> list[Fact]:
    match fact:
        case Conflicting(values):
            return [way for value in values for way in _ways(value)]
        case Documented(value=tuple() as items) if items and isinstance(items[0], Mapping):
            records = [_record_ways(item) for item in items if isinstance(item, Mapping)]
            if all(len(ways) == 1 for ways in records):
                return [fact]
            return [replace(fact, value=way) for way in product(*records)]
        case _:
            return [fact]


def _record_ways(record: Mapping[str, Fact]) -> list[Facts]:
    names = list(record)
    return [
        dict(zip(names, way, strict=True))
        for way in product(*(_ways(record[name]) for name in names))
    ]
