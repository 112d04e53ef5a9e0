"""Titles of disputed items become facts of requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.writing import Told, ToldItem, imr, notice
from checker.fact import Documented, Fact
from checker.letters.requestlists import RequestLists, value_of
from checker.letters.requests import requested, treatment_kind
from checker.rulebase import RuleBase
from tests.letters.conftest import Read

TOLD = Told((ToldItem("x"),))


@pytest.fixture
def facts_of(read: Read, lists: RequestLists, rules: RuleBase):
    def facts(title: str, summary: str = TOLD.summary) -> dict[str, Fact]:
        (letter,) = read(imr(replace(TOLD, items=(ToldItem(title),), summary=summary)))
        return requested(letter.items[0], letter, lists, rules)

    return facts


def values(facts: dict[str, Fact]) -> dict[str, Any]:
    return {name: fact.value for name, fact in facts.items() if isinstance(fact, Documented)}


MBB, FACET, RFA = "medial_branch_block", "facet_joint_injection", "radiofrequency_neurotomy"
ESI, CT, OPIOID = "epidural_steroid_injection", "computed_tomography", "opioid_medication"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            "Both sides L2-3 and L3-4 medial branch blocks with fluoroscopy",
            {
                "procedure": MBB,
                "side": "bilateral",
                "guidance": "fluoroscopy",
                "targets": ("L2-3", "L3-4"),
            },
        ),
        (
            "Left C3, C4, C5 median branch block, diagnostic",
            {"procedure": MBB, "side": "left", "targets": ("C3", "C4", "C5")},
        ),
        (
            "Diagnostic right L3-L5 MBB with IV sedation",
            {
                "procedure": MBB,
                "side": "right",
                "intent": "diagnostic",
                "iv_sedation_planned": True,
                "targets": ("L3-L5",),
            },
        ),
        (
            "Repeat medial branch block, bilateral S1",
            {"procedure": MBB, "side": "bilateral", "targets": ("S1",)},
        ),
        (
            "Second diagnostic medial branch block at L4-5",
            {
                "procedure": MBB,
                "intent": "diagnostic",
                "block_session": "second",
                "targets": ("L4-5",),
            },
        ),
        ("Medical branch bock L4-5", {"procedure": MBB, "targets": ("L4-5",)}),
        (
            "Thoracic facet injection, palpation guided",
            {"procedure": FACET, "region": "thoracic", "guidance": "palpation"},
        ),
        (
            "Therapeutic facet joint injections L4-5, L5-S1 under CT guidance",
            {
                "procedure": FACET,
                "intent": "therapeutic",
                "guidance": "ct",
                "targets": ("L4-5", "L5-S1"),
            },
        ),
        (
            "Facet block at L4-5 without sedation",
            {"procedure": FACET, "iv_sedation_planned": False, "targets": ("L4-5",)},
        ),
        (
            "Left C2-3 radiofrequency ablation of the third occipital nerve and C3 medial branch",
            {"procedure": RFA, "side": "left", "targets": ("C2-3", "TON", "C3")},
        ),
        (
            "Pulsed radiofrequency rhizotomy of the lumbar facets",
            {"procedure": RFA, "region": "lumbar", "rf_technique": "pulsed"},
        ),
        ("Right L5 transforaminal ESI", {"procedure": ESI, "side": "right", "region": "lumbar"}),
        ("Cervical epidural injection", {"procedure": ESI, "region": "cervical"}),
        ("CT scan of the lumbar spine", {"procedure": CT, "region": "lumbar"}),
        ("Norco 10/325 mg, 60 tablets", {"procedure": OPIOID}),
        ("CT scan of the head", {}),
        ("L4-5 medial branch block, and radiofrequency ablation if it helps", {}),
        ("Genicular nerve radiofrequency ablation, left knee", {"side": "left"}),
        ("Urine drug test for oxycodone", {}),
        ("Physical therapy, 12 visits", {}),
        ("Lumbar facet injection and epidural steroid injection", {"region": "lumbar"}),
        (
            "Left L3-4 and right L4-5 medial branch block",
            {"procedure": MBB, "targets": ("L3-4", "L4-5")},
        ),
    ],
)
def test_a_title_states_its_facts_and_no_others(facts_of, title: str, expected: dict[str, Any]):
    """Two procedures or two sides in one title are left for a person to tell apart."""
    assert values(facts_of(title)) == expected


def test_every_fact_has_unconfirmed_evidence_in_the_letter(read: Read, lists, rules: RuleBase):
    (letter,) = read(imr(replace(TOLD, items=(ToldItem("Left L4-5 and L5-S1 facet injection"),))))

    facts = requested(letter.items[0], letter, lists, rules)

    assert set(facts) == {"procedure", "side", "targets"}
    for fact in facts.values():
        assert isinstance(fact, Documented)
        (evidence,) = fact.evidence
        assert (evidence.section, evidence.voice, evidence.confirmed) == (
            "request",
            "record",
            False,
        )
        assert evidence.at is not None
        assert letter.source.text[slice(*evidence.at)] == evidence.quote
        assert evidence.line == letter.source.line(evidence.at[0])


def test_levels_are_what_the_map_of_joints_can_read(facts_of, rules: RuleBase):
    """A level that does not exist is left out, and noted."""
    fact = facts_of("Medial branch block L4-5 and L5-L6, three levels")["targets"]

    assert isinstance(fact, Documented)
    assert fact.value == ("L4-5",)
    assert fact.note == (
        "The title names L5-L6 as well: `L5-L6` is no level of the spine: there is no L6, only L1 to L5."
        " The title speaks of 3 levels."
    )
    assert rules.anatomy.read(fact.value, "nerves").readings


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (
            "A left medial branch block is requested to find the pain generator.",
            {"side": "left", "intent": "diagnostic"},
        ),
        ("More medial branch blocks are needed for diagnostic purposes.", {"intent": "diagnostic"}),
        ("He had left medial branch blocks in May, and they were requested again.", {}),
        ("Utilization review denied the request for a left medial branch block.", {}),
        ("A left knee injection is requested.", {}),
        ("A left medial branch block is requested. A right medial branch block is requested.", {}),
    ],
)
def test_a_silent_title_is_completed_by_the_sentence_that_asks(
    facts_of, summary: str, expected: dict[str, Any]
):
    """Only by a sentence about this procedure that asks for it, and only where such sentences agree."""
    facts = facts_of("L4-5 medial branch block", summary)

    assert values(facts) == {"procedure": MBB, "targets": ("L4-5",), **expected}
    for name in expected:
        fact = facts[name]
        assert isinstance(fact, Documented)
        assert fact.evidence[0].section == "summary"


def test_what_a_scan_is_for_is_read_from_the_sentence_that_asks(facts_of):
    facts = facts_of(
        "CT scan of the lumbar spine", "A CT scan is requested, as screws may be loose."
    )

    assert values(facts) == {
        "procedure": CT,
        "region": "lumbar",
        "study_subject": "bone_or_hardware",
    }


def test_a_drug_is_on_no_side_whatever_else_is_asked_for(facts_of):
    facts = facts_of("Norco 10/325 mg", "Norco is requested, and a left knee injection.")

    assert values(facts) == {"procedure": OPIOID}


def test_a_title_is_not_overruled_by_the_summary(facts_of):
    facts = facts_of("Right L4-5 medial branch block", "A left medial branch block is requested.")

    assert values(facts)["side"] == "right"


def test_what_a_denial_retells_keeps_its_voice(read: Read, lists, rules: RuleBase):
    told = replace(
        TOLD,
        items=(ToldItem("L4-5 medial branch block"),),
        summary="A left medial branch block is requested.",
    )
    (letter,) = read(notice(told))

    side = requested(letter.items[0], letter, lists, rules)["side"]

    assert isinstance(side, Documented)
    assert side.evidence[0].voice == "ur"


def test_of_a_divided_title_the_remaining_part_is_read(facts_of):
    title = (
        "Bilateral L3-4 and L4-5 medial branch block was the original request. Bilateral L4-5 medial branch"
        " block was authorized by the Claims Administrator. The remaining IMR eligible portion of the original"
        " request, bilateral L3-4 medial branch block is"
    )

    assert values(facts_of(title))["targets"] == ("L3-4",)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Naproxen 550 mg", "drug"),
        ("Post-op Percocet", "drug"),
        ("Bilateral L4-5 medial branch blocks", "injection"),
        ("Left shoulder arthroscopy with physical therapy", "surgery"),
        ("MRI of the knee", "imaging"),
        ("Post-operative physical therapy", "therapy"),
        ("Cold therapy unit, seven days", "equipment"),
        ("EMG of both legs", "test"),
        ("Urine drug testing", "test"),
        ("Consultation with a hip replacement specialist", "visit"),
        ("Home health aide", "care"),
        ("A letter to the employer", "other"),
        ("", "other"),
    ],
)
def test_a_treatment_has_a_coarse_kind(lists: RequestLists, title: str, kind: str):
    assert treatment_kind(title, lists) == kind


def test_every_value_is_one_of_the_vocabulary(lists: RequestLists, rules: RuleBase):
    """What an entry gives could be written in a case."""
    for name, entries in lists.facts.items():
        spec = rules.vocabulary.facts.get(name)
        known = {"procedure": rules.vocabulary.procedures, "region": rules.vocabulary.regions}
        for value in entries:
            if spec is None:
                assert value in known[name]
            else:
                read = value_of(spec, value)
                written = sorted(read) if isinstance(read, frozenset) else read
                assert rules.vocabulary.faults(spec, written) == []
