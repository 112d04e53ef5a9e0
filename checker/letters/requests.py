"""From the title of a disputed item to the facts of its request.

A fact is given where the title states it. Where the title is silent, a sentence of the summary that asks for
this procedure may state some facts, such as the purpose of a block.
What could be read in two ways is left out, for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.anatomy import Anatomy
from checker.fact import Documented, Evidence, Fact, Value, Voice
from checker.letters.flat import Flat, flatten, lowered
from checker.letters.letter import Item, Letter, Span
from checker.letters.levels import Level, Written, written_levels
from checker.letters.requestlists import (
    PROCEDURE,
    REGION,
    TARGETS,
    RequestLists,
    Words,
    value_of,
)
from checker.letters.sentences import sentences
from checker.rulebase import RuleBase

OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Passage:
    """Part of a flat text in which words are looked for, and who speaks there."""

    flat: Flat
    start: int
    end: int
    section: str
    voice: Voice

    @property
    def text(self) -> str:
        return self.flat.text[self.start : self.end]


def requested(item: Item, letter: Letter, lists: RequestLists, rules: RuleBase) -> dict[str, Fact]:
    """The facts of kind `request` that a title states, by their names; no procedure where it is unknown."""
    title = _title(item, letter)
    facts: dict[str, Fact] = {}
    for name, values in lists.facts.items():
        if found := _value_in(title, values):
            facts[name] = _fact(letter, title, name, found, rules)
    procedure = _procedure_of(facts)
    words = lists.facts.get(PROCEDURE, {}).get(procedure or "")
    silent = [name for name, of in lists.summary_facts.items() if procedure in of]
    if words and silent:
        passages = list(_sentences_about(words, letter, lists))
        for name in silent:
            if name not in facts:
                facts |= _from_summary(name, passages, letter, lists, rules)
    facts |= _levels(letter, title, procedure, facts, lists, rules)
    return facts


def treatment_kind(title: str, lists: RequestLists) -> str:
    """The coarse kind of a treatment, such as `drug`, by the word that comes first; `other` if none does."""
    flat = flatten(title, Span(0, len(title)))
    found = {
        kind: place
        for kind, words in lists.kinds.items()
        if (place := words.found(flat, 0, len(flat.text)))
    }
    return min(found, key=lambda kind: (found[kind][0], -found[kind][1]), default=OTHER)


def _title(item: Item, letter: Letter) -> _Passage:
    """The title; of one that tells apart what was authorized, what remained, else what was asked for."""
    flat = flatten(letter.source.text, item.title)
    start, end = 0, len(flat.text)
    for part in (item.remaining, item.requested):
        at = flat.lower.rfind(lowered(part)) if part else -1
        if part and at >= 0:
            start, end = at, at + len(part)
            break
    return _Passage(flat, start, end, "request", "record")


def _value_in(passage: _Passage, values: Mapping[str, Words]) -> tuple[str, tuple[int, int]] | None:
    """The one value whose words are found, and where; None where there is none, or several."""
    places = {
        value: place
        for value, words in values.items()
        if (place := words.found(passage.flat, passage.start, passage.end))
    }
    stood_for = {other for value in places for other in values[value].over}
    left = [value for value in places if value not in stood_for]
    return (left[0], places[left[0]]) if len(left) == 1 else None


def _fact(
    letter: Letter,
    passage: _Passage,
    name: str,
    found: tuple[str, tuple[int, int]],
    rules: RuleBase,
) -> Documented:
    value, place = found
    spec = rules.vocabulary.facts.get(name)
    return _documented(value_of(spec, value), letter, passage, place)


def _documented(
    value: Value, letter: Letter, passage: _Passage, place: tuple[int, int], note: str | None = None
) -> Documented:
    span = passage.flat.at(*place)
    source = letter.source
    evidence = Evidence(
        section=passage.section,
        voice=passage.voice,
        line=source.line(span.start),
        last_line=_last_line(letter, span),
        quote=source.words(span),
        at=(span.start, span.end),
        confirmed=False,
    )
    return Documented(value, evidence=(evidence,), note=note)


def _last_line(letter: Letter, span: Span) -> int | None:
    last = letter.source.line(span.end - 1)
    return last if last > letter.source.line(span.start) else None


def _procedure_of(facts: Mapping[str, Fact]) -> str | None:
    fact = facts.get(PROCEDURE)
    return str(fact.value) if isinstance(fact, Documented) else None


# The summary -----------------------------------------------------------------------------------------


def _sentences_about(words: Words, letter: Letter, lists: RequestLists) -> Iterator[_Passage]:
    """The sentences of the summary that ask for a procedure."""
    if letter.summary is None:
        return
    flat = flatten(letter.source.text, letter.summary)
    for start, end in sentences(flat.text, ()):
        if words.found(flat, start, end) and lists.asks.found(flat, start, end):
            yield _Passage(flat, start, end, "summary", letter.summary_voice)


def _from_summary(
    name: str, passages: list[_Passage], letter: Letter, lists: RequestLists, rules: RuleBase
) -> dict[str, Fact]:
    """What these sentences say about one fact, if they agree."""
    found = [
        (passage, one)
        for passage in passages
        if (one := _value_in(passage, lists.facts.get(name, {})))
    ]
    if len({value for _, (value, _) in found}) != 1:
        return {}
    passage, one = found[0]
    return {name: _fact(letter, passage, name, one, rules)}


# Levels ----------------------------------------------------------------------------------------------


def _levels(
    letter: Letter,
    title: _Passage,
    procedure: str | None,
    facts: Mapping[str, Fact],
    lists: RequestLists,
    rules: RuleBase,
) -> dict[str, Fact]:
    """The targets of a procedure of nerves or joints; of another one, the region that its levels lie in."""
    entry = rules.vocabulary.procedures.get(procedure or "")
    if entry is None:
        return {}
    written = written_levels(title.text, rules.anatomy, lists.not_before_level)
    known = [one for one in written.levels if _problem(one.label, rules.anatomy) is None]
    if not known:
        return {}
    place = (title.start + known[0].start, title.start + known[-1].end)
    if entry.targets != "none":
        labels = tuple(dict.fromkeys(one.label for one in known))
        note = _note(written, labels, rules.anatomy)
        return {TARGETS: _documented(labels, letter, title, place, note)}
    region = _region(known, rules.anatomy)
    if region is None or REGION in facts:
        return {}
    return {REGION: _documented(region, letter, title, place)}


def _problem(label: str, anatomy: Anatomy) -> str | None:
    try:
        anatomy.read([label], "nerves")
    except ValueError as problem:
        return str(problem)
    return None


def _note(written: Written, labels: tuple[str, ...], anatomy: Anatomy) -> str | None:
    """What a person should look at: levels that are none, and a number of levels that is another."""
    notes = [
        f"The title names {one.label} as well: {problem}."
        for one in written.levels
        if (problem := _problem(one.label, anatomy))
    ]
    counts = {len(one) for one in anatomy.read(labels, "nerves").readings} | {len(labels)}
    if written.count is not None and written.count not in counts:
        notes.append(f"The title speaks of {written.count} levels.")
    return " ".join(notes) or None


def _region(levels: list[Level], anatomy: Anatomy) -> str | None:
    """The region in which all levels lie, by their letters."""
    regions = {
        entry.region
        for one in levels
        for joint, entry in anatomy.joints.items()
        if joint[0] == one.label[0]
    }
    return regions.pop() if len(regions) == 1 else None
