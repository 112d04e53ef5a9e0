"""Whatever a chart can show, enumeration has seen: tried with charts that were not made from the conditions."""

from __future__ import annotations

from hypothesis import given, settings

from checker.authoring.mutation import differing
from checker.authoring.space import Space, space_of
from checker.authoring.values import TooManyError
from checker.engine.written import status_of
from checker.guideline import Criterion
from tests.semantics.situation import Situation
from tests.semantics.strategies import situations, stated, undisputed


def spaces(situation: Situation, *criteria: Criterion) -> list[Space]:
    """The space of some criteria; none where there are too many charts."""
    try:
        return [space_of(criteria, situation.rules)]
    except TooManyError:
        return []


@settings(max_examples=200)
@given(situations(undisputed, most=1, depth=2))
def test_a_status_that_a_chart_has_is_among_those_that_are_found(situation: Situation) -> None:
    """With every word of the language, open records and closed ones."""
    (criterion,) = situation.guideline.criteria
    status = status_of(criterion, situation.chart, "as written", situation.record)

    for space in spaces(situation, criterion):
        assert space.statuses(criterion)[status] & space.all


@settings(max_examples=100)
@given(situations(stated, most=2, depth=1))
def test_criteria_that_a_chart_tells_apart_are_told_apart(situation: Situation) -> None:
    """Conflicts included: where no chart without one tells them apart, none with one does."""
    one, other = situation.guideline.criteria[0], situation.guideline.criteria[-1]
    statuses = [
        status_of(each, situation.chart, "as written", situation.record) for each in (one, other)
    ]

    for space in spaces(situation, one, other):
        if statuses[0] != statuses[1]:
            assert differing(space, one, other) & space.all
