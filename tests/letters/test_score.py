"""What was read from a letter beside what a person says, field by field."""

from __future__ import annotations

from pathlib import Path

from checker.case import Case, parse_case
from checker.letters.score import letter_of, score
from checker.rulebase import RuleBase


def case(rules: RuleBase, facts: str = "", request: str = "", letter: str = "") -> Case:
    text = f"case: a\n{letter}record: closed\nfacts: {{{facts}}}\nrequests: [{{id: 1{request}}}]\n"
    return parse_case("a.yaml", text.encode(), rules)


def counts(read: Case, right: Case) -> dict[str, tuple[int, int, int]]:
    return {
        name: (one.right, one.wrong, one.missed) for name, one in score([(read, right)]).items()
    }


def test_equal_values_are_right_whatever_their_grade_and_place(rules: RuleBase) -> None:
    read = case(rules, "facet_tenderness: {value: true, evidence: {line: 3}}")
    right = case(rules, "facet_tenderness: {value: true, grade: conclusory}")

    assert counts(read, right) == {"facet_tenderness": (1, 0, 0)}


def test_another_value_is_wrong_and_missed(rules: RuleBase) -> None:
    read, right = case(rules, "muscle_spasm: true"), case(rules, "muscle_spasm: false")

    assert counts(read, right) == {"muscle_spasm": (0, 1, 1)}


def test_what_only_one_of_them_has_is_wrong_or_missed(rules: RuleBase) -> None:
    read, right = case(rules, "muscle_spasm: true"), case(rules, "pain_radiates: true")

    assert counts(read, right) == {"muscle_spasm": (0, 1, 0), "pain_radiates": (0, 0, 1)}


def test_silence_of_either_kind_is_no_value(rules: RuleBase) -> None:
    assert counts(case(rules, "muscle_spasm: not documented"), case(rules)) == {}


def test_a_conflict_is_right_when_both_have_the_same_values(rules: RuleBase) -> None:
    read = case(rules, "muscle_spasm: {conflicting: [true, false]}")
    right = case(rules, "muscle_spasm: {conflicting: [false, true]}")

    assert counts(read, right) == {"muscle_spasm": (1, 0, 0)}


def test_records_are_compared_field_by_field_as_a_whole(rules: RuleBase) -> None:
    blocks = "prior_blocks: [{{block_kind: medial_branch_block, relief_percent: {}}}]"
    half, more = case(rules, blocks.format(50)), case(rules, blocks.format(70))

    assert counts(half, half) == {"prior_blocks": (1, 0, 0)}
    assert counts(half, more) == {"prior_blocks": (0, 1, 1)}


def test_requests_and_decisions_are_fields_too(rules: RuleBase) -> None:
    decided = ", side: left, decision: {outcome: Upheld, guidelines_cited: [odg, acoem]}"
    read = case(rules, request=decided)
    right = case(rules, request=decided.replace("Upheld", "Overturned").replace("acoem", "mtus"))

    assert counts(read, right) == {
        "decision": (0, 1, 1),
        "guidelines cited": (0, 1, 1),
        "side": (1, 0, 0),
    }


def test_a_case_finds_its_letter_by_the_file_it_was_read_from_or_by_its_id(rules: RuleBase) -> None:
    letters = [Path("001_one.txt"), Path("0012.txt"), Path("CM16-1.pdf")]
    by_id = case(rules, letter='letter: {id: "001"}\n')
    by_name = case(
        rules,
        letter="letter: {id: X, read: {file: CM16-1.pdf, sha256: a, layout: b, tool: c, rules: d}}\n",
    )

    assert letter_of(by_id, letters) == letters[0]
    assert letter_of(by_name, letters) == letters[2]
    assert letter_of(case(rules), letters) is None
