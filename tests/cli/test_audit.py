"""`checker audit`: reviewers' decisions beside determinations, on screen and as JSON."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.audit.dimensions import DIMENSIONS
from checker.audit.run import Audit
from checker.audit.tally import Tally
from checker.determination import Terms
from checker.engine.agreed import Engine
from checker.render.contract import audit_result
from tests.cli.schema import AUDIT, ENTRY, contradictions, mismatches

Checker = Callable[..., Any]


@pytest.fixture
def letters(letter: Callable[[str], Path]) -> Path:
    """The folder of the five determination letters."""
    return letter("000").parent


# --- What a person reads --------------------------------------------------------------------------


def test_every_decided_item_has_its_line(checker: Checker, letters: Path) -> None:
    """Ten items, ours beside the reviewer's, with what the two share and do not share."""
    text = " ".join(checker("audit", letters).out.split())

    assert "imr-000#1 Upheld Upheld agree, same reasons" in text
    assert "imr-001#1 Upheld Upheld agree, other reasons" in text
    assert "imr-002#1 Overturned Overturned agree, same reasons" in text
    assert text.count("agree, same and more") == 5
    assert "rules alone: non-radicular, conservative-care-failed" in text
    assert "imr-001#2 Upheld Overturned disagree" in text


def test_both_questions_are_answered_with_counts_and_intervals(
    checker: Checker, letters: Path
) -> None:
    """Did the decisions follow the guideline, and did the rules foresee them."""
    text = checker("audit", letters).out

    followed, foresaw = text.split("Did the rules foresee the decision? Facts from the record.")
    assert "5 letters, 10 decided items: 10 covered by a guideline, 0 not covered" in followed
    assert "8 items scored, 2 reported apart" in followed
    assert "Did the decision follow the guideline? Facts from the whole letter." in followed
    assert "items 8 of 8, 100.0 % (95 % interval 67.6 to 100.0)" in followed
    assert "letters 5 of 5, 100.0 % (95 % interval 56.6 to 100.0)" in followed
    assert "items 7 of 8, 87.5 % (95 % interval 52.9 to 97.8)" in foresaw
    assert "letters 4 of 5, 80.0 % (95 % interval 37.6 to 96.4)" in foresaw


def test_the_answer_that_never_thinks_stands_beside_ours(checker: Checker, letters: Path) -> None:
    """Always Upheld is right in 7 of 8, which is said under both questions."""
    lines = checker("audit", letters).out.splitlines()

    always = [one for one in lines if one.startswith("  always Upheld")]
    assert len(always) == 2
    assert all("items 7 of 8, 87.5 %" in one for one in always)


def test_an_audit_of_five_letters_says_that_it_proves_nothing(
    checker: Checker, letters: Path
) -> None:
    """Nor are the items of one letter independent."""
    text = checker("audit", letters).out

    assert "n = 5 letters: too few to prove anything" in text
    assert "items of one letter are not independent" in text


def test_three_readings_stand_side_by_side(checker: Checker, letters: Path) -> None:
    """7 of 8, 8 of 8, 7 of 8; and the items that hang on silence or weak evidence are named."""
    text = " ".join(checker("audit", letters, "--readings").out.split())

    assert "strict items 7 of 8" in text
    assert "as written items 8 of 8" in text
    assert "lenient items 7 of 8" in text
    assert (
        "2 items (strict: Upheld, as written: Upheld, lenient: Overturned): imr-000#1, imr-001#2"
    ) in text
    assert "1 item (strict: Upheld, as written: Overturned, lenient: Overturned): imr-002#1" in text


def test_undefined_coefficients_are_called_undefined(checker: Checker, letters: Path) -> None:
    """Without anything that we would overturn there is no correlation, and not one of zero."""
    foresaw = " ".join(checker("audit", letters).out.split("foresee")[1].split())

    assert "kappa 0.00" in foresaw
    assert "MCC undefined" in foresaw
    assert "balanced 0.50" in foresaw
    assert "precision none, always Upheld none recall 0 of 1, 0.0 %" in foresaw


