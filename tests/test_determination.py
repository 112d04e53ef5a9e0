"""What a determination says beside its outcome: the decision rule, ledger, questions, warnings and reasons.

The clinic here is invented and small, so that each test shows all that it rests on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from itertools import chain, combinations, product
from pathlib import Path
from textwrap import dedent

import pytest

from checker.case import Case, parse_case
from checker.determination import Determination, Judged, Terms, determine, outcome_of
from checker.engine.agreed import Engine
from checker.engine.written import READINGS
from checker.fact import Conflicting, Documented, NotAsked, NotDocumented
from checker.guideline import STATUSES, Criterion, Role, Status
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped

AS_WRITTEN = Terms()

VOCABULARY = """
facts:
  intent: {type: enum, values: {diagnostic: d, therapeutic: t}, kind: request, ask: What for?}
  side: {type: enum, values: {left: l, right: r, bilateral: b}, kind: request, ask: Which side?}
  targets: {type: targets, kind: request, ask: Which levels?}
  joints: {joints_of: targets, ask: Which joints?}
  sedation: {type: boolean, kind: request, ask: With sedation?}
  request_date: {type: date, kind: request, ask: When?}
  pain: {type: boolean, ask: Is there pain?}
  fever: {type: boolean, ask: Is there fever?}
  review: {type: boolean, ask: Was it reviewed?}
procedures:
  walk: {title: A walk, targets: none}
  rest: {title: A rest, targets: none}
  stroll: {title: A stroll, targets: none}
  block: {title: A block, targets: nerves}
  spell: {title: A spell, targets: none}
regions: {cervical: Neck, thoracic: Chest, lumbar: Back}
"""

CRITERION = """
  - {{id: {id}, item: "{item}", kind: {kind}, says: Says {id}., requires: {requires}, if_silent: {silence},
      fix: Do it., verified: true, examples: []}}
"""


def guideline(id_: str, years: str, covers: str, *criteria: tuple[str, str, str, str]) -> str:
    first, _, last = years.partition("-")
    until = f", until: {last}-12-31" if last else ""
    text = f"id: {id_}\ntitle: The {id_} guideline\nsource: {{publisher: Nobody}}\n"
    text += f"in_force: {{from: {first}-01-01{until}}}\ncovers: {covers}\ncriteria:\n"
    return text + "".join(
        CRITERION.format(id=name, item=number, kind=kind, requires=requires, silence=silence)
        for number, (name, kind, requires, silence) in enumerate(criteria, 1)
    )


PAINFUL = ("painful", "eligibility", "{pain: true}", "counts_against")
COOL = ("cool", "eligibility", "{fever: false}", "presumed")
WELL = ("well", "eligibility", "{fever: false, pain: true}", "presumed")
CALM = ("calm", "eligibility", "{fever: false}", "presumed")
REVIEWED = ("reviewed", "administrative", "{review: true}", "ask")
GENTLE = ("gentle", "conduct", "{review: true}", "ask")
AWAKE = ("awake", "eligibility", "{sedation: false}", "presumed")
FEW = ("few-joints", "eligibility", "{count: {of: joints, at_most: 2}}", "counts_against")

GUIDELINES = {
    "walk": guideline("walk", "2000", "{procedure: [walk]}", PAINFUL, COOL, WELL, GENTLE),
    "rest": guideline("rest", "2000", "{procedure: [rest]}", REVIEWED),
    "stroll": guideline("stroll", "2000", "{procedure: [stroll]}", PAINFUL, COOL, CALM),
    "block/old": guideline("block/old", "2000-2009", "{procedure: [block], region: [lumbar]}", FEW),
    "block/new": guideline(
        "block/new",
        "2011-2020",
        "{procedure: [block], region: [lumbar], intent: [diagnostic, not_stated]}",
        FEW,
        AWAKE,
    ),
    "block/neck": guideline("block/neck", "2000", "{procedure: [block], region: [cervical]}", FEW),
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The invented rule base, decided by both implementations."""
    folder: Path = tmp_path_factory.mktemp("rules")
    shutil.copy(shipped("rules") / "anatomy.yaml", folder)
    (folder / "vocabulary.yaml").write_text(VOCABULARY)
    for name, text in GUIDELINES.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Engine(load_rules(folder))


