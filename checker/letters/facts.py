"""From what a letter names to facts of the vocabulary, with who says so and where.

The chart comes first: what it says is never replaced by what utilization review or the reviewer says.
Another voice adds facts on which the chart is silent, and a value that differs makes a conflict.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from checker.fact import (
    Conflicting,
    Documented,
    Evidence,
    Fact,
    Grade,
    NotDocumented,
    Value,
    Voice,
)
from checker.letters.blocks import Session, Treatments, is_prior, sessions, treatments
from checker.letters.letter import Letter, Span
from checker.letters.passages import Mention, mentions
from checker.letters.quantities import Placed, lengths, neighbours
from checker.letters.words import FactLists, Gives
from checker.rulebase import RuleBase
from checker.vocabulary import Enum, FactSpec, ListOf, SetOf, Vocabulary

VOICES: tuple[Voice, ...] = ("record", "ur", "reviewer")
"""In the order in which they are believed."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_STATED = ("chart", "care", "history")
_BARE = ("affirmed", "under_way")
_FARTHEST_LEVEL = 7
_NEAR_LEVEL = 3
_FARTHEST_LENGTH = 4
_INTRODUCES = (
    " at ",
    " of ",
    " in ",
    " from ",
    " to ",
    " involving ",
    " on ",
    " and ",
    " the ",
    " left ",
    " right ",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One value that one mention gives to a fact; None where the text says that it is not documented."""

    value: Value | None
    label: str
    grade: Grade
    evidence: Evidence
    latest: bool = False


def stated(letter: Letter, lists: FactLists, rules: RuleBase) -> dict[str, Fact]:
    """The facts of the chart, of care and of history that a letter states, by their names.

    What a request asks for is left out, and so is what no sentence speaks of. Evidence is unconfirmed.
    """
    return together(stated_by_voice(letter, lists, rules), rules)


def stated_by_voice(
    letter: Letter, lists: FactLists, rules: RuleBase
) -> Mapping[Voice, Mapping[str, Fact]]:
    """What each voice alone says, by the names of the facts; see `stated`."""
    reader = _Reader(letter, lists, rules.vocabulary)
    return reader.voices(list(mentions(letter, lists)))


def together(voices: Mapping[Voice, Mapping[str, Fact]], rules: RuleBase) -> dict[str, Fact]:
    """What all voices say, where nothing that a later one says replaces what an earlier one does."""
    names = sorted({name for facts in voices.values() for name in facts})
    specs = rules.vocabulary.facts
    heard = (
        (name, _heard_in_order(specs[name], [voices[one].get(name) for one in VOICES]))
        for name in names
    )
    return {name: fact for name, fact in heard if fact is not None}


class _Reader:
    """Reads the mentions of one letter."""

    def __init__(self, letter: Letter, lists: FactLists, vocabulary: Vocabulary) -> None:
        self.letter = letter
        self.lists = lists
        self.vocabulary = vocabulary
        text = letter.source.text
        self.line_ends = [one.end() for one in _LINE_END.finditer(text)]

    def voices(self, found: Sequence[Mention]) -> dict[Voice, dict[str, Fact]]:
        said: dict[tuple[str, Voice], list[Said]] = defaultdict(list)
        specs: dict[str, FactSpec] = {}
        cared_for = {one.voice for one in found if _is_care(one)}
        of_blocks: dict[str, list[tuple[Mention, Gives]]] = defaultdict(list)
        for mention in found:
            for gives in mention.named.concept.gives:
                spec = gives.spec
                if spec.kind not in _STATED or not self._may_speak(mention, gives, cared_for):
                    continue
                specs[spec.name] = spec
                if gives.record and is_prior(mention):
                    of_blocks[spec.name].append((mention, gives))
                else:
                    said[spec.name, mention.voice] += self._said(mention, gives)
        facts: dict[Voice, dict[str, Fact]] = {voice: {} for voice in VOICES}
        for name in sorted(specs):
            spec = specs[name]
            recorded = (
                self._sessions(spec, of_blocks[name], treatments(found))
                if name in of_blocks
                else {}
            )
            for voice in VOICES:
                own = _in_one_voice(spec, said[name, voice])
                if fact := _or_records(own, recorded.get(voice, ())):
                    facts[voice][name] = fact
        return facts

    def _may_speak(self, mention: Mention, gives: Gives, cared_for: set[Voice]) -> bool:
        """Whether what a fact needs is there: levels beside it, or treatment that was tried."""
        if mention.section == "request" and not is_prior(mention):
            return False
        if mention.named.concept.group == "block" and not is_prior(mention):
            return mention.assertion.polarity in ("negated", "undocumented")
        if "care" in gives.needs and mention.voice not in cared_for:
            return False
        if "diagnosis" in gives.needs and not self._is_of_diagnoses(mention):
            return False
        return "level" not in gives.needs or bool(self.levels_beside(mention))

    def _is_of_diagnoses(self, mention: Mention) -> bool:
        flat = mention.passage.flat
        return bool(self.lists.diagnosis_words.spans(flat.text, flat.lower, *mention.sentence))

    def _said(self, mention: Mention, gives: Gives) -> Iterable[Said]:
        evidence = self.evidence(mention)
        if mention.assertion.status == "undocumented":
            if gives.reads in ("number", "weeks"):
                return []
            return [Said(None, "undocumented", gives.grade, evidence)]
        labels = mention.assertion.labels
        if gives.reads:
            return self._read(mention, gives, evidence)
        for label in labels:
            if label in gives.values:
                value = gives.values[label]
                return [Said(value, label, gives.grade, evidence, gives.latest)]
        return []

    def _read(self, mention: Mention, gives: Gives, evidence: Evidence) -> Iterable[Said]:
        labels = mention.assertion.labels
        if gives.reads == "levels":
            if "negated" in labels and "negated" in gives.values:
                return [Said(gives.values["negated"], "negated", gives.grade, evidence)]
            if not {"affirmed", "possible"} & set(labels):
                return []
            label = "possible" if "possible" in labels else "affirmed"
            levels = self.vocabulary_levels(gives.spec, self.levels_beside(mention))
            return [Said(levels or None, label, gives.grade, evidence)]
        if "affirmed" not in labels:
            return []
        number = self._score(mention) if gives.reads == "number" else self._weeks(mention)
        if number is None or self.vocabulary.faults(gives.spec, number):
            return []
        value = self.vocabulary.value(gives.spec, number)
        return [Said(value, gives.reads or "", gives.grade, evidence, gives.latest)]

    def _score(self, mention: Mention) -> float | None:
        words = mention.passage.flat.lower[mention.named.start : mention.named.end]
        digits = "".join(one if one.isdigit() or one == "." else " " for one in words).split()
        return float(digits[0].strip(".")) if digits and digits[0].strip(".") else None

    def _weeks(self, mention: Mention) -> float | None:
        """The weeks that stand right before a treatment, or behind it."""
        lower, named = mention.passage.flat.lower, mention.named
        start, end = mention.clause
        for found in lengths(lower[start:end], self.lists.counts):
            one = Placed(found.value, found.start + start, found.end + start)
            if one.value.weeks is None or " ago" in lower[one.end : one.end + 5]:
                continue
            before = lower[one.end : named.start] if one.end <= named.start else None
            behind = lower[named.end : one.start] if named.end <= one.start else None
            if before is not None and before.strip() in ("of", "of a", "of the", "worth of", ""):
                return one.value.weeks
            if (
                behind is not None
                and behind.count(" ") <= _FARTHEST_LENGTH
                and (" for " in behind or " over " in behind or " x " in behind)
                and "week" not in behind
            ):
                return one.value.weeks
        return None

    # Levels -----------------------------------------------------------------------------------------

    def levels_beside(self, mention: Mention) -> list[str]:
        """The levels that belong to a mention: named in it, right behind it, or before it in the clause."""
        lower, named = mention.passage.flat.lower, mention.named
        start, end = mention.clause
        beside = mention.passage.beside[named.sentence]
        found = [one for one in beside.levels if start <= one.start and one.end <= end]
        inside = [at for at, one in enumerate(found) if named.start <= one.start < named.end]
        behind = [at for at, one in enumerate(found) if one.start >= named.end]
        before = [at for at, one in enumerate(found) if one.end <= named.start]
        at: int | None = None
        if inside:
            at = inside[0]
        elif behind and self._introduced(lower[named.end : found[behind[0]].start]):
            at = behind[0]
        elif before and lower.count(" ", found[before[-1]].end, named.start) <= _FARTHEST_LEVEL:
            at = before[-1]
        return [one.label for one in neighbours(found, at, lower)] if at is not None else []

    def _introduced(self, between: str) -> bool:
        words = f" {between.strip()} "
        short = words.count(" ") <= _FARTHEST_LEVEL
        near = words.count(" ") <= _NEAR_LEVEL and not set(between) & set(",;:")
        return near or (short and any(one in words for one in _INTRODUCES))

    def vocabulary_levels(self, spec: FactSpec, labels: Sequence[str]) -> Value | None:
        """The levels as the vocabulary reads them; what names no level of the spine is left out."""
        known = [one for one in labels if not self.vocabulary.faults(spec, [one])]
        return self.vocabulary.value(spec, known) if known else None

    # Evidence and records ---------------------------------------------------------------------------

    def evidence(self, mention: Mention) -> Evidence:
        """Where the sentence of a mention stands."""
        at = mention.passage.flat.at(*mention.sentence)
        line, last = self._line(at.start), self._line(at.end - 1)
        return Evidence(
            section=mention.section,
            voice=mention.voice,
            line=line,
            last_line=last if last > line else None,
            dated=mention.dated,
            quote=self.letter.source.words(Span(at.start, at.end)),
            at=(at.start, at.end),
            confirmed=False,
        )

    def _line(self, position: int) -> int:
        return bisect_right(self.line_ends, position) + 1

    def _sessions(
        self, spec: FactSpec, found: Sequence[tuple[Mention, Gives]], everything: Treatments
    ) -> Mapping[Voice, list[Session]]:
        """The earlier procedures that each voice tells of."""
        if not isinstance(spec.type, ListOf):
            return {voice: [] for voice in VOICES}
        told: dict[Voice, list[Session]] = {}
        for voice in VOICES:
            own = [(one, gives) for one, gives in found if one.voice == voice and is_prior(one)]
            told[voice] = sessions(
                own,
                everything,
                self.lists,
                spec.type,
                self.vocabulary,
                self.levels_beside,
                self.evidence,
            )
        return told


def _is_care(mention: Mention) -> bool:
    group = mention.named.concept.group
    return group in ("care", "drug", "block", "surgery") and mention.assertion.status == "affirmed"


# Merging ---------------------------------------------------------------------------------------------


def _in_one_voice(spec: FactSpec, said: Sequence[Said]) -> Fact | None:
    """What one voice says of a fact altogether."""
    values = [one for one in said if one.value is not None]
    certain = {one.value for one in values if one.label != "possible"}
    if any(one.label == "affirmed" and one.value is None for one in said) and not certain:
        certain = {one.value for one in values}
    if any(one.label == "possible" for one in values):
        backed = any(one.label == "affirmed" for one in said)
        values = [one for one in values if one.label != "possible" or backed]
    if not values:
        silent = tuple(dict.fromkeys(one.evidence for one in said if one.label != "possible"))
        return NotDocumented(silent) if silent else None
    if isinstance(spec.type, SetOf):
        return _together(values)
    return _agreed(_strongest(spec, values))


def _together(values: Sequence[Said]) -> Documented:
    """The members of a set that several sentences name."""
    members: set[str] = set()
    for one in values:
        members |= one.value if isinstance(one.value, frozenset) else set()
    return Documented(frozenset(members), _grade(values), _evidence(values))


def _strongest(spec: FactSpec, values: Sequence[Said]) -> list[Said]:
    """The values that count: the latest of what changes, the result of what was tried, the longest span."""
    if all(one.latest for one in values):
        last = max(_day(one) for one in values)
        return [[one for one in values if _day(one) == last][-1]]
    if all(one.label == "weeks" for one in values):
        longest = max(values, key=lambda one: _as_number(one.value))
        return [one for one in values if one.value == longest.value]
    if isinstance(spec.type, Enum):
        told = [one for one in values if one.label not in _BARE]
        under_way = [one for one in values if one.label == "under_way"]
        bare = [one for one in values if one.label == "affirmed"]
        if told and all(one.label != "negated" for one in told):
            return told
        return [*told, *(under_way or bare)]
    return list(values)


def _agreed(values: Sequence[Said]) -> Fact:
    """One value, or a conflict of several, each with all its evidence."""
    by_value: dict[Value, list[Said]] = {}
    for one in values:
        if one.value is not None:
            by_value.setdefault(one.value, []).append(one)
    documented = [
        Documented(value, _grade(group), _evidence(group)) for value, group in by_value.items()
    ]
    return documented[0] if len(documented) == 1 else Conflicting(tuple(documented))


def _grade(values: Iterable[Said]) -> Grade:
    return "explicit" if any(one.grade == "explicit" for one in values) else "conclusory"


def _evidence(values: Iterable[Said]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(one.evidence for one in values))


def _day(one: Said) -> date:
    return one.evidence.dated or date.min


def _as_number(value: Value | None) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _or_records(fact: Fact | None, told: Sequence[Session]) -> Fact | None:
    """Records where a voice tells of any; else what it says of there being none."""
    if not told:
        return fact
    records = tuple(one.fields for one in told)
    evidence = tuple(dict.fromkeys(piece for one in told for piece in one.evidence))
    return Documented(records, "explicit", evidence)


def _heard_in_order(spec: FactSpec, voices: Sequence[Fact | None]) -> Fact | None:
    """The first voice that speaks, with what the others add to it.

    INVARIANT: when the later voices are left out, exactly what the earlier ones say remains.
    """
    fact: Fact | None = None
    for one in voices:
        fact = one if fact is None else fact if one is None else _joined(spec, fact, one)
    return fact


def _joined(spec: FactSpec, first: Fact, later: Fact) -> Fact:
    if isinstance(first, NotDocumented) or isinstance(later, NotDocumented):
        return first
    if isinstance(spec.type, ListOf):
        return _joined_lists(first, later)
    values = list(first.values if isinstance(first, Conflicting) else [first])
    for one in later.values if isinstance(later, Conflicting) else [later]:
        if not isinstance(one, Documented):
            continue
        same = next((n for n, own in enumerate(values) if _value(own) == one.value), None)
        if same is not None:
            own = values[same]
            if isinstance(own, Documented):
                values[same] = replace(own, evidence=(*own.evidence, *one.evidence))
        elif not isinstance(spec.type, SetOf):
            values.append(one)
    kept = tuple(one for one in values if isinstance(one, Documented))
    return kept[0] if len(kept) == 1 else Conflicting(kept)


def _value(fact: Fact) -> Value | None:
    return fact.value if isinstance(fact, Documented) else None


def _joined_lists(first: Fact, later: Fact) -> Fact:
    """The records of two voices: those of the same kind become one, which keeps what the first voice says."""
    if not isinstance(first, Documented) or not isinstance(later, Documented):
        return first
    if not isinstance(first.value, tuple) or not isinstance(later.value, tuple):
        return first
    if not first.value or not later.value:
        return first
    records = [dict(one) for one in first.value if isinstance(one, Mapping)]
    for one in later.value:
        if not isinstance(one, Mapping):
            continue
        own = next((record for record in records if _same_session(record, one)), None)
        if own is None:
            records.append(dict(one))
            continue
        for name, fact in one.items():
            if name not in own:
                own[name] = fact
            elif _value(own[name]) == _value(fact):
                own[name] = _with_evidence_of(own[name], fact)
    evidence = tuple(dict.fromkeys((*first.evidence, *later.evidence)))
    return replace(first, value=tuple(records), evidence=evidence)


def _with_evidence_of(own: Fact, other: Fact) -> Fact:
    if isinstance(own, Documented) and isinstance(other, Documented):
        return replace(own, evidence=tuple(dict.fromkeys((*own.evidence, *other.evidence))))
    return own


def _same_session(one: Mapping[str, Fact], other: Mapping[str, Fact]) -> bool:
    """Whether two records may tell of one session: the same kind, and no target, side or day that differs."""
    for name in one.keys() & other.keys():
        mine, theirs = _value(one[name]), _value(other[name])
        if name == "block_targets" and isinstance(mine, tuple) and isinstance(theirs, tuple):
            if not {str(each) for each in theirs} <= {str(each) for each in mine}:
                return False
        elif name in ("block_kind", "block_side", "block_date") and mine != theirs:
            return False
    return True
