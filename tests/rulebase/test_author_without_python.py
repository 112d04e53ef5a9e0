"""An author adds facts, procedures, guidelines and a whole field of medicine, and writes only YAML."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from checker.authoring.examples import run_examples
from checker.case import load_case
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import DURABLE_RULES, Engine
from checker.rulebase import load_rules

SHIPPED = Path(__file__).parents[2] / "rules"

NEW_FACTS = """
  weeks_since_concussion:
    type: number
    unit: weeks
    to: 520
    kind: history
    ask: How many weeks ago was the concussion?
  light_hurts:
    type: boolean
    ask: Does light hurt?
  noise_hurts:
    type: boolean
    ask: Does noise hurt?
  senses_are_overloaded:
    ask: Are the senses overloaded?
    derived_when: {any: [{light_hurts: true}, {noise_hurts: true}]}
"""
NEW_PROCEDURE = """
  vestibular_therapy: {title: Vestibular therapy, targets: none}
"""
NEW_GUIDELINE = """
id: clinic/head/vestibular-therapy
title: Vestibular therapy after a concussion
source: {publisher: CLINIC}
in_force: {from: 2020-01-01}
covers: {procedure: [vestibular_therapy]}
criteria:
  - id: symptoms-last
    item: "1"
    kind: eligibility
    says: The senses are still overloaded three weeks after the concussion.
    requires: {senses_are_overloaded: true, weeks_since_concussion: {at_least: 3}}
    if_silent: counts_against
    fix: Record what light and noise do, and the day of the concussion.
    verified: false
    examples:
      - {name: light hurts after a month, facts: {light_hurts: true, weeks_since_concussion: 4}, expect: met}
      - {name: a week has passed, facts: {noise_hurts: true, weeks_since_concussion: 1}, expect: not met}
      - {name: nothing about the senses, facts: {weeks_since_concussion: 4}, expect: missing}
"""
CASE = """
case: a-concussion
record: closed
facts: {{request_date: 2021-05-01, light_hurts: false, noise_hurts: {noise}, weeks_since_concussion: 6}}
requests:
  - {{id: 1, procedure: vestibular_therapy}}
"""

OTHER_FIELD = {
    "anatomy.yaml": """
source: any two vertebrae will do for a field without levels
vertebrae: [L4, L5]
joints: {L4-5: {nerves: [L3, L4], region: lumbar}}
nerves: {L3: {title: L3}, L4: {title: L4}}
""",
    "vocabulary.yaml": """
facts:
  visual_acuity_percent:
    type: number
    unit: percent
    to: 100
    ask: How much of normal sight does the eye have?
  glare_disables:
    type: boolean
    ask: Does glare keep the patient from daily tasks?
procedures:
  cataract_surgery: {title: Cataract surgery, targets: none}
regions: {eye: The eye, lumbar: Low back}
""",
    "clinic/cataract.yaml": """
id: clinic/cataract
title: Cataract surgery
source: {publisher: CLINIC}
in_force: {from: 2020-01-01}
covers: {procedure: [cataract_surgery]}
criteria:
  - id: sight-impaired
    item: "1"
    kind: eligibility
    says: The eye sees half of normal or less, or glare disables.
    requires: {any: [{visual_acuity_percent: {at_most: 50}}, {glare_disables: true}]}
    if_silent: counts_against
    fix: Attach the refraction and the glare test.
    verified: false
    examples:
      - {name: half of normal sight, facts: {visual_acuity_percent: 50}, expect: met}
      - {name: "nothing impaired", facts: {visual_acuity_percent: 80, glare_disables: false}, expect: not met}
      - {name: nothing measured, facts: {}, expect: missing}
""",
}
CATARACT = """
case: a-cataract
record: open
facts: {visual_acuity_percent: 70}
requests:
  - {id: 1, procedure: cataract_surgery}
"""


@pytest.fixture
def extended(tmp_path: Path) -> Path:
    """The shipped rule base with a new fact, derived fact, procedure and guideline."""
    folder = copytree(SHIPPED, tmp_path / "rules")
    vocabulary = folder / "vocabulary.yaml"
    text = vocabulary.read_text(encoding="utf-8")
    text = text.replace("\nfacts:\n", f"\nfacts:\n{NEW_FACTS}")
    text = text.replace("\nprocedures:\n", f"\nprocedures:\n{NEW_PROCEDURE}")
    vocabulary.write_text(text, encoding="utf-8")
    written(folder, {"clinic/head/vestibular-therapy.yaml": NEW_GUIDELINE})
    return folder


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def decided(folder: Path, case: str, guideline: str | None = None) -> Determination:
    """What a rule base says of a case, on both implementations."""
    engine = Engine(load_rules(folder))
    assert engine.name == DURABLE_RULES
    path = folder.parent / "case.yaml"
    path.write_text(case, encoding="utf-8")
    (determination,) = determine(load_case(path, engine.rules), engine, Terms(guideline=guideline))
    return determination


@pytest.mark.parametrize(
    ("noise", "outcome", "reason"),
    [
        ("true", "Overturned", "met: symptoms-last"),
        ("false", "Upheld", "not met: symptoms-last"),
        ("not documented", "Upheld", "missing: symptoms-last"),
    ],
)
def test_a_new_guideline_with_new_facts_decides_a_case(
    extended: Path, noise: str, outcome: str, reason: str
):
    """A fact, a fact derived from it, a procedure and a guideline are added in YAML alone."""
    found = decided(extended, CASE.format(noise=noise), "clinic/head/vestibular-therapy")

    assert (found.outcome, found.reason) == (outcome, reason)


def test_a_new_guideline_brings_its_own_tests(extended: Path):
    """Its examples are run with those of the shipped guidelines."""
    ran = run_examples(Engine(load_rules(extended)))
    added = [one for one in ran if one.guideline.id == "clinic/head/vestibular-therapy"]

    assert len(added) == 3
    assert all(one.as_expected for one in ran)


def test_another_field_of_medicine_is_written_from_nothing(tmp_path: Path):
    """Two facts, one procedure and one guideline are a rule base; nothing in it is about the spine."""
    folder = written(tmp_path / "eye", OTHER_FIELD)

    found = decided(folder, CATARACT)

    assert found.outcome == "open"
    assert [question.spec.name for question in found.questions] == ["glare_disables"]
    assert all(one.as_expected for one in run_examples(Engine(load_rules(folder))))


def test_an_answer_closes_the_case_of_another_field(tmp_path: Path):
    """The same case with its one question answered."""
    folder = written(tmp_path / "eye", OTHER_FIELD)

    found = decided(folder, CATARACT.replace("70", "70, glare_disables: true"))

    assert (found.outcome, found.reason) == ("Overturned", "met: sight-impaired")


def test_a_guideline_of_a_new_publisher_governs_with_a_warning(extended: Path) -> None:
    """Without a step in the search order it comes last, which is first where nothing else speaks."""
    determination = decided(extended, CASE.format(noise="true"))

    assert determination.outcome == "Overturned"
    assert determination.guideline is not None
    assert determination.guideline.id == "clinic/head/vestibular-therapy"
    assert any("CLINIC has no place in the search order" in one for one in determination.warnings)
