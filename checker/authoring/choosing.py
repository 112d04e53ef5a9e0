"""What a chart can say of each fact that some conditions look at, and how a case writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from checker.authoring.bags import UNASKED_COST
from checker.authoring.values import leaves, values_of
from checker.charting import Facts
from checker.condition import Condition, Relation, Size, facts_in
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Documented, Fact, NotAsked
from checker.rulebase import RuleBase
from checker.vocabulary import FactSpec, Levels, ListOf

SEARCHED_LEVELS = 3
"""Of how many levels sets are made where charts are searched and not enumerated."""


class Choosing:
    """The facts that conditions name, and their values; levels are taken from `region` if it is told.

    `also` are conditions that must be told apart as well, but bring no facts of their own.
    """

    def __init__(
        self,
        conditions: Sequence[Condition],
        rules: RuleBase,
        region: str | None,
        also: Sequence[Condition] = (),
    ) -> None:
        self.rules, self.region = rules, region
        self.specs = rules.vocabulary.facts
        named = dict.fromkeys(name for one in conditions for name in facts_in(one))
        self.names = [name for name in named if name in self.specs]
        self.lists: dict[str, Mapping[str, FactSpec]] = {
            name: spec.type.fields
            for name in self.names
            if isinstance((spec := self.specs[name]).type, ListOf)
        }
        self.fields = {
            of: [name for name in fields if name in named] for of, fields in self.lists.items()
        }
        judged = (*conditions, *also)
        self.asked = list(
            dict.fromkeys(leaf for one in judged for leaf in leaves(one, inside=True))
        )

    def facts_in(self, condition: Condition) -> set[str]:
        """The facts at hand that a condition looks at."""
        return {name for name in facts_in(condition) if name in self.names}

    # values

    def fact(self, name: str) -> list[Fact]:
        """The states and values of a fact: silent first, not asked last."""
        spec = self.specs[name]
        if isinstance(spec.type, Levels):
            return self._level_sets()
        return self._choices(name, spec)

    def field(self, of: str, name: str) -> list[Fact]:
        """The same for a field of a list's records."""
        spec = self.lists[of][name]
        if isinstance(spec.type, Levels):
            return self._level_sets()
        return self._choices(name, spec)

    def _choices(self, name: str, spec: FactSpec) -> list[Fact]:
        values = values_of(name, spec, self.asked)
        return [NOT_DOCUMENTED, *(Documented(value) for value in values), NOT_ASKED]

    def _level_sets(self) -> list[Fact]:
        sets = members(self.joints(self.region, SEARCHED_LEVELS))
        return [NOT_DOCUMENTED, *(Documented(one) for one in sets), NOT_ASKED]

    # levels

    def width(self, names: Iterable[str]) -> int:
        """How many levels tell all sets apart: one for each comparison, those counted, and all at most."""
        fields = {one for name in names for one in self.fields.get(name, ())}
        sets = {*names, *fields}
        compared = {
            one
            for one in self.asked
            if isinstance(one, Relation)
            and one.operator in ("overlap", "within")
            and sets & {one.left, one.right}
        }
        counted: dict[str, int] = {}
        for one in self.asked:
            if isinstance(one, Size) and one.fact in sets:
                counted[one.fact] = max(counted.get(one.fact, 0), one.at_least)
        regions = [one.region for one in self.rules.anatomy.joints.values()]
        most = max(map(regions.count, regions), default=0)
        return min(len(compared) + sum(counted.values()), most)

    def joints(self, region: str | None, number: int) -> list[str]:
        """Levels to make sets of, all in one region: that one, or else the one with the most."""
        joints = self.rules.anatomy.joints
        regions = [one.region for one in joints.values()]
        wanted = region or max(dict.fromkeys(regions), key=regions.count, default="")
        found = [name for name, one in joints.items() if one.region == wanted]
        return [*found[-2:], *found[-3::-1]][:number]

    # writing

    def written(self, chart: Mapping[str, Fact]) -> Facts:
        """A chart as a case writes it: joints by their names, and silence left out."""
        facts: Facts = {}
        for name, fact in chart.items():
            if name in self.lists:
                facts[name] = self._written_list(fact, self.lists[name])
            else:
                facts |= self.written_fact(name, self.specs[name], fact)
        return facts

    def _written_list(self, fact: Fact, fields: Mapping[str, FactSpec]) -> Fact:
        if not isinstance(fact, Documented):
            return fact
        items = (item for item in fact.value if isinstance(item, Mapping))  # type: ignore[union-attr]
        records: list[Facts] = []
        for item in items:
            said: Facts = {}
            for name, one in item.items():
                said |= self.written_fact(name, fields[name], one)
            records.append(said)
        return Documented(tuple(records))

    def written_fact(self, name: str, spec: FactSpec, fact: Fact) -> Facts:
        """A fact under the name that a case gives it: joints under the levels they are computed from."""
        if fact == NOT_DOCUMENTED:
            return {}
        if spec.joints_of and isinstance(fact, Documented):
            joints = frozenset(str(one) for one in fact.value)  # type: ignore[union-attr]
            fact = Documented(tuple(self.rules.anatomy.in_order(joints)))
        return {spec.joints_of or name: fact}


def members(joints: Sequence[str]) -> Iterator[frozenset[str]]:
    """Every set of some levels, small ones first and the empty one last."""
    for size in range(1, len(joints) + 1):
        yield from map(frozenset, combinations(joints, size))
    yield frozenset()


def cost_of(fact: Fact) -> int:
    """What a fact adds to a chart: one, two if it says none; more for records, much if it is not asked."""
    match fact:
        case NotAsked():
            return UNASKED_COST
        case Documented(value=tuple() as items) if items:
            records = [item for item in items if isinstance(item, Mapping)]
            return 1 + sum(1 + (sum(map(cost_of, one.values())) or 2) for one in records)
        case Documented(value=frozenset() | tuple() as items):
            return 1 if items else 2
        case Documented():
            return 1
        case _:
            return 0