@pytest.fixture(scope="module")
def a_case(clinic: Engine) -> Callable[..., Case]:
    """A case of the invented clinic from a few lines: a record's kind, facts and requests."""

    def read(facts: str, *requests: str, record: str = "closed", letter: str = "") -> Case:
        text = f"case: a case\nrecord: {record}\nfacts: {{{facts}}}\n{letter}\nrequests:\n"
        text += "".join(f"  - {{id: {n}, {one}}}\n" for n, one in enumerate(requests, 1))
        return parse_case("case.yaml", text.encode(), clinic.rules)

    return read


Reader = Callable[..., Case]


def decided(case: Case, engine: Engine, terms: Terms = AS_WRITTEN) -> Determination:
    (determination,) = determine(case, engine, terms)
    return determination


def statuses(determination: Determination) -> dict[str, str]:
    return {one.criterion.id: one.status for one in determination.judged}


def asked(determination: Determination) -> list[str]:
    return [one.spec.name for one in determination.questions]


# --- The decision rule ----------------------------------------------------------------------------


def judged(rules: RuleBase, statuses: Iterable[Status], kind: Role = "eligibility") -> list[Judged]:
    """Criteria of one kind that have these statuses."""
    criterion: Criterion = next(iter(rules.guidelines.values())).criteria[0]
    return [Judged(replace(criterion, kind=kind), status, ()) for status in statuses]


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        (["met"], "Overturned"),
        (["met", "presumed", "not applicable"], "Overturned"),
        (["presumed"], "Overturned"),
        (["not applicable"], "Overturned"),
        (["met", "not met"], "Upheld"),
        (["met", "missing"], "Upheld"),
        (["not met", "to answer"], "Upheld"),
        (["missing", "to answer", "met"], "Upheld"),
        (["met", "to answer"], "open"),
        (["presumed", "to answer", "not applicable"], "open"),
        ([], "Overturned"),
    ],
    ids=lambda value: "+".join(value) or "nothing" if isinstance(value, list) else value,
)
def test_the_decision_rule(rules: RuleBase, statuses: list[Status], outcome: str) -> None:
    """Any not met or missing: Upheld. Else any to answer: open. Else Overturned."""
    assert outcome_of(judged(rules, statuses)) == outcome


def test_the_decision_rule_knows_every_set_of_statuses(rules: RuleBase) -> None:
    """All 64 sets of statuses, whatever their order, come to exactly one outcome."""
    sets = chain.from_iterable(combinations(STATUSES, size) for size in range(len(STATUSES) + 1))
    for statuses in sets:
        outcome = outcome_of(judged(rules, statuses))

        against = "not met" in statuses or "missing" in statuses
        assert (outcome == "Upheld") == against
        assert (outcome == "open") == ("to answer" in statuses and not against)
        assert outcome == outcome_of(judged(rules, reversed(statuses)))


@pytest.mark.parametrize("kind", ["conduct", "outcome"])
@pytest.mark.parametrize("status", STATUSES)
def test_advice_never_decides(rules: RuleBase, kind: Role, status: Status) -> None:
    """How a block is done, and how one went, are shown and do not count."""
    assert outcome_of(judged(rules, [status], kind)) == "Overturned"


@pytest.mark.parametrize("kind", ["eligibility", "administrative"])
def test_eligibility_and_completeness_decide(rules: RuleBase, kind: Role) -> None:
    """A missing signature stops a request as a missing examination does."""
    assert outcome_of(judged(rules, ["missing"], kind)) == "Upheld"


# --- Reason and ledger ----------------------------------------------------------------------------


