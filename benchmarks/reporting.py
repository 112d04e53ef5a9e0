"""What reports and saved audits cost beside deciding the cases, and how much room an item takes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.table import Row
from benchmarks.timing import in_turn
from checker.audit.run import audit_case, audited
from checker.audit.saved import decided_again, new_run
from checker.case import load_case
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.render.contract import audit_result
from checker.render.reports import audit_report
from checker.rulebase import RuleBase
from checker.shipped import shipped
from checker.store.opening import opened

LETTERS = 50
FORMS = ("csv", "markdown", "html", "sarif", "junit")
TARGET_SHARE = 1.0
AT = datetime(2026, 1, 1, tzinfo=UTC)


def reporting(rules: RuleBase, rounds: int) -> list[Row]:
    """The five letters over and over, each time as letters of their own."""
    engine = Engine(rules)
    shown = [load_case(path, rules) for path in sorted((shipped("cases") / "imr").glob("*.yaml"))]
    cases = [replace(shown[n % len(shown)], file=f"{n}.yaml") for n in range(LETTERS)]
    found = audited([audit_case(case, engine, Terms()) for case in cases], rules.remarks)
    document = audit_result(found, engine, Terms())

    def decide() -> None:
        for case in cases:
            determine(case, engine, Terms())

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "audits.sqlite")

        def keep() -> None:
            run = new_run(document, found.items, rules, None, AT)
            with opened(str(file), to_write=True) as store:
                store.save(run)

        keep()
        room = file.stat().st_size / len(found.items) / 1000
        with opened(str(file)) as store:
            saved = store.run("1")
            kept = store.cases(saved)
        variants: dict[str, Callable[[], object]] = {
            "decide": decide,
            "contract": lambda: audit_result(found, engine, Terms()),
            "save": keep,
            "replay": lambda: decided_again(saved, kept, engine),
            **{form: _drawing(document, form) for form in FORMS},
        }
        times = in_turn(variants, rounds)
    beside = {name: times.ratio(name, "decide") for name in variants if name != "decide"}
    return [
        *(Row(_LABELS.get(name, name), f"{one:.2f} of the time") for name, one in beside.items()),
        Row(
            "the slowest report, beside deciding",
            f"{max(beside[form] for form in FORMS):.2f} of the time",
            f"under {TARGET_SHARE:g}",
            max(beside[form] for form in FORMS) < TARGET_SHARE,
            beside,
        ),
        Row("a saved item, its case included", f"{room:.0f} kB", numbers={"kilobytes": room}),
    ]


_LABELS = {
    "contract": "the JSON document, beside deciding",
    "save": "save with SQLite, beside deciding",
    "replay": "decide again from a saved run",
}


def _drawing(document: dict[str, object], form: str) -> Callable[[], object]:
    return lambda: audit_report(document, form)
