"""A guideline: the criteria of one source and edition for one procedure, region and intent, read from YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from checker.charting import FactReader, Facts, RecordKind
from checker.condition import Condition
from checker.conditionfile import Reader
from checker.errors import Place, did_you_mean, quoted
from checker.fact import Documented, Fact
from checker.vocabulary import Enum, Vocabulary
from checker.yamlfile import Allowance, Document, FromFile, Many, Path_, Text

Role = Literal["eligibility", "conduct", "outcome", "administrative"]
Silence = Literal["presumed", "counts_against", "ask"]
Status = Literal["met", "not met", "missing", "presumed", "to answer", "not applicable"]

STATUSES: tuple[Status, ...] = get_args(Status)
_CONDITIONS = ("when", "requires", "unless")
_ID = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
NOT_STATED = "not_stated"
"""In `covers`: the request does not say."""


class SourceEntry(FromFile):
    """Where a guideline's criteria come from."""

    publisher: Text
    chapter: str | None = None
    section: str | None = None
    edition: str | None = None
    year: int | None = None
    pages: str | None = None
    url: str | None = None

    @property
    def cited(self) -> str:
        """The source in one line, without the address."""
        parts = (self.publisher, self.chapter, self.section, self.edition, self.year, self.pages)
        return ", ".join(str(part) for part in parts if part)


class _InForceEntry(FromFile):
    from_: date
    until: date | None = None

    model_config = {**FromFile.model_config, "alias_generator": lambda name: name.rstrip("_")}


class ExampleEntry(FromFile):
    """A situation beside a criterion, as it stands in the file."""

    name: Text
    record: RecordKind = "closed"
    facts: dict[str, Any] = {}
    expect: Status
    known_failure: Text | None = None


class CriterionEntry(FromFile):
    """A criterion as it stands in the file."""

    id: Text
    item: Text
    kind: Role
    says: Text
    requires: Any
    when: Any = None
    unless: Any = None
    if_silent: Silence
    fix: Text
    prove: Many[Allowance] = ()
    verified: bool
    note: str | None = None
    lint: Many[Allowance] = ()
    examples: Many[ExampleEntry]


class GuidelineFile(FromFile):
    """A guideline as it stands in the file."""

    id: Text
    title: Text
    source: SourceEntry
    in_force: _InForceEntry
    covers: dict[str, Many[str]]
    prove: Many[Allowance] = ()
    notes: str | None = None
    lint: Many[Allowance] = ()
    criteria: Many[CriterionEntry]


@dataclass(frozen=True, slots=True)
class Example:
    """A situation that a criterion's author expects to have a status; it runs as a test.

    `known_failure` says why it does not have it yet; such an example is listed and does not fail.
    """

    name: str
    record: RecordKind
    facts: Facts
    expect: Status
    place: Place
    known_failure: str | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One requirement. `when`, `requires` and `unless` are what it asks of the facts.

    `verified` is false where the criterion rests on memory and not on a source that was read. `proved` are the
    findings of `rules prove` that its author expects.
    """

    id: str
    item: str
    kind: Role
    says: str
    requires: Condition
    when: Condition | None
    unless: Condition | None
    if_silent: Silence
    fix: str
    verified: bool
    note: str | None
    examples: tuple[Example, ...]
    place: Place
    proved: tuple[Allowance, ...] = ()

    @property
    def place_in_source(self) -> str:
        """`item 3` for numbered items, else the words that name the place."""
        return f"item {self.item}" if self.item[0].isdigit() else self.item

    @property
    def decides(self) -> bool:
        """Whether the determination hangs on it; conduct and outcome criteria are advice."""
        return self.kind in ("eligibility", "administrative")

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that it asks, in the order in which it is read."""
        return tuple(one for one in (self.when, self.requires, self.unless) if one)


@dataclass(frozen=True)
class Guideline:
    """The criteria of one source and edition, with the requests and the dates they are for.

    `covers` gives the values of the request's facts that the guideline speaks of; `not_stated` among
    them means that the request need not say. `until` is None while an edition is in force. `proved` are the
    findings of `rules prove` about the guideline as a whole that its author expects.
    """

    id: str
    title: str
    source: SourceEntry
    since: date
    until: date | None
    covers: Mapping[str, frozenset[str]]
    notes: str | None
    criteria: tuple[Criterion, ...]
    place: Place
    proved: tuple[Allowance, ...] = ()

    def uncovered(self, request: Mapping[str, Fact]) -> list[str]:
        """The facts of a request that put it outside the guideline; empty when it is covered."""
        return [
            name for name, values in self.covers.items() if not covered_by(request[name], values)
        ]

    def in_force(self, day: date) -> bool:
        """Whether the edition was in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)

    def citation(self, criterion: Criterion) -> str:
        """Publisher, chapter, section, edition and item or page, in one line."""
        return f"{self.source.cited}, {criterion.place_in_source}"


def covered_by(fact: Fact, values: frozenset[str]) -> bool:
    """Whether a request's fact is among the values; `not_stated` among them stands for any silence."""
    if isinstance(fact, Documented):
        return fact.value in values
    return NOT_STATED in values