def test_an_upheld_request_says_what_is_not_met_and_what_is_missing(
    clinic: Engine, a_case: Reader
) -> None:
    """The reason names the criteria in the words of their statuses."""
    determination = decided(a_case("fever: true", "procedure: walk"), clinic)

    assert determination.outcome == "Upheld"
    assert determination.reason == "not met: cool, well; missing: painful"


def test_an_open_request_says_what_is_to_answer(clinic: Engine, a_case: Reader) -> None:
    """Criteria that are settled are no reason for a request to be open."""
    case = a_case("pain: true", "procedure: walk", record="open")

    determination = decided(case, clinic)

    assert determination.outcome == "open"
    assert determination.reason == "to answer: cool, well"


def test_an_overturned_request_says_what_it_rests_on(clinic: Engine, a_case: Reader) -> None:
    """Evidence and presumption are told apart."""
    determination = decided(a_case("pain: true", "procedure: walk"), clinic)

    assert determination.outcome == "Overturned"
    assert determination.reason == "met: painful; presumed: cool, well"


@pytest.mark.parametrize(
    ("facts", "evidence", "presumed", "silence"),
    [
        ("pain: true, fever: false", 3, 0, 0),
        ("pain: false, fever: true", 3, 0, 0),
        ("pain: true", 1, 2, 0),
        ("fever: false", 1, 1, 1),
        ("", 0, 2, 1),
    ],
)
def test_the_ledger_counts_deciding_criteria_by_what_settled_them(
    clinic: Engine, a_case: Reader, facts: str, evidence: int, presumed: int, silence: int
) -> None:
    """Met and not met are evidence, missing is silence; the criterion on conduct is not counted."""
    ledger = decided(a_case(facts, "procedure: walk"), clinic).ledger

    assert (ledger.evidence, ledger.presumed, ledger.silence) == (evidence, presumed, silence)


def test_the_ledger_leaves_out_what_is_still_to_answer(clinic: Engine, a_case: Reader) -> None:
    """A draft in which nothing is answered is settled by nothing."""
    ledger = decided(a_case("", "procedure: walk", record="open"), clinic).ledger

    assert (ledger.evidence, ledger.presumed, ledger.silence) == (0, 0, 0)


# --- Questions ------------------------------------------------------------------------------------


def test_the_question_that_may_settle_the_most_comes_first(clinic: Engine, a_case: Reader) -> None:
    """Fever bears on two criteria, pain on one, which stands before them."""
    determination = decided(a_case("", "procedure: stroll", record="open"), clinic)

    assert [(one.spec.name, one.settles) for one in determination.questions] == [
        ("fever", ("cool", "calm")),
        ("pain", ("painful",)),
    ]


def test_questions_that_may_settle_as_much_stand_in_the_order_of_the_criteria(
    clinic: Engine, a_case: Reader
) -> None:
    """Pain and fever bear on two criteria each, and share the third."""
    determination = decided(a_case("", "procedure: walk", record="open"), clinic)

    assert [(one.spec.name, one.settles) for one in determination.questions] == [
        ("pain", ("painful", "well")),
        ("fever", ("cool", "well")),
    ]


def test_what_is_known_is_not_asked_again(clinic: Engine, a_case: Reader) -> None:
    """Only the fact that two criteria still hang on is left."""
    determination = decided(a_case("pain: true", "procedure: walk", record="open"), clinic)

    assert [(one.spec.name, one.settles) for one in determination.questions] == [
        ("fever", ("cool", "well"))
    ]


def test_nothing_is_asked_when_everything_is_documented(clinic: Engine, a_case: Reader) -> None:
    """A finished draft has no question left."""
    case = a_case("pain: true, fever: false", "procedure: walk", record="open")

    determination = decided(case, clinic)

    assert determination.outcome == "Overturned"
    assert determination.questions == ()


def test_nothing_is_asked_of_a_finished_chart(clinic: Engine, a_case: Reader) -> None:
    """What a closed record does not say, nobody will answer."""
    determination = decided(a_case("", "procedure: walk"), clinic)

    assert determination.outcome == "Upheld"
    assert determination.questions == ()


