"""`checker rules diff`: what a change of the rule base does, exactly, and to cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import common, rulefiles
from checker.rulebase import load_rules
from checker.shipped import shipped

if TYPE_CHECKING:
    from checker.authoring.corpus import Corpus
    from checker.rulebase import RuleBase


def diff(
    before: Annotated[
        str,
        typer.Argument(
            help="The earlier version: a git revision, or a folder.", metavar="REV|FOLDER"
        ),
    ],
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", help="Also decide these cases under both.", metavar="FOLDER"),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where a case can change.")
    ] = False,
    output: common.TextOrJson = "text",
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Compare the rule base with an earlier version: stricter, looser or the same, criterion by criterion."""
    import tempfile

    from checker.authoring.versions import versions
    from checker.render.authoring import version_json, version_lines

    now = common.rules_from(rules)
    with tempfile.TemporaryDirectory() as folder:
        then = _earlier(before, rules or shipped("rules"), Path(folder))
        found = versions(then, now)
        effect = _effect(corpus, then, now) if corpus else None
    if output == "json":
        common.print_json(version_json(found, effect))
    else:
        for line in version_lines(found, effect, now.anatomy):
            print(line)
    changes = not found.same or bool(effect and effect.moved)
    raise typer.Exit(common.NOT_READY if exit_code and changes else common.READY)


def _earlier(before: str, rules: Path, folder: Path) -> RuleBase:
    from checker.cli.revision import unpacked

    if Path(before).is_dir():
        return load_rules(Path(before))
    return load_rules(unpacked(before, rules, folder))


def _effect(corpus: Path, then: RuleBase, now: RuleBase) -> Corpus:
    from checker.authoring.corpus import corpus as effect
    from checker.engine.agreed import Engine

    files = common.case_files([str(corpus)])
    before, after = common.Cases(files, then), common.Cases(files, now)
    pairs = [
        pair for one in files for pair in zip(before.cases(one), after.cases(one), strict=True)
    ]
    alone = "the written semantics suffice"
    return effect(pairs, Engine(then, alone), Engine(now, alone))
