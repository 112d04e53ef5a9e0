"""Faults planted in the meaning are caught by the conformance suite, each by the file it belongs to."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from checker import case, charting, condition, determination, governing, relations
from checker.condition import FALSE, OPEN, SILENT, TRUE, All, Any, Bound, Not, Some
from checker.engine import compiler, written
from checker.fact import NOT_DOCUMENTED, Conflicting, Documented
from checker.guideline import Criterion
from tests.semantics.conformance import (
    Implementation,
    differences,
    durable_rules,
    groups,
    written_semantics,
)

Plant = Callable[[pytest.MonkeyPatch], None]
FAULTS: dict[str, tuple[Plant, tuple[str, ...]]] = {}
"""By its name: how a fault is planted, and the files that catch it."""


def fault(*files: str) -> Callable[[Plant], Plant]:
    def named(plant: Plant) -> Plant:
        FAULTS[plant.__name__] = (plant, files)
        return plant

    return named


def caught_in(file: str, implementation: Implementation = written_semantics) -> list[str]:
    """What a file finds, up to its first group that finds something."""
    own = (group for group in groups() if group.suite == file)
    return next((found for one in own if (found := list(differences(one, implementation)))), [])


@cache
def finds_nothing(file: str) -> bool:
    """Whether a file passes before anything is planted."""
    return caught_in(file) == []


# Truth ----------------------------------------------------------------------------------------------


def evaluating(monkeypatch: pytest.MonkeyPatch, faulty: Callable) -> None:
    """A faulty evaluation, wherever conditions are evaluated."""
    for module in (condition, written, charting, relations):
        monkeypatch.setattr(module, "evaluate", faulty)


@fault("tables/conditions.yaml", "tables/truths.yaml", "suites/conditions.yaml")
def all_and_any_are_exchanged(monkeypatch):
    sound = condition.evaluate

    def faulty(one, chart):
        match one:
            case All(parts):
                return sound(Any(parts), chart)
            case Any(parts):
                return sound(All(parts), chart)
        return sound(one, chart)

    evaluating(monkeypatch, faulty)


@fault("tables/truths.yaml", "tables/conditions.yaml", "suites/conditions.yaml")
def not_makes_the_unknown_true(monkeypatch):
    sound = condition.evaluate

    def faulty(one, chart):
        found = sound(one, chart)
        return TRUE if isinstance(one, Not) and found == SILENT else found

    evaluating(monkeypatch, faulty)


@fault("tables/conditions.yaml", "suites/facts.yaml")
def at_least_is_more_than(monkeypatch):
    monkeypatch.setitem(condition.COMPARE, "at_least", operator.gt)


@fault("tables/conditions.yaml", "suites/conditions.yaml")
def at_most_is_less_than(monkeypatch):
    monkeypatch.setitem(condition.COMPARE, "at_most", operator.lt)


@fault("suites/conditions.yaml")
def dates_have_no_years(monkeypatch):
    sound = condition.evaluate

    def faulty(one, chart):
        match one:
            case Bound(fact=fact, bound=bound) if hasattr(bound, "year"):
                known = chart[fact]
                if isinstance(known, Documented):
                    chart = {**chart, fact: Documented(known.value.replace(year=bound.year))}
        return sound(one, chart)

    evaluating(monkeypatch, faulty)


@fault("tables/conditions.yaml", "tables/facts.yaml", "suites/conditions.yaml", "suites/lists.yaml")
def silence_is_false(monkeypatch):
    monkeypatch.setattr(condition, "SILENT", FALSE)


@fault("tables/conditions.yaml", "tables/facts.yaml", "suites/criteria.yaml")
def what_was_not_asked_is_silent(monkeypatch):
    monkeypatch.setattr(condition, "OPEN", SILENT)


@fault("tables/conditions.yaml", "suites/facts.yaml", "suites/lists.yaml")
def an_empty_list_is_unknown(monkeypatch):
    sound = condition._at_least
    monkeypatch.setattr(
        condition,
        "_at_least",
        lambda number, where, records, chart: (
            SILENT
            if isinstance(records, Documented) and not records.value
            else sound(number, where, records, chart)
        ),
    )


@fault("tables/conditions.yaml", "suites/conditions.yaml", "suites/lists.yaml")
def an_empty_set_settles_nothing(monkeypatch):
    monkeypatch.setattr(condition, "_is_empty", lambda _: False)


@fault("tables/conditions.yaml", "suites/lists.yaml")
def silent_records_are_left_out(monkeypatch):
    sound = condition.evaluate

    def faulty(one, chart):
        match one:
            case Some(of, _, where) if isinstance(chart[of], Documented):
                kept = tuple(
                    record
                    for record in chart[of].value
                    if sound(where, {**chart, **record}) != SILENT
                )
                return sound(one, {**chart, of: replace(chart[of], value=kept)})
        return sound(one, chart)

    evaluating(monkeypatch, faulty)


@fault("tables/conditions.yaml", "suites/lists.yaml")
def one_record_too_many_is_wanted(monkeypatch):
    sound = condition._at_least
    monkeypatch.setattr(
        condition,
        "_at_least",
        lambda number, where, records, chart: sound(number + 1, where, records, chart),
    )


# Criteria -------------------------------------------------------------------------------------------


@fault("tables/criteria.yaml", "suites/criteria.yaml")
def an_exception_is_presumed(monkeypatch):
    sound = written.status_in

    def faulty(criterion, chart, silence):
        if criterion.unless:
            either = Any((criterion.requires, criterion.unless))
            criterion = replace(criterion, requires=either, unless=None)
        return sound(criterion, chart, silence)

    monkeypatch.setattr(written, "status_in", faulty)


@fault("tables/criteria.yaml", "suites/criteria.yaml")
def what_may_not_apply_does_not_apply(monkeypatch):
    sound = written.status_in

    def faulty(criterion, chart, silence):
        if criterion.when and condition.evaluate(criterion.when, chart).least < 2:
            return "not applicable"
        return sound(criterion, chart, silence)

    monkeypatch.setattr(written, "status_in", faulty)


@fault("tables/criteria.yaml", "tables/conditions.yaml", "suites/criteria.yaml")
def evidence_yields_to_a_presumption(monkeypatch):
    sound = written.settled
    monkeypatch.setattr(
        written,
        "settled",
        lambda truth, silence: (
            "presumed" if truth == FALSE and silence == "presumed" else sound(truth, silence)
        ),
    )


@fault("tables/criteria.yaml", "tables/facts.yaml", "suites/criteria.yaml")
def what_was_not_asked_is_presumed(monkeypatch):
    sound = written.settled
    monkeypatch.setattr(
        written,
        "settled",
        lambda truth, silence: (
            "presumed" if truth == OPEN and silence == "presumed" else sound(truth, silence)
        ),
    )


# Conflicts and readings -----------------------------------------------------------------------------


@fault("tables/conflicts.yaml", "tables/facts.yaml", "suites/conflicts.yaml")
def a_conflict_takes_the_first_value(monkeypatch):
    sound = written.ways_to_read
    monkeypatch.setattr(written, "ways_to_read", lambda *told: sound(*told)[:1])


@fault("tables/conflicts.yaml", "suites/conflicts.yaml", "suites/determination.yaml")
def a_closed_record_is_asked_about_its_conflicts(monkeypatch):
    sound = written.among
    monkeypatch.setattr(written, "among", lambda statuses, _: sound(statuses, "open"))


@fault("tables/conflicts.yaml", "suites/conflicts.yaml")
def the_better_side_of_a_conflict_counts(monkeypatch):
    sound = written.among
    monkeypatch.setattr(
        written, "among", lambda found, record: "met" if "met" in found else sound(found, record)
    )


@fault("tables/levels.yaml", "tables/conflicts.yaml", "suites/conflicts.yaml")
def levels_are_read_in_one_way(monkeypatch):
    sound = charting._joints

    def faulty(*told):
        found = sound(*told)
        return found.values[0] if isinstance(found, Conflicting) else found

    monkeypatch.setattr(charting, "_joints", faulty)


@fault("tables/readings.yaml", "suites/readings.yaml", "suites/voices.yaml")
def the_strict_reading_keeps_what_is_conclusory(monkeypatch):
    monkeypatch.setattr(written, "_without_conclusions", lambda fact: fact)


@fault("tables/readings.yaml", "suites/determination.yaml")
def the_strict_reading_presumes(monkeypatch):
    monkeypatch.setattr(
        written,
        "silence_of",
        lambda criterion, reading: "presumed" if reading == "lenient" else criterion.if_silent,
    )


# Charts ---------------------------------------------------------------------------------------------


@fault("tables/facts.yaml", "suites/facts.yaml", "suites/determination.yaml")
def an_open_record_is_silent_about_the_rest(monkeypatch):
    for module in (charting, case):
        monkeypatch.setattr(module, "silent", lambda _: NOT_DOCUMENTED)


@fault("tables/conditions.yaml", "suites/facts.yaml")
def everything_is_always_asked(monkeypatch):
    monkeypatch.setattr(charting, "_is_out_of_place", lambda *_: False)


@fault("tables/voices.yaml", "suites/voices.yaml", "suites/determination.yaml")
def every_voice_is_heard(monkeypatch):
    monkeypatch.setitem(charting._VOICES, "record", charting._VOICES["all"])


# Determinations -------------------------------------------------------------------------------------


@fault("tables/determination.yaml", "suites/determination.yaml")
def open_comes_before_against(monkeypatch):
    sound = determination.outcome_of_statuses

    def faulty(deciding):
        statuses = set(deciding)
        return "open" if "to answer" in statuses else sound(statuses)

    monkeypatch.setattr(determination, "outcome_of_statuses", faulty)


@fault("tables/determination.yaml", "suites/determination.yaml")
def advice_decides(monkeypatch):
    monkeypatch.setattr(Criterion, "decides", True)


@fault("tables/determination.yaml", "suites/determination.yaml", "suites/requests.yaml")
def a_presumption_is_evidence(monkeypatch):
    sound = determination._ledger

    def faulty(judged):
        found = sound(judged)
        return replace(found, evidence=found.evidence + found.presumed, presumed=0)

    monkeypatch.setattr(determination, "_ledger", faulty)


@fault("suites/determination.yaml")
def silence_is_always_asked_about(monkeypatch):
    sound = determination.is_to_ask
    monkeypatch.setattr(
        determination,
        "is_to_ask",
        lambda fact, *rest: fact == NOT_DOCUMENTED or sound(fact, *rest),
    )


@fault("suites/requests.yaml")
def every_request_stands_alone(monkeypatch):
    monkeypatch.setattr(case, "_group_of", lambda _request, number, _vocabulary: number)


@fault("suites/governing.yaml")
def the_search_order_is_ignored(monkeypatch):
    sound = governing._preference
    monkeypatch.setattr(
        governing, "_preference", lambda *told: (*sound(*told)[:1], *sound(*told)[2:])
    )


@fault("suites/governing.yaml")
def every_edition_is_in_force(monkeypatch):
    sound = governing._preference
    monkeypatch.setattr(governing, "_preference", lambda *told: sound(*told)[1:2])


@pytest.mark.parametrize(
    ("name", "file"), [(name, file) for name, (_, files) in FAULTS.items() for file in files]
)
def test_a_fault_in_the_written_semantics_is_caught(name: str, file: str, monkeypatch):
    """By every file that is about it."""
    assert finds_nothing(file)
    plant, _ = FAULTS[name]
    plant(monkeypatch)

    assert caught_in(file) != []


# The compiled rules ---------------------------------------------------------------------------------


def test_all_and_any_exchanged_in_the_compiled_rules_are_caught(monkeypatch):
    """The suite stands on its own: no second implementation is needed to see it."""
    sound = compiler._Compiler._folded
    other = {"smaller": "greater", "greater": "smaller"}
    monkeypatch.setattr(
        compiler._Compiler,
        "_folded",
        lambda self, parts, holds, pick: sound(self, parts, holds, other[pick]),
    )

    assert caught_in("tables/truths.yaml", durable_rules) != []


def test_at_least_compiled_as_more_than_is_caught(monkeypatch):
    """Four weeks are at least four weeks."""
    monkeypatch.setitem(compiler._OPERATORS, "at_least", ">")

    assert caught_in("suites/facts.yaml", durable_rules) != []


def test_silence_compiled_as_false_is_caught(monkeypatch):
    """What is not documented is no denial."""
    monkeypatch.setattr(compiler, "SILENT", FALSE)

    assert caught_in("suites/facts.yaml", durable_rules) != []
