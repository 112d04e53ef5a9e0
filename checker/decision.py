"""A reviewer's decision on one request: outcome, reasons, and what an audit may remark on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from checker.charting import EvidenceEntry
from checker.errors import did_you_mean, quoted
from checker.fact import Evidence, Voice
from checker.sketch import Sketch, read_sketch
from checker.vocabulary import Vocabulary
from checker.yamlfile import Document, FromFile, Many, Path_, Text

ReviewersOutcome = Literal["Upheld", "Overturned"]
Basis = Literal["guideline", "other source", "general scepticism", "credibility"]

NumberOrText = Annotated[
    Text, BeforeValidator(lambda value: str(value) if type(value) is int else value)
]


class _PlaceEntry(EvidenceEntry):
    voice: Voice = "reviewer"


class _RationaleEntry(EvidenceEntry):
    section: Literal["summary", "request", "rationale"] | None = "rationale"
    voice: Voice = "reviewer"


class _ClosingEntry(_RationaleEntry):
    outcome: ReviewersOutcome


class _BeyondEntry(_RationaleEntry):
    ground: Text


class _AbsentEntry(_RationaleEntry):
    fact: Text


class _SpeaksOfEntry(_RationaleEntry):
    region: str | None = None
    targets: Many[str] = ()


class _TextEntry(_RationaleEntry):
    words: Annotated[int, Field(ge=0)] | None = None
    sketch: Text | None = None
    repeats: NumberOrText | None = None

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        if self.sketch and self.words is None:
            raise ValueError("`sketch` needs `words`, the number of words it was made of")
        if self.sketch:
            read_sketch(self.sketch, 0)
        return self


class DecisionEntry(FromFile):
    """A decision as it stands in the file."""

    outcome: ReviewersOutcome
    guidelines_cited: Many[str] = ()
    cited_at: _RationaleEntry | None = None
    grounds: Many[str] = ()
    basis: Basis = "guideline"
    evidence: _PlaceEntry | None = None
    closing: _ClosingEntry | None = None
    hedges: Many[_RationaleEntry] = ()
    beyond: Many[_BeyondEntry] = ()
    says_absent: Many[_AbsentEntry] = ()
    speaks_of: _SpeaksOfEntry | None = None
    rationale: _TextEntry | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a rationale says, with its place: a ground, a fact, or an outcome by its name."""

    name: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class SpeaksOf:
    """The region and levels that a rationale speaks of; None and empty where it names none."""

    region: str | None
    targets: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Rationale:
    """Where a rationale stands, its sketch, and the request of the same letter whose rationale it repeats."""

    evidence: Evidence
    sketch: Sketch | None
    repeats: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the reviewer decided, on which grounds (criteria or the vocabulary's grounds), from what source.

    The rest is what an audit remarks on, None or empty where the case does not say: `cited_at` is where sources
    are cited; `closing` the outcome in the last sentence; `hedges` where the rationale leaves its own decision
    open; `beyond` what it asks for without denying on it; `says_absent` facts that it says nobody documented.
    """

    outcome: ReviewersOutcome
    guidelines_cited: tuple[str, ...]
    grounds: tuple[str, ...]
    basis: Basis
    evidence: Evidence | None
    note: str | None
    cited_at: Evidence | None = None
    closing: Said | None = None
    hedges: tuple[Evidence, ...] = ()
    beyond: tuple[Said, ...] = ()
    says_absent: tuple[Said, ...] = ()
    speaks_of: SpeaksOf | None = None
    rationale: Rationale | None = None


def decision_of(entry: DecisionEntry) -> Decision:
    """The decision that an entry without faults holds."""
    speaks_of, rationale = entry.speaks_of, entry.rationale
    return Decision(
        outcome=entry.outcome,
        guidelines_cited=entry.guidelines_cited,
        grounds=entry.grounds,
        basis=entry.basis,
        evidence=entry.evidence.evidence() if entry.evidence else None,
        note=entry.note,
        cited_at=_place(entry.cited_at) if entry.cited_at else None,
        closing=Said(entry.closing.outcome, _place(entry.closing)) if entry.closing else None,
        hedges=tuple(_place(one) for one in entry.hedges),
        beyond=tuple(Said(one.ground, _place(one)) for one in entry.beyond),
        says_absent=tuple(Said(one.fact, _place(one)) for one in entry.says_absent),
        speaks_of=SpeaksOf(speaks_of.region, speaks_of.targets, _place(speaks_of))
        if speaks_of
        else None,
        rationale=Rationale(_place(rationale), _sketch(rationale), rationale.repeats)
        if rationale
        else None,
    )


def _place(entry: EvidenceEntry) -> Evidence:
    return Evidence(**{name: getattr(entry, name) for name in EvidenceEntry.model_fields})


def _sketch(entry: _TextEntry) -> Sketch | None:
    return read_sketch(entry.sketch, entry.words or 0) if entry.sketch else None


def check_decision(
    document: Document,
    path: Path_,
    entry: DecisionEntry,
    vocabulary: Vocabulary,
    grounds: Collection[str],
    other_requests: Collection[str],
) -> None:
    """Reports what the rule base and the other requests of the case say against a decision."""
    for where, message in _faults(entry, vocabulary, grounds, other_requests):
        document.report((*path, *where), message)


def _faults(
    entry: DecisionEntry,
    vocabulary: Vocabulary,
    grounds: Collection[str],
    other_requests: Collection[str],
) -> Iterator[tuple[Path_, str]]:
    named: list[tuple[Path_, str]] = [
        (("grounds", at), one) for at, one in enumerate(entry.grounds)
    ]
    named += [(("beyond", at, "ground"), one.ground) for at, one in enumerate(entry.beyond)]
    for where, ground in named:
        if ground not in grounds:
            hint = did_you_mean(ground, grounds)
            message = f"{quoted(ground)} is no criterion and no ground of the vocabulary{hint}"
            yield where, message
    for at, absent in enumerate(entry.says_absent):
        if absent.fact not in vocabulary.facts:
            hint = did_you_mean(absent.fact, vocabulary.facts)
            yield ("says_absent", at, "fact"), f"unknown fact {quoted(absent.fact)}{hint}"
    if entry.speaks_of:
        yield from _faults_of_speaking(entry.speaks_of, vocabulary)
    if entry.rationale:
        yield from _faults_of_text(entry.rationale, other_requests)


def _faults_of_speaking(
    entry: _SpeaksOfEntry, vocabulary: Vocabulary
) -> Iterator[tuple[Path_, str]]:
    if entry.region is None and not entry.targets:
        yield ("speaks_of",), "name a `region`, `targets` or both"
    if entry.region is not None and entry.region not in vocabulary.regions:
        hint = did_you_mean(entry.region, vocabulary.regions)
        yield ("speaks_of", "region"), f"{quoted(entry.region)} is no region{hint}"
    for at, label in enumerate(entry.targets):
        try:
            vocabulary.anatomy.read([label], "nerves")
        except ValueError as problem:
            yield ("speaks_of", "targets", at), str(problem)


def _faults_of_text(
    entry: _TextEntry, other_requests: Collection[str]
) -> Iterator[tuple[Path_, str]]:
    if entry.repeats is not None and entry.repeats not in other_requests:
        hint = f"; there are {', '.join(other_requests)}" if other_requests else ""
        message = f"there is no other request {quoted(entry.repeats)} in this case{hint}"
        yield ("rationale", "repeats"), message
