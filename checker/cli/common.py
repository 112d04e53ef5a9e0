"""What the commands share: options, streams, reading many cases, and the exit code of many answers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from checker.case import Case, load_case, parse_case
from checker.determination import Outcome, Terms
from checker.engine.agreed import Engine
from checker.errors import CaseError, CheckerError, Place, Problem
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped
from checker.yamlfile import MAX_BYTES

if TYPE_CHECKING:
    from rich.console import Console

READY, NOT_READY, COULD_NOT_RUN, CANNOT_TELL, INTERRUPTED = 0, 1, 2, 3, 130

_CODES: dict[Outcome, int] = {
    "Overturned": READY,
    "Upheld": NOT_READY,
    "open": CANNOT_TELL,
    "not covered": CANNOT_TELL,
}
_WORST_FIRST = (COULD_NOT_RUN, NOT_READY, CANNOT_TELL, READY)
_STANDARD_INPUT = "-"
_BLANKS_AT_END = re.compile(r" +(?=\n)")
PLAIN_WIDTH = 120

RulesFolder = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="The folder of a rule base; without it, the one that comes along.",
        metavar="FOLDER",
    ),
]
ReadingOption = Annotated[
    str,
    typer.Option(
        "--reading", help="How silence and weak evidence count: strict, as-written or lenient."
    ),
]
FactsFromOption = Annotated[
    str, typer.Option("--facts-from", help="Whose words count: record, record+ur or all.")
]
GuidelineOption = Annotated[
    str | None, typer.Option("--guideline", help="Ask under this guideline.", metavar="ID")
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        help="The day whose guideline counts, instead of the case's own.",
        formats=["%Y-%m-%d"],
        metavar="DATE",
    ),
]
FormatOption = Annotated[str, typer.Option("--format", help="text, json or jsonl.")]


def choice(value: str, allowed: Sequence[str], option: str) -> str:
    """One of the allowed words, dashes for spaces allowed.

    Raises:
        typer.BadParameter: for any other.
    """
    for one in allowed:
        if value in (one, one.replace(" ", "-")):
            return one
    raise typer.BadParameter(
        f"`{value}` is not one of {', '.join(one.replace(' ', '-') for one in allowed)}",
        param_hint=option,
    )


def terms(reading: str, facts_from: str, guideline: str | None, as_of: datetime | None) -> Terms:
    """The terms that the options ask for."""
    from checker.engine.written import READINGS

    return Terms(
        reading=choice(reading, READINGS, "--reading"),  # type: ignore[arg-type]
        facts_from=choice(facts_from, ("record", "record+ur", "all"), "--facts-from"),  # type: ignore[arg-type]
        guideline=guideline,
        as_of=as_of.date() if as_of else None,
    )


def rules_from(folder: Path | None) -> RuleBase:
    """The rule base in a folder, or the one that comes along."""
    return load_rules(folder or shipped("rules"))


def engine_for(folder: Path | None) -> Engine:
    """An engine for that rule base."""
    return Engine(rules_from(folder))


def case_files(arguments: Iterable[str]) -> list[str]:
    """The case files that arguments name: files as given, every YAML file of a folder, `-` for standard input.

    Raises:
        CaseError: for a folder without a case.
    """
    files: list[str] = []
    for argument in arguments:
        path = Path(argument)
        if not path.is_dir():
            files.append(argument)
            continue
        found = sorted(
            one for one in path.rglob("*") if one.suffix in (".yaml", ".yml") and one.is_file()
        )
        if not found:
            raise CaseError([Problem(Place(argument), "the folder holds no case (no .yaml file)")])
        files += [str(one) for one in found]
    return list(dict.fromkeys(files))


@dataclass
class Cases:
    """Reads cases one by one. A file that cannot be read is told on standard error, and the others go on."""

    files: Sequence[str]
    rules: RuleBase
    failed: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Case]:
        for file in with_progress(self.files):
            try:
                yield read_case(file, self.rules)
            except CheckerError as error:
                self.failed.append(file)
                print(error, file=sys.stderr)


def read_case(file: str, rules: RuleBase) -> Case:
    """The case in a file, or on standard input for `-`."""
    if file == _STANDARD_INPUT:
        return parse_case("standard input", sys.stdin.buffer.read(MAX_BYTES + 1), rules)
    return load_case(Path(file), rules)


def with_progress(files: Sequence[str]) -> Iterator[str]:
    """The files one by one, with a bar on standard error when there are several and a person watches."""
    if len(files) < 2 or not sys.stderr.isatty():
        yield from files
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(files, description="cases", console=Console(stderr=True), transient=True)


def exit_code(outcomes: Iterable[Outcome], failed: bool) -> int:
    """The worst of could not run, not ready, cannot tell, ready."""
    codes = {_CODES[one] for one in outcomes} | ({COULD_NOT_RUN} if failed else set())
    return next((code for code in _WORST_FIRST if code in codes), READY)


def console() -> Console:
    """Standard output for people: coloured on a terminal, elsewhere plain and 120 columns wide."""
    from rich.console import Console

    options = {"highlight": False, "emoji": False, "markup": False}
    if sys.stdout.isatty():
        return Console(**options)  # type: ignore[arg-type]
    return Console(file=_Trimmed(sys.stdout), width=PLAIN_WIDTH, **options)  # type: ignore[arg-type]


class _Trimmed:
    """A text stream whose lines lose the blanks at their ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        return self._stream.write(_BLANKS_AT_END.sub("", text))

    def flush(self) -> None:
        self._stream.flush()


def print_json(value: Any, *, lines: bool = False) -> None:
    """JSON on standard output: one readable document, or one object in one line."""
    print(json.dumps(value, ensure_ascii=False, indent=None if lines else 2))
