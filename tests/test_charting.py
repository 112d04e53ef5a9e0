"""From what a case says to complete charts: forms of facts, voices, grouping, completing, conflicts.

The facts are those of the small vocabulary in `bad_rules/rules`; letter 003 and the ranges of levels
are read under the shipped rule base.
"""

import shutil
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.case import Case, Procedure, load_case, parse_case, procedures
from checker.charting import MAX_WORLDS, complete, heard, worlds
from checker.errors import CaseError, EngineError
from checker.fact import (
    NOT_ASKED,
    NOT_DOCUMENTED,
    Chart,
    Conflicting,
    Documented,
    Evidence,
    Fact,
    NotAsked,
    NotDocumented,
)
from checker.rulebase import RuleBase, load_rules

HERE = Path(__file__).parent
REQUEST = "{id: 1, procedure: medial_branch_block}"


@cache
def small() -> RuleBase:
    """The small rule base; a function, because properties print their arguments when they fail."""
    with TemporaryDirectory() as parent:
        copy = Path(parent) / "rules"
        shutil.copytree(HERE / "bad_rules" / "rules", copy)
        shutil.copy(HERE.parent / "rules" / "anatomy.yaml", copy)
        return load_rules(copy)


def case_of(*facts: str, requests: tuple[str, ...] = (REQUEST,), record: str = "closed") -> Case:
    """A case with these facts and requests, each written in one line."""
    text = f"case: invented\nrecord: {record}\nfacts:\n"
    text = text if facts else text.replace("facts:\n", "")
    text += "".join(f"  {one}\n" for one in facts)
    text += "requests:\n" + "".join(f"  - {one}\n" for one in requests)
    return parse_case("case.yaml", text.encode(), small())


def fact(line: str) -> Fact:
    """One fact of a case, as it is written in a line."""
    (found,) = case_of(line).facts.values()
    return found


def value(found: Fact) -> Any:
    assert isinstance(found, Documented)
    return found.value


def groups(case: Case, facts_from: str = "all") -> tuple[Procedure, ...]:
    return procedures(case, small().vocabulary, facts_from)


def chart_of(*facts: str, request: str = REQUEST, record: str = "closed") -> Chart:
    """The complete chart of a case with one request."""
    (only,) = groups(case_of(*facts, requests=(request,), record=record))
    return only.chart


# Short and long forms --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("facet_tenderness: true", True),
        ("facet_tenderness: yes", True),
        ("facet_tenderness: No", False),
        ("nsaids: failed", "failed"),
        ("conservative_care_weeks: 6", 6),
        ("conservative_care_weeks: 6.0", 6),
        ("conservative_care_weeks: 6.5", 6.5),
        ("conservative_care_weeks: 0", 0),
        ("injury_date: 2014-11-14", date(2014, 11, 14)),
        ("diagnoses: [neck_pain, chronic_pain]", frozenset({"neck_pain", "chronic_pain"})),
        ("diagnoses: []", frozenset()),
        ("fusion_levels: [L4-S1, L4-L5]", frozenset({"L4-5", "L5-S1"})),
        ("prior_blocks: []", ()),
    ],
)
def test_a_value_in_short_and_in_long_form(line: str, expected: object):
    """Both say the same; the long one has room for grade, evidence and a note."""
    name, _, written = line.partition(": ")

    assert fact(line) == Documented(expected)
    assert fact(f"{name}: {{value: {written}}}") == Documented(expected)


def test_levels_of_a_request_stay_as_they_are_written():
    """What the letter says is kept; joints are computed beside it."""
    request = "{id: 1, procedure: medial_branch_block, targets: [L3 – L5, L5 dorsal ramus]}"

    assert value(case_of(requests=(request,)).requests[0].facts["targets"]) == (
        "L3 – L5",
        "L5 dorsal ramus",
    )


def test_the_long_form_holds_grade_evidence_and_note():
    """Nothing of it is lost."""
    written = (
        "nsaids: {value: failed, grade: conclusory, note: In passing.,"
        " evidence: {document: report, section: summary, voice: ur, line: 3, last_line: 5,"
        " dated: 2015-03-26, quote: no relief}}"
    )

    assert fact(written) == Documented(
        "failed",
        "conclusory",
        (Evidence("report", "summary", "ur", 3, 5, date(2015, 3, 26), "no relief"),),
        "In passing.",
    )


