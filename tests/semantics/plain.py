"""The rule language read from the conformance suite alone: no code of the checker, no class of conditions.

It shows that the suite and its README are enough to write an implementation. A truth is a pair: the least and
the most that it can come to, of 0 false, 1 unknown and 2 true. A fact is a value, `SILENT` or `UNASKED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parents[1] / "conformance" / "rules"
SILENT, UNASKED = "not documented", "not asked"
FALSE, UNKNOWN, TRUE, OPEN = (0, 0), (1, 1), (2, 2), (0, 2)
VOICES = {"record": ("record",), "record+ur": ("record", "ur"), "all": ("record", "ur", "reviewer")}
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
    "more_than": lambda value, bound: value > bound,
    "less_than": lambda value, bound: value < bound,
}

Said = Any
Truth = tuple[int, int]


@cache
def _read(name: str) -> Said:
    return yaml.load((RULES / name).read_bytes(), yaml.CSafeLoader)


def facts() -> Mapping[str, Said]:
    """The entries of all facts."""
    return _read("vocabulary.yaml")["facts"]


# Conditions -----------------------------------------------------------------------------------------


def truth(condition: Said, chart: Mapping[str, Said]) -> Truth:
    """How true a condition is on a chart without conflicts."""
    return _least(_entry(word, said, chart) for word, said in condition.items())


def _least(found: Iterable[Truth]) -> Truth:
    ends = list(found)
    return min(one for one, _ in ends), min(other for _, other in ends)


def _not(found: Truth) -> Truth:
    return 2 - found[1], 2 - found[0]


def _entry(word: str, said: Said, chart: Mapping[str, Said]) -> Truth:
    match word:
        case "all":
            return _least(truth(one, chart) for one in said)
        case "any":
            return _not(_least(_not(truth(one, chart)) for one in said))
        case "not":
            return _not(truth(said, chart))
        case "some":
            return _number(1, said["of"], said["where"], chart)
        case "none":
            return _not(_number(1, said["of"], said["where"], chart))
        case "every":
            return _not(_number(1, said["of"], {"not": said["where"]}, chart))
        case "count":
            return _least(_count(said, chart))
        case "overlap" | "within":
            return _two_sets(word, *(chart[name] for name in said))
    if "derived_when" in facts().get(word, {}):
        found = truth(facts()[word]["derived_when"], chart)
        positive = said.get("is", not said.get("is_not")) if isinstance(said, dict) else said
        return found if positive else _not(found)
    operators = said if isinstance(said, dict) else {"is": said}
    return _least(_operator(chart[word], name, bound, chart) for name, bound in operators.items())


def _operator(value: Said, name: str, bound: Said, chart: Mapping[str, Said]) -> Truth:
    wanted = bound if isinstance(bound, list) else [bound]
    match name:
        case "is":
            return _known([value], value in wanted)
        case "is_not":
            return _known([value], value not in wanted)
        case "includes":
            return _known([value], any(one in value for one in wanted))
    other = chart[bound] if isinstance(bound, str) else bound
    both = [value, other]
    return _known(both, not {SILENT, UNASKED} & {*map(str, both)} and COMPARE[name](*both))


def _known(values: list[Said], holds: bool) -> Truth:
    if SILENT in values:
        return UNKNOWN
    return OPEN if UNASKED in values else TRUE if holds else FALSE


def _count(said: Said, chart: Mapping[str, Said]) -> Iterator[Truth]:
    def at_least(number: int) -> Truth:
        if "where" in said:
            return _number(number, said["of"], said["where"], chart)
        members = chart[said["of"]]
        return _known([members], len(members) >= number)

    if "at_least" in said:
        yield at_least(said["at_least"])
    if "at_most" in said:
        yield _not(at_least(said["at_most"] + 1))


def _number(number: int, of: str, where: Said, chart: Mapping[str, Said]) -> Truth:
    """At least so many records: each end of the range is that of the best records."""
    records = chart[of]
    if isinstance(records, str):
        return _known([records], holds=False)
    found = [truth(where, {**chart, **record}) for record in records]
    if len(found) < number:
        return FALSE
    least, most = (sorted(ends, reverse=True)[number - 1] for ends in zip(*found, strict=True))
    return least, most


def _two_sets(word: str, left: Said, right: Said) -> Truth:
    """Two known sets are compared; an empty one can settle it, and silence can stand in the way."""
    if word == "within" and left == frozenset():
        return TRUE
    if word == "overlap" and frozenset() in (left, right):
        return FALSE
    if SILENT not in (left, right) and UNASKED not in (left, right):
        return TRUE if (left <= right if word == "within" else left & right) else FALSE
    if SILENT in (left, right):
        if word == "overlap":
            return (0, 1) if UNASKED in (left, right) else UNKNOWN
        return (1, 2) if left == UNASKED else UNKNOWN
    return OPEN


# Criteria -------------------------------------------------------------------------------------------


def status(criterion: Said, chart: Mapping[str, Said], silence: str) -> str:
    """The status on a chart without conflicts."""
    found = truth(criterion["requires"], chart)
    if "when" in criterion:
        when = truth(criterion["when"], chart)
        if when == FALSE:
            return "not applicable"
        found = _not(_least([when, _not(found)]))
    if "unless" in criterion:
        least, most = (2 if end == 2 else 0 for end in truth(criterion["unless"], chart))
        found = max(found[0], least), max(found[1], most)
    return _settled(found, silence)


def _settled(found: Truth, silence: str) -> str:
    least, most = found
    if least == 2:
        return "met"
    if most == 0:
        return "not met"
    if least == 1 and silence == "presumed":
        return "presumed"
    if most == 1 and silence == "counts_against":
        return "missing"
    return "to answer"


def decided(criterion: Said, case: Said, reading: str, facts_from: str) -> str:
    """The status of a criterion in a case, whatever conflicts in it."""
    silence = {"strict": "counts_against", "lenient": "presumed"}.get(
        reading, criterion["if_silent"]
    )
    found = {status(criterion, way, silence) for way in ways(case, reading, facts_from)}
    if len(found) == 1:
        return found.pop()
    against = found & {"not met", "missing"}
    if against and (case["record"] == "closed" or found == against):
        return "missing"
    if against or "to answer" in found:
        return "to answer"
    return "presumed" if "presumed" in found else "met"


def determination(criteria: Mapping[str, Said], statuses: Mapping[str, str]) -> tuple[str, Said]:
    """What the statuses of a guideline come to, and the ledger."""
    deciding = [
        statuses[name]
        for name, one in criteria.items()
        if one.get("kind", "eligibility") in ("eligibility", "administrative")
    ]
    ledger = {
        "evidence": sum(one in ("met", "not met") for one in deciding),
        "presumed": deciding.count("presumed"),
        "silence": deciding.count("missing"),
    }
    if {"not met", "missing"} & {*deciding}:
        return "Upheld", ledger
    return "open" if "to answer" in deciding else "Overturned", ledger


# Charts ---------------------------------------------------------------------------------------------


def ways(case: Said, reading: str, facts_from: str) -> Iterator[Mapping[str, Said]]:
    """The case with its conflicts settled, in every way."""
    (request,) = case["requests"]
    acts_on = _read("vocabulary.yaml")["procedures"][request["procedure"]]["targets"]
    listener = _Listener(case["record"], VOICES[facts_from], reading)
    charts = listener.ways(facts(), {**case.get("facts", {}), **request}, acts_on)
    for name, entry in facts().items():
        if "when" in entry and all(truth(entry["when"], one) == FALSE for one in charts):
            charts = [
                {**one, name: SILENT if one[name] == UNASKED else one[name]} for one in charts
            ]
    yield from charts


@dataclass(frozen=True)
class _Listener:
    """Reads what is said, as the record, the voices and the reading make it."""

    record: str
    voices: tuple[str, ...]
    reading: str

    def ways(
        self, entries: Mapping[str, Said], told: Mapping[str, Said], acts_on: str
    ) -> list[Mapping[str, Said]]:
        """What a case, or a record, can say of all its facts together."""
        options: dict[str, list[Said]] = {}
        for name, entry in entries.items():
            if "derived_when" not in entry:
                source = entry.get("joints_of", name)
                read = self.heard(entries[source], told.get(source))
                if "joints_of" in entry:
                    read = [joints for one in read for joints in _joints(one, acts_on)]
                options[name] = read
        return [dict(zip(options, way, strict=True)) for way in product(*options.values())]

    def heard(self, entry: Said, said: Said) -> list[Said]:
        """What a fact can be; what is not heard is not mentioned."""
        unsaid = SILENT if self.record == "closed" else UNASKED
        return [unsaid] if said is None else list(self._values(entry, said)) or [unsaid]

    def _values(self, entry: Said, said: Said) -> Iterator[Said]:
        match said:
            case {"conflicting": several}:
                for one in several:
                    yield from self._values(entry, one)
            case {"value": value}:
                if self._hears(said):
                    yield from self._graded(entry, value, said.get("grade", "explicit"))
            case _:
                yield from self._graded(entry, said, "explicit")

    def _hears(self, said: Mapping[str, Said]) -> bool:
        evidence = said.get("evidence", {})
        pieces = evidence if isinstance(evidence, list) else [evidence]
        return any(one.get("voice", "record") in self.voices for one in pieces)

    def _graded(self, entry: Said, value: Said, grade: str) -> Iterator[Said]:
        weak = entry.get("at_best", grade) == "conclusory"
        if value in (SILENT, UNASKED):
            yield value
        elif self.reading == "strict" and weak:
            yield SILENT
        elif entry.get("type") == "list":
            yield from self._records(entry, value)
        else:
            yield frozenset(value) if entry.get("type") in ("set", "levels") else value

    def _records(self, entry: Said, said: list[Said]) -> Iterator[Said]:
        """Lists in every way; none where nobody that is heard tells a record."""
        heard = [one for one in said if self._hears(one)]
        if said and not heard:
            return
        fields = [{name: one[name] for name in one if name != "evidence"} for one in heard]
        for way in product(*(self.ways(entry["fields"], one, "nerves") for one in fields)):
            yield list(way)


# Levels ---------------------------------------------------------------------------------------------


def _joints(labels: Said, acts_on: str) -> list[Said]:
    """The joints that written levels stand for: in one way, or in two."""
    if isinstance(labels, str):
        return [labels]
    readings = [_as(labels, "joints"), _as(labels, "nerves")]
    return list(dict.fromkeys(readings[:1] if acts_on == "joints" else readings))


def _as(labels: list[str], ranges: str) -> frozenset[str]:
    """The joints named, and those that have all their nerves blocked."""
    anatomy = _read("anatomy.yaml")
    joints: set[str] = set()
    nerves: set[str] = set()
    for label in labels:
        level, _, meant = label.partition(" ")
        if level in anatomy["joints"]:
            joints.add(level)
        elif level in anatomy["nerves"]:
            nerves.add(level)
        else:
            first, last = level.split("-")
            kind = meant or ranges
            names = list(anatomy["nerves"] if kind == "nerves" else anatomy["vertebrae"])
            run = names[names.index(first) : names.index(last) + 1]
            if kind == "nerves":
                nerves.update(run)
            else:
                joints.update(one for one in anatomy["joints"] if _ends(one) <= set(run))
    blocked = {name for name, one in anatomy["joints"].items() if set(one["nerves"]) <= nerves}
    return frozenset(joints | blocked)


def _ends(joint: str) -> set[str]:
    """`L4-5` lies between L4 and L5."""
    upper, lower = joint.split("-")
    return {upper, lower if lower[0].isalpha() else upper[0] + lower}
