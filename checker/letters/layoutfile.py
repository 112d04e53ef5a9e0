"""`layouts.yaml` as it stands in the file: how letters are laid out and how they name their sources.

The file holds phrases and no regular expressions, so whatever it says, a letter is read in time that grows
with its length and no faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from checker.errors import RuleError, did_you_mean
from checker.fact import Voice
from checker.letters.folded import folded
from checker.yamlfile import Document, FromFile, Many, Path_, Text, read

LAYOUTS = "layouts.yaml"

Passage = Literal["ur_guideline", "reviewer_guideline", "rationale"]
PASSAGES: tuple[Passage, ...] = ("ur_guideline", "reviewer_guideline", "rationale")
_SECTIONS = ("credentials", "documents", "summary", "issues", *PASSAGES)
_HEADER_NAME = "[a-z][a-z_]*"
_LONGEST_PHRASE = 200
_DATE = "{date}"
_PARTS = ("{requested}", "{authorized}", "{remaining}")

Phrases: TypeAlias = Many[Annotated[str, Field(min_length=1, max_length=_LONGEST_PHRASE)]]


class DecisionsEntry(FromFile):
    """The words that decide an item; `in_part` are those that neither uphold nor overturn."""

    upheld: Phrases = Field(alias="Upheld")
    overturned: Phrases = Field(alias="Overturned")
    in_part: Phrases = ()


class LayoutEntry(FromFile):
    """One layout. Its letters decide cases of `jurisdiction`, where the layout itself tells.

    `items` says where decided treatments are found: `before_labels` (title, decision, then labelled
    passages), `stated` (sentences that state a decision, discussed elsewhere) or `by_heading` (a section names
    the treatments, the heading of another decides them).
    """

    title: Text
    jurisdiction: str | None = None
    summary_voice: Voice = "record"
    begins: Phrases
    sections: dict[str, Phrases]
    openings: dict[str, Phrases] = {}
    header: dict[str, Phrases] = {}
    header_not_kept: Phrases = ()
    items: Literal["before_labels", "stated", "by_heading"]
    numbered: bool = False
    title_opens_with: Phrases = ()
    states: Phrases = ()
    discusses: Phrases = ()
    labels: dict[str, Phrases] = {}
    decisions: DecisionsEntry
    cites: Phrases = ()


class ProseEntry(FromFile):
    """A list in running text: what stands before it, and what ends it."""

    after: Text
    until: Phrases


class ListEntry(FromFile):
    """Where a list of the reviewer's credentials stands."""

    labels: Phrases = ()
    prose: Many[ProseEntry] = ()


class CredentialsEntry(FromFile):
    """The reviewer's licences and specialties; `one_name` are names that hold an `and`."""

    licensed_in: ListEntry
    specialty: ListEntry
    one_name: Phrases = ()


class DatesEntry(FromFile):
    """Words beside a date that say what it is."""

    injured: Phrases = ()
    ur_date: Phrases = ()


class PublisherEntry(FromFile):
    """Who publishes a source, and how letters call it; `id` is its name in search orders and cases."""

    id: Text
    publisher: Text
    named: Phrases


class TitleEntry(FromFile):
    """A title that begins a citation; of the publisher named before it, where it names none itself."""

    title: Text
    publisher: str | None = None


class CitationsEntry(FromFile):
    """How letters cite."""

    publishers: Many[PublisherEntry]
    titles: Many[TitleEntry] = ()
    not_the_schedule: Phrases = ()
    cut_before: Phrases = ()


class LayoutsFile(FromFile):
    """The whole file."""

    layouts: dict[str, LayoutEntry]
    title_parts: Phrases = ()
    title_ends_with: Phrases = ()
    credentials: CredentialsEntry
    dates: DatesEntry = DatesEntry()
    citations: CitationsEntry


@dataclass(frozen=True)
class Layouts:
    """All layouts, and what they share."""

    file: str
    layouts: Mapping[str, LayoutEntry]
    title_parts: tuple[str, ...]
    title_ends_with: tuple[str, ...]
    credentials: CredentialsEntry
    dates: DatesEntry
    citations: CitationsEntry


