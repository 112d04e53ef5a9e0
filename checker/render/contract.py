"""The JSON that other programs read: `checker check --format json` and `checker audit --format json`.

Version 1 of the contract; keys are only ever added to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from checker import __version__
from checker.audit.comparison import Compared
from checker.audit.figures import (
    CriterionFigures,
    Group,
    Interval,
    Share,
    Summary,
    groups,
    summarize,
)
from checker.audit.findings import Remark
from checker.audit.outcomes import Outcomes
from checker.audit.run import Audit
from checker.audit.tally import CELLS
from checker.case import Decision, Request
from checker.determination import Determination, Finding, Judged, Question, Terms
from checker.engine.agreed import Engine
from checker.fact import Conflicting, Documented, Evidence, Fact, Value, evidence_of
from checker.flip.denial import Reason
from checker.guideline import Guideline
from checker.interview.asking import Asked, Interview
from checker.render.words import READINESS
from checker.vocabulary import Boolean

SCHEMA = 1


def check_result(
    results: Sequence[Mapping[str, Any]], engine: Engine, terms: Terms, unread: Sequence[str] = ()
) -> dict[str, Any]:
    """The whole answer of `check`: one result for every request; `unread` are files left out."""
    return {**head(engine, terms), "results": list(results), "unread": list(unread)}


def audit_result(
    audit: Audit, engine: Engine, terms: Terms, unread: Sequence[str] = ()
) -> dict[str, Any]:
    """The whole answer of `audit`: figures, groups, and one entry for every decided request.

    Whatever form an audit is shown in, it is made from this. `entries` are empty where cases were only
    counted; `readings` has the figures of each reading that was asked for, `tally` the counts behind all;
    `unread` are the files that could not be read or decided, and are left out.
    """
    return {
        **head(engine, terms),
        "facts_from": terms.facts_from,
        "summary": summary(summarize(audit.followed)),
        "foresaw": {"facts_from": "record", "summary": summary(summarize(audit.foresaw))},
        "readings": {one: summary(summarize(tally)) for one, tally in audit.readings.items()},
        "on_silence": [asdict(one) for one in audit.on_silence],
        "on_hindsight": [asdict(one) for one in audit.on_hindsight],
        "by": {
            dimension: [group(one) for one in groups(tallies)]
            for dimension, tallies in audit.followed.by.items()
        },
        "entries": [entry(one) for one in audit.items],
        "unread": list(unread),
        "tally": audit.followed.plain(),
    }


def explain_result(
    determinations: Sequence[Determination],
    request: str,
    evidence_of_outcomes: Mapping[int, Outcomes],
    engine: Engine,
    terms: Terms,
) -> dict[str, Any]:
    """The whole answer of `explain`: as of `check`, for one request if it is named, with decided cases like it.

    `evidence_of_outcomes` has them by the number of the determination.
    """
    results = [
        {**result(one, each), "outcomes": outcomes(evidence_of_outcomes.get(at))}
        for at, one in enumerate(determinations)
        for each in one.requests
        if not request or each.id == request
    ]
    return {**head(engine, terms), "results": results}


def outcomes(found: Outcomes | None) -> dict[str, Any] | None:
    """How requests like this one were decided; null where nobody asked."""
    if found is None:
        return None
    return {
        "guideline": found.guideline,
        "failed": list(found.failed),
        "enough": found.enough,
        "letters": found.letters,
        "upheld": share(found.upheld),
        "baseline": share(found.baseline),
        "baseline_letters": found.baseline_letters,
        "nearest": {outcome: one and asdict(one) for outcome, one in found.nearest.items()},
    }


def result(determination: Determination, request: Request) -> dict[str, Any]:
    """One request with its determination."""
    guideline = determination.guideline
    return {
        "case": determination.case.name,
        "file": determination.case.file,
        "request": request.id,
        "item": request.item,
        "requests_together": [one.id for one in determination.requests],
        "guideline": guideline and guideline.id,
        "guideline_because": determination.why or None,
        "outcome": determination.outcome,
        "readiness": READINESS[determination.outcome],
        "reason": determination.reason,
        "criteria": [criterion(one, guideline) for one in determination.judged]
        if guideline
        else [],
        "ledger": asdict(determination.ledger),
        "questions": [question(one) for one in determination.questions],
        "warnings": list(determination.warnings),
        "decision": request.decision and decision(request.decision),
    }


def criterion(judged: Judged, guideline: Guideline) -> dict[str, Any]:
    """A criterion with its status and the facts behind it."""
    one = judged.criterion
    return {
        "id": one.id,
        "status": judged.status,
        "kind": one.kind,
        "says": one.says,
        "citation": guideline.citation(one),
        "rule": {"file": one.place.file, "line": one.place.line},
        "fix": one.fix,
        "verified": one.verified,
        "facts": [fact(finding) for finding in judged.findings],
    }


def fact(finding: Finding) -> dict[str, Any]:
    """A fact: its value (null where there is none; all of them where they conflict), state and evidence."""
    known = finding.fact
    return {
        "fact": finding.name,
        "value": value_of(known),
        "state": finding.state,
        "grade": known.grade if isinstance(known, Documented) else None,
        "evidence": [evidence(one) for one in evidence_of(known)],
    }


def evidence(one: Evidence) -> dict[str, Any]:
    """Where a fact stands."""
    return {
        "document": one.document,
        "section": one.section,
        "voice": one.voice,
        "line": one.line,
        "last_line": one.last_line,
        "dated": one.dated and one.dated.isoformat(),
        "quote": one.quote,
        "at": one.at,
        "confirmed": one.confirmed,
    }


def question(one: Question) -> dict[str, Any]:
    """A fact to ask about."""
    return {
        "fact": one.spec.name,
        "ask": one.spec.ask,
        "where": one.spec.where,
        "settles": list(one.settles),
    }


def questions(determination: Determination, interview: Interview) -> list[dict[str, Any]]:
    """The questions in the order of an interview, with the outcome after each answer where these are few."""
    known = {one.spec.name: one for one in determination.questions}
    asked = {one.of or one.spec.name: one for one in reversed(interview.questions())}
    names = [*reversed(asked), *(name for name in known if name not in asked)]
    return [
        {**question(known[name]), **_after(asked.get(name), interview)}
        for name in names
        if name in known
    ]


def _after(asked: Asked | None, interview: Interview) -> dict[str, Any]:
    """The outcomes after yes, no and silence; null where a fact is no matter of yes and no."""
    if asked is None or asked.of or not isinstance(asked.spec.type, Boolean) or not asked.settles:
        return {"if_yes": None, "if_no": None, "if_silent": None}
    return {
        "if_yes": interview.outcome_after(asked, value=True),
        "if_no": interview.outcome_after(asked, value=False),
        "if_silent": interview.outcome_after(asked, value=None),
    }


def reason(one: Reason) -> dict[str, Any]:
    """A reason of an earlier denial, and what answers it now."""
    return {
        "ground": one.ground,
        "says": one.says,
        "answer": one.answer,
        "status": one.status,
        "facts": [fact(each) for each in one.facts],
        "changed": [
            {"fact": each.name, "from": value_of(each.before), "to": value_of(each.now)}
            for each in one.changed
        ],
    }


def decision(one: Decision) -> dict[str, Any]:
    """What the reviewer decided."""
    return {
        "outcome": one.outcome,
        "guidelines_cited": list(one.guidelines_cited),
        "grounds": list(one.grounds),
        "basis": one.basis,
        "evidence": one.evidence and evidence(one.evidence),
        "closing": one.closing and one.closing.name,
        "hedged": bool(one.hedges),
    }


def entry(compared: Compared) -> dict[str, Any]:
    """One decided request of an audit."""
    return {
        "case": compared.determination.case.name,
        "request": compared.request.id,
        "determination": result(compared.determination, compared.request),
        "decision": decision(compared.decision),
        "agreement": compared.agreement,
        "findings": [remark(one) for one in compared.findings],
        "reasons": {
            "shared": list(compared.shared),
            "ours_alone": list(compared.ours_alone),
            "theirs_alone": list(compared.theirs_alone),
        },
    }


def remark(one: Remark) -> dict[str, Any]:
    """A finding of an audit: what is remarkable, in words, and where it stands."""
    return {
        "id": one.id,
        "says": one.says,
        "evidence": [evidence(place) for place in one.evidence],
    }


def summary(figures: Summary) -> dict[str, Any]:
    """Counts, and the shares and coefficients that follow from them; null where there is nothing to divide."""
    reasons = figures.by_agreement
    return {
        "letters": figures.letters,
        "items": figures.items,
        "covered": figures.covered,
        "scored": figures.scored,
        "open": reasons["open"],
        "coverage": share(figures.coverage),
        "agree": figures.agree.part,
        "agreement": figures.agree.fraction,
        "interval": _interval(figures.agree.interval),
        "clustered_interval": _interval(figures.agree.clustered),
        "always_upheld": figures.always_upheld.fraction,
        "baseline": share(figures.always_upheld),
        "letters_agree": share(figures.letters_agree),
        "letters_always_upheld": share(figures.letters_always_upheld),
        "table": [
            {"determination": ours, "decision": theirs, "n": n}
            for (ours, theirs), n in zip(CELLS, figures.cells, strict=True)
        ],
        "kappa": figures.kappa.value,
        "ac1": figures.ac1.value,
        "mcc": figures.mcc.value,
        "balanced_accuracy": figures.balanced_accuracy.value,
        "coefficient_intervals": {
            "kappa": _interval(figures.kappa.interval),
            "ac1": _interval(figures.ac1.interval),
            "mcc": _interval(figures.mcc.interval),
            "balanced_accuracy": _interval(figures.balanced_accuracy.interval),
        },
        "coefficients_always_upheld": {
            "kappa": figures.always.kappa,
            "ac1": figures.always.ac1,
            "mcc": figures.always.mcc,
            "balanced_accuracy": figures.always.balanced_accuracy,
        },
        "overturned": {
            "precision": figures.precision.fraction,
            "recall": figures.recall.fraction,
            "n": figures.recall.whole,
            "precision_share": share(figures.precision),
            "recall_share": share(figures.recall),
        },
        "apart": share(figures.apart),
        "apart_always_upheld": share(figures.apart_always_upheld),
        "reasons": {
            "same": reasons["same reasons"],
            "same_and_more": reasons["same and more"],
            "other": reasons["other reasons"],
            "disagree": reasons["disagree"],
        },
        "basis": {name: share(one) for name, one in figures.by_basis.items()},
        "criteria": [criterion_figures(one) for one in figures.criteria],
        "grounds_outside": dict(figures.outside),
        "not_covered": {kind: share(one) for kind, one in figures.kinds.items()},
    }


def criterion_figures(one: CriterionFigures) -> dict[str, Any]:
    """What became of one criterion over all items."""
    return {
        "guideline": one.guideline,
        "criterion": one.criterion,
        "judged": one.judged,
        "not_met": one.not_met,
        "missing": one.missing,
        "failed": share(one.failed),
        "sole": one.sole,
        "named": one.named,
        "named_met": one.named_met,
        "failed_but_overturned": share(one.overturned),
    }


def group(one: Group) -> dict[str, Any]:
    """One group of a dimension with its own summary; `few` where it has too few letters."""
    return {
        "value": one.value,
        "few": one.few,
        "overturned": share(one.overturned),
        "p": one.p,
        "q": one.q,
        "summary": summary(one.summary),
    }


def share(one: Share) -> dict[str, Any]:
    """A share with its numbers and both intervals."""
    return {
        "part": one.part,
        "n": one.whole,
        "share": one.fraction,
        "interval": _interval(one.interval),
        "clustered": _interval(one.clustered),
    }


def head(engine: Engine, terms: Terms) -> dict[str, Any]:
    """What every answer begins with; guideline and day are null where none was asked for."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "checker", "version": __version__, "engine": engine.name},
        "rules": {"digest": engine.rules.digest},
        "reading": terms.reading,
        "guideline": terms.guideline,
        "as_of": terms.as_of and terms.as_of.isoformat(),
    }


def _interval(found: Interval | None) -> list[float] | None:
    return list(found) if found else None


def value_of(known: Fact) -> Any:
    """A fact's value; all of them where they conflict, null where there is none."""
    match known:
        case Documented(value):
            return plain_value(value)
        case Conflicting(values):
            return [plain_value(one.value) for one in values]
        case _:
            return None


def plain_value(value: Value) -> Any:
    """A value as JSON has it."""
    match value:
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case tuple():
            return [
                {name: value_of(one) for name, one in item.items()}
                if isinstance(item, Mapping)
                else item
                for item in value
            ]
        case _:
            return value
