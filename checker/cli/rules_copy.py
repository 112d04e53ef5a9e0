"""`checker rules copy`: a rule base of one's own, made from another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import common, rulefiles
from checker.errors import Place, Problem, RuleError, shown_path
from checker.shipped import shipped


def copy(
    folder: Annotated[
        Path, typer.Argument(help="A folder that does not exist yet.", metavar="FOLDER")
    ],
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Copy the rule base that comes along into a folder, to change it there."""
    source = rules or shipped("rules")
    common.rules_from(source)
    if folder.exists():
        message = "exists already; choose another name"
        raise RuleError([Problem(Place(shown_path(folder)), message)])
    try:
        _copy_whole(source, folder)
    except OSError as failure:
        said = f"cannot be written: {failure.strerror or type(failure).__name__}"
        raise RuleError([Problem(Place(shown_path(folder)), said)]) from None
    own = common.own_rules()
    named = "" if own and own.resolve() == folder.resolve() else f" --rules {folder}"
    typer.echo(f"wrote {folder}; check it with: checker rules check{named}", err=True)


def _copy_whole(source: Path, folder: Path) -> None:
    """All of a folder or nothing; the files can be changed even where the source's cannot."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix=".", dir=folder.absolute().parent) as beside:
        made = Path(beside) / folder.name
        shutil.copytree(source, made, copy_function=shutil.copyfile)
        made.rename(folder)
