"""A guideline as forward-chaining rules: facts to conditions to criterion statuses.

Every node of a condition tree becomes a kind of *finding*, a fact that says how true the node is at least
(`lo`) and at most (`hi`), for which record (`i`, 0 outside lists). Negation is pushed down to the leaves;
`all` and `any` of two findings are the smaller and the greater of them, which rules find out by comparing
them in a join, so that exactly one of four rules fires. Lists are folded record by record, joined by index.
Whether two sets share a member is decided in a later stratum than the members themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count, product
from typing import Literal

from checker import condition as language
from checker.condition import FALSE, OPEN, SILENT, TRUE, Condition, Range
from checker.engine.durable import Fact, Join, Operator, Pattern, Rule, Scalar, Test
from checker.fact import Chart, Documented, NotAsked
from checker.fact import Fact as ChartFact
from checker.guideline import Criterion, Silence, Status

Matched = tuple[Fact, ...]
Pick = Literal["smaller", "greater"]

_OPERATORS: Mapping[str, Operator] = {
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
}
_OPPOSITE: Mapping[Operator, Operator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_MIRRORED: Mapping[Operator, Operator] = {
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
    "==": "==",
    "!=": "!=",
}

_ONCE, _THEN = 1, 2
"""The strata in which shared members, and members that are not shared, are known."""


# Facts ----------------------------------------------------------------------------------------------


def told(chart: Chart, names: Iterable[str]) -> Iterator[Fact]:
    """The facts of a chart without conflicts, as the rules want them; a name that is no fact is a field."""
    wanted = dict.fromkeys(names)
    for name in wanted:
        if name in chart:
            yield from _told(name, chart[name], 0, wanted)


def _told(name: str, fact: ChartFact, index: int, wanted: Mapping[str, None]) -> Iterator[Fact]:
    kind = _kind(name)
    match fact:
        case Documented(value=frozenset() as members):
            yield {"k": kind, "i": index, "s": "value", "n": len(members)}
            yield from ({"k": _member(name), "i": index, "v": member} for member in members)
        case Documented(value=tuple() as records):
            yield {"k": kind, "i": index, "s": "value", "n": len(records)}
            for number, record in enumerate(records):
                yield {"k": _record(name), "i": number}
                for field_name in record if isinstance(record, Mapping) else ():
                    if field_name in wanted:
                        yield from _told(field_name, record[field_name], number, wanted)
        case Documented(value=date() as day):
            yield {"k": kind, "i": index, "s": "value", "v": day.toordinal()}
        case Documented(value=value):
            yield {"k": kind, "i": index, "s": "value", "v": value}  # type: ignore[dict-item]
        case NotAsked():
            yield {"k": kind, "i": index, "s": "unasked"}
        case _:
            yield {"k": kind, "i": index, "s": "silent"}


def _kind(name: str) -> str:
    return f"fact {name}"


def _member(name: str) -> str:
    return f"member of {name}"


def _record(name: str) -> str:
    return f"record of {name}"


# Rules ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Node:
    """A finding: its kind, and whether there is one for every record of a list."""

    kind: str
    per_record: bool = False


_Gate = tuple[_Node, Test]


def compile_criterion(criterion: Criterion, silence: Silence, fields: frozenset[str]) -> list[Rule]:
    """The rules that conclude the criterion's status; `fields` are the names of all fields of records."""
    compiler = _Compiler(criterion, fields)
    gates: list[_Gate] = []
    body = criterion.requires
    if criterion.when:
        when = compiler.node(criterion.when)
        compiler.status("not applicable", [(when, Test("hi", "==", 0))])
        gates.append((when, Test("hi", ">", 0)))
        body = language.Any((language.Not(criterion.when), body))
    node = compiler.node(body)
    if criterion.unless:
        unless = compiler.node(criterion.unless)
        compiler.status("met", [*gates, (unless, Test("lo", "==", 2))])
        to_come = [*gates, (unless, Test("lo", "<", 2)), (unless, Test("hi", "==", 2))]
        compiler.statuses(node, _EXCEPTION_TO_COME[silence], to_come)
        gates.append((unless, Test("hi", "<", 2)))
    compiler.statuses(node, _STATUS_TESTS[silence], gates)
    return compiler.rules


