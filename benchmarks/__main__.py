"""`make bench`, or `python -m benchmarks [--quick | --long] [--strict] [--json FILE]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.auditing import auditing
from benchmarks.bulk import bulk
from benchmarks.facts import facts
from benchmarks.flipping import flipping
from benchmarks.loading import loading, size
from benchmarks.memory import memory
from benchmarks.reading import reading
from benchmarks.reporting import reporting
from benchmarks.speed import speed
from benchmarks.startup import startup
from benchmarks.table import Row, save, show
from checker.rulebase import load_rules
from checker.shipped import shipped


@dataclass(frozen=True)
class Sizes:
    """How much is done: cases and rounds for speed, processes, rounds of loading, cases for memory.

    `letters` are for speed, `read_letters` for memory.
    """

    cases: int = 300
    rounds: int = 5
    processes: int = 10
    loads: int = 5
    small_cases: int = 100_000
    full_cases: int = 20_000
    letters: int = 400
    read_letters: int = 10_000
    table_cases: int = 1_000_000
    table_sample: int = 5_000
    table_chained: int = 500


QUICK = Sizes(
    cases=60,
    rounds=3,
    processes=5,
    loads=3,
    small_cases=10_000,
    full_cases=2_000,
    letters=150,
    read_letters=2_000,
    table_cases=100_000,
    table_sample=1_000,
    table_chained=100,
)
LONG = Sizes(rounds=15, full_cases=100_000, table_sample=100_000, table_chained=20_000)


def measured(sizes: Sizes) -> dict[str, list[Row]]:
    """Everything, part by part; only the processes measured for memory run side by side."""
    rules = load_rules(shipped("rules"))
    parts = {
        "Deciding single cases": lambda: speed(rules, sizes.cases, sizes.rounds),
        "Auditing": lambda: auditing(rules, sizes.rounds),
        "Reports and saved audits": lambda: reporting(rules, sizes.rounds),
        "What would change the answer": lambda: flipping(rules),
        "Starting": lambda: startup(sizes.processes),
        "The rule base": lambda: loading(sizes.loads),
        "Whole tables": lambda: bulk(
            rules, sizes.table_cases, sizes.table_sample, sizes.table_chained
        ),
        "Memory": lambda: memory(sizes.small_cases, sizes.full_cases),
        "Letters": lambda: reading(rules, sizes.letters, sizes.rounds, sizes.read_letters),
        "Facts of letters": lambda: facts(rules, sizes.letters, sizes.rounds),
        "Disk": size,
    }
    found = {}
    for title, measure in parts.items():
        print(f"measuring: {title} …", file=sys.stderr)
        found[title] = measure()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and with `--strict` fail when a target is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed and memory."
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--quick", action="store_true", help="less of everything, in half a minute")
    amount.add_argument("--long", action="store_true", help="more, for some ten minutes")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the numbers to a file as well"
    )
    asked = parser.parse_args(arguments)
    found = measured(QUICK if asked.quick else LONG if asked.long else Sizes())
    show(found)
    if asked.json:
        save(found, asked.json)
    missed = any(row.ok is False for rows in found.values() for row in rows)
    return 1 if asked.strict and missed else 0


if __name__ == "__main__":
    sys.exit(main())
