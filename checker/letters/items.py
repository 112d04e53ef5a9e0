"""Disputed items of a letter: title, decision, and the passages that say why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise

from checker.case import ReviewersOutcome
from checker.letters.cited import citations
from checker.letters.folded import folded, folded_phrase
from checker.letters.layoutfile import PASSAGES, LayoutEntry, Layouts, Passage
from checker.letters.letter import Item, LetterText, Span
from checker.letters.marks import Found, Page, ends, labels, phrases
from checker.letters.titles import line_width, parts_of, shares_its_line, title_start

MOST_ITEMS = 200
"""In one letter."""

_MOST_OTHERS = 20
_SIGNS = ".:;,"
_NUMBER = re.compile(r"(?m)^[ \t]*\d{1,2}[.)][ \t]+(?=\S)")
_NUMBER_AT_START = re.compile(r"\s*\d{1,2}[.)]\s+")
_NUMBER_AT_END = re.compile(r"\s*(?<!\S)\d{1,2}[.)]?\s*\Z")

Passages = Mapping[Passage, Span]


class TooManyItems(Exception):  # noqa: N818
    """A letter has more items than any letter has."""


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision in folded characters.

    `outcome` is None where it is made in part, or cannot be read before the label `unread_before`.
    """

    outcome: ReviewersOutcome | None
    start: int
    end: int
    unread_before: str | None = None


