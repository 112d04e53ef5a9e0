"""What would turn a determination, on generated rule bases and charts, and beside a solver."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import Reading
from checker.fact import Conflicting, Documented, Fact, NotDocumented
from checker.flip.flipping import Change, Flip, Way, flip
from tests.flip.strategies import outcome_of, turnable
from tests.semantics.situation import Situation, Written

solver = pytest.importorskip("tests.flip.solver")

STEPS = 400
FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
DRAWN = 20_000 if FUZZ else 850
SOLVED = 300
"""So many rule bases are given to the solver on every commit, and all of them under the profile `fuzz`."""
MOST_SETS = 12
"""Of one situation, so many sets are asked of the solver."""


def turning(situation: Situation, reading: Reading) -> tuple[Determination, Flip]:
    """The determination, and what would turn it."""
    engine = Engine(situation.rules, unavailable="the written semantics are tried here")
    (only,) = determine(situation.case, engine, Terms(reading))
    return only, flip(only, engine, Terms(reading), STEPS)


# Writing changes into a case ------------------------------------------------------------------------


def outcome_after(
    situation: Situation, reading: Reading, changes: tuple[Change, ...]
) -> str | None:
    """The outcome of the case as an office would write it after the changes; None where it is refused."""
    return outcome_of(situation.telling(changed(situation.facts, changes)), reading)


def changed(facts: Mapping[str, Written], changes: tuple[Change, ...]) -> dict[str, Written]:
    """The facts with the changes written in."""
    after = dict(facts)
    for one in changes:
        if one.of is None:
            after[one.fact] = written(one.to)
            continue
        said = after[one.of]
        records = [dict(each) for each in (said["value"] if isinstance(said, dict) else said)]
        records[(one.record or 0) - 1][one.fact] = written(one.to)
        after[one.of] = {**said, "value": records} if isinstance(said, dict) else records
    return after


def written(value: Any) -> Written:
    """A value as a case states it."""
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [fields(one) if isinstance(one, Mapping) else one for one in value]
        case _:
            return value


def fields(record: Mapping[str, Fact]) -> Written:
    """A record as a case states it."""
    return {name: stated(fact) for name, fact in record.items() if stated(fact) is not None}


def stated(fact: Fact) -> Written:
    """A fact as a case states it."""
    match fact:
        case Documented(value, grade):
            return {"value": written(value), "grade": grade}
        case Conflicting(values):
            return {"conflicting": [stated(one) for one in values]}
        case NotDocumented():
            return "not documented"
        case _:
            return "not asked"


# What is compared -----------------------------------------------------------------------------------


def places(way: Way, situation: Situation) -> frozenset[Any]:
    """The places that a way changes; new records are told by their fields, whatever their number."""
    found: set[Any] = set()
    for one in way.changes:
        found.add((one.fact,) if one.of is None else (one.of, (one.record or 0) - 1, one.fact))
        if isinstance(one.to, tuple) and one.to and isinstance(one.to[0], Mapping):
            for number, record in enumerate(one.to):
                before = {}
                if number < on_file(situation, one.fact) and isinstance(one.before, Documented):
                    before = one.before.value[number]  # type: ignore[index]
                found |= {
                    (one.fact, number, name)
                    for name in record
                    if name not in before or record[name] != before[name]
                }
    return canonical(frozenset(found), situation)


def on_file(situation: Situation, name: str) -> int:
    """How many records a list has."""
    said = situation.facts[name]
    said = said["value"] if isinstance(said, dict) and "value" in said else said
    return len(said) if isinstance(said, list) else 0


def canonical(cells: frozenset[Any], situation: Situation) -> frozenset[Any]:
    """The same places, new records alike whatever their order."""
    new: dict[tuple[str, int], set[str]] = {}
    kept: set[Any] = set()
    for cell in cells:
        if len(cell) > 1 and (cell[0],) in cells and cell[1] >= on_file(situation, cell[0]):
            new.setdefault(cell[:2], set()).add(cell[2])
        else:
            kept.add(cell)
    alike = Counter((of, tuple(sorted(names))) for (of, _), names in new.items())
    return frozenset(kept | set(alike.items()))


# --- The property -----------------------------------------------------------------------------------


def test_every_set_turns_the_determination_no_part_of_it_does_and_a_solver_finds_the_same() -> None:
    """Each printed set is decided again, so is each part of it, and z3 finds the same smallest sets."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(turnable(most=2, depth=1))
    def turns(drawn: tuple[Situation, Reading]) -> None:
        situation, reading = drawn
        determination, found = turning(situation, reading)
        if determination.outcome == "Overturned":
            return
        seen["cases"] += 1
        for one in found.sets:
            seen["sets"] += 1
            assert one.outcome == "Overturned"
            assert outcome_after(situation, reading, one.way.changes) == "Overturned"
            for size in range(len(one.way.changes)):
                for part in combinations(one.way.changes, size):
                    assert outcome_after(situation, reading, part) != "Overturned", part
        enough = seen["solved"] >= SOLVED and not FUZZ
        if found.complete and found.number <= len(found.sets) and not enough:
            compare_with_solver(situation, reading, found)

    def compare_with_solver(situation: Situation, reading: Reading, found: Flip) -> None:
        try:
            theirs = solver.smallest_sets(situation, reading, MOST_SETS)
        except solver.BeyondError:
            return
        seen["solved"] += 1
        seen["solved with sets"] += bool(theirs)
        ours = {places(one.way, situation): one.way.price for one in found.sets}
        told = {canonical(cells, situation): price for price, cells in theirs}
        assert min(ours.values(), default=None) == min(told.values(), default=None)
        smallest = [one for one in told if not any(other < one for other in told)]
        assert set(smallest) <= set(ours)
        if len(theirs) < MOST_SETS:
            assert set(ours) == set(smallest)

    turns()

    assert seen["cases"] >= 500
    assert seen["sets"] >= 500
    assert seen["solved"] >= SOLVED
    assert seen["solved with sets"] >= 100


def test_a_finding_that_sinks_a_good_determination_does_so_when_it_is_written_down() -> None:
    """Every single finding that is said to turn a good determination makes it Upheld."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=80,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(turnable(most=2, depth=1, sought=["Overturned"]))
    def sinks(drawn: tuple[Situation, Reading]) -> None:
        situation, reading = drawn
        determination, found = turning(situation, reading)
        if determination.outcome != "Overturned":
            return
        for one in found.sinks:
            seen["sinks"] += 1
            assert outcome_after(situation, reading, one.changes) == "Upheld", one

    sinks()

    assert seen["sinks"] >= 12
