"""What an audit remarks on: each finding where it belongs, and not where it does not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checker.audit.comparison import Compared
from checker.audit.findings import FINDING_IDS
from checker.audit.run import audit_case, audited
from checker.case import Case, parse_case
from checker.charting import FactsFrom
from checker.determination import Terms
from checker.engine.agreed import Engine
from checker.errors import CaseError
from checker.sketch import sketch

TEXT = " ".join(f"word{'abcdefghij'[n % 10]} number {n} of a long rationale" for n in range(40))
OTHER = " ".join(f"another{'abcdefghij'[n % 10]} sentence about care" for n in range(40))

Found = Callable[..., list[str]]


def case_of(engine: Engine, text: str, file: str = "case.yaml") -> Case:
    return parse_case(file, textwrap.dedent(text).encode(), engine.rules)


def items_of(engine: Engine, *cases: Case, facts_from: FactsFrom = "all") -> tuple[Compared, ...]:
    """The decided items of some cases, as an audit has them."""
    each = [audit_case(case, engine, Terms(facts_from=facts_from)) for case in cases]
    return audited(each, engine.rules.remarks).items


@pytest.fixture
def found(engine: Engine) -> Found:
    """The findings on one lumbar block: `facts` and further lines of the decision are a test's own."""

    def findings(
        decision: str = "",
        facts: str = "",
        request: str = "targets: [L4-5]",
        outcome: str = "Upheld",
        letter: str = "{id: a, jurisdiction: CA, ur_date: 2014-05-20}",
    ) -> list[str]:
        text = (
            f"case: a\nrecord: closed\nletter: {letter}\nfacts: {{{facts}}}\nrequests:\n"
            f"  - {{id: 1, procedure: medial_branch_block, region: lumbar, {request},\n"
            f"     decision: {{outcome: {outcome}, {decision}}}}}\n"
        )
        (item,) = items_of(engine, case_of(engine, text))
        assert all(one.evidence for one in item.findings)
        return [f"{one.id}: {one.says}" for one in item.findings]

    return findings


# --- Reasons --------------------------------------------------------------------------------------


def test_a_reason_that_the_guideline_does_not_have_is_remarked_on(found: Found) -> None:
    """Whether the request is denied on it, or it is only asked for."""
    (denied,) = found("grounds: [efficacy-not-shown]")
    (asked,) = found("beyond: [{ground: imaging-of-the-levels, line: 5}]")

    assert denied.startswith("reason-outside-guideline: the reason efficacy-not-shown is no")
    assert asked.startswith("reason-outside-guideline: imaging-of-the-levels is asked for")


def test_a_reason_that_the_guideline_has_is_not_remarked_on(found: Found) -> None:
    """Nor is one that is asked for and is a criterion."""
    assert found("grounds: [conservative-care-failed]") == []
    assert found("beyond: [{ground: conservative-care-failed, line: 5}]") == []


CARE_FAILED = (
    "physical_therapy: {value: failed, evidence: {line: 7}}, home_exercise: failed, "
    "nsaids: failed, conservative_care_weeks: 8"
)


def test_a_denial_for_a_criterion_that_the_facts_meet_is_remarked_on(found: Found) -> None:
    """The reason can be read against the places of those facts."""
    (told,) = found("grounds: [conservative-care-failed]", CARE_FAILED)

    assert (
        told == "reason-met: conservative-care-failed is given as a reason, and the facts meet it"
    )


def test_a_grant_on_a_criterion_that_is_met_is_not_remarked_on(found: Found) -> None:
    """There is nothing to object to."""
    assert found("grounds: [conservative-care-failed]", CARE_FAILED, outcome="Overturned") == []


# --- Said to be missing ---------------------------------------------------------------------------

ABSENT = "says_absent: [{fact: physical_therapy, line: 90}]"


def test_what_is_said_to_be_missing_and_stands_in_the_record_is_remarked_on(found: Found) -> None:
    """A plain error of fact, with the place in the record."""
    (told,) = found(ABSENT, "physical_therapy: {value: failed, evidence: {line: 7}}")

    assert told == (
        "says-absent-but-present: physical therapy is said to be missing, and the record has it: failed"
    )


