"""The rule language a second time, by brute force: no code of the checker, no ranges of truth.

A condition is read as it is written, its truth is True, False or None (unknown), and what was not
asked is answered in every possible way. What all answers agree on is what the checker may say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import combinations, pairwise, product
from math import prod
from typing import Any

from tests.semantics.situation import (
    ENTRIES,
    FACTS,
    FIELDS,
    LISTS,
    PARTS,
    SILENT,
    UNASKED,
    Rules,
    Situation,
    Written,
    values_of,
    written_as,
)

Plain = dict[str, Any]
"""A chart: values, None for what is silent, `UNASKED`; sets as frozensets, records as such charts."""

JOINTS = {
    (): [frozenset()],
    ("L3-4",): [frozenset({"L3-4"})],
    ("L4-5",): [frozenset({"L4-5"})],
    ("L3-4", "L4-5"): [frozenset({"L3-4", "L4-5"})],
    ("L2", "L3"): [frozenset({"L3-4"})],
    ("L4",): [frozenset()],
    ("L3-L5",): [frozenset({"L3-4", "L4-5"}), frozenset({"L4-5", "L5-S1"})],
}
"""The joints that levels as written can be read as, from an anatomy book and not from the checker."""

MANY = 2_000
"""More ways than this are not gone through."""

COMPARE = {
    "at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
    "more_than": lambda value, bound: value > bound,
    "less_than": lambda value, bound: value < bound,
}


class TooManyError(Exception):
    """There are more ways to answer or to settle conflicts than anyone would go through."""


# Truth ----------------------------------------------------------------------------------------------


def truth(condition: Written, chart: Plain, rules: Rules) -> bool | None:
    """Strong Kleene truth on a chart in which everything was asked."""
    return _all(_truth(word, said, chart, rules) for word, said in condition.items())


def _truth(word: str, said: Written, chart: Plain, rules: Rules) -> bool | None:
    match word:
        case "all":
            return _all(truth(part, chart, rules) for part in said)
        case "any":
            return _not(_all(_not(truth(part, chart, rules)) for part in said))
        case "not":
            return _not(truth(said, chart, rules))
        case "some":
            return _number(said, chart, rules, lambda number: number >= 1)
        case "none":
            return _number(said, chart, rules, lambda number: number == 0)
        case "every":
            return _number(
                {**said, "where": {"not": said["where"]}}, chart, rules, lambda n: n == 0
            )
        case "count":
            return _all(_counted(said, bound, chart, rules) for bound in COMPARE if bound in said)
        case "overlap" | "within":
            return _two_sets(word, *(chart[name] for name in said))
        case _ if word in rules.derived:
            wanted = said["is_not"] is False if isinstance(said, dict) else said
            found = truth(rules.derived[word], chart, rules)
            return found if wanted else _not(found)
        case _:
            return _compared(chart[word], said, chart)


def _all(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return False if False in found else None if None in found else True


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


def _counted(said: Written, bound: str, chart: Plain, rules: Rules) -> bool | None:
    return _number(said, chart, rules, lambda number: COMPARE[bound](number, said[bound]))


def _number(said: Written, chart: Plain, rules: Rules, holds: Any) -> bool | None:
    """Whether a number of records holds, for every number that silence inside them leaves possible."""
    members = chart[said["of"]]
    if members is None:
        return None
    if isinstance(members, frozenset):
        return holds(len(members))
    found = Counter(truth(said["where"], {**chart, **record}, rules) for record in members)
    possible = {holds(found[True] + unknown) for unknown in range(found[None] + 1)}
    return possible.pop() if len(possible) == 1 else None


def _two_sets(word: str, left: Any, right: Any) -> bool | None:
    if word == "overlap" and frozenset() in (left, right):
        return False
    if word == "within" and left == frozenset():
        return True
    if left is None or right is None:
        return None
    return bool(left & right) if word == "overlap" else left <= right


def _compared(value: Any, said: Written, chart: Plain) -> bool | None:
    if not isinstance(said, dict):
        return None if value is None else value in (said if isinstance(said, list) else [said])
    return _all(_operator(value, word, bound, chart) for word, bound in said.items())


def _operator(value: Any, word: str, bound: Written, chart: Plain) -> bool | None:
    match word:
        case "is":
            return _compared(value, bound, chart)
        case "is_not":
            return _not(_compared(value, bound, chart))
        case "includes":
            wanted = bound if isinstance(bound, list) else [bound]
            return None if value is None else any(one in value for one in wanted)
        case _:
            other = chart[bound] if isinstance(bound, str) else bound
            return None if None in (value, other) else COMPARE[word](value, other)


# Every way to settle conflicts, and every way to answer ---------------------------------------------


def ways(situation: Situation, reading: str) -> list[Plain]:
    """The charts without conflicts that a chart stands for; levels readable in two ways are one."""
    record = situation.record
    facts = {name: situation.facts.get(name, _default(record)) for name in [*FACTS, *LISTS]}
    for name, guard in situation.written.guards.items():
        if facts[name] == UNASKED and _never(guard, facts, record, situation.written):
            facts[name] = SILENT
    return _settled(facts, record, reading)


def _never(guard: Written, facts: Mapping[str, Written], record: str, rules: Rules) -> bool:
    """Whether a guard is false however conflicts are settled; then its fact need not be asked."""
    concerned = {name: said for name, said in facts.items() if name in guard}
    charts = (_silenced(way) for way in _settled(concerned, record, "as written"))
    return all(truth(guard, chart, rules) is False for chart in charts)


def _silenced(chart: Plain) -> Plain:
    return {name: None if value == UNASKED else value for name, value in chart.items()}


def _default(record: str) -> str:
    return SILENT if record == "closed" else UNASKED


def _settled(facts: Mapping[str, Written], record: str, reading: str) -> list[Plain]:
    options: dict[str, list[Any]] = {}
    for name, said in facts.items():
        source = ENTRIES.get(name, {}).get("joints_of")
        if source:
            read = _options(source, facts.get(source, _default(record)), record, reading)
            options[name] = [joints for one in read for joints in _joints(one)]
        else:
            options[name] = _options(name, said, record, reading)
    if prod(map(len, options.values())) > MANY:
        raise TooManyError
    return [dict(zip(options, way, strict=True)) for way in product(*options.values())]


def _joints(labels: Any) -> list[Any]:
    return JOINTS[tuple(sorted(labels))] if isinstance(labels, list) else [labels]


def _options(name: str, said: Written, record: str, reading: str) -> list[Any]:
    match said:
        case "not documented":
            return [None]
        case "not asked":
            return [UNASKED]
        case {"conflicting": values}:
            return [one for value in values for one in _options(name, value, record, reading)]
        case {"grade": "conclusory"} if reading == "strict":
            return [None]
        case {"value": value}:
            return _options(name, value, record, reading)
        case list() if name in LISTS:
            fields = dict.fromkeys(LISTS[name], _default(record))
            records = [_settled({**fields, **one}, record, reading) for one in said]
            if prod(map(len, records)) > MANY:
                raise TooManyError
            return [list(way) for way in product(*records)]
        case list() if not _is_targets(name):
            return [frozenset(said)]
        case _:
            return [said]


def _is_targets(name: str) -> bool:
    return ENTRIES[name].get("type") == "targets"


def answered(chart: Plain, names: frozenset[str]) -> Iterator[Plain]:
    """The chart with everything among these names that was not asked answered, in every way."""
    options = {name: _answers(name, chart[name], names) for name in chart if name in names}
    if prod(map(len, options.values())) > MANY:
        raise TooManyError
    for way in product(*options.values()):
        yield {**chart, **dict(zip(options, way, strict=True))}


def _answers(name: str, value: Any, names: frozenset[str]) -> list[Any]:
    if value == UNASKED:
        return list(_any_list(name, names) if name in LISTS else _any_value(name))
    if name in LISTS and value is not None:
        records = [list(answered(one, names)) for one in value]
        if prod(map(len, records)) > MANY:
            raise TooManyError
        return [list(way) for way in product(*records)]
    return [value]


@cache
def _any_value(name: str) -> tuple[Any, ...]:
    """More values than charts hold, so that every comparison can come out both ways; and silence."""
    match ENTRIES[name].get("type"):
        case "number":
            return (0, 1, 2, 3, 4, None)
        case "date":
            return (*(date(2015, 1, day) for day in range(1, 6)), None)
        case "set":
            return (*_subsets(("x", "y", "z")), None)
        case "boolean" | "enum":
            return (*values_of(name), None)
        case _:
            return (*_subsets(("L3-4", "L4-5", "L5-S1")), None)


def _subsets(members: tuple[str, ...]) -> list[frozenset[str]]:
    return [
        frozenset(one) for size in range(len(members) + 1) for one in combinations(members, size)
    ]


@cache
def _any_list(name: str, names: frozenset[str]) -> tuple[Any, ...]:
    """No record, or up to four alike, or two different ones; and silence."""
    fields = [one for one in LISTS[name] if one in names]
    options = [_any_value(one) for one in fields]
    if prod(map(len, options)) > MANY // 4:
        raise TooManyError
    records = [dict(zip(fields, way, strict=True)) for way in product(*options)]
    alike = ([record] * number for record in records for number in range(1, 5))
    different = ([one, other] for one, other in pairwise(records))
    return ([], *alike, *different, None)


# Names ----------------------------------------------------------------------------------------------


def occurrences(condition: Written, rules: Rules) -> Counter[str]:
    """How often a condition looks at each fact and field, through derived facts."""
    found: Counter[str] = Counter()
    match condition:
        case dict():
            for word, said in condition.items():
                found += _of_entry(word, said, rules)
        case list():
            for part in condition:
                found += occurrences(part, rules)
    return found


def _of_entry(word: str, said: Written, rules: Rules) -> Counter[str]:
    match word:
        case "all" | "any" | "not":
            return occurrences(said, rules)
        case "overlap" | "within":
            return Counter(said)
        case "some" | "every" | "none" | "count":
            times = len({"at_least", "at_most"} & set(said)) or 1
            inside = occurrences(said.get("where", {}), rules)
            return Counter(
                {name: times * number for name, number in (inside + Counter([said["of"]])).items()}
            )
        case _ if word in rules.derived:
            return occurrences(rules.derived[word], rules)
    bounds = list(said.values()) if isinstance(said, dict) else []
    others = [bound for bound in bounds if isinstance(bound, str) and bound in ENTRIES]
    return Counter([word] * max(1, len(bounds)) + others)


def is_simple(condition: Written, rules: Rules) -> bool:
    """Whether no fact is looked at twice: then a condition's range of truth is exact.

    A fact of the case inside `where` is looked at once for every record.
    """
    return max(occurrences(condition, rules).values()) == 1 and not _looks_out(condition, rules)


def _looks_out(written: Written, rules: Rules) -> bool:
    match written:
        case {"of": _, "where": where}:
            return not set(occurrences(where, rules)) <= set(FIELDS)
        case dict():
            inside = [rules.derived[word] for word in written if word in rules.derived]
            return any(_looks_out(one, rules) for one in [*written.values(), *inside])
        case list():
            return any(_looks_out(one, rules) for one in written)
        case _:
            return False


# What conditions and criteria come to ---------------------------------------------------------------


def truths(condition: Written, chart: Plain, rules: Rules) -> set[bool | None]:
    """The truths that the answers still to come can lead to."""
    names = frozenset(occurrences(condition, rules))
    return {truth(condition, way, rules) for way in answered(chart, names)}


def status(criterion: Mapping[str, Written], chart: Plain, rules: Rules, silence: str) -> str:
    """The status of a criterion on a chart without conflicts."""
    if "when" in criterion and truths(criterion["when"], chart, rules) == {False}:
        return "not applicable"
    names = looked_at(criterion, rules)
    found = {_holds(criterion, way, rules) for way in answered(chart, names)}
    return _settled_status(found, silence)


def _holds(criterion: Mapping[str, Written], chart: Plain, rules: Rules) -> bool | None:
    """A documented exception holds; else the requirement, or that the criterion does not apply."""
    if "unless" in criterion and truth(criterion["unless"], chart, rules):
        return True
    if "when" in criterion:
        return truth({"any": [{"not": criterion["when"]}, criterion["requires"]]}, chart, rules)
    return truth(criterion["requires"], chart, rules)


def looked_at(criterion: Mapping[str, Written], rules: Rules) -> frozenset[str]:
    """The facts and fields that a criterion looks at."""
    return frozenset(name for part in PARTS for name in occurrences(criterion.get(part, {}), rules))


def _settled_status(found: set[bool | None], silence: str) -> str:
    if found == {True}:
        return "met"
    if found == {False}:
        return "not met"
    if silence == "presumed" and False not in found:
        return "presumed"
    if silence == "counts_against" and True not in found:
        return "missing"
    return "to answer"


def among(statuses: Iterable[str], record: str) -> str:
    """One status for all the ways to settle a conflict."""
    found = set(statuses)
    against = found & {"not met", "missing"}
    if len(found) == 1:
        return found.pop()
    if against and (record == "closed" or against == found):
        return "missing"
    if against or "to answer" in found:
        return "to answer"
    return "presumed" if "presumed" in found else "met"


def decided(criterion: Mapping[str, Written], situation: Situation, reading: str) -> str:
    """The status of a criterion in a situation, whatever conflicts there.

    Raises:
        TooManyError: if there are too many ways to go through.
    """
    rules = situation.written
    silence = {"strict": "counts_against", "lenient": "presumed"}.get(
        reading, criterion["if_silent"]
    )
    names = looked_at(criterion, rules)
    charts = [_only(way, names) for way in ways(situation, reading)]
    different = [one for number, one in enumerate(charts) if one not in charts[:number]]
    return among((status(criterion, one, rules, silence) for one in different), situation.record)


def refutation(criterion: Mapping[str, Written], situation: Situation) -> dict[str, Written] | None:
    """Facts to document, in place of silence, that make what a criterion asks false; if there are any."""
    rules, names = situation.written, looked_at(criterion, situation.written)
    (chart,) = ways(situation, "as written")
    try:
        for way in answered(_questioned(_only(chart, names)), names):
            if _holds(criterion, way, rules) is False:
                return _as_written(way)
    except TooManyError:
        pass
    return None


def _questioned(chart: Plain) -> Plain:
    """The chart with all that is silent still to ask."""
    match chart:
        case None:
            return UNASKED
        case dict():
            return {name: _questioned(value) for name, value in chart.items()}
        case list():
            return [_questioned(record) for record in chart]
        case _:
            return chart


def _as_written(chart: Plain) -> dict[str, Written]:
    """The facts of a chart as a case states them, joints as their levels."""
    return {written_as(name): _value(value) for name, value in chart.items()}


def _value(value: Any) -> Written:
    match value:
        case None:
            return SILENT
        case frozenset():
            return sorted(value)
        case list():
            return [_as_written(record) for record in value]
        case _:
            return value


def _only(chart: Plain, names: frozenset[str]) -> Plain:
    """What a criterion looks at; conflicts in anything else do not concern it."""
    kept = {name: value for name, value in chart.items() if name in names}
    for name in LISTS:
        if isinstance(kept.get(name), list):
            kept[name] = [
                {one: field for one, field in record.items() if one in names}
                for record in kept[name]
            ]
    return kept
