"""The laws of docs/semantics.md, each on generated rule bases and charts.

L1 to L6 are tried on the written semantics, which are the definition; L7 and L8 on durable_rules
too. One example is one rule base with one chart, or with a chart and a changed one.
"""

from hypothesis import event, given
from hypothesis import strategies as st

from checker.condition import evaluate
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS, Reading, names_in, status_of, ways_to_read
from checker.guideline import Criterion, Status
from tests.semantics import oracle
from tests.semantics.situation import FIELDS, SILENT, UNASKED, Situation, Written, written_as
from tests.semantics.strategies import (
    charts,
    documented,
    readings,
    reordered,
    replied,
    situations,
    undisputed,
    with_more_documented,
    with_replies,
)

AGAINST = {"not met", "missing"}


def statuses(situation: Situation, reading: Reading) -> dict[str, Status]:
    """What the written semantics say of every criterion."""
    chart, record = situation.chart, situation.record
    return {one.id: status_of(one, chart, reading, record) for one in situation.guideline.criteria}


def determination(situation: Situation, reading: Reading) -> Determination:
    """The determination by the written semantics, of which there must be exactly one."""
    engine = Engine(situation.rules, unavailable="the written semantics are tried here")
    (only,) = determine(situation.case, engine, Terms(reading))
    return only


def can_be_excepted(criterion: Criterion, situation: Situation, reading: Reading) -> bool:
    """Whether its exception is documented or may still be, in some way to settle the conflicts."""
    if criterion.unless is None:
        return False
    ways = ways_to_read(situation.chart, names_in(criterion), reading)
    return any(evaluate(criterion.unless, way).most == 2 for way in ways)


# --- L1 ---------------------------------------------------------------------------------------------


@given(with_more_documented(), readings)
def test_documenting_more_never_changes_what_evidence_has_settled(situations_, reading):
    """L1: what is met, not met or not applicable stays so.

    What was met may turn out not to apply, and a newly documented exception may lift what was not met.
    """
    before, after = situations_
    now = statuses(after, reading)
    for criterion in before.guideline.criteria:
        match status_of(criterion, before.chart, reading, before.record):
            case "met":
                assert now[criterion.id] in ("met", "not applicable")
            case "not applicable":
                assert now[criterion.id] == "not applicable"
            case "not met" if not can_be_excepted(criterion, after, reading):
                assert now[criterion.id] == "not met"


# --- L2 ---------------------------------------------------------------------------------------------


@given(situations(undisputed), st.sampled_from(("as written", "lenient")))
def test_a_presumption_yields_to_evidence(situation, reading):
    """L2: whatever can be documented against a presumed criterion makes it not met."""
    was = statuses(situation, reading)
    for written in situation.written.criteria:
        if was[written["id"]] == "presumed" and (facts := oracle.refutation(written, situation)):
            event("refuted")
            assert statuses(situation.telling(facts), reading)[written["id"]] == "not met"


# --- L3 ---------------------------------------------------------------------------------------------


@given(situations(), readings)
def test_silence_never_rescues_from_a_documented_adverse_fact(situation, reading):
    """L3: where one documented fact makes a criterion not met, all else being silent, it is not met.

    Nothing that is silent or not asked makes it met or presumed; only its exception can.
    """
    now = statuses(situation, reading)
    for criterion in situation.guideline.criteria:
        for alone in adverse(criterion, situation, reading):
            event("adverse fact")
            if can_be_excepted(criterion, situation, reading):
                assert now[criterion.id] in ("not met", "missing", "to answer", "met")
            else:
                assert now[criterion.id] == "not met", alone


def adverse(criterion: Criterion, situation: Situation, reading: Reading) -> list[str]:
    """The facts each of which alone, with all else silent, makes a criterion not met."""
    silence = dict.fromkeys(situation.facts, SILENT)
    alone = {name: {**silence, name: said} for name, said in situation.facts.items()}
    return [
        name
        for name, facts in alone.items()
        if status_of(criterion, situation.telling(facts).chart, reading, "closed") == "not met"
    ]


# --- L4 ---------------------------------------------------------------------------------------------


@given(situations(), readings)
def test_a_request_has_exactly_one_determination(situation, reading):
    """L4: every criterion has one status, and against, then open, then for is the whole rule."""
    found = determination(situation, reading)
    deciding = {one.status for one in found.judged if one.criterion.kind == "eligibility"}

    assert [one.criterion.id for one in found.judged] == [
        one["id"] for one in situation.written.criteria
    ]
    assert found.outcome == (
        "Upheld" if deciding & AGAINST else "open" if "to answer" in deciding else "Overturned"
    )


