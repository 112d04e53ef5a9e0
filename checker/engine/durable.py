"""Forward chaining on durable_rules, inside the part of it that is sound.

Facts go in, rules conclude further facts from them, and the trace says which facts made which rule
fire. The matching is done by the compiled Rete network of durable_rules, whose C module only this
module knows and drives: no host, no threads, no timers.

Outside a narrow subset that network crashes, hangs or matches wrongly. What keeps it inside:

- It sees whole numbers only. A value is compared by its *code*, which equal values share, and a
  number also by its *rank* among all numbers; so the network's loose types, its floats, its strings
  and its hashes of content are out of reach. Names of properties are ours and short.
- A pattern asks for its kind, then for what must exist, then for constants, then for joins, and
  closes with a join that always holds, because a false last join reads past an array.
- What its tables hold is counted while rules are written out; a rule too many is refused by name.
- Absence is decided in strata: rules with `absent` wait until nothing is left to conclude below,
  and to conclude later a fact of a kind that they may have found absent is an error.
- One case at a time lives in it, and whatever happens it is cleaned before the next.

The reasons are in docs/decisions/0003-durable-rules-subset.md.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import struct
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import ModuleType
from typing import Literal, NamedTuple

from checker.errors import EngineError

# --- The language -------------------------------------------------------------------------------

Scalar = bool | int | float | str
Fact = Mapping[str, Scalar | None]
"""Named values that hold together; `k` is the kind of fact.

A property that is missing or `None` meets no test and no join. 5 and 5.0 are one value; 5, "5" and
`True` are three. Only numbers come before or after each other.
"""

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
_EQUALITY = frozenset({"==", "!="})


@dataclass(frozen=True, slots=True)
class Test:
    """A property compared with a constant."""

    property: str
    operator: Operator
    constant: Scalar


@dataclass(frozen=True, slots=True)
class Join:
    """A property compared with property `other` of the fact that an earlier `pattern` matched."""

    property: str
    operator: Operator
    pattern: int
    other: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The facts of one kind that meet every test and every join."""

    kind: str
    tests: tuple[Test, ...] = ()
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from facts that match; it fires once for each choice of different facts.

    `conclude` is given one fact per pattern, in order, and returns a fact, or `None` for nothing.
    A fact that lacks what a later join looks up in it does not match. The rules of a stratum wait
    until those of lower strata have nothing left to conclude. With `absent`, which needs a stratum
    of 1 or more, no fact but the chosen ones may match that pattern, and from then on no fact of
    its kind may be concluded. `origin` is where the rule was written, for errors.
    """

    name: str
    patterns: tuple[Pattern, ...]
    conclude: Callable[[tuple[Fact, ...]], Fact | None]
    absent: Pattern | None = None
    stratum: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fired, with the places in `Run.facts` of what it matched and concluded.

    `concluded` is `None` if it concluded nothing; what it concluded may have been known before.
    """

    rule: str
    matched: tuple[int, ...]
    concluded: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """All that is known of a case, each fact once: first those `given`, then those concluded."""

    facts: tuple[Fact, ...]
    given: int
    firings: tuple[Firing, ...]

    @property
    def concluded(self) -> tuple[Fact, ...]:
        """The facts that rules added, in the order in which they did."""
        return self.facts[self.given :]


class UnsafeRuleError(EngineError):
    """A rule with which the engine's answers could not be trusted."""

    def __init__(self, rule: Rule, problem: str) -> None:
        self.rule = rule
        place = f"{rule.origin}: " if rule.origin else ""
        super().__init__(f"{place}rule `{rule.name}` {problem}")


# --- Limits -------------------------------------------------------------------------------------

# Where the tables of durable_rules end, less a margin: past them it overflows, hangs or gives up.
MOST_RULES = 4_000  # of 4,096
MOST_PATTERNS = 15  # of 16 in a rule
MOST_JOINS = 25  # of 29 in a pattern, with the closing one
MOST_PROPERTIES = 240  # of 252 in a fact
MOST_BRANCHES = 480  # of 511 conditions that continue the same condition
MOST_ENDINGS = 240  # of 255 patterns that end with the same condition
MOST_MATCHES = 60  # of 64 conditions under way for one fact
# Ours: no case comes near it, and rules that conclude in a circle do not stop before it.
MOST_FIRINGS = 10_000

