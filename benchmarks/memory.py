"""How much memory a process holds after many cases in a row.

`python -m benchmarks.memory GUIDELINE CASES` is the process that is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from benchmarks.situations import LOW_BACK, READING, generated
from benchmarks.table import Row
from checker.engine.agreed import Engine
from checker.rulebase import load_rules
from checker.shipped import shipped

SMALL = "odg/thoracic/facet-joint-injections"
"""A guideline of two criteria, so that very many cases are decided soon."""

TARGET = 1.0
"""MiB more than after the first cases."""

_FIRST = 1_000
_DIFFERENT = 500
_MIB = 2**20


def memory(small: int, full: int) -> list[Row]:
    """One process for each guideline, both at the same time."""
    cases = {SMALL: small, LOW_BACK: full}
    with ThreadPoolExecutor() as pool:
        held = pool.map(_in_a_process, cases, cases.values())
        return [_row(*one) for one in zip(cases, cases.values(), held, strict=True)]


def _in_a_process(guideline: str, cases: int) -> Mapping[int, float]:
    command = [sys.executable, "-m", "benchmarks.memory", guideline, str(cases)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, check=True, cwd=root, stdout=subprocess.PIPE)
    return {int(number): held for number, held in json.loads(done.stdout).items()}


def _row(guideline: str, cases: int, held: Mapping[int, float]) -> Row:
    first, last = min(held), max(held)
    grown = held[last] - held[first]
    return Row(
        f"{guideline.split('/')[1]} guideline",
        f"{held[first]:.1f} MiB after {first:,} cases, {grown:+.1f} after {last:,}",
        f"at most {TARGET:g} MiB more",
        grown <= TARGET,
        {"cases": cases, "first": held[first], "last": held[last], "grown": grown},
    )


def held_after(guideline: str, cases: int) -> dict[int, float]:
    """Decide cases one after another; the MiB that this process holds after the first ones, and after all."""
    rules = load_rules(shipped("rules"))
    engine = Engine(rules)
    different = generated(rules, guideline, min(cases, _DIFFERENT))
    held = {}
    for number, one in enumerate(islice(cycle(different), cases), 1):
        engine.statuses(one.guideline, one.chart, READING, one.record)
        if number in (min(_FIRST, cases), cases):
            held[number] = resident()
    return held


def resident() -> float:
    """MiB in memory now; where the system does not tell, the most it ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return getrusage(RUSAGE_SELF).ru_maxrss / (_MIB if sys.platform == "darwin" else 1024)
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def highest() -> float:
    """The most MiB this program ever held.

    What the system counts as the most of a process (`ru_maxrss`) outlives the start of a program: one that is
    started from a large process would be told the size of that one. Linux keeps the program's own beside it.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return getrusage(RUSAGE_SELF).ru_maxrss / (_MIB if sys.platform == "darwin" else 1024)
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(held_after(sys.argv[1], int(sys.argv[2]))))
