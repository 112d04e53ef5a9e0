"""`checker rules`: what is in the rule base, one guideline to read aloud, and the examples as tests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.rulebase import RuleBase
from checker.shipped import shipped
from tests.somerules import some_rules

Checker = Callable[..., Any]

LOW_BACK = "odg/low-back/facet-joint-diagnostic-blocks"


THORACIC = "odg/thoracic/facet-joint-injections"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Two of the shipped guidelines, and what all share, in a folder that may be changed."""
    return some_rules(tmp_path / "rules", LOW_BACK, THORACIC)


def changed(folder: Path, old: str, new: str) -> Path:
    """The low back guideline of a rule base, with the first occurrence of a text replaced."""
    path = folder / f"{LOW_BACK}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


# --- rules list and rules show --------------------------------------------------------------------


def test_every_guideline_is_listed_with_its_scope_and_dates(
    checker: Checker, rules: RuleBase
) -> None:
    """And with how much of it was verified against its source."""
    text = checker("rules", "list").out

    for one in rules.guidelines.values():
        assert one.id in text
        assert one.title in text
    assert "in force 2009-01-01 to 2017-12-31" in text
    assert re.search(r"\d+ of \d+ verified against the source", text)
    assert f"{len(rules.guidelines)} guidelines" in text


def test_a_guideline_reads_aloud(checker: Checker, rules: RuleBase) -> None:
    """Every criterion with what it needs, what silence does, and what to do."""
    text = " ".join(checker("rules", "show", LOW_BACK).out.split())

    for one in rules.guidelines[LOW_BACK].criteria:
        assert one.id in text
        assert one.says in text
        assert one.fix in text
    assert "Needs: no iv sedation planned." in text
    assert "Unless it is documented: extreme anxiety." in text
    assert "Silence counts against the request." in text
    assert "Presumed when the chart is silent." in text


def test_what_was_not_verified_is_marked(checker: Checker, rules: RuleBase) -> None:
    """Once for each criterion that was recalled and not read."""
    unverified = [one for one in rules.guidelines[LOW_BACK].criteria if not one.verified]

    text = checker("rules", "show", LOW_BACK).out

    assert text.count("Not verified against the source.") == len(unverified)


def test_every_guideline_can_be_shown(checker: Checker, rules: RuleBase) -> None:
    """No condition of the rule base is without words."""
    for name in rules.guidelines:
        ran = checker("rules", "show", name)

        assert ran.code == 0
        assert name in ran.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("odg/low-back/facet-joint-diagnostic-block", f"did you mean `{LOW_BACK}`?"),
        ("nothing like it", "checker rules list"),
    ],
)
def test_an_unknown_guideline_is_refused(checker: Checker, name: str, said: str) -> None:
    """With the nearest one, or where to find them all."""
    ran = checker("rules", "show", name)

    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err


# --- rules check ----------------------------------------------------------------------------------


def test_the_shipped_rule_base_passes_its_own_examples(checker: Checker, rules: RuleBase) -> None:
    """Every example of every criterion, on both implementations; one line for each kind of check."""
    examples = sum(
        len(criterion.examples)
        for guideline in rules.guidelines.values()
        for criterion in guideline.criteria
    )

    ran = checker("rules", "check")

    assert (ran.code, ran.err) == (0, "")
    assert f"{examples} examples passed, 0 failed (decided by durable_rules)" in ran.out
    kinds = ["loaded", "compiled", "examples", "coverage", "words", "lint"]
    assert [line.split()[:2] for line in ran.out.splitlines()] == [["ok", one] for one in kinds]


def test_a_failing_example_is_shown_with_its_place(checker: Checker, copied: Path) -> None:
    """What was expected, what came out, and the line of the file; the exit code is 1."""
    path = changed(copied, "facts: {intent: diagnostic}, expect: met", "facts: {}, expect: met")
    line = next(
        number
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "facts: {}, expect: met" in text
    )

    ran = checker("rules", "check", "--rules", copied)

    assert ran.code == 1
    assert "diagnostic-intent: the block is to find the pain generator" in ran.out
    assert "expected met, got presumed" in ran.out
    assert f"facet-joint-diagnostic-blocks.yaml:{line}:" in ran.out
    assert "1 failed" in ran.out


def test_a_changed_threshold_fails_the_examples_that_rest_on_it(
    checker: Checker, copied: Path
) -> None:
    """An author sees at once what a change does."""
    changed(
        copied, "conservative_care_weeks: {at_least: 4}", "conservative_care_weeks: {at_least: 6}"
    )

    ran = checker("rules", "check", "--rules", copied)

    assert ran.code == 1
    assert "everything failed over exactly four weeks" in ran.out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("facet_tenderness: true", "facet_tendernes: true", "did you mean `facet_tenderness`?"),
        ("if_silent: presumed", "if_silent: presume", "did you mean `presumed`?"),
        ("id: diagnostic-intent", "id: Diagnostic intent", "lower-case words joined by `-`"),
        ("kind: eligibility", "kind: [", "facet-joint-diagnostic-blocks.yaml:"),
        (f"id: {LOW_BACK}", "id: odg/elsewhere", f"`{LOW_BACK}`"),
    ],
)
def test_a_broken_rule_base_is_told(
    checker: Checker, copied: Path, old: str, new: str, said: str
) -> None:
    """With file, line and column, and what to write instead."""
    changed(copied, old, new)

    ran = checker("rules", "check", "--rules", copied)

    assert ran.code == 2
    assert ran.out == ""
    assert "facet-joint-diagnostic-blocks.yaml:" in ran.err
    assert said in ran.message


