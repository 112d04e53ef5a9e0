"""A situation: a small rule base and a chart for it, as an author would write them, and as read.

The vocabulary is made up and has every type of fact; a rule base takes from it what it names.
Everything is written as YAML and read as an author's and an office's files are.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from checker.case import Case, parse_case, procedures
from checker.charting import RecordKind
from checker.fact import Chart
from checker.guideline import Guideline
from checker.rulebase import RuleBase, load_rules

Written = Any
"""A value as it stands in a file: a mapping, a list, a text, a number, a date, true or false."""

SILENT, UNASKED = "not documented", "not asked"

# The vocabulary -------------------------------------------------------------------------------------

_BOOLEAN = {"type": "boolean"}
_NUMBER = {"type": "number", "unit": "units", "to": 9}
_SET = {"type": "set", "values": {"x": "x", "y": "y", "z": "z"}}
_DATE = {"type": "date"}
_TARGETS = {"type": "targets"}

FACTS: Mapping[str, Written] = {
    "tender": _BOOLEAN,
    "anxious": _BOOLEAN,
    "working": _BOOLEAN,
    "therapy": {"type": "enum", "values": {"failed": "f", "helped": "h", "not_done": "n"}},
    "weeks": _NUMBER,
    "hours": _NUMBER,
    "drugs": _SET,
    "allergies": _SET,
    "seen": _DATE,
    "sent": _DATE,
    "targets": _TARGETS,
    "joints": {"joints_of": "targets"},
    "fused": {"type": "levels"},
}
LISTS: Mapping[str, Mapping[str, Written]] = {
    "blocks": {
        "helpful": _BOOLEAN,
        "manner": {"type": "enum", "values": {"block": "b", "burn": "u", "other": "o"}},
        "relief": _NUMBER,
        "lasted": _NUMBER,
        "given": _SET,
        "refused": _SET,
        "day": _DATE,
        "at": _TARGETS,
        "at_joints": {"joints_of": "at"},
    },
    "visits": {"kept": _BOOLEAN},
}
FIELDS = {name: entry for fields in LISTS.values() for name, entry in fields.items()}
ENTRIES = {**FACTS, **FIELDS}

LEVELS = ([], ["L3-4"], ["L4-5"], ["L3-4", "L4-5"])
TWO_WAYS = ["L3-L5"]
"""Levels that can be read as joints or as nerves."""


def values_of(name: str) -> tuple[Written, ...]:
    """The values that a fact or field is documented with: few, so that facts often agree."""
    match ENTRIES[name]["type"]:
        case "boolean":
            return (True, False)
        case "enum":
            return tuple(ENTRIES[name]["values"])
        case "number":
            return (1, 2, 3)
        case "date":
            return (date(2015, 1, 2), date(2015, 1, 3), date(2015, 1, 4))
        case "set":
            return ([], ["x"], ["y"], ["x", "y"])
        case "levels":
            return LEVELS
        case _:
            return (*LEVELS, ["L2", "L3"], ["L4"])


def written_as(name: str) -> str:
    """The name under which a chart states a fact: joints are written as levels."""
    return ENTRIES.get(name, {}).get("joints_of", name)


# Rule bases -----------------------------------------------------------------------------------------

PARTS = ("when", "requires", "unless")


@dataclass(frozen=True)
class Rules:
    """A rule base as written: conditions of derived facts, criteria, and when facts are asked at all.

    `kinds` has the facts that are not of the chart; `relations` are conditions that no chart meets together.
    """

    derived: Mapping[str, Written]
    criteria: tuple[Mapping[str, Written], ...]
    guards: Mapping[str, Written] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    relations: tuple[tuple[Written, ...], ...] = ()

    @cached_property
    def named(self) -> frozenset[str]:
        """The facts and fields that the rules look at, through derived facts as well."""
        parts = [one[part] for one in self.criteria for part in PARTS if part in one]
        conditions = [parts, *self.derived.values(), *self.guards.values(), list(self.relations)]
        return frozenset(word for word in words(conditions) if word in _KNOWN)

    @property
    def facts(self) -> frozenset[str]:
        """The facts that a chart can state for these rules."""
        return frozenset(written_as(name) for name in self.named if name not in FIELDS)

    def fields(self, of: str) -> tuple[str, ...]:
        """The fields that a record can state for these rules."""
        named = {written_as(name) for name in self.named}
        return tuple(name for name in LISTS.get(of, ()) if name in named)


_KNOWN = {*ENTRIES, *LISTS}


def words(written: Written) -> Iterator[str]:
    """Every word in a condition."""
    match written:
        case dict():
            yield from written
            for one in written.values():
                yield from words(one)
        case list() | tuple():
            for one in written:
                yield from words(one)
        case str():
            yield written


def loaded(written: Rules) -> RuleBase:
    """The rule base, written to a folder and loaded from there."""
    folder = _folder()
    for name, content in {"vocabulary": _vocabulary(written), "g": _guideline(written)}.items():
        file = folder / f"{name}.yaml"
        # A new file: some disks write out at once what is cut to nothing and filled again.
        file.unlink(missing_ok=True)
        file.write_bytes(as_yaml(content))
    return load_rules(folder)


@cache
def _folder() -> Path:
    """One folder for all rule bases, because making one takes longer than loading from it."""
    folder = Path(mkdtemp())
    atexit.register(rmtree, folder)
    (folder / "anatomy.yaml").write_bytes(as_yaml(_ANATOMY))
    return folder


_ANATOMY = {
    "source": "the lower end of the shipped map",
    "vertebrae": ["L3", "L4", "L5", "S1"],
    "joints": {
        "L3-4": {"nerves": ["L2", "L3"], "region": "lumbar"},
        "L4-5": {"nerves": ["L3", "L4"], "region": "lumbar"},
        "L5-S1": {"nerves": ["L4", "L5"], "region": "lumbar"},
    },
    "nerves": {name: {"title": name} for name in ("L2", "L3", "L4", "L5")},
}


def _vocabulary(rules: Rules) -> Written:
    named = {*rules.named, *map(written_as, rules.named)}
    facts = {name: _asked(entry) for name, entry in FACTS.items() if name in named}
    for name in named & set(LISTS):
        fields = {one: _asked(entry) for one, entry in LISTS[name].items() if one in named}
        any_field = {f"any_of_{name}": _asked(_BOOLEAN)}
        facts[name] = _asked({"type": "list", "fields": fields or any_field})
    for name, guard in rules.guards.items():
        facts[name] |= {"when": guard}
    for name, kind in rules.kinds.items():
        facts[name] |= {"kind": kind}
    facts |= {name: _asked({"derived_when": one}) for name, one in rules.derived.items()}
    procedures_ = {"block": {"title": "b", "targets": "nerves"}}
    relations = [
        {"id": f"r{number}", "says": "s", "never_together": list(parts)}
        for number, parts in enumerate(rules.relations)
    ]
    return {
        "facts": facts,
        "procedures": procedures_,
        "regions": {"lumbar": "l"},
        "relations": relations,
    }


def _asked(entry: Mapping[str, Written]) -> Written:
    return {**entry, "ask": '"?"'}


def _guideline(rules: Rules) -> Written:
    rest = {"item": "one", "says": "s", "fix": "f", "verified": True, "examples": []}
    return {
        "id": "g",
        "title": "t",
        "source": {"publisher": "p"},
        "in_force": {"from": date(2000, 1, 1)},
        "covers": {"procedure": ["block"]},
        "criteria": [{**rest, **one} for one in rules.criteria],
    }


def as_yaml(written: Written) -> bytes:
    """A value as YAML text."""
    return _flow(written).encode()


def _flow(written: Written) -> str:
    match written:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in written.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, written)) + "]"
        case bool():
            return str(written).lower()
        case _:
            return str(written)


# Situations -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """A rule base and a chart for it."""

    written: Rules
    rules: RuleBase
    facts: Mapping[str, Written]
    record: RecordKind

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """What an author would write, to be read when a test fails."""
        rules = self.written
        written = (*rules.derived.items(), ("guards", rules.guards), ("criteria", rules.criteria))
        parts = (*written, (self.record, self.facts))
        printer.text("\n  " + "\n  ".join(f"{title}: {_flow(part)}" for title, part in parts))

    @property
    def guideline(self) -> Guideline:
        """The only guideline of the rule base."""
        return self.rules.guidelines["g"]

    @cached_property
    def case(self) -> Case:
        """The case, read from YAML text."""
        request = {"id": 1, "procedure": "block"}
        entry = {"case": "c", "record": self.record, "facts": self.facts, "requests": [request]}
        return parse_case("case.yaml", as_yaml(entry), self.rules)

    @cached_property
    def chart(self) -> Chart:
        """The complete chart of its one request."""
        (procedure,) = procedures(self.case, self.rules.vocabulary, "all")
        return procedure.chart

    def telling(self, facts: Mapping[str, Written]) -> Situation:
        """The same with these facts on the chart, in place of what it said of them."""
        return replace(self, facts={**self.facts, **facts})
