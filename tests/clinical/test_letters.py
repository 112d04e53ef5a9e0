"""What must be true of the five determination letters. Line numbers are those of the letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import pytest

from checker.audit.comparison import Compared, compare
from checker.audit.figures import Summary, summarize
from checker.audit.tally import tally
from checker.case import Case
from checker.determination import Determination, Judged, Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS
from checker.fact import Conflicting, Documented, NotDocumented, evidence_of

Letter = Callable[[str], Case]

AS_WRITTEN = Terms()
STRICT = Terms(reading="strict")
LENIENT = Terms(reading="lenient")
FROM_THE_RECORD = Terms(facts_from="record")
LETTERS = ("000", "001", "002", "003", "004")


def against(determination: Determination) -> dict[str, str]:
    """The criteria that make it Upheld, each with its status."""
    return {one.criterion.id: one.status for one in determination.against}


def judged(determination: Determination, criterion: str) -> Judged:
    return next(one for one in determination.judged if one.criterion.id == criterion)


def facts_behind(determination: Determination, criterion: str) -> dict[str, object]:
    return {one.name: one.fact for one in judged(determination, criterion).findings}


def lines(fact: object) -> list[tuple[int | None, int | None]]:
    """First and last line of every place where a fact stands."""
    return [(one.line, one.last_line or one.line) for one in evidence_of(fact)]  # type: ignore[arg-type]


def compared(letters: Iterable[Case], engine: Engine, terms: Terms) -> list[Compared]:
    """Every decided item of some letters beside its determination."""
    return [
        item
        for letter in letters
        for determination in determine(letter, engine, terms)
        for item in compare(determination, engine.rules)
    ]


# --- Letter 000: two lumbar joints on both sides, denial upheld -----------------------------------


def test_letter_000_is_upheld_on_conservative_care_and_the_examination_alone(
    letter: Letter, engine: Engine
) -> None:
    """Neither failed therapy nor an examination that points to the levels; lines 121-127."""
    (block,) = determine(letter("000"), engine, AS_WRITTEN)

    assert block.outcome == "Upheld"
    assert against(block) == {
        "conservative-care-failed": "missing",
        "facet-presentation": "missing",
    }


def test_letter_000_counts_two_joints_although_both_sides_are_requested(
    letter: Letter, engine: Engine
) -> None:
    """L1-2 and L2-3 bilaterally are two levels, not four; line 59."""
    (block,) = determine(letter("000"), engine, AS_WRITTEN)

    assert judged(block, "two-joints-at-most").status == "met"
    assert block.procedure.chart["requested_joints"].value == {"L1-2", "L2-3"}


def test_letter_000_takes_unmentioned_therapy_for_silence_and_not_for_refusal(
    letter: Letter, engine: Engine
) -> None:
    """The summary says that the records do not state whether there was therapy; lines 43-45."""
    (block,) = determine(letter("000"), engine, AS_WRITTEN)

    therapy = facts_behind(block, "conservative-care-failed")["physical_therapy"]
    assert isinstance(therapy, NotDocumented)
    assert lines(therapy) == [(43, 45)]
    assert judged(block, "no-care-outstanding").status == "presumed"


def test_letter_000_is_upheld_for_the_reviewers_own_reasons(letter: Letter, engine: Engine) -> None:
    """Both grounds of the rationale are criteria that are missing, and there is no other; lines 121-127."""
    (item,) = compared([letter("000")], engine, AS_WRITTEN)

    assert item.agreement == "same reasons"
    assert set(item.shared) == {"conservative-care-failed", "facet-presentation"}


def test_letter_000_would_pass_if_every_silence_were_presumed(
    letter: Letter, engine: Engine
) -> None:
    """Nothing in the letter speaks against the block, so only silence upholds the denial; lines 37-49."""
    (block,) = determine(letter("000"), engine, LENIENT)

    assert block.outcome == "Overturned"
    assert against(block) == {}


# --- Letter 001: a block beside an old fusion (upheld), a scan (overturned) -----------------------


def test_letter_001_upholds_the_block_because_the_pain_is_radicular(
    letter: Letter, engine: Engine
) -> None:
    """Sensory loss in root areas, lines 51-53, and an electromyography with radiculopathy, lines 85-87."""
    block, _ = determine(letter("001"), engine, AS_WRITTEN)

    assert block.outcome == "Upheld"
    assert against(block) == {"non-radicular": "not met", "conservative-care-failed": "missing"}
    findings = facts_behind(block, "non-radicular")
    assert lines(findings["dermatomal_sensory_loss"]) == [(51, 53)]
    assert lines(findings["emg_radiculopathy"]) == [(85, 87)]


def test_letter_001_shows_both_results_of_the_straight_leg_raise_with_their_lines(
    letter: Letter, engine: Engine
) -> None:
    """Positive on 2015-09-10, lines 53-55; negative eleven days later, line 71."""
    block, _ = determine(letter("001"), engine, AS_WRITTEN)

    sign = facts_behind(block, "non-radicular")["root_tension_sign"]
    assert isinstance(sign, Conflicting)
    assert [one.value for one in sign.values] == ["positive", "negative"]
    assert lines(sign) == [(53, 55), (71, 71)]
    assert [one.evidence[0].dated for one in sign.values] == [date(2015, 9, 10), date(2015, 9, 21)]
    assert any("root tension sign" in one and "conflicting" in one for one in block.warnings)


def test_letter_001_does_not_rest_on_the_conflicting_straight_leg_raise(
    letter: Letter, engine: Engine
) -> None:
    """Sensation and electromyography decide alone; lines 51-53 and 85-87."""
    without = letter("001").setting({"root_tension_sign": NotDocumented()}, engine.rules)

    block, _ = determine(without, engine, AS_WRITTEN)

    assert block.outcome == "Upheld"
    assert judged(block, "non-radicular").status == "not met"


def test_letter_001_recognizes_the_fusion_as_lying_below_the_target(
    letter: Letter, engine: Engine
) -> None:
    """Fused at L4-5, lines 57-59; the block is for L3-4, line 103."""
    block, _ = determine(letter("001"), engine, AS_WRITTEN)

    findings = facts_behind(block, "no-fusion-at-level")
    assert judged(block, "no-fusion-at-level").status == "met"
    assert findings["fusion_levels"].value == {"L4-5"}
    assert findings["requested_joints"].value == {"L3-4"}
    assert lines(findings["fusion_levels"]) == [(57, 59)]


def test_letter_001_accepts_a_positive_facet_challenge_as_facet_pain(
    letter: Letter, engine: Engine
) -> None:
    """Loading the facets hurts, lines 55-57; tenderness is reported without naming them, lines 49-51."""
    block, _ = determine(letter("001"), engine, AS_WRITTEN)

    assert judged(block, "facet-presentation").status == "met"
    assert list(facts_behind(block, "facet-presentation")) == ["facet_loading_pain"]


def test_letter_001_counts_treatments_without_a_result_as_undocumented_failure(
    letter: Letter, engine: Engine
) -> None:
    """Therapy and exercises are listed, what came of them is not; lines 75-81."""
    block, _ = determine(letter("001"), engine, AS_WRITTEN)

    assert block.outcome == "Upheld"
    assert judged(block, "conservative-care-failed").status == "missing"


def test_letter_001_agrees_on_the_block_for_other_reasons(letter: Letter, engine: Engine) -> None:
    """The reviewer doubts the procedure as such and weighs nothing of this patient; lines 113-123."""
    (item, _) = compared([letter("001")], engine, AS_WRITTEN)

    assert item.agreement == "other reasons"
    assert item.shared == ()
    assert item.theirs_alone == ("efficacy-not-shown",)
    assert set(item.ours_alone) == {"non-radicular", "conservative-care-failed"}


def odg_alone(engine: Engine) -> Engine:
    """The same engine with ODG's guidelines and no others."""
    kept = {
        id_: one for id_, one in engine.rules.guidelines.items() if one.source.publisher == "ODG"
    }
    return Engine(replace(engine.rules, guidelines=kept), engine.unavailable)


