"""Which situations of each criterion the examples and cases show: met, not met, silent, and deciding alone.

A situation counts that some chart can come to. A criterion decides alone where an example, laid over a chart
that passes the guideline, turns the determination by this criterion and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.authoring.alone import passing, shown_alone, turning
from checker.authoring.held import held_against
from checker.authoring.mutation import region_of
from checker.authoring.search import Found
from checker.authoring.space import space_of
from checker.authoring.values import TooManyError
from checker.case import Case
from checker.engine.written import AGAINST
from checker.guideline import Criterion, Guideline, Silence
from checker.rulebase import RuleBase

Situation = Literal["met", "not met", "missing", "presumed", "to answer", "alone"]

_SILENT: Mapping[Silence, Situation] = {
    "presumed": "presumed",
    "counts_against": "missing",
    "ask": "to answer",
}


@dataclass(frozen=True, slots=True)
class Covered:
    """A criterion, the situations that a chart can come to, and those of them that are shown.

    `unjudged` is true where there were too many charts to tell which situations can come about.
    """

    guideline: Guideline
    criterion: Criterion
    possible: tuple[Situation, ...]
    seen: frozenset[Situation]
    unjudged: bool = False

    @property
    def unseen(self) -> tuple[Situation, ...]:
        """What no example and no case shows."""
        return tuple(one for one in self.possible if one not in self.seen)

    @property
    def never_fails(self) -> bool:
        """Whether no example makes it fail although a chart can: then nothing guards it."""
        can_fail = [one for one in ("not met", "missing") if one in self.possible]
        return bool(can_fail) and not self.seen.intersection(can_fail)


@dataclass(frozen=True)
class Coverage:
    """The coverage of many criteria."""

    criteria: tuple[Covered, ...]

    @property
    def possible(self) -> int:
        """How many situations there are."""
        return sum(len(one.possible) for one in self.criteria)

    @property
    def seen(self) -> int:
        """How many of them are shown."""
        return self.possible - sum(len(one.unseen) for one in self.criteria)

    @property
    def percent(self) -> int:
        """The part that is shown, rounded down; 100 says that nothing is missing."""
        return 100 * self.seen // self.possible if self.possible else 100


def coverage(
    rules: RuleBase, guidelines: Iterable[Guideline], cases: Sequence[Case] = ()
) -> Coverage:
    """What the examples of these guidelines, and these cases, show."""
    shown = _shown_by(cases, rules)
    return Coverage(tuple(one for guideline in guidelines for one in _of(guideline, rules, shown)))


_Shown = Mapping[tuple[str, str], frozenset[Situation]]


def _of(guideline: Guideline, rules: RuleBase, shown: _Shown) -> Iterator[Covered]:
    base = passing(guideline, rules)
    for criterion in guideline.criteria:
        possible, unjudged = _possible(criterion, guideline, rules)
        seen: set[Situation] = set(shown.get((guideline.id, criterion.id), ()))
        examples = [one for one in criterion.examples if not one.known_failure]
        for example in examples:
            if example.expect != "not applicable":
                seen.add(example.expect)
        if criterion.decides:
            if "alone" not in seen and shown_alone(criterion, guideline, base, rules):
                seen.add("alone")
            if "alone" in seen or isinstance(turning(criterion, guideline, rules), Found):
                possible = (*possible, "alone")
        yield Covered(guideline, criterion, possible, frozenset(seen), unjudged)


def _possible(
    criterion: Criterion, guideline: Guideline, rules: RuleBase
) -> tuple[tuple[Situation, ...], bool]:
    """Met, not met and what silence does, as far as some chart comes to it."""
    silent = _SILENT[criterion.if_silent]
    wanted: tuple[Situation, ...] = ("met", "not met", silent)
    try:
        space = space_of([criterion], rules, region=region_of(guideline))
    except TooManyError:
        return wanted, True
    statuses = space.statuses(criterion)
    return tuple(one for one in wanted if one != "alone" and statuses[one] & space.all), False


def _shown_by(cases: Iterable[Case], rules: RuleBase) -> _Shown:
    """What cases show of the criteria of the guidelines that govern them, or are asked beside."""
    found: dict[tuple[str, str], set[Situation]] = {}
    for case in cases:
        for held in held_against(case, rules):
            deciding = [one for one in held.guideline.criteria if one.decides]
            against = [one for one in deciding if held.statuses[one.id] in AGAINST]
            settled = all(held.statuses[one.id] != "to answer" for one in deciding)
            for criterion in held.guideline.criteria:
                status = held.statuses[criterion.id]
                seen = found.setdefault((held.guideline.id, criterion.id), set())
                if status != "not applicable":
                    seen.add(status)
                if against == [criterion] and settled:
                    seen.add("alone")
    return {key: frozenset(seen) for key, seen in found.items()}