_KINDS_PER_BUCKET = 24  # the network tries conditions on one property one after another
_LARGEST_EXACT = 2**53  # whole number that a double holds, with all below it
_ALL_BUT_SIGN = 2**63 - 1


# --- Values as whole numbers --------------------------------------------------------------------


def _key(value: object) -> Hashable:
    """What values share that are the same value: 5 and 5.0 do, 1 and `True` do not."""
    return (value,) if value is True or value is False else value


class _Codes(dict[Hashable, int]):
    """A whole number for the key of each value met."""

    def __missing__(self, key: Hashable) -> int:
        if key != key:
            raise EngineError("a value that does not equal itself cannot be compared")
        code = self[key] = len(self)
        return code


@lru_cache(maxsize=4096)
def _rank(key: Hashable) -> int | None:
    """The place of a number among all numbers, which is the bits of its double; else `None`."""
    if not isinstance(key, int | float):
        return None
    if key != key or (isinstance(key, int) and abs(key) > _LARGEST_EXACT):
        raise EngineError("a number that a double does not hold exactly cannot be compared")
    bits: int = struct.unpack("<q", struct.pack("<d", key))[0]
    return bits if bits >= 0 else -(bits & _ALL_BUT_SIGN)


@dataclass(slots=True)
class _Kind:
    """How the network is told of the facts of a kind: no more than some rule asks."""

    bucket: int
    number: int
    names: dict[tuple[str, bool], str] = field(default_factory=dict)

    def name(self, prop: str, compared: Operator) -> str:
        """The network's name for what a comparison needs of a property: its code or its rank."""
        key = prop, compared not in _EQUALITY
        if key not in self.names:
            self.names[key] = f"p{len(self.names)}"
        return self.names[key]

    def told(self, number: int, fact: Fact, codes: _Codes) -> str:
        """A fact in the words of the network."""
        text = f'{{"id":{number},"b":{self.bucket},"k":{self.number},"one":1'
        for (prop, ranked), name in self.names.items():
            value = fact.get(prop)
            if value is not None:
                whole = _rank(_key(value)) if ranked else codes[_key(value)]
                if whole is not None:
                    text += f',"{name}":{whole}'
        return text + "}"


# --- Rules in the network's format --------------------------------------------------------------

_WORDS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte", "exists": "$ex"}
_PHASES, _WARM_UP, _START = -1, -2, -3  # buckets of facts that are ours


def _ours(bucket: int, number: int = 0) -> str:
    """A fact of our own in the words of the network; its `id` is not that of a fact of the case."""
    return f'{{"id":"{bucket}/{number}","b":{bucket},"k":{number},"one":1}}'


class _Condition(NamedTuple):
    """A comparison with a whole number, or with the named property of an earlier pattern's fact."""

    operator: str
    name: str
    right: int | tuple[str, str]

    def written(self) -> dict[str, object]:
        """The condition in the network's format."""
        right = self.right if isinstance(self.right, int) else {self.right[0]: self.right[1]}
        comparison: dict[str, object] = {self.name: right}
        return comparison if self.operator == "==" else {_WORDS[self.operator]: comparison}


@dataclass(slots=True)
class _Branch:
    """A condition of the network with all that continues it, counted as it will be stored.

    `asked` has what the branches begin with, once for all values that a property is compared with.
    """

    branches: dict[Hashable, _Branch] = field(default_factory=dict)
    asked: set[Hashable] = field(default_factory=set)
    endings: int = 0
    below: int = 0

    def grow(self, conditions: Sequence[_Condition], rule: Rule) -> None:
        """Add what a pattern still asks; equal constants are stored once, joins each on its own."""
        if not conditions:
            self.endings += 1
            if self.endings > MOST_ENDINGS:
                raise UnsafeRuleError(rule, f"has the same pattern as {MOST_ENDINGS} others")
            return
        first = conditions[0]
        key: Hashable = first if isinstance(first.right, int) else object()
        branch = self.branches.get(key)
        if branch is None:
            branch = self.branches[key] = _Branch()
            self.asked.add(first.name if key is first and first.operator == "==" else key)
        branch.grow(conditions[1:], rule)
        self.below = max(self.below, branch.matches)
        if len(self.branches) > MOST_BRANCHES:
            raise UnsafeRuleError(rule, f"has a pattern that begins like {MOST_BRANCHES} others")
        if self.matches > MOST_MATCHES:
            raise UnsafeRuleError(rule, f"lets a fact match more than {MOST_MATCHES} conditions")

    @property
    def matches(self) -> int:
        """The most conditions that one fact can have under way; a property has one value only."""
        return max(len(self.asked), len(self.asked) - 1 + self.below)


