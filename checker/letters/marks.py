"""Headings and labels found in a letter, whatever became of its blanks, line ends and signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checker.letters.folded import Folded, folded_phrase
from checker.letters.letter import Span

_INDENT = " \t\f\v\xa0"
_LINE_ENDS = "\r\n"
_NOTHING_BEFORE = ".:;)]\"'”’"
"""Signs that a label may follow directly where a line end was lost."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase found: its folded characters, its sign `:` included."""

    phrase: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """A text, or the part of it that one letter takes up, beside its folded form."""

    text: str
    folded: Folded
    start: int
    end: int

    def part(self, start: int, end: int) -> Page:
        """A part, in folded characters."""
        return Page(self.text, self.folded, start, end)

    def source(self, start: int, end: int) -> Span:
        """The characters of the text, without white space around them; an empty span where nothing is left."""
        if start >= end:
            at = self.folded.source(start - 1, start).end if start else 0
            return Span(at, at)
        return self.folded.source(start, end)

    def begins_line(self, position: int) -> bool:
        """Whether only white space stands before a folded character in its line."""
        at = self.folded.at(position) - 1
        while at >= 0 and self.text[at] in _INDENT:
            at -= 1
        return at < 0 or self.text[at] in _LINE_ENDS

    def ends_line(self, position: int) -> bool:
        """Whether only white space stands behind the folded character before `position` in its line."""
        at = self.folded.at(position - 1) + 1
        while at < len(self.text) and self.text[at] in _INDENT:
            at += 1
        return at >= len(self.text) or self.text[at] in _LINE_ENDS


def phrases(page: Page, phrase: str) -> Iterator[Found]:
    """Where a phrase stands in running text; a sign `:` at its end may be missing."""
    body, colon = _body(phrase)
    text = page.folded.text
    at = text.find(body, page.start, page.end)
    while at >= 0:
        end = at + len(body)
        end += colon and text.startswith(":", end, page.end)
        yield Found(phrase, at, end)
        at = text.find(body, end, page.end)


def beginnings(page: Page, wanted: Iterable[str]) -> Iterator[Found]:
    """Where phrases begin a line, whatever follows them in it."""
    for phrase in wanted:
        yield from (one for one in phrases(page, phrase) if page.begins_line(one.start))


def headings(page: Page, wanted: Iterable[str]) -> Iterator[Found]:
    """Where headings stand: each begins a line, and ends it unless both it and the letter write `:`."""
    text = page.folded.text
    for phrase in wanted:
        for found in phrases(page, phrase):
            if not (page.begins_line(found.start) or _glued(page, found.start)):
                continue
            if text[found.end - 1] == ":" or page.ends_line(found.end):
                yield found
            elif text.startswith(":", found.end, page.end) and page.ends_line(found.end + 1):
                yield Found(phrase, found.start, found.end + 1)


def labels(page: Page, wanted: Iterable[str]) -> Iterator[Found]:
    """Where labels stand: at the begin of a line or sentence, and anywhere with the sign `:` behind them."""
    text = page.folded.text
    for phrase in wanted:
        for found in phrases(page, phrase):
            signed = text[found.end - 1] == ":"
            if signed or page.begins_line(found.start) or _glued(page, found.start):
                yield found


def _glued(page: Page, position: int) -> bool:
    """Whether a sentence ends right before a folded character, where a line end may have been lost."""
    return position > page.start and page.folded.text[position - 1] in _NOTHING_BEFORE


def ends(starts: Sequence[int], last: int) -> list[int]:
    """Where parts end that begin at `starts`: where the next one begins, and the last one at `last`."""
    return [*starts[1:], last] if starts else []


@lru_cache(maxsize=1024)
def _body(phrase: str) -> tuple[str, bool]:
    """The folded phrase without a sign `:` at its end, and whether there was one."""
    text = folded_phrase(phrase)
    return text.removesuffix(":"), text.endswith(":")
