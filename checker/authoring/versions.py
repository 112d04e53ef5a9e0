"""Two versions of a rule base: which criteria became stricter or looser, exactly, and on which charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from checker.authoring.mutation import region_of
from checker.authoring.space import Space, simplest
from checker.authoring.values import TooManyError
from checker.charting import Facts, complete
from checker.engine.written import status_of
from checker.guideline import Criterion, Guideline, Status
from checker.rulebase import RuleBase

Direction = Literal[
    "stricter", "looser", "stricter and looser", "other status", "same", "not proved"
]

RANK: Mapping[Status, int] = {
    "not met": 0,
    "missing": 0,
    "to answer": 1,
    "presumed": 2,
    "met": 2,
    "not applicable": 2,
}
"""Counting against is worse than to answer, and that is worse than counting for."""


_Differs = Callable[[Status, Status], bool]


@dataclass(frozen=True, slots=True)
class Example:
    """The shortest chart on which two versions of a criterion differ in one direction."""

    facts: Facts
    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Changed:
    """A criterion in two versions.

    `kind` tells whether it decides in both; `number` how many combinations were too many.
    """

    guideline: Guideline
    before: Criterion
    after: Criterion
    direction: Direction
    examples: tuple[Example, ...] = ()
    number: int = 0

    @property
    def decides_otherwise(self) -> bool:
        """Whether it decides in one version only."""
        return self.before.decides != self.after.decides

    @property
    def matters(self) -> bool:
        """Whether some case can change."""
        return self.direction != "same" or self.decides_otherwise


@dataclass(frozen=True)
class Versions:
    """What differs between two versions. `requests` are guidelines that cover other requests or days now."""

    changed: tuple[Changed, ...]
    added: tuple[tuple[Guideline, Criterion], ...]
    removed: tuple[tuple[Guideline, Criterion], ...]
    new: tuple[Guideline, ...]
    gone: tuple[Guideline, ...]
    requests: tuple[Guideline, ...]
    search_order: bool

    @property
    def same(self) -> bool:
        """Whether no case can change."""
        lists = (self.added, self.removed, self.new, self.gone, self.requests)
        return not (any(lists) or self.search_order or any(one.matters for one in self.changed))


def versions(before: RuleBase, after: RuleBase) -> Versions:
    """What differs from one version to another, read as written."""
    shared = [one for name, one in after.guidelines.items() if name in before.guidelines]
    pairs = [(before.guidelines[one.id], one) for one in shared]
    return Versions(
        changed=tuple(one for pair in pairs for one in _changed(*pair, before, after)),
        added=tuple(one for old, new in pairs for one in _only(new, old)),
        removed=tuple(one for old, new in pairs for one in _only(old, new)),
        new=tuple(one for name, one in after.guidelines.items() if name not in before.guidelines),
        gone=tuple(one for name, one in before.guidelines.items() if name not in after.guidelines),
        requests=tuple(new for old, new in pairs if _requests(old) != _requests(new)),
        search_order=before.search_order != after.search_order,
    )


def _only(guideline: Guideline, other: Guideline) -> Iterator[tuple[Guideline, Criterion]]:
    known = {one.id for one in other.criteria}
    yield from ((guideline, one) for one in guideline.criteria if one.id not in known)


def _requests(guideline: Guideline) -> tuple[object, ...]:
    return guideline.covers, guideline.since, guideline.until, guideline.source.publisher


def _changed(
    old: Guideline, new: Guideline, before: RuleBase, after: RuleBase
) -> Iterator[Changed]:
    former = {one.id: one for one in old.criteria}
    for criterion in new.criteria:
        previous = former.get(criterion.id)
        if previous and _meaning(previous) != _meaning(criterion):
            yield _compared(new, previous, criterion, before, after)


def _meaning(criterion: Criterion) -> tuple[object, ...]:
    return (
        criterion.when,
        criterion.requires,
        criterion.unless,
        criterion.if_silent,
        criterion.decides,
    )


def _compared(
    guideline: Guideline, old: Criterion, new: Criterion, before: RuleBase, after: RuleBase
) -> Changed:
    rules = _of_both(before, after)
    region = region_of(guideline)
    try:
        worse = _example(old, new, rules, region, lambda was, now: RANK[now] < RANK[was])
        better = _example(old, new, rules, region, lambda was, now: RANK[now] > RANK[was])
        other = (
            None
            if worse or better
            else _example(old, new, rules, region, lambda was, now: was != now)
        )
    except TooManyError as error:
        return Changed(guideline, old, new, "not proved", number=error.number)
    examples = tuple(one for one in (worse, better, other) if one)
    match bool(worse), bool(better):
        case True, True:
            direction: Direction = "stricter and looser"
        case True, False:
            direction = "stricter"
        case False, True:
            direction = "looser"
        case _:
            direction = "other status" if other else "same"
    return Changed(guideline, old, new, direction, examples)


def _of_both(before: RuleBase, after: RuleBase) -> RuleBase:
    """The later rule base, with the facts that only the earlier one knows."""
    facts = {**before.vocabulary.facts, **after.vocabulary.facts}
    return replace(after, vocabulary=replace(after.vocabulary, facts=facts))


def _example(
    old: Criterion,
    new: Criterion,
    rules: RuleBase,
    region: str | None,
    differs: _Differs,
) -> Example | None:
    def wanted(space: Space) -> int:
        was, now = space.statuses(old), space.statuses(new)
        found = 0
        for one, before in was.items():
            for another, after in now.items():
                if differs(one, another):
                    found |= before & after
        return found

    facts = simplest([old, new], wanted, rules, region)
    if facts is None:
        return None
    chart = complete(facts, rules.vocabulary, "closed")
    return Example(
        facts,
        status_of(old, chart, "as written", "closed"),
        status_of(new, chart, "as written", "closed"),
    )
