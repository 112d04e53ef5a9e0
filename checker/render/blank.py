"""A blank case: the facts that guidelines ask about, each with its question, none answered yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.condition import facts_in
from checker.guideline import Guideline
from checker.rulebase import RuleBase
from checker.vocabulary import (
    Boolean,
    Date,
    Enum,
    FactSpec,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
)


def blank_case(rules: RuleBase, procedure: str, region: str | None) -> str:
    """The text of a case file that loads as it is, with everything still to answer."""
    guidelines = [one for one in rules.guidelines.values() if _asks_about(one, procedure, region)]
    facts = rules.vocabulary.facts
    asked = [facts[name] for name in _names(rules, guidelines)]
    chart = [one for one in asked if one.kind != "request"]
    request = [
        one for one in asked if one.kind == "request" and one.name not in ("procedure", "region")
    ]
    names = ", ".join(one.id for one in guidelines) or "no guideline of the rule base"
    lines = [
        f"# {rules.vocabulary.procedures[procedure].title}: what these guidelines ask: {names}.",
        "# Replace `not asked` by a value, or by `not documented` where the chart is silent.",
        "# Instead of a value: {value: …, evidence: {document: …, line: …}} to say where it stands.",
        "case: draft",
        "record: open",
        *_jurisdiction(rules),
        "",
        "requests:",
        "  - id: 1",
        "    # item: the wording of the request in one line",
        f"    procedure: {procedure}",
        *_region(rules, guidelines, region),
        *(line for one in request for line in _entry(one, "    ")),
        "",
        "facts:" if chart else "facts: {}",
        *(line for one in chart for line in _entry(one, "  ")),
    ]
    return "\n".join(lines) + "\n"


def _jurisdiction(rules: RuleBase) -> Iterator[str]:
    """How to say whose rules count, where there is a choice."""
    names = list(rules.search_order.orders)
    if len(names) > 1:
        default = rules.search_order.default.name
        yield f"# jurisdiction: {default}{_choices(names)}; {default} where none is named"


def _region(rules: RuleBase, guidelines: Iterable[Guideline], region: str | None) -> Iterator[str]:
    """The region, where one is known or a guideline may hang on it."""
    if region:
        yield f"    region: {region}"
    elif any("region" in _hangs_on(one) for one in guidelines):
        yield f"    region: not asked{_choices(rules.vocabulary.regions)}"


def _hangs_on(guideline: Guideline) -> set[str]:
    named = (
        name for one in guideline.criteria for part in one.conditions for name in facts_in(part)
    )
    return {*guideline.covers, *named}


def _asks_about(guideline: Guideline, procedure: str, region: str | None) -> bool:
    regions = guideline.covers.get("region")
    return procedure in guideline.covers["procedure"] and (
        region is None or regions is None or region in regions
    )


def _names(rules: RuleBase, guidelines: Iterable[Guideline]) -> Iterator[str]:
    """The facts to write down for these guidelines, in the vocabulary's order; what decides coverage too."""
    facts = rules.vocabulary.facts
    named: set[str] = set()
    for guideline in guidelines:
        named |= _hangs_on(guideline)
    if named:
        named.add("request_date")
    named |= {facts[name].joints_of or name for name in named if name in facts}
    yield from (name for name, spec in facts.items() if name in named and spec.written)


def _entry(spec: FactSpec, indent: str) -> Iterator[str]:
    yield ""
    yield f"{indent}# {spec.ask}"
    if spec.where:
        yield f"{indent}# Look in: {spec.where}"
    if spec.counts:
        yield f"{indent}# Counts: {spec.counts}"
    if spec.does_not_count:
        yield f"{indent}# Does not count: {spec.does_not_count}"
    if isinstance(spec.type, ListOf):
        yield f"{indent}# [] when there are none; else a list of records such as:"
        fields = [one for one in spec.type.fields.values() if one.written]
        for number, one in enumerate(fields):
            yield f"{indent}#   {'- ' if number == 0 else '  '}{one.name}: not asked{_values(one)}"
    yield f"{indent}{spec.name}: not asked{_values(spec)}"


def _values(spec: FactSpec) -> str:
    match spec.type:
        case Boolean():
            return "   # true or false"
        case Number(unit, low, high):
            return f"   # {unit}, {low:g} to {high:g}"
        case Enum(values):
            return _choices(values)
        case SetOf(values):
            return f"   # [] or some of: {', '.join(values)}"
        case Levels():
            return "   # [] or joints such as [L4-5]"
        case TargetLabels():
            return "   # nerves or joints, such as [L3, L4, L5] or [L4-5, L5-S1]"
        case Date():
            return "   # a day such as 2015-09-21"
        case ListOf():
            return ""


def _choices(values: Iterable[str]) -> str:
    return f"   # one of: {', '.join(values)}"
