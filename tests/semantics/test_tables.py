"""Every row of every table in docs/semantics.md is so, on the written semantics and on durable_rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
import yaml

from checker.case import parse_case, procedures
from checker.charting import FactsFrom, RecordKind
from checker.condition import FALSE, OPEN, SILENT, TRUE, Range, evaluate
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS, Reading
from checker.fact import Chart, Conflicting, Documented, Fact, state_of
from checker.rulebase import RuleBase, load_rules
from tests.semantics.tables import PAGE, Row, Table, blocks, tables

RANGES = {
    "true": TRUE,
    "false": FALSE,
    "unknown": SILENT,
    "false to true": OPEN,
    "false to unknown": Range(0, 1),
    "unknown to true": Range(1, 2),
}
POLICIES = ("presumed", "counts_against", "ask")
RECORDS: Mapping[str, RecordKind] = {"closed record": "closed", "open record": "open"}
CHECKED: dict[int, str] = {}
"""The tables that a test below goes through, by the line they begin in."""


def rows_of(*columns: str, block: bool = False) -> pytest.MarkDecorator:
    """The rows of all tables whose last columns are these, with their table if a block stands above it."""
    found = []
    for table in tables():
        if table.columns[-len(columns) :] == columns and bool(table.block) == block:
            assert table.line not in CHECKED
            CHECKED[table.line] = columns[-1]
            found += [
                pytest.param(*([table] if block else []), row, id=_id(table, row))
                for row in table.rows
            ]
    assert found, columns
    return pytest.mark.parametrize(["table", "row"] if block else ["row"], found)


def _id(table: Table, row: Row) -> str:
    above = f"{' '.join(table.block.split())}: " if table.block else ""
    return above + ", ".join(f"{name} {cell}" for name, cell in row.items())


def listed(cell: str, every: tuple[str, ...]) -> list[str]:
    """What a cell with several words stands for; `any` for all of them."""
    return list(every) if cell == "any" else cell.split(", ")


# Rule bases and charts ------------------------------------------------------------------------------


@cache
def engine(vocabulary: str, *criteria: str) -> Engine:
    """An engine for criteria called c0, c1 and so on, each given as the YAML of what it asks."""
    guideline = _guideline([yaml.safe_load(criterion) for criterion in criteria])
    with TemporaryDirectory() as folder:
        copy(PAGE.parents[1] / "rules" / "anatomy.yaml", folder)
        Path(folder, "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
        Path(folder, "g.yaml").write_text(yaml.safe_dump(guideline, sort_keys=False))
        found = Engine(load_rules(Path(folder)))
    assert found.unavailable is None
    return found


def _guideline(criteria: list[dict[str, object]]) -> dict[str, object]:
    rest = {"item": "one", "kind": "eligibility", "says": "s", "fix": "f", "verified": True}
    procedures_ = ["medial_branch_block", "facet_joint_injection"]
    return {
        "id": "g",
        "title": "t",
        "source": {"publisher": "p"},
        "in_force": {"from": yaml.safe_load("2000-01-01")},
        "covers": {"procedure": procedures_},
        "criteria": [
            {"id": f"c{number}", **rest, "if_silent": "ask", "examples": [], **one}
            for number, one in enumerate(criteria)
        ],
    }


def case_of(rules: RuleBase, facts: Mapping[str, str], record: RecordKind):
    """A case that says this, in the words of a case file; a fact without words is not mentioned."""
    told = {name: said for name, said in facts.items() if said != "nothing"}
    procedure = told.pop("procedure", "medial_branch_block")
    stated = ", ".join(f"{name}: {said}" for name, said in told.items())
    text = f"case: c\nrecord: {record}\nfacts: {{{stated}}}\nrequests: [{{id: 1, procedure: {procedure}}}]\n"
    return parse_case("case.yaml", text.encode(), rules)


def chart_of(rules: RuleBase, facts: Mapping[str, str], record: RecordKind = "closed") -> Chart:
    case = case_of(rules, facts, record)
    (procedure,) = procedures(case, rules.vocabulary, "all")
    return procedure.chart


def statuses(
    found: Engine, chart: Chart, reading: Reading = "as written", record: RecordKind = "closed"
) -> list[str]:
    """The statuses in the order of the criteria, on which both implementations agree."""
    return list(found.statuses(found.rules.guidelines["g"], chart, reading, record).values())


def under_every_policy(block: str) -> list[str]:
    """One criterion for each thing that silence can do, in the order of `POLICIES`."""
    asked = yaml.safe_load(block)
    parts = asked if "requires" in asked else {"requires": asked}
    return [yaml.safe_dump({**parts, "if_silent": policy}) for policy in POLICIES]


def expected_of(truth: str) -> list[str]:
    """The status that a truth comes to under every policy, by the page itself."""
    (row,) = (row for row in STATUS_OF_TRUTH if row["truth"] == truth)
    return [row[policy] for policy in POLICIES]


STATUS_OF_TRUTH = next(one.rows for one in tables() if one.columns == ("truth", *POLICIES))


# Facts ----------------------------------------------------------------------------------------------

VOCABULARY = blocks()[0]


@rows_of("the case says", "closed record", "open record")
def test_what_a_case_says_is_one_of_four_states(row: Row):
    """Silence means not documented in a closed record, and not asked in an open one."""
    rules = engine(VOCABULARY, "requires: {facet_tenderness: true}").rules
    facts = {"facet_tenderness": row["the case says"]}
    for column, record in RECORDS.items():
        assert state_of(chart_of(rules, facts, record)["facet_tenderness"]) == row[column]


@rows_of("procedure", "targets", "requested_joints")
def test_targets_stand_for_joints(row: Row):
    """Nerves are turned into the joints that they supply; some ranges can be read in two ways."""
    rules = engine(VOCABULARY, "requires: {facet_tenderness: true}").rules
    facts = {name: row[name] for name in ("procedure", "targets")}
    found = chart_of(rules, facts)["requested_joints"]
    readings = found.values if isinstance(found, Conflicting) else (found,)

    expected = [frozenset(yaml.safe_load(one)) for one in row["requested_joints"].split(" or ")]
    assert [one.value for one in readings if isinstance(one, Documented)] == expected


@rows_of("the case says", "record", "record+ur", "all")
def test_facts_are_heard_from_the_named_voices(row: Row):
    """What only other voices say is not mentioned."""
    rules = engine(VOCABULARY, "requires: {facet_tenderness: true}").rules
    case = case_of(rules, {"facet_tenderness": row["the case says"]}, "closed")
    for voices in get_args(FactsFrom):
        (procedure,) = procedures(case, rules.vocabulary, voices)
        assert shown(procedure.chart["facet_tenderness"]) == row[voices]


def shown(fact: Fact) -> str:
    return str(fact.value).lower() if isinstance(fact, Documented) else state_of(fact)


# Conditions -----------------------------------------------------------------------------------------


@rows_of("truth", block=True)
def test_a_condition_is_as_true_as_its_table_says(table: Table, row: Row):
    """Both ends of the range show in the status, under one policy or another."""
    found = engine(VOCABULARY, *under_every_policy(table.block))
    chart = chart_of(found.rules, {name: row[name] for name in table.columns[:-1]})
    condition = found.rules.guidelines["g"].criteria[0].requires

    assert evaluate(condition, chart) == RANGES[row["truth"]]
    assert statuses(found, chart) == expected_of(row["truth"])


# Truths, one by one ---------------------------------------------------------------------------------

PARTS = ("when", "requires", "unless")
TRUTH_VOCABULARY = yaml.safe_dump(
    {
        "facts": {
            f"{part}_{letter}": {"type": "boolean", "ask": "a question"}
            for part in PARTS
            for letter in "abc"
        },
        "procedures": {
            name: {"title": name, "targets": "nerves"}
            for name in ("medial_branch_block", "facet_joint_injection")
        },
        "regions": {"cervical": "c", "thoracic": "t", "lumbar": "l"},
    }
)
TRUTHS = {
    "true": ("false", "false", "true"),
    "false": ("false", "false", "false"),
    "unknown": ("true", "not documented", "false"),
    "false to true": ("false", "false", "not asked"),
    "false to unknown": ("not asked", "not documented", "false"),
    "unknown to true": ("true", "not documented", "not asked"),
}
"""What to say of three facts a, b, c, so that `a and b, or c` has this truth."""


def condition_of(part: str) -> dict[str, object]:
    """A condition that can be made to have any truth."""
    both = [{f"{part}_a": True}, {f"{part}_b": True}]
    return {"any": [{"all": both}, {f"{part}_c": True}]}


def facts_for(truths: Mapping[str, str]) -> dict[str, str]:
    """The facts that give parts of a criterion these truths."""
    return {
        f"{part}_{letter}": said
        for part, truth in truths.items()
        for letter, said in zip("abc", TRUTHS[truth], strict=True)
    }


def statuses_where(truths: Mapping[str, str]) -> list[str]:
    """The statuses under every policy of a criterion whose parts, unless `none`, have these truths."""
    present = {part: truth for part, truth in truths.items() if truth != "none"}
    asked = {part: condition_of(part) for part in present}
    found = engine(TRUTH_VOCABULARY, *under_every_policy(yaml.safe_dump(asked)))
    return statuses(found, chart_of(found.rules, facts_for(present)))


@rows_of("one", "other", "all", "any")
def test_all_and_any_are_the_least_and_the_most_true(row: Row):
    """In either order."""
    parts = [condition_of("when"), condition_of("requires")]
    for word, (first, second) in product(("all", "any"), (("one", "other"), ("other", "one"))):
        found = engine(TRUTH_VOCABULARY, *under_every_policy(yaml.safe_dump({word: parts})))
        facts = facts_for({"when": row[first], "requires": row[second]})
        assert statuses(found, chart_of(found.rules, facts)) == expected_of(row[word])


@rows_of("part", "not")
def test_not_turns_a_truth_around(row: Row):
    """Unknown stays unknown, and the ends of a range change places."""
    found = engine(
        TRUTH_VOCABULARY, *under_every_policy(yaml.safe_dump({"not": condition_of("when")}))
    )
    chart = chart_of(found.rules, facts_for({"when": row["part"]}))

    assert statuses(found, chart) == expected_of(row["not"])


# Criteria -------------------------------------------------------------------------------------------

ALL_TRUTHS = tuple(TRUTHS)


@rows_of("when", "requires", "what must hold")
def test_when_a_criterion_does_not_apply_it_holds(row: Row):
    """It must hold that `when` is false or that what is required is true."""
    for when, requires in product(row["when"].split(", "), row["requires"].split(", ")):
        found = statuses_where({"when": when, "requires": requires})
        assert found == expected_of(row["what must hold"])


@rows_of("what must hold", "unless", "together")
def test_an_exception_must_be_documented(row: Row):
    """Silence about it is as good as its being false."""
    holds = listed(row["what must hold"], ALL_TRUTHS)
    exceptions = listed(row["unless"], ("none", *ALL_TRUTHS))
    for truth, exception in product(holds, exceptions):
        together = truth if row["together"] == "what must hold" else row["together"]
        found = statuses_where({"requires": truth, "unless": exception})
        assert found == expected_of(together)


@rows_of("truth", *POLICIES)
def test_a_truth_comes_to_a_status(row: Row):
    """A criterion is to answer while an answer to come can change whether it counts for or against."""
    assert statuses_where({"requires": row["truth"]}) == expected_of(row["truth"])


@rows_of("when", "requires", "unless", "if_silent", "status")
def test_a_criterion_has_the_status_of_its_table(row: Row):
    """The whole way from the truths of its parts to its status."""
    whens = listed(row["when"], ("none", *ALL_TRUTHS))
    exceptions = listed(row["unless"], ("none", *ALL_TRUTHS))
    for when, requires, unless in product(whens, listed(row["requires"], ALL_TRUTHS), exceptions):
        found = statuses_where({"when": when, "requires": requires, "unless": unless})
        by_policy = dict(zip(POLICIES, found, strict=True))
        for policy in listed(row["if_silent"], POLICIES):
            assert by_policy[policy] == row["status"]


@rows_of("if_silent", "status", block=True)
def test_a_criterion_on_a_chart_has_the_status_of_its_table(table: Table, row: Row):
    """Silence about an exception is no exception."""
    found = engine(VOCABULARY, *under_every_policy(table.block))
    chart = chart_of(found.rules, {name: row[name] for name in table.columns[:-2]})

    assert statuses(found, chart)[POLICIES.index(row["if_silent"])] == row["status"]


# Conflicts and readings -----------------------------------------------------------------------------

STATUS_IN_A_WAY = {
    "met": "good",
    "not met": "bad",
    "missing": "quiet",
    "presumed": "quiet",
    "to answer": "open",
    "not applicable": "outside",
}
"""The value of the conflicting fact that leads to a status."""
WAYS_VOCABULARY = yaml.safe_dump(
    {
        "facts": {
            "way": {
                "type": "enum",
                "values": {
                    f"{one}_{n}": "a value" for one in STATUS_IN_A_WAY.values() for n in "12"
                },
                "ask": "a question",
            },
            "silent": {"type": "boolean", "ask": "a question"},
            "unasked": {"type": "boolean", "ask": "a question"},
        },
        "procedures": yaml.safe_load(TRUTH_VOCABULARY)["procedures"],
        "regions": yaml.safe_load(TRUTH_VOCABULARY)["regions"],
    }
)
WAYS_CRITERION = """
when: {way: {is_not: [outside_1, outside_2]}}
requires:
  any:
    - way: [good_1, good_2]
    - {way: [quiet_1, quiet_2], silent: true}
    - {way: [open_1, open_2], unasked: true}
