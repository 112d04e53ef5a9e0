"""JSON Schemas: every shipped file fits its own, a slip does not, and an editor is told each question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from checker.authoring.lint.catalogue import RULES as LINT_RULES
from checker.authoring.proofs import CODES
from checker.authoring.schema import schemas
from checker.errors import RuleError
from checker.rulebase import load_rules
from checker.shipped import shipped
from checker.yamlfile import read

RULES = load_rules(shipped("rules"))
SCHEMAS = schemas(RULES)
VALIDATORS = {kind: Draft7Validator(one) for kind, one in SCHEMAS.items()}
KINDS = {"vocabulary.yaml": "vocabulary", "search-order.yaml": "search-order"}
BLOCKS = shipped("rules") / "odg/low-back/facet-joint-diagnostic-blocks.yaml"


def plain(path: Path) -> Any:
    """What an editor makes of a file: days are texts."""
    return as_json(read(path, RuleError).value)


def as_json(value: Any) -> Any:
    match value:
        case dict():
            return {key: as_json(one) for key, one in value.items()}
        case list():
            return [as_json(one) for one in value]
        case date():
            return value.isoformat()
        case _:
            return value


def files() -> Iterator[tuple[str, Path]]:
    for path in sorted(shipped("rules").rglob("*.yaml")):
        if path.name not in ("anatomy.yaml", "audit.yaml") and "letters" not in path.parts:
            yield KINDS.get(path.name, "guideline"), path
    for path in sorted(shipped("cases").rglob("*.yaml")):
        yield "case", path


def slips(kind: str, value: Any) -> list[str]:
    """Where a value does not fit, as a way of keys."""
    errors = VALIDATORS[kind].iter_errors(value)
    return sorted("/".join(map(str, one.absolute_path)) for one in errors)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_a_schema(kind: str) -> None:
    """Of the draft that editors read best."""
    Draft7Validator.check_schema(SCHEMAS[kind])
    assert '"enum": []' not in json.dumps(SCHEMAS[kind])
    assert SCHEMAS[kind]["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    ("kind", "path"), list(files()), ids=[f"{path.parent.name}/{path.stem}" for _, path in files()]
)
def test_every_shipped_file_fits_its_schema(kind: str, path: Path) -> None:
    """What the loader accepts, an editor does not underline."""
    assert slips(kind, plain(path)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("facet_tenderness", "facet_tendernes"),
        ("counts_against", "counts_agianst"),
        ("eligibility", "eligible"),
        ("medial_branch_block", "medial_block"),
        ("at_least", "atleast"),
        ("lumbar", "lumber"),
        ("requires", "requries"),
        ("not met", "unmet"),
    ],
)
def test_a_slip_does_not_fit(old: str, new: str) -> None:
    """A fact, a value, a procedure, an operator, a region, a key or a status that is misspelt."""
    text = json.dumps(plain(BLOCKS))
    assert f'"{old}"' in text
    changed = json.loads(text.replace(f'"{old}"', f'"{new}"'))

    assert slips("guideline", changed) != []


CASE = {"case": "x", "record": "open", "requests": [{"id": 1, "procedure": "medial_branch_block"}]}


@pytest.mark.parametrize(
    ("facts", "request_", "fits"),
    [
        ({"facet_tenderness": True}, {"side": "left"}, True),
        ({"facet_tenderness": "not documented"}, {}, True),
        ({"facet_tenderness": {"value": True, "grade": "conclusory"}}, {}, True),
        ({"facet_tenderness": {"conflicting": [True, False]}}, {}, True),
        ({"facet_tenderness": {"value": True, "evidence": {"line": 3, "at": [1, 2]}}}, {}, True),
        ({"prior_blocks": [{"block_kind": "medial_branch_block", "relief_percent": 80}]}, {}, True),
        ({"facet_tenderness": 3}, {}, False),
        ({"facet_tendernes": True}, {}, False),
        ({"facet_tenderness": {"conflicting": [True]}}, {}, False),
        ({"facet_tenderness": {"valeu": True}}, {}, False),
        ({"conservative_care_weeks": -1}, {}, False),
        ({"requested_joints": ["L4-5"]}, {}, False),
        ({"prior_blocks": [{"block_kind": "epidural"}]}, {}, False),
        ({}, {"side": "lefft"}, False),
        ({}, {"facet_tenderness": True}, False),
    ],
)
def test_a_case_fits_where_its_facts_do(facts: Any, request_: Any, fits: bool) -> None:
    """Short and long form, silence and conflicts; each fact in its own part of the case."""
    case = deepcopy(CASE) | {"facts": facts}
    case["requests"][0].update(request_)  # type: ignore[index]

    assert (slips("case", case) == []) is fits


def test_an_editor_shows_the_question_of_every_fact() -> None:
    """In a condition, in an example and in a case."""
    for name, spec in RULES.vocabulary.facts.items():
        for kind, group in (("guideline", "asked"), ("guideline", "stated"), ("case", "stated")):
            one = SCHEMAS[kind]["definitions"].get(f"{group}.{name}")
            if one and spec.ask:
                assert one["description"].startswith(spec.ask)


def test_an_editor_completes_what_may_be_allowed() -> None:
    """The ids of the lint rules and of what proofs find, each with what it asks."""
    allow = SCHEMAS["guideline"]["definitions"]["Allowance"]["properties"]["allow"]

    assert allow["enum"] == [*(one.id for one in LINT_RULES), *CODES]
