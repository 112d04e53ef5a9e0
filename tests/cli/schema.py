"""The JSON contract, version 1, written down a second time and independently of the code that prints it.

Other programs read these documents. A key that disappears, or a value of another type, breaks them; a key
that is added belongs here as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OrNull:
    """Null, or something of this shape."""

    shape: Any


@dataclass(frozen=True)
class Pattern:
    """A text that matches from its beginning to its end."""

    text: str


@dataclass(frozen=True)
class Named:
    """An object with any keys of a kind, whose values all have one shape."""

    values: Any


OneOf = frozenset

DAY = Pattern(r"\d{4}-\d\d-\d\d")
SHARE = (int, float)
OUTCOME = OneOf({"Upheld", "Overturned", "open", "not covered"})
READINESS = {
    "Overturned": "ready",
    "Upheld": "not ready",
    "open": "to answer",
    "not covered": "not covered",
}
STATUS = OneOf({"met", "not met", "missing", "presumed", "to answer", "not applicable"})
READING = OneOf({"strict", "as written", "lenient"})
FACTS_FROM = OneOf({"record", "record+ur", "all"})
AGREEMENT = OneOf(
    {"same reasons", "same and more", "other reasons", "disagree", "not covered", "open"}
)

EVIDENCE = {
    "document": OrNull(str),
    "section": OrNull(OneOf({"summary", "request", "rationale"})),
    "voice": OneOf({"record", "ur", "reviewer"}),
    "line": OrNull(int),
    "last_line": OrNull(int),
    "dated": OrNull(DAY),
    "quote": OrNull(str),
    "at": OrNull([int]),
    "confirmed": bool,
}
VALUE = OrNull((bool, int, float, str, list))
FACT = {
    "fact": str,
    "value": VALUE,
    "state": OneOf({"documented", "not documented", "not asked", "conflicting"}),
    "grade": OrNull(OneOf({"explicit", "conclusory"})),
    "evidence": [EVIDENCE],
}
CRITERION = {
    "id": str,
    "status": STATUS,
    "kind": OneOf({"eligibility", "conduct", "outcome", "administrative"}),
    "says": str,
    "citation": str,
    "rule": {"file": str, "line": int},
    "fix": str,
    "verified": bool,
    "facts": [FACT],
}
QUESTION = {
    "fact": str,
    "ask": str,
    "where": OrNull(str),
    "settles": [str],
    "if_yes": OrNull(OUTCOME),
    "if_no": OrNull(OUTCOME),
    "if_silent": OrNull(OUTCOME),
}
ASKED = {name: QUESTION[name] for name in ("fact", "ask", "where", "settles")}
REASON = {
    "ground": str,
    "says": str,
    "answer": OneOf({"answered", "still open", "still failing", "not a criterion here"}),
    "status": OrNull(STATUS),
    "facts": [FACT],
    "changed": [{"fact": str, "from": VALUE, "to": VALUE}],
}
DECISION = {
    "outcome": OneOf({"Upheld", "Overturned"}),
    "guidelines_cited": [str],
    "grounds": [str],
    "basis": OneOf({"guideline", "other source", "general scepticism", "credibility"}),
    "evidence": OrNull(EVIDENCE),
    "closing": OrNull(OneOf({"Upheld", "Overturned"})),
    "hedged": bool,
}
FINDING = {
    "id": OneOf(
        {
            "reason-outside-guideline",
            "reason-met",
            "says-absent-but-present",
            "decision-against-closing",
            "region-mismatch",
            "hedged",
            "source-outside-search-order",
            "boilerplate",
            "boilerplate-across-letters",
            "label-only",
            "conclusory-care",
            "stale-evidence",
            "conflicting-facts",
            "one-procedure-in-several-items",
            "no-levels",
        }
    ),
    "says": str,
    "evidence": [EVIDENCE],
}
RESULT = {
    "case": str,
    "file": str,
    "request": str,
    "item": str,
    "requests_together": [str],
    "guideline": OrNull(str),
    "guideline_because": OrNull(str),
    "outcome": OUTCOME,
    "readiness": OneOf(set(READINESS.values())),
    "reason": str,
    "criteria": [CRITERION],
    "ledger": {"evidence": int, "presumed": int, "silence": int},
    "questions": [ASKED],
    "warnings": [str],
    "decision": OrNull(DECISION),
}
HEAD = {
    "schema": OneOf({1}),
    "tool": {
        "name": OneOf({"checker"}),
        "version": Pattern(r"\d+\.\d+\.\d+.*"),
        "engine": OneOf({"durable_rules", "written semantics"}),
    },
    "rules": {"digest": Pattern(r"[0-9a-f]{64}")},
    "reading": READING,
    "guideline": OrNull(str),
    "as_of": OrNull(DAY),
}
CHECKED = {
    **RESULT,
    "questions": [QUESTION],
    "to_become_ready": OrNull(str),
    "since": OrNull([REASON]),
}
"""What `check` says of a request; an audit says less."""
CHECK = {**HEAD, "results": [CHECKED], "unread": [str]}

CHANGE = {
    "fact": str,
    "of": OrNull(str),
    "record": OrNull(int),
    "kind": OneOf({"document", "amend", "contest", "treat"}),
    "from": VALUE,
    "to": (bool, int, float, str, list),
    "reach": OrNull(OneOf({"at least", "at most", "to"})),
    "others": [(bool, int, float, str, list)],
}
HINDRANCE = {"criterion": str, "says": str, "facts": [FACT], "evidence": [EVIDENCE]}
WAYS = {
    "sets": [
        {
            "kind": CHANGE["kind"],
            "changes": [CHANGE],
            "outcome": OneOf({"Overturned"}),
            "verified": bool,
        }
    ],
    "groups": [[[CHANGE]]],
    "number": int,
    "complete": bool,
    "cannot": [HINDRANCE],
}
FLIPPED = {
    **{name: RESULT[name] for name in ("case", "request", "item", "requests_together")},
    **{name: RESULT[name] for name in ("guideline", "outcome", "readiness", "reason")},
    **WAYS,
    "contestable": [HINDRANCE],
    "rests_on": [{**FACT, "criteria": [str]}],
    "presumed": [str],
    "sinks": [{"changes": [CHANGE], "criteria": [str]}],
    "weakest": [str],
    "moved": [{"change": CHANGE, "guideline": OrNull(str), **WAYS}],
    "elsewhere": [{"guideline": OrNull(str), "outcome": OUTCOME, "reason": str}],
    "condition": str,
}
FLIP = {**HEAD, "results": [FLIPPED]}

INTERVAL = OrNull([SHARE])
COUNTED_SHARE = {
    "part": int,
    "n": int,
    "share": OrNull(SHARE),
    "interval": INTERVAL,
    "clustered": INTERVAL,
}
DIFFERENCE = {"name": str, "here": str, "there": str}
NEAREST = OrNull({"item": str, "criteria": [DIFFERENCE], "facts": [DIFFERENCE]})
OUTCOMES = {
    "guideline": OrNull(str),
    "failed": [str],
    "enough": bool,
    "letters": int,
    "upheld": COUNTED_SHARE,
    "baseline": COUNTED_SHARE,
    "baseline_letters": int,
    "nearest": {"Upheld": NEAREST, "Overturned": NEAREST},
}
EXPLAIN = {**HEAD, "results": [{**RESULT, "outcomes": OrNull(OUTCOMES)}]}
CRITERION_FIGURES = {
    "guideline": str,
    "criterion": str,
    "judged": int,
    "not_met": int,
    "missing": int,
    "failed": COUNTED_SHARE,
    "sole": int,
    "named": int,
    "named_met": int,
    "failed_but_overturned": COUNTED_SHARE,
}
SUMMARY = {
    "letters": int,
    "items": int,
    "covered": int,
    "scored": int,
    "open": int,
    "coverage": COUNTED_SHARE,
    "agree": int,
    "agreement": OrNull(SHARE),
    "interval": INTERVAL,
    "clustered_interval": INTERVAL,
    "always_upheld": OrNull(SHARE),
    "baseline": COUNTED_SHARE,
    "letters_agree": COUNTED_SHARE,
    "apart": COUNTED_SHARE,
    "apart_always_upheld": COUNTED_SHARE,
    "letters_always_upheld": COUNTED_SHARE,
    "table": [{"determination": OUTCOME, "decision": OneOf({"Upheld", "Overturned"}), "n": int}],
    "kappa": OrNull(SHARE),
    "ac1": OrNull(SHARE),
    "mcc": OrNull(SHARE),
    "balanced_accuracy": OrNull(SHARE),
    "coefficient_intervals": {
        "kappa": INTERVAL,
        "ac1": INTERVAL,
        "mcc": INTERVAL,
        "balanced_accuracy": INTERVAL,
    },
    "coefficients_always_upheld": {
        "kappa": OrNull(SHARE),
        "ac1": OrNull(SHARE),
        "mcc": OrNull(SHARE),
        "balanced_accuracy": OrNull(SHARE),
    },
    "overturned": {
        "precision": OrNull(SHARE),
        "recall": OrNull(SHARE),
        "n": int,
        "precision_share": COUNTED_SHARE,
        "recall_share": COUNTED_SHARE,
    },
    "reasons": {"same": int, "same_and_more": int, "other": int, "disagree": int},
    "basis": Named(COUNTED_SHARE),
    "criteria": [CRITERION_FIGURES],
    "grounds_outside": Named(int),
    "not_covered": Named(COUNTED_SHARE),
}
GROUP = {
    "value": str,
    "few": bool,
    "overturned": COUNTED_SHARE,
    "p": OrNull(SHARE),
    "q": OrNull(SHARE),
    "summary": SUMMARY,
}
HANGING = {"item": str, "outcomes": Named(OUTCOME)}
ROW = [(int, str)]
TALLY = {
    "letters": [ROW],
    "reasons": [ROW],
    "apart": [ROW],
    "criteria": [ROW],
    "sole": [ROW],
    "named": [ROW],
    "kinds": [ROW],
    "by": dict,
}
ENTRY = {
    "case": str,
    "request": str,
    "determination": RESULT,
    "decision": DECISION,
    "agreement": AGREEMENT,
    "findings": [FINDING],
    "reasons": {"shared": [str], "ours_alone": [str], "theirs_alone": [str]},
}
AUDIT = {
    **HEAD,
    "facts_from": FACTS_FROM,
    "summary": SUMMARY,
    "foresaw": {"facts_from": OneOf({"record"}), "summary": SUMMARY},
    "readings": Named(SUMMARY),
    "on_silence": [HANGING],
    "on_hindsight": [HANGING],
    "by": Named([GROUP]),
    "tally": TALLY,
    "entries": [ENTRY],
    "unread": [str],
}


def mismatches(value: Any, shape: Any, path: str = "$") -> Iterator[str]:
    """Where a value differs from a shape: one sentence for each place."""
    match shape:
        case OrNull(inner):
            if value is not None:
                yield from mismatches(value, inner, path)
        case dict() | Named() if not isinstance(value, dict):
            yield f"{path} is {value!r}, not an object"
        case dict():
            yield from (f"{path}.{name} is missing" for name in shape if name not in value)
            yield from (f"{path}.{name} is unknown" for name in value if name not in shape)
            for name in shape.keys() & value.keys():
                yield from mismatches(value[name], shape[name], f"{path}.{name}")
        case Named(inner):
            for name, one in value.items():
                yield from mismatches(one, inner, f"{path}.{name}")
        case [inner] if isinstance(value, list):
            for index, one in enumerate(value):
                yield from mismatches(one, inner, f"{path}[{index}]")
        case _:
            if not _fits(value, shape):
                yield f"{path} is {value!r}, not {shape}"


def _fits(value: Any, shape: Any) -> bool:
    """Whether a text, number, truth value or list is as it should be; true and 1 are not the same."""
    match shape:
        case Pattern(text):
            return isinstance(value, str) and re.fullmatch(text, value) is not None
        case frozenset():
            return not isinstance(value, bool) and value in shape
        case [_]:
            return isinstance(value, list)
        case _:
            kinds = shape if isinstance(shape, tuple) else (shape,)
            return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def contradictions(result: dict[str, Any]) -> Iterator[str]:
    """Where one result contradicts itself."""
    name = f"{result['case']}#{result['request']}"
    if READINESS[result["outcome"]] != result["readiness"]:
        yield f"{name}: {result['outcome']} is not {result['readiness']}"
    if result["request"] not in result["requests_together"]:
        yield f"{name} is not among the requests that were decided together"
    if (result["guideline"] is None) != (result["criteria"] == []):
        yield f"{name}: criteria without a guideline, or a guideline without criteria"
    for criterion in result["criteria"]:
        for fact in criterion["facts"]:
            yield from _contradictions_of(fact, f"{name} {criterion['id']} {fact['fact']}")


def _contradictions_of(fact: dict[str, Any], name: str) -> Iterator[str]:
    state, value, grade = fact["state"], fact["value"], fact["grade"]
    if (state in ("not documented", "not asked")) != (value is None):
        yield f"{name}: {state} with the value {value!r}"
    if (state == "documented") != (grade is not None):
        yield f"{name}: {state} with the grade {grade!r}"
    if state == "conflicting" and (not isinstance(value, list) or len(value) < 2):
        yield f"{name}: a conflict between {value!r}"
