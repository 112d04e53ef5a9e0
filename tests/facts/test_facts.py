"""What becomes a fact, from whom, and what never does; all letters here are invented."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.charting import complete, heard
from checker.fact import Conflicting, Documented, Fact, NotDocumented, evidence_of
from checker.letters.facts import stated
from checker.letters.letter import Span
from checker.letters.words import FactLists
from checker.rulebase import RuleBase
from checker.vocabulary import FactSpec, ListOf
from tests.facts.invented import a_letter


@pytest.fixture
def read(lists: FactLists, rules: RuleBase):
    """The facts of an invented letter."""
    return lambda *texts, **more: stated(a_letter(*texts, **more), lists, rules)


def value(fact: Fact) -> object:
    assert isinstance(fact, Documented), fact
    return fact.value


def voices(fact: Fact) -> set[str]:
    return {one.voice for one in evidence_of(fact)}


def block(facts: dict[str, Fact], number: int = 0) -> dict[str, object]:
    """What one earlier block's record says; None where it says that something is not documented."""
    records = value(facts["prior_blocks"])
    assert isinstance(records, tuple)
    return {
        name: fact.value if isinstance(fact, Documented) else None
        for name, fact in records[number].items()
    }


# --- Who speaks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rationale",
    [
        "Guidelines ask for failure of physical therapy, home exercise and NSAIDs.",
        "Physical therapy and ibuprofen should have failed before a block is done.",
        "A block is not recommended for patients with radiculopathy or a fusion at L4-5.",
        "The patient must have facet tenderness and negative straight leg raise.",
        "Studies found that medial branch blocks gave 80% relief.",
        "A block may be done if the patient has failed physical therapy.",
    ],
)
def test_what_a_guideline_asks_for_is_no_fact_of_the_patient(read, rationale):
    assert read("The man was seen.", rationale) == {}


@pytest.mark.parametrize("outcome", ["Upheld", "Overturned"])
def test_the_decision_and_the_conclusion_are_never_read(read, outcome):
    conclusion = (
        "The request for physical therapy after failed epidural injections is not medically"
        " necessary. The denial of the fusion is upheld."
    )
    assert read("The man was seen.", conclusion, outcomes=(outcome,)) == {}


def test_what_the_reviewer_finds_is_in_the_reviewers_voice(read):
    facts = read("The man was seen.", "In this case the patient has failed physical therapy.")

    assert value(facts["physical_therapy"]) == "failed"
    assert voices(facts["physical_therapy"]) == {"reviewer"}
    assert evidence_of(facts["physical_therapy"])[0].section == "rationale"


def test_what_review_says_is_in_the_voice_of_review(read):
    facts = read(
        "Utilization review stated that he had completed physical therapy without benefit."
    )

    assert voices(facts["physical_therapy"]) == {"ur"}


def test_the_chart_is_never_replaced_by_the_reviewer(read):
    """A value that differs makes a conflict, of which the chart's part can be told."""
    chart = "Treatment to date has included physical therapy."
    rationale = "In this case the patient has failed physical therapy."

    alone, both = read(chart), read(chart, rationale)

    assert isinstance(both["physical_therapy"], Conflicting)
    assert heard(both, "record") == alone


# --- Four kinds of no ----------------------------------------------------------------------------


def test_stated_negative_not_documented_silent_and_planned_are_kept_apart(read):
    negative = read("She has never tried physical therapy.")
    not_documented = read("The notes do not state that physical therapy was tried.")
    silent = read("She was seen.")
    planned = read("The treatment plan included physical therapy.")

    assert value(negative["physical_therapy"]) == "not_done"
    assert isinstance(not_documented["physical_therapy"], NotDocumented)
    assert evidence_of(not_documented["physical_therapy"])
    assert "physical_therapy" not in silent
    assert "physical_therapy" not in planned


@pytest.mark.parametrize(
    "sentence",
    [
        "Physical therapy was requested.",
        "The doctor recommended physical therapy and a fusion.",
        "Eight visits of physical therapy were authorized by the Claims Administrator.",
        "On May 2 physical therapy was non-certified.",
        "Twelve visits of physical therapy was the original request.",
        "The remaining portion is four visits of physical therapy.",
        "Utilization review reviewed physical therapy.",
    ],
)
def test_treatment_that_was_only_asked_for_is_not_care_that_was_tried(read, sentence):
    assert "physical_therapy" not in read(sentence)
    assert "conservative_care_weeks" not in read(sentence)


