"""`checker rules lint` and `checker rules explain`: what loads and would do harm."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from checker.cli import common, rulefiles
from checker.errors import Place, Problem, RuleError, did_you_mean

if TYPE_CHECKING:
    from checker.authoring.lint.catalogue import Remark
    from checker.render.records import Notice

Format = Annotated[Literal["text", "json", "sarif", "github", "junit"], common.FORMAT]


def lint(
    paths: rulefiles.Paths = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Take notes as warnings, and warnings as errors.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely.")] = False,
    output: Format = "text",
    rules: rulefiles.RulesAround = None,
) -> None:
    """Look for what loads in a rule base and would do harm."""
    from checker.authoring.lint.catalogue import lint as look
    from checker.authoring.lint.rule import load_base
    from checker.render import lint as render

    base_folder = rulefiles.rule_base(paths or [], rules)
    chosen = rulefiles.named_files(paths, rulefiles.files_of(base_folder), base_folder, "lint")
    files = [str(one) for one in chosen]
    try:
        remarks = _of(files, look(load_base(base_folder)))
        if fix and _mend(chosen, remarks):
            remarks = _of(files, look(load_base(base_folder)))
    except RuleError as error:
        if output == "text":
            raise
        _print(render.load_notices(error), [], files, output)
        raise typer.Exit(common.COULD_NOT_RUN) from None
    found = render.notices(remarks, strict=strict)
    _print(found, [one.source_line for one in remarks], files, output)
    wrong = any(one.level == "error" for one in found)
    raise typer.Exit(common.NOT_READY if wrong else common.READY)


def _of(files: Sequence[str], remarks: Sequence[Remark]) -> list[Remark]:
    return [one for one in remarks if one.notice.place.file in files]


def _mend(chosen: Sequence[Path], remarks: Sequence[Remark]) -> int:
    """How much was mended; each file is written whole or not at all."""
    from checker.authoring.layout import read_text
    from checker.authoring.lint.mending import mended
    from checker.authoring.writing import write_whole

    total = 0
    for path in chosen:
        of_file = [one for one in remarks if one.notice.place.file == str(path)]
        if not of_file:
            continue
        text, number = mended(str(path), read_text(path), of_file)
        if number:
            write_whole(path, text)
            print(f"mended {number} in {path}", file=sys.stderr)
        total += number
    return total


def _print(
    found: Sequence[Notice], lines: Sequence[str], files: Sequence[str], output: str
) -> None:
    from checker.render import github, junit, sarif
    from checker.render import lint as render

    match output:
        case "json":
            common.print_json(render.as_json(found))
        case "sarif":
            print(sarif.sarif(render.as_rules(), found), end="")
        case "github":
            print(github.github(found), end="")
        case "junit":
            print(junit.junit("checker rules lint", render.as_tests(found, files)), end="")
        case _:
            print(render.text(list(zip(found, lines, strict=True)), len(files)))


def explain(
    rule: Annotated[
        str | None,
        typer.Argument(help="The lint rule's id; without one, all are listed.", metavar="ID"),
    ] = None,
) -> None:
    """Explain a lint rule: what it asks, why, and a sample on each side."""
    from checker.authoring.lint.catalogue import BY_ID
    from checker.render.lint import list_of_rules, plain_page

    if rule is None:
        print(list_of_rules())
        return
    known = BY_ID.get(rule.upper())
    if known is None:
        hint = did_you_mean(rule, BY_ID) or "; see checker rules explain"
        message = f"there is no lint rule `{rule}`{hint}"
        raise RuleError([Problem(Place("checker rules explain"), message)])
    print(plain_page(known))
