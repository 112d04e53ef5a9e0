"""`checker explain`: every criterion of one request with its rule, its citation and its evidence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.schema import EXPLAIN, mismatches

Checker = Callable[..., Any]


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_criterion_is_explained_with_its_rule_its_citation_and_its_evidence(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """What it needs in words, where it is cited from, the line of its rule, the lines of the letter."""
    text = words(checker("explain", f"{letter('001')}#1").out)

    assert "✗ not met non-radicular" in text
    assert "needs: no radicular findings" in text
    assert "unless documented: facet hypertrophy explains radicular findings" in text
    assert "ODG, Low Back, Facet joint diagnostic blocks (injections), item 2" in text
    assert "low-back/facet-joint-diagnostic-blocks.yaml:" in text
    assert "dermatomal sensory loss: yes [summary, lines 51-53 (2015-09-10)]" in text


def test_both_values_of_a_conflict_stand_with_their_places(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Two results of the straight leg raise in letter 001, lines 53-55 and line 71."""
    text = words(checker("explain", f"{letter('001')}#1").out)

    assert "root tension sign: conflicting" in text
    assert "positive summary, lines 53-55 (2015-09-10)" in text
    assert "negative summary, line 71 (2015-09-21)" in text


def test_the_reviewers_reasons_stand_beside_ours(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """What both name, what only one names, on what basis, and where the letter says so."""
    text = words(checker("explain", f"{letter('001')}#1").out)

    assert "Reviewer, #1: Upheld, agree, other reasons rationale, lines 113-123" in text
    assert "decided on: general scepticism" in text
    assert "the reviewer alone names: efficacy-not-shown" in text
    assert "the rules alone name: non-radicular, conservative-care-failed" in text


def test_who_speaks_is_told_unless_it_is_the_chart(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Letter 002 rests on a statement that its reviewer makes in lines 93-99, and that is weak."""
    text = words(checker("explain", letter("002")).out)

    assert (
        "conservative care failed: yes (conclusory) [rationale, lines 93-99 (the reviewer)]" in text
    )


def test_one_request_can_be_picked_out(checker: Checker, letter: Callable[[str], Path]) -> None:
    """The scan of letter 001 stands alone, without the block's criteria."""
    ran = checker("explain", f"{letter('001')}#2")

    assert ran.code == 1
    assert "Computed tomography" in ran.out
    assert "non-radicular" not in ran.out


def test_a_request_is_explained_with_those_that_are_one_procedure_with_it(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The third item of letter 003 is decided together with three others."""
    ran = checker("explain", f"{letter('003')}#3")

    assert ran.code == 1
    assert "#2 #3 #4 #5, one procedure" in ran.out
    assert "Norco" not in ran.out


def test_without_a_request_the_whole_case_is_explained(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Both items of letter 001; the worse exit code counts."""
    ran = checker("explain", letter("001"))

    assert ran.code == 1
    assert "imr-001 #1" in ran.out
    assert "imr-001 #2" in ran.out


def test_an_unknown_request_is_refused_with_those_that_exist(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Nothing is explained instead."""
    ran = checker("explain", f"{letter('003')}#7")

    assert ran.code == 2
    assert ran.out == ""
    assert "no request `7`" in ran.err
    assert "1, 2, 3, 4, 5" in ran.err


def test_a_file_that_does_not_exist_is_named_without_the_request(checker: Checker) -> None:
    """What follows the # is no part of the file's name."""
    ran = checker("explain", "absent.yaml#1")

    assert ran.code == 2
    assert ran.err.startswith("absent.yaml:")


@pytest.mark.parametrize("target", ["case #2.yaml", "case #2.yaml#1"])
def test_a_file_may_have_a_hash_in_its_name(
    checker: Checker, letter: Callable[[str], Path], target: str
) -> None:
    """Offices number their files that way."""
    shutil.copy(letter("004"), "case #2.yaml")

    ran = checker("explain", target)

    assert ran.code == 1
    assert "imr-004 #1" in ran.out


def test_a_case_on_standard_input_can_be_explained(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """As it can be checked."""
    ran = checker("explain", "-", stdin=letter("004").read_bytes())

    assert ran.code == 1
    assert "not-for-treatment" in ran.out


def test_what_was_presumed_is_explained_by_the_facts_that_are_silent(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Nothing in letter 000 speaks of an operation."""
    text = words(checker("explain", letter("000")).out)

    assert "≈ presumed no-surgery-anticipated" in text
    assert "surgery anticipated: not documented" in text


def test_the_trace_names_the_facts_from_which_a_status_was_chained(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Read off the firings of durable_rules, for every criterion."""
    ran = checker("explain", f"{letter('001')}#1", "--trace")

    text = words(ran.out)
    assert "Chained by durable_rules from:" in text
    assert "no-fusion-at-level: requested joints, fusion levels" in text
    assert "two-joints-at-most: requested joints" in text


def test_without_being_asked_for_there_is_no_trace(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """It is for those who look into the engine."""
    assert "Chained by" not in checker("explain", letter("001")).out


def test_a_trace_of_what_is_not_covered_is_empty(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """Nothing was chained about it, and the exit code says so."""
    ran = checker("explain", example("not-covered"), "--trace")

    assert ran.code == 3
    assert "Chained by" not in ran.out


@pytest.mark.parametrize(
    ("option", "code"),
    [
        (("--reading", "strict"), 1),
        (("--facts-from", "record"), 1),
        (("--as-of", "2014-01-01"), 0),
        (("--guideline", "odg/neck-upper-back/facet-joint-diagnostic-blocks"), 0),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_the_terms_are_those_of_check(
    checker: Checker, letter: Callable[[str], Path], option: tuple[str, str], code: int
) -> None:
    """Letter 002 is ready as written with all facts, and not so otherwise."""
    assert checker("explain", letter("002"), *option).code == code
    assert checker("check", letter("002"), *option).code == code


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_every_status_of_check_is_explained(
    checker: Checker, letter: Callable[[str], Path], number: str
) -> None:
    """No criterion is left out, and none has another status."""
    results = checker("check", letter(number), "--format", "json").json["results"]
    text = words(checker("explain", letter(number)).out)

    for result in results:
        for criterion in result["criteria"]:
            assert f"{criterion['status']} {criterion['id']} {criterion['says']}" in text


# --- Evidence from outcomes -----------------------------------------------------------------------


def write_decided(folder: Path, letters: int) -> None:
    """Decided letters without any conservative care, every fifth one overturned."""
    folder.mkdir()
    for n in range(letters):
        outcome = "Overturned" if n % 5 == 0 else "Upheld"
        (folder / f"{n}.yaml").write_text(
            f"case: decided-{n}\nrecord: closed\nfacts: {{facet_tenderness: true}}\nrequests:\n"
            "  - {id: 1, procedure: medial_branch_block, region: lumbar, targets: [L4-5],\n"
            f"     decision: {{outcome: {outcome}}}}}\n"
        )


def test_decided_cases_that_failed_the_same_criteria_are_counted(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """With the interval, all letters under the guideline, and the nearest of each outcome."""
    write_decided(Path("decided"), 10)
    case = case_file(facts="facet_tenderness: true", request=", targets: [L3-4]")

    ran = checker("explain", case, "--evidence-from", "decided")

    text = words(ran.out)
    assert ran.code == 1
    assert "failed conservative-care-failed too: upheld 8 of 10, 80.0 % (95 % interval" in text
    assert "all under the guideline: upheld 8 of 10" in text
    assert "nearest Upheld: decided-1#1 requested joints: L3-4 here, L4-5 there" in text
    assert "nearest Overturned: decided-0#1" in text


def test_too_few_decided_cases_are_no_reference_class(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """No share is made of nine letters."""
    write_decided(Path("decided"), 9)
    case = case_file(facts="facet_tenderness: true", request=", targets: [L3-4]")

    text = words(checker("explain", case, "--evidence-from", "decided").out)

    assert "no reference class: failed conservative-care-failed in 9 letters" in text
    assert "at least 10 letters are needed" in text


def test_programs_read_the_same_of_one_request(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The result of check, with what decided cases tell; null where nobody asked."""
    target = f"{letter('003')}#3"
    folder = letter("003").parent

    asked = checker("explain", target, "--evidence-from", folder, "--format", "json").json
    not_asked = checker("explain", target, "--format", "json").json

    (result,) = asked["results"]
    assert list(mismatches(asked, EXPLAIN)) == list(mismatches(not_asked, EXPLAIN)) == []
    assert result["request"] == "3"
    assert result["outcomes"]["letters"] == 0
    assert result["outcomes"]["nearest"]["Upheld"]["item"] == "imr-000#1"
    assert not_asked["results"][0]["outcomes"] is None


def test_decided_cases_that_cannot_be_read_are_told(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The explanation stands, and the exit code is 2."""
    write_decided(Path("decided"), 1)
    Path("decided/bad.yaml").write_text("case: x\n")

    ran = checker("explain", letter("000"), "--evidence-from", "decided")

    assert ran.code == 2
    assert "bad.yaml" in ran.err
    assert "Decided cases under the same guideline." in ran.out


def test_a_folder_of_decided_cases_that_does_not_exist_is_told(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Before the explanation is taken for complete."""
    ran = checker("explain", letter("000"), "--evidence-from", "nowhere")

    assert ran.code == 2
    assert "nowhere" in ran.err
