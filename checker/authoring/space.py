"""Every chart that a set of conditions can tell apart, as a grid: what enumeration over it finds is exact.

Facts that conditions compare with each other, and lists with the facts that their records are compared with,
form one axis; every other fact has an axis of its own. Rows of an axis that no condition tells apart are one.
Facts that no condition names are silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations_with_replacement, islice, product
from math import prod

from checker.authoring.bags import Bag, Bags
from checker.authoring.choosing import Choosing, cost_of
from checker.authoring.grid import Grid, Truth, each_of
from checker.authoring.values import TooManyError, leaves
from checker.charting import Facts, complete
from checker.condition import (
    FALSE,
    SILENT,
    TRUE,
    Condition,
    Is,
    Range,
    Some,
    evaluate,
)
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Documented, Fact, NotAsked
from checker.guideline import Criterion, Silence, Status
from checker.rulebase import RuleBase
from checker.vocabulary import Levels

MAX_COMBINATIONS = 1 << 21
"""How many combinations are enumerated at most; beyond it nothing is claimed."""

TRIED = 64
"""How many charts are tried before relations are enumerated as well."""

MAX_ROWS = 20_000
"""How many rows one axis is made of at most, before those that nothing tells apart are joined."""


@dataclass(frozen=True, slots=True)
class Row:
    """Values of the facts of one axis as a case writes them; what is left out is silent."""

    facts: Facts
    cost: int


@dataclass(frozen=True)
class Space:
    """The charts that some conditions can tell apart.

    `ranges` gives for each leaf its axis and its range in each row. `excluded` are contradictions; in `vain`
    are facts that are not asked although their guard is false, which is the same as silence.
    """

    rules: RuleBase
    rows: tuple[tuple[Row, ...], ...]
    ranges: Mapping[Condition, tuple[int, tuple[Range, ...]]]
    excluded: tuple[Condition, ...] = ()
    vain: tuple[tuple[Condition, Condition], ...] = ()
    known: dict[Condition, Truth] = field(default_factory=dict)

    @cached_property
    def grid(self) -> Grid:
        """The combinations."""
        return Grid(tuple(len(rows) for rows in self.rows))

    @cached_property
    def all(self) -> int:
        """The combinations that are charts at all, contradictory ones included."""
        in_vain = 0
        for unasked, guard in self.vain:
            in_vain |= self.truth(unasked).sure & ~self.truth(guard).maybe
        return self.grid.full & ~in_vain

    @cached_property
    def possible(self) -> int:
        """The combinations that a chart can say: those that break no relation."""
        broken = 0
        for condition in self.excluded:
            broken |= self.truth(condition).sure
        return self.all & ~broken

    def truth(self, condition: Condition) -> Truth:
        """In which combinations a condition is how true."""
        return self.grid.truth(condition, self._leaf)

    def statuses(
        self, criterion: Criterion, silence: Silence | None = None
    ) -> Mapping[Status, int]:
        """The combinations in which a criterion has each status, read as written if nothing else is said."""
        return self.grid.statuses(criterion, silence or criterion.if_silent, self._leaf)

    def _leaf(self, condition: Condition) -> Truth:
        if condition not in self.known:
            axis, ranges = self.ranges.get(condition, (None, (SILENT,)))
            self.known[condition] = (
                self.grid.constant(ranges[0]) if axis is None else self.grid.leaf(axis, ranges)
            )
        return self.known[condition]

    @cached_property
    def _levels(self) -> Mapping[int, int]:
        return self.grid.by_cost([[row.cost for row in rows] for rows in self.rows])

    def simplest_first(self, combinations: int) -> Iterator[Facts]:
        """The charts among some combinations, the shortest first, and last those with what was not asked."""
        return map(self.facts, self.simplest_combinations(combinations))

    def simplest_combinations(self, combinations: int) -> Iterator[int]:
        """The same as combinations."""
        for level in self._levels.values():
            yield from each_of(level & combinations)

    def facts(self, combination: int) -> Facts:
        """What a chart of this combination says."""
        chosen = zip(self.rows, self.grid.rows(combination), strict=True)
        return {name: fact for rows, row in chosen for name, fact in rows[row].facts.items()}


def space_of(
    criteria: Iterable[Criterion],
    rules: RuleBase,
    *,
    region: str | None = None,
    also: Sequence[Condition] = (),
    with_relations: bool = False,
) -> Space:
    """The charts that these criteria can tell apart; levels are taken from `region` if it is told.

    `also` are conditions on the same facts that must be told apart too. With relations, also which charts
    contradict themselves.

    Raises:
        TooManyError: if there are more than can be enumerated.
    """
    conditions = dict.fromkeys(one for each in criteria for one in each.conditions)
    return _Builder(tuple(conditions), rules, region, also, with_relations=with_relations).space()


def simplest(
    criteria: Sequence[Criterion],
    wanted: Callable[[Space], int],
    rules: RuleBase,
    region: str | None = None,
    also: Sequence[Condition] = (),
) -> Facts | None:
    """The facts of the simplest chart of this kind that does not contradict itself; None if there is none.

    `wanted` gives the combinations that are meant. Most charts break no relation, so that relations are
    enumerated only where the first charts that are found do.

    Raises:
        TooManyError: if there are more charts than can be enumerated.
    """
    space = space_of(criteria, rules, region=region, also=also)
    found = wanted(space) & space.all
    tried = 0
    for facts in islice(space.simplest_first(found), TRIED):
        if not contradicts(facts, rules):
            return facts
        tried += 1
    if tried < TRIED:
        return None
    space = space_of(criteria, rules, region=region, also=also, with_relations=True)
    return next(space.simplest_first(wanted(space) & space.possible), None)


def contradicts(facts: Facts, rules: RuleBase) -> bool:
    """Whether no chart can say these facts together."""
    chart = complete(facts, rules.vocabulary, "closed")
    return any(one.broken_by(chart) for one in rules.relations)


class SilentElsewhere(dict[str, Fact]):
    """A chart that is silent about what it does not hold."""

    def __missing__(self, _name: str) -> Fact:
        return NOT_DOCUMENTED


class _Builder:
    """Builds the space of some conditions."""

    def __init__(
        self,
        conditions: tuple[Condition, ...],
        rules: RuleBase,
        region: str | None,
        also: Sequence[Condition],
        *,
        with_relations: bool,
    ) -> None:
        self.rules, self.region = rules, region
        self.specs = rules.vocabulary.facts
        at_hand = Choosing(conditions, rules, region)
        self.names, self.lists, self.fields = at_hand.names, at_hand.lists, at_hand.fields
        self.excluded = tuple(_excluded(at_hand)) if with_relations else ()
        self.guards = dict(_guards(at_hand))
        judged = (*conditions, *also, *self.excluded, *self.guards.values())
        self.atoms = list(dict.fromkeys(leaf for one in judged for leaf in leaves(one)))
        self.choosing = Choosing(conditions, rules, region, judged)

    def space(self) -> Space:
        axes: list[tuple[Row, ...]] = []
        ranges: dict[Condition, tuple[int, tuple[Range, ...]]] = {}
        for names in self._bundles():
            atoms = [atom for atom in self.atoms if names & self.choosing.facts_in(atom)]
            markers = [_unasked(name) for name in self.guards if name in names]
            rows, vectors = self._axis(names, atoms, markers)
            for place, atom in enumerate([*atoms, *markers]):
                ranges[atom] = (len(axes), tuple(vector[place] for vector in vectors))
            axes.append(rows)
        if (number := prod(len(rows) for rows in axes)) > MAX_COMBINATIONS:
            raise TooManyError(number)
        vain = tuple((_unasked(name), guard) for name, guard in self.guards.items())
        return Space(self.rules, tuple(axes), ranges, self.excluded, vain)

    # axes

    def _bundles(self) -> list[frozenset[str]]:
        """The facts that only together have a meaning."""
        bundles = {name: frozenset({name}) for name in self.names}
        groups = [self.choosing.facts_in(atom) for atom in self.atoms]
        if "region" in bundles:
            groups += [{"region", name} for name in self.names if self._are_requested(name)]
        for group in groups:
            joined = frozenset[str]().union(*(bundles[name] for name in group))
            bundles |= dict.fromkeys(joined, joined)
        return list(dict.fromkeys(bundles.values()))

    def _are_requested(self, name: str) -> bool:
        """Whether a fact are the joints of a request, from which its region follows."""
        of = self.specs[name].joints_of
        return of is not None and self.specs[of].kind == "request"

    def _axis(
        self, names: frozenset[str], atoms: Sequence[Condition], markers: Sequence[Is]
    ) -> tuple[tuple[Row, ...], list[tuple[Range, ...]]]:
        """The simplest row of each kind that some condition tells apart, and the ranges in it."""
        lists = [name for name in self.lists if name in names]
        quantified = {
            of: [one for one in atoms if isinstance(one, Some) and one.of == of] for of in lists
        }
        width = self.choosing.width(names)
        bags: dict[tuple[str, str | None], Bags] = {}
        best: dict[tuple[Range, ...], Row] = {}
        for chart, region in self._charts([one for one in names if one not in lists], width):
            told = {
                atom: evaluate(atom, chart)
                for atom in atoms
                if not isinstance(atom, Some) or atom.of not in lists
            }
            ways = []
            for of in lists:
                if (of, region) not in bags:
                    bags[of, region] = Bags(quantified[of], self._fields(of, region, width))
                ways.append(bags[of, region].beside(chart))
            plain = self._row(chart)
            for way in product(*ways):
                for of, bag in zip(lists, way, strict=True):
                    told |= dict(zip(quantified[of], bag.ranges, strict=True))
                said = chart | {of: bag.fact for of, bag in zip(lists, way, strict=True)}
                unasked = (_truth(isinstance(said[one.fact], NotAsked)) for one in markers)
                vector = (*(told[atom] for atom in atoms), *unasked)
                cost = plain.cost + sum(bag.cost for bag in way)
                if vector not in best or cost < best[vector].cost:
                    best[vector] = self._with_lists(plain, lists, way, cost)
            if len(best) > MAX_ROWS:
                raise TooManyError(len(best))
        ordered = sorted(best.items(), key=lambda item: item[1].cost)
        return tuple(row for _, row in ordered), [vector for vector, _ in ordered]

    def _with_lists(self, plain: Row, lists: Sequence[str], way: Sequence[Bag], cost: int) -> Row:
        said = {
            of: bag.fact
            for of, bag in zip(lists, way, strict=True)
            if bag.fact is not NOT_DOCUMENTED
        }
        return Row({**plain.facts, **said}, cost)

    def _charts(
        self, names: Iterable[str], width: int
    ) -> Iterator[tuple[SilentElsewhere, str | None]]:
        """Every combination of values of facts that are no lists, with the region of their levels."""
        ordered = sorted(names, key=self.names.index)
        sets = [name for name in ordered if isinstance(self.specs[name].type, Levels)]
        scalars = [name for name in ordered if name not in sets]
        choices = [self.choosing.fact(name) for name in scalars]
        number = prod(len(one) for one in choices) * (3 * (width + 1)) ** len(sets)
        if number > MAX_ROWS:
            raise TooManyError(number)
        patterns = list(_patterns(len(sets), width))
        for chosen in product(*choices):
            chart = SilentElsewhere(zip(scalars, chosen, strict=True))
            stated = chart.get("region")
            region = str(stated.value) if isinstance(stated, Documented) else self.region
            joints = self.choosing.joints(region, width)
            for pattern in patterns:
                levels = [_levels(one, joints) for one in pattern]
                said = dict(zip(sets, levels, strict=True))
                if stated is None or isinstance(stated, Documented) or not self._placed(said):
                    yield SilentElsewhere({**chart, **said}), region

    def _placed(self, levels: Facts) -> bool:
        """Whether some of these are requested levels, so that the region is known."""
        return any(
            isinstance(fact, Documented) and fact.value and self._are_requested(name)
            for name, fact in levels.items()
        )

    def _row(self, chart: Facts) -> Row:
        facts = self.choosing.written(chart)
        return Row(facts, sum(map(cost_of, facts.values())))

    def _fields(
        self, of: str, region: str | None, width: int
    ) -> Mapping[str, list[tuple[Fact, Facts, int]]]:
        """The values of each field of a list that the conditions name."""
        found = {}
        for name in self.fields[of]:
            spec = self.lists[of][name]
            if isinstance(spec.type, Levels):
                joints = self.choosing.joints(region, width)
                said = [_levels(one, joints) for (one,) in _subsets(width)]
            else:
                said = self.choosing.field(of, name)
            written = [self.choosing.written_fact(name, spec, fact) for fact in said]
            costs = [sum(map(cost_of, one.values())) for one in written]
            found[name] = list(zip(said, written, costs, strict=True))
        return found


def _excluded(at_hand: Choosing) -> Iterator[Condition]:
    """The contradictions that charts of these facts alone can come to."""
    for relation in at_hand.rules.relations:
        if all(at_hand.facts_in(part) for part in relation.parts):
            yield relation.contradiction


def _guards(at_hand: Choosing) -> Iterator[tuple[str, Condition]]:
    """The guards of facts at hand that look at other facts at hand."""
    for name in at_hand.names:
        spec = at_hand.specs[name]
        guard = at_hand.rules.vocabulary.guards.get(spec.joints_of or name)
        if guard and at_hand.facts_in(guard):
            yield name, guard


_UNASKED = "not asked"


def _unasked(name: str) -> Is:
    """That nobody asked about a fact, in the place of a condition; no value is called so."""
    return Is(name, frozenset({_UNASKED}))


def _truth(holds: bool) -> Range:  # noqa: FBT001 - a truth value is what it is about
    return TRUE if holds else FALSE


_Members = tuple[int, ...]


def _patterns(sets: int, width: int) -> Iterator[tuple[_Members | Fact, ...]]:
    """Ways to fill so many sets with levels, alike ones once; each set may be silent or not asked too."""
    for states in product((None, NOT_DOCUMENTED, NOT_ASKED), repeat=sets):
        documented = [place for place, state in enumerate(states) if state is None]
        every = range(2 ** len(documented))
        for columns in combinations_with_replacement(every[::-1], width):
            members = iter(
                tuple(level for level, column in enumerate(columns) if column >> place & 1)
                for place in range(len(documented))
            )
            yield tuple(next(members) if state is None else state for state in states)
            if not documented:
                break


def _subsets(width: int) -> Iterator[tuple[_Members | Fact]]:
    """Every set of levels of a record, for others are told apart already."""
    yield (NOT_DOCUMENTED,)
    for bits in sorted(range(2**width), key=int.bit_count):
        yield (tuple(level for level in range(width) if bits >> level & 1),)
    yield (NOT_ASKED,)


def _levels(members: _Members | Fact, joints: Sequence[str]) -> Fact:
    if not isinstance(members, tuple):
        return members
    return Documented(frozenset(joints[place] for place in members if place < len(joints)))
