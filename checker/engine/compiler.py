"""A guideline's criteria as forward-chaining rules: from facts to conditions to statuses.

Every node of a condition tree becomes a *finding*: a fact that says how true the node is at least (`lo`) and
at most (`hi`), for which record (`i`, 0 outside lists). Negation is pushed down to the leaves. `all` and
`any` of two findings are the smaller and the greater of them, which rules find out by comparing them in a
join, so that exactly one of four rules fires. Lists are folded record by record, joined by index. Whether two
sets share a member is decided in a later stratum than the members themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count, product
from typing import Literal

from checker import condition as language
from checker.condition import FALSE, OPEN, SILENT, TRUE, Condition, Range
from checker.engine.durable import Fact, Join, Operator, Pattern, Rule, Scalar, Test
from checker.engine.told import kind_of, member_of, record_of
from checker.guideline import Criterion, Silence, Status

Matched = tuple[Fact, ...]
Conclusion = Callable[[Matched], Fact]
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
_MIRRORED: Mapping[Operator, Operator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}

_ONE_SET, _BOTH_SETS = 1, 2
"""The strata in which what is absent from one set, and from what both sets gave, is known."""


@dataclass(frozen=True, slots=True)
class _Node:
    """The kind of a condition's finding, and whether there is one for every record of a list."""

    kind: str
    per_record: bool = False


_Gate = tuple[_Node, Test]
_StatusTests = tuple[tuple[Status, tuple[Test, ...]], ...]

# Criteria -------------------------------------------------------------------------------------


def compile_criterion(criterion: Criterion, silence: Silence, fields: frozenset[str]) -> list[Rule]:
    """The rules that conclude the criterion's status; `fields` are all fields of records."""
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


def status_kind(criterion: str) -> str:
    """The kind of the fact that holds a criterion's status, under `s`."""
    return f"status of {criterion}"


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


# Conditions -----------------------------------------------------------------------------------