def test_evidence_may_be_a_list():
    """A fact may stand in several places."""
    found = fact("nsaids: {value: failed, evidence: [{line: 3}, {line: 9, voice: reviewer}]}")

    assert isinstance(found, Documented)
    assert found.evidence == (Evidence(line=3), Evidence(line=9, voice="reviewer"))


@pytest.mark.parametrize(
    "name", ["nsaids", "conservative_care_weeks", "prior_blocks", "fusion_levels"]
)
def test_every_fact_may_be_silent(name: str):
    """In both forms, and with the place that says so."""
    assert fact(f"{name}: not documented") == NOT_DOCUMENTED
    assert fact(f"{name}: not asked") == NOT_ASKED
    assert fact(f"{name}: {{value: not documented, evidence: {{line: 3}}}}") == NotDocumented(
        (Evidence(line=3),)
    )


def test_a_general_statement_is_never_better_than_conclusory():
    """`at_best` in the vocabulary wins over what a case says."""
    found = fact("conservative_care_failed: {value: true, grade: explicit}")

    assert isinstance(found, Documented)
    assert found.grade == "conclusory"


def test_a_conflict_keeps_every_value_with_its_evidence():
    """Neither value wins."""
    found = fact(
        "nsaids: {conflicting: [{value: failed, evidence: {line: 3}}, helped], note: Two reports.}"
    )

    assert found == Conflicting(
        (Documented("failed", evidence=(Evidence(line=3),)), Documented("helped")), "Two reports."
    )


def test_evidence_of_a_record_is_that_of_its_fields():
    """A field's own evidence comes first, then the record's, then the list's."""
    found = fact(
        "prior_blocks: {evidence: {line: 1}, value: ["
        "{block_kind: medial_branch_block, evidence: {line: 2}},"
        "{block_kind: {value: medial_branch_block, evidence: {line: 3}}, evidence: {line: 2}},"
        "{block_kind: {conflicting: [medial_branch_block, epidural_steroid_injection]}}]}"
    )

    kinds = [record["block_kind"] for record in value(found)]
    assert [one.evidence for one in kinds[:2]] == [(Evidence(line=2),), (Evidence(line=3),)]
    assert [one.evidence for one in kinds[2].values] == [(Evidence(line=1),), (Evidence(line=1),)]


# Whose words count -----------------------------------------------------------------------------------

REVIEWER = "evidence: {line: 9, voice: reviewer}"
UR = "evidence: {line: 5, voice: ur}"


def heard_from(line: str) -> dict[str, object]:
    """What is left of one fact for each choice of voices; None where nothing is."""
    case = case_of(line)
    name = next(iter(case.facts))
    return {one: heard(case.facts, one).get(name) for one in ("record", "record+ur", "all")}


def test_what_has_no_evidence_is_the_charts():
    """A case written by hand needs no voices."""
    assert set(heard_from("nsaids: failed").values()) == {Documented("failed")}


def test_a_fact_that_only_the_reviewer_states_is_hindsight():
    """Nor is what only utilization review says in the chart."""
    assert [bool(one) for one in heard_from(f"nsaids: {{value: failed, {REVIEWER}}}").values()] == [
        False,
        False,
        True,
    ]
    assert [bool(one) for one in heard_from(f"nsaids: {{value: failed, {UR}}}").values()] == [
        False,
        True,
        True,
    ]


def test_of_several_voices_those_that_count_remain():
    """The fact is the chart's, and so is the evidence shown for it."""
    found = heard_from("nsaids: {value: failed, evidence: [{line: 3}, {line: 9, voice: reviewer}]}")

    assert found["record"] == Documented("failed", evidence=(Evidence(line=3),))


def test_silence_that_only_the_reviewer_finds_is_his():
    """That the chart is silent is a statement too."""
    assert heard_from(f"nsaids: {{value: not documented, {REVIEWER}}}")["record"] is None


def test_of_a_conflict_the_values_that_count_remain():
    """One value is a fact; the reviewer's other value is not the chart's."""
    line = f"nsaids: {{conflicting: [{{value: failed, {REVIEWER}}}, helped]}}"

    assert heard_from(line)["record"] == Documented("helped")
    assert isinstance(heard_from(line)["all"], Conflicting)


