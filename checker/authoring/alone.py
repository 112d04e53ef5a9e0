"""Whether a criterion turns the determination by itself, and whether its examples show that.

An example states only what matters to its criterion; it is laid over a chart that passes the guideline, or
over one that is searched for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from checker.authoring.search import (
    FEW_STEPS,
    FOR,
    MAX_STEPS,
    Found,
    Goal,
    NotFound,
    find,
)
from checker.charting import Facts, complete
from checker.engine.written import AGAINST, names_in, status_of
from checker.fact import Documented, Fact, NotDocumented
from checker.guideline import Criterion, Example, Guideline
from checker.rulebase import RuleBase


def passing(guideline: Guideline, rules: RuleBase) -> Facts | None:
    """A chart that passes a guideline; None if none was found."""
    goals = [Goal(one, FOR) for one in guideline.criteria if one.decides]
    found = find(goals, rules, guideline.covers)
    return found.facts if isinstance(found, Found) else None


def shown_alone(
    criterion: Criterion, guideline: Guideline, base: Facts | None, rules: RuleBase
) -> Example | None:
    """An example that fails, laid over a chart that passes, by this criterion alone; None if there is none."""
    against = [one for one in criterion.examples if one.expect in AGAINST and not one.known_failure]
    for one in against:
        if base is not None and _turns(criterion, guideline, base, one.facts, rules):
            return one
    for one in against:
        given = _given(criterion, one.facts, rules)
        if isinstance(_turning(criterion, guideline, given, rules, FEW_STEPS), Found):
            return one
    return None


def turning(criterion: Criterion, guideline: Guideline, rules: RuleBase) -> Found | NotFound:
    """A chart that fails by this criterion and no other."""
    return _turning(criterion, guideline, {}, rules, MAX_STEPS)


def _turning(
    criterion: Criterion, guideline: Guideline, given: Facts, rules: RuleBase, steps: int
) -> Found | NotFound:
    others = [Goal(one, FOR) for one in guideline.criteria if one.decides and one is not criterion]
    complete_ = True
    for way in ("not met", "missing"):
        goals = [Goal(criterion, frozenset({way})), *others]
        found = find(goals, rules, guideline.covers, given, steps)
        if isinstance(found, Found):
            return found
        complete_ = complete_ and found.complete
    return NotFound(complete_)


def _given(criterion: Criterion, facts: Facts, rules: RuleBase) -> Facts:
    """What an example says, and its silence about all else that the criterion looks at."""
    chart = complete(facts, rules.vocabulary, "closed")
    looked_at = set(names_in(criterion))
    stated = {
        name
        for name, spec in rules.vocabulary.facts.items()
        if name in facts or spec.joints_of in facts
    }
    return {
        name: _fields_given(chart[name], looked_at)
        for name in chart
        if name in looked_at or name in stated
    }


def _fields_given(fact: Fact, looked_at: Collection[str]) -> Fact:
    """Of a list, the fields that the records state or the criterion looks at; the others stay free."""
    if not isinstance(fact, Documented) or not isinstance(fact.value, tuple):
        return fact
    records = tuple(
        {
            name: one
            for name, one in item.items()
            if name in looked_at or not isinstance(one, NotDocumented)
        }
        if isinstance(item, Mapping)
        else item
        for item in fact.value
    )
    return replace(fact, value=records)  # type: ignore[arg-type]


def _turns(
    criterion: Criterion, guideline: Guideline, base: Facts, facts: Facts, rules: RuleBase
) -> bool:
    """Whether an example, laid over a chart that passes, fails by this criterion alone."""
    chart = complete(_laid_over(base, facts, criterion, rules), rules.vocabulary, "closed")
    return all(
        status_of(one, chart, "as written", "closed") in (AGAINST if one is criterion else FOR)
        for one in guideline.criteria
        if one.decides or one is criterion
    )


def _laid_over(base: Facts, facts: Facts, criterion: Criterion, rules: RuleBase) -> Facts:
    """A chart with an example's facts; what the criterion looks at and the example leaves out is silent."""
    specs = rules.vocabulary.facts
    looked_at = {specs[name].joints_of or name for name in names_in(criterion) if name in specs}
    kept = {name: fact for name, fact in base.items() if name not in looked_at}
    return {**kept, **facts}