@pytest.mark.parametrize(
    "facts",
    [
        "",
        "physical_therapy: {value: not documented, evidence: {line: 7}}",
        "physical_therapy: {value: failed, evidence: {line: 7, voice: reviewer}}",
        "physical_therapy: {value: failed, evidence: {line: 7, voice: ur}}",
        "physical_therapy: failed",
        "physical_therapy: {value: not_done, evidence: {line: 7}}",
    ],
    ids=["silent", "said to be silent", "the reviewer's", "utilization review's", "no place", "no"],
)
def test_what_the_record_does_not_have_is_rightly_said_to_be_missing(
    found: Found, facts: str
) -> None:
    """Only what the chart itself says, in a place that can be shown, contradicts the reviewer."""
    assert found(ABSENT, facts) == []


def test_earlier_blocks_that_are_said_to_be_missing_are_found_in_the_record(found: Found) -> None:
    """An empty list says that there were none; a conflict has at least one that is there."""
    absent = "says_absent: [{fact: prior_blocks, line: 90}, {fact: root_tension_sign, line: 91}]"
    one_block = "prior_blocks: [{block_kind: medial_branch_block, evidence: {line: 7}}]"
    both = (
        "root_tension_sign: {conflicting: [{value: positive, evidence: {line: 8}},"
        " {value: negative, evidence: {line: 9}}]}"
    )

    told = [one for one in found(absent, f"{one_block}, {both}") if one.startswith("says-absent")]

    assert len(told) == 2
    assert found(absent, "prior_blocks: {value: [], evidence: {line: 7}}") == []


# --- Words of the decision ------------------------------------------------------------------------


def test_a_rationale_that_closes_against_the_decision_is_remarked_on(found: Found) -> None:
    """The decision word and the last sentence should say the same."""
    (told,) = found("closing: {outcome: Overturned, line: 99}")

    assert (
        told
        == "decision-against-closing: the item is Upheld, and its rationale closes as Overturned"
    )
    assert found("closing: {outcome: Upheld, line: 99}") == []


def test_a_rationale_about_another_region_is_remarked_on(found: Found) -> None:
    """So is one about other joints; nerves and ranges that may be the same joints are not."""
    assert found("speaks_of: {region: cervical, line: 9}") == [
        (
            "region-mismatch: the request is for: Low back (lumbar spine); "
            "the rationale speaks of: Neck (cervical spine)"
        )
    ]
    assert found("speaks_of: {targets: [L2-3], line: 9}") == [
        "region-mismatch: the request is for L4-5, and the rationale speaks of L2-3"
    ]
    assert found("speaks_of: {region: lumbar, targets: [L3, L4], line: 9}") == []
    assert found("speaks_of: {targets: [L3], line: 9}") == []


def test_a_hedged_rationale_is_remarked_on(found: Found) -> None:
    """Where it leaves its own decision open."""
    assert found("hedges: [{line: 69, last_line: 71}]") == [
        "hedged: the rationale leaves its own decision open"
    ]


def test_a_source_outside_the_search_order_is_remarked_on(found: Found) -> None:
    """With the place where it is cited."""
    assert found("guidelines_cited: [odg, uptodate], cited_at: {line: 8}") == [
        (
            "source-outside-search-order: uptodate has no place in the search order of "
            "California workers' compensation"
        )
    ]


# --- Boilerplate ----------------------------------------------------------------------------------


def rationale(text: str) -> str:
    made = sketch(text)
    return f"rationale: {{line: 9, words: {made.words}, sketch: '{made.text}'}}"


def letter_with(engine: Engine, *decisions: str, file: str = "a.yaml") -> Case:
    """A letter with several blocks, one decision each."""
    requests = "".join(
        f"  - {{id: {n}, procedure: medial_branch_block, region: lumbar, targets: [L{n}-{n + 1}],\n"
        f"     decision: {{outcome: Upheld, {decision}}}}}\n"
        for n, decision in enumerate(decisions, 1)
    )
    return case_of(engine, f"case: {file}\nrecord: closed\nrequests:\n{requests}", file)


def repeated(engine: Engine, *cases: Case) -> dict[str, list[str]]:
    """Findings on common texts, by letter and request."""
    return {
        f"{item.determination.case.name}#{item.request.id}": told
        for item in items_of(engine, *cases)
        if (
            told := [
                f"{one.id}: {one.says}" for one in item.findings if one.id.startswith("boilerplate")
            ]
        )
    }


