"""What would turn a determination, and what a good one rests on; the engine decides every answer again."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import prod
from typing import Any, Literal, TypeAlias, cast

from checker.case import Case, Request, contradictions
from checker.charting import Facts
from checker.determination import (
    Determination,
    Finding,
    Judged,
    Outcome,
    Terms,
    day_of,
    determine,
    determine_all,
)
from checker.engine.agreed import Engine
from checker.errors import CaseError
from checker.fact import Conflicting, Documented, Fact, Value
from checker.flip.choices import PRICE, Cell, Choice, Choices, Needs, edited
from checker.flip.search import (
    MOST_STEPS,
    Against,
    Edits,
    Favoured,
    Found,
    Scene,
    chain_of_names,
    scene_for,
    smallest_sets,
)

MOST_SETS = 40
"""So many sets of changes are decided again, and given to programs."""

STEPS_OF_CHECK = 400
STEPS_OF_A_FINDING = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, or one field of a record on file, and what it would have to say.

    `of` and `record` (from 1) tell the list that a field belongs to. `others` are further values that would
    do as well; with a `reach` the value stands for a range: `at least` or `at most` the value, or from it
    `to` the other. `price` counts the fields of new records as well.
    """

    fact: str
    needs: Needs
    before: Fact
    to: Value
    others: tuple[Value, ...] = ()
    reach: Reach = ""
    of: str | None = None
    record: int | None = None
    care: bool = False
    price: int = 0


@dataclass(frozen=True)
class Way:
    """A set of changes that is enough, and of which none can be left out."""

    changes: tuple[Change, ...]

    @property
    def needs(self) -> Needs:
        """The hardest that any of its changes needs."""
        return max((one.needs for one in self.changes), key=lambda one: PRICE[one])

    @property
    def price(self) -> int:
        """What its changes cost together; the cheapest ways are told first."""
        return sum(one.price for one in self.changes)


@dataclass(frozen=True)
class Verified:
    """A way, and the outcome after it by the engine."""

    way: Way
    outcome: Outcome


@dataclass(frozen=True)
class Hindrance:
    """A criterion that stands in the way, and the facts that do."""

    judged: Judged
    facts: tuple[Finding, ...]


@dataclass(frozen=True)
class Sink:
    """A single finding that would turn a good determination, and the criteria that it would fail.

    A finding in a list can be about several of its records.
    """

    changes: tuple[Change, ...]
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """A change of the request that brings it under another guideline, and what that one asks for then."""

    change: Change
    flip: Flip


@dataclass(frozen=True)
class Flip:
    """What would turn one determination.

    A way is one option of each of `groups` taken together; `number` counts all such ways, of which `sets`
    are the cheapest. `complete` is false where there may be others than can be looked through. Where the
    determination cannot be turned, `cannot` names the criteria, or those that cannot be met `together`. For a
    good one there are `rests_on` and `sinks`. `moved` are ways under another guideline.
    """

    determination: Determination
    groups: tuple[tuple[Way, ...], ...] = ()
    sets: tuple[Verified, ...] = ()
    number: int = 0
    complete: bool = True
    cannot: tuple[Hindrance, ...] = ()
    together: bool = False
    contestable: tuple[Hindrance, ...] = ()
    rests_on: tuple[tuple[Finding, tuple[str, ...]], ...] = ()
    presumed: tuple[Judged, ...] = ()
    sinks: tuple[Sink, ...] = ()
    moved: tuple[Moved, ...] = ()
    elsewhere: tuple[Determination, ...] = ()

    @property
    def turns(self) -> bool:
        """Whether some set of changes turns it."""
        return bool(self.sets or self.moved)


@dataclass(frozen=True)
class _Option:
    """Places to change: to these values, or each of them to any of its `values`."""

    edits: Edits
    values: Mapping[Cell, Sequence[Choice]]

    @property
    def price(self) -> int:
        return sum(one.price for one in self.edits.values())


_Group: TypeAlias = "tuple[_Option, ...]"
Reach: TypeAlias = 'Literal["", "at least", "at most", "to"]'


