"""What is remarkable about a decision, or about what it rests on; each remark with the place it points to.

A finding is a reason to read the letter there, and never a verdict on the reviewer. docs/audit.md explains one
by one what each lets conclude, and what not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from checker.auditfile import NearIdentical, Remarks
from checker.case import Decision, Request
from checker.charting import heard
from checker.determination import Determination, Judged, day_of
from checker.fact import (
    Conflicting,
    Documented,
    Evidence,
    Fact,
    NotDocumented,
    evidence_of,
    has_conflict,
)
from checker.rulebase import RuleBase
from checker.sketch import Sketch, near_identical, sketch
from checker.wording import fact_words, joined, plain

FindingId = Literal[
    "reason-outside-guideline",
    "reason-met",
    "says-absent-but-present",
    "decision-against-closing",
    "region-mismatch",
    "hedged",
    "source-outside-search-order",
    "boilerplate",
    "boilerplate-across-letters",
    "label-only",
    "conclusory-care",
    "stale-evidence",
    "conflicting-facts",
    "one-procedure-in-several-items",
    "no-levels",
]
FINDING_IDS: tuple[FindingId, ...] = get_args(FindingId)


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding about one request: what was found, in words, and where it stands."""

    id: FindingId
    item: str
    says: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What findings are looked for in: a decided request, its determination, and the rule base."""

    determination: Determination
    request: Request
    decision: Decision
    rules: RuleBase

    @property
    def remarks(self) -> Remarks:
        return self.rules.remarks

    def found(self, id_: FindingId, says: str, *evidence: Evidence | None) -> Remark:
        """A remark with its evidence, or with where the decision stands, or else with the file."""
        places = tuple(dict.fromkeys(one for one in evidence if one))
        decided = self.decision.evidence
        fallback = decided or Evidence(document=self.determination.case.file, voice="reviewer")
        return Remark(id_, self.request.id, says, places or (fallback,))


def remarks_on(determination: Determination, request: Request, rules: RuleBase) -> list[Remark]:
    """The findings about one request of a determination; none where it was not decided."""
    if request.decision is None:
        return []
    asked = _Asked(determination, request, request.decision, rules)
    return [
        *_reasons(asked),
        *_absent(asked),
        *_closing(asked),
        *_region(asked),
        *_hedges(asked),
        *_sources(asked),
        *_repeats(asked),
        *_weak(asked),
        *_stale(asked),
        *_conflicts(asked),
        *_grouped(asked),
        *_levels(asked),
    ]


# The decision --------------------------------------------------------------------------------------


def _reasons(asked: _Asked) -> Iterator[Remark]:
    """Reasons that the guideline does not have, and reasons that the record answers."""
    guideline = asked.determination.guideline
    if guideline is None:
        return
    judged = {one.criterion.id: one for one in asked.determination.judged}
    decision = asked.decision
    for ground in decision.grounds:
        if ground not in judged:
            says = f"the reason {ground} is no criterion of {guideline.id}"
            yield asked.found("reason-outside-guideline", says, decision.evidence)
        elif judged[ground].status == "met" and decision.outcome == "Upheld":
            places = [place for one in judged[ground].findings for place in evidence_of(one.fact)]
            says = f"{ground} is given as a reason, and the facts meet it"
            yield asked.found("reason-met", says, decision.evidence, *places)
    for beyond in decision.beyond:
        if beyond.name not in judged:
            says = f"{beyond.name} is asked for, which is no criterion of {guideline.id}"
            yield asked.found("reason-outside-guideline", says, beyond.evidence)


def _absent(asked: _Asked) -> Iterator[Remark]:
    """Only what the chart itself says counts: the reviewer may have drawn the rest from elsewhere."""
    case = asked.determination.case
    on_record = heard({**case.facts, **asked.request.facts}, "record")
    for absent in asked.decision.says_absent:
        fact = on_record.get(absent.name)
        if fact is not None and evidence_of(fact) and _has_something(fact, asked.remarks):
            value = fact_words(fact, asked.rules.anatomy)
            says = f"{plain(absent.name)} is said to be missing, and the record has it: {value}"
            places = evidence_of(fact)
            yield asked.found("says-absent-but-present", says, absent.evidence, *places)


def _has_something(fact: Fact, remarks: Remarks) -> bool:
    """Whether the record has the thing itself, and not only that it was absent."""
    match fact:
        case Documented(value):
            said_no = isinstance(value, str) and value in remarks.absent_values
            return value is not False and value != () and not said_no
        case Conflicting(values):
            return any(_has_something(one, remarks) for one in values)
        case _:
            return False


def _closing(asked: _Asked) -> Iterator[Remark]:
    closing = asked.decision.closing
    if closing and closing.name != asked.decision.outcome:
        says = f"the item is {asked.decision.outcome}, and its rationale closes as {closing.name}"
        yield asked.found(
            "decision-against-closing", says, closing.evidence, asked.decision.evidence
        )


def _region(asked: _Asked) -> Iterator[Remark]:
    """A rationale that speaks of another region, or of none of the joints, that the request is for."""
    speaks_of = asked.decision.speaks_of
    if speaks_of is None:
        return
    chart = asked.determination.procedure.chart
    region = chart.get("region")
    if speaks_of.region and isinstance(region, Documented) and region.value != speaks_of.region:
        regions = asked.rules.vocabulary.regions
        wanted, told = (regions.get(str(one), one) for one in (region.value, speaks_of.region))
        says = f"the request is for: {wanted}; the rationale speaks of: {told}"
        yield asked.found("region-mismatch", says, speaks_of.evidence, *evidence_of(region))
    joints = chart.get("requested_joints")
    if speaks_of.targets and isinstance(joints, Documented) and isinstance(joints.value, frozenset):
        spoken = asked.rules.anatomy.read(speaks_of.targets, "nerves").readings
        if all(reading and not reading & joints.value for reading in spoken):
            wanted = fact_words(joints, asked.rules.anatomy)
            told = joined(speaks_of.targets)
            says = f"the request is for {wanted}, and the rationale speaks of {told}"
            yield asked.found("region-mismatch", says, speaks_of.evidence, *evidence_of(joints))


def _hedges(asked: _Asked) -> Iterator[Remark]:
    if asked.decision.hedges:
        says = "the rationale leaves its own decision open"
        yield asked.found("hedged", says, *asked.decision.hedges)


def _sources(asked: _Asked) -> Iterator[Remark]:
    order = asked.rules.search_order.order(asked.determination.case.jurisdiction)
    for cited in asked.decision.guidelines_cited:
        if order.steps and not order.names(cited):
            says = f"{cited} has no place in the search order of {order.title}"
            yield asked.found("source-outside-search-order", says, asked.decision.cited_at)


# Boilerplate -----------------------------------------------------------------------------------------


def _repeats(asked: _Asked) -> Iterator[Remark]:
    """A rationale that the same letter has for another item as well."""
    alike = _alike_in_letter(asked)
    if alike and (where := _rationale_of(asked.decision)):
        others = joined(f"#{one}" for one in alike)
        says = f"the rationale is the same text as that of {others} of this letter"
        yield asked.found("boilerplate", says, where)
    elif alike:
        others = joined(f"#{one}" for one in alike)
        says = f"the note on the decision is the same as that of {others} of this case"
        yield asked.found("boilerplate", says)


def _alike_in_letter(asked: _Asked) -> list[str]:
    """The other decided requests of the case with this rationale, as a person says or sketches show."""
    decided = [one for one in asked.determination.case.requests if one.decision]
    texts = [one for one in decided if _sketch_of(one.decision, asked.remarks) is not None]
    alike = {
        texts[number].id
        for group in _groups([one.decision for one in texts], asked.remarks.near_identical)
        if asked.request.id in {texts[number].id for number in group}
        for number in group
    }
    alike |= _said_to_repeat(asked.request, decided)
    return [one.id for one in decided if one.id in alike and one.id != asked.request.id]


def _said_to_repeat(request: Request, decided: Iterable[Request]) -> set[str]:
    """The requests whose rationale a person has said to repeat that of this one, or this one theirs."""
    first = {
        one.id: one.decision.rationale.repeats or one.id
        for one in decided
        if one.decision and one.decision.rationale
    }
    mine = first.get(request.id, request.id)
    return {name for name, other in first.items() if other == mine} | {mine}


def _groups(decisions: Iterable[Decision | None], near: NearIdentical | None) -> list[list[int]]:
    if near is None:
        return []
    sketches = [one and _sketch_of(one, Remarks(near_identical=near)) for one in decisions]
    return near_identical((one or Sketch((), 0) for one in sketches), near.share)


def _sketch_of(decision: Decision | None, remarks: Remarks) -> Sketch | None:
    """Of the rationale, or of the note where a case has no rationale; None where it is too short to tell."""
    if decision is None or remarks.near_identical is None:
        return None
    rationale = decision.rationale
    found = rationale.sketch if rationale else sketch(decision.note or "")
    return found if found and found.words >= remarks.near_identical.least_words else None


def _rationale_of(decision: Decision) -> Evidence | None:
    return decision.rationale.evidence if decision.rationale else None


def across_letters(
    decided: Iterable[tuple[str, str, Decision]], remarks: Remarks
) -> dict[tuple[str, str], Remark]:
    """The findings of rationales that other letters have too, by file and request.

    `decided` has the file, the name of the item in the corpus (such as `imr-003#2`), and the decision.
    """
    known = [
        (file, name, decision)
        for file, name, decision in decided
        if decision.rationale and _sketch_of(decision, remarks)
    ]
    found = {}
    for group in _groups([decision for _, _, decision in known], remarks.near_identical):
        files = {known[number][0] for number in group}
        if len(files) < 2:
            continue
        for number in group:
            file, name, decision = known[number]
            first = next(one for at in group if (one := known[at])[0] != file)
            says = (
                f"the rationale is the same text as that of {first[1]}; "
                f"{len(group)} rationales in {len(files)} letters have it"
            )
            item = name.rpartition("#")[2]
            place = _rationale_of(decision) or Evidence(document=file)
            found[file, item] = Remark("boilerplate-across-letters", item, says, (place,))
    return found


# What it rests on --------------------------------------------------------------------------------------


def _weak(asked: _Asked) -> Iterator[Remark]:
    """Criteria that hang on a bare label, or on a sentence that sums up a whole course of care."""
    for judged in asked.determination.judged:
        if not judged.criterion.decides:
            continue
        if judged.status == "not met" and (places := _only(judged, asked.remarks.labels)):
            says = f"{judged.criterion.id} is not met by the name of a diagnosis alone"
            yield asked.found("label-only", says, *places)
        general = asked.remarks.general_statements
        if judged.status == "met" and (places := _only(judged, general)):
            says = f"{judged.criterion.id} is met by a general statement alone"
            yield asked.found("conclusory-care", says, *places)


def _only(judged: Judged, names: Iterable[str]) -> list[Evidence]:
    """The places of these facts, if a status rests on them and on no other documented fact; else none."""
    documented = [one for one in judged.findings if isinstance(one.fact, Documented)]
    weak = set(names)
    if not documented or any(
        one.name not in weak or getattr(one.fact, "grade", None) != "conclusory"
        for one in documented
    ):
        return []
    return [place for one in documented for place in evidence_of(one.fact)]


def _stale(asked: _Asked) -> Iterator[Remark]:
    """The age of evidence on the day of the request; where a day is not known nothing is said."""
    chart = asked.determination.procedure.chart
    day = day_of(asked.determination.case, chart)
    if day is None:
        return
    for stale in asked.remarks.stale:
        for name in stale.facts:
            old = [
                one
                for one in evidence_of(chart[name])
                if one.dated and _months(one.dated, day) >= stale.months
            ]
            fresh = [one for one in evidence_of(chart[name]) if one.dated and one not in old]
            if old and not fresh:
                latest = max(one.dated for one in old if one.dated)
                says = f"{plain(name)}: {stale.says} ({latest.isoformat()}, request {day})"
                yield asked.found("stale-evidence", says, *old)


def _months(since: date, until: date) -> int:
    """Whole months from one day to another."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (until.day < since.day)


