"""Documents of the contract to draw: the shipped letters and examples, and the same with hostile texts."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from checker.audit.run import audit_case, audited
from checker.case import load_case
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.render.contract import audit_result, check_result, result

ROOT = Path(__file__).parents[2]
LETTERS = sorted((ROOT / "cases/imr").glob("*.yaml"))
EXAMPLES = sorted((ROOT / "cases/examples").rglob("*.yaml"))

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)> {{ 7*7 }} & | `x` [a](http://b) @who #1"""

# Words of the contract itself, which no case can choose.
_FIXED = frozenset(
    [
        *(
            "schema",
            "tool",
            "name",
            "version",
            "engine",
            "rules",
            "digest",
            "reading",
            "facts_from",
        ),
        *("outcome", "readiness", "status", "kind", "state", "grade", "voice", "section", "dated"),
        *("agreement", "basis", "determination", "decision", "closing", "id"),
    ]
)


def poisoned(value: Any, key: str = "") -> Any:
    """A copy in which every text that comes from a file has become hostile."""
    match value:
        case dict():
            return {name: poisoned(one, name) for name, one in value.items()}
        case list():
            return [poisoned(one, key) for one in value]
        case str() if key not in _FIXED:
            return f"{value} {HOSTILE}"
        case _:
            return value


@pytest.fixture(scope="session")
def letters(engine: Engine) -> dict[str, Any]:
    """The audit of the five letters, with readings and groups."""
    terms = Terms()
    cases = [
        audit_case(load_case(path, engine.rules), engine, terms, readings=True) for path in LETTERS
    ]
    return audit_result(audited(cases, engine.rules.remarks, ("specialty",)), engine, terms)


@pytest.fixture(scope="session")
def nothing(engine: Engine) -> dict[str, Any]:
    """The audit of no case at all."""
    return audit_result(audited([], engine.rules.remarks), engine, Terms())


@pytest.fixture(scope="session")
def hostile(letters: dict[str, Any]) -> dict[str, Any]:
    """The audit whose entries hold hostile texts."""
    document = copy.deepcopy(letters)
    return {**document, "entries": poisoned(document["entries"]), "by": poisoned(document["by"])}


@pytest.fixture(scope="session")
def checked(engine: Engine) -> dict[str, Any]:
    """The shipped examples, checked."""
    cases = [load_case(path, engine.rules) for path in [*EXAMPLES[::4], *LETTERS]]
    answers = [one for case in cases for one in determine(case, engine, Terms())]
    results = [result(one, request) for one in answers for request in one.requests]
    return check_result(results, engine, Terms())