def test_a_criterion_that_asks_when_the_chart_is_silent_asks_of_a_finished_chart_too(
    clinic: Engine, a_case: Reader
) -> None:
    """A review takes place after the chart is finished, so its absence there settles nothing."""
    determination = decided(a_case("", "procedure: rest"), clinic)

    assert determination.outcome == "open"
    assert statuses(determination) == {"reviewed": "to answer"}
    assert asked(determination) == ["review"]


def test_advice_is_never_asked_about(clinic: Engine, a_case: Reader) -> None:
    """The criterion on conduct hangs on the review, which decides nothing here."""
    determination = decided(a_case("", "procedure: walk", record="open"), clinic)

    assert statuses(determination)["gentle"] == "to answer"
    assert "review" not in asked(determination)


def test_computed_joints_are_asked_as_the_levels_that_they_come_from(
    clinic: Engine, a_case: Reader
) -> None:
    """The office is asked what it can write down."""
    case = a_case("", "procedure: block, region: lumbar, sedation: false", record="open")

    determination = decided(case, clinic)

    assert determination.outcome == "open"
    assert asked(determination) == ["targets"]


def test_a_conflict_is_asked_about_in_a_draft(clinic: Engine, a_case: Reader) -> None:
    """Somebody can still say which of two findings holds."""
    facts = "pain: {conflicting: [true, false]}, fever: false"
    draft = decided(a_case(facts, "procedure: walk", record="open"), clinic)
    finished = decided(a_case(facts, "procedure: walk"), clinic)

    assert (draft.outcome, asked(draft)) == ("open", ["pain"])
    assert (finished.outcome, asked(finished)) == ("Upheld", [])


VALUES = ("true", "false", "not documented", "not asked", "{conflicting: [true, false]}")


@pytest.mark.parametrize("record", ["open", "closed"])
@pytest.mark.parametrize("reading", READINGS)
def test_an_open_request_always_has_a_question(
    clinic: Engine, a_case: Reader, record: str, reading: str
) -> None:
    """Whatever is known of a case, it is decided or somebody can be asked."""
    terms = replace(AS_WRITTEN, reading=reading)
    for pain, fever in product(VALUES, repeat=2):
        case = a_case(f"pain: {pain}, fever: {fever}", "procedure: walk", record=record)

        determination = decided(case, clinic, terms)

        assert determination.outcome in ("Upheld", "Overturned") or determination.questions


# --- Which guideline, on which day ----------------------------------------------------------------

BLOCK = "procedure: block, region: lumbar, targets: [L4-5], sedation: false"


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        ("2005-06-01", "block/old"),
        ("2009-12-31", "block/old"),
        ("2011-01-01", "block/new"),
        ("2015-06-01", "block/new"),
    ],
)
def test_the_edition_in_force_on_the_day_of_the_request_governs(
    clinic: Engine, a_case: Reader, day: str, edition: str
) -> None:
    """The first and the last day of an edition belong to it, and nothing is noted about the date."""
    determination = decided(a_case("", f"{BLOCK}, request_date: {day}"), clinic)

    assert determination.guideline.id == edition
    assert not any("in force" in one or "date" in one for one in determination.warnings)


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        ("1999-12-31", "block/old"),
        ("2010-03-01", "block/old"),
        ("2010-11-01", "block/new"),
        ("2021-01-01", "block/new"),
    ],
)
def test_outside_all_editions_the_nearest_governs_with_a_warning(
    clinic: Engine, a_case: Reader, day: str, edition: str
) -> None:
    """The reader learns that the edition was not in force, and when it was."""
    determination = decided(a_case("", f"{BLOCK}, request_date: {day}"), clinic)

    (warning,) = [one for one in determination.warnings if "not in force" in one]
    assert determination.guideline.id == edition
    assert day in warning
    assert str(determination.guideline.since) in warning


