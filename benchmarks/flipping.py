"""How long it takes to find what would change an answer, beside deciding the case once."""

from __future__ import annotations

from statistics import median
from time import process_time

from benchmarks.table import Row
from checker.case import load_case
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.flip.flipping import flip, in_short
from checker.rulebase import RuleBase
from checker.shipped import shipped

_TIMES = 3


def flipping(rules: RuleBase) -> list[Row]:
    """Milliseconds of processor time for one procedure of the shipped letters and situations."""
    engine = Engine(rules)
    engine.prepare()
    folders = ("imr", "situations")
    paths = sorted(path for one in folders for path in (shipped("cases") / one).glob("*.yaml"))
    cases = [load_case(path, rules) for path in paths]
    decided = [one for case in cases for one in determine(case, engine, Terms())]
    covered = [one for one in decided if one.guideline]
    once = [_took(lambda case=case: determine(case, engine, Terms())) for case in cases]
    turned = [_took(lambda one=one: flip(one, engine, Terms())) for one in covered]
    short = [_took(lambda one=one: in_short(one, engine, Terms())) for one in _denied(covered)]
    return [
        _row(f"deciding, {len(once)} cases", once),
        _row(f"one line for the checklist, {len(short)} procedures", short),
        _row(f"everything that would turn it, {len(turned)} procedures", turned),
    ]


def _denied(found: list[Determination]) -> list[Determination]:
    return [one for one in found if one.outcome == "Upheld"]


def _took(work: object) -> float:
    times = []
    for _ in range(_TIMES):
        start = process_time()
        work()  # type: ignore[operator]
        times.append(process_time() - start)
    return min(times) * 1000


def _row(what: str, times: list[float]) -> Row:
    numbers = {"median_ms": median(times), "most_ms": max(times)}
    return Row(what, f"{median(times):.0f} ms, at most {max(times):.0f}", numbers=numbers)
