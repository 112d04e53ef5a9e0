"""Many letters at once: whole drafts, nothing lost, one bad letter never stops the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.writing import Told, ToldItem, imr
from checker.case import Case, load_case
from checker.casefile import case_text
from checker.fact import Documented, Evidence
from checker.letters import batch
from checker.letters.batch import Extracted, Job, extract_all
from checker.rulebase import RuleBase

TITLES = (
    "Bilateral L4-5 and L5-S1 medial branch blocks under fluoroscopy",
    "One TENS unit for purchase",
)
SUMMARY = (
    "The facets at L4-5 are tender when pressed. There is spasm of the muscles beside the spine."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three letters and one file that is none."""
    letters = tmp_path / "letters"
    letters.mkdir()
    for number in (1, 2, 3):
        items = tuple(ToldItem(title=one) for one in TITLES[: 1 + number % 2])
        text = imr(Told(items, case_number=f"CM15-000000{number}", summary=SUMMARY))
        (letters / f"{number}.txt").write_text(text, encoding="utf-8")
    (letters / "none.txt").write_text("This is a shopping list and no letter.", encoding="utf-8")
    return letters


@pytest.fixture
def run(folder: Path, tmp_path: Path, rules: RuleBase) -> Callable[..., dict[str, Extracted]]:
    """Read the folder into drafts; the outcome of each file by its name."""
    drafts = tmp_path / "drafts"
    drafts.mkdir()

    def extract(processes: int = 1) -> dict[str, Extracted]:
        files = sorted(folder.glob("*.txt"))
        found = extract_all(files, Job(rules.folder, drafts), processes)
        return {Path(one.file).stem: one for one in found}

    return extract


def draft(tmp_path: Path, name: str, rules: RuleBase) -> Case:
    return load_case(tmp_path / "drafts" / f"{name}.yaml", rules)


def test_each_letter_becomes_a_draft_and_what_is_none_is_told(
    run: Callable[..., dict[str, Extracted]], tmp_path: Path, rules: RuleBase
) -> None:
    found = run()

    assert sorted(path.name for path in (tmp_path / "drafts").iterdir()) == [
        "1.yaml",
        "2.yaml",
        "3.yaml",
    ]
    assert [found[name].items for name in ("1", "2", "3")] == [2, 1, 2]
    assert "no letter in a known layout" in (found["none"].failure or "")
    assert draft(tmp_path, "1", rules).facts["facet_tenderness"].value is True  # type: ignore[union-attr]


def test_several_processes_write_the_same_drafts(
    run: Callable[..., dict[str, Extracted]], tmp_path: Path
) -> None:
    run()
    alone = {one.name: one.read_bytes() for one in (tmp_path / "drafts").iterdir()}
    for one in (tmp_path / "drafts").iterdir():
        one.unlink()

    run(2)

    assert {one.name: one.read_bytes() for one in (tmp_path / "drafts").iterdir()} == alone


def test_what_is_up_to_date_is_left_alone(
    run: Callable[..., dict[str, Extracted]], tmp_path: Path
) -> None:
    run()
    before = (tmp_path / "drafts" / "1.yaml").stat().st_mtime_ns

    again = run()

    assert again["1"].kept == (str(tmp_path / "drafts" / "1.yaml"),)
    assert again["1"].written == ()
    assert (tmp_path / "drafts" / "1.yaml").stat().st_mtime_ns == before


def test_a_changed_letter_is_read_again_and_what_a_person_confirmed_stays(
    run: Callable[..., dict[str, Extracted]], folder: Path, tmp_path: Path, rules: RuleBase
) -> None:
    run()
    case = draft(tmp_path, "1", rules)
    seen = Documented(False, evidence=(Evidence(line=9),))
    corrected = replace(case, facts={**case.facts, "facet_tenderness": seen})
    (tmp_path / "drafts" / "1.yaml").write_text(case_text(corrected), encoding="utf-8")
    letter = folder / "1.txt"
    letter.write_text(letter.read_text().replace("spasm", "no spasm"), encoding="utf-8")

    run()

    again = draft(tmp_path, "1", rules)
    assert again.facts["facet_tenderness"] == seen
    assert again.facts["muscle_spasm"].value is False  # type: ignore[union-attr]


def test_a_case_of_another_origin_is_never_overwritten(
    run: Callable[..., dict[str, Extracted]], tmp_path: Path
) -> None:
    other = tmp_path / "drafts" / "1.yaml"
    other.write_text("case: mine\nrecord: open\nrequests: [{id: 1}]\n", encoding="utf-8")

    found = run()

    assert "no draft of the letter" in (found["1"].failure or "")
    assert other.read_text(encoding="utf-8").startswith("case: mine")
    assert found["2"].written


def test_a_draft_that_a_person_broke_is_told_and_kept(
    run: Callable[..., dict[str, Extracted]], tmp_path: Path
) -> None:
    run()
    broken = tmp_path / "drafts" / "1.yaml"
    broken.write_text("case: [", encoding="utf-8")

    assert "1.yaml:1:" in (run()["1"].failure or "")
    assert broken.read_text(encoding="utf-8") == "case: ["


def test_a_folder_that_cannot_be_written_is_told(
    run: Callable[..., dict[str, Extracted]], tmp_path: Path
) -> None:
    (tmp_path / "drafts").rmdir()

    assert "cannot be written: No such file" in (run()["1"].failure or "")


def test_a_letter_that_ends_its_process_does_not_end_the_others(
    run: Callable[..., dict[str, Extracted]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a fault in a library that reads PDF would."""
    monkeypatch.setattr(batch, "_extract_there", _ends_at_two)
    monkeypatch.setattr(batch, "_START", "fork")

    found = run(2)

    assert "ended the process" in (found["2"].failure or "")
    assert all(found[name].written for name in ("1", "3"))


def _ends_at_two(file: Path, job: Job) -> Extracted:
    import os

    if file.stem == "2":
        os._exit(9)
    return batch.extract(file, job.folder, batch._reader(job.rules))
