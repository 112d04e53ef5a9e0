"""The words and signs on screen and paper: statuses, outcomes, facts and conditions in plain language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker import condition as language
from checker.anatomy import Anatomy
from checker.condition import Condition
from checker.determination import Finding, Outcome
from checker.fact import Documented, Evidence, unconfirmed
from checker.guideline import Status
from checker.wording import fact_words, joined, plain

DISCLAIMER = (
    "Restates documented facts against published criteria; not a medical-necessity determination."
)

SIGNS: Mapping[Status, str] = {
    "met": "✓",
    "not met": "✗",
    "missing": "!",
    "presumed": "≈",
    "to answer": "?",
    "not applicable": "-",
}
ASCII_SIGNS: Mapping[Status, str] = {**SIGNS, "met": "+", "not met": "x", "presumed": "~"}
STYLES: Mapping[Status, str] = {
    "met": "green",
    "not met": "bold red",
    "missing": "bold yellow",
    "presumed": "cyan",
    "to answer": "magenta",
    "not applicable": "dim",
}
READINESS: Mapping[Outcome, str] = {
    "Overturned": "ready",
    "Upheld": "not ready",
    "open": "to answer",
    "not covered": "not covered",
}
HEADLINES: Mapping[Outcome, str] = {
    "Overturned": "Ready",
    "Upheld": "Not ready",
    "open": "Still to answer",
    "not covered": "Not covered",
}
OUTCOME_STYLES: Mapping[Outcome, str] = {
    "Overturned": "bold green",
    "Upheld": "bold red",
    "open": "bold magenta",
    "not covered": "bold",
}
MEANS: Mapping[str, str] = {
    "Upheld": "Upheld: the denial would stand",
    "Overturned": "Overturned: the denial would be reversed",
    "open": "open: some facts are still to answer",
    "not covered": "not covered by any guideline here",
}
WORST_FIRST: tuple[Status, ...] = (
    "not met",
    "missing",
    "to answer",
    "presumed",
    "met",
    "not applicable",
)

_BOUNDS = {
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
}


def fact_line(finding: Finding, anatomy: Anatomy) -> str:
    """`facet tenderness: yes` or `care weeks: not documented`; conclusory and unconfirmed ones are marked."""
    fact = finding.fact
    weak = isinstance(fact, Documented) and fact.grade == "conclusory"
    marks = [
        *(["conclusory"] if weak else []),
        *(["read, not confirmed"] if unconfirmed(fact) else []),
    ]
    marked = f" ({'; '.join(marks)})" if marks else ""
    return f"{plain(finding.name)}: {fact_words(fact, anatomy)}{marked}"


def evidence_words(evidence: Evidence) -> str:
    """`summary, lines 53-55` or `PT note, line 4`, with who speaks if it is not the chart, and the day."""
    place = [part for part in (evidence.document, evidence.section, _lines(evidence)) if part]
    voice = {"record": "", "ur": "utilization review", "reviewer": "the reviewer"}[evidence.voice]
    dated = evidence.dated.isoformat() if evidence.dated else ""
    extra = ", ".join(part for part in (voice, dated) if part)
    return ", ".join(place) + (f" ({extra})" if extra else "")


def _lines(evidence: Evidence) -> str:
    if evidence.line is None:
        return ""
    if evidence.last_line is None or evidence.last_line == evidence.line:
        return f"line {evidence.line}"
    return f"lines {evidence.line}-{evidence.last_line}"


def condition_words(condition: Condition) -> str:
    """A condition as a phrase that can be read aloud."""
    match condition:
        case language.All(parts):
            return joined([_part(one) for one in parts])
        case language.Any(parts):
            return joined([_part(one) for one in parts], "or")
        case language.Not(part):
            return _negation_words(part)
        case language.Some(of, number, where):
            return f"at least {number} of {plain(of)} with {_part(where)}"
        case language.Size(fact, number):
            return f"at least {number} {plain(fact)}"
        case language.Relation():
            return _relation_words(condition)
        case _:
            return _fact_words(condition)


def _negation_words(condition: Condition) -> str:
    match condition:
        case language.Some(of, 1, language.Not(where)):
            return f"every one of {plain(of)}: {condition_words(where)}"
        case language.Some(of, 1, where):
            return f"none of {plain(of)} with {_part(where)}"
        case language.Some(of, number, where):
            return f"at most {number - 1} of {plain(of)} with {_part(where)}"
        case language.Size(fact, number):
            return f"at most {number - 1} {plain(fact)}"
        case language.Derived(fact):
            return f"no {plain(fact)}"
        case _:
            return f"not ({condition_words(condition)})"


def _relation_words(relation: language.Relation) -> str:
    left, right = plain(relation.left), plain(relation.right)
    match relation.operator:
        case "overlap":
            return f"{left} and {right} share a member"
        case "within":
            return f"all {left} are among {right}"
        case bound:
            return f"{left} {_BOUNDS[bound]} {right}"


def _fact_words(
    condition: language.Derived | language.Is | language.Bound | language.Includes,
) -> str:
    match condition:
        case language.Derived(fact):
            return plain(fact)
        case language.Is(fact, values):
            return _is_words(fact, values)
        case language.Bound(fact, comparison, bound):
            return f"{plain(fact)} {_BOUNDS[comparison]} {bound}"
        case language.Includes(fact, members):
            return f"{plain(fact)} include {joined([plain(one) for one in sorted(members)], 'or')}"


def _part(condition: Condition) -> str:
    inner = condition_words(condition)
    return f"({inner})" if isinstance(condition, language.All | language.Any) else inner


def _is_words(fact: str, values: Iterable[language.Scalar]) -> str:
    match sorted(values, key=str):
        case [True]:
            return plain(fact)
        case [False]:
            return f"no {plain(fact)}"
        case many:
            return f"{plain(fact)} {joined([plain(str(one)) for one in many], 'or')}"
