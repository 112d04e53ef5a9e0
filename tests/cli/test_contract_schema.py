"""The JSON that commands print fits the schema that is published for it, and holds nothing besides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from checker.render.contractschema import PUBLISHED
from checker.shipped import shipped

Checker = Callable[..., Any]


def closed(schema: Any) -> Any:
    """The same schema, with no key allowed that it does not name."""
    match schema:
        case dict():
            inner = {key: closed(one) for key, one in schema.items()}
            only = "properties" in schema and "additionalProperties" not in schema
            return {**inner, "additionalProperties": False} if only else inner
        case list():
            return [closed(one) for one in schema]
        case _:
            return schema


def fits(kind: str, value: Any) -> None:
    """A key that was added belongs into the schema as well."""
    errors = Draft7Validator(closed(PUBLISHED[kind])).iter_errors(value)
    assert [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in errors] == []


@pytest.mark.parametrize("kind", PUBLISHED)
def test_a_published_schema_is_a_schema(kind: str) -> None:
    """Of the draft that it names."""
    Draft7Validator.check_schema(PUBLISHED[kind])


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_a_checked_letter_fits(
    checker: Checker, letter: Callable[[str], Path], number: str
) -> None:
    """Every decided letter, whatever its outcome."""
    fits("check-result", checker("check", letter(number), "--format", "json").json)


@pytest.mark.parametrize("name", ["ready", "not-ready", "to-answer", "not-covered"])
def test_a_checked_example_fits(
    checker: Checker, example: Callable[[str], Path], name: str
) -> None:
    """Every outcome."""
    fits("check-result", checker("check", example(name), "--format", "json").json)


def test_an_audit_fits(checker: Checker, letter: Callable[[str], Path]) -> None:
    """With all readings."""
    ran = checker("audit", letter("000").parent, "--readings", "--by", "year", "--format", "json")

    fits("audit-result", ran.json)


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_what_would_change_a_letter_fits(
    checker: Checker, letter: Callable[[str], Path], number: str
) -> None:
    """What can be turned, what cannot, and what a good one rests on."""
    fits("flip-result", checker("flip", letter(number), "--format", "json").json)


def test_a_denial_answered_fits(checker: Checker, letter: Callable[[str], Path]) -> None:
    """With the reasons of an earlier denial."""
    ran = checker("check", letter("000"), "--since", letter("000"), "--format", "json")

    fits("check-result", ran.json)


def test_lint_and_examples_fit(checker: Checker) -> None:
    """Of one shipped guideline."""
    file = shipped("rules") / "odg/thoracic/facet-joint-injections.yaml"

    fits("lint-result", checker("rules", "lint", file, "--format", "json").json)
    fits("test-result", checker("rules", "test", file, "--format", "json").json)


# --- rules schema ---------------------------------------------------------------------------------

FLAGS = {
    "--guideline": "guideline",
    "--case": "case",
    "--vocabulary": "vocabulary",
    "--search-order": "search-order",
    "--result": "check-result",
    "--flip": "flip-result",
    "--audit": "audit-result",
    "--lint": "lint-result",
    "--test": "test-result",
}


def test_every_schema_is_printed_and_written(checker: Checker, tmp_path: Path) -> None:
    """Each by its own flag, and all of them to a folder."""
    ran = checker("rules", "schema", "-o", tmp_path)

    assert ran.code == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{kind}.schema.json" for kind in FLAGS.values()
    }
    for flag, kind in [*FLAGS.items()][::3]:
        printed = checker("rules", "schema", flag).json
        assert json.loads((tmp_path / f"{kind}.schema.json").read_text("utf-8")) == printed
        assert printed["$schema"].startswith("http://json-schema.org/")


def test_what_is_not_current_is_named(checker: Checker, tmp_path: Path) -> None:
    """A check changes nothing and fails; without it the file is written anew."""
    checker("rules", "schema", "-o", tmp_path)
    stale = tmp_path / "case.schema.json"
    current = stale.read_text(encoding="utf-8")
    stale.write_text("{}", encoding="utf-8")

    ran = checker("rules", "schema", "-o", tmp_path, "--check")
    assert (ran.code, ran.out) == (1, f"not current: {stale}\n")
    assert checker("rules", "schema", "-o", tmp_path).out == f"wrote {stale}\n"
    assert stale.read_text(encoding="utf-8") == current
    ran = checker("rules", "schema", "-o", tmp_path, "--check")
    assert (ran.code, ran.out) == (0, f"all schemas in {tmp_path} are current\n")


@pytest.mark.parametrize("arguments", [(), ("--case", "--guideline"), ("--case", "--check")])
def test_which_schema_is_meant_must_be_said(checker: Checker, arguments: tuple[str, ...]) -> None:
    """One of them, or all to a folder."""
    ran = checker("rules", "schema", *arguments)

    assert ran.code == 2
    assert "write one of --guideline, --case," in ran.err
