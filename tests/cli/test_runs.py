"""`checker audit --save`, and `runs`, `diff`, `replay` and `forget` beside it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.shipped import shipped

Checker = Callable[..., Any]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own store, in a folder of its own."""
    monkeypatch.delenv("CHECKER_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "checker" / "audits.sqlite"


@pytest.fixture
def letters(letter: Callable[[str], Path]) -> Path:
    """The folder of the five determination letters."""
    return letter("000").parent


def changed_rules(folder: Path) -> Path:
    """The shipped rules, under which four weeks of care have become ten and one block two."""
    shutil.copytree(shipped("rules"), folder)
    file = folder / "odg/low-back/facet-joint-diagnostic-blocks.yaml"
    text = file.read_text(encoding="utf-8")
    assert "if_silent: counts_against" in text
    file.write_text(text.replace("if_silent: counts_against", "if_silent: presumed"), "utf-8")
    return folder


# --- Saving -------------------------------------------------------------------------------------------


def test_an_audit_is_kept_only_when_it_is_asked_for(
    checker: Checker, letters: Path, store: Path
) -> None:
    """No file is made otherwise."""
    checker("audit", letters)
    assert not store.exists()

    ran = checker("audit", letters, "--save")

    assert ran.code == 0
    assert "saved run 1; replay it with: checker audit replay 1" in ran.err
    assert store.is_file()


def test_the_result_is_the_same_whether_it_is_saved_or_not(checker: Checker, letters: Path) -> None:
    """Saving says what it did on standard error."""
    assert checker("audit", letters, "--save-as", "before").out == checker("audit", letters).out


def test_saved_audits_are_listed(checker: Checker, letters: Path) -> None:
    """With what they were, and what came out."""
    checker("audit", letters, "--save-as", "before")
    checker("audit", letters, "--save", "--reading", "strict", "--facts-from", "record")

    text = " ".join(checker("audit", "runs").out.split())
    runs = checker("audit", "runs", "--format", "json").json["runs"]

    assert re.search(
        r"1 before \d{4}-\d\d-\d\d \d\d:\d\d 10 8 of 8 as written all [0-9a-f]{12}", text
    )
    assert re.search(r"2 \d{4}-\d\d-\d\d \d\d:\d\d 10 \d of 8 strict record", text)
    assert [(one["run"], one["name"], one["reading"]) for one in runs] == [
        (1, "before", "as written"),
        (2, None, "strict"),
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", one["corpus"]["digest"]) for one in runs)


def test_without_a_saved_audit_the_list_says_how_to_save_one(checker: Checker) -> None:
    """An empty list is no failure."""
    ran = checker("audit", "runs")

    assert (ran.code, ran.out) == (0, "")
    assert "--save" in ran.err
    assert checker("audit", "runs", "--format", "json").json["runs"] == []


def test_another_store_can_be_named_by_option_or_environment(
    checker: Checker, letters: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option counts more."""
    monkeypatch.setenv("CHECKER_STORE", "team.sqlite")
    checker("audit", letters, "--save-as", "team")
    checker("audit", letters, "--save-as", "mine", "--store", "mine.sqlite")

    assert not store.exists()
    assert "team" in checker("audit", "runs").out
    assert "mine" in checker("audit", "runs", "--store", "mine.sqlite").out


@pytest.mark.parametrize("name", ["3", "cases/imr", "latest", ""])
def test_a_name_that_cannot_be_one_is_refused_before_any_work(
    checker: Checker, letters: Path, name: str, store: Path
) -> None:
    """Exit code 2, nothing on standard output."""
    ran = checker("audit", letters, "--save-as", name)

    assert (ran.code, ran.out) == (2, "")
    assert not store.exists()


def test_a_name_that_is_taken_is_refused_before_any_work(checker: Checker, letters: Path) -> None:
    """The first run keeps it."""
    checker("audit", letters, "--save-as", "before")

    ran = checker("audit", letters, "--save-as", "before")

    assert (ran.code, ran.out) == (2, "")
    assert "choose another name" in ran.err


def test_an_audit_with_an_unreadable_case_is_not_saved(checker: Checker, letters: Path) -> None:
    """It would look as if the corpus were whole."""
    ran = checker("audit", letters, "absent.yaml", "--save")

    assert ran.code == 2
    assert "not saved, as 1 of the cases could not be read" in ran.err
    assert checker("audit", "runs").out == ""


def test_an_audit_of_nothing_is_not_saved(checker: Checker, example: Callable[[str], Path]) -> None:
    """There is nothing to decide again."""
    ran = checker("audit", example("ready"), "--save")

    assert ran.code == 2
    assert "nothing to compare" in ran.err


@pytest.mark.parametrize("command", [["runs"], ["diff", "1", "2"], ["replay"], ["forget", "1"]])
def test_a_file_that_is_no_store_is_told_by_every_command(
    checker: Checker, command: list[str]
) -> None:
    """Exit code 2, in one line."""
    Path("notes.txt").write_text("no store\n" * 200)

    ran = checker("audit", *command, "--store", "notes.txt")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "notes.txt: the file is no store of audits, or it is damaged\n"


# --- Commands and paths of one name -------------------------------------------------------------------


def test_a_path_that_is_called_like_a_command_can_be_reached(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """As ./diff; and a folder called `unnamed` or `audit` needs nothing."""
    for name in ("diff", "audit", "unnamed"):
        Path(name).mkdir()
        shutil.copy(letter("000"), Path(name, "000.yaml"))

    for path in ("./diff", "audit", "unnamed"):
        ran = checker("audit", path, "--format", "json")
        assert (ran.code, ran.json["summary"]["letters"]) == (0, 1)


def test_help_of_the_audit_names_the_commands_beside_it(checker: Checker) -> None:
    """And each of them has help of its own."""
    text = " ".join(checker("audit", "--help").out.split())

    assert "Compare decisions with the guideline" in text
    for command in ("runs", "diff", "replay", "forget"):
        assert command in text
        assert "Usage" in checker("audit", command, "--help").out


# --- Comparing ----------------------------------------------------------------------------------------


def test_two_audits_of_the_same_are_identical(checker: Checker, letters: Path) -> None:
    """Nothing changed, and no term differs."""
    checker("audit", letters, "--save")
    checker("audit", letters, "--save")

    ran = checker("audit", "diff", "1", "2")

    assert ran.code == 0
    assert "10 of 10 items identical\n" in ran.out
    assert checker("audit", "diff", "1", "2", "--format", "json").json["terms"] == []


def test_what_another_reading_changes_is_told_item_by_item(checker: Checker, letters: Path) -> None:
    """The determination, the agreement and each status, before and after."""
    checker("audit", letters, "--save-as", "written")
    checker("audit", letters, "--save-as", "lenient", "--reading", "lenient")

    ran = checker("audit", "diff", "written", "lenient")
    told = checker("audit", "diff", "written", "lenient", "--format", "json").json

    assert ran.code == 0
    assert "reading: as written → lenient" in ran.out
    assert "agree: 8 of 8 (95 % interval 67.6 to 100.0) → 7 of 8" in ran.out
    assert "2 of 10 items identical; 8 changed (2 determinations, 3 agreements)" in ran.out
    (change,) = [one for one in told["changes"] if one["item"] == "imr-000#1"]
    differences = {one["what"]: (one["before"], one["after"]) for one in change["differences"]}
    assert differences["determination"] == ("Upheld", "Overturned")
    assert differences["agreement"] == ("same reasons", "disagree")
    assert differences["conservative-care-failed"] == ("missing", "presumed")
    assert told["identical"] + len(told["changes"]) == told["compared"] == 10


def test_items_that_only_one_audit_has_are_added_or_removed(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """And the corpus is said to be another."""
    checker("audit", letter("000"), letter("001"), "--save")
    checker("audit", letter("001"), letter("002"), "--save")

    told = checker("audit", "diff", "1", "2", "--format", "json").json

    kinds = [(one["item"], one["kind"]) for one in told["changes"]]
    assert kinds == [("imr-000#1", "removed"), ("imr-002#1", "added")]
    assert (told["identical"], told["compared"]) == (2, 2)
    assert [one["what"] for one in told["terms"]] == ["cases"]


def test_two_items_of_one_name_are_told_apart(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """By their order."""
    for name in ("one.yaml", "two.yaml"):
        shutil.copy(letter("004"), name)
    checker("audit", "one.yaml", "two.yaml", "--save")
    checker("audit", "one.yaml", "--save")

    told = checker("audit", "diff", "1", "2", "--format", "json").json

    removed = [one["item"] for one in told["changes"] if one["kind"] == "removed"]
    assert removed == ["imr-004#1 (2)"]


def test_a_comparison_can_be_written_as_markdown(checker: Checker, letters: Path) -> None:
    """A table with one row for every difference."""
    checker("audit", letters, "--save")
    checker("audit", letters, "--save", "--reading", "lenient")

    ran = checker("audit", "diff", "1", "2", "--format", "markdown", "-o", "diff.md")

    assert ran.out == ""
    lines = Path("diff.md").read_text(encoding="utf-8").splitlines()
    assert "| imr-000&#35;1 | determination | Upheld | Overturned |" in lines


# --- Deciding again -----------------------------------------------------------------------------------


def test_a_replay_under_the_same_rules_is_identical(checker: Checker, letters: Path) -> None:
    """From the saved cases alone, under the terms of the run."""
    shutil.copytree(letters, "letters")
    options = ("--reading", "strict", "--facts-from", "record+ur", "--as-of", "2014-01-01")
    checker("audit", "letters", "--save-as", "before", *options)
    shutil.rmtree("letters")

    ran = checker("audit", "replay", "before")

    assert ran.code == 0
    assert "10 of 10 items identical\n" in ran.out
    assert checker("audit", "replay", "before", "--format", "json").json["terms"] == []


def test_a_replay_under_a_guideline_that_was_asked_for_asks_it_again(
    checker: Checker, letters: Path
) -> None:
    """Though the document does not say which it was."""
    guideline = "cms/facet-joint-interventions/diagnostic-first"
    checker("audit", letters, "--save", "--guideline", guideline)

    assert "10 of 10 items identical" in checker("audit", "replay").out


def test_a_replay_under_other_rules_tells_what_differs(
    checker: Checker, letters: Path, tmp_path: Path
) -> None:
    """Exit code 1; what was saved does not change."""
    rules = changed_rules(tmp_path / "rules")
    checker("audit", letters, "--save-as", "before")

    ran = checker("audit", "replay", "before", "--rules", rules)

    assert ran.code == 1
    assert re.search(r"rules: [0-9a-f]{12} → [0-9a-f]{12}", ran.out)
    assert "imr-000#1  changed\n  determination: Upheld → Overturned\n" in ran.out
    assert "agree: 8 of 8" in ran.out
    assert checker("audit", "replay", "before").code == 0


def test_a_saved_case_that_the_rules_cannot_read_is_named(
    checker: Checker, letters: Path, tmp_path: Path
) -> None:
    """Exit code 2; the others are decided, and no value of the case is shown."""
    rules = shutil.copytree(shipped("rules"), tmp_path / "rules")
    vocabulary = rules / "vocabulary.yaml"
    text = vocabulary.read_text(encoding="utf-8")
    assert "laser_disc_surgery" in text
    vocabulary.write_text(text.replace("laser_disc_surgery", "laser_surgery_of_disc"), "utf-8")
    checker("audit", letters, "--save")

    ran = checker("audit", "replay", "--rules", rules)

    assert ran.code == 2
    assert "001.yaml, as it was saved: `laser_disc_surgery` is not one of" in ran.err
    assert "1 file could not be read and is left out: " in ran.out
    assert "removed" in ran.out
    assert "8 of 8 items identical" in ran.out


def test_a_run_that_is_not_there_is_told(checker: Checker, letters: Path) -> None:
    """With the closest name."""
    checker("audit", letters, "--save-as", "before")

    ran = checker("audit", "replay", "befor")

    assert ran.code == 2
    assert ran.err == "no run `befor` (did you mean `before`?)\n"


def test_a_forgotten_audit_is_gone(checker: Checker, letters: Path, store: Path) -> None:
    """With its cases; it must be named, the latest is not enough."""
    checker("audit", letters, "--save-as", "before")
    assert b"imr-003" in store.read_bytes()

    assert checker("audit", "forget", "latest").code == 2
    ran = checker("audit", "forget", "before")

    assert ran.code == 0
    assert ran.err == "forgot before (run 1)\n"
    assert checker("audit", "runs").out == ""
    assert b"imr-003" not in store.read_bytes()


def test_a_saved_audit_holds_what_the_documentation_says(
    checker: Checker, letters: Path, store: Path
) -> None:
    """Entries of the contract and cases, readable with SQLite alone; the query of the page runs."""
    import sqlite3

    checker("audit", letters, "--save")

    connection = sqlite3.connect(store)
    rows = connection.execute(
        "select case_name, request, agreement, json_extract(entry, '$.determination.reason')"
        " from checker_item where agreement = 'disagree'"
    ).fetchall()
    (cases,) = connection.execute("select count(*) from checker_case").fetchone()
    page = (Path(__file__).parents[2] / "docs/reports.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    missing = connection.execute(query).fetchall()
    connection.close()
    assert rows == [("imr-001", "2", "disagree", "missing: surgery-considered")]
    assert cases == 5
    assert missing[0] == (1, "conservative-care-failed", 6)
