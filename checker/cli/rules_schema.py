"""`checker rules schema`: JSON Schema of the files that people write, and of the JSON that programs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from checker.cli import common, rulefiles
from checker.errors import Place, Problem, RuleError

KINDS = (
    "guideline",
    "case",
    "vocabulary",
    "search-order",
    "check-result",
    "flip-result",
    "audit-result",
    "lint-result",
    "test-result",
)


def _flag(words: str) -> Any:
    return typer.Option(words, help=_HELP[words])


_HELP = {
    "--guideline": "Of a guideline.",
    "--case": "Of a case.",
    "--vocabulary": "Of vocabulary.yaml.",
    "--search-order": "Of search-order.yaml.",
    "--result": "Of what checker check --format json prints.",
    "--flip": "Of what checker flip --format json prints.",
    "--audit": "Of what checker audit --format json prints.",
    "--lint": "Of what checker rules lint --format json prints.",
    "--test": "Of what checker rules test --format json prints.",
}


def schema(
    guideline: Annotated[bool, _flag("--guideline")] = False,
    case: Annotated[bool, _flag("--case")] = False,
    vocabulary: Annotated[bool, _flag("--vocabulary")] = False,
    search_order: Annotated[bool, _flag("--search-order")] = False,
    result: Annotated[bool, _flag("--result")] = False,
    flip: Annotated[bool, _flag("--flip")] = False,
    audit: Annotated[bool, _flag("--audit")] = False,
    lint: Annotated[bool, _flag("--lint")] = False,
    test: Annotated[bool, _flag("--test")] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write all of them to this folder.", metavar="FOLDER"),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="With -o: change nothing; fail if a file is not current."),
    ] = False,
    rules: rulefiles.RulesFolder = None,
) -> None:
    """Write JSON Schemas: editors complete facts, values and operators from them, and show each question."""
    flags = (guideline, case, vocabulary, search_order, result, flip, audit, lint, test)
    chosen = [kind for kind, wanted in zip(KINDS, flags, strict=True) if wanted]
    if (len(chosen) != 1) == (output is None) or (check and output is None):
        message = f"write one of {', '.join(_HELP)}, or -o FOLDER for all of them"
        raise RuleError([Problem(Place("checker rules schema"), message)])
    all_of_them = _schemas(rules)
    if output is None:
        common.print_json(all_of_them[chosen[0]])
        return
    raise typer.Exit(_to_folder(output, all_of_them, check=check))


def _schemas(rules: Path | None) -> dict[str, dict[str, Any]]:
    from checker.authoring.schema import schemas
    from checker.render.contractschema import PUBLISHED

    return {**schemas(common.rules_from(rules)), **PUBLISHED}


def _to_folder(folder: Path, schemas: dict[str, dict[str, Any]], *, check: bool) -> int:
    """Write what is not current, or only say so."""
    from checker.authoring.writing import write_anyway

    stale = []
    for kind, one in schemas.items():
        path = folder / f"{kind}.schema.json"
        text = json.dumps(one, indent=1) + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not check:
                write_anyway(path, text)
    for path in stale:
        print(f"{'not current:' if check else 'wrote'} {path}")
    if not stale:
        print(f"all schemas in {folder} are current")
    return common.NOT_READY if check and stale else common.READY
