"""What a chart could say instead: the places that can change, the values they can take, and what that needs.

`document` writes down what is already known, `amend` changes the request, `contest` puts findings in the
place of a bare statement, `treat` needs care first. What the chart documents with its substance is never
edited away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import chain, combinations, pairwise
from typing import Any, Literal, TypeAlias

from checker.anatomy import ActsOn
from checker.charting import Facts
from checker.condition import Bound, Condition, Is, Range, Relation, Some, evaluate
from checker.engine.written import Reading
from checker.fact import Chart, Conflicting, Documented, Fact, NotAsked, NotDocumented, Value
from checker.flip.goal import leaves
from checker.vocabulary import (
    Boolean,
    Date,
    Enum,
    FactSpec,
    Kind,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
    Vocabulary,
)

Needs = Literal["document", "amend", "contest", "treat"]
Cell: TypeAlias = "tuple[str | int, ...]"
"""A fact by its name, or a field of a record: the list, the record's number from 0, the field."""

PRICE: Mapping[Needs, int] = {"document": 1, "amend": 2, "contest": 4, "treat": 8}
"""What is tried first; the sum over a set of changes orders the sets."""

_SMALL = 4
"""Up to so many members, every subset is tried."""


_SOME_DAY = date(2000, 1, 1)
"""Where days are only compared with each other, and none is known."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A value that a place could have.

    `alike` are the values, itself first, that no condition tells apart; `every` are all that come into
    question.
    """

    cell: Cell
    value: Value
    needs: Needs
    alike: tuple[Value, ...]
    every: tuple[Value, ...] = ()

    @property
    def price(self) -> int:
        """What it costs; see `PRICE`."""
        return PRICE[self.needs]