def load_guideline(
    document: Document,
    id_of_path: str,
    vocabulary: Vocabulary,
    derived: Mapping[str, Condition],
) -> Guideline | None:
    """The guideline in a document, or None after reporting every problem in it."""
    reader = Reader(document, vocabulary, derived)
    facts = FactReader(document, vocabulary)
    file = document.read(GuidelineFile)
    if file is None:
        _report_the_rest(reader, facts)
        return None
    if file.id != id_of_path:
        message = f"the id is {quoted(file.id)}, but the file's path makes it `{id_of_path}`"
        document.report(("id",), message)
    if file.in_force.until and file.in_force.until < file.in_force.from_:
        message = f"`until` {file.in_force.until} is before `from` {file.in_force.from_}"
        document.report(("in_force", "until"), message)
    if "procedure" not in file.covers:
        document.report(("covers",), "`procedure` is missing")
    criteria = [
        _criterion(reader, facts, index, entry) for index, entry in enumerate(file.criteria)
    ]
    _check_ids(document, file.criteria)
    if not file.criteria:
        document.report(("criteria",), "expected at least one criterion")
    return Guideline(
        id=file.id,
        title=file.title,
        source=file.source,
        since=file.in_force.from_,
        until=file.in_force.until,
        covers=covered_values(document, ("covers",), file.covers, vocabulary),
        notes=file.notes,
        criteria=tuple(criterion for criterion in criteria if criterion),
        place=document.place(()),
        proved=file.prove,
    )


def _report_the_rest(reader: Reader, facts: FactReader) -> None:
    """Look into the conditions and examples of a file that does not load, to tell everything at once."""
    document = reader.document
    for index in document.indexes(("criteria",)):
        path: Path_ = ("criteria", index)
        _conditions(reader, path)
        for number in document.indexes((*path, "examples")):
            stated = (*path, "examples", number, "facts")
            facts.read(stated, document.keys(stated))


def _conditions(reader: Reader, path: Path_) -> dict[str, Condition | None]:
    written = reader.document.keys(path)
    return {name: reader.read((*path, name)) for name in _CONDITIONS if name in written}


def _criterion(
    reader: Reader, facts: FactReader, index: int, entry: CriterionEntry
) -> Criterion | None:
    path: Path_ = ("criteria", index)
    conditions = _conditions(reader, path)
    examples = tuple(
        _example(facts, (*path, "examples", number), one)
        for number, one in enumerate(entry.examples)
    )
    requires = conditions["requires"]
    if requires is None:
        return None
    return Criterion(
        id=entry.id,
        item=entry.item,
        kind=entry.kind,
        says=entry.says,
        requires=requires,
        when=conditions.get("when"),
        unless=conditions.get("unless"),
        if_silent=entry.if_silent,
        fix=entry.fix,
        verified=entry.verified,
        note=entry.note,
        examples=examples,
        place=reader.document.place(path),
        proved=entry.prove,
    )


def _example(facts: FactReader, path: Path_, entry: ExampleEntry) -> Example:
    read = facts.read((*path, "facts"), entry.facts)
    place = facts.document.place(path)
    return Example(entry.name, entry.record, read, entry.expect, place, entry.known_failure)


def _check_ids(document: Document, criteria: tuple[CriterionEntry, ...]) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(criteria):
        if entry.id in seen:
            message = f"a second criterion with the id {quoted(entry.id)}"
            document.report(("criteria", index, "id"), message)
        if not _ID.fullmatch(entry.id):
            message = f"{quoted(entry.id)} is no id; write lower-case words joined by `-`"
            document.report(("criteria", index, "id"), message)
        seen.add(entry.id)


def covered_values(
    document: Document, path: Path_, covers: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary
) -> Mapping[str, frozenset[str]]:
    """The values of a request's facts as `covers` gives them; what is wrong with them is reported."""
    for name, values in covers.items():
        if name in vocabulary.unread:
            continue
        spec = vocabulary.facts.get(name)
        if spec is None or not isinstance(spec.type, Enum) or spec.kind != "request":
            of_requests = (one for one in vocabulary.facts.values() if one.kind == "request")
            usable = [one.name for one in of_requests if isinstance(one.type, Enum)]
            hint = "" if spec else did_you_mean(name, usable)
            hint = hint or "; those are " + ", ".join(f"`{one}`" for one in usable)
            message = f"`{name}` is no choice that a request makes{hint}"
            document.report((*path, name), message, at_key=True)
            continue
        if not values:
            document.report((*path, name), f"expected at least one {name}")
        for index, value in enumerate(values):
            if value not in spec.type.values and value != NOT_STATED:
                hint = did_you_mean(value, [*spec.type.values, NOT_STATED])
                document.report((*path, name, index), f"{quoted(value)} is no {name}{hint}")
    return {name: frozenset(values) for name, values in covers.items()}
