"""Audits and checks for build servers and code review: criteria as rules, what speaks against as notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checker.audit.findings import FINDING_IDS
from checker.errors import Place
from checker.render.github import github
from checker.render.junit import junit
from checker.render.outline import (
    against,
    agreement_words,
    all_evidence,
    deciding,
    disagrees,
    fact_words,
    finding_words,
    name_of,
    place_words,
    title_of,
)
from checker.render.records import Level, Notice, Rule, Tried
from checker.render.sarif import sarif
from checker.render.words import DISCLAIMER

Json = Mapping[str, Any]

_DISAGREE, _OTHER_REASONS, _QUESTION = "disagree", "other-reasons", "to-answer"
_OWN = (
    Rule(_DISAGREE, "The reviewer decided otherwise than the rule base implies.", DISCLAIMER),
    Rule(
        _OTHER_REASONS,
        "The reviewer decided as the rule base implies, but for other reasons.",
        DISCLAIMER,
        "note",
    ),
    *(
        Rule(one, f"A finding about a decision: {one.replace('-', ' ')}.", DISCLAIMER, "note")
        for one in FINDING_IDS
    ),
    Rule(_QUESTION, "A fact that is still to answer.", DISCLAIMER, "note"),
)


def audit_sarif(document: Json) -> str:
    """Disagreements, other reasons and findings as results, each at its evidence."""
    results = [entry["determination"] for entry in document["entries"]]
    return _sarif(results, _audit_notices(document))


def audit_github(document: Json) -> str:
    """The same as workflow commands."""
    return github(_audit_notices(document))


def audit_junit(document: Json) -> str:
    """A test for every item, which fails where the reviewer decided otherwise."""
    return junit("checker audit", map(_audited, document["entries"]))


def check_sarif(document: Json) -> str:
    """What speaks against a request as results, and what is still to answer."""
    return _sarif(document["results"], _check_notices(document))


def check_github(document: Json) -> str:
    """The same as workflow commands."""
    return github(_check_notices(document))


def check_junit(document: Json) -> str:
    """A test for every deciding criterion of a request, which fails where it speaks against it."""
    return junit("checker check", (one for result in document["results"] for one in _tried(result)))


def _sarif(results: Iterable[Json], notices: Iterable[Notice]) -> str:
    rules = {one.id: one for one in _OWN}
    for result in results:
        for criterion in result["criteria"]:
            rule = _rule(result, criterion)
            rules.setdefault(rule.id, rule)
    return sarif(list(rules.values()), list(notices))


def _rule(result: Json, criterion: Json) -> Rule:
    verified = "" if criterion["verified"] else "\n\nNot verified against the source."
    page = f"{criterion['says']}\n\n{criterion['citation']}\n\nTo do: {criterion['fix']}{verified}"
    return Rule(_id(result, criterion), criterion["says"], page)


def _id(result: Json, criterion: Json) -> str:
    return f"{result['guideline']}#{criterion['id']}"


# An audit --------------------------------------------------------------------------------------------


def _audit_notices(document: Json) -> Iterator[Notice]:
    for entry in document["entries"]:
        result = entry["determination"]
        place = _decided_at(entry)
        rule = {"disagree": _DISAGREE, "other reasons": _OTHER_REASONS}.get(entry["agreement"])
        if rule:
            level: Level = "warning" if rule == _DISAGREE else "note"
            yield Notice(rule, level, _sides(entry), place)
            for criterion in against(result):
                if criterion["id"] in entry["reasons"]["ours_alone"]:
                    yield _notice(result, criterion, "note")
        for finding in entry["findings"]:
            where = _place(result, finding["evidence"])
            message = f"{name_of(result)}: {finding_words(finding)}"
            yield Notice(finding["id"], "note", message, where)


def _sides(entry: Json) -> str:
    result, decision, reasons = entry["determination"], entry["decision"], entry["reasons"]
    told = [
        f"{name_of(result)}: the rules say {result['outcome']}, the reviewer {decision['outcome']}",
        *([f"rules alone: {', '.join(reasons['ours_alone'])}"] if reasons["ours_alone"] else []),
        *(
            [f"reviewer alone: {', '.join(reasons['theirs_alone'])}"]
            if reasons["theirs_alone"]
            else []
        ),
    ]
    return "; ".join(told)


def _decided_at(entry: Json) -> Place:
    evidence = entry["decision"]["evidence"]
    return _place(entry["determination"], [evidence] if evidence else [])


def _audited(entry: Json) -> Tried:
    result = entry["determination"]
    failure = _sides(entry) if disagrees(entry) else None
    name = f"{name_of(result)} {agreement_words(entry)}"
    return Tried(result["guideline"] or "not covered", name, _decided_at(entry), failure)


# A check ---------------------------------------------------------------------------------------------


def _check_notices(document: Json) -> Iterator[Notice]:
    for result in document["results"]:
        for criterion in against(result):
            yield _notice(result, criterion, "warning")
        for one in result["questions"]:
            message = f"{name_of(result)}: {one['ask']} ({one['fact']})"
            yield Notice(_QUESTION, "note", message, Place(result["file"]))


def _notice(result: Json, criterion: Json, level: Level) -> Notice:
    facts = "; ".join(map(fact_words, criterion["facts"]))
    evidence = list(all_evidence(criterion))
    where = f" [{place_words(evidence[0])}]" if evidence and place_words(evidence[0]) else ""
    message = f"{name_of(result)}: {criterion['status']}: {criterion['says']} {facts}{where}"
    return Notice(_id(result, criterion), level, message, _place(result, evidence))


def _tried(result: Json) -> Iterator[Tried]:
    group = f"{name_of(result)} {title_of(result)}"
    if not result["criteria"]:
        yield Tried(group, f"{result['outcome']}: {result['reason']}", Place(result["file"]))
    for criterion in deciding(result):
        failed = criterion in against(result)
        failure = (
            f"{criterion['status']}: {criterion['says']} {criterion['fix']}" if failed else None
        )
        place = _place(result, list(all_evidence(criterion)))
        yield Tried(group, f"{criterion['id']}: {criterion['status']}", place, failure)


def _place(result: Json, evidence: list[Any]) -> Place:
    """The line of the document that the first evidence names, else the case as a whole.

    Lines of evidence are lines of the letter or chart, not of the case.
    """
    for one in evidence:
        if one["document"]:
            return Place(one["document"], one["line"] or 0)
    return Place(result["file"])