def test_odg_does_not_cover_the_scan_of_letter_001(letter: Letter, engine: Engine) -> None:
    """Computed tomography is no facet procedure; lines 125-147."""
    _, scan = determine(letter("001"), odg_alone(engine), AS_WRITTEN)

    assert scan.outcome == "not covered"
    assert scan.guideline is None
    assert "computed tomography" in scan.reason


def test_letter_001_scan_misses_a_surgical_plan_under_the_schedule(
    letter: Letter, engine: Engine
) -> None:
    """The chart asks for the scan because of the hardware and plans no operation; lines 71-75, 135-147."""
    _, scan = determine(letter("001"), engine, AS_WRITTEN)

    assert scan.guideline is not None
    assert scan.guideline.id == "mtus/acoem-2004/low-back-complaints/lumbar-ct"
    assert scan.outcome == "Upheld"
    assert against(scan) == {"surgery-considered": "missing"}


# --- Letter 002: two neck joints on the left, denial overturned -----------------------------------


def test_letter_002_is_overturned_as_written_with_all_facts(letter: Letter, engine: Engine) -> None:
    """Tenderness, failed care and nothing radicular satisfy the reviewer; lines 121-127."""
    (block,) = determine(letter("002"), engine, AS_WRITTEN)

    assert block.outcome == "Overturned"
    assert against(block) == {}
    assert block.guideline.id == "odg/neck-upper-back/facet-joint-diagnostic-blocks"


