"""The word lists that letters are read with: concepts, what words around them say, and who speaks.

They are YAML files in one folder: every `lexicon*.yaml` holds concepts, `context.yaml` cues and `voice.yaml`
the signs of who speaks. Each entry carries sentences that its phrases must match and must not match, and
`check_lists` tries them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from checker.errors import Place, Problem, RuleError, did_you_mean, quoted, shown_path
from checker.fact import Grade, Value
from checker.letters.flat import lowered
from checker.letters.phrases import Phrase, compiled
from checker.letters.words import (
    PURPOSE,
    Axis,
    Concept,
    Cue,
    FactLists,
    Gives,
    Group,
    Label,
    Looks,
    Owner,
    OwnerKind,
    Reads,
    Sample,
    Section,
    Speaker,
    VoiceCue,
    Words,
)
from checker.vocabulary import FactSpec, Levels, ListOf, Number, Vocabulary
from checker.yamlfile import Document, FromFile, Many, Path_, Text, read

CONTEXT = "context.yaml"
VOICE = "voice.yaml"
LEXICON = "lexicon*.yaml"


_AXES: Mapping[Axis, tuple[str, ...]] = {
    "polarity": ("affirmed", "negated", "undocumented", "possible"),
    "time": ("current", "historical", "planned", "hypothetical"),
    "outcome": ("failed", "effective", "partial", "positive", "negative", "contraindicated"),
    "whose": ("other",),
}


# The files -------------------------------------------------------------------------------------------


class _Entry(FromFile):
    phrases: Many[Text]
    unless: Many[Text] = ()
    yes: Many[Text]
    no: Many[Text]


class _GiveEntry(FromFile):
    fact: Text
    as_: dict[Label, Any] = Field({}, alias="as")
    reads: Reads | None = None
    record: dict[str, Any] = {}
    grade: Grade = "explicit"
    needs: Many[Literal["level", "care", "diagnosis", "detail"]] = ()
    latest: bool = False


class _ConceptEntry(_Entry):
    group: Group
    anywhere: bool = False
    says_no: bool = False
    gives: Many[_GiveEntry] = ()


class _LexiconFile(FromFile):
    concepts: dict[str, Any]


class _CueEntry(_Entry):
    says: dict[Axis, str]
    looks: Looks = "ahead"
    for_: Many[Group] = Field((), alias="for")
    reach: int = 12
    through_verbs: bool = False
    ends_at_comma: bool = False


class _ContextFile(FromFile):
    cues: dict[str, Any]
    stops: Many[Text]
    verbs: Many[Text]
    other_parts: Many[Text]
    spine_parts: Many[Text]
    abbreviations: Many[Text]
    months: Many[Text]
    not_dates_of_findings: Many[Text]
    counts: dict[str, int]
    relief_words: Many[Text]
    its_block: Many[Text]
    diagnosis_words: Many[Text]
    purposes: dict[str, Many[Text]]
    regions: dict[str, Many[Text]]


class _VoiceEntry(_Entry):
    voice: Speaker | Literal["same"]
    in_: Many[Section] = Field(("summary", "rationale"), alias="in")
    holds: bool = True


class _VoiceFile(FromFile):
    cues: dict[str, Any]


# Loading ---------------------------------------------------------------------------------------------


def load_lists(folder: Path, vocabulary: Vocabulary) -> FactLists:
    """The word lists in a folder.

    Raises:
        RuleError: with every problem of every file.
    """
    problems: list[Problem] = []
    lexicons = sorted(folder.glob(LEXICON)) if folder.is_dir() else []
    if not lexicons:
        problems.append(Problem(Place(shown_path(folder)), f"the folder holds no `{LEXICON}`"))
    loader = _Loader(vocabulary)
    for path in lexicons:
        loader.try_to(path, loader.lexicon, problems)
    loader.try_to(folder / CONTEXT, loader.context, problems)
    loader.try_to(folder / VOICE, loader.voice, problems)
    if problems or loader.lists is None:
        raise RuleError(problems)
    return loader.finished()


def check_lists(lists: FactLists) -> list[Problem]:
    """The sentences of entries that are not matched as they should be, each with its place."""
    problems = []
    for sample in lists.samples:
        text = sample.sentence
        found = bool(sample.words.spans(text, lowered(text), 0, len(text)))
        if found != sample.matches:
            how = (
                "is not matched, and should be"
                if sample.matches
                else "is matched, and should not be"
            )
            problems.append(Problem(sample.place, f"{sample.entry}: {quoted(text)} {how}"))
    return problems


class _Loader:
    """Reads the files one after the other into one set of lists."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.concepts: dict[str, Concept] = {}
        self.cues: list[Cue] = []
        self.voices: list[VoiceCue] = []
        self.samples: list[Sample] = []
        self.phrases: list[Phrase] = []
        self.owners: dict[int, Owner] = {}
        self.lists: dict[str, Any] | None = None

    def try_to(self, path: Path, reads: Any, problems: list[Problem]) -> None:
        try:
            document = read(path, RuleError)
        except RuleError as error:
            problems.extend(error.problems)
            return
        with suppress(RuleError):  # a document with too many problems to read on keeps those it has
            reads(document)
        problems.extend(document.problems)

    def finished(self) -> FactLists:
        return FactLists(
            anatomy=self.vocabulary.anatomy,
            concepts=tuple(self.concepts.values()),
            cues=tuple(self.cues),
            voices=tuple(self.voices),
            samples=tuple(self.samples),
            phrases=tuple(self.phrases),
            owners=self.owners,
            **(self.lists or {}),
        )

    def lexicon(self, document: Document) -> None:
        file = document.read(_LexiconFile)
        for name in file.concepts if file else ():
            path = ("concepts", name)
            if (entry := document.read(_ConceptEntry, path)) is None:
                continue
            if name in self.concepts:
                document.report(path, f"`{name}` is a concept of another file too", at_key=True)
            words = self._words(document, path, name, entry)
            self._own(words, "concept", len(self.concepts))
            gives = [
                self._gives(document, (*path, "gives", index), one)
                for index, one in enumerate(entry.gives)
            ]
            known = tuple(one for one in gives if one)
            facts = frozenset(one.spec.name for one in known)
            self.concepts[name] = Concept(
                name, entry.group, words, entry.anywhere, entry.says_no, known, facts
            )

    def context(self, document: Document) -> None:
        file = document.read(_ContextFile)
        if file is None:
            return
        for name in file.cues:
            path = ("cues", name)
            if (entry := document.read(_CueEntry, path)) is None:
                continue
            words = self._words(document, path, name, entry)
            self._own(words, "cue", len(self.cues))
            for axis, value in entry.says.items():
                if value not in _AXES[axis]:
                    listed = ", ".join(f"`{one}`" for one in _AXES[axis])
                    hint = did_you_mean(value, _AXES[axis])
                    message = f"{quoted(value)} is not one of {listed}{hint}"
                    document.report((*path, "says", axis), message)
            if not 0 < entry.reach <= 200:
                document.report((*path, "reach"), "expected a number of words from 1 to 200")
            self.cues.append(
                Cue(
                    name,
                    words,
                    entry.says,
                    entry.looks,
                    frozenset(entry.for_),
                    entry.reach,
                    entry.through_verbs,
                    entry.ends_at_comma,
                )
            )
        bare = {
            "stops": "stops", "verbs": "verbs", "other_parts": "other_parts",
            "spine_parts": "spine_parts", "other_dates": "not_dates_of_findings",
            "relief": "relief_words", "its_block": "its_block",
            "diagnosis_words": "diagnosis_words",
        }  # fmt: skip
        self.lists = {
            name: Words(self._phrases(document, (key,), getattr(file, key)), {})
            for name, key in bare.items()
        }
        self._check_purposes(document, file.purposes)
        self.lists["purposes"] = {
            name: Words(self._phrases(document, ("purposes", name), phrases), {})
            for name, phrases in file.purposes.items()
        }
        self.lists["regions"] = self._regions(document, file.regions)
        self.lists["months"] = tuple(one.lower() for one in file.months)
        self.lists["counts"] = file.counts
        self.lists["abbreviations"] = frozenset(one.lower() for one in file.abbreviations)

    def _check_purposes(self, document: Document, written: Mapping[str, Any]) -> None:
        """Each purpose must be one that the records of blocks may have."""
        lists = (one.type for one in self.vocabulary.facts.values())
        fields = (one.fields.get(PURPOSE) for one in lists if isinstance(one, ListOf))
        for spec in (one for one in fields if one):
            for name in written:
                for _, message in self.vocabulary.faults(spec, name):
                    document.report(("purposes", name), message, at_key=True)

    def _regions(
        self, document: Document, written: Mapping[str, Sequence[str]]
    ) -> dict[str, Words]:
        """The words for each region of the vocabulary."""
        for name in written:
            if name not in self.vocabulary.regions:
                hint = did_you_mean(name, self.vocabulary.regions)
                document.report(("regions", name), f"unknown region `{name}`{hint}", at_key=True)
        return {
            name: Words(self._phrases(document, ("regions", name), phrases), {})
            for name, phrases in written.items()
        }

    def voice(self, document: Document) -> None:
        file = document.read(_VoiceFile)
        for name in file.cues if file else ():
            path = ("cues", name)
            if (entry := document.read(_VoiceEntry, path)) is None:
                continue
            words = self._words(document, path, name, entry)
            self._own(words, "voice", len(self.voices))
            self.voices.append(
                VoiceCue(name, words, entry.voice, frozenset(entry.in_), entry.holds)
            )

    def _words(self, document: Document, path: Path_, name: str, entry: _Entry) -> Words:
        """The phrases of an entry; the sentences that try them are noted."""
        if not entry.phrases:
            document.report((*path, "phrases"), "expected at least one phrase")
        words = Words(
            self._phrases(document, (*path, "phrases"), entry.phrases),
            self._phrases(document, (*path, "unless"), entry.unless),
        )
        for key, sentences in (("yes", entry.yes), ("no", entry.no)):
            if not sentences:
                matched = "must be" if key == "yes" else "must not be"
                document.report((*path, key), f"expected a sentence that {matched} matched")
            for index, sentence in enumerate(sentences):
                place = document.place((*path, key, index))
                self.samples.append(Sample(place, name, words, sentence, key == "yes"))
        return words

    def _phrases(
        self, document: Document, path: Path_, written: Sequence[str]
    ) -> dict[int, Phrase]:
        return dict(self._each_phrase(document, path, written))

    def _each_phrase(
        self, document: Document, path: Path_, written: Sequence[str]
    ) -> Iterator[tuple[int, Phrase]]:
        for index, one in enumerate(written):
            try:
                self.phrases.append(compiled(one))
            except ValueError as problem:
                document.report((*path, index), str(problem))
            else:
                yield len(self.phrases) - 1, self.phrases[-1]

    def _own(self, words: Words, kind: OwnerKind, number: int) -> None:
        """Note to which entry the phrases belong."""
        self.owners |= {phrase: Owner(kind, number, leave=False) for phrase in words.phrases}
        self.owners |= {phrase: Owner(kind, number, leave=True) for phrase in words.unless}

    def _gives(self, document: Document, path: Path_, entry: _GiveEntry) -> Gives | None:
        spec = self.vocabulary.facts.get(entry.fact)
        if spec is None or not spec.written:
            known = [one.name for one in self.vocabulary.facts.values() if one.written]
            hint = did_you_mean(entry.fact, known)
            document.report((*path, "fact"), f"{quoted(entry.fact)} is no fact to state{hint}")
            return None
        values = {
            label: value
            for label, written in entry.as_.items()
            for value in self._value(document, (*path, "as", label), spec, written)
        }
        self._check_reads(document, path, spec, entry)
        record = self._record(document, (*path, "record"), spec, entry.record)
        if not (values or record or entry.reads):
            document.report(path, "expected `as`, `reads` or `record`, which tell the value")
        grade: Grade = "conclusory" if spec.at_best == "conclusory" else entry.grade
        return Gives(spec, values, entry.reads, record, grade, frozenset(entry.needs), entry.latest)

    def _check_reads(
        self, document: Document, path: Path_, spec: FactSpec, entry: _GiveEntry
    ) -> None:
        readable = {"levels": Levels, "number": Number, "weeks": Number}
        if entry.reads and not isinstance(spec.type, readable[entry.reads]):
            message = f"`{spec.name}` does not hold {entry.reads}"
            document.report((*path, "reads"), message)

    def _record(
        self, document: Document, path: Path_, spec: FactSpec, written: Mapping[str, Any]
    ) -> dict[str, Value]:
        if not written:
            return {}
        if not isinstance(spec.type, ListOf):
            document.report(path, f"`{spec.name}` is no list of records", at_key=True)
            return {}
        found: dict[str, Value] = {}
        for name, value in written.items():
            field = spec.type.fields.get(name)
            if field is None:
                hint = did_you_mean(name, spec.type.fields)
                document.report((*path, name), f"unknown field `{name}`{hint}", at_key=True)
                continue
            for one in self._value(document, (*path, name), field, value):
                found[name] = one
        return found

    def _value(
        self, document: Document, path: Path_, spec: FactSpec, written: Any
    ) -> Iterator[Value]:
        """The value as the vocabulary reads it, or none after reporting what is wrong with it."""
        if isinstance(spec.type, ListOf):
            if written == []:
                yield ()
            else:
                document.report(path, "write [] where there was none; else use `record`")
            return
        faults = self.vocabulary.faults(spec, written)
        for way, message in faults:
            document.report((*path, *way), message)
        if not faults:
            yield self.vocabulary.value(spec, written)
