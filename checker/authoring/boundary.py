"""The boundary suite: charts generated from the rules, with every threshold on both sides and at it.

Each criterion is looked at from a chart that meets it and one that does not, one fact changed at a time to
every value that matters, and on its author's examples. Where a small mistake in the criterion would still go
unseen, the chart that shows it is added. An implementation that agrees on these charts makes none of the small
mistakes that were planted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from checker.authoring.mutants import mutants
from checker.authoring.mutation import differing, region_of
from checker.authoring.space import Space, contradicts, simplest, space_of
from checker.authoring.values import TooManyError
from checker.charting import Facts, complete
from checker.engine.written import status_of
from checker.fact import Chart, Documented, Fact
from checker.guideline import Criterion, Guideline, Status
from checker.rulebase import RuleBase


@dataclass(frozen=True, slots=True)
class Boundary:
    """A chart near a boundary of a criterion, with the status that the definition gives it, read as written.

    `chart` is complete; `facts` are what a case writes. Its record is closed.
    """

    guideline: Guideline
    criterion: Criterion
    facts: Facts
    chart: Chart
    status: Status


def boundary(
    rules: RuleBase, guidelines: Iterable[Guideline], *, conclusory: bool = False
) -> Iterator[Boundary]:
    """The charts for every criterion of these guidelines; with `conclusory` each one on weak evidence too.

    A criterion with too many charts to go through has only those that show its mistakes.
    """
    for guideline in guidelines:
        for criterion in guideline.criteria:
            for facts in _charts(criterion, guideline, rules):
                yield _at(guideline, criterion, facts, rules)
                if conclusory:
                    weak = {name: _weak(fact) for name, fact in facts.items()}
                    yield _at(guideline, criterion, weak, rules)


def _at(guideline: Guideline, criterion: Criterion, facts: Facts, rules: RuleBase) -> Boundary:
    chart = complete(facts, rules.vocabulary, "closed")
    status = status_of(criterion, chart, "as written", "closed")
    return Boundary(guideline, criterion, facts, chart, status)


def _weak(fact: Fact) -> Fact:
    return replace(fact, grade="conclusory") if isinstance(fact, Documented) else fact


def _charts(criterion: Criterion, guideline: Guideline, rules: RuleBase) -> Iterator[Facts]:
    """Charts one fact away from a met and from a not met one, the examples, and what then is still missing."""
    region = region_of(guideline)
    charts: list[Chart] = []
    examples = (one.facts for one in criterion.examples)
    for facts in chain(_near(criterion, rules, region), examples):
        charts.append(complete(facts, rules.vocabulary, "closed"))
        yield facts
    told = [_status(criterion, chart) for chart in charts]
    for mutant in mutants(criterion, rules.vocabulary, guideline.covers):
        other = mutant.criterion
        seen = zip(charts, told, strict=True)
        if any(_status(other, chart) != status for chart, status in seen):
            continue
        missing = _missing(criterion, other, rules, region)
        if missing is not None:
            charts.append(complete(missing, rules.vocabulary, "closed"))
            told.append(_status(criterion, charts[-1]))
            yield missing


def _status(criterion: Criterion, chart: Chart) -> Status:
    return status_of(criterion, chart, "as written", "closed")


def _near(criterion: Criterion, rules: RuleBase, region: str | None) -> Iterator[Facts]:
    try:
        space = space_of([criterion], rules, region=region)
    except TooManyError:
        return
    statuses = space.statuses(criterion)
    seen: set[int] = set()
    for status in ("met", "not met"):
        start = next(space.simplest_combinations(statuses[status] & space.all), None)
        if start is None:
            continue
        for combination in _one_fact_away(space, start):
            if combination in seen or not space.all >> combination & 1:
                continue
            seen.add(combination)
            facts = space.facts(combination)
            if not contradicts(facts, rules):
                yield facts


def _one_fact_away(space: Space, start: int) -> Iterator[int]:
    """The combination, and all that differ from it in the row of one axis."""
    yield start
    stride = 1
    for size, row in zip(space.grid.sizes, space.grid.rows(start), strict=True):
        for other in range(size):
            if other != row:
                yield start + (other - row) * stride
        stride *= size


def _missing(
    criterion: Criterion, other: Criterion, rules: RuleBase, region: str | None
) -> Facts | None:
    try:
        return simplest(
            (criterion, other), lambda space: differing(space, criterion, other), rules, region
        )
    except TooManyError:
        return None
