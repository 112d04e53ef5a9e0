"""Runs to save in tests, made by hand; they need no rule base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from checker.store.run import NewRun, SavedCase

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
STATUSES = {"first-set": "met", "non-radicular": "missing"}


def entry(case: str = "a", request: str = "1", **changes: Any) -> dict[str, Any]:
    """An entry of the contract, as far as a store and a comparison look at it."""
    statuses: Mapping[str, str] = changes.get("statuses", STATUSES)
    return {
        "case": case,
        "request": request,
        "determination": {
            "outcome": changes.get("outcome", "Upheld"),
            "guideline": changes.get("guideline", "odg/x"),
            "criteria": [{"id": name, "status": one} for name, one in statuses.items()],
        },
        "decision": {"outcome": changes.get("decision", "Upheld")},
        "agreement": changes.get("agreement", "same reasons"),
        "findings": changes.get("findings", []),
        "reasons": {"shared": ["non-radicular"], "ours_alone": [], "theirs_alone": []},
    }


def document(**changes: Any) -> dict[str, Any]:
    """The contract's answer without entries."""
    summary = {"items": 1, "agree": 1, "scored": 1, "agreement": 1.0, "interval": [0.2, 1.0]}
    return {
        "schema": 1,
        "tool": {"name": "checker", "version": "0.1.0", "engine": "durable_rules"},
        "rules": {"digest": "c" * 64},
        "reading": "as written",
        "facts_from": "all",
        "guideline": None,
        "as_of": None,
        "summary": summary,
        **changes,
    }


def run(
    name: str | None = None,
    entries: Iterable[tuple[int, Mapping[str, Any]]] | None = None,
    **changes: Any,
) -> NewRun:
    """A run with one case and one entry, or other ones."""
    return NewRun(
        name=name,
        at=AT,
        document=document(**changes),
        corpus="d" * 64,
        cases=[SavedCase("cases/ä.yaml", '{"case":"ä"}')],
        entries=[(0, entry())] if entries is None else entries,
    )
