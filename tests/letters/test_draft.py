"""From letters to draft cases: what is kept, what is doubted, and what a decision must not touch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.writing import LAYOUTS, Told, ToldItem, imr
from checker.case import Case, load_case, parse_case
from checker.casefile import case_text
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.fact import Documented, NotDocumented, unconfirmed
from checker.letters.draft import LetterReader
from checker.letters.layout import read_letters
from checker.letters.letter import LetterText
from checker.letters.score import score
from checker.letters.text import letter_text, read_letter_text
from checker.render.contract import result
from checker.rulebase import RuleBase
from checker.shipped import shipped

ROOT = Path(__file__).parents[2]
LETTERS = ROOT.parent / "shared" / "letters"
REAL = sorted((LETTERS / "imr-pdf").glob("*.pdf"))[::6]
SEEDS = sorted((LETTERS / "seeds").glob("*.txt"))

BLOCK = ToldItem(title="Bilateral L4-5 and L5-S1 medial branch blocks under fluoroscopy")
BACK = (
    "The patient, aged 51, has ached in the low back for two years. The facets at L4-5 are tender when pressed."
    " Physical therapy and home exercise brought no relief. A block is asked for to learn whether the"
    " joints are the source."
)


@pytest.fixture(scope="session")
def reader(rules: RuleBase) -> LetterReader:
    """Everything that reads letters, under the shipped rules."""
    return LetterReader.load(rules)


@pytest.fixture
def read(reader: LetterReader, tmp_path: Path) -> Callable[[str], Case]:
    """The case that a letter with this text becomes."""

    def of(text: str) -> Case:
        path = tmp_path / "letter.txt"
        path.write_text(text, encoding="utf-8")
        (case,) = reader.cases(path)
        return case

    return of


def test_a_draft_tells_from_which_file_and_by_which_rules_it_was_read(
    read: Callable[[str], Case], rules: RuleBase
) -> None:
    case = read(imr(Told((BLOCK,), case_number="CM15-0000007")))

    assert case.letter is not None
    assert case.letter.read is not None
    assert (case.letter.id, case.letter.read.file) == ("CM15-0000007", "letter.txt")
    assert (case.letter.read.layout, case.letter.read.rules) == ("imr", rules.digest)
    assert len(case.letter.read.sha256) == 64


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_draft_of_every_layout_reads_back_as_a_case(
    layout: str, read: Callable[[str], Case], rules: RuleBase
) -> None:
    case = read(LAYOUTS[layout](Told((BLOCK,), summary=BACK)))

    assert parse_case(case.file, case_text(case).encode(), rules) == case


def test_nothing_that_was_read_counts_as_confirmed(read: Callable[[str], Case]) -> None:
    case = read(imr(Told((BLOCK,), summary=BACK)))

    assert case.facts
    assert all(unconfirmed(fact) for fact in case.facts.values())
    assert all(unconfirmed(fact) for fact in case.requests[0].facts.values())
    assert case.requests[0].decision is not None
    assert case.requests[0].decision.evidence is not None
    assert not case.requests[0].decision.evidence.confirmed


def test_every_quote_stands_where_it_is_said_to(read: Callable[[str], Case]) -> None:
    text = imr(Told((BLOCK,), summary=BACK))
    case = read(text)

    places = [one for fact in case.facts.values() for one in getattr(fact, "evidence", ())]

    assert places
    for one in places:
        assert one.at is not None
        assert " ".join(text[slice(*one.at)].split()) == one.quote
        assert one.line == text.count("\n", 0, one.at[0]) + 1


def test_the_rules_decide_a_letter_without_help(
    read: Callable[[str], Case], engine: Engine
) -> None:
    """Therapy and exercise failed, but no drug and no number of weeks: care is missing, nothing else."""
    (block,) = determine(read(imr(Told((BLOCK,), summary=BACK))), engine, Terms())

    assert block.outcome == "Upheld"
    assert [one.criterion.id for one in block.against] == ["conservative-care-failed"]


def test_a_reviewer_who_misses_care_upholds_for_that_reason(read: Callable[[str], Case]) -> None:
    silent = replace(
        BLOCK, rationale="The records do not document any physical therapy. The request is denied."
    )

    (request,) = read(imr(Told((silent,), summary=BACK))).requests

    assert request.decision is not None
    assert request.decision.grounds == ("conservative-care-failed",)


def test_a_source_that_is_no_guideline_is_told_as_such(read: Callable[[str], Case]) -> None:
    journal = replace(
        BLOCK,
        reviewer_guideline="Decision based on Non-MTUS Citation Journal of Invented Medicine 2012.",
    )

    (request,) = read(imr(Told((journal,)))).requests

    assert request.decision is not None
    assert request.decision.basis in ("guideline", "other source")
    assert request.decision.guidelines_cited


# What contradicts itself -----------------------------------------------------------------------------


def contradictory(rules: RuleBase, first: str, second: str) -> Case:
    """No neck surgery can be both planned and not: two voices on facts that exclude each other."""
    text = f"""
case: a
record: closed
facts:
  prior_blocks: {{value: [], evidence: {{voice: {first}, line: 1, confirmed: false}}}}
  diagnostic_sessions_past_year: {{value: 1, evidence: {{voice: {second}, line: 2, confirmed: false}}}}
requests:
  - {{id: 1, procedure: medial_branch_block}}