_StatusTests = tuple[tuple[Status, tuple[Test, ...]], ...]
_MET: tuple[Status, tuple[Test, ...]] = ("met", (Test("lo", "==", 2),))
_PRESUMED: tuple[Status, tuple[Test, ...]] = ("presumed", (Test("lo", "==", 1),))
_NOT_MET: tuple[Status, tuple[Test, ...]] = ("not met", (Test("hi", "==", 0),))
_STATUS_TESTS: Mapping[Silence, _StatusTests] = {
    "presumed": (
        _MET,
        _NOT_MET,
        _PRESUMED,
        ("to answer", (Test("lo", "==", 0), Test("hi", ">", 0))),
    ),
    "counts_against": (
        _MET,
        _NOT_MET,
        ("missing", (Test("hi", "==", 1),)),
        ("to answer", (Test("lo", "<", 2), Test("hi", "==", 2))),
    ),
    "ask": (_MET, _NOT_MET, ("to answer", (Test("lo", "<", 2), Test("hi", ">", 0)))),
}
_EXCEPTION_TO_COME: Mapping[Silence, _StatusTests] = {
    "presumed": (_MET, _PRESUMED, ("to answer", (Test("lo", "==", 0),))),
    "counts_against": (_MET, ("to answer", (Test("lo", "<", 2),))),
    "ask": (_MET, ("to answer", (Test("lo", "<", 2),))),
}
"""The statuses while an exception may still be documented, so that the criterion may still be met."""


def status_kind(criterion: str) -> str:
    """The kind of the fact that holds a criterion's status, under `s`."""
    return f"status of {criterion}"


