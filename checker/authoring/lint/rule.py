"""What a lint rule is, what it looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from checker.guideline import Criterion, Guideline
from checker.render.records import Level
from checker.rulebase import RuleBase, load_with_documents
from checker.yamlfile import Document, Path_

PartOf = Literal["criterion", "guideline", "vocabulary", "search order"]
"""What part of a rule base a sample on a rule's page is."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a rule finds: a clause, and where; `mend` is the text that should stand there instead."""

    document: Document
    path: Path_
    message: str
    at_key: bool = False
    mend: str | None = None


@dataclass(frozen=True, slots=True)
class CriterionAt:
    """A criterion, its guideline, and where it stands."""

    criterion: Criterion
    guideline: Guideline
    document: Document
    path: Path_

    def found(self, message: str, *way: str | int, mend: str | None = None) -> Found:
        """Something found in the criterion, at the end of a way that begins there."""
        return Found(self.document, (*self.path, *way), message, mend=mend)


@dataclass(frozen=True)
class Base:
    """A rule base with the documents that it was read from."""

    rules: RuleBase
    guideline_files: Mapping[str, Document]
    vocabulary_file: Document
    order_file: Document | None
    criteria: tuple[CriterionAt, ...] = field(default=())

    @property
    def documents(self) -> Iterator[Document]:
        """All files that can hold something to find."""
        yield self.vocabulary_file
        if self.order_file:
            yield self.order_file
        yield from self.guideline_files.values()

    def of_guideline(self, guideline: Guideline) -> list[CriterionAt]:
        """The criteria of one guideline."""
        return [one for one in self.criteria if one.guideline is guideline]


Check: TypeAlias = Callable[[Base], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule about rules, with the page that explains it.

    `bad` and `good` are samples of YAML, of the part of a rule base that `sample_of` names; the rule finds
    something in the first and nothing in the second.
    """

    id: str
    level: Level
    title: str
    why: str
    bad: str
    good: str
    check: Check
    sample_of: PartOf = "criterion"
    mends: bool = False


def load_base(folder: Path) -> Base:
    """The rule base in a folder, with its documents.

    Raises:
        RuleError: with every problem of every file, if any file has one.
    """
    rules, documents = load_with_documents(folder)
    by_name = {document.file: document for document in documents.values()}
    guideline_files = {one.id: by_name[one.place.file] for one in rules.guidelines.values()}
    criteria = tuple(
        CriterionAt(criterion, guideline, guideline_files[guideline.id], ("criteria", index))
        for guideline in rules.guidelines.values()
        for index, criterion in enumerate(guideline.criteria)
    )
    return Base(
        rules,
        guideline_files,
        documents[folder / "vocabulary.yaml"],
        documents.get(folder / "search-order.yaml"),
        criteria,
    )


def each_text(document: Document, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every text in a part of a document, with the way to it."""
    value: Any = document.at(path)
    if isinstance(value, str):
        yield path, value
    steps = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for step in steps:
        yield from each_text(document, (*path, step))
