"""The parts of a letter that are read for facts, sentence by sentence, with who speaks and what is named."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from checker.anatomy import Anatomy
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
from checker.letters.quantities import Placed, dates, levels_between
from checker.letters.sentences import sentences
from checker.letters.standing import Standing
from checker.letters.voice import is_heard, speakers
from checker.letters.words import FactLists, Section, Speaker

_DATED_GROUPS = ("finding", "test", "symptom", "study", "diagnosis", "status")
_OF_A_REGION = ("finding", "test", "symptom", "care")
_CHARACTERS_BEFORE_A_DATE = 60
_LONGEST_SENTENCE = 2_000
_DATE_BEFORE_STUDY = 3


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
    reader = _Reader(letter.source.text, lists, asked_for(letter, lists))
    if letter.summary:
        yield from reader.read(letter.summary, "summary", 0, letter.summary_voice)
    for item in letter.items:
        yield from reader.read(item.title, "request", item.number, "record")
    for item in letter.items:
        if item.rationale:
            yield from reader.read(item.rationale, "rationale", item.number, "guideline")


def asked_for(letter: Letter, lists: FactLists) -> str | None:
    """The region of the spine that all titles are about; None where they name none, or several."""
    regions: set[str] = set()
    for item in letter.items:
        title = flatten(letter.source.text, item.title)
        regions |= _regions_in(title.text, title.lower, (0, len(title.text)), None, lists)
    return next(iter(regions)) if len(regions) == 1 else None


def _regions_in(
    text: str, lower: str, part: Range, standing: Standing | None, lists: FactLists
) -> set[str]:
    """The regions that a part of a text names, by its words and by its levels."""
    found = {
        name for name, words in lists.regions.items() if words.spans(text, lower, *part, standing)
    }
    for level in levels_between(text, lower, *part, lists.anatomy):
        found |= _regions_of(level.label, lists.anatomy)
    return found


def _regions_of(level: str, anatomy: Anatomy) -> set[str]:
    """The region of a joint, or of the joints that a nerve supplies."""
    if joint := anatomy.joints.get(level):
        return {joint.region, *joint.also}
    return {one.region for one in anatomy.joints.values() if level in one.nerves}


@dataclass(frozen=True)
class _Reader:
    """Reads the passages of one letter. `region` is the one that treatment is asked for, if it is one."""

    text: str
    lists: FactLists
    region: str | None

    def read(self, span: Span, section: Section, item: int, first: Speaker) -> Iterator[Mention]:
        """The mentions in a passage; `first` speaks until a sentence shows another."""
        lists = self.lists
        flat = flatten(self.text, span)
        ranges = _sentences(flat.text, lists)
        if section == "request":
            ranges = [(0, len(flat.text))] if flat.text else []
        standing = lists.index.standing(flat.lower, ranges) if ranges else []
        who: list[Speaker] = ["ur"] * len(ranges)
        if first != "ur":
            who = list(speakers(flat.text, flat.lower, ranges, section, first, lists, standing))
        heard = [is_heard(one) for one in who]
        read = {number: one for number, one in enumerate(standing) if heard[number]}
        found = named(flat.text, flat.lower, ranges, read, lists)
        if not found:
            return
        named_in: dict[int, list[Named]] = defaultdict(list)
        for one in found:
            named_in[one.sentence].append(one)
        beside: dict[int, Surroundings] = {}
        elsewhere: set[int] = set()
        parts: dict[int, str] = {}
        part = ""
        for number, phrases in read.items():
            parts[number] = part
            sentence = ranges[number]
            if number in named_in:
                beside[number] = surroundings(flat.text, flat.lower, sentence, phrases, lists)
                regions = _regions_in(flat.text, flat.lower, sentence, phrases, lists)
                if self.region and regions and self.region not in regions:
                    elsewhere.add(number)
            part = part_spoken_of(flat.text, flat.lower, sentence, phrases, lists) or part
        passage = Passage(section, item, flat, tuple(ranges), tuple(who), beside)
        days = _Days(section, flat.lower, ranges, found, lists)
        for one in found:
            voice = heard[one.sentence]
            if voice is None:
                continue
            meant = assertion(
                one,
                beside[one.sentence],
                named_in[one.sentence],
                part_before=parts[one.sentence],
            )
            if voice == "ur" and first != "ur":
                meant = as_reviewed(one, meant)
            if one.sentence in elsewhere and one.concept.group in _OF_A_REGION:
                meant = replace(meant, other=not one.concept.anywhere)
            yield Mention(one, meant, voice, section, item, passage, days.of(one))


def _sentences(text: str, lists: FactLists) -> list[Range]:
    """The sentences of a text; one that does not end is cut, so that reading never takes forever."""
    found: list[Range] = []
    for start, end in sentences(text, lists.abbreviations):
        at = start
        while end - at > _LONGEST_SENTENCE:
            blank = text.rfind(" ", at + 1, at + _LONGEST_SENTENCE)
            cut = blank if blank > at else at + _LONGEST_SENTENCE
            found.append((at, cut))
            at = cut + 1 if blank > at else cut
        found.append((at, end))
    return found


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
        self.starts = [start for start, _ in ranges]
        placed = [one for one in dates(lower, lists.months) if self._tells(one, lists)]
        self.studies = [one for one in found if one.concept.group == "study"]
        of_studies = [self._is_of_study(one) for one in placed]
        self.of_studies = [one for one, is_it in zip(placed, of_studies, strict=True) if is_it]
        self.reports = [one for one, is_it in zip(placed, of_studies, strict=True) if not is_it]

    def of(self, mention: Named) -> date | None:
        """The day of a mention; None where the letter does not date it."""
        if not self.tells or mention.concept.group not in _DATED_GROUPS:
            return None
        start, end = self.ranges[mention.sentence]
        own = _between(self.of_studies, start, end)
        if mention.concept.group == "study":
            near = sorted(own, key=lambda one: abs(one.start - mention.start))
            return near[0].value if near else None
        if shown := [one for one in own if one.start < mention.end]:
            return shown[-1].value
        before = bisect_left(self.reports, mention.start, key=lambda one: one.start)
        if before:
            return self.reports[before - 1].value
        here = _between(self.reports, start, end)
        return here[0].value if here else None

    def _tells(self, day: Placed[date], lists: FactLists) -> bool:
        """Whether a date may be that of a finding, not that of the injury or of a review."""
        start, _ = self._sentence(day.start)
        before = max(start, day.start - _CHARACTERS_BEFORE_A_DATE)
        return not lists.other_dates.spans(self.lower, self.lower, before, day.start)

    def _is_of_study(self, day: Placed[date]) -> bool:
        start, end = self._sentence(day.start)
        first = bisect_left(self.studies, start, key=lambda one: one.start)
        last = bisect_left(self.studies, end, key=lambda one: one.start)
        return any(
            one.end <= day.start or self.lower.count(" ", day.end, one.start) <= _DATE_BEFORE_STUDY
            for one in self.studies[first:last]
        )

    def _sentence(self, position: int) -> Range:
        index = bisect_right(self.starts, position) - 1
        return self.ranges[index] if index >= 0 else (0, 0)


def _between(days: list[Placed[date]], start: int, end: int) -> list[Placed[date]]:
    """Those of some days, which are in order, that stand between two characters."""
    first = bisect_left(days, start, key=lambda one: one.start)
    last = bisect_left(days, end, key=lambda one: one.start)
    return days[first:last]
