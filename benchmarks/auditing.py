"""What an audit costs beside deciding its cases: comparing, finding, counting, adding up and summing up."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.table import Row
from benchmarks.timing import in_turn
from checker.audit.comparison import compare
from checker.audit.dimensions import DIMENSIONS
from checker.audit.figures import summarize
from checker.audit.tally import added_up, tally
from checker.case import load_case
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.rulebase import RuleBase
from checker.shipped import shipped

LETTERS = 50
PARTS = 500
TARGET_SHARE = 0.5


def auditing(rules: RuleBase, rounds: int) -> list[Row]:
    """The five letters over and over, each time as letters of their own."""
    engine = Engine(rules)
    shown = [load_case(path, rules) for path in sorted((shipped("cases") / "imr").glob("*.yaml"))]
    cases = [replace(shown[n % len(shown)], file=f"{n}.yaml") for n in range(LETTERS)]
    answers = [answer for case in cases for answer in determine(case, engine, Terms())]
    items = [one for answer in answers for one in compare(answer, rules)]
    counted = tally(items, DIMENSIONS)

    def decide() -> None:
        for case in cases:
            determine(case, engine, Terms())

    times = in_turn(
        {
            "decide": decide,
            "compare": lambda: [compare(answer, rules) for answer in answers],
            "count": lambda: tally(items, DIMENSIONS),
            "add": lambda: added_up([counted] * PARTS),
            "sum up": lambda: summarize(counted),
        },
        rounds,
    )
    beside = times.ratio("compare", "decide") + times.ratio("count", "decide")
    rates = {name: len(items) / times.typical(name) for name in ("decide", "compare", "count")}
    return [
        Row("decide, items a second", f"{rates['decide']:,.0f}", numbers={"rate": rates["decide"]}),
        Row("compare and remark on, items a second", f"{rates['compare']:,.0f}"),
        Row("count in seven dimensions, items a second", f"{rates['count']:,.0f}"),
        Row(
            "compare and count, beside deciding",
            f"{beside:.2f} of the time",
            f"under {TARGET_SHARE:g}",
            beside < TARGET_SHARE,
            {"beside": beside},
        ),
        Row("add up a tally", f"{times.typical('add') / PARTS * 1000:.2f} ms"),
        Row("all figures of a tally", f"{times.typical('sum up') * 1000:.2f} ms"),
    ]
