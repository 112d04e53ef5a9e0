"""What letters are read with: concepts, cues and signs of who speaks, each with its phrases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from checker.anatomy import Anatomy
from checker.errors import Place
from checker.fact import Grade, Value
from checker.letters.phrases import Phrase
from checker.letters.standing import PhraseIndex, Standing, phrase_index
from checker.vocabulary import FactSpec

PURPOSE = "block_purpose"
"""The field of a block's record that tells what it was for."""

Group = Literal[
    "care", "drug", "block", "surgery", "test", "study", "finding", "symptom", "diagnosis", "status"
]
Label = Literal[
    "affirmed", "negated", "possible", "planned", "under_way", "failed", "effective", "partial",
    "positive", "negative", "contraindicated",
]  # fmt: skip
Axis = Literal["polarity", "time", "outcome", "whose"]
Speaker = Literal["record", "ur", "reviewer", "guideline", "decision"]
Section = Literal["summary", "request", "rationale"]
Reads = Literal["levels", "number", "weeks"]
Looks = Literal["ahead", "behind", "around"]


OwnerKind = Literal["concept", "cue", "voice"]


@dataclass(frozen=True, slots=True)
class Owner:
    """The entry that a phrase belongs to, by its number; `leave` for what is left out."""

    kind: OwnerKind
    number: int
    leave: bool


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of one entry, each with its number in the index. What `unless` matches is left out."""

    phrases: Mapping[int, Phrase]
    unless: Mapping[int, Phrase]

    def spans(
        self, text: str, lower: str, start: int, end: int, standing: Standing | None = None
    ) -> list[tuple[int, int]]:
        """Where the entry's words stand between two characters, the longest where several overlap.

        `standing` are the phrases that may stand there; None where that is not known.
        """
        found = set(_spans(self.phrases, text, lower, start, end, standing))
        if not found:
            return []
        left_out = list(_spans(self.unless, text, lower, start, end, standing))
        kept = [(a, b) for a, b in found if not any(c < b and a < d for c, d in left_out)]
        return longest(kept)


@dataclass(frozen=True, slots=True)
class Gives:
    """What a mention says of one fact: a value for each way it may be asserted."""

    spec: FactSpec
    values: Mapping[Label, Value]
    reads: Reads | None
    record: Mapping[str, Value]
    grade: Grade
    needs: frozenset[str]
    latest: bool


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that letters speak of.

    `anywhere`: in whatever part of the body. `says_no`: its words deny of themselves.
    """

    name: str
    group: Group
    words: Words
    anywhere: bool
    says_no: bool
    gives: tuple[Gives, ...]
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that say how the concepts around them are meant."""

    name: str
    words: Words
    says: Mapping[Axis, str]
    looks: Looks
    groups: frozenset[Group]
    reach: int
    through_verbs: bool
    ends_at_comma: bool


@dataclass(frozen=True, slots=True)
class VoiceCue:
    """Words that show who speaks in a sentence; `same` means whoever spoke before.

    `holds` says whether the next sentences, if they show nothing, are taken for the same speaker's.
    """

    name: str
    words: Words
    voice: Speaker | Literal["same"]
    sections: frozenset[Section]
    holds: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence that an entry must match, or must not."""

    place: Place
    entry: str
    words: Words
    sentence: str
    matches: bool


@dataclass(frozen=True, repr=False)
class FactLists:
    """Everything that letters are read with."""

    anatomy: Anatomy
    concepts: tuple[Concept, ...]
    cues: tuple[Cue, ...]
    voices: tuple[VoiceCue, ...]
    stops: Words
    verbs: Words
    other_parts: Words
    spine_parts: Words
    months: tuple[str, ...]
    other_dates: Words
    relief: Words
    its_block: Words
    diagnosis_words: Words
    purposes: Mapping[str, Words]
    regions: Mapping[str, Words]
    counts: Mapping[str, int]
    abbreviations: frozenset[str]
    samples: tuple[Sample, ...]
    phrases: tuple[Phrase, ...]
    owners: Mapping[int, Owner]

    @cached_property
    def index(self) -> PhraseIndex:
        """All phrases by the words they need."""
        return phrase_index(self.phrases)

    @cached_property
    def belonging(self) -> Mapping[OwnerKind, frozenset[int]]:
        """The numbers of the phrases that belong to entries of each kind."""
        kinds: tuple[OwnerKind, ...] = get_args(OwnerKind)
        return {
            kind: frozenset(n for n, owner in self.owners.items() if owner.kind == kind)
            for kind in kinds
        }


def _spans(
    phrases: Mapping[int, Phrase],
    text: str,
    lower: str,
    start: int,
    end: int,
    standing: Standing | None,
) -> Iterator[tuple[int, int]]:
    for number in phrases if standing is None else standing.intersection(phrases):
        yield from phrases[number].spans(text, lower, start, end)


def longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in their order, of those that overlap the longest, of equal ones the first."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda one: (one[0] - one[1], one[0])):
        if all(end <= a or b <= start for a, b in kept):
            kept.append((start, end))
    return sorted(kept)
