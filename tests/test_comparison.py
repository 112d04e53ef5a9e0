"""A determination beside a reviewer's decision: how far outcomes and reasons agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from checker.audit.comparison import AGREEMENTS, SAME_OUTCOME, Compared, compare
from checker.case import Basis, Decision, Request, parse_case
from checker.determination import Determination, Judged, Outcome, Terms, determine
from checker.engine.agreed import Engine
from checker.guideline import Status
from checker.rulebase import RuleBase
from checker.searchorder import Order, SearchOrder, Step

CASE = """
case: a case
record: closed
requests: [{id: 1, procedure: medial_branch_block, region: lumbar, targets: [L4-5]}]
"""

Beside = Callable[..., Compared]


@pytest.fixture(scope="module")
def any_determination(engine: Engine) -> Determination:
    """A determination under the guideline for lumbar blocks, to be changed by each test."""
    (found,) = determine(parse_case("case.yaml", CASE.encode(), engine.rules), engine, Terms())
    return found


@pytest.fixture
def beside(any_determination: Determination, rules: RuleBase) -> Beside:
    """A determination with this outcome and these statuses (the others met), beside a decision."""

    def compared(
        outcome: Outcome,
        statuses: dict[str, Status],
        decided: str,
        grounds: tuple[str, ...] = (),
        basis: Basis = "guideline",
        cited: tuple[str, ...] = (),
    ) -> Compared:
        judged = tuple(
            Judged(one.criterion, statuses.get(one.criterion.id, "met"), ())
            for one in any_determination.judged
        )
        decision = Decision(decided, cited, grounds, basis, None, None)  # type: ignore[arg-type]
        request = Request("1", "", {}, decision)
        procedure = replace(any_determination.procedure, requests=(request,))
        changed = replace(any_determination, outcome=outcome, judged=judged, procedure=procedure)
        (found,) = compare(changed, rules)
        return found

    return compared


CARE, PRESENTATION, RESPONSE = (
    "conservative-care-failed",
    "facet-presentation",
    "response-to-block",
)


@pytest.mark.parametrize("status", ["not met", "missing"])
def test_reasons_are_the_same_when_neither_side_names_another(
    beside: Beside, status: Status
) -> None:
    """What is not met and what is missing are both reasons."""
    compared = beside("Upheld", {CARE: status}, "Upheld", (CARE,))

    assert compared.agreement == "same reasons"
    assert (compared.shared, compared.ours_alone, compared.theirs_alone) == ((CARE,), (), ())


def test_the_rules_may_find_the_reviewers_reason_and_more(
    beside: Beside,
) -> None:
    """The reviewer's reason is among ours."""
    statuses: dict[str, Status] = {CARE: "missing", PRESENTATION: "not met"}

    compared = beside("Upheld", statuses, "Upheld", (CARE,))

    assert compared.agreement == "same and more"
    assert (compared.shared, compared.ours_alone) == ((CARE,), (PRESENTATION,))


def test_a_reason_of_the_reviewer_that_the_rules_do_not_find_is_another_reason(
    beside: Beside,
) -> None:
    """Even where the two share one."""
    grounds = (CARE, "efficacy-not-shown")

    compared = beside("Upheld", {CARE: "missing"}, "Upheld", grounds)

    assert compared.agreement == "other reasons"
    assert compared.theirs_alone == ("efficacy-not-shown",)


def test_a_denial_without_grounds_agrees_for_other_reasons(
    beside: Beside,
) -> None:
    """The reviewer names nothing that the rules could share."""
    compared = beside("Upheld", {CARE: "missing"}, "Upheld")

    assert compared.agreement == "other reasons"
    assert compared.ours_alone == (CARE,)


@pytest.mark.parametrize("basis", ["other source", "general scepticism", "credibility"])
def test_more_reasons_beside_a_decision_on_another_basis_are_other_reasons(
    beside: Beside, basis: Basis
) -> None:
    """The reviewer did not weigh the guideline, so what it adds is not more of the same."""
    statuses: dict[str, Status] = {CARE: "missing", PRESENTATION: "missing"}

    compared = beside("Upheld", statuses, "Upheld", (CARE,), basis)

    assert compared.agreement == "other reasons"


def test_advice_that_the_reviewer_names_is_shared_and_is_none_of_our_reasons(
    beside: Beside,
) -> None:
    """The poor response to a block is found by both, and only the reviewer decides on it."""
    statuses: dict[str, Status] = {CARE: "missing", RESPONSE: "not met"}

    both = beside("Upheld", statuses, "Upheld", (CARE, RESPONSE))
    ours = beside("Upheld", statuses, "Upheld", (CARE,))

    assert both.agreement == "same reasons"
    assert both.shared == (CARE, RESPONSE)
    assert ours.ours_alone == ()


def test_two_grants_agree(beside: Beside) -> None:
    """Nothing counts against the request on either side."""
    assert beside("Overturned", {}, "Overturned").agreement == "same reasons"