def test_items_of_a_letter_with_the_same_rationale_are_remarked_on(engine: Engine) -> None:
    """Numbers aside; the one that differs is not."""
    with_other_numbers = TEXT.replace("number 1", "number 7")

    found = repeated(
        engine,
        letter_with(engine, rationale(TEXT), rationale(OTHER), rationale(with_other_numbers)),
    )

    assert found == {
        "a.yaml#1": ["boilerplate: the rationale is the same text as that of #3 of this letter"],
        "a.yaml#3": ["boilerplate: the rationale is the same text as that of #1 of this letter"],
    }


def test_a_person_can_say_that_a_rationale_repeats_another(engine: Engine) -> None:
    """Without any sketch."""
    found = repeated(
        engine, letter_with(engine, "basis: guideline", "rationale: {line: 9, repeats: 1}")
    )

    assert set(found) == {"a.yaml#1", "a.yaml#2"}


def test_without_rationales_the_same_long_note_is_remarked_on(engine: Engine) -> None:
    """A short one may be the same by chance."""
    long, short = "note: " + repr(TEXT), "note: hedged"

    assert set(repeated(engine, letter_with(engine, long, long))) == {"a.yaml#1", "a.yaml#2"}
    assert repeated(engine, letter_with(engine, short, short)) == {}


def test_the_same_rationale_in_two_letters_is_remarked_on_in_both(engine: Engine) -> None:
    """Only the corpus shows it; each names the other letter."""
    cases = [letter_with(engine, rationale(TEXT), file=name) for name in ("a.yaml", "b.yaml")]
    cases.append(letter_with(engine, rationale(OTHER), file="c.yaml"))

    assert repeated(engine, *cases) == {
        "a.yaml#1": [
            (
                "boilerplate-across-letters: the rationale is the same text as that of b.yaml#1; "
                "2 rationales in 2 letters have it"
            )
        ],
        "b.yaml#1": [
            (
                "boilerplate-across-letters: the rationale is the same text as that of a.yaml#1; "
                "2 rationales in 2 letters have it"
            )
        ],
    }


def test_a_rule_base_without_remarks_finds_no_common_text(engine: Engine) -> None:
    """The share that counts as the same text is a convention of the rule base."""
    case = letter_with(engine, rationale(TEXT), file="a.yaml")
    other = letter_with(engine, rationale(TEXT), file="b.yaml")
    each = [audit_case(one, engine, Terms()) for one in (case, other)]

    items = audited(each, replace(engine.rules.remarks, near_identical=None)).items

    assert [one.findings for one in items] == [(), ()]


# --- What it rests on -----------------------------------------------------------------------------

LABEL = "radiculopathy_diagnosis: {value: true, grade: conclusory, evidence: {line: 39}}"


def test_a_diagnosis_by_name_alone_is_remarked_on(found: Found) -> None:
    """Not where an examination or a study speaks for it too."""
    assert found("", LABEL) == [
        "label-only: non-radicular is not met by the name of a diagnosis alone"
    ]
    assert found("", f"{LABEL}, emg_radiculopathy: true") == []
    assert found("", "radiculopathy_diagnosis: true") == []


GENERAL = "conservative_care_failed: {value: true, evidence: {line: 93}}"


def test_care_that_is_only_summed_up_is_remarked_on(found: Found) -> None:
    """Not where the treatments are named, and not where the summary decides nothing."""
    assert found("", GENERAL) == [
        "conclusory-care: conservative-care-failed is met by a general statement alone"
    ]
    assert found("", f"{GENERAL}, {CARE_FAILED}") == []
    assert found("", "conservative_care_failed: false") == []


@pytest.mark.parametrize(
    ("dated", "stale"),
    [("2012-05-20", True), ("2012-05-21", False), ("2014-05-19", False), ("2003-07-30", True)],
)
def test_evidence_is_stale_from_the_day_that_the_rule_base_says(
    found: Found, dated: str, stale: bool
) -> None:
    """Two years for a nerve study; the request is of 20 May 2014."""
    facts = f"emg_radiculopathy: {{value: false, evidence: {{line: 5, dated: {dated}}}}}"

    assert [one.partition(":")[0] for one in found("", facts)] == ["stale-evidence"] * stale


