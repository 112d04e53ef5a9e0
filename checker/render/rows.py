"""CSV: one row for every item and criterion, which a spreadsheet can open without running any of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

from checker.render.outline import (
    AGAINST,
    DECIDING,
    agreement_words,
    all_evidence,
    fact_words,
    finding_words,
    places_words,
)

_OF_RESULT = ("case", "request", "item", "guideline", "rules_say", "reason")
_OF_CRITERION = (
    "criterion",
    "kind",
    "status",
    "counts_against",
    "says",
    "facts",
    "evidence",
    "quotes",
    "fix",
    "citation",
    "verified",
)
_OF_ENTRY = ("reviewer", "agreement", "named_by_reviewer", "basis", "cited", "findings")
_OF_RUN = ("reading", "facts_from", "rules")

_YES = {True: "yes", False: "no"}

_FORMULA = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_MORE_FORMULA = ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}", "|", "%")


def audit_csv(document: Mapping[str, Any]) -> str:
    """An audit; an item that no guideline covers has one row without a criterion."""
    columns = (*_OF_RESULT, *_OF_ENTRY, *_OF_CRITERION, *_OF_RUN)
    return _csv(
        columns, (row for entry in document["entries"] for row in _of_entry(entry, document))
    )


def check_csv(document: Mapping[str, Any]) -> str:
    """Checked requests."""
    columns = (*_OF_RESULT, *_OF_CRITERION, "reading", "rules")
    rows = (row for result in document["results"] for row in _of_result(result, document))
    return _csv(columns, rows)


def _of_entry(entry: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    decision = entry["decision"]
    about = {
        "reviewer": decision["outcome"],
        "agreement": agreement_words(entry),
        "basis": decision["basis"],
        "cited": "; ".join(decision["guidelines_cited"]),
        "findings": "; ".join(map(finding_words, entry["findings"])),
    }
    for row in _of_result(entry["determination"], document):
        named = row.get("criterion") in decision["grounds"]
        yield {**row, **about, "named_by_reviewer": _YES[named] if "criterion" in row else None}


def _of_result(result: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    about = {
        "case": result["case"],
        "request": result["request"],
        "item": result["item"],
        "guideline": result["guideline"],
        "rules_say": result["outcome"],
        "reason": result["reason"],
        "reading": document["reading"],
        "facts_from": document.get("facts_from"),
        "rules": document["rules"]["digest"],
    }
    if not result["criteria"]:
        yield about
    for one in result["criteria"]:
        yield {**about, **_of_criterion(one)}


def _of_criterion(one: Mapping[str, Any]) -> dict[str, Any]:
    evidence = list(all_evidence(one))
    return {
        "criterion": one["id"],
        "kind": one["kind"],
        "status": one["status"],
        "counts_against": _YES[one["kind"] in DECIDING and one["status"] in AGAINST],
        "says": one["says"],
        "facts": "; ".join(map(fact_words, one["facts"])),
        "evidence": places_words(evidence),
        "quotes": "; ".join(dict.fromkeys(each["quote"] for each in evidence if each["quote"])),
        "fix": one["fix"],
        "citation": one["citation"],
        "verified": _YES[one["verified"]],
    }


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    names = tuple(columns)
    drawn = StringIO()
    writer = csv.writer(drawn, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([in_cell(row.get(name)) for name in names] for row in rows)
    return drawn.getvalue()


def in_cell(value: Any) -> str:
    """A text in one line. What a spreadsheet would run as a formula begins with an apostrophe."""
    text = " ".join(str("" if value is None else value).split())
    return f"'{text}" if text.startswith((*_FORMULA, *_MORE_FORMULA)) else text
