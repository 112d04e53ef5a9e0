"""An answer in the text of a case file: one value changes, everything else stays to the last character."""

from __future__ import annotations

import pytest
import yaml

from checker.interview.saving import answered

BLANK = """# A draft.
case: draft   # its name
record: open

requests:
  - id: 1
    # which block
    procedure: medial_branch_block
    targets: not asked   # nerves or joints
  - {id: 2, procedure: medial_branch_block}

facts:
  # Are the facets tender?
  facet_tenderness: not asked   # true or false
  # Earlier blocks
  prior_blocks:
    - block_kind: other   # the first
    - {}
  weeks: {value: not asked, evidence: {line: 4}}   # long
# the end
"""


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("facts", "facet_tenderness"), "true", "  facet_tenderness: true   # true or false"),
        (("requests", 0, "targets"), "[L3, L4]", "    targets: [L3, L4]   # nerves or joints"),
        (("facts", "weeks"), "6", "  weeks: {value: 6, evidence: {line: 4}}   # long"),
        (
            ("requests", 1, "side"),
            "left",
            "  - {id: 2, procedure: medial_branch_block, side: left}",
        ),
        (("facts", "prior_blocks", 1, "block_kind"), "other", "    - {block_kind: other}"),
    ],
)
def test_only_one_line_changes(path: tuple[str | int, ...], value: str, line: str) -> None:
    """Comments stand where they stood."""
    after = answered(BLANK, path, value).splitlines()
    before = BLANK.splitlines()

    changed = [one for one, other in zip(after, before, strict=True) if one != other]
    assert changed == [line]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("facts", "new"), "7", "  new: 7"),
        (("requests", 0, "side"), "left", "    side: left"),
        (("facts", "prior_blocks", 0, "block_side"), "left", "      block_side: left"),
    ],
)
def test_only_one_line_is_added(path: tuple[str | int, ...], value: str, line: str) -> None:
    """At the end of its block, before comments that belong to what follows."""
    after = answered(BLANK, path, value).splitlines()

    assert line in after
    after.remove(line)
    assert after == BLANK.splitlines()


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize(
    "facts", ["", "facts: {}", "facts:", "facts: {a: 1}", "facts: {a: 1,}", "facts: {a: 1, # one"]
)
def test_facts_are_added_however_the_file_ends(facts: str, end: str) -> None:
    """With or without a last line end, and however facts are written so far."""
    more = "\n  b: 2}" if facts.endswith("one") else ""
    text = f"case: c\n{facts}{more}".replace("\n", end or "\n") + end
    after = answered(text, ("facts", "new"), "[x, y]")

    assert yaml.safe_load(after)["facts"]["new"] == ["x", "y"]
    assert yaml.safe_load(after)["case"] == "c"
    if end == "\r\n":
        assert "\n" not in after.replace("\r\n", "")


def test_an_answer_can_be_replaced_again() -> None:
    """Every answer takes the place of the one before it."""
    text = BLANK
    for value in ("true", "not documented", "false"):
        text = answered(text, ("facts", "facet_tenderness"), value)

    assert text == BLANK.replace("facet_tenderness: not asked", "facet_tenderness: false")