def test_of_records_the_fields_that_count_remain():
    """A record of which nothing is left is no record, and a list of none is no statement."""
    line = (
        f"prior_blocks: [{{block_kind: medial_branch_block, {REVIEWER}}},"
        f" {{block_kind: medial_branch_block, relief_percent: {{value: 80, {REVIEWER}}}}}]"
    )
    alone = f"prior_blocks: [{{block_kind: medial_branch_block, {REVIEWER}}}]"

    (record,) = value(heard_from(line)["record"])
    assert list(record) == ["block_kind"]
    assert heard_from(alone)["record"] is None
    assert len(value(heard_from(alone)["all"])) == 1


def test_the_evidence_of_a_list_is_heard_like_any_other():
    """The reviewer's list does not become the chart's because its records give no evidence."""
    line = f"prior_blocks: {{value: [{{block_kind: medial_branch_block}}], {REVIEWER}}}"

    assert heard_from(line)["record"] is None


def test_that_there_was_none_is_heard_like_any_other_statement():
    """An empty list is a fact with evidence."""
    line = f"prior_blocks: {{value: [], {REVIEWER}}}"

    assert heard_from(line)["record"] is None
    assert value(heard_from(line)["all"]) == ()


@pytest.mark.parametrize(
    "path", sorted((HERE.parent / "cases").rglob("*.yaml")), ids=lambda one: one.stem
)
def test_more_voices_say_more(rules: RuleBase, path: Path):
    """All voices together leave a case as it is; fewer of them add no fact."""
    facts = load_case(path, rules).facts

    assert heard(facts, "all") == facts
    assert heard(facts, "record").keys() <= heard(facts, "record+ur").keys() <= facts.keys()


# Completing ------------------------------------------------------------------------------------------


def test_a_closed_record_is_silent_where_it_says_nothing():
    """It was read to its end."""
    chart = chart_of("nsaids: failed")

    assert chart["facet_tenderness"] == NOT_DOCUMENTED
    assert not any(isinstance(one, NotAsked) for one in chart.values())


def test_an_open_record_has_questions_where_it_says_nothing():
    """Nobody has looked yet; what was looked for and not found is silent there too."""
    chart = chart_of("nsaids: not documented", record="open")

    assert chart["facet_tenderness"] == NOT_ASKED
    assert chart["nsaids"] == NOT_DOCUMENTED


def test_a_complete_chart_has_every_fact_that_is_not_derived():
    """No condition looks for a fact in vain."""
    derived = {one.name for one in small().vocabulary.facts.values() if one.derived_when}

    assert chart_of().keys() == small().vocabulary.facts.keys() - derived


@pytest.mark.parametrize(("record", "silence"), [("closed", NOT_DOCUMENTED), ("open", NOT_ASKED)])
def test_records_are_completed_like_the_chart(record: str, silence: Fact):
    """A field that a record does not mention is silent as the record is."""
    chart = chart_of("prior_blocks: [{block_targets: [L3, L4]}]", record=record)

    (block,) = value(chart["prior_blocks"])
    assert block["relief_percent"] == silence
    assert value(block["block_joints"]) == {"L4-5"}


def test_records_of_a_conflict_are_completed_too():
    """Whichever list is right, its records have all fields."""
    chart = chart_of("prior_blocks: {conflicting: [[], [{block_kind: medial_branch_block}]]}")

    (record,) = chart["prior_blocks"].values[1].value
    assert record["relief_percent"] == NOT_DOCUMENTED


def requesting(targets: str, procedure: str = "medial_branch_block", more: str = "") -> Chart:
    return chart_of(request=f"{{id: 1, procedure: {procedure}, targets: {targets}{more}}}")


def test_joints_are_computed_from_levels_with_their_evidence():
    """L3 and L4 are one joint, and the line of the letter stays with it."""
    chart = requesting("{value: [L3, L4], grade: conclusory, evidence: {line: 7}}")

    assert chart["requested_joints"] == Documented(
        frozenset({"L4-5"}), "conclusory", (Evidence(line=7),)
    )


def test_a_range_that_can_be_read_in_two_ways_is_a_conflict():
    """L3-L5 is L3-4 and L4-5 as joints, L4-5 and L5-S1 as nerves."""
    joints = requesting("[L3-L5]")["requested_joints"]

    assert isinstance(joints, Conflicting)
    assert [one.value for one in joints.values] == [{"L3-4", "L4-5"}, {"L4-5", "L5-S1"}]


