"""Dates, spans of time, percentages and levels as letters write them, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from checker.anatomy import Anatomy
from checker.letters.levels import Level, written_levels

_NUMERIC = re.compile(r"(?<![\d/-])(\d{1,2}) ?([-/]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?![\d/-])")
_ISO = re.compile(r"(?<![\d/-])(\d{4})-(\d{2})-(\d{2})(?![\d/-])")
_MONTH = re.compile(r"\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")
_TIME = re.compile(
    r"\b(\d{1,3}|[a-z]{3,6})(?: ?(?:-|to|or) ?(\d{1,3}|[a-z]{3,6}))? ?(?:\+ ?)?-? ?"
    r"(hour|hr|day|week|wk|month|mo|year|yr)s?\b"
)
_PERCENT = re.compile(r"(?<![\d.-])(\d{1,3})(?: ?%)?(?: ?(?:-|to) ?(\d{1,3}))? ?(?:%|percent\b)")
_MAY_NAME_A_LEVEL = re.compile(
    r"(?<![a-z])[ctls][ -]?\(?\d|[ctls] ?\(|\([ctls]\)"
    r"|(?:cervical|thoracic|lumbar|sacral) ?"
    r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
_MORE = re.compile(r"(?: ?,| ?&| and| ?/)? ?(?:and )?(?:left |right |bilateral )?$")

_WEEKS_IN: Mapping[str, float] = {
    "day": 1 / 7, "week": 1, "wk": 1, "month": 52 / 12, "mo": 52 / 12, "year": 52, "yr": 52,
}  # fmt: skip
_HOURS_IN: Mapping[str, float] = {"hour": 1, "hr": 1, "day": 24}
_CENTURY = 70

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Placed(Generic[Found]):
    """Something that a text says, from `start` to `end`."""

    value: Found
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Length:
    """A span of time; of a range the shorter one."""

    number: float
    unit: str

    @property
    def weeks(self) -> float | None:
        """In weeks, whole ones where it is one or more; None for hours."""
        factor = _WEEKS_IN.get(self.unit)
        if factor is None:
            return None
        weeks = self.number * factor
        return float(int(weeks + 1e-9)) if weeks >= 1 else round(weeks, 2)

    @property
    def hours(self) -> float | None:
        """In hours; None for weeks and longer."""
        factor = _HOURS_IN.get(self.unit)
        return None if factor is None else self.number * factor


def dates(lower: str, months: Sequence[str]) -> list[Placed[date]]:
    """The days of the calendar in a text in small letters, month first."""
    found: list[Placed[date]] = []
    for match in _NUMERIC.finditer(lower):
        month, day, year = int(match[1]), int(match[3]), int(match[4])
        found += _day(match, _full(year), month, day)
    for match in _ISO.finditer(lower):
        found += _day(match, int(match[1]), int(match[2]), int(match[3]))
    for match in _MONTH.finditer(lower):
        number = next((n for n, one in enumerate(months, 1) if one[:3] == match[1][:3]), 0)
        if number and months[number - 1].startswith(match[1].rstrip(".")):
            found += _day(match, int(match[3]), number, int(match[2]))
    return sorted(found, key=lambda one: one.start)


def _full(year: int) -> int:
    return year if year > 99 else 2000 + year if year < _CENTURY else 1900 + year


def _day(match: re.Match[str], year: int, month: int, day: int) -> list[Placed[date]]:
    with suppress(ValueError):
        return [Placed(date(year, month, day), *match.span())]
    return []


def lengths(lower: str, numbers: Mapping[str, int]) -> Iterator[Placed[Length]]:
    """The spans of time in a text in small letters; `numbers` are those written as words."""
    for match in _TIME.finditer(lower):
        low = _number(match[1], numbers)
        if low is None:
            continue
        high = _number(match[2], numbers) if match[2] else low
        yield Placed(Length(min(low, high or low), match[3]), *match.span())


def percentages(lower: str) -> Iterator[Placed[int]]:
    """The percentages in a text in small letters; of a range the smaller one."""
    for match in _PERCENT.finditer(lower):
        low = min(int(match[1]), int(match[2] or match[1]))
        if low <= 100:
            yield Placed(low, *match.span())


def _number(written: str | None, numbers: Mapping[str, int]) -> int | None:
    if written is None:
        return None
    return int(written) if written.isdigit() else numbers.get(written)


def levels_between(text: str, lower: str, start: int, end: int, anatomy: Anatomy) -> list[Level]:
    """The levels that stand between two characters of a text."""
    if not _MAY_NAME_A_LEVEL.search(lower, start, end):
        return []
    found = written_levels(text[start:end], anatomy).levels
    return [Level(one.label, one.start + start, one.end + start) for one in found]


def neighbours(found: Sequence[Level], at: int, lower: str) -> list[Level]:
    """The levels that stand in one list with that at index `at`."""
    first = last = at
    while first > 0 and _MORE.match(lower[found[first - 1].end : found[first].start]):
        first -= 1
    while last + 1 < len(found) and _MORE.match(lower[found[last].end : found[last + 1].start]):
        last += 1
    return list(found[first : last + 1])
