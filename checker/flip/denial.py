"""An earlier denial, reason by reason: which fact answers it now, what is still open, what still fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.determination import Determination, Finding, Judged
from checker.engine.written import names_in
from checker.fact import Conflicting, Documented, Fact
from checker.guideline import Status
from checker.rulebase import RuleBase

Answer = Literal["answered", "still open", "still failing", "not a criterion here"]
_ANSWERS: dict[Status, Answer] = {
    "met": "answered",
    "not applicable": "answered",
    "presumed": "still open",
    "missing": "still open",
    "to answer": "still open",
    "not met": "still failing",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that says something else than at the time of the denial."""

    name: str
    before: Fact
    now: Fact


@dataclass(frozen=True)
class Reason:
    """A reason of the denial: a criterion by its id, or another ground of the vocabulary.

    What is silent and only presumed is still open, because nothing answers the reviewer.
    """

    ground: str
    says: str
    answer: Answer
    status: Status | None
    facts: tuple[Finding, ...]
    changed: tuple[Difference, ...]


def since(
    determination: Determination, earlier: Sequence[Determination], rules: RuleBase
) -> list[Reason]:
    """The reasons of an earlier denial of the same procedure, and how each stands now.

    They are the reviewers' grounds, or without a decision the criteria that counted against the request then.
    """
    then = [one for one in earlier if _same_procedure(one, determination)]
    judged = {one.criterion.id: one for one in determination.judged}
    reasons: dict[str, Reason] = {}
    for one in then:
        for ground in _grounds(one):
            reasons.setdefault(
                ground, _reason(ground, judged.get(ground), determination, one, rules)
            )
    return list(reasons.values())


def _same_procedure(one: Determination, other: Determination) -> bool:
    """Whether two determinations are about one procedure and region."""
    charts = one.procedure.chart, other.procedure.chart
    return all(
        _value(charts[0][name]) in (None, _value(charts[1][name]))
        for name in ("procedure", "region")
    )


def _value(fact: Fact) -> object:
    return fact.value if isinstance(fact, Documented) else None


def _grounds(earlier: Determination) -> Iterator[str]:
    decisions = [one.decision for one in earlier.requests if one.decision]
    if not decisions:
        yield from (one.criterion.id for one in earlier.against)
    for decision in decisions:
        if decision.outcome == "Upheld":
            yield from decision.grounds


def _reason(
    ground: str,
    judged: Judged | None,
    now: Determination,
    then: Determination,
    rules: RuleBase,
) -> Reason:
    if judged is None:
        return Reason(ground, _says(ground, rules), "not a criterion here", None, (), ())
    told = tuple(one for one in judged.findings if isinstance(one.fact, Documented | Conflicting))
    return Reason(
        ground=ground,
        says=judged.criterion.says,
        answer=_ANSWERS[judged.status],
        status=judged.status,
        facts=told,
        changed=tuple(_differences(judged, then, now)),
    )


def _says(ground: str, rules: RuleBase) -> str:
    if ground in rules.vocabulary.grounds:
        return rules.vocabulary.grounds[ground]
    criteria = (one for guideline in rules.guidelines.values() for one in guideline.criteria)
    return next((one.says for one in criteria if one.id == ground), ground)


_TOLD = (Documented, Conflicting)
"""A fact of which the chart says something; silence in place of a question tells nothing new."""


def _differences(judged: Judged, then: Determination, now: Determination) -> Iterator[Difference]:
    before, after = then.procedure.chart, now.procedure.chart
    for name in names_in(judged.criterion):
        if name not in before or name not in after:
            continue
        told = isinstance(before[name], _TOLD) or isinstance(after[name], _TOLD)
        if told and _said(before[name]) != _said(after[name]):
            yield Difference(name, before[name], after[name])


def _said(fact: Fact) -> object:
    """What a fact says, wherever it stands."""
    match fact:
        case Documented(value, grade):
            return str(value) if isinstance(value, tuple) else (value, grade)
        case Conflicting(values):
            return [_said(one) for one in values]
        case _:
            return type(fact)
