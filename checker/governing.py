"""Which guideline governs a request: where it is made, when, and what speaks about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from checker.errors import Place, Problem, RuleError, did_you_mean, quoted
from checker.fact import Documented, Fact, NotAsked
from checker.guideline import Guideline
from checker.rulebase import RuleBase
from checker.searchorder import Order
from checker.wording import fact_words, joined, plain


@dataclass(frozen=True, slots=True)
class NotCovered:
    """No guideline speaks about a request, and why.

    `unasked` names the facts whose answers could still bring the request under a guideline.
    """

    reason: str
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Governed:
    """The guideline that a request is held against, why this one, and what its reader should know."""

    guideline: Guideline
    why: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A request, the day whose guidelines count for it (None: unknown), and the search order."""

    request: Mapping[str, Fact]
    day: date | None
    order: Order


def governing(rules: RuleBase, setting: Setting) -> Governed | NotCovered:
    """The guideline for a request, or why there is none.

    What was in force on the day comes first, then the earlier step of the search order, then the edition
    nearest to the day. Without a day every edition counts as in force, and the newest is taken. A guideline
    that has no place in the order comes last, with a warning; one that any jurisdiction asks in addition
    never governs, as the form of one state says nothing about a treatment in another.
    """
    additional = rules.search_order.additional
    candidates = [one for one in rules.guidelines.values() if one.id not in additional]
    covering = [one for one in candidates if not one.uncovered(setting.request)]
    if not covering:
        return _outside(rules, setting.request, candidates)
    chosen = min(covering, key=lambda one: _preference(one, setting))
    return Governed(chosen, _why(chosen, covering, setting), tuple(_warnings(chosen, setting)))


def asked_under(rules: RuleBase, guideline: str, setting: Setting) -> Governed | NotCovered:
    """The same for one guideline that the user names.

    Raises:
        RuleError: if there is no such guideline.
    """
    named = rules.guidelines.get(guideline)
    if named is None:
        hint = did_you_mean(guideline, rules.guidelines) or "; see checker rules list"
        message = f"unknown guideline {quoted(guideline)}{hint}"
        raise RuleError([Problem(Place("--guideline"), message)])
    if outside := named.uncovered(setting.request):
        told = _told(outside, rules, setting.request)
        return NotCovered(f"{named.id} does not cover {told}", _unasked(setting.request, [named]))
    return Governed(named, "asked for", tuple(_date_warnings(named, setting.day)))


def beside(rules: RuleBase, setting: Setting) -> list[Governed]:
    """The guidelines asked in addition to the governing one: in force on the day and about the request."""
    named = (rules.guidelines[one] for one in setting.order.beside)
    return [
        Governed(one, "asked beside the governing guideline")
        for one in named
        if setting.day and one.in_force(setting.day) and not one.uncovered(setting.request)
    ]


def _preference(guideline: Guideline, setting: Setting) -> tuple[bool, int, int, str]:
    days = _days_outside(guideline, setting.day)
    return days > 0, setting.order.rank(guideline), days, guideline.id


def _days_outside(guideline: Guideline, day: date | None) -> int:
    """The days between a day and an edition's dates; without a day, fewer for the newer edition."""
    if day is None:
        return -guideline.since.toordinal()
    if day < guideline.since:
        return (guideline.since - day).days
    return (day - guideline.until).days if guideline.until and day > guideline.until else 0


def _why(chosen: Guideline, covering: Sequence[Guideline], setting: Setting) -> str:
    """The step of the search order that it belongs to, and what else speaks about the request; may be empty."""
    order = setting.order
    rank = order.rank(chosen)
    reasons = []
    if rank < len(order.steps):
        says = order.steps[rank].says
        reasons.append(f"{order.title}, step {rank + 1} of {len(order.steps)}: {says}")
    if others := [one.id for one in covering if one is not chosen]:
        reasons.append(f"{joined(others)} cover{'s' if len(others) == 1 else ''} the request too")
    return "; ".join(reasons)


def _warnings(chosen: Guideline, setting: Setting) -> Iterator[str]:
    yield from _date_warnings(chosen, setting.day)
    if setting.order.steps and setting.order.rank(chosen) == len(setting.order.steps):
        publisher = chosen.source.publisher
        yield f"{publisher} has no place in the search order of {setting.order.title}"
    for gap in setting.order.gaps:
        if gap.concerns(setting.request, setting.day):
            yield f"{gap.publisher} is not in the rule base for this request and day: {gap.says}"


def _date_warnings(guideline: Guideline, day: date | None) -> Iterator[str]:
    until = f" until {guideline.until}" if guideline.until else ""
    speaks = f"speaks from {guideline.since}{until}"
    if day is None:
        yield f"no date of the request is known: {guideline.id} {speaks}"
    elif not guideline.in_force(day):
        yield f"{guideline.id} was not in force on {day}: it {speaks}"


def _outside(
    rules: RuleBase, request: Mapping[str, Fact], guidelines: Sequence[Guideline]
) -> NotCovered:
    """What must be known first, or the first facts that leave no guideline: the procedure, then others."""
    if unasked := _unasked(request, guidelines):
        names = joined([plain(name) for name in unasked])
        return NotCovered(f"which guideline governs depends on: {names}", unasked)
    remaining = guidelines
    told: list[str] = []
    for name in dict.fromkeys(
        ["procedure", "region", *(key for one in guidelines for key in one.covers)]
    ):
        told.append(name)
        remaining = [one for one in remaining if name not in one.uncovered(request)]
        if not remaining:
            break
    if told == ["procedure"] and not isinstance(request["procedure"], Documented):
        return NotCovered("no guideline can be found for a request that names no known procedure")
    return NotCovered(f"no guideline in the rule base covers {_told(told, rules, request)}")


def _told(names: Iterable[str], rules: RuleBase, request: Mapping[str, Fact]) -> str:
    return ", ".join(f"{plain(name)} {_shown(request[name], rules)}" for name in names)


def _unasked(request: Mapping[str, Fact], guidelines: Sequence[Guideline]) -> tuple[str, ...]:
    """The facts nobody has asked about that alone keep the nearest guidelines from covering the request."""
    outside = (one.uncovered(request) for one in guidelines)
    near = [names for names in outside if all(isinstance(request[one], NotAsked) for one in names)]
    fewest = min((len(names) for names in near), default=0)
    return tuple(dict.fromkeys(one for names in near if len(names) == fewest for one in names))


def _shown(fact: Fact, rules: RuleBase) -> str:
    words = fact_words(fact, rules.anatomy)
    return f"`{words}`" if isinstance(fact, Documented) else words
