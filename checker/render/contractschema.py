"""JSON Schema of the JSON that other programs read: the answers of `check`, `audit`, `rules lint` and `test`.

Version 1 of the contract. Keys are only ever added, so the schemas say what is there and forbid nothing
else: a program that was written against an older one goes on working.
"""

from __future__ import annotations

from typing import Any, TypeAlias, get_args

from checker.audit.comparison import AGREEMENTS
from checker.charting import FactsFrom
from checker.engine.agreed import DURABLE_RULES, WRITTEN_SEMANTICS
from checker.engine.written import READINGS
from checker.fact import Grade, Voice
from checker.guideline import STATUSES, Role
from checker.render.contract import SCHEMA
from checker.render.records import LEVELS
from checker.render.words import READINESS

Schema: TypeAlias = "dict[str, Any]"

DRAFT = "http://json-schema.org/draft-07/schema#"


def _object(**properties: Schema) -> Schema:
    """An object in which every one of these keys is present."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _one_of(*values: object) -> Schema:
    return {"enum": list(values)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_YES_OR_NO: Schema = {"type": "boolean"}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_INTERVAL = _or_null({"type": "array", "items": _SHARE, "minItems": 2, "maxItems": 2})
_COUNTED_SHARE = _object(n=_COUNT, share=_or_null(_SHARE), interval=_INTERVAL)

_DEFINITIONS: dict[str, Schema] = {
    "evidence": _object(
        document=_or_null(_TEXT),
        section=_or_null(_one_of("summary", "request", "rationale")),
        voice=_one_of(*get_args(Voice)),
        line=_or_null(_COUNT),
        last_line=_or_null(_COUNT),
        dated=_or_null(_DAY),
        quote=_or_null(_TEXT),
        at=_or_null({"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2}),
        confirmed=_YES_OR_NO,
    ),
    "fact": _object(
        fact=_TEXT,
        value={"type": ["boolean", "number", "string", "array", "null"]},
        state=_one_of("documented", "not documented", "not asked", "conflicting"),
        grade=_or_null(_one_of(*get_args(Grade))),
        evidence=_list(_ref("evidence")),
    ),
    "criterion": _object(
        id=_TEXT,
        status=_one_of(*STATUSES),
        kind=_one_of(*get_args(Role)),
        says=_TEXT,
        citation=_TEXT,
        rule=_object(file=_TEXT, line=_COUNT),
        fix=_TEXT,
        verified=_YES_OR_NO,
        facts=_list(_ref("fact")),
    ),
    "question": _object(fact=_TEXT, ask=_TEXT, where=_or_null(_TEXT), settles=_list(_TEXT)),
    "decision": _object(
        outcome=_one_of("Upheld", "Overturned"),
        guidelines_cited=_list(_TEXT),
        grounds=_list(_TEXT),
        basis=_one_of("guideline", "other source", "general scepticism", "credibility"),
        evidence=_or_null(_ref("evidence")),
    ),
    "result": _object(
        case=_TEXT,
        request=_TEXT,
        item=_TEXT,
        requests_together=_list(_TEXT),
        guideline=_or_null(_TEXT),
        guideline_because=_or_null(_TEXT),
        outcome=_one_of(*READINESS),
        readiness=_one_of(*READINESS.values()),
        reason=_TEXT,
        criteria=_list(_ref("criterion")),
        ledger=_object(evidence=_COUNT, presumed=_COUNT, silence=_COUNT),
        questions=_list(_ref("question")),
        warnings=_list(_TEXT),
        decision=_or_null(_ref("decision")),
    ),
    "summary": _object(
        letters=_COUNT,
        items=_COUNT,
        covered=_COUNT,
        scored=_COUNT,
        open=_COUNT,
        agree=_COUNT,
        agreement=_or_null(_SHARE),
        interval=_INTERVAL,
        always_upheld=_or_null(_SHARE),
        letters_agree=_COUNTED_SHARE,
        letters_always_upheld=_COUNTED_SHARE,
        kappa=_or_null(_NUMBER),
        mcc=_or_null(_NUMBER),
        balanced_accuracy=_or_null(_SHARE),
        overturned=_object(precision=_or_null(_SHARE), recall=_or_null(_SHARE), n=_COUNT),
        apart=_COUNTED_SHARE,
        reasons=_object(same=_COUNT, same_and_more=_COUNT, other=_COUNT, disagree=_COUNT),
    ),
    "entry": _object(
        case=_TEXT,
        request=_TEXT,
        determination=_ref("result"),
        decision=_ref("decision"),
        agreement=_one_of(*AGREEMENTS),
        findings=_list(_TEXT),
        reasons=_object(shared=_list(_TEXT), ours_alone=_list(_TEXT), theirs_alone=_list(_TEXT)),
    ),
}
_HEAD: dict[str, Schema] = {
    "schema": _one_of(SCHEMA),
    "tool": _object(
        name=_one_of("checker"),
        version=_TEXT,
        engine=_one_of(DURABLE_RULES, WRITTEN_SEMANTICS),
    ),
    "rules": _object(digest={"type": "string", "pattern": "^[0-9a-f]{64}$"}),
}
_READING = _one_of(*READINGS)


def _published(title: str, schema: Schema) -> Schema:
    return {"$schema": DRAFT, "title": title, "definitions": _DEFINITIONS, **schema}


CHECK = _published(
    "The answer of checker check --format json",
    _object(**_HEAD, reading=_READING, results=_list(_ref("result"))),
)
RESULT = _published("One line of checker check --format jsonl", _DEFINITIONS["result"])
AUDIT = _published(
    "The answer of checker audit --format json",
    _object(
        **_HEAD,
        reading=_READING,
        facts_from=_one_of(*get_args(FactsFrom)),
        summary=_ref("summary"),
        foresaw=_object(facts_from=_one_of("record"), summary=_ref("summary")),
        readings={"type": "object", "additionalProperties": _ref("summary")},
        entries=_list(_ref("entry")),
    ),
)
LINT = _published(
    "The answer of checker rules lint --format json",
    _object(
        schema=_one_of(SCHEMA),
        tool=_object(name=_one_of("checker"), version=_TEXT),
        summary=_object(**dict.fromkeys(LEVELS, _COUNT)),
        notices=_list(
            _object(
                rule=_TEXT,
                level=_one_of(*LEVELS),
                message=_TEXT,
                file=_TEXT,
                line=_or_null(_WHOLE),
                column=_or_null(_WHOLE),
            )
        ),
    ),
)
TEST = _published(
    "The answer of checker rules test --format json",
    _object(
        **_HEAD,
        summary=_object(passed=_COUNT, failed=_COUNT),
        examples=_list(
            _object(
                guideline=_TEXT,
                criterion=_TEXT,
                name=_TEXT,
                expected=_one_of(*STATUSES),
                status=_one_of(*STATUSES),
                passed=_YES_OR_NO,
                rule=_object(file=_TEXT, line=_COUNT),
            )
        ),
    ),
)
PUBLISHED: dict[str, Schema] = {
    "check-result": CHECK,
    "audit-result": AUDIT,
    "lint-result": LINT,
    "test-result": TEST,
}
