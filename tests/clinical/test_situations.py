"""Clinical situations, each with its outcome and the criteria that decide it.

A situation starts from a finished chart in which every deciding criterion is met by evidence, and
states only what is different. So whatever counts against a request is there because of the situation.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from checker.case import Case, parse_case
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.rulebase import RuleBase

CHART = """
facet_tenderness: true
facet_loading_pain: true
dermatomal_sensory_loss: false
myotomal_weakness: false
reflex_change: false
root_tension_sign: negative
emg_radiculopathy: false
imaging_root_compression: false
radiculopathy_diagnosis: false
physical_therapy: failed
home_exercise: failed
nsaids: failed
conservative_care_weeks: 8
prior_blocks: []
fusion_levels: []
surgery_anticipated: false
request_date: 2015-06-01
"""
LUMBAR = """
procedure: medial_branch_block
region: lumbar
targets: [L4-5, L5-S1]
side: left
intent: diagnostic
iv_sedation_planned: false
"""
NECK = """
procedure: medial_branch_block
region: cervical
targets: [C4-5]
side: left
intent: diagnostic
iv_sedation_planned: false
same_day_procedures: []
"""

Block = Callable[..., Case]
AS_WRITTEN = Terms()


def block(rules: RuleBase, request: str, different: str, record: str, jurisdiction: str) -> Case:
    """The case of one request, with the facts that are different in the place of the others."""
    chart, asked = yaml.safe_load(CHART), yaml.safe_load(request)
    for name, value in (yaml.safe_load(different) or {}).items():
        of_request = rules.vocabulary.facts[name].kind == "request"
        (asked if of_request else chart)[name] = value
    case = {
        "case": "situation",
        "jurisdiction": jurisdiction,
        "record": record,
        "facts": chart,
        "requests": [{"id": 1, **asked}],
    }
    return parse_case("situation.yaml", yaml.safe_dump(case).encode(), rules)


@pytest.fixture
def lumbar_block(rules: RuleBase) -> Block:
    """A lumbar block that meets everything, but for the facts given."""

    def case(different: str = "", record: str = "closed", jurisdiction: str = "CA") -> Case:
        return block(rules, LUMBAR, different, record, jurisdiction)

    return case


@pytest.fixture
def neck_block(rules: RuleBase) -> Block:
    """A neck block that meets everything, but for the facts given."""

    def case(different: str = "", record: str = "closed", jurisdiction: str = "CA") -> Case:
        return block(rules, NECK, different, record, jurisdiction)

    return case


def decided(case: Case, engine: Engine, terms: Terms = AS_WRITTEN) -> Determination:
    (determination,) = determine(case, engine, terms)
    return determination


def against(determination: Determination) -> dict[str, str]:
    """The criteria that make it Upheld, each with its status."""
    return {one.criterion.id: one.status for one in determination.against}


def status(determination: Determination, criterion: str) -> str:
    return next(one.status for one in determination.judged if one.criterion.id == criterion)


def joints(determination: Determination) -> set[str]:
    return set(determination.procedure.chart["requested_joints"].value)


# --- The starting point ---------------------------------------------------------------------------


def test_a_lumbar_block_that_meets_everything_is_ready(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back: every deciding item is met, and nothing is presumed."""
    determination = decided(lumbar_block(), engine)

    assert determination.outcome == "Overturned"
    assert (determination.ledger.presumed, determination.ledger.silence) == (0, 0)


def test_a_neck_block_that_meets_everything_is_ready(neck_block: Block, engine: Engine) -> None:
    """ODG Neck: only the shoulder, of which the chart does not speak, is presumed."""
    determination = decided(neck_block(), engine)

    presumed = [one.criterion.id for one in determination.judged if one.status == "presumed"]
    decisive = [one.criterion.id for one in determination.judged if one.criterion.decides]
    assert determination.outcome == "Overturned"
    assert [one for one in presumed if one in decisive] == ["shoulder-pathology-excluded"]


# --- Levels ---------------------------------------------------------------------------------------


