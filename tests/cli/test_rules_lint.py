"""`checker rules lint`, `explain` and `fmt`: what they print, how they end, and that no file is ever lost."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from checker.shipped import shipped
from tests.somerules import some_rules

Checker = Callable[..., Any]

LOW_BACK = "odg/low-back/facet-joint-diagnostic-blocks"
NAME = f"{LOW_BACK}.yaml"
OPIOIDS = "mtus/chronic-pain/opioids.yaml"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Two of the shipped guidelines, and what all share, in a folder that may be changed."""
    return some_rules(tmp_path / "rules", LOW_BACK, OPIOIDS.removesuffix(".yaml"))


def changed(folder: Path, old: str, new: str, name: str = NAME) -> Path:
    """A file of a rule base with the first occurrence of a text replaced."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


CAPITAL = ("    fix: ", "    fix: write it down. ")
MISSPELT = ("facet_tenderness: true", "facet_tendernes: true")


# --- lint -----------------------------------------------------------------------------------------


def test_the_shipped_rule_base_has_nothing_to_mend(checker: Checker) -> None:
    """Notes are counted and do not fail the run."""
    ran = checker("rules", "lint")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("nothing to mend in 31 files; ")
    assert "notes, which --strict lists" in ran.out


def test_what_is_found_is_told_with_its_place(checker: Checker, copied: Path) -> None:
    """File, line, column, level and rule, the line and a caret; a warning does not fail the run."""
    changed(copied, *CAPITAL)

    ran = checker("rules", "lint", "rules/odg")

    assert ran.code == 0
    head, shown, caret, total = ran.out.splitlines()
    assert head.startswith(f"rules/{NAME}:")
    assert head.endswith("warning R402: a sentence begins with a capital")
    assert shown[caret.index("^") :].startswith("write it down.")
    assert total.startswith("1 warning in 1 file; ")


def test_strictly_a_warning_is_an_error(checker: Checker, copied: Path) -> None:
    """And a note is a warning, which is listed."""
    changed(copied, *CAPITAL)

    ran = checker("rules", "lint", "rules", "--strict")

    assert ran.code == 1
    assert "error R402: a sentence begins with a capital" in ran.out
    assert "warning R503: not verified against the source" in ran.out


def test_an_error_fails_the_run(checker: Checker, copied: Path) -> None:
    """The exit code is that of something that is not ready."""
    changed(copied, "    fix: ", "    fix: TODO ")

    ran = checker("rules", "lint", "rules")

    assert ran.code == 1
    assert "error R405: `TODO` is still to be filled in" in ran.out


@pytest.mark.parametrize("named", [NAME, "odg", "odg/low-back"])
def test_only_the_named_files_are_looked_at(checker: Checker, copied: Path, named: str) -> None:
    """A file or a folder; what is found elsewhere is another day's work."""
    changed(copied, *CAPITAL)
    changed(copied, *CAPITAL, name=OPIOIDS)

    ran = checker("rules", "lint", copied / named)

    assert ran.out.count("R402") == 1
    assert "opioids" not in ran.out


def test_the_rule_base_around_a_file_is_the_one_that_is_meant(
    checker: Checker, copied: Path
) -> None:
    """Wherever the command runs, and whatever rule base comes along."""
    changed(copied, *CAPITAL)

    assert "R402" in checker("rules", "lint", copied / NAME).out
    assert "R402" in checker("rules", "lint", "--rules", copied).out


@pytest.mark.usefixtures("copied")
def test_a_file_of_no_rule_base_is_refused(checker: Checker) -> None:
    """With the file that was probably meant."""
    ran = checker("rules", "lint", "rules/odg/low-back/facet-joint-diagnostic-block.yaml")

    assert (ran.code, ran.out) == (2, "")
    assert f"no file of the rule base in rules (did you mean `rules/{NAME}`?)" in ran.err


def test_a_rule_base_that_does_not_load_is_told_as_always(checker: Checker, copied: Path) -> None:
    """Every problem with its place and what to write instead; the exit code is 2."""
    changed(copied, *MISSPELT)

    ran = checker("rules", "lint", "rules")

    assert (ran.code, ran.out) == (2, "")
    assert "unknown fact `facet_tendernes` (did you mean `facet_tenderness`?)" in ran.err


