"""What the author's tools found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.anatomy import Anatomy
from checker.authoring.corpus import Corpus
from checker.authoring.cover import Cell
from checker.authoring.coverage import Coverage, Covered
from checker.authoring.examples import Ran
from checker.authoring.mutation import Judged, Mutated, summed
from checker.authoring.proofs import CODES, Finding, Proofs
from checker.authoring.strictness import Compared, Direction
from checker.authoring.versions import Changed, Versions
from checker.authoring.witness import as_written
from checker.charting import Facts
from checker.guideline import NOT_STATED
from checker.render.records import Notice, Rule, Tried
from checker.render.words import condition_words
from checker.rulebase import RuleBase
from checker.wording import fact_words, joined, plain

SCHEMA = 1


def facts_line(facts: Facts, anatomy: Anatomy) -> str:
    """Facts in one line, as an office reads them."""
    told = [f"{plain(name)}: {fact_words(fact, anatomy)}" for name, fact in facts.items()]
    return "; ".join(told) or "nothing on record"


def facts_json(facts: Facts) -> Mapping[str, Any]:
    """Facts as a case file holds them."""
    return {name: as_written(fact) for name, fact in facts.items()}


def _many(number: int, noun: str) -> str:
    words = (
        noun
        if number == 1
        else noun.removesuffix("y") + "ies"
        if noun.endswith("y")
        else f"{noun}s"
    )
    words = "criteria" if words == "criterions" else words
    return f"{number:,} {words}"


# examples ----------------------------------------------------------------------------------------------


def known_failure_lines(ran: Sequence[Ran]) -> Iterator[str]:
    """The examples that are known to fail, and why."""
    for one in ran:
        if one.as_expected and one.example.known_failure:
            told = f"{one.criterion.id}: {one.example.name}: {one.difference}"
            yield f"known failure  {told}, because {one.example.known_failure}"


def tried(ran: Sequence[Ran]) -> list[Tried]:
    """The examples as tests, for the formats of other tools."""
    return [
        Tried(
            f"{one.guideline.id}#{one.criterion.id}",
            one.example.name,
            one.example.place,
            None if one.as_expected else one.difference,
        )
        for one in ran
    ]


# coverage ----------------------------------------------------------------------------------------------


def coverage_lines(found: Coverage, *, full: bool) -> Iterator[str]:
    """The criteria that lack a situation (or all), then the sum."""
    for one in found.criteria:
        if full or one.unseen or one.unjudged:
            yield f"{one.guideline.id}  {one.criterion.id}  {_situations(one)}"
            if one.never_fails:
                yield f"    {one.criterion.place}: no example makes it fail"
    of = f"{found.seen} of {found.possible} situations of {_many(len(found.criteria), 'criterion')}"
    yield f"{of} shown ({found.percent}%)"


def _situations(one: Covered) -> str:
    words = {name: "alone decisive" if name == "alone" else name for name in one.possible}
    return ", ".join(
        f"{words[name]} {'shown' if name in one.seen else 'NOT SHOWN'}" for name in one.possible
    )


def coverage_json(found: Coverage) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "schema": SCHEMA,
        "situations": found.possible,
        "shown": found.seen,
        "percent": found.percent,
        "criteria": [
            {
                "guideline": one.guideline.id,
                "criterion": one.criterion.id,
                "possible": list(one.possible),
                "not_shown": list(one.unseen),
                "never_fails": one.never_fails,
                "rule": {"file": one.criterion.place.file, "line": one.criterion.place.line},
            }
            for one in found.criteria
        ],
    }


# prove -------------------------------------------------------------------------------------------------


def proof_lines(found: Proofs, anatomy: Anatomy, *, expected: bool) -> Iterator[str]:
    """Every finding with the chart that shows it, then what was gone through."""
    for one in found.findings:
        yield f"{one.place}: {one.level}[{one.code}] {one.message}"
        if one.witness is not None:
            yield f"    chart: {facts_line(one.witness, anatomy)}"
    if expected:
        for one, because in found.expected:
            yield f"{one.place}: expected[{one.code}] {one.message}"
            yield f"    because: {because}"
    unproved = sum(one.code == "P109" for one in found.findings)
    wrong = len(found.findings) - unproved
    told = f"{_many(found.guidelines, 'guideline')}, {_many(found.criteria, 'criterion')}"
    counts = f"{_many(wrong, 'finding')}, {unproved} not proved, {len(found.expected)} expected"
    yield f"{told}: {counts} ({found.combinations:,} combinations gone through, facts taken as independent)"


def cover_lines(
    found: Sequence[Cell], gaps: Sequence[Cell], overlaps: Sequence[Cell]
) -> Iterator[str]:
    """Requests without a guideline and with two, then what was gone through."""
    for one in gaps:
        yield f"gap      {_cell(one)}"
    for one in overlaps:
        yield f"overlap  {_cell(one)}: {joined(one.guidelines)}"
    declared = sum(one.declared and not one.guidelines for one in found)
    cells = _many(len(found), "combination")
    tail = (
        f", {declared} without one because of an edition that is declared missing"
        if declared
        else ""
    )
    yield (
        f"search order: {len(gaps)} gaps, {len(overlaps)} overlaps"
        f" ({cells} of jurisdiction, request and days{tail})"
    )


def _cell(cell: Cell) -> str:
    said = [
        f"{plain(name)} not stated" if value == NOT_STATED else plain(value)
        for name, value in cell.request.items()
    ]
    return " · ".join([*([cell.order] if cell.order else []), *said, str(cell.days)])


def proof_json(
    found: Proofs, cover: tuple[Sequence[Cell], Sequence[Cell]] | None
) -> Mapping[str, Any]:
    """The same for programs."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "guidelines": found.guidelines,
        "criteria": found.criteria,
        "combinations": found.combinations,
        "findings": [_finding_json(one) for one in found.findings],
        "expected": [{**_finding_json(one), "because": because} for one, because in found.expected],
    }
    if cover:
        gaps, overlaps = cover
        document["gaps"] = [_cell_json(one) for one in gaps]
        document["overlaps"] = [_cell_json(one) for one in overlaps]
    return document


