"""Where the sentences of a text speak of the concepts of the word lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.letters.standing import Standing
from checker.letters.words import Concept, FactLists, longest

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A concept that a sentence names, from `start` to `end` of the folded text."""

    concept: Concept
    start: int
    end: int
    sentence: int


def named(
    text: str,
    lower: str,
    sentences: Sequence[Range],
    standing: Mapping[int, Standing],
    lists: FactLists,
) -> list[Named]:
    """The concepts in the sentences of `standing`, in their order; of those that mean the same the longest.

    `standing` has the phrases that may stand in each sentence that is to be read.
    """
    found: dict[tuple[int, int], set[Range]] = defaultdict(set)
    left_out: dict[tuple[int, int], list[Range]] = defaultdict(list)
    for sentence, phrases in standing.items():
        for phrase in phrases & lists.belonging["concept"]:
            owner = lists.owners[phrase]
            for span in lists.phrases[phrase].spans(text, lower, *sentences[sentence]):
                if owner.leave:
                    left_out[sentence, owner.number].append(span)
                else:
                    found[sentence, owner.number].add(span)
    spans_of: dict[int, list[tuple[Range, Concept]]] = defaultdict(list)
    for (sentence, number), spans in sorted(found.items()):
        out = left_out.get((sentence, number), ())
        spans_of[sentence] += [
            ((a, b), lists.concepts[number])
            for a, b in longest(spans)
            if not any(c < b and a < d for c, d in out)
        ]
    mentions = [
        Named(concept, *span, sentence)
        for sentence, spans in spans_of.items()
        for span, concept in spans
        if not any(_is_meant_by(concept, span, *other) for other in spans)
    ]
    return sorted(mentions, key=lambda one: (one.start, one.end, one.concept.name))


def _is_meant_by(concept: Concept, span: Range, by: Range, other: Concept) -> bool:
    """Whether a longer match that overlaps means the same thing more exactly: it gives the same fact."""
    shorter = (span[1] - span[0], other.name) < (by[1] - by[0], concept.name)
    overlaps = span[0] < by[1] and by[0] < span[1]
    if not (shorter and overlaps) or concept is other or concept.group != other.group:
        return False
    return not concept.facts or not other.facts or bool(concept.facts & other.facts)
