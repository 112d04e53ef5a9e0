"""`checker rules docs`: the rule base as pages to read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.render.rulebook import pages
from checker.rulebase import RuleBase

Checker = Callable[..., Any]

LOW_BACK = "odg/low-back/facet-joint-diagnostic-blocks"


@pytest.fixture(scope="module")
def written(rules: RuleBase) -> dict[str, str]:
    """All pages, without decided cases."""
    return pages(rules, [])


def test_every_guideline_has_a_page_and_every_criterion_a_heading(
    written: dict[str, str], rules: RuleBase
) -> None:
    """In their order, with what each says."""
    for guideline in rules.guidelines.values():
        page = written[f"{guideline.id}.md"]
        headings = re.findall(r"(?m)^## \d+\. (\S+)$", page)

        assert headings == [one.id for one in guideline.criteria]
        assert page.count("Verified against the source: **no**") == sum(
            not one.verified for one in guideline.criteria
        )


def test_every_example_is_a_row(written: dict[str, str], rules: RuleBase) -> None:
    """With its status."""
    for guideline in rules.guidelines.values():
        rows = re.findall(r"(?m)^\| .* \| .* \| (.*) \|$", written[f"{guideline.id}.md"])
        statuses = [one for one in rows if one != "status"]

        assert statuses == [
            example.expect for one in guideline.criteria for example in one.examples
        ]


def test_every_link_leads_somewhere(written: dict[str, str]) -> None:
    """From the index to the guidelines, and from each question to its fact."""
    number = 0
    for name, page in written.items():
        for target in re.findall(r"\]\(([^)]+)\)", page):
            path, _, anchor = target.partition("#")
            found = written[
                Path("/", name).parent.joinpath(path).resolve().relative_to("/").as_posix()
            ]
            number += 1

            assert not anchor or re.search(rf"(?m)^#+ {anchor}$", found), (name, target)
    assert number > 300


def test_every_fact_and_field_has_its_question(written: dict[str, str], rules: RuleBase) -> None:
    """And every relation its sentence."""
    page = written["vocabulary.md"].replace("\\", "")

    for spec in rules.vocabulary.facts.values():
        assert f"\n## {spec.name}\n" in page
        assert spec.ask in page
    for relation in rules.relations:
        assert f"- `{relation.id}`: " in page


def test_pages_name_the_decided_cases_that_turned_on_a_criterion(
    checker: Checker, letter: Callable[[str], Path], tmp_path: Path
) -> None:
    """With our status and whether the reviewer names the criterion too."""
    ran = checker("rules", "docs", "-o", tmp_path / "pages", "--cases", letter("000"))

    page = (tmp_path / "pages" / f"{LOW_BACK}.md").read_text(encoding="utf-8")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"wrote 23 pages to {tmp_path / 'pages'}\n"
    assert "- imr-000, request 1: missing; the reviewer (Upheld) names it too" in page


def test_a_case_that_does_not_load_is_told_and_the_pages_are_written(
    checker: Checker, tmp_path: Path
) -> None:
    """The exit code is 2."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("case: x\n", encoding="utf-8")

    ran = checker("rules", "docs", "-o", tmp_path / "pages", "--cases", bad)

    assert ran.code == 2
    assert "bad.yaml" in ran.err
    assert (tmp_path / "pages" / "README.md").is_file()


def test_a_folder_that_cannot_be_written_is_told(checker: Checker, tmp_path: Path) -> None:
    """Without a traceback."""
    (tmp_path / "taken").write_text("", encoding="utf-8")

    ran = checker("rules", "docs", "-o", tmp_path / "taken", "--cases", tmp_path / "none")

    assert ran.code == 2
    assert "cannot be written" in ran.err
