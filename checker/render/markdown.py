"""Pages of Markdown: an audit for the page of a CI job, and a worksheet for a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from checker.render.markdowntext import cell, escaped
from checker.render.outline import (
    advice,
    against,
    agree_share,
    all_evidence,
    bases_words,
    coefficient_words,
    counts_words,
    deciding,
    disagrees,
    failing,
    finding_words,
    findings_by_kind,
    ledger_words,
    name_of,
    names_words,
    number,
    places_words,
    reasons_words,
    share_words,
    terms_words,
    title_of,
    too_few,
    unread_words,
)
from checker.render.words import DISCLAIMER, MEANS, SIGNS

Json = Mapping[str, Any]

MOST_ROWS = 50
"""How many rows of a table a page shows; a CI job's page holds no more than a megabyte."""


def audit_markdown(document: Json) -> str:
    """The figures with their numbers, what fails most, and where reviewers and the rule base part."""
    return _page(_audit(document))


def _audit(document: Json) -> Iterator[str]:
    summary = document["summary"]
    yield "## Audit: decisions beside the guideline"
    yield ""
    covered = summary["items"] - summary["covered"]
    yield (
        f"{number(summary['letters'], 'letter')}, {number(summary['items'], 'decided item')}:"
        f" {summary['covered']} covered by a guideline, {covered} not covered."
    )
    yield ""
    for kind, share in summary["not_covered"].items():
        told = f"{kind} {share['n']}, of them overturned {share['part']}"
        yield f"- not covered: {escaped(told)}"
    if summary["not_covered"]:
        yield ""
    for warning in filter(None, (unread_words(document), too_few(document))):
        yield f"**{escaped(warning)}**"
        yield ""
    yield from _figures(document)
    yield from _failing(document)
    yield from _parted(document)
    yield from _findings(document)
    yield ""
    yield escaped(terms_words(document))
    yield ""
    yield escaped(DISCLAIMER)


def _figures(document: Json) -> Iterator[str]:
    followed, foresaw = document["summary"], document["foresaw"]["summary"]
    yield "| | Did the decision follow the guideline? | Did the rules foresee the decision? |"
    yield "|---|---|---|"
    for label, of in FIGURES:
        yield f"| {label} | {cell(of(followed))} | {cell(of(foresaw))} |"
    for reading, summary in document["readings"].items():
        yield f"| read {cell(reading)} | {cell(share_words(agree_share(summary)))} | |"


def _coefficient(name: str) -> Callable[[Json], str]:
    return lambda summary: coefficient_words(summary, name)


FIGURES: tuple[tuple[str, Callable[[Json], str]], ...] = (
    ("agree, items", lambda one: share_words(agree_share(one))),
    ("agree, letters", lambda one: share_words(one["letters_agree"])),
    ("always Upheld, items", lambda one: share_words(one["baseline"])),
    ("always Upheld, letters", lambda one: share_words(one["letters_always_upheld"])),
    ("reasons", reasons_words),
    ("decided on", bases_words),
    ("kappa", _coefficient("kappa")),
    ("AC1", _coefficient("ac1")),
    ("MCC", _coefficient("mcc")),
    ("balanced accuracy", _coefficient("balanced_accuracy")),
    ("Overturned, precision", lambda one: share_words(one["overturned"]["precision_share"])),
    ("Overturned, recall", lambda one: share_words(one["overturned"]["recall_share"])),
    ("reported apart", lambda one: share_words(one["apart"])),
)
"""Every figure of a summary with its name, in the order in which reports show them."""


def _failing(document: Json) -> Iterator[str]:
    found = failing(document)
    if not found:
        return
    yield ""
    yield "### Criteria that count against a request most often"
    yield ""
    yield "| criterion | not met | missing | judged | alone | named | overturned |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for one in found[:MOST_ROWS]:
        counts = (one.not_met, one.missing, one.judged, one.sole, one.named, one.overturned)
        yield f"| {cell(one.criterion)} | {' | '.join(map(str, counts))} |"
    yield from _left_out(len(found))


def _parted(document: Json) -> Iterator[str]:
    parted = [one for one in document["entries"] if disagrees(one)]
    yield ""
    yield f"### Disagreements ({len(parted)})"
    yield ""
    if not parted:
        yield "None."
        return
    yield "| item | request | rules say | reviewer | counts against it | evidence |"
    yield "|---|---|---|---|---|---|"
    for entry in parted[:MOST_ROWS]:
        result = entry["determination"]
        reasons = against(result)
        evidence = (each for one in reasons for each in all_evidence(one))
        cells = (
            name_of(result),
            title_of(result),
            result["outcome"],
            entry["decision"]["outcome"],
            ", ".join(one["id"] for one in reasons),
            places_words(evidence),
        )
        yield f"| {' | '.join(map(cell, cells))} |"
    yield from _left_out(len(parted))


def _findings(document: Json) -> Iterator[str]:
    found = [
        (
            kind,
            names_words([name_of(one["determination"]) for one in about]),
            finding_words(finding),
        )
        for kind, many in findings_by_kind(document["entries"]).items()
        for about, finding in many
    ]
    if not found:
        return
    yield ""
    yield f"### Findings about decisions ({len(found)})"
    yield ""
    yield "| finding | item | in words |"
    yield "|---|---|---|"
    for cells in found[:MOST_ROWS]:
        yield f"| {' | '.join(map(cell, cells))} |"
    yield from _left_out(len(found))


def _left_out(number: int) -> Iterator[str]:
    if number > MOST_ROWS:
        yield ""
        yield f"… {number - MOST_ROWS} more; all of them are in the other formats."


# The worksheet ---------------------------------------------------------------------------------------


def worksheet_markdown(document: Json) -> str:
    """For the chart: every criterion with its status, what to do, and where it is documented."""
    parts = [line for result in document["results"] for line in _sheet(result)]
    if unread := unread_words(document):
        parts += [f"**{escaped(unread)}**", ""]
    return _page([*parts, escaped(terms_words(document)), "", escaped(DISCLAIMER)])


def _sheet(result: Json) -> Iterator[str]:
    yield f"## Worksheet: {escaped(title_of(result))}"
    yield ""
    meaning = MEANS[result["outcome"]]
    yield f"**{escaped(result['readiness'].capitalize())}** ({escaped(name_of(result))}; {escaped(meaning)})"
    yield ""
    yield escaped(result["guideline"] or result["reason"])
    if result["criteria"]:
        yield ""
        yield from _criteria(deciding(result))
        yield ""
        yield escaped(f"{counts_words(result)}. {ledger_words(result)}")
        if advised := advice(result):
            yield ""
            yield "Advice, which decides nothing:"
            yield ""
            yield from _criteria(advised)
    if result["questions"]:
        yield ""
        yield "To ask:"
        yield ""
        for one in result["questions"]:
            where = f" ({one['where']})" if one["where"] else ""
            yield f"- [ ] {escaped(one['ask'] + where)}"
    for warning in result["warnings"]:
        yield ""
        yield f"Note: {escaped(warning)}"
    yield ""


def _criteria(criteria: list[Json]) -> Iterator[str]:
    yield "| status | criterion | to do | where documented |"
    yield "|---|---|---|---|"
    for one in criteria:
        failed = one["status"] in ("not met", "missing")
        cells = (
            f"{SIGNS[one['status']]} {one['status']}",
            one["says"],
            one["fix"] if failed else "",
            places_words(all_evidence(one)),
        )
        yield f"| {' | '.join(map(cell, cells))} |"


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
