"""`checker rules test`, `coverage`, `prove`, `mutate`, `diff` and `compare`, as an author uses them.

The rule bases are those of `tests/authoring/bad_rules`, each one guideline with the small vocabulary of
`tests/bad_rules/rules`. Beside `name.yaml` stands `name.expected`, what `rules prove` prints; to write those
files anew, and then to read every one that changed: `REWRITE_EXPECTED=1 python -m pytest` with this file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.shipped import shipped

Checker = Callable[..., Any]
Base = Callable[[str], Path]

TESTS = Path(__file__).parents[1]
BAD = TESTS / "authoring" / "bad_rules"
PROVED = sorted(BAD.glob("*.yaml"))
LOW_BACK = "odg/low-back/facet-joint-diagnostic-blocks"
THORACIC = "odg/thoracic/facet-joint-injections"
MEDICARE = "cms/facet-joint-interventions/diagnostic-first"
LINES = "      - {name: eight weeks, facts: {conservative_care_weeks: 8}, expect: met}"


@pytest.fixture
def base(tmp_path: Path) -> Base:
    """A rule base with one of the guidelines, in the current folder as `rules`."""

    def made(name: str) -> Path:
        folder = tmp_path / "rules"
        shutil.copytree(TESTS / "bad_rules" / "rules", folder)
        (folder / "odg" / "blocks.yaml").unlink()
        shutil.copy(shipped("rules") / "anatomy.yaml", folder)
        shutil.copy(BAD / f"{name}.yaml", folder / "odg")
        return Path("rules")

    return made


def rewritten(path: Path, old: str, new: str) -> None:
    """A file with one text replaced."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- prove ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PROVED, ids=[one.stem for one in PROVED])
def test_what_is_proved_against_a_rule_base_is_told_in_exactly_these_words(
    path: Path, checker: Checker, base: Base
) -> None:
    """One finding in one line, with the chart that shows it."""
    ran = checker("rules", "prove", "--rules", base(path.stem))

    told = f"{ran.out}[exit {ran.code}]\n"
    expected = path.with_suffix(".expected")
    if "REWRITE_EXPECTED" in os.environ:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_the_chart_of_a_finding_is_a_case_that_shows_it(checker: Checker, base: Base) -> None:
    """`check` accepts it and gives the status that the finding speaks of."""
    rules = base("weeks-slip")
    checker("rules", "prove", "--rules", rules, "--write", "found")

    (case,) = Path("found").iterdir()
    ran = checker("check", case, "--rules", rules, "--format", "json")
    (result,) = ran.json["results"]
    assert result["criteria"][0]["status"] == "not met"


def test_what_was_written_before_is_not_overwritten(checker: Checker, base: Base) -> None:
    """The second time the folder has to be another one."""
    rules = base("weeks-slip")
    checker("rules", "prove", "--rules", rules, "--write", "found")
    ran = checker("rules", "prove", "--rules", rules, "--write", "found")

    assert ran.code == 2
    assert ran.message == "found/P108-1.yaml: exists already; name another folder"


def test_findings_are_told_to_other_tools(checker: Checker, base: Base) -> None:
    """As JSON, as SARIF, and as commands of a workflow."""
    rules = base("duplicate")
    arguments = ("rules", "prove", "--rules", rules, "--format")

    (finding,) = checker(*arguments, "json").json["findings"]
    assert finding["code"] == "P103"
    assert finding["rule"] == {"file": "rules/odg/duplicate.yaml", "line": 17}
    (result,) = json.loads(checker(*arguments, "sarif").out)["runs"][0]["results"]
    assert result["ruleId"] == "P103"
    assert checker(*arguments, "github").out.startswith(
        "::error file=rules/odg/duplicate.yaml,line=17"
    )


def test_requests_without_a_guideline_are_named(checker: Checker) -> None:
    """With the days, and without those that the search order declares."""
    ran = checker("rules", "prove", "odg/thoracic/facet-joint-injections", "--cover")

    assert ran.code == 0
    assert "gap      CA · opioid medication · from 2009-01-01 to 2009-07-17" in ran.out
    assert "search order: 14 gaps, 0 overlaps" in ran.out


