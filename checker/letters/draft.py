"""From a letter to a draft case: what was read, each fact with its place, none of it confirmed yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from checker import __version__
from checker.case import (
    Case,
    LetterEntry,
    ReadEntry,
    Request,
    ReviewerEntry,
    contradictions,
)
from checker.charting import Facts, FactsFrom, heard
from checker.fact import Fact, NotDocumented, evidence_of
from checker.letters.decisionlists import DecisionLists, load_decision_lists
from checker.letters.decisions import decision_on, said_absent
from checker.letters.facts import stated_by_voice, together
from checker.letters.grounds import with_grounds
from checker.letters.layout import read_letters
from checker.letters.layoutfile import Layouts, load_layouts
from checker.letters.letter import Item, Letter
from checker.letters.requestlists import RequestLists, load_request_lists
from checker.letters.requests import requested, treatment_kind
from checker.letters.text import read_letter_text
from checker.letters.wordlists import load_lists
from checker.letters.words import FactLists
from checker.rulebase import LETTERS, RuleBase


@dataclass(frozen=True)
class LetterReader:
    """Reads letters into cases under one rule base and its word lists."""

    rules: RuleBase
    layouts: Layouts
    of_requests: RequestLists
    of_facts: FactLists
    of_decisions: DecisionLists

    @classmethod
    def load(cls, rules: RuleBase) -> Self:
        """The reader for a rule base, with the word lists in its folder.

        Raises:
            RuleError: with every problem of a word list.
        """
        lists = rules.folder / LETTERS
        return cls(
            rules,
            load_layouts(lists),
            load_request_lists(lists, rules.vocabulary),
            load_lists(lists, rules.vocabulary),
            load_decision_lists(lists),
        )

    def cases(self, path: Path) -> tuple[Case, ...]:
        """The cases in a file, one for each letter in it.

        Raises:
            LetterError: if the file cannot be read, or not as a letter.
        """
        source = read_letter_text(path)
        letters = read_letters(source, self.layouts)
        names = [path.stem] if len(letters) == 1 else _numbered(path.stem, len(letters))
        return tuple(self._case(letter, name) for letter, name in zip(letters, names, strict=True))

    def _case(self, letter: Letter, name: str) -> Case:
        voices = stated_by_voice(letter, self.of_facts, self.rules)
        by_reviewer = voices["reviewer"]
        case = Case(
            name=name,
            file=letter.source.file,
            about=None,
            jurisdiction=letter.jurisdiction,
            letter=_entry(letter, name, self.rules),
            record="closed",
            facts=together(voices, self.rules),
            requests=tuple(self._request(item, letter, by_reviewer) for item in letter.items),
        )
        return with_grounds(_without_contradictions(case, self.rules), by_reviewer, self.rules)

    def _request(self, item: Item, letter: Letter, by_reviewer: Mapping[str, Fact]) -> Request:
        order = self.rules.search_order.order(letter.jurisdiction)
        decided = decision_on(item, letter, self.of_decisions, order, self.of_facts.abbreviations)
        absent = tuple(said_absent(by_reviewer, item.rationale)) if item.rationale else ()
        return Request(
            id=str(item.number),
            item=item.requested,
            facts=requested(item, letter, self.of_requests, self.rules),
            decision=replace(decided, says_absent=absent),
            kind=treatment_kind(item.remaining or item.requested, self.of_requests),
        )


def _numbered(stem: str, number: int) -> list[str]:
    return [f"{stem}-{index + 1}" for index in range(number)]


def _entry(letter: Letter, name: str, rules: RuleBase) -> LetterEntry:
    source = letter.source
    return LetterEntry(
        id=letter.header.get("case_number") or name,
        read=ReadEntry(
            file=Path(source.file).name,
            sha256=source.sha256,
            layout=letter.layout,
            tool=f"checker {__version__}",
            rules=rules.digest,
        ),
        jurisdiction=letter.jurisdiction,
        ur_date=letter.ur_date,
        reviewer=ReviewerEntry(specialty=letter.specialty, licensed_in=letter.licensed_in),
        note="; ".join(letter.warnings) or None,
    )


# Contradictions --------------------------------------------------------------------------------------

_STAGES: tuple[tuple[FactsFrom, FactsFrom | None], ...] = (
    ("record", None),
    ("record+ur", "record"),
    ("all", "record+ur"),
)
"""Whose words are added one after the other, each with those that were settled before."""


def _without_contradictions(case: Case, rules: RuleBase) -> Case:
    """The case without the facts that no chart can hold together; each keeps its places and says why.

    What contradicts itself was read wrongly, or the letter is wrong: a person decides. The chart is settled
    before the words of others are added, and these yield, so that nothing a reviewer says touches it.
    """
    before: Case | None = None
    for stage, settled in _STAGES:
        told = _as_heard(case, stage)
        if told == before:
            continue
        while found := list(contradictions(told, rules)):
            yielded = _without(case, found, settled, rules)
            if yielded == case:
                break
            case, told = yielded, _as_heard(yielded, stage)
        before = told
    return case


def _without(
    case: Case,
    found: Iterable[tuple[int, list[str], str]],
    settled: FactsFrom | None,
    rules: RuleBase,
) -> Case:
    """The case with all facts that contradict each other as they were settled before, or doubted."""
    specs = rules.vocabulary.facts
    names = {
        specs[name].joints_of or name for _, contradicting, _ in found for name in contradicting
    }
    says = "; ".join(dict.fromkeys(message for _, _, message in found))

    def yielding(facts: Facts) -> Facts:
        before = heard(facts, settled) if settled else {}
        return {
            name: before.get(name) or NotDocumented(evidence_of(fact), says)
            if name in names
            else fact
            for name, fact in facts.items()
        }

    return _changed(case, yielding)


def _as_heard(case: Case, stage: FactsFrom) -> Case:
    return _changed(case, lambda facts: heard(facts, stage))


def _changed(case: Case, change: Callable[[Facts], Facts]) -> Case:
    requests = tuple(replace(one, facts=change(one.facts)) for one in case.requests)
    return replace(case, facts=change(case.facts), requests=requests)
