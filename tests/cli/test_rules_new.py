"""`checker rules new`: beginnings that load at once, and what lint says of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.authoring.examples import run_examples
from checker.authoring.layout import laid_out
from checker.authoring.lint.catalogue import lint
from checker.authoring.lint.rule import load_base
from checker.authoring.scaffold import new_guideline, with_criterion
from checker.engine.agreed import Engine
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped
from checker.vocabulary import ListOf, TargetLabels
from tests.somerules import some_rules

Checker = Callable[..., Any]
ABOUT_BLOCKS = ("--procedure", "medial_branch_block")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One of the shipped guidelines, and what all share, as `rules` in the current folder."""
    return some_rules(tmp_path / "rules", "odg/thoracic/facet-joint-injections")


def found(folder: Path, *files: str) -> set[str]:
    """The ids of the rules that find something in these files."""
    remarks = lint(load_base(folder))
    return {one.rule.id for one in remarks if one.notice.place.file.endswith(files)}


def test_from_nothing_to_a_rule_base_that_passes(checker: Checker, folder: Path) -> None:
    """Two facts, a guideline and a criterion are begun, filled in, and pass: no Python, no copying."""
    checker("rules", "new", "fact", "can_swim")
    checker("rules", "new", "fact", "swim_weeks", "--type", "number")
    checker("rules", "new", "procedure", "pool_therapy")
    checker(
        *("rules", "new", "guideline", "clinic/pool", "--procedure", "pool_therapy"),
        *("--fact", "can_swim", "--region", "lumbar"),
    )
    ran = checker("rules", "new", "criterion", "clinic/pool", "weeks", "--fact", "swim_weeks")

    assert ran.code == 0
    assert "checker rules lint rules/clinic/pool.yaml" in ran.err
    assert checker("rules", "test", "rules/clinic").code == 0
    assert checker("rules", "lint", "rules/clinic").code == 1
    assert checker("rules", "fmt", "--check").code == 0

    count = iter(range(100))
    for name in ("vocabulary", "clinic/pool"):
        path = folder / f"{name}.yaml"
        text = re.sub("TODO ", lambda _: f"Filled {next(count)} ", path.read_text(encoding="utf-8"))
        path.write_text(text.replace("TODO", "Filled"), encoding="utf-8")
    assert checker("rules", "lint", "rules/clinic", "rules/vocabulary.yaml").code == 0
    assert checker("rules", "test", "rules/clinic").code == 0
    assert set(load_rules(folder).guidelines) == {
        "clinic/pool",
        "odg/thoracic/facet-joint-injections",
    }


@pytest.mark.parametrize("kind", ["boolean", "number", "enum", "set", "levels", "date"])
def test_a_fact_of_every_type_can_be_begun_and_asked_for(
    checker: Checker, folder: Path, kind: str
) -> None:
    """It loads, a criterion about it passes its examples, and lint says only what to fill in."""
    checker("rules", "new", "fact", "one_more", "--type", kind)
    checker(
        *("rules", "new", "guideline", "clinic/more", "--fact", "one_more"),
        *("--procedure", "medial_branch_block"),
    )

    assert checker("rules", "test", "rules/clinic").code == 0
    assert found(folder, "more.yaml") == {"R405", "R503"}
    assert "one_more" in (folder / "vocabulary.yaml").read_text(encoding="utf-8")


def test_what_is_there_stays_as_it_is(checker: Checker, folder: Path) -> None:
    """A fact is added after the last one, before what follows; nothing else changes."""
    vocabulary = folder / "vocabulary.yaml"
    before = vocabulary.read_text(encoding="utf-8")

    checker("rules", "new", "fact", "can_swim")

    after = vocabulary.read_text(encoding="utf-8")
    start = after.index("\n  can_swim:")
    end = after.index("\nprocedures:")
    assert after[:start] + after[end - 1 :] == before or after[:start] + after[end:] == before


