"""The word lists: each entry is tried on its own sentences, mistakes are told, an author needs no Python."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from checker.errors import RuleError
from checker.letters.facts import stated
from checker.letters.wordlists import check_lists, load_lists
from checker.rulebase import RuleBase, load_rules
from tests.facts.invented import a_letter

SHIPPED = Path(__file__).parents[2] / "rules"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copytree(SHIPPED / "letters", tmp_path / "letters")
    return tmp_path / "letters"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def problem(folder: Path, rules: RuleBase) -> str:
    with pytest.raises(RuleError) as caught:
        load_lists(folder, rules.vocabulary)
    return str(caught.value)


def test_every_shipped_entry_matches_its_own_sentences(lists):
    assert check_lists(lists) == []
    assert len(lists.samples) > 200


def test_an_entry_that_misses_its_own_sentence_is_told_with_its_place(folder, rules):
    change(
        folder / "lexicon.yaml", "Six visits of PT were completed.", "Six visits were completed."
    )

    (found,) = check_lists(load_lists(folder, rules.vocabulary))

    assert "physical_therapy" in found.message
    assert "is not matched, and should be" in found.message
    assert found.place.line > 1


def test_a_clinician_adds_a_word_and_it_takes_effect(folder, rules):
    letter = a_letter("Treatment to date has included tai chi lessons.")
    before = stated(letter, load_lists(folder, rules.vocabulary), rules)
    (folder / "lexicon-clinic.yaml").write_text(
        """
concepts:
  tai_chi:
    group: care
    phrases: ["tai (chi|ji)"]
    gives: [{fact: home_exercise, as: {affirmed: outcome_not_stated, failed: failed}}]
    yes: [Tai chi was taught.]
    no: [Thai food.]
""",
        encoding="utf-8",
    )
    lists = load_lists(folder, rules.vocabulary)

    after = stated(letter, lists, rules)

    assert check_lists(lists) == []
    assert "home_exercise" not in before
    assert after["home_exercise"].value == "outcome_not_stated"


def test_a_clinician_adds_a_fact_and_its_words(tmp_path):
    copytree(SHIPPED, tmp_path / "rules")
    change(
        tmp_path / "rules" / "vocabulary.yaml",
        "  # --- Diagnoses",
        "  yoga_tried:\n    type: boolean\n    ask: Was yoga tried?\n\n  # --- Diagnoses",
    )
    (tmp_path / "rules" / "letters" / "lexicon-yoga.yaml").write_text(
        "concepts:\n  yoga:\n    group: care\n    phrases: [yoga]\n"
        "    gives: [{fact: yoga_tried, as: {affirmed: true, negated: false}}]\n"
        "    yes: [Yoga.]\n    no: [Yogurt.]\n",
        encoding="utf-8",
    )
    rules = load_rules(tmp_path / "rules")
    own = load_lists(tmp_path / "rules" / "letters", rules.vocabulary)

    tried = stated(a_letter("He has completed a course of yoga."), own, rules)
    never = stated(a_letter("He has never tried yoga."), own, rules)

    assert tried["yoga_tried"].value is True
    assert never["yoga_tried"].value is False


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("lexicon.yaml", "fact: facet_tenderness", "fact: facet_tendernes", "did you mean `facet_tenderness`"),
        ("lexicon.yaml", "fact: facet_tenderness", "fact: radicular_findings", "is no fact to state"),
        ("lexicon.yaml", "negated: not_done, contra", "negated: not_don, contra", "did you mean `not_done`"),
        ("lexicon.yaml", "affirmed: outcome_not", "confirmed: outcome_not", "confirmed"),
        ("lexicon.yaml", "group: care", "group: cares", "did you mean `care`"),
        ("lexicon.yaml", "phrases: [physical therap*", "phrases: ['(physical therap*'", "is not closed"),
        ("lexicon.yaml", "phrases: [physical therap*", "phrases: ['re: (a.b*)*c'", "in place of"),
        ("lexicon.yaml", "{block_kind: other}", "{block_kin: other}", "did you mean `block_kind`"),
        ("lexicon.yaml", "reads: number", "reads: levels", "does not hold levels"),
        ("lexicon.yaml", "no: [He exercised his rights.]", "no: []", "must not be matched"),
        ("context.yaml", "says: {polarity: negated}", "says: {polarity: negatd}", "did you mean `negated`"),
        ("context.yaml", "looks: behind", "looks: backwards", "is not one of"),
        ("context.yaml", "reach: 30", "reach: 3000", "from 1 to 200"),
        ("context.yaml", "  diagnostic: [", "  diagnosis: [", "did you mean `diagnostic`"),
        ("context.yaml", "  lumbar: [", "  lumber: [", "did you mean `lumbar`"),
        ("voice.yaml", "voice: decision", "voice: decison", "decision"),
        ("voice.yaml", "in: [summary]", "in: [sumary]", "summary"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_a_caret(folder, rules, file, old, new, said):
    change(folder / file, old, new)

    told = problem(folder, rules)

    assert said in told
    assert f"{file}:" in told
    assert "^" in told


def test_all_mistakes_are_told_at_once(folder, rules):
    change(folder / "lexicon.yaml", "group: care", "group: cares")
    change(folder / "lexicon.yaml", "fact: facet_tenderness", "fact: facet_tendernes")
    change(folder / "voice.yaml", "voice: decision", "voice: decison")

    told = problem(folder, rules)

    assert "did you mean `care`" in told
    assert "did you mean `facet_tenderness`" in told
    assert "did you mean `decision`" in told


def test_a_folder_without_lists_is_told(tmp_path, rules):
    told = problem(tmp_path, rules)

    assert "holds no `lexicon*.yaml`" in told
    assert "context.yaml" in told


def test_a_concept_in_two_files_is_told(folder, rules):
    (folder / "lexicon-two.yaml").write_text(
        "concepts:\n  fusion:\n    group: surgery\n    phrases: [spondylodesis]\n"
        "    yes: [Spondylodesis.]\n    no: [Nothing.]\n",
        encoding="utf-8",
    )
    assert "is a concept of another file too" in problem(folder, rules)
