"""Titles of disputed items: where they begin, and what was asked for, authorized and left over."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from checker.letters.flat import lowered
from checker.letters.folded import folded, folded_phrase

_LINE = re.compile(r"\S[^\r\n\f]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SENTENCE_END = re.compile(r"[.?!][\"')\]”’]{0,3}\s*\Z")
_BETWEEN_SENTENCES = re.compile(r"[.?!][\"')\]”’]{0,3}\s+(?=[A-Z0-9])")
_NUMBER = re.compile(r"\s*\d{1,2}[.)]\s")
_FULL_LINE = 0.8
"""A line that is shorter than this part of the longest, with the next word on it, was ended on purpose."""

_LONGEST_TITLE = 40
"""Lines, or sentences."""

_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a title says: the last two are None where it does not tell them apart."""

    requested: str
    authorized: str | None = None
    remaining: str | None = None


def title_start(
    text: str, floor: int, end: int, width: int, templates: Sequence[str], *, numbered: bool = False
) -> int:
    """Where the title that ends before `end` begins, not before `floor`.

    Upwards from its last line, a line belongs to the title unless the one above ends a sentence, is not
    full (`width` is that of a full line), or lies apart. A title that says what was authorized goes back
    to what was asked for.
    """
    lines = [match.span() for match in _LINE.finditer(text, floor, end)]
    if not lines:
        return floor
    usual = _usual_gap(text, lines)
    lines[0] = (_line_start(text, floor), lines[0][1])
    first = len(lines) - 1
    while first > 0 and len(lines) - first < _LONGEST_TITLE:
        (above, above_end), (start, stop) = lines[first - 1], lines[first]
        if numbered and _NUMBER.match(text, start, stop):
            break
        begins = (
            _lies_apart(text[above_end:start], usual)
            or _SENTENCE_END.search(text[above:above_end]) is not None
            or _was_ended(text[above:above_end], text[start:stop], width)
        )
        if begins and not _lacks_its_begin(text[start:end], templates):
            break
        first -= 1
    if first == 0 and lines[0][0] < floor and text[lines[0][0] : floor].strip():
        return _sentence_start(text, floor, end, templates)
    return max(floor, lines[first][0])


def shares_its_line(text: str, start: int) -> bool:
    """Whether other words stand before a title in its line."""
    return bool(text[_line_start(text, start) : start].strip())


def _sentence_start(text: str, floor: int, end: int, templates: Sequence[str]) -> int:
    """Where the last sentence begins, for a title in the line of the text before it."""
    last = deque(_BETWEEN_SENTENCES.finditer(text, floor, end), maxlen=_LONGEST_TITLE)
    for match in reversed(last):
        if not _lacks_its_begin(text[match.end() : end], templates):
            return match.end()
    return floor


def line_width(text: str, start: int, end: int) -> int:
    """How long a full line is: all but the longest tenth of the lines are no longer."""
    lengths = sorted(filter(None, map(len, map(str.strip, text[start:end].splitlines()))))
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _line_start(text: str, position: int) -> int:
    """Where the line of a character begins."""
    return max(text.rfind(sign, 0, position) for sign in "\r\n\f") + 1


def _usual_gap(text: str, lines: Sequence[tuple[int, int]]) -> int:
    """How many line ends mostly stand between two lines: two where a copy is double-spaced."""
    gaps = Counter(
        len(_LINE_END.findall(text[stop:start])) for (_, stop), (start, _) in pairwise(lines)
    )
    return gaps.most_common(1)[0][0] if gaps else 1


def _lies_apart(between: str, usual: int) -> bool:
    return "\f" not in between and len(_LINE_END.findall(between)) > usual


def _was_ended(above: str, below: str, width: int) -> bool:
    """Whether the next word would have had room in the line above, and is no small one."""
    if below[:1].islower():
        return False
    word = below.split(maxsplit=1)[0]
    return len(above.strip()) + 1 + len(word) < width * _FULL_LINE


def _lacks_its_begin(title: str, templates: Sequence[str]) -> bool:
    there = folded(title).text
    for template in templates:
        first, *others = _sentences(template)
        if first not in there and any(one in there for one in others):
            return True
    return False


@lru_cache(maxsize=64)
def _sentences(template: str) -> list[str]:
    """The words of a template between its parts and full stops, folded."""
    words = [one for part in _PART.split(template)[::2] for one in part.split(".")]
    return [found for one in words if (found := folded_phrase(one).strip(",;:"))]


def parts_of(title: str, templates: Sequence[str], endings: Sequence[str]) -> Parts:
    """What a title in one line says, by the first template that it follows."""
    title = _without(title.strip(" :;,"), endings)
    for template in templates:
        if parts := _by(template, title):
            return parts
    return Parts(title)


def _without(title: str, endings: Sequence[str]) -> str:
    """The title without a verb before the decision."""
    lower = title.lower()
    for ending in endings:
        if lower.endswith(f" {ending.lower()}"):
            return title[: -len(ending) - 1].rstrip(" :;,")
    return title


def _by(template: str, title: str) -> Parts | None:
    """The parts, if the words between them stand in the title in their order."""
    lower = lowered(title)
    _, *pieces = _PART.split(template)
    found: dict[str, str] = {}
    at = 0
    for name, words in zip(pieces[::2], pieces[1::2], strict=True):
        wanted = words.lower().strip()
        end = lower.find(wanted, at) if wanted else len(title)
        if end < 0 or not title[at:end].strip():
            return None
        found[name] = title[at:end].strip(" ,;.")
        at = end + len(wanted)
    return Parts(found["requested"], found["authorized"], found["remaining"])
