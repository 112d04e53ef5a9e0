"""`--format`, `-o` and `--html`: where results go, and that a file is written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Checker = Callable[..., Any]
FORMS = ["text", "json", "jsonl", "csv", "markdown", "html", "sarif", "junit", "github"]


@pytest.fixture
def letters(letter: Callable[[str], Path]) -> Path:
    """The folder of the five determination letters."""
    return letter("000").parent


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("command", ["audit", "check"])
def test_a_file_holds_what_the_screen_would(
    checker: Checker, letter: Callable[[str], Path], command: str, form: str
) -> None:
    """Byte for byte, with the same exit code; the name of the file is told on standard error."""
    screen = checker(command, letter("001"), "--format", form)
    file = checker(command, letter("001"), "--format", form, "-o", "result")

    assert (file.code, file.out) == (screen.code, "")
    assert file.err == "wrote result\n"
    assert Path("result").read_bytes().decode() == screen.out


def test_html_can_be_written_beside_what_is_shown(checker: Checker, letters: Path) -> None:
    """One run, two results."""
    ran = checker("audit", letters, "--html", "report.html")

    assert ran.out == checker("audit", letters).out
    assert Path("report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_an_older_result_is_replaced_and_keeps_its_mode(checker: Checker, letters: Path) -> None:
    """A link to it still leads to it."""
    Path("kept.csv").write_text("old")
    Path("kept.csv").chmod(0o640)
    Path("link.csv").symlink_to("kept.csv")

    checker("audit", letters, "--format", "csv", "-o", "link.csv")

    assert Path("link.csv").is_symlink()
    assert Path("kept.csv").read_text().startswith("case,")
    assert stat.S_IMODE(Path("kept.csv").stat().st_mode) == 0o640
    assert sorted(one.name for one in Path().iterdir()) == ["kept.csv", "link.csv"]


def test_a_result_that_cannot_be_written_leaves_the_older_one(
    checker: Checker, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full: exit code 2, nothing half, nothing left lying about."""
    Path("kept.csv").write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    ran = checker("audit", letters, "--format", "csv", "-o", "kept.csv")

    assert ran.code == 2
    assert ran.err == "kept.csv: cannot be written: No space left on device\n"
    assert Path("kept.csv").read_text() == "old"
    assert [one.name for one in Path().iterdir()] == ["kept.csv"]


def test_a_result_never_replaces_a_case(checker: Checker, letter: Callable[[str], Path]) -> None:
    """By whatever name."""
    Path("case.yaml").write_bytes(letter("000").read_bytes())
    Path("link.yaml").symlink_to("case.yaml")
    before = Path("case.yaml").read_bytes()

    for name in ("case.yaml", "./link.yaml"):
        for options in (["-o", name], ["--html", name]):
            ran = checker("audit", "case.yaml", *options)
            assert (ran.code, ran.out) == (2, "")
            assert "this is one of the cases; the result would replace it" in ran.err

    assert Path("case.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (".", "this is a folder; name a file in it"),
        ("absent/result", "the folder does not exist; make it first"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_any_work(
    checker: Checker, letters: Path, name: str, told: str
) -> None:
    """Exit code 2, nothing on standard output."""
    ran = checker("audit", letters, "-o", name)

    assert (ran.code, ran.out, ran.err) == (2, "", f"{name}: {told}\n")


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_an_audit_of_nothing_replaces_an_older_result(
    checker: Checker, example: Callable[[str], Path], form: str
) -> None:
    """Which would be taken for the present one otherwise."""
    Path("kept").write_text("old")

    assert checker("audit", example("ready"), "--format", form, "-o", "kept").code == 0
    assert "old" not in Path("kept").read_text(encoding="utf-8").split()


def test_a_file_that_cannot_be_read_is_named_in_the_report(checker: Checker, letters: Path) -> None:
    """As well as on standard error; exit code 2."""
    ran = checker("audit", letters, "absent.yaml", "--format", "markdown")

    assert ran.code == 2
    assert "**1 file could not be read and is left out: absent.yaml**" in ran.out
    assert checker("check", "absent.yaml", letters, "--format", "json").json["unread"] == [
        "absent.yaml"
    ]


def test_two_results_need_two_files(checker: Checker, letters: Path) -> None:
    """The second would replace the first."""
    ran = checker("audit", letters, "-o", "one", "--html", "./one")

    assert ran.code == 2
    assert "name two files" in ran.err


def test_a_device_is_written_to_as_it_is(checker: Checker, letters: Path) -> None:
    """It has no place that another file could take."""
    assert checker("audit", letters, "-o", os.devnull).code == 0
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(("form", "escape"), [("html", "&#"), ("json", "\\u")])
def test_a_terminal_without_utf8_gets_plain_ascii(
    process: Callable[..., Any], letter: Callable[[str], Path], form: str, escape: str
) -> None:
    """Escaped as the format has it."""
    ran = process("check", letter("002"), "--format", form, PYTHONIOENCODING="ascii")

    assert ran.code == 0
    assert ran.out.isascii()
    assert [one for one in ("&#", "\\u", "\\x") if one in ran.out] in ([escape], [])


def test_a_misspelt_format_is_told_with_those_there_are(checker: Checker, letters: Path) -> None:
    """Exit code 2."""
    ran = checker("audit", letters, "--format", "xml")

    assert ran.code == 2
    assert "sarif" in ran.message
