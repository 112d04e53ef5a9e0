"""L8 for the columns engine: every engine gives the same statuses, over many cases at once as well."""

from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corpus import Corpus
from benchmarks.reference import Digest, by_engine, findings
from checker.audit.batches import BatchChecker
from checker.audit.tables import case_of_row, cases_to_table
from checker.case import load_case
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS
from tests.columns.same import determined, found, one_batch
from tests.semantics.situation import Situation, loaded
from tests.semantics.strategies import charts, rule_bases

ROOT = Path(__file__).parents[2]
VOICES = ("record", "record+ur", "all")


@st.composite
def several(draw: st.DrawFn) -> list[Situation]:
    """A rule base, and a few charts for it on open and on closed records."""
    written = draw(rule_bases(2, 2))
    rules = loaded(written)
    facts = draw(st.lists(charts(written), min_size=2, max_size=6))
    records = st.sampled_from(("closed", "open"))
    return [Situation(written, rules, one, draw(records)) for one in facts]


@given(several())
@settings(max_examples=max(1, settings.default.max_examples // 10))
def test_columns_give_the_answers_of_the_written_semantics(situations):
    """L8: over a batch, and over each part of one, in every reading."""
    rules = situations[0].rules
    batch = one_batch(cases_to_table([one.case for one in situations], rules))
    engine = Engine(rules, unavailable="the written semantics are compared here")
    for reading in READINGS:
        terms = Terms(reading)
        answers = [one for each in situations for one in determine(each.case, engine, terms)]
        checker = BatchChecker(rules, terms)

        rows = checker.check(batch).to_pylist()

        assert [found(one) for one in rows] == [determined(one, rules) for one in answers]
        assert checker.check(batch.slice(1)).to_pylist() == rows[1:]


def voiced(facts, random):
    """The facts as a case states them, some of them said only by others than the chart."""

    def entry(said):
        voice = random.choice(("record", "ur", "reviewer"))
        match said:
            case {"conflicting": values}:
                return {"conflicting": [entry(one) for one in values]}
            case {"value": _}:
                return {**said, "evidence": {"voice": voice}}
            case list() if said and isinstance(said[0], dict):
                return [
                    {**one, "evidence": {"voice": random.choice(("record", "ur"))}} for one in said
                ]
            case "not asked":
                return said
            case _:
                return {"value": said, "evidence": {"voice": voice}}

    return {name: entry(said) for name, said in facts.items()}


@given(several(), st.randoms(use_true_random=False), st.sampled_from(VOICES))
@settings(max_examples=max(1, settings.default.max_examples // 20))
def test_columns_listen_to_the_same_voices(situations, random: Random, facts_from):
    """Facts, records and conflicts that these voices do not tell are not mentioned."""
    rules = situations[0].rules
    told = [
        Situation(one.written, rules, voiced(one.facts, random), one.record) for one in situations
    ]
    batch = one_batch(cases_to_table([one.case for one in told], rules))
    engine = Engine(rules, unavailable="the written semantics are compared here")
    terms = Terms(facts_from=facts_from)
    answers = [one for each in told for one in determine(each.case, engine, terms)]

    rows = BatchChecker(rules, terms).check(batch).to_pylist()

    assert [found(one) for one in rows] == [determined(one, rules) for one in answers]


@pytest.mark.parametrize("facts_from", VOICES)
@pytest.mark.parametrize("reading", READINGS)
def test_the_shipped_cases_have_the_same_answers(rules, reading, facts_from):
    """Letters and examples, with their voices, conflicts, several items and decisions."""
    cases = [load_case(path, rules) for path in sorted((ROOT / "cases").rglob("*.yaml"))]
    terms = Terms(reading, facts_from)
    engine = Engine(rules, unavailable="the written semantics are compared here")
    answers = [one for case in cases for one in determine(case, engine, terms)]

    rows = BatchChecker(rules, terms).check(one_batch(cases_to_table(cases, rules))).to_pylist()

    assert [found(one) for one in rows] == [determined(one, rules) for one in answers]


@pytest.fixture(scope="module")
def corpus(rules) -> pa.Table:
    """Made-up cases over the whole shipped rule base."""
    return Corpus(rules).table(400, seed=11)


@pytest.mark.parametrize(
    "terms",
    [
        Terms(),
        Terms("strict", "record"),
        Terms("lenient", "record+ur", as_of=None),
        Terms(guideline="odg/low-back/facet-joint-diagnostic-blocks"),
    ],
    ids=["as-written", "strict", "lenient", "guideline"],
)
def test_a_corpus_over_the_whole_rule_base_has_the_same_digest(rules, corpus, terms):
    """Every guideline, search order, day, conflict and reading of levels, against the definition."""
    checker = BatchChecker(rules, terms)
    engine = Engine(rules, unavailable="the written semantics are compared here")
    ours, definition = Digest(checker.schema), Digest(checker.schema)

    ours.add(checker.check(one_batch(corpus)))
    definition.add(findings(list(by_engine(corpus, engine, checker)), checker))

    assert ours.value == definition.value


def test_durable_rules_has_the_same_digest(rules, engine, corpus):
    """Both implementations that decide single cases, compared at every turn, against the columns."""
    some = corpus.slice(0, 60)
    checker = BatchChecker(rules, Terms())
    ours, chained = Digest(checker.schema), Digest(checker.schema)

    ours.add(checker.check(one_batch(some)))
    chained.add(findings(list(by_engine(some, engine, checker)), checker))

    assert ours.value == chained.value


def test_a_corpus_meets_every_guideline_and_every_status(rules, corpus):
    """What is compared is not all alike."""
    rows = BatchChecker(rules, Terms()).check(one_batch(corpus)).to_pylist()
    statuses = {said for row in rows for said in found(row)[4].values()}

    assert len(statuses) == 6
    assert {row["determination"] for row in rows} == {"Upheld", "Overturned", "open", "not covered"}
    governing = {row["guideline"] for row in rows if row["guideline"]}
    assert len(governing) > 13
    assert not governing & rules.search_order.additional


def test_a_row_is_a_case_again(rules, corpus):
    """A row that becomes a case becomes the same row."""
    rows = corpus.slice(0, 50)
    cases = [case_of_row(row, rules) for row in rows.to_pylist()]

    again = cases_to_table(cases, rules)

    checker = BatchChecker(rules, Terms())
    assert checker.check(one_batch(again)).to_pylist() == checker.check(one_batch(rows)).to_pylist()
