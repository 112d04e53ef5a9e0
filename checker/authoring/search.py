"""Searches one chart on which many criteria have wanted statuses, where there are too many to enumerate.

What is not decided yet counts as not asked: the language then gives the range in which a criterion can still
end, so that a branch which cannot come to what is wanted is left at once. What is found is checked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checker.authoring.choosing import SEARCHED_LEVELS, Choosing
from checker.authoring.space import contradicts
from checker.charting import Facts, complete
from checker.condition import (
    All,
    Any,
    Condition,
    Derived,
    Not,
    Range,
    Some,
    evaluate,
    facts_in,
)
from checker.engine.written import names_in, settled, status_of
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Documented, Fact, NotAsked
from checker.guideline import NOT_STATED, Criterion, Status
from checker.rulebase import RuleBase

MAX_STEPS = 4_000
"""How many values are tried at most in one search."""

FEW_STEPS = 400
"""The same where a search is one of many."""

MAX_RECORDS = 3
"""How many records of one list a searched chart has at most."""

FOR: frozenset[Status] = frozenset({"met", "presumed", "not applicable"})
"""The statuses with which a criterion does not stand in the way."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A criterion and the statuses that are wanted of it."""

    criterion: Criterion
    wanted: frozenset[Status]


@dataclass(frozen=True, slots=True)
class Found:
    """The facts of a chart on which every goal is reached."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class NotFound:
    """No chart was found; `complete` where every one was ruled out."""

    complete: bool


_Variable: TypeAlias = "tuple[str] | tuple[str, int, str]"
"""A fact, or a field of a record: the list, the record's place in it, and the field."""


def find(
    goals: Sequence[Goal],
    rules: RuleBase,
    covered: Mapping[str, Collection[str]],
    given: Mapping[str, Fact] | None = None,
    steps: int = MAX_STEPS,
) -> Found | NotFound:
    """A chart of a finished record that reaches all goals; `covered` limits what a request asks for.

    Each region that is covered is tried by itself, because levels lie in one. `given` are facts that are fixed.
    """
    given = given or {}
    if any(
        isinstance(fact := given.get(name), Documented) and fact.value not in values
        for name, values in covered.items()
    ):
        return NotFound(complete=True)
    results: list[NotFound] = []
    every: list[Mapping[str, Collection[str]]] = [
        {**covered, "region": [one]} for one in sorted(covered.get("region", ()))
    ]
    for limits in every or [covered]:
        found = _found(goals, rules, limits, given, steps)
        if isinstance(found, Found):
            return found
        results.append(found)
    return NotFound(complete=all(one.complete for one in results))


def _found(
    goals: Sequence[Goal],
    rules: RuleBase,
    covered: Mapping[str, Collection[str]],
    given: Mapping[str, Fact],
    steps: int,
) -> Found | NotFound:
    """Goals that share no fact are reached one after the other."""
    chart = _Free()
    for name, values in covered.items():
        if NOT_STATED not in values:
            chart[name] = Documented(min(values))
    named = {name for goal in goals for name in names_in(goal.criterion)}
    start = _Free({name: fact for name, fact in chart.items() if name not in named})
    start.update(given)
    for group in hanging_together(goals, rules):
        search = _Search(group, rules, covered, steps)
        found = search.run(start)
        if isinstance(found, NotFound):
            return found
        start = found
    facts = _written(start, goals, rules)
    if contradicts(facts, rules) or not _reached(goals, facts, rules):
        return NotFound(complete=False)
    return Found(facts)


def _written(chart: Mapping[str, Fact], goals: Sequence[Goal], rules: RuleBase) -> Facts:
    conditions = [one for goal in goals for one in goal.criterion.conditions]
    return Choosing(conditions, rules, None).written(
        {name: _finished(fact) for name, fact in chart.items() if fact != NOT_DOCUMENTED}
    )


def _reached(goals: Sequence[Goal], facts: Facts, rules: RuleBase) -> bool:
    chart = complete(facts, rules.vocabulary, "closed")
    return all(
        status_of(goal.criterion, chart, "as written", "closed") in goal.wanted for goal in goals
    )


