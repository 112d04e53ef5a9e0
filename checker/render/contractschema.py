"""JSON Schema of the JSON that other programs read: what `check`, `flip`, `audit`, `rules lint` and `test` say.

Version 1 of the contract. Keys are only ever added, so the schemas say what is there and forbid nothing
else: a program that was written against an older one goes on working.
"""

from __future__ import annotations

from typing import Any, TypeAlias, get_args

from checker.audit.comparison import AGREEMENTS
from checker.audit.findings import FindingId
from checker.charting import FactsFrom
from checker.decision import Basis, ReviewersOutcome
from checker.engine.agreed import DURABLE_RULES, WRITTEN_SEMANTICS
from checker.engine.written import READINGS
from checker.fact import Grade, Voice
from checker.flip.choices import Needs
from checker.flip.denial import Answer
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


def _named(values: Schema) -> Schema:
    """An object with any keys, whose values all have one shape."""
    return {"type": "object", "additionalProperties": values}


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
_COUNTED_SHARE = _object(
    part=_COUNT, n=_COUNT, share=_or_null(_SHARE), interval=_INTERVAL, clustered=_INTERVAL
)
_COEFFICIENT = {"type": "number", "minimum": -1, "maximum": 1}
_RANGE = _or_null({"type": "array", "items": _COEFFICIENT, "minItems": 2, "maxItems": 2})
_COEFFICIENTS = ("kappa", "ac1", "mcc", "balanced_accuracy")
_VALUE: Schema = {"type": ["boolean", "number", "string", "array", "null"]}
_OUTCOME = _one_of(*READINESS)
_DECIDED = _one_of(*get_args(ReviewersOutcome))
_WAYS: dict[str, Schema] = {
    "sets": _list(
        _object(
            kind=_one_of(*get_args(Needs)),
            changes=_list(_ref("change")),
            outcome=_one_of("Overturned"),
            verified=_YES_OR_NO,
        )
    ),
    "groups": _list(_list(_list(_ref("change")))),
    "number": _COUNT,
    "complete": _YES_OR_NO,
    "cannot": _list(_ref("hindrance")),
}
_RESULT: dict[str, Schema] = {
    "case": _TEXT,
    "file": _TEXT,
    "request": _TEXT,
    "item": _TEXT,
    "requests_together": _list(_TEXT),
    "guideline": _or_null(_TEXT),
    "guideline_because": _or_null(_TEXT),
    "outcome": _OUTCOME,
    "readiness": _one_of(*READINESS.values()),
    "reason": _TEXT,
    "criteria": _list(_ref("criterion")),
    "ledger": _object(evidence=_COUNT, presumed=_COUNT, silence=_COUNT),
    "questions": _list(_ref("question")),
    "warnings": _list(_TEXT),
    "decision": _or_null(_ref("decision")),
}
_OF_ALL_ANSWERS = ("case", "request", "item", "requests_together", "guideline")

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
        value=_VALUE,
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
    "asked": _object(
        fact=_TEXT,
        ask=_TEXT,
        where=_or_null(_TEXT),
        settles=_list(_TEXT),
        if_yes=_or_null(_OUTCOME),
        if_no=_or_null(_OUTCOME),
        if_silent=_or_null(_OUTCOME),
    ),
    "reason": _object(
        ground=_TEXT,
        says=_TEXT,
        answer=_one_of(*get_args(Answer)),
        status=_or_null(_one_of(*STATUSES)),
        facts=_list(_ref("fact")),
        changed=_list(_object(fact=_TEXT, **{"from": _VALUE, "to": _VALUE})),
    ),
    "decision": _object(
        outcome=_DECIDED,
        guidelines_cited=_list(_TEXT),
        grounds=_list(_TEXT),
        basis=_one_of(*get_args(Basis)),
        evidence=_or_null(_ref("evidence")),
        closing=_or_null(_DECIDED),
        hedged=_YES_OR_NO,
    ),
    "result": _object(**_RESULT),
    "checked": _object(
        **{
            **_RESULT,
            "questions": _list(_ref("asked")),
            "to_become_ready": _or_null(_TEXT),
            "since": _or_null(_list(_ref("reason"))),
        }
    ),
    "change": _object(
        fact=_TEXT,
        of=_or_null(_TEXT),
        record=_or_null(_COUNT),
        kind=_one_of(*get_args(Needs)),
        reach=_or_null(_one_of("at least", "at most", "to")),
        others=_list(_VALUE),
        **{"from": _VALUE, "to": _VALUE},
    ),
    "hindrance": _object(
        criterion=_TEXT, says=_TEXT, facts=_list(_ref("fact")), evidence=_list(_ref("evidence"))
    ),
    "flipped": _object(
        **{name: _RESULT[name] for name in (*_OF_ALL_ANSWERS, "outcome", "readiness", "reason")},
        **_WAYS,
        contestable=_list(_ref("hindrance")),
        rests_on=_list(_ref("rested")),
        presumed=_list(_TEXT),
        sinks=_list(_object(changes=_list(_ref("change")), criteria=_list(_TEXT))),
        weakest=_list(_TEXT),
        moved=_list(_object(change=_ref("change"), guideline=_or_null(_TEXT), **_WAYS)),
        elsewhere=_list(_object(guideline=_or_null(_TEXT), outcome=_OUTCOME, reason=_TEXT)),
        condition=_TEXT,
    ),
    "rested": _object(
        fact=_TEXT,
        value=_VALUE,
        state=_TEXT,
        grade=_or_null(_one_of(*get_args(Grade))),
        evidence=_list(_ref("evidence")),
        criteria=_list(_TEXT),
    ),
    "summary": _object(
        letters=_COUNT,
        items=_COUNT,
        covered=_COUNT,
        scored=_COUNT,
        open=_COUNT,
        coverage=_COUNTED_SHARE,
        agree=_COUNT,
        agreement=_or_null(_SHARE),
        interval=_INTERVAL,
        clustered_interval=_INTERVAL,
        always_upheld=_or_null(_SHARE),
        baseline=_COUNTED_SHARE,
        letters_agree=_COUNTED_SHARE,
        letters_always_upheld=_COUNTED_SHARE,
        apart=_COUNTED_SHARE,
        apart_always_upheld=_COUNTED_SHARE,
        table=_list(_object(determination=_OUTCOME, decision=_DECIDED, n=_COUNT)),
        **dict.fromkeys(_COEFFICIENTS, _or_null(_COEFFICIENT)),
        coefficient_intervals=_object(**dict.fromkeys(_COEFFICIENTS, _RANGE)),
        coefficients_always_upheld=_object(**dict.fromkeys(_COEFFICIENTS, _or_null(_COEFFICIENT))),
        overturned=_object(
            precision=_or_null(_SHARE),
            recall=_or_null(_SHARE),
            n=_COUNT,
            precision_share=_COUNTED_SHARE,
            recall_share=_COUNTED_SHARE,
        ),
        reasons=_object(same=_COUNT, same_and_more=_COUNT, other=_COUNT, disagree=_COUNT),
        basis=_named(_COUNTED_SHARE),
        criteria=_list(
            _object(
                guideline=_TEXT,
                criterion=_TEXT,
                judged=_COUNT,
                not_met=_COUNT,
                missing=_COUNT,
                failed=_COUNTED_SHARE,
                sole=_COUNT,
                named=_COUNT,
                named_met=_COUNT,
                failed_but_overturned=_COUNTED_SHARE,
            )
        ),
        grounds_outside=_named(_COUNT),
        not_covered=_named(_COUNTED_SHARE),
    ),
    "group": _object(
        value=_TEXT,
        few=_YES_OR_NO,
        overturned=_COUNTED_SHARE,
        p=_or_null(_SHARE),
        q=_or_null(_SHARE),
        summary=_ref("summary"),
    ),
    "hanging": _object(item=_TEXT, outcomes=_named(_OUTCOME)),
    "entry": _object(
        case=_TEXT,
        request=_TEXT,
        determination=_ref("result"),
        decision=_ref("decision"),
        agreement=_one_of(*AGREEMENTS),
        findings=_list(
            _object(id=_one_of(*get_args(FindingId)), says=_TEXT, evidence=_list(_ref("evidence")))
        ),
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
_ASKED: dict[str, Schema] = {
    "reading": _READING,
    "guideline": _or_null(_TEXT),
    "as_of": _or_null(_DAY),
}
_COUNTED = ("letters", "reasons", "apart", "criteria", "sole", "named", "kinds")
_TALLY = _object(
    **dict.fromkeys(_COUNTED, _list({"type": "array", "items": {"type": ["integer", "string"]}})),
    by={"type": "object"},
)


def _published(title: str, schema: Schema) -> Schema:
    return {"$schema": DRAFT, "title": title, "definitions": _DEFINITIONS, **schema}


CHECK = _published(
    "The answer of checker check --format json",
    _object(**_HEAD, **_ASKED, results=_list(_ref("checked")), unread=_list(_TEXT)),
)
RESULT = _published("One line of checker check --format jsonl", _DEFINITIONS["checked"])
FLIP = _published(
    "The answer of checker flip --format json",
    _object(**_HEAD, **_ASKED, results=_list(_ref("flipped"))),
)
AUDIT = _published(
    "The answer of checker audit --format json",
    _object(
        **_HEAD,
        **_ASKED,
        facts_from=_one_of(*get_args(FactsFrom)),
        summary=_ref("summary"),
        foresaw=_object(facts_from=_one_of("record"), summary=_ref("summary")),
        readings=_named(_ref("summary")),
        on_silence=_list(_ref("hanging")),
        on_hindsight=_list(_ref("hanging")),
        by=_named(_list(_ref("group"))),
        tally=_TALLY,
        entries=_list(_ref("entry")),
        unread=_list(_TEXT),
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
    "flip-result": FLIP,
    "audit-result": AUDIT,
    "lint-result": LINT,
    "test-result": TEST,
}
