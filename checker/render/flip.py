"""What would change the answer, for people and for programs; every change only if the chart supports it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from checker.anatomy import Anatomy
from checker.case import Request
from checker.determination import Determination, Finding, Terms
from checker.engine.agreed import Engine
from checker.fact import Conflicting, Documented, Evidence, NotAsked, NotDocumented, evidence_of
from checker.flip.choices import Needs
from checker.flip.flipping import Change, Flip, Hindrance, Moved, Way
from checker.render.contract import evidence, fact, head, plain_value, value_of
from checker.render.text import headline, indented
from checker.render.words import HEADLINES, MEANS, READINESS, evidence_words, fact_line
from checker.wording import fact_words, joined, plain, value_words

IF_SUPPORTED = "if the chart supports it"
VERBS: Mapping[Needs, str] = {
    "document": "document",
    "amend": "amend the request",
    "contest": "contest",
    "treat": "treat first",
}
MOST_SHOWN = 4
"""So many further values of one fact are named."""


# In words -------------------------------------------------------------------------------------------


def change_words(change: Change, anatomy: Anatomy) -> str:
    """`physical therapy: failed or contraindicated`, `care weeks: at least 4`."""
    place = (
        f" of record {change.record} of {plain(change.of)}" if change.of and change.record else ""
    )
    return f"{plain(change.fact)}{place}: {_values(change, anatomy)}"


def _values(change: Change, anatomy: Anatomy) -> str:
    value = value_words(change.to, anatomy)
    if change.reach == "to":
        return f"{value} to {value_words(change.others[0], anatomy)}"
    if change.reach:
        return f"{change.reach} {value}"
    others = [value_words(one, anatomy) for one in change.others]
    if len(others) > MOST_SHOWN:
        return f"{value}, or another of {len(others) + 1} that would do"
    return joined([value, *others], "or")


def way_words(way: Way, anatomy: Anatomy) -> str:
    """The changes of a way in one line, each with what it needs where that is not a document."""
    return " + ".join(_with_verb(one, anatomy) for one in way.changes)


def _with_verb(change: Change, anatomy: Anatomy) -> str:
    told = change_words(change, anatomy)
    now = fact_words(change.before, anatomy)
    silent = isinstance(change.before, NotAsked | NotDocumented)
    match change.needs:
        case "document" if silent:
            return f"document {told}"
        case "amend" if silent:
            return f"state in the request {told}"
        case _:
            return f"{VERBS[change.needs]}, {told} (now {now})"


def short_line(flip: Flip, anatomy: Anatomy) -> str:
    """One line for the checklist: the cheapest way, or what stands in the way."""
    if flip.sets:
        more = f"; {flip.number - 1} more ways" if flip.number > 1 else ""
        return f"To become ready, {IF_SUPPORTED}: {way_words(flip.sets[0].way, anatomy)}{more}."
    if flip.moved:
        moved = flip.moved[0]
        rest = [way_words(one.way, anatomy) for one in moved.flip.sets[:1]]
        told = " + ".join([_with_verb(moved.change, anatomy), *rest])
        return f"To become ready, {IF_SUPPORTED}: {told}."
    if not flip.complete:
        return "What would turn this was not found in the time allowed."
    told = "; ".join(_hindrance_words(one) for one in flip.cannot)
    return f"Nothing you can document or change turns this: {told}."


def _hindrance_words(hindrance: Hindrance) -> str:
    places = _places(hindrance.facts)
    return hindrance.judged.criterion.id + (f" ({places})" if places else "")


def _places(findings: Iterable[Finding]) -> str:
    """`exam, lines 51-53; line 85`; the name of a fact that has no place."""
    told = [
        ", ".join(words for one in evidence_of(each.fact) if (words := evidence_words(one)))
        or plain(each.name)
        for each in findings
    ]
    return "; ".join(dict.fromkeys(told))


def show_flip(flip: Flip, engine: Engine, console: Console) -> None:
    """One procedure: what would turn it, factored; or what it rests on."""
    anatomy = engine.rules.anatomy
    headline(flip.determination, anatomy, console)
    console.print()
    for indent, line in _lines(flip, anatomy):
        console.print(indented(Text(line), indent))


def _lines(flip: Flip, anatomy: Anatomy) -> Iterator[tuple[int, str]]:
    determination = flip.determination
    if determination.outcome == "not covered" or determination.guideline is None:
        yield (
            0,
            "No guideline speaks about it, so there is nothing to turn: " + determination.reason,
        )
        return
    if determination.outcome == "Overturned":
        yield from _resting_lines(flip, anatomy)
    else:
        yield from _turning_lines(flip, anatomy)
    for one in flip.elsewhere:
        if one.guideline:
            yield (
                0,
                f"Under {one.guideline.id}: {HEADLINES[one.outcome]} ({MEANS[one.outcome]}).  {one.reason}",
            )


def _turning_lines(flip: Flip, anatomy: Anatomy) -> Iterator[tuple[int, str]]:
    if flip.sets:
        yield 0, f"{MEANS['Overturned']}, if the chart supports all of:"
        yield from _groups(flip, anatomy)
        yield 0, _counted(flip)
        if care := _care(flip):
            yield (
                0,
                f"Care that was not given yet comes first: treat, then document ({', '.join(care)}).",
            )
    elif not flip.complete:
        yield (
            0,
            "More ways exist than could be looked through, and none of those looked at is enough.",
        )
    else:
        under = " under this guideline" if flip.moved else ""
        yield 0, f"Nothing you can document or change turns this{under}."
        together = ", which cannot be met together" if flip.together else ""
        yield 2, f"Cannot be fixed{together}:"
        for one in flip.cannot:
            yield 4, f"{one.judged.criterion.id}: {one.judged.criterion.says}"
            yield from ((6, line) for line in _facts_with_places(one.facts, anatomy))
    for one in flip.contestable:
        name = one.judged.criterion.id
        yield (
            2,
            f"Contestable: {name} rests on a bare statement; documented findings would answer it.",
        )
        yield from ((6, line) for line in _facts_with_places(one.facts, anatomy))
    for moved in flip.moved:
        yield from _moved_lines(moved, anatomy)


def _moved_lines(moved: Moved, anatomy: Anatomy) -> Iterator[tuple[int, str]]:
    guideline = moved.flip.determination.guideline
    yield (
        0,
        f"{_with_verb(moved.change, anatomy)}: then {guideline.id if guideline else ''} governs.",
    )
    if moved.flip.sets:
        yield 2, f"{MEANS['Overturned']}, if the chart supports all of:"
        yield from ((indent + 2, line) for indent, line in _groups(moved.flip, anatomy))
    else:
        yield 2, MEANS["Overturned"] + "."


def _groups(flip: Flip, anatomy: Anatomy) -> Iterator[tuple[int, str]]:
    alone = [group[0] for group in flip.groups if len(group) == 1]
    for way in sorted(alone, key=lambda one: one.price):
        yield from ((2, _with_verb(one, anatomy)) for one in way.changes)
    for group in flip.groups:
        if len(group) > 1:
            yield 2, "one of"
            yield from ((4, way_words(one, anatomy)) for one in group)


def _care(flip: Flip) -> list[str]:
    """The facts of care that a document can only tell if the care was given."""
    changes = (one for group in flip.groups for way in group for one in way.changes)
    return list(
        dict.fromkeys(plain(one.fact) for one in changes if one.care and one.needs == "document")
    )


def _counted(flip: Flip) -> str:
    ways = "1 way" if flip.number == 1 else f"{flip.number} ways"
    cheapest = flip.sets[0].way
    count = len(cheapest.changes)
    least = f"the least: {count} {'change' if count == 1 else 'changes'} ({VERBS[cheapest.needs]})"
    shown = len(flip.sets)
    decided = (
        "each was" if shown == flip.number else f"the first {shown}, and every option once, were"
    )
    bound = "" if flip.complete else " There may be more ways than could be looked through."
    return f"{ways}, {least}; {decided} decided again.{bound}"


def _facts_with_places(findings: Iterable[Finding], anatomy: Anatomy) -> Iterator[str]:
    for one in findings:
        places = "; ".join(
            words for each in evidence_of(one.fact) if (words := evidence_words(each))
        )
        yield fact_line(one, anatomy) + (f"  [{places}]" if places else "")


def _resting_lines(flip: Flip, anatomy: Anatomy) -> Iterator[tuple[int, str]]:
    count = len(flip.rests_on)
    yield (
        0,
        f"{MEANS['Overturned']}, resting on {count} documented {'fact' if count == 1 else 'facts'}:",
    )
    for finding, criteria in flip.rests_on:
        (line,) = _facts_with_places([finding], anatomy)
        yield 2, f"{line}  ({', '.join(criteria)})"
    if flip.presumed:
        yield 0, f"and on silence: {', '.join(one.criterion.id for one in flip.presumed)} presumed."
    if flip.sinks:
        yield 0, "Any one of these findings would turn it:"
    for one in flip.sinks:
        told = " + ".join(change_words(each, anatomy) for each in one.changes)
        yield 2, f"{told}  ({', '.join(one.criteria)})"
    weak = weakest(flip)
    if weak:
        yield (
            0,
            "Weakest, a statement without its substance: "
            + "; ".join(
                f"{', '.join(criteria)}, {_places([finding])}" for finding, criteria in weak
            ),
        )


def weakest(flip: Flip) -> list[tuple[Finding, tuple[str, ...]]]:
    """What a good determination rests on and is only conclusory, or in conflict."""
    return [
        (finding, criteria)
        for finding, criteria in flip.rests_on
        if isinstance(finding.fact, Conflicting)
        or (isinstance(finding.fact, Documented) and finding.fact.grade == "conclusory")
    ]


# For programs ---------------------------------------------------------------------------------------


def flip_result(flips: Iterable[Flip], engine: Engine, terms: Terms) -> dict[str, Any]:
    """The whole answer of `flip`: one result for every request."""
    results = [result(one, each) for one in flips for each in one.determination.requests]
    return {**head(engine, terms), "results": results}


def result(flip: Flip, request: Request) -> dict[str, Any]:
    """One request with what would turn it."""
    determination = flip.determination
    return {
        "case": determination.case.name,
        "request": request.id,
        "item": request.item,
        "requests_together": [one.id for one in determination.requests],
        "guideline": determination.guideline and determination.guideline.id,
        "outcome": determination.outcome,
        "readiness": READINESS[determination.outcome],
        "reason": determination.reason,
        **ways(flip),
        "contestable": [hindrance(one) for one in flip.contestable],
        "rests_on": [{**fact(one), "criteria": list(ids)} for one, ids in flip.rests_on],
        "presumed": [one.criterion.id for one in flip.presumed],
        "sinks": [
            {"changes": [change(each) for each in one.changes], "criteria": list(one.criteria)}
            for one in flip.sinks
        ],
        "weakest": [one.name for one, _ in weakest(flip)],
        "moved": [_moved(one) for one in flip.moved],
        "elsewhere": [_elsewhere(one) for one in flip.elsewhere],
        "condition": IF_SUPPORTED,
    }


def ways(flip: Flip) -> dict[str, Any]:
    """The sets of changes, the same factored, how many there are, and what cannot be fixed."""
    return {
        "sets": [
            {
                "kind": one.way.needs,
                "changes": [change(each) for each in one.way.changes],
                "outcome": one.outcome,
                "verified": True,
            }
            for one in flip.sets
        ],
        "groups": [
            [[change(each) for each in one.changes] for one in group] for group in flip.groups
        ],
        "number": flip.number,
        "complete": flip.complete,
        "cannot": [hindrance(one) for one in flip.cannot],
    }


def change(one: Change) -> dict[str, Any]:
    """One fact from what it says to what it would have to say; `others` would do as well."""
    return {
        "fact": one.fact,
        "of": one.of,
        "record": one.record,
        "kind": one.needs,
        "from": value_of(one.before),
        "to": plain_value(one.to),
        "reach": one.reach or None,
        "others": [plain_value(each) for each in one.others],
    }


def hindrance(one: Hindrance) -> dict[str, Any]:
    """A criterion that stands in the way, with the evidence that does."""
    places: Sequence[Evidence] = [each for found in one.facts for each in evidence_of(found.fact)]
    return {
        "criterion": one.judged.criterion.id,
        "says": one.judged.criterion.says,
        "facts": [fact(each) for each in one.facts],
        "evidence": [evidence(each) for each in dict.fromkeys(places)],
    }


def _moved(moved: Moved) -> dict[str, Any]:
    guideline = moved.flip.determination.guideline
    return {
        "change": change(moved.change),
        "guideline": guideline and guideline.id,
        **ways(moved.flip),
    }


def _elsewhere(determination: Determination) -> dict[str, Any]:
    return {
        "guideline": determination.guideline and determination.guideline.id,
        "outcome": determination.outcome,
        "reason": determination.reason,
    }
