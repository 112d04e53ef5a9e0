"""`checker audit`: the audit itself, and the saved ones beside it: `runs`, `diff`, `replay`, `forget`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from checker.cli import audit, common, report
from checker.cli.defaulting import UNNAMED, WithUnnamed

if TYPE_CHECKING:
    from checker.render.runs import Side
    from checker.store.run import SavedRun

StoreOption = audit.StoreOption
RunArgument = Annotated[
    str, typer.Argument(help="A saved run: its name, its number, or latest.", metavar="RUN")
]
RunFormat = Annotated[Literal["text", "json", "markdown"], common.FORMAT]

app = typer.Typer(
    cls=WithUnnamed,
    help="Compare decisions with the guideline, and keep and compare such audits.",
    no_args_is_help=True,
)
app.command(
    UNNAMED,
    hidden=True,
    epilog="Saved audits: checker audit runs | diff RUN RUN | replay RUN | forget RUN."
    " A path of one of these names is written ./diff.",
)(audit.audit)


@app.command()
def runs(
    store: StoreOption = None,
    form: common.TextOrJson = "text",
) -> None:
    """List the saved audits, the oldest first."""
    from checker.render.runs import runs_result, show_runs
    from checker.store.opening import opened

    with opened(store) as kept:
        found = kept.runs()
    if form == "json":
        common.print_json(runs_result(found))
    elif found:
        show_runs(found, common.console())
    else:
        print("no audit is saved here; save one with checker audit PATH --save", file=sys.stderr)


@app.command()
def diff(
    before: RunArgument,
    after: RunArgument,
    store: StoreOption = None,
    form: RunFormat = "text",
    output: report.OutputOption = None,
) -> None:
    """Tell what changed from one saved audit to another, item by item."""
    from checker.audit.saved import diff as compared
    from checker.render.runs import diff_result
    from checker.store.opening import opened

    report.check_outputs([output], [])
    with opened(store) as kept:
        old, new = kept.run(before), kept.run(after)
        found = compared(kept.entries(old), kept.entries(new))
    _show(diff_result(_side(old), _side(new), found), form, output)


@app.command()
def replay(
    run: Annotated[
        str, typer.Argument(help="A saved run: its name, its number, or latest.", metavar="RUN")
    ] = "latest",
    store: StoreOption = None,
    rules: common.RulesFolder = None,
    form: RunFormat = "text",
    output: report.OutputOption = None,
) -> None:
    """Decide the cases of a saved audit again under the present rules, and tell what differs.

    Exit code 1 when anything does.
    """
    from checker.audit.saved import decided_again
    from checker.audit.saved import diff as compared
    from checker.render.contract import audit_result
    from checker.render.runs import Side, diff_result
    from checker.store.opening import opened

    report.check_outputs([output], [])
    engine = common.engine_for(rules)
    with opened(store) as kept:
        saved = kept.run(run)
        cases, entries = kept.cases(saved), kept.entries(saved)
    again = decided_again(saved, cases, engine)
    for file, problem in again.problems.items():
        print(f"{file}, as it was saved: {problem}", file=sys.stderr)
    document = audit_result(again.audit, engine, again.terms, list(again.problems))
    found = compared(entries, document["entries"])
    now = Side("now", document, saved.corpus)
    _show(diff_result(_side(saved), now, found), form, output)
    if again.problems:
        raise typer.Exit(common.COULD_NOT_RUN)
    raise typer.Exit(common.NOT_READY if found.changes else common.READY)


@app.command()
def forget(run: RunArgument, store: StoreOption = None) -> None:
    """Delete a saved audit with its cases for good."""
    from checker.errors import StoreError
    from checker.store.opening import opened
    from checker.store.run import LATEST

    if run == LATEST:
        raise StoreError("name the run to forget by its name or number; see checker audit runs")
    with opened(store, to_write=True) as kept:
        found = kept.run(run)
        kept.forget(found)
    typer.echo(f"forgot {found.label}", err=True)


def _side(run: SavedRun) -> Side:
    from checker.render.runs import Side

    return Side(run.label, run.document, run.corpus)


def _show(document: dict[str, Any], form: str, output: Path | None) -> None:
    from checker.render.runs import diff_markdown, show_diff

    match form:
        case "json":
            report.deliver(json.dumps(document, ensure_ascii=False, indent=2), output)
        case "markdown":
            report.deliver(diff_markdown(document), output)
        case _:
            report.deliver_screen(lambda screen: show_diff(document, screen), output)