def test_without_any_date_the_newest_edition_governs_with_a_warning(
    clinic: Engine, a_case: Reader
) -> None:
    """Nobody is told that a date was taken for granted unless it is said."""
    determination = decided(a_case("", BLOCK), clinic)

    assert determination.guideline.id == "block/new"
    assert any(one.startswith("no date of the request is known") for one in determination.warnings)


def test_the_other_guidelines_that_cover_a_request_are_named(
    clinic: Engine, a_case: Reader
) -> None:
    """Two editions cover the block; the one that does not govern is mentioned where the choice is told."""
    determination = decided(a_case("", f"{BLOCK}, request_date: 2015-06-01"), clinic)

    assert "block/old covers the request too" in determination.why


def test_what_one_state_asks_in_addition_governs_in_no_other_state(rules: RuleBase) -> None:
    """California's form says nothing about an epidural injection in Texas."""
    asked = "requests: [{id: 1, procedure: epidural_steroid_injection, request_date: 2026-05-01}]"
    case = parse_case("x", f"case: x\njurisdiction: TX\nrecord: closed\n{asked}".encode(), rules)

    determination = decided(case, Engine(rules))

    assert determination.outcome == "not covered"


LETTER = 'letter: {id: "1", ur_date: 2005-06-01}'


def test_the_day_of_utilization_review_stands_in_for_the_day_of_the_request(
    clinic: Engine, a_case: Reader
) -> None:
    """A letter without a day of request has the day on which the request was refused."""
    determination = decided(a_case("", BLOCK, letter=LETTER), clinic)

    assert determination.guideline.id == "block/old"


def test_the_day_of_the_request_comes_before_the_day_of_utilization_review(
    clinic: Engine, a_case: Reader
) -> None:
    """The guideline of the day on which the treatment was asked for counts."""
    case = a_case("", f"{BLOCK}, request_date: 2015-06-01", letter=LETTER)

    determination = decided(case, clinic)

    assert determination.guideline.id == "block/new"


def test_a_day_that_the_user_gives_comes_before_those_of_the_case(
    clinic: Engine, a_case: Reader
) -> None:
    """One can ask what another edition would have said."""
    case = a_case("", f"{BLOCK}, request_date: 2015-06-01", letter=LETTER)

    determination = decided(case, clinic, Terms(as_of=date(2003, 1, 1)))

    assert determination.guideline.id == "block/old"


def test_a_guideline_that_the_user_names_governs_whatever_the_day(
    clinic: Engine, a_case: Reader
) -> None:
    """Its dates are still warned about."""
    case = a_case("", f"{BLOCK}, request_date: 2015-06-01")

    determination = decided(case, clinic, Terms(guideline="block/old"))

    assert determination.guideline.id == "block/old"
    assert any("block/old was not in force on 2015-06-01" in one for one in determination.warnings)


# --- Not covered, or not known whether covered ----------------------------------------------------


def test_a_procedure_that_no_guideline_knows_is_not_covered(clinic: Engine, a_case: Reader) -> None:
    """The reason names the procedure, and there is nothing to judge or to ask."""
    determination = decided(a_case("", "procedure: spell, region: lumbar"), clinic)

    assert determination.outcome == "not covered"
    assert determination.guideline is None
    assert "procedure `spell`" in determination.reason
    assert (determination.judged, determination.questions) == ((), ())


def test_a_region_that_no_guideline_knows_is_not_covered(clinic: Engine, a_case: Reader) -> None:
    """Blocks are covered, but not in the chest."""
    determination = decided(a_case("", "procedure: block, region: thoracic"), clinic)

    assert determination.outcome == "not covered"
    assert "region `thoracic`" in determination.reason


def test_an_intent_outside_the_guideline_in_force_leaves_the_other_edition(
    clinic: Engine, a_case: Reader
) -> None:
    """The new edition speaks of diagnosis only, the old one of any purpose."""
    case = a_case("", f"{BLOCK}, intent: therapeutic, request_date: 2015-06-01")

    determination = decided(case, clinic)

    assert determination.guideline.id == "block/old"


