"""`checker rules mutate`: small mistakes planted in every criterion, and whether an example notices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import common, rulefiles, ruletools

if TYPE_CHECKING:
    from checker.authoring.mutation import Mutated


def mutate(
    ids: ruletools.Ids = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--write",
            help="Write the examples that would notice what is missed, ready to paste.",
            metavar="FOLDER",
        ),
    ] = None,
    output: common.TextOrJson = "text",
    cases: Annotated[
        Path | None,
        typer.Option("--cases", help="Cases that notice too.", metavar="FOLDER"),
    ] = None,
    rules: rulefiles.RulesAround = None,
) -> None:
    """Plant one small mistake after the other in each criterion, and see which the examples miss."""
    from checker.authoring.mutation import mutated, summed
    from checker.render import authoring as render

    base = common.rules_from(ruletools.folder_for(ids, rules))
    guidelines = ruletools.chosen(base, ids, "mutate")
    held = ruletools.cases_in(cases, base, shipped_rules=False)
    found = list(mutated(base, guidelines, held))
    if output == "json":
        common.print_json(render.mutant_json(found))
    else:
        for line in render.mutant_lines(found, base.anatomy):
            print(line)
    if folder:
        _write(folder, found)
    if summed(found, "missed"):
        raise typer.Exit(common.NOT_READY)
    raise typer.Exit(common.CANNOT_TELL if summed(found, "not proved") else common.READY)


def _write(folder: Path, found: Sequence[Mutated]) -> None:
    from checker.authoring.witness import example_text, situation

    texts: dict[str, str] = {}
    number = 0
    for one in found:
        lines = [
            example_text(situation(each.facts), each.facts, each.expect) for each in one.missing
        ]
        if lines:
            number += len(lines)
            name = f"{one.guideline.id}.yaml"
            head = f"    # {one.criterion.id}: put these among its examples, with better names\n"
            texts[name] = texts.get(name, "") + head + "".join(lines)
    ruletools.write_all(folder, texts)
    typer.echo(f"{number} examples written to {folder}", err=True)
