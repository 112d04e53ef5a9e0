"""What values a condition leaves possible, as far as single facts tell: what is never, or always, true.

Only what is certain is said; a condition that is impossible for a subtler reason goes unnoticed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import inf

from checker.authoring.parts import specs
from checker.condition import All, Any, Bound, Condition, Derived, Is, Not, Some
from checker.rulebase import RuleBase
from checker.vocabulary import Boolean, Enum, Number

_BOUNDS = {
    "at_least": (1, False),
    "more_than": (1, True),
    "at_most": (-1, False),
    "less_than": (-1, True),
}
_OPPOSITE = {
    "at_least": "less_than",
    "more_than": "at_most",
    "at_most": "more_than",
    "less_than": "at_least",
}


@dataclass(frozen=True, slots=True)
class _Span:
    """The numbers between two ends; `open_` says of each end whether it is left out."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    def narrowed(self, operator: str, bound: float) -> _Span:
        direction, open_ = _BOUNDS[operator]
        if direction > 0 and (bound, open_) > (self.low, self.open_low):
            return _Span(bound, self.high, open_, self.open_high)
        if direction < 0 and (-bound, open_) > (-self.high, self.open_high):
            return _Span(self.low, bound, self.open_low, open_)
        return self

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))


def never_true(condition: Condition, rules: RuleBase) -> str | None:
    """Why no chart can make a condition true, in a clause; None where one can, or nobody knows."""
    match condition:
        case All(parts):
            return _first(never_true(part, rules) for part in parts) or _clash(parts, rules)
        case Any(parts):
            reasons = [never_true(part, rules) for part in parts]
            return reasons[0] if all(reasons) else None
        case Derived(_, part) | Some(where=part):
            return never_true(part, rules)
        case _:
            return _clash((condition,), rules)


def always_true(part: Condition, rules: RuleBase) -> str | None:
    """Why a comparison with a constant tells no value from another, in a clause."""
    match part:
        case Bound(fact, operator, bound) if not isinstance(bound, date):
            whole = _whole(fact, rules)
            if whole and whole.narrowed(operator, bound) == whole:
                return f"every number that `{fact}` can have is {_in_words(operator)} {bound}"
        case _:
            pass
    return None


def _clash(parts: Iterable[Condition], rules: RuleBase) -> str | None:
    """A fact of which these conditions together leave no value."""
    spans: dict[str, _Span] = {}
    choices: dict[str, frozenset[object]] = {}
    for fact, one in _plain(parts):
        match one:
            case Bound(_, operator, bound):
                number = bound.toordinal() if isinstance(bound, date) else bound
                known = spans.get(fact) or _whole(fact, rules) or _Span(-inf, inf)
                spans[fact] = known.narrowed(operator, number)
                if spans[fact].empty:
                    return f"no {_kind_of(bound)} is left for `{fact}`"
            case Is(_, values):
                known_values = choices.get(fact)
                choices[fact] = values if known_values is None else known_values & values
            case Not(Is(_, values)):
                known_values = choices.get(fact, _choices(fact, rules))
                if known_values is not None:
                    choices[fact] = known_values - values
            case _:
                pass
        if fact in choices and not choices[fact]:
            return f"no value is left for `{fact}`"
    return None


def _plain(parts: Iterable[Condition]) -> Iterator[tuple[str, Condition]]:
    """The parts that compare one fact with constants, a negated bound turned round, nested `all` opened."""
    for part in parts:
        match part:
            case All(inner):
                yield from _plain(inner)
            case Bound(fact) | Is(fact) | Not(Is(fact)):
                yield fact, part
            case Not(Bound(fact, operator, bound)):
                yield fact, Bound(fact, _OPPOSITE[operator], bound)
            case _:
                pass


def _whole(fact: str, rules: RuleBase) -> _Span | None:
    for spec in specs(rules):
        if spec.name == fact and isinstance(spec.type, Number):
            return _Span(spec.type.low, spec.type.high)
    return None


def _choices(fact: str, rules: RuleBase) -> frozenset[object] | None:
    for spec in specs(rules):
        if spec.name == fact:
            match spec.type:
                case Enum(values):
                    return frozenset(values)
                case Boolean():
                    return frozenset({True, False})
                case _:
                    pass
    return None


def _kind_of(bound: float | date) -> str:
    return "day" if isinstance(bound, date) else "number"


def _in_words(operator: str) -> str:
    return operator.replace("_", " ")


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((one for one in reasons if one), None)
