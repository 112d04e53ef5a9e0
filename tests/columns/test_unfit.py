"""Rules that columns cannot hold are refused when they are loaded, with the reason and the line."""

from dataclasses import replace

import pytest

from checker.condition import Some
from checker.engine.columns.engine import ColumnsEngine
from checker.errors import RuleError
from checker.rulebase import load_rules

VOCABULARY = """\
facts:
  drugs: {type: set, values: {%s}, ask: Which drugs?}
  blocks: {type: list, ask: Which blocks?, fields: {helped: {type: boolean, ask: Did it help?}%s}}
  %s: {type: boolean, ask: Is it?}
procedures: {block: {title: Block, targets: nerves}}
regions: {lumbar: Low back}
"""
GUIDELINE = """\
id: g
title: A guideline
source: {publisher: P}
in_force: {from: 2000-01-01}
covers: {procedure: [block]}
criteria:
"""
CRITERION = """\
  - {id: c%d, item: one, kind: eligibility, says: It is so., requires: {%s}, if_silent: presumed,
     fix: Write it., verified: true, examples: []}
"""
ANATOMY = """\
source: made up
vertebrae: [L4, L5]
joints: {L4-5: {nerves: [L3], region: lumbar}}
nerves: {L3: {title: L3}}
"""


@pytest.fixture
def rules_with(tmp_path):
    """A rule base with so many members of a set, so many criteria, and names of our choice."""

    def load(*, members=3, criteria=1, fact="tender", field="", requires="tender: true"):
        values = ", ".join(f"m{number}: Member" for number in range(members))
        extra = f", {field}: {{type: boolean, ask: Is it?}}" if field else ""
        (tmp_path / "vocabulary.yaml").write_text(VOCABULARY % (values, extra, fact))
        (tmp_path / "anatomy.yaml").write_text(ANATOMY)
        each = "".join(CRITERION % (number, requires) for number in range(criteria))
        (tmp_path / "g.yaml").write_text(GUIDELINE + each)
        return load_rules(tmp_path)

    return load


def refusal(rules) -> str:
    """Why columns refuse a rule base."""
    with pytest.raises(RuleError) as caught:
        ColumnsEngine(rules)
    return str(caught.value)


def test_a_set_of_64_members_is_refused_where_it_is_asked_for(rules_with):
    """A set is an integer of 64 bits."""
    message = refusal(rules_with(members=64, requires="drugs: {includes: m1}"))

    assert "g.yaml:7:5: `drugs` is a set of 64 members, more than 63" in message


def test_a_set_of_63_members_is_decided(rules_with):
    """The last bit that fits."""
    ColumnsEngine(rules_with(members=63, requires="drugs: {includes: m62}"))


def test_a_large_set_that_no_rule_looks_at_is_no_matter(rules_with):
    """Only what is asked for has to fit."""
    ColumnsEngine(rules_with(members=64))


def test_64_criteria_in_one_guideline_are_refused(rules_with):
    """The criteria that fail are an integer of 64 bits."""
    assert "g.yaml:1:1: 64 criteria in one guideline, more than 63" in refusal(
        rules_with(criteria=64)
    )


def test_a_fact_with_the_name_of_a_column_is_refused(rules_with):
    """A table could not tell them apart."""
    message = refusal(rules_with(fact="record", requires="record: true"))

    assert "vocabulary.yaml: `record` is a column of every table of cases" in message


def test_a_field_with_the_name_of_a_list_of_names_is_refused(rules_with):
    """Inside a record as well."""
    message = refusal(rules_with(field="not_asked"))

    assert "vocabulary.yaml: `not_asked` is a column of every table of cases" in message


def test_a_list_inside_a_list_is_refused(rules_with):
    """The language has none; a program that makes one is told so."""
    rules = rules_with(requires="some: {of: blocks, where: {helped: true}}")
    guideline = rules.guidelines["g"]
    criterion = guideline.criteria[0]
    nested = replace(criterion, requires=Some("blocks", 1, criterion.requires))
    nesting = replace(rules, guidelines={"g": replace(guideline, criteria=(nested,))})

    assert "g.yaml:7:5: a list is looked at inside the `where` of another" in refusal(nesting)