@dataclass
class Choices:
    """The choices for every place of a chart that some conditions look at.

    `covers` are the values that keep the request under its guideline. With `free`, any place but the request
    may take any value, as a new finding would.
    """

    vocabulary: Vocabulary
    reading: Reading
    chart: Chart
    conditions: Sequence[Condition]
    covers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    free: bool = False
    _kept: dict[Any, tuple[Choice, ...]] = field(default_factory=dict)

    def source(self, name: str, record: tuple[str, int] | None) -> Cell:
        """Where a fact is written: as itself, as the levels that joints are computed from, or in a record."""
        if record and name in (fields := self.fields(record[0])):
            return (*record, fields[name].joints_of or name)
        return (self.vocabulary.facts[name].joints_of or name,)

    def fields(self, of: str) -> Mapping[str, FactSpec]:
        """The fields of a list's records."""
        kind = self.vocabulary.facts[of].type
        return kind.fields if isinstance(kind, ListOf) else {}

    def spec(self, cell: Cell) -> FactSpec:
        """The vocabulary's entry for a place."""
        facts = self.vocabulary.facts
        return self.fields(str(cell[0]))[str(cell[2])] if len(cell) > 1 else facts[str(cell[0])]

    def kind(self, cell: Cell) -> Kind:
        """What an office can do about a place; the fields of a list are of the list's kind."""
        own, of_list = self.spec(cell).kind, self.vocabulary.facts[str(cell[0])].kind
        return of_list if own == "chart" else own

    def of(self, cell: Cell, fact: Fact, among: Choice | None = None) -> tuple[Choice, ...]:
        """The values that a place could have instead, the nearest first, one for each way to be told apart.

        `among` is the choice of a list that the record belongs to.
        """
        key = (cell, id(among))
        if key not in self._kept:
            self._kept[key] = tuple(self._classes(cell, fact))
        return self._kept[key]

    def as_read(self, name: str, cell: Cell, value: Value) -> Fact:
        """What a condition sees of a value: joints are computed from levels."""
        spec = self.fields(str(cell[0])).get(name) if len(cell) > 1 else None
        spec = spec or self.vocabulary.facts[name]
        if spec.joints_of is None or not isinstance(value, tuple):
            return Documented(value)
        acts_on = "nerves" if len(cell) > 1 else self._acts_on
        return Documented(self._read(value, acts_on)[0])

    def grade(self, cell: Cell, value: Value) -> Documented:
        """The fact that a choice writes down."""
        return Documented(value, self.spec(cell).at_best)

    def _classes(self, cell: Cell, fact: Fact) -> Iterator[Choice]:
        """Values that every condition takes alike, and that need the same, are one choice."""
        if self.reading == "strict" and self.spec(cell).at_best == "conclusory":
            return
        classes: dict[Any, list[Value]] = {}
        for value, needs in self._allowed(cell, fact):
            classes.setdefault((self._told_apart(cell, value), needs), []).append(value)
        every = tuple(value for values in classes.values() for value in values)
        for (_, needs), values in classes.items():
            yield Choice(cell, values[0], needs, tuple(values), every)

    def _told_apart(self, cell: Cell, value: Value) -> Any:
        name = str(cell[-1])
        if name in self._related or isinstance(self.spec(cell).type, ListOf):
            return str(value)
        truths: list[Range] = []
        for leaf in self._unary.get(name, ()):
            looked_at = leaf.fact  # type: ignore[union-attr]
            truths.append(evaluate(leaf, {looked_at: self.as_read(looked_at, cell, value)}))
        return tuple(truths)

    # What may change ----------------------------------------------------------------------------------

    def _allowed(self, cell: Cell, fact: Fact) -> Iterator[tuple[Value, Needs]]:
        kind = self.kind(cell)
        known = _known(fact)
        values = self._values(cell, fact)
        if self.free:
            if kind != "request":
                same = known[0] if len(known) == 1 else None
                yield from ((value, "document") for value in values if value != same)
            return
        if kind == "request":
            yield from ((value, "amend") for value in values if self._amendable(cell, fact, value))
            return
        if isinstance(fact, NotAsked | NotDocumented):
            yield from ((value, "document") for value in values)
        if isinstance(fact, Conflicting):
            yield from ((value, "document") for value in known)
        if _grade(fact) == "conclusory" and self.reading == "strict":
            yield known[0], "document"
        if _grade(fact) == "conclusory" and kind == "chart":
            yield from ((value, "contest") for value in values if value != known[0])
        if known and kind == "care":
            yield from self._treated(cell, known, values)

    def _amendable(self, cell: Cell, fact: Fact, value: Value) -> bool:
        """Another procedure or region is another request, and a request's day is what it is."""
        name = str(cell[-1])
        if name in ("procedure", "region") or value not in self.covers.get(name, (value,)):
            return False
        if isinstance(self.spec(cell).type, Date) and isinstance(fact, Documented):
            return False
        same = isinstance(fact, Documented) and fact.value == value
        return not same or (self.reading == "strict" and _grade(fact) == "conclusory")

    def _treated(
        self, cell: Cell, known: Sequence[Value], values: Iterable[Value]
    ) -> Iterator[tuple[Value, Needs]]:
        """What treatment can still bring: more of it, or the end of what is not finished."""
        spec = self.spec(cell)
        for value in values:
            if value in known:
                continue
            if isinstance(spec.type, Enum):
                ways = [_follows(spec, one) for one in known]
                if needs := next((one for one in ways if one), None):
                    yield value, needs
            elif all(_is_more(value, one) for one in known):
                yield value, "treat"

    # Values -------------------------------------------------------------------------------------------

    def _values(self, cell: Cell, fact: Fact) -> Sequence[Value]:
        spec, known = self.spec(cell), _known(fact)
        match spec.type:
            case Boolean():
                return (True, False)
            case Enum(values):
                return tuple(values)
            case Number(_, low, high):
                ends = (low, high) if high < 10**9 else (low,)
                found = [
                    one for one in self._numbers(cell, len(self._group(cell))) if low <= one <= high
                ]
                return self._nearest(cell, known, [*found, *ends])
            case Date():
                return self._nearest(cell, known, self._days(cell, len(self._group(cell))))
            case SetOf(values):
                return _subsets(sorted(values), known)
            case Levels():
                return _subsets(self._joints_in_play, known)
            case TargetLabels():
                return tuple(self._targets(cell, fact))
            case ListOf():
                return self._lists(cell, fact)

    def _numbers(self, cell: Cell, steps: int) -> list[float]:
        low = self._lowest(cell)
        constants = sorted(
            {one for one in self._constants(cell) if isinstance(one, int | float)} or {low}
        )
        near = [one + step for one in constants for step in range(-steps, steps + 1)]
        pairs = pairwise(constants)
        between = [(one + other) / 2 for one, other in pairs if other - one <= 1]
        return [*near, *between]

    def _lowest(self, cell: Cell) -> float:
        kind = self.spec(cell).type
        return kind.low if isinstance(kind, Number) else 0

    def _days(self, cell: Cell, steps: int) -> list[date]:
        days = [one for one in self._constants(cell) if isinstance(one, date)] or [_SOME_DAY]
        return [one + timedelta(days=step) for one in days for step in range(-steps, steps + 1)]

    def _nearest(self, cell: Cell, known: Sequence[Value], values: Iterable[Any]) -> list[Any]:
        """The nearest to what is documented; else the bounds that are asked for before what lies between."""
        constants = self._constants(cell)
        numbers: list[Any] = [one for one in known if isinstance(one, int | float | date)]

        def order(value: Any) -> tuple[Any, ...]:
            away = min((abs(value - one) for one in numbers), default=None)
            return (value not in constants, value) if away is None else (away, value)

        whole = (int(one) if isinstance(one, float) and one.is_integer() else one for one in values)
        return sorted(set(whole), key=order)

    def _constants(self, cell: Cell) -> set[Any]:
        """What a number or a date is compared with: constants, and values of the facts compared with it."""
        names = self._group(cell)
        found: set[Any] = set()
        for leaf in chain.from_iterable(self._unary.get(name, ()) for name in names):
            match leaf:
                case Bound(bound=bound):
                    found.add(bound)
                case Is(values=values):
                    found |= values
                case _:
                    pass
        for name, fact in _everything(self.chart):
            if name in names and len(names) > 1:
                found.update(one for one in _known(fact) if isinstance(one, int | float | date))
        return found

    def _group(self, cell: Cell) -> frozenset[str]:
        """The names that a place is compared with, itself included, through others as well."""
        group = {str(cell[-1])}
        for _ in self._pairs:
            group |= {name for pair in self._pairs if pair & group for name in pair}
        return frozenset(group)

    def _targets(self, cell: Cell, fact: Fact) -> Iterator[Value]:
        """Of requested joints some may be left out; where none are known, one or two can be named."""
        anatomy = self.vocabulary.anatomy
        acts_on = "nerves" if len(cell) > 1 else self._acts_on
        readings = [
            one
            for labels in _known(fact)
            if isinstance(labels, tuple)
            for one in self._read(labels, acts_on)
        ]
        joints = [one for one in readings if one]
        if self.kind(cell) != "request":
            if isinstance(fact, Conflicting) and not self.free:
                yield from (tuple(anatomy.in_order(one)) for one in readings)
                return
            yield from map(_labels, _subsets(self._joints_in_play, readings))
            return
        if joints:
            for most in range(max(map(len, joints)), 0, -1):
                ways = (way for one in joints for way in combinations(anatomy.in_order(one), most))
                yield from dict.fromkeys(ways)
            return
        named = self._joints_of_region
        yield from combinations(named, 1)
        yield from combinations(named, 2)

    def _lists(self, cell: Cell, fact: Fact) -> Sequence[Value]:
        """None, some new records, or new records beside those on file."""
        most = self._sizes.get(str(cell[0]), 1)
        new: list[Any] = [tuple({} for _ in range(number)) for number in range(most + 1)]
        match fact:
            case Documented(value=tuple() as records):
                return [(*records, *more) for more in new[1:]]
            case Conflicting(values):
                return [one.value for one in values]
            case _:
                return new

    # What the conditions look at ----------------------------------------------------------------------

    @cached_property
    def _leaves(self) -> list[Condition]:
        return list(dict.fromkeys(leaf for one in self.conditions for leaf in leaves(one)))

    def _written(self, name: str) -> str:
        """The name under which a chart or a record states what a condition looks at."""
        every: dict[str, FactSpec] = dict(self.vocabulary.facts)
        for of in self.vocabulary.facts:
            every.update(self.fields(of))
        return every[name].joints_of or name

    @cached_property
    def _unary(self) -> Mapping[str, list[Condition]]:
        """The conditions on one fact alone, by the name under which it is written."""
        found: dict[str, list[Condition]] = {}
        for leaf in self._leaves:
            if not isinstance(leaf, Relation | Some):
                found.setdefault(self._written(leaf.fact), []).append(leaf)  # type: ignore[union-attr]
        return found

    @cached_property
    def _pairs(self) -> list[set[str]]:
        return [
            {self._written(one.left), self._written(one.right)}
            for one in self._leaves
            if isinstance(one, Relation)
        ]

    @cached_property
    def _related(self) -> frozenset[str]:
        return frozenset(name for pair in self._pairs for name in pair)

    @cached_property
    def _sizes(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for leaf in self._leaves:
            if isinstance(leaf, Some):
                found[leaf.of] = max(leaf.at_least, found.get(leaf.of, 1))
        return found

    @cached_property
    def _acts_on(self) -> ActsOn:
        procedure = self.chart["procedure"]
        if isinstance(procedure, Documented) and isinstance(procedure.value, str):
            return self.vocabulary.procedures[procedure.value].targets
        return "none"

    def _read(self, labels: Value, acts_on: ActsOn) -> tuple[frozenset[str], ...]:
        words = [one for one in labels if isinstance(one, str)]  # type: ignore[union-attr]
        return self.vocabulary.anatomy.read(words, acts_on).readings

    @cached_property
    def _joints_of_region(self) -> list[str]:
        region = self.chart["region"]
        known = str(region.value) if isinstance(region, Documented) else ""
        joints = self.vocabulary.anatomy.joints
        return [name for name, one in joints.items() if not known or one.lies_in(known)]

    @cached_property
    def _joints_in_play(self) -> list[str]:
        """All joints of a small map; else those that the chart names, and one more of the region."""
        anatomy = self.vocabulary.anatomy
        if len(anatomy.joints) <= _SMALL:
            return list(anatomy.joints)
        named = {
            member
            for _, fact in _everything(self.chart)
            for value in _known(fact)
            if isinstance(value, frozenset)
            for member in value
            if member in anatomy.joints
        }
        other = [one for one in self._joints_of_region if one not in named][:1]
        return anatomy.in_order([*named, *other])


def _labels(joints: Value) -> tuple[str, ...]:
    return tuple(sorted(joints)) if isinstance(joints, frozenset) else ()


def _known(fact: Fact) -> tuple[Value, ...]:
    match fact:
        case Documented(value):
            return (value,)
        case Conflicting(values):
            return tuple(one.value for one in values)
        case _:
            return ()


def _grade(fact: Fact) -> str:
    return fact.grade if isinstance(fact, Documented) else "explicit"


def _everything(chart: Chart) -> Iterator[tuple[str, Fact]]:
    """Every fact of a chart, and every field of its records."""
    for name, fact in chart.items():
        yield name, fact
        for value in _known(fact):
            for record in value if isinstance(value, tuple) else ():
                if isinstance(record, Mapping):
                    yield from record.items()


def _follows(spec: FactSpec, value: Value) -> Needs | None:
    """What it takes that another value follows this one of a treatment; None where it is final."""
    return "treat" if spec.unfinished is None else spec.unfinished.get(str(value))


def _is_more(value: Any, than: Any) -> bool:
    match value:
        case bool():
            return value and not bool(than)
        case frozenset():
            return bool(value > than)
        case tuple():
            return len(value) > len(than)
        case _:
            return bool(value > than)


def _subsets(members: Sequence[str], known: Sequence[Value]) -> list[frozenset[str]]:
    """The sets that come into question, the nearest to what is documented first."""
    present = [one for one in known if isinstance(one, frozenset)]
    found: Iterable[frozenset[str]]
    if len(members) <= _SMALL:
        found = map(frozenset, _powerset(members))
    else:
        left_out = chain.from_iterable(
            map(frozenset, _powerset(sorted(one)[:6])) for one in present
        )
        added = (one | {member} for one in present for member in members)
        few = chain.from_iterable(combinations(members, number) for number in range(3))
        found = chain(left_out, added, map(frozenset, few))

    def order(value: frozenset[str]) -> tuple[int, list[int]]:
        away = min((len(value ^ one) for one in present), default=len(value))
        return away, sorted(members.index(one) if one in members else -1 for one in value)

    return sorted(dict.fromkeys(found), key=order)


def _powerset(members: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(members, number) for number in range(len(members) + 1))


def edited(facts: Facts, edits: Mapping[Cell, Choice], grade: Callable[..., Documented]) -> Facts:
    """The facts with these values in their places; lists come before the fields of their records."""
    changed = dict(facts)
    for cell in sorted(edits, key=len):
        fact = grade(cell, edits[cell].value)
        if len(cell) == 1:
            changed[str(cell[0])] = fact
            continue
        of, number, name = str(cell[0]), int(cell[1]), str(cell[2])
        before = changed[of]
        if isinstance(before, Documented) and isinstance(before.value, tuple):
            records: list[Any] = list(before.value)
            records[number] = {**records[number], name: fact}
            changed[of] = Documented(tuple(records), before.grade, before.evidence, before.note)
    return changed