@dataclass
class _Compiler:
    """Collects the rules of one criterion; equal parts of its conditions share one finding.

    In every method `holds` is the truth of the finding where the condition holds: true, or, for the negated
    condition, false.
    """

    criterion: Criterion
    fields: frozenset[str]
    rules: list[Rule] = field(default_factory=list)
    nodes: dict[tuple[Condition, Range], _Node] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def statuses(self, node: _Node, statuses: _StatusTests, gates: Sequence[_Gate]) -> None:
        """Every status whose tests the finding passes, when all gates hold."""
        for status, tests in statuses:
            self.status(status, [*gates, *((node, test) for test in tests)])

    def status(self, status: Status, gates: Sequence[_Gate]) -> None:
        """The criterion has this status when all gates hold."""
        tests: dict[str, list[Test]] = {}
        for node, test in gates:
            tests.setdefault(node.kind, []).append(test)
        patterns = [Pattern(kind, tuple(found)) for kind, found in tests.items()]
        concluded = {"k": status_kind(self.criterion.id), "s": status}
        self._rule(patterns, lambda _: concluded)

    def node(self, condition: Condition, holds: Range = TRUE) -> _Node:
        """The finding for a condition, or for its negation."""
        match condition:
            case language.Not(part):
                return self.node(part, _negated(holds))
            case language.Derived(_, part):
                return self.node(part, holds)
            case _:
                key = (condition, holds)
                if key not in self.nodes:
                    self.nodes[key] = self._node(condition, holds)
                return self.nodes[key]

    def _node(self, condition: Condition, holds: Range) -> _Node:
        match condition:
            case language.All(parts):
                return self._folded(parts, holds, "smaller" if holds == TRUE else "greater")
            case language.Any(parts):
                return self._folded(parts, holds, "greater" if holds == TRUE else "smaller")
            case language.Some():
                return self._counted(condition, holds)
            case language.Is():
                return self._equal(condition, holds)
            case language.Bound(fact, comparison, bound):
                test = Test("v", _OPERATORS[comparison], _plain(bound))
                return self._compared(fact, test, holds)
            case language.Size(fact, at_least):
                return self._compared(fact, Test("n", ">=", at_least), holds)
            case language.Includes():
                return self._including(condition, holds)
            case language.Relation("overlap"):
                return self._two_sets(condition, holds, self._shared(condition), holds)
            case language.Relation("within"):
                return self._two_sets(condition, holds, self._alone(condition), _negated(holds))
            case language.Relation():
                return self._two_values(condition, holds)
            case _:
                raise AssertionError(condition)

    # one fact

    def _equal(self, condition: language.Is, holds: Range) -> _Node:
        node = self._leaf(condition.fact)
        values = sorted((_plain(value) for value in condition.values), key=repr)
        for value in values:
            self._finding(node, holds, [_value(condition.fact, Test("v", "==", value))])
        others = [Test("v", "!=", value) for value in values]
        self._finding(node, _negated(holds), [_value(condition.fact, *others)])
        return self._unknown(node, condition.fact)

    def _compared(self, fact: str, test: Test, holds: Range) -> _Node:
        node = self._leaf(fact)
        opposite = Test(test.property, _OPPOSITE[test.operator], test.constant)
        self._finding(node, holds, [_value(fact, test)])
        self._finding(node, _negated(holds), [_value(fact, opposite)])
        return self._unknown(node, fact)

    def _including(self, condition: language.Includes, holds: Range) -> _Node:
        node = self._leaf(condition.fact)
        member = self._new_kind()
        for value in sorted(condition.values):
            pattern = Pattern(member_of(condition.fact), (Test("v", "==", value),))
            self._rule([pattern], lambda matched: {"k": member, "i": matched[0]["i"]})
        known, found = _value(condition.fact), Pattern(member, joins=(_same_record(0),))
        self._finding(node, holds, [known, found])
        self._finding(node, _negated(holds), [known], absent=found, stratum=_ONE_SET)
        return self._unknown(node, condition.fact)

    def _unknown(self, node: _Node, fact: str) -> _Node:
        self._finding(node, SILENT, [_state(fact, "silent")])
        self._finding(node, OPEN, [_state(fact, "unasked")])
        return node

    # two facts

    def _two_values(self, condition: language.Relation, holds: Range) -> _Node:
        node = self._leaf(condition.left, condition.right)
        comparison = _OPERATORS[condition.operator]
        for one, truth in ((comparison, holds), (_OPPOSITE[comparison], _negated(holds))):
            join = Join("v", _MIRRORED[one], 0, "v")
            self._finding(node, truth, self._pair(condition, "value", "value", joins=(join,)))
        for left, right in (("silent", None), ("value", "silent"), ("unasked", "silent")):
            self._finding(node, SILENT, self._pair(condition, left, right))
        for left, right in (("unasked", "value"), ("unasked", "unasked"), ("value", "unasked")):
            self._finding(node, OPEN, self._pair(condition, left, right))
        return node

    def _two_sets(
        self, condition: language.Relation, holds: Range, evidence: str, proved: Range
    ) -> _Node:
        """Two sets: the truth is `proved` where there is evidence of that kind, and else its negation."""
        node = self._leaf(condition.left, condition.right)
        known = self._pair(condition, "value", "value")
        joins = (_same_record(0 if condition.left in self.fields else 1),)
        found = Pattern(evidence, joins=joins if node.per_record else ())
        self._finding(node, proved, [*known, found])
        self._finding(node, _negated(proved), known, absent=found, stratum=_BOTH_SETS)
        for left, right, tests, truth in _UNKNOWN_SETS[condition.operator]:
            pair = self._pair(condition, left, right, tests)
            self._finding(node, truth if holds == TRUE else _negated(truth), pair)
        return node

    def _shared(self, condition: language.Relation) -> str:
        """A finding for a member of the first set that is in the second one too."""
        kind = self._new_kind()
        joins = (Join("v", "==", 0, "v"), *self._alongside(condition))
        members = [
            Pattern(member_of(condition.left)),
            Pattern(member_of(condition.right), joins=joins),
        ]
        self._rule(members, self._of_record(kind, condition))
        return kind

    def _alone(self, condition: language.Relation) -> str:
        """A finding for a member of the first set that is not in the second one."""
        kind = self._new_kind()
        member = Pattern(member_of(condition.left))
        known = self._pair(condition, "value", "value")[1]
        in_record = (_same_record(1),) if condition.right in self.fields else ()
        same = Pattern(member_of(condition.right), joins=(Join("v", "==", 0, "v"), *in_record))
        self._rule([member, known], self._of_record(kind, condition), same, _ONE_SET)
        return kind

    def _pair(
        self,
        condition: language.Relation,
        left: str,
        right: str | None,
        tests: tuple[tuple[Test, ...], tuple[Test, ...]] = ((), ()),
        joins: tuple[Join, ...] = (),
    ) -> list[Pattern]:
        """The two facts in these states; fields of one record belong together."""
        first = _state(condition.left, left, *tests[0])
        second = _state(condition.right, right, *tests[1])
        joined = (*joins, *self._alongside(condition))
        return [first, Pattern(second.kind, second.tests, joined)]

    def _alongside(self, condition: language.Relation) -> tuple[Join, ...]:
        both = condition.left in self.fields and condition.right in self.fields
        return (_same_record(0),) if both else ()

    def _of_record(self, kind: str, condition: language.Relation) -> Conclusion:
        index = 0 if condition.left in self.fields else 1
        return lambda matched: {"k": kind, "i": matched[index]["i"]}

    # combinations

    def _folded(self, parts: Sequence[Condition], holds: Range, pick: Pick) -> _Node:
        first, *others = dict.fromkeys(self.node(part, holds) for part in parts)
        for node in others:
            both = first.per_record and node.per_record
            result = _Node(self._new_kind(), first.per_record or node.per_record)
            self._picked(result.kind, first.kind, node.kind, pick, by_record=both)
            first = result
        return first

    def _counted(self, condition: language.Some, holds: Range) -> _Node:
        """At least `at_least` records (negated: fewer) of the first i, from what held one record before."""
        node = self._leaf()
        where = self._for_each_record(condition.of, self.node(condition.where, holds))
        inner: Pick = "smaller" if holds == TRUE else "greater"
        outer: Pick = "greater" if holds == TRUE else "smaller"
        one_more = where.kind
        for number in range(1, condition.at_least + 1):
            so_far = self._new_kind()
            self._finding(_Node(so_far), _negated(holds), [_value(condition.of)])
            self._picked(so_far, so_far, one_more, outer, by_record=True, next_record=True)
            if number < condition.at_least:
                one_more = self._new_kind()
                self._picked(one_more, so_far, where.kind, inner, by_record=True)
        whole = Pattern(so_far, joins=(Join("i", "==", 0, "n"),))
        self._rule([_value(condition.of), whole], _copying(node.kind, index=None))
        return self._unknown(node, condition.of)

    def _for_each_record(self, of: str, node: _Node) -> _Node:
        """The finding, told of every record where it speaks of none."""
        if node.per_record:
            return node
        result = _Node(self._new_kind(), per_record=True)
        patterns = [Pattern(record_of(of)), Pattern(node.kind)]
        self._rule(patterns, _copying(result.kind, index=0))
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

    # rules

    def _leaf(self, *names: str) -> _Node:
        return _Node(self._new_kind(), any(one in self.fields for one in names))

    def _new_kind(self) -> str:
        return f"{self.criterion.id} {next(self.numbers)}"

    def _finding(
        self,
        node: _Node,
        truth: Range,
        patterns: list[Pattern],
        absent: Pattern | None = None,
        stratum: int = 0,
    ) -> None:
        """Concludes a finding of this truth, for the record that the matched facts belong to."""
        kinds = {kind_of(name) for name in self.fields}
        index = next((one for one, pattern in enumerate(patterns) if pattern.kind in kinds), 0)
        kind, (lo, hi) = node.kind, truth
        self._rule(
            patterns,
            lambda matched: {"k": kind, "i": matched[index]["i"], "lo": lo, "hi": hi},
            absent,
            stratum,
        )

    def _rule(
        self,
        patterns: list[Pattern],
        conclude: Conclusion,
        absent: Pattern | None = None,
        stratum: int = 0,
    ) -> None:
        name = f"{self.criterion.id} {len(self.rules)}"
        origin = str(self.criterion.place)
        self.rules.append(Rule(name, tuple(patterns), conclude, absent, stratum, origin))


