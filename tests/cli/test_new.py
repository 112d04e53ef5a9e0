"""`checker new`: a blank case with every fact that the guidelines ask about."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from checker.rulebase import RuleBase

Checker = Callable[..., Any]


def test_a_blank_case_loads_and_decides_nothing_yet(checker: Checker, rules: RuleBase) -> None:
    """For every procedure and region: to answer, not covered, or not recommended whatever the answers."""
    for number, (procedure, region) in enumerate(
        product(rules.vocabulary.procedures, [None, *rules.vocabulary.regions])
    ):
        options = ("--region", region) if region else ()
        written = checker("new", procedure, *options, "-o", f"{number}.yaml")

        ran = checker("check", f"{number}.yaml", "--format", "json")

        (result,) = ran.json["results"]
        settled = [one["status"] for one in result["criteria"] if one["status"] == "not met"]
        assert (written.code, ran.err) == (0, "")
        assert (result["outcome"] == "open") == (result["questions"] != [])
        assert (result["outcome"] == "Upheld") == (settled != [])
        assert result["outcome"] != "Overturned"


@pytest.mark.parametrize("procedure", ["medial_branch_block", "facet_joint_injection"])
@pytest.mark.parametrize("region", [None, "cervical", "thoracic", "lumbar"])
def test_a_blank_facet_case_is_to_answer(
    checker: Checker, procedure: str, region: str | None
) -> None:
    """A block in any region, and one whose region is not known yet."""
    options = ("--region", region) if region else ()
    checker("new", procedure, *options, "-o", "blank.yaml")

    ran = checker("check", "blank.yaml", "--format", "json")

    (result,) = ran.json["results"]
    assert ran.code == 3
    assert result["outcome"] == "open"
    if region is None:
        assert [one["fact"] for one in result["questions"]] == ["region"]


def test_a_blank_case_names_the_guidelines_that_ask(checker: Checker) -> None:
    """In its first line."""
    lumbar = checker("new", "medial_branch_block", "--region", "lumbar").out

    assert "odg/low-back/facet-joint-diagnostic-blocks" in lumbar.splitlines()[0]
    assert "odg/neck-upper-back" not in lumbar.splitlines()[0]


@pytest.mark.parametrize("region", ["cervical", "thoracic", "lumbar"])
def test_every_question_of_a_blank_case_stands_in_it(checker: Checker, region: str) -> None:
    """Nothing is asked that the file does not already hold, with its wording, ready to be answered."""
    checker("new", "medial_branch_block", "--region", region, "-o", "blank.yaml")
    text = Path("blank.yaml").read_text(encoding="utf-8")

    (result,) = checker("check", "blank.yaml", "--format", "json").json["results"]

    assert result["questions"]
    for question in result["questions"]:
        assert f"{question['fact']}: not asked" in text
        assert question["ask"] in text


def test_a_blank_case_goes_to_standard_output_unless_a_file_is_named(checker: Checker) -> None:
    """So it can be piped on."""
    ran = checker("new", "medial_branch_block", "--region", "lumbar")

    assert ran.code == 0
    assert ran.err == ""
    assert checker("check", "-", stdin=ran.out.encode()).code == 3


def test_what_to_do_next_is_told_when_a_file_is_written(checker: Checker) -> None:
    """On standard error, so that standard output stays empty."""
    ran = checker("new", "-o", "draft.yaml")

    assert (ran.code, ran.out) == (0, "")
    assert "checker check draft.yaml" in ran.err
    assert Path("draft.yaml").exists()


def test_a_file_is_never_overwritten(checker: Checker) -> None:
    """An afternoon's work may stand in it."""
    Path("draft.yaml").write_text("an afternoon's work")

    ran = checker("new", "-o", "draft.yaml")

    assert ran.code == 2
    assert "exists already" in ran.err
    assert Path("draft.yaml").read_text() == "an afternoon's work"


@pytest.mark.parametrize("path", ["no/such/folder/draft.yaml", "."])
def test_a_file_that_cannot_be_written_is_named(checker: Checker, path: str) -> None:
    """A missing folder, a folder in the place of a file."""
    ran = checker("new", "-o", path)

    assert ran.code == 2
    assert ran.err.startswith(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("medial_branch_blok",), "did you mean `medial_branch_block`?"),
        (("Medial Branch Block",), "did you mean `medial_branch_block`?"),
        (("mbb",), "medial_branch_block, facet_joint_injection"),
        (("medial_branch_block", "--region", "lumber"), "did you mean `lumbar`?"),
        (("medial_branch_block", "--region", "knee"), "cervical, thoracic, lumbar"),
    ],
)
def test_an_unknown_procedure_or_region_is_refused_with_those_that_exist(
    checker: Checker, arguments: tuple[str, ...], said: str
) -> None:
    """Nothing is written."""
    ran = checker("new", *arguments, "-o", "draft.yaml")

    assert ran.code == 2
    assert said in ran.err
    assert not Path("draft.yaml").exists()


def test_a_region_leaves_out_what_only_others_ask(checker: Checker) -> None:
    """The shoulder matters in the neck only, the individual review in the chest only."""
    lumbar = checker("new", "medial_branch_block", "--region", "lumbar").out
    neck = checker("new", "medial_branch_block", "--region", "cervical").out

    assert "pain_reaches_shoulder" not in lumbar
    assert "pain_reaches_shoulder" in neck
    assert "individual_review_supports_block" not in neck


def test_a_filled_in_blank_case_is_decided(checker: Checker) -> None:
    """Replacing what was not asked by what the chart says is all there is to do."""
    text = checker("new", "medial_branch_block", "--region", "lumbar").out
    for fact, value in {
        "intent": "therapeutic",
        "side": "left",
        "targets": "[L4-5]",
    }.items():
        text = text.replace(f"{fact}: not asked", f"{fact}: {value}")

    ran = checker("check", "-", "--format", "json", stdin=text.encode())

    (result,) = ran.json["results"]
    assert ran.code == 1
    assert result["reason"] == "not met: not-for-treatment"
