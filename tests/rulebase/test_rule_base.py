"""What must be true of the rule base itself, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from checker.charting import complete
from checker.condition import Bound, Condition, Derived, Is, Not, Relation, Size, Some, facts_in
from checker.fact import Documented, Fact
from checker.guideline import Criterion, Example
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped
from checker.vocabulary import ListOf

RULES = load_rules(shipped("rules"))
CRITERIA = [
    (guideline, one) for guideline in RULES.guidelines.values() for one in guideline.criteria
]
IDS = [f"{guideline.id}#{one.id}" for guideline, one in CRITERIA]
USED_BY_THE_PROGRAM = {"procedure", "region", "side", "intent", "request_date"}
LOWER = ("at_least", "less_than")
EACH_CRITERION = pytest.mark.parametrize("criterion", [one for _, one in CRITERIA], ids=IDS)


@EACH_CRITERION
def test_a_criterion_has_an_example_of_every_kind(criterion: Criterion) -> None:
    """Each criterion is seen met, not met, and in a chart that is silent."""
    expected = {example.expect for example in criterion.examples}

    assert "met" in expected
    assert "not met" in expected
    assert expected & {"missing", "presumed", "to answer"}


@EACH_CRITERION
def test_a_criterion_that_may_not_apply_is_seen_not_to(criterion: Criterion) -> None:
    """Each `when` has an example to which the criterion does not apply."""
    if criterion.when:
        assert "not applicable" in {example.expect for example in criterion.examples}


@EACH_CRITERION
def test_examples_are_named_as_different_situations(criterion: Criterion) -> None:
    """No two examples of a criterion have the same name."""
    names = [example.name for example in criterion.examples]

    assert len(names) == len(set(names))


@EACH_CRITERION
def test_every_number_has_an_example_on_each_side(criterion: Criterion) -> None:
    """A threshold moved by one step is noticed by an example."""
    for condition in (part for one in criterion.conditions for part in parts_of(one)):
        match condition:
            case Bound(fact, operator, bound) if not isinstance(bound, date):
                values = [value for one in criterion.examples for value in numbers(one, fact)]
                assert any(value == bound for value in values), f"{fact} at {bound}"
                sides = {value < bound for value in values if value != bound}
                assert (operator in LOWER) in sides, f"{fact} on the other side of {bound}"
            case Size(fact, at_least):
                sizes = {size for one in criterion.examples for size in sizes_of(one, fact)}
                assert {at_least - 1, at_least} <= sizes, f"{fact} of {at_least - 1} and {at_least}"
            case _:
                pass


@EACH_CRITERION
def test_a_criterion_is_cited_and_says_what_to_do(criterion: Criterion) -> None:
    """Each criterion has a place in its source, one sentence of its own, and advice."""
    assert criterion.item
    assert criterion.says.endswith(".")
    assert criterion.fix.endswith(".")


def test_every_guideline_names_the_place_in_its_source() -> None:
    """Each guideline cites a section or pages of a publisher."""
    for guideline in RULES.guidelines.values():
        assert guideline.source.publisher
        assert guideline.source.section or guideline.source.pages, guideline.id


def test_every_fact_is_used_or_marked_as_informational() -> None:
    """No fact stands in the vocabulary for nothing, and none is called informational that decides."""
    used = set(names_used(RULES))
    related = {name for one in RULES.relations for name in facts_in(one.contradiction)}
    for name, spec in RULES.vocabulary.facts.items():
        if spec.informational:
            assert name not in used, name
        else:
            assert name in used | related | USED_BY_THE_PROGRAM, name


def test_every_ground_and_criterion_has_one_meaning() -> None:
    """A reviewer's ground outside guidelines is never also the id of a criterion."""
    criteria = {criterion.id for _, criterion in CRITERIA}

    assert criteria.isdisjoint(RULES.vocabulary.grounds)


def test_nothing_is_copied_from_a_letter() -> None:
    """Where the letters lie beside the project, no run of nine words of theirs stands in rules or cases."""
    letters = Path(__file__).parents[3] / "shared" / "letters" / "seeds"
    told = {run for path in letters.glob("*.txt") for run in runs(path.read_text(errors="replace"))}
    for folder in (shipped("rules"), shipped("cases")):
        for path in sorted(folder.rglob("*.yaml")):
            assert told.isdisjoint(runs(path.read_text(encoding="utf-8"))), path


def parts_of(condition: Condition) -> Iterator[Condition]:
    """A condition and everything inside it, derived facts included."""
    yield condition
    match condition:
        case Not(part) | Derived(_, part):
            yield from parts_of(part)
        case Some(_, _, where):
            yield from parts_of(where)
        case Is() | Bound() | Size() | Relation():
            return
        case _:
            for part in getattr(condition, "parts", ()):
                yield from parts_of(part)


def numbers(example: Example, fact: str) -> Iterator[float]:
    """The numbers that an example gives for a fact, or for a field of its records."""
    for name, stated in example.facts.items():
        if name == fact:
            yield from plain_numbers(stated)
        if isinstance(stated, Documented) and isinstance(stated.value, tuple):
            for record in stated.value:
                if not isinstance(record, str) and fact in record:
                    yield from plain_numbers(record[fact])


def sizes_of(example: Example, fact: str) -> Iterator[int]:
    """How many members a set has in an example."""
    stated = complete(example.facts, RULES.vocabulary, example.record)[fact]
    if isinstance(stated, Documented) and isinstance(stated.value, frozenset):
        yield len(stated.value)


def plain_numbers(stated: Fact) -> Iterator[float]:
    if isinstance(stated, Documented) and isinstance(stated.value, int | float):
        yield stated.value


def names_used(rules: RuleBase) -> Iterator[str]:
    """Every fact that decides anything: in criteria, coverage and guards, and what those hang on."""
    vocabulary = rules.vocabulary
    conditions = [one for _, criterion in CRITERIA for one in criterion.conditions]
    conditions += vocabulary.guards.values()
    for condition in (part for one in conditions for part in parts_of(one)):
        if isinstance(condition, Derived):
            yield condition.fact
        yield from facts_in(condition)
    for guideline in rules.guidelines.values():
        yield from guideline.covers
    for spec in list(vocabulary.facts.values()):
        fields = spec.type.fields.values() if isinstance(spec.type, ListOf) else ()
        yield from (one.joints_of for one in (spec, *fields) if one.joints_of)


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of nine words."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[at : at + 9]) for at in range(len(words) - 8)}
