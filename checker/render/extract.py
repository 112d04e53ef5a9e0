"""What was read from letters: the summary of a run, and how well fields are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from checker.fact import Conflicting, Documented
from checker.letters.batch import Extracted
from checker.letters.score import FieldScore, Mistake
from checker.render.outline import number


def show_extracted(found: Sequence[Extracted], console: Console) -> None:
    """How many letters became drafts, and what to look at first."""
    read = [one for one in found if not one.failure]
    written = sum(len(one.written) for one in found)
    kept = sum(len(one.kept) for one in found)
    console.print(
        f"{len(read)} of {number(len(found), 'file')} read: {number(written, 'draft')} written,"
        f" {kept} up to date, {number(sum(one.items for one in found), 'disputed item')}"
    )
    facts, conflicts = sum(one.facts for one in found), sum(one.conflicts for one in found)
    console.print(
        f"{number(facts, 'fact')} read, {conflicts} of them conflicting; a person has to confirm them"
    )
    for one in read:
        for warning in one.warnings:
            console.print(Text(f"  {one.file}: {warning}"))
    if failed := len(found) - len(read):
        console.print(f"{failed} could not be read; the reasons stand above on standard error")


def extracted_result(found: Sequence[Extracted]) -> dict[str, Any]:
    """The same for programs, file by file."""
    return {
        "schema": 1,
        "files": [
            {
                "file": one.file,
                "written": list(one.written),
                "kept": list(one.kept),
                "items": one.items,
                "facts": one.facts,
                "conflicts": one.conflicts,
                "warnings": list(one.warnings),
                "failure": one.failure,
            }
            for one in sorted(found, key=lambda one: one.file)
        ],
    }


def show_score(fields: Mapping[str, FieldScore], letters: int, console: Console) -> None:
    """One line a field: how much of what was read is right, and how much of what is there was read."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    for _ in range(5):
        table.add_column(justify="right")
    heads = ("field", "right", "wrong", "missed", "precision", "recall")
    table.add_row(*(Text(one, style="dim") for one in heads))
    for name, one in fields.items():
        table.add_row(name, *_row(one))
    total = _total(fields)
    table.add_row("all", *_row(total))
    console.print(table)
    for one in fields.values():
        for mistake in one.mistakes:
            place = f"{mistake.case}{f'#{mistake.request}' if mistake.request else ''}"
            kind = _kind(mistake)
            console.print(Text(f"  {place} {mistake.field}: {kind}"))
    console.print(f"n = {number(letters, 'letter')}")


def _kind(mistake: Mistake) -> str:
    if not isinstance(mistake.read, Documented | Conflicting):
        return "missed"
    known = isinstance(mistake.right, Documented | Conflicting)
    return "read otherwise" if known else "read, but not there"


def score_result(fields: Mapping[str, FieldScore], letters: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema": 1,
        "letters": letters,
        "fields": {name: _counts(one) for name, one in fields.items()},
        "all": _counts(_total(fields)),
    }


def _counts(one: FieldScore) -> dict[str, Any]:
    return {
        "right": one.right,
        "wrong": one.wrong,
        "missed": one.missed,
        "precision": one.precision,
        "recall": one.recall,
        "mistakes": [[mistake.case, mistake.request] for mistake in one.mistakes],
    }


def _total(fields: Mapping[str, FieldScore]) -> FieldScore:
    return FieldScore(
        right=sum(one.right for one in fields.values()),
        wrong=sum(one.wrong for one in fields.values()),
        missed=sum(one.missed for one in fields.values()),
    )


def _row(one: FieldScore) -> tuple[str, ...]:
    shares = (one.precision, one.recall)
    told = ("-" if share is None else f"{share:.2f}" for share in shares)
    return (str(one.right), str(one.wrong), str(one.missed), *told)