def test_a_finished_chart_without_a_region_is_not_covered(clinic: Engine, a_case: Reader) -> None:
    """Nobody will say any more which region was meant."""
    determination = decided(a_case("", "procedure: block"), clinic)

    assert determination.outcome == "not covered"
    assert "region not documented" in determination.reason
    assert determination.questions == ()


def test_a_draft_without_a_region_is_open_with_that_question(
    clinic: Engine, a_case: Reader
) -> None:
    """An answer can still bring a guideline to bear."""
    determination = decided(a_case("", "procedure: block", record="open"), clinic)

    assert determination.outcome == "open"
    assert determination.guideline is None
    assert asked(determination) == ["region"]


def test_a_draft_without_a_procedure_is_open_with_that_question(
    clinic: Engine, a_case: Reader
) -> None:
    """Everything may still be covered."""
    determination = decided(a_case("", "item: something", record="open"), clinic)

    assert determination.outcome == "open"
    assert asked(determination)[0] == "procedure"


def test_the_region_of_a_request_can_be_read_off_its_levels(clinic: Engine, a_case: Reader) -> None:
    """A block of C4-5 is a block of the neck."""
    determination = decided(a_case("", "procedure: block, targets: [C4-5]"), clinic)

    assert determination.guideline.id == "block/neck"


def test_a_named_guideline_that_does_not_cover_says_so(clinic: Engine, a_case: Reader) -> None:
    """The reason names the guideline and what of the request it does not speak of."""
    determination = decided(a_case("", BLOCK), clinic, Terms(guideline="block/neck"))

    assert determination.outcome == "not covered"
    assert determination.reason.startswith("block/neck does not cover")
    assert "region `lumbar`" in determination.reason


def test_a_named_guideline_may_still_come_to_cover_a_draft(clinic: Engine, a_case: Reader) -> None:
    """Only the region is not asked yet."""
    case = a_case("", "procedure: block", record="open")

    determination = decided(case, clinic, Terms(guideline="block/neck"))

    assert determination.outcome == "open"
    assert asked(determination) == ["region"]


# --- Warnings about levels and conflicts ----------------------------------------------------------


def warnings(determination: Determination, word: str) -> list[str]:
    return [one for one in determination.warnings if word in one]


def test_levels_that_can_be_read_in_two_ways_are_noted(clinic: Engine, a_case: Reader) -> None:
    """Both readings are shown, even where they agree on every criterion."""
    case = a_case("", "procedure: block, region: lumbar, targets: [L3-L5], sedation: false")

    determination = decided(case, clinic)

    (warning,) = warnings(determination, "joints")
    assert statuses(determination)["few-joints"] == "met"
    assert "L3-4 and L4-5" in warning
    assert "L4-5 and L5-S1" in warning


def test_nerves_that_complete_no_joint_are_noted(clinic: Engine, a_case: Reader) -> None:
    """L2 and L4 supply halves of joints; L3 would complete two of them."""
    case = a_case("", "procedure: block, region: lumbar, targets: [L2, L4], sedation: false")

    determination = decided(case, clinic)

    assert determination.procedure.stray_nerves == {"L2", "L4"}
    assert len(warnings(determination, "complete with L2 and L4")) == 1


def test_a_nerve_that_completes_a_joint_is_not_noted(clinic: Engine, a_case: Reader) -> None:
    """L3, L4 and L5 are two complete joints."""
    case = a_case("", "procedure: block, region: lumbar, targets: [L3, L4, L5], sedation: false")

    determination = decided(case, clinic)

    assert warnings(determination, "complete") == []


def test_a_conflict_is_noted_even_where_nothing_hangs_on_it(clinic: Engine, a_case: Reader) -> None:
    """The review decides nothing about a walk, and its two values are shown all the same."""
    facts = "pain: true, fever: false, review: {conflicting: [true, false]}"

    determination = decided(a_case(facts, "procedure: walk"), clinic)

    assert determination.outcome == "Overturned"
    assert len(warnings(determination, "review: conflicting")) == 1


