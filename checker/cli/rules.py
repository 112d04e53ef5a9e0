"""`checker rules`: the rule base itself."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli import (
    common,
    rulefiles,
    rules_check,
    rules_compare,
    rules_copy,
    rules_coverage,
    rules_diff,
    rules_docs,
    rules_fmt,
    rules_lint,
    rules_mutate,
    rules_new,
    rules_prove,
    rules_schema,
    ruletools,
)

app = typer.Typer(help="Look at the rule base, and check it.", no_args_is_help=True)
app.command("check")(rules_check.check)
app.command("test")(rules_check.examples)
app.add_typer(rules_new.app, name="new")
app.command("lint")(rules_lint.lint)
app.command("explain")(rules_lint.explain)
app.command("fmt")(rules_fmt.fmt)
app.command("coverage")(rules_coverage.coverage)
app.command("prove")(rules_prove.prove)
app.command("mutate")(rules_mutate.mutate)
app.command("diff")(rules_diff.diff)
app.command("compare")(rules_compare.compare)
app.command("copy")(rules_copy.copy)
app.command("docs")(rules_docs.docs)
app.command("schema")(rules_schema.schema)


@app.command("list")
def list_rules(rules: rulefiles.RulesFolder = None) -> None:
    """List the guidelines: what they cover, when they are in force, how much of them is verified."""
    from checker.render.rules import show_list

    show_list(common.rules_from(rules), common.console())


@app.command()
def show(
    guideline: Annotated[
        str, typer.Argument(help="The guideline's id or file.", metavar="ID|FILE")
    ],
    rules: rulefiles.RulesAround = None,
) -> None:
    """Show a guideline so that it can be read aloud."""
    from checker.render.rules import show_guideline

    base = common.rules_from(ruletools.folder_for([guideline], rules))
    show_guideline(ruletools.the_one(base, guideline, "show"), common.console())
