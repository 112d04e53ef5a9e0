"""How a concept is meant where it is named: affirmed or not, when, with what result, and of what part.

Three things are kept apart, because one label cannot say "tried, failed, not documented": polarity
(affirmed, negated, undocumented, possible), time (current, historical, planned, hypothetical) and outcome
(failed, effective, positive, negative …). For each of them the nearest words of the lists decide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from checker.letters.levels import Level
from checker.letters.lexicon import Named, Range
from checker.letters.quantities import levels_between
from checker.letters.standing import Standing
from checker.letters.words import Axis, Cue, FactLists, Label, Words

_RESULT_BESIDE = 2
"""How many words may lie between a result and the test behind it, as in `positive left Kemp's`."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """How a mention is meant. `time` and `outcome` are empty where nothing says."""

    polarity: str = "affirmed"
    time: str = ""
    outcome: str = ""
    other: bool = False

    @property
    def status(self) -> str:
        """In one word: other, hypothetical, planned, undocumented, possible, negated or affirmed."""
        if self.other:
            return "other"
        if self.time in ("hypothetical", "planned") and self.polarity != "undocumented":
            return self.time
        return self.polarity

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels that a fact's value may be found under, the most telling first."""
        match self.status:
            case "planned" | "possible" as one:
                return (one,)
            case "negated":
                return ("negated",) if self.outcome != "negative" else ("positive", "affirmed")
            case "affirmed":
                found: list[Label] = []
                if self.outcome:
                    found.append(self.outcome)  # type: ignore[arg-type]
                if self.outcome == "negative":
                    found.append("negated")
                    return tuple(found)
                if self.time == "current":
                    found.append("under_way")
                return (*found, "affirmed")
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cue that stands in the sentence."""

    cue: Cue
    start: int
    end: int


@dataclass(frozen=True)
class Surroundings:
    """What a sentence holds beside its mentions."""

    lower: str
    end: int
    cues: tuple[_Shown, ...]
    longer: tuple[tuple[int, ...], ...]
    stops: tuple[Range, ...]
    verbs: tuple[Range, ...]
    other_parts: tuple[Range, ...]
    spine_parts: tuple[Range, ...]
    levels: tuple[Level, ...]


def surroundings(
    text: str, lower: str, sentence: Range, standing: Standing, lists: FactLists
) -> Surroundings:
    """The cues, the ends of clauses and the parts of the body in a sentence."""

    def spans(words: Words) -> tuple[Range, ...]:
        return tuple(words.spans(text, lower, *sentence, standing))

    levels = levels_between(text, lower, *sentence, lists.anatomy)
    cues = _shown(text, lower, sentence, standing, lists)
    return Surroundings(
        lower=lower,
        end=sentence[1],
        cues=cues,
        longer=_longer(cues),
        stops=tuple(sorted([*spans(lists.stops), *_semicolons(lower, sentence)])),
        verbs=spans(lists.verbs),
        other_parts=spans(lists.other_parts),
        spine_parts=(*spans(lists.spine_parts), *((one.start, one.end) for one in levels)),
        levels=tuple(levels),
    )


def assertion(
    mention: Named, beside: Surroundings, all_named: Sequence[Named], *, part_before: str
) -> Assertion:
    """How a mention is meant; `part_before` is the part of the body that the sentence before spoke of."""
    says: dict[Axis, str] = {}
    nearest: dict[Axis, int] = {}
    for shown, distance in _reaching(mention, beside, all_named):
        for axis, value in shown.cue.says.items():
            if value == "negated" and mention.concept.says_no:
                continue
            if distance < nearest.get(axis, 10**9):
                nearest[axis], says[axis] = distance, value
    other = says.get("whose") == "other"
    if not mention.concept.anywhere and mention.concept.group not in ("drug", "status"):
        other = other or _lies_elsewhere(mention, beside, part_before)
    return Assertion(
        says.get("polarity", "affirmed"), says.get("time", ""), says.get("outcome", ""), other
    )


def as_reviewed(mention: Named, meant: Assertion) -> Assertion:
    """What utilization review names without a word of the past is what was asked for, not what was tried."""
    treatment = mention.concept.group in ("care", "drug", "block", "surgery")
    silent = not meant.time and not meant.outcome and meant.polarity == "affirmed"
    return replace(meant, time="planned") if treatment and silent else meant


def part_spoken_of(
    text: str, lower: str, sentence: Range, standing: Standing, lists: FactLists
) -> str:
    """`spine` or `other`: the part of the body that a sentence speaks of; empty if it names none."""
    if lists.spine_parts.spans(text, lower, *sentence, standing):
        return "spine"
    return "other" if lists.other_parts.spans(text, lower, *sentence, standing) else ""


def _semicolons(lower: str, sentence: Range) -> list[Range]:
    start, end = sentence
    return [(at, at + 1) for at in range(start, end) if lower[at] == ";"]


def _shown(
    text: str, lower: str, sentence: Range, standing: Standing, lists: FactLists
) -> tuple[_Shown, ...]:
    """The cues of a sentence; one that lies inside a longer one on the same matter is not meant."""
    found: dict[int, set[Range]] = {}
    left_out: dict[int, list[Range]] = {}
    for phrase in standing & lists.belonging["cue"]:
        owner = lists.owners[phrase]
        for span in lists.phrases[phrase].spans(text, lower, *sentence):
            if owner.leave:
                left_out.setdefault(owner.number, []).append(span)
            else:
                found.setdefault(owner.number, set()).add(span)
    return tuple(
        _Shown(lists.cues[number], *span)
        for number, spans in sorted(found.items())
        for span in sorted(spans)
        if not any(c < span[1] and span[0] < d for c, d in left_out.get(number, ()))
    )


def _reaching(
    mention: Named, beside: Surroundings, all_named: Sequence[Named]
) -> list[tuple[_Shown, int]]:
    """The cues that act on a mention, each with its distance.

    One that overlaps a longer one on the same matter is not meant.
    """
    found: dict[int, int] = {}
    for number, shown in enumerate(beside.cues):
        groups = shown.cue.groups
        if groups and mention.concept.group not in groups:
            continue
        if shown.start < mention.end and mention.start < shown.end:
            continue
        distance = _distance(shown, mention, beside, all_named)
        if distance is not None:
            found[number] = distance
    return [
        (beside.cues[number], distance)
        for number, distance in found.items()
        if found.keys().isdisjoint(beside.longer[number])
    ]


def _longer(cues: Sequence[_Shown]) -> tuple[tuple[int, ...], ...]:
    """For each cue, which are in order, the numbers of the longer ones that it lies inside."""
    found: list[list[int]] = [[] for _ in cues]
    for number, one in enumerate(cues):
        for later in range(number + 1, len(cues)):
            other = cues[later]
            if other.start >= one.end:
                break
            if _inside(one, other):
                found[number].append(later)
            elif _inside(other, one):
                found[later].append(number)
    return tuple(tuple(one) for one in found)


def _inside(one: _Shown, other: _Shown) -> bool:
    """Whether a cue overlaps a longer one on the same matter."""
    return (
        one.end - one.start < other.end - other.start
        and one.start < other.end
        and other.start < one.end
        and bool(one.cue.says.keys() & other.cue.says.keys())
    )


def _distance(
    shown: _Shown, mention: Named, beside: Surroundings, all_named: Sequence[Named]
) -> int | None:
    """How many words lie between a cue and a mention; None where the cue does not reach it."""
    cue = shown.cue
    ahead = shown.end <= mention.start
    if cue.looks != "around" and ahead != (cue.looks == "ahead"):
        return None
    start, end = (shown.end, mention.start) if ahead else (mention.end, shown.start)
    words = beside.lower.count(" ", start, end)
    if words > cue.reach or _any_between(beside.stops, start, end):
        return None
    if ahead and cue.ends_at_comma and _ends_at_comma(beside, start, mention.end):
        return None
    if ahead and not cue.through_verbs and _any_between(beside.verbs, start, end):
        return None
    if cue.looks == "around" and "outcome" in cue.says:
        return _result_distance(shown, mention, all_named, beside, words, ahead=ahead)
    return words


def _ends_at_comma(beside: Surroundings, start: int, end: int) -> bool:
    """Whether a comma parts a cue from a mention, and no `or` behind it goes on with the list."""
    comma = beside.lower.find(",", start, end)
    if comma < 0:
        return False
    stop = min((a for a, _ in (*beside.stops, *beside.verbs) if a >= end), default=beside.end)
    return not any(one in beside.lower[comma:stop] for one in (" or ", " nor "))


def _result_distance(
    shown: _Shown,
    mention: Named,
    all_named: Sequence[Named],
    beside: Surroundings,
    words: int,
    *,
    ahead: bool,
) -> int | None:
    """The distance of a test's result: one that stands right before a test is that test's own."""
    owner = next((one for one in all_named if _is_right_before(shown, one, mention, beside)), None)
    if ahead:
        return words if owner in (None, mention) or words <= _RESULT_BESIDE else words + 100
    return None if owner else words + _RESULT_BESIDE


def _is_right_before(shown: _Shown, one: Named, mention: Named, beside: Surroundings) -> bool:
    return (
        one.sentence == mention.sentence
        and one.concept.group == mention.concept.group
        and one.start >= shown.end
        and beside.lower.count(" ", shown.end, one.start) <= _RESULT_BESIDE
        and not set(beside.lower[shown.end : one.start]) & set(",;:")
    )


def _any_between(spans: Sequence[Range], start: int, end: int) -> bool:
    """Whether one of some spans, which are in order, lies between two characters."""
    first = bisect_left(spans, (start, start))
    return first < len(spans) and spans[first][1] <= end


def _lies_elsewhere(mention: Named, beside: Surroundings, part_before: str) -> bool:
    """Whether the nearest part of the body that is named in the clause is not the spine."""
    own_spine = _within(beside.spine_parts, mention)
    if own_spine:
        return False
    if _within(beside.other_parts, mention):
        return True
    spine = _nearest(beside.spine_parts, mention, beside)
    other = _nearest(beside.other_parts, mention, beside)
    found_by_examination = mention.concept.group in ("finding", "test", "symptom")
    if spine is None and other is None:
        if beside.spine_parts or beside.other_parts:
            return False
        return part_before == "other" and found_by_examination
    if spine is not None and not found_by_examination:
        return False
    return other is not None and (spine is None or other < spine)


def _within(parts: Sequence[Range], mention: Named) -> bool:
    return any(mention.start <= a and b <= mention.end for a, b in parts)


def _nearest(parts: Sequence[Range], mention: Named, beside: Surroundings) -> int | None:
    """The words between a mention and the nearest of some parts in the same clause."""
    distances = []
    for a, b in parts:
        start, end = (b, mention.start) if b <= mention.start else (mention.end, a)
        if not _any_between(beside.stops, start, end):
            distances.append(beside.lower.count(" ", start, end))
    return min(distances, default=None)