def test_three_joints_in_one_session_are_upheld_on_the_levels(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back, items 2 and 4: two facet joint levels at most."""
    determination = decided(lumbar_block("targets: [L3-4, L4-5, L5-S1]"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"two-joints-at-most": "not met"}


def test_four_neighbouring_nerves_are_three_joints_and_upheld(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back, item 4: nerves are turned into the joints they supply before levels are counted."""
    determination = decided(lumbar_block("targets: [L2, L3, L4, L5]"), engine)

    assert joints(determination) == {"L3-4", "L4-5", "L5-S1"}
    assert against(determination) == {"two-joints-at-most": "not met"}


def test_two_joints_on_both_sides_count_once(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 2: two levels bilaterally are two levels."""
    determination = decided(lumbar_block("side: bilateral"), engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "two-joints-at-most") == "met"


def test_the_first_sacral_nerve_adds_no_joint(lumbar_block: Block, engine: Engine) -> None:
    """CPT Assistant 2004: the S1 branch is optional beside L4 and L5, and supplies no joint of its own."""
    determination = decided(lumbar_block("targets: [L3, L4, L5, S1]"), engine)

    assert determination.outcome == "Overturned"
    assert joints(determination) == {"L4-5", "L5-S1"}
    assert determination.warnings == ()


def test_a_lone_nerve_is_told_to_complete_no_joint(lumbar_block: Block, engine: Engine) -> None:
    """One medial branch of two leaves its joint half blocked; the levels criterion only caps the number."""
    determination = decided(lumbar_block("targets: [L4]"), engine)

    assert joints(determination) == set()
    assert status(determination, "two-joints-at-most") == "met"
    assert any("no facet joint is complete with L4" in one for one in determination.warnings)


def test_the_first_sacral_nerve_alone_is_told_to_complete_no_joint(
    lumbar_block: Block, engine: Engine
) -> None:
    """CPT Assistant 2004: the S1 branch comes in addition to others, so alone it blocks nothing."""
    determination = decided(lumbar_block("targets: [S1]"), engine)

    assert joints(determination) == set()
    assert any("no facet joint is complete with S1" in one for one in determination.warnings)


def test_a_block_without_levels_is_upheld_for_silence(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 4: what is not counted cannot be two at most."""
    determination = decided(lumbar_block("targets: not documented"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"two-joints-at-most": "missing"}


def test_a_range_that_is_two_joints_in_both_readings_is_decided(
    lumbar_block: Block, engine: Engine
) -> None:
    """L3-L5 is L3-4 and L4-5 as joints, L4-5 and L5-S1 as nerves: two joints either way."""
    determination = decided(lumbar_block("targets: [L3-L5]"), engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "two-joints-at-most") == "met"


def test_a_range_that_is_three_joints_in_both_readings_is_upheld(
    lumbar_block: Block, engine: Engine
) -> None:
    """L2-L5 is three joints as joints, and three others as nerves."""
    determination = decided(lumbar_block("targets: [L2-L5]"), engine)

    assert against(determination) == {"two-joints-at-most": "not met"}


def test_a_range_that_meets_a_fusion_in_one_reading_only_is_not_guessed(
    lumbar_block: Block, engine: Engine
) -> None:
    """As joints L3-L5 keeps clear of a fusion at L5-S1, as nerves it runs into it."""
    determination = decided(lumbar_block("{targets: [L3-L5], fusion_levels: [L5-S1]}"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"no-fusion-at-level": "missing"}
    assert any("conflicting" in one for one in determination.warnings)


def test_a_range_that_meets_a_fusion_in_one_reading_is_asked_about_in_a_draft(
    lumbar_block: Block, engine: Engine
) -> None:
    """While the office can still answer, it is asked for the targets."""
    draft = lumbar_block("{targets: [L3-L5], fusion_levels: [L5-S1]}", record="open")

    determination = decided(draft, engine)

    assert determination.outcome == "open"
    assert status(determination, "no-fusion-at-level") == "to answer"
    assert "targets" in [one.spec.name for one in determination.questions]


def test_a_range_that_meets_a_fusion_in_both_readings_is_upheld(
    lumbar_block: Block, engine: Engine
) -> None:
    """L4-5 is among the joints of L3-L5 however the range is read."""
    determination = decided(lumbar_block("{targets: [L3-L5], fusion_levels: [L4-5]}"), engine)

    assert against(determination) == {"no-fusion-at-level": "not met"}


def test_the_third_occipital_nerve_alone_is_one_joint(neck_block: Block, engine: Engine) -> None:
    """The third occipital nerve supplies C2-3 by itself."""
    determination = decided(neck_block("targets: [TON]"), engine)

    assert determination.outcome == "Overturned"
    assert joints(determination) == {"C2-3"}
    assert determination.warnings == ()


def test_the_third_occipital_nerve_beside_three_others_is_three_joints(
    neck_block: Block, engine: Engine
) -> None:
    """ODG Neck: C2-3, C3-4 and C4-5 are one joint too many."""
    determination = decided(neck_block("targets: [TON, C3, C4, C5]"), engine)

    assert joints(determination) == {"C2-3", "C3-4", "C4-5"}
    assert against(determination) == {"two-joints-at-most": "not met"}


def test_the_nerves_c7_and_c8_are_the_joint_between_neck_and_chest(
    neck_block: Block, engine: Engine
) -> None:
    """From C7-T1 down a joint is supplied by the nerve above and its own, and a fusion there rules it out."""
    free = decided(neck_block("targets: [C7, C8]"), engine)
    fused = decided(neck_block("{targets: [C7, C8], fusion_levels: [C7-T1]}"), engine)

    assert (free.outcome, joints(free)) == ("Overturned", {"C7-T1"})
    assert against(fused) == {"no-fusion-at-level": "not met"}


# --- Fusion and earlier blocks --------------------------------------------------------------------


def test_the_level_beside_a_fusion_is_allowed(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 11: only the fused level itself is excluded."""
    determination = decided(lumbar_block("{targets: [L3-4], fusion_levels: [L4-5]}"), engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "no-fusion-at-level") == "met"


def test_a_fusion_at_one_of_two_levels_is_upheld(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 11: no block where the segment has been fused."""
    determination = decided(lumbar_block("fusion_levels: [L5-S1]"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"no-fusion-at-level": "not met"}


PRIOR = "prior_blocks: [{{block_kind: medial_branch_block, {0}}}]"


def test_a_second_block_of_the_same_joint_is_upheld(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 1: one set of diagnostic blocks, whether or not it helped."""
    case = lumbar_block(
        PRIOR.format("block_targets: [L4-5], block_side: left, block_response: effective")
    )

    determination = decided(case, engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"first-set": "not met"}


def test_an_earlier_block_at_another_level_is_no_repeat(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back, item 1, concerns the joints that are asked for now."""
    case = lumbar_block(PRIOR.format("block_targets: [L2-3], block_side: left"))

    determination = decided(case, engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "first-set") == "met"


def test_an_earlier_block_on_the_other_side_is_no_repeat(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back, item 1: the left joints have not been blocked when only the right ones were."""
    case = lumbar_block(PRIOR.format("block_targets: [L4-5], block_side: right"))

    determination = decided(case, engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "first-set") == "met"


def test_an_earlier_block_on_an_unknown_side_is_a_repeat(
    lumbar_block: Block, engine: Engine
) -> None:
    """That the first block was on the other side has to be documented; silence does not rescue."""
    case = lumbar_block(PRIOR.format("block_targets: [L4-5]"))

    determination = decided(case, engine)

    assert against(determination) == {"first-set": "not met"}


def test_an_earlier_epidural_is_no_set_of_facet_blocks(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 1, counts diagnostic facet blocks only."""
    determination = decided(
        lumbar_block("prior_blocks: [{block_kind: epidural_steroid_injection}]"), engine
    )

    assert determination.outcome == "Overturned"
    assert against(determination) == {}


# --- Sedation, surgery, other injections ----------------------------------------------------------


def test_sedation_as_a_routine_is_upheld(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 8: sedation can spoil the result."""
    determination = decided(lumbar_block("iv_sedation_planned: true"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"no-iv-sedation": "not met"}


def test_sedation_for_documented_extreme_anxiety_is_allowed(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back, item 8: the one exception."""
    determination = decided(
        lumbar_block("{iv_sedation_planned: true, extreme_anxiety: true}"), engine
    )

    assert determination.outcome == "Overturned"
    assert status(determination, "no-iv-sedation") == "met"


def test_sedation_asks_about_anxiety_in_a_draft(lumbar_block: Block, engine: Engine) -> None:
    """An exception nobody has asked about yet may still be documented."""
    draft = lumbar_block(
        "{iv_sedation_planned: true, facet_hypertrophy_explains_radicular_findings: false}", "open"
    )

    determination = decided(draft, engine)

    assert determination.outcome == "open"
    assert [one.spec.name for one in determination.questions] == ["extreme_anxiety"]


def test_an_operation_in_prospect_is_upheld(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 10: no diagnostic block where surgery is anticipated."""
    determination = decided(lumbar_block("surgery_anticipated: true"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"no-surgery-anticipated": "not met"}


def test_an_epidural_on_the_same_day_is_upheld_in_the_neck(
    neck_block: Block, engine: Engine
) -> None:
    """ODG Neck, item 12: no other injection on the day of the block."""
    determination = decided(neck_block("same_day_procedures: [epidural_steroid_injection]"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"not-same-day": "not met"}


def test_an_epidural_on_the_same_day_does_not_count_in_the_low_back(
    lumbar_block: Block, engine: Engine
) -> None:
    """The list for the low back, items 1 to 11, has no such item."""
    determination = decided(
        lumbar_block("same_day_procedures: [epidural_steroid_injection]"), engine
    )

    assert determination.outcome == "Overturned"
    assert against(determination) == {}


# --- Conservative care ----------------------------------------------------------------------------


def test_a_forbidden_drug_stands_in_for_its_trial(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 3: what must not be taken cannot have been tried."""
    determination = decided(lumbar_block("nsaids: contraindicated"), engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "conservative-care-failed") == "met"


def test_three_weeks_of_conservative_care_are_too_short(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back, item 3: at least four to six weeks."""
    determination = decided(lumbar_block("conservative_care_weeks: 3"), engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {
        "conservative-care-failed": "missing",
        "no-care-outstanding": "not met",
    }


def test_four_weeks_of_conservative_care_are_enough(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 3: four weeks are the lower end of what is asked."""
    determination = decided(lumbar_block("conservative_care_weeks: 4"), engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "conservative-care-failed") == "met"


ONLY_A_STATEMENT = """
conservative_care_failed: true
physical_therapy: not documented
home_exercise: not documented
nsaids: not documented
conservative_care_weeks: not documented
"""


def test_a_general_statement_of_failed_care_is_accepted_as_written(
    lumbar_block: Block, engine: Engine
) -> None:
    """One sentence that care failed is weak evidence, which the reviewer of letter 002 took, lines 93-99."""
    determination = decided(lumbar_block(ONLY_A_STATEMENT), engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "conservative-care-failed") == "met"


def test_a_general_statement_of_failed_care_does_not_count_strictly(
    lumbar_block: Block, engine: Engine
) -> None:
    """Read strictly the treatments themselves must be documented."""
    determination = decided(lumbar_block(ONLY_A_STATEMENT), engine, Terms(reading="strict"))

    assert determination.outcome == "Upheld"
    assert against(determination)["conservative-care-failed"] == "missing"


def test_a_general_statement_does_not_outweigh_therapy_that_was_never_done(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back, item 3: an adverse fact stands beside a statement that care failed."""
    determination = decided(
        lumbar_block("{conservative_care_failed: true, physical_therapy: not_done}"), engine
    )

    assert determination.outcome == "Upheld"
    assert against(determination) == {"no-care-outstanding": "not met"}


# --- Nerve roots and the examination --------------------------------------------------------------


def test_pain_down_the_leg_alone_is_not_radicular(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 2: facet pain can be referred; a sign, a study or a diagnosis is needed."""
    determination = decided(
        lumbar_block("{pain_radiates: true, numbness_or_tingling: true}"), engine
    )

    assert determination.outcome == "Overturned"
    assert status(determination, "non-radicular") == "met"


def test_a_bare_diagnosis_of_radiculopathy_is_upheld(lumbar_block: Block, engine: Engine) -> None:
    """ODG Low Back, item 2, as the reviewers of such labels apply it."""
    case = lumbar_block("radiculopathy_diagnosis: {value: true, grade: conclusory}")

    determination = decided(case, engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"non-radicular": "not met"}


def test_two_examinations_that_differ_on_tenderness_count_against_a_finished_chart(
    lumbar_block: Block, engine: Engine
) -> None:
    """A decision never rests on a guess which of two findings is right."""
    case = lumbar_block(
        "{facet_tenderness: {conflicting: [true, false]}, facet_loading_pain: false}"
    )

    determination = decided(case, engine)

    assert determination.outcome == "Upheld"
    assert against(determination) == {"facet-presentation": "missing"}


def test_two_examinations_that_differ_do_not_matter_beside_a_third_finding(
    lumbar_block: Block, engine: Engine
) -> None:
    """Pain on loading meets the criterion whichever examination of tenderness is right."""
    case = lumbar_block("facet_tenderness: {conflicting: [true, false]}")

    determination = decided(case, engine)

    assert determination.outcome == "Overturned"
    assert status(determination, "facet-presentation") == "met"


# --- Which guideline ------------------------------------------------------------------------------


def test_a_lumbar_block_as_treatment_is_upheld_under_the_schedule_in_california(
    lumbar_block: Block, engine: Engine
) -> None:
    """8 CCR 9792.21.1: the schedule comes first; its chapter on the low back recommends no such treatment."""
    determination = decided(lumbar_block("intent: therapeutic"), engine)

    assert determination.guideline.id == (
        "mtus/acoem-2004/low-back-complaints/facet-joint-injections"
    )
    assert against(determination) == {"not-for-treatment": "not met"}


def test_a_lumbar_block_as_treatment_is_upheld_under_odg_in_texas(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG Low Back: medial branch blocks are not recommended as treatment."""
    case = lumbar_block("intent: therapeutic", jurisdiction="TX")

    determination = decided(case, engine)

    assert determination.guideline.id == "odg/low-back/medial-branch-blocks-therapeutic"
    assert against(determination) == {"not-for-treatment": "not met"}


def test_a_diagnostic_thoracic_block_waits_for_an_individual_review(
    lumbar_block: Block, engine: Engine
) -> None:
    """ODG, thoracic: too little is known for a list, so a physician reviewer has to look."""
    determination = decided(lumbar_block("{region: thoracic, targets: [T5-6]}"), engine)

    assert determination.outcome == "open"
    assert status(determination, "individual-review") == "to answer"
    assert [one.spec.name for one in determination.questions] == [
        "individual_review_supports_block"
    ]
