"""Reports as one HTML file each: nothing is fetched, nothing runs, every text is escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checker.render import outline
from checker.render.markdown import FIGURES
from checker.render.words import DISCLAIMER, HEADLINES, MEANS, SIGNS

Json = Mapping[str, Any]

MOST_ITEMS = 300
"""How many items a report shows with all their criteria; those where the two sides part come first."""
MOST_ROWS = 500
"""How many rows its lists have, each for itself."""
MOST_CRITERIA = 15

_DECISIONS = ("Upheld", "Overturned")
_OUTCOMES = ("Upheld", "Overturned", "open", "not covered")
_ORDER = ("disagree", "other reasons", "open", "not covered", "same and more", "same reasons")


def audit_page(document: Json) -> str:
    """The report of an audit."""
    entries = list(document["entries"])
    numbers = {id(one): at for at, one in enumerate(entries, 1)}
    parted = sorted(entries, key=lambda one: _ORDER.index(one["agreement"]))
    shown = {numbers[id(one)] for one in parted[:MOST_ITEMS]}
    return _page(
        "audit.html.jinja",
        document=document,
        entries=[(numbers[id(one)], one) for one in entries],
        shown=shown,
        listed=_listed(entries),
        most_rows=MOST_ROWS,
        failing=outline.failing(document)[:MOST_CRITERIA],
        table=_table(entries),
        figures=FIGURES,
        kinds=outline.findings_by_kind(entries),
        numbers=numbers,
    )


def worksheet_page(document: Json) -> str:
    """One sheet for every request, for the chart."""
    return _page("worksheet.html.jinja", document=document)


def _listed(entries: Sequence[Json]) -> dict[tuple[str, str], list[tuple[int, Json]]]:
    """The items by what the rules say and what the reviewer decided, with their numbers."""
    groups: dict[tuple[str, str], list[tuple[int, Json]]] = {
        (ours, theirs): [] for ours in _OUTCOMES for theirs in _DECISIONS
    }
    for number, one in enumerate(entries, 1):
        key = (one["determination"]["outcome"], one["decision"]["outcome"])
        groups[key].append((number, one))
    return {key: many for key, many in groups.items() if many}


def _table(entries: Sequence[Json]) -> list[tuple[str, list[tuple[str, int]]]]:
    """How many items the rules find so (rows) and the reviewer so (columns); empty rows left out."""
    counts = Counter(
        (one["determination"]["outcome"], one["decision"]["outcome"]) for one in entries
    )
    rows = [(ours, [(theirs, counts[ours, theirs]) for theirs in _DECISIONS]) for ours in _OUTCOMES]
    return [
        (ours, cells)
        for ours, cells in rows
        if ours in _DECISIONS or any(number for _, number in cells)
    ]


def _page(template: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["key"] = id
    environment.globals |= {
        "outline": outline,
        "signs": SIGNS,
        "headlines": HEADLINES,
        "means": MEANS,
        "disclaimer": DISCLAIMER,
    }
    return environment.get_template(template).render(**values)
