"""A sketch of a text: a few numbers that tell how much two texts have in common, and nothing of what they say.

Two rationales with nearly the same sketch are nearly the same text. Capitals, signs and line breaks carry no
meaning, and words with a digit are all alike, so that dates, doses and levels make no difference.
"""

from __future__ import annotations

import re
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

    The texts are named by their numbers, in order. A text is compared with the first ones of earlier groups,
    where the two have one of their smallest hashes in common; near-identical ones practically always do.
    """
    groups: list[tuple[Sketch, list[int]]] = []
    by_hash: dict[int, list[int]] = {}
    for number, one in enumerate(sketches):
        marks = one.hashes[:_MARKS]
        candidates = sorted({group for mark in marks for group in by_hash.get(mark, ())})
        for group in candidates:
            leader, members = groups[group]
            if resemblance(leader, one) >= share:
                members.append(number)
                break
        else:
            for mark in marks:
                by_hash.setdefault(mark, []).append(len(groups))
            groups.append((one, [number]))
    return [members for _, members in groups if len(members) > 1]


_MARKS = 8


def _hash(run: str) -> int:
    return int.from_bytes(blake2b(run.encode("utf-8", "backslashreplace"), digest_size=4).digest())