"""
    base = parse_case("a.yaml", b"case: a\nrecord: closed\nrequests: [{id: 1}]\n", rules)
    one, two = (
        parse_case("a.yaml", "\n".join(kept).encode(), rules).facts
        for kept in (
            [line for line in text.splitlines() if "sessions" not in line],
            [line for line in text.splitlines() if "blocks:" not in line],
        )
    )
    requests = (replace(base.requests[0], facts={"procedure": Documented("medial_branch_block")}),)
    return replace(base, facts={**one, **two}, requests=requests)


def test_facts_that_exclude_each_other_are_both_doubted(rules: RuleBase) -> None:
    from checker.letters.draft import _without_contradictions

    settled = _without_contradictions(contradictory(rules, "record", "record"), rules)

    assert all(isinstance(fact, NotDocumented) for fact in settled.facts.values())
    assert "cannot stand together" in str(settled.facts["prior_blocks"])


def test_what_the_chart_says_stands_against_the_reviewer(rules: RuleBase) -> None:
    from checker.letters.draft import _without_contradictions

    settled = _without_contradictions(contradictory(rules, "record", "reviewer"), rules)

    assert (
        settled.facts["prior_blocks"]
        == contradictory(rules, "record", "reviewer").facts["prior_blocks"]
    )
    assert isinstance(settled.facts["diagnostic_sessions_past_year"], NotDocumented)


# The answer must not sneak into the question ---------------------------------------------------------


def with_other_decisions(source: LetterText, reader: LetterReader, foreign: str) -> str:
    """The same letter with every decision turned around and every rationale replaced."""
    text = source.text
    edits: list[tuple[int, int, str]] = []
    for letter in read_letters(source, reader.layouts):
        for item in letter.items:
            word = text[item.decided.start : item.decided.end]
            if word in ("Upheld", "Overturned"):
                other = "Overturned" if word == "Upheld" else "Upheld"
                edits.append((item.decided.start, item.decided.end, other))
            if item.rationale:
                edits.append((item.rationale.start, item.rationale.end, f" {foreign}\n\n"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def without_places(value: Any) -> Any:
    """What was determined, without where it stands: a longer rationale moves what follows."""
    if isinstance(value, dict):
        left_out = ("evidence", "decision", "rule", "file")
        return {name: without_places(one) for name, one in value.items() if name not in left_out}
    return [without_places(one) for one in value] if isinstance(value, list) else value


def foresights(case: Case, engine: Engine) -> list[str]:
    """The determinations from the record alone, as the bytes that a program would get."""
    return [
        json.dumps(without_places(result(one, request)), sort_keys=True)
        for one in determine(case, engine, Terms(facts_from="record"))
        for request in one.requests
    ]


def letters_to_tamper_with() -> Iterator[Any]:
    for layout, write in LAYOUTS.items():
        yield pytest.param(
            letter_text("a.txt", write(Told((BLOCK,), summary=BACK)).encode()), id=layout
        )
    for path in [*SEEDS, *REAL]:
        yield pytest.param(path, id=path.stem)


@pytest.mark.parametrize("letter", list(letters_to_tamper_with()))
def test_no_decision_and_no_rationale_reaches_what_the_record_says(
    letter: LetterText | Path, reader: LetterReader, engine: Engine, tmp_path: Path
) -> None:
    """Every decision is turned around and every rationale is another one; the determinations are the same."""
    source = read_letter_text(letter) if isinstance(letter, Path) else letter
    foreign = (
        "The worker has failed physical therapy, home exercise and naproxen over eight weeks. The straight leg"
        " raise is negative and the facets are tender. Criteria are satisfied, and the request is necessary."
    )
    before, after = tmp_path / "letter.txt", tmp_path / "changed" / "letter.txt"
    after.parent.mkdir()
    before.write_bytes(source.text.encode())
    after.write_bytes(with_other_decisions(source, reader, foreign).encode())

    one, other = (
        foresights(case, engine) for path in (before, after) for case in reader.cases(path)
    )

    assert one == other


@pytest.mark.skipif(not SEEDS, reason="the determination letters lie beside the project")
def test_the_five_letters_are_decided_as_their_hand_coded_cases(
    reader: LetterReader, engine: Engine, rules: RuleBase
) -> None:
    """Read from their text, all ten items get the outcome and the reasons of the coded cases."""
    for number, path in enumerate(SEEDS):
        (read,) = reader.cases(path)
        coded = load_case(shipped("cases") / "imr" / f"00{number}.yaml", rules)

        assert verdicts(read, engine) == verdicts(coded, engine)


def verdicts(case: Case, engine: Engine) -> list[tuple[str, list[str], list[str]]]:
    return [
        (
            one.outcome,
            [each.id for each in one.requests],
            [each.criterion.id for each in one.against],
        )
        for one in determine(case, engine, Terms())
    ]


@pytest.mark.skipif(not SEEDS, reason="the determination letters lie beside the project")
def test_what_is_read_from_the_five_letters_field_by_field(
    reader: LetterReader, rules: RuleBase
) -> None:
    """The lists were made with these letters in view; a change that loses a field shows here."""
    pairs = []
    for number, path in enumerate(SEEDS):
        (read,) = reader.cases(path)
        pairs.append((read, load_case(shipped("cases") / "imr" / f"00{number}.yaml", rules)))
    fields = score(pairs)

    assert sum(one.right for one in fields.values()) >= 103
    assert sum(one.wrong for one in fields.values()) <= 3
    assert {name for name, one in fields.items() if one.missed} <= {
        "facet_hypertrophy_explains_radicular_findings",
        "imaging_outdated",
        "intent",
        "prior_blocks",
        "region",
        "request_date",
        "study_subject",
        "targets",
    }