def test_letter_002_turns_three_neck_nerves_into_two_joints(letter: Letter, engine: Engine) -> None:
    """The item names the nerves C3, C4 and C5, and the joints C3-4 and C4-5 they supply; lines 65-67."""
    (block,) = determine(letter("002"), engine, AS_WRITTEN)

    assert block.procedure.chart["requested_joints"].value == {"C3-4", "C4-5"}
    assert judged(block, "two-joints-at-most").status == "met"
    assert block.warnings == ()


def test_letter_002_rests_on_one_general_statement_of_the_reviewer(
    letter: Letter, engine: Engine
) -> None:
    """Extensive care is said to have failed; no therapy, drug or week is named; lines 93-99."""
    (block,) = determine(letter("002"), engine, AS_WRITTEN)

    (statement,) = facts_behind(block, "conservative-care-failed").values()
    assert isinstance(statement, Documented)
    assert statement.grade == "conclusory"
    assert lines(statement) == [(93, 99)]
    assert [one.voice for one in statement.evidence] == ["reviewer"]


def test_letter_002_is_upheld_under_the_strict_reading(letter: Letter, engine: Engine) -> None:
    """Read strictly the general statement of lines 93-99 does not count, nor does any silence."""
    (block,) = determine(letter("002"), engine, STRICT)

    assert block.outcome == "Upheld"
    assert against(block)["conservative-care-failed"] == "missing"


def test_letter_002_is_upheld_with_facts_from_the_record_alone(
    letter: Letter, engine: Engine
) -> None:
    """Without the reviewer's words the chart says nothing of conservative care; lines 33-55."""
    (block,) = determine(letter("002"), engine, FROM_THE_RECORD)

    assert block.outcome == "Upheld"
    assert against(block) == {"conservative-care-failed": "missing"}


def test_letter_002_presumes_that_the_pain_is_not_radicular(letter: Letter, engine: Engine) -> None:
    """Studies are negative, lines 49-55, but sensation, which the guideline names, was not examined."""
    (block,) = determine(letter("002"), engine, AS_WRITTEN)

    assert judged(block, "non-radicular").status == "presumed"
    assert "dermatomal_sensory_loss" in facts_behind(block, "non-radicular")


def test_letter_002_agrees_with_the_reviewer(letter: Letter, engine: Engine) -> None:
    """Both overturn, and the reviewer names nothing that the rules find unmet; lines 121-127."""
    (item,) = compared([letter("002")], engine, AS_WRITTEN)

    assert item.agreement == "same reasons"


# --- Letter 003: an opioid, and a second set of blocks listed nerve by nerve, all upheld ----------


def test_letter_003_takes_its_four_block_items_for_one_procedure_on_two_joints(
    letter: Letter, engine: Engine
) -> None:
    """L3, L4, L5 and S1, lines 117, 177, 235 and 295, are the joints L4-5 and L5-S1."""
    _, block = determine(letter("003"), engine, AS_WRITTEN)

    assert [one.id for one in block.requests] == ["2", "3", "4", "5"]
    assert block.procedure.chart["requested_joints"].value == {"L4-5", "L5-S1"}
    assert judged(block, "two-joints-at-most").status == "met"
    assert block.procedure.stray_nerves == frozenset()