@dataclass
class ItemReader:
    """Reads the items of one letter. `sections` gives heading, begin and end of each in folded characters.

    `warnings` tell what an item lacks, and which items were left out; `begin` is where the items begin.
    """

    source: LetterText
    page: Page
    layout: LayoutEntry
    layouts: Layouts
    sections: Mapping[str, tuple[Found, int, int]]
    warnings: list[str] = field(default_factory=list)
    begin: int = 0

    def items(self) -> tuple[Item, ...]:
        """All items with a whole decision, in their order."""
        match self.layout.items:
            case "before_labels":
                found = list(self._before_labels())
            case "stated":
                found = list(self._stated())
            case "by_heading":
                found = list(self._by_heading())
        return tuple(one for one in found if one)

    # Title, decision, then labelled passages

    def _before_labels(self) -> Iterator[Item | None]:
        start, end = self._region()
        self.begin = start
        marks = self._marks(self.page.part(start, end))
        opening = list(self._openings(marks, start))
        self._check_number(len(opening))
        self._warn_of_others(self.page.part(start, end), [decided for _, decided in opening])
        indexes = [index for index, _ in opening] + [len(marks)]
        groups = [_in_order(marks[here:there]) for here, there in pairwise(indexes)]
        whole_titles = []
        floor, first = start, "issues" in self.sections
        for (_, decided), group in zip(opening, groups, strict=True):
            whole_titles.append(self._whole_title(floor, decided, everything=first))
            floor, first = group[-1][1].end, False
        until = ends([self.page.folded.position(one.start) for one in whole_titles], end)
        for number, (whole, (_, decided), group, stop) in enumerate(
            zip(whole_titles, opening, groups, until, strict=True), 1
        ):
            title = self._trimmed(whole.start, whole.end)
            if number > 1 and shares_its_line(self.page.text, whole.start):
                line = self.source.line(title.start)
                self.warnings.append(
                    f"item {number} (line {line}) begins in the line of the text before it; look where"
                )
            yield self._item(number, title, decided, self._passages(group, stop))

    def _openings(
        self, marks: Sequence[tuple[Passage, Found]], floor: int
    ) -> Iterator[tuple[int, _Decided]]:
        """The first label of every item with the decision before it.

        A label that goes back in the order of passages begins an item too, even if its decision cannot be read;
        one that is a sentence and not written with `:` may belong to a rationale, and is only told.
        """
        last = len(PASSAGES)
        for index, (kind, mark) in enumerate(marks):
            if decided := self._decision_before(mark.start, floor):
                yield index, decided
            elif PASSAGES.index(kind) < last and mark.phrase.endswith(":"):
                yield index, _Decided(None, mark.start, mark.start, mark.phrase)
            elif PASSAGES.index(kind) < last and len(self.warnings) < _MOST_OTHERS:
                line = self._line(mark.start)
                self.warnings.append(
                    f"line {line} begins like an item, `{mark.phrase}`, without a decision before it"
                )
            last = PASSAGES.index(kind)

    def _region(self) -> tuple[int, int]:
        for role in ("issues", "summary"):
            if role in self.sections:
                _, start, end = self.sections[role]
                return start, end if role == "issues" else self.page.end
        return self.page.start, self.page.end

    def _marks(self, page: Page) -> list[tuple[Passage, Found]]:
        """All labels in their order; of two that overlap, the longer one."""
        found = sorted(
            (
                (kind, one)
                for kind in PASSAGES
                for one in labels(page, self.layout.labels.get(kind, ()))
            ),
            key=lambda mark: (mark[1].start, -mark[1].end),
        )
        kept: list[tuple[Passage, Found]] = []
        for mark in found:
            if not kept or mark[1].start >= kept[-1][1].end:
                kept.append(mark)
        return kept

    def _decision_before(self, position: int, floor: int) -> _Decided | None:
        """The decision that stands right before a label."""
        text = self.page.folded.text
        end = position
        while end > floor and text[end - 1] in _SIGNS:
            end -= 1
        for outcome, words in self._words:
            start = end - len(words)
            if start >= floor and text.startswith(words, start) and self._is_apart(start):
                return _Decided(outcome, start, end)
        return None

    @cached_property
    def _words(self) -> list[tuple[ReviewersOutcome | None, str]]:
        """The words of all decisions, the longest first."""
        entry = self.layout.decisions
        words: list[tuple[ReviewersOutcome | None, str]] = [
            *(("Upheld", folded_phrase(one)) for one in entry.upheld),
            *(("Overturned", folded_phrase(one)) for one in entry.overturned),
            *((None, folded_phrase(one)) for one in entry.in_part),
        ]
        return sorted(words, key=lambda one: -len(one[1]))

    def _is_apart(self, position: int) -> bool:
        """Whether a word begins here, or a sign stands before it."""
        return (
            self.page.folded.begins_word(position) or self.page.folded.text[position - 1] in _SIGNS
        )

    def _warn_of_others(self, page: Page, decided: Sequence[_Decided]) -> None:
        """Tell of lines that end like a decision, but that no label follows."""
        known = {one.start for one in decided}
        entry = self.layout.decisions
        others = (
            one.start + 1
            for phrase in (*entry.upheld, *entry.overturned, *entry.in_part)
            for one in phrases(page, f":{phrase}")
            if one.start + 1 not in known and page.ends_line(one.end)
        )
        self.warnings += (
            f"line {self._line(at)} ends like a decision, but neither guideline nor rationale follows"
            for at in islice(others, _MOST_OTHERS)
        )

    @cached_property
    def _width(self) -> int:
        whole = self.page.source(self.page.start, self.page.end)
        return line_width(self.page.text, whole.start, whole.end)

    def _whole_title(self, floor: int, decided: _Decided, *, everything: bool) -> Span:
        """The title before a decision, with its number; the first one in its section begins where that does."""
        behind = self.page.source(floor - 1, floor).end if floor else 0
        end = self.page.source(decided.start, decided.end).start
        if not everything:
            behind = title_start(
                self.page.text,
                behind,
                end,
                self._width,
                self.layouts.title_parts,
                numbered=self.layout.numbered,
            )
        return Span(behind, end)

    # Sentences that state a decision, discussed elsewhere

    def _stated(self) -> Iterator[Item | None]:
        _, start, end = self.sections.get("issues", (None, self.page.start, self.page.end))
        stated = self._statements(start, end) or self._statements(self.page.start, self.page.end)
        self._check_number(len(stated))
        discussions = self._discussions()[:MOST_ITEMS]
        self.begin = discussions[0][0] if discussions else self.page.end
        for number, (title, decided) in enumerate(stated, 1):
            found = self._discussion_of(number, title, len(stated), discussions)
            passages: Passages = {}
            if found:
                group = _in_order(self._marks(self.page.part(*found)))
                passages = self._passages(group, found[1])
            yield self._item(number, title, decided, passages)

    def _statements(self, start: int, end: int) -> list[tuple[Span, _Decided]]:
        """Every title with its decision; what is stated twice counts once."""
        page = self.page.part(start, end)
        leads = sorted(
            (one for phrase in self.layout.states for one in phrases(page, phrase)),
            key=lambda one: one.start,
        )
        found: dict[str, tuple[Span, _Decided]] = {}
        for lead, until in zip(leads, ends([one.start for one in leads], end), strict=True):
            decided = self._first_decision(lead.end, until)
            if decided is None:
                line = self._line(lead.start)
                self.warnings.append(f"line {line} states no decision that is known")
            elif lead.end < decided.start:
                behind = self.page.source(lead.end - 1, lead.end).end
                title = self._trimmed(behind, self.page.source(decided.start, decided.end).start)
                words = folded(self.page.text[title.start : title.end]).text
                found.setdefault(words, (title, decided))
        return list(found.values())

    def _first_decision(self, start: int, end: int) -> _Decided | None:
        text = self.page.folded.text
        found = [
            _Decided(outcome, at, at + len(words))
            for outcome, words in self._words
            if (at := text.find(words, start, end)) >= 0
        ]
        return min(found, key=lambda one: (one.start, -one.end), default=None)

    def _discussions(self) -> list[tuple[int, int]]:
        found = sorted(
            one.start for phrase in self.layout.discusses for one in phrases(self.page, phrase)
        )
        return list(pairwise([*found, self.page.end]))

    def _discussion_of(
        self, number: int, title: Span, stated: int, discussions: Sequence[tuple[int, int]]
    ) -> tuple[int, int] | None:
        """The discussion that names the treatment; else the one with the same number, if all are discussed."""
        words = folded(self.page.text[title.start : title.end]).text
        for start, end in discussions:
            if words in self.page.folded.text[start : min(end, start + 2 * len(words) + 80)]:
                return start, end
        return discussions[number - 1] if len(discussions) == stated else None

    # One section names the treatments, the heading of another decides them

    def _by_heading(self) -> Iterator[Item | None]:
        if "issues" not in self.sections or "rationale" not in self.sections:
            return
        _, start, end = self.sections["issues"]
        self.begin = start
        heading, *_ = self.sections["rationale"]
        decided = self._decided_by(heading)
        passages: dict[Passage, Span] = {}
        for kind in PASSAGES:
            _, begin, stop = self.sections.get(kind, (None, 0, 0))
            if begin < stop:
                passages[kind] = self.page.source(begin, stop)
        titles = self._listed(self.page.source(start, end))
        self._check_number(len(titles))
        for number, title in enumerate(titles, 1):
            yield self._item(number, title, decided, passages)

    def _decided_by(self, heading: Found) -> _Decided:
        words = folded_phrase(heading.phrase)
        outcomes = {phrase: outcome for outcome, phrase in self._words}
        return _Decided(outcomes.get(words), heading.start, heading.end)

    def _listed(self, span: Span) -> list[Span]:
        """The treatments, one for each number at the begin of a line."""
        if span.start >= span.end:
            return []
        text = self.page.text
        starts = [match.start() for match in _NUMBER.finditer(text, span.start, span.end)]
        if not self.layout.numbered or len(starts) < 2:
            return [self._trimmed(span.start, span.end)]
        until = ends(starts, span.end)
        return [self._trimmed(start, end) for start, end in zip(starts, until, strict=True)]

    # What all have in common

    def _trimmed(self, start: int, end: int) -> Span:
        """A title without white space and signs around it, and without number and opening words."""
        text = self.page.text
        while end > start and (text[end - 1].isspace() or text[end - 1] in _SIGNS):
            end -= 1
        if number := _NUMBER_AT_START.match(text, start, end):
            start = number.end() if self.layout.numbered else start
        while start < end and text[start].isspace():
            start += 1
        for words in self.layout.title_opens_with:
            if text[start:end].lower().startswith(f"{words.lower()} "):
                start += len(words) + 1
                break
        return Span(start, end)

    def _passages(self, group: Sequence[tuple[Passage, Found]], end: int) -> Passages:
        """The passages behind labels; a label without the sign `:` belongs to its passage."""
        until = ends([mark.start for _, mark in group], end)
        found: dict[Passage, Span] = {}
        for (kind, mark), stop in zip(group, until, strict=True):
            begin = mark.end if mark.phrase.endswith(":") else mark.start
            if begin < stop:
                found[kind] = self._without_number(self.page.source(begin, stop))
        return found

    def _without_number(self, span: Span) -> Span:
        """The passage without the number of the next item."""
        if self.layout.items != "stated":
            return span
        number = _NUMBER_AT_END.search(self.page.text, max(span.start, span.end - 8), span.end)
        return Span(span.start, number.start()) if number else span

    def _item(self, number: int, title: Span, decided: _Decided, passages: Passages) -> Item | None:
        if decided.unread_before:
            self.warnings.append(
                f"item {number} (line {self._line(decided.start)}) has `{decided.unread_before}` without a"
                " decision before it; it is left out"
            )
            return None
        if title.start >= title.end:
            self.warnings.append(
                f"line {self._line(decided.start)} decides an item without a title"
            )
            return None
        if decided.outcome is None:
            self.warnings.append(
                f"item {number} (line {self._line(decided.start)}) is decided in part, which is neither Upheld"
                " nor Overturned; it is left out"
            )
            return None
        for kind in PASSAGES:
            wanted = self.layout.labels.get(kind) or self.layout.sections.get(kind)
            if wanted and kind not in passages:
                self.warnings.append(f"item {number} has no `{wanted[0]}`")
        words = " ".join(self.page.text[title.start : title.end].split())
        parts = parts_of(words, self.layouts.title_parts, self.layouts.title_ends_with)
        ur, reviewer = passages.get("ur_guideline"), passages.get("reviewer_guideline")
        return Item(
            number=number,
            title=title,
            requested=parts.requested,
            authorized=parts.authorized,
            remaining=parts.remaining,
            outcome=decided.outcome,
            decided=self.page.source(decided.start, decided.end),
            ur_guideline=ur,
            reviewer_guideline=reviewer,
            rationale=passages.get("rationale"),
            cited_by_ur=citations(self.page.text, ur, self.layout.cites, self.layouts.citations),
            cited=citations(self.page.text, reviewer, self.layout.cites, self.layouts.citations),
        )

    def _check_number(self, items: int) -> None:
        if items > MOST_ITEMS:
            raise TooManyItems

    def _line(self, position: int) -> int:
        return self.source.line(self.page.source(position, position + 1).start)


def _in_order(marks: Sequence[tuple[Passage, Found]]) -> list[tuple[Passage, Found]]:
    """Of the labels of one item, those in the order of passages; a repeated one counts once."""
    kept: list[tuple[Passage, Found]] = []
    for mark in marks:
        if not kept or PASSAGES.index(mark[0]) > PASSAGES.index(kept[-1][0]):
            kept.append(mark)
    return kept
