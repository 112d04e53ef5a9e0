"""What an audit remarks on, as far as clinicians may argue about it: `audit.yaml` of a rule base."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from checker.errors import did_you_mean, quoted
from checker.vocabulary import Enum, FactSpec, Vocabulary
from checker.yamlfile import Document, FromFile, Many, Path_, Text


class _StaleEntry(FromFile):
    facts: Many[str]
    months: Annotated[int, Field(ge=1)]
    says: Text


def _share(value: float) -> float:
    if not 0 < value <= 1:
        raise ValueError(f"expected a share above 0 and up to 1, such as 0.9, not `{value:g}`")
    return value


class _NearIdenticalEntry(FromFile):
    share: Annotated[float, AfterValidator(_share)]
    least_words: Annotated[int, Field(ge=1)]


class _AuditFile(FromFile):
    source: Many[str] = ()
    labels: Many[str] = ()
    general_statements: Many[str] = ()
    absent_values: Many[str] = ()
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
    of care without telling it, `absent_values` those that say that something was not there.
    """

    labels: frozenset[str] = frozenset()
    general_statements: frozenset[str] = frozenset()
    absent_values: frozenset[str] = frozenset()
    stale: tuple[Stale, ...] = ()
    near_identical: NearIdentical | None = None


def load_remarks(document: Document, vocabulary: Vocabulary) -> Remarks:
    """The remarks in a document; what is wrong with them is reported there."""
    file = document.read(_AuditFile)
    if file is None:
        return Remarks()
    _check(document, ("labels",), file.labels, vocabulary)
    _check(document, ("general_statements",), file.general_statements, vocabulary)
    values = {value for spec in vocabulary.facts.values() for value in _values(spec)}
    for index, value in enumerate(file.absent_values):
        if value not in values:
            message = f"no fact has the value {quoted(value)}{did_you_mean(value, values)}"
            document.report(("absent_values", index), message)
    for index, one in enumerate(file.stale):
        _check(document, ("stale", index, "facts"), one.facts, vocabulary)
    near = file.near_identical
    return Remarks(
        labels=frozenset(file.labels),
        general_statements=frozenset(file.general_statements),
        absent_values=frozenset(file.absent_values),
        stale=tuple(Stale(one.facts, one.months, one.says) for one in file.stale),
        near_identical=NearIdentical(near.share, near.least_words) if near else None,
    )


def _values(spec: FactSpec) -> Collection[str]:
    return spec.type.values if isinstance(spec.type, Enum) else ()


def _check(document: Document, path: Path_, names: Collection[str], vocabulary: Vocabulary) -> None:
    for index, name in enumerate(names):
        if name not in vocabulary.facts and name not in vocabulary.unread:
            hint = did_you_mean(name, vocabulary.facts)
            document.report((*path, index), f"unknown fact {quoted(name)}{hint}")
