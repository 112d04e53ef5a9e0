"""SARIF, JUnit XML and workflow commands, read back as the programs that they are for read them."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from checker.errors import Place
from checker.render.github import github
from checker.render.junit import junit
from checker.render.records import Notice, Rule, Tried
from checker.render.sarif import address, sarif

FEW = settings(max_examples=settings.default.max_examples // 10)
RULES = [
    Rule("R001", "A first rule.", "# R001\n\nWhy."),
    Rule("R002", "Another one.", level="note"),
]
NOTICES = [
    Notice("R002", "note", "a thing to look at", Place("rules/odg/x.yaml", 12, 5)),
    Notice("R001", "error", "100 % wrong,\nin two lines: `x`", Place("rules/odg/x.yaml", 3, 0)),
    Notice("R001", "warning", "of the whole file", Place("a folder/näme.yaml")),
]
TRIED = [
    Tried("odg/x#one", "a situation", Place("rules/x.yaml", 4, 9)),
    Tried("odg/x#one", "another", Place("rules/x.yaml", 5, 9), "expected met,\ngot missing"),
    Tried("odg/x#two", "a <third> & last", Place("rules/x.yaml", 9, 9)),
]
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("%:,;\r\n\t<>&\"'\x1b\x00\x0b\x85\u2028\ud800\ufffe\uffff]"),
        st.characters(),
    )
)


# --- SARIF ----------------------------------------------------------------------------------------


def only(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
FROM_ONE = {"type": "integer", "minimum": 1}
MESSAGE = only(["text"], text=TEXT, markdown=TEXT)
STANDARD = only(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"enum": ["2.1.0"]},
    runs={
        "type": "array",
        "items": only(
            ["tool"],
            tool=only(
                ["driver"],
                driver=only(
                    ["name"],
                    name=TEXT,
                    version=TEXT,
                    rules={
                        "type": "array",
                        "uniqueItems": True,
                        "items": only(
                            ["id"],
                            id=TEXT,
                            shortDescription=MESSAGE,
                            help=MESSAGE,
                            defaultConfiguration=only([], level=LEVEL),
                        ),
                    },
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results={
                "type": "array",
                "items": only(
                    ["message"],
                    ruleId=TEXT,
                    ruleIndex={"type": "integer", "minimum": -1},
                    level=LEVEL,
                    message=MESSAGE,
                    locations={
                        "type": "array",
                        "items": only(
                            [],
                            physicalLocation=only(
                                ["artifactLocation"],
                                artifactLocation=only(["uri"], uri=TEXT),
                                region=only(
                                    ["startLine"], startLine=FROM_ONE, startColumn=FROM_ONE
                                ),
                            ),
                        ),
                    },
                ),
            },
        ),
    },
)
"""What SARIF 2.1.0 allows in the parts of a log that are written here; it knows many others."""


def test_a_log_fits_the_standard() -> None:
    """No key that the standard does not know, and no value that it does not allow."""
    errors = Draft7Validator(STANDARD).iter_errors(json.loads(sarif(RULES, NOTICES)))

    assert [one.message for one in errors] == []


def test_a_log_has_one_run_with_its_rules_and_results() -> None:
    """The properties that SARIF 2.1.0 requires, and those that code review tools show."""
    log = json.loads(sarif(RULES, NOTICES))

    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"] == "checker"
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["R001", "R002"]
    assert run["tool"]["driver"]["rules"][0]["help"]["markdown"] == "# R001\n\nWhy."
    assert [one["level"] for one in run["results"]] == ["note", "error", "warning"]


def test_a_result_points_to_its_rule_and_place() -> None:
    """By the rule's index too, and with a region only where a line is known."""
    run = json.loads(sarif(RULES, NOTICES))["runs"][0]
    first, second, third = run["results"]

    assert (first["ruleId"], first["ruleIndex"]) == ("R002", 1)
    assert region(first) == {"startLine": 12, "startColumn": 5}
    assert region(second) == {"startLine": 3}
    assert region(third) is None