def test_two_guidelines_for_one_request_are_an_error(checker: Checker, base: Base) -> None:
    """Which of them governs would be decided by their names."""
    rules = base("sound")
    text = (rules / "odg" / "sound.yaml").read_text(encoding="utf-8")
    (rules / "odg" / "twin.yaml").write_text(
        text.replace("odg/sound", "odg/twin"), encoding="utf-8"
    )
    ran = checker("rules", "prove", "--rules", rules, "--cover")

    assert ran.code == 1
    assert (
        "overlap  medial branch block · diagnostic · from 2009-01-01: odg/sound and odg/twin"
        in ran.out
    )


def test_a_guideline_that_does_not_exist_is_told(checker: Checker) -> None:
    """Every command that takes ids says it alike."""
    for command in ("prove", "mutate", "coverage", "test"):
        ran = checker("rules", command, "odg/thoracic/facet-joint-injection")

        assert ran.code == 2
        assert ran.message == (
            f"checker rules {command}: unknown guideline `odg/thoracic/facet-joint-injection`"
            f" (did you mean `{THORACIC}`?)"
        )


# --- mutate ---------------------------------------------------------------------------------------


def test_the_examples_that_are_missing_are_written_and_notice_everything(
    checker: Checker, base: Base
) -> None:
    """Pasted among the examples, nothing is missed any more."""
    rules = base("sound")
    ran = checker("rules", "mutate", "--rules", rules, "--write", "found")
    assert ran.code == 1
    assert "    missed: requires: conservative care weeks: at least → more than" in ran.out
    assert "    would notice: conservative care weeks: 4 → met" in ran.out

    written = Path("found/odg/sound.yaml").read_text(encoding="utf-8")
    pasted = "\n".join(line for line in written.splitlines() if not line.startswith("    #"))
    rewritten(rules / "odg" / "sound.yaml", LINES, f"{LINES}\n{pasted}")
    ran = checker("rules", "mutate", "--rules", rules)
    assert ran.code == 0
    assert ran.out.endswith("0 missed\n")


def test_mutants_are_told_as_json(checker: Checker) -> None:
    """Each with the example that notices it."""
    document = checker("rules", "mutate", THORACIC, "--format", "json").json

    assert document["missed"] == 0
    assert document["mutants"] == document["noticed"] + document["unnoticeable"]
    assert all(one["noticed_by"] for each in document["criteria"] for one in each["mutants"])


# --- test and coverage ----------------------------------------------------------------------------


def test_a_situation_that_no_example_shows_is_named(checker: Checker, base: Base) -> None:
    """And the part that is shown is rounded down."""
    ran = checker("rules", "coverage", "--rules", base("sound"))

    assert ran.code == 1
    assert ran.out == (
        "odg/sound  four-weeks  met shown, not met NOT SHOWN, missing shown, alone decisive shown\n"
        "7 of 8 situations of 2 criteria shown (87%)\n"
    )


def test_a_criterion_that_no_example_makes_fail_is_an_error(checker: Checker, base: Base) -> None:
    """Its place is told."""
    ran = checker("rules", "coverage", "--rules", base("duplicate"))

    assert ran.code == 1
    assert "    rules/odg/duplicate.yaml:8:5: no example makes it fail" in ran.out


def test_cases_count_beside_examples(checker: Checker, base: Base) -> None:
    """A case that is not met shows what no example does."""
    rules = base("sound")
    facts = "{conservative_care_weeks: 3, facet_tenderness: true}"
    request = "{id: 1, procedure: medial_branch_block, request_date: 2015-01-01}"
    Path("cases").mkdir()
    Path("cases/one.yaml").write_text(
        f"case: one\nrecord: closed\nfacts: {facts}\nrequests: [{request}]\n", encoding="utf-8"
    )
    ran = checker("rules", "coverage", "--rules", rules, "--cases", "cases")

    assert ran.code == 0
    assert ran.out == "8 of 8 situations of 2 criteria shown (100%)\n"


def test_examples_and_coverage_in_one_run(checker: Checker, base: Base) -> None:
    """What is not shown fails as an example does."""
    ran = checker("rules", "test", "--coverage", "--rules", base("sound"))

    assert ran.code == 1
    assert "5 examples passed, 0 failed" in ran.out
    assert ran.out.endswith("(87%)\n")


