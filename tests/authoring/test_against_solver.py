"""What enumeration proves, a solver proves too, on rule bases that it reads by itself from the YAML."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import z3

from checker.authoring.proofs import prove
from checker.authoring.search import FOR
from checker.authoring.space import space_of
from checker.authoring.versions import RANK, _compared
from checker.engine.written import AGAINST
from checker.guideline import STATUSES, Status
from tests.authoring.generated import rules_of
from tests.authoring.solver import Charts
from tests.semantics.situation import loaded

RULE_BASES = 300
_ALONE = {"P102": "alone", "P104": "alone"}


def holds(solver: z3.Solver, *formulas: Any) -> bool:
    """Whether some chart makes all formulas true."""
    solver.push()
    solver.add(*formulas)
    found = solver.check()
    solver.pop()
    assert found != z3.unknown
    return found == z3.sat


@pytest.mark.parametrize("number", range(RULE_BASES))
def test_a_solver_proves_the_same(number: int) -> None:
    """Statuses that can be reached, criteria that are the same or implied, and the direction of a change."""
    written = rules_of(number)
    rules = loaded(written)
    guideline = rules.guidelines["g"]
    one, other = guideline.criteria
    charts = Charts(written.guards)
    solver = z3.Solver()
    solver.add(*charts.constraints)
    first, second = (charts.statuses(each) for each in written.criteria)

    space = space_of([one, other], rules)
    ours, theirs = space.statuses(one), space.statuses(other)
    reached = [[a for a in STATUSES if holds(solver, each[a])] for each in (first, second)]
    pairs = [(a, b) for a in STATUSES for b in STATUSES]
    together = {(a, b) for a, b in pairs if ours[a] & theirs[b] & space.all}
    assert together == {
        pair for pair in product(*reached) if holds(solver, first[pair[0]], second[pair[1]])
    }

    findings = prove(rules, [guideline]).findings
    codes = {(_ALONE.get(one.code, one.code), one.message.split()[0]) for one in findings}
    assert {one for one in codes if one[0] != "P107"} == expected(together)

    changed = _compared(guideline, one, other, rules, rules)
    assert changed.direction == direction(together)
    for example in changed.examples:
        assert (example.before, example.after) in together


def expected(together: set[tuple[Status, Status]]) -> set[tuple[str, str]]:
    """What must be found about two criteria that decide, from the statuses that they have together."""
    found: set[tuple[str, str]] = set()
    passes = any(a in FOR and b in FOR for a, b in together)
    same = all(a == b for a, b in together)
    if not passes:
        found.add(("P105", "no"))
    for name, pairs in (("c0", together), ("c1", {(b, a) for a, b in together})):
        reached = {a for a, _ in pairs}
        found |= {("P101", name) for one in ("met", "not met") if one not in reached and passes}
        alone = any(a in AGAINST and b in FOR for a, b in pairs)
        if passes and "not met" in reached and not alone and not same:
            found.add(("alone", name))
    if same:
        found.add(("P103", "c1"))
    return found


def direction(together: set[tuple[Status, Status]]) -> str:
    """Stricter where some chart fares worse, looser where some fares better."""
    stricter = any(RANK[b] < RANK[a] for a, b in together)
    looser = any(RANK[b] > RANK[a] for a, b in together)
    if stricter or looser:
        return " and ".join(["stricter"] * stricter + ["looser"] * looser)
    return "other status" if any(a != b for a, b in together) else "same"
