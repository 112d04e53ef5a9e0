"""Charts: facts as written in a case or an example, read, filtered by voice, and completed.

A complete chart holds every fact of the vocabulary. What a closed record does not mention is not
documented; what an open one does not mention was not asked. Joints are computed from written levels.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from math import prod
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from checker.anatomy import ActsOn
from checker.condition import Condition, evaluate, facts_in
from checker.errors import EngineError, but_found, closest, did_you_mean, quoted
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
from checker.vocabulary import Enum, FactSpec, ListOf, Vocabulary
from checker.yamlfile import Document, FromFile, Path_

RecordKind = Literal["open", "closed"]
FactsFrom = Literal["record", "record+ur", "all"]

MAX_WORLDS = 1024
"""In how many ways the conflicts of a chart may be settled."""

_VOICES: Mapping[FactsFrom, tuple[Voice, ...]] = {
    "record": ("record",),
    "record+ur": ("record", "ur"),
    "all": ("record", "ur", "reviewer"),
}
_STATES: Mapping[str, Fact] = {"not documented": NOT_DOCUMENTED, "not asked": NOT_ASKED}

Facts: TypeAlias = "dict[str, Fact]"


_LineNumber = Annotated[int, Field(ge=1)]
_Character = Annotated[int, Field(ge=0)]


def _first_and_last(written: Any) -> Any:
    if isinstance(written, list) and len(written) == 2:
        return tuple(written)
    such_as = "the first character and the one behind the last, such as [120, 164]"
    found = "" if isinstance(written, list) else but_found(written)
    raise ValueError(f"expected {such_as}{found}")


_Characters = Annotated[tuple[_Character, _Character], BeforeValidator(_first_and_last)]


class EvidenceEntry(FromFile):
    """Where a fact stands, as a case says it."""

    document: str | None = None
    section: Literal["summary", "request", "rationale"] | None = None
    voice: Voice = "record"
    line: _LineNumber | None = None
    last_line: _LineNumber | None = None
    dated: date | None = None
    quote: str | None = None
    at: _Characters | None = None
    confirmed: bool = True

    @model_validator(mode="after")
    def _runs_downwards(self) -> Self:
        if self.last_line and self.line is None:
            raise ValueError("`last_line` needs `line`, the first one")
        if self.last_line and self.line and self.last_line < self.line:
            raise ValueError(f"`last_line` {self.last_line} is before `line` {self.line}")
        if self.at and self.at[1] <= self.at[0]:
            raise ValueError(f"`at` ends at {self.at[1]}, before it begins at {self.at[0]}")
        return self

    def evidence(self) -> Evidence:
        """The same as a value of the program."""
        return Evidence(**self.model_dump())


# Reading --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FactReader:
    """Reads facts in short and long form from one document, reporting every problem there."""

    document: Document
    vocabulary: Vocabulary

    def read(self, path: Path_, names: Iterable[str], *, only_of_requests: bool = False) -> Facts:
        """The facts that stand under these names at `path`."""
        facts: Facts = {}
        for name in names:
            here = (*path, name)
            spec = self.vocabulary.facts.get(name)
            if problem := self._refusal(name, spec, only_of_requests=only_of_requests):
                self.document.report(here, problem, at_key=True)
            elif spec and (fact := self._fact(here, spec)):
                facts[name] = fact
        return facts

    def _refusal(self, name: str, spec: FactSpec | None, *, only_of_requests: bool) -> str | None:
        if spec is None and name in self.vocabulary.unread:
            return None
        if spec is None and (of := self.vocabulary.list_of(name)):
            return f"`{name}` is a field of `{of}`; write it in a record there"
        if spec is None:
            known = [one.name for one in self.vocabulary.facts.values() if one.written]
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
        if isinstance(spec.type, ListOf) and not written.keys() & {"value", "conflicting"}:
            self.document.report(path, "expected a list of records, each beginning with a `-`")
            return None
        if "conflicting" in written:
            return self._conflicting(path, spec, written, inherited)
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
        if isinstance(spec.type, ListOf) and isinstance(written, list):
            records = self._records(path, spec.type, evidence)
            return Documented(records, grade, evidence, note)
        if faults := self._faults(spec, written):
            for way, message in faults:
                self.document.report((*path, *way), message)
            return None
        return Documented(self.vocabulary.value(spec, written), grade, evidence, note)

    def _faults(self, spec: FactSpec, written: Any) -> list[tuple[Path_, str]]:
        """What is wrong with a value; a state is told from a value by which of them is closer."""
        if written is None:
            state = "`not documented` where the chart is silent"
            return [((), f"no value is written here; write one, or {state}")]
        faults = self.vocabulary.faults(spec, written)
        values = spec.type.values if isinstance(spec.type, Enum) else ()
        meant = closest(written, [*values, *_STATES]) if faults else None
        if meant in _STATES and written.lower().startswith("no"):
            return [((), f"{quoted(written)} is no value (did you mean `{meant}`?)")]
        return faults

    def _conflicting(
        self,
        path: Path_,
        spec: FactSpec,
        written: dict[str, Any],
        inherited: tuple[Evidence, ...],
    ) -> Fact | None:
        values = written["conflicting"]
        if not self._keys(path, written, ("conflicting", "note"), needed="conflicting"):
            return None
        if not isinstance(values, list) or len(values) < 2:
            self.document.report((*path, "conflicting"), "expected a list of two or more values")
            return None
        paths = [(*path, "conflicting", index) for index in range(len(values))]
        found = [self._fact(one, spec, inherited) for one in paths]
        documented = [one for one in found if isinstance(one, Documented)]
        for one, fact in zip(paths, found, strict=True):
            if isinstance(fact, Conflicting):
                self.document.report(one, "a conflict inside a conflict; list all values in one")
            elif fact and not isinstance(fact, Documented):
                self.document.report(one, "silence does not conflict with a value; leave it out")
        if len(documented) < len(found):
            return None
        if all(one.value == documented[0].value for one in documented):
            self.document.report((*path, "conflicting"), "these values are the same; write one")
            return None
        return Conflicting(tuple(documented), self._note(path, written))

    def _records(
        self, path: Path_, kind: ListOf, inherited: tuple[Evidence, ...]
    ) -> tuple[Facts, ...]:
        indexes = self.document.indexes(path)
        return tuple(self._record((*path, index), kind, inherited) for index in indexes)

    def _record(self, path: Path_, kind: ListOf, inherited: tuple[Evidence, ...]) -> Facts:
        written = self.document.at(path)
        if not isinstance(written, dict):
            message = f"expected fields such as `{next(iter(kind.fields))}`{but_found(written)}"
            self.document.report(path, message)
            return {}
        evidence = self._evidence(path, written) or inherited
        record: Facts = {}
        for name in written:
            spec = kind.fields.get(name)
            if name == "evidence":
                continue
            if problem := self._refusal_of_field(name, kind):
                self.document.report((*path, name), problem, at_key=True)
            elif spec and (fact := self._fact((*path, name), spec, evidence)):
                record[name] = fact
        return record

    def _refusal_of_field(self, name: str, kind: ListOf) -> str | None:
        spec = kind.fields.get(name)
        if spec is None and name not in self.vocabulary.unread:
            known = [one.name for one in kind.fields.values() if one.written]
            names = ", ".join(f"`{one}`" for one in known)
            hint = did_you_mean(name, [*known, "evidence"]) or f"; the fields are {names}"
            return f"unknown field `{name}`{hint}"
        if spec and spec.joints_of:
            return f"`{name}` is computed; write `{spec.joints_of}`"
        return None

    def _keys(
        self, path: Path_, written: dict[str, Any], known: tuple[str, ...], needed: str
    ) -> bool:
        unknown = [name for name in written if name not in known]
        for name in unknown:
            hint = did_you_mean(name, [*known, "conflicting"])
            if needed == "conflicting" and name in ("value", "grade", "evidence"):
                hint = "; write it with each of the conflicting values"
            self.document.report((*path, name), f"unknown key `{name}`{hint}", at_key=True)
        if needed not in written and not unknown:
            self.document.report(path, f"`{needed}` is missing")
        return needed in written and not unknown

    def _grade(self, path: Path_, written: dict[str, Any]) -> Grade:
        grade = written.get("grade", "explicit")
        if grade not in ("explicit", "conclusory"):
            hint = did_you_mean(grade, ["explicit", "conclusory"])
            message = f"expected `explicit` or `conclusory`{but_found(grade)}{hint}"
            self.document.report((*path, "grade"), message)
        return "conclusory" if grade == "conclusory" else "explicit"

    def _note(self, path: Path_, written: dict[str, Any]) -> str | None:
        note = written.get("note")
        if note is not None and not isinstance(note, str):
            message = f"expected a text{but_found(note)}; put a text in quotes"
            self.document.report((*path, "note"), message)
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
            records = [
                (item, _heard_record(item, voices)) for item in items if isinstance(item, Mapping)
            ]
            remaining = tuple(said for item, said in records if said or not item)
            spoken = _spoken(fact, voices)
            return replace(fact, value=remaining, evidence=spoken) if remaining else None
        case Documented() | NotDocumented() if fact.evidence:
            spoken = _spoken(fact, voices)
            return replace(fact, evidence=spoken) if spoken else None
        case _:
            return fact


def _spoken(fact: Documented | NotDocumented, voices: Collection[Voice]) -> tuple[Evidence, ...]:
    return tuple(one for one in fact.evidence if one.voice in voices)


def _heard_record(record: Mapping[str, Fact], voices: Collection[Voice]) -> Facts:
    """The fields of a record that these voices give; empty when they give none."""
    kept = ((name, _heard(fact, voices)) for name, fact in record.items())
    return {name: fact for name, fact in kept if fact is not None}


# Completing ------------------------------------------------------------------------------------------


def complete(facts: Mapping[str, Fact], vocabulary: Vocabulary, record: RecordKind) -> Chart:
    """A chart with every fact of the vocabulary: as written, computed from levels, or silent.

    What its guard makes pointless to ask is not documented.
    """
    acts_on = _acts_on(facts, vocabulary)
    chart = _filled(facts, vocabulary.facts, vocabulary, record, acts_on)
    chart["region"] = _region(chart, vocabulary)
    for name, guard in vocabulary.guards.items():
        if isinstance(chart[name], NotAsked) and _is_out_of_place(guard, chart):
            computed = (one.name for one in vocabulary.facts.values() if one.joints_of == name)
            chart |= dict.fromkeys((name, *computed), NOT_DOCUMENTED)
    return chart


def _is_out_of_place(guard: Condition, chart: Chart) -> bool:
    """Whether a fact need not be asked, however the conflicts in its guard are settled."""
    named = {name: chart[name] for name in facts_in(guard) if name in chart}
    if too_many_conflicts(named):
        return False
    return all(evaluate(guard, way).most == 0 for way in worlds(chart, named))


def silent(record: RecordKind) -> NotDocumented | NotAsked:
    """What it means that a record does not mention a fact."""
    return NOT_DOCUMENTED if record == "closed" else NOT_ASKED


def stray_nerves(chart: Chart, vocabulary: Vocabulary) -> frozenset[str]:
    """The requested nerves that complete no joint; none where the procedure or its levels are not known."""
    procedure, targets = chart["procedure"], chart.get("targets")
    if not isinstance(procedure, Documented) or not isinstance(targets, Documented):
        return frozenset()
    return vocabulary.anatomy.read(_labels(targets), _acts_on(chart, vocabulary)).stray_nerves


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
        fact = facts.get(name, silent(record))
        if isinstance(spec.type, ListOf):
            fact = _filled_list(fact, spec.type, vocabulary, record)
        if spec.joints_of:
            fact = _joints(facts.get(spec.joints_of, silent(record)), vocabulary, acts_on)
        chart[name] = fact
    return chart


def _filled_list(fact: Fact, kind: ListOf, vocabulary: Vocabulary, record: RecordKind) -> Fact:
    match fact:
        case Documented():
            return _filled_records(fact, kind, vocabulary, record)
        case Conflicting(values):
            filled = (_filled_records(one, kind, vocabulary, record) for one in values)
            return replace(fact, values=tuple(filled))
        case _:
            return fact


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


def _region(chart: Chart, vocabulary: Vocabulary) -> Fact:
    """The region as stated, else the one that all readings of the levels lie in.

    Conflicting where no reading of the levels lies in the stated region.
    """
    stated = chart["region"]
    anatomy = vocabulary.anatomy
    for spec in vocabulary.facts.values():
        requested = spec.joints_of and vocabulary.facts[spec.joints_of].kind == "request"
        readings = [one for one in _readings(chart[spec.name]) if one] if requested else []
        if not readings:
            continue
        evidence = evidence_of(chart[spec.name])
        if isinstance(stated, Documented):
            elsewhere = [anatomy.outside(one, str(stated.value)) for one in readings]
            if all(elsewhere):
                computed = Documented(anatomy.joints[elsewhere[0][0]].region, evidence=evidence)
                return Conflicting((stated, computed), "the levels lie in another region")
            return stated
        region, *others = {anatomy.region(one) for one in readings}
        if region and not others:
            return Documented(region, evidence=evidence, note=f"from {spec.joints_of}")
    return stated


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

    Raises:
        EngineError: if there are more than `MAX_WORLDS` ways.
    """
    conflicting = [name for name in dict.fromkeys(names) if _number_of_ways(chart[name]) > 1]
    if not conflicting:
        return [chart]
    if problem := too_many_conflicts({name: chart[name] for name in conflicting}):
        raise EngineError(problem)
    every_way = product(*(_ways(chart[name]) for name in conflicting))
    return [{**chart, **dict(zip(conflicting, way, strict=True))} for way in every_way]


def too_many_conflicts(facts: Mapping[str, Fact]) -> str | None:
    """Why the conflicts among these facts cannot all be weighed; None where they can."""
    numbers = {name: _number_of_ways(fact) for name, fact in facts.items()}
    if prod(numbers.values()) <= MAX_WORLDS:
        return None
    conflicting = ", ".join(f"`{name}`" for name, number in numbers.items() if number > 1)
    return (
        f"too many conflicts to weigh: {conflicting} can be settled in more than"
        f" {MAX_WORLDS} ways; decide some of them"
    )


def _number_of_ways(fact: Fact) -> int:
    match fact:
        case Conflicting(values):
            return sum(_number_of_ways(value) for value in values)
        case Documented(value=tuple() as items):
            records = (item for item in items if isinstance(item, Mapping))
            return prod(_number_of_ways(field) for record in records for field in record.values())
        case _:
            return 1


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
