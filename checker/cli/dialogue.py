"""What dialogues in a terminal share: lines typed and told, the choices of a fact, and answers as values.

Everything is told on standard error, and a line at a time, so that a pipe and the plainest terminal will do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from checker.charting import FactReader
from checker.errors import CaseError, Place, Problem, shown_path
from checker.fact import NOT_DOCUMENTED, Fact
from checker.vocabulary import (
    Boolean,
    Date,
    Enum,
    FactSpec,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
    Vocabulary,
)
from checker.wholefile import write_whole
from checker.wording import plain
from checker.yamlfile import parse

_MANY_RECORDS = 9


def tell(line: str) -> None:
    """Say something to the person."""
    print(line, file=sys.stderr, flush=True)


def typed() -> str:
    """A line that is typed; one from a pipe is shown. The end of the input is a wish to stop."""
    print("   > ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        tell("")
        return "q"
    if not sys.stdin.isatty():
        tell(line.rstrip("\r\n"))
    return line


def save(path: Path, text: str) -> None:
    """Put what was answered in the place of what a file holds.

    Raises:
        CaseError: if it cannot be written; the file then holds what it held.
    """
    try:
        write_whole(path, text)
    except OSError as failure:
        message = f"the answer cannot be saved: {failure.strerror}"
        raise CaseError([Problem(Place(shown_path(path)), message)]) from None


def choices(spec: FactSpec) -> Sequence[str]:
    """How a fact can be answered, for each line of the screen."""
    match spec.type:
        case Boolean():
            return ["y yes   n no"]
        case Enum(values):
            return [
                f"{number} {plain(name)}: {says}"
                for number, (name, says) in enumerate(values.items(), 1)
            ]
        case Number(unit, low, high):
            return [f"{unit}, {low:g} to {high:g}"]
        case SetOf(values):
            return [f"none, or some of: {', '.join(values)}"]
        case Levels():
            return ["none, or joints such as L4-5, L5-S1"]
        case TargetLabels():
            return ["nerves or joints, such as L3, L4, L5 or L4-5, L5-S1"]
        case Date():
            return ["a day such as 2015-09-21"]
        case ListOf():
            return ["none, or how many there were"]


def as_yaml(text: str, spec: FactSpec, vocabulary: Vocabulary, *, in_record: bool = False) -> str:
    """An answer as it is written in a case; of a field of a record where that is said.

    Raises:
        CaseError: if the fact cannot have this value.
    """
    written = _understood(text, spec)
    document = parse("answer", f"{spec.name}: {written}".encode(), CaseError)
    if in_record:
        for path, message in vocabulary.faults(spec, document.value[spec.name]):
            document.report((spec.name, *path), message)
    else:
        FactReader(document, vocabulary).read((), [spec.name])
    if document.problems:
        raise CaseError(document.problems)
    return written


def answer(text: str, spec: FactSpec, vocabulary: Vocabulary) -> Fact:
    """An answer as the fact that it makes.

    Raises:
        CaseError: if the fact cannot have this value.
    """
    document = parse(
        "answer", f"{spec.name}: {as_yaml(text, spec, vocabulary)}".encode(), CaseError
    )
    return FactReader(document, vocabulary).read((), [spec.name]).get(spec.name, NOT_DOCUMENTED)


def _understood(typed: str, spec: FactSpec) -> str:
    """Short forms: y and n, the number of a choice, members without brackets, a number of records."""
    plain_word = typed.lower()
    match spec.type:
        case Boolean():
            return {"y": "true", "yes": "true", "n": "false", "no": "false"}.get(plain_word, typed)
        case Enum(values) if typed.isdecimal() and 0 < int(typed) <= len(values):
            return list(values)[int(typed) - 1]
        case SetOf() | Levels() | TargetLabels() if not typed.startswith(("[", "{")):
            return "[]" if plain_word == "none" else f"[{typed}]"
        case ListOf() if plain_word == "none" or typed == "0":
            return "[]"
        case ListOf() if typed.isdecimal() and int(typed) <= _MANY_RECORDS:
            return f"[{', '.join(['{}'] * int(typed))}]"
    return typed
