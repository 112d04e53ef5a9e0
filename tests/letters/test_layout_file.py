"""The files of layouts and word lists: a new layout needs no Python, and every mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.writing import Told, ToldItem, imr
from checker.errors import RuleError
from checker.letters.layout import read_letters
from checker.letters.layoutfile import LAYOUTS, load_layouts
from checker.letters.requestlists import REQUESTS, check_lists, load_request_lists
from checker.letters.text import letter_text
from checker.rulebase import RuleBase
from tests.letters.conftest import LISTS

NEW_LAYOUT = """\
  appeal:
    title: An appeal of another kind
    begins: [APPEAL DECISION]
    sections:
      issues: ["TREATMENTS:"]
      summary: ["WHAT THE CHART SAYS:"]
      credentials: ["THE REVIEWER:"]
    header: {case_number: ["Appeal No.:"]}
    items: before_labels
    labels:
      reviewer_guideline: ["Rule:"]
      rationale: ["Reasons:"]
    decisions:
      Upheld: [stays denied]
      Overturned: [is granted]
    cites: [Taken from]
"""

APPEAL = """\
APPEAL DECISION
Appeal No.: 17-1
THE REVIEWER:
A surgeon who is Board Certified in Orthopedic Surgery and is licensed to practice in Maine.
WHAT THE CHART SAYS:
Aching in the low back.
TREATMENTS:
Lumbar brace: stays denied
Rule: Taken from the Official Disability Guidelines, Low Back, 2011, page 12.
Reasons: The chart does not say why.
A cane: is granted
Rule: None.
Reasons: Walking is safer with it.
"""


def edited(tmp_path: Path, file: str, old: str, new: str) -> Path:
    text = (LISTS / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def messages(error: pytest.ExceptionInfo[RuleError]) -> list[str]:
    return [one.message for one in error.value.problems]


def test_a_layout_is_added_in_yaml_alone(tmp_path: Path):
    layouts = load_layouts(edited(tmp_path, LAYOUTS, "layouts:\n", f"layouts:\n{NEW_LAYOUT}"))

    (letter,) = read_letters(letter_text("appeal", APPEAL.encode()), layouts)

    brace, cane = letter.items
    assert (letter.layout, letter.header) == ("appeal", {"case_number": "17-1"})
    assert (letter.licensed_in, letter.specialty) == (("Maine",), ("Orthopedic Surgery",))
    assert (brace.requested, brace.outcome) == ("Lumbar brace", "Upheld")
    assert (cane.requested, cane.outcome) == ("A cane", "Overturned")
    assert [(one.id, one.title, one.year, one.pages) for one in brace.cited] == [
        ("odg", "Low Back", 2011, "12")
    ]
    assert letter.warnings == ()


def test_another_layout_does_not_disturb_the_ones_before(tmp_path: Path):
    layouts = load_layouts(edited(tmp_path, LAYOUTS, "layouts:\n", f"layouts:\n{NEW_LAYOUT}"))

    (letter,) = read_letters(letter_text("l", imr(Told((ToldItem("A cane"),))).encode()), layouts)

    assert letter.layout == "imr"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "items: before_labels",
            "items: before",
            "`before` is not one of `before_labels`, `stated`, `by_heading`",
        ),
        ("    begins:", "    begin:", "unknown key `begin` (did you mean `begins`?)"),
        ("      issues: [", "      isues: [", "unknown key `isues` (did you mean `issues`?)"),
        (
            "      Upheld: [Upheld]",
            "      Denied: [Upheld]",
            "unknown key `Denied`; the keys are `Upheld`, `Overturned`, `in_part`",
        ),
        (
            '      rationale: ["Decision rationale:"]',
            '      reason: ["Decision rationale:"]',
            "unknown key `reason`; the keys are `ur_guideline`, `reviewer_guideline`",
        ),
        ("      Upheld: [Upheld]", "      Upheld: ['--']", "expected a phrase with letters in it"),
        ("publisher: mtus}", "publisher: mtu}", "unknown publisher `mtu` (did you mean `mtus`?)"),
        (
            "    - injured on {date}",
            "    - injured on",
            "expected words and one {date}, as in `date of injury on {date}`",
        ),
        (
            '  - "{requested} was',
            '  - "{request} was',
            "expected {requested}, then {authorized}, and {remaining} at the end",
        ),
        (
            "    states: [has determined the request for, has determined that the request for]\n",
            "",
            "`items: stated` needs `states`",
        ),
        (
            'IS/WAS NOT MEDICALLY NECESSARY:"]\n      Over',
            'IS NOT NECESSARY:"]\n      Over',
            "`RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS NOT NECESSARY:` is the heading",
        ),
    ],
)
def test_a_mistake_in_a_layout_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
):
    folder = edited(tmp_path, LAYOUTS, old, new)

    with pytest.raises(RuleError) as error:
        load_layouts(folder)

    assert any(one.startswith(message) for one in messages(error)), messages(error)
    assert all(one.place.line and one.source_line for one in error.value.problems)


def test_layouts_hold_no_regular_expressions(tmp_path: Path):
    """Signs that mean something in a pattern stand for themselves, so no layout can be slow."""
    folder = edited(tmp_path, LAYOUTS, "[Upheld]", "['(a+)+$', Upheld]")

    (letter,) = read_letters(
        letter_text("letter", imr(Told((ToldItem("a" * 5_000),))).encode()), load_layouts(folder)
    )

    assert letter.items[0].outcome == "Upheld"


def test_the_file_has_to_be_there(tmp_path: Path):
    with pytest.raises(RuleError, match="cannot be read"):
        load_layouts(tmp_path)


# Word lists


def test_every_entry_matches_its_own_titles(rules: RuleBase):
    """The word lists test themselves."""
    assert check_lists(LISTS, rules.vocabulary) == ()


def test_a_title_that_should_match_and_does_not_is_told(tmp_path: Path, rules: RuleBase):
    folder = edited(tmp_path, REQUESTS, "yes: [Bilateral L4-5 blocks,", "yes: [Left L4-5 block,")

    (problem,) = check_lists(folder, rules.vocabulary)

    assert problem.message == "no phrase of `bilateral` matches this"
    assert "Left L4-5 block" in problem.source_line


def test_a_title_that_should_not_match_and_does_is_told(tmp_path: Path, rules: RuleBase):
    folder = edited(tmp_path, REQUESTS, "no: [Right L4-5 block]", "no: [The left L4-5 block]")

    (problem,) = check_lists(folder, rules.vocabulary)

    assert problem.message == "a phrase of `left` matches this"


def test_a_clinician_adds_words_and_a_kind_in_yaml_alone(tmp_path: Path, rules: RuleBase):
    kind = "kinds:\n  leech:\n    phrases: [leech*]\n    yes: [Six leeches]\n    no: [A cane]\n"
    folder = edited(tmp_path, REQUESTS, "kinds:\n", kind)

    assert check_lists(folder, rules.vocabulary) == ()
    assert "leech" in load_request_lists(folder, rules.vocabulary).kinds


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  guidance:",
            "  guidence:",
            "`guidence` is no fact of a request (did you mean `guidance`?)",
        ),
        (
            "    medial_branch_block:",
            "    medial_block:",
            "`medial_block` is no value of `procedure` (did you mean `medial_branch_block`?)",
        ),
        ("  guidance:", "  targets:", "`targets` has no values that words could stand for"),
        (
            "over: [left, right]",
            "over: [left, rihgt]",
            "`rihgt` has no entry here (did you mean `right`?)",
        ),
        (
            "yes: [Blocks under fluoroscopic guidance, L4-5 block with fluoro]",
            "yes: []",
            "expected at least one",
        ),
        (
            "phrases: [fluoroscop*, fluoro, C-arm]",
            "phrases: ['re: (fluo[a-z]*)*']",
            "write {0,60} or fewer in place of `*`, `+` or a larger number",
        ),
        (
            "phrases: [fluoroscop*, fluoro, C-arm]",
            "phrases: ['re: (fluo[a-z]{0,9}){0,9}']",
            "a repeat inside a repeat can be slow; write it without one of them",
        ),
        (
            "phrases: [fluoroscop*, fluoro, C-arm]",
            "phrases: ['re: (fluoro) \\1']",
            "a reference back to a group can be slow; leave it out",
        ),
        (
            "    intent: [medial",
            "    intend: [medial",
            "`intend` has no entry under `facts` (did you mean `intent`?)",
        ),
        ("  asks:", "  ask:", "unknown key `ask` (did you mean `asks`?)"),
    ],
)
def test_a_mistake_in_a_word_list_is_told_with_its_place(
    tmp_path: Path, rules: RuleBase, old: str, new: str, message: str
):
    folder = edited(tmp_path, REQUESTS, old, new)

    with pytest.raises(RuleError) as error:
        load_request_lists(folder, rules.vocabulary)

    assert message in messages(error)
    assert all(one.place.line and one.source_line for one in error.value.problems)