def test_letter_003_is_upheld_on_the_repeated_block_and_the_radiculopathy(
    letter: Letter, engine: Engine
) -> None:
    """An earlier block did not help, lines 47-51; radiculopathy of the left leg, lines 39-41."""
    _, block = determine(letter("003"), engine, AS_WRITTEN)

    assert block.outcome == "Upheld"
    assert against(block) == {
        "first-set": "not met",
        "non-radicular": "not met",
        "facet-presentation": "missing",
        "conservative-care-failed": "missing",
    }


def test_letter_003_shows_the_poor_response_without_deciding_on_it(
    letter: Letter, engine: Engine
) -> None:
    """The first block is called ineffective, lines 47-49; its response looks back and decides nothing."""
    _, block = determine(letter("003"), engine, AS_WRITTEN)

    response = judged(block, "response-to-block")
    assert response.status == "not met"
    assert not response.criterion.decides
    assert "response-to-block" not in against(block)


def test_letter_003_names_the_reviewers_reasons_and_more(letter: Letter, engine: Engine) -> None:
    """The four rationales give the repeat and the lack of benefit; lines 165-173 and three times more."""
    items = compared([letter("003")], engine, AS_WRITTEN)[1:]

    assert [one.agreement for one in items] == ["same and more"] * 4
    assert {one.shared for one in items} == {("first-set", "response-to-block")}
    assert set(items[0].ours_alone) == {
        "non-radicular",
        "facet-presentation",
        "conservative-care-failed",
    }


def test_letter_003_still_knows_of_the_repeat_from_the_record_alone(
    letter: Letter, engine: Engine
) -> None:
    """The summary reports the earlier block, lines 47-49, and the item titles call these a repeat."""
    _, block = determine(letter("003"), engine, FROM_THE_RECORD)

    assert block.outcome == "Upheld"
    assert against(block)["first-set"] == "not met"


def test_odg_does_not_cover_the_opioid_of_letter_003(letter: Letter, engine: Engine) -> None:
    """Norco, line 63, is no facet procedure."""
    norco, _ = determine(letter("003"), odg_alone(engine), AS_WRITTEN)

    assert norco.outcome == "not covered"
    assert [one.id for one in norco.requests] == ["1"]
    assert "opioid medication" in norco.reason


def test_letter_003_opioid_is_upheld_under_the_schedule(letter: Letter, engine: Engine) -> None:
    """No analgesia was obtained, as the reviewer says, and no agreement or goal is on record; lines 109-113."""
    norco, _ = determine(letter("003"), engine, AS_WRITTEN)

    assert norco.guideline is not None
    assert norco.guideline.id == "mtus/chronic-pain/opioids"
    assert norco.outcome == "Upheld"
    assert against(norco)["analgesia-obtained"] == "not met"


# --- Letter 004: a thoracic facet injection guided by touch, denial upheld ------------------------


def test_letter_004_is_upheld_because_the_injection_is_meant_as_treatment(
    letter: Letter, engine: Engine
) -> None:
    """The reviewer takes the request for treatment and would weigh a diagnostic one; lines 71-77."""
    (injection,) = determine(letter("004"), engine, AS_WRITTEN)

    assert injection.outcome == "Upheld"
    assert against(injection) == {"not-for-treatment": "not met"}
    assert injection.guideline.id == "mtus/acoem-2004/low-back-complaints/facet-joint-injections"


def test_letter_004_is_upheld_without_the_reviewers_words_for_lack_of_a_purpose(
    letter: Letter, engine: Engine
) -> None:
    """The chart only implies the request and states no purpose; lines 37-39."""
    (injection,) = determine(letter("004"), engine, FROM_THE_RECORD)

    assert injection.outcome == "Upheld"
    assert against(injection) == {"not-for-treatment": "missing"}


def test_letter_004_asks_for_no_individual_review_of_a_treatment(
    letter: Letter, engine: Engine
) -> None:
    """Individual review concerns diagnostic blocks only, which this is not; lines 65-77."""
    (injection,) = determine(letter("004"), odg_alone(engine), AS_WRITTEN)

    assert injection.guideline is not None
    assert injection.guideline.id == "odg/thoracic/facet-joint-injections"
    assert judged(injection, "individual-review").status == "not applicable"
    assert injection.questions == ()