def test_of_many_items_only_disagreements_are_shown(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """At most forty, with how many there are; and items that hang on the same thing are counted."""
    for n in range(42):
        outcome = "Upheld" if n == 0 else "Overturned"
        case_file(f"many/c{n:02}.yaml", request=f", decision: {{outcome: {outcome}}}")

    text = checker("audit", "many", "--readings", "--findings").out

    assert "42 decided items, of which 40 of 41 disagreements are shown" in text
    assert text.count("disagree\n") + text.count("disagree ") >= 40
    assert "c00#1  Upheld" not in text
    assert "42 items (strict: Upheld, as written: Upheld, lenient: Overturned): c00#1," in text
    assert "c05#1 and 36 more" in " ".join(text.split())
    assert "no-levels  42 items" in text
    assert "22 more in --format json" in text


# --- What was asked for besides ------------------------------------------------------------------


def test_findings_stand_together_with_their_places(checker: Checker, letters: Path) -> None:
    """Each kind with its number of items, the same words on several items once."""
    text = " ".join(checker("audit", letters, "--findings").out.split())

    assert "hedged 1 item imr-004#1 the rationale leaves its own decision open" in text
    assert "rationale, lines 69-71 (the reviewer); rationale, lines 75-77 (the reviewer)" in text
    assert "uptodate has no place in the search order" in text
    assert "label-only 4 items imr-003 #2 #3 #4 #5" in text
    assert "--findings shows them" not in text


def test_findings_are_announced_where_they_are_not_shown(checker: Checker, letters: Path) -> None:
    """Their number, and how to see them."""
    assert "22 findings on these decisions: --findings shows them" in checker("audit", letters).out


def test_groups_show_their_baseline_and_that_they_are_small(
    checker: Checker, letters: Path
) -> None:
    """No group of five letters proves anything."""
    text = checker("audit", letters, "--by", "region", "--by", "year").out

    assert text.index("By year.") < text.index("By region.")
    lumbar = " ".join(text.split("  lumbar:")[1].split("  not stated:")[0].split())
    assert lumbar.startswith("3 letters, 7 items n < 30 letters agree 6 of 6, 100.0 %")
    assert "always Upheld 6 of 6, 100.0 % (95 % interval 61.0 to 100.0)" in lumbar
    assert "against that of the other groups" not in text


def test_groups_are_in_the_contract(checker: Checker, letters: Path) -> None:
    """Every dimension that there is, each group with a whole summary."""
    options = [word for one in DIMENSIONS for word in ("--by", one)]

    ran = checker("audit", letters, *options, "--format", "json").json

    assert list(mismatches(ran, AUDIT)) == []
    assert set(ran["by"]) == set(DIMENSIONS)
    assert {one["value"]: one["summary"]["items"] for one in ran["by"]["year"]} == {
        "2013": 1,
        "2014": 2,
        "2015": 7,
    }
    assert Tally.of_plain(ran["tally"]).plain() == ran["tally"]


def test_an_audit_of_counts_alone_keeps_the_contract(
    checker: Checker, letters: Path, engine: Engine
) -> None:
    """Where cases were only counted there are no entries, and every figure is the same."""
    full = checker("audit", letters, "--by", "year", "--format", "json").json
    counted = Tally.of_plain(full["tally"])

    alone = audit_result(Audit(followed=counted, foresaw=counted), engine, Terms())

    assert list(mismatches(alone, AUDIT)) == []
    assert alone["entries"] == []
    assert (alone["summary"], alone["by"]) == (full["summary"], full["by"])


def test_what_hindsight_is_worth_is_told(checker: Checker, letters: Path) -> None:
    """Letter 002 was granted on what only its reviewer says."""
    ran = checker("audit", letters, "--format", "json").json

    assert ran["on_hindsight"] == [
        {"item": "imr-002#1", "outcomes": {"all": "Overturned", "record": "Upheld"}}
    ]


def test_items_that_hang_on_silence_are_in_the_contract(checker: Checker, letters: Path) -> None:
    """With their outcome in each reading."""
    ran = checker("audit", letters, "--readings", "--format", "json").json

    assert [one["item"] for one in ran["on_silence"]] == ["imr-000#1", "imr-001#2", "imr-002#1"]
    assert set(ran["on_silence"][0]["outcomes"]) == {"strict", "as written", "lenient"}


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--fail-under", "kappa=0.6"), 0, ""),
        (("--fail-under", "agreement=1", "--fail-under", "recall=1"), 0, ""),
        (("--facts-from", "record", "--fail-under", "kappa=0.6"), 1, "kappa is 0.0000, below 0.6"),
        (("--facts-from", "record", "--fail-under", "mcc=0"), 1, "mcc is undefined"),
        (("--facts-from", "record", "--fail-under", "mcc=0", "--exit-zero"), 0, "mcc is undefined"),
    ],
)
def test_a_threshold_that_is_missed_is_told_and_ends_with_1(
    checker: Checker, letters: Path, options: tuple[str, ...], code: int, message: str
) -> None:
    """In every format, on standard error, and with --exit-zero as a message only."""
    for form in ("text", "json", "jsonl"):
        ran = checker("audit", letters, *options, "--format", form)

        assert ran.code == code
        assert message in ran.err
        assert bool(ran.err) == bool(message)