# --- lint for programs ----------------------------------------------------------------------------


def lines_of(ran: Any, form: str) -> list[tuple[str, str, int]]:
    """Level, rule and line of all that a format tells."""
    match form:
        case "json":
            return [(one["level"], one["rule"], one["line"]) for one in ran.json["notices"]]
        case "sarif":
            results = ran.json["runs"][0]["results"]
            regions = [one["locations"][0]["physicalLocation"]["region"] for one in results]
            return [
                (one["level"], one["ruleId"], region["startLine"])
                for one, region in zip(results, regions, strict=True)
            ]
        case "github":
            parts = [
                line.removeprefix("::").split("::")[0].split(" ", 1)
                for line in ran.out.splitlines()
            ]
            told = [
                (level, dict(one.split("=") for one in rest.split(","))) for level, rest in parts
            ]
            return [(level, one["title"], int(one["line"])) for level, one in told]
        case _:
            cases = ElementTree.fromstring(ran.out).iter("testcase")
            names = [one.get("name", "").split() for one in cases if len(one)]
            return [("", name[0], int(name[-1])) for name in names]


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_every_format_tells_the_same(checker: Checker, copied: Path, form: str) -> None:
    """Level, rule and line of what was found."""
    path = changed(copied, *CAPITAL)
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "fix: write" in text)

    ran = checker("rules", "lint", path, "--format", form)

    assert ran.code == 0
    found = [one for one in lines_of(ran, form) if one[1] != "R503"]
    assert found == [("" if form == "junit" else "warning", "R402", line)]


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_a_rule_base_that_does_not_load_is_told_in_every_format(
    checker: Checker, copied: Path, form: str
) -> None:
    """As errors of the rule that it must load; the exit code is 2."""
    changed(copied, *MISSPELT)

    ran = checker("rules", "lint", "rules", "--format", form)

    assert ran.code == 2
    assert {rule for _, rule, _ in lines_of(ran, form)} == {"R001"}


# --- lint --fix -----------------------------------------------------------------------------------


def test_what_is_safe_is_mended(checker: Checker, copied: Path) -> None:
    """A capital, a period and an `any` of one part; comments stay, and nothing is found any more."""
    path = changed(copied, "    fix: ", "    fix: write it down. ")
    changed(
        copied,
        "requires: {iv_sedation_planned: false}",
        "requires: {any: [{iv_sedation_planned: false}]}",
    )
    before = path.read_text(encoding="utf-8")

    ran = checker("rules", "lint", path, "--fix", "--strict")

    after = path.read_text(encoding="utf-8")
    assert "mended 2 in rules/" in ran.err
    assert "R402" not in ran.out
    assert "fix: Write it down. " in after
    assert "requires: {iv_sedation_planned: false}" in after
    assert [one for one in after.splitlines() if "#" in one] == [
        one for one in before.splitlines() if "#" in one
    ]


def test_only_what_is_mended_changes(checker: Checker, copied: Path) -> None:
    """Line ends and a mark at the beginning stay as the author's editor writes them."""
    path = changed(copied, *CAPITAL)
    before = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(before)

    checker("rules", "lint", path, "--fix")

    assert path.read_bytes() == before.replace(b"fix: write it down. ", b"fix: Write it down. ")


def test_nothing_to_mend_changes_no_file(checker: Checker, copied: Path) -> None:
    """Not even its time."""
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*.yaml")}

    checker("rules", "lint", "rules", "--fix")

    assert {path: path.stat().st_mtime_ns for path in copied.rglob("*.yaml")} == before


def test_what_is_not_safe_is_left_to_its_author(checker: Checker, copied: Path) -> None:
    """A folded text is told and stays as it is."""
    path = changed(copied, "    says: ", "    says: >-\n      a text\n      ")
    before = path.read_text(encoding="utf-8")

    ran = checker("rules", "lint", path, "--fix")

    assert path.read_text(encoding="utf-8") == before
    assert "R402" in ran.out


# --- explain --------------------------------------------------------------------------------------


