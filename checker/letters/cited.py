"""Sources that a passage cites: publisher, title, year and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from checker.letters.flat import Flat, flatten
from checker.letters.layoutfile import CitationsEntry, PublisherEntry
from checker.letters.letter import Cited, Span
from checker.letters.marks import ends

_YEAR = re.compile(r"(?<![\w/:.-])(?:19|20)\d\d(?![\w/-])")
_RANGE = r"\d{1,4}(?: ?[-–] ?\d{1,4})?"
_PAGES = re.compile(
    rf"\b(?:pages?|pp?\.)(?: ?\(s\))?:? ?(?:\(s\) ?)?(?P<pages>{_RANGE}(?:(?:, ?| and ){_RANGE})*)"
    rf"|(?<=\d|\]|\)):(?P<of_volume>{_RANGE})(?!\d)",
    re.IGNORECASE,
)
_SITE = re.compile(r"https?://(?:www\.)?(?P<site>[\w.-]+)|\bwww\.(?P<bare>[\w.-]+)", re.IGNORECASE)
_OTHER_NAME = re.compile(r"[^\d,.:;(\[]{1,80}")
_SIGNS = " .,;:-–()"
_LONGEST_NAME = 60
_MOST_CITATIONS = 100


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a citation begins; `publisher` is None where it is the one before it."""

    at: int
    publisher: PublisherEntry | None


def citations(
    text: str, passage: Span | None, leads: Sequence[str], entry: CitationsEntry
) -> tuple[Cited, ...]:
    """The sources cited in a passage, in their order.

    `leads` are the words that come before sources. Where none of them stands in the passage, the publishers
    that it names are taken, sentence by sentence.
    """
    if passage is None or passage.start >= passage.end:
        return ()
    flat = flatten(text, passage)
    clauses = list(_clauses(flat, leads))
    if leads and not clauses:
        return ()
    found = clauses or [(0, len(flat.text))]
    only_named = not clauses
    cited = (
        one
        for start, end in found
        for one in _of_clause(flat, start, end, entry, only_named=only_named)
    )
    return tuple(dict.fromkeys(islice(cited, _MOST_CITATIONS)))


def _clauses(flat: Flat, leads: Sequence[str]) -> Iterator[tuple[int, int]]:
    """What follows each lead, up to the next one."""
    starts = sorted(
        match.span() for lead in leads for match in _any_of((lead.lower(),)).finditer(flat.lower)
    )
    until = ends([start for start, _ in starts], len(flat.text))
    yield from ((start, end) for (_, start), end in zip(starts, until, strict=True))


def _of_clause(
    flat: Flat, start: int, end: int, entry: CitationsEntry, *, only_named: bool
) -> Iterator[Cited]:
    lower = flat.lower
    cuts = [at for one in entry.cut_before if (at := lower.find(one.lower(), start, end)) >= 0]
    end = min(cuts, default=end)
    start = _behind(lower, start, end, ("the ", *entry.not_the_schedule, "the "))
    starts = _starts(lower, start, end, entry)
    if not starts:
        if not only_named and lower[start:end].strip(_SIGNS):
            yield _other(flat, start, end)
        return
    publisher = starts[0].publisher or _publisher_behind(starts)
    first = True
    for one, until in zip(starts, ends([one.at for one in starts], end), strict=True):
        publisher = one.publisher or publisher
        begin = one.at
        if first and not only_named:
            begin, first = start, False
        if publisher is None:
            yield _other(flat, begin, until)
        else:
            yield _cited(flat, begin, until, publisher)


def _publisher_behind(starts: Sequence[_Start]) -> PublisherEntry | None:
    return next((one.publisher for one in starts if one.publisher), None)


def _behind(lower: str, start: int, end: int, words: Sequence[str]) -> int:
    """Behind words that say nothing of the source."""
    for word in ("", *words):
        while start < end and lower[start] in _SIGNS:
            start += 1
        if word and lower.startswith(word.lower(), start, end):
            start += len(word)
    return start


