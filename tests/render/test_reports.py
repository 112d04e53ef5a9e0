"""CSV, Markdown, SARIF, JUnit XML and workflow commands, read as the programs that they are for read them."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checker.case import load_case
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.render.contract import fact as told
from checker.render.markdowntext import cell, escaped
from checker.render.outline import fact_words, hanging_words, value_words
from checker.render.reports import audit_report, check_report
from checker.render.rows import in_cell
from checker.render.words import DISCLAIMER, fact_line
from tests.render.conftest import HOSTILE, LETTERS


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


# --- CSV ----------------------------------------------------------------------------------------------


def test_csv_has_one_row_for_every_item_and_criterion(letters: dict[str, Any]) -> None:
    """Ours beside the reviewer's, with facts and places."""
    found = table(audit_report(letters, "csv"))

    criteria = [
        (entry["case"], entry["request"], one["id"])
        for entry in letters["entries"]
        for one in entry["determination"]["criteria"]
    ]
    assert [(one["case"], one["request"], one["criterion"]) for one in found] == criteria
    row = next(one for one in found if one["criterion"] == "conservative-care-failed")
    assert (row["rules_say"], row["reviewer"], row["agreement"]) == (
        "Upheld",
        "Upheld",
        "agree, same reasons",
    )
    assert (row["status"], row["counts_against"], row["named_by_reviewer"]) == (
        "missing",
        "yes",
        "yes",
    )
    assert "physical therapy: not documented" in row["facts"]
    assert "summary, lines 43-45" in row["evidence"]
    assert row["rules"] == letters["rules"]["digest"]


def test_advice_does_not_count_against_a_request(letters: dict[str, Any]) -> None:
    """Though it may not be met."""
    found = table(audit_report(letters, "csv"))

    advice = [one for one in found if one["kind"] == "conduct" and one["status"] == "not met"]
    assert advice
    assert {one["counts_against"] for one in advice} == {"no"}


def test_csv_of_a_check_has_the_same_rows_without_a_reviewer(checked: dict[str, Any]) -> None:
    """A request that nothing covers has one row."""
    found = table(check_report(checked, "csv"))

    assert "reviewer" not in found[0]
    expected = sum(max(1, len(one["criteria"])) for one in checked["results"])
    assert len(found) == expected


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "|", "%", "\t=", " \n=", "\uff1d", "\uff0b"])
def test_no_cell_is_a_formula(sign: str) -> None:
    """Leading blanks do not hide one."""
    assert in_cell(f"{sign}cmd|' /C calc'!A0").startswith("'")


@settings(max_examples=150)
@given(st.text(st.sampled_from("=+-@|%,;\"'\r\n\t a1\x00\u2028\uff1d")))
def test_any_text_is_one_cell_in_one_line(text: str) -> None:
    """Nothing but blanks is lost, and no cell begins with what a spreadsheet runs."""
    drawn = in_cell(text)

    assert not re.match(r"[=+\-@|%\t\r\n\uff1d]", drawn)
    assert "\n" not in drawn
    assert drawn.removeprefix("'").split() == text.split() or drawn.split() == text.split()


# --- Markdown -----------------------------------------------------------------------------------------


def tokens(text: str) -> list[Any]:
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    return [one for top in parsed for one in (top, *(top.children or ()))]


def shown(text: str) -> str:
    return "".join(one.content for one in tokens(text) if one.type == "text")


MARKUP = {
    "html_inline",
    "html_block",
    "link_open",
    "image",
    "code_inline",
    "em_open",
    "strong_open",
    "s_open",
}


@settings(max_examples=200)
@given(st.text(st.sampled_from("<>&[]()`*_~|\\#@!:/.-+=1aAwhtp \n\"'{}"), max_size=40))
def test_any_text_is_itself_in_markdown(text: str) -> None:
    """Within a line and within a cell of a table."""
    expected = " ".join(text.split())
    line, row = f"x {escaped(text)} x", f"| a |\n|---|\n| {cell(text)} x |"

    for drawn in (line, row):
        assert not {one.type for one in tokens(drawn)} & MARKUP
        assert " ".join(shown(drawn).split()).endswith(f"{expected} x".strip())


