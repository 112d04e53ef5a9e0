"""Runs the examples that stand beside each criterion."""

from __future__ import annotations

from dataclasses import dataclass

from checker.charting import complete
from checker.engine.agreed import Engine
from checker.guideline import Criterion, Example, Guideline, Status


@dataclass(frozen=True, slots=True)
class Ran:
    """An example with the status it really has, read as written, on both engines."""

    guideline: Guideline
    criterion: Criterion
    example: Example
    status: Status

    @property
    def as_expected(self) -> bool:
        """Whether that is the status which its author expects."""
        return self.status == self.example.expect


def run_examples(engine: Engine) -> list[Ran]:
    """All examples of all guidelines, in the order of the rule base.

    Raises:
        EngineError: if an engine fails on one, or the engines differ.
    """
    return [
        Ran(guideline, criterion, example, _status(engine, guideline, criterion, example))
        for guideline in engine.rules.guidelines.values()
        for criterion in guideline.criteria
        for example in criterion.examples
    ]


def _status(engine: Engine, guideline: Guideline, criterion: Criterion, example: Example) -> Status:
    chart = complete(example.facts, engine.rules.vocabulary, example.record)
    return engine.statuses(guideline, chart, "as written", example.record)[criterion.id]
