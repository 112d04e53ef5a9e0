"""The rule base: vocabulary, anatomy and guidelines of one folder, loaded together, or every problem told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from checker.anatomy import Anatomy, check_regions, load_anatomy
from checker.condition import Condition, read_derived
from checker.errors import Place, Problem, RuleError, did_you_mean, shown_path
from checker.fact import Documented, Fact, NotAsked
from checker.guideline import Guideline, load_guideline
from checker.vocabulary import Vocabulary, load_vocabulary
from checker.wording import fact_words, plain
from checker.yamlfile import Document, read

VOCABULARY = "vocabulary.yaml"
ANATOMY = "anatomy.yaml"


@dataclass(frozen=True, slots=True)
class NotCovered:
    """No guideline speaks about a request, and why.

    `unasked` names the facts whose answers could still bring the request under a guideline.
    """

    reason: str
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Governed:
    """The guideline that a request is held against, with what its reader should know about that choice."""

    guideline: Guideline
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleBase:
    """Everything clinical that checker knows. `digest` changes with every change of its files."""

    vocabulary: Vocabulary
    anatomy: Anatomy
    guidelines: Mapping[str, Guideline]
    digest: str

    @cached_property
    def grounds(self) -> frozenset[str]:
        """The reasons that a reviewer's decision may give: criteria, and reasons outside all guidelines."""
        criteria = {one.id for guideline in self.guidelines.values() for one in guideline.criteria}
        return frozenset(criteria | set(self.vocabulary.grounds))

    def governing(self, request: Mapping[str, Fact], day: date | None) -> Governed | NotCovered:
        """The guideline for a request on a day, or why there is none.

        An edition in force on the day comes first; else the nearest edition is used, with a warning.
        Several that speak about the same request are taken in the order of their ids.
        """
        covering = [one for one in self.guidelines.values() if not one.uncovered(request)]
        if not covering:
            found = self._not_covered(request, self.guidelines.values())
            return replace(found, reason=f"no guideline in the rule base covers {found.reason}")
        chosen = min(covering, key=lambda one: (_days_outside(one, day), one.id))
        warnings = list(_warnings_of_date(chosen, day))
        others = [one.id for one in covering if one is not chosen]
        if others:
            warnings.append(f"also covered by {', '.join(others)}")
        return Governed(chosen, tuple(warnings))

    def asked_under(
        self, guideline: str, request: Mapping[str, Fact], day: date | None
    ) -> Governed | NotCovered:
        """The same for one guideline that the user names.

        Raises:
            RuleError: if there is no such guideline.
        """
        named = self.guidelines.get(guideline)
        if named is None:
            hint = did_you_mean(guideline, self.guidelines)
            raise RuleError(
                [Problem(Place("--guideline"), f"unknown guideline `{guideline}`{hint}")]
            )
        if named.uncovered(request):
            found = self._not_covered(request, [named])
            return replace(found, reason=f"{named.id} does not cover {found.reason}")
        return Governed(named, tuple(_warnings_of_date(named, day)))

    def _not_covered(
        self, request: Mapping[str, Fact], guidelines: Iterable[Guideline]
    ) -> NotCovered:
        """Names the first fact that leaves no guideline: the procedure, then the others."""
        remaining = list(guidelines)
        told: list[str] = []
        for name in dict.fromkeys(
            ["procedure", "region", *(key for one in remaining for key in one.covers)]
        ):
            told.append(name)
            remaining = [one for one in remaining if name not in one.uncovered(request)]
            if not remaining:
                break
        shown = ", ".join(f"{plain(name)} {self._shown(request[name])}" for name in told)
        return NotCovered(shown, self._unasked(request, guidelines))

    def _unasked(
        self, request: Mapping[str, Fact], guidelines: Iterable[Guideline]
    ) -> tuple[str, ...]:
        """The facts nobody has asked about that alone keep the nearest guidelines from covering the request."""
        outside = (one.uncovered(request) for one in guidelines)
        near = [
            names for names in outside if all(isinstance(request[name], NotAsked) for name in names)
        ]
        fewest = min((len(names) for names in near), default=0)
        return tuple(
            dict.fromkeys(name for names in near if len(names) == fewest for name in names)
        )

    def _shown(self, fact: Fact) -> str:
        words = fact_words(fact, self.anatomy)
        return f"`{words}`" if isinstance(fact, Documented) else words


def _days_outside(guideline: Guideline, day: date | None) -> int:
    """How many days lie between a day and an edition's dates; without a day, the newest edition is nearest."""
    if day is None:
        return -guideline.since.toordinal()
    if day < guideline.since:
        return (guideline.since - day).days
    return (day - guideline.until).days if guideline.until and day > guideline.until else 0


