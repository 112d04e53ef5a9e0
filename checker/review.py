"""What a person should look at first in a case that was read from a letter, and why.

Facts that turn the determination come first, then conflicts, levels that can be read in two ways, and
figures that the letter leaves out; then everything else that was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

from checker.case import Case, contradictions
from checker.charting import Facts, complete
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.fact import (
    NOT_DOCUMENTED,
    Conflicting,
    Documented,
    Evidence,
    Fact,
    NotDocumented,
    each_fact,
    evidence_of,
    has_conflict,
    unconfirmed,
)
from checker.rulebase import RuleBase
from checker.vocabulary import Boolean, Enum, FactSpec, ListOf, TargetLabels

Why = Literal["decides", "conflicts", "levels", "left out", "read"]
ORDER: tuple[Why, ...] = get_args(Why)

_Stated = TypeVar("_Stated", Documented, NotDocumented)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact to confirm or to correct: of the chart, or of the request that is named.

    `why` says why it comes when it does; `would_be` are the outcomes that other answers lead to.
    """

    spec: FactSpec
    request: str | None
    fact: Fact
    why: Why
    would_be: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The passages of the letter that it was read from."""
        return evidence_of(self.fact)


def doubts(case: Case, engine: Engine, terms: Terms) -> list[Doubt]:
    """All that nobody has confirmed yet, what decides most first, else in the order of the vocabulary."""
    names = list(engine.rules.vocabulary.facts)
    found = list(_doubts(case, engine, terms))
    return sorted(found, key=lambda one: (ORDER.index(one.why), names.index(one.spec.name)))


def answered(case: Case, doubt: Doubt, answer: Fact) -> Case:
    """The case with a doubt settled: the fact as a person gives it, with its places, now confirmed."""
    settled = confirmed(answer, doubt.evidence)
    if doubt.request is None:
        return replace(case, facts={**case.facts, doubt.spec.name: settled})
    requests = tuple(
        replace(one, facts={**one.facts, doubt.spec.name: settled})
        if one.id == doubt.request
        else one
        for one in case.requests
    )
    return replace(case, requests=requests)


def confirmed(fact: Fact, evidence: tuple[Evidence, ...]) -> Fact:
    """A fact that a person has seen: its evidence, or else the given one, is confirmed.

    Silence that nothing in the letter shows is confirmed by an evidence that says nothing but that.
    """
    match fact:
        case Conflicting(values):
            return replace(fact, values=tuple(_seen(one) for one in values))
        case Documented():
            return _seen(fact if evidence_of(fact) else replace(fact, evidence=evidence))
        case NotDocumented():
            return _seen(replace(fact, evidence=fact.evidence or evidence or (Evidence(),)))
        case _:
            return fact


def _seen(fact: _Stated) -> _Stated:
    return each_fact(fact, _with_seen_evidence)  # type: ignore[return-value]


def _with_seen_evidence(fact: Fact) -> Fact:
    match fact:
        case Documented() | NotDocumented():
            seen = (replace(one, confirmed=True) for one in fact.evidence)
            return replace(fact, evidence=tuple(seen))
        case Conflicting(values):
            return replace(fact, values=tuple(_seen(one) for one in values))
        case _:
            return fact


# What is in doubt ------------------------------------------------------------------------------------


def _doubts(case: Case, engine: Engine, terms: Terms) -> Iterator[Doubt]:
    specs = engine.rules.vocabulary.facts
    before = determine(case, engine, terms)
    for request, facts in _where(case):
        for name, fact in facts.items():
            if unconfirmed(fact):
                doubt = Doubt(specs[name], request, fact, _why(specs[name], fact, case, engine))
                would_be = _would_be(case, doubt, before, engine, terms)
                yield replace(doubt, why="decides", would_be=would_be) if would_be else doubt
    yield from _left_out(case, before, engine.rules)


def _where(case: Case) -> Iterator[tuple[str | None, Facts]]:
    yield None, case.facts
    for request in case.requests:
        yield request.id, request.facts


def _why(spec: FactSpec, fact: Fact, case: Case, engine: Engine) -> Why:
    if has_conflict(fact):
        return "conflicts"
    if isinstance(spec.type, TargetLabels) and _ambiguous(spec, case, engine.rules):
        return "levels"
    if isinstance(spec.type, ListOf) and isinstance(fact, Documented) and _incomplete(fact, spec):
        return "left out"
    return "read"


def _ambiguous(spec: FactSpec, case: Case, rules: RuleBase) -> bool:
    """Whether the levels of some request can be read as joints and as nerves."""
    computed = [one.name for one in rules.vocabulary.facts.values() if one.joints_of == spec.name]
    charts = (
        complete({**case.facts, **one.facts}, rules.vocabulary, case.record)
        for one in case.requests
    )
    return any(has_conflict(chart[name]) for chart in charts for name in computed)


def _incomplete(fact: Documented, spec: FactSpec) -> bool:
    """Whether a record of a list lacks a field that the vocabulary gives it."""
    fields = spec.type.fields if isinstance(spec.type, ListOf) else {}
    written = [name for name, one in fields.items() if one.written]
    records = fact.value if isinstance(fact.value, tuple) else ()
    return any(
        not isinstance(item.get(name), Documented)
        for item in records
        if isinstance(item, Mapping)
        for name in written
    )


def _would_be(
    case: Case, doubt: Doubt, before: list[Determination], engine: Engine, terms: Terms
) -> tuple[str, ...]:
    """The other outcomes that the request could have if the fact were something else."""
    outcomes = [one.outcome for one in before]
    found: dict[str, None] = {}
    for other in _alternatives(doubt.spec, doubt.fact):
        changed = answered(case, doubt, other)
        if any(True for _ in contradictions(changed, engine.rules)):
            continue
        after = [one.outcome for one in determine(changed, engine, terms)]
        found |= dict.fromkeys(one for one, was in zip(after, outcomes, strict=False) if one != was)
    return tuple(found)


def _alternatives(spec: FactSpec, fact: Fact) -> Iterator[Fact]:
    """What else a fact could be: silent, one of its conflicting values, another value of its kind.

    A request says what is asked for, so silence is no alternative there.
    """
    if spec.kind != "request":
        yield NOT_DOCUMENTED
    if isinstance(fact, Conflicting):
        yield from fact.values
    value = fact.value if isinstance(fact, Documented) else None
    match spec.type:
        case Boolean():
            yield from (Documented(one) for one in (True, False) if one != value)
        case Enum(values):
            yield from (Documented(one) for one in values if one != value)
        case ListOf():
            yield Documented(())
        case _:
            return


def _left_out(case: Case, before: list[Determination], rules: RuleBase) -> Iterator[Doubt]:
    """Facts on whose silence the denial would stand, and of which the letter may say something after all."""
    specs = rules.vocabulary.facts
    names = {
        finding.name
        for determination in before
        for judged in determination.against
        for finding in judged.findings
        if isinstance(finding.fact, NotDocumented) and not finding.fact.evidence
    }
    for name in names:
        spec = specs[specs[name].joints_of or name]
        if spec.written and spec.kind != "request" and spec.name not in case.facts:
            yield Doubt(spec, None, NOT_DOCUMENTED, "left out")