@dataclass
class _Compiler:
    """Collects the rules of one criterion; equal parts of its conditions share one finding."""

    criterion: Criterion
    fields: frozenset[str]
    rules: list[Rule] = field(default_factory=list)
    nodes: dict[tuple[Condition, bool], _Node] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def statuses(self, node: _Node, statuses: _StatusTests, gates: list[_Gate]) -> None:
        """Every status whose tests the finding passes, when all gates hold."""
        for status, tests in statuses:
            self.status(status, [*gates, *((node, test) for test in tests)])

    def status(self, status: Status, gates: list[_Gate]) -> None:
        """The criterion has this status when all gates hold."""
        tests: dict[str, list[Test]] = {}
        for node, test in gates:
            tests.setdefault(node.kind, []).append(test)
        patterns = [Pattern(kind, tuple(found)) for kind, found in tests.items()]
        concluded = {"k": status_kind(self.criterion.id), "s": status}
        self._rule(patterns, lambda _: concluded)

    def node(self, condition: Condition, positive: bool = True) -> _Node:
        """The finding for a condition, or for its negation."""
        match condition:
            case language.Not(part):
                return self.node(part, not positive)
            case language.Derived(_, part):
                return self.node(part, positive)
        key = (condition, positive)
        if key not in self.nodes:
            self.nodes[key] = self._node(condition, positive)
        return self.nodes[key]

    def _node(self, condition: Condition, positive: bool) -> _Node:
        match condition:
            case language.All(parts) | language.Any(parts):
                smaller = isinstance(condition, language.All) is positive
                nodes = dict.fromkeys(self.node(part, positive) for part in parts)
                return self._folded(list(nodes), "smaller" if smaller else "greater")
            case language.Some():
                return self._counted(condition, positive)
            case language.Is():
                return self._equal(condition, positive)
            case language.Bound(fact, comparison, bound):
                constant = bound.toordinal() if isinstance(bound, date) else bound
                return self._compared(fact, "v", _OPERATORS[comparison], constant, positive)
            case language.Size(fact, at_least):
                return self._compared(fact, "n", ">=", at_least, positive)
            case language.Includes():
                return self._including(condition, positive)
            case language.Relation("overlap" | "within"):
                return self._two_sets(condition, positive)
            case language.Relation():
                return self._two_values(condition, positive)
            case _:
                raise AssertionError(condition)

    # leaves

    def _leaf(self, *names: str) -> _Node:
        return _Node(self._new_kind(), any(one in self.fields for one in names))

    def _new_kind(self) -> str:
        return f"{self.criterion.id} {next(self.numbers)}"

    def _equal(self, condition: language.Is, positive: bool) -> _Node:
        node = self._leaf(condition.fact)
        values = sorted((_plain(value) for value in condition.values), key=repr)
        for value in values:
            self._finding(node, _value(condition.fact, Test("v", "==", value)), _truth(positive))
        others = tuple(Test("v", "!=", value) for value in values)
        self._finding(node, _value(condition.fact, *others), _truth(not positive))
        return self._unknown(node, condition.fact)

    def _compared(
        self, fact: str, prop: str, comparison: Operator, constant: Scalar, positive: bool
    ) -> _Node:
        node = self._leaf(fact)
        self._finding(node, _value(fact, Test(prop, comparison, constant)), _truth(positive))
        opposite = _value(fact, Test(prop, _OPPOSITE[comparison], constant))
        self._finding(node, opposite, _truth(not positive))
        return self._unknown(node, fact)

    def _unknown(self, node: _Node, fact: str) -> _Node:
        self._finding(node, _state(fact, "silent"), SILENT)
        self._finding(node, _state(fact, "unasked"), OPEN)
        return node

    def _including(self, condition: language.Includes, positive: bool) -> _Node:
        node = self._leaf(condition.fact)
        shared = f"{node.kind} shared"
        for member in sorted(condition.values):
            pattern = Pattern(_member(condition.fact), (Test("v", "==", member),))
            self._rule([pattern], lambda matched: {"k": shared, "i": matched[0]["i"]})
        known = _value(condition.fact)
        self._finding(node, known, _truth(positive), Pattern(shared, joins=(_same_record(0),)))
        self._finding(
            node, known, _truth(not positive), absent=Pattern(shared, joins=(_same_record(0),))
        )
        return self._unknown(node, condition.fact)

    def _two_values(self, condition: language.Relation, positive: bool) -> _Node:
        node = self._leaf(condition.left, condition.right)
        left, right = _value(condition.left), condition.right
        comparison = _OPERATORS[condition.operator]
        for one, holds in ((comparison, positive), (_OPPOSITE[comparison], not positive)):
            joins = (Join("v", _MIRRORED[one], 0, "v"), *self._alongside(condition))
            self._finding(
                node, left, _truth(holds), Pattern(_kind(right), (Test("s", "==", "value"),), joins)
            )
        for pair in (("silent", None), ("value", "silent"), ("unasked", "silent")):
            self._two_states(node, condition, pair, SILENT)
        for states in (("unasked", "value"), ("unasked", "unasked"), ("value", "unasked")):
            self._two_states(node, condition, states, OPEN)
        return node

    def _two_sets(self, condition: language.Relation, positive: bool) -> _Node:
        node = self._leaf(condition.left, condition.right)
        left, right = condition.left, condition.right
        found = (
            self._overlapping(node, condition)
            if condition.operator == "overlap"
            else self._outside(node, condition)
        )
        holds = positive if condition.operator == "overlap" else not positive
        both = (
            _value(left),
            Pattern(_kind(right), (Test("s", "==", "value"),), self._alongside(condition)),
        )
        index = 0 if left in self.fields else 1
        evidence = (
            Pattern(found, joins=(_same_record(index),)) if node.per_record else Pattern(found)
        )
        self._finding(node, *both, _truth(holds), evidence)
        self._finding(node, *both, _truth(not holds), absent=evidence, stratum=_THEN)
        for states, tests, truth in _UNKNOWN_SETS[condition.operator]:
            self._two_states(node, condition, states, truth if positive else _negated(truth), tests)
        return node

    def _overlapping(self, node: _Node, condition: language.Relation) -> str:
        shared = f"{node.kind} shared"
        self._rule(
            [
                Pattern(_member(condition.left)),
                Pattern(
                    _member(condition.right),
                    joins=(Join("v", "==", 0, "v"), *self._alongside(condition)),
                ),
            ],
            self._concluding(shared, condition),
        )
        return shared

    def _outside(self, node: _Node, condition: language.Relation) -> str:
        alone = f"{node.kind} alone"
        known = Pattern(
            _kind(condition.right), (Test("s", "==", "value"),), self._alongside(condition)
        )
        same = (
            Join("v", "==", 0, "v"),
            *((_same_record(1),) if condition.right in self.fields else ()),
        )
        self._rule(
            [Pattern(_member(condition.left)), known],
            self._concluding(alone, condition),
            Pattern(_member(condition.right), joins=same),
            stratum=_ONCE,
        )
        return alone

    def _concluding(self, kind: str, condition: language.Relation) -> Callable[[Matched], Fact]:
        index = 0 if condition.left in self.fields else 1
        return lambda matched: {"k": kind, "i": matched[index]["i"]}

    def _alongside(self, condition: language.Relation) -> tuple[Join, ...]:
        """The second of two facts belongs to the same record as the first, when both are fields."""
        both = condition.left in self.fields and condition.right in self.fields
        return (_same_record(0),) if both else ()

    def _two_states(
        self,
        node: _Node,
        condition: language.Relation,
        states: tuple[str, str | None],
        truth: Range,
        tests: tuple[tuple[Test, ...], tuple[Test, ...]] = ((), ()),
    ) -> None:
        left = _state(condition.left, states[0], *tests[0])
        right = _state(condition.right, states[1], *tests[1])
        right = Pattern(right.kind, right.tests, self._alongside(condition))
        self._finding(node, left, right, truth)

    # combinations

    def _folded(self, nodes: list[_Node], pick: Pick) -> _Node:
        result = nodes[0]
        for node in nodes[1:]:
            both = result.per_record and node.per_record
            joined = _Node(self._new_kind(), result.per_record or node.per_record)
            self._picked(joined.kind, result.kind, node.kind, pick, by_record=both)
            result = joined
        return result

    def _picked(
        self,
        kind: str,
        first: str,
        second: str,
        pick: Pick,
        *,
        by_record: bool,
        next_record: bool = False,
    ) -> None:
        """The smaller or the greater of two findings, for either end of their ranges."""
        keep: Operator = ">=" if pick == "smaller" else "<="
        choices = (keep, _OPPOSITE[keep])
        for least, most in product((0, 1), repeat=2):
            joins = (
                Join("lo", choices[least], 0, "lo"),
                Join("hi", choices[most], 0, "hi"),
                *((_same_record(0),) if by_record else ()),
            )
            conclude = _merging(kind, least, most, 1 if next_record else 0)
            self._rule([Pattern(first), Pattern(second, joins=joins)], conclude)

    def _counted(self, condition: language.Some, positive: bool) -> _Node:
        """At least `at_least` records (negated: fewer) among the first i, from what held one record before."""
        node = self._leaf()
        header = _value(condition.of)
        where = self._for_each_record(condition.of, self.node(condition.where, positive))
        inner: Pick = "smaller" if positive else "greater"
        outer: Pick = "greater" if positive else "smaller"
        one_more = where.kind
        for number in range(1, condition.at_least + 1):
            so_far = f"{node.kind} first {number}"
            self._finding(_Node(so_far), header, _truth(not positive))
            self._picked(so_far, so_far, one_more, outer, by_record=True, next_record=True)
            if number < condition.at_least:
                one_more = f"{node.kind} next {number}"
                self._picked(one_more, so_far, where.kind, inner, by_record=True)
        self._rule(
            [header, Pattern(so_far, joins=(Join("i", "==", 0, "n"),))],
            lambda matched: {
                "k": node.kind,
                "i": 0,
                "lo": matched[1]["lo"],
                "hi": matched[1]["hi"],
            },
        )
        return self._unknown(node, condition.of)

    def _for_each_record(self, of: str, node: _Node) -> _Node:
        """The finding, told of every record where it speaks of none."""
        if node.per_record:
            return node
        kind = self._new_kind()
        self._rule(
            [Pattern(_record(of)), Pattern(node.kind)],
            lambda matched: {
                "k": kind,
                "i": matched[0]["i"],
                "lo": matched[1]["lo"],
                "hi": matched[1]["hi"],
            },
        )
        return _Node(kind, per_record=True)

    # rules

    def _finding(
        self,
        node: _Node,
        *patterns_and_truth: Pattern | Range,
        absent: Pattern | None = None,
        stratum: int = _ONCE,
    ) -> None:
        """Concludes a finding of this truth from the facts that match."""
        patterns = [one for one in patterns_and_truth if isinstance(one, Pattern)]
        (truth,) = (one for one in patterns_and_truth if isinstance(one, Range))
        index = self._index_of_record(patterns)
        lo, hi = truth
        self._rule(
            patterns,
            lambda matched: {"k": node.kind, "i": matched[index]["i"], "lo": lo, "hi": hi},
            absent,
            stratum if absent else 0,
        )

    def _index_of_record(self, patterns: list[Pattern]) -> int:
        """The pattern whose fact is a field, so that its `i` is the record's number; else the first."""
        kinds = {_kind(name) for name in self.fields}
        return next((index for index, one in enumerate(patterns) if one.kind in kinds), 0)

    def _rule(
        self,
        patterns: list[Pattern],
        conclude: Callable[[Matched], Fact],
        absent: Pattern | None = None,
        stratum: int = 0,
    ) -> None:
        name = f"{self.criterion.id} {len(self.rules)}"
        rule = Rule(name, tuple(patterns), conclude, absent, stratum, str(self.criterion.place))
        self.rules.append(rule)


