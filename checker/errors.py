"""Every error that a user can meet.

CheckerError
├── InputError                  a file or an argument is wrong; carries every problem found in it
│   ├── RuleError               in the rule base
│   └── CaseError               in a case
└── EngineError                 the rule engine refused or failed; never turned into a determination
    └── EngineDisagreementError the engine and the written semantics differ on a criterion
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file, and a line and column counted from 1.

    Line 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where, and the line of the file that shows it (empty if none does)."""

    place: Place
    message: str
    source_line: str = ""

    def __str__(self) -> str:
        """`file:line:column: message`, then the line with a caret under the column."""
        head = f"{self.place}: {self.message}"
        if not self.source_line.strip():
            return head
        number = f"{self.place.line:>5} | "
        shown = self.source_line.expandtabs(1)
        start = max(0, self.place.column - 61)
        caret = " " * (len(number) + self.place.column - 1 - start) + "^"
        return f"{head}\n{number}{shown[start : start + 120].rstrip()}\n{caret}"


class CheckerError(Exception):
    """Anything that checker reports in plain words instead of a traceback."""


class InputError(CheckerError):
    """A file or an argument is wrong; `problems` holds all that was found, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RuleError(InputError):
    """Something in the rule base is wrong."""


class CaseError(InputError):
    """Something in a case is wrong."""


class EngineError(CheckerError):
    """The rule engine refused its rules or failed on a case; no determination is given."""


class EngineDisagreementError(EngineError):
    """The rule engine and the written semantics give a criterion different statuses."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The closest known word as a hint to append to a message; empty when none is close."""
    close = difflib.get_close_matches(str(word), sorted(known), n=1, cutoff=0.6)
    return f" (did you mean `{close[0]}`?)" if close else ""