def _warnings_of_date(guideline: Guideline, day: date | None) -> Iterator[str]:
    until = f" until {guideline.until}" if guideline.until else ""
    if day is None:
        yield f"no date of the request is known: {guideline.id} speaks from {guideline.since}{until}"
    elif not guideline.in_force(day):
        yield f"{guideline.id} was not in force on {day}: it speaks from {guideline.since}{until}"


def load_rules(folder: Path) -> RuleBase:
    """The rule base in a folder.

    Raises:
        RuleError: with every problem of every file, if any file has one.
    """
    problems: list[Problem] = []
    documents = {path: _document(path, problems) for path in _files(folder, problems)}
    anatomy_file = _needed(folder, ANATOMY, documents, problems)
    vocabulary_file = _needed(folder, VOCABULARY, documents, problems)
    anatomy, vocabulary, derived = _common(anatomy_file, vocabulary_file)
    guidelines: dict[str, Guideline] = {}
    if vocabulary:
        guidelines = _guidelines(folder, documents, vocabulary, derived)
        if not any(path.name not in (ANATOMY, VOCABULARY) for path in documents):
            problems.append(Problem(Place(shown_path(folder)), "the folder holds no guideline"))
    problems.extend(problem for one in documents.values() if one for problem in one.problems)
    if problems or anatomy is None or vocabulary is None:
        raise RuleError(problems)
    return RuleBase(vocabulary, anatomy, guidelines, _digest(folder, documents))


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    """All YAML files of a rule base, `.yml` and capitals included; what is hidden is left out."""
    found: list[Path] = []

    def unreadable(error: OSError) -> None:
        place = Place(shown_path(Path(error.filename)))
        problems.append(Problem(place, f"the folder cannot be read: {error.strerror}"))

    for parent, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        names = [*folders, *(name for name in files if not name.startswith("."))]
        found += [Path(parent, name) for name in names]
    return sorted(path for path in found if path.suffix.lower() in (".yaml", ".yml"))


def _document(path: Path, problems: list[Problem]) -> Document | None:
    if unfit := _unfit(path):
        problems.append(Problem(Place(shown_path(path)), unfit))
        return None
    try:
        return read(path, RuleError)
    except RuleError as error:
        problems.extend(error.problems)
        return None


def _unfit(path: Path) -> str | None:
    """Why there is nothing to read; what waits for a writer, such as a pipe, would never end."""
    if path.exists() and not path.is_file():
        return "this is no file; give it a name that does not end in .yaml"
    if not path.name.isprintable():
        return "the name of the file holds characters that cannot be shown; rename it"
    return None


def _needed(
    folder: Path, name: str, documents: Mapping[Path, Document | None], problems: list[Problem]
) -> Document | None:
    if folder / name not in documents and folder.is_dir():
        hint = did_you_mean(name, (path.name for path in documents if path.parent == folder))
        place = Place(shown_path(folder / name))
        problems.append(Problem(place, f"the file is missing from the rule base{hint}"))
    return documents.get(folder / name)


def _common(
    anatomy_file: Document | None, vocabulary_file: Document | None
) -> tuple[Anatomy | None, Vocabulary | None, Mapping[str, Condition]]:
    """What all guidelines share, as far as it loads."""
    anatomy: Anatomy | None = None
    vocabulary: Vocabulary | None = None
    derived: Mapping[str, Condition] = {}
    with suppress(RuleError):  # a document with too many problems to read on keeps those it has
        if anatomy_file and (anatomy := load_anatomy(anatomy_file)) and vocabulary_file:
            vocabulary = load_vocabulary(vocabulary_file, anatomy)
        if anatomy_file and anatomy and vocabulary_file and vocabulary:
            check_regions(anatomy_file, anatomy, vocabulary.regions)
            derived = read_derived(vocabulary_file, vocabulary)
    return anatomy, vocabulary, derived


def _guidelines(
    folder: Path,
    documents: Mapping[Path, Document | None],
    vocabulary: Vocabulary,
    derived: Mapping[str, Condition],
) -> dict[str, Guideline]:
    guidelines: dict[str, Guideline] = {}
    for path, document in documents.items():
        if document is None or path in (folder / ANATOMY, folder / VOCABULARY):
            continue
        id_of_path = shown_path(path.relative_to(folder).with_suffix(""))
        with suppress(RuleError):  # as above
            guideline = load_guideline(document, id_of_path, vocabulary, derived)
            if guideline and guideline.id in guidelines:
                other = guidelines[guideline.id].place.file
                document.report(("id",), f"`{guideline.id}` is the id of {other} too")
            elif guideline:
                guidelines[guideline.id] = guideline
    return guidelines


def _digest(folder: Path, documents: Mapping[Path, Document | None]) -> str:
    """SHA-256 over the names and the texts of all files, line endings aside."""
    sha = hashlib.sha256()
    for path in documents:
        sha.update(os.fsencode(path.relative_to(folder).as_posix()) + b"\0")
        sha.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return sha.hexdigest()