class _Program:
    """A rule set as the network is given it, and what it takes to talk about facts afterwards."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.kinds: dict[object, _Kind] = {}
        self.codes = _Codes()
        self.phases: dict[int, list[int]] = defaultdict(list)
        self.closes: dict[int, dict[object, Rule]] = defaultdict(dict)
        self._waiting: dict[int, int] = defaultdict(int)
        self._root = _Branch()
        written = {f"r{n}": {"all": self._rule(rule)} for n, rule in enumerate(self.rules)}
        if len(written) > MOST_RULES:
            raise UnsafeRuleError(self.rules[MOST_RULES], f"is one more than {MOST_RULES}")
        written["warm-up"] = {"all": [{"m0": {"b": _WARM_UP}}]}
        self.text = json.dumps(written)

    def _rule(self, rule: Rule) -> list[dict[str, object]]:
        """The patterns of a rule under the names that joins use: `phase`, `m0`, `m1` and so on."""
        _check(rule)
        written: list[dict[str, object]] = []
        if rule.stratum:
            written.append({"phase": self._all(self._phase(rule), rule)})
        for n, pattern in enumerate(_parts(rule)):
            name = f"m{n}" if n < len(rule.patterns) else f"m{n}$not"
            written.append({name: self._all(self._conditions(rule, n, pattern), rule)})
        return written

    def _all(self, conditions: list[_Condition], rule: Rule) -> dict[str, object]:
        self._root.grow(conditions, rule)
        return {"$and": [condition.written() for condition in conditions]}

    def _phase(self, rule: Rule) -> list[_Condition]:
        """What a rule of a higher stratum waits for; each phase ends as many patterns as it may."""
        if self._waiting[rule.stratum] % MOST_ENDINGS == 0:
            self.phases[rule.stratum].append(sum(map(len, self.phases.values())))
        self._waiting[rule.stratum] += 1
        if rule.absent:
            self.closes[rule.stratum].setdefault(rule.absent.kind, rule)
        phase = self.phases[rule.stratum][-1]
        return [_Condition("==", "b", _PHASES), _Condition("==", "k", phase)]

    def _conditions(self, rule: Rule, number: int, pattern: Pattern) -> list[_Condition]:
        """The kind, what later joins look up, the tests, the joins, and the join that holds."""
        kind = self._kind(pattern.kind)
        later = (join for part in _parts(rule) for join in part.joins if join.pattern == number)
        looked_up = dict.fromkeys(kind.name(join.other, join.operator) for join in later)
        closing = _Condition("==", "one", ("phase" if rule.stratum else "m0", "one"))
        conditions = [
            _Condition("==", "b", kind.bucket),
            _Condition("==", "k", kind.number),
            *(_Condition("exists", name, 1) for name in looked_up),
            *(self._test(rule, kind, test) for test in pattern.tests),
            *(self._join(rule, kind, join) for join in pattern.joins),
            *([closing] if pattern.joins else []),
        ]
        if len(kind.names) > MOST_PROPERTIES:
            raise UnsafeRuleError(rule, f"asks for over {MOST_PROPERTIES} properties of a fact")
        return conditions

    def _test(self, rule: Rule, kind: _Kind, test: Test) -> _Condition:
        key = _key(test.constant)
        try:
            right = self.codes[key] if test.operator in _EQUALITY else _rank(key)
        except EngineError as error:
            raise UnsafeRuleError(rule, f"tests `{test.property}` in vain: {error}") from error
        if right is None:
            raise UnsafeRuleError(rule, f"orders `{test.property}` by what is not a number")
        return _Condition(test.operator, kind.name(test.property, test.operator), right)

    def _join(self, rule: Rule, kind: _Kind, join: Join) -> _Condition:
        other = self._kind(rule.patterns[join.pattern].kind).name(join.other, join.operator)
        name = kind.name(join.property, join.operator)
        return _Condition(join.operator, name, (f"m{join.pattern}", other))

    def _kind(self, kind: str) -> _Kind:
        if kind not in self.kinds:
            number = len(self.kinds)
            self.kinds[kind] = _Kind(number // _KINDS_PER_BUCKET, number)
        return self.kinds[kind]


def _parts(rule: Rule) -> tuple[Pattern, ...]:
    """All patterns of a rule, what must be absent last."""
    return (*rule.patterns, rule.absent) if rule.absent else rule.patterns


def _check(rule: Rule) -> None:
    """Refuse a rule whose form alone is wrong."""
    if not rule.patterns and not rule.stratum:
        raise UnsafeRuleError(rule, "has no pattern")
    if rule.stratum < (1 if rule.absent else 0):
        raise UnsafeRuleError(rule, f"cannot be of stratum {rule.stratum}")
    if len(_parts(rule)) > MOST_PATTERNS - (rule.stratum > 0):
        raise UnsafeRuleError(rule, f"has more than {MOST_PATTERNS} patterns")
    for number, pattern in enumerate(_parts(rule)):
        if len(pattern.joins) > MOST_JOINS - 1:
            raise UnsafeRuleError(rule, f"has more than {MOST_JOINS} joins in a pattern")
        if any(join.pattern not in range(number) for join in pattern.joins):
            raise UnsafeRuleError(rule, "joins to a pattern that is not an earlier one")


# --- The driver ---------------------------------------------------------------------------------


@cache
def _engine() -> ModuleType:
    """The C module of durable_rules.

    On Python 3.13 it refers to a function that is no longer there. As only its persistence, which
    is not used, would call it, it can be loaded without looking for it.

    Raises:
        ImportError: if it is not installed, or not sound on this platform.
    """
    if struct.calcsize("l") < struct.calcsize("q"):
        raise ImportError("durable_rules would cut the numbers it compares to 32 bits")
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_LAZY)
    try:
        return importlib.import_module("durable_rules_engine")
    finally:
        sys.setdlopenflags(flags)


def available() -> str | None:
    """Why durable_rules cannot be used here, or `None` if it can."""
    try:
        _engine()
    except ImportError as error:
        return str(error)
    return None


@dataclass(slots=True)
class _Network:
    """A rule set in the memory of one process; `busy` unless it is clean and can take a case."""

    handle: int
    process: int
    lock: threading.RLock = field(default_factory=threading.RLock)
    busy: bool = False


class Rete:
    """A rule set, compiled once in a process and used by any thread for one case after another.

    Raises:
        UnsafeRuleError: if a rule is malformed or exceeds a limit of durable_rules.
        EngineError: if durable_rules does not accept the rule set.
        ImportError: if durable_rules is not `available`.
    """

    def __init__(self, name: str, rules: Iterable[Rule]) -> None:
        self._name = name
        self._program = _Program(rules)
        self._network: _Network | None = self._compiled()

    def run(self, facts: Iterable[Fact]) -> Run:
        """All that follows from the facts of a case.

        What a `conclude` raises passes through; the next case is not affected.

        Raises:
            EngineError: if rules conclude without end or against an absence already decided, or if
                durable_rules fails.
        """
        engine, network = _engine(), self._own_network()
        with network.lock:
            if network.busy:
                raise EngineError(f"`{self._name}` is closed, broken off, or inside another case")
            # INVARIANT: from here until the case is deleted the network is busy, even if an
            # interruption keeps it from being deleted.
            network.busy = True
            _, state = engine.assert_fact(network.handle, _ours(_START))
            try:
                return _Case(self._program, engine, network.handle, state).run(facts)
            except engine.error as error:
                raise EngineError(f"durable_rules failed on `{self._name}`: {error}") from error
            finally:
                engine.delete_state(network.handle, None)
                network.busy = False

    def close(self) -> None:
        """Free the memory; no case can be run any more."""
        network, self._network = self._network, None
        if network:
            with network.lock:
                network.busy = True
                _engine().delete_ruleset(network.handle)

    def _own_network(self) -> _Network:
        """The network of this process; a forked one has left its parent's behind."""
        network = self._network
        if network is None:
            raise EngineError(f"`{self._name}` is closed")
        if network.process != os.getpid():
            network = self._network = self._compiled()
        return network

    def _compiled(self) -> _Network:
        """A new network, which has fired once as it could not be cleaned otherwise."""
        engine = _engine()
        try:
            handle = engine.create_ruleset("checker", self._program.text)
            _, state = engine.assert_fact(handle, _ours(_WARM_UP))
            engine.start_action_for_state(handle, state)
            engine.complete_and_start_action(handle, state)
            engine.delete_state(handle, None)
        except engine.error as error:
            raise EngineError(f"durable_rules does not accept `{self._name}`: {error}") from error
        return _Network(handle, os.getpid())


