"""L8 for the columns engine: every engine gives the same statuses, over many cases at once as well."""

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.audit.batches import BatchChecker
from checker.audit.tables import cases_to_table
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS
from tests.columns.same import as_told, one_batch
from tests.semantics.situation import Situation, loaded
from tests.semantics.strategies import charts, rule_bases


@st.composite
def several(draw: st.DrawFn) -> list[Situation]:
    """A rule base, and a few charts for it on open and on closed records."""
    written = draw(rule_bases(2, 2))
    rules = loaded(written)
    facts = draw(st.lists(charts(written), min_size=2, max_size=6))
    records = st.sampled_from(("closed", "open"))
    return [Situation(written, rules, one, draw(records)) for one in facts]


@given(several())
@settings(max_examples=max(1, settings.default.max_examples // 8))
def test_columns_give_the_answers_of_the_written_semantics(situations):
    """L8: over a batch, and over each part of one, in every reading."""
    rules = situations[0].rules
    batch = one_batch(cases_to_table([one.case for one in situations], rules))
    engine = Engine(rules, unavailable="the written semantics are compared here")
    for reading in READINGS:
        terms = Terms(reading)
        wanted = [as_told(one) for each in situations for one in determine(each.case, engine, terms)]
        checker = BatchChecker(rules, terms)

        found = checker.check(batch).to_pylist()

        assert [as_told(one) for one in found] == wanted
        assert checker.check(batch.slice(1)).to_pylist() == found[1:]