def hanging_together(goals: Sequence[Goal], rules: RuleBase) -> list[list[Goal]]:
    """Goals whose criteria share facts, directly or through others, together."""
    groups: list[tuple[set[str], list[Goal]]] = []
    for goal in goals:
        names = {name for name in names_in(goal.criterion) if name in rules.vocabulary.facts}
        near = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        together = [one for group in near for one in group[1]]
        groups.append((names.union(*(group[0] for group in near)), [*together, goal]))
    return [group for _, group in groups]


def shortened(facts: Facts, holds: Callable[[Facts], bool]) -> Facts:
    """The facts without those, and without those fields and records, that what `holds` does not need."""
    for shorter in _shorter(facts):
        if holds(shorter):
            return shortened(shorter, holds)
    return facts


def _shorter(facts: Facts) -> Iterator[Facts]:
    for name, fact in facts.items():
        yield {one: said for one, said in facts.items() if one != name}
        if isinstance(fact, Documented) and isinstance(fact.value, tuple):
            records = [dict(item) for item in fact.value if isinstance(item, Mapping)]
            for place, record in enumerate(records):
                yield {**facts, name: Documented((*records[:place], *records[place + 1 :]))}
                for field in record:
                    kept = {one: said for one, said in record.items() if one != field}
                    fewer = (*records[:place], kept, *records[place + 1 :])
                    yield {**facts, name: Documented(fewer)}


class _StopError(Exception):
    """Too many values were tried."""


class _Free(dict[str, Fact]):
    """A chart on which what it does not hold is still free."""

    def __missing__(self, _name: str) -> Fact:
        return NOT_ASKED


class _Search:
    """Looks for values of the facts of some goals, one after the other."""

    def __init__(
        self,
        goals: Sequence[Goal],
        rules: RuleBase,
        covered: Mapping[str, Collection[str]],
        most: int,
    ) -> None:
        self.most = most
        self.goals, self.rules, self.covered = goals, rules, covered
        conditions = tuple(one for goal in goals for one in goal.criterion.conditions)
        region = min(covered.get("region", ()), default=None)
        self.choosing = Choosing(conditions, rules, region)
        named = [names_in(goal.criterion) for goal in goals]
        self.concerned = {
            name: [place for place, names in enumerate(named) if name in names]
            for name in self.choosing.names
        }
        self.relations = {
            name: [
                (one.contradiction, self._is_inside(one.facts))
                for one in rules.relations
                if any(name in names for names in one.facts)
            ]
            for name in self.choosing.names
        }
        self.steps = 0
        self.cut = False
        """Whether some values were left out: lists with more records, sets of more levels."""

    def run(self, start: _Free) -> _Free | NotFound:
        """The chart that `start` becomes."""
        possible = [_possible(goal.criterion, start) for goal in self.goals]
        try:
            found = self._solved(start, possible)
        except _StopError:
            return NotFound(complete=False)
        return found if found is not None else NotFound(complete=not self.cut)

    def _solved(self, chart: _Free, possible: list[frozenset[Status]]) -> _Free | None:
        undecided: Goal | None = None
        for goal, statuses in zip(self.goals, possible, strict=True):
            if not statuses & goal.wanted:
                return None
            if undecided is None and not statuses <= goal.wanted:
                undecided = goal
        if undecided is None:
            return self._checked(chart)
        variable = next(self._free(undecided.criterion, chart), None)
        if variable is None:
            return None
        name = variable[0]
        for fact in self._values(variable):
            self.steps += 1
            if self.steps > self.most:
                raise _StopError
            changed = _with(chart, variable, fact)
            if self._contradicts_itself(name, changed):
                continue
            after = list(possible)
            for place in self.concerned[name]:
                after[place] = _possible(self.goals[place].criterion, changed)
            found = self._solved(changed, after)
            if found is not None:
                return found
        return None

    def _is_inside(self, parts: Iterable[frozenset[str]]) -> bool:
        """Whether a relation looks at no fact but those of these goals."""
        facts = self.rules.vocabulary.facts
        return all(one in self.choosing.names for names in parts for one in names if one in facts)

    def _contradicts_itself(self, name: str, chart: _Free) -> bool:
        """Whether a relation is broken; where facts of other goals are in it, others of those might mend it."""
        for contradiction, inside in self.relations[name]:
            if evaluate(contradiction, chart).least > 1:
                self.cut = self.cut or not inside
                return True
        return False

    def _checked(self, chart: _Free) -> _Free | None:
        """The chart, if it reaches the goals when all that is free is silent."""
        facts = _written(chart, self.goals, self.rules)
        if _reached(self.goals, facts, self.rules) and not contradicts(facts, self.rules):
            return chart
        self.cut = True
        return None

    def _free(self, criterion: Criterion, chart: _Free) -> Iterator[_Variable]:
        """The facts and fields that an undecided criterion hangs on and that are free, the nearest first."""
        for condition in criterion.conditions:
            yield from self._free_in(condition, chart, None)

    def _free_in(
        self, condition: Condition, chart: Mapping[str, Fact], record: tuple[str, int] | None
    ) -> Iterator[_Variable]:
        least, most = evaluate(condition, chart)
        if least == most:
            return
        match condition:
            case All(parts) | Any(parts):
                for part in parts:
                    yield from self._free_in(part, chart, record)
            case Not(part) | Derived(_, part):
                yield from self._free_in(part, chart, record)
            case Some(of, _, where):
                records = chart[of]
                if isinstance(records, NotAsked):
                    yield (of,)
                    return
                items = records.value if isinstance(records, Documented) else ()
                for place, item in enumerate(items):  # type: ignore[arg-type]
                    inner = _Free({**chart, **item})  # type: ignore[dict-item]
                    yield from self._free_in(where, inner, (of, place))
            case _:
                for name in facts_in(condition):
                    if isinstance(chart[name], NotAsked):
                        is_field = record and name in self.choosing.lists[record[0]]
                        yield (*record, name) if record and is_field else (name,)

    def _values(self, variable: _Variable) -> Iterator[Fact]:
        if len(variable) == 1 and variable[0] in self.choosing.lists:
            yield NOT_DOCUMENTED
            for number in range(MAX_RECORDS + 1):
                yield Documented(tuple({} for _ in range(number)))
            self.cut = True
            return
        choices = (
            self.choosing.field(variable[0], variable[2])
            if len(variable) == 3
            else (self.choosing.fact(variable[0]))
        )
        self.cut = self.cut or self.choosing.width(self.choosing.names) > SEARCHED_LEVELS
        covered = self.covered.get(variable[0]) if len(variable) == 1 else None
        for fact in choices:
            if isinstance(fact, NotAsked):
                continue
            said = fact.value if isinstance(fact, Documented) else NOT_STATED
            if covered is None or said in covered:
                yield fact


