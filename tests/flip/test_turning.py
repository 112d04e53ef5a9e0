"""What would turn a determination, on generated rule bases and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from checker.case import contradictions
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import Reading
from checker.errors import CaseError
from checker.fact import Documented
from checker.flip.flipping import Change, Flip, Verified, flip
from tests.flip.strategies import turnable
from tests.semantics.situation import Situation, Written
from tests.semantics.strategies import readings

WITH_SETS = 500
"""So many generated cases with at least one set of changes are tried."""


def found_by(situation: Situation, reading: Reading) -> tuple[Determination, Flip]:
    engine = Engine(situation.rules, unavailable="the written semantics are tried here")
    (only,) = determine(situation.case, engine, Terms(reading))
    return only, flip(only, engine, Terms(reading))


def outcome_after(situation: Situation, reading: Reading, changes: tuple[Change, ...]) -> str:
    """The outcome of the case as somebody would write it after the changes; refused if it contradicts itself."""
    after = situation.telling(changed(situation.facts, changes))
    try:
        case = after.case
    except CaseError:
        return "refused"
    assert not list(contradictions(case, situation.rules))
    engine = Engine(situation.rules, unavailable="the written semantics are tried here")
    (only,) = determine(case, engine, Terms(reading))
    return only.outcome


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
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [
                {name: fact_as_written(fact) for name, fact in one.items()}
                if isinstance(one, Mapping)
                else one
                for one in value
            ]
        case _:
            return value


def fact_as_written(fact: Any) -> Written:
    match fact:
        case Documented(value, grade):
            return {"value": written(value), "grade": grade}
        case _ if hasattr(fact, "values"):
            return {"conflicting": [fact_as_written(one) for one in fact.values]}
        case _:
            return "not documented" if type(fact).__name__ == "NotDocumented" else "not asked"


def alternatives(one: Verified) -> Iterator[tuple[Change, ...]]:
    yield one.way.changes


def test_every_set_turns_the_determination_and_no_part_of_it_does() -> None:
    counts: Counter[str] = Counter()

    @settings(
        max_examples=1400,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(turnable(), readings)
    def turned(situation: Situation, reading: Reading) -> None:
        determination, found = found_by(situation, reading)
        counts[determination.outcome] += 1
        counts["incomplete"] += not found.complete
        counts["with sets"] += bool(found.sets)
        for one in found.sets:
            counts["sets"] += 1
            assert one.outcome == "Overturned"
            assert outcome_after(situation, reading, one.way.changes) == "Overturned"
            for size in range(len(one.way.changes)):
                for part in combinations(one.way.changes, size):
                    assert outcome_after(situation, reading, part) != "Overturned", part

    turned()
    print(counts)
    assert counts["with sets"] >= WITH_SETS