_EMPTY, _FILLED = (Test("n", "==", 0),), (Test("n", ">", 0),)
_UNKNOWN_SETS: Mapping[
    str, Sequence[tuple[str, str, tuple[tuple[Test, ...], tuple[Test, ...]], Range]]
] = {
    "overlap": (
        ("value", "silent", (_EMPTY, ()), FALSE),
        ("value", "unasked", (_EMPTY, ()), FALSE),
        ("silent", "value", ((), _EMPTY), FALSE),
        ("unasked", "value", ((), _EMPTY), FALSE),
        ("value", "silent", (_FILLED, ()), SILENT),
        ("silent", "value", ((), _FILLED), SILENT),
        ("silent", "silent", ((), ()), SILENT),
        ("silent", "unasked", ((), ()), Range(0, 1)),
        ("unasked", "silent", ((), ()), Range(0, 1)),
        ("value", "unasked", (_FILLED, ()), OPEN),
        ("unasked", "value", ((), _FILLED), OPEN),
        ("unasked", "unasked", ((), ()), OPEN),
    ),
    "within": (
        ("value", "silent", (_EMPTY, ()), TRUE),
        ("value", "unasked", (_EMPTY, ()), TRUE),
        ("value", "silent", (_FILLED, ()), SILENT),
        ("value", "unasked", (_FILLED, ()), OPEN),
        ("silent", "value", ((), ()), SILENT),
        ("silent", "silent", ((), ()), SILENT),
        ("silent", "unasked", ((), ()), SILENT),
        ("unasked", "value", ((), ()), OPEN),
        ("unasked", "silent", ((), ()), Range(1, 2)),
        ("unasked", "unasked", ((), ()), OPEN),
    ),
}
"""What two sets come to when at least one of them is unknown: states, sizes, truth."""


