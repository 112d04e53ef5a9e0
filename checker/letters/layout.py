"""Letters taken apart by the layouts of `layouts.yaml`: header, reviewer, summary, items and decisions.

What is missing is told, never guessed: as a warning of the letter where the rest can be used, else as the
reason why the letter is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from checker.errors import LetterError, Place, Problem
from checker.letters.credentials import licences, specialties
from checker.letters.dates import date_beside, only_date
from checker.letters.folded import Folded, folded
from checker.letters.items import MOST_ITEMS, ItemReader, TooManyItems
from checker.letters.layoutfile import LayoutEntry, Layouts
from checker.letters.letter import Item, Letter, LetterText, Span
from checker.letters.marks import Found, Page, beginnings, ends, headings, labels, phrases

MOST_LETTERS = 10_000
"""In one file."""

FEWEST_MARKS = 2
"""Headings and labels of a layout that have to be found before a text is taken for a letter in it."""

_DATES = ("injured", "ur_date", "received")


def read_letters(source: LetterText, layouts: Layouts) -> tuple[Letter, ...]:
    """The letters in a text, in their order.

    Raises:
        LetterError: if the text is in no known layout, or holds a letter without items or decisions.
    """
    whole = folded(source.text)
    problems: list[Problem] = []
    letters = []
    for page in _letters(source, whole, layouts):
        try:
            letters.append(_letter(source, page, layouts))
        except LetterError as error:
            problems += error.problems
    if problems:
        raise LetterError(problems)
    return tuple(letters)


# One file, several letters ----------------------------------------------------------------------------


def _letters(source: LetterText, whole: Folded, layouts: Layouts) -> Iterator[Page]:
    """The part of the text that each letter takes up; what stands before the first belongs to it."""
    page = Page(source.text, whole, 0, len(whole.text))
    start = begin = 0
    later = _later_starts(page, layouts)
    if len(later) >= MOST_LETTERS:
        _refuse(source, page, [f"more than {MOST_LETTERS:,} letters in one file; split it"])
    for end in later:
        if _is_letter(page.part(begin, end), layouts):
            yield page.part(start, end)
            start = end
        begin = end
    yield page.part(start, page.end)


def _is_letter(page: Page, layouts: Layouts) -> bool:
    """Whether a part is a letter by itself, and no cover or head of the one that follows."""
    all_marks = (_marks(page, layout) for layout in layouts.layouts.values())
    return any(sum(marks.values()) >= FEWEST_MARKS for marks in all_marks)


def _later_starts(page: Page, layouts: Layouts) -> list[int]:
    """Where another letter begins: with a phrase that should stand above one that was already found."""
    orders = [one.begins for one in layouts.layouts.values()]
    wanted = dict.fromkeys(phrase for order in orders for phrase in order)
    starts: list[int] = []
    seen: list[str] = []
    for found in sorted(beginnings(page, wanted), key=lambda one: one.start):
        if seen and not any(_follows(order, seen, found.phrase) for order in orders):
            starts.append(found.start)
            seen = []
        seen.append(found.phrase)
    return starts


def _follows(order: tuple[str, ...], seen: list[str], phrase: str) -> bool:
    """Whether all that was seen of a letter stands above a phrase in the order of a layout."""
    return phrase in order and all(
        one in order and order.index(one) < order.index(phrase) for one in seen
    )


# One letter -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a letter under one heading, in folded characters."""

    role: str
    heading: Found
    start: int
    end: int


def _letter(source: LetterText, page: Page, layouts: Layouts) -> Letter:
    name, layout = _layout_of(source, page, layouts)
    sections = _sections(page, layout)
    warnings = [
        f"no heading `{layout.sections[role][0]}`"
        for role in ("credentials", "summary", "issues")
        if role in layout.sections and role not in sections
    ]
    reader = ItemReader(
        source,
        page,
        layout,
        layouts,
        {role: (one.heading, one.start, one.end) for role, one in sections.items()},
    )
    try:
        items = reader.items()
    except TooManyItems:
        _refuse(source, page, [f"more than {MOST_ITEMS} decided items in one letter"])
    warnings += reader.warnings
    if not items:
        _refuse(source, page, [_no_items(layout, reader.warnings)])
    summary = _summary(page, sections, items)
    head = page.part(
        page.start, min((one.heading.start for one in sections.values()), default=page.start)
    )
    header = _header(head, layout)
    before_items = page.part(page.start, reader.begin)
    found = {name: _date(name, header, before_items, layouts) for name in _DATES}
    credentials = sections.get("credentials")
    told = page.part(credentials.start, credentials.end) if credentials else page.part(0, 0)
    licensed_in = licences(told, layouts.credentials)
    specialty = specialties(told, layouts.credentials)
    if credentials and not (licensed_in and specialty):
        warnings.append("no licence or specialty of the reviewer found")
    if summary is None and "summary" in sections:
        warnings.append("the clinical summary is empty")
    return Letter(
        source=source,
        layout=name,
        span=page.source(page.start, page.end),
        header=header,
        injured=found["injured"],
        ur_date=found["ur_date"],
        received=found["received"],
        licensed_in=licensed_in,
        specialty=specialty,
        summary=summary,
        summary_voice=layout.summary_voice,
        items=items,
        warnings=tuple(warnings),
        jurisdiction=layout.jurisdiction,
    )


