"""Mutation testing of rules: which small mistakes would the examples notice, and which example would.

A mutant that no example notices is compared with its criterion on every chart that they can tell apart: it is
the same criterion, or differs only on charts that contradict themselves, or the simplest chart on which it
differs is an example that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from checker.authoring.alone import passing, shown_alone, turning
from checker.authoring.held import Held, held_against
from checker.authoring.mutants import Mutant, changed, derived_in, mutants, with_derived
from checker.authoring.search import NotFound
from checker.authoring.space import Space, simplest
from checker.authoring.values import TooManyError
from checker.case import Case
from checker.charting import Facts, complete
from checker.condition import Derived
from checker.engine.written import status_of
from checker.fact import Chart
from checker.guideline import Criterion, Example, Guideline, Role, Status
from checker.rulebase import RuleBase
from checker.wording import plain

Verdict = Literal["noticed", "unnoticeable", "missed", "not proved"]


@dataclass(frozen=True, slots=True)
class Missing:
    """An example that would notice mutants which none of an author's examples does."""

    facts: Facts
    expect: Status


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant and whether it is noticed.

    `by` names the example or the case that does; `missing` is an example that would; or it cannot be told from
    its criterion by any chart. `number` is how many combinations were too many to go through.
    """

    mutant: Mutant
    verdict: Verdict
    by: str = ""
    missing: Missing | None = None
    number: int = 0


@dataclass(frozen=True)
class Mutated:
    """A criterion with its mutants."""

    guideline: Guideline
    criterion: Criterion
    mutants: tuple[Judged, ...]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The examples that would notice all that is missed, each once."""
        found: list[Missing] = []
        for one in self.mutants:
            if one.missing and one.missing not in found:
                found.append(one.missing)
        return tuple(found)

    def of(self, verdict: Verdict) -> list[Judged]:
        """The mutants with this verdict."""
        return [one for one in self.mutants if one.verdict == verdict]


def mutated(
    rules: RuleBase, guidelines: Iterable[Guideline], cases: Sequence[Case] = ()
) -> Iterator[Mutated]:
    """Every criterion of these guidelines with its mutants.

    A case notices a mutant where its determination is another one.
    Those of a derived fact come with the first criterion that names it.
    """
    told: set[str] = set()
    held = _held_against(cases, rules)
    for guideline in guidelines:
        base = passing(guideline, rules)
        for criterion in guideline.criteria:
            found = list(_judged(criterion, guideline, base, rules, held.get(guideline.id, ())))
            for derived in derived_in(criterion):
                if derived.fact not in told:
                    told.add(derived.fact)
                    found += _of_derived(derived, guideline, criterion, rules)
            yield Mutated(guideline, criterion, tuple(found))


def _of_derived(
    derived: Derived, guideline: Guideline, criterion: Criterion, rules: RuleBase
) -> Iterator[Judged]:
    """The mutants of a derived fact: noticed by an example of any criterion that hangs on it."""
    users = [
        (each, one)
        for each in rules.guidelines.values()
        for one in each.criteria
        if derived in derived_in(one)
    ]
    charts = [
        (one, example, complete(example.facts, rules.vocabulary, example.record))
        for _, one in users
        for example in one.examples
        if not example.known_failure
    ]
    for change, part in changed(derived.part, rules.vocabulary):
        other = Derived(derived.fact, part)
        changed_ones = {id(one): with_derived(one, derived, other) for _, one in users}
        mutant = Mutant(f"{plain(derived.fact)}: {change}", with_derived(criterion, derived, other))
        by = next(
            (
                example
                for one, example, chart in charts
                if _status(changed_ones[id(one)], chart, example) != example.expect
            ),
            None,
        )
        if by:
            yield Judged(mutant, "noticed", by.name)
        else:
            yield _compared(criterion, mutant, rules, region_of(guideline))


def region_of(guideline: Guideline) -> str | None:
    """A region that a guideline covers, to take levels from."""
    return min(guideline.covers.get("region", ()), default=None)


def _kind(
    criterion: Criterion, guideline: Guideline, base: Facts | None, rules: RuleBase
) -> Iterator[Judged]:
    """That it decides where it should not, or not where it should, as far as that can make a difference."""
    kind: Role = "conduct" if criterion.decides else "eligibility"
    mutant = Mutant(f"kind: {criterion.kind} → {kind}", replace(criterion, kind=kind))
    by = shown_alone(criterion, guideline, base, rules)
    if by:
        yield Judged(mutant, "noticed", by.name)
        return
    found = turning(criterion, guideline, rules)
    if isinstance(found, NotFound):
        yield Judged(mutant, "unnoticeable" if found.complete else "not proved")
        return
    chart = complete(found.facts, rules.vocabulary, "closed")
    expect = status_of(criterion, chart, "as written", "closed")
    yield Judged(mutant, "missed", missing=Missing(found.facts, expect))


def _held_against(cases: Iterable[Case], rules: RuleBase) -> Mapping[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    for case in cases:
        for one in held_against(case, rules):
            found.setdefault(one.guideline.id, []).append(one)
    return found


def _judged(
    criterion: Criterion,
    guideline: Guideline,
    base: Facts | None,
    rules: RuleBase,
    held: Sequence[Held],
) -> Iterator[Judged]:
    yield from _kind(criterion, guideline, base, rules)
    region = region_of(guideline)
    charts = [
        (example, complete(example.facts, rules.vocabulary, example.record), example.expect)
        for example in criterion.examples
        if not example.known_failure
    ]
    written: list[tuple[Missing, Chart]] = []
    for mutant in mutants(criterion, rules.vocabulary, guideline.covers):
        by = next(
            (
                example
                for example, chart, expect in charts
                if _status(mutant.criterion, chart, example) != expect
            ),
            None,
        )
        if by:
            yield Judged(mutant, "noticed", by.name)
            continue
        case = next((one for one in held if one.notices(mutant.criterion)), None)
        if case:
            yield Judged(mutant, "noticed", f"case {case.case.name}")
            continue
        again = next(
            (
                missing
                for missing, chart in written
                if status_of(mutant.criterion, chart, "as written", "closed") != missing.expect
            ),
            None,
        )
        if again:
            yield Judged(mutant, "missed", missing=again)
            continue
        yield (judged := _compared(criterion, mutant, rules, region))
        if judged.missing:
            chart = complete(judged.missing.facts, rules.vocabulary, "closed")
            written.append((judged.missing, chart))


def _status(criterion: Criterion, chart: Chart, example: Example) -> Status:
    return status_of(criterion, chart, "as written", example.record)


def _compared(criterion: Criterion, mutant: Mutant, rules: RuleBase, region: str | None) -> Judged:
    other = mutant.criterion
    try:
        facts = simplest(
            (criterion, other), lambda space: differing(space, criterion, other), rules, region
        )
    except TooManyError as error:
        return Judged(mutant, "not proved", number=error.number)
    if facts is None:
        return Judged(mutant, "unnoticeable")
    chart = complete(facts, rules.vocabulary, "closed")
    expect = status_of(criterion, chart, "as written", "closed")
    return Judged(mutant, "missed", missing=Missing(facts, expect))


def differing(space: Space, criterion: Criterion, other: Criterion) -> int:
    """The combinations in which two criteria have different statuses."""
    ours, theirs = space.statuses(criterion), space.statuses(other)
    found = 0
    for status, combinations in ours.items():
        found |= combinations & ~theirs[status]
    return found


def summed(found: Sequence[Mutated], verdict: Verdict) -> int:
    """How many mutants have a verdict."""
    return sum(len(one.of(verdict)) for one in found)
