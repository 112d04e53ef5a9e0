"""What would turn the determination letters, and the shipped cases."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from checker.case import Case, load_case, parse_case
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.fact import Documented, Fact, evidence_of
from checker.flip.flipping import Change, Flip, Hindrance, flip, in_short
from checker.shipped import shipped

LETTERS = shipped("cases") / "imr"
CASES = sorted([*shipped("cases").glob("situations/*.yaml"), *shipped("cases").glob("imr/*.yaml")])


def turning(engine: Engine, letter: str, request: str = "1") -> Flip:
    """What would turn one request of a letter."""
    case = load_case(LETTERS / f"{letter}.yaml", engine.rules)
    (found,) = [
        one
        for one in determine(case, engine, Terms())
        if request in [each.id for each in one.requests]
    ]
    return flip(found, engine, Terms())


def lines(hindrance: Hindrance) -> set[int | None]:
    """The first lines of the evidence that stands in the way."""
    return {one.line for each in hindrance.facts for one in evidence_of(each.fact)}


def test_letter_000_is_turned_by_documents_alone(engine: Engine) -> None:
    """Facet findings and failed care are missing from the chart, and nothing else."""
    found = turning(engine, "000")

    assert found.complete
    assert found.number == len(found.sets) == 4
    assert {one.way.needs for one in found.sets} == {"document"}
    assert [len(one.way.changes) for one in found.sets] == [2, 2, 5, 5]
    assert not found.cannot


def test_letter_001_cannot_be_turned_and_the_lines_that_stand_in_the_way_are_named(
    engine: Engine,
) -> None:
    """The examination and the nerve study show radiculopathy, and the joints do not explain it."""
    found = turning(engine, "001")
    (hindrance,) = found.cannot

    assert not found.turns
    assert hindrance.judged.criterion.id == "non-radicular"
    assert {51, 85} <= lines(hindrance)


def test_letter_002_says_what_it_rests_on_and_what_would_sink_it(engine: Engine) -> None:
    """Four documented facts, the weakest a general statement by the reviewer."""
    found = turning(engine, "002")
    weak = [one.name for one, _ in found.rests_on if getattr(one.fact, "grade", "") == "conclusory"]

    assert [one.name for one, _ in found.rests_on] == [
        *("intent", "facet_tenderness", "conservative_care_failed", "requested_joints")
    ]
    assert weak == ["conservative_care_failed"]
    assert {
        *("facet_tenderness", "emg_radiculopathy", "prior_blocks", "fusion_levels"),
        *("surgery_anticipated", "radiculopathy_diagnosis", "physical_therapy"),
    } <= {each.of or each.fact for one in found.sinks for each in one.changes}


def test_letter_003_fails_on_its_earlier_set_while_the_bare_diagnosis_can_be_contested(
    engine: Engine,
) -> None:
    """History cannot change, whoever tells of it; a label without findings can be answered by findings."""
    found = turning(engine, "003", "2")

    assert not found.turns
    assert [one.judged.criterion.id for one in found.cannot] == ["first-set"]
    assert 47 in lines(found.cannot[0])
    assert [one.judged.criterion.id for one in found.contestable] == ["non-radicular"]
    assert [one.name for one in found.contestable[0].facts] == ["radiculopathy_diagnosis"]


def test_letter_004_comes_under_another_guideline_once_its_purpose_is_a_test(
    engine: Engine,
) -> None:
    """As treatment it cannot pass; as a test the thoracic rules ask for a reviewer's own judgement."""
    found = turning(engine, "004")
    (moved,) = found.moved

    assert [one.judged.criterion.id for one in found.cannot] == ["not-for-treatment"]
    assert (moved.change.fact, moved.change.to, moved.change.needs) == (
        "intent",
        "diagnostic",
        "amend",
    )
    assert (
        moved.flip.determination.guideline
        is engine.rules.guidelines["odg/thoracic/facet-joint-injections"]
    )
    assert [one.fact for each in moved.flip.sets for one in each.way.changes] == [
        "individual_review_supports_block"
    ]


# --- Every set of every shipped case ----------------------------------------------------------------


