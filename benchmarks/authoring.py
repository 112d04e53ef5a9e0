"""`python -m benchmarks.authoring`: how long the author's tools take over the whole shipped rule base.

Each is run once; what is printed is processor time, and the time in terms of loading the rule base.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import TypeVar

from checker.authoring.boundary import boundary
from checker.authoring.coverage import coverage
from checker.authoring.mutation import mutated
from checker.authoring.proofs import prove
from checker.authoring.versions import versions
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped

_Result = TypeVar("_Result")


def main() -> None:
    """Measure and print."""
    load, rules = _timed(lambda: load_rules(shipped("rules")))
    print(f"{'load the rule base':32} {load:6.2f} s")
    for what, run in _tools(rules).items():
        took, found = _timed(run)
        print(f"{what:32} {took:6.2f} s   {took / load:5.1f} times loading   {found}")


def _tools(rules: RuleBase) -> dict[str, Callable[[], str]]:
    guidelines = list(rules.guidelines.values())
    return {
        "coverage, without cases": lambda: f"{coverage(rules, guidelines).possible:,} situations",
        "prove": lambda: f"{prove(rules, guidelines).combinations:,} combinations",
        "mutate": lambda: (
            f"{sum(len(one.mutants) for one in mutated(rules, guidelines)):,} mutants"
        ),
        "diff, nothing changed": lambda: f"same: {versions(rules, rules).same}",
        "boundary suite": lambda: f"{sum(1 for _ in boundary(rules, guidelines)):,} charts",
    }


def _timed(run: Callable[[], _Result]) -> tuple[float, _Result]:
    before = process_time()
    found = run()
    return process_time() - before, found


if __name__ == "__main__":
    main()
