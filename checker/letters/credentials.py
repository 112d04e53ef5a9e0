"""Who reviewed: licences and specialties, from a list or from running text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checker.letters.flat import lowered
from checker.letters.layoutfile import CredentialsEntry, ListEntry
from checker.letters.marks import Page, ends, labels

_AND = re.compile(r" and ", re.IGNORECASE)
_LONGEST_LIST = 400


def licences(page: Page, entry: CredentialsEntry) -> tuple[str, ...]:
    """The states in which the reviewer is licensed, as the letter names them."""
    return _listed(page, entry, entry.licensed_in)


def specialties(page: Page, entry: CredentialsEntry) -> tuple[str, ...]:
    """The reviewer's specialties, `&` written out."""
    return _listed(page, entry, entry.specialty)


def _listed(page: Page, entry: CredentialsEntry, wanted: ListEntry) -> tuple[str, ...]:
    written = _labelled(page, entry, wanted) or _in_prose(page, wanted)
    names = (name for text in written for name in _names(text, entry.one_name))
    return tuple(dict.fromkeys(names))


def _labelled(page: Page, entry: CredentialsEntry, wanted: ListEntry) -> list[str]:
    """What stands behind a label, up to the next one or to the end of the section."""
    known = [*entry.licensed_in.labels, *entry.specialty.labels]
    found = sorted(labels(page, known), key=lambda one: one.start)
    until = ends([one.start for one in found], page.end)
    return [
        _line(page, one.end, end)
        for one, end in zip(found, until, strict=True)
        if one.phrase in wanted.labels and one.end < end
    ]


def _in_prose(page: Page, wanted: ListEntry) -> list[str]:
    if page.start >= page.end:
        return []
    text = _line(page, page.start, page.end)
    lower = lowered(text)
    found = []
    for prose in wanted.prose:
        _, phrase, rest = lower.partition(prose.after.lower() + " ")
        if not phrase:
            continue
        start = len(lower) - len(rest)
        window = rest[:_LONGEST_LIST]
        stops = (window.find(_words(stop)) for stop in prose.until)
        end = min((one for one in stops if one >= 0), default=len(window))
        found.append(text[start : start + end])
    return found


def _words(stop: str) -> str:
    """What ends a list; words stand apart from those before them."""
    return stop.lower() if stop[:1] in ",.;" else f" {stop.lower()}"


def _line(page: Page, start: int, end: int) -> str:
    span = page.source(start, end)
    return " ".join(page.text[span.start : span.end].split())


def _names(text: str, whole: Sequence[str]) -> list[str]:
    """The names of a list with commas or `and` between them."""
    text = " ".join(text.replace("&", " and ").split()).strip(" .;,")
    lower = lowered(text)
    kept: dict[str, str] = {}
    for number, name in enumerate(sorted(whole, key=len, reverse=True)):
        at = lower.find(name.lower())
        if at >= 0:
            mark = f"\x00{number}\x00"
            kept[mark] = text[at : at + len(name)]
            text = text[:at] + mark + text[at + len(name) :]
            lower = lowered(text)
    parts = [part for one in text.split(",") for part in _AND.split(f" {one} ")]
    names = (part.strip(" .;") for part in parts)
    return [_restored(one, kept) for one in names if one and one.lower() != "and"]


def _restored(name: str, kept: dict[str, str]) -> str:
    for mark, whole in kept.items():
        name = name.replace(mark, whole)
    return name
