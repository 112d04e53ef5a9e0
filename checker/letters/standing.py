"""Which phrases of a long list may stand in which sentence, found in one pass over the words of a text.

A phrase cannot stand where none of its literals does, and a literal begins a word. So each word of the text
is looked up once, and only the few phrases that it may belong to are tried at all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from checker.letters.phrases import Phrase

_TOKEN = re.compile(r"[^\W_]+")
_ADJOINING = re.compile(r"\w[\[(]|[\])]\w|[\])][\[(]|\*[\[(]")
_KEY = 2
_MOST_KEPT = 50_000
_LONGEST_KEPT = 24

Standing = frozenset[int]


@dataclass(frozen=True)
class PhraseIndex:
    """Phrases by the first letters of their literals. `kept` holds what words have led to before."""

    by_key: dict[str, list[tuple[str, int]]]
    floating: list[tuple[str, int]]
    kept: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def standing(self, lower: str, sentences: Sequence[tuple[int, int]]) -> list[Standing]:
        """For each sentence of a text in small letters the numbers of the phrases that may stand in it."""
        found: list[set[int]] = [set() for _ in sentences]
        starts = [start for start, _ in sentences]
        number, last = 0, len(starts) - 1
        for token in _TOKEN.finditer(lower):
            at = token.start()
            while number < last and starts[number + 1] <= at:
                number += 1
            if numbers := self._led_to(token[0]):
                found[number].update(numbers)
        for literal, phrase in self.floating:
            at = lower.find(literal)
            while at >= 0:
                sentence = max(0, bisect_right(starts, at) - 1)
                found[sentence].add(phrase)
                at = lower.find(literal, max(sentences[sentence][1], at + 1))
        return [frozenset(one) for one in found]

    def _led_to(self, token: str) -> tuple[int, ...]:
        numbers = self.kept.get(token)
        if numbers is None:
            numbers = tuple(
                phrase
                for word, phrase in self.by_key.get(token[:_KEY], ())
                if token.startswith(word)
            )
            if len(token) <= _LONGEST_KEPT and len(self.kept) < _MOST_KEPT:
                self.kept[token] = numbers
        return numbers


def phrase_index(phrases: Sequence[Phrase]) -> PhraseIndex:
    """The index of phrases, which are numbered as they stand."""
    by_key: dict[str, list[tuple[str, int]]] = defaultdict(list)
    floating: list[tuple[str, int]] = []
    for number, phrase in enumerate(phrases):
        for literal in phrase.literals:
            word = _TOKEN.match(literal)
            if word is None or len(word[0]) < _KEY or not _begins_words(phrase, literal):
                floating.append((literal, number))
            else:
                by_key[word[0][:_KEY]].append((word[0], number))
    return PhraseIndex(dict(by_key), floating)


def _begins_words(phrase: Phrase, literal: str) -> bool:
    """Whether a literal of a phrase always begins a word of the text."""
    if phrase.written.startswith("re:") or _ADJOINING.search(phrase.written):
        return False
    words = re.findall(r"[^\s()\[\]|~*]+", phrase.written.lower())
    return all(word.startswith(literal) for word in words if literal in word)