def _refuse(source: LetterText, page: Page, messages: list[str]) -> NoReturn:
    line = source.line(page.source(page.start, page.start + 1).start)
    raise LetterError(Problem(Place(source.file, line, 1), message) for message in messages)


def _layout_of(source: LetterText, page: Page, layouts: Layouts) -> tuple[str, LayoutEntry]:
    """The layout of which all headings and labels stand in the text, else the one with most of them."""
    marks = {}
    for name, layout in layouts.layouts.items():
        marks[name] = _marks(page, layout)
        if all(marks[name].values()):
            return name, layout
    name = max(marks, key=lambda one: sum(marks[one].values()))
    if sum(marks[name].values()) >= FEWEST_MARKS:
        return name, layouts.layouts[name]
    found = [f"`{phrase}`" for one in marks.values() for phrase, there in one.items() if there]
    looked_for = "; ".join(
        f"{one}: {', '.join(f'`{phrase}`' for phrase in marks[one])}" for one in marks
    )
    _refuse(
        source,
        page,
        [
            "this is no letter in a known layout; "
            + (
                f"of all headings only {', '.join(dict.fromkeys(found))} was found"
                if found
                else "no heading of any was found"
            )
            + f" (looked for {looked_for})"
        ],
    )


def _marks(page: Page, layout: LayoutEntry) -> dict[str, bool]:
    """The first phrase of every heading and label of a layout, and whether any of its phrases is found."""
    found = {
        wanted[0]: any(True for _ in headings(page, wanted)) for wanted in layout.sections.values()
    }
    found |= {
        wanted[0]: any(True for _ in labels(page, wanted)) for wanted in layout.labels.values()
    }
    if layout.states:
        found[layout.states[0]] = any(
            True for wanted in layout.states for _ in phrases(page, wanted)
        )
    return found


def _sections(page: Page, layout: LayoutEntry) -> Mapping[str, _Section]:
    """The sections by role; of a heading that is repeated, the first one counts."""
    found = sorted(
        (
            (one.start, -one.end, role, one)
            for role, wanted in layout.sections.items()
            for one in headings(page, wanted)
        ),
        key=lambda one: one[:2],
    )
    kept: list[tuple[str, Found]] = []
    for start, _, role, one in found:
        if not kept or start >= kept[-1][1].end:
            kept.append((role, one))
    until = ends([one.start for _, one in kept], page.end)
    sections: dict[str, _Section] = {}
    for (role, one), end in zip(kept, until, strict=True):
        start = _opened(page.part(one.end, end), layout.openings.get(role, ()))
        sections.setdefault(role, _Section(role, one, start, end))
    return sections


def _opened(page: Page, openings: tuple[str, ...]) -> int:
    """Where the section itself begins, behind the words that open every such section."""
    found = (next(phrases(page, phrase), None) for phrase in openings)
    return min((one.end for one in found if one), default=page.start)


def _summary(page: Page, sections: Mapping[str, _Section], items: tuple[Item, ...]) -> Span | None:
    """The summary; where no heading ends it, the first item does."""
    section = sections.get("summary")
    if section is None or section.start >= section.end:
        return None
    span = page.source(section.start, section.end)
    inside = [one.title.start for one in items if span.start <= one.title.start < span.end]
    if inside:
        end = page.folded.position(min(inside))
        return page.source(section.start, end) if end > section.start else None
    return span


def _no_items(layout: LayoutEntry, warnings: list[str]) -> str:
    decisions = [*layout.decisions.upheld, *layout.decisions.overturned]
    words = ", ".join(f"`{one}`" for one in decisions)
    why = f"; {'; '.join(warnings)}" if warnings else ""
    return f"the letter decides nothing that can be read: no treatment with one of {words}{why}"


# Header -----------------------------------------------------------------------------------------------


def _header(head: Page, layout: LayoutEntry) -> dict[str, str]:
    """What the table at the head says, by the names in the layout; what is empty is left out."""
    names = {phrase: name for name, wanted in layout.header.items() for phrase in wanted}
    found: list[Found] = []
    for one in sorted(
        labels(head, [*names, *layout.header_not_kept]), key=lambda one: (one.start, -one.end)
    ):
        if not found or one.start >= found[-1].end:
            found.append(one)
    header: dict[str, str] = {}
    until = ends([one.start for one in found], head.end)
    for one, end in zip(found, until, strict=True):
        if one.phrase in names and one.end < end:
            value = _first_line(head, one.end, end)
            header.setdefault(names[one.phrase], value)
    return header


def _first_line(page: Page, start: int, end: int) -> str:
    span = page.source(start, end)
    line = page.text[span.start : span.end].splitlines()[0]
    return " ".join(line.split())


def _date(name: str, header: Mapping[str, str], page: Page, layouts: Layouts) -> date | None:
    """A date of the header; where it has none, the one that the words beside it name."""
    if found := only_date(header.get(name, "")):
        return found
    wanted: tuple[str, ...] = getattr(layouts.dates, name, ())
    return date_beside(page, wanted)
