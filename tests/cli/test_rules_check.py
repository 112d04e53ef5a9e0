"""`checker rules check` and `checker rules test`, once and again after every change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from checker.cli import watching
from checker.cli.watching import watch
from checker.errors import Place, Problem, RuleError
from tests.somerules import some_rules

Checker = Callable[..., Any]

THORACIC = "odg/thoracic/facet-joint-injections"
NECK = "odg/neck-upper-back/facet-joint-therapeutic-injections"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Two of the shipped guidelines, and what all share, in a folder that may be changed."""
    return some_rules(tmp_path / "rules", THORACIC, NECK)


def changed(folder: Path, old: str, new: str) -> None:
    path = folder / f"{THORACIC}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- check ----------------------------------------------------------------------------------------


def test_what_lint_finds_fails_the_check(checker: Checker, copied: Path) -> None:
    """With its place, below the summary."""
    changed(copied, "    fix: ", "    fix: TODO ")

    ran = checker("rules", "check", "--rules", copied)

    assert ran.code == 1
    assert "no  lint      1 error" in ran.out
    assert "error R405: `TODO` is still to be filled in" in ran.out


def test_a_failed_example_fails_the_check(checker: Checker, copied: Path) -> None:
    """And the lint is told all the same."""
    changed(copied, "facts: {intent: diagnostic}, expect: met", "facts: {}, expect: met")

    ran = checker("rules", "check", "--rules", copied)

    assert ran.code == 1
    assert "no  examples" in ran.out
    assert "expected met, got missing" in ran.out
    assert "  lint  " in ran.out


# --- test -----------------------------------------------------------------------------------------


def test_the_examples_of_one_file_run_alone(checker: Checker, copied: Path) -> None:
    """What fails elsewhere does not matter."""
    changed(copied, "facts: {intent: diagnostic}, expect: met", "facts: {}, expect: met")

    assert checker("rules", "test", copied / f"{NECK}.yaml").code == 0
    assert checker("rules", "test", copied / "odg" / "thoracic").code == 1


def test_examples_as_junit(checker: Checker, copied: Path) -> None:
    """One suite for each criterion, one test for each example."""
    changed(copied, "facts: {intent: diagnostic}, expect: met", "facts: {}, expect: met")

    ran = checker("rules", "test", copied / f"{THORACIC}.yaml", "--format", "junit")

    root = ElementTree.fromstring(ran.out)
    assert ran.code == 1
    assert (root.get("tests"), root.get("failures")) == ("11", "1")
    assert [one.get("message") for one in root.iter("failure")] == ["expected met, got missing"]
    assert {one.get("name", "").partition("#")[0] for one in root} == {THORACIC}


def test_examples_as_json(checker: Checker, copied: Path) -> None:
    """With the status that each has and the one that its author expects."""
    ran = checker("rules", "test", copied / f"{THORACIC}.yaml", "--format", "json")

    assert ran.code == 0
    assert ran.json["summary"] == {"passed": 11, "failed": 0}
    assert {one["guideline"] for one in ran.json["examples"]} == {THORACIC}
    assert all(one["status"] == one["expected"] for one in ran.json["examples"])


# --- watch ----------------------------------------------------------------------------------------


class Clock:
    """Instead of waiting, does the next thing; at the end somebody presses Ctrl-C."""

    def __init__(self, *things: Callable[[], object]) -> None:
        self.things = list(things)

    def __call__(self, _: float) -> None:
        if not self.things:
            raise KeyboardInterrupt
        self.things.pop(0)()


def watched(
    monkeypatch: pytest.MonkeyPatch, files: list[Path], run: Callable[[], int], *things: Any
) -> int:
    monkeypatch.setattr(watching.time, "sleep", Clock(*things))
    return watch(lambda: [one for one in files if one.exists()], run, 2)


def test_a_change_runs_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Now, and after every change; not while nothing changes. The last exit code counts."""
    file = tmp_path / "x.yaml"
    file.write_text("a")
    codes = iter([0, 1, 3])
    ran: list[int] = []

    def run() -> int:
        ran.append(next(codes))
        return ran[-1]

    code = watched(
        monkeypatch, [file], run, list, lambda: file.write_text("abc"), list, file.unlink, list
    )

    assert (ran, code) == ([0, 1, 3], 3)


def test_an_error_is_told_and_the_watch_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is half written is mended in the next moment."""
    file = tmp_path / "x.yaml"
    file.write_text("a")
    results: list[Any] = [RuleError([Problem(Place("x.yaml", 1, 1), "half written")]), 0]

    def run() -> int:
        result = results.pop(0)
        if isinstance(result, RuleError):
            raise result
        return int(result)

    code = watched(monkeypatch, [file], run, lambda: file.write_text("abc"))

    out, err = capsys.readouterr()
    assert code == 0
    assert "half written" in err
    assert f"--- {file} changed ---" in out


def test_check_watches_the_rule_base(
    checker: Checker, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended while it watches, the rule base passes; Ctrl-C ends it with the last exit code."""
    changed(copied, "    fix: ", "    fix: TODO ")
    mend = lambda: changed(copied, "    fix: TODO ", "    fix: ")  # noqa: E731
    monkeypatch.setattr(watching.time, "sleep", Clock(mend))

    ran = checker("rules", "check", "--rules", copied, "--watch")

    assert "error R405" in ran.out
    assert ran.out.count("  lint  ") == 2
    assert ran.code == 0
