"""The parts of a letter that are read for facts, sentence by sentence, with who speaks and what is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from checker.fact import Voice
from checker.letters.context import (
    Assertion,
    Surroundings,
    as_reviewed,
    assertion,
    part_spoken_of,
    surroundings,
)
from checker.letters.flat import Flat, flatten
from checker.letters.letter import Letter, Span
from checker.letters.lexicon import Named, Range, named
from checker.letters.quantities import Placed, dates
from checker.letters.sentences import sentences
from checker.letters.voice import is_heard, speakers
from checker.letters.wordlists import FactLists, Section, Speaker

_DATED_GROUPS = ("finding", "test", "symptom", "study", "diagnosis", "status")
_WORDS_BEFORE_A_DATE = 60


@dataclass(frozen=True)
class Mention:
    """A concept named in a letter: how it is meant, who says so, and in which sentence."""

    named: Named
    assertion: Assertion
    voice: Voice
    section: Section
    item: int
    passage: Passage
    dated: date | None

    @property
    def sentence(self) -> Range:
        """The characters of its sentence in the folded passage."""
        return self.passage.sentences[self.named.sentence]

    @property
    def clause(self) -> Range:
        """The part of the sentence between the stops around the mention."""
        start, end = self.sentence
        for a, b in self.passage.beside[self.named.sentence].stops:
            if b <= self.named.start:
                start = max(start, b)
            elif a >= self.named.end:
                end = min(end, a)
        return start, end


@dataclass(frozen=True)
class Passage:
    """One section of a letter in one line. `beside` has the sentences in which something is named."""

    section: Section
    item: int
    flat: Flat
    sentences: tuple[Range, ...]
    speakers: tuple[Speaker, ...]
    beside: dict[int, Surroundings]


def mentions(letter: Letter, lists: FactLists) -> Iterator[Mention]:
    """Everything that a letter names in its summary, its titles and its rationales, with how it is meant.

    What a guideline says and what states the decision is left out.
    """
    text = letter.source.text
    if letter.summary:
        yield from _of(text, letter.summary, "summary", 0, letter.summary_voice, lists)
    for item in letter.items:
        yield from _of(text, item.title, "request", item.number, "record", lists)
    for item in letter.items:
        if item.rationale:
            yield from _of(text, item.rationale, "rationale", item.number, "guideline", lists)


def _of(
    text: str, span: Span, section: Section, item: int, first: Speaker, lists: FactLists
) -> Iterator[Mention]:
    flat = flatten(text, span)
    ranges = sentences(flat.text, lists.abbreviations) if section != "request" else []
    if section == "request" and flat.text:
        ranges = [(0, len(flat.text))]
    standing = lists.index.standing(flat.lower, ranges) if ranges else []
    if first == "ur":
        who: tuple[Speaker, ...] = ("ur",) * len(ranges)
    else:
        who = tuple(speakers(flat.text, flat.lower, ranges, section, first, lists, standing))
    heard = [is_heard(one) for one in who]
    read = {number: one for number, one in enumerate(standing) if heard[number]}
    found = named(flat.text, flat.lower, ranges, read, lists)
    if not found:
        return
    spoken_of = {one.sentence for one in found}
    beside: dict[int, Surroundings] = {}
    parts: dict[int, str] = {}
    part = ""
    for number, sentence in enumerate(ranges):
        parts[number] = part
        if number in spoken_of:
            beside[number] = surroundings(flat.text, flat.lower, sentence, standing[number], lists)
        if heard[number]:
            part = part_spoken_of(flat.text, flat.lower, sentence, standing[number], lists) or part
    passage = Passage(section, item, flat, tuple(ranges), who, beside)
    days = _Days(section, flat.lower, ranges, found, lists)
    for one in found:
        voice = heard[one.sentence]
        if voice is None:
            continue
        near = [other for other in found if other.sentence == one.sentence]
        meant = assertion(one, beside[one.sentence], near, part_before=parts[one.sentence])
        if voice == "ur" and first != "ur":
            meant = as_reviewed(one, meant)
        yield Mention(one, meant, voice, section, item, passage, days.of(one))


class _Days:
    """Which day a finding of the summary is dated: that of its study, else that of the report it stands in."""

    def __init__(
        self,
        section: Section,
        lower: str,
        ranges: list[Range],
        found: list[Named],
        lists: FactLists,
    ) -> None:
        self.tells = section == "summary"
        self.lower = lower
        self.ranges = ranges
        placed = [one for one in dates(lower, lists.months) if self._tells(one, lists)]
        self.studies = [one for one in found if one.concept.group == "study"]
        self.reports = [one for one in placed if not self._is_of_study(one)]
        self.of_studies = [one for one in placed if self._is_of_study(one)]

    def of(self, mention: Named) -> date | None:
        """The day of a mention; None where the letter does not date it."""
        if not self.tells or mention.concept.group not in _DATED_GROUPS:
            return None
        start, end = self.ranges[mention.sentence]
        own = [one for one in self.of_studies if start <= one.start < end]
        if mention.concept.group == "study":
            near = sorted(own, key=lambda one: abs(one.start - mention.start))
            return near[0].value if near else None
        if shown := [one for one in own if one.start < mention.end]:
            return shown[-1].value
        before = [one for one in self.reports if one.start < mention.start]
        if before:
            return before[-1].value
        here = [one for one in self.reports if start <= one.start < end]
        return here[0].value if here else None

    def _tells(self, day: Placed[date], lists: FactLists) -> bool:
        """Whether a date may be that of a finding, not that of the injury or of a review."""
        start = max((a for a, _ in self.ranges if a <= day.start), default=0)
        before = max(start, day.start - _WORDS_BEFORE_A_DATE)
        return not lists.other_dates.spans(self.lower, self.lower, before, day.start)

    def _is_of_study(self, day: Placed[date]) -> bool:
        sentence = next(((a, b) for a, b in self.ranges if a <= day.start < b), (0, 0))
        return any(
            sentence[0] <= one.start < sentence[1]
            and (one.end <= day.start or self.lower.count(" ", day.end, one.start) <= 3)
            for one in self.studies
        )
