"""What was measured, in one table, or as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

_VERDICTS = {None: "", True: "ok", False: "missed"}


@dataclass(frozen=True)
class Row:
    """One line of the table. `ok` is None where nothing was promised; `numbers` are for programs."""

    what: str
    measured: str
    target: str = ""
    ok: bool | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)


def machine() -> str:
    """On what it was measured."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def show(sections: Mapping[str, Sequence[Row]]) -> None:
    """The table on standard output."""
    table = Table(title=machine(), title_justify="left", expand=False)
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("target", justify="right")
    table.add_column("")
    for title, rows in sections.items():
        table.add_section()
        table.add_row(f"[bold]{title}")
        for row in rows:
            table.add_row(f"  {row.what}", row.measured, row.target, _VERDICTS[row.ok])
    console = Console()
    console.width = max(console.width, 120)
    console.print(table)


def save(sections: Mapping[str, Iterable[Row]], file: Path) -> None:
    """The same as JSON."""
    rows = {title: [asdict(row) for row in found] for title, found in sections.items()}
    file.write_text(json.dumps({"machine": machine(), "measured": rows}, indent=2) + "\n")