def test_a_known_failure_is_listed_with_its_reason(checker: Checker, base: Base) -> None:
    """It does not fail, until it passes."""
    rules = base("sound")
    reason = "known_failure: the source is being asked"
    rewritten(
        rules / "odg" / "sound.yaml", "8}, expect: met}", "8}, expect: presumed, " + reason + "}"
    )
    ran = checker("rules", "test", "--rules", rules)
    assert ran.code == 0
    assert (
        "known failure  four-weeks: eight weeks: expected presumed, got met, because the source is being"
        in ran.out
    )

    rewritten(rules / "odg" / "sound.yaml", "expect: presumed", "expect: met")
    ran = checker("rules", "test", "--rules", rules)
    assert ran.code == 1
    assert "it is met as expected; leave `known_failure` out" in ran.out


def test_examples_are_told_as_junit(checker: Checker) -> None:
    """One test for each example."""
    ran = checker("rules", "test", THORACIC, "--format", "junit")

    assert ran.code == 0
    assert ran.out.count("<testcase ") == 11


# --- diff -----------------------------------------------------------------------------------------


@pytest.fixture
def versions(base: Base) -> tuple[Path, Path]:
    """A rule base and a copy of it that may be changed."""
    rules = base("sound")
    return shutil.copytree(rules, "before"), rules


def test_a_stricter_criterion_is_told_with_the_shortest_chart(
    checker: Checker, versions: tuple[Path, Path]
) -> None:
    """The threshold that moved, and the one fact that shows it."""
    before, rules = versions
    rewritten(rules / "odg" / "sound.yaml", "{at_least: 4}", "{at_least: 6}")
    ran = checker("rules", "diff", before, "--rules", rules)

    assert ran.code == 0
    assert ran.out == (
        "odg/sound  four-weeks: Stricter.\n"
        "    needed: conservative care weeks at least 4\n"
        "    needs:  conservative care weeks at least 6\n"
        "    conservative care weeks: 4: met → not met\n"
    )
    assert checker("rules", "diff", before, "--rules", rules, "--exit-code").code == 1


def test_stricter_here_and_looser_there(checker: Checker, versions: tuple[Path, Path]) -> None:
    """One chart for each direction."""
    before, rules = versions
    rewritten(rules / "odg" / "sound.yaml", "{at_least: 4}", "{at_most: 4}")
    (changed,) = checker("rules", "diff", before, "--rules", rules, "--format", "json").json[
        "changed"
    ]

    assert changed["direction"] == "stricter and looser"
    assert [(one["before"], one["after"]) for one in changed["examples"]] == [
        ("met", "not met"),
        ("not met", "met"),
    ]


def test_a_pure_rewrite_changes_no_case(checker: Checker, versions: tuple[Path, Path]) -> None:
    """Other words, the same on every chart."""
    before, rules = versions
    rewritten(
        rules / "odg" / "sound.yaml",
        "{conservative_care_weeks: {at_least: 4}}",
        "{not: {conservative_care_weeks: {less_than: 4}}}",
    )
    ran = checker("rules", "diff", before, "--rules", rules, "--exit-code")

    assert ran.code == 0
    assert ran.out == "No case changes. 1 criterion written differently, the same on every chart.\n"


def test_a_new_kind_a_new_criterion_and_one_that_is_gone(
    checker: Checker, versions: tuple[Path, Path]
) -> None:
    """What no condition tells is told too."""
    before, rules = versions
    rewritten(rules / "odg" / "sound.yaml", "kind: eligibility", "kind: conduct")
    rewritten(rules / "odg" / "sound.yaml", "id: four-weeks", "id: weeks")
    ran = checker("rules", "diff", before, "--rules", rules)

    assert ran.out == (
        "odg/sound  tender: The same on every chart.\n"
        "    it does not decide now\n"
        "odg/sound  weeks: new. Stricter where it fails.\n"
        "odg/sound  four-weeks: gone.\n"
    )


def test_the_effect_on_cases_and_on_agreement(checker: Checker, tmp_path: Path) -> None:
    """A change of the shipped rules, and what it does to the letters."""
    before = shutil.copytree(shipped("rules"), tmp_path / "before")
    rewritten(
        before / f"{LOW_BACK}.yaml",
        "conservative_care_weeks: {at_least: 4}",
        "facet_tenderness: true",
    )
    ran = checker("rules", "diff", before, "--corpus", shipped("cases") / "imr")

    assert (
        f"{LOW_BACK}  conservative-care-failed: Stricter on some charts, looser on others."
        in ran.out
    )
    assert "cases: 0 of 7 determinations change" in ran.out
    assert "agreement with reviewers: before" in ran.out