# --- Care ----------------------------------------------------------------------------------------


def test_care_by_kind_with_what_came_of_it(read):
    facts = read(
        "He completed 8 weeks of physical therapy without benefit. Home exercises were helpful."
        " Ibuprofen was ineffective. Acupuncture was tried. He takes tramadol."
    )

    assert value(facts["physical_therapy"]) == "failed"
    assert value(facts["home_exercise"]) == "helped"
    assert value(facts["nsaids"]) == "failed"
    assert value(facts["conservative_care_weeks"]) == 8
    assert value(facts["prior_treatments"]) == {"acupuncture"}
    assert value(facts["opioid_already_taken"]) is True


@pytest.mark.parametrize(
    ("sentence", "weeks"),
    [
        ("She had physical therapy for 3 months.", 13),
        ("She had six weeks of physical therapy.", 6),
        ("She had 4-6 weeks of conservative care.", 4),
        ("She had physical therapy 6 weeks ago.", None),
        ("She had 12 visits of physical therapy.", None),
        ("She asked for 6 weeks of physical therapy; it was requested.", None),
        ("The injury was 30 weeks ago and physical therapy was tried.", None),
    ],
)
def test_weeks_of_care_are_those_that_belong_to_it(read, sentence, weeks):
    fact = read(sentence).get("conservative_care_weeks")
    assert (value(fact) if fact else None) == weeks


def test_care_that_failed_in_general_terms_is_conclusory(read):
    fact = read("He has failed all conservative care.")["conservative_care_failed"]

    assert value(fact) is True
    assert fact.grade == "conclusory"


def test_a_bare_label_of_radiculopathy_is_conclusory(read):
    fact = read("Diagnoses include lumbar radiculopathy.")["radiculopathy_diagnosis"]

    assert value(fact) is True
    assert fact.grade == "conclusory"


def test_a_result_beats_a_bare_mention_and_two_results_conflict(read):
    one = read("He had physical therapy. Physical therapy was without benefit.")
    two = read("Physical therapy was without benefit. Later, physical therapy was helpful.")

    assert value(one["physical_therapy"]) == "failed"
    assert isinstance(two["physical_therapy"], Conflicting)


# --- Findings ------------------------------------------------------------------------------------


def test_a_sign_that_differs_on_two_days_conflicts_with_both_days(read):
    fact = read(
        "A note of 03-01-2014 reports a positive straight leg raise on the left."
        " A note of 04-02-2014 reports that straight leg raise is negative."
    )["root_tension_sign"]

    assert isinstance(fact, Conflicting)
    assert {(one.value, one.evidence[0].dated.isoformat()) for one in fact.values} == {
        ("positive", "2014-03-01"),
        ("negative", "2014-04-02"),
    }


def test_a_score_that_changes_is_no_conflict(read):
    facts = read(
        "A note of 03-01-2014 gives pain of 8/10. A note of 04-02-2014 gives pain of 5/10."
    )

    assert value(facts["pain_score"]) == 5


def test_a_loss_of_feeling_needs_a_root(read):
    assert value(read("Sensation is reduced at L5 on the left.")["dermatomal_sensory_loss"]) is True
    assert "dermatomal_sensory_loss" not in read("Sensation is reduced in the left leg.")
    assert "dermatomal_sensory_loss" not in read("Sensation is reduced in the right hand.")


@pytest.mark.parametrize(
    ("sentence", "fact", "expected"),
    [
        ("There is tenderness over the lumbar facet joints.", "facet_tenderness", True),
        ("There is no tenderness over the lumbar facet joints.", "facet_tenderness", False),
        ("Facet loading is positive on both sides.", "facet_loading_pain", True),
        ("Kemp's test was negative.", "facet_loading_pain", False),
        ("EMG of the legs revealed an L5 radiculopathy.", "emg_radiculopathy", True),
        ("EMG of the legs was normal.", "emg_radiculopathy", False),
        ("Sensation and strength were normal. Reflexes are normal.", "reflex_change", False),
        ("There is weakness of the left quadriceps.", "myotomal_weakness", True),
        ("MRI shows that the disc displaces the L5 nerve root.", "imaging_root_compression", True),
        ("A fusion of L4-5 was done in 2009.", "fusion_levels", {"L4-5"}),
        ("She is status post ALIF at L5-S1.", "anterior_fusion_levels", {"L5-S1"}),
        ("He has had no prior fusion.", "fusion_levels", set()),
        ("A fusion at L4-5 was requested.", "surgery_anticipated", True),
        ("He is not a surgical candidate.", "surgery_anticipated", False),
        ("He is currently working.", "currently_working", True),
        ("She has been off work since May.", "currently_working", False),
        ("Diagnoses are obesity and lumbar stenosis.", "diagnoses", {"obesity", "spinal_stenosis"}),
    ],
)
def test_findings_and_history(read, sentence, fact, expected):
    assert value(read(sentence)[fact]) == expected