@pytest.mark.parametrize(("ours", "theirs"), [("Upheld", "Overturned"), ("Overturned", "Upheld")])
def test_different_outcomes_disagree(beside: Beside, ours: Outcome, theirs: str) -> None:
    """Whatever the reasons."""
    compared = beside(ours, {}, theirs, (CARE,) if theirs == "Upheld" else ())

    assert compared.agreement == "disagree"
    assert compared.covered
    assert not compared.agrees


@pytest.mark.parametrize("theirs", ["Upheld", "Overturned"])
def test_an_open_determination_neither_agrees_nor_disagrees(beside: Beside, theirs: str) -> None:
    """It is covered, and counts as not agreeing."""
    compared = beside("open", {CARE: "to answer"}, theirs)

    assert compared.agreement == "open"
    assert (compared.covered, compared.agrees) == (True, False)


@pytest.mark.parametrize("theirs", ["Upheld", "Overturned"])
def test_a_request_that_is_not_covered_is_not_compared(beside: Beside, theirs: str) -> None:
    """It is counted apart."""
    compared = beside("not covered", {}, theirs, ("efficacy-not-shown",))

    assert compared.agreement == "not covered"
    assert (compared.covered, compared.agrees) == (False, False)


def test_a_grant_for_reasons_outside_the_guideline_agrees_for_other_reasons(
    beside: Beside,
) -> None:
    """Both overturn, and the reviewer did not weigh the guideline."""
    compared = beside("Overturned", {}, "Overturned", basis="other source")

    assert compared.agreement == "other reasons"


def test_every_agreement_is_one_of_six() -> None:
    """Three of them are the same outcome."""
    assert set(AGREEMENTS) - SAME_OUTCOME == {"disagree", "open", "not covered"}


def test_only_decided_requests_are_compared(
    any_determination: Determination, rules: RuleBase
) -> None:
    """A draft has nothing to be compared with."""
    assert compare(any_determination, rules) == []


def test_a_procedure_is_compared_once_for_each_of_its_decided_requests(
    any_determination: Determination, rules: RuleBase
) -> None:
    """Reviewers decide item by item, even where the items are one procedure."""
    decision = Decision("Upheld", (), (CARE,), "guideline", None, None)
    requests = (
        Request("1", "", {}, decision),
        Request("2", "", {}, None),
        Request("3", "", {}, decision),
    )
    procedure = replace(any_determination.procedure, requests=requests)

    compared = compare(replace(any_determination, procedure=procedure), rules)

    assert [one.request.id for one in compared] == ["1", "3"]


# --- Remarks on the decision ----------------------------------------------------------------------

ACOEM_THEN_ODG = Order(
    name="CA",
    title="an order",
    steps=(
        Step("first", ("ACOEM",), frozenset({"acoem", "mtus"}), ()),
        Step("then", ("ODG",), frozenset({"odg"}), ("official disability",)),
    ),
)


def sources(
    determination: Determination, rules: RuleBase, order: Order, *cited: str
) -> tuple[str, ...]:
    """What is remarked on the sources of a decision that cites these, under a search order."""
    decision = Decision("Upheld", cited, (), "guideline", None, None)
    procedure = replace(determination.procedure, requests=(Request("1", "", {}, decision),))
    under = replace(rules, search_order=SearchOrder(order))
    (found,) = compare(replace(determination, procedure=procedure), under)
    return tuple(one.says for one in found.findings if one.id == "source-outside-search-order")


def test_a_source_outside_the_search_order_is_remarked_on(
    any_determination: Determination, rules: RuleBase
) -> None:
    """Each such source by its name; those with a place in the order are not mentioned."""
    told = sources(any_determination, rules, ACOEM_THEN_ODG, "mtus", "uptodate", "odg", "a journal")

    assert told == (
        "uptodate has no place in the search order of an order",
        "a journal has no place in the search order of an order",
    )


def test_a_source_may_be_cited_by_a_longer_name(
    any_determination: Determination, rules: RuleBase
) -> None:
    """Letters name chapters and editions."""
    cited = "official disability guidelines, low back chapter"

    assert sources(any_determination, rules, ACOEM_THEN_ODG, cited) == ()


def test_without_a_search_order_no_source_is_outside_it(
    any_determination: Determination, rules: RuleBase
) -> None:
    """A rule base need not have one."""
    assert sources(any_determination, rules, SearchOrder().default, "uptodate") == ()


@pytest.mark.parametrize(
    ("procedure", "scored"), [("medial_branch_block", True), ("opioid_medication", False)]
)
def test_only_procedures_of_the_rule_bases_own_are_scored(
    engine: Engine, procedure: str, scored: bool
) -> None:
    """What it covers beside them is reported apart."""
    decided = "decision: {outcome: Upheld, grounds: []}"
    text = f"case: x\nrecord: closed\nrequests: [{{id: 1, procedure: {procedure}, {decided}}}]\n"
    case = parse_case("case.yaml", text.encode(), engine.rules)

    (found,) = [
        compared
        for determination in determine(case, engine, Terms())
        for compared in compare(determination, engine.rules)
    ]

    assert found.scored is scored
