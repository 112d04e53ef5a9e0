"""`decisions.yaml`: the words with which rationales close, and with which they leave their decision open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from checker.decision import ReviewersOutcome
from checker.errors import Problem, RuleError
from checker.letters.requestlists import Words, WordsEntry, check_words, words_of
from checker.yamlfile import Document, FromFile, read

DECISIONS = "decisions.yaml"


class _ClosingEntry(FromFile):
    upheld: WordsEntry = Field(alias="Upheld")
    overturned: WordsEntry = Field(alias="Overturned")


class _DecisionsFile(FromFile):
    closing: _ClosingEntry
    hedges: WordsEntry


@dataclass(frozen=True, slots=True)
class DecisionLists:
    """The words of each outcome in a closing sentence, and those that hedge."""

    closing: Mapping[ReviewersOutcome, Words]
    hedges: Words


def load_decision_lists(folder: Path) -> DecisionLists:
    """The word lists in `decisions.yaml` of a folder, such as `rules/letters`.

    Raises:
        RuleError: with every problem of the file.
    """
    return _lists(*_read(folder))


def check_decision_lists(folder: Path) -> tuple[Problem, ...]:
    """Every sentence in `yes` that its entry does not match, and every one in `no` that it does.

    Raises:
        RuleError: if the file does not load.
    """
    document, file = _read(folder)
    lists = _lists(document, file)
    closing = file.closing
    check_words(document, ("closing", "Upheld"), lists.closing["Upheld"], closing.upheld)
    check_words(
        document, ("closing", "Overturned"), lists.closing["Overturned"], closing.overturned
    )
    check_words(document, ("hedges",), lists.hedges, file.hedges)
    return tuple(sorted(document.problems))


def _read(folder: Path) -> tuple[Document, _DecisionsFile]:
    document = read(folder / DECISIONS, RuleError)
    file = document.read(_DecisionsFile)
    if file is None or document.problems:
        raise RuleError(document.problems)
    return document, file


def _lists(document: Document, file: _DecisionsFile) -> DecisionLists:
    closing: Mapping[ReviewersOutcome, Words] = {
        "Upheld": words_of(document, ("closing", "Upheld"), file.closing.upheld),
        "Overturned": words_of(document, ("closing", "Overturned"), file.closing.overturned),
    }
    lists = DecisionLists(closing, words_of(document, ("hedges",), file.hedges))
    if document.problems:
        raise RuleError(document.problems)
    return lists
