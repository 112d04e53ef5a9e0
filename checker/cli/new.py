"""`checker new`: a blank case, every fact with its question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import common
from checker.errors import CaseError, Place, Problem, did_you_mean


def new(
    procedure: Annotated[
        str,
        typer.Argument(
            help="The procedure that is requested; any other word is answered with those that there are."
        ),
    ] = "medial_branch_block",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Write to this file instead of the screen.", metavar="FILE"
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Ask only what guidelines for this region ask.")
    ] = None,
    rules: common.RulesFolder = None,
) -> None:
    """Write a blank case to fill in: the facts that the guidelines for a procedure ask about."""
    from checker.render.blank import blank_case

    base = common.rules_from(rules)
    for value, known, what in (
        (procedure, base.vocabulary.procedures, "procedure"),
        (region, base.vocabulary.regions, "region"),
    ):
        if value is not None and value not in known:
            hint = did_you_mean(value, known) or f"; there are {', '.join(known)}"
            raise CaseError(
                [Problem(Place(f"checker new {value}"), f"unknown {what} `{value}`{hint}")]
            )
    text = blank_case(base, procedure, region)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as failure:
        said = (
            "exists already; choose another name"
            if isinstance(failure, FileExistsError)
            else f"cannot be written: {failure.strerror}"
        )
        raise CaseError([Problem(Place(str(output)), said)]) from None
    with_rules = f" --rules {rules}" if rules else ""
    typer.echo(f"wrote {output}; fill it in, then: checker check {output}{with_rules}", err=True)
