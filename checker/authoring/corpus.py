"""Cases under two rule bases: which determinations change, and how often each agrees with reviewers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checker.case import Case
from checker.determination import Determination, Outcome, Terms, determine
from checker.engine.agreed import Engine


@dataclass(frozen=True, slots=True)
class Moved:
    """The requests of a case whose determination is another one, and why it is what it is now."""

    case: str
    requests: tuple[str, ...]
    before: Outcome
    after: Outcome
    reason: str


@dataclass(frozen=True)
class Corpus:
    """What a change of rules does to cases. `decided` counts requests with a decision of a reviewer."""

    number: int
    moved: tuple[Moved, ...]
    decided: int
    agreed_before: int
    agreed_after: int


def corpus(pairs: Iterable[tuple[Case, Case]], before: Engine, after: Engine) -> Corpus:
    """The effect on cases; each is read under both rule bases."""
    number = decided = agreed_before = agreed_after = 0
    moved: list[Moved] = []
    for old, new in pairs:
        was = _by_request(determine(old, before, Terms()))
        now = determine(new, after, Terms())
        for one in now:
            number += 1
            first = one.requests[0].id
            if was[first].outcome != one.outcome:
                ids = tuple(request.id for request in one.requests)
                moved.append(Moved(new.name, ids, was[first].outcome, one.outcome, one.reason))
            for request in one.requests:
                if request.decision:
                    decided += 1
                    agreed_before += was[request.id].outcome == request.decision.outcome
                    agreed_after += one.outcome == request.decision.outcome
    return Corpus(number, tuple(moved), decided, agreed_before, agreed_after)


def _by_request(found: Sequence[Determination]) -> dict[str, Determination]:
    return dict(_each(found))


def _each(found: Sequence[Determination]) -> Iterator[tuple[str, Determination]]:
    for one in found:
        for request in one.requests:
            yield request.id, one