def flip(
    determination: Determination, engine: Engine, terms: Terms, steps: int = MOST_STEPS
) -> Flip:
    """What would turn a determination, or what it rests on if it is good; `steps` bounds the search.

    Raises:
        EngineError: if the engine fails on a changed case.
    """
    found = _Turning(determination, engine, terms)
    match determination.outcome:
        case "Overturned":
            answer = found.resting()
        case "Upheld" | "open" if determination.guideline:
            answer = replace(found.turned(steps), moved=tuple(found.moved(steps)))
        case _:
            answer = Flip(determination)
    return replace(answer, elsewhere=tuple(elsewhere(determination, engine, terms)))


def in_short(determination: Determination, engine: Engine, terms: Terms) -> Flip:
    """The cheapest way alone, or what stands in the way, for one line."""
    found = _Turning(determination, engine, terms)
    answer = found.turned(STEPS_OF_CHECK, shortest=True)
    if answer.sets:
        return answer
    return replace(answer, moved=tuple(found.moved(STEPS_OF_CHECK, shortest=True)))


def elsewhere(
    determination: Determination, engine: Engine, terms: Terms
) -> Iterator[Determination]:
    """How the request stands under the other guidelines that cover it and that are in force on its day."""
    chart = determination.procedure.chart
    given = determination.guideline
    asked = {one.id for one in determination.requests}
    day = terms.as_of or day_of(determination.case, chart)
    for guideline in engine.rules.guidelines.values():
        if (
            guideline is given
            or guideline.uncovered(chart)
            or (day and not guideline.in_force(day))
        ):
            continue
        under = replace(terms, guideline=guideline.id)
        for one in determine(determination.case, engine, under):
            if {each.id for each in one.requests} == asked:
                yield one


