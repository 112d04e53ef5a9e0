"""Earlier blocks and injections as records: kind, levels, side, day, effect and relief.

A block is an earlier one only where a letter says so: by a word of the past or by its result. A percentage
is taken for its relief only where it can belong to nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from checker.fact import Conflicting, Documented, Evidence, Fact, NotDocumented, Value
from checker.letters.passages import Mention
from checker.letters.quantities import Found, Placed, dates, lengths, percentages
from checker.letters.words import PURPOSE, FactLists, Gives
from checker.vocabulary import ListOf, Vocabulary

KIND, TARGETS, SIDE, DAY = "block_kind", "block_targets", "block_side", "block_date"
RESPONSE, PERCENT = "block_response", "relief_percent"
HOURS, WEEKS = "relief_hours", "relief_weeks"

_RESPONSES = {"failed": "ineffective", "effective": "effective", "partial": "partial"}
_RESULTS = ("failed", "effective", "partial")
_SIDES = ("bilateral", "left", "right")
_NEAR_RELIEF = 6
_SIDE_BEFORE = 6
_SIDE_WITHIN = 40
_MOST_PLACES = 20


@dataclass
class Session:
    """One earlier block, growing as more sentences speak of it."""

    fields: dict[str, Fact] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    needs_detail: bool = False


Treatments = Mapping[tuple[int, int], Sequence[Mention]]
"""The treatments that are named, by passage and sentence."""


def treatments(found: Sequence[Mention]) -> Treatments:
    """Which treatments each sentence names, apart from those that are only asked for."""
    named: dict[tuple[int, int], list[Mention]] = {}
    for one in found:
        asked_for = one.assertion.status in ("planned", "hypothetical")
        if one.named.concept.group in ("block", "care", "drug", "surgery") and not asked_for:
            named.setdefault((id(one.passage), one.named.sentence), []).append(one)
    return named


def is_prior(mention: Mention) -> bool:
    """Whether a mention tells of a block that was done."""
    meant = mention.assertion
    if mention.named.concept.group != "block" or meant.status != "affirmed":
        return False
    return meant.time == "historical" or meant.outcome in _RESULTS


def sessions(
    told: Sequence[tuple[Mention, Gives]],
    everything: Treatments,
    lists: FactLists,
    kind: ListOf,
    vocabulary: Vocabulary,
    levels_of: Callable[[Mention], list[str]],
    evidence_of: Callable[[Mention], Evidence],
) -> list[Session]:
    """The sessions that mentions of one voice tell of, in their order; the same session is told once.

    An injection that is only named, with nothing said of it, is left out where its entry needs a detail:
    a list of blocks that holds it would say that there was no other.
    """
    found: list[Session] = []
    for mention, gives in told:
        evidence = evidence_of(mention)
        fields = _fields(
            mention, gives, evidence, everything, lists, kind, vocabulary, levels_of(mention)
        )
        place = (mention.section, mention.item)
        own = next((one for one in found if _is_same(one, fields, place)), None)
        if own is None:
            found.append(Session(fields, (evidence,), (place,), "detail" in gives.needs))
        else:
            _add(own, fields, evidence, place)
    return [one for one in found if len(one.fields) > 1 or not one.needs_detail]


def _fields(
    mention: Mention,
    gives: Gives,
    evidence: Evidence,
    everything: Treatments,
    lists: FactLists,
    kind: ListOf,
    vocabulary: Vocabulary,
    levels: Sequence[str],
) -> dict[str, Fact]:
    """What one mention says of its block."""
    in_title = mention.section == "request"
    written: dict[str, Value] = dict(gives.record)
    spec = kind.fields.get(TARGETS)
    known = [one for one in levels if spec and not vocabulary.faults(spec, [one])]
    if known:
        written[TARGETS] = tuple(dict.fromkeys(known))
    if not in_title:
        written |= _details(mention, everything, lists)
    elif side := _side_of_title(mention):
        written[SIDE] = side
    facts: dict[str, Fact] = {
        name: Documented(value, "conclusory" if in_title else "explicit", (evidence,))
        for name, value in written.items()
        if name in kind.fields
    }
    if PERCENT not in facts and PERCENT in kind.fields and _is_percent_unclear(mention):
        facts[PERCENT] = NotDocumented((evidence,))
    return facts


def _details(mention: Mention, everything: Treatments, lists: FactLists) -> dict[str, Value]:
    lower = mention.passage.flat.lower
    start, end = mention.sentence
    found: dict[str, Value] = {}
    if side := _side(lower, mention):
        found[SIDE] = side
    day = dates(lower[start:end], lists.months)
    if len(day) == 1 and _alone(mention, everything):
        found[DAY] = day[0].value
    if purpose := _purpose(mention, lists):
        found[PURPOSE] = purpose
    if response := _RESPONSES.get(mention.assertion.outcome):
        found[RESPONSE] = response
    for place in _relief_places(mention, everything, lists):
        found |= _relief(lower, place, lists)
        break
    return found


def _side(lower: str, mention: Mention) -> str | None:
    """The side that stands in the mention, shortly before it, or as `on the left` shortly behind it."""
    start, end = mention.clause
    behind = lower[mention.named.end : min(end, mention.named.end + _SIDE_WITHIN)]
    told = re.search(r"\bon the (left|right)\b|\b(bilaterally)\b", behind)
    if told:
        return told[1] or "bilateral"
    words = lower[max(start, mention.named.start - _SIDE_WITHIN) : mention.named.end].split()
    own = len(lower[mention.named.start : mention.named.end].split())
    near = [one.strip(",.;") for one in words[-(_SIDE_BEFORE + own) :]]
    sides = [one for one in near if one in _SIDES]
    return sides[-1] if len(set(sides)) == 1 else None


def _side_of_title(mention: Mention) -> str | None:
    """The one side that a title names, wherever it stands."""
    words = (one.strip(",.;()") for one in mention.passage.flat.lower.split())
    sides = {one for one in words if one in _SIDES}
    return sides.pop() if len(sides) == 1 else None


def _purpose(mention: Mention, lists: FactLists) -> str | None:
    """What the block was for, where a word for it stands in the mention or shortly before it."""
    flat = mention.passage.flat
    start = max(mention.clause[0], mention.named.start - _SIDE_WITHIN)
    told = [
        name
        for name, words in lists.purposes.items()
        if words.spans(flat.text, flat.lower, start, mention.named.end)
    ]
    return told[0] if len(told) == 1 else None


def _alone(mention: Mention, everything: Treatments) -> bool:
    """Whether its sentence names no other procedure and no other treatment."""
    here = everything.get((id(mention.passage), mention.named.sentence), ())
    return all(one.named is mention.named for one in here)


def _relief_places(
    mention: Mention, everything: Treatments, lists: FactLists
) -> list[tuple[int, int]]:
    """The sentences whose relief can only be this block's: its own, and the next if that speaks of it."""
    passage, number = mention.passage, mention.named.sentence
    if not _alone(mention, everything):
        return []
    places = [passage.sentences[number]]
    after = number + 1
    if after < len(passage.sentences):
        start, end = passage.sentences[after]
        named = bool(everything.get((id(passage), after)))
        told = lists.its_block.spans(passage.flat.text, passage.flat.lower, start, end)
        if told and not named and passage.speakers[after] == passage.speakers[number]:
            places.append((start, end))
    lower = passage.flat.lower
    return [place for place in places if _relief(lower, place, lists)]