def _finding_json(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "level": one.level,
        "message": one.message,
        "guideline": one.guideline,
        "rule": {"file": one.place.file, "line": one.place.line},
        "chart": None if one.witness is None else facts_json(one.witness),
    }


def _cell_json(one: Cell) -> Mapping[str, Any]:
    return {
        "order": one.order,
        "request": dict(one.request),
        "from": one.days.since and one.days.since.isoformat(),
        "until": one.days.until and one.days.until.isoformat(),
        "guidelines": list(one.guidelines),
    }


def proof_notices(found: Proofs) -> list[Notice]:
    """The same for the formats of other tools."""
    return [Notice(one.code, one.level, one.message, one.place) for one in found.findings]


def proof_rules() -> list[Rule]:
    """What can be found."""
    return [Rule(code, title, level="error") for code, title in CODES.items()]


# mutate ------------------------------------------------------------------------------------------------


def mutant_lines(found: Sequence[Mutated], anatomy: Anatomy) -> Iterator[str]:
    """What is missed, with the examples that would notice it, then the counts."""
    for one in found:
        missed, unproved = one.of("missed"), one.of("not proved")
        if not missed and not unproved:
            continue
        yield f"{one.guideline.id}  {one.criterion.id}"
        for judged in (*missed, *unproved):
            tail = (
                f" (not proved, more than {judged.number:,} combinations)" if judged.number else ""
            )
            yield f"    missed: {judged.mutant.change}{tail}"
        for example in one.missing:
            yield f"    would notice: {facts_line(example.facts, anatomy)} → {example.expect}"
    yield _mutant_counts(found)


def _mutant_counts(found: Sequence[Mutated]) -> str:
    total = sum(len(one.mutants) for one in found)
    examples = sum(len(one.missing) for one in found)
    parts = [
        f"{summed(found, 'noticed'):,} noticed",
        f"{summed(found, 'unnoticeable')} cannot be noticed",
        f"{summed(found, 'missed')} missed",
    ]
    if unproved := summed(found, "not proved"):
        parts.append(f"{unproved} not proved")
    tail = f"; {_many(examples, 'example')} would notice them" if examples else ""
    return f"{_many(total, 'mutant')} of {_many(len(found), 'criterion')}: {', '.join(parts)}{tail}"


def mutant_json(found: Sequence[Mutated]) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "schema": SCHEMA,
        "mutants": sum(len(one.mutants) for one in found),
        "noticed": summed(found, "noticed"),
        "unnoticeable": summed(found, "unnoticeable"),
        "missed": summed(found, "missed"),
        "not_proved": summed(found, "not proved"),
        "criteria": [
            {
                "guideline": one.guideline.id,
                "criterion": one.criterion.id,
                "mutants": [_judged_json(judged) for judged in one.mutants],
            }
            for one in found
        ],
    }


def _judged_json(judged: Judged) -> Mapping[str, Any]:
    missing = judged.missing
    return {
        "change": judged.mutant.change,
        "verdict": judged.verdict,
        "noticed_by": judged.by or None,
        "example": {"facts": facts_json(missing.facts), "expect": missing.expect}
        if missing
        else None,
    }


# diff --------------------------------------------------------------------------------------------------


def version_lines(found: Versions, corpus: Corpus | None, anatomy: Anatomy) -> Iterator[str]:
    """What became stricter or looser, on which chart, and what that does to cases."""
    for changed in found.changed:
        if changed.matters:
            yield from _changed_lines(changed, anatomy)
    for guideline, criterion in found.added:
        yield (
            f"{guideline.id}  {criterion.id}: new. Stricter where it fails."
            if criterion.decides
            else (f"{guideline.id}  {criterion.id}: new; it does not decide.")
        )
    for guideline, criterion in found.removed:
        yield f"{guideline.id}  {criterion.id}: gone."
    yield from (f"{one.id}: new guideline." for one in found.new)
    yield from (f"{one.id}: guideline gone." for one in found.gone)
    yield from (f"{one.id}: other requests or days than before." for one in found.requests)
    if found.search_order:
        yield "The search order differs."
    if found.same:
        rewritten = len(found.changed)
        tail = (
            f" {_many(rewritten, 'criterion')} written differently, the same on every chart."
            if rewritten
            else ""
        )
        yield f"No case changes.{tail}"
    if corpus:
        yield from _corpus_lines(corpus)