def load_layouts(folder: Path) -> Layouts:
    """The layouts in `layouts.yaml` of a folder, such as `rules/letters`.

    Raises:
        RuleError: with every problem of the file.
    """
    document = read(folder / LAYOUTS, RuleError)
    file = document.read(LayoutsFile)
    if file:
        _check(document, file)
    if file is None or document.problems:
        raise RuleError(document.problems)
    return Layouts(
        document.file,
        file.layouts,
        file.title_parts,
        file.title_ends_with,
        file.credentials,
        file.dates,
        file.citations,
    )


def _check(document: Document, file: LayoutsFile) -> None:
    if not file.layouts:
        document.report(("layouts",), "expected at least one layout")
    for name, layout in file.layouts.items():
        _check_layout(document, ("layouts", name), layout)
    _check_parts(document, file)
    _check_dates(document, file.dates)
    _check_titles(document, file.citations)
    for path, phrase in _all_phrases(document.value, ()):
        if not folded(phrase).text:
            document.report(path, "expected a phrase with letters in it")


def _check_layout(document: Document, path: Path_, layout: LayoutEntry) -> None:
    _known(document, (*path, "sections"), _SECTIONS)
    _known(document, (*path, "openings"), tuple(layout.sections))
    _known(document, (*path, "labels"), PASSAGES)
    if not layout.begins:
        document.report((*path, "begins"), "expected the phrase that a letter begins with")
    needed = {
        "before_labels": ("labels",),
        "stated": ("labels", "states", "discusses"),
        "by_heading": (),
    }[layout.items]
    for key in needed:
        if not getattr(layout, key):
            document.report(path, f"`items: {layout.items}` needs `{key}`")
    if "issues" not in layout.sections:
        document.report((*path, "sections"), "the section `issues` is missing; it holds the items")
    if "rationale" not in (*layout.labels, *layout.sections):
        document.report(path, "neither `labels` nor `sections` says where the `rationale` stands")
    if layout.items == "by_heading":
        _check_headings(document, path, layout)


def _check_headings(document: Document, path: Path_, layout: LayoutEntry) -> None:
    """A heading that decides has to be one of the headings of a section."""
    headings = {phrase for phrases in layout.sections.values() for phrase in phrases}
    for key in document.keys((*path, "decisions")):
        for index, phrase in enumerate(document.at((*path, "decisions", key))):
            if phrase not in headings:
                hint = did_you_mean(phrase, headings)
                message = f"`{phrase}` is the heading of no section{hint}"
                document.report((*path, "decisions", key, index), message)


def _known(document: Document, path: Path_, known: tuple[str, ...]) -> None:
    for key in document.keys(path):
        if key not in known:
            names = ", ".join(f"`{one}`" for one in known)
            hint = did_you_mean(key, known) or f"; the keys are {names}"
            document.report((*path, key), f"unknown key `{key}`{hint}", at_key=True)


def _check_parts(document: Document, file: LayoutsFile) -> None:
    for index, phrase in enumerate(file.title_parts):
        places = [phrase.find(part) for part in _PARTS]
        if -1 in places or places != sorted(places) or not phrase.endswith(_PARTS[-1]):
            document.report(
                ("title_parts", index),
                "expected {requested}, then {authorized}, and {remaining} at the end, with words between",
            )


def _check_dates(document: Document, dates: DatesEntry) -> None:
    for name in ("injured", "ur_date"):
        for index, phrase in enumerate(getattr(dates, name)):
            before, date, after = phrase.partition(_DATE)
            if not date or not (before.strip() or after.strip()) or _DATE in after:
                message = "expected words and one {date}, as in `date of injury on {date}`"
                document.report(("dates", name, index), message)


def _check_titles(document: Document, citations: CitationsEntry) -> None:
    ids = [one.id for one in citations.publishers]
    for index, one in enumerate(citations.titles):
        if one.publisher is not None and one.publisher not in ids:
            hint = did_you_mean(one.publisher, ids)
            path: Path_ = ("citations", "titles", index, "publisher")
            document.report(path, f"unknown publisher `{one.publisher}`{hint}")


def _all_phrases(value: object, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Every text of a list in the file, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _all_phrases(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, str):
                yield (*path, index), inner
            else:
                yield from _all_phrases(inner, (*path, index))
