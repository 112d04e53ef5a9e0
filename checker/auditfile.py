"""What an audit remarks on, as far as clinicians may argue about it: `audit.yaml` of a rule base."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from checker.errors import did_you_mean, quoted
from checker.vocabulary import Vocabulary
from checker.yamlfile import Document, FromFile, Many, Path_, Text


class _StaleEntry(FromFile):
    facts: Many[str]
    months: Annotated[int, Field(ge=1)]
    says: Text


class _NearIdenticalEntry(FromFile):
    share: Annotated[float, Field(gt=0, le=1)]
    least_words: Annotated[int, Field(ge=1)]


class _AuditFile(FromFile):
    source: Many[str] = ()
    labels: Many[str] = ()
    general_statements: Many[str] = ()
    stale: Many[_StaleEntry] = ()
    near_identical: _NearIdenticalEntry | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """Facts that are remarked on when their evidence is older than this many months at the request."""

    facts: tuple[str, ...]
    months: int
    says: str


@dataclass(frozen=True, slots=True)
class NearIdentical:
    """Rationales of at least so many words are near-identical from this share of common runs of words on."""

    share: float
    least_words: int


@dataclass(frozen=True, slots=True)
class Remarks:
    """What an audit looks for; of a rule base without `audit.yaml` nothing that needs a threshold or a list.

    `labels` are diagnoses that a chart may give by name alone, `general_statements` facts that sum up a course
    of care without telling it.
    """

    labels: frozenset[str] = frozenset()
    general_statements: frozenset[str] = frozenset()
    stale: tuple[Stale, ...] = ()
    near_identical: NearIdentical | None = None


def load_remarks(document: Document, vocabulary: Vocabulary) -> Remarks:
    """The remarks in a document; what is wrong with them is reported there."""
    file = document.read(_AuditFile)
    if file is None:
        return Remarks()
    _check(document, ("labels",), file.labels, vocabulary)
    _check(document, ("general_statements",), file.general_statements, vocabulary)
    for index, one in enumerate(file.stale):
        _check(document, ("stale", index, "facts"), one.facts, vocabulary)
    near = file.near_identical
    return Remarks(
        labels=frozenset(file.labels),
        general_statements=frozenset(file.general_statements),
        stale=tuple(Stale(one.facts, one.months, one.says) for one in file.stale),
        near_identical=NearIdentical(near.share, near.least_words) if near else None,
    )


def _check(document: Document, path: Path_, names: Collection[str], vocabulary: Vocabulary) -> None:
    for index, name in enumerate(names):
        if name not in vocabulary.facts and name not in vocabulary.unread:
            hint = did_you_mean(name, vocabulary.facts)
            document.report((*path, index), f"unknown fact {quoted(name)}{hint}")