# --- Requests that are one procedure --------------------------------------------------------------


def test_requests_for_the_same_procedure_region_side_and_intent_are_one(
    clinic: Engine, a_case: Reader
) -> None:
    """Their levels add up: three joints in two items are one joint too many."""
    same = "procedure: block, region: lumbar, side: left, intent: diagnostic, sedation: false"

    determination = decided(
        a_case("", f"{same}, targets: [L3-4, L4-5]", f"{same}, targets: [L5-S1]"), clinic
    )

    assert [one.id for one in determination.requests] == ["1", "2"]
    assert determination.procedure.chart["joints"].value == {"L3-4", "L4-5", "L5-S1"}
    assert statuses(determination)["few-joints"] == "not met"


def test_nerves_in_several_requests_complete_a_joint_together(
    clinic: Engine, a_case: Reader
) -> None:
    """L3 in one item and L4 in another are the joint L4-5."""
    same = "procedure: block, region: lumbar, sedation: false"

    determination = decided(a_case("", f"{same}, targets: [L3]", f"{same}, targets: [L4]"), clinic)

    assert determination.procedure.chart["joints"].value == {"L4-5"}
    assert warnings(determination, "complete") == []


def test_a_region_that_only_the_levels_tell_makes_no_procedure_of_its_own(
    clinic: Engine, a_case: Reader
) -> None:
    """Leaving the region out of one item does not split three joints into two and one."""
    case = a_case(
        "",
        "procedure: block, region: lumbar, sedation: false, targets: [L4-5, L5-S1]",
        "procedure: block, sedation: false, targets: [L3-4]",
    )

    determination = decided(case, clinic)

    assert [one.id for one in determination.requests] == ["1", "2"]
    assert statuses(determination)["few-joints"] == "not met"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("side: left", "side: right"),
        ("side: left", "side: bilateral"),
        ("intent: diagnostic", "intent: therapeutic"),
        ("region: lumbar", "region: cervical"),
        ("procedure: block", "procedure: walk"),
        ("side: left", "side: not documented"),
    ],
)
def test_requests_that_differ_are_procedures_of_their_own(
    clinic: Engine, a_case: Reader, one: str, other: str
) -> None:
    """Another side, purpose, region or procedure is another session."""
    same = {"procedure": "procedure: block", "region": "region: lumbar"}
    first, second = (
        ", ".join({**same, written.partition(":")[0]: written}.values()) for written in (one, other)
    )

    determinations = determine(a_case("", first, second), clinic, AS_WRITTEN)

    assert [[each.id for each in found.requests] for found in determinations] == [["1"], ["2"]]


def test_procedures_stand_in_the_order_of_their_first_request(
    clinic: Engine, a_case: Reader
) -> None:
    """The third item belongs to the first."""
    case = a_case("", "procedure: walk", "procedure: rest", "procedure: walk")

    determinations = determine(case, clinic, AS_WRITTEN)

    assert [[one.id for one in found.requests] for found in determinations] == [["1", "3"], ["2"]]


def test_requests_without_a_procedure_stand_alone(clinic: Engine, a_case: Reader) -> None:
    """Nothing says that two unnamed requests are the same."""
    case = a_case("", "item: one", "item: another", record="open")

    assert len(determine(case, clinic, AS_WRITTEN)) == 2


def test_requests_of_one_procedure_that_disagree_are_in_conflict(
    clinic: Engine, a_case: Reader
) -> None:
    """One item asks for sedation, the other rules it out; neither is taken for granted."""
    same = "procedure: block, region: lumbar, targets: [L4-5]"
    case = a_case("", f"{same}, sedation: true", f"{same}, sedation: false")

    determination = decided(case, clinic)

    assert isinstance(determination.procedure.chart["sedation"], Conflicting)
    assert statuses(determination)["awake"] == "missing"
    assert determination.outcome == "Upheld"