@dataclass(frozen=True)
class _Turning:
    determination: Determination
    engine: Engine
    terms: Terms

    # Turning a bad one -------------------------------------------------------------------------------

    def turned(self, most: int = MOST_STEPS, *, shortest: bool = False) -> Flip:
        """The ways to a good determination, or what stands in the way."""
        parts = [(scene, smallest_sets(scene, most)) for scene in self._parts()]
        if stuck := [(scene, found) for scene, found in parts if not found.sets]:
            if not all(found.complete for _, found in stuck):
                return Flip(self.determination, complete=False)
            return self._hindered([scene for scene, _ in stuck], most)
        groups = [
            group
            for _, found in parts
            for group in _factors(found, self.determination.procedure.stated)
        ]
        chosen = list(_cheapest(groups, 1 if shortest else MOST_SETS))
        ways = [
            Verified(Way(tuple(self._changes(edits, values))), self.outcome(edits))
            for edits, values in chosen
        ]
        again = (
            []
            if shortest
            else [edits for edits in _covering(groups) if edits not in [one for one, _ in chosen]]
        )
        turned = all(
            [one.outcome == "Overturned" for one in ways]
            + [self.outcome(one) == "Overturned" for one in again]
        )
        return Flip(
            self.determination,
            groups=tuple(tuple(self._way(one) for one in group) for group in groups),
            sets=tuple(one for one in ways if one.outcome == "Overturned"),
            number=prod(map(len, groups)),
            complete=turned and all(found.complete for _, found in parts),
        )

    def moved(self, most: int, *, shortest: bool = False) -> Iterator[Moved]:
        """What would be enough after a change of the request that another guideline governs."""
        if self.terms.guideline:
            return
        for choice in self._moving():
            edits = {choice.cell: choice}
            for one in determine(self._changed(edits), self.engine, self.terms):
                if not self._same_requests(one) or one.guideline in (
                    None,
                    self.determination.guideline,
                ):
                    continue
                change = self._change(choice.cell, edits, [choice])
                if one.outcome == "Overturned":
                    yield Moved(change, Flip(one))
                    continue
                found = _Turning(one, self.engine, self.terms).turned(most, shortest=shortest)
                if found.sets:
                    yield Moved(change, found)

    def _moving(self) -> Iterator[Choice]:
        """Other choices that a request can make and that decide which guideline covers it."""
        rules = self.engine.rules
        guidelines = rules.guidelines.values()
        own = self.determination.guideline
        for name in dict.fromkeys(name for one in guidelines for name in one.covers):
            cell: Cell = (name,)
            for one in self._choices.of(cell, self.determination.procedure.chart[name]):
                for value in one.alike:
                    if own is None or value not in own.covers.get(name, (value,)):
                        yield Choice(cell, value, "amend", (value,))

    def _same_requests(self, other: Determination) -> bool:
        mine = self.determination.requests
        return [one.id for one in other.requests] == [one.id for one in mine]

    def _way(self, option: _Option) -> Way:
        return Way(tuple(self._changes(option.edits, option.values)))

    def _parts(self) -> Iterator[Scene]:
        """The deciding criteria in groups that share no fact that can change, each with something wrong."""
        decide = [
            Favoured(one.criterion) for one in self.determination.judged if one.criterion.decides
        ]
        whole = self._scene(decide)
        groups: list[tuple[set[str], list[Favoured]]] = []
        bonds = [
            (
                {
                    name
                    for name in chain_of_names(self.engine.rules.vocabulary, [one])
                    if _can_change(name, whole)
                },
                one,
            )
            for one in whole.wanted
        ]
        for names, one in bonds:
            apart = [group for group in groups if not group[0] & names]
            joined = [group for group in groups if group[0] & names]
            members = [each for group in joined for each in group[1]]
            every = names.union(*(group[0] for group in joined))
            groups = [*apart, (every, [*members, *([one] if isinstance(one, Favoured) else [])])]
        for _, members in groups:
            scene = self._scene([one for one in decide if one in members])
            if members and any(True for _ in scene.wrong({})):
                yield scene

    def _scene(self, wanted: Sequence[Favoured | Against], *, free: bool = False) -> Scene:
        determination = self.determination
        guideline = determination.guideline
        return scene_for(
            self.engine.rules,
            determination.procedure.stated,
            determination.procedure.chart,
            determination.case.record,
            self.terms.reading,
            wanted,
            guideline.covers if guideline else {},
            free=free,
        )

    def _hindered(self, scenes: Iterable[Scene], most: int) -> Flip:
        """The criteria that cannot be turned, each alone or all of a group together."""
        cannot: list[Judged] = []
        contestable: list[Hindrance] = []
        together: list[Judged] = []
        stuck = {
            id(one.criterion)
            for scene in scenes
            for one in scene.wanted
            if isinstance(one, Favoured)
        }
        for judged in self.determination.judged:
            if not judged.criterion.decides or judged.status not in (
                "not met",
                "missing",
                "to answer",
            ):
                continue
            found = smallest_sets(self._scene([Favoured(judged.criterion)]), most)
            if not found.sets and found.complete:
                cannot.append(judged)
            elif id(judged.criterion) in stuck:
                together.append(judged)
            if names := _contested(found):
                facts = tuple(one for one in judged.findings if one.name in names)
                contestable.append(Hindrance(judged, facts))
        return Flip(
            self.determination,
            cannot=tuple(
                Hindrance(one, tuple(_in_the_way(one, self._scene([Favoured(one.criterion)]))))
                for one in cannot or together
            ),
            together=not cannot,
            contestable=tuple(contestable),
        )

    # Deciding again ----------------------------------------------------------------------------------

    def outcome(self, edits: Edits) -> Outcome:
        """The outcome of the request after some changes, under the same guideline; open if there is none."""
        determination = self.determination
        case = self._changed(edits)
        if any(True for _ in contradictions(case, self.engine.rules)):
            return "not covered"
        try:
            answers = determine_all(case, self.engine, self.terms)
        except CaseError:
            return "not covered"
        asked = [one.id for one in determination.requests]
        for one in answers:
            if (
                one.guideline is determination.guideline
                and [each.id for each in one.requests] == asked
            ):
                return one.outcome
        return "not covered"

    def _changed(self, edits: Edits) -> Case:
        """The case as it would be written with these changes, those of the request in its requests."""
        determination = self.determination
        specs = self.engine.rules.vocabulary.facts
        choices = self._choices
        stated = determination.procedure.stated
        facts = edited({name: stated[name] for name in stated}, edits, choices.grade)
        changed = {str(cell[0]): facts[str(cell[0])] for cell in edits}
        of_request = {name: fact for name, fact in changed.items() if specs[name].kind == "request"}
        of_chart = {name: fact for name, fact in changed.items() if name not in of_request}
        mine = {one.id for one in determination.requests}
        requests: list[Request] = [
            replace(
                one,
                facts={
                    **{name: fact for name, fact in one.facts.items() if name not in of_chart},
                    **of_request,
                },
            )
            if one.id in mine
            else one
            for one in determination.case.requests
        ]
        case = determination.case
        return replace(case, facts={**case.facts, **of_chart}, requests=tuple(requests))

    @property
    def _choices(self) -> Choices:
        rules = self.engine.rules
        chart = self.determination.procedure.chart
        return Choices(rules.vocabulary, self.terms.reading, chart, ())

    # Words for programs and people -------------------------------------------------------------------

    def _changes(
        self, edits: Edits, values: Mapping[Cell, Sequence[Choice]] | None = None
    ) -> Iterator[Change]:
        """The changes in the order of the vocabulary; new records are told with their list."""
        order = list(self.engine.rules.vocabulary.facts)
        for cell in sorted(edits, key=lambda one: (order.index(str(one[0])), one[1:])):
            if len(cell) > 1 and (cell[0],) in edits:
                continue
            chosen = values[cell] if values else (edits[cell],)
            yield self._change(cell, edits, chosen)

    def _change(self, cell: Cell, edits: Edits, chosen: Sequence[Choice]) -> Change:
        choices = self._choices
        before = self._before(cell)
        value = chosen[0].value
        if len(cell) == 1 and isinstance(value, tuple):
            facts = edited(dict(self.determination.procedure.stated), edits, choices.grade)
            written = facts[str(cell[0])]
            value = written.value if isinstance(written, Documented) else value
        together = [one for one in edits if one[: len(cell)] == cell]
        alike = [each for one in chosen for each in one.alike]
        reach, others = _reach(value, alike, chosen[0].every)
        return Change(
            fact=str(cell[-1]),
            needs=edits[cell].needs,
            before=before,
            to=value,
            others=others,
            reach=reach,
            of=str(cell[0]) if len(cell) > 1 else None,
            record=int(cell[1]) + 1 if len(cell) > 1 else None,
            care=choices.kind(cell) == "care",
            price=sum(edits[one].price for one in together),
        )

    def _before(self, cell: Cell) -> Fact:
        chart = self.determination.procedure.chart
        fact = chart[str(cell[0])]
        if len(cell) > 1 and isinstance(fact, Documented) and isinstance(fact.value, tuple):
            record: Any = fact.value[int(cell[1])]
            return cast("Fact", record[str(cell[2])])
        return fact

    # What a good one rests on ------------------------------------------------------------------------

    def resting(self) -> Flip:
        """The documented facts of a good determination, and each single finding that would turn it."""
        deciding = [one for one in self.determination.judged if one.criterion.decides]
        rests_on: dict[str, tuple[Finding, list[str]]] = {}
        for judged in deciding:
            for finding in judged.findings if judged.status == "met" else ():
                if isinstance(finding.fact, Documented | Conflicting):
                    rests_on.setdefault(finding.name, (finding, []))[1].append(judged.criterion.id)
        return Flip(
            self.determination,
            rests_on=tuple((finding, tuple(ids)) for finding, ids in rests_on.values()),
            presumed=tuple(one for one in deciding if one.status == "presumed"),
            sinks=tuple(self._sinks(deciding)),
        )

    def _sinks(self, deciding: Sequence[Judged]) -> Iterator[Sink]:
        found: dict[str, tuple[Edits, list[Choice], list[str]]] = {}
        for judged in deciding:
            scene = self._scene([Against(judged.criterion)], free=True)
            for edits in smallest_sets(scene, STEPS_OF_A_FINDING).sets:
                if edits and self.outcome(edits) == "Upheld":
                    name = str(next(iter(edits))[0])
                    alone = [one for cell, one in edits.items() if len(edits) == 1]
                    _, chosen, criteria = found.setdefault(name, (edits, [], []))
                    chosen += [one for one in alone if one not in chosen]
                    criteria += [one for one in [judged.criterion.id] if one not in criteria]
        for edits, chosen, criteria in found.values():
            cell = min(edits, key=len)
            values = {
                **{one: [choice] for one, choice in edits.items()},
                cell: chosen or [edits[cell]],
            }
            yield Sink(tuple(self._changes(edits, values)), tuple(criteria))


