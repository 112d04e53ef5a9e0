"""Evidence from outcomes: the reference class of a request, and the nearest decided request of each outcome."""

from __future__ import annotations

import pytest

from checker.audit.comparison import Compared
from checker.audit.outcomes import LEAST_LETTERS, Outcomes, outcomes
from checker.audit.run import audit_case
from checker.case import Case, parse_case
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine

READY = "conservative_care_failed: true, facet_tenderness: true"


def case_of(
    engine: Engine, name: str, facts: str = READY, decided: str = "Upheld", items: int = 1
) -> Case:
    """A letter with blocks of L4-5, all decided alike."""
    requests = "".join(
        f"  - {{id: {n}, procedure: medial_branch_block, region: lumbar, targets: [L4-5],\n"
        f"     decision: {{outcome: {decided}}}}}\n"
        for n in range(1, items + 1)
    )
    text = f"case: {name}\nrecord: closed\nfacts: {{{facts}}}\nrequests:\n{requests}"
    return parse_case(f"{name}.yaml", text.encode(), engine.rules)


def items_of(engine: Engine, *cases: Case) -> list[Compared]:
    return [one for case in cases for one in audit_case(case, engine, Terms()).followed]


def asked(engine: Engine, case: Case) -> Determination:
    (found,) = determine(case, engine, Terms())
    return found


def evidence(engine: Engine, case: Case, *decided: Case) -> Outcomes:
    return outcomes(asked(engine, case), items_of(engine, *decided), engine.rules.anatomy)


NO_CARE = "facet_tenderness: true"


def test_the_class_has_the_letters_that_failed_the_same_criteria(engine: Engine) -> None:
    """Nine upheld and one overturned; others under the guideline are the baseline only."""
    alike = [
        case_of(engine, f"a{n}", NO_CARE, "Overturned" if n == 0 else "Upheld") for n in range(10)
    ]
    others = [case_of(engine, f"b{n}", READY, "Overturned") for n in range(5)]

    found = evidence(engine, case_of(engine, "mine", NO_CARE), *alike, *others)

    assert found.failed == ("conservative-care-failed",)
    assert found.enough
    assert (found.letters, found.upheld.part, found.upheld.whole) == (10, 9, 10)
    assert (found.baseline_letters, found.baseline.part, found.baseline.whole) == (15, 9, 15)


@pytest.mark.parametrize(("letters", "enough"), [(LEAST_LETTERS - 1, False), (LEAST_LETTERS, True)])
def test_a_class_needs_ten_letters_and_not_ten_items(
    engine: Engine, letters: int, enough: bool
) -> None:
    """Three items of one letter are not three witnesses."""
    alike = [case_of(engine, f"a{n}", NO_CARE, items=3) for n in range(letters)]

    found = evidence(engine, case_of(engine, "mine", NO_CARE), *alike)

    assert found.enough is enough
    assert found.upheld.whole == 3 * letters
    assert found.upheld.effective == letters


def test_a_request_is_no_evidence_for_itself(engine: Engine) -> None:
    """Neither by its file nor by its name in another place."""
    mine = case_of(engine, "mine", NO_CARE)

    found = evidence(engine, mine, mine)

    assert (found.letters, found.baseline_letters) == (0, 0)
    assert found.nearest == {"Upheld": None, "Overturned": None}


def test_cases_under_another_guideline_are_no_evidence(engine: Engine) -> None:
    """A neck is not a low back."""
    text = (
        "case: neck\nrecord: closed\nrequests:\n  - {id: 1, procedure: medial_branch_block, "
        "region: cervical, targets: [C4-5], decision: {outcome: Upheld}}\n"
    )

    found = evidence(
        engine, case_of(engine, "mine"), parse_case("neck.yaml", text.encode(), engine.rules)
    )

    assert found.baseline_letters == 0


def test_the_nearest_case_differs_in_as_few_criteria_and_then_facts_as_any(engine: Engine) -> None:
    """What differs is told from both sides; equally near ones are taken by name."""
    mine = case_of(engine, "mine", NO_CARE)
    far = case_of(engine, "far", "surgery_anticipated: true", "Upheld")
    near = case_of(engine, "near", f"{NO_CARE}, physical_therapy: outcome_not_stated", "Upheld")
    same = case_of(engine, "same", NO_CARE, "Overturned")
    same_again = case_of(engine, "also-same", NO_CARE, "Overturned")

    nearest = evidence(engine, mine, far, near, same, same_again).nearest

    upheld, overturned = nearest["Upheld"], nearest["Overturned"]
    assert upheld is not None
    assert overturned is not None
    assert upheld.item == "near#1"
    assert upheld.criteria == ()
    assert [(one.name, one.here, one.there) for one in upheld.facts] == [
        ("physical_therapy", "not documented", "outcome not stated")
    ]
    assert (overturned.item, overturned.criteria, overturned.facts) == ("also-same#1", (), ())


def test_the_order_of_cases_does_not_matter(engine: Engine) -> None:
    """The same class and the same neighbours."""
    mine = case_of(engine, "mine", NO_CARE)
    cases = [case_of(engine, f"a{n}", NO_CARE, ["Upheld", "Overturned"][n % 2]) for n in range(6)]

    assert evidence(engine, mine, *cases) == evidence(engine, mine, *reversed(cases))


def test_a_request_that_no_guideline_covers_has_no_class(engine: Engine) -> None:
    """There is nothing that it could have failed."""
    text = "case: x\nrecord: closed\nrequests: [{id: 1, procedure: epidural_steroid_injection}]"

    found = evidence(
        engine, parse_case("x.yaml", text.encode(), engine.rules), case_of(engine, "other")
    )

    assert found.guideline is None
    assert (found.letters, found.baseline_letters, found.enough) == (0, 0, False)
