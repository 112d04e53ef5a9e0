"""Every lint rule finds what its page shows, in exactly these words, and nothing in the shipped rule base.

The messages stand in `lint_messages`, one file for each rule. To write them anew, and then to read every
one that changed:

    REWRITE_EXPECTED=1 python -m pytest tests/authoring/test_lint.py
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.authoring.lint.catalogue import ALLOWED, LOADS, RULES, Remark, lint
from checker.authoring.lint.rule import LintRule, load_base
from checker.errors import Problem, RuleError
from checker.render.lint import all_pages
from checker.shipped import shipped

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MESSAGES = HERE / "lint_messages"

Write = Callable[[str, str], Path]
EACH = pytest.mark.parametrize("rule", RULES, ids=[one.id for one in RULES])


def remarks(folder: Path) -> list[Remark]:
    return lint(load_base(folder))


def told(folder: Path, rule: LintRule) -> list[str]:
    """What one rule says of a rule base, with the lines that show it."""
    try:
        found = remarks(folder)
    except RuleError as error:
        return [str(one) for one in error.problems] if rule is LOADS else []
    return [
        str(Problem(one.notice.place, one.found.message, one.source_line))
        for one in found
        if one.rule is rule
    ]


# --- Each rule ------------------------------------------------------------------------------------


@EACH
def test_a_rule_finds_its_bad_sample_in_exactly_these_words(
    rule: LintRule, base_with: Write
) -> None:
    """The message names the place, the mistake, and what to do about it."""
    text = "\n".join(told(base_with(rule.sample_of, rule.bad), rule)) + "\n"
    expected = MESSAGES / f"{rule.id}.expected"
    if "REWRITE_EXPECTED" in os.environ:
        expected.write_text(text, encoding="utf-8")

    assert text.strip()
    assert text == expected.read_text(encoding="utf-8")


@EACH
def test_a_rule_finds_nothing_in_its_good_sample(rule: LintRule, base_with: Write) -> None:
    """And the good sample loads."""
    found = remarks(base_with(rule.sample_of, rule.good))

    assert [str(one.notice) for one in found if one.rule is rule] == []


@EACH
def test_a_message_is_a_clause(rule: LintRule) -> None:
    """It begins without a capital and ends without a period."""
    text = (MESSAGES / f"{rule.id}.expected").read_text(encoding="utf-8")
    messages = [line for line in text.splitlines() if line.startswith("rules/")]

    assert messages
    assert [one for one in messages if not re.fullmatch(r"\S+: (`|[a-z0-9]).*[^.]", one)] == []


@EACH
def test_a_rule_has_a_whole_page(rule: LintRule) -> None:
    """What, why, and a sample on each side."""
    assert re.fullmatch(r"R\d{3}", rule.id)
    assert rule.title[0].isupper() or rule.title[0] == "`"
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.bad != rule.good


def test_ids_are_in_order_and_none_is_used_twice() -> None:
    """A rule is looked up by its id."""
    ids = [one.id for one in RULES]

    assert ids == sorted(set(ids))


def test_every_message_belongs_to_a_rule() -> None:
    """No message outlives its rule."""
    assert {path.stem for path in MESSAGES.iterdir()} == {one.id for one in RULES}


# --- The shipped rule base ------------------------------------------------------------------------


def test_the_shipped_rule_base_is_clean() -> None:
    """Every error and warning was mended, or is allowed with a reason where it stands."""
    found = remarks(shipped("rules"))

    assert [str(one.notice) for one in found if one.rule.level != "note"] == []


def test_what_is_not_verified_is_noted() -> None:
    """Once for every criterion of the shipped rule base that rests on memory."""
    base = load_base(shipped("rules"))
    unverified = [one for one in base.criteria if not one.criterion.verified]

    assert len([one for one in lint(base) if one.rule.id == "R503"]) == len(unverified) > 0


def test_the_small_rule_base_is_clean(base_with: Write) -> None:
    """What a rule finds in its sample, it finds nowhere else."""
    assert [str(one.notice) for one in remarks(base_with("criterion", ""))] == []


# --- Allowances -----------------------------------------------------------------------------------

EXACT = "requires: {conservative_care_weeks: 4}\n"
ALLOW = "lint: [{allow: R204, because: The source counts exactly four.}]\n"


def test_what_is_allowed_is_not_found(base_with: Write) -> None:
    """On the criterion in which it stands."""
    found = remarks(base_with("criterion", EXACT + ALLOW))

    assert {"R204", ALLOWED.id}.isdisjoint(one.rule.id for one in found)


def test_an_allowance_is_for_its_own_part_alone(base_with: Write) -> None:
    """A neighbour's finding is still told, and the allowance is idle."""
    sample = (
        "criteria:\n  - {id: one, lint: [{allow: R204, because: no reason}]}\n  - {id: other, %s}\n"
    )

    found = remarks(base_with("guideline", sample % EXACT.strip()))

    assert {"R204", ALLOWED.id} <= {one.rule.id for one in found}