def _starts(lower: str, start: int, end: int, entry: CitationsEntry) -> list[_Start]:
    """Where citations begin: at the names of publishers and at known titles."""
    by_id = {one.id: one for one in entry.publishers}
    names = {name.lower(): one for one in entry.publishers for name in one.named}
    titles = {one.title.lower(): one.publisher for one in entry.titles}
    found = _any_of((*names, *titles)).finditer(lower, start, end)
    starts: list[_Start] = []
    behind, current, titled = start, None, False
    for match in found:
        at, stop = match.span()
        is_title = match[0] in titles
        of = by_id.get(titles[match[0]] or "") if is_title else names[match[0]]
        if is_title and not _may_begin(lower, start, at, behind):
            continue
        new = (of is not None and of is not current) or (is_title and titled) or not starts
        if is_title and starts and not titled and (of is None or of is current):
            new = False
        if new:
            starts.append(_Start(at, of))
            titled = False
        current = of or current
        titled = titled or is_title
        behind = stop
    return starts


def _may_begin(lower: str, start: int, at: int, behind: int) -> bool:
    """Whether a title begins a citation: first of all, or behind a publisher, a sign, a number or `and`."""
    before = lower[start:at].rstrip()
    return (
        not before
        or start + len(before) <= behind
        or before[-1] in ",;.("
        or before[-1].isdigit()
        or before.endswith(" and")
    )


@lru_cache(maxsize=64)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names as whole words, the longest first."""
    longest_first = sorted(names, key=lambda one: (-len(one), one))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _cited(flat: Flat, start: int, end: int, publisher: PublisherEntry) -> Cited:
    start, end = _stripped(flat.text, start, end)
    text = flat.text[start:end]
    year, pages = _YEAR.search(text), _PAGES.search(text)
    title = _title(text, publisher, year, pages)
    return Cited(
        id=publisher.id,
        publisher=publisher.publisher,
        title=title or None,
        year=int(year[0]) if year else None,
        pages=_page_numbers(pages),
        at=flat.at(start, end),
    )


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] in " ,;.":
        end -= 1
    if text[:end].endswith(" and"):
        end -= 4
    while start < end and text[start] in " ,;.":
        start += 1
    while end > start and text[end - 1] in " ,;.":
        end -= 1
    return start, end


def _title(
    text: str, publisher: PublisherEntry, year: re.Match[str] | None, pages: re.Match[str] | None
) -> str:
    """The words without year, pages and the publisher's name."""
    for match in sorted((one for one in (year, pages) if one), key=lambda one: -one.start()):
        text = f"{text[: match.start()]}\x00{text[match.end() :]}"
    text = _bracketed(publisher.named).sub("\x00", text)
    words = (
        part.strip(_SIGNS if part.count("(") != part.count(")") else " .,;:-–")
        for part in text.split("\x00")
    )
    return ", ".join(one for one in words if one)


@lru_cache(maxsize=64)
def _bracketed(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, in brackets or not."""
    longest_first = sorted(names, key=lambda one: (-len(one), one))
    any_name = "|".join(map(re.escape, longest_first))
    return re.compile(rf"\(?\b(?:{any_name})\b\)?", re.IGNORECASE)


def _page_numbers(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    return " ".join((match["pages"] or match["of_volume"]).split())


def _other(flat: Flat, start: int, end: int) -> Cited:
    """A source of no known publisher: a site by its address, anything else by its first words."""
    start, end = _stripped(flat.text, start, end)
    text = flat.text[start:end]
    year, pages, site = _YEAR.search(text), _PAGES.search(text), _SITE.search(text)
    if site:
        name = site["site"] or site["bare"]
    else:
        first = _OTHER_NAME.match(text)
        name = (first[0] if first else text)[:_LONGEST_NAME].strip(_SIGNS)
    return Cited(
        id=name.lower() or "other",
        publisher=name or "other",
        title=text if site else None,
        year=int(year[0]) if year else None,
        pages=_page_numbers(pages),
        at=flat.at(start, end),
    )