def _can_change(name: str, scene: Scene) -> bool:
    """Whether anything of a fact, or of a list's records, can be changed."""
    fact = scene.choices.chart[name]
    if scene.choices.of((name,), fact):
        return True
    records = fact.value if isinstance(fact, Documented) else ()
    return any(
        scene.choices.of((name, number, one), record[one])
        for number, record in enumerate(records if isinstance(records, tuple) else ())
        if isinstance(record, Mapping)
        for one, spec in scene.choices.fields(name).items()
        if spec.written
    )


def _contested(found: Found) -> set[str]:
    return {
        str(cell[0])
        for edits in found.sets
        for cell, one in edits.items()
        if one.needs == "contest"
    }


def _in_the_way(judged: Judged, scene: Scene) -> Iterator[Finding]:
    """The documented facts behind a status that cannot change, or else all that is documented."""
    choices = scene.choices
    documented = [one for one in judged.findings if isinstance(one.fact, Documented | Conflicting)]
    places = {one.name: choices.source(one.name, None) for one in documented}
    of_chart = [one for one in documented if choices.kind(places[one.name]) != "request"]
    firm = [one for one in of_chart if not _can_change(str(places[one.name][0]), scene)]
    yield from firm or of_chart or documented


# Factors --------------------------------------------------------------------------------------------