def test_facts_of_the_shipped_vocabulary_can_be_asked_for(rules: RuleBase, tmp_path: Path) -> None:
    """A criterion about one of them loads and passes its examples; every tenth is tried."""
    facts = [
        one
        for one in rules.vocabulary.facts.values()
        if one.written and not isinstance(one.type, TargetLabels | ListOf)
    ][::10]
    text = new_guideline(rules, "clinic/all", facts[0].name, "medial_branch_block", None)
    for one in facts[1:]:
        text = with_criterion(rules, "all.yaml", text, one.name.replace("_", "-"), one.name)
    folder = Path(shutil.copytree(shipped("rules"), tmp_path / "rules"))
    (folder / "clinic").mkdir()
    (folder / "clinic" / "all.yaml").write_text(text, encoding="utf-8")

    ran = run_examples(Engine(load_rules(folder), unavailable="not tried"), {"clinic/all"})

    assert len(ran) > 3 * len(facts)
    assert [one.example.place for one in ran if not one.as_expected] == []
    assert laid_out("all.yaml", text) == text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fact", "Can-Swim"), "`Can-Swim` is no name for a fact"),
        (("fact", "side"), "there is a fact `side` already"),
        (("fact", "block_kind"), "`block_kind` is a field of `prior_blocks` already"),
        (("fact", "any"), "`any` is no name for a fact"),
        (("guideline", "Clinic/pool"), "`Clinic/pool` is no id for a guideline"),
        (("guideline", "../pool"), "`../pool` is no id for a guideline"),
        (("guideline", "clinic/pool"), "with --procedure; there are medial_branch_block, facet"),
        (
            ("guideline", "clinic/pool", *ABOUT_BLOCKS, "--fact", "facet_tendernes"),
            "did you mean `facet_tenderness`?",
        ),
        (
            ("guideline", "clinic/pool", *ABOUT_BLOCKS, "--fact", "targets"),
            "a fact that a chart gives in one value",
        ),
        (
            ("guideline", "clinic/pool", "--procedure", "medial_branch"),
            "did you mean `medial_branch_block`?",
        ),
        (
            ("guideline", "clinic/pool", "--procedure", "pool_therapy"),
            "to add it: checker rules new procedure pool_therapy",
        ),
        (
            ("guideline", "clinic/pool", *ABOUT_BLOCKS, "--region", "lumber"),
            "did you mean `lumbar`?",
        ),
        (("procedure", "Pool therapy"), "`Pool therapy` is no name for a procedure"),
        (
            ("procedure", "medial_branch_block"),
            "there is a procedure `medial_branch_block` already",
        ),
        (
            ("criterion", "odg/thoracic/facet-joint-injection", "x"),
            "did you mean `odg/thoracic/facet-joint-injections`?",
        ),
        (("criterion", "odg/thoracic/facet-joint-injections", "X"), "`X` is no id"),
        (
            ("criterion", "odg/thoracic/facet-joint-injections", "individual-review"),
            "there is a criterion `individual-review` already",
        ),
    ],
)
def test_what_cannot_be_begun_is_refused(
    checker: Checker, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    """With what to write instead; nothing is written."""
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}

    ran = checker("rules", "new", *arguments)

    assert ran.code == 2
    assert said in ran.err
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


def test_a_guideline_that_exists_is_not_overwritten(checker: Checker, folder: Path) -> None:
    """Even where the file does not load as this guideline."""
    ran = checker("rules", "new", "guideline", "odg/thoracic/facet-joint-injections")

    assert ran.code == 2
    assert "already" in ran.err
    assert found(folder, "injections.yaml") <= {"R503"}


def test_the_rule_base_that_comes_along_is_never_written_to(checker: Checker) -> None:
    """Where the current folder has none, it must be named, or made by copying."""
    ran = checker("rules", "new", "fact", "can_swim")

    assert ran.code == 2
    assert "name it with --rules FOLDER" in ran.err
    assert "checker rules copy rules" in ran.err


def test_the_rule_base_that_comes_along_can_be_copied_and_changed(checker: Checker) -> None:
    """The copy holds all of it, the author's commands take it at once, and it is not copied over."""
    ran = checker("rules", "copy", "rules")

    assert (ran.code, ran.err) == (0, "wrote rules; check it with: checker rules check\n")
    assert load_rules(Path("rules")).digest == load_rules(shipped("rules")).digest
    assert checker("rules", "new", "procedure", "pool_therapy", "--title", "Pool").code == 0
    assert load_rules(Path("rules")).vocabulary.procedures["pool_therapy"].title == "Pool"
    assert checker("rules", "copy", "rules").err == "rules: exists already; choose another name\n"


def test_a_copy_that_cannot_be_made_leaves_nothing(checker: Checker, tmp_path: Path) -> None:
    """Neither in a folder that is missing nor beside a file in its place."""
    (tmp_path / "file").write_text("a file")

    for place in ("no/such/folder", "file/rules"):
        ran = checker("rules", "copy", place)
        assert ran.code == 2
        assert ran.err.startswith(f"{place}: cannot be written: ")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file"]


def test_a_rule_base_elsewhere_is_checked_by_its_name(checker: Checker) -> None:
    """Only a folder `rules` is found by itself."""
    ran = checker("rules", "copy", "ours")

    assert ran.err == "wrote ours; check it with: checker rules check --rules ours\n"


@pytest.mark.usefixtures("folder")
def test_the_rules_of_the_current_folder_are_the_authors_rules(checker: Checker) -> None:
    """What was begun there is what `rules list` and the other commands show, by id or by file."""
    checker("rules", "new", "fact", "can_swim")
    checker("rules", "new", "guideline", "clinic/pool", *ABOUT_BLOCKS, "--fact", "can_swim")

    assert "clinic/pool\n" in checker("rules", "list").out
    for command in ("test", "lint", "fmt", "coverage", "mutate", "prove"):
        by_id = checker("rules", command, "clinic/pool")
        by_file = checker("rules", command, "rules/clinic/pool.yaml")
        assert by_id.code in (0, 1)
        assert (by_id.out, by_id.err) == (by_file.out, by_file.err)
    shown = checker("rules", "show", "rules/clinic/pool.yaml")
    assert shown.out == checker("rules", "show", "clinic/pool").out
    compared = ("rules", "compare", "clinic/pool", "rules/odg/thoracic/facet-joint-injections.yaml")
    assert checker(*compared).code == 0
    assert "`rules` holds 2 guidelines; name one of them" in checker("rules", "show", "rules").err


@pytest.mark.usefixtures("folder")
def test_whoever_decides_cases_beside_rules_of_their_own_is_told_which_rules_decide(
    checker: Checker,
) -> None:
    """A decision never changes with the folder one stands in; a note tells how to ask for the other rules."""
    case = str(shipped("cases") / "examples" / "ready.yaml")

    assert "not those in ./rules; for those: --rules rules" in checker("check", case).err
    assert "note" not in checker("check", case, "--rules", "rules").err