def test_evidence_whose_age_cannot_be_told_is_not_stale(found: Found) -> None:
    """Without a day of the request, or of the study; a second and fresh place counts as well."""
    old = "{line: 5, dated: 2003-07-30}"
    undated = "emg_radiculopathy: {value: false, evidence: {line: 5}}"
    with_fresh = (
        f"emg_radiculopathy: {{value: false, evidence: [{old}, {{line: 6, dated: 2014-01-01}}]}}"
    )

    assert found("", undated) == []
    assert found("", with_fresh) == []
    assert (
        found("", f"emg_radiculopathy: {{value: false, evidence: {old}}}", letter="{id: a}") == []
    )


def test_a_conflict_is_remarked_on_where_the_guideline_looks(found: Found) -> None:
    """A conflict that no criterion looks at tells nothing about the decision."""
    assert found("", "root_tension_sign: {conflicting: [positive, negative]}") == [
        "conflicting-facts: root tension sign: conflicting, positive or negative"
    ]
    assert found("", "knee_surgery_in_past: {conflicting: [true, false]}") == []


def test_one_procedure_that_is_decided_item_by_item_is_remarked_on(engine: Engine) -> None:
    """On each of its items."""
    items = items_of(engine, letter_with(engine, "grounds: []", "grounds: []"))

    for item in items:
        assert [one.id for one in item.findings] == ["one-procedure-in-several-items"]
        assert [one.says for one in item.findings] == [
            "#1 and #2 are one procedure, decided item by item"
        ]


def test_a_request_without_levels_is_remarked_on_where_the_procedure_has_levels(
    found: Found, engine: Engine
) -> None:
    """A drug has none."""
    drug = (
        "case: a\nrecord: closed\nrequests:\n"
        "  - {id: 1, procedure: opioid_medication, decision: {outcome: Upheld}}\n"
    )

    assert found(request="side: left") == ["no-levels: the request names no level"]
    (item,) = items_of(engine, case_of(engine, drug))
    assert item.findings == ()


def test_every_finding_has_a_test_and_a_page() -> None:
    """No finding is explained to nobody."""
    page = (Path(__file__).parents[1] / "docs" / "audit.md").read_text(encoding="utf-8")
    tests = Path(__file__).read_text(encoding="utf-8")

    for one in FINDING_IDS:
        assert f"| `{one}` |" in page
        assert one in tests


def test_a_finding_without_a_place_points_to_the_case(engine: Engine) -> None:
    """A decision that was coded without lines still leads somewhere."""
    text = (
        "case: a\nrecord: closed\nrequests:\n"
        "  - {id: 1, procedure: medial_branch_block, decision: {outcome: Upheld}}\n"
    )

    (item,) = items_of(engine, case_of(engine, text, "some.yaml"))

    (finding,) = item.findings
    assert [one.document for one in finding.evidence] == ["some.yaml"]


# --- Decisions that are written wrong -------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ("beyond: [{ground: imaging-of-levels, line: 1}]", "did you mean `imaging-of-the-levels`?"),
        ("says_absent: [{fact: physical_terapy, line: 1}]", "did you mean `physical_therapy`?"),
        ("speaks_of: {region: lumber, line: 1}", "did you mean `lumbar`?"),
        ("speaks_of: {line: 1}", "name a `region`, `targets` or both"),
        ("speaks_of: {targets: [L9-10], line: 1}", "L9"),
        ("rationale: {repeats: 7}", "there is no other request `7` in this case"),
        ("rationale: {repeats: 1}", "there is no other request `1` in this case"),
        ("rationale: {sketch: xyz, words: 9}", "expected groups of 8 hexadecimal digits"),
        ("rationale: {sketch: '00000002 00000001', words: 9}", "the smallest first"),
        ("rationale: {sketch: '00000002'}", "`sketch` needs `words`"),
        ("rationale: {words: -1}", "words"),
        ("closing: {line: 4}", "`outcome` is missing"),
        ("closing: Upheld", "expected"),
        ("hedges: [{line: 4, lastline: 5}]", "did you mean `last_line`?"),
        ("cited_at: {line: 4, last_line: 3}", "`last_line` 3 is before `line` 4"),
    ],
)
def test_a_decision_that_is_written_wrong_is_refused_with_a_hint(
    engine: Engine, decision: str, message: str
) -> None:
    """With its line, as everywhere in a case."""
    with pytest.raises(CaseError) as refused:
        letter_with(engine, decision)

    assert message in str(refused.value)
    assert str(refused.value).startswith("a.yaml:5:")
