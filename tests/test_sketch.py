"""Sketches of texts: what makes two texts alike, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.sketch import SIZE, Sketch, near_identical, read_sketch, resemblance, sketch

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "letters" / "seeds"
ALPHABET = ["a", "bone", "care", "for", "the", "neck", "was", "given", "again"]
WORDS = st.lists(st.sampled_from(ALPHABET), max_size=300)


def test_signs_capitals_breaks_and_numbers_carry_no_meaning() -> None:
    """Four items of one letter often differ in the level alone."""
    one = sketch("The block at L3 was tried,\nand 50 % relief followed. Not repeated.")
    other = sketch("the block at L5-S1 was tried and 70 percent relief followed; not repeated")

    assert sketch("A b c d e L3 f").hashes == sketch("a, B c: d e\n\nS1 f!").hashes
    assert one.hashes != other.hashes


def test_a_short_text_has_one_run_and_an_empty_one_none() -> None:
    """Nothing resembles nothing."""
    assert len(sketch("denied").hashes) == 1
    assert sketch("").hashes == sketch(" … ").hashes == ()
    assert resemblance(sketch(""), sketch("")) == 0


def test_a_sketch_is_the_same_on_every_machine() -> None:
    """It is kept in files, so that it must never change."""
    assert sketch("conservative care was tried and failed").text == PINNED


PINNED = "1d56becb838d42c8"


@pytest.mark.hypothesis
@settings(max_examples=100)
@given(words=WORDS, other=WORDS)
def test_resemblance_is_that_of_the_sets_of_runs(words: list[str], other: list[str]) -> None:
    """Exact for texts with few runs, and near it for longer ones; symmetric; 1 with oneself."""
    one, two = sketch(" ".join(words)), sketch(" ".join(other))
    runs, others = (
        {tuple(w[at : at + 5]) for at in range(max(0, len(w) - 5) + 1)} if w else set()
        for w in (words, other)
    )
    real = len(runs & others) / len(runs | others) if runs | others else 0

    assert resemblance(one, two) == resemblance(two, one)
    assert resemblance(one, one) == (1 if words else 0)
    if len(runs | others) <= SIZE:
        assert resemblance(one, two) == real
    else:
        assert abs(resemblance(one, two) - real) < 0.3


@pytest.mark.hypothesis
@settings(max_examples=100)
@given(words=WORDS)
def test_a_sketch_comes_back_from_its_text(words: list[str]) -> None:
    """With or without blanks between its numbers."""
    made = sketch(" ".join(words))
    if made.hashes:
        spaced = " ".join(made.text[at : at + 8] for at in range(0, len(made.text), 8))

        assert read_sketch(spaced, made.words) == read_sketch(made.text, made.words) == made


@pytest.mark.parametrize("text", ["", "123", "0000000g", "00000002 00000001", "00000001" * 2])
def test_what_is_no_sketch_is_refused(text: str) -> None:
    """Not silently compared with others."""
    with pytest.raises(ValueError, match="expected"):
        read_sketch(text, 1)


def test_groups_hold_texts_that_are_alike() -> None:
    """Alone stands what is like no other."""
    long = " ".join(f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200))
    texts = [long, "something else entirely was written here", f"{long} and more", long, ""]

    assert near_identical(map(sketch, texts), 0.9) == [[0, 2, 3]]
    assert near_identical(map(sketch, texts), 1.0) == [[0, 3]]
    assert near_identical([Sketch((), 0)] * 3, 0.9) == []


@pytest.mark.hypothesis
@settings(max_examples=50)
@given(
    bases=st.lists(WORDS.filter(lambda words: len(words) > 30), min_size=1, max_size=3),
    picks=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=12),
)
def test_every_text_is_grouped_with_the_first_that_it_is_like(
    bases: list[list[str]], picks: list[tuple[int, int]]
) -> None:
    """By looking at all pairs one finds the same texts to be like an earlier one, and no others."""
    texts = [
        " ".join([*bases[base % len(bases)], *["more", "words", "here"][:tail]])
        for base, tail in picks
    ]
    sketches = [sketch(text) for text in texts]

    found = near_identical(sketches, 0.9)

    grouped = {number for group in found for number in group[1:]}
    leaders = [number for number in range(len(texts)) if number not in grouped]
    for number in range(len(texts)):
        like = [
            one
            for one in leaders
            if one < number and resemblance(sketches[one], sketches[number]) >= 0.9
        ]
        assert (number in grouped) == bool(like)
    for group in found:
        assert all(resemblance(sketches[group[0]], sketches[one]) >= 0.9 for one in group)


def test_many_texts_that_quote_the_same_are_told_apart() -> None:
    """Four hundred rationales around one long quotation, and the same one again at the end."""
    quoted = " ".join(f"q{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(150))
    own = [
        " ".join(
            f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}own{chr(97 + at)}"
            for at in range(25)
        )
        for n in range(400)
    ]

    assert near_identical([sketch(f"{quoted} {one}") for one in [*own, own[300]]], 0.95) == [
        [300, 400]
    ]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the letters are not beside this checkout")
def test_the_sketches_of_the_five_letters_are_those_of_their_rationales() -> None:
    """Line by line as the cases say where a rationale stands."""
    checked = 0
    for path in sorted((ROOT / "cases" / "imr").glob("*.yaml")):
        (letter,) = SEEDS.glob(f"{path.stem}*.txt")
        lines = letter.read_text(encoding="utf-8").split("\n")
        for request in yaml.safe_load(path.read_text(encoding="utf-8"))["requests"]:
            said = request["decision"]["rationale"]
            text = " ".join(lines[said["line"] - 1 : said["last_line"]]).split("rationale:", 1)[-1]
            made = sketch(text)
            checked += 1

            assert read_sketch(said["sketch"], said["words"]) == made

    assert checked == 10