def _changed_lines(changed: Changed, anatomy: Anatomy) -> Iterator[str]:
    told = {
        "stricter": "Stricter.",
        "looser": "Looser.",
        "stricter and looser": "Stricter on some charts, looser on others.",
        "other status": "Another status with the same effect.",
        "same": "The same on every chart.",
        "not proved": f"Not proved: more than {changed.number:,} combinations.",
    }[changed.direction]
    yield f"{changed.guideline.id}  {changed.after.id}: {told}"
    if changed.decides_otherwise:
        yield f"    it {'decides' if changed.after.decides else 'does not decide'} now"
    before, after = (
        condition_words(changed.before.requires),
        condition_words(changed.after.requires),
    )
    if before != after:
        yield f"    needed: {before}"
        yield f"    needs:  {after}"
    for example in changed.examples:
        yield f"    {facts_line(example.facts, anatomy)}: {example.before} → {example.after}"


def _corpus_lines(corpus: Corpus) -> Iterator[str]:
    for one in corpus.moved:
        requests = f" request {joined(one.requests)}" if one.requests else ""
        yield f"case {one.case}{requests}: {one.before} → {one.after} ({one.reason})"
    yield f"cases: {len(corpus.moved)} of {_many(corpus.number, 'determination')} change"
    if corpus.decided:
        before = f"before {corpus.agreed_before} of {corpus.decided}"
        after = f"after {corpus.agreed_after} of {corpus.decided}"
        yield f"agreement with reviewers: {before}, {after}"


def version_json(found: Versions, corpus: Corpus | None) -> Mapping[str, Any]:
    """The same for programs."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "same": found.same,
        "changed": [
            {
                "guideline": one.guideline.id,
                "criterion": one.after.id,
                "direction": one.direction,
                "decides": {"before": one.before.decides, "after": one.after.decides},
                "examples": [
                    {"facts": facts_json(each.facts), "before": each.before, "after": each.after}
                    for each in one.examples
                ],
            }
            for one in found.changed
        ],
        "added": [[guideline.id, one.id] for guideline, one in found.added],
        "removed": [[guideline.id, one.id] for guideline, one in found.removed],
        "new_guidelines": [one.id for one in found.new],
        "guidelines_gone": [one.id for one in found.gone],
        "other_requests": [one.id for one in found.requests],
        "search_order": found.search_order,
    }
    if corpus:
        document["cases"] = {
            "determinations": corpus.number,
            "changed": [
                {
                    "case": one.case,
                    "requests": list(one.requests),
                    "before": one.before,
                    "after": one.after,
                    "reason": one.reason,
                }
                for one in corpus.moved
            ],
            "decided": corpus.decided,
            "agreed": {"before": corpus.agreed_before, "after": corpus.agreed_after},
        }
    return document


# compare -----------------------------------------------------------------------------------------------


def compared_lines(found: Compared, rules: RuleBase) -> Iterator[str]:
    """Which of two guidelines is at least as strict, with the charts that tell them apart."""
    first, second = found.directions
    yield _verdict(found)
    if found.apart:
        told = joined([plain(name) for name in found.apart])
        yield f"They cover no request together ({told}); they are compared as if both spoke of it."
    for one in (first, second):
        if one.witness:
            failed = joined([each.id for each in one.witness.failed])
            yield f"{one.passes.id} passes, {one.fails.id} fails on {failed}:"
            yield f"    {facts_line(one.witness.facts, rules.anatomy)}"


def _verdict(found: Compared) -> str:
    one, other = found.one.id, found.other.id
    first, second = found.directions
    if not (first.proved and second.proved):
        unproved = _unproved(first, second)
        return f"not proved: no chart that passes {unproved} was found, and not all were tried."
    match first.witness is None, second.witness is None:
        case True, True:
            return f"{one} and {other} pass the same cases."
        case True, False:
            return f"{one} is stricter: what passes it passes {other} too, and not the other way round."
        case False, True:
            return f"{other} is stricter: what passes it passes {one} too, and not the other way round."
        case _:
            return "neither is stricter."


def _unproved(*directions: Direction) -> str:
    told = [f"{one.passes.id} and fails {one.fails.id}" for one in directions if not one.proved]
    return joined(told, "or")


def compared_json(found: Compared) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "schema": SCHEMA,
        "verdict": _verdict(found),
        "covers_apart": list(found.apart),
        "directions": [
            {
                "passes": one.passes.id,
                "fails": one.fails.id,
                "proved": one.proved,
                "chart": facts_json(one.witness.facts) if one.witness else None,
                "failed": [each.id for each in one.witness.failed] if one.witness else [],
            }
            for one in found.directions
        ],
    }
