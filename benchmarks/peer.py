"""zen-engine on the criteria of one guideline: the same truths, written as expressions of that engine.

Fit for comparison only: closed records without conflicts, as nothing else has a meaning there. A condition
becomes two expressions, one that is true where it is proved and one where it is disproved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any as Anything

from checker.condition import (
    All,
    Any,
    Bound,
    Condition,
    Derived,
    Includes,
    Is,
    Not,
    Relation,
    Size,
    Some,
)
from checker.engine.written import Range, or_documented, settled
from checker.fact import Chart, Documented, Fact
from checker.guideline import Guideline, Status

_SIGNS = {"at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<"}


def available() -> bool:
    """Whether zen-engine is installed."""
    try:
        import zen  # noqa: F401
    except ImportError:
        return False
    return True


class Peer:
    """One decision of zen-engine with an expression pair for every condition of a guideline."""

    def __init__(self, guideline: Guideline, fields: frozenset[str]) -> None:
        import zen

        self.guideline = guideline
        pairs = {
            f"{number}_{part}": condition
            for number, one in enumerate(guideline.criteria)
            for part in ("when", "requires", "unless")
            if (condition := getattr(one, part))
        }
        expressions = [
            {
                "id": f"{name}{end}",
                "key": f"{name}{end}",
                "value": proof(condition, fields, proved=end == "t"),
            }
            for name, condition in pairs.items()
            for end in "tf"
        ]
        content = {
            "nodes": [
                {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
                {
                    "id": "ex",
                    "type": "expressionNode",
                    "name": "ex",
                    "position": {"x": 0, "y": 0},
                    "content": {"expressions": expressions},
                },
                {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
            ],
            "edges": [
                {"id": "a", "sourceId": "in", "targetId": "ex", "type": "edge"},
                {"id": "b", "sourceId": "ex", "targetId": "out", "type": "edge"},
            ],
        }
        self.decision = zen.ZenEngine().create_decision(json.dumps(content))

    def statuses(self, told: Mapping[str, Anything]) -> dict[str, Status]:
        """The status of every criterion, as written."""
        found = self.decision.evaluate(told)["result"]
        return {
            one.id: self._status(found, number)
            for number, one in enumerate(self.guideline.criteria)
        }

    def _status(self, found: Mapping[str, bool], number: int) -> Status:
        def truth(part: str) -> Range:
            end = 2 if found[f"{number}_{part}t"] else 0 if found[f"{number}_{part}f"] else 1
            return Range(end, end)

        criterion = self.guideline.criteria[number]
        least = truth("requires").least
        if criterion.when:
            when = truth("when").least
            if when == 0:
                return "not applicable"
            least = max(least, 2 - when)
        together = Range(least, least)
        if criterion.unless:
            together = or_documented(together, truth("unless"))
        return settled(together, criterion.if_silent)


def told(chart: Chart, names: Sequence[str]) -> dict[str, Anything]:
    """A chart as zen-engine is told of it: nothing where the chart is silent."""
    return {name: _plain(chart[name]) for name in names if name in chart}


def _plain(fact: Fact) -> Anything:
    if not isinstance(fact, Documented):
        return None
    match fact.value:
        case frozenset() as members:
            return sorted(members)
        case tuple() as records:
            return [
                {name: _plain(field) for name, field in one.items()}
                for one in records
                if isinstance(one, Mapping)
            ]
        case bool() | int() | float() | str() as value:
            return value
        case value:
            return str(value)


def proof(
    condition: Condition, fields: frozenset[str], *, proved: bool, inside: bool = False
) -> str:
    """The expression that is true where a condition is proved, or where it is disproved."""

    def of(part: Condition, *, proved: bool, inside: bool = inside) -> str:
        return proof(part, fields, proved=proved, inside=inside)

    def name(fact: str) -> str:
        return f"#.{fact}" if inside and fact in fields else fact

    match condition:
        case All(parts) | Any(parts):
            word = " and " if isinstance(condition, All) == proved else " or "
            return "(" + word.join(of(one, proved=proved) for one in parts) + ")"
        case Not(part):
            return of(part, proved=not proved)
        case Derived(_, part):
            return of(part, proved=proved, inside=False)
        case Some(records, at_least, where):
            meant, denied = (of(where, proved=one, inside=True) for one in (True, False))
            enough = f"count({records}, {meant}) >= {at_least}"
            few = f"len({records}) - count({records}, {denied}) < {at_least}"
            return f"({records} != null and {enough if proved else few})"
        case Relation("overlap", left, right):
            # The set outside comes first, so that `#` is one of its members and the other has a name.
            one, other = name(left), name(right)
            shared = f"some({one}, contains({other}, #))"
            known = f"{one} != null and {other} != null"
            if proved:
                return f"({known} and {shared})"
            empty = " or ".join(f"({each} != null and len({each}) == 0)" for each in (one, other))
            return f"({empty} or ({known} and not({shared})))"
        case Relation(operator):
            raise ValueError(f"no expression is made for `{operator}`")
        case _:
            return _of_fact(condition, name(condition.fact), proved=proved)


def _of_fact(condition: Is | Bound | Includes | Size, name: str, *, proved: bool) -> str:
    match condition:
        case Is(_, values):
            said = " or ".join(f"{name} == {json.dumps(one)}" for one in sorted(values, key=str))
        case Bound(_, comparison, bound):
            said = f"{name} {_SIGNS[comparison]} {json.dumps(bound, default=str)}"
        case Includes(_, values):
            said = " or ".join(f"contains({name}, {json.dumps(one)})" for one in sorted(values))
        case Size(_, at_least):
            said = f"len({name}) >= {at_least}"
    return f"({name} != null and {'' if proved else 'not'}({said}))"
