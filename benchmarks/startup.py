"""How long one `checker check` takes as a whole process, and what it imports."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.table import Row
from checker.shipped import shipped

TARGET = 1.0
"""Seconds by the clock."""

_ROOT = Path(__file__).parents[1]
_EMPTY = "python -c pass"
_SHOWN = 4
_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*\d+ \| +([\w.]+)")


@dataclass(frozen=True, slots=True)
class _Took:
    wall: float
    cpu: float


def startup(runs: int) -> list[Row]:
    """The whole process, beside the least that any such process takes."""
    check = ["-m", "checker", "check", str(shipped("cases") / "imr" / "000.yaml")]
    commands = {
        _EMPTY: ["-c", "pass"],
        "python -c 'import typer'": ["-c", "import typer"],
        "checker check, one letter": check,
    }
    took = _in_turn(commands, runs)
    empty = median(one.cpu for one in took[_EMPTY])
    rows = [
        _row(name, found, empty, TARGET if commands[name] is check else None)
        for name, found in took.items()
    ]
    return [*rows, _imported(check)]


def _in_turn(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[_Took]]:
    """Every command in each round, after a round that only warms the disk's cache."""
    took: dict[str, list[_Took]] = {name: [] for name in commands}
    for number in range(-1, runs):
        for name, command in commands.items():
            one = _run(command)
            if number >= 0:
                took[name].append(one)
    return took


def _run(arguments: Sequence[str]) -> _Took:
    """One process from its start to its end."""
    before, started = _cpu_of_children(), perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, cwd=_ROOT)
    wall = perf_counter() - started
    if done.stderr:
        raise RuntimeError(done.stderr.decode())
    return _Took(wall, _cpu_of_children() - before)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(name: str, found: Sequence[_Took], empty: float, target: float | None) -> Row:
    wall, cpu = median(one.wall for one in found), median(one.cpu for one in found)
    return Row(
        name,
        f"{wall * 1000:.0f} ms; {cpu * 1000:.0f} of processor, {cpu / empty:.1f} × empty",
        f"under {target:g} s" if target else "",
        wall < target if target else None,
        {"wall": wall, "cpu": cpu, "to_empty": cpu / empty},
    )


def _imported(check: Sequence[str]) -> Row:
    """The packages whose own modules take longest to import."""
    command = [sys.executable, "-X", "importtime", *check]
    done = subprocess.run(command, capture_output=True, check=False, cwd=_ROOT, text=True)
    seconds: dict[str, float] = defaultdict(float)
    for microseconds, module in _IMPORT.findall(done.stderr):
        seconds[module.partition(".")[0]] += int(microseconds) / 1e6
    heaviest = sorted(seconds, key=lambda name: -seconds[name])[:_SHOWN]
    total = sum(seconds.values())
    shown = ", ".join(f"{name} {seconds[name] / total:.0%}" for name in heaviest)
    return Row("its imports", f"{total * 1000:.0f} ms: {shown}", numbers=dict(seconds))
