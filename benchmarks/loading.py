"""How long the shipped rule base takes to load, to run its examples and to lint, and how much disk it needs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from benchmarks.table import Row
from benchmarks.timing import in_turn
from checker.authoring.examples import Ran, run_examples
from checker.authoring.lint.catalogue import lint
from checker.authoring.lint.rule import load_base
from checker.engine.agreed import Engine
from checker.rulebase import load_rules
from checker.shipped import shipped

TARGET_SECONDS = 5.0
TARGET_MB = 60.0

_ROOT = Path(__file__).parents[1]
_MB = 1_000_000


def loading(rounds: int) -> list[Row]:
    """Reading the files, all examples with an engine that has compiled nothing yet, and the lint."""
    folder = shipped("rules")
    rules = load_rules(folder)
    ran: list[Ran] = []

    def examples() -> None:
        ran[:] = run_examples(Engine(rules))

    base = load_base(folder)
    load_only, run_only = "read the rule base", "compile it, run its examples"
    lint_only = "lint it"
    times = in_turn(
        {load_only: lambda: load_rules(folder), run_only: examples, lint_only: lambda: lint(base)},
        rounds,
    )
    load, run, look = (times.typical(one) for one in (load_only, run_only, lint_only))
    criteria = sum(len(one.criteria) for one in rules.guidelines.values())
    failed = sum(not one.as_expected for one in ran)
    sizes = {"guidelines": len(rules.guidelines), "criteria": criteria, "examples": len(ran)}
    return [
        Row(
            load_only,
            f"{load * 1000:.0f} ms: {len(rules.guidelines)} guidelines, {criteria} criteria",
            numbers=sizes,
        ),
        Row(run_only, f"{run * 1000:.0f} ms: {len(ran)} examples, {failed} fail"),
        Row(lint_only, f"{look * 1000:.0f} ms: {len(lint(base))} found, notes included"),
        Row(
            "all of it",
            f"{load + run + look:.2f} s of processor",
            f"under {TARGET_SECONDS:g} s",
            load + run + look < TARGET_SECONDS,
            {"load": load, "run": run, "lint": look},
        ),
    ]


def size() -> list[Row]:
    """The package and all that it needs, without extras, as far as it is installed here."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = sorted(_closure(project["dependencies"]))
    brought = {name: _bytes(_files_of(distribution(name))) / _MB for name in needed}
    own = _bytes(
        path for name in ("checker", "rules", "cases") for path in (_ROOT / name).rglob("*")
    )
    total = sum(brought.values()) + own / _MB
    largest = sorted(brought, key=lambda name: -brought[name])[:3]
    return [
        Row(
            f"checker with its {len(needed)} dependencies",
            f"{total:.1f} MB: {', '.join(f'{one} {brought[one]:.1f}' for one in largest)}",
            f"under {TARGET_MB:g} MB",
            total < TARGET_MB,
            {"total": total, "own": own / _MB, **brought},
        )
    ]


def _closure(requirements: Iterable[str]) -> set[str]:
    """The distributions that are needed, directly or not; what is not installed here is not needed here."""
    found: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        if name in found or "extra ==" in requirement:
            continue
        try:
            needs = distribution(name).requires
        except PackageNotFoundError:
            continue
        found.add(name)
        waiting += needs or ()
    return found


def _files_of(package: Distribution) -> Iterator[Path]:
    return (Path(str(one.locate())) for one in package.files or ())


def _bytes(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.is_file())
