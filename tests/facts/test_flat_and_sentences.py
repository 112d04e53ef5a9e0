"""A passage in one line that knows where it came from, and its sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.letters.flat import flatten, lowered
from checker.letters.letter import Span
from checker.letters.sentences import sentences

ABBREVIATIONS = {"dr", "vs", "approx"}


def flat(text: str) -> str:
    return flatten(text, Span(0, len(text))).text


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, ABBREVIATIONS)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("seen on 10- \n\n05-2015", "seen on 10-05-2015"),
        ("at L4-\r\n5", "at L4-5"),
        ("non-\ncertified", "non-certified"),
        ("rest - \n then", "rest - then"),
        ("L4\u20135 isn\u2019t", "L4-5 isn't"),
        ("L4\x02\n5", "L4-5"),
        ("  a\t\xa0b \x0c c ", "a b c"),
    ],
)
def test_white_space_is_folded_and_hyphens_at_line_ends_are_closed(text, folded):
    assert flat(text) == folded


@settings(max_examples=60)
@given(st.text(max_size=120), st.integers(0, 50), st.integers(0, 50))
def test_every_folded_character_stands_where_it_is_said_to(text, before, less):
    span = Span(min(before, len(text)), max(min(before, len(text)), len(text) - less))
    folded = flatten(text, span)
    assert len(folded.text) == len(folded.lower)
    for position, character in enumerate(folded.text):
        at = folded.at(position, position + 1)
        assert span.start <= at.start < at.end <= span.end
        if character.isalnum():
            assert text[at.start : at.end] == character


@given(st.text())
@settings(max_examples=200)
def test_small_letters_stand_at_the_same_places(text):
    assert len(lowered(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("He came. She left.", 2),
        ("He rests at home.The pain stays.", 2),
        ("Two hours for lidocaine.2. Only two joints.", 2),
        ("Seen by Dr. Low at noon. Then home.", 2),
        ("Take 0.5 cc. Rest.", 2),
        ("1. One set of blocks. 2. Two joints.", 2),
        ("(Author, 2005)11. Nothing else counts.", 2),
        ("L4-5 vs. L5-S1 was weighed.", 1),
        ("Relief was 70%.She slept.", 2),
    ],
)
def test_sentences_end_also_where_the_blank_is_missing(text, number):
    assert len(split(text)) == number


@given(st.text(alphabet="ab .1)(%]A2", max_size=80))
@settings(max_examples=300)
def test_sentences_hold_every_character_but_blanks(text):
    found = sentences(text, ABBREVIATIONS)
    covered = {at for start, end in found for at in range(start, end)}
    assert all(text[at] == " " for at in set(range(len(text))) - covered)
    assert found == sorted(found)
