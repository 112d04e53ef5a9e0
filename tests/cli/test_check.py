"""`checker check`: exit codes, many cases, options, and the JSON that other programs read."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.shipped import shipped
from tests.cli.schema import CHECK, CHECKED, contradictions, mismatches

Checker = Callable[..., Any]

# --- Exit codes -----------------------------------------------------------------------------------

CODES = {"ready": 0, "not-ready": 1, "to-answer": 3, "not-covered": 3}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_the_exit_code_says_how_one_case_stands(
    checker: Checker, example: Callable[[str], Path], name: str, code: int
) -> None:
    """0 ready, 1 not ready, 3 cannot tell: open or not covered."""
    assert checker("check", example(name)).code == code


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("ready ready", 0),
        ("ready to-answer", 3),
        ("not-covered to-answer ready", 3),
        ("ready not-ready", 1),
        ("to-answer not-ready not-covered", 1),
        ("ready absent", 2),
        ("not-ready absent to-answer", 2),
        ("absent", 2),
    ],
)
def test_the_exit_code_of_several_cases_is_the_worst(
    checker: Checker, example: Callable[[str], Path], names: str, code: int
) -> None:
    """2 could not run, before 1 not ready, before 3 cannot tell, before 0 ready."""
    assert checker("check", *map(example, names.split())).code == code


def test_the_worst_of_several_requests_of_one_case_counts(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """An epidural that is not covered, and a block that is not ready."""
    path = case_file(request="}\n  - {id: 2, procedure: epidural_steroid_injection")

    ran = checker("check", path, "--format", "json")

    assert ran.code == 1
    assert [one["outcome"] for one in ran.json["results"]] == ["Upheld", "not covered"]


# --- What a person reads --------------------------------------------------------------------------


def test_a_case_that_is_not_ready_says_what_to_do(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Headline, the denial's fate in plain words, each missing criterion with its remedy, the disclaimer."""
    ran = checker("check", letter("000"))

    text = " ".join(ran.out.split())
    assert ran.out.startswith("Not ready  ")
    assert "Upheld: the denial would stand" in text
    assert "! missing facet-presentation" in text
    assert "! missing conservative-care-failed" in text
    assert "→ Attach therapy notes" in text
    assert re.search(r"\b2 missing, \d+ presumed, \d+ met\b", text)
    assert "not a medical-necessity determination" in text


@pytest.mark.parametrize(
    "name", [*CODES, "range-of-levels", "odg/neck-upper-back/facet-joint-diagnostic-blocks/ready"]
)
def test_nothing_is_ever_called_approved_or_denied(
    checker: Checker, example: Callable[[str], Path], name: str
) -> None:
    """It is a decision aid: it says what the criteria imply, and decides nothing."""
    words = checker("check", example(name)).out.lower()

    for verdict in ("approved", "is denied", "not medically necessary", "certified"):
        assert verdict not in words