@pytest.mark.parametrize("path", CASES, ids=[one.stem for one in CASES])
def test_sets_for_a_shipped_case_turn_it_and_no_part_of_them_does(
    engine: Engine, path: Path
) -> None:
    """Written into the case, by both implementations."""
    case = load_case(path, engine.rules)
    for one in determine(case, engine, Terms()):
        for found in flip(one, engine, Terms()).sets[:3]:
            assert outcome_after(case, one, found.way.changes, engine) == "Overturned"
            for size in range(len(found.way.changes)):
                for part in combinations(found.way.changes, size):
                    assert outcome_after(case, one, part, engine) != "Overturned"


def outcome_after(
    case: Case, determination: Determination, changes: tuple[Change, ...], engine: Engine
) -> str:
    """The outcome of the request once these changes are made to its chart."""
    written = Engine(engine.rules, unavailable="one implementation is enough for parts of sets")
    facts = dict(case.facts)
    of_request: dict[str, Fact] = {}
    for one in changes:
        spec = engine.rules.vocabulary.facts[one.of or one.fact]
        if one.of is not None:
            facts[one.of] = with_field(facts[one.of], one)
        elif spec.kind == "request":
            of_request[one.fact] = Documented(one.to)
        else:
            facts[one.fact] = Documented(one.to, spec.at_best)
    mine = [one.id for one in determination.requests]
    requests = tuple(
        replace(one, facts={**one.facts, **of_request}) if one.id in mine else one
        for one in case.requests
    )
    after = determine(replace(case, facts=facts, requests=requests), written, Terms())
    (found,) = [one for one in after if [each.id for each in one.requests] == mine]
    return found.outcome if found.guideline is determination.guideline else "elsewhere"


def with_field(fact: Fact, change: Change) -> Fact:
    """A list with one field of one record changed."""
    assert isinstance(fact, Documented)
    records = list(fact.value)  # type: ignore[arg-type]
    number = (change.record or 0) - 1
    records[number] = {**records[number], change.fact: Documented(change.to)}  # type: ignore[dict-item]
    return replace(fact, value=tuple(records))  # type: ignore[arg-type]


# --- Bounds, guidelines, and what is not covered ----------------------------------------------------


DRAFT = b"""case: draft
record: open
requests: [{id: 1, procedure: medial_branch_block, region: lumbar}]
facts: {}
"""


def test_a_blank_draft_has_many_ways_and_says_how_many(engine: Engine) -> None:
    """They are counted, the cheapest are decided again, and all are shown as a product of options."""
    (draft,) = determine(parse_case("draft.yaml", DRAFT, engine.rules), engine, Terms())

    found = flip(draft, engine, Terms())

    assert found.sets
    assert len(found.sets) <= 40
    assert found.number >= len(found.sets)
    assert [one.way.price for one in found.sets] == sorted(one.way.price for one in found.sets)


def test_a_search_that_is_cut_short_says_so(engine: Engine) -> None:
    """No way found within the bound is not the same as no way."""
    (draft,) = determine(parse_case("draft.yaml", DRAFT, engine.rules), engine, Terms())

    found = flip(draft, engine, Terms(), steps=1)

    assert not found.complete
    assert not found.sets
    assert not found.cannot


def test_the_short_answer_is_the_cheapest_way(engine: Engine) -> None:
    """The line in the checklist is the first of all ways."""
    case = load_case(LETTERS / "000.yaml", engine.rules)
    (found,) = determine(case, engine, Terms())

    assert [one.way.price for one in in_short(found, engine, Terms()).sets] == [2]


def test_a_set_that_contradicts_the_chart_is_not_offered(engine: Engine) -> None:
    """Care of no weeks cannot have failed, so that care failed is no way while no weeks are on record."""
    data = b"""case: c
record: closed
facts: {facet_tenderness: true, conservative_care_weeks: 0, physical_therapy: not_done}
requests: [{id: 1, procedure: medial_branch_block, region: lumbar, targets: [L4-5], intent: diagnostic}]
"""
    (determination,) = determine(parse_case("c.yaml", data, engine.rules), engine, Terms())

    found = flip(determination, engine, Terms())

    weeks = [
        one
        for each in found.sets
        for one in each.way.changes
        if one.fact == "conservative_care_weeks"
    ]
    assert weeks
    assert {one.needs for one in weeks} == {"treat"}
    assert {one.to for one in weeks} == {4}
