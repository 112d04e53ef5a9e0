"""A case as canonical JSON: nothing is lost, and equal cases are equal texts."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.case import Case, load_case
from checker.decision import Decision, Rationale, Said, SpeaksOf
from checker.engine.agreed import Engine
from checker.errors import CaseError, EngineError
from checker.fact import Conflicting, Documented, Evidence, NotAsked, NotDocumented
from checker.rulebase import RuleBase
from checker.sketch import sketch
from checker.store import casetext
from checker.store.casetext import case_from, case_text, checked_text, corpus_digest, digest

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "cases").rglob("*.yaml"))


@pytest.fixture(scope="module")
def letter(engine: Engine) -> Case:
    """The case with the most kinds of facts."""
    return load_case(ROOT / "cases/imr/003.yaml", engine.rules)


@pytest.mark.parametrize("path", CASES, ids=[str(one.relative_to(ROOT)) for one in CASES])
def test_every_shipped_case_comes_back_as_it_was(path: Path, rules: RuleBase) -> None:
    """Facts, evidence, notes, decisions and all."""
    case = load_case(path, rules)

    text = case_text(case)

    assert case_from(text, case.file, rules) == case
    assert json.loads(text)["case"] == case.name
    assert "\n" not in text


def test_the_text_does_not_depend_on_how_a_case_is_written(tmp_path: Path, rules: RuleBase) -> None:
    """Short and long form, another order, another file."""
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(
        "case: x\nrecord: closed\nfacts: {facet_tenderness: true, spasm: not documented}\n"
        "requests: [{id: 1, procedure: medial_branch_block}]\n".replace("spasm", "muscle_spasm")
    )
    other.write_text(
        "record: closed\nfacts:\n  muscle_spasm: {value: not documented}\n"
        "  facet_tenderness: {grade: explicit, value: true}\n"
        "requests:\n  - procedure: {value: medial_branch_block}\n    id: '1'\ncase: x\n"
    )

    texts = [case_text(load_case(path, rules)) for path in (one, other)]

    assert texts[0] == texts[1]
    assert digest(texts[0]) == digest(texts[1])


def test_a_changed_fact_is_another_digest(letter: Case) -> None:
    """And the corpus is another one, whatever the order of its cases."""
    changed = replace(letter, facts={**letter.facts, "pain_score": Documented(3)})
    one, other = digest(case_text(letter)), digest(case_text(changed))

    assert one != other
    assert corpus_digest([one, other]) == corpus_digest([other, one])
    assert corpus_digest([one, one]) != corpus_digest([one])


# Texts that YAML and JSON read differently, and some that look like something else.
AWKWARD = (
    *("2015-09-10", "true", "null", "~", "12", "1e5", "a: b", "- a", "# a", "a\nb", "\\u0041", " "),
    *("'", '"', "\\", "\t", "{", "[", "%", "@", "`", "*a", "&a", "!a", "😀", "é"),
    *("\u2028", "\x85", "\ufeff"),
)
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
TEXTS = st.sampled_from(AWKWARD) | st.text(CHARACTERS, min_size=1, max_size=20)
EVIDENCE = st.builds(
    Evidence,
    document=st.none() | TEXTS,
    section=st.sampled_from([None, "summary", "request", "rationale"]),
    voice=st.sampled_from(["record", "ur", "reviewer"]),
    line=st.none() | st.integers(1, 9999),
    dated=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    quote=st.none() | TEXTS,
    confirmed=st.booleans(),
)
PLACES = st.lists(EVIDENCE, max_size=2).map(tuple)
NOTES = st.none() | TEXTS


def documented(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Documented]:
    return st.builds(Documented, values, st.sampled_from(["explicit", "conclusory"]), PLACES, NOTES)


def fact(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(documented(values), min_size=2, max_size=3, unique_by=lambda one: one.value)
    return st.one_of(
        documented(values),
        st.builds(NotDocumented, PLACES, NOTES),
        st.just(NotAsked()),
        st.builds(Conflicting, several.map(tuple), NOTES),
    )


DECISIONS = st.builds(
    Decision,
    outcome=st.sampled_from(["Upheld", "Overturned"]),
    guidelines_cited=st.lists(TEXTS, max_size=2).map(tuple),
    grounds=st.sampled_from([(), ("first-set",), ("first-set", "non-radicular")]),
    basis=st.sampled_from(["guideline", "other source", "general scepticism", "credibility"]),
    evidence=st.none() | EVIDENCE,
    note=NOTES,
    cited_at=st.none() | EVIDENCE,
    closing=st.none() | st.builds(Said, st.sampled_from(["Upheld", "Overturned"]), EVIDENCE),
    hedges=PLACES,
    beyond=st.lists(st.builds(Said, st.just("first-set"), EVIDENCE), max_size=2).map(tuple),
    says_absent=st.lists(st.builds(Said, st.just("pain_score"), EVIDENCE), max_size=2).map(tuple),
    speaks_of=st.none() | st.builds(SpeaksOf, st.just("lumbar"), st.just(("L3-4",)), EVIDENCE),
    rationale=st.none()
    | st.builds(
        Rationale, EVIDENCE, st.none() | TEXTS.map(sketch).filter(lambda one: one.hashes), st.none()
    ),
)


@settings(max_examples=60)
@given(
    facts=st.fixed_dictionaries(
        {},
        optional={
            "facet_tenderness": fact(st.booleans()),
            "conservative_care_weeks": fact(st.integers(0, 50)),
            "request_date": fact(st.dates(date(2000, 1, 1), date(2030, 1, 1))),
            "fusion_levels": fact(st.sets(st.sampled_from(["L3-4", "L4-5"])).map(frozenset)),
        },
    ),
    about=NOTES,
    item=TEXTS.map(lambda one: one.strip()),
    kind=NOTES,
    decision=st.none() | DECISIONS,
)
def test_any_case_comes_back_as_it_was(
    rules: RuleBase, letter: Case, facts: Any, about: Any, item: str, kind: Any, decision: Any
) -> None:
    """Whatever its texts look like: days, numbers, markup, signs of YAML."""
    request = replace(letter.requests[1], item=item, kind=kind, decision=decision)
    case = replace(letter, about=about, facts=facts, requests=(request,))

    assert case_from(case_text(case), case.file, rules) == case


def test_everything_that_a_decision_holds_is_written(rules: RuleBase) -> None:
    """Each field makes a difference to the text, so that none is forgotten when one is added."""
    place = Evidence(section="rationale", voice="reviewer", line=3)
    full = Decision(
        "Upheld",
        ("odg",),
        ("first-set",),
        "credibility",
        place,
        "a note",
        place,
        Said("Upheld", place),
        (place,),
        (Said("first-set", place),),
        (Said("pain_score", place),),
        SpeaksOf("lumbar", (), place),
        Rationale(place, None, None),
    )
    empty = Decision("Overturned", (), (), "guideline", None, None)
    letter = load_case(ROOT / "cases/imr/000.yaml", rules)

    def text(decision: Decision) -> str:
        request = replace(letter.requests[0], decision=decision)
        return case_text(replace(letter, requests=(request,)))

    for one in fields(Decision):
        assert text(full) != text(replace(full, **{one.name: getattr(empty, one.name)})), one.name


def test_a_case_that_would_not_come_back_is_not_saved(
    letter: Case, rules: RuleBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that is not written would change the answer of a replay without a word."""
    write = casetext.case_data
    monkeypatch.setattr(casetext, "case_data", lambda case: {**write(case), "about": "another"})

    with pytest.raises(EngineError, match="could not be read again"):
        checked_text(letter, rules)


def test_a_fact_that_the_rules_do_not_know_any_more_is_told(letter: Case, rules: RuleBase) -> None:
    """The present rules read the case, not those that it was saved under."""
    name = next(iter(letter.facts))
    text = case_text(letter).replace(f'"{name}"', '"pain_scale"')

    with pytest.raises(CaseError, match="unknown fact `pain_scale`"):
        case_from(text, letter.file, rules)