def test_an_earlier_revision_is_taken_from_git(checker: Checker, base: Base) -> None:
    """The working tree stays as it is."""
    rules = base("sound")
    git("init", "--quiet")
    git("add", "rules")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "first")
    rewritten(rules / "odg" / "sound.yaml", "{at_least: 4}", "{at_least: 6}")
    ran = checker("rules", "diff", "HEAD", "--rules", rules)

    assert ran.code == 0
    assert "odg/sound  four-weeks: Stricter." in ran.out


@pytest.mark.parametrize("revision", ["HEAD~7", "nosuch", "--help-me", "-rf"])
def test_a_revision_that_git_does_not_know(revision: str, checker: Checker, base: Base) -> None:
    """Whatever it looks like, it is no option of git."""
    rules = base("sound")
    git("init", "--quiet")
    git("add", "rules")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "first")
    ran = checker("rules", "diff", "--rules", rules, "--", revision)

    assert ran.code == 2
    assert ran.message == (
        f"checker rules diff: `{revision}` is neither a folder nor a revision that git knows"
    )


def test_where_there_is_no_git(
    checker: Checker, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the program nor a repository."""
    rules = base("sound")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(Path.cwd().parent))
    ran = checker("rules", "diff", "HEAD", "--rules", rules)
    assert (
        ran.message == "checker rules diff: `HEAD` is no folder, and rules is in no git repository"
    )

    monkeypatch.setenv("PATH", "")
    ran = checker("rules", "diff", "HEAD", "--rules", rules)
    assert ran.message == (
        "checker rules diff: `HEAD` is no folder, and git is not installed to look it up"
    )


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


# --- compare --------------------------------------------------------------------------------------


def test_two_guidelines_of_which_neither_is_stricter(checker: Checker) -> None:
    """A short chart for each direction, and the criteria in the way."""
    document = checker("rules", "compare", LOW_BACK, MEDICARE, "--format", "json").json

    assert document["verdict"] == "neither is stricter."
    first, second = document["directions"]
    assert len(first["chart"]) == 7
    assert "moderate-axial-pain" in first["failed"]
    assert second["failed"] == ["purpose-of-joint-injection", "facet-presentation"]


def test_a_guideline_with_one_criterion_more_is_stricter(checker: Checker, base: Base) -> None:
    """What passes it passes the other, and that is proved."""
    rules = base("sound")
    text = (rules / "odg" / "sound.yaml").read_text(encoding="utf-8")
    head, _ = text.split("  - id: four-weeks")
    (rules / "odg" / "part.yaml").write_text(
        head.replace("odg/sound", "odg/part"), encoding="utf-8"
    )
    ran = checker("rules", "compare", "odg/part", "odg/sound", "--rules", rules)

    assert ran.code == 0
    assert ran.out == (
        "odg/sound is stricter: what passes it passes odg/part too, and not the other way round.\n"
        "odg/part passes, odg/sound fails on four-weeks:\n"
        "    facet tenderness: yes\n"
    )


def test_a_case_of_the_witness_is_yaml(checker: Checker, base: Base) -> None:
    """What is written for people to paste is read again."""
    checker("rules", "mutate", "--rules", base("sound"), "--write", "found")

    examples = yaml.safe_load(Path("found/odg/sound.yaml").read_text(encoding="utf-8"))
    assert {one["expect"] for one in examples} >= {"met", "not met"}


def test_a_case_notices_what_no_example_does(checker: Checker, base: Base) -> None:
    """Where its determination would be another one."""
    rules = base("sound")
    facts = "{conservative_care_weeks: 4, facet_tenderness: true}"
    request = "{id: 1, procedure: medial_branch_block, request_date: 2015-01-01}"
    Path("cases").mkdir()
    Path("cases/four.yaml").write_text(
        f"case: four\nrecord: closed\nfacts: {facts}\nrequests: [{request}]\n", encoding="utf-8"
    )
    document = checker(
        "rules", "mutate", "--rules", rules, "--cases", "cases", "--format", "json"
    ).json
    noticed = {
        one["change"]: one["noticed_by"] for each in document["criteria"] for one in each["mutants"]
    }

    assert noticed["requires: conservative care weeks: at least → more than"] == "case four"
    assert noticed["requires: conservative care weeks: 4 → 3"] is None
