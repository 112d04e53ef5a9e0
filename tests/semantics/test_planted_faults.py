"""Faults planted in one implementation are noticed by the other, and the criterion is named.

A small fixed battery is enough: no luck is needed to catch a fault that matters.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

import pytest

from checker import condition
from checker.engine import compiler, written
from checker.engine.agreed import Engine
from checker.errors import EngineDisagreementError
from tests.semantics.situation import Rules, Situation, loaded

RULES = Rules(
    derived={},
    criteria=(
        {
            "id": "both-findings",
            "kind": "eligibility",
            "requires": {"tender": True, "anxious": False},
            "if_silent": "presumed",
        },
        {
            "id": "either-finding",
            "kind": "eligibility",
            "requires": {"any": [{"tender": True}, {"working": True}]},
            "if_silent": "counts_against",
        },
        {
            "id": "weeks-enough",
            "kind": "eligibility",
            "requires": {"weeks": {"at_least": 4}},
            "if_silent": "presumed",
        },
        {
            "id": "no-helpful-block",
            "kind": "eligibility",
            "requires": {"none": {"of": "blocks", "where": {"helpful": True}}},
            "if_silent": "presumed",
        },
    ),
)
BATTERY = (
    {"tender": True, "anxious": True, "working": False, "weeks": 5, "blocks": []},
    {"tender": True, "anxious": False, "working": True, "weeks": 4, "blocks": [{"helpful": True}]},
    {"tender": "not documented", "anxious": False, "weeks": "not documented", "blocks": [{}]},
    {"tender": "not asked", "working": "not documented", "weeks": "not asked"},
)


@pytest.fixture(scope="module")
def situations() -> list[Situation]:
    rules = loaded(RULES)
    return [Situation(RULES, rules, facts, "closed") for facts in BATTERY]


def disagreements(situations: list[Situation]) -> Iterator[str]:
    """What the engine refuses to answer, chart after chart."""
    engine = Engine(situations[0].rules)
    for one in situations:
        try:
            engine.statuses(one.guideline, one.chart, "as written", "closed")
        except EngineDisagreementError as error:
            yield str(error)


def test_without_a_fault_there_is_no_disagreement(situations):
    """The battery itself is answered."""
    assert list(disagreements(situations)) == []


def test_all_and_any_exchanged_in_the_compiled_rules(situations, monkeypatch):
    """The greater of two findings in place of the smaller, and the other way round."""
    sound = compiler._Compiler._folded
    other = {"smaller": "greater", "greater": "smaller"}
    monkeypatch.setattr(
        compiler._Compiler,
        "_folded",
        lambda self, parts, holds, pick: sound(self, parts, holds, other[pick]),
    )

    assert any("`both-findings`" in message for message in disagreements(situations))
    assert not any("`weeks-enough`" in message for message in disagreements(situations))


def test_at_least_compiled_as_more_than(situations, monkeypatch):
    """Four weeks are at least four weeks."""
    monkeypatch.setitem(compiler._OPERATORS, "at_least", ">")

    (message,) = disagreements(situations)
    assert "g: `weeks-enough` is not met for durable_rules and met for the written" in message


def test_silence_compiled_as_false(situations, monkeypatch):
    """What is not documented is no denial."""
    monkeypatch.setattr(compiler, "SILENT", condition.FALSE)

    first, *_ = disagreements(situations)
    assert "`both-findings` is not met for durable_rules and presumed for the written" in first


def test_at_least_read_as_more_than_by_the_written_semantics(situations, monkeypatch):
    """Each implementation checks the other: a fault in the definition is noticed too."""
    monkeypatch.setitem(condition.COMPARE, "at_least", operator.gt)

    (message,) = disagreements(situations)
    assert "`weeks-enough` is met for durable_rules and not met for the written" in message


def test_a_presumption_kept_against_evidence_by_the_written_semantics(situations, monkeypatch):
    """A definition that presumes what is documented to be false is noticed."""
    sound = written.settled
    monkeypatch.setattr(
        written,
        "settled",
        lambda truth, silence: "presumed" if truth.most == 0 else sound(truth, silence),
    )

    assert any("`both-findings` is not met" in message for message in disagreements(situations))
