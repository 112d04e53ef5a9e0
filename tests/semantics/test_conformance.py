"""The conformance suite on every implementation, and that its files are what they say they are."""

from __future__ import annotations

import os
import re

import pytest
import yaml

from tests.semantics import conformance_tables, plain
from tests.semantics.conformance import (
    FOLDER,
    IMPLEMENTATIONS,
    STATUSES_OF_TRUTH,
    Group,
    differences,
    groups,
    suites,
)
from tests.semantics.tables import PAGE, blocks, tables

README = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("group", [pytest.param(one, id=one.id) for one in groups()])
@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_an_implementation_passes_every_test(implementation: str, group: Group):
    """Each implementation answers alone: none is corrected by another."""
    assert list(differences(group, IMPLEMENTATIONS[implementation])) == []


OF_ONE_REQUEST = [
    (group, test)
    for group in groups()
    for test in group.tests
    if group.criteria and len(test.case["requests"]) == 1
]
"""All but what is about grouping requests and about choosing guidelines."""


@pytest.mark.parametrize("file", sorted({group.suite for group, _ in OF_ONE_REQUEST}))
def test_the_suite_is_enough_to_write_an_implementation(file: str):
    """One that reads the YAML by itself and shares no code with the checker passes as well."""
    own = [(group, test) for group, test in OF_ONE_REQUEST if group.suite == file]
    for group, test in own:
        terms = (test.terms.reading, test.terms.facts_from)
        statuses = {
            name: plain.decided(criterion, test.case, *terms)
            for name, criterion in group.criteria.items()
        }
        outcome, ledger = plain.determination(group.criteria, statuses)
        found = {"determination": outcome, "ledger": ledger, "statuses": statuses}
        (expected,) = test.expected
        wanted = {name: said for name, said in expected.items() if name in found}
        found["statuses"] = {name: statuses[name] for name in wanted.get("statuses", ())}

        assert (group.id, test.name, {name: found[name] for name in wanted}) == (
            group.id,
            test.name,
            wanted,
        )


def test_the_plain_reader_answers_most_of_the_suite():
    """Nine tests of ten; the rest is about grouping requests and choosing guidelines."""
    assert len(OF_ONE_REQUEST) >= 0.9 * sum(len(group.tests) for group in groups())


# Files ----------------------------------------------------------------------------------------------


def test_the_tests_of_the_tables_are_current():
    """`UPDATE_CONFORMANCE=1` writes them anew, to be reviewed as a diff."""
    if os.environ.get("UPDATE_CONFORMANCE"):
        conformance_tables.write()
    found = {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in FOLDER.glob("tables/*")
    }

    assert found == conformance_tables.paths()


def test_every_table_of_the_page_is_in_the_suite():
    """Under its heading and its number there, with a test for each row at least."""
    titles = [title for title, _ in conformance_tables.titled()]
    expected = {title: len(one.rows) for (title, one) in conformance_tables.titled()}
    found = {title: number_of_tests(title) for title in titles}

    assert len(titles) == len(tables()) == len(set(titles))
    assert [title for title in titles if found[title] < expected[title]] == []


def number_of_tests(title: str) -> int:
    of_table = re.compile(re.escape(title) + r"( \(\d+ of \d+\))?")
    own = [one for one in groups() if one.suite.startswith("tables/")]
    return sum(len(one.tests) for one in own if of_table.fullmatch(one.says))


def test_the_facts_of_the_page_are_those_of_the_suite():
    """Whoever runs the suite needs no second vocabulary."""
    page = yaml.load(blocks()[0], yaml.CSafeLoader)
    own = yaml.load((FOLDER / "rules" / "vocabulary.yaml").read_bytes(), yaml.CSafeLoader)

    assert page["facts"].items() <= own["facts"].items()
    assert page["procedures"] == own["procedures"]
    assert page["regions"] == own["regions"]


def test_names_are_unique():
    """A report names a test by its file, its group and its name."""
    named = [(group.id, test.name) for group in groups() for test in group.tests]

    assert [one for one in named if named.count(one) > 1] == []
    assert len({group.id for group in groups()}) == len(groups())
    assert all(isinstance(name, str) for _, name in named)


def test_every_test_expects_something():
    """A test that expects nothing passes everywhere."""
    silent = [
        f"{group.id}: {test.name}"
        for group in groups()
        for test in group.tests
        if not all(answer.keys() - {"requests"} for answer in test.expected) or not test.expected
    ]

    assert silent == []


def test_every_file_is_read_by_a_plain_yaml_loader():
    """The strictest one at hand, without the library in C."""
    for path in sorted(FOLDER.rglob("*.yaml")):
        assert yaml.load(path.read_bytes(), yaml.SafeLoader) == yaml.load(
            path.read_bytes(), yaml.CSafeLoader
        )


def test_every_file_names_the_section_that_it_is_about():
    """A heading of the page, or of the README where the page is silent."""
    headings = re.findall(r"(?m)^##+ (.+)$", PAGE.read_text(encoding="utf-8") + README)

    assert [one.file for one in suites() if one.section not in headings] == []


# The README -----------------------------------------------------------------------------------------


def test_the_readme_lists_every_file():
    """With what it is about."""
    listed = re.findall(r"(?m)^\| `(\S+/\S+\.yaml)` \|", README)

    assert sorted(listed) == sorted(one.file for one in suites())


def test_the_readme_has_the_statuses_of_a_truth():
    """The table of the page, which whoever runs the suite needs."""
    (table,) = (
        one for one in tables() if one.columns == ("truth", "presumed", "counts_against", "ask")
    )
    rows = [tuple(row.values()) for row in table.rows]
    shown = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in README.splitlines()]

    assert [row for row in rows if row not in shown] == []
    assert {row[0]: row[1:] for row in rows} == dict(STATUSES_OF_TRUTH)


def test_the_readme_says_every_key_of_a_test():
    """No word of a suite is left to be guessed."""
    used = {key for group in groups() for test in group.tests for key in test.said}
    used |= {
        key for group in groups() for test in group.tests for one in test.expected for key in one
    }

    assert [key for key in sorted(used) if f"| `{key}` |" not in README] == []
