"""Random situations for changes: facts of every kind, and relations that some changes would break."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import Reading
from checker.errors import CaseError
from tests.semantics.situation import Situation, loaded
from tests.semantics.strategies import State, charts, conditions, readings, rule_bases, stated

KINDS = ("chart", "chart", "request", "care", "history")
CHARTS = 4


@st.composite
def turnable(
    draw: st.DrawFn,
    *,
    most: int = 3,
    depth: int = 2,
    sought: Collection[str] = ("Upheld", "open"),
    state: State = stated,
    related: bool = True,
) -> tuple[Situation, Reading]:
    """A rule base with facts of every kind, some with a relation; a chart, mostly with a sought outcome."""
    written = draw(rule_bases(most, depth))
    relations = draw(st.sampled_from((0, 0, 1))) if related else 0
    pairs = tuple(draw(st.tuples(conditions(0), conditions(0))) for _ in range(relations))
    written = replace(written, relations=pairs)
    kinds = {name: draw(st.sampled_from(KINDS)) for name in sorted(written.facts)}
    written = replace(written, kinds=kinds)
    rules = loaded(written)
    reading: Reading = draw(readings)
    record = draw(st.sampled_from(("closed", "open")))
    usable = None
    for _ in range(CHARTS):
        situation = Situation(written, rules, draw(charts(written, state)), record)
        if (outcome := outcome_of(situation, reading)) is not None:
            usable = situation
            if outcome in sought:
                break
    assume(usable is not None)
    return usable, reading  # type: ignore[return-value]


def outcome_of(situation: Situation, reading: Reading) -> str | None:
    """The outcome by the written semantics; None where the case is refused."""
    engine = Engine(situation.rules, unavailable="the written semantics are tried here")
    try:
        (only,) = determine(situation.case, engine, Terms(reading))
    except CaseError:
        return None
    return only.outcome
