"""The tables of docs/semantics.md, with the YAML block that stands above each, if one does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "semantics.md"

Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """One table: the line it begins in, the block above it, its columns and its rows."""

    line: int
    block: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables() -> list[Table]:
    """Every table of the page, in order."""
    return list(_tables(PAGE.read_text(encoding="utf-8").splitlines()))


def blocks() -> list[str]:
    """Every YAML block of the page, in order."""
    return [one.split("```")[0] for one in PAGE.read_text(encoding="utf-8").split("```yaml\n")[1:]]


def _tables(lines: list[str]) -> Iterator[Table]:
    block: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if line == "```yaml":
            end = lines.index("```", number)
            block, number = lines[number + 1 : end], end
        elif line.startswith("|"):
            end = next(n for n in range(number, len(lines) + 1) if not "".join(lines[n : n + 1]))
            columns, _, *rows = (_cells(one) for one in lines[number:end])
            found = tuple(dict(zip(columns, row, strict=True)) for row in rows)
            yield Table(number + 1, "\n".join(block), tuple(columns), found)
            block, number = [], end
        elif line:
            block = []
        number += 1


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
