"""Facts as YAML: an example ready to paste, and a case file that `checker check` accepts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import yaml

from checker.charting import Facts
from checker.fact import Conflicting, Documented, Fact, NotAsked, state_of
from checker.guideline import NOT_STATED, Guideline, Status
from checker.rulebase import RuleBase
from checker.wording import joined, plain

LONGEST_LINE = 150
"""How long a line of an example is at most before it becomes three."""

_WIDE = 10_000


class _Flow(yaml.SafeDumper):
    """Writes everything in one line, as examples are written by hand."""


def flow(value: object) -> str:
    """A value in one line of YAML."""
    text = yaml.dump(
        value,
        Dumper=_Flow,
        default_flow_style=True,
        width=_WIDE,
        sort_keys=False,
        allow_unicode=True,
    )
    return text.removesuffix("\n").removesuffix("\n...")


def as_written(fact: Fact) -> object:
    """A fact as a case writes it."""
    match fact:
        case Documented(value=frozenset() as members):
            return sorted(str(one) for one in members)
        case Documented(value=tuple() as items):
            return [
                {name: as_written(one) for name, one in item.items()}
                if isinstance(item, Mapping)
                else item
                for item in items
            ]
        case Documented(value):
            return value
        case Conflicting(values):
            return {"conflicting": [as_written(one) for one in values]}
        case _:
            return state_of(fact)


def example_text(name: str, facts: Facts, expect: Status) -> str:
    """An example ready to paste among those of a criterion."""
    said = {one: as_written(fact) for one, fact in facts.items()}
    line = f"      - {flow({'name': name, 'facts': said, 'expect': expect})}\n"
    if len(line) <= LONGEST_LINE:
        return line
    return f"      - name: {flow(name)}\n        facts: {flow(said)}\n        expect: {expect}\n"


def situation(facts: Facts) -> str:
    """A name for a situation, to be replaced by better words."""
    said = [_said(name, fact) for name, fact in facts.items()]
    return joined(said) or "nothing on record"


def _said(name: str, fact: Fact) -> str:
    match fact:
        case Documented(value=True):
            return plain(name)
        case Documented(value=False):
            return f"no {plain(name)}"
        case Documented(value=tuple() as items):
            return f"{plain(name)} {joined(map(_item, items)) or 'none'}"
        case Documented(value=frozenset() as members):
            return f"{plain(name)} {joined(plain(str(one)) for one in sorted(members)) or 'none'}"
        case Documented(value):
            told = value.isoformat() if isinstance(value, date) else plain(str(value))
            return f"{plain(name)} {told}"
        case NotAsked():
            return f"{plain(name)} not asked"
        case _:
            return f"{plain(name)} {state_of(fact)}"


def _item(item: object) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    return "/".join(_said(name, one) for name, one in item.items()) or "without details"


def case_text(name: str, facts: Facts, guideline: Guideline, rules: RuleBase) -> str:
    """A case with these facts, which asks for what the guideline covers, as YAML."""
    specs = rules.vocabulary.facts
    stated = {
        fact: min(values)
        for fact, values in guideline.covers.items()
        if fact not in facts and NOT_STATED not in values
    }
    request: dict[str, object] = {"id": 1, **stated}
    chart: dict[str, object] = {}
    for fact, said in facts.items():
        (request if specs[fact].kind == "request" else chart)[fact] = as_written(said)
    lines = [f"case: {flow(name)}", "record: closed"]
    lines += ["facts:", *(f"  {one}: {flow(said)}" for one, said in chart.items())] if chart else []
    first, *others = (f"{one}: {flow(said)}" for one, said in request.items())
    lines += ["requests:", f"  - {first}", *(f"    {one}" for one in others)]
    return "\n".join(lines) + "\n"