@given(situations(documented), readings)
def test_nothing_is_open_when_everything_is_documented(situation, reading):
    """L4: with all documented and nothing in conflict, no criterion is presumed, missing or open."""
    found = determination(situation, reading)

    assert {one.status for one in found.judged} <= {"met", "not met", "not applicable"}
    assert found.outcome in ("Upheld", "Overturned")
    assert not found.questions


# --- L5 ---------------------------------------------------------------------------------------------


def favour(status: str) -> int:
    """How far a status or an outcome goes: against, open, for."""
    return 0 if status in {*AGAINST, "Upheld"} else 1 if status in ("to answer", "open") else 2


@given(situations())
def test_the_strict_reading_favours_least_and_the_lenient_most(situation):
    """L5: strict, as written, lenient: no criterion and no determination ever gets worse."""
    found = [determination(situation, reading) for reading in READINGS]
    of_criteria = zip(*([favour(one.status) for one in each.judged] for each in found), strict=True)

    assert all(list(one) == sorted(one) for one in of_criteria)
    assert [favour(one.outcome) for one in found] == sorted(favour(one.outcome) for one in found)
    assert all(one.status != "presumed" for one in found[0].judged)


@given(situations())
def test_read_leniently_only_a_conflict_that_is_shown_makes_a_criterion_missing(situation):
    """L5: only a conflict makes a criterion missing in the lenient reading, and it is shown."""
    for one in determination(situation, "lenient").judged:
        assert one.status != "missing" or one.conflicting


# --- L6 ---------------------------------------------------------------------------------------------


@given(with_replies(), readings)
def test_an_open_determination_asks_until_answers_close_it(asked, reading):
    """L6: an open determination asks something, asks nothing twice, and any answers close it.

    The answer to a list of records may bring up facts to compare them with.
    """
    situation, replies = asked
    found = determination(situation, reading)
    answered: set[str] = set()
    while found.outcome == "open":
        names = {question.spec.name for question in found.questions}
        assert names
        assert not names & answered
        answered |= names
        facts = {name: replied(situation, name, replies) for name in names}
        situation = situation.telling(facts)
        found = determination(situation, reading)


@given(situations(), readings)
def test_no_question_is_asked_about_what_is_known(situation, reading):
    """L6: what a question is about is not asked, silent or in conflict where its criteria look."""
    criteria = {one.id: one for one in situation.guideline.criteria}
    for question in determination(situation, reading).questions:
        names = {written_as(name) for one in question.settles for name in names_in(criteria[one])}
        assert not is_known(situation.facts[question.spec.name], names)


def is_known(said: Written, names: set[str]) -> bool:
    """Whether nothing in a fact as written, as far as these fields go, is open or in conflict."""
    match said:
        case {"value": value}:
            return is_known(value, names)
        case {"conflicting": _} | ["L3-L5"]:
            return False
        case [dict(), *_]:
            fields = [one.get(name, UNASKED) for one in said for name in names & set(FIELDS)]
            return all(is_known(one, names) for one in fields)
        case _:
            return said not in (SILENT, UNASKED)


# --- L7 ---------------------------------------------------------------------------------------------


@given(reordered(), readings)
def test_the_order_of_facts_and_criteria_does_not_matter(situations_, reading):
    """L7: criteria, parts of conditions, facts and records may stand in any order."""
    one, other = (without_order(determination(each, reading)) for each in situations_)

    assert one == other


def without_order(found: Determination) -> dict[str, object]:
    """All that a determination says, without its order."""
    return {
        "outcome": found.outcome,
        "ledger": found.ledger,
        "statuses": {one.criterion.id: one.status for one in found.judged},
        "reasons": {one.criterion.id: {each.name for each in one.findings} for one in found.judged},
        "questions": {one.spec.name: set(one.settles) for one in found.questions},
    }


# --- L8 ---------------------------------------------------------------------------------------------


@given(st.data(), situations(), readings)
def test_durable_rules_gives_the_statuses_of_the_written_semantics(data, situation, reading):
    """L8: what durable_rules concludes alone is the definition's answer, chart after chart."""
    engine = Engine(situation.rules)
    others = data.draw(st.lists(charts(situation.written), min_size=2, max_size=2))
    for facts in ({}, *others):
        told = situation.telling(facts)
        chained = engine.chained(told.guideline, told.chart, reading, told.record)

        assert chained == statuses(told, reading)
