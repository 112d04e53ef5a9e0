"""The samples beside each entry of a word list try it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checker.errors import RuleError
from checker.letters.selftest import check_word_lists
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rule base."""
    return Path(shutil.copytree(shipped("rules"), tmp_path / "rules"))


def edit(folder: Path, file: str, old: str, new: str) -> RuleBase:
    path = folder / "letters" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_rules(folder)


def test_every_shipped_sample_is_read_as_it_should_be(rules: RuleBase) -> None:
    assert check_word_lists(rules) == []


@pytest.mark.parametrize(
    ("file", "old"),
    [
        ("lexicon.yaml", "Tenderness over the facet joints on the left."),
        ("requests.yaml", "Bilateral L4-5 medial branch blocks"),
        ("decisions.yaml", "Its value remains debatable."),
        ("voice.yaml", "The denial is upheld."),
        ("context.yaml", "The patient denied numbness."),
    ],
)
def test_a_sample_that_its_entry_does_not_match_is_told(file: str, old: str, folder: Path) -> None:
    """Each list is tried, and told with its line."""
    rules = edit(folder, file, old, "Nothing of the kind stands here.")

    (problem,) = check_word_lists(rules) or ()

    assert problem.place.file.endswith(file)
    assert problem.place.line > 1


def test_a_rule_base_needs_no_word_lists(folder: Path) -> None:
    shutil.rmtree(folder / "letters")

    assert check_word_lists(load_rules(folder)) is None


def test_a_list_that_does_not_load_is_told(folder: Path) -> None:
    rules = edit(folder, "layouts.yaml", "layouts:", "lay outs:")

    with pytest.raises(RuleError, match=r"layouts\.yaml"):
        check_word_lists(rules)
