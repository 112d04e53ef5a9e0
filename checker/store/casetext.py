"""A case as canonical JSON: equal cases give equal texts, and reading a text gives the case again.

Every fact stands in its long form, so that nothing depends on defaults. A day is a text, as JSON has none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from checker.case import Case, Request, parse_case
from checker.decision import Decision, Rationale, Said, SpeaksOf
from checker.errors import EngineError
from checker.fact import Conflicting, Documented, Evidence, Fact, NotAsked, NotDocumented, Value
from checker.rulebase import RuleBase

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KEYS_OF_DAYS = frozenset({"value", "dated", "ur_date", "decision_date"})
_BEYOND_YAML = re.compile("[\x85\u2028\u2029\ufeff]")


def case_text(case: Case) -> str:
    """The case in one line. The place of its file is no part of it."""
    return json.dumps(
        _case(case), ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_day
    )


def case_from(text: str, file: str, rules: RuleBase) -> Case:
    """The case that `case_text` wrote, from `file`, as this rule base reads it.

    Raises:
        CaseError: if this rule base does not know its facts, or if it contradicts itself under it.
    """
    return parse_case(file, _yaml(json.loads(text)).encode(), rules)


def checked_text(case: Case, rules: RuleBase) -> str:
    """The case's text, read again to be sure that it holds all of the case.

    Raises:
        EngineError: if it does not, so that nothing is saved that could not be decided again.
    """
    text = case_text(case)
    if case_from(text, case.file, rules) != case:
        raise EngineError(f"{case.file}: the case could not be read again as it was saved")
    return text


def digest(text: str) -> str:
    """The SHA-256 of a case's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


# Writing ---------------------------------------------------------------------------------------------


def _case(case: Case) -> dict[str, Any]:
    return _stated(
        {
            "case": case.name,
            "about": case.about,
            "jurisdiction": case.jurisdiction,
            "letter": case.letter and case.letter.model_dump(mode="json", exclude_defaults=True),
            "record": case.record,
            "facts": _facts(case.facts),
            "requests": [_request(one) for one in case.requests],
        }
    )


def _request(request: Request) -> dict[str, Any]:
    decided = request.decision and _decision(request.decision)
    return _stated(
        {
            "id": request.id,
            "item": request.item or None,
            "kind": request.kind,
            "decision": decided,
            **_facts(request.facts),
        }
    )


def _decision(decision: Decision) -> dict[str, Any]:
    speaks_of, rationale = decision.speaks_of, decision.rationale
    return _stated(
        {
            "outcome": decision.outcome,
            "guidelines_cited": list(decision.guidelines_cited),
            "grounds": list(decision.grounds),
            "basis": decision.basis,
            "evidence": decision.evidence and _place(decision.evidence),
            "note": decision.note,
            "cited_at": decision.cited_at and _place(decision.cited_at),
            "closing": decision.closing and _said("outcome", decision.closing),
            "hedges": [_place(one) for one in decision.hedges],
            "beyond": [_said("ground", one) for one in decision.beyond],
            "says_absent": [_said("fact", one) for one in decision.says_absent],
            "speaks_of": speaks_of and _speaks_of(speaks_of),
            "rationale": rationale and _rationale(rationale),
        }
    )


def _said(name: str, said: Said) -> dict[str, Any]:
    return {name: said.name, **_place(said.evidence)}


def _speaks_of(told: SpeaksOf) -> dict[str, Any]:
    stated = _stated({"region": told.region, "targets": list(told.targets)})
    return {**stated, **_place(told.evidence)}


def _rationale(told: Rationale) -> dict[str, Any]:
    drawn = {"sketch": told.sketch.text, "words": told.sketch.words} if told.sketch else {}
    return {**_stated({**drawn, "repeats": told.repeats}), **_place(told.evidence)}


def _place(evidence: Evidence) -> dict[str, Any]:
    """Where something stands in a letter; the section is stated even where there is none."""
    return {"section": None, **_evidence(evidence)}


def _facts(facts: Mapping[str, Fact]) -> dict[str, Any]:
    return {name: _fact(fact, ()) for name, fact in facts.items()}


def _fact(fact: Fact, inherited: tuple[Evidence, ...]) -> dict[str, Any]:
    """A fact in its long form; a field of a record names its evidence where the record's is another."""
    match fact:
        case Documented(value, grade, evidence, note):
            said = {"value": _value(value, evidence), "grade": grade}
        case NotDocumented(evidence, note):
            said = {"value": "not documented"}
        case NotAsked():
            return {"value": "not asked"}
        case Conflicting(values, note):
            conflicting = [_fact(one, inherited) for one in values]
            return _stated({"conflicting": conflicting, "note": note})
    places = [_evidence(one) for one in evidence] if evidence != inherited else None
    return _stated({**said, "evidence": places, "note": note})


def _value(value: Value, evidence: tuple[Evidence, ...]) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [_record(one, evidence) if isinstance(one, Mapping) else one for one in value]
        case _:
            return value


def _record(record: Mapping[str, Fact], evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    return {name: _fact(fact, evidence) for name, fact in record.items()}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return _stated(asdict(evidence))


def _stated(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if value is not None}


def _day(value: object) -> str:
    """A day in JSON."""
    if isinstance(value, date):
        return value.isoformat()
    raise EngineError(f"a case holds a {type(value).__name__}, which cannot be saved")


# Reading ---------------------------------------------------------------------------------------------


def _yaml(value: Any, key: str = "") -> str:
    """The same in YAML, in one line; only days look different from JSON."""
    match value:
        case dict():
            entries = (f"{_quoted(name)}: {_yaml(one, name)}" for name, one in value.items())
            return f"{{{', '.join(entries)}}}"
        case list():
            return f"[{', '.join(_yaml(one) for one in value)}]"
        case str() if key in _KEYS_OF_DAYS and _DAY.fullmatch(value):
            return value
        case str():
            return _quoted(value)
        case _:
            return json.dumps(value)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _BEYOND_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def corpus_digest(cases: Sequence[str]) -> str:
    """One digest for several cases, given theirs; their order does not matter."""
    return hashlib.sha256("\n".join(sorted(cases)).encode()).hexdigest()
