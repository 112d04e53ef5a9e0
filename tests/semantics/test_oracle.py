"""The written semantics against brute force: every way to answer what was not asked is gone through.

The oracle reads conditions as they are written and shares no code with the checker.
"""

from hypothesis import assume, event, given

from checker.condition import Range, evaluate
from checker.engine.written import status_of
from tests.semantics import oracle
from tests.semantics.situation import PARTS
from tests.semantics.strategies import readings, situations, undisputed

DEGREE = {False: 0, None: 1, True: 2}


@given(situations(undisputed, most=1, depth=2))
def test_the_range_of_a_condition_holds_the_truth_under_every_answer(situation):
    """No answer leads out of the range; where no fact is looked at twice, some lead to its ends."""
    (criterion,), (written,) = situation.guideline.criteria, situation.written.criteria
    condition = written["requires"]
    found = evaluate(criterion.requires, situation.chart)
    possible = {DEGREE[one] for one in truths(condition, situation)}

    assert found.least <= min(possible) <= max(possible) <= found.most
    if oracle.is_simple(condition, situation.written):
        event("simple")
        assert found == Range(min(possible), max(possible))


def truths(condition, situation):
    (chart,) = oracle.ways(situation, "as written")
    try:
        return oracle.truths(condition, chart, situation.written)
    except oracle.TooManyError:
        assume(False)


@given(situations(), readings)
def test_the_status_of_a_criterion_is_that_of_brute_force(situation, reading):
    """Where no fact is looked at twice, both agree; else the checker may only ask where it need not."""
    chart, record = situation.chart, situation.record
    for criterion, written in zip(
        situation.guideline.criteria, situation.written.criteria, strict=True
    ):
        found = status_of(criterion, chart, reading, record)
        expected = decided(written, situation, reading)
        parts = [written[part] for part in PARTS if part in written]
        if found != expected:
            assert not oracle.is_simple({"all": parts}, situation.written)
            assert found not in ("met", "not met") or expected == "not applicable"
            assert (found, expected) not in (("missing", "presumed"), ("presumed", "missing"))


def decided(criterion, situation, reading):
    try:
        return oracle.decided(criterion, situation, reading)
    except oracle.TooManyError:
        assume(False)
