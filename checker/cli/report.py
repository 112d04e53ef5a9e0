"""Where results go: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from checker.cli import common
from checker.errors import InputError, Place, Problem, shown_path
from checker.wholefile import write_whole

if TYPE_CHECKING:
    from rich.console import Console

Format = Literal["text", "json", "jsonl", "csv", "markdown", "html", "sarif", "junit", "github"]
FormatOption = Annotated[
    Format, typer.Option("--format", help="For people, for programs, or for a build server.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Write the result to this file instead of the screen, whole or not at all.",
        metavar="FILE",
    ),
]


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[str]) -> None:
    """Refuse an output that is a folder, lies in none, or would replace a file that is read or written.

    Raises:
        InputError: before any work is done.
    """
    taken = {Path(one).resolve(): "one of the cases; the result would replace it" for one in inputs}
    for output in outputs:
        if output is None:
            continue
        target = output.resolve()
        said = None
        if target.is_dir():
            said = "this is a folder; name a file in it"
        elif not target.parent.is_dir():
            said = "the folder does not exist; make it first"
        elif target in taken:
            said = f"this is {taken[target]}"
        if said:
            raise InputError([Problem(Place(shown_path(output)), said)])
        taken[target] = "written to already; name two files"


def deliver_document(
    document: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    form: str,
    output: Path | None,
    render: Callable[[Mapping[str, Any], str], str],
) -> None:
    """A document of the contract in any format but text; `rows` are its lines for `jsonl`."""
    utf = output is not None or (sys.stdout.encoding or "").lower().startswith("utf")
    match form:
        case "json":
            text = json.dumps(document, ensure_ascii=not utf, indent=2)
        case "jsonl":
            text = "\n".join(json.dumps(one, ensure_ascii=not utf) for one in rows)
        case _:
            text = render(document, form)
    if form in ("html", "junit") and not utf:  # both say that they are UTF-8, which ASCII is too
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    deliver(text, output)


def deliver(text: str, output: Path | None) -> None:
    """Put a finished result where it was asked for."""
    whole = text if text.endswith("\n") or not text else f"{text}\n"
    if output is None:
        sys.stdout.write(whole)
        return
    try:
        write_whole(output, whole)
    except OSError as failure:
        said = f"cannot be written: {failure.strerror or type(failure).__name__}"
        raise InputError([Problem(Place(shown_path(output)), said)]) from None
    typer.echo(f"wrote {shown_path(output)}", err=True)


def deliver_screen(show: Callable[[Console], None], output: Path | None) -> None:
    """The same for what a person reads in a terminal; in a file it is plain and 120 columns wide."""
    if output is None:
        show(common.console())
        return
    drawn = StringIO()
    show(common.plain_console(drawn))
    deliver(drawn.getvalue(), output)