def _factors(found: Found, stated: Facts) -> list[_Group]:
    """The sets of one search as a product: one option of each group makes a set, and all sets arise so."""
    options = [_Option(one, {}) for one in found.sets]
    by_places: dict[frozenset[Any], list[Edits]] = {}
    for one in found.sets:
        by_places.setdefault(_places(one, stated), []).append(one)
    options = [option for variants in by_places.values() for option in _gathered(variants)]
    blocks: list[set[Cell]] = []
    for cell in dict.fromkeys(cell for one in options for cell in one.edits):
        bound = [
            block
            for block in blocks
            if any(_hang_together(options, cell, other) for other in block)
        ]
        blocks = [block for block in blocks if block not in bound] + [{cell}.union(*bound)]
    groups = [_projected(options, block) for block in blocks]
    whole = prod(len(one) for one in groups) == len(options)
    return groups if whole and groups else [tuple(options)]


def _gathered(variants: Sequence[Edits]) -> list[_Option]:
    """Sets that change the same places as one option; with all values, where these combine freely."""
    first = variants[0]
    variants = [one for one in variants if one.keys() == first.keys()]
    values = {cell: list(dict.fromkeys(one[cell] for one in variants)) for cell in first}
    if prod(map(len, values.values())) == len(variants):
        return [_Option(first, values)]
    return [_Option(first, {cell: [choice] for cell, choice in first.items()})]


def _places(edits: Edits, stated: Facts) -> frozenset[Any]:
    """The places that a set changes; which of several new records a field belongs to makes no difference."""
    records: dict[Cell, list[str]] = {}
    for cell in edits:
        if len(cell) > 1 and (cell[0],) in edits and int(cell[1]) >= _on_file(stated, str(cell[0])):
            records.setdefault(cell[:2], []).append(str(cell[2]))
    alone = [cell for cell in edits if cell[:2] not in records]
    new = Counter((cell[0], tuple(sorted(names))) for cell, names in records.items())
    return frozenset([*alone, *new.items()])


