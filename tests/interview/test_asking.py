"""Which fact an interview asks next, on generated open cases and on shipped ones."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import product

from hypothesis import Phase, given, settings

from checker.case import parse_case
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import Reading
from checker.interview.asking import Asked, Interview
from tests.flip.strategies import outcome_of, turnable
from tests.semantics.situation import ENTRIES, LISTS, SILENT, Situation, values_of, words
from tests.semantics.strategies import undisputed

NO_ENGINE = "the written semantics are tried here"
BEYOND = {"number": (0, 9), "date": (date(2015, 1, 1), date(2015, 1, 5)), "levels": (["L5-S1"],)}
"""Values on either side of those that rules and charts hold."""

MOST = 100
"""So many answers to the other open facts are tried."""


def interview(situation: Situation, reading: Reading) -> Interview:
    """The interview about the one request of a situation."""
    (only,) = determine(situation.case, Engine(situation.rules, NO_ENGINE), Terms(reading))
    return Interview(only, situation.rules, reading)


def answered(situation: Situation, asked: Asked, value: object) -> Situation:
    """The situation after an answer."""
    if asked.of is None:
        return situation.telling({asked.spec.name: value})
    said = situation.facts[asked.of]
    records = [dict(one) for one in (said["value"] if isinstance(said, dict) else said)]
    records[asked.record or 0][asked.spec.name] = value
    told = {**said, "value": records} if isinstance(said, dict) else records
    return situation.telling({asked.of: told})


def replies(asked: Asked, situation: Situation) -> list[object]:
    """Answers of every kind: values, and that the chart is silent."""
    if asked.spec.name in LISTS:
        fields = situation.written.fields(asked.spec.name)
        one = [
            {name: values_of(name)[at % len(values_of(name))] for name in fields}
            for at in (0, 1, 2)
        ]
        return [[], one[:1], one[1:2], one, one * 2, SILENT]
    return [*values_of(asked.spec.name), *BEYOND.get(ENTRIES[asked.spec.name]["type"], ()), SILENT]


def statuses(situation: Situation, reading: Reading, ids: tuple[str, ...]) -> tuple[str, ...]:
    """How the criteria stand that a question claims to settle."""
    (only,) = determine(situation.case, Engine(situation.rules, NO_ENGINE), Terms(reading))
    return tuple(one.status for one in only.judged if one.criterion.id in ids)


def test_what_an_open_case_is_asked_can_change_something_and_leads_to_an_end() -> None:
    """For some answers to what else is open, two answers leave what it claims to settle unlike.

    And answering what is asked, one fact at a time, closes every open case.
    """
    seen: Counter[str] = Counter()

    @settings(
        max_examples=80,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(turnable(most=2, depth=1, sought=["open"], state=undisputed, related=False))
    def asks(drawn: tuple[Situation, Reading]) -> None:
        situation, reading = drawn
        if outcome_of(situation, reading) == "open":
            seen["open"] += 1
            matters(situation, reading)
            closes(situation, reading)

    def closes(situation: Situation, reading: Reading) -> None:
        asked_already: set[object] = set()
        while outcome_of(situation, reading) == "open":
            asked = interview(situation, reading).next()
            assert asked is not None
            assert asked.cell not in asked_already
            asked_already.add(asked.cell)
            seen["answers"] += 1
            situation = answered(situation, asked, replies(asked, situation)[0])

    def matters(situation: Situation, reading: Reading) -> None:
        every = interview(situation, reading).questions()
        guarding = set(words(list(situation.written.guards.values())))
        for asked in every:
            if asked.spec.name in guarding:
                continue
            others = [one for one in every if one.cell != asked.cell]
            ways = product(*(replies(one, situation) for one in others))
            for number, way in enumerate(ways):
                found = list(zip(others, way, strict=True))
                if number > MOST or differs(situation, reading, asked, found):
                    seen["bounded" if number > MOST else "shown"] += 1
                    break
            else:
                raise AssertionError(f"{asked} changes nothing")

    def differs(
        situation: Situation, reading: Reading, asked: Asked, others: list[tuple[Asked, object]]
    ) -> bool:
        for one, value in others:
            situation = answered(situation, one, value)
        found = {
            statuses(answered(situation, asked, value), reading, asked.settles)
            for value in replies(asked, situation)
        }
        return len(found) > 1

    asks()

    assert seen["open"] >= 22
    assert seen["answers"] >= 25
    assert seen["shown"] >= 25
    assert seen["bounded"] <= seen["shown"] / 5


# --- Shipped rules ----------------------------------------------------------------------------------


def draft(engine: Engine, facts: str = "", request: str = "") -> Determination:
    """A lumbar block in preparation."""
    text = (
        f"case: c\nrecord: open\nfacts: {{{facts}}}\nrequests:\n"
        f"  - {{id: 1, procedure: medial_branch_block, region: lumbar{request}}}\n"
    )
    (only,) = determine(parse_case("c.yaml", text.encode(), engine.rules), engine, Terms())
    return only


def names(determination: Determination, engine: Engine) -> list[str]:
    """The facts in the order in which they are asked."""
    found = Interview(determination, engine.rules, "as written").questions()
    return [one.spec.name for one in found]


def test_a_criterion_that_was_begun_is_finished_first(engine: Engine) -> None:
    """After the result of therapy comes the rest of conservative care."""
    begun = names(draft(engine, "physical_therapy: failed"), engine)

    assert set(begun[:3]) <= {
        *("home_exercise", "nsaids", "conservative_care_weeks", "conservative_care_failed")
    }


def test_a_fact_that_is_asked_only_after_another_comes_after_it(engine: Engine) -> None:
    """Whether the patient is anxious is asked once sedation is asked for."""
    before = names(draft(engine), engine)
    after = names(draft(engine, request=", iv_sedation_planned: true"), engine)

    assert "iv_sedation_planned" in before
    assert "extreme_anxiety" not in before
    assert "extreme_anxiety" in after


def test_each_record_on_file_is_asked_about(engine: Engine) -> None:
    """Two earlier blocks without details: what each of them was."""
    found = Interview(
        draft(engine, "prior_blocks: [{}, {}]", ", targets: [L4-5]"), engine.rules, "as written"
    ).questions()

    assert {
        ("prior_blocks", 0, "block_kind"),
        ("prior_blocks", 1, "block_kind"),
        ("prior_blocks", 0, "block_targets"),
    } <= {one.cell for one in found}


def test_without_a_guideline_the_facts_are_asked_that_lead_to_one(engine: Engine) -> None:
    """The region of a block decides which guideline speaks."""
    data = (
        b"case: c\nrecord: open\nfacts: {}\nrequests: [{id: 1, procedure: medial_branch_block}]\n"
    )
    (only,) = determine(parse_case("c.yaml", data, engine.rules), engine, Terms())

    assert only.outcome in ("open", "Upheld")
    assert Interview(only, engine.rules, "as written").next() is not None


def test_the_outcome_after_an_answer_is_told_beforehand(engine: Engine) -> None:
    """Sensory loss in a dermatome makes a lumbar block fail; its absence leaves the rest open."""
    found = Interview(draft(engine), engine.rules, "as written")
    (asked,) = [one for one in found.questions() if one.spec.name == "dermatomal_sensory_loss"]

    assert found.outcome_after(asked, value=False) == "open"
    assert found.outcome_after(asked, value=None) == "open"