@pytest.mark.parametrize(
    ("targets", "procedure", "joints"),
    [
        ("[L3-L5 nerves]", "medial_branch_block", {"L4-5", "L5-S1"}),
        ("[L3-L5 joints]", "medial_branch_block", {"L3-4", "L4-5"}),
        ("[L3-L5]", "facet_joint_injection", {"L3-4", "L4-5"}),
        ("[]", "medial_branch_block", set()),
    ],
)
def test_what_settles_a_range(targets: str, procedure: str, joints: set[str]):
    """A word, or a procedure that acts on joints."""
    assert value(requesting(targets, procedure)["requested_joints"]) == joints


def test_conflicting_levels_give_conflicting_joints():
    """Every value in every reading is kept."""
    joints = requesting("{conflicting: [[L4-5], [L3-L5]]}")["requested_joints"]

    assert isinstance(joints, Conflicting)
    assert [set(one.value) for one in joints.values] == [
        {"L4-5"},
        {"L3-4", "L4-5"},
        {"L4-5", "L5-S1"},
    ]


@pytest.mark.parametrize("silence", ["not documented", "not asked"])
def test_levels_that_are_silent_give_silent_joints(silence: str):
    """Nothing is computed from nothing."""
    chart = requesting(silence)

    assert chart["requested_joints"] == chart["targets"]
    assert not isinstance(chart["region"], Documented)


@pytest.mark.parametrize(
    ("targets", "region"),
    [
        ("[L4-5]", "lumbar"),
        ("[L3-L5]", "lumbar"),
        ("[C7, C8]", "cervical"),
        ("[C7-T1, T1-2]", "thoracic"),
    ],
)
def test_the_region_follows_from_the_levels(targets: str, region: str):
    """Also from a range, where both readings lie in one region."""
    chart = requesting(targets)

    assert value(chart["region"]) == region


@pytest.mark.parametrize("targets", ["[C6-7, L4-5]", "[L4]", "[]"])
def test_no_region_follows_from_levels_of_two_regions_or_none(targets: str):
    """It is not guessed."""
    assert requesting(targets)["region"] == NOT_DOCUMENTED


def test_a_region_that_is_stated_stays():
    """The joints lie in it."""
    assert requesting("[L4-5]", more=", region: lumbar")["region"] == Documented("lumbar")


def test_a_region_that_no_reading_of_the_levels_lies_in_is_a_conflict():
    """A slip in the request is not settled by either side."""
    region = requesting("[L4-5]", more=", region: cervical")["region"]

    assert isinstance(region, Conflicting)
    assert [one.value for one in region.values] == ["cervical", "lumbar"]


# Requests that are one procedure ---------------------------------------------------------------------


def test_letter_003_asks_for_one_procedure_in_four_requests(rules: RuleBase):
    """The nerves L3, L4, L5 and S1, each an item of its own, are two joints of one session."""
    case = load_case(HERE.parent / "cases" / "imr" / "003.yaml", rules)

    opioid, block = procedures(case, rules.vocabulary, "all")

    assert [len(opioid.requests), len(block.requests)] == [1, 4]
    assert value(block.chart["targets"]) == ("L3", "L4", "L5", "S1")
    assert value(block.chart["requested_joints"]) == {"L4-5", "L5-S1"}
    assert block.stray_nerves == frozenset()
    assert len(block.chart["targets"].evidence) == 4


def two(first: str, second: str, *facts: str, record: str = "closed") -> tuple[Procedure, ...]:
    """The procedures of two requests for medial branch blocks that say these things."""
    requests = tuple(
        f"{{id: {number}, procedure: medial_branch_block, {says}}}"
        for number, says in enumerate((first, second), 1)
    )
    return groups(case_of(*facts, requests=requests, record=record))


def test_levels_of_one_procedure_add_up():
    """Two nerves in two requests are one joint."""
    (together,) = two("targets: [L3], side: left", "targets: [L4], side: left")

    assert value(together.chart["requested_joints"]) == {"L4-5"}