_EMPTY, _FILLED = (Test("n", "==", 0),), (Test("n", ">", 0),)
_UNKNOWN_SETS: Mapping[
    str, tuple[tuple[tuple[str, str], tuple[tuple[Test, ...], tuple[Test, ...]], Range], ...]
] = {
    "overlap": (
        (("value", "silent"), (_EMPTY, ()), FALSE),
        (("value", "unasked"), (_EMPTY, ()), FALSE),
        (("silent", "value"), ((), _EMPTY), FALSE),
        (("unasked", "value"), ((), _EMPTY), FALSE),
        (("value", "silent"), (_FILLED, ()), SILENT),
        (("silent", "value"), ((), _FILLED), SILENT),
        (("silent", "silent"), ((), ()), SILENT),
        (("silent", "unasked"), ((), ()), Range(0, 1)),
        (("unasked", "silent"), ((), ()), Range(0, 1)),
        (("value", "unasked"), (_FILLED, ()), OPEN),
        (("unasked", "value"), ((), _FILLED), OPEN),
        (("unasked", "unasked"), ((), ()), OPEN),
    ),
    "within": (
        (("value", "silent"), (_EMPTY, ()), TRUE),
        (("value", "unasked"), (_EMPTY, ()), TRUE),
        (("value", "silent"), (_FILLED, ()), SILENT),
        (("value", "unasked"), (_FILLED, ()), OPEN),
        (("silent", "value"), ((), ()), SILENT),
        (("silent", "silent"), ((), ()), SILENT),
        (("silent", "unasked"), ((), ()), SILENT),
        (("unasked", "value"), ((), ()), OPEN),
        (("unasked", "silent"), ((), ()), Range(1, 2)),
        (("unasked", "unasked"), ((), ()), OPEN),
    ),
}
"""What two sets come to when at least one of them is unknown."""


def _state(fact: str, state: str | None, *tests: Test) -> Pattern:
    return Pattern(_kind(fact), ((Test("s", "==", state),) if state else ()) + tests)


def _value(fact: str, *tests: Test) -> Pattern:
    return _state(fact, "value", *tests)


def _same_record(pattern: int) -> Join:
    return Join("i", "==", pattern, "i")


def _truth(holds: bool) -> Range:
    return TRUE if holds else FALSE


def _negated(truth: Range) -> Range:
    return Range(2 - truth.most, 2 - truth.least)


def _plain(value: Scalar | date) -> Scalar:
    return value.toordinal() if isinstance(value, date) else value


def _merging(kind: str, least: int, most: int, later: int) -> Callable[[Matched], Fact]:
    """Takes the ends of the range from the findings that a comparison has chosen (0 first, 1 second).

    The index is the record's, if one of the two speaks of a record, and `later` is added to it.
    """

    def conclude(matched: Matched) -> Fact:
        index = max(int(matched[0]["i"] or 0), int(matched[1]["i"] or 0)) + later
        return {"k": kind, "i": index, "lo": matched[least]["lo"], "hi": matched[most]["hi"]}

    return conclude
