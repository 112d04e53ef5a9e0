"""The rule base: vocabulary, anatomy and guidelines of one folder, loaded together, or every problem told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from checker.anatomy import Anatomy, check_regions, load_anatomy
from checker.auditfile import Remarks, load_remarks
from checker.condition import Condition
from checker.conditionfile import read_derived
from checker.errors import Place, Problem, RuleError, did_you_mean, shown_path
from checker.guideline import Guideline, load_guideline
from checker.relations import Relation, read_guards, read_relations
from checker.searchorder import SearchOrder, load_search_order
from checker.vocabulary import Vocabulary, load_vocabulary
from checker.yamlfile import Document, read

VOCABULARY = "vocabulary.yaml"
ANATOMY = "anatomy.yaml"
SEARCH_ORDER = "search-order.yaml"
AUDIT = "audit.yaml"
LETTERS = "letters"
_NO_GUIDELINES = (VOCABULARY, ANATOMY, SEARCH_ORDER, AUDIT)


@dataclass(frozen=True)
class RuleBase:
    """Everything clinical that checker knows, from one folder; `digest` changes with every change there."""

    vocabulary: Vocabulary
    anatomy: Anatomy
    guidelines: Mapping[str, Guideline]
    search_order: SearchOrder
    relations: tuple[Relation, ...]
    digest: str
    folder: Path
    remarks: Remarks = field(default_factory=Remarks)

    @cached_property
    def grounds(self) -> frozenset[str]:
        """The reasons that a reviewer's decision may give: criteria, and reasons outside all guidelines."""
        criteria = {one.id for guideline in self.guidelines.values() for one in guideline.criteria}
        return frozenset(criteria | set(self.vocabulary.grounds))


def load_rules(folder: Path) -> RuleBase:
    """The rule base in a folder.

    Raises:
        RuleError: with every problem of every file, if any file has one.
    """
    rules, _ = load_with_documents(folder)
    return rules


def load_with_documents(folder: Path) -> tuple[RuleBase, Mapping[Path, Document]]:
    """The rule base in a folder, and the documents that it was read from; see `load_rules`."""
    problems: list[Problem] = []
    documents = {path: _document(path, problems) for path in files_in(folder, problems)}
    anatomy_file = _needed(folder, ANATOMY, documents, problems)
    vocabulary_file = _needed(folder, VOCABULARY, documents, problems)
    anatomy, vocabulary, derived, relations = _common(anatomy_file, vocabulary_file)
    guidelines: dict[str, Guideline] = {}
    search_order = SearchOrder()
    remarks = Remarks()
    if vocabulary:
        guidelines = _guidelines(folder, documents, vocabulary, derived)
        if not _guideline_files(folder, documents):
            problems.append(Problem(Place(shown_path(folder)), "the folder holds no guideline"))
        # A document with too many problems to read on keeps those it has.
        with suppress(RuleError):
            if order_file := documents.get(folder / SEARCH_ORDER):
                ids = [_id_of(path, folder) for path in _guideline_files(folder, documents)]
                search_order = load_search_order(order_file, vocabulary, ids)
        with suppress(RuleError):  # as above
            if audit_file := documents.get(folder / AUDIT):
                remarks = load_remarks(audit_file, vocabulary)
    problems.extend(problem for one in documents.values() if one for problem in one.problems)
    if problems or anatomy is None or vocabulary is None:
        raise RuleError(problems)
    digest = _digest(folder, documents)
    rules = RuleBase(
        vocabulary, anatomy, guidelines, search_order, relations, digest, folder, remarks
    )
    return rules, {path: document for path, document in documents.items() if document}


def _guideline_files(
    folder: Path, documents: Mapping[Path, Document | None]
) -> Mapping[Path, Document | None]:
    """The guidelines: all but the common files and the word lists for letters."""
    apart = [folder / name for name in _NO_GUIDELINES]
    word_lists = folder / LETTERS
    return {
        path: document
        for path, document in documents.items()
        if path not in apart and not path.is_relative_to(word_lists)
    }


def _id_of(path: Path, folder: Path) -> str:
    """The id that a guideline's path makes: the way from the folder, without the suffix."""
    return shown_path(path.relative_to(folder).with_suffix(""))


def files_in(folder: Path, problems: list[Problem]) -> list[Path]:
    """All YAML files of a rule base, `.yml` and capitals included; what is hidden is left out.

    A folder that cannot be read is added to the problems.
    """
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
) -> tuple[Anatomy | None, Vocabulary | None, Mapping[str, Condition], tuple[Relation, ...]]:
    """What all guidelines share, as far as it loads."""
    anatomy: Anatomy | None = None
    vocabulary: Vocabulary | None = None
    derived: Mapping[str, Condition] = {}
    relations: tuple[Relation, ...] = ()
    with suppress(RuleError):  # as above
        if anatomy_file and (anatomy := load_anatomy(anatomy_file)) and vocabulary_file:
            vocabulary = load_vocabulary(vocabulary_file, anatomy)
        if anatomy_file and anatomy and vocabulary_file and vocabulary:
            check_regions(anatomy_file, anatomy, vocabulary.regions)
            derived = read_derived(vocabulary_file, vocabulary)
            guards = read_guards(vocabulary_file, vocabulary, derived)
            relations = read_relations(vocabulary_file, vocabulary, derived)
            vocabulary = replace(vocabulary, guards=guards)
    return anatomy, vocabulary, derived, relations


def _guidelines(
    folder: Path,
    documents: Mapping[Path, Document | None],
    vocabulary: Vocabulary,
    derived: Mapping[str, Condition],
) -> dict[str, Guideline]:
    guidelines: dict[str, Guideline] = {}
    for path, document in _guideline_files(folder, documents).items():
        if document is None:
            continue
        id_of_path = _id_of(path, folder)
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