@pytest.mark.parametrize("text", ["@someone", "#12", "http://a.b", "www.a.b", "a@b.c"])
def test_no_text_becomes_a_mention_or_a_link_of_its_own(text: str) -> None:
    """Pages of a build server make links of such texts wherever they stand."""
    assert not re.search(r"@\w|#\d|://|www\.", escaped(text).replace("&#", ""))


@pytest.mark.parametrize("kind", ["audit", "check"])
def test_hostile_texts_stay_texts_in_markdown(hostile: dict[str, Any], kind: str) -> None:
    """No tag, no link, no picture; the only emphasis is ours."""
    results = [one["determination"] for one in hostile["entries"]]
    text = (
        audit_report(hostile, "markdown")
        if kind == "audit"
        else check_report({**hostile, "results": results}, "markdown")
    )

    found = tokens(text)

    assert not {one.type for one in found} & (MARKUP - {"strong_open"})
    assert HOSTILE in shown(text)


def test_the_summary_for_a_ci_page_has_the_figures_and_the_disagreement(
    letters: dict[str, Any],
) -> None:
    """With n, interval, baseline and evidence."""
    text = audit_report(letters, "markdown")

    assert "| agree, items | 8 of 8, 100.0 % (95 % interval 67.6 to 100.0) | 7 of 8, 87.5 %" in text
    assert "| always Upheld, items | 7 of 8, 87.5 % (95 % interval 52.9 to 97.8) |" in text
    assert "| conservative-care-failed | 0 | 6 | 6 | 0 | 1 | 0 |" in text
    assert "| Upheld | Overturned | surgery-considered | summary, line 41 (2015-09-10) |" in text
    assert "too few to prove anything" in text
    assert DISCLAIMER in text
    widths = [
        line.count(" | ") for line in text.splitlines() if line.startswith("| imr-001&#35;2 | C")
    ]
    assert widths == [5]


def test_the_worksheet_says_what_to_do_and_is_no_approval(checked: dict[str, Any]) -> None:
    """One section for every request."""
    text = check_report(checked, "markdown")

    assert text.count("## Worksheet: ") == len(checked["results"])
    assert "Attach therapy notes with dates, visits and response" in text
    assert DISCLAIMER in text
    assert not re.search(r"\b(approved|denied|certified)\b", text, re.IGNORECASE)


# --- SARIF, JUnit XML, workflow commands --------------------------------------------------------------


def test_sarif_has_criteria_as_rules_and_disagreements_at_their_evidence(
    letters: dict[str, Any],
) -> None:
    """A warning where the outcomes differ, a note for the rest."""
    (run,) = json.loads(audit_report(letters, "sarif"))["runs"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    results = run["results"]

    assert len(rules) == len(set(rules))
    assert "odg/low-back/facet-joint-diagnostic-blocks#conservative-care-failed" in rules
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in results)
    (warning,) = [one for one in results if one["level"] == "warning"]
    assert warning["ruleId"] == "disagree"
    assert "imr-001#2: the rules say Upheld, the reviewer Overturned" in warning["message"]["text"]
    criteria = [
        one["message"]["text"] for one in results if one["ruleId"].endswith("#surgery-considered")
    ]
    assert len(criteria) == 1
    assert "[summary, line 41 (2015-09-10)]" in criteria[0]
    found = sum(len(one["findings"]) for one in letters["entries"])
    assert sum(one["ruleId"] in ("hedged", "boilerplate") for one in results) == 5
    assert found > 10


def test_evidence_in_a_named_document_is_a_location_in_it(letters: dict[str, Any]) -> None:
    """Lines are those of the letter, never of the case that quotes it."""
    (entry,) = [one for one in letters["entries"] if one["agreement"] == "disagree"]
    entry = json.loads(json.dumps(entry))
    entry["decision"]["evidence"]["document"] = "letters/001.txt"

    (run,) = json.loads(audit_report({**letters, "entries": [entry]}, "sarif"))["runs"]

    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "letters/001.txt"},
        "region": {"startLine": 135},
    }
    assert all("region" not in one for one in places[1:2])


