"""`checker extract`: determination letters to draft cases, each fact with its place."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import common
from checker.errors import CaseError, CheckerError, Place, Problem


def extract(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Letters (text or PDF), drafts, or folders of them.", metavar="FILE"),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The folder for the drafts.", metavar="FOLDER"),
    ] = None,
    review: Annotated[
        bool,
        typer.Option("--review", help="Confirm or correct drafts, what decides most first."),
    ] = False,
    score: Annotated[
        Path | None,
        typer.Option(
            "--score",
            help="Compare what is read with the confirmed cases in this folder.",
            metavar="FOLDER",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="How many processes read; one a core if not said.", min=1),
    ] = None,
    output: common.TextOrJson = "text",
    rules: common.RulesFolder = None,
) -> None:
    """Read determination letters into draft cases, each fact with its place in the letter."""
    match paths, folder, review, score:
        case [_, *_] as letters, Path() as drafts, False, None:
            _extract(_letters(letters), drafts, jobs or os.cpu_count() or 1, rules, output)
        case [_, *_] as drafted, None, True, None:
            _review(drafted, rules)
        case [_, *_] as letters, None, False, Path() as confirmed:
            _score(_letters(letters), confirmed, rules, output)
        case _:
            usage = (
                "checker extract LETTER -o FOLDER, checker extract LETTER --score FOLDER,"
                " or checker extract DRAFT --review"
            )
            message = f"name letters or drafts, and what is to be done with them: {usage}"
            raise CaseError([Problem(Place("checker extract"), message)])


def _letters(paths: list[str]) -> list[Path]:
    return [Path(one) for one in common.letter_files(paths)]


def _review(drafts: list[str], rules: Path | None) -> None:
    from checker.cli.review import Review

    engine = common.engine_for(rules)
    for file in common.case_files(drafts):
        Review(Path(file), engine).hold()


def _extract(letters: list[Path], folder: Path, jobs: int, rules: Path | None, output: str) -> None:
    from checker.letters.batch import Job, extract_all
    from checker.render.extract import extracted_result, show_extracted

    job = Job(common.rules_from(rules).folder, folder)
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for one in common.with_progress(extract_all(letters, job, jobs), len(letters), "letters"):
        found.append(one)
        if one.failure:
            print(one.failure, file=sys.stderr)
    if output == "json":
        common.print_json(extracted_result(found))
    else:
        show_extracted(found, common.console())
    failed = any(one.failure for one in found)
    raise typer.Exit(common.COULD_NOT_RUN if failed else common.READY)


def _score(letters: list[Path], confirmed: Path, rules: Path | None, output: str) -> None:
    from checker.letters.score import letter_of, score
    from checker.render.extract import score_result, show_score

    loaded = common.Cases(common.case_files([str(confirmed)]), common.rules_from(rules))
    pairs = []
    for right in loaded.each(lambda case: [case]):
        letter = letter_of(right, letters)
        if letter is None:
            message = "no letter is named like this case or like the file it was read from"
            print(f"{right.file}: {message}", file=sys.stderr)
            loaded.failed.append(right.file)
            continue
        try:
            pairs += [(read, right) for read in loaded.cases(str(letter))[:1]]
        except CheckerError as error:
            loaded.failed.append(str(letter))
            print(error, file=sys.stderr)
    fields = score(pairs)
    if output == "json":
        common.print_json(score_result(fields, len(pairs)))
    else:
        show_score(fields, len(pairs), common.console())
    raise typer.Exit(common.COULD_NOT_RUN if loaded.failed else common.READY)
