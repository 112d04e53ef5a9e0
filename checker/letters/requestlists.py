"""`requests.yaml`: the words by which titles say what is requested, each with titles that try it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.errors import Problem, RuleError, did_you_mean
from checker.letters.flat import Flat, flatten
from checker.letters.letter import Span
from checker.letters.phrases import Phrase, compiled
from checker.vocabulary import Boolean, Enum, FactSpec, SetOf, Vocabulary
from checker.yamlfile import Document, FromFile, Many, Path_, Text, read

REQUESTS = "requests.yaml"
PROCEDURE, REGION, TARGETS = "procedure", "region", "targets"
_TRUTH = {"true": True, "false": False}


class WordsEntry(FromFile):
    """One entry as it stands in the file."""

    phrases: Many[Text]
    unless: Many[Text] = ()
    not_with: Many[Text] = ()
    over: Many[Text] = ()
    yes: Many[Text]
    no: Many[Text]


class InSummaryEntry(FromFile):
    """Which sentences of a summary speak of a request, and which facts of which procedures they may state."""

    facts: dict[str, Many[Text]]
    asks: Many[Text]
    not_: Many[Text] = ()
    yes: Many[Text]
    no: Many[Text]

    model_config = FromFile.model_config | {"alias_generator": lambda name: name.rstrip("_")}


class LevelsEntry(FromFile):
    """Words behind a letter and a number that is no level."""

    not_before: Many[Text] = ()


class RequestsFile(FromFile):
    """The whole file."""

    facts: dict[str, dict[str, WordsEntry]]
    in_summary: InSummaryEntry
    levels: LevelsEntry = LevelsEntry()
    kinds: dict[str, WordsEntry]


@dataclass(frozen=True, slots=True)
class Words:
    """The compiled phrases of one entry."""

    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...] = ()
    not_with: tuple[Phrase, ...] = ()
    over: tuple[str, ...] = ()

    def found(self, flat: Flat, start: int, end: int) -> tuple[int, int] | None:
        """The first place between two characters where the words stand, the longest one there."""
        if any(True for _ in _spans(self.not_with, flat, start, end)):
            return None
        otherwise = list(_spans(self.unless, flat, start, end))
        places = (
            one
            for one in _spans(self.phrases, flat, start, end)
            if not any(begin <= one[0] and one[1] <= stop for begin, stop in otherwise)
        )
        return min(places, key=lambda one: (one[0], -one[1]), default=None)

    def near(self, flat: Flat) -> Words:
        """The same with only the phrases that may stand in a text, for looking into it part by part."""
        phrases, unless, not_with = (
            tuple(one for one in some if one.may_stand_in(flat.lower))
            for some in (self.phrases, self.unless, self.not_with)
        )
        return Words(phrases, unless, not_with, self.over)


@dataclass(frozen=True)
class RequestLists:
    """All word lists of requests. `facts` maps a fact to the words of each of its values.

    `summary_facts` are those that a summary may state, with the procedures for which it may.
    """

    file: str
    facts: Mapping[str, Mapping[str, Words]]
    summary_facts: Mapping[str, tuple[str, ...]]
    asks: Words
    not_before_level: tuple[str, ...]
    kinds: Mapping[str, Words]


def load_request_lists(folder: Path, vocabulary: Vocabulary) -> RequestLists:
    """The word lists in `requests.yaml` of a folder, such as `rules/letters`.

    Raises:
        RuleError: with every problem of the file.
    """
    document, file = _read(folder)
    _check(document, file, vocabulary)
    facts = {
        fact: {
            value: words_of(document, ("facts", fact, value), entry)
            for value, entry in values.items()
        }
        for fact, values in file.facts.items()
    }
    kinds = {kind: words_of(document, ("kinds", kind), entry) for kind, entry in file.kinds.items()}
    asks = Words(
        _phrases(document, ("in_summary", "asks"), file.in_summary.asks),
        not_with=_phrases(document, ("in_summary", "not"), file.in_summary.not_),
    )
    if document.problems:
        raise RuleError(document.problems)
    return RequestLists(
        document.file, facts, file.in_summary.facts, asks, file.levels.not_before, kinds
    )


def check_lists(folder: Path, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Every title in `yes` that its entry does not match, and every one in `no` that it does.

    Raises:
        RuleError: if the file does not load.
    """
    lists = load_request_lists(folder, vocabulary)
    document, file = _read(folder)
    for fact, values in file.facts.items():
        for value, entry in values.items():
            check_words(document, ("facts", fact, value), lists.facts[fact][value], entry)
    for kind, entry in file.kinds.items():
        check_words(document, ("kinds", kind), lists.kinds[kind], entry)
    check_words(document, ("in_summary",), lists.asks, file.in_summary)
    return tuple(sorted(document.problems))


