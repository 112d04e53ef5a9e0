"""Dates in letters: day, month and year in American order, in figures or with the month's name."""

from __future__ import annotations

import re
from datetime import date

from checker.letters.flat import flatten
from checker.letters.marks import Page

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?<![\w/-])(?:(?P<m>\d{1,2}) ?(?P<s>[-/.]) ?(?P<d>\d{1,2}) ?(?P=s) ?(?P<y>\d{4}|\d{2})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? (?P<day>\d{1,2})"
    r"(?:st|nd|rd|th)?,? ?(?P<year>\d{4}))(?![\w/])",
    re.IGNORECASE,
)
_FIRST_OF_THE_LAST_CENTURY = 50
_AROUND = 80
_SIGNS = " ,:;("


def only_date(text: str) -> date | None:
    """The date that a text begins with; None where it begins with none."""
    match = _DATE.match(text.strip())
    return _date_of(match) if match else None


def date_beside(page: Page, wanted: tuple[str, ...]) -> date | None:
    """The first date with words beside it that one of the phrases, such as `injured on {date}`, asks for."""
    if page.start >= page.end or not wanted:
        return None
    flat = flatten(page.text, page.source(page.start, page.end))
    words = [phrase.lower().partition("{date}") for phrase in wanted]
    for match in _DATE.finditer(flat.text):
        before = flat.lower[max(0, match.start() - _AROUND) : match.start()].rstrip(_SIGNS)
        after = flat.lower[match.end() : match.end() + _AROUND].lstrip(_SIGNS)
        for left, _, right in words:
            if before.endswith(left.rstrip(_SIGNS)) and after.startswith(right.lstrip(_SIGNS)):
                found = _date_of(match)
                if found:
                    return found
    return None


def _date_of(match: re.Match[str]) -> date | None:
    """The date; None where the calendar has no such day. Years of two figures are 1950 to 2049."""
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["month"]:
            month = _MONTHS.index(match["month"].lower()) + 1
            return date(int(match["year"]), month, int(match["day"]))
        year = int(match["y"])
        if len(match["y"]) == 2:
            year += 1900 if year >= _FIRST_OF_THE_LAST_CENTURY else 2000
        return date(year, int(match["m"]), int(match["d"]))
    except ValueError:
        return None