def test_letter_004_is_upheld_for_the_reviewers_own_reason(letter: Letter, engine: Engine) -> None:
    """Treatment is the ground of the rationale; lines 65-77."""
    (item,) = compared([letter("004")], engine, AS_WRITTEN)

    assert item.agreement == "same reasons"
    assert item.shared == ("not-for-treatment",)


# --- What is remarkable about the five decisions --------------------------------------------------

FINDINGS = {
    ("000", "1", "reason-outside-guideline"): [(123, 125)],  # imaging
    ("001", "1", "reason-outside-guideline"): [(113, 123)],  # the procedure is doubted as such
    ("001", "1", "source-outside-search-order"): [(109, 111)],  # UpToDate
    ("001", "1", "conflicting-facts"): [(53, 55), (71, 71)],  # straight leg raise
    ("001", "2", "conflicting-facts"): [(53, 55), (71, 71)],
    ("002", "1", "conclusory-care"): [(93, 99)],
    ("002", "1", "stale-evidence"): [(53, 55)],  # imaging of 2003 for a request of 2013
    **{
        ("003", item, finding): lines_of
        for item, rationale in {
            "2": (137, 173),
            "3": (197, 231),
            "4": (255, 291),
            "5": (315, 349),
        }.items()
        for finding, lines_of in {
            "boilerplate": [rationale],
            "label-only": [(39, 41)],
            "one-procedure-in-several-items": [(117, 117), (177, 177), (235, 235), (295, 295)],
        }.items()
    },
    ("004", "1", "region-mismatch"): [(65, 69)],  # a thoracic request, and words on the low back
    ("004", "1", "hedged"): [(69, 71), (75, 77)],
    ("004", "1", "no-levels"): [(49, 49)],
}


def test_every_finding_on_the_five_letters_points_to_its_lines(
    letter: Letter, engine: Engine
) -> None:
    """These findings and no other, each with the lines that show it."""
    found = {
        (item.determination.case.name.removeprefix("imr-"), item.request.id, one.id): [
            (place.line, place.last_line or place.line) for place in one.evidence
        ]
        for item in compared([letter(one) for one in LETTERS], engine, AS_WRITTEN)
        for one in item.findings
    }

    assert found == FINDINGS


# --- The audit of all five ------------------------------------------------------------------------


def summary_of(letter: Letter, engine: Engine, terms: Terms) -> Summary:
    return summarize(tally(compared([letter(one) for one in LETTERS], engine, terms)))


def test_all_eight_facet_decisions_followed_the_guideline(letter: Letter, engine: Engine) -> None:
    """Ten decided items in five letters, eight of them facet procedures, the same outcome in all eight."""
    summary = summary_of(letter, engine, AS_WRITTEN)

    assert (summary.letters, summary.items, summary.covered) == (5, 10, 10)
    assert summary.scored == 8
    assert (summary.apart.part, summary.apart.whole) == (1, 2)
    assert (summary.agree.part, summary.agree.whole) == (8, 8)
    assert (summary.letters_agree.part, summary.letters_agree.whole) == (5, 5)
    assert summary.by_agreement == {
        "same reasons": 3,
        "same and more": 4,
        "other reasons": 1,
        "disagree": 0,
        "open": 0,
        "not covered": 0,
    }


def test_the_rules_foresaw_seven_of_the_eight_from_the_record(
    letter: Letter, engine: Engine
) -> None:
    """Letter 002 was granted on a statement that only its reviewer makes, lines 93-99."""
    items = compared([letter(one) for one in LETTERS], engine, FROM_THE_RECORD)

    summary = summarize(tally(items))
    assert (summary.agree.part, summary.agree.whole) == (7, 8)
    assert (summary.letters_agree.part, summary.letters_agree.whole) == (4, 5)
    differing = [one for one in items if one.scored and one.agreement == "disagree"]
    assert [one.determination.case.name for one in differing] == ["imr-002"]


def test_always_upheld_is_right_for_seven_of_the_eight(letter: Letter, engine: Engine) -> None:
    """One covered item of the ten was overturned: the block of letter 002, lines 65-67."""
    summary = summary_of(letter, engine, AS_WRITTEN)

    assert (summary.always_upheld.part, summary.always_upheld.whole) == (7, 8)
    assert (summary.letters_always_upheld.part, summary.letters_always_upheld.whole) == (4, 5)