def _on_file(stated: Facts, of: str) -> int:
    fact = stated.get(of)
    return len(fact.value) if isinstance(fact, Documented) and isinstance(fact.value, tuple) else 0


def _hang_together(options: Sequence[_Option], cell: Cell, other: Cell) -> bool:
    """Whether two places do not change freely of each other; those of one list stay together."""
    if cell[0] == other[0]:
        return True
    pairs = {(one.edits.get(cell), one.edits.get(other)) for one in options}
    return len(pairs) < len({one for one, _ in pairs}) * len({one for _, one in pairs})


def _projected(options: Sequence[_Option], block: set[Cell]) -> _Group:
    parts = [
        _Option(
            {cell: choice for cell, choice in one.edits.items() if cell in block},
            {cell: choices for cell, choices in one.values.items() if cell in block},
        )
        for one in options
    ]
    distinct = {frozenset(one.edits.items()): one for one in parts}
    return tuple(sorted(distinct.values(), key=lambda one: one.price))


Chosen: TypeAlias = "tuple[Edits, Mapping[Cell, Sequence[Choice]]]"


def _cheapest(groups: Sequence[_Group], most: int) -> Iterator[Chosen]:
    """One option of each group, the cheapest combinations first."""
    start = (0,) * len(groups)
    waiting = [(_price(groups, start), start)]
    seen = {start}
    while waiting and most > 0:
        _, chosen = heapq.heappop(waiting)
        yield _combined(groups, chosen)
        most -= 1
        for number, group in enumerate(groups):
            after = (*chosen[:number], chosen[number] + 1, *chosen[number + 1 :])
            if after[number] < len(group) and after not in seen:
                seen.add(after)
                heapq.heappush(waiting, (_price(groups, after), after))


def _price(groups: Sequence[_Group], chosen: Sequence[int]) -> int:
    return sum(group[index].price for group, index in zip(groups, chosen, strict=True))


def _combined(groups: Sequence[_Group], chosen: Sequence[int]) -> Chosen:
    options = [group[index] for group, index in zip(groups, chosen, strict=True)]
    edits = {cell: one for option in options for cell, one in option.edits.items()}
    return edits, {cell: one for option in options for cell, one in option.values.items()}


def _covering(groups: Sequence[_Group]) -> Iterator[Edits]:
    """Each option, and each further value of it, once, beside the cheapest of the other groups."""
    for number, group in enumerate(groups):
        for index in range(len(group)):
            places = tuple(index if one == number else 0 for one in range(len(groups)))
            edits, values = _combined(groups, places)
            yield edits
            for cell in group[index].edits:
                yield from ({**edits, cell: choice} for choice in values[cell][1:])


# Values that do as well -----------------------------------------------------------------------------


def _reach(
    value: Value, alike: Sequence[Value], every: Sequence[Value]
) -> tuple[Reach, tuple[Value, ...]]:
    """A range of numbers or dates that the value begins or ends; else the other values that are as near."""
    if isinstance(value, int | float | date) and not isinstance(value, bool):
        return _range(value, alike, every)
    if any(_has_records(one) for one in alike):
        return "", ()
    return "", tuple(
        dict.fromkeys(one for one in alike[1:] if one != value and _as_near(one, value))
    )


def _range(
    value: Any, alike: Sequence[Any], every: Sequence[Any]
) -> tuple[Reach, tuple[Value, ...]]:
    below = {one for one in every if one < value}
    above = {one for one in every if one > value}
    others = set(alike) - {value}
    if others and others == above:
        return "at least", ()
    if others and others == below:
        return "at most", ()
    if others and others < above and others == {one for one in above if one <= max(others)}:
        return "to", (max(others),)
    return "", tuple(sorted(others))


def _as_near(other: Value, value: Value) -> bool:
    """Of sets, those as large as the first; larger changes than needed are not told."""
    if isinstance(value, frozenset | tuple) and isinstance(other, frozenset | tuple):
        return len(other) == len(value)
    return True


def _has_records(value: Value) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Mapping)