def test_an_allowance_of_a_guideline_is_for_all_its_criteria(base_with: Write) -> None:
    """It stands at the top of the file."""
    found = remarks(base_with("guideline", f"{ALLOW}criteria: [{{{EXACT.strip()}}}]\n"))

    assert {"R204", ALLOWED.id}.isdisjoint(one.rule.id for one in found)


def test_a_misspelt_rule_is_told_with_the_nearest(base_with: Write) -> None:
    """An allowance of nothing would hide nothing, and its author would not know."""
    folder = base_with("criterion", "lint: [{allow: R24, because: it is so}]\n")

    assert "there is no rule `R24` (did you mean `R204`?)" in told(folder, ALLOWED)[0]


def test_an_allowance_without_a_reason_is_refused(base_with: Write) -> None:
    """The reason is what a reader needs."""
    with pytest.raises(RuleError, match="`because` is missing"):
        remarks(base_with("criterion", "lint: [{allow: R204}]\n"))


# --- What is meant so is not found ---------------------------------------------------------------

SEDATION = "requires: {any: [{iv_sedation_planned: false}, {extreme_anxiety: true}]}\n"


def test_an_exception_that_an_example_presumes_is_meant_so(base_with: Write) -> None:
    """The author has written down that silence excuses."""
    example = "examples: [{name: sedation, facts: {iv_sedation_planned: true}, expect: presumed}]\n"
    folder = base_with("criterion", f"{SEDATION}if_silent: presumed\n{example}")

    assert "R201" not in {one.rule.id for one in remarks(folder)}


def test_an_exception_to_a_derived_exclusion_is_found(base_with: Write) -> None:
    """Any of the facts that it is derived from excludes."""
    derived = (
        "facts: {worries: {ask: Is it risky?, derived_when: {any: [{iv_sedation_planned: true}]}}}"
    )
    folder = base_with("vocabulary", derived)
    guideline = folder / "clinic/blocks.yaml"
    text = guideline.read_text(encoding="utf-8").replace("counts_against", "presumed")
    requires = "requires: {any: [{worries: false}, {extreme_anxiety: true}]}"
    text = text.replace("requires:\n    facet_tenderness: true", requires)
    guideline.write_text(text, encoding="utf-8")

    (found,) = (one for one in remarks(folder) if one.rule.id == "R201")

    assert "`iv_sedation_planned` is documented and `extreme_anxiety` is not" in found.found.message


def test_an_exception_without_presumption_harms_nobody(base_with: Write) -> None:
    """Where silence counts against the request it excuses nothing."""
    folder = base_with("criterion", f"{SEDATION}if_silent: counts_against\n")

    assert "R201" not in {one.rule.id for one in remarks(folder)}


LIST = """\
facts:
  earlier_blocks:
    type: list
    ask: Which blocks were done before?
    fields:
      earlier_targets: {type: targets, ask: Which levels?}
      earlier_joints: {joints_of: earlier_targets}
      earlier_relief: {type: boolean, ask: Did it help?}
      earlier_sedation: {type: boolean, ask: Was the patient sedated?}
"""


