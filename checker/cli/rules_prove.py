"""`checker rules prove`: what the rule base can and cannot do, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from checker.cli import common, rulefiles, ruletools

if TYPE_CHECKING:
    from checker.authoring.proofs import Proofs
    from checker.rulebase import RuleBase


def prove(
    ids: ruletools.Ids = None,
    cover: Annotated[
        bool,
        typer.Option(
            "--cover", help="Also look for requests that no guideline governs, or two of one rank."
        ),
    ] = False,
    expected: Annotated[
        bool, typer.Option("--expected", help="Also show what the authors expect, and why.")
    ] = False,
    witnesses: Annotated[
        Path | None,
        typer.Option(
            "--write", help="Write the chart of each finding as a case file.", metavar="FOLDER"
        ),
    ] = None,
    output: Annotated[Literal["text", "json", "sarif", "github"], common.FORMAT] = "text",
    rules: rulefiles.RulesAround = None,
) -> None:
    """Prove what each criterion can come to, alone and with the others."""
    from checker.authoring.cover import cells, gaps, overlaps
    from checker.authoring.proofs import prove as proved
    from checker.render import authoring as render

    base = common.rules_from(ruletools.folder_for(ids, rules))
    found = proved(base, ruletools.chosen(base, ids, "prove"))
    every = list(cells(base)) if cover else []
    without, doubled = gaps(every), overlaps(every)
    match output:
        case "json":
            common.print_json(render.proof_json(found, (without, doubled) if cover else None))
        case "sarif":
            from checker.render.sarif import sarif

            print(sarif(render.proof_rules(), render.proof_notices(found)), end="")
        case "github":
            from checker.render.github import github

            print(github(render.proof_notices(found)), end="")
        case _:
            for line in render.proof_lines(found, base.anatomy, expected=expected):
                print(line)
            if cover:
                for line in render.cover_lines(every, without, doubled):
                    print(line)
    if witnesses:
        _write(witnesses, found, base)
    raise typer.Exit(_code(found, overlapping=bool(doubled)))


def _code(found: Proofs, *, overlapping: bool) -> int:
    if overlapping or any(one.level == "error" for one in found.findings):
        return common.NOT_READY
    return common.CANNOT_TELL if found.findings else common.READY


def _write(folder: Path, found: Proofs, base: RuleBase) -> None:
    from checker.authoring.witness import case_text

    texts = {}
    for number, one in enumerate(found.findings, 1):
        if one.witness is not None:
            name = f"{one.code}-{number}"
            guideline = base.guidelines[one.guideline]
            texts[f"{name}.yaml"] = case_text(name, one.witness, guideline, base)
    written = ruletools.write_all(folder, texts)
    typer.echo(f"{written} cases written to {folder}", err=True)