@pytest.mark.parametrize(
    "other",
    [
        "targets: [L4], side: right",
        "targets: [L4]",
        "targets: [L4], side: left, intent: diagnostic",
    ],
)
def test_another_side_or_intent_is_another_procedure(other: str):
    """Silence about the side is not the same side."""
    first, second = two("targets: [L3], side: left", other)

    assert value(first.chart["requested_joints"]) == set()
    assert second.stray_nerves == {"L4"}


def test_a_region_that_follows_from_the_levels_is_the_same_region():
    """It need not be written in every request."""
    (together,) = two("targets: [L3-4], region: lumbar", "targets: [L4-5]")

    assert value(together.chart["requested_joints"]) == {"L3-4", "L4-5"}


def test_requests_without_a_procedure_stand_alone():
    """Nothing says that they belong together."""
    case = case_of(requests=("{id: 1, targets: [L3]}", "{id: 2, targets: [L4]}"))

    assert len(groups(case)) == 2


def test_levels_are_not_known_where_one_request_does_not_name_its_own():
    """Three joints plus some that are not told are not three joints."""
    (together,) = two("targets: [L3-4], region: lumbar", "region: lumbar")

    assert together.chart["requested_joints"] == NOT_DOCUMENTED


def test_what_one_request_states_holds_for_the_procedure():
    """Sedation for one of its levels is sedation."""
    (together,) = two("iv_sedation_planned: true", "intent: not documented")

    assert value(together.chart["iv_sedation_planned"]) is True


def test_requests_that_disagree_are_a_conflict():
    """Neither request wins."""
    (together,) = two("iv_sedation_planned: true", "iv_sedation_planned: false")

    assert [one.value for one in together.chart["iv_sedation_planned"].values] == [True, False]


def test_requests_that_agree_keep_the_evidence_of_both_and_the_weaker_grade():
    """A fact is as strong as its weakest statement."""
    (together,) = two(
        "iv_sedation_planned: {value: true, grade: conclusory, evidence: {line: 3}}",
        "iv_sedation_planned: {value: true, evidence: {line: 9}}",
    )

    assert together.chart["iv_sedation_planned"] == Documented(
        True, "conclusory", (Evidence(line=3), Evidence(line=9))
    )


def test_a_conflict_within_one_request_is_not_settled_by_another():
    """All values are kept."""
    (together,) = two(
        "iv_sedation_planned: {conflicting: [true, false]}", "iv_sedation_planned: true"
    )

    assert isinstance(together.chart["iv_sedation_planned"], Conflicting)


def test_conflicting_levels_of_one_request_add_up_with_those_of_another():
    """In every way in which the conflict can be settled."""
    (together,) = two("targets: {conflicting: [[L3], [L5]]}", "targets: [L4]")

    joints = together.chart["requested_joints"]
    assert isinstance(joints, Conflicting)
    assert [set(one.value) for one in joints.values] == [{"L4-5"}, {"L5-S1"}]


# Ways to settle conflicts ----------------------------------------------------------------------------


def conflicts(number: int) -> dict[str, Fact]:
    """Facts of two values each."""
    both = Conflicting((Documented(True), Documented(False)))
    return {f"fact_{index}": both for index in range(number)}


def test_without_a_conflict_there_is_one_way():
    """It is the chart itself."""
    chart = chart_of("nsaids: failed")

    assert worlds(chart, chart) == [chart]


def test_conflicts_are_settled_in_every_way():
    """Two values of one fact and three of another are six charts."""
    chart = chart_of(
        "facet_tenderness: {conflicting: [true, false]}",
        "nsaids: {conflicting: [failed, helped, not_done]}",
    )

    found = [(value(one["facet_tenderness"]), value(one["nsaids"])) for one in worlds(chart, chart)]

    assert sorted(found) == [
        (tender, nsaids) for tender in (False, True) for nsaids in ("failed", "helped", "not_done")
    ]


def test_only_conflicts_that_are_asked_about_are_settled():
    """The others stay as they are."""
    chart = chart_of(
        "facet_tenderness: {conflicting: [true, false]}", "nsaids: {conflicting: [failed, helped]}"
    )

    assert [value(one["nsaids"]) for one in worlds(chart, ["nsaids"])] == ["failed", "helped"]
    assert all(
        isinstance(one["facet_tenderness"], Conflicting) for one in worlds(chart, ["nsaids"])
    )


