"""Tables of cases: what is wrong with one is told with its column and first row, and nothing is decided."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from checker.audit.batches import BatchChecker, check_batch
from checker.audit.tables import cases_to_table
from checker.case import parse_case
from checker.determination import Terms
from checker.errors import CaseError
from tests.columns.same import one_batch

PLAIN = {
    "case": ["one", "two", "three"],
    "record": ["closed", "open", "closed"],
    "procedure": ["medial_branch_block", None, "facet_joint_injection"],
}
BLOCK = pa.list_(pa.struct([("block_kind", pa.string()), ("relief_percent", pa.float64())]))


@pytest.fixture(scope="module")
def checker(rules) -> BatchChecker:
    """The shipped rules, read as written."""
    return BatchChecker(rules, Terms())


def table(**columns) -> pa.RecordBatch:
    """Three plain rows with these columns."""
    return pa.record_batch({**PLAIN, **columns})


def refusal(checker, batch) -> str:
    """Why a batch is not decided."""
    with pytest.raises(CaseError) as caught:
        checker.check(batch)
    return str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"facet_tendernes": [True] * 3},
            "unknown column `facet_tendernes` (did you mean `facet_tenderness`?)",
        ),
        (
            {"facet_tenderness": ["yes"] * 3},
            "column `facet_tenderness` holds string, and true or false (bool) is expected",
        ),
        (
            {"targets": ["L4-5"] * 3},
            "column `targets` holds string, and a list of texts is expected",
        ),
        (
            {"request_date": ["2015-01-02"] * 3},
            "column `request_date` holds string, and a day (date32) is expected",
        ),
        (
            {"prior_blocks": pa.array([[{"relief": 1}]] * 3)},
            "column `prior_blocks`: unknown field `relief`",
        ),
        (
            {"intent": ["diagnostic", "diagnosic", "diagnosic"]},
            "(did you mean `diagnostic`?) (2 times, first in row 2)",
        ),
        (
            {"conservative_care_weeks": [1.0, float("nan"), None]},
            "`conservative_care_weeks`: a number that is none (NaN or infinite) (in row 2)",
        ),
        (
            {"conservative_care_weeks": [1.0, None, -3]},
            "`conservative_care_weeks`: a number outside 0 to 2600 (in row 3)",
        ),
        (
            {"conservative_care_weeks": [1.0, None, 0.123456]},
            "`conservative_care_weeks`: a number with more than 4 decimals (in row 3)",
        ),
        (
            {"red_flags": [[], None, ["cauda_equina", None]]},
            "`red_flags`: a member that is nothing (null) (in row 3)",
        ),
        (
            {"red_flags": [[], ["caudaequina"], None]},
            "`red_flags`: `caudaequina` is not one of its values (did you mean `cauda_equina`?) (in row 2)",
        ),
        (
            {"targets": [["L4-5"], ["L4-5", "L9"], None]},
            "`targets`: `L9` is no nerve of a facet joint",
        ),
        ({"fusion_levels": [["L3"], None, None]}, "`fusion_levels`: `L3` names a nerve"),
        (
            {"prior_blocks": pa.array([[{}], [None], None], BLOCK)},
            "`prior_blocks`: a record that is nothing (null) (in row 2)",
        ),
        (
            {"prior_blocks": pa.array([[{}], None, [{}, {"block_kind": "mbb"}]], BLOCK)},
            "`prior_blocks`, field `block_kind`: `mbb` is not one of its values",
        ),
        (
            {"prior_blocks": pa.array([[{}], None, [{}, {"relief_percent": 101}]], BLOCK)},
            "`prior_blocks`, field `relief_percent`: a number outside 0 to 100 (in row 3)",
        ),
        (
            {"not_asked": [[], ["facet_tendernes"], []]},
            "column `not_asked`: unknown fact `facet_tendernes` (did you mean `facet_tenderness`?)",
        ),
        (
            {"not_asked": [["facet_tenderness"]] * 3, "facet_tenderness": [None, True, None]},
            "`facet_tenderness`: a value, and said to be without one (in row 2)",
        ),
        (
            {"conflicts": [None, [{"fact": "facet_tendernes", "said": "1"}], None]},
            "row 2: column `conflicts`: unknown fact `facet_tendernes`",
        ),
        (
            {"conflicts": [None, [{"fact": "facet_tenderness", "said": "{"}], None]},
            "no JSON",
        ),
        (
            {
                "conflicts": [
                    [{"fact": "facet_tenderness", "said": '{"conflicting": [true, true]}'}],
                    None,
                    None,
                ]
            },
            "row 1: these values are the same; write one",
        ),
        (
            {
                "facet_tenderness": [True, None, None],
                "conflicts": [
                    [{"fact": "facet_tenderness", "said": '{"conflicting": [true, false]}'}],
                    None,
                    None,
                ],
            },
            "row 1: column `conflicts`: `facet_tenderness` has a value in its column as well",
        ),
        (
            {"requests": [[{"id": "1", "outcome": "Denied"}], None, None]},
            "column `requests`, field `outcome`: `Denied` is not one of its values",
        ),
        (
            {"requests": [[{"id": "1", "grounds": ["first-sett"]}], None, None]},
            "`first-sett` is no criterion and no ground of the vocabulary (did you mean `first-set`?)",
        ),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_a_table_with_a_mistake_is_refused(checker, columns, message):
    """The column, what is wrong, how often, and the first row."""
    assert message in refusal(checker, table(**columns))


def test_a_missing_column_is_told_with_the_one_that_was_meant(checker):
    """Without the kind of record, silence has no meaning."""
    batch = pa.record_batch(
        {"case": ["a"], "records": ["open"], "procedure": ["opioid_medication"]}
    )

    assert "the column `record` is missing (did you mean `records`?)" in refusal(checker, batch)


def test_a_record_is_closed_or_open(checker):
    """Another word, and nothing, are refused."""
    message = refusal(checker, table(record=["closed", "opened", None]))

    assert "`opened` is neither `closed` nor `open` (in row 2)" in message
    assert "column `record`: nothing is written here (in row 3)" in message


def test_all_problems_are_told_at_once(checker):
    """Two columns, two lines."""
    batch = table(intent=["x"] * 3, side=["y"] * 3)

    assert refusal(checker, batch).count("\n") == 1


def test_other_ways_to_hold_the_same_values_are_read(checker):
    """Dictionaries, large lists and texts, whole numbers, and columns of nothing."""
    plain = table(
        intent=["diagnostic", None, "therapeutic"],
        conservative_care_weeks=[6.0, None, 3.0],
        targets=[["L4-5"], None, ["L3-L5"]],
        facet_tenderness=pa.array([None] * 3, pa.bool_()),
    )
    other = table(
        intent=pa.array(["diagnostic", None, "therapeutic"]).dictionary_encode(),
        conservative_care_weeks=pa.array([6, None, 3], pa.int32()),
        targets=pa.array([["L4-5"], None, ["L3-L5"]], pa.large_list(pa.large_string())),
        facet_tenderness=pa.nulls(3),
    )

    assert checker.check(other).to_pylist() == checker.check(plain).to_pylist()


def test_a_slice_of_every_offset_is_what_it_is_in_the_whole(rules, checker):
    """Bits, offsets and children of an Arrow array begin anywhere."""
    from benchmarks.corpus import Corpus

    batch = one_batch(Corpus(rules).table(70, seed=5))
    whole = checker.check(batch).to_pylist()

    for start in (1, 7, 8, 9, 33):
        assert checker.check(batch.slice(start, 20)).to_pylist() == whole[start : start + 20]


def test_an_empty_table_has_no_findings(checker):
    """No row, no answer, and no failure."""
    assert checker.check(table().slice(0, 0)).num_rows == 0


def test_a_row_that_contradicts_itself_is_left_undecided(checker):
    """As a case that does is refused, in the words of the relation."""
    batch = table(
        procedure=["medial_branch_block"] * 3,
        block_session=["second", "second", "first"],
        prior_blocks=pa.array([[], None, []], BLOCK),
    )

    rows = checker.check(batch).to_pylist()

    assert [row["problem"] for row in rows] == ["second-session-without-a-first", None, None]
    assert rows[0]["determination"] is None


def test_too_many_conflicts_are_left_undecided(checker, rules):
    """More ways than can be weighed, as in a case on its own."""
    names = [one.name for one in rules.vocabulary.facts.values() if one.written]
    both = [
        {"fact": name, "said": '{"conflicting": [true, false]}'}
        for name in names
        if type(rules.vocabulary.facts[name].type).__name__ == "Boolean"
    ]

    rows = checker.check(table(conflicts=[both[:11], None, both[:5]])).to_pylist()

    assert [row["problem"] for row in rows] == ["too many conflicts to weigh", None, None]


def test_the_pure_function_needs_no_preparation(rules, checker):
    """A batch, rules and terms in; findings out."""
    assert check_batch(table(), rules).equals(checker.check(table()))


def test_what_voices_a_row_cannot_keep_apart_is_refused(rules):
    """Levels that the chart gives for one item and only the reviewer for another."""
    text = b"""{case: c, record: closed, requests: [
        {id: 1, procedure: medial_branch_block, region: lumbar, targets: [L3], side: left},
        {id: 2, procedure: medial_branch_block, region: lumbar, side: left,
         targets: {value: [L4], grade: conclusory, evidence: {voice: reviewer}}}]}"""
    case = parse_case("c.yaml", text, rules)

    assert cases_to_table([case], rules).num_rows == 1

    text = text.replace(
        b"targets: [L3]", b"targets: {value: [L3], evidence: {voice: ur}}, intent: diagnostic"
    )
    text = text.replace(
        b"side: left,\n", b"side: left, intent: {value: diagnostic, grade: conclusory},\n"
    )
    text = text.replace(
        b"intent: diagnostic,", b"intent: {value: diagnostic, evidence: {voice: ur}},"
    )
    with pytest.raises(CaseError, match="different voices in the requests 1, 2"):
        cases_to_table([parse_case("c.yaml", text, rules)], rules)


def test_numbers_are_compared_as_they_are_written(checker):
    """Four weeks are four weeks, and no less than four."""
    weeks = np.array([3.9999, 4.0, 4.0001])
    batch = table(
        procedure=["medial_branch_block"] * 3,
        region=["lumbar"] * 3,
        ur_date=[date(2014, 1, 2)] * 3,
        record=["closed"] * 3,
        physical_therapy=["failed"] * 3,
        home_exercise=["failed"] * 3,
        nsaids=["failed"] * 3,
        conservative_care_weeks=weeks,
    )

    rows = checker.check(batch).to_pylist()

    assert [row["criterion.conservative-care-failed"] for row in rows] == ["missing", "met", "met"]