# Wilson's interval solves (share - p)^2 = z^2 p (1 - p) / n with z^2 = 3.8414588. For all of n this is
# n / (n + z^2) to 1: 8 / 11.8414588 and 5 / 8.8414588. For 7 of 8 and 4 of 5 it is the two roots of
# (1 + z^2/n) p^2 - (2 share + z^2/n) p + share^2, to five places.
INTERVALS = {
    "8 of 8": (0.67559, 1.0),
    "7 of 8": (0.52911, 0.97758),
    "5 of 5": (0.56551, 1.0),
    "4 of 5": (0.37553, 0.96378),
}


def test_intervals_of_the_audit_are_wilsons(letter: Letter, engine: Engine) -> None:
    """Every share of the audit stands with the interval that so few letters leave."""
    followed = summary_of(letter, engine, AS_WRITTEN)
    foresaw = summary_of(letter, engine, FROM_THE_RECORD)

    assert followed.agree.interval == pytest.approx(INTERVALS["8 of 8"], abs=1e-5)
    assert foresaw.agree.interval == pytest.approx(INTERVALS["7 of 8"], abs=1e-5)
    assert followed.always_upheld.interval == pytest.approx(INTERVALS["7 of 8"], abs=1e-5)
    assert followed.letters_agree.interval == pytest.approx(INTERVALS["5 of 5"], abs=1e-5)
    assert foresaw.letters_agree.interval == pytest.approx(INTERVALS["4 of 5"], abs=1e-5)


def test_agreement_beyond_chance_vanishes_when_the_reviewer_is_not_heard(
    letter: Letter, engine: Engine
) -> None:
    """From the record alone everything is Upheld, which is no better than never thinking."""
    followed = summary_of(letter, engine, AS_WRITTEN).table
    foresaw = summary_of(letter, engine, FROM_THE_RECORD).table

    assert (followed.kappa, followed.mcc, followed.balanced_accuracy) == (1.0, 1.0, 1.0)
    assert (foresaw.kappa, foresaw.mcc, foresaw.balanced_accuracy) == (0.0, None, 0.5)


@pytest.mark.parametrize(("reading", "agree"), [("strict", 7), ("as written", 8), ("lenient", 7)])
def test_each_reading_agrees_with_seven_or_eight_of_eight(
    letter: Letter, engine: Engine, reading: str, agree: int
) -> None:
    """Strict loses the grant of letter 002, lenient the denial of letter 000."""
    summary = summary_of(letter, engine, replace(AS_WRITTEN, reading=reading))

    assert (summary.agree.part, summary.agree.whole) == (agree, 8)


def test_letters_000_and_002_and_the_scan_hang_on_silence_and_weak_evidence(
    letter: Letter, engine: Engine
) -> None:
    """000 and the scan fail on what the chart does not say; 002 is granted on its lines 93-99."""
    outcomes = {
        (item.determination.case.name, item.request.id): tuple(
            determined.outcome
            for reading in READINGS
            for determined in determine(
                item.determination.case, engine, replace(AS_WRITTEN, reading=reading)
            )
            if item.request in determined.requests
        )
        for item in compared([letter(one) for one in LETTERS], engine, AS_WRITTEN)
    }

    hanging = {item: told for item, told in outcomes.items() if len(set(told)) > 1}
    assert READINGS == ("strict", "as written", "lenient")
    assert hanging == {
        ("imr-000", "1"): ("Upheld", "Upheld", "Overturned"),
        ("imr-001", "2"): ("Upheld", "Upheld", "Overturned"),
        ("imr-002", "1"): ("Upheld", "Overturned", "Overturned"),
    }


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("number", LETTERS)
def test_the_reading_never_changes_what_is_covered(
    letter: Letter, engine: Engine, number: str, reading: str
) -> None:
    """Whether a guideline speaks of a request does not depend on how silence counts."""
    as_written = determine(letter(number), engine, AS_WRITTEN)

    read = determine(letter(number), engine, replace(AS_WRITTEN, reading=reading))

    assert [one.guideline for one in read] == [one.guideline for one in as_written]
