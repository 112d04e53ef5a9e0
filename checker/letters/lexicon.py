"""Where the sentences of a text speak of the concepts of the word lists.

A phrase is looked for only in sentences that hold one of the texts it cannot do without, so that a long
list costs little.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.letters.phrases import Phrase
from checker.letters.wordlists import Concept, FactLists, longest

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A concept that a sentence names, from `start` to `end` of the folded text."""

    concept: Concept
    start: int
    end: int
    sentence: int


def named(
    text: str, lower: str, sentences: Sequence[Range], heard: Sequence[bool], lists: FactLists
) -> list[Named]:
    """The concepts in the sentences that are heard, in their order; of a group the longest match counts."""
    found: dict[tuple[int, int], set[Range]] = defaultdict(set)
    left_out: dict[tuple[int, int], list[Range]] = defaultdict(list)
    for sentence, number, span, leave in _matches(
        text, lower, sentences, heard, lists.concept_index
    ):
        (left_out[sentence, number].append if leave else found[sentence, number].add)(span)
    groups: dict[tuple[int, str], dict[Range, Concept]] = defaultdict(dict)
    for (sentence, number), spans in sorted(found.items()):
        concept = lists.concepts[number]
        for a, b in spans:
            if not any(c < b and a < d for c, d in left_out.get((sentence, number), ())):
                groups[sentence, concept.group].setdefault((a, b), concept)
    mentions = [
        Named(concepts[span], *span, sentence)
        for (sentence, _), concepts in groups.items()
        for span in longest(concepts)
    ]
    return sorted(mentions, key=lambda one: (one.start, one.end, one.concept.name))


def _matches(
    text: str,
    lower: str,
    sentences: Sequence[Range],
    heard: Sequence[bool],
    index: Sequence[tuple[Phrase, int, bool]],
) -> Iterator[tuple[int, int, Range, bool]]:
    starts = [start for start, _ in sentences]
    for phrase, number, leave in index:
        for sentence in _holding(phrase, lower, sentences, starts, heard):
            start, end = sentences[sentence]
            for span in phrase.spans(text, lower, start, end):
                yield sentence, number, span, leave


def _holding(
    phrase: Phrase,
    lower: str,
    sentences: Sequence[Range],
    starts: Sequence[int],
    heard: Sequence[bool],
) -> set[int]:
    """The heard sentences that hold one of the phrase's texts."""
    found: set[int] = set()
    for literal in phrase.literals:
        at = lower.find(literal)
        while at >= 0:
            sentence = max(0, bisect_right(starts, at) - 1)
            if heard[sentence]:
                found.add(sentence)
            at = lower.find(literal, max(sentences[sentence][1], at + 1))
    return found