def test_requests_of_one_procedure_that_agree_keep_all_their_evidence(
    clinic: Engine, a_case: Reader
) -> None:
    """The same answer in two items stands in two places, and is as weak as the weaker one."""
    same = "procedure: block, region: lumbar, targets: [L4-5]"
    first = "sedation: {value: false, evidence: {line: 3}}"
    second = "sedation: {value: false, grade: conclusory, evidence: {line: 9}}"

    determination = decided(a_case("", f"{same}, {first}", f"{same}, {second}"), clinic)

    sedation = determination.procedure.chart["sedation"]
    assert isinstance(sedation, Documented)
    assert sedation.grade == "conclusory"
    assert [one.line for one in sedation.evidence] == [3, 9]


@pytest.mark.parametrize("levels", ["targets: not documented", "targets: not asked", ""])
def test_a_request_without_levels_leaves_the_sum_unknown(
    clinic: Engine, a_case: Reader, levels: str
) -> None:
    """Two joints and an item whose levels nobody knows are not two joints."""
    same = "procedure: block, region: lumbar, sedation: false"
    case = a_case("", f"{same}, targets: [L4-5, L5-S1]", f"{same}, {levels}".rstrip(", "))

    determination = decided(case, clinic)

    assert statuses(determination)["few-joints"] != "met"


# --- Facts given for one run ----------------------------------------------------------------------


def test_an_answer_for_one_run_replaces_what_the_case_says(clinic: Engine, a_case: Reader) -> None:
    """The case itself stays as it was."""
    case = a_case("pain: true, fever: true", "procedure: walk")

    cooler = case.setting({"fever": Documented(value=False)}, clinic.rules)

    assert decided(case, clinic).outcome == "Upheld"
    assert decided(cooler, clinic).outcome == "Overturned"


def test_an_answer_about_the_request_holds_for_every_request(
    clinic: Engine, a_case: Reader
) -> None:
    """Sedation is given up in both items."""
    same = "procedure: block, region: lumbar, sedation: true"
    case = a_case(
        "", f"{same}, targets: [L4-5], side: left", f"{same}, targets: [L4-5], side: right"
    )

    changed = case.setting({"sedation": Documented(value=False)}, clinic.rules)

    assert [one.outcome for one in determine(case, clinic, AS_WRITTEN)] == ["Upheld", "Upheld"]
    assert [one.outcome for one in determine(changed, clinic, AS_WRITTEN)] == ["Overturned"] * 2


# --- Whose words count ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts_from", "states"),
    [
        ("record", (True, NotDocumented, NotDocumented)),
        ("record+ur", (True, True, NotDocumented)),
        ("all", (True, True, True)),
    ],
)
def test_only_the_voices_that_are_asked_for_are_heard(
    clinic: Engine, a_case: Reader, facts_from: str, states: tuple[object, ...]
) -> None:
    """The chart says pain, utilization review says fever, the reviewer speaks of a review."""
    facts = dedent("""\
        pain: {value: true, evidence: {line: 1, voice: record}},
        fever: {value: true, evidence: {line: 2, voice: ur}},
        review: {value: true, evidence: {line: 3, voice: reviewer}}""").replace("\n", " ")

    determination = decided(a_case(facts, "procedure: walk"), clinic, Terms(facts_from=facts_from))

    found = [determination.procedure.chart[name] for name in ("pain", "fever", "review")]
    told = tuple(one.value if isinstance(one, Documented) else type(one) for one in found)
    assert told == states


def test_what_a_draft_does_not_mention_was_not_asked(clinic: Engine, a_case: Reader) -> None:
    """In a finished chart the same silence means not documented."""
    draft = decided(a_case("", "procedure: walk", record="open"), clinic)
    finished = decided(a_case("", "procedure: walk"), clinic)

    assert isinstance(draft.procedure.chart["pain"], NotAsked)
    assert isinstance(finished.procedure.chart["pain"], NotDocumented)
