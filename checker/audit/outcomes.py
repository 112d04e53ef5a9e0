"""Evidence from outcomes: how requests like this one were decided, instead of an invented confidence.

The reference class of a request are the decided requests that failed the same criteria under the same
guideline. Beside it stand all requests that were decided under the guideline, and the nearest of each outcome
with all that is different there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checker.anatomy import Anatomy
from checker.audit.comparison import Compared
from checker.audit.figures import Share, clustered_share
from checker.audit.run import item_name
from checker.case import ReviewersOutcome
from checker.determination import Determination
from checker.engine.written import names_in
from checker.fact import NOT_DOCUMENTED, Fact
from checker.guideline import Guideline
from checker.wording import fact_words

LEAST_LETTERS = 10
"""A reference class has at least so many letters."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A criterion or a fact that is not the same in two requests, in words."""

    name: str
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """A decided request that differs as little as any of its outcome: in criteria first, then in facts."""

    item: str
    criteria: tuple[Difference, ...]
    facts: tuple[Difference, ...]


@dataclass(frozen=True)
class Outcomes:
    """How requests like this one were decided, in the decided cases that were given.

    `failed` are the deciding criteria that count against it, `letters` those of its reference class, `upheld`
    the share of their items that the reviewer upheld, and `baseline` the same of all letters under the
    guideline. `nearest` is None for an outcome that no case under the guideline has.
    """

    guideline: str | None
    failed: tuple[str, ...]
    letters: int
    upheld: Share
    baseline: Share
    baseline_letters: int
    nearest: Mapping[ReviewersOutcome, Nearest | None]

    @property
    def enough(self) -> bool:
        """Whether the reference class has enough letters to say something."""
        return self.letters >= LEAST_LETTERS


def outcomes(
    determination: Determination, decided: Iterable[Compared], anatomy: Anatomy
) -> Outcomes:
    """The evidence for one determination; the letter that it is itself is left out."""
    guideline = determination.guideline
    others = [
        one
        for one in decided
        if guideline
        and one.determination.guideline
        and one.determination.guideline.id == guideline.id
        and not _same_letter(one.determination, determination)
    ]
    failed = _failed(determination)
    alike = [one for one in others if set(_failed(one.determination)) == set(failed)]
    return Outcomes(
        guideline=guideline.id if guideline else None,
        failed=failed,
        letters=len({one.determination.case.file for one in alike}),
        upheld=_upheld(alike),
        baseline=_upheld(others),
        baseline_letters=len({one.determination.case.file for one in others}),
        nearest={
            "Upheld": _nearest(determination, others, "Upheld", anatomy),
            "Overturned": _nearest(determination, others, "Overturned", anatomy),
        },
    )


def _same_letter(one: Determination, other: Determination) -> bool:
    """By file, or by name: the same case may be given in two places."""
    return one.case.file == other.case.file or one.case.name == other.case.name


def _failed(determination: Determination) -> tuple[str, ...]:
    return tuple(one.criterion.id for one in determination.against)


def _upheld(alike: Sequence[Compared]) -> Share:
    letters: dict[str, list[bool]] = {}
    for one in alike:
        letters.setdefault(one.determination.case.file, []).append(one.decision.outcome == "Upheld")
    return clustered_share(Counter((sum(items), len(items)) for items in letters.values()))


def _nearest(
    determination: Determination,
    others: Iterable[Compared],
    outcome: ReviewersOutcome,
    anatomy: Anatomy,
) -> Nearest | None:
    candidates = [
        Nearest(
            item_name(one),
            _criteria(determination, one.determination),
            _facts(determination, one.determination, anatomy),
        )
        for one in others
        if one.decision.outcome == outcome
    ]
    return min(
        candidates, key=lambda one: (len(one.criteria), len(one.facts), one.item), default=None
    )


def _criteria(here: Determination, there: Determination) -> tuple[Difference, ...]:
    """The deciding criteria whose statuses differ, in the guideline's order."""
    statuses = {one.criterion.id: one.status for one in there.judged}
    return tuple(
        Difference(one.criterion.id, one.status, statuses[one.criterion.id])
        for one in here.judged
        if one.criterion.decides and one.status != statuses[one.criterion.id]
    )


def _facts(here: Determination, there: Determination, anatomy: Anatomy) -> tuple[Difference, ...]:
    """The facts that the guideline looks at and that differ, evidence and grade aside."""
    if here.guideline is None:
        return ()
    told = [
        (name, fact_words(_of(here, name), anatomy), fact_words(_of(there, name), anatomy))
        for name in _looked_at(here.guideline)
        if name in here.procedure.chart
    ]
    return tuple(Difference(name, ours, theirs) for name, ours, theirs in told if ours != theirs)


def _of(determination: Determination, name: str) -> Fact:
    return determination.procedure.chart.get(name, NOT_DOCUMENTED)


def _looked_at(guideline: Guideline) -> Iterable[str]:
    return dict.fromkeys(name for one in guideline.criteria for name in names_in(one))