def test_a_broken_rule_base_is_never_used(
    checker: Checker, letter: Callable[[str], Path], copied: Path
) -> None:
    """Every command that needs it stops, even one about another guideline."""
    changed(copied, "facet_tenderness: true", "facet_tendernes: true")

    for command in (
        ["rules", "list"],
        ["rules", "show", THORACIC],
        ["check", letter("004")],
        ["audit", letter("004")],
        ["explain", letter("004")],
        ["new", "facet_joint_injection", "--region", "thoracic"],
    ):
        ran = checker(*command, "--rules", copied)

        assert ran.code == 2
        assert ran.out == ""
        assert "did you mean `facet_tenderness`?" in ran.err


def test_every_problem_of_a_rule_base_is_told_at_once(checker: Checker, copied: Path) -> None:
    """In the order of their places."""
    changed(copied, "facet_tenderness: true", "facet_tendernes: true")
    changed(copied, "{surgery_anticipated: false}", "{surgery_antcipated: false}")

    ran = checker("rules", "check", "--rules", copied)

    assert ran.err.index("facet_tendernes") < ran.err.index("surgery_antcipated")


@pytest.mark.parametrize("folder", ["absent", "empty", "a file"])
def test_a_folder_without_a_rule_base_is_named(
    checker: Checker, tmp_path: Path, folder: str
) -> None:
    """Nothing is decided under the shipped rules instead."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "a file").write_text("no folder")

    ran = checker("rules", "check", "--rules", tmp_path / folder)

    assert ran.code == 2
    assert folder in ran.err


def test_another_rule_base_changes_the_digest(
    checker: Checker, letter: Callable[[str], Path], copied: Path
) -> None:
    """A result can be traced to the rules that it was reached with."""
    command = ("check", letter("000"), "--rules", copied, "--format", "json")
    before = checker(*command).json["rules"]["digest"]
    again = checker(*command).json["rules"]["digest"]
    changed(copied, "title: Facet", "title: The facet")

    after = checker(*command).json["rules"]["digest"]

    assert again == before
    assert after != before


POOL = """\
id: house/pool
title: Pool therapy
source: {publisher: The clinic}
in_force: {from: 2000-01-01}
covers: {procedure: [pool]}
criteria:
  - id: swims
    item: "1"
    kind: eligibility
    says: The patient can swim.
    requires: {can_swim: true}
    if_silent: counts_against
    fix: Ask.
    verified: true
    examples:
      - {name: a swimmer, facts: {can_swim: true}, expect: met}
      - {name: no swimmer, facts: {can_swim: false}, expect: not met}
      - {name: nothing about it, facts: {}, expect: missing}
"""


def with_pool_therapy(folder: Path) -> Path:
    """A rule base with a fact, a procedure and a guideline of one's own."""
    vocabulary = folder / "vocabulary.yaml"
    text = vocabulary.read_text(encoding="utf-8")
    for heading, entry in {
        "facts": "can_swim: {type: boolean, ask: Can the patient swim?}",
        "procedures": "pool: {title: Pool therapy, targets: none}",
    }.items():
        text, found = re.subn(rf"(?m)^{heading}:\n", f"{heading}:\n  {entry}\n", text)
        assert found == 1
    vocabulary.write_text(text, encoding="utf-8")
    (folder / "house").mkdir()
    (folder / "house" / "pool.yaml").write_text(POOL, encoding="utf-8")
    return folder


@pytest.fixture
def swimmer(tmp_path: Path) -> Path:
    """A patient who cannot swim, and is to be treated in a pool."""
    path = tmp_path / "swimmer.yaml"
    path.write_text(
        "case: x\nrecord: closed\nfacts: {can_swim: false}\nrequests: [{id: 1, procedure: pool}]\n"
    )
    return path


def test_a_guideline_that_is_added_decides_without_a_line_of_python(
    checker: Checker, copied: Path, swimmer: Path
) -> None:
    """Its examples run, it decides, and a blank case asks what it asks."""
    rules = with_pool_therapy(copied)

    assert checker("rules", "check", "--rules", rules).code == 0
    assert "can_swim" in checker("new", "pool", "--rules", rules).out
    ran = checker("check", swimmer, "--rules", rules, "--format", "json")
    assert ran.code == 1
    assert ran.json["results"][0]["reason"] == "not met: swims"


def test_a_guideline_of_a_publisher_without_a_place_in_the_search_order_decides_too(
    checker: Checker, tmp_path: Path, swimmer: Path
) -> None:
    """No other guideline of the whole rule base speaks of the pool."""
    rules = with_pool_therapy(Path(shutil.copytree(shipped("rules"), tmp_path / "all rules")))

    ran = checker("check", swimmer, "--rules", rules, "--format", "json")

    assert ran.code == 1
    assert ran.json["results"][0]["guideline"] == "house/pool"