def test_a_fusion_that_is_only_possible_gives_no_level_of_its_own(read):
    assert "fusion_levels" not in read("X-rays show a possible fusion at L4-5.")
    backed = read("X-rays show a probable fusion at L4-5. He is status post lumbar fusion.")
    assert value(backed["fusion_levels"]) == {"L4-5"}


def test_a_fusion_without_its_level_is_not_documented_and_shown(read):
    fact = read("He is status post lumbar fusion.")["fusion_levels"]

    assert isinstance(fact, NotDocumented)
    assert evidence_of(fact)


@pytest.mark.parametrize("title", ["Lumbar facet injection", "Facet injection at L4-5"])
def test_a_finding_of_another_region_is_none_of_the_one_that_is_asked_for(read, title):
    neck = "Spurling's is positive at the neck. Sensation is reduced at C6."
    back = "Straight leg raise is negative for the low back."

    facts = read(f"{neck} {back}", titles=(title,))

    assert value(facts["root_tension_sign"]) == "negative"
    assert "dermatomal_sensory_loss" not in facts


def test_without_one_region_that_is_asked_for_all_findings_count(read):
    text = "Sensation is reduced at C6."

    assert value(read(text, titles=("Massage",))["dermatomal_sensory_loss"]) is True
    both = ("Lumbar facet injection", "Cervical facet injection")
    assert value(read(text, titles=both)["dermatomal_sensory_loss"]) is True


def test_normal_plain_films_say_nothing_of_roots(read):
    assert "imaging_root_compression" not in read("X-rays of the low back were normal.")
    assert value(read("An MRI was normal.")["imaging_root_compression"]) is False


# --- Blocks --------------------------------------------------------------------------------------


def test_a_block_with_all_that_is_said_of_it(read):
    facts = read(
        "On 05-06-2013 she had diagnostic L4-5 medial branch blocks on the left with 80% relief for 3 hours."
    )

    assert block(facts) == {
        "block_kind": "medial_branch_block",
        "block_targets": ("L4-5",),
        "block_side": "left",
        "block_purpose": "diagnostic",
        "block_date": date(2013, 5, 6),
        "block_response": "effective",
        "relief_percent": 80,
        "relief_hours": 3,
    }


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("A prior medial branch block at L3-4 gave 70% pain relief.", 70),
        ("A medial branch block was done in May. The block gave 70% pain relief.", 70),
        ("She had a prior medial branch block. Medication gives 70% pain relief.", None),
        ("A prior medial branch block and physical therapy gave 70% relief.", None),
        ("A prior medial branch block was done; 70% of the pain is in the leg.", None),
        ("A prior medial branch block gave 50% relief at first and 80% relief later.", None),
        ("A prior medial branch block gave some relief.", None),
        ("A neurotomy is requested; an earlier neurotomy gave 75% relief.", 75),
    ],
)
def test_a_percentage_is_taken_only_where_it_can_belong_to_nothing_else(read, text, percent):
    assert block(read(text)).get("relief_percent") == percent


def test_a_percentage_that_may_belong_elsewhere_is_left_to_a_person(read):
    facts = read("A prior medial branch block and physical therapy gave 70% relief.")

    assert "relief_percent" in block(facts)
    assert block(facts)["relief_percent"] is None


@pytest.mark.parametrize(
    "sentence",
    [
        "A medial branch block at L3-4.",
        "A medial branch block at L3-4 is requested.",
        "The plan is a medial branch block at L3-4.",
        "Further medial branch blocks at L3-4 are recommended.",
        "The request for a medial branch block at L3-4 was non-certified.",
    ],
)
def test_a_block_without_a_word_of_the_past_or_a_result_is_no_earlier_block(read, sentence):
    assert "prior_blocks" not in read(sentence)
    assert "prior_blocks" not in read("The man was seen.", titles=(sentence,))


