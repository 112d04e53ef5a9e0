"""`checker rules docs`: the rule base as pages to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import common, rulefiles
from checker.determination import Terms, determine
from checker.shipped import shipped


def docs(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Write the pages here.", metavar="FOLDER")
    ],
    cases: Annotated[
        list[str] | None,
        typer.Option(
            "--cases",
            help="Decided cases to name where a criterion mattered; the shipped ones if none is named.",
            metavar="PATH",
        ),
    ] = None,
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Write a page for each guideline and one for the vocabulary: Markdown to read and to sign."""
    from checker.audit.comparison import compare
    from checker.authoring.writing import write_anyway
    from checker.render.rulebook import pages

    engine = common.engine_for(rules)
    files = common.case_files(cases or ([] if rules else [str(shipped("cases"))]))
    loaded = common.Cases(files, engine.rules)
    compared = loaded.each(
        lambda case: [
            one
            for answer in determine(case, engine, Terms())
            for one in compare(answer, engine.rules)
        ]
    )
    written = pages(engine.rules, compared)
    for name, text in written.items():
        write_anyway(output / name, text)
    print(f"wrote {len(written)} pages to {output}")
    raise typer.Exit(common.COULD_NOT_RUN if loaded.failed else common.READY)