def with_records(base_with: Write, where: str, facts: str) -> set[str]:
    """What is found in a criterion about the records of a list, with one example."""
    folder = base_with("vocabulary", LIST)
    path = folder / "clinic/blocks.yaml"
    text = path.read_text(encoding="utf-8").replace("counts_against", "presumed")
    requires = f"requires: {{some: {{of: earlier_blocks, where: {where}}}}}"
    text = text.replace("requires:\n    facet_tenderness: true", requires)
    example = f"{{name: x, facts: {{earlier_blocks: [{facts}]}}, expect: met}}"
    path.write_text(f"{text}  - {example}\n", encoding="utf-8")
    return {one.rule.id for one in remarks(folder) if one.notice.place.file.endswith("blocks.yaml")}


def test_an_alternative_inside_a_record_is_no_exception(base_with: Write) -> None:
    """What a record says or not is about that record alone."""
    where = "{any: [{earlier_sedation: false}, {earlier_relief: true}]}"

    assert "R201" not in with_records(base_with, where, "{earlier_relief: true}")


def test_sizes_in_records_are_seen(base_with: Write) -> None:
    """One joint and two joints are the two sides of at least two."""
    where = "{count: {of: earlier_joints, at_least: 2}}"
    one, two = "{earlier_targets: [L4-5]}", "{earlier_targets: [L3-4, L4-5]}"

    assert "R106" in with_records(base_with, where, one)
    assert "R106" not in with_records(base_with, where, f"{one}, {two}")


@pytest.mark.parametrize(
    ("says", "at_least", "found"),
    [
        ("Care was tried for at least 4 to 6 weeks.", 4, False),
        ("Care was tried for four weeks or more.", 4, False),
        ("Care was tried for a month, or 4 weeks.", 4, False),
        ("Care was tried long enough.", 4, False),
        ("Two joints were treated for 4 weeks.", 4, False),
        ("Care was tried for six weeks.", 4, True),
        ("Care was tried for a 6-week course.", 4, True),
    ],
)
def test_numbers_are_compared_where_the_sentence_names_the_unit(
    says: str, at_least: int, found: bool, base_with: Write
) -> None:
    """Ranges, words and other units raise no false alarm."""
    requires = f"requires: {{conservative_care_weeks: {{at_least: {at_least}}}}}"
    folder = base_with("criterion", f"says: {says}\n{requires}\n")

    assert ("R406" in {one.rule.id for one in remarks(folder)}) is found


@pytest.mark.parametrize(
    ("requires", "found"),
    [
        ("{conservative_care_weeks: {at_least: 4, at_most: 4}}", False),
        ("{conservative_care_weeks: {more_than: 4, less_than: 4}}", True),
        ("{conservative_care_weeks: {more_than: 2600}}", True),
        ("{all: [{intent: diagnostic}, {not: {intent: diagnostic}}]}", True),
        ("{any: [{conservative_care_weeks: {more_than: 2600}}, {facet_tenderness: true}]}", False),
        ("{facet_tenderness: true, all: [{facet_tenderness: false}]}", True),
        ("{not: {conservative_care_weeks: {at_most: 2600}}}", True),
    ],
)
def test_a_condition_that_nothing_can_meet_is_found(
    requires: str, found: bool, base_with: Write
) -> None:
    """Through `all`, `not`, bounds and the range of the fact; an `any` needs one part that can be met."""
    folder = base_with("criterion", f"requires: {requires}\n")

    assert ("R202" in {one.rule.id for one in remarks(folder)}) is found


@pytest.mark.parametrize(
    ("requires", "found"),
    [
        ("{conservative_care_weeks: 4}", True),
        ("{conservative_care_weeks: [4, 5]}", True),
        ("{conservative_care_weeks: 0}", False),
        ("{conservative_care_weeks: {is_not: 0}}", False),
        ("{conservative_care_weeks: {at_least: 4}}", False),
    ],
)
def test_an_exact_number_is_found_unless_it_means_none(
    requires: str, found: bool, base_with: Write
) -> None:
    """Zero is none at all, which is often what is asked for."""
    folder = base_with("criterion", f"requires: {requires}\n")

    assert ("R204" in {one.rule.id for one in remarks(folder)}) is found


# --- The page -------------------------------------------------------------------------------------


def test_the_documented_rules_are_the_real_ones() -> None:
    """docs/lint.md is written by the program; UPDATE_DOCS=1 writes it anew."""
    page = ROOT / "docs" / "lint.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(all_pages(), encoding="utf-8")

    assert page.read_text(encoding="utf-8") == all_pages()
