"""The phrases of word lists: what they match, what is refused, and that none is slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.letters.flat import lowered
from checker.letters.phrases import compiled
from checker.letters.standing import phrase_index
from tests.growth import exponent_of_growth


def matches(phrase: str, text: str) -> list[str]:
    spans = compiled(phrase).spans(text, lowered(text), 0, len(text))
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("physical therap*", "Physical therapies and physical-therapy", 2),
        ("physical therap*", "biophysical therapy", 0),
        ("(medial|median) branch block*", "median branch blocks", 1),
        ("[lumbar] facet", "the lumbar facet", 1),
        ("[lumbar] facet", "the facet", 1),
        ("facet [joint] pain", "facet pain and facet joint pain", 2),
        ("sensation ~3 decreased", "sensation over the calf decreased", 1),
        ("sensation ~3 decreased", "sensation over the whole left calf decreased", 0),
        ("sensation ~3 decreased", "sensation was not decreased", 0),
        ("motor ~2 normal", "motor, sensory were normal", 1),
        ("PT", "PT was tried by the pt", 1),
        ("MRI scan*", "An MRI Scan, an mri scan", 1),
        ("re: l[1-5]-[1-5] disc", "L4-5 disc", 1),
        ("no", "nothing", 0),
    ],
)
def test_a_phrase_matches_whole_words_as_its_signs_say(phrase, text, found):
    assert len(matches(phrase, text)) == found


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("", "empty"),
        ("(one|two", "is not closed"),
        ("one|two)", "is no word"),
        ("~3 pain", "between two words"),
        ("pain ~3", "between two words"),
        ("pain ~30 leg", "from 1 to"),
        ("pain ()", "nothing stands"),
        ("*", "is no word"),
        ("[pain]", "two letters"),
        ("re: (ab", "no regular expression"),
        ("re: a", "two letters"),
        ("re: (ab*)*c", "in place of"),
        ("re: (?:ab{1,9}){1,9}", "repeat inside a repeat"),
        ("re: (ab)\\1", "reference back"),
        ("re: pain.*leg", "in place of"),
        ("x" * 700, "characters"),
        ("(" * 12 + "pain" + ")" * 12, "brackets inside"),
    ],
)
def test_a_phrase_that_is_none_or_could_be_slow_is_refused(phrase, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        compiled(phrase)


@settings(max_examples=300)
@given(st.text(alphabet="ab ()[]|~*13-/.PT", max_size=40))
def test_any_text_is_a_phrase_or_is_refused_in_words(written):
    try:
        phrase = compiled(written)
    except ValueError:
        return
    assert phrase.literals


WORDS = st.sampled_from(["pain", "in", "the", "left", "leg", "is", "not", "facet", "joint", "PT"])


@settings(max_examples=100)
@given(st.lists(WORDS, max_size=9))
def test_where_a_phrase_stands_one_of_its_literals_does_too(words):
    """Otherwise the index would hide it."""
    text = " ".join(words)
    phrases = [
        compiled(one) for one in ("pain ~3 leg", "[facet] joint", "(left|PT) leg", "re: facet joi")
    ]
    (standing,) = phrase_index(phrases).standing(lowered(text), [(0, len(text))])
    for number, phrase in enumerate(phrases):
        if matches(phrase.written, text):
            assert number in standing
            assert phrase.may_stand_in(lowered(text))


@pytest.mark.parametrize("word", ["pain ", "not ", "l4-5, ", "10/", "a" * 40])
def test_every_phrase_that_is_shipped_takes_time_in_proportion_to_the_text(lists, word):
    def look(text: str) -> None:
        for phrase in lists.phrases:
            for _ in phrase.spans(text, text, 0, len(text)):
                pass

    assert exponent_of_growth(look, word * 60, word * 600) < 1.5