"""


@rows_of("one way", "another way", "closed record", "open record")
def test_a_conflict_is_settled_in_every_way(row: Row):
    """What the ways come to together, under every policy that leads to the two statuses."""
    found = engine(WAYS_VOCABULARY, *under_every_policy(WAYS_CRITERION))
    pair = [row["one way"], row["another way"]]
    values = [f"{STATUS_IN_A_WAY[status]}_{n}" for n, status in enumerate(pair, start=1)]
    facts = {
        "way": f"{{conflicting: [{', '.join(values)}]}}",
        "silent": "not documented",
        "unasked": "not asked",
    }
    for column, record in RECORDS.items():
        by_policy = statuses(found, chart_of(found.rules, facts, record), record=record)
        for policy, status in zip(POLICIES, by_policy, strict=True):
            if leads_to(pair, policy):
                assert status == row[column]


def leads_to(pair: list[str], policy: str) -> bool:
    """Whether silence leads to the statuses of a pair under a policy, where they come from silence."""
    comes_to = {"presumed": "presumed", "counts_against": "missing", "ask": "to answer"}[policy]
    return all(one == comes_to for one in pair if one in ("presumed", "missing"))


@rows_of("if_silent", "closed record", "open record", block=True)
def test_a_conflict_on_a_chart_has_the_status_of_its_table(table: Table, row: Row):
    """On a closed and on an open record."""
    found = engine(VOCABULARY, *under_every_policy(table.block))
    facts = {name: row[name] for name in table.columns[:-3]}
    for column, record in RECORDS.items():
        by_policy = statuses(found, chart_of(found.rules, facts, record), record=record)
        assert by_policy[POLICIES.index(row["if_silent"])] == row[column]


@rows_of("if_silent", *READINGS, block=True)
def test_a_criterion_is_read_in_three_ways(table: Table, row: Row):
    """Strictly, as written, and leniently."""
    found = engine(VOCABULARY, *under_every_policy(table.block))
    chart = chart_of(found.rules, {name: row[name] for name in table.columns[:-4]})
    for reading in READINGS:
        by_policy = dict(zip(POLICIES, statuses(found, chart, reading), strict=True))
        for policy in row["if_silent"].split(", "):
            assert by_policy[policy] == row[reading]


# The determination ----------------------------------------------------------------------------------

CRITERION_OF_STATUS = {
    "met": "requires: {facet_tenderness: true}",
    "not met": "requires: {facet_tenderness: false}",
    "missing": "{requires: {facet_loading_pain: true}, if_silent: counts_against}",
    "presumed": "{requires: {facet_loading_pain: true}, if_silent: presumed}",
    "to answer": "requires: {extreme_anxiety: true}",
    "not applicable": "{when: {facet_tenderness: false}, requires: {extreme_anxiety: true}}",
}
FACTS_FOR_STATUSES = {"facet_tenderness": "true", "extreme_anxiety": "not asked"}


@rows_of("statuses", "determination", "evidence", "presumed", "silence")
def test_statuses_come_to_a_determination(row: Row):
    """Against comes before open, and open before for; the ledger says on what it rests."""
    wanted = row["statuses"].split(", ")
    decide = [CRITERION_OF_STATUS[status] for status in wanted]
    advise = [
        yaml.safe_dump({**yaml.safe_load(one), "kind": "conduct"})
        for one in CRITERION_OF_STATUS.values()
    ]
    found = engine(VOCABULARY, *decide, *advise)
    case = case_of(found.rules, FACTS_FOR_STATUSES, "closed")
    (determination,) = determine(case, found, Terms())
    ledger = determination.ledger

    assert [one.status for one in determination.judged][: len(wanted)] == wanted
    assert determination.outcome == row["determination"]
    assert [ledger.evidence, ledger.presumed, ledger.silence] == [
        int(row[column]) for column in ("evidence", "presumed", "silence")
    ]


# The page -------------------------------------------------------------------------------------------


def test_every_table_of_the_page_is_checked():
    """A table that no test goes through could say anything."""
    assert [one.line for one in tables() if one.line not in CHECKED] == []


def test_every_block_of_the_page_stands_above_a_table():
    """All but the first, which holds the facts that the tables use."""
    above = {table.block.strip() for table in tables()}

    assert [one for one in blocks()[1:] if one.strip() not in above] == []
