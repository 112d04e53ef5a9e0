"""A determination letter taken apart: who reviewed, what the chart says, and what was decided for each item.

Everything that is read is a `Span`: characters of the text as it was given. Nothing is cleaned away, so a
span can be shown, quoted and found again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from checker.case import ReviewersOutcome
from checker.fact import Voice


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters of a letter's text, counted from 0; `end` is the first one behind them."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LetterText:
    """The text of one file as it was given. `sha256` is that of the file's bytes, in hexadecimal."""

    file: str
    text: str
    sha256: str

    def words(self, span: Span) -> str:
        """What stands there, in one line."""
        return " ".join(self.text[span.start : span.end].split())

    def line(self, position: int) -> int:
        """The line of a character, counted from 1; a line ends with CR, LF or both together."""
        ends = self.text.count("\n", 0, position) + self.text.count("\r", 0, position)
        return ends - self.text.count("\r\n", 0, position + 1) + 1


@dataclass(frozen=True, slots=True)
class Cited:
    """A source that a decision names. `id` is its name in search orders and cases, such as `odg`.

    None where the letter does not say.
    """

    id: str
    publisher: str
    title: str | None = None
    year: int | None = None
    pages: str | None = None
    at: Span | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One disputed treatment, with the decision on it.

    `title` is where its wording stands. `requested` is the treatment asked for, in one line, without what was
    authorized of it and what remained; those two are None where the title does not tell them apart. `decided`
    is the decision word. The passages on guidelines and the rationale are None where the letter has none.
    """

    number: int
    title: Span
    requested: str
    authorized: str | None
    remaining: str | None
    outcome: ReviewersOutcome
    decided: Span
    ur_guideline: Span | None
    reviewer_guideline: Span | None
    rationale: Span | None
    cited_by_ur: tuple[Cited, ...] = ()
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in one of the known layouts.

    `header` holds the lines of its head by their names in the layout, such as `case_number`; dates of it that
    matter are `injured`, `ur_date` and `received`. `summary` is the clinical summary, None where it is missing,
    and `summary_voice` who speaks there. `warnings` tell what was expected and not found. `jurisdiction` is
    that of the layout, by its name in the search order; None where the layout does not tell.
    """

    source: LetterText
    layout: str
    span: Span
    header: Mapping[str, str]
    injured: date | None
    ur_date: date | None
    received: date | None
    licensed_in: tuple[str, ...]
    specialty: tuple[str, ...]
    summary: Span | None
    summary_voice: Voice
    items: tuple[Item, ...]
    warnings: tuple[str, ...] = ()
    jurisdiction: str | None = None