def test_conflicts_inside_records_are_settled_in_every_way():
    """Each field of each record on its own; a range of levels is such a conflict."""
    chart = chart_of(
        "prior_blocks: [{relief_percent: {conflicting: [50, 80]}},"
        " {relief_percent: {conflicting: [10, 20]}, block_targets: [L3-L5]}]"
    )

    ways = [value(one["prior_blocks"]) for one in worlds(chart, ["prior_blocks"])]

    assert len(ways) == 8
    assert {tuple(value(record["relief_percent"]) for record in way) for way in ways} == {
        (50, 10),
        (50, 20),
        (80, 10),
        (80, 20),
    }


@given(st.lists(st.integers(2, 4), max_size=5))
def test_the_number_of_ways_is_the_product_of_the_values(numbers: list[int]):
    """No way is left out and none is double, and nothing conflicts in any of them."""
    chart: dict[str, Fact] = {
        f"fact_{index}": Conflicting(tuple(Documented(one) for one in range(number)))
        for index, number in enumerate(numbers)
    }

    ways = worlds(chart, chart)

    assert len({tuple(value(one) for one in way.values()) for way in ways}) == len(ways)
    product = 1
    for number in numbers:
        product *= number
    assert len(ways) == product


def test_as_many_ways_as_are_allowed():
    """The bound itself can be reached."""
    chart = conflicts(10)

    assert len(worlds(chart, chart)) == MAX_WORLDS


@pytest.mark.parametrize("number", [11, 1_000])
def test_more_ways_are_refused_before_they_are_built(number: int):
    """A chart cannot make the checker count to 2 to the power of 1,000."""
    chart = conflicts(number)

    with pytest.raises(EngineError, match="too many conflicts to weigh: `fact_0`, `fact_1`"):
        worlds(chart, chart)


ELEVEN_RANGES = ", ".join(["{block_targets: [L3-L5]}"] * 11)
ELEVEN_VALUES = ", ".join(["{relief_percent: {conflicting: [50, 80]}}"] * 11)
FIVE_FACTS = [
    f"{name}: {{conflicting: [true, false]}}"
    for name in ("facet_tenderness", "dermatomal_sensory_loss", "reflex_change")
] + [
    "nsaids: {conflicting: [failed, helped, not_done]}",
    "diagnoses: {conflicting: [[neck_pain], [chronic_pain], []]}",
]
FOUR_FACTS_OF_A_REQUEST = """{
    id: 1, procedure: medial_branch_block, side: {conflicting: [left, right, bilateral]},
    intent: {conflicting: [diagnostic, therapeutic]}, iv_sedation_planned: {conflicting: [yes, no]},
    same_day_procedures: {conflicting: [[], [trigger_point_injection]]}}"""


@pytest.mark.parametrize(
    ("facts", "request_", "name"),
    [
        ([f"prior_blocks: [{ELEVEN_RANGES}]"], REQUEST, "prior_blocks"),
        ([f"prior_blocks: [{ELEVEN_VALUES}]"], REQUEST, "prior_blocks"),
        (FIVE_FACTS, FOUR_FACTS_OF_A_REQUEST, "facet_tenderness"),
    ],
    ids=["ranges in records", "values in records", "facts and requests together"],
)
def test_a_case_with_too_many_conflicts_is_refused_with_its_place(
    facts: list[str], request_: str, name: str
):
    """Its author reads which facts to decide on, and no engine is asked."""
    with pytest.raises(CaseError) as caught:
        groups(case_of(*facts, requests=(request_,)))

    (problem,) = caught.value.problems
    assert problem.place.file == "case.yaml"
    assert problem.message.startswith("too many conflicts to weigh: ")
    assert f"`{name}`" in problem.message
    assert problem.message.endswith("in more than 1024 ways; decide some of them")


def test_requests_that_multiply_their_conflicts_are_refused():
    """Eleven requests with two values each would add up to two thousand sets of levels."""
    requests = tuple(
        f"{{id: {number}, procedure: medial_branch_block, targets: {{conflicting: [[L3], [L4]]}}}}"
        for number in range(11)
    )

    with pytest.raises(CaseError, match="`targets of request 0`, `targets of request 1`"):
        groups(case_of(requests=requests))


def test_a_chart_is_completed_however_many_conflicts_it_has():
    """Completing asks for no way to settle them."""
    found = complete(case_of().facts | conflicts(50), small().vocabulary, "open")

    assert found["facet_tenderness"] == NOT_ASKED
