"""`checker rules compare`: one guideline against another."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli import common, rulefiles, ruletools


def compare(
    one: Annotated[str, typer.Argument(help="A guideline's id or file.", metavar="ID|FILE")],
    other: Annotated[str, typer.Argument(help="Another one's.", metavar="ID|FILE")],
    output: common.TextOrJson = "text",
    rules: rulefiles.RulesAround = None,
) -> None:
    """Tell which of two guidelines is stricter, with a short chart for each direction."""
    from checker.authoring.strictness import compare as compared
    from checker.render.authoring import compared_json, compared_lines

    base = common.rules_from(ruletools.folder_for([one, other], rules))
    ruletools.chosen(base, [one, other], "compare")
    first, second = (ruletools.the_one(base, name, "compare") for name in (one, other))
    found = compared(first, second, base)
    if output == "json":
        common.print_json(compared_json(found))
    else:
        for line in compared_lines(found, base):
            print(line)
    proved = all(direction.proved for direction in found.directions)
    raise typer.Exit(common.READY if proved else common.CANNOT_TELL)
