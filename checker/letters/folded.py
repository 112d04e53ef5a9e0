"""A text without white space and hyphens, in small letters, that knows where each character came from.

What was torn apart by line ends, page breaks or a poor copy is whole again here: a heading is found even if
it stands in two lines or has lost its blanks. Only words that the layouts name are looked for in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from checker.letters.letter import Span

_DROPPED = re.compile("([\\s\\-\x02\xad\u2010-\u2015\u2212\ufffe]+)")


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text, and where its pieces begin in it (`starts`) and in the text given (`sources`)."""

    text: str
    starts: tuple[int, ...]
    sources: tuple[int, ...]

    def source(self, start: int, end: int) -> Span:
        """Where folded characters stand in the text as it was given."""
        return Span(self.at(start), self.at(end - 1) + 1)

    def position(self, source: int) -> int:
        """The first folded character that stands at or behind a character of the text as it was given."""
        index = bisect_right(self.sources, source) - 1
        if index < 0:
            return 0
        behind = self.starts[index] + source - self.sources[index]
        next_start = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        return min(behind, next_start)

    def begins_word(self, position: int) -> bool:
        """Whether a folded character is the first behind white space or a hyphen."""
        index = bisect_left(self.starts, position)
        return index < len(self.starts) and self.starts[index] == position

    def at(self, position: int) -> int:
        """Where a folded character stands in the text as it was given."""
        index = bisect_right(self.starts, position) - 1
        return self.sources[index] + position - self.starts[index]


def folded(text: str) -> Folded:
    """The folded text."""
    # INVARIANT: pieces and what stands between them take turns, and a piece may be empty only at the ends.
    parts = _DROPPED.split(text)
    pieces, lengths = parts[::2], list(map(len, parts))
    ends = list(accumulate(lengths, initial=0))
    starts = list(accumulate(lengths[::2], initial=0))
    return Folded(_small("".join(pieces)), tuple(starts[:-1]), tuple(ends[:-1:2]))


@lru_cache(maxsize=4096)
def folded_phrase(phrase: str) -> str:
    """A phrase of a layout, folded; kept, because every letter is searched for the same ones."""
    return folded(phrase).text


def _small(text: str) -> str:
    """In small letters, at the same positions: a letter without a single small one stays."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)
