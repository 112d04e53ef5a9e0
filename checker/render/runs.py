"""Saved audits on screen and for programs: the list of them, and what changed between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker import __version__
from checker.audit.saved import Diff
from checker.render.contract import SCHEMA
from checker.render.markdowntext import cell, escaped
from checker.render.outline import number, unread_words
from checker.render.words import DISCLAIMER
from checker.store.run import SavedRun


@dataclass(frozen=True, slots=True)
class Side:
    """One of two audits that are compared: what it is called, its document, its cases' digest."""

    label: str
    document: Mapping[str, Any]
    corpus: str


def runs_result(runs: Iterable[SavedRun]) -> dict[str, Any]:
    """The list of saved runs for a program."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "checker", "version": __version__},
        "runs": [_run(one) for one in runs],
    }


def _run(run: SavedRun) -> dict[str, Any]:
    return {
        "run": run.number,
        "name": run.name,
        "saved_at": run.at.isoformat(),
        "corpus": {"digest": run.corpus},
        **run.document,
    }


def show_runs(runs: Sequence[SavedRun], console: Console) -> None:
    """One line for every saved run."""
    table = Table.grid(padding=(0, 2))
    heads = ("run", "name", "saved (UTC)", "items", "agree", "reading", "facts from", "rules")
    for _ in heads:
        table.add_column(no_wrap=True)
    table.add_row(*(Text(one, style="dim") for one in heads))
    for one in runs:
        table.add_row(
            str(one.number),
            one.name or "",
            f"{one.at:%Y-%m-%d %H:%M}",
            str(one.document["summary"]["items"]),
            agreement_words(one.document["summary"]),
            one.document["reading"],
            one.document["facts_from"],
            one.document["rules"]["digest"][:12],
        )
    console.print(table)


def agreement_words(summary: Mapping[str, Any]) -> str:
    """`8 of 8`: the scored items on which determination and decision agree."""
    return f"{summary['agree']} of {summary['scored']}"


# Two runs beside each other --------------------------------------------------------------------------


def diff_result(before: Side, after: Side, found: Diff) -> dict[str, Any]:
    """What changed from one run to the other, for programs and for the renderings here."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "checker", "version": __version__},
        "before": _side(before),
        "after": _side(after),
        "terms": _terms(before, after),
        "compared": found.compared,
        "identical": found.identical,
        "changes": [asdict(one) for one in found.changes],
        "unread": list(after.document.get("unread", ())),
    }


def _side(side: Side) -> dict[str, Any]:
    summary = side.document["summary"]
    return {
        "run": side.label,
        "items": summary["items"],
        "agree": summary["agree"],
        "scored": summary["scored"],
        "agreement": summary["agreement"],
        "interval": summary["interval"],
    }


def _terms(before: Side, after: Side) -> list[dict[str, str]]:
    """What was not the same about how the two were made."""
    ours, theirs = _made_by(before), _made_by(after)
    return [
        {"what": what, "before": one, "after": theirs[what]}
        for what, one in ours.items()
        if one != theirs[what]
    ]


def _made_by(side: Side) -> dict[str, str]:
    document = side.document
    return {
        "rules": document["rules"]["digest"],
        "cases": side.corpus,
        "reading": document["reading"],
        "facts from": document["facts_from"],
        "guideline asked for": document["guideline"] or "the one that governs",
        "as of": document["as_of"] or "the day of the case",
        "checker": document["tool"]["version"],
        "engine": document["tool"]["engine"],
    }


def show_diff(document: Mapping[str, Any], console: Console) -> None:
    """The counts, then every item that changed, and how."""
    arrow = _arrow(console)
    for line in _head(document, arrow):
        console.print(Text(line))
    for change in document["changes"]:
        console.print()
        console.print(Text.assemble((change["item"], "bold"), f"  {change['kind']}"))
        for one in change["differences"]:
            told = f"{one['what']}: {_or_none(one['before'])} {arrow} {_or_none(one['after'])}"
            console.print(Padding(Text(told), (0, 0, 0, 2), expand=False))
    console.print()
    console.print(Text(DISCLAIMER, style="dim"))


def _arrow(console: Console) -> str:
    try:
        "→".encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return "->"
    return "→"


def diff_markdown(document: Mapping[str, Any]) -> str:
    """The same as a page of Markdown."""
    lines = ["## What changed between two audits", ""]
    lines += [f"- {escaped(line)}" for line in _head(document, "→")]
    if document["changes"]:
        lines += ["", "| item | what | before | after |", "|---|---|---|---|"]
        for change in document["changes"]:
            differences = change["differences"] or [
                {"what": change["kind"], "before": None, "after": None}
            ]
            lines += [
                f"| {cell(change['item'])} | {cell(one['what'])} | {cell(_or_none(one['before']))}"
                f" | {cell(_or_none(one['after']))} |"
                for one in differences
            ]
    return "\n".join([*lines, "", escaped(DISCLAIMER), ""])


def _head(document: Mapping[str, Any], arrow: str) -> list[str]:
    before, after = document["before"], document["after"]
    unread = unread_words(document)
    return [
        f"{before['run']} {arrow} {after['run']}",
        *([unread] if unread else []),
        *(
            f"{one['what']}: {_short(one, 'before')} {arrow} {_short(one, 'after')}"
            for one in document["terms"]
        ),
        f"{document['identical']} of {document['compared']} items identical{_others(document)}",
        f"agree: {_share(before)} {arrow} {_share(after)}",
    ]


def _short(term: Mapping[str, str], side: str) -> str:
    return term[side][:12] if term["what"] in ("rules", "cases") else term[side]


def _others(document: Mapping[str, Any]) -> str:
    """`; 8 changed (2 determinations, 3 agreements), 1 added`."""
    kinds = [one["kind"] for one in document["changes"]]
    touched = [one["what"] for change in document["changes"] for one in change["differences"]]
    weighty = ", ".join(
        number(touched.count(one), one) for one in ("determination", "agreement") if one in touched
    )
    told = [
        f"{kinds.count(kind)} {kind}" + (f" ({weighty})" if kind == "changed" and weighty else "")
        for kind in ("changed", "added", "removed")
        if kind in kinds
    ]
    return f"; {', '.join(told)}" if told else ""


def _share(side: Mapping[str, Any]) -> str:
    if side["interval"] is None:
        return "no scored item"
    low, high = side["interval"]
    return (
        f"{side['agree']} of {side['scored']} (95 % interval {low * 100:.1f} to {high * 100:.1f})"
    )


def _or_none(told: str | None) -> str:
    return told or "none"
