"""Runs the examples that stand beside each criterion."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from checker.charting import complete, too_many_conflicts
from checker.engine.agreed import Engine
from checker.errors import Problem, RuleError
from checker.guideline import Criterion, Example, Guideline, Status
from checker.rulebase import RuleBase


@dataclass(frozen=True, slots=True)
class Ran:
    """An example with the status it really has, read as written, on both engines."""

    guideline: Guideline
    criterion: Criterion
    example: Example
    status: Status

    @property
    def as_expected(self) -> bool:
        """Whether that is the status which its author expects, or is known not to be."""
        return (self.status == self.example.expect) != bool(self.example.known_failure)

    @property
    def difference(self) -> str:
        """How the status and the expectation differ, in words, or that they do not any more."""
        if self.status == self.example.expect:
            return f"it is {self.status} as expected; leave `known_failure` out"
        return f"expected {self.example.expect}, got {self.status}"


def run_examples(engine: Engine, guidelines: Collection[str] | None = None) -> list[Ran]:
    """All examples of all guidelines, or of those with these ids, in the order of the rule base.

    Raises:
        RuleError: if examples say what no chart can say together.
        EngineError: if an engine fails on one, or the engines differ.
    """
    examples = [
        one for one in _examples(engine.rules) if guidelines is None or one[0].id in guidelines
    ]
    if impossible := list(_impossible(engine.rules, examples)):
        raise RuleError(impossible)
    return [
        Ran(guideline, criterion, example, _status(engine, guideline, criterion, example))
        for guideline, criterion, example in examples
    ]


def _examples(rules: RuleBase) -> Iterator[tuple[Guideline, Criterion, Example]]:
    for guideline in rules.guidelines.values():
        for criterion in guideline.criteria:
            for example in criterion.examples:
                yield guideline, criterion, example


def _impossible(
    rules: RuleBase, examples: Iterable[tuple[Guideline, Criterion, Example]]
) -> Iterator[Problem]:
    for _, _, example in examples:
        chart = complete(example.facts, rules.vocabulary, example.record)
        if problem := too_many_conflicts(chart):
            yield Problem(example.place, problem)
            continue
        for relation in rules.relations:
            if relation.broken_by(chart):
                yield Problem(example.place, f"no chart can say this: {relation.says}")


def _status(engine: Engine, guideline: Guideline, criterion: Criterion, example: Example) -> Status:
    """The status of the criterion as if its guideline had no other."""
    alone = replace(guideline, id=f"{guideline.id}#{criterion.id}", criteria=(criterion,))
    chart = complete(example.facts, engine.rules.vocabulary, example.record)
    return engine.statuses(alone, chart, "as written", example.record)[criterion.id]
