"""A case written down: as plain data, and as the text of a YAML file that reads back as the same case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import yaml
from pydantic import BaseModel

from checker.case import Case, Request
from checker.decision import Decision, Rationale, SpeaksOf
from checker.fact import Conflicting, Documented, Evidence, Fact, NotAsked, NotDocumented, Value

WIDTH = 112
_SAID_NOTHING = Evidence()
_SAID_BY_REVIEWER = Evidence(voice="reviewer")
_SAID_IN_RATIONALE = Evidence(voice="reviewer", section="rationale")
"""What evidence means where a case file is silent: of a fact, of a decision, and of what a rationale says."""


def case_text(case: Case, comments: Iterable[str] = ()) -> str:
    """The text of a case file, with comments above it."""
    head = "".join(f"# {line}\n" for line in comments)
    return head + str(yaml.dump(case_data(case), Dumper=_Dumper, **_STYLE))


def case_data(case: Case) -> dict[str, Any]:
    """A case as a case file holds it: mappings, lists, texts, numbers, dates and booleans."""
    letter = case.letter
    own = case.jurisdiction if not letter or case.jurisdiction != letter.jurisdiction else None
    return _present(
        {
            "case": case.name,
            "about": case.about,
            "jurisdiction": own,
            "letter": _entry(letter) if letter else None,
            "record": case.record,
            "facts": facts_data(case.facts) or None,
        }
    ) | {"requests": [_request(one) for one in case.requests]}


def facts_data(facts: Mapping[str, Fact], inherited: tuple[Evidence, ...] = ()) -> dict[str, Any]:
    """Facts as a case file holds them, in short form where there is nothing but a value.

    `inherited` is the evidence of the list that they are a record of: what has another, or none, says so.
    """
    return {name: _fact(fact, inherited) for name, fact in facts.items()}


def _fact(fact: Fact, inherited: tuple[Evidence, ...]) -> Any:
    match fact:
        case NotAsked():
            return "not asked"
        case NotDocumented(evidence, note):
            return _long("not documented", evidence, inherited, note)
        case Documented(value, grade, evidence, note):
            return _long(_plain(value, evidence), evidence, inherited, note, grade)
        case Conflicting(values, note):
            written = [_fact(one, inherited) for one in values]
            return _present({"conflicting": written, "note": note})


def _long(
    value: Any,
    evidence: tuple[Evidence, ...],
    inherited: tuple[Evidence, ...],
    note: str | None,
    grade: str = "explicit",
) -> Any:
    more = _present(
        {
            "grade": None if grade == "explicit" else grade,
            "evidence": None if evidence == inherited else _evidences(evidence),
            "note": note,
        }
    )
    return {"value": value, **more} if more else value


def _plain(value: Value, evidence: tuple[Evidence, ...]) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [facts_data(one, evidence) if isinstance(one, Mapping) else one for one in value]
        case _:
            return value


def _evidences(evidence: tuple[Evidence, ...]) -> Any:
    written = [_evidence(one) for one in evidence]
    return written[0] if len(written) == 1 else written


def _evidence(evidence: Evidence, unsaid: Evidence = _SAID_NOTHING, **more: Any) -> dict[str, Any]:
    """Only what differs from what a case file means where it says nothing."""
    said = {one.name: getattr(evidence, one.name) for one in fields(Evidence)}
    return _InOneLine(
        more
        | {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in said.items()
            if value != getattr(unsaid, name)
        }
    )


def _request(request: Request) -> dict[str, Any]:
    decision = _decision(request.decision) if request.decision else None
    head = _present({"id": request.id, "item": request.item or None, "kind": request.kind})
    return head | facts_data(request.facts) | _present({"decision": decision})


def _decision(decision: Decision) -> dict[str, Any]:
    evidence = decision.evidence
    closing, speaks_of, rationale = decision.closing, decision.speaks_of, decision.rationale
    return _present(
        {
            "outcome": decision.outcome,
            "guidelines_cited": list(decision.guidelines_cited) or None,
            "cited_at": _in_rationale(decision.cited_at) if decision.cited_at else None,
            "grounds": list(decision.grounds) or None,
            "basis": None if decision.basis == "guideline" else decision.basis,
            "evidence": _evidence(evidence, _SAID_BY_REVIEWER) if evidence else None,
            "closing": _in_rationale(closing.evidence, outcome=closing.name) if closing else None,
            "hedges": [_in_rationale(one) for one in decision.hedges] or None,
            "beyond": [_in_rationale(one.evidence, ground=one.name) for one in decision.beyond]
            or None,
            "says_absent": [
                _in_rationale(one.evidence, fact=one.name) for one in decision.says_absent
            ]
            or None,
            "speaks_of": _speaks_of(speaks_of) if speaks_of else None,
            "rationale": _rationale(rationale) if rationale else None,
            "note": decision.note,
        }
    )


def _in_rationale(evidence: Evidence, **more: Any) -> dict[str, Any]:
    return _evidence(evidence, _SAID_IN_RATIONALE, **more)


def _speaks_of(speaks_of: SpeaksOf) -> dict[str, Any]:
    named = {"region": speaks_of.region, "targets": list(speaks_of.targets) or None}
    return _in_rationale(speaks_of.evidence, **_present(named))


def _rationale(rationale: Rationale) -> dict[str, Any]:
    sketch = rationale.sketch
    told = {
        "words": sketch.words if sketch else None,
        "sketch": sketch.text if sketch else None,
        "repeats": rationale.repeats,
    }
    return _in_rationale(rationale.evidence, **_present(told))


def _entry(model: BaseModel) -> dict[str, Any]:
    """A model of a file's content, without what is unsaid."""
    return dict(_said(model))


def _said(model: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if value != info.get_default():
            match value:
                case BaseModel():
                    yield name, _entry(value)
                case tuple():
                    yield name, list(value)
                case _:
                    yield name, value


def _present(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entries.items() if value is not None}


class _InOneLine(dict[str, Any]):
    """A mapping that is written between braces, however much it holds."""


# Text ------------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Writes out what repeats, for a case file has no anchors; short lists and mappings stay in one line."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


_STYLE: dict[str, Any] = {
    "default_flow_style": None,
    "sort_keys": False,
    "allow_unicode": True,
    "width": WIDTH,
}


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quoted where it could be read as something else: by PyYAML, or by the readers of case files."""
    plain = not text or _reads_as_number(text) or text.lower() in ("true", "false", "null", "~")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if plain else None)


def _reads_as_number(text: str) -> bool:
    return text[0].isdigit() and set(text) <= set("0123456789.-_:eE+")


def _day(dumper: yaml.SafeDumper, day: date) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", day.isoformat())


def _braced(dumper: yaml.SafeDumper, entries: _InOneLine) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", entries, flow_style=True)


_Dumper.add_representer(_InOneLine, _braced)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(date, _day)