def _relief(lower: str, place: tuple[int, int], lists: FactLists) -> dict[str, Value]:
    """The percentage and the time that stand beside a word for relief, where there is one of each."""
    start, end = place
    words = lists.relief.spans(lower, lower, start, end)
    percents = [
        one
        for one in (_moved(each, start) for each in percentages(lower[start:end]))
        if _is_near(lower, one, words)
    ]
    found: dict[str, Value] = {}
    if len(percents) == 1:
        found[PERCENT] = percents[0].value
    times = [
        one
        for one in (_moved(each, start) for each in lengths(lower[start:end], lists.counts))
        if _is_near(lower, one, [*words, *((p.start, p.end) for p in percents)])
        and not lower.startswith(" ago", one.end)
    ]
    if len(times) == 1 and (words or percents):
        length = times[0].value
        if length.hours is not None:
            found[HOURS] = _whole(length.hours)
        elif length.weeks is not None:
            found[WEEKS] = _whole(length.weeks)
    return found


def _moved(one: Placed[Found], by: int) -> Placed[Found]:
    return Placed(one.value, one.start + by, one.end + by)


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number


def _is_near(lower: str, one: Placed[Any], words: Sequence[tuple[int, int]]) -> bool:
    """Whether a number stands close to one of some words, with no other clause between."""
    for a, b in words:
        start, end = (one.end, a) if one.end <= a else (b, one.start)
        between = lower[start:end] if start <= end else ""
        if between.count(" ") <= _NEAR_RELIEF and not set(between) & set(";:"):
            return True
    return False


def _is_percent_unclear(mention: Mention) -> bool:
    """Whether a percentage stands in the block's own sentence that may belong to something else."""
    start, end = mention.sentence
    return any(True for _ in percentages(mention.passage.flat.lower[start:end]))


def _is_same(session: Session, fields: Mapping[str, Fact], place: tuple[str, int]) -> bool:
    """Whether fields may tell of a session that is known: nothing that marks a session differs.

    Levels that several items of one letter name are levels of one session.
    """
    own = session.fields
    for name in (KIND, SIDE, DAY):
        if name in own and name in fields and _value(own[name]) != _value(fields[name]):
            return False
    if TARGETS in own and TARGETS in fields:
        mine, theirs = _labels(own[TARGETS]), _labels(fields[TARGETS])
        other_item = place[1] and all(place != one for one in session.places)
        return bool(mine & theirs) or bool(other_item)
    return True


def _add(
    session: Session, fields: Mapping[str, Fact], evidence: Evidence, place: tuple[str, int]
) -> None:
    """Put what another sentence says into a session."""
    for name, fact in fields.items():
        own = session.fields.get(name)
        if own is None or isinstance(own, NotDocumented):
            session.fields[name] = fact
        elif name == TARGETS and isinstance(own, Documented) and isinstance(fact, Documented):
            both = tuple(dict.fromkeys((*_tuple(own.value), *_tuple(fact.value))))
            seen = _joined(own.evidence, fact.evidence)
            session.fields[name] = Documented(both, own.grade, seen)
        elif isinstance(own, Documented) and isinstance(fact, Documented):
            session.fields[name] = _both(own, fact)
    session.evidence = _joined(session.evidence, (evidence,))
    session.places = tuple(dict.fromkeys((*session.places, place)))


def _both(own: Documented, other: Documented) -> Fact:
    if own.value == other.value:
        return replace(own, evidence=_joined(own.evidence, other.evidence))
    return Conflicting((own, other))


def _joined(own: tuple[Evidence, ...], more: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The places of both, up to a number that a person can look at."""
    return tuple(dict.fromkeys((*own, *more)))[:_MOST_PLACES]


def _value(fact: Fact) -> Value | None:
    return fact.value if isinstance(fact, Documented) else None


def _labels(fact: Fact) -> set[str]:
    return {str(one) for one in _tuple(_value(fact))}


def _tuple(value: Value | None) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, tuple) else ()
