"""A sketch of a text: a few numbers that tell how much two texts have in common, and nothing of what they say.

Two rationales with nearly the same sketch are nearly the same text. Capitals, signs and line breaks carry no
meaning, and words with a digit are all alike, so that dates, doses and levels make no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

WORDS_TOGETHER = 5
"""A sketch is made of runs of this many words."""
SIZE = 64
"""At most this many numbers; a text with fewer runs of words is compared exactly."""

_DIGITS = 8
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Sketch:
    """The smallest hashes of a text's runs of words, and how many words it has.

    Source: A. Z. Broder, On the resemblance and containment of documents (1997).
    """

    hashes: tuple[int, ...]
    words: int

    @property
    def text(self) -> str:
        """The hashes as one text, eight hexadecimal digits each."""
        return "".join(f"{one:0{_DIGITS}x}" for one in self.hashes)


def sketch(text: str) -> Sketch:
    """The sketch of a text."""
    words = ["#" if any(map(str.isdigit, one)) else one for one in _WORD.findall(text.lower())]
    starts = range(max(0, len(words) - WORDS_TOGETHER) + 1) if words else ()
    runs = {" ".join(words[at : at + WORDS_TOGETHER]) for at in starts}
    return Sketch(tuple(sorted({_hash(one) for one in runs})[:SIZE]), len(words))


def read_sketch(text: str, words: int) -> Sketch:
    """The sketch that `text` is written for; blanks between its numbers carry no meaning.

    Raises:
        ValueError: with a message for the user, if it is none.
    """
    text = "".join(text.split())
    parts = [text[at : at + _DIGITS] for at in range(0, len(text), _DIGITS)]
    if not parts or not all(re.fullmatch(f"[0-9a-f]{{{_DIGITS}}}", one) for one in parts):
        raise ValueError(f"expected groups of {_DIGITS} hexadecimal digits, as checker writes them")
    hashes = [int(one, 16) for one in parts]
    if len(hashes) > SIZE or hashes != sorted(set(hashes)):
        raise ValueError(f"expected at most {SIZE} different numbers, the smallest first")
    return Sketch(tuple(hashes), words)


def resemblance(one: Sketch, other: Sketch) -> float:
    """The share of their runs of words that two texts have in common; an estimate for long ones."""
    smallest = sorted({*one.hashes, *other.hashes})[:SIZE]
    common = {*one.hashes} & {*other.hashes}
    return sum(hash_ in common for hash_ in smallest) / len(smallest) if smallest else 0.0


def near_identical(sketches: Iterable[Sketch], share: float) -> list[list[int]]:
    """Groups of two or more texts that have at least this share in common with the first of their group.

    The texts are named by their numbers, in order. Each is compared with the first texts of the few earlier
    groups with which it has the most and the rarest marks in common, so that the time grows with the number of
    texts and not with its square, however many of them quote the same guideline.
    """
    groups: list[tuple[Sketch, list[int]]] = []
    by_mark: dict[int, list[int]] = {}
    for number, one in enumerate(sketches):
        marks = _marks(one)
        in_common: Counter[int] = Counter()
        for with_mark in (by_mark.get(mark, ()) for mark in marks):
            for group in with_mark:
                in_common[group] += _RAREST // len(with_mark)
        likely = sorted(in_common, key=lambda group: (-in_common[group], group))[:_MOST_COMPARED]
        found = next((at for at in likely if resemblance(groups[at][0], one) >= share), None)
        if found is not None:
            groups[found][1].append(number)
            continue
        for mark in marks:
            if len(known := by_mark.setdefault(mark, [])) < _MOST_WITH_A_MARK:
                known.append(len(groups))
        groups.append((one, [number]))
    return [members for _, members in groups if len(members) > 1]


_MOST_COMPARED = 16
_MOST_WITH_A_MARK = 200
_RAREST = 1_000_000
"""What a mark weighs that only one text has."""


def _marks(one: Sketch) -> set[int]:
    """The hashes by which texts are found: the four smallest, and about half of all others."""
    return {*one.hashes[:4], *(hash_ for hash_ in one.hashes if hash_ % 2 == 0)}


def _hash(run: str) -> int:
    return int.from_bytes(blake2b(run.encode("utf-8", "backslashreplace"), digest_size=4).digest())