def _possible(criterion: Criterion, chart: Mapping[str, Fact]) -> frozenset[Status]:
    """The statuses in which a criterion can still end, and perhaps more."""
    requires = evaluate(criterion.requires, chart)
    found: set[Status] = set()
    least, most = requires
    if criterion.when:
        when = evaluate(criterion.when, chart)
        if when.least == 0:
            found.add("not applicable")
        if when.most == 0:
            return frozenset(found)
        least, most = max(least, 2 - when.most), max(most, 2 - max(when.least, 1))
    if criterion.unless:
        exception = evaluate(criterion.unless, chart)
        least = 2 if exception.least == 2 else least
        most = 2 if exception.most == 2 else most
    for truth in range(least, most + 1):
        found.add(settled(Range(truth, truth), criterion.if_silent))
    return frozenset(found)


def _with(chart: _Free, variable: _Variable, fact: Fact) -> _Free:
    if len(variable) == 1:
        return _Free({**chart, variable[0]: fact})
    of, place, name = variable
    records = chart[of]
    items = [dict(one) for one in records.value]  # type: ignore[union-attr, arg-type]
    items[place] = {**items[place], name: fact}
    return _Free({**chart, of: Documented(tuple(items))})


def _finished(fact: Fact) -> Fact:
    """A list without the fields that a record does not mention."""
    if isinstance(fact, Documented) and isinstance(fact.value, tuple):
        items = tuple(
            {name: one for name, one in item.items() if one != NOT_DOCUMENTED}
            if isinstance(item, Mapping)
            else item
            for item in fact.value
        )
        return Documented(items)  # type: ignore[arg-type]
    return fact
