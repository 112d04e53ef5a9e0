"""Every example of every criterion in the shipped rule base, on both engines, each its own test."""

from pathlib import Path

import pytest

from checker.charting import complete
from checker.engine.agreed import DURABLE_RULES, Engine
from checker.guideline import Criterion, Example, Guideline
from checker.rulebase import load_rules

EXAMPLES = [
    pytest.param(guideline, criterion, example, id=f"{guideline.id} {criterion.id}: {example.name}")
    for guideline in load_rules(Path(__file__).parents[2] / "rules").guidelines.values()
    for criterion in guideline.criteria
    for example in criterion.examples
]


@pytest.mark.parametrize(("guideline", "criterion", "example"), EXAMPLES)
def test_an_example_has_the_status_that_its_author_expects(
    engine: Engine, guideline: Guideline, criterion: Criterion, example: Example
):
    """Read as written, durable_rules and the written semantics agree on the expected status."""
    chart = complete(example.facts, engine.rules.vocabulary, example.record)
    statuses = engine.statuses(guideline, chart, "as written", example.record)

    assert statuses[criterion.id] == example.expect, example.place


def test_the_examples_are_run_on_durable_rules(engine: Engine):
    """Where it could not be loaded, the written semantics would decide alone."""
    assert engine.name == DURABLE_RULES
