"""One guideline against another: is one at least as strict, and which charts pass one and fail the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from checker.authoring.proofs import ruled_out_by
from checker.authoring.search import FEW_STEPS, FOR, Found, Goal, find, shortened
from checker.authoring.space import contradicts
from checker.charting import Facts, complete
from checker.engine.written import AGAINST, status_of
from checker.guideline import Criterion, Guideline
from checker.rulebase import RuleBase


@dataclass(frozen=True, slots=True)
class Witness:
    """A chart that passes one guideline and fails another, and the criteria that it fails."""

    facts: Facts
    failed: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Direction:
    """Whether a chart passes the first guideline and fails the second.

    `witness` is a short one; None where there is none, or `proved` is false and none was found.
    """

    passes: Guideline
    fails: Guideline
    witness: Witness | None
    proved: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Two guidelines in both directions. `apart` are the facts in which they cover no request together."""

    one: Guideline
    other: Guideline
    directions: tuple[Direction, Direction]
    apart: tuple[str, ...]


def compare(one: Guideline, other: Guideline, rules: RuleBase) -> Compared:
    """Which charts pass the one and fail the other, and the other way round."""
    covered, apart = _together(one, other)
    first = _direction(one, other, rules, covered)
    second = _direction(other, one, rules, covered)
    return Compared(one, other, (first, second), apart)


def _together(
    one: Guideline, other: Guideline
) -> tuple[Mapping[str, Collection[str]], tuple[str, ...]]:
    """What requests under both can say, and where that is nothing: there they are compared all the same."""
    covered: dict[str, Collection[str]] = {}
    apart: list[str] = []
    for name in dict.fromkeys((*one.covers, *other.covers)):
        ours, theirs = one.covers.get(name), other.covers.get(name)
        if ours is None or theirs is None:
            covered[name] = ours or theirs or frozenset()
        elif ours & theirs:
            covered[name] = ours & theirs
        else:
            apart.append(name)
    return covered, tuple(apart)


def _direction(
    passes: Guideline, fails: Guideline, rules: RuleBase, covered: Mapping[str, Collection[str]]
) -> Direction:
    goals = [Goal(criterion, FOR) for criterion in passes.criteria if criterion.decides]
    deciding = [criterion for criterion in fails.criteria if criterion.decides]
    witnesses: list[Witness] = []
    open_ones: list[list[Goal]] = []
    for criterion in deciding:
        against = [Goal(criterion, AGAINST), *goals]
        found = find(against, rules, covered, steps=FEW_STEPS)
        if isinstance(found, Found):
            witnesses.append(_witness(found.facts, goals, deciding, rules))
        elif not found.complete:
            open_ones.append(against)
    region = min(covered.get("region", ()), default=None)
    proved = bool(witnesses) or all(
        ruled_out_by(one, rules, covered, region)[0] for one in open_ones
    )
    shortest = min(witnesses, key=lambda one: (len(one.facts), len(one.failed)), default=None)
    return Direction(passes, fails, shortest, proved)


def _witness(
    facts: Facts, goals: list[Goal], deciding: list[Criterion], rules: RuleBase
) -> Witness:
    """The chart without what it does not need to pass the one guideline and fail the other."""

    def still_shows(shorter: Facts) -> bool:
        chart = complete(shorter, rules.vocabulary, "closed")
        passes = all(
            status_of(goal.criterion, chart, "as written", "closed") in FOR for goal in goals
        )
        fails = any(status_of(one, chart, "as written", "closed") in AGAINST for one in deciding)
        return passes and fails and not contradicts(shorter, rules)

    short = shortened(facts, still_shows)
    chart = complete(short, rules.vocabulary, "closed")
    failed = tuple(
        one for one in deciding if status_of(one, chart, "as written", "closed") in AGAINST
    )
    return Witness(short, failed)
