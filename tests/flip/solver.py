"""What would turn a determination, a second time: the rules as written, told to a solver.

No code of the checker is used. A condition is four truths: true or not false for certain, and true or not
false for all that is known. Every place of a chart that may change has a switch and a value of its own,
over all values and not only the likely ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

import z3

from tests.semantics.oracle import JOINTS
from tests.semantics.situation import (
    ENTRIES,
    FIELDS,
    LISTS,
    SILENT,
    UNASKED,
    Situation,
    Written,
    written_as,
)

PRICES = {"document": 1, "amend": 2, "contest": 4, "treat": 8}
ALL_JOINTS = ("L3-4", "L4-5", "L5-S1")
MOST_NEW = 4
"""New records of one list; no generated condition counts further."""

MOST_WAYS = 12
"""More ways to settle the conflicts of a chart are left to others."""


class BeyondError(Exception):
    """A chart that is not told to the solver."""


@dataclass(frozen=True)
class Truth:
    """`sure` and `maybe` of the least and of the greatest truth: at least unknown, and true."""

    least: tuple[Any, Any]
    most: tuple[Any, Any]


def known(holds: Any) -> Truth:
    return Truth((holds, holds), (holds, holds))


def silent_or_open(open_: Any) -> Truth:
    """Unknown, or anything while it is open."""
    return Truth((z3.Not(open_), z3.BoolVal(False)), (z3.BoolVal(True), open_))


def both(truths: list[Truth]) -> Truth:
    return Truth(
        *(
            tuple(z3.And([getattr(one, end)[at] for one in truths]) for at in (0, 1))
            for end in ("least", "most")
        )
    )  # type: ignore[arg-type]


def either(truths: list[Truth]) -> Truth:
    return Truth(
        *(
            tuple(z3.Or([getattr(one, end)[at] for one in truths]) for at in (0, 1))
            for end in ("least", "most")
        )
    )  # type: ignore[arg-type]


def turned(one: Truth) -> Truth:
    """Least and greatest change places: at least unknown means not true."""
    return Truth(
        (z3.Not(one.most[1]), z3.Not(one.most[0])), (z3.Not(one.least[1]), z3.Not(one.least[0]))
    )


@dataclass
class Seen:
    """A fact as a condition sees it: whether it is documented, whether it is open if not, and its value."""

    documented: Any
    open: Any
    value: Any


@dataclass
class Place:
    """A place that may change: the switch, the value after it, its price."""

    switch: Any
    value: Any
    price: Any


@dataclass
class Problem:
    """One situation, told to a solver."""

    situation: Situation
    reading: str
    places: dict[tuple[Any, ...], Place] = field(default_factory=dict)
    rules: list[Any] = field(default_factory=list)

    # Values -------------------------------------------------------------------------------------------

    def constant(self, name: str, value: Written) -> Any:
        kind = ENTRIES[name]["type"]
        match kind:
            case "boolean":
                return z3.BoolVal(value)
            case "enum":
                return z3.IntVal(list(ENTRIES[name]["values"]).index(value))
            case "number":
                return z3.RealVal(value)
            case "date":
                return z3.IntVal(value.toordinal())
            case "targets":
                (joints,) = JOINTS[tuple(sorted(value))]
                return {one: z3.BoolVal(one in joints) for one in ALL_JOINTS}
            case _:
                return {one: z3.BoolVal(one in value) for one in self.members(name)}

    def variable(self, name: str, label: str) -> Any:
        match ENTRIES[name]["type"]:
            case "boolean":
                return z3.Bool(label)
            case "enum":
                value = z3.Int(label)
                self.rules.append(z3.And(value >= 0, value < len(ENTRIES[name]["values"])))
                return value
            case "number":
                value = z3.Real(label)
                self.rules.append(z3.And(value >= 0, value <= 9))
                return value
            case "date":
                return z3.Int(label)
            case _:
                return {one: z3.Bool(f"{label} {one}") for one in self.members(name)}

    def members(self, name: str) -> tuple[str, ...]:
        if ENTRIES[name]["type"] == "set":
            return tuple(ENTRIES[name]["values"])
        return ALL_JOINTS

    # Places -------------------------------------------------------------------------------------------

    def place(self, cell: tuple[Any, ...], said: Written, kind: str) -> Seen:
        """A fact as stated, and as it would be after a change that the kind of fact allows."""
        name = cell[-1]
        label = " ".join(map(str, cell))
        weak = isinstance(said, dict) and said.get("grade") == "conclusory"
        stated = said["value"] if isinstance(said, dict) and "value" in said else said
        others = said.get("settled", [stated]) if isinstance(said, dict) else [stated]
        silent = stated in (SILENT, UNASKED)
        place = self.places.get(cell)
        if place is None:
            place = Place(z3.Bool(f"{label} changes"), self.variable(name, label), None)
            place.price = self.price(place, name, kind, weak, [] if silent else others)
            self.places[cell] = place
            if place.price is None:
                self.rules.append(z3.Not(place.switch))
        open_ = z3.BoolVal(stated == UNASKED)
        heard = not silent and not (weak and self.reading == "strict")
        now = self.constant(name, stated) if heard else place.value
        value = self.choose(place.switch, place.value, now)
        return Seen(z3.Or(place.switch, z3.BoolVal(heard)), open_, value)

    def choose(self, switch: Any, one: Any, other: Any) -> Any:
        if isinstance(one, dict):
            return {name: z3.If(switch, one[name], other[name]) for name in one}
        return z3.If(switch, one, other)

    def equal(self, name: str, value: Any, said: Written) -> Any:
        constant = self.constant(name, said)
        if isinstance(value, dict):
            return z3.And([value[one] == constant[one] for one in value])
        return value == constant

    def price(self, place: Place, name: str, kind: str, weak: bool, said: list[Written]) -> Any:
        """What a change costs, with the rules for its value; None where none is allowed."""
        value = place.value
        is_now = (
            z3.Or([self.equal(name, value, one) for one in said]) if said else z3.BoolVal(False)
        )
        if ENTRIES[name]["type"] == "targets" and kind == "request":
            return self.price_of_targets(place, said)
        if kind == "request":
            if ENTRIES[name]["type"] == "date" and len(said) == 1:
                return None
            return z3.IntVal(PRICES["amend"])
        if not said:
            return z3.IntVal(PRICES["document"])
        allowed: list[tuple[Any, int]] = []
        if len(said) > 1:
            allowed.append((is_now, PRICES["document"]))
        if weak and self.reading == "strict":
            allowed.append((is_now, PRICES["document"]))
        if weak and kind == "chart":
            allowed.append((z3.Not(is_now), PRICES["contest"]))
        if kind == "care":
            more = z3.And([self.more(name, value, one) for one in said])
            allowed.append((z3.And(z3.Not(is_now), more), PRICES["treat"]))
        if not allowed:
            return None
        self.rules.append(z3.Implies(place.switch, z3.Or([one for one, _ in allowed])))
        price: Any = z3.IntVal(99)
        for holds, cost in reversed(allowed):
            price = z3.If(holds, z3.IntVal(cost), price)
        return price

    def price_of_targets(self, place: Place, said: list[Written]) -> Any:
        """Some of the requested joints, or one or two where none are known."""
        value = place.value
        count = z3.Sum([z3.If(value[one], 1, 0) for one in ALL_JOINTS])
        readings = [one for labels in said for one in JOINTS[tuple(sorted(labels))] if one]
        if readings:
            within = [
                z3.And([z3.Not(value[one]) for one in ALL_JOINTS if one not in joints])
                for joints in readings
            ]
            self.rules.append(z3.Implies(place.switch, z3.And(count >= 1, z3.Or(within))))
        else:
            self.rules.append(z3.Implies(place.switch, z3.And(count >= 1, count <= 2)))
        return z3.IntVal(PRICES["amend"])

    def more(self, name: str, value: Any, said: Written) -> Any:
        constant = self.constant(name, said)
        match ENTRIES[name]["type"]:
            case "enum":
                return z3.BoolVal(True)
            case "boolean":
                return z3.And(value, z3.Not(constant))
            case "number" | "date":
                return value > constant
            case _:
                return z3.And([z3.Implies(constant[one], value[one]) for one in value])

    # Conditions ---------------------------------------------------------------------------------------

    def truth(
        self, condition: Written, world: Mapping[str, Any], record: Mapping[str, Seen]
    ) -> Truth:
        return both([self._truth(word, said, world, record) for word, said in condition.items()])

    def _truth(self, word: str, said: Written, world: Any, record: Any) -> Truth:
        match word:
            case "all":
                return both([self.truth(one, world, record) for one in said])
            case "any":
                return either([self.truth(one, world, record) for one in said])
            case "not":
                return turned(self.truth(said, world, record))
            case "some":
                return self.some(said["of"], 1, said["where"], world)
            case "none":
                return turned(self.some(said["of"], 1, said["where"], world))
            case "every":
                return turned(self.some(said["of"], 1, {"not": said["where"]}, world))
            case "count":
                return self.count(said, world, record)
            case "overlap" | "within":
                return self.sets(word, *(self.seen(one, world, record) for one in said))
            case _ if word in self.situation.written.derived:
                wanted = said["is_not"] is False if isinstance(said, dict) else said
                found = self.truth(self.situation.written.derived[word], world, {})
                return found if wanted else turned(found)
            case _:
                return self.compared(word, said, world, record)

    def seen(self, name: str, world: Any, record: Any) -> Seen:
        source = written_as(name)
        return record[source] if name in FIELDS else world[source]

    def of_one(self, one: Seen, holds: Any) -> Truth:
        free = silent_or_open(one.open)
        told = known(holds)
        return Truth(
            *(
                tuple(
                    z3.If(one.documented, getattr(told, end)[at], getattr(free, end)[at])
                    for at in (0, 1)
                )
                for end in ("least", "most")
            )
        )  # type: ignore[arg-type]

    def compared(self, name: str, said: Written, world: Any, record: Any) -> Truth:
        one = self.seen(name, world, record)
        if not isinstance(said, dict):
            wanted = said if isinstance(said, list) else [said]
            return self.of_one(one, z3.Or([self.equal(name, one.value, each) for each in wanted]))
        return both(
            [self.operator(name, one, word, bound, world, record) for word, bound in said.items()]
        )

    def operator(
        self, name: str, one: Seen, word: str, bound: Written, world: Any, record: Any
    ) -> Truth:
        compare = {
            "at_least": lambda a, b: a >= b,
            "at_most": lambda a, b: a <= b,
            "more_than": lambda a, b: a > b,
            "less_than": lambda a, b: a < b,
        }
        match word:
            case "is":
                return self.compared(name, bound, world, record)
            case "is_not":
                return turned(self.compared(name, bound, world, record))
            case "includes":
                wanted = bound if isinstance(bound, list) else [bound]
                return self.of_one(one, z3.Or([one.value[each] for each in wanted]))
            case _ if isinstance(bound, str):
                other = self.seen(bound, world, record)
                return self.of_two(one, other, compare[word](one.value, other.value))
            case _:
                return self.of_one(one, compare[word](one.value, self.constant(name, bound)))

    def of_two(self, one: Seen, other: Seen, holds: Any) -> Truth:
        """Silence of one cannot be repaired by the other; else what is open is open."""
        silence = z3.Or(
            z3.And(z3.Not(one.documented), z3.Not(one.open)),
            z3.And(z3.Not(other.documented), z3.Not(other.open)),
        )
        together = Seen(z3.And(one.documented, other.documented), z3.Not(silence), None)
        return self.of_one(together, holds)

    def sets(self, word: str, one: Seen, other: Seen) -> Truth:
        members = [each for each in one.value if each in other.value]
        empty = z3.And(one.documented, z3.Not(z3.Or(list(one.value.values()))))
        void = z3.And(other.documented, z3.Not(z3.Or(list(other.value.values()))))
        documented = z3.And(one.documented, other.documented)
        lacking = z3.Or(
            z3.And(z3.Not(one.documented), z3.Not(one.open)),
            z3.And(z3.Not(other.documented), z3.Not(other.open)),
        )
        some_open = z3.Or(
            z3.And(z3.Not(one.documented), one.open), z3.And(z3.Not(other.documented), other.open)
        )
        true, false = z3.BoolVal(True), z3.BoolVal(False)
        if word == "overlap":
            holds = z3.Or([z3.And(one.value[each], other.value[each]) for each in members])
            settled = z3.Or(documented, empty, void)
            value = z3.And(z3.Not(empty), z3.Not(void), holds)
            free = Truth((z3.Not(some_open), false), (true, z3.Not(lacking)))
        else:
            holds = z3.And([z3.Implies(one.value[each], other.value[each]) for each in members])
            settled = z3.Or(documented, empty)
            value = z3.Or(empty, holds)
            open_left = z3.And(z3.Not(one.documented), one.open)
            free = Truth((lacking, false), (true, z3.Or(z3.Not(lacking), open_left)))
        return Truth(
            *(
                tuple(z3.If(settled, value, getattr(free, end)[at]) for at in (0, 1))
                for end in ("least", "most")
            )
        )  # type: ignore[arg-type]

    def count(self, said: Written, world: Any, record: Any) -> Truth:
        of = said["of"]
        parts = []
        for bound in ("at_least", "at_most"):
            if bound not in said:
                continue
            number = said[bound] if bound == "at_least" else said[bound] + 1
            if of in LISTS:
                found = self.some(of, number, said["where"], world)
            else:
                one = self.seen(of, world, record)
                members = z3.Sum([z3.If(each, 1, 0) for each in one.value.values()])
                found = self.of_one(one, members >= number)
            parts.append(found if bound == "at_least" else turned(found))
        return both(parts)

    def some(self, of: str, number: int, where: Written, world: Any) -> Truth:
        held = world[of]
        truths = [
            (present, self.truth(where, world, record)) for present, record in held["records"]
        ]

        def enough(end: str, at: int) -> Any:
            return (
                z3.Sum(
                    [z3.If(z3.And(present, getattr(one, end)[at]), 1, 0) for present, one in truths]
                    + [z3.IntVal(0)]
                )
                >= number
            )

        one = Seen(held["documented"], held["open"], None)
        free = silent_or_open(one.open)
        return Truth(
            *(
                tuple(
                    z3.If(one.documented, enough(end, at), getattr(free, end)[at]) for at in (0, 1)
                )
                for end in ("least", "most")
            )
        )  # type: ignore[arg-type]

    # Charts -------------------------------------------------------------------------------------------

    def worlds(self) -> list[dict[str, Any]]:
        """The chart, once for each way to settle its conflicts."""
        written = self.situation.written
        options: dict[str, list[Written]] = {}
        for name in sorted(written.facts):
            options[name] = list(_settled(name, self.situation.facts[name]))
        if prod(map(len, options.values())) > MOST_WAYS:
            raise BeyondError
        return [
            self.world(dict(zip(options, way, strict=True))) for way in product(*options.values())
        ]

    def world(self, facts: Mapping[str, Written]) -> dict[str, Any]:
        kinds = self.situation.written.kinds
        world: dict[str, Any] = {}
        for name, said in facts.items():
            if name in LISTS:
                world[name] = self.list_(name, said, kinds[name])
            else:
                world[name] = self.place((name,), said, kinds[name])
        return world

    def with_guards(self, world: dict[str, Any], every: list[dict[str, Any]]) -> dict[str, Any]:
        """What its guard makes pointless to ask is silent."""
        guarded = dict(world)
        for name, guard in self.situation.written.guards.items():
            if name not in world:
                continue
            pointless = z3.And([z3.Not(self.truth(guard, one, {}).most[0]) for one in every])
            if name in LISTS:
                guarded[name] = {
                    **world[name],
                    "open": z3.And(world[name]["open"], z3.Not(pointless)),
                }
            else:
                one = world[name]
                guarded[name] = Seen(one.documented, z3.And(one.open, z3.Not(pointless)), one.value)
        return guarded

    def list_(self, name: str, said: Written, kind: str) -> dict[str, Any]:
        """Records on file, and new ones where a list may become longer."""
        weak = isinstance(said, dict) and said.get("grade") == "conclusory"
        stated = said["value"] if isinstance(said, dict) else said
        silent = stated in (SILENT, UNASKED)
        heard = not silent and not (weak and self.reading == "strict")
        fields = self.situation.written.fields(name)
        unsaid = SILENT if self.situation.record == "closed" else UNASKED
        on_file = [] if silent else stated
        if weak:
            raise BeyondError
        may_grow = silent or kind in ("request", "care")
        switch = z3.Bool(f"{name} changes")
        number = z3.Int(f"{name} number")
        self.rules.append(z3.And(number >= (0 if silent else 1), number <= MOST_NEW))
        cost = "amend" if kind == "request" else "document" if silent else "treat"
        place = self.places.setdefault((name,), Place(switch, number, z3.IntVal(PRICES[cost])))
        if not may_grow:
            self.rules.append(z3.Not(switch))
            place.price = None
        of_field = "chart" if kind == "chart" else kind
        records = []
        for index, record in enumerate(on_file):
            told = {
                one: self.place((name, index, one), record.get(one, unsaid), of_field)
                for one in fields
            }
            records.append((z3.BoolVal(True), told))
        for more in range(MOST_NEW):
            index = len(on_file) + more
            told = {one: self.place((name, index, one), unsaid, of_field) for one in fields}
            present = z3.And(switch, number > more)
            for one in fields:
                self.rules.append(z3.Implies(self.places[name, index, one].switch, present))
            records.append((present, told))
        return {
            "documented": z3.Or(switch, z3.BoolVal(heard)),
            "open": z3.BoolVal(stated == UNASKED),
            "records": records,
        }

    # What is wanted -----------------------------------------------------------------------------------

    def told(self) -> None:
        """All that has to hold after the changes."""
        every = self.worlds()
        every = [self.with_guards(one, every) for one in every]
        policies = {"strict": "counts_against", "lenient": "presumed"}
        for criterion in self.situation.written.criteria:
            if criterion["kind"] == "eligibility":
                silence = policies.get(self.reading, criterion["if_silent"])
                self.rules += [self.favoured(criterion, silence, one) for one in every]
        for parts in self.situation.written.relations:
            found = [both([self.truth(part, one, {}) for part in parts]).least[1] for one in every]
            self.rules.append(z3.Not(z3.And(found)))

    def favoured(self, criterion: Mapping[str, Written], silence: str, world: Any) -> Any:
        at = 0 if silence == "presumed" else 1
        enough = [self.truth(criterion["requires"], world, {}).least[at]]
        if "when" in criterion:
            enough.append(turned(self.truth(criterion["when"], world, {})).least[at])
        if "unless" in criterion:
            enough.append(self.truth(criterion["unless"], world, {}).least[1])
        return z3.Or(enough)


def _settled(name: str, said: Written) -> Iterator[Written]:
    """A fact once for each of its values, which are kept beside it."""
    match said:
        case {"conflicting": values} if name not in LISTS:
            plain = [one["value"] if isinstance(one, dict) else one for one in values]
            if any(one == ["L3-L5"] for one in plain):
                raise BeyondError
            for one, value in zip(values, plain, strict=True):
                weak = isinstance(one, dict) and one.get("grade") == "conclusory"
                yield {"value": value, "settled": plain, **({"heard": weak} if weak else {})}
                if weak:
                    raise BeyondError
        case {"conflicting": _} | ["L3-L5"] | {"value": ["L3-L5"]}:
            raise BeyondError
        case list() if name in LISTS:
            for record in said:
                for value in record.values():
                    if (isinstance(value, dict) and "conflicting" in value) or value == ["L3-L5"]:
                        raise BeyondError
                    if isinstance(value, dict) and value.get("value") == ["L3-L5"]:
                        raise BeyondError
            yield said
        case _:
            yield said


def smallest_sets(
    situation: Situation, reading: str, most: int
) -> list[tuple[int, frozenset[Any]]]:
    """The smallest sets of places to change with their prices, the cheapest first; at most so many.

    Raises:
        BeyondError: for a chart that is not told to the solver.
    """
    problem = Problem(situation, reading)
    problem.told()
    solver = z3.Optimize()
    solver.add(problem.rules)
    priced = {cell: one for cell, one in problem.places.items() if one.price is not None}
    cost = z3.Sum([z3.If(one.switch, one.price, 0) for one in priced.values()] + [z3.IntVal(0)])
    solver.minimize(cost)
    found: list[tuple[int, frozenset[Any]]] = []
    while len(found) < most and solver.check() == z3.sat:
        model = solver.model()
        cells = frozenset(
            cell for cell, one in priced.items() if z3.is_true(model.eval(one.switch))
        )
        found.append((model.eval(cost).as_long(), cells))
        if not cells:
            break
        solver.add(z3.Not(z3.And([priced[cell].switch for cell in cells])))
    return found