def _conflicts(asked: _Asked) -> Iterator[Remark]:
    named = {one.name for judged in asked.determination.judged for one in judged.findings}
    for name, fact in asked.determination.procedure.chart.items():
        if has_conflict(fact) and name in named:
            says = f"{plain(name)}: {fact_words(fact, asked.rules.anatomy)}"
            yield asked.found("conflicting-facts", says, *evidence_of(fact))


def _grouped(asked: _Asked) -> Iterator[Remark]:
    requests = asked.determination.requests
    if len(requests) > 1:
        items = joined(f"#{one.id}" for one in requests)
        says = f"{items} are one procedure, decided item by item"
        places = [
            place for one in requests for fact in _levels_of(one) for place in evidence_of(fact)
        ]
        yield asked.found("one-procedure-in-several-items", says, *places)


def _levels(asked: _Asked) -> Iterator[Remark]:
    """A procedure on joints or nerves whose request names neither."""
    chart = asked.determination.procedure.chart
    procedure = chart.get("procedure")
    entry = (
        asked.rules.vocabulary.procedures.get(str(procedure.value))
        if isinstance(procedure, Documented)
        else None
    )
    if entry is None or entry.targets == "none":
        return
    levels = chart.get("targets")
    if isinstance(levels, NotDocumented):
        places = evidence_of(levels)
        yield asked.found("no-levels", "the request names no level", *places)


def _levels_of(request: Request) -> Iterator[Fact]:
    if "targets" in request.facts:
        yield request.facts["targets"]