def test_titles_that_repeat_a_block_tell_of_one_earlier_session(read):
    titles = ("Repeat medial branch block bilateral L3", "Repeat medial branch block bilateral L4")
    facts = read("The previous medial branch blocks were ineffective.", titles=titles)

    assert len(value(facts["prior_blocks"])) == 1
    assert block(facts)["block_targets"] == ("L3", "L4")
    assert block(facts)["block_response"] == "ineffective"


def test_no_earlier_block_is_an_empty_list(read):
    assert value(read("He has had no prior medial branch blocks.")["prior_blocks"]) == ()


def test_blocks_on_two_days_are_two_sessions(read):
    facts = read(
        "On 05-06-2013 she underwent an L4-5 facet injection. On 07-08-2013 she underwent"
        " an L4-5 facet injection."
    )
    assert len(value(facts["prior_blocks"])) == 2


# --- Evidence and values -------------------------------------------------------------------------


SENTENCES = st.lists(
    st.sampled_from(
        [
            "Physical therapy was tried.",
            "Physical therapy was without benefit.",
            "Physical therapy was requested.",
            "The notes do not mention physical therapy.",
            "Straight leg raise was positive on 01-02-2014.",
            "Straight leg raise was negative.",
            "A prior medial branch block at L3-4 gave 70% relief.",
            "In this case the patient had a prior medial branch block at L4-5.",
            "In this case there was no benefit from the medial branch block.",
            "The patient has failed conservative care and ibuprofen.",
            "Diagnoses include radiculopathy and obesity.",
            "Guidelines ask for failed physical therapy.",
            "A fusion at L5-S1 was done.",
            "Utilization review stated that she had a fusion at L4-5.",
            "The request is not medically necessary.",
            "The pain is 7/10.",
        ]
    ),
    max_size=6,
).map(" ".join)


@settings(max_examples=60)
@given(SENTENCES, st.lists(SENTENCES, max_size=2))
def test_every_quote_stands_where_it_is_said_to_and_every_value_is_possible(
    lists, rules, summary, rationales
):
    letter = a_letter(summary or "x", *rationales)

    facts = stated(letter, lists, rules)

    assert set(facts) <= set(rules.vocabulary.facts)
    for name, fact in facts.items():
        assert possible(rules, rules.vocabulary.facts[name], fact)
        assert evidence_of(fact)
        for one in evidence_of(fact):
            assert letter.source.words(Span(*one.at)) == one.quote
            assert letter.source.line(one.at[0]) == one.line
            assert not one.confirmed
    complete(facts, rules.vocabulary, "closed")


def possible(rules: RuleBase, spec: FactSpec, fact: Fact) -> bool:
    """Whether the vocabulary accepts what a fact says."""
    match fact:
        case Conflicting(values):
            return len({one.value for one in values}) > 1 and all(
                possible(rules, spec, one) for one in values
            )
        case Documented(value=tuple() as items) if isinstance(spec.type, ListOf):
            return all(
                possible(rules, spec.type.fields[name], one)
                for item in items
                for name, one in item.items()
            )
        case Documented(found):
            written = sorted(found) if isinstance(found, frozenset) else found
            written = list(written) if isinstance(written, tuple) else written
            return rules.vocabulary.faults(spec, written) == []
        case _:
            return True


# --- Nothing leaks from the decision -------------------------------------------------------------


@settings(max_examples=60)
@given(SENTENCES, SENTENCES, SENTENCES, st.sampled_from(["Upheld", "Overturned"]))
def test_other_rationales_and_decisions_leave_the_charts_facts_as_they_are(
    lists, rules, summary, one, other, outcome
):
    """With facts from the record alone, whatever the reviewer writes and decides changes nothing."""
    titles = ("Repeat medial branch block bilateral L3",)
    mine = a_letter(summary or "x", one or "x", titles=titles, outcomes=("Upheld",))
    swapped = a_letter(summary or "x", other or "x", titles=titles, outcomes=(outcome,))

    first = heard(stated(mine, lists, rules), "record")
    second = heard(stated(swapped, lists, rules), "record")
    assert repr(first) == repr(second)