def _state(fact: str, state: str | None, *tests: Test) -> Pattern:
    return Pattern(kind_of(fact), ((Test("s", "==", state),) if state else ()) + tests)


def _value(fact: str, *tests: Test) -> Pattern:
    return _state(fact, "value", *tests)


def _same_record(pattern: int) -> Join:
    return Join("i", "==", pattern, "i")


def _negated(truth: Range) -> Range:
    return Range(2 - truth.most, 2 - truth.least)


def _plain(value: Scalar | date) -> Scalar:
    return value.toordinal() if isinstance(value, date) else value


def _copying(kind: str, index: int | None) -> Conclusion:
    """Copies the range of the second fact, for the record of the fact at `index`, or for none."""

    def conclude(matched: Matched) -> Fact:
        record = 0 if index is None else matched[index]["i"]
        return {"k": kind, "i": record, "lo": matched[1]["lo"], "hi": matched[1]["hi"]}

    return conclude


def _merging(kind: str, least: int, most: int, later: int) -> Conclusion:
    """Takes the ends of the range from the findings that a comparison has chosen (0 first, 1 second).

    The index is the record's, if one of the two speaks of a record, and `later` is added to it.
    """

    def conclude(matched: Matched) -> Fact:
        index = max(int(matched[0]["i"] or 0), int(matched[1]["i"] or 0)) + later
        return {"k": kind, "i": index, "lo": matched[least]["lo"], "hi": matched[most]["hi"]}

    return conclude