def test_upheld_never_stands_without_its_meaning(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The word reads backwards to an office."""
    for number in ("000", "001", "003", "004"):
        lines = checker("check", letter(number)).out.splitlines()

        ours = [one for one in lines if "Upheld" in one and not one.startswith("reviewer")]
        assert ours
        assert all("the denial would stand" in one for one in ours)


def test_a_draft_says_what_to_ask_first_and_how_to_answer(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """Three questions, how many more there are, and an example of --set."""
    ran = checker("check", example("to-answer"))

    assert ran.out.startswith("Still to answer  ")
    assert "Ask these first:" in ran.out
    assert "18 more." in ran.out
    assert "--set physical_therapy=" in ran.out


def test_several_cases_end_with_a_tally(checker: Checker, example: Callable[[str], Path]) -> None:
    """How many procedures stand how, in the words of the office."""
    ran = checker("check", *map(example, CODES))

    assert "4 procedures: 1 ready, 1 not ready, 1 to answer, 1 not covered" in ran.out


def test_a_reviewers_decision_stands_beside_ours(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Letter 002 was granted, and the rules agree."""
    assert "reviewer, #1: Overturned   agree, same reasons" in checker("check", letter("002")).out


# --- Which cases ----------------------------------------------------------------------------------


def test_a_folder_stands_for_all_its_cases(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """Subfolders too, both endings, in the order of their names; hidden files are left out."""
    for name in ("b.yaml", "sub/c.yml", "a.yaml", ".hidden.yaml", ".git/d.yaml", "sub/E.YAML"):
        case_file(name)
    Path("notes.txt").write_text("no case")

    ran = checker("check", ".", "--format", "json")

    assert [one["case"] for one in ran.json["results"]] == ["a", "b", "E", "c"]


def test_a_case_that_is_named_twice_is_checked_once(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """Once as a file, once as part of its folder, once in another spelling."""
    path = case_file("only.yaml")

    ran = checker("check", path, ".", "./only.yaml", "--format", "json")

    assert len(ran.json["results"]) == 1


def test_a_case_can_come_from_standard_input(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """It is decided as it would be from a file."""
    piped = checker("check", "-", "--format", "json", stdin=letter("004").read_bytes())

    assert piped.code == 1
    (of_file,) = checker("check", letter("004"), "--format", "json").json["results"]
    assert piped.json["results"] == [{**of_file, "file": "standard input"}]


def test_problems_on_standard_input_are_told_as_such(checker: Checker) -> None:
    """There is no file to name."""
    ran = checker("check", "-", stdin=b"case: x\nrecord: shut\nrequests: []\n")

    assert ran.code == 2
    assert ran.err.startswith("standard input:")


def test_one_bad_file_among_many_does_not_stop_the_others(
    checker: Checker, case_file: Callable[..., Path], example: Callable[[str], Path]
) -> None:
    """Its problems stand on standard error with file, line and column, the other results on standard output."""
    bad = case_file("bad.yaml", facts="facet_tendernes: true, iv_sedation_planned: maybe")

    ran = checker("check", example("ready"), bad, example("not-ready"))

    assert ran.code == 2
    assert "bad.yaml:3:" in ran.err
    assert "did you mean `facet_tenderness`?" in ran.err
    assert "`maybe`" in ran.err
    assert "example-ready #1" in ran.out
    assert "example-not-ready #1" in ran.out
    assert "bad.yaml" not in ran.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds nothing"),
        (b"just words\n", "key: value"),
        (b"\xff\xfec\x00", "save it as UTF-8"),
        (b"case: \xe9\n", "save it as UTF-8"),
        (b"case: [\n", "broken.yaml:2:1:"),
        (b"case: x\nrecord: closed\nrequests: []\n", "at least one request"),
    ],
)
def test_a_file_that_holds_no_case_is_told_in_plain_words(
    checker: Checker, tmp_path: Path, content: bytes, said: str
) -> None:
    """Never a traceback, never silence."""
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)

    ran = checker("check", path)

    assert ran.code == 2
    assert ran.out == ""
    assert "broken.yaml" in ran.err
    assert said in ran.message
    assert "Traceback" not in ran.err


def test_levels_of_another_region_are_never_decided_without_a_word(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """C3-4 is no joint of the low back; somebody has mistyped one or the other."""
    path = case_file(facts="facet_tenderness: true", request=", targets: [C3-4]")

    ran = checker("check", path, "--format", "json")

    (result,) = ran.json["results"]
    assert ran.code == 3
    assert result["outcome"] == "not covered"
    assert "region conflicting" in result["reason"]


@pytest.mark.parametrize("name", ["absent.yaml", "an empty folder", "no folder/case.yaml"])
def test_what_cannot_be_read_is_named(checker: Checker, tmp_path: Path, name: str) -> None:
    """A missing file, a folder without cases, a missing folder."""
    (tmp_path / "an empty folder").mkdir()

    ran = checker("check", tmp_path / name)

    assert ran.code == 2
    assert name in ran.err


# --- Options --------------------------------------------------------------------------------------


def criterion(ran: Any, name: str) -> dict[str, Any]:
    (result,) = ran.json["results"]
    return next(one for one in result["criteria"] if one["id"] == name)


def test_an_answer_counts_for_this_run_only(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """The file is not changed."""
    before = example("ready").read_bytes()

    answered = checker(
        "check", example("ready"), "--set", "surgery_anticipated=yes", "--format", "json"
    )

    assert answered.code == 1
    assert criterion(answered, "no-surgery-anticipated")["status"] == "not met"
    assert example("ready").read_bytes() == before


def test_several_answers_of_several_kinds_can_be_given(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """Lists, numbers, choices, and silence."""
    answers = (
        "targets=[L3-4, L4-5, L5-S1]",
        "conservative_care_weeks=3",
        "root_tension_sign=positive",
        "prior_blocks=not documented",
    )
    options = [word for answer in answers for word in ("--set", answer)]

    ran = checker("check", example("ready"), *options, "--format", "json")

    assert criterion(ran, "two-joints-at-most")["status"] == "not met"
    assert criterion(ran, "no-care-outstanding")["status"] == "not met"
    assert criterion(ran, "non-radicular")["status"] == "not met"
    assert criterion(ran, "first-set")["status"] == "presumed"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("iv_sedation=no", "did you mean `iv_sedation_planned`?"),
        ("iv_sedation_planned=maybe", "expected `true` or `false`"),
        ("conservative_care_weeks=-1", "conservative_care_weeks=-1"),
        ("conservative_care_weeks=many", "conservative_care_weeks=many"),
        ("targets=[L3-4, L9]", "`L9`"),
        ("targets=[L3-4", "not closed"),
        ("requested_joints=[L3-4]", "write `targets`"),
        ("radicular_findings=no", "derived"),
        ("intent=diagnostics", "did you mean `diagnostic`?"),
        ("iv_sedation_planned", "iv_sedation_planned"),
        ("=no", "=no"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    checker: Checker, example: Callable[[str], Path], answer: str, said: str
) -> None:
    """Before anything is decided, with the argument and what to write instead, in no Python words."""
    ran = checker("check", example("ready"), "--set", answer)

    assert ran.code == 2
    assert ran.out == ""
    assert f"--set {answer}" in ran.err
    assert said in ran.message
    assert "None" not in ran.err


def test_all_answers_that_make_no_sense_are_told_at_once(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """One correction, not one at a time."""
    ran = checker("check", example("ready"), "--set", "nonsense=1", "--set", "intent=x")

    assert "--set nonsense=1" in ran.err
    assert "--set intent=x" in ran.err


READINGS = {"strict": "strict", "as-written": "as written", "lenient": "lenient"}


@pytest.mark.parametrize(("option", "reading"), READINGS.items())
def test_the_reading_is_told_with_the_result(
    checker: Checker, letter: Callable[[str], Path], option: str, reading: str
) -> None:
    """In the footer of the text and at the head of the JSON."""
    assert f"Read {reading}" in checker("check", letter("002"), "--reading", option).out

    ran = checker("check", letter("002"), "--reading", option, "--format", "json")
    assert ran.json["reading"] == reading
    assert ran.code == (1 if option == "strict" else 0)


def test_facts_can_be_taken_from_the_record_alone(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Letter 002 hangs on a statement of its reviewer, lines 93-99."""
    assert checker("check", letter("002")).code == 0
    assert checker("check", letter("002"), "--facts-from", "record").code == 1
    assert checker("check", letter("002"), "--facts-from", "record+ur").code == 1
    assert checker("check", letter("002"), "--facts-from", "all").code == 0


def test_facts_taken_from_the_record_alone_are_told_in_the_footer(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """A result stands beside the terms under which it was reached."""
    ran = checker("check", letter("002"), "--facts-from", "record")

    assert "facts from the chart alone" in ran.out


def test_a_guideline_can_be_asked_for(checker: Checker, letter: Callable[[str], Path]) -> None:
    """The guideline that would govern anyway gives the same criteria."""
    name = "odg/low-back/facet-joint-diagnostic-blocks"

    ran = checker("check", letter("000"), "--guideline", name, "--format", "json")

    (result,) = ran.json["results"]
    assert result["guideline"] == name
    assert ran.code == 1


def test_an_unknown_guideline_is_refused_with_a_suggestion(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Nothing is decided under another one instead."""
    ran = checker("check", letter("000"), "--guideline", "odg/low-back/facet-joint-blocks")

    assert ran.code == 2
    assert ran.out == ""
    assert "did you mean `odg/low-back/facet-joint-diagnostic-blocks`?" in ran.err


def test_a_guideline_that_does_not_cover_the_request_says_so(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Letter 002 is about the neck."""
    name = "odg/low-back/facet-joint-diagnostic-blocks"

    ran = checker("check", letter("002"), "--guideline", name, "--format", "json")

    (result,) = ran.json["results"]
    assert ran.code == 3
    assert result["outcome"] == "not covered"
    assert result["guideline"] is None
    assert result["reason"] == f"{name} does not cover region `cervical`"


def test_a_day_can_be_given(checker: Checker, letter: Callable[[str], Path]) -> None:
    """An edition that was not in force on that day is used with a warning."""
    ran = checker("check", letter("000"), "--as-of", "1999-01-01", "--format", "json")

    (result,) = ran.json["results"]
    assert any("was not in force on 1999-01-01" in one for one in result["warnings"])


@pytest.mark.parametrize("day", ["2014-02-30", "11/14/2014", "yesterday", "2014-11-14T10:00"])
def test_a_day_that_does_not_exist_is_refused(
    checker: Checker, letter: Callable[[str], Path], day: str
) -> None:
    """Days are written year first."""
    ran = checker("check", letter("000"), "--as-of", day)

    assert ran.code == 2
    assert day in ran.message


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [
        ("--reading", "literal", "as-written"),
        ("--facts-from", "summary", "record+ur"),
        ("--format", "xml", "jsonl"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused_with_those_that_do(
    checker: Checker, letter: Callable[[str], Path], option: str, value: str, known: str
) -> None:
    """Usage errors are exit code 2."""
    ran = checker("check", letter("000"), option, value)

    assert ran.code == 2
    assert value in ran.message
    assert known in ran.message


# --- The contract ---------------------------------------------------------------------------------

EVERYTHING = ("000", "001", "002", "003", "004")


def test_the_result_is_exactly_the_contract(
    checker: Checker, letter: Callable[[str], Path], example: Callable[[str], Path]
) -> None:
    """Every key, every type and every null, over all letters and all examples."""
    folders = (letter("000").parent, example("ready").parent)

    ran = checker("check", *folders, "--format", "json")

    assert list(mismatches(ran.json, CHECK)) == []
    assert [one for result in ran.json["results"] for one in contradictions(result)] == []


@pytest.mark.parametrize("reading", READINGS)
def test_every_reading_keeps_the_contract(
    checker: Checker, letter: Callable[[str], Path], reading: str
) -> None:
    """Conflicts, conclusory facts and silences are in the letters."""
    ran = checker("check", letter("000").parent, "--reading", reading, "--format", "json")

    assert list(mismatches(ran.json, CHECK)) == []
    assert [one for result in ran.json["results"] for one in contradictions(result)] == []


def test_there_is_one_result_for_each_request(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The four block items of letter 003 are decided together, and each has its result."""
    results = checker("check", letter("003"), "--format", "json").json["results"]

    assert [one["request"] for one in results] == ["1", "2", "3", "4", "5"]
    assert [one["requests_together"] for one in results[1:]] == [["2", "3", "4", "5"]] * 4
    assert [one["outcome"] for one in results] == ["Upheld"] * 5


def test_a_fact_carries_where_it_stands(checker: Checker, letter: Callable[[str], Path]) -> None:
    """Letter 001 has reduced feeling in lines 51-53 of its summary, from 2015-09-10."""
    result = checker("check", letter("001"), "--format", "json").json["results"][0]

    non_radicular = next(one for one in result["criteria"] if one["id"] == "non-radicular")
    facts = {one["fact"]: one for one in non_radicular["facts"]}
    assert facts["dermatomal_sensory_loss"] == {
        "fact": "dermatomal_sensory_loss",
        "value": True,
        "state": "documented",
        "grade": "explicit",
        "evidence": [
            {
                "document": None,
                "section": "summary",
                "voice": "record",
                "line": 51,
                "last_line": 53,
                "dated": "2015-09-10",
                "quote": None,
                "at": None,
                "confirmed": True,
            }
        ],
    }
    assert facts["root_tension_sign"]["value"] == ["positive", "negative"]


def test_records_levels_and_dates_are_plain_json(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The earlier block of letter 003 is a list of objects, its levels are lists of texts."""
    result = checker("check", letter("003"), "--format", "json").json["results"][1]

    first_set = next(one for one in result["criteria"] if one["id"] == "first-set")
    facts = {one["fact"]: one["value"] for one in first_set["facts"]}
    assert facts["requested_joints"] == ["L4-5", "L5-S1"]
    assert facts["prior_blocks"][0]["block_kind"] == "medial_branch_block"
    assert facts["prior_blocks"][0]["block_targets"] == ["L3", "L4", "L5", "S1"]


def test_a_criterion_says_where_its_rule_stands(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The line begins with the criterion's id."""
    result = checker("check", letter("000"), "--format", "json").json["results"][0]

    for one in result["criteria"]:
        rule = one["rule"]
        line = Path(rule["file"]).read_text(encoding="utf-8").splitlines()[rule["line"] - 1]
        assert line.strip() == f"- id: {one['id']}"


def test_the_reviewers_decision_is_the_reviewers_word(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The place of a decision is never in the chart."""
    for number in EVERYTHING:
        for result in checker("check", letter(number), "--format", "json").json["results"]:
            assert result["decision"]["evidence"]["voice"] == "reviewer"


def test_a_draft_has_no_decision(checker: Checker, example: Callable[[str], Path]) -> None:
    """Nobody has decided yet."""
    (result,) = checker("check", example("to-answer"), "--format", "json").json["results"]

    assert result["decision"] is None
    assert result["questions"][0]["fact"] == "physical_therapy"
    assert result["questions"][0]["settles"] == ["conservative-care-failed", "no-care-outstanding"]


def test_lines_of_json_are_the_same_results(
    checker: Checker, letter: Callable[[str], Path], example: Callable[[str], Path]
) -> None:
    """One object a line, each as in the document."""
    folders = (letter("000").parent, example("ready").parent)

    lines = checker("check", *folders, "--format", "jsonl")

    whole = checker("check", *folders, "--format", "json")
    assert lines.jsonl == whole.json["results"]
    assert [one for result in lines.jsonl for one in mismatches(result, CHECKED)] == []
    assert lines.code == whole.code


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_bad_file_leaves_standard_output_valid(
    checker: Checker, case_file: Callable[..., Path], example: Callable[[str], Path], form: str
) -> None:
    """Messages go to standard error in every format."""
    bad = case_file("bad.yaml", facts="nonsense: 1")

    ran = checker("check", bad, example("ready"), "--format", form)

    results = ran.json["results"] if form == "json" else ran.jsonl
    assert ran.code == 2
    assert [one["case"] for one in results] == ["example-ready"]
    assert "unknown fact `nonsense`" in ran.err


def test_nothing_but_bad_files_leaves_nothing_to_misread(checker: Checker) -> None:
    """Exit code 2 and an empty standard output, or a document without results."""
    ran = checker("check", "absent.yaml", "--format", "json")

    assert ran.code == 2
    assert ran.out == "" or ran.json["results"] == []


def test_the_same_input_gives_the_same_bytes(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """Twice, with the rules loaded and compiled anew."""
    command = ("check", letter("000").parent, "--format", "json", "--rules", shipped("rules"))

    assert checker(*command).out == checker(*command).out


SAMPLE = {"letters": 5, "kappa": None, "day": "2015-09-10", "facts": [{"fact": "x", "n": 1}]}


@pytest.mark.parametrize(
    "change",
    [
        {"letters": None},
        {"letters": True},
        {"letters": "5"},
        {"kappa": "0"},
        {"day": "9/10/2015"},
        {"facts": None},
        {"facts": [{"fact": "x"}]},
        {"facts": [{"fact": "x", "n": 1, "more": 1}]},
        {"more": 1},
    ],
    ids=str,
)
def test_the_contract_is_not_written_so_loosely_that_it_accepts_anything(
    change: dict[str, Any],
) -> None:
    """The description of the contract refuses a wrong type, a missing key and an unknown one."""
    from tests.cli.schema import DAY, SHARE, OrNull

    shape = {
        "letters": int,
        "kappa": OrNull(SHARE),
        "day": DAY,
        "facts": [{"fact": str, "n": int}],
    }

    assert list(mismatches(copy.deepcopy(SAMPLE), shape)) == []
    assert len(list(mismatches({**SAMPLE, **change}, shape))) == 1