def region(result: Any) -> Any:
    (location,) = result["locations"]
    return location["physicalLocation"].get("region")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("rules/odg/x.yaml", "rules/odg/x.yaml"),
        ("a folder/x#1.yaml", "a%20folder/x%231.yaml"),
        ("c:x.yaml", "c%3Ax.yaml"),
        ("/at/the/top.yaml", "file:///at/the/top.yaml"),
    ],
)
def test_a_file_is_named_by_an_address(file: str, expected: str) -> None:
    """Relative as it is given, so that it can be found in a checkout elsewhere."""
    assert address(file) == expected


@settings(FEW)
@given(HOSTILE, HOSTILE.filter(bool))
def test_any_text_survives_in_a_log(message: str, file: str) -> None:
    """The log is ASCII, and what no format can carry is replaced."""
    text = sarif(RULES, [Notice("R001", "error", message, Place(file, 1, 1))])

    assert text.isascii()
    result = json.loads(text)["runs"][0]["results"][0]
    assert len(result["message"]["text"]) == len(message)
    result["message"]["text"].encode()
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\x21-\x7e]*", uri)
    unquote(uri, errors="strict")


# --- JUnit XML ------------------------------------------------------------------------------------


def test_tests_are_grouped_and_counted() -> None:
    """One suite for each criterion, with the sums above them."""
    root = ElementTree.fromstring(junit("checker rules test", TRIED))

    assert root.attrib == {"name": "checker rules test", "tests": "3", "failures": "1"}
    assert [(one.get("name"), one.get("tests"), one.get("failures")) for one in root] == [
        ("odg/x#one", "2", "1"),
        ("odg/x#two", "1", "0"),
    ]


def test_a_failed_test_says_why_and_where() -> None:
    """In one attribute for lists, and in the text with the place."""
    root = ElementTree.fromstring(junit("checker", TRIED))
    (failure,) = root.iter("failure")

    assert failure.get("message") == "expected met,\ngot missing"
    assert failure.text == "rules/x.yaml:5:9: expected met,\ngot missing"


def test_no_test_at_all_is_a_document_too() -> None:
    """Nothing ran, nothing failed."""
    root = ElementTree.fromstring(junit("checker", []))

    assert (root.get("tests"), root.get("failures"), len(root)) == ("0", "0", 0)


@settings(FEW)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_any_text_survives_in_a_report(group: str, name: str, failure: str) -> None:
    """Every report is well-formed, and a text has as many characters as before."""
    text = junit("checker", [Tried(group, name, Place("x.yaml", 1, 1), failure)])

    root = ElementTree.fromstring(text.encode())
    (case,) = root.iter("testcase")
    assert len(case.get("name", "")) == len(name)
    assert len(case[0].get("message", "")) == len(failure)


# --- Workflow commands ----------------------------------------------------------------------------


def test_a_notice_is_a_command_in_one_line() -> None:
    """Level, file, line and column, and the id of the rule as title."""
    assert github(NOTICES).splitlines() == [
        "::notice file=rules/odg/x.yaml,line=12,col=5,title=R002::a thing to look at",
        "::error file=rules/odg/x.yaml,line=3,title=R001::100 %25 wrong,%0Ain two lines: `x`",
        "::warning file=a folder/näme.yaml,title=R001::of the whole file",
    ]


@settings(FEW)
@given(HOSTILE, HOSTILE)
def test_no_text_ends_a_command_early(message: str, file: str) -> None:
    """A message or a name can neither begin another command nor another setting."""
    text = github([Notice("R001", "error", message, Place(file, 2, 3))])

    (line,) = text.splitlines()
    head, said = line.removeprefix("::").split("::", 1)
    told = dict(one.split("=", 1) for one in head.removeprefix("error ").split(","))
    assert told.keys() == {"file", "line", "col", "title"}
    assert len(unquote(said)) == len(message)
