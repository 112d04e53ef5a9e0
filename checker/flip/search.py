"""The smallest sets of changes that put everything right, found in the order of their price.

A set of changes is grown from what is still wrong: one thing that is wrong is taken, and each way to put it
right is followed. A set that holds another one that suffices is not followed. So every smallest set is
found, and a set is found only after all that are cheaper.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, product
from typing import TypeAlias

from checker.charting import Facts, RecordKind, complete, too_many_conflicts, worlds
from checker.condition import Condition, evaluate, facts_in
from checker.engine.written import Reading, names_in, silence_of, ways_to_read
from checker.fact import Chart
from checker.flip.choices import Cell, Choice, Choices, edited
from checker.flip.goal import Goal, least_from, least_to, most_to
from checker.flip.repair import Repairs, Term, TooManyWaysError
from checker.guideline import Criterion
from checker.relations import Relation
from checker.rulebase import RuleBase
from checker.vocabulary import Vocabulary

Edits: TypeAlias = "Mapping[Cell, Choice]"

MOST_STEPS = 4_000
"""So many sets of changes are looked at for one group of criteria that hang together."""

MOST_VARIANTS = 12
"""Of one set of places, so many combinations of values are kept."""


@dataclass(frozen=True)
class Favoured:
    """A criterion is to count for the request: met, presumed or not applicable."""

    criterion: Criterion


@dataclass(frozen=True)
class Against:
    """A criterion is to count against the request: not met or missing."""

    criterion: Criterion


@dataclass(frozen=True)
class Consistent:
    """The chart is not to contradict itself."""

    relation: Relation


Wanted: TypeAlias = "Favoured | Against | Consistent"


@dataclass(frozen=True)
class Found:
    """The smallest sets of changes, the cheapest first; `complete` where no further one exists."""

    sets: tuple[Edits, ...]
    complete: bool


@dataclass(frozen=True)
class Scene:
    """A chart that is to be changed until all that is wanted holds.

    The vocabulary is no larger than what is wanted makes necessary, as the chart is completed at every step.
    With `single`, only one fact, or one list with its records, may change.
    """

    vocabulary: Vocabulary
    stated: Facts
    record: RecordKind
    reading: Reading
    wanted: tuple[Wanted, ...]
    choices: Choices
    single: bool = False

    def chart(self, edits: Edits) -> Chart:
        """The complete chart after some changes."""
        facts = edited(self.stated, edits, self.choices.grade)
        return complete(facts, self.vocabulary, self.record)

    def wrong(self, edits: Edits) -> Iterator[Sequence[Term]]:
        """The ways to put right each thing that is wrong after some changes."""
        chart = self.chart(edits)
        if too_many_conflicts(chart):
            yield ()
            return
        for one in self.wanted:
            if (ways := self._ways(one, chart, edits)) is not None:
                yield ways

    def _ways(self, wanted: Wanted, chart: Chart, edits: Edits) -> Sequence[Term] | None:
        match wanted:
            case Consistent(relation):
                return self._any_world(relation.contradiction, least_to(1), chart, edits)
            case Favoured(criterion):
                return self._of_criterion(criterion, self._for(criterion), chart, edits)
            case Against(criterion):
                return self._against(criterion, chart, edits)

    def _any_world(
        self, condition: Condition, goal: Goal, chart: Chart, edits: Edits
    ) -> Sequence[Term] | None:
        """Ways that meet a goal for some manner to settle the conflicts; None where that is so already."""
        named = [name for name in facts_in(condition) if name in chart]
        if too_many_conflicts({name: chart[name] for name in named}):
            return None
        ways = worlds(chart, named)
        if any(goal.met(evaluate(condition, way)) for way in ways):
            return None
        return [
            term
            for way in ways
            for term in Repairs(self.choices, chart, way, edits).ways(condition, goal)
        ]

    def _for(self, criterion: Criterion) -> list[tuple[Condition, Goal]]:
        """Any of these is enough for a criterion to count for the request."""
        level = 1 if silence_of(criterion, self.reading) == "presumed" else 2
        goals = [
            (criterion.when, most_to(2 - level)),
            (criterion.requires, least_from(level)),
            (criterion.unless, least_from(2)),
        ]
        return [(condition, goal) for condition, goal in goals if condition]

    def _of_criterion(
        self,
        criterion: Criterion,
        enough: Sequence[tuple[Condition, Goal]],
        chart: Chart,
        edits: Edits,
    ) -> Sequence[Term] | None:
        for way in ways_to_read(chart, names_in(criterion), self.reading):
            if not any(goal.met(evaluate(condition, way)) for condition, goal in enough):
                repairs = Repairs(self.choices, chart, way, edits)
                return [term for one, goal in enough for term in repairs.ways(one, goal)]
        return None

    def _against(self, criterion: Criterion, chart: Chart, edits: Edits) -> Sequence[Term] | None:
        """Ways for a criterion to count against the request: all of these at once."""
        level = 1 if silence_of(criterion, self.reading) == "counts_against" else 0
        goals = [
            (criterion.when, least_from(2 - level)),
            (criterion.requires, most_to(level)),
            (criterion.unless, most_to(1)),
        ]
        needed = [(condition, goal) for condition, goal in goals if condition]
        for way in ways_to_read(chart, names_in(criterion), self.reading):
            for condition, goal in needed:
                if not goal.met(evaluate(condition, way)):
                    return Repairs(self.choices, chart, way, edits).ways(condition, goal)
        return None


def scene_for(
    rules: RuleBase,
    stated: Facts,
    chart: Chart,
    record: RecordKind,
    reading: Reading,
    wanted: Sequence[Wanted],
    covers: Mapping[str, frozenset[str]],
    *,
    free: bool = False,
) -> Scene:
    """A scene with what is wanted, the relations that have to do with it, and no more of the vocabulary."""
    names = set(chain_of_names(rules.vocabulary, wanted))
    relations = [
        one for one in rules.relations if names & set(touched(rules.vocabulary, one.contradiction))
    ]
    everything = (*wanted, *(Consistent(one) for one in relations))
    needed = set(chain_of_names(rules.vocabulary, everything))
    vocabulary = smaller(rules.vocabulary, needed)
    conditions = [one for each in everything for one in conditions_of(each)]
    conditions += vocabulary.guards.values()
    choices = Choices(vocabulary, reading, chart, conditions, covers, free)
    kept = {name: fact for name, fact in stated.items() if name in vocabulary.facts}
    return Scene(vocabulary, kept, record, reading, everything, choices, single=free)


def conditions_of(wanted: Wanted) -> tuple[Condition, ...]:
    """The conditions that it rests on."""
    if isinstance(wanted, Consistent):
        return (wanted.relation.contradiction,)
    return wanted.criterion.conditions


def touched(vocabulary: Vocabulary, condition: Condition) -> Iterator[str]:
    """The facts under whose names a chart states what a condition looks at; fields count as their list."""
    for name in facts_in(condition):
        if spec := vocabulary.facts.get(name):
            yield spec.joints_of or name


def chain_of_names(vocabulary: Vocabulary, wanted: Iterable[Wanted]) -> Iterator[str]:
    """The facts that are looked at, and those that decide whether these are asked."""
    seen: set[str] = set()
    waiting = [
        name for one in wanted for each in conditions_of(one) for name in touched(vocabulary, each)
    ]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            if guard := vocabulary.guards.get(name):
                waiting += touched(vocabulary, guard)


def smaller(vocabulary: Vocabulary, names: set[str]) -> Vocabulary:
    """The vocabulary with these facts, the joints that are computed from them, and what tells the region."""
    levels = {one.joints_of for one in vocabulary.facts.values() if one.joints_of}
    kept = {"procedure", "region", *levels, *names}
    facts = {
        name: spec
        for name, spec in vocabulary.facts.items()
        if name in kept or spec.joints_of in kept
    }
    guards = {name: one for name, one in vocabulary.guards.items() if name in names}
    return replace(vocabulary, facts=facts, guards=guards)


@dataclass(order=True)
class _Step:
    price: int
    number: int
    edits: Edits = field(compare=False)


def smallest_sets(scene: Scene, most: int = MOST_STEPS) -> Found:
    """The smallest sets of changes after which all that is wanted holds."""
    numbers = count()
    waiting = [_Step(0, next(numbers), {})]
    found: dict[frozenset[Cell], list[Edits]] = {}
    seen: set[frozenset[tuple[Cell, int]]] = set()
    complete_ = True
    steps = 0
    while waiting:
        step = heapq.heappop(waiting)
        places = frozenset(step.edits)
        if any(one < places for one in found) or len(found.get(places, ())) >= MOST_VARIANTS:
            continue
        if steps >= most:
            complete_ = False
            break
        steps += 1
        try:
            wrong = list(scene.wrong(step.edits))
        except TooManyWaysError:
            complete_ = False
            continue
        if not wrong:
            variants = found.setdefault(places, [])
            if not variants or _price(variants[0]) == step.price:
                variants.append(step.edits)
            continue
        for edits in _followed(step.edits, min(wrong, key=len)):
            key = frozenset((cell, id(one)) for cell, one in edits.items())
            if key not in seen and not (scene.single and len({cell[0] for cell in edits}) > 1):
                seen.add(key)
                heapq.heappush(waiting, _Step(_price(edits), next(numbers), edits))
    ordered = sorted((each for variants in found.values() for each in variants), key=_price)
    return Found(tuple(ordered), complete_)


def _followed(edits: Edits, terms: Sequence[Term]) -> Iterator[Edits]:
    for term in terms:
        for chosen in product(*term.values()):
            yield {**edits, **dict(zip(term, chosen, strict=True))}


def _price(edits: Edits) -> int:
    return sum(one.price for one in edits.values())