def test_a_file_that_cannot_be_read_is_worse_than_a_missed_threshold(
    checker: Checker, letters: Path
) -> None:
    """Nor does --exit-zero hide it."""
    ran = checker("audit", letters, "absent.yaml", "--fail-under", "kappa=1", "--exit-zero")

    assert ran.code == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--by", "yaer"), "--by yaer: unknown dimension `yaer` (did you mean `year`?)"),
        (("--by", "moon"), "there are year, specialty, guideline, cited, region, procedure"),
        (("--fail-under", "kapa=1"), "did you mean `kappa`?"),
        (("--fail-under", "kappa"), "write a number from -1 to 1 after `=`"),
    ],
)
def test_options_that_are_misspelt_are_refused(
    checker: Checker, letters: Path, options: tuple[str, ...], message: str
) -> None:
    """Before anything is read."""
    ran = checker("audit", letters, *options)

    assert (ran.code, ran.out) == (2, "")
    assert message in ran.message


# --- Options and exit codes -----------------------------------------------------------------------


def test_facts_from_the_record_alone_change_the_first_question_only(
    checker: Checker, letters: Path
) -> None:
    """Then both questions are asked of the same facts."""
    ran = checker("audit", letters, "--facts-from", "record", "--format", "json").json

    assert ran["facts_from"] == "record"
    assert ran["summary"] == ran["foresaw"]["summary"]
    assert ran["summary"]["agree"] == 7


def test_a_letter_that_cannot_be_read_does_not_stop_the_others(
    checker: Checker, letters: Path
) -> None:
    """It is named on standard error, and the exit code is 2."""
    ran = checker("audit", letters, "absent.yaml")

    assert ran.code == 2
    assert "absent.yaml" in ran.err
    assert "items 8 of 8" in ran.out


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_letter_that_cannot_be_read_is_told_once(
    checker: Checker, letters: Path, form: str
) -> None:
    """However often the letters are gone through."""
    ran = checker("audit", letters, "absent.yaml", "--readings", "--format", form)

    assert ran.err.count("absent.yaml") == 1


