"""Tables of cases: one row for each procedure of a case, as docs/bulk.md describes them.

A fact's column holds its value. What is not a plain explicit value is named in a list beside it: silent, not
asked, conclusory, said only by others than the chart; what conflicts stands in `conflicts`, as a case says it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa

from checker.case import Case, Decision, LetterEntry, Procedure, Request, procedures, stated_facts
from checker.charting import FactReader, Facts, FactsFrom, heard
from checker.engine.columns.coding import CONFLICTS, NAMES_OF_FACTS
from checker.engine.columns.schema import table_schema, written
from checker.errors import CaseError, Place, Problem
from checker.fact import (
    Conflicting,
    Documented,
    Evidence,
    Fact,
    Grade,
    NotAsked,
    NotDocumented,
    Value,
    Voice,
    each_fact,
    evidence_of,
    has_conflict,
)
from checker.jsonfile import parse_json
from checker.rulebase import RuleBase
from checker.vocabulary import FactSpec, ListOf

_FEWER_VOICES: tuple[FactsFrom, ...] = ("record", "record+ur")


def cases_to_table(cases: Iterable[Case], rules: RuleBase) -> pa.Table:
    """The cases as a table, in their order.

    Raises:
        CaseError: for a case whose requests cannot be told apart by who says what.
    """
    schema = table_schema(rules)
    rows = [row for case in cases for row in rows_of(case, rules)]
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return pa.table(
        {name: pa.array(columns[name], schema.field(name).type) for name in schema.names}
    )


def rows_of(case: Case, rules: RuleBase) -> Iterator[dict[str, Any]]:
    """The rows of one case: each of its procedures."""
    for procedure in procedures(case, rules.vocabulary, "all"):
        facts = procedure.stated
        if len(procedure.requests) > 1:
            _check_voices(case, procedure, facts, rules)
        specs = rules.vocabulary.facts
        yield {
            "case": case.name,
            "record": case.record,
            "jurisdiction": case.jurisdiction,
            "ur_date": case.letter.ur_date if case.letter else None,
            "requests": [_request(one) for one in procedure.requests],
            **_facts_as_row(facts, specs),
        }


def _request(request: Request) -> dict[str, Any]:
    decision = request.decision
    if decision is None:
        return {"id": request.id, "kind": request.kind}
    return {
        "id": request.id,
        "kind": request.kind,
        "outcome": decision.outcome,
        "guidelines_cited": list(decision.guidelines_cited),
        "grounds": list(decision.grounds),
        "basis": decision.basis,
    }


def _facts_as_row(facts: Mapping[str, Fact], specs: Mapping[str, FactSpec]) -> dict[str, Any]:
    """The columns of facts, and the lists that name those which are more than a value."""
    row: dict[str, Any] = {}
    named: dict[str, list[str]] = {kind: [] for kind in NAMES_OF_FACTS}
    conflicts = []
    for name, fact in facts.items():
        if has_conflict(fact):
            conflicts.append({"fact": name, "said": json.dumps(as_written(fact))})
            continue
        for kind in _kinds(fact):
            named[kind].append(name)
        if isinstance(fact, Documented):
            row[name] = _value(fact, specs[name])
    row |= {kind: names for kind, names in named.items() if names}
    return row | ({CONFLICTS: conflicts} if conflicts else {})


def _kinds(fact: Fact) -> Iterator[str]:
    """What else is to be said of a fact."""
    match fact:
        case NotDocumented():
            yield "not_documented"
        case NotAsked():
            yield "not_asked"
        case Documented(grade="conclusory"):
            yield "conclusory"
        case _:
            pass
    if isinstance(fact, Documented | NotDocumented) and not _is_filled_list(fact):
        voices = {one.voice for one in fact.evidence}
        if voices and "record" not in voices:
            yield "only_ur" if "ur" in voices else "only_reviewer"


def _is_filled_list(fact: Fact) -> bool:
    """Who says a list is who says its records."""
    return (
        isinstance(fact, Documented)
        and isinstance(fact.value, tuple)
        and bool(fact.value)
        and isinstance(fact.value[0], Mapping)
    )


def _value(fact: Documented, spec: FactSpec) -> Any:
    match fact.value:
        case frozenset() as members:
            return sorted(members)
        case tuple() as items if isinstance(spec.type, ListOf):
            fields = {one.name: one for one in written(spec.type.fields.values())}
            records = [one for one in items if isinstance(one, Mapping)]
            return [_facts_as_row(one, fields) for one in records]
        case tuple() as labels:
            return list(labels)
        case value:
            return value


# And back ----------------------------------------------------------------------------------------------


def case_of_row(row: Mapping[str, Any], rules: RuleBase) -> Case:
    """One row of a table as a case with all its requests, to be decided or explained on its own.

    The row is one that a table of cases can hold; see `cases_to_table`. Everything a procedure's requests say
    is said by each of them.
    """
    specs = rules.vocabulary.facts
    facts = _facts_of(row, written(specs.values()), rules)
    for one in row.get(CONFLICTS) or ():
        document = parse_json("row", 0, f'{{"{one["fact"]}": {one["said"]}}}', CaseError)
        facts |= FactReader(document, rules.vocabulary).read((), document.value)
    of_requests = {name: fact for name, fact in facts.items() if specs[name].kind == "request"}
    return Case(
        name=row["case"],
        file=row["case"],
        about=None,
        jurisdiction=row.get("jurisdiction"),
        letter=LetterEntry(id=row["case"], ur_date=row.get("ur_date")),
        record=row["record"],
        facts={name: fact for name, fact in facts.items() if name not in of_requests},
        requests=tuple(
            Request(one["id"], "", of_requests, _decision_of(one), one.get("kind"))
            for one in row.get("requests") or ({"id": "1"},)
        ),
    )


def _decision_of(said: Mapping[str, Any]) -> Decision | None:
    if not said.get("outcome"):
        return None
    return Decision(
        outcome=said["outcome"],
        guidelines_cited=tuple(said.get("guidelines_cited") or ()),
        grounds=tuple(said.get("grounds") or ()),
        basis=said.get("basis") or "guideline",
        evidence=None,
        note=None,
    )


def _facts_of(row: Mapping[str, Any], specs: Iterable[FactSpec], rules: RuleBase) -> Facts:
    named = {kind: frozenset(row.get(kind) or ()) for kind in NAMES_OF_FACTS}
    facts: Facts = {}
    for spec in specs:
        name, value = spec.name, row.get(spec.name)
        evidence = tuple(
            Evidence(voice=voice) for kind, voice in _VOICE_OF.items() if name in named[kind]
        )
        if name in named["not_documented"]:
            facts[name] = NotDocumented(evidence)
        elif name in named["not_asked"]:
            facts[name] = NotAsked()
        elif value is not None:
            weak = name in named["conclusory"] or spec.at_best == "conclusory"
            grade: Grade = "conclusory" if weak else "explicit"
            facts[name] = Documented(_value_of(value, spec, rules), grade, evidence)
    return facts


_VOICE_OF: Mapping[str, Voice] = {"only_ur": "ur", "only_reviewer": "reviewer"}


def _value_of(value: Any, spec: FactSpec, rules: RuleBase) -> Value:
    if isinstance(spec.type, ListOf):
        fields = list(written(spec.type.fields.values()))
        return tuple(_facts_of(record, fields, rules) for record in value)
    return rules.vocabulary.value(spec, value)


def _check_voices(
    case: Case, procedure: Procedure, facts: Mapping[str, Fact], rules: RuleBase
) -> None:
    """Fewer voices must leave what a row can say: a fact as it is, or nothing of it."""
    for facts_from in _FEWER_VOICES:
        fewer = stated_facts(case, procedure.requests, rules.vocabulary, facts_from)
        for name, fact in facts.items():
            kept = _without_evidence(fewer.get(name))
            told = _told_by_row(fact, facts_from)
            if kept != told and not (kept in _SILENT and told in _SILENT):
                ids = ", ".join(one.id for one in procedure.requests)
                message = (
                    f"`{name}` is said by different voices in the requests {ids}, which a table"
                    " cannot keep apart; check this case on its own"
                )
                raise CaseError([Problem(Place(case.file), message)])


_SILENT: tuple[Fact | None, ...] = (None, NotDocumented(), NotAsked())


def _told_by_row(fact: Fact, facts_from: FactsFrom) -> Fact | None:
    return _without_evidence(heard({"it": fact}, facts_from).get("it"))


def _without_evidence(fact: Fact | None) -> Fact | None:
    return None if fact is None else each_fact(fact, _bare)


def _bare(fact: Fact) -> Fact:
    match fact:
        case Documented() | NotDocumented():
            return replace(fact, evidence=(), note=None)
        case Conflicting(values):
            bare = (each_fact(one, _bare) for one in values)
            return Conflicting(tuple(one for one in bare if isinstance(one, Documented)))
        case _:
            return fact


def as_written(fact: Fact) -> Any:
    """A fact as a case in JSON says it, with the voices of its evidence and nothing else of that."""
    match fact:
        case Documented():
            said: dict[str, Any] = {"value": _json(fact.value), "grade": fact.grade}
            return said | _voices(() if _is_filled_list(fact) else fact.evidence)
        case NotDocumented() if fact.evidence:
            return {"value": "not documented", **_voices(evidence_of(fact))}
        case NotDocumented():
            return "not documented"
        case NotAsked():
            return "not asked"
        case Conflicting(values):
            return {"conflicting": [as_written(one) for one in values]}


def _json(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case tuple():
            return [_json(one) for one in value]
        case Mapping():
            return {name: as_written(field) for name, field in value.items()}
        case _:
            return value


def _voices(evidence: Sequence[Evidence]) -> dict[str, Any]:
    voices = dict.fromkeys(one.voice for one in evidence)
    return {"evidence": [{"voice": one} for one in voices]} if voices else {}
