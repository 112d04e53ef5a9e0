"""Levels in every notation; what is printed is read back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.anatomy import Anatomy
from checker.letters.levels import written_levels
from checker.rulebase import RuleBase


@pytest.fixture(scope="session")
def anatomy(rules: RuleBase) -> Anatomy:
    return rules.anatomy


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("L2-3 and L3-4 medial branch block", "L2-3 L3-4"),
        ("L3/4 L4/5", "L3-4 L4-5"),
        ("L3/L4, L4/L5", "L3-4 L4-5"),
        ("L4–L5 & L5—S1", "L4-5 L5-S1"),
        ("L4-S1", "L4-S1"),
        ("C4 through C7", "C4-C7"),
        ("L3 to L5", "L3-L5"),
        ("C7-1", "C7-T1"),
        ("T12-1", "T12-L1"),
        ("L5-1", "L5-S1"),
        ("L-4 and L 5", "L4 L5"),
        ("left L5-left S1", "L5-S1"),
        ("L3, 4 and 5 medial branches", "L3 L4 L5"),
        ("L3, L4, and L5", "L3 L4 L5"),
        ("L3-4 and 4-5", "L3-4 L4-5"),
        ("C5-6, 6-7", "C5-6 C6-7"),
        ("lumbar (L)3-L4 and L5-sacral (S)1", "L3-4 L5-S1"),
        ("L (lumbar) 5", "L5"),
        ("lumbar four and lumbar five", "L4 L5"),
        ("lumbar 4-5 facets", "L4-5"),
        ("L3-4-5", "L3-L5"),
        ("L4-L5-S1", "L4-S1"),
        ("C2-3 with the third occipital nerve", "C2-3 TON"),
        ("l4-5 and c5-6", "L4-5 C5-6"),
        ("T9-10, T10-11", "T9-10 T10-11"),
        ("C6-C8", "C6-C8"),
        ("L4-\N{NO-BREAK SPACE}".strip() + "5", "L4-5"),
        ("C5, C6, C7 branches at C5-C6 and C6-C7", "C5 C6 C7 C5-6 C6-7"),
        ("the low back, without a level", ""),
        ("Norco 10/325mg #60, B12 and HbA1C 5", ""),
        ("L4, 2 sessions and 5 mg", "L4"),
        ("lumbar two level fusion", ""),
        ("CPT 64493, page L12, T20", ""),
        ("L5-L6", "L5-L6"),
    ],
)
def test_a_notation_is_read(anatomy: Anatomy, text: str, labels: str):
    """`L5-L6` is given back as it stands, so that the map of joints can refuse it."""
    assert written_levels(text, anatomy).labels == tuple(labels.split())


@pytest.mark.parametrize(
    "text", ["T2 weighted images", "a T1-weighted series", "T4 code, S2 series"]
)
def test_words_behind_a_number_can_say_that_it_is_no_level(anatomy: Anatomy, text: str):
    assert written_levels(text, anatomy, ["weighted", "series", "code*"]).labels == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("at 3 levels", 3),
        ("a three-level block", 3),
        ("two (2) levels", 2),
        ("two lumbar levels", 2),
        ("multilevel", None),
        ("L3-4 level", None),
        ("levels of pain", None),
    ],
)
def test_a_number_of_levels_is_read(anatomy: Anatomy, text: str, count: int | None):
    assert written_levels(text, anatomy).count == count


def test_a_level_knows_its_characters(anatomy: Anatomy):
    text = "Left C4 through C7, then L3/L4."

    found = written_levels(text, anatomy).levels

    assert [text[one.start : one.end] for one in found] == ["C4 through C7", "L3/L4"]


DASHES = st.sampled_from(["-", "/", "–", " - ", "- "])
BETWEEN = st.sampled_from([", ", " and ", ", and ", " & ", "; ", " plus "])


def printed(draw: st.DrawFn, label: str) -> str:
    """A level in one of its notations."""
    upper, dash, lower = label.partition("-")
    if not dash:
        return draw(st.sampled_from([upper, f"{upper[0]} {upper[1:]}", f"{upper[0]}-{upper[1:]}"]))
    joined = draw(DASHES)
    if lower[0].isalpha():
        return upper + draw(st.sampled_from([joined, " to ", " through "])) + lower
    full = draw(st.sampled_from([lower, f"{upper[0]}{lower}"]))
    return upper + joined + full


@st.composite
def texts(draw: st.DrawFn, labels: list[str]) -> tuple[list[str], str]:
    chosen = draw(st.lists(st.sampled_from(labels), min_size=1, max_size=5, unique=True))
    text = printed(draw, chosen[0])
    for one in chosen[1:]:
        text += draw(BETWEEN) + printed(draw, one)
    around = draw(st.sampled_from(["{}", "Left {} medial branch block", "facets of {}, bilateral"]))
    return chosen, around.format(text)


@given(st.data())
@settings(max_examples=300)
def test_printed_levels_are_read_back(rules: RuleBase, data: st.DataObject):
    """Joints, nerves and runs, in any notation and order, come back as they were."""
    nerves = [one for one in rules.anatomy.nerves if one[1:].isdigit()]
    labels = [*rules.anatomy.joints, *nerves, "L3-L5", "L4-S1", "C4-C7", "T10-L1"]
    chosen, text = data.draw(texts(labels))

    assert list(written_levels(text, rules.anatomy).labels) == chosen


@given(st.data())
@settings(max_examples=150)
def test_what_is_read_from_good_levels_means_the_same(rules: RuleBase, data: st.DataObject):
    """The joints of the labels read are those of the labels written."""
    chosen, text = data.draw(texts(list(rules.anatomy.joints)))

    found = written_levels(text, rules.anatomy).labels

    assert rules.anatomy.read(found, "nerves") == rules.anatomy.read(chosen, "nerves")


@given(st.text(alphabet="LCTS lctsR12345-/, and()–", max_size=60))
@settings(max_examples=300)
def test_any_text_is_scanned_in_order(rules: RuleBase, text: str):
    """Levels lie within the text, one behind the other."""
    found = written_levels(text, rules.anatomy).levels

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