def test_a_rule_is_explained(checker: Checker) -> None:
    """What it asks, why, and a sample on each side; small letters will do."""
    ran = checker("rules", "explain", "r201")

    assert ran.code == 0
    assert ran.out.startswith("R201  An exception is not presumed\n")
    assert "Not so:\n    requires: {any:" in ran.out
    assert "But so:\n" in ran.out


def test_all_rules_are_listed(checker: Checker) -> None:
    """One line each."""
    lines = checker("rules", "explain").out.splitlines()

    assert len(lines) > 30
    assert lines[0] == "R001  error    A rule base loads"


def test_an_unknown_rule_is_refused(checker: Checker) -> None:
    """With the nearest, or where to find them all."""
    ran = checker("rules", "explain", "R20")

    assert ran.code == 2
    assert "there is no lint rule `R20`" in ran.err


# --- fmt ------------------------------------------------------------------------------------------


def test_the_shipped_rule_base_is_laid_out(checker: Checker) -> None:
    """Nothing is changed and nothing would be."""
    ran = checker("rules", "fmt", "--check")

    assert (ran.code, ran.out, ran.err) == (0, "nothing to change\n", "")


def test_a_file_is_laid_out_in_its_place(checker: Checker, copied: Path) -> None:
    """Its rights stay; a second run changes nothing."""
    path = changed(copied, 'item: "1"', "item:    '1'")
    path.chmod(0o640)

    ran = checker("rules", "fmt", path)

    assert (ran.code, ran.out) == (0, f"changed rules/{NAME}\n")
    assert path.read_text(encoding="utf-8") == (shipped("rules") / NAME).read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert checker("rules", "fmt", path).out == "nothing to change\n"


def test_a_check_changes_nothing(checker: Checker, copied: Path) -> None:
    """It names the files and fails."""
    path = changed(copied, 'item: "1"', "item:    '1'")
    before = path.read_text(encoding="utf-8")

    ran = checker("rules", "fmt", "--check", "rules")

    assert (ran.code, ran.out) == (1, f"would change rules/{NAME}\n")
    assert path.read_text(encoding="utf-8") == before


def test_a_file_that_cannot_be_read_stays_and_the_others_are_laid_out(
    checker: Checker, copied: Path
) -> None:
    """Its problem is told; the exit code is 2."""
    broken = changed(copied, "criteria:", "criteria", name=OPIOIDS)
    changed(copied, 'item: "1"', "item:    '1'")
    before = broken.read_text(encoding="utf-8")

    ran = checker("rules", "fmt", "rules")

    assert ran.code == 2
    assert "opioids.yaml" in ran.err
    assert ran.out == f"changed rules/{NAME}\n"
    assert broken.read_text(encoding="utf-8") == before


def test_an_interrupted_run_leaves_the_file_whole(
    checker: Checker, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped while it writes, it has changed nothing and left nothing behind."""
    path = changed(copied, 'item: "1"', "item:    '1'")
    before = path.read_text(encoding="utf-8")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    ran = checker("rules", "fmt", path)

    assert ran.code == 130
    assert path.read_text(encoding="utf-8") == before
    assert list(path.parent.glob(".*")) == []


def test_a_link_stays_a_link(checker: Checker, copied: Path, tmp_path: Path) -> None:
    """What it leads to is laid out."""
    path = changed(copied, 'item: "1"', "item:    '1'")
    moved = shutil.move(path, tmp_path / "elsewhere.yaml")
    path.symlink_to(moved)

    ran = checker("rules", "fmt", copied)

    assert ran.code == 0
    assert path.is_symlink()
    assert 'item: "1"' in Path(moved).read_text(encoding="utf-8")


def test_the_json_of_lint_is_one_document(checker: Checker) -> None:
    """With the tool, the sums and the notices."""
    told = json.loads(checker("rules", "lint", "--format", "json").out)

    assert told["schema"] == 1
    assert told["summary"]["error"] == told["summary"]["warning"] == 0
    assert told["summary"]["note"] == len(told["notices"]) > 0
    assert told["notices"][0].keys() == {"rule", "level", "message", "file", "line", "column"}