def check_words(
    document: Document, path: Path_, words: Words, entry: WordsEntry | InSummaryEntry
) -> None:
    """Reports the samples of an entry that its words do not tell apart."""
    for index, title in enumerate(entry.yes):
        if not matches(words, title):
            document.report((*path, "yes", index), f"no phrase of `{path[-1]}` matches this")
    for index, title in enumerate(entry.no):
        if matches(words, title):
            document.report((*path, "no", index), f"a phrase of `{path[-1]}` matches this")


def matches(words: Words, title: str) -> bool:
    """Whether the words of an entry stand in a title."""
    flat = flatten(title, Span(0, len(title)))
    return words.found(flat, 0, len(flat.text)) is not None


def value_of(spec: FactSpec | None, written: str) -> bool | str | frozenset[str]:
    """The value of a fact that an entry of this name stands for."""
    match spec.type if spec else None:
        case Boolean():
            return _TRUTH[written]
        case SetOf():
            return frozenset({written})
        case _:
            return written


def _spans(
    phrases: Iterable[Phrase], flat: Flat, start: int, end: int
) -> Iterator[tuple[int, int]]:
    for phrase in phrases:
        if phrase.may_stand_in(flat.lower):
            yield from phrase.spans(flat.text, flat.lower, start, end)


def _read(folder: Path) -> tuple[Document, RequestsFile]:
    document = read(folder / REQUESTS, RuleError)
    file = document.read(RequestsFile)
    if file is None or document.problems:
        raise RuleError(document.problems)
    return document, file


def words_of(document: Document, path: Path_, entry: WordsEntry) -> Words:
    """The compiled phrases of an entry; what is wrong with them is reported in the document."""
    return Words(
        _phrases(document, (*path, "phrases"), entry.phrases),
        _phrases(document, (*path, "unless"), entry.unless),
        _phrases(document, (*path, "not_with"), entry.not_with),
        entry.over,
    )


def _phrases(document: Document, path: Path_, written: Iterable[str]) -> tuple[Phrase, ...]:
    found = []
    for index, one in enumerate(written):
        try:
            found.append(compiled(one))
        except ValueError as problem:
            document.report((*path, index), str(problem))
    return tuple(found)


# What is wrong with a file ------------------------------------------------------------------------------


def _check(document: Document, file: RequestsFile, vocabulary: Vocabulary) -> None:
    for fact, values in file.facts.items():
        known = _values(document, fact, vocabulary)
        for value, entry in values.items() if known is not None else ():
            path: Path_ = ("facts", fact, value)
            if value not in (known or ()):
                message = f"`{value}` is no value of `{fact}`{did_you_mean(value, known or ())}"
                document.report(path, message, at_key=True)
            for index, other in enumerate(entry.over):
                if other not in values:
                    message = f"`{other}` has no entry here{did_you_mean(other, values)}"
                    document.report((*path, "over", index), message)
            _check_examples(document, path, entry)
    for kind, entry in file.kinds.items():
        _check_examples(document, ("kinds", kind), entry)
    for fact, procedures in file.in_summary.facts.items():
        path = ("in_summary", "facts", fact)
        if fact not in file.facts:
            message = f"`{fact}` has no entry under `facts`{did_you_mean(fact, file.facts)}"
            document.report(path, message, at_key=True)
        for index, procedure in enumerate(procedures):
            if procedure not in vocabulary.procedures:
                hint = did_you_mean(procedure, vocabulary.procedures)
                document.report((*path, index), f"unknown procedure `{procedure}`{hint}")


def _check_examples(document: Document, path: Path_, entry: WordsEntry) -> None:
    for key in ("phrases", "yes", "no"):
        if not getattr(entry, key):
            document.report((*path, key), "expected at least one")


def _values(document: Document, fact: str, vocabulary: Vocabulary) -> Iterable[str] | None:
    """The values that an entry of a fact may have; None after reporting that there is no such fact here."""
    if fact == PROCEDURE:
        return vocabulary.procedures
    if fact == REGION:
        return vocabulary.regions
    spec = vocabulary.facts.get(fact)
    if spec is None or spec.kind != "request" or not spec.written:
        known = [name for name, one in vocabulary.facts.items() if one.kind == "request"]
        message = f"`{fact}` is no fact of a request{did_you_mean(fact, known)}"
        document.report(("facts", fact), message, at_key=True)
        return None
    match spec.type:
        case Enum(values) | SetOf(values):
            return values
        case Boolean():
            return _TRUTH
        case _:
            message = f"`{fact}` has no values that words could stand for"
            document.report(("facts", fact), message, at_key=True)
            return None