def test_sarif_of_a_check_warns_of_what_counts_against_and_notes_questions(
    checked: dict[str, Any],
) -> None:
    """As many as there are."""
    (run,) = json.loads(check_report(checked, "sarif"))["runs"]

    levels = [one["level"] for one in run["results"]]
    against = [
        one
        for result in checked["results"]
        for one in result["criteria"]
        if one["status"] in ("not met", "missing")
        and one["kind"] in ("eligibility", "administrative")
    ]
    questions = [one for result in checked["results"] for one in result["questions"]]
    assert (levels.count("warning"), levels.count("note")) == (len(against), len(questions))
    assert min(len(against), len(questions)) > 0


def test_junit_has_a_test_for_every_item_and_fails_where_outcomes_differ(
    letters: dict[str, Any],
) -> None:
    """An audit's one disagreement."""
    root = ElementTree.fromstring(audit_report(letters, "junit"))

    assert (root.get("tests"), root.get("failures")) == ("10", "1")
    (failed,) = [one for one in root.iter("testcase") if one.find("failure") is not None]
    assert failed.get("name") == "imr-001#2 disagree"


def test_junit_of_a_check_has_a_test_for_every_deciding_criterion(checked: dict[str, Any]) -> None:
    """Which fails where it counts against the request."""
    root = ElementTree.fromstring(check_report(checked, "junit"))

    failed = {one.get("name") for one in root.iter("testcase") if one.find("failure") is not None}
    assert failed
    assert all(str(one).endswith((": missing", ": not met")) for one in failed)


def test_workflow_commands_stay_one_in_a_line(
    hostile: dict[str, Any], checked: dict[str, Any]
) -> None:
    """Whatever the texts hold."""
    for text in (audit_report(hostile, "github"), check_report(checked, "github")):
        assert text
        assert all(re.match(r"::(error|warning|notice) ", line) for line in text.splitlines())


@pytest.mark.parametrize("form", ["csv", "markdown", "html", "sarif", "junit", "github"])
def test_an_audit_of_nothing_can_be_drawn(nothing: dict[str, Any], form: str) -> None:
    """In every format; workflow commands have nothing to say."""
    assert bool(audit_report(nothing, form)) == (form != "github")


# --- Words that reports share -------------------------------------------------------------------------


def test_items_that_hang_alike_are_told_together() -> None:
    """Of many, the first twenty are named."""
    silent = {"strict": "Upheld", "lenient": "Overturned"}
    items = [{"item": f"a#{n}", "outcomes": silent} for n in range(23)]

    (words,) = hanging_words(items)

    assert words.startswith("23 items (strict: Upheld, lenient: Overturned): a#0, a#1, ")
    assert words.endswith("a#19 and 3 more")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (0, "0"),
        ([], "none"),
        (["L3-4", "L4-5"], "L3-4 and L4-5"),
        ("outcome_not_stated", "outcome not stated"),
        (
            [{"relief_percent": 50, "levels": ["L3-4"], "side": None}],
            "relief percent 50, levels L3-4",
        ),
        ([{"relief_percent": None}], "one, without details"),
    ],
)
def test_values_of_the_contract_in_words(value: Any, words: str) -> None:
    """As the screen has them."""
    assert value_words(value) == words


def test_facts_of_the_contract_read_as_on_screen(engine: Engine) -> None:
    """Every fact of every letter in the words of `explain`; JSON does not tell how a list is to be joined."""
    seen = 0
    for path in LETTERS:
        for answer in determine(load_case(path, engine.rules), engine, Terms()):
            for finding in (one for judged in answer.judged for one in judged.findings):
                ours, screen = (
                    re.sub(r"[;,]| and ", " ", words).split()
                    for words in (
                        fact_words(told(finding)),
                        fact_line(finding, engine.rules.anatomy),
                    )
                )
                assert ours == screen
                seen += 1
    assert seen > 100
