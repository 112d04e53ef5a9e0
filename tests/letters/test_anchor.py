"""Evidence is found again by its quote, or is stale."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.letters.anchor import InPlace, Moved, Stale, anchored
from checker.letters.folded import folded
from checker.letters.letter import Span

TEXT = "He rates the pain as 8.\nThe facets are tender on\nthe left. He sleeps badly."
AT = (24, 58)
QUOTE = "The facets are tender on the left."


def test_a_quote_in_its_place_stays():
    assert anchored(TEXT, AT, QUOTE) == InPlace(Span(*AT))


def test_a_quote_is_found_behind_an_inserted_line():
    moved = "One line more.\n" + TEXT

    found = anchored(moved, AT, QUOTE)

    assert found == Moved(Span(AT[0] + 15, AT[1] + 15), 1)


def test_other_line_ends_and_hyphens_do_not_hide_a_quote():
    found = anchored("Now: the facets are ten-\r\nder on the   left.", AT, QUOTE)

    assert isinstance(found, Moved)
    assert found.at == Span(5, 44)


def test_of_several_places_the_nearest_is_taken():
    text = "No. No. " + "x" * 100 + " No."

    assert anchored(text, (100, 103), "No.") == Moved(Span(109, 112), 3)


def test_a_changed_sentence_is_stale():
    assert anchored(TEXT.replace("left", "right"), AT, QUOTE) == Stale()


def test_an_empty_quote_and_characters_outside_the_text_are_stale_or_moved():
    assert anchored(TEXT, AT, "  ") == Stale()
    assert anchored(TEXT, (9_000, 9_001), QUOTE) == Moved(Span(*AT), 1)
    assert anchored("", AT, QUOTE) == Stale()


def test_a_quote_is_not_found_inside_another_word():
    assert anchored("He has headaches.", (0, 4), "ache") == Stale()


@given(st.text(max_size=60), st.data())
@settings(max_examples=200)
def test_a_folded_character_is_the_one_it_came_from(text: str, data: st.DataObject):
    """Folding drops characters and makes letters small, and does nothing else."""
    small = folded(text)
    for position in range(len(small.text)):
        span = small.source(position, position + 1)

        assert span.end == span.start + 1
        assert small.text[position] in (text[span.start], text[span.start].lower())
        assert small.position(span.start) == position
    if small.text:
        start = data.draw(st.integers(0, len(small.text) - 1))
        end = data.draw(st.integers(start + 1, len(small.text)))
        span = small.source(start, end)

        assert folded(text[span.start : span.end]).text == small.text[start:end]
