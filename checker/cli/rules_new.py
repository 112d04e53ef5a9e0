"""`checker rules new`: the beginnings of a guideline, a criterion or a fact."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from checker.cli import common, rulefiles
from checker.errors import Place, Problem, RuleError, did_you_mean
from checker.rulebase import VOCABULARY, RuleBase

app = typer.Typer(
    help="Begin a guideline, criterion, fact or procedure: it loads at once, and lint tells what to fill in.",
    no_args_is_help=True,
)

FactOption = Annotated[
    str | None, typer.Option("--fact", help="The fact that the criterion asks for.", metavar="FACT")
]


@app.command()
def guideline(
    name: Annotated[
        str, typer.Argument(help="Its id, which is its path in the rule base.", metavar="ID")
    ],
    fact: FactOption = None,
    procedure: Annotated[
        str | None,
        typer.Option("--procedure", help="The procedure that it is about; it must be named."),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="The region that it is about.")
    ] = None,
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Begin a guideline with one criterion, in a file of its own."""
    from checker.authoring.scaffold import fact_to_ask, new_guideline
    from checker.authoring.writing import write_new

    folder = _folder(rules)
    base = common.rules_from(folder)
    text = new_guideline(base, name, fact or fact_to_ask(base), procedure, region)
    path = folder / f"{name}.yaml"
    write_new(path, text)
    _next_step(path)


@app.command()
def criterion(
    guideline_id: Annotated[str, typer.Argument(help="The guideline's id.", metavar="GUIDELINE")],
    name: Annotated[str, typer.Argument(help="The criterion's id.", metavar="ID")],
    fact: FactOption = None,
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Begin a criterion at the end of a guideline."""
    from checker.authoring.layout import read_text
    from checker.authoring.scaffold import fact_to_ask, with_criterion
    from checker.authoring.writing import write_whole

    base = common.rules_from(_folder(rules))
    path = _file_of(base, guideline_id)
    asked = fact or fact_to_ask(base)
    write_whole(path, with_criterion(base, str(path), read_text(path), name, asked))
    _next_step(path)


def _file_of(base: RuleBase, name: str) -> Path:
    if name not in base.guidelines:
        hint = did_you_mean(name, base.guidelines) or "; see checker rules list"
        raise RuleError([Problem(Place("checker rules new"), f"unknown guideline `{name}`{hint}")])
    return Path(base.guidelines[name].place.file)


@app.command()
def fact(
    name: Annotated[str, typer.Argument(help="Its name.", metavar="NAME")],
    of_type: Annotated[
        Literal["boolean", "number", "enum", "set", "levels", "date"],
        typer.Option("--type", help="What values it has."),
    ] = "boolean",
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Begin a fact at the end of the vocabulary's facts."""
    from checker.authoring.layout import read_text
    from checker.authoring.scaffold import with_fact
    from checker.authoring.writing import write_whole

    folder = _folder(rules)
    base = common.rules_from(folder)
    path = folder / VOCABULARY
    write_whole(path, with_fact(base, str(path), read_text(path), name, of_type))
    _next_step(path)


@app.command()
def procedure(
    name: Annotated[str, typer.Argument(help="Its name.", metavar="NAME")],
    title: Annotated[
        str | None, typer.Option("--title", help="What people call it; by default its name.")
    ] = None,
    targets: Annotated[
        Literal["nerves", "joints", "none"],
        typer.Option("--targets", help="What of the spine a request for it names."),
    ] = "none",
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Begin a procedure at the end of the vocabulary's procedures."""
    from checker.authoring.layout import read_text
    from checker.authoring.scaffold import with_procedure
    from checker.authoring.writing import write_whole

    folder = _folder(rules)
    path = folder / VOCABULARY
    text = with_procedure(
        common.rules_from(folder), str(path), read_text(path), name, title, targets
    )
    write_whole(path, text)
    begin = f"checker rules new guideline PUBLISHER/TOPIC --procedure {name}"
    typer.echo(f"wrote {path}; a guideline about it begins with: {begin}", err=True)


def _folder(rules: Path | None) -> Path:
    """The rule base to write to: the one given, else `rules` in the current folder."""
    here = Path("rules")
    if rules is None and not (here / VOCABULARY).is_file():
        message = (
            "there is no rule base in the current folder; name it with --rules FOLDER, "
            "or make one from the rules that come along: checker rules copy rules"
        )
        raise RuleError([Problem(Place("checker rules new"), message)])
    return rules or here


def _next_step(path: Path) -> None:
    typer.echo(f"wrote {path}; what to fill in: checker rules lint {path}", err=True)
