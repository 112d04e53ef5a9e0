"""`checker rules fmt`: rule files in the layout of the house."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from checker.cli import common, rulefiles


def fmt(
    paths: rulefiles.Paths = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; name the files that would change.")
    ] = False,
    rules: rulefiles.RulesAround = None,
) -> None:
    """Lay out rule files: keys in one order, one way to quote, comments kept, meaning untouched."""
    from checker.authoring.layout import laid_out, read_text
    from checker.authoring.writing import write_whole
    from checker.errors import CheckerError

    base = rulefiles.rule_base(paths or [], rules)
    changed, failed = [], False
    for path in rulefiles.named_files(paths, rulefiles.files_of(base), base, "fmt"):
        try:
            text = read_text(path)
            written = laid_out(str(path), text)
            if written != text:
                changed.append(path)
                if not check:
                    write_whole(path, written)
        except CheckerError as error:
            failed = True
            print(error, file=sys.stderr)
    done = "would change" if check else "changed"
    for path in changed:
        print(f"{done} {path}")
    if not changed and not failed:
        print("nothing to change")
    code = common.NOT_READY if check and changed else common.READY
    raise typer.Exit(common.COULD_NOT_RUN if failed else code)
