"""`checker extract`, and letters given to the other commands, as their users meet them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checker.case import load_case
from checker.fact import Documented, NotDocumented, unconfirmed
from checker.rulebase import RuleBase
from checker.shipped import shipped
from tests.cli.conftest import Checker

LETTER = shipped("cases") / "letters" / "invented-block.txt"
SCAN = b"%PDF-1.4\n%nothing that could be read\n"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A letter in the current folder."""
    return Path(shutil.copy(LETTER, tmp_path / "letter.txt"))


@pytest.fixture
def draft(letter: Path, checker: Checker) -> Path:
    """The draft of a letter."""
    assert checker("extract", letter, "-o", "drafts").code == 0
    return Path("drafts/letter.yaml")


# Drafts ----------------------------------------------------------------------------------------------


def test_a_letter_becomes_a_draft(draft: Path, rules: RuleBase) -> None:
    case = load_case(draft, rules)

    assert case.name == "letter"
    assert [one.decision.outcome for one in case.requests if one.decision] == [
        "Upheld",
        "Overturned",
    ]


def test_the_summary_says_how_many_and_what_a_person_has_to_do(
    letter: Path, checker: Checker
) -> None:
    ran = checker("extract", letter, "-o", "drafts", "--jobs", "1")

    assert "1 of 1 file read: 1 draft written, 0 up to date, 2 disputed items" in ran.out
    assert "a person has to confirm them" in ran.out


def test_the_summary_as_json(letter: Path, checker: Checker) -> None:
    ran = checker("extract", letter, "-o", "drafts", "--format", "json")

    (file,) = ran.json["files"]
    assert file["written"] == ["drafts/letter.yaml"]
    assert (file["items"], file["failure"]) == (2, None)


def test_one_bad_letter_does_not_stop_the_others(letter: Path, checker: Checker) -> None:
    Path("bad.pdf").write_bytes(SCAN)

    ran = checker("extract", "bad.pdf", letter, "-o", "drafts", "--jobs", "1")

    assert ran.code == 2
    assert "bad.pdf" in ran.message
    assert Path("drafts/letter.yaml").exists()
    assert "1 could not be read" in ran.out


@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("letter.txt",),
        ("letter.txt", "-o", "drafts", "--score", "."),
        ("letter.txt", "-o", "drafts", "--review"),
    ],
)
def test_what_is_wanted_must_be_said(arguments: tuple[str, ...], checker: Checker) -> None:
    ran = checker("extract", *arguments)

    assert ran.code == 2
    assert "checker extract LETTER -o FOLDER" in ran.message


def test_a_folder_without_letters_is_told(checker: Checker) -> None:
    Path("empty").mkdir()

    ran = checker("extract", "empty", "-o", "drafts")

    assert ran.code == 2
    assert "the folder holds no letter (.pdf, .txt)" in ran.message


# Letters elsewhere -----------------------------------------------------------------------------------


def test_check_takes_a_letter_and_says_that_nobody_confirmed_it(
    letter: Path, checker: Checker
) -> None:
    ran = checker("check", letter)

    assert ran.code == 1
    assert "were read from a letter, and no person has confirmed them" in ran.out
    assert "reviewer, #1: Upheld" in ran.out


def test_explain_marks_each_fact_that_was_read(letter: Path, checker: Checker) -> None:
    ran = checker("explain", f"{letter}#1")

    assert "facet loading pain: yes (read, not confirmed)" in ran.out
    assert "summary, lines 14-15" in ran.out


def test_audit_takes_a_folder_of_letters(letter: Path, checker: Checker) -> None:
    ran = checker("audit", letter.parent, "--format", "json")

    assert ran.code == 0
    assert ran.json["summary"]["letters"] == 1
    assert [one["agreement"] for one in ran.json["entries"]][1] == "not covered"


def test_a_folder_with_cases_is_read_for_its_cases(draft: Path, checker: Checker) -> None:
    """A note beside a case is no letter."""
    (draft.parent / "note.txt").write_text("Call the clinic.", encoding="utf-8")

    assert checker("check", draft.parent).code == 1


# Scores ----------------------------------------------------------------------------------------------


def test_a_confirmed_draft_scores_the_reading_of_its_letter(
    letter: Path, draft: Path, checker: Checker
) -> None:
    """One value corrected by hand is one mistake of the reading."""
    text = draft.read_text(encoding="utf-8")
    draft.write_text(text.replace("value: negative", "value: positive"), encoding="utf-8")

    ran = checker("extract", letter, "--score", draft.parent, "--format", "json")

    assert ran.code == 0
    assert ran.json["fields"]["root_tension_sign"]["mistakes"] == [["letter", None]]
    assert ran.json["all"]["wrong"] == 1


def test_a_case_without_its_letter_is_told(draft: Path, checker: Checker, tmp_path: Path) -> None:
    other = Path(shutil.copy(LETTER, tmp_path / "other.txt"))

    ran = checker("extract", other, "--score", draft.parent)

    assert ran.code == 2
    assert "no letter is named like this case" in ran.message


# Review ----------------------------------------------------------------------------------------------


def review(checker: Checker, draft: Path, *typed: str) -> str:
    ran = checker("extract", "--review", draft, stdin="".join(f"{one}\n" for one in typed).encode())

    assert ran.code == 0
    return ran.err


def test_a_review_shows_each_sentence_and_ends_when_all_is_confirmed(
    draft: Path, checker: Checker, rules: RuleBase
) -> None:
    """Enter takes every fact as it was read."""
    told = review(checker, draft, *[""] * 60)

    assert "Straight leg raise is negative." in told
    assert "everything is confirmed" in told
    assert not any(unconfirmed(one) for one in load_case(draft, rules).facts.values())


def test_every_answer_is_saved_before_the_next_question(
    draft: Path, checker: Checker, rules: RuleBase
) -> None:
    """The input ends after one answer, as when a person goes home."""
    before = load_case(draft, rules)

    told = review(checker, draft, "")

    after = load_case(draft, rules)
    assert "stopped" in told
    assert after != before
    assert sum(unconfirmed(one) for one in before.facts.values()) >= sum(
        unconfirmed(one) for one in after.facts.values()
    )


def answer_to(question: str, draft: Path, checker: Checker, *typed: str) -> None:
    """Answer one question of a review, and take all before it as read."""
    while question not in review(checker, draft, "q"):
        review(checker, draft, "")
    review(checker, draft, *typed)


def test_a_person_corrects_and_strikes_out(draft: Path, checker: Checker, rules: RuleBase) -> None:
    answer_to("Does loading the facet joints", draft, checker, "maybe", "n")
    answer_to("What did the root tension test", draft, checker, "?", "s")

    facts = load_case(draft, rules).facts
    assert isinstance(facts["facet_loading_pain"], Documented)
    assert facts["facet_loading_pain"].value is False
    assert isinstance(facts["root_tension_sign"], NotDocumented)


def test_back_takes_the_latest_answer_away(draft: Path, checker: Checker, rules: RuleBase) -> None:
    before = load_case(draft, rules)

    review(checker, draft, "", "b", "q")

    assert load_case(draft, rules) == before


def test_a_draft_that_was_laid_out_by_hand_is_copied_first(draft: Path, checker: Checker) -> None:
    text = draft.read_text(encoding="utf-8").replace(
        "record: closed", "record: closed   # read to the end"
    )
    draft.write_text(text, encoding="utf-8")

    told = review(checker, draft, "q")

    assert "as you wrote it, it is in letter.yaml~" in told
    assert Path("drafts/letter.yaml~").read_text(encoding="utf-8") == text