_NUMBERS = re.compile(r'"(?:r|id":)(\d+)')
"""In what the network says of a firing: the number of the rule, then those of the facts matched."""


@dataclass(slots=True)
class _Case:
    """The facts known of one case, and what has fired."""

    program: _Program
    engine: ModuleType
    handle: int
    state: int
    facts: list[Fact] = field(default_factory=list)
    places: dict[Hashable, int] = field(default_factory=dict)
    firings: list[Firing] = field(default_factory=list)
    closed: dict[object, Rule] = field(default_factory=dict)
    codes: _Codes = field(init=False)

    def __post_init__(self) -> None:
        self.codes = _Codes(self.program.codes)

    def run(self, facts: Iterable[Fact]) -> Run:
        """Draw all conclusions, stratum by stratum."""
        for fact in facts:
            self.learn(fact)
        given = len(self.facts)
        self.chain()
        for stratum, phases in sorted(self.program.phases.items()):
            for phase in phases:
                self.tell(_ours(_PHASES, phase))
            self.closed |= self.program.closes[stratum]
            self.chain()
        return Run(tuple(self.facts), given, tuple(self.firings))

    def chain(self) -> None:
        """Let rules fire as long as any can."""
        started = self.engine.start_action_for_state(self.handle, self.state)
        text = started and started[1]
        while text is not None:
            self.fire(text)
            text = self.engine.complete_and_start_action(self.handle, self.state)

    def fire(self, text: str) -> None:
        """Conclude what follows from the facts that the network has matched."""
        number, *matched = map(int, _NUMBERS.findall(text))
        rule = self.program.rules[number]
        if len(self.firings) >= MOST_FIRINGS:
            raise UnsafeRuleError(rule, f"still fires after {MOST_FIRINGS} firings in one case")
        fact = rule.conclude(tuple([self.facts[place] for place in matched]))
        concluded = None if fact is None else self.learn(fact, by=rule)
        self.firings.append(Firing(rule.name, tuple(matched), concluded))

    def learn(self, fact: Fact, by: Rule | None = None) -> int:
        """The place of a fact among those known, of which the network is told if it is new."""
        content = frozenset([(name, _key(value)) for name, value in fact.items()])
        known = self.places.get(content)
        if known is not None:
            return known
        kind = fact["k"]
        if by and kind in self.closed:
            other = self.closed[kind].name
            raise UnsafeRuleError(by, f"concludes a `{kind}` that `{other}` may have found absent")
        place = self.places[content] = len(self.facts)
        self.facts.append(fact)
        if kind in self.program.kinds:
            self.tell(self.program.kinds[kind].told(place, fact, self.codes))
        return place

    def tell(self, text: str) -> None:
        """Assert a fact, which must be stored (0), or refused only as no rule asks for it (1)."""
        outcome, _ = self.engine.assert_fact(self.handle, text)
        if outcome > 1:
            raise EngineError("durable_rules took two facts for one")
