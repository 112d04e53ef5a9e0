"""Evidence found again in a text: in its place, in another place, or not at all.

Evidence is characters, the exact quote and the file's hash. Where the file has changed, the quote decides:
it may have moved, and when it is no longer there the evidence is stale and must be looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from checker.letters.folded import Folded, folded
from checker.letters.letter import Span


@dataclass(frozen=True, slots=True)
class InPlace:
    """The quote stands where the evidence says."""

    at: Span


@dataclass(frozen=True, slots=True)
class Moved:
    """The quote stands elsewhere. `places` is how often it stands in the text; `at` is the nearest place."""

    at: Span
    places: int


@dataclass(frozen=True, slots=True)
class Stale:
    """The quote stands nowhere in the text, or the evidence quotes nothing."""


Anchor: TypeAlias = "InPlace | Moved | Stale"


def anchored(text: str, at: tuple[int, int], quote: str) -> Anchor:
    """Where the characters that evidence points to stand in a text that may have changed.

    White space, hyphens and capitals aside, the quote has to be there word for word. Of several places, the
    one nearest to the old one is taken.
    """
    wanted = folded(quote).text
    if not wanted:
        return Stale()
    if 0 <= at[0] < at[1] <= len(text) and folded(text[at[0] : at[1]]).text == wanted:
        return InPlace(Span(*at))
    there = folded(text)
    places = list(_places(there, wanted))
    if not places:
        return Stale()
    return Moved(min(places, key=lambda one: (abs(one.start - at[0]), one.start)), len(places))


def _is_apart(there: Folded, position: int) -> bool:
    """Whether no word goes on from the character before to the one at `position`."""
    if position in (0, len(there.text)) or there.begins_word(position):
        return True
    return not (there.text[position - 1].isalnum() and there.text[position].isalnum())


def _places(there: Folded, wanted: str) -> Iterator[Span]:
    start = there.text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if _is_apart(there, start) and _is_apart(there, end):
            yield there.source(start, end)
        start = there.text.find(wanted, start + 1)
