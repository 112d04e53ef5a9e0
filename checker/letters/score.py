"""How well letters are read: what was read beside what a person says, field by field.

A field is right when value and state agree; a grade, a place or a note makes no difference. What the
person leaves silent and the reading fills is wrong; what the reading leaves silent is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from checker.case import Case, Request
from checker.fact import Conflicting, Documented, Fact


@dataclass(frozen=True, slots=True)
class Mistake:
    """A field that differs in one case: what was read and what is right, each None where silent."""

    case: str
    request: str | None
    field: str
    read: Fact | None
    right: Fact | None


@dataclass
class FieldScore:
    """For one field: values read rightly, read but wrong, and there but not read rightly."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Of what was read, the part that is right; None where nothing was read."""
        read = self.right + self.wrong
        return self.right / read if read else None

    @property
    def recall(self) -> float | None:
        """Of what is there, the part that was read; None where nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else None


def letter_of(case: Case, letters: Iterable[Path]) -> Path | None:
    """The letter that a case was read from: by its file name, else the one that begins with the letter's id."""
    if case.letter is None:
        return None
    if read := case.letter.read:
        return next((one for one in letters if one.name == read.file), None)
    named = re.compile(re.escape(case.letter.id) + "(?![0-9A-Za-z])")
    return next((one for one in letters if named.match(one.name)), None)


def score(pairs: Iterable[tuple[Case, Case]]) -> dict[str, FieldScore]:
    """The score of every field over pairs of a case as read and the same case as confirmed."""
    fields: dict[str, FieldScore] = {}
    for read, right in pairs:
        for name, request, mine, theirs in _beside(read, right):
            if _known(mine) is None and _known(theirs) is None:
                continue
            one = fields.setdefault(name, FieldScore())
            if _known(mine) == _known(theirs):
                one.right += 1
                continue
            one.wrong += _known(mine) is not None
            one.missed += _known(theirs) is not None
            one.mistakes.append(Mistake(right.name, request, name, mine, theirs))
    return dict(sorted(fields.items()))


def _beside(read: Case, right: Case) -> Iterator[tuple[str, str | None, Fact | None, Fact | None]]:
    for name in dict.fromkeys((*right.facts, *read.facts)):
        yield name, None, read.facts.get(name), right.facts.get(name)
    of_read = {one.id: one for one in read.requests}
    for request in right.requests:
        mine = of_read.get(request.id)
        stated = mine.facts if mine else {}
        for name in dict.fromkeys((*request.facts, *stated)):
            yield name, request.id, stated.get(name), request.facts.get(name)
        yield from _decisions(mine, request)


def _decisions(
    read: Request | None, right: Request
) -> Iterator[tuple[str, str | None, Fact | None, Fact | None]]:
    """The reviewer's outcome and sources, compared as if they were facts."""
    ours, theirs = read.decision if read else None, right.decision
    if theirs is None:
        return
    yield (
        "decision",
        right.id,
        Documented(ours.outcome) if ours else None,
        Documented(theirs.outcome),
    )
    yield (
        "guidelines cited",
        right.id,
        Documented(frozenset(ours.guidelines_cited)) if ours else None,
        Documented(frozenset(theirs.guidelines_cited)),
    )


def _known(fact: Fact | None) -> object:
    """What is compared: the value, the values of a conflict, the fields of records; None for silence."""
    match fact:
        case Documented(value=tuple() as items):
            return tuple(
                item
                if isinstance(item, str)
                else tuple(sorted((k, _hashable(v)) for k, v in item.items()))
                for item in items
            )
        case Documented(value):
            return value
        case Conflicting(values):
            return frozenset(_known(one) for one in values)
        case _:
            return None


def _hashable(fact: Fact) -> str:
    return repr(_known(fact))
