"""Random situations for changes: facts of every kind, and relations that some changes would break."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from checker.errors import CaseError
from tests.semantics.situation import Situation, loaded
from tests.semantics.strategies import charts, conditions, rule_bases, stated

KINDS = ("chart", "chart", "request", "care", "history")


@st.composite
def turnable(draw: st.DrawFn, *, most: int = 3, depth: int = 2) -> Situation:
    """A rule base whose facts are of every kind, some with a relation, and a chart that it accepts."""
    written = draw(rule_bases(most, depth))
    kinds = {name: draw(st.sampled_from(KINDS)) for name in sorted(written.facts)}
    relations = draw(st.lists(st.tuples(conditions(0), conditions(0)), max_size=1))
    if draw(st.booleans()):
        relations = []
    written = replace(written, kinds=kinds, relations=tuple(relations))
    kinds |= dict.fromkeys(written.facts - set(kinds), "chart")
    rules = loaded(replace(written, kinds=kinds))
    situation = Situation(
        replace(written, kinds=kinds),
        rules,
        draw(charts(written, stated)),
        draw(st.sampled_from(("closed", "open"))),
    )
    try:
        _ = situation.case
    except CaseError:
        assume(False)
    return situation