def test_a_letter_on_standard_input_can_be_read_in_three_ways(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Standard input can be read only once."""
    ran = checker("audit", "-", "--readings", stdin=letter("000").read_bytes())

    assert ran.code == 0
    assert "lenient" in ran.out


def test_cases_without_a_decision_are_told_to_have_none(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """There is nothing to compare, which is no failure."""
    ran = checker("audit", example("ready").parent)

    assert ran.code == 0
    assert "no request here has a decision" in ran.err


def test_a_letter_that_is_named_twice_counts_once(
    checker: Checker, letters: Path, letter: Callable[[str], Path]
) -> None:
    """A doubled letter would make the interval narrower than it is."""
    ran = checker("audit", letters, letter("000"), "--format", "json")

    assert ran.json["summary"]["letters"] == 5


def test_two_letters_of_the_same_name_count_twice(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Files are told apart by their places."""
    shutil.copy(letter("000"), "one.yaml")
    shutil.copy(letter("000"), "two.yaml")

    assert checker("audit", ".", "--format", "json").json["summary"]["letters"] == 2


def test_an_audit_may_ask_another_guideline(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Under the thoracic guideline the lumbar block of letter 000 is not covered."""
    ran = checker(
        "audit",
        letter("000"),
        "--guideline",
        "odg/thoracic/facet-joint-injections",
        "--format",
        "json",
    )

    (entry,) = ran.json["entries"]
    assert entry["agreement"] == "not covered"
    assert ran.json["summary"]["covered"] == 0


# --- The contract ---------------------------------------------------------------------------------


def test_the_audit_is_exactly_the_contract(checker: Checker, letters: Path) -> None:
    """Every key, every type and every null."""
    ran = checker("audit", letters, "--format", "json")

    assert list(mismatches(ran.json, AUDIT)) == []
    for entry in ran.json["entries"]:
        assert list(contradictions(entry["determination"])) == []


@pytest.mark.parametrize("reading", ["strict", "as-written", "lenient"])
@pytest.mark.parametrize("facts_from", ["record", "all"])
def test_every_audit_keeps_the_contract_and_ran(
    checker: Checker, letters: Path, reading: str, facts_from: str
) -> None:
    """Figures that are undefined are null; disagreements are the product, so the exit code is 0."""
    options = ("--reading", reading, "--facts-from", facts_from, "--format", "json")

    ran = checker("audit", letters, *options)

    assert ran.code == 0
    assert list(mismatches(ran.json, AUDIT)) == []


def test_the_figures_of_the_five_letters(checker: Checker, letters: Path) -> None:
    """Counts add up, and the interval is the one of 8 of 8."""
    summary = checker("audit", letters, "--format", "json").json["summary"]

    assert (summary["letters"], summary["items"], summary["open"]) == (5, 10, 0)
    assert (summary["covered"], summary["scored"], summary["apart"]["n"]) == (10, 8, 2)
    assert (summary["agree"], summary["agreement"], summary["always_upheld"]) == (8, 1.0, 0.875)
    assert summary["interval"] == pytest.approx([0.6755924, 1.0])
    assert {name: summary["overturned"][name] for name in ("precision", "recall", "n")} == {
        "precision": 1.0,
        "recall": 1.0,
        "n": 1,
    }
    assert summary["reasons"] == {"same": 3, "same_and_more": 4, "other": 1, "disagree": 0}


def test_entries_name_what_is_shared_and_what_is_not(checker: Checker, letters: Path) -> None:
    """The block of letter 001 agrees for other reasons."""
    entries = checker("audit", letters, "--format", "json").json["entries"]

    entry = next(one for one in entries if (one["case"], one["request"]) == ("imr-001", "1"))
    assert entry["agreement"] == "other reasons"
    assert entry["reasons"] == {
        "shared": [],
        "ours_alone": ["non-radicular", "conservative-care-failed"],
        "theirs_alone": ["efficacy-not-shown"],
    }


def test_an_entry_holds_the_whole_determination(checker: Checker, letters: Path) -> None:
    """The same that check gives."""
    entries = checker("audit", letters, "--format", "json").json["entries"]
    results = checker("check", letters, "--format", "json").json["results"]

    assert [one["determination"] for one in entries] == results
    assert [one["decision"] for one in entries] == [one["decision"] for one in results]


def test_readings_have_their_figures_when_they_are_asked_for(
    checker: Checker, letters: Path
) -> None:
    """Without --readings there are none."""
    asked = checker("audit", letters, "--readings", "--format", "json").json["readings"]
    not_asked = checker("audit", letters, "--format", "json").json["readings"]

    assert {name: figures["agree"] for name, figures in asked.items()} == {
        "strict": 7,
        "as written": 8,
        "lenient": 7,
    }
    assert not_asked == {}


def test_lines_of_json_are_the_entries(checker: Checker, letters: Path) -> None:
    """One decided request a line."""
    lines = checker("audit", letters, "--format", "jsonl").jsonl

    assert lines == checker("audit", letters, "--format", "json").json["entries"]
    assert [one for entry in lines for one in mismatches(entry, ENTRY)] == []


def test_an_audit_of_nothing_is_still_a_document(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """Programs find no entries and undefined shares, not an empty text."""
    ran = checker("audit", example("ready"), "--format", "json")

    assert list(mismatches(ran.json, AUDIT)) == []
    assert ran.json["entries"] == []
    assert ran.json["summary"]["agreement"] is None


def test_a_bad_letter_leaves_standard_output_valid(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The others are in the document, the problem is on standard error."""
    Path("bad.yaml").write_text("case: x\n")

    ran = checker("audit", "bad.yaml", letter("000"), "--format", "json")

    assert ran.code == 2
    assert [one["case"] for one in ran.json["entries"]] == ["imr-000"]
    assert "bad.yaml" in ran.err
