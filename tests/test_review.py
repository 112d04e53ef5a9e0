"""What a person is asked to look at first in a case that was read from a letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from checker.case import Case, load_case, parse_case
from checker.casefile import case_text
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.fact import (
    Conflicting,
    Documented,
    Evidence,
    Fact,
    NotDocumented,
    each_fact,
    evidence_of,
    unconfirmed,
)
from checker.review import ORDER, Doubt, answered, confirmed, doubts
from checker.rulebase import RuleBase
from checker.shipped import shipped


def unseen(fact: Fact) -> Fact:
    """The fact as if it had been read and nobody had looked at it."""
    match fact:
        case Documented() | NotDocumented():
            return replace(
                fact, evidence=tuple(replace(one, confirmed=False) for one in fact.evidence)
            )
        case Conflicting(values):
            return replace(fact, values=tuple(each_fact(one, unseen) for one in values))
        case _:
            return fact


@pytest.fixture(scope="session")
def read(rules: RuleBase) -> Callable[[str], Case]:
    """A shipped letter whose facts nobody has confirmed."""

    def load(number: str) -> Case:
        case = load_case(shipped("cases") / "imr" / f"{number}.yaml", rules)
        return replace(
            case, facts={name: each_fact(fact, unseen) for name, fact in case.facts.items()}
        )

    return load


def names(found: list[Doubt], why: str) -> list[str]:
    return [one.spec.name for one in found if one.why == why]


def test_what_turns_the_determination_comes_first(
    read: Callable[[str], Case], engine: Engine
) -> None:
    """The grant of letter 002 rests on these five facts; each alone would sink it."""
    found = doubts(read("002"), engine, Terms())

    assert names(found, "decides") == [one.spec.name for one in found[:5]]
    assert set(names(found, "decides")) == {
        "facet_tenderness",
        "emg_radiculopathy",
        "imaging_root_compression",
        "radiculopathy_diagnosis",
        "conservative_care_failed",
    }
    assert {one.would_be for one in found[:5]} == {("Upheld",)}


def test_a_conflict_comes_before_what_was_plainly_read(
    read: Callable[[str], Case], engine: Engine
) -> None:
    """Letter 001 has a straight leg raise of both kinds."""
    found = doubts(read("001"), engine, Terms())

    assert names(found, "conflicts") == ["root_tension_sign"]
    assert [one.why for one in found] == sorted((one.why for one in found), key=ORDER.index)


def test_silence_that_counts_against_the_request_is_asked_about(
    read: Callable[[str], Case], engine: Engine
) -> None:
    """Letter 000 says nothing of exercise, drugs and weeks, and the extractor may have missed it."""
    found = doubts(read("000"), engine, Terms())

    assert {"home_exercise", "nsaids", "conservative_care_weeks"} <= set(names(found, "left out"))
    assert all(isinstance(one.fact, NotDocumented) for one in found if one.why == "left out")


def test_levels_that_can_be_read_in_two_ways_are_shown(rules: RuleBase, engine: Engine) -> None:
    case = parse_case(
        "a.yaml",
        b"""
case: a
record: closed
requests:
  - id: 1
    procedure: medial_branch_block
    targets: {value: [L3-L5], evidence: {line: 1, confirmed: false}}
""",
        rules,
    )

    (levels,) = [one for one in doubts(case, engine, Terms()) if one.why == "levels"]

    assert (levels.spec.name, levels.request) == ("targets", "1")


def test_a_block_without_its_relief_is_shown(rules: RuleBase, engine: Engine) -> None:
    case = parse_case(
        "a.yaml",
        b"""
case: a
record: closed
facts:
  prior_blocks:
    - {block_kind: medial_branch_block, evidence: {line: 1, confirmed: false}}
requests:
  - {id: 1, procedure: medial_branch_block, targets: [L3, L4]}
""",
        rules,
    )

    assert "prior_blocks" in names(doubts(case, engine, Terms()), "left out")


def test_what_a_person_has_answered_is_not_asked_again(
    read: Callable[[str], Case], engine: Engine
) -> None:
    case = read("002")
    while found := doubts(case, engine, Terms()):
        case = answered(case, found[0], found[0].fact)

    assert [one.outcome for one in determine(case, engine, Terms())] == ["Overturned"]
    assert not any(unconfirmed(fact) for fact in case.facts.values())


def test_a_corrected_value_keeps_the_place_of_what_was_read(
    read: Callable[[str], Case], engine: Engine
) -> None:
    case = read("002")
    doubt = next(
        one for one in doubts(case, engine, Terms()) if one.spec.name == "facet_tenderness"
    )

    corrected = answered(case, doubt, Documented(False))

    fact = corrected.facts["facet_tenderness"]
    assert isinstance(fact, Documented)
    assert fact.value is False
    assert [(one.line, one.confirmed) for one in fact.evidence] == [(49, True)]


def test_confirmed_silence_without_a_place_stays_confirmed_in_a_file(
    read: Callable[[str], Case], rules: RuleBase
) -> None:
    case = read("000")
    silent = confirmed(NotDocumented(), ())
    case = replace(case, facts={**case.facts, "nsaids": silent})

    again = parse_case(case.file, case_text(case).encode(), rules)

    assert evidence_of(again.facts["nsaids"]) == (Evidence(),)
