"""What the commands share: options, streams, reading many cases, and the exit code of many answers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO, TypeVar

import typer

from checker.case import Case, load_case, parse_case
from checker.charting import FactsFrom
from checker.determination import Outcome, Terms
from checker.engine.agreed import Engine
from checker.engine.written import READINGS
from checker.errors import CaseError, CheckerError, Place, Problem
from checker.rulebase import VOCABULARY, RuleBase, load_rules
from checker.shipped import shipped
from checker.yamlfile import MAX_BYTES

if TYPE_CHECKING:
    from rich.console import Console

    from checker.letters.draft import LetterReader

READY, NOT_READY, COULD_NOT_RUN, CANNOT_TELL, INTERRUPTED = 0, 1, 2, 3, 130

_CODES: dict[Outcome, int] = {
    "Overturned": READY,
    "Upheld": NOT_READY,
    "open": CANNOT_TELL,
    "not covered": CANNOT_TELL,
}
_WORST_FIRST = (COULD_NOT_RUN, NOT_READY, CANNOT_TELL, READY)
_CASES = frozenset({".yaml", ".yml"})
_LETTERS = frozenset({".pdf", ".txt"})
STANDARD_INPUT = "-"
_BLANKS_AT_END = re.compile(r" +(?=\n)")
PLAIN_WIDTH = 120


def own_rules() -> Path | None:
    """The folder `rules` where one is, if it is a rule base and not the one that comes along."""
    here = Path("rules")
    found = (here / VOCABULARY).is_file() and here.resolve() != shipped("rules").resolve()
    return here if found else None


def _told_of_own_rules(context: typer.Context, folder: Path | None) -> Path | None:
    """What was asked for; a person in a folder with rules of their own is told when others decide."""
    if folder is None and not context.resilient_parsing and own_rules():
        told = "note: these are the rules that come along, not those in ./rules; for those: --rules rules"
        print(told, file=sys.stderr)
    return folder


RulesFolder = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="The folder of a rule base, instead of the one that comes along.",
        metavar="FOLDER",
        callback=_told_of_own_rules,
    ),
]
ReadingOption = Annotated[
    Literal["strict", "as-written", "lenient"],
    typer.Option("--reading", help="How silence and weak evidence count."),
]
FactsFromOption = Annotated[
    Literal["record", "record+ur", "all"],
    typer.Option(
        "--facts-from", help="Whose words count: the chart's, utilization review's too, or all."
    ),
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
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Answer a fact for this run, as in iv_sedation_planned=no.",
        metavar="FACT=VALUE",
    ),
]
FORMAT = typer.Option("--format", help="For people, or for programs.")
FormatOption = Annotated[Literal["text", "json", "jsonl"], FORMAT]
TextOrJson = Annotated[Literal["text", "json"], FORMAT]


def terms(
    reading: str, facts_from: FactsFrom, guideline: str | None, as_of: datetime | None
) -> Terms:
    """The terms that the options ask for."""
    chosen = next(one for one in READINGS if one.replace(" ", "-") == reading)
    return Terms(chosen, facts_from, guideline, as_of.date() if as_of else None)


def rules_from(folder: Path | None) -> RuleBase:
    """The rule base in a folder, or the one that comes along; its files are named from here if they can be."""
    chosen, here = folder or shipped("rules"), Path.cwd()
    return load_rules(chosen.relative_to(here) if chosen.is_relative_to(here) else chosen)


def engine_for(folder: Path | None) -> Engine:
    """An engine for that rule base."""
    return Engine(rules_from(folder))


def case_files(arguments: Iterable[str]) -> list[str]:
    """The cases and letters that arguments name: files as given, those of a folder, `-` for standard input.

    Of a folder all cases count, or, where it holds none, all letters. A file that is named twice counts
    once; hidden files of a folder are left out.

    Raises:
        CaseError: for a folder without a case or a letter.
    """
    return _files(arguments, (_CASES, _LETTERS), "no case (.yaml) and no letter (.pdf, .txt)")


def letter_files(arguments: Iterable[str]) -> list[str]:
    """The letters that arguments name: files as given, and all letters of a folder.

    Raises:
        CaseError: for a folder without a letter.
    """
    return _files(arguments, (_LETTERS,), "no letter (.pdf, .txt)")


def _files(arguments: Iterable[str], kinds: Sequence[frozenset[str]], none: str) -> list[str]:
    files: dict[Path, str] = {}
    for argument in arguments:
        found = [Path(argument)]
        if found[0].is_dir():
            of_kinds = (sorted(_files_in(found[0], kind)) for kind in kinds)
            found = next((one for one in of_kinds if one), [])
            if not found:
                raise CaseError([Problem(Place(argument), f"the folder holds {none}")])
        for path in found:
            files.setdefault(path.resolve(), argument if path == Path(argument) else str(path))
    return list(files.values())


def _files_in(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in suffixes and path.is_file() and not hidden:
            yield path


_Answer = TypeVar("_Answer")


@dataclass
class Cases:
    """Cases to go through one by one; `failed` are the files that could not be read or decided.

    What is wrong with a file is told on standard error, and the others go on.
    """

    files: Sequence[str]
    rules: RuleBase
    failed: list[str] = field(default_factory=list)

    def each(self, decide: Callable[[Case], Iterable[_Answer]]) -> list[_Answer]:
        """All answers for all cases."""
        return [
            answer
            for file in with_progress(self.files, len(self.files), "cases")
            for answer in self._one(file, decide)
        ]

    def _one(self, file: str, decide: Callable[[Case], Iterable[_Answer]]) -> list[_Answer]:
        try:
            return [one for case in self.cases(file) for one in decide(case)]
        except CheckerError as error:
            self.failed.append(file)
            print(error, file=sys.stderr)
            return []

    def cases(self, file: str) -> tuple[Case, ...]:
        """The case in a file, or the cases that a letter is read into; on standard input for `-`."""
        path = Path(file)
        if path.suffix.lower() in _LETTERS:
            return self._reader.cases(path)
        if file == STANDARD_INPUT:
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
            return (parse_case("standard input", data, self.rules),)
        return (load_case(path, self.rules),)

    @cached_property
    def _reader(self) -> LetterReader:
        from checker.letters.draft import LetterReader

        return LetterReader.load(self.rules)


def with_progress(things: Iterable[_Answer], number: int, name: str) -> Iterator[_Answer]:
    """The things one by one, with a bar on standard error when there are several and a person watches."""
    if number < 2 or not sys.stderr.isatty():
        yield from things
        return
    from rich.console import Console
    from rich.progress import track

    shown = Console(stderr=True)
    yield from track(things, description=name, total=number, console=shown, transient=True)


def exit_code(outcomes: Iterable[Outcome], failed: bool) -> int:
    """The worst of could not run, not ready, cannot tell, ready."""
    codes = {_CODES[one] for one in outcomes} | ({COULD_NOT_RUN} if failed else set())
    return next((code for code in _WORST_FIRST if code in codes), READY)


def console() -> Console:
    """Standard output for people: coloured on a terminal, elsewhere plain and 120 columns wide."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False, emoji=False, markup=False)
    return plain_console(sys.stdout)


def plain_console(stream: TextIO) -> Console:
    """A stream for people that is no terminal: without colour, 120 columns wide, no blanks at line ends."""
    from rich.console import Console

    trimmed = _Trimmed(stream)
    return Console(file=trimmed, width=PLAIN_WIDTH, highlight=False, emoji=False, markup=False)  # type: ignore[arg-type]


class _Trimmed:
    """A text stream whose lines lose the blanks at their ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding or "utf-8"

    def write(self, text: str) -> int:
        return self._stream.write(_BLANKS_AT_END.sub("", text))

    def flush(self) -> None:
        self._stream.flush()


def print_json(value: Any, *, lines: bool = False) -> None:
    """JSON on standard output: one readable document, or one object in one line."""
    utf = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=not utf, indent=None if lines else 2))
