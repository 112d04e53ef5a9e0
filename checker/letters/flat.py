"""A passage of a letter as one line: white space folded, hyphens at the ends of lines closed.

`10-` at the end of a line and `05-2015` in the next read `10-05-2015`, and `L4-` and `5` read `L4-5`. Every
character knows where it stands in the text as it was given.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from checker.letters.letter import Span

_RUN = re.compile(r"\S+(?: \S+)*")
"""Words with single blanks between them, mostly a line."""

_SAME_LENGTH = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\x02\ufffe"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d"), '"'),
}


@dataclass(frozen=True, slots=True)
class Flat:
    """The folded text, the same in small letters, and at which characters its pieces begin."""

    text: str
    lower: str
    starts: tuple[int, ...]
    sources: tuple[int, ...]

    def at(self, start: int, end: int) -> Span:
        """Where the characters from `start` to `end` stand in the text as it was given."""
        return Span(self._source(start), self._source(end - 1) + 1)

    def _source(self, position: int) -> int:
        index = bisect_right(self.starts, position) - 1
        return self.sources[index] + position - self.starts[index]


def flatten(text: str, span: Span) -> Flat:
    """The characters of `span` in one line."""
    pieces: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    length, end = 0, span.start
    for run in _RUN.finditer(text, span.start, span.end):
        if pieces and not _is_one_word(text, end, run.start()):
            pieces.append(" ")
            length += 1
        pieces.append(run[0])
        starts.append(length)
        sources.append(run.start())
        length, end = length + len(run[0]), run.end()
    folded = "".join(pieces).translate(_SAME_LENGTH)
    return Flat(folded, lowered(folded), tuple(starts), tuple(sources))


def lowered(text: str) -> str:
    """The text in small letters, at the same positions: a letter without a single small one stays."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)


def _is_one_word(text: str, end: int, start: int) -> bool:
    """Whether a line ends in the hyphen of a word that goes on in the next."""
    if "\n" not in text[end:start] or end < 2:
        return False
    hyphen = text[end - 1].translate(_SAME_LENGTH) == "-"
    return hyphen and text[end - 2].isalnum() and text[start].isalnum()
