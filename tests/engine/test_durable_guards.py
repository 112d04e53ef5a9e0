"""What the forward-chaining engine promises, and what it refuses.

A last test compares it with its own definition, read literally, on some thousand random rule sets.
"""

from __future__ import annotations

import math
import operator
import os
import random
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, NamedTuple

import pytest

from checker.engine import durable
from checker.engine.durable import Fact, Join, Pattern, Rete, Rule, Run, UnsafeRuleError
from checker.errors import EngineError

Is = durable.Test
ORIGIN = "rules/odg/low-back/blocks.yaml:31"


def concluding(**fact: Any) -> Callable[[tuple[Fact, ...]], Fact]:
    return lambda _: fact


def nothing(_: tuple[Fact, ...]) -> None:
    return None


def rule(*patterns: Pattern, conclude: Any = nothing, **more: Any) -> Rule:
    return Rule(more.pop("name", "a rule"), patterns, conclude, origin=ORIGIN, **more)


def run(rules: list[Rule], *facts: Fact) -> Run:
    with closing(Rete("test", rules)) as rete:
        return rete.run(facts)


def meets(test: durable.Test, fact: Fact) -> bool:
    return bool(run([rule(Pattern("fact", (test,)))], fact).firings)


def join(one: Any, other: Any, compared: Any = "==") -> bool:
    """Whether a rule finds `one` compared with `other` through a join."""
    patterns = Pattern("other"), Pattern("one", joins=(Join("v", compared, 0, "v"),))
    return bool(run([rule(*patterns)], {"k": "one", "v": one}, {"k": "other", "v": other}).firings)


# --- Values -------------------------------------------------------------------------------------

SAME = [(5, 5), (5, 5.0), (0.0, -0.0), (1e-5, 0.00001), (1e16, 10**16), (2**70, 2.0**70), ("", "")]
SAME += [(True, True), ("L4-5", "L4-5"), ("a\0b", "a\0b"), ("x" * 70_000, "x" * 70_000)]
DIFFERENT = [(5, "5"), (1, True), (0, False), (1.0, True), ("true", True), ("", 0), ("", False)]
DIFFERENT += [(0.1 + 0.2, 0.3), (2**53, 2**53 + 1), ("x" * 65_536, ""), ("a\0b", "a\0c")]
DIFFERENT += [("ab", "ab c"), ('say "no"', "say 'no'"), ("a\\", "a"), ("é", "e"), ("\ud800", "?")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_value_equals_itself_however_it_is_written(one: Any, other: Any) -> None:
    """Equal values meet `==` and not `!=`, with a constant and in a join."""
    assert meets(Is("v", "==", other), {"k": "fact", "v": one})
    assert not meets(Is("v", "!=", other), {"k": "fact", "v": one})
    assert join(one, other)
    assert not join(one, other, "!=")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_value_of_another_type_or_content_is_another_value(one: Any, other: Any) -> None:
    """Numbers, strings and booleans never meet, nor do strings that only begin alike."""
    assert not meets(Is("v", "==", other), {"k": "fact", "v": one})
    assert meets(Is("v", "!=", other), {"k": "fact", "v": one})
    assert not join(one, other)
    assert join(one, other, "!=")


def test_numbers_are_in_order() -> None:
    """Whole numbers and fractions, tiny and huge, of either sign, share one order."""
    numbers = [
        -math.inf,
        -1e300,
        -(2**53),
        -2.5,
        -2,
        -5e-324,
        0,
        1e-300,
        0.1,
        1,
        1.5,
        2**53,
        math.inf,
    ]

    for place, one in enumerate(numbers):
        for other_place, other in enumerate(numbers):
            for compared in ("<", "<=", ">", ">="):
                expected = ORDER[compared](place, other_place)
                assert join(one, other, compared) is expected, (one, compared, other)


@pytest.mark.parametrize("value", ["9", "", True, None])
def test_only_numbers_have_an_order(value: Any) -> None:
    """A string or a boolean is neither before nor after anything, and so is nothing at all."""
    compared = ("<", "<=", ">", ">=")

    assert not any(meets(Is("v", one, 5), {"k": "fact", "v": value}) for one in compared)
    assert not any(join(value, 5, one) or join(5, value, one) for one in compared)
    assert not any(join(value, value, one) for one in compared)


@pytest.mark.parametrize("test", [Is("v", "==", 1), Is("v", "!=", 1), Is("v", "<", 1)])
@pytest.mark.parametrize("fact", [{"k": "fact"}, {"k": "fact", "v": None}])
def test_a_property_that_is_missing_meets_no_test(test: durable.Test, fact: Fact) -> None:
    """Not even `!=` holds of what is not there."""
    assert not meets(test, fact)


@pytest.mark.parametrize("compared", ["==", "!=", "<", ">="])
def test_a_property_that_is_missing_meets_no_join(compared: Any) -> None:
    """On either side of a join, what is not there compares with nothing."""
    assert not join(None, 1, compared)
    assert not join(1, None, compared)
    assert not join(None, None, compared)


def test_a_fact_does_not_match_without_what_a_later_join_looks_up() -> None:
    """Nothing is absent for the level of a fact that has no level."""
    free = rule(
        Pattern("request"),
        absent=Pattern("fusion", joins=(Join("level", "==", 0, "level"),)),
        stratum=1,
    )

    assert run([free], {"k": "request", "level": "L4-5"}).firings
    assert not run([free], {"k": "request"}).firings


@pytest.mark.parametrize("value", [2**53 + 1, -(2**60)])
def test_a_number_that_cannot_be_ordered_exactly_is_refused(value: int) -> None:
    """A comparison that would round is an error; equality has no such limit."""
    with pytest.raises(EngineError, match="exactly"):
        meets(Is("v", "<", 5), {"k": "fact", "v": value})

    assert meets(Is("v", "==", value), {"k": "fact", "v": value})


@pytest.mark.parametrize("test", [Is("v", "<", 5), Is("v", "==", 5)])
def test_not_a_number_is_refused(test: durable.Test) -> None:
    """A value that does not equal itself would be met anew at every comparison."""
    with pytest.raises(EngineError):
        meets(test, {"k": "fact", "v": math.nan})


# --- Facts, chains and folds --------------------------------------------------------------------


def test_equal_facts_are_one_fact() -> None:
    """The same content given twice, in any order and notation, is known and matched once."""
    found = run([rule(Pattern("a"))], {"k": "a", "v": 5, "w": 1}, {"w": 1, "v": 5.0, "k": "a"})

    assert found.facts == ({"k": "a", "v": 5, "w": 1},)
    assert len(found.firings) == 1


def test_facts_that_differ_only_in_type_are_different_facts() -> None:
    """1, "1", 1.5 and `True` make four facts, though their content may look alike."""
    facts = [{"k": "a", "v": value} for value in (1, "1", 1.5, True)]

    assert len(run([rule(Pattern("a"))], *facts).firings) == 4


def test_two_rules_that_conclude_the_same_add_one_fact() -> None:
    """Both firings are in the trace and point at the same fact."""
    rules = [rule(Pattern(kind), conclude=concluding(k="found"), name=kind) for kind in "ab"]

    found = run(rules, {"k": "a"}, {"k": "b"})

    assert found.concluded == ({"k": "found"},)
    assert [(one.rule, one.concluded) for one in found.firings] == [("a", 2), ("b", 2)]


def test_the_trace_tells_what_each_rule_matched_in_the_order_of_its_patterns() -> None:
    """From a conclusion one can walk back to the given facts."""
    fused = rule(
        Pattern("request", (Is("d", "==", True),)),
        Pattern("fusion", joins=(Join("level", "==", 0, "level"),)),
        conclude=lambda matched: {"k": "clash", "at": matched[1]["level"]},
    )

    found = run(
        [fused], {"k": "fusion", "level": "L4-5"}, {"k": "request", "d": True, "level": "L4-5"}
    )

    assert found.given == 2
    assert found.concluded == ({"k": "clash", "at": "L4-5"},)
    assert found.firings == (durable.Firing("a rule", (1, 0), 2),)


def test_a_rule_fires_for_different_facts_only() -> None:
    """Two patterns of one kind ask for two facts, in both orders."""
    found = run(
        [rule(Pattern("level"), Pattern("level"))], {"k": "level", "v": 1}, {"k": "level", "v": 2}
    )

    assert sorted(one.matched for one in found.firings) == [(0, 1), (1, 0)]


def test_rules_chain_as_deep_as_they_are_written() -> None:
    """Each of fifty conclusions is the condition of the next."""
    rules = [rule(Pattern(f"step {n}"), conclude=concluding(k=f"step {n + 1}")) for n in range(50)]

    assert run(rules, {"k": "step 0"}).concluded[-1] == {"k": "step 50"}


@pytest.mark.parametrize("length", [0, 1, 2, 17, 60])
def test_any_number_of_records_can_be_folded(length: int) -> None:
    """Joined by index, a list of any length is summed by two rules and closed by a third."""
    fold = [
        rule(Pattern("list"), conclude=concluding(k="sum", i=0, v=0)),
        rule(
            Pattern("sum"),
            Pattern("record", joins=(Join("i", "==", 0, "i"),)),
            conclude=lambda m: {"k": "sum", "i": m[0]["i"] + 1, "v": m[0]["v"] + m[1]["v"]},
        ),
        rule(
            Pattern("list"),
            Pattern("sum", joins=(Join("i", "==", 0, "n"),)),
            conclude=lambda m: {"k": "total", "v": m[1]["v"]},
        ),
    ]
    records = [{"k": "record", "i": i, "v": i / 2} for i in range(length)]
    random.Random(length).shuffle(records)

    found = run(fold, *records, {"k": "list", "n": length})

    assert [one["v"] for one in found.facts if one["k"] == "total"] == [length * (length - 1) / 4]


def test_neither_the_order_of_facts_nor_of_rules_matters() -> None:
    """What is concluded is the same for every order."""
    compared = (Join("lo", "<=", 0, "lo"), Join("i", "==", 0, "i"))
    same = (Join("i", "==", 0, "i"),)
    rules = [
        rule(Pattern("a"), Pattern("b", joins=compared), conclude=lambda m: {**m[1], "k": "c"}),
        rule(Pattern("c"), conclude=lambda m: {"k": "d", "i": m[0]["i"]}),
        rule(
            Pattern("a"),
            absent=Pattern("d", joins=same),
            conclude=lambda m: {"k": "none", "i": m[0]["i"]},
            stratum=1,
        ),
    ]
    facts: list[Fact] = [
        {"k": kind, "i": i % 4, "lo": (3 * i) % 5} for kind in "ab" for i in range(9)
    ]
    results = set()

    for seed in range(20):
        shuffle = random.Random(seed).shuffle
        shuffle(rules)
        shuffle(facts)
        results.add(frozenset(tuple(sorted(one.items())) for one in run(rules, *facts).facts))

    assert len(results) == 1


def test_the_same_case_gives_the_same_trace() -> None:
    """Two runs of one rule set differ in nothing, whatever ran in between."""
    with closing(
        Rete("test", [rule(Pattern("a"), Pattern("b"), conclude=concluding(k="c"))])
    ) as rete:
        facts = [{"k": kind, "v": value} for kind in "ab" for value in ("x", 7, True)]
        first = rete.run(facts)
        rete.run(reversed(facts))

        assert rete.run(facts) == first


# --- Absence ------------------------------------------------------------------------------------

NOT_MET = Pattern("status", (Is("s", "==", "not met"),))


def test_absence_waits_for_what_is_concluded_below_it() -> None:
    """A status that four rules in a row arrive at is not overlooked."""
    rules = [
        rule(absent=NOT_MET, conclude=concluding(k="overturned"), stratum=1),
        *(rule(Pattern(f"s{n}"), conclude=concluding(k=f"s{n + 1}")) for n in range(4)),
        rule(Pattern("s4"), conclude=concluding(k="status", s="not met")),
    ]

    assert {"k": "overturned"} in run(rules, {"k": "nothing"}).facts
    assert {"k": "overturned"} not in run(rules, {"k": "s0"}).facts


def test_absence_of_an_absence_is_decided_a_stratum_higher() -> None:
    """Three strata, each resting on what the one below found absent."""
    rules = [
        rule(absent=Pattern("c"), conclude=concluding(k="d"), stratum=3),
        rule(absent=Pattern("b"), conclude=concluding(k="c"), stratum=2),
        rule(absent=Pattern("a"), conclude=concluding(k="b"), stratum=1),
    ]

    assert run(rules).facts == ({"k": "b"}, {"k": "d"})
    assert run(rules, {"k": "a"}).facts == ({"k": "a"}, {"k": "c"})


def test_absence_is_decided_for_each_fact_that_it_is_joined_to() -> None:
    """Of three levels, the two without a fusion are free."""
    free = rule(
        Pattern("level"),
        absent=Pattern("fusion", joins=(Join("v", "==", 0, "v"),)),
        conclude=lambda m: {"k": "free", "v": m[0]["v"]},
        stratum=1,
    )
    levels = [{"k": "level", "v": value} for value in ("L3-4", "L4-5", "L5-S1")]

    found = run([free], *levels, {"k": "fusion", "v": "L4-5"})

    assert {one["v"] for one in found.concluded} == {"L3-4", "L5-S1"}


def test_a_chosen_fact_does_not_count_against_the_absence_of_others() -> None:
    """That there is no other block holds of the only block."""
    only = rule(Pattern("block"), absent=Pattern("block"), stratum=1)

    assert len(run([only], {"k": "block", "v": 1}).firings) == 1
    assert not run([only], {"k": "block", "v": 1}, {"k": "block", "v": 2}).firings


@pytest.mark.parametrize("stratum", [1, 2])
def test_concluding_what_may_have_been_found_absent_is_an_error(stratum: int) -> None:
    """In the same stratum or a later one, such a rule would make the answer depend on the order."""
    rules = [
        rule(absent=NOT_MET, name="nothing unmet", stratum=1),
        rule(Pattern("a"), conclude=concluding(k="status", s="-"), name="late", stratum=stratum),
    ]

    with pytest.raises(UnsafeRuleError) as refused:
        run(rules, {"k": "a"})

    problem = "rule `late` concludes a `status` that `nothing unmet` may have found absent"
    assert str(refused.value) == f"{ORIGIN}: {problem}"


def test_concluding_what_is_known_or_of_another_kind_contradicts_no_absence() -> None:
    """An absence closes its own kind only, and only to what is new."""
    rules = [
        rule(absent=NOT_MET, stratum=1),
        rule(Pattern("a"), conclude=concluding(k="status", s="not met")),
        rule(Pattern("a"), conclude=concluding(k="status", s="not met"), stratum=2),
        rule(Pattern("b"), conclude=concluding(k="other", s="not met"), stratum=1),
    ]

    assert len(run(rules, {"k": "a"}).firings) == 2
    assert len(run(rules, {"k": "b"}).firings) == 2


# --- Limits -------------------------------------------------------------------------------------


class Limit(NamedTuple):
    """Rules and facts of a size, the greatest size allowed, and how often they then fire."""

    rules: Callable[[int], list[Rule]]
    facts: Callable[[int], list[Fact]]
    most: int
    firings: int


def kinds(number: int) -> list[Pattern]:
    return [Pattern(f"k{n}") for n in range(number)]


def one_of_each(number: int) -> list[Fact]:
    return [{"k": f"k{n}"} for n in range(number)]


def joins(number: int) -> tuple[Join, ...]:
    return (Join("v", "==", 0, "v"),) * number


def below(prop: str, number: int) -> durable.Test:
    return Is(prop, "<", number)


def asked(properties: range) -> Pattern:
    return Pattern("a", tuple(Is(f"p{n}", "==", n) for n in properties))


def pair(one: int, other: int) -> list[Fact]:
    return [{"k": "a", "v": one}, {"k": "b", "v": other}]


LIMITS = {
    "patterns": Limit(lambda n: [rule(*kinds(n))], one_of_each, 15, 1),
    "patterns of a higher stratum": Limit(
        lambda n: [rule(*kinds(n), stratum=1)], one_of_each, 14, 1
    ),
    "patterns beside an absence": Limit(
        lambda n: [rule(*kinds(n), absent=Pattern("b"), stratum=1)], one_of_each, 13, 1
    ),
    "joins": Limit(
        lambda n: [rule(Pattern("a"), Pattern("b", joins=joins(n)))], lambda _: pair(1, 1), 24, 1
    ),
    "joins of an absence": Limit(
        lambda n: [rule(Pattern("a"), absent=Pattern("b", joins=joins(n)), stratum=1)],
        lambda _: pair(1, 2),
        24,
        1,
    ),
    "properties": Limit(
        lambda n: [rule(asked(range(start, n, 12))) for start in range(12)],
        lambda n: [{"k": "a", **{f"p{one}": one for one in range(n)}}],
        240,
        12,
    ),
    "values": Limit(
        lambda n: [rule(Pattern("a", (Is("v", "==", one),))) for one in range(n)],
        lambda n: [{"k": "a", "v": n - 1}],
        480,
        1,
    ),
    "equal patterns": Limit(lambda n: [rule(Pattern("a"))] * n, lambda _: [{"k": "a"}], 240, 240),
    "matches": Limit(
        lambda n: [rule(Pattern("a", (below("v", one),))) for one in range(n)],
        lambda _: [{"k": "a", "v": -1}],
        60,
        60,
    ),
    "matches in two steps": Limit(
        lambda n: [
            *(rule(Pattern("a", (below("v", one),))) for one in range(30)),
            *(rule(Pattern("a", (below("v", 29), below("w", one)))) for one in range(n)),
        ],
        lambda _: [{"k": "a", "v": -1, "w": -1}],
        31,
        61,
    ),
    "joins to one kind": Limit(
        lambda n: [rule(Pattern("a"), Pattern("b", joins=joins(1)))] * n,
        lambda _: pair(1, 1),
        60,
        60,
    ),
    "rules": Limit(
        lambda n: [rule(one) for one in kinds(n)], lambda n: one_of_each(n)[-2:], 4_000, 2
    ),
}


@pytest.mark.parametrize("limit", LIMITS.values(), ids=list(LIMITS))
def test_as_many_as_allowed_work(limit: Limit) -> None:
    """What is not refused is matched as it should be."""
    found = run(limit.rules(limit.most), *limit.facts(limit.most))

    assert len(found.firings) == limit.firings


@pytest.mark.parametrize("limit", LIMITS.values(), ids=list(LIMITS))
def test_one_more_than_allowed_is_refused_with_its_origin(limit: Limit) -> None:
    """What the engine cannot take is an error that says where to look."""
    with pytest.raises(UnsafeRuleError, match=f"^{ORIGIN}: rule `a rule` "):
        Rete("test", limit.rules(limit.most + 1))


def test_any_number_of_rules_may_wait_for_a_stratum() -> None:
    """They are dealt out to as many phases as it takes."""
    rules = [rule(absent=one, stratum=1 + n % 2) for n, one in enumerate(kinds(600))]

    assert len(run(rules, {"k": "k0"}, {"k": "k599"}).firings) == 598


def test_there_may_be_thousands_of_kinds() -> None:
    """Kinds are divided so that no table of the engine holds too many."""
    rules = [rule(Pattern(f"a{n}"), conclude=concluding(k=f"a{n + 1}")) for n in range(3_000)]

    assert run(rules, {"k": "a0"}).concluded[-1] == {"k": "a3000"}


MALFORMED = {
    "has no pattern": rule(),
    "cannot be of stratum 0": rule(Pattern("a"), absent=Pattern("b")),
    "cannot be of stratum -1": rule(Pattern("a"), stratum=-1),
    "joins to a pattern that is not an earlier one": rule(Pattern("a", joins=joins(1))),
    "orders `v` by what is not a number": rule(Pattern("a", (Is("v", "<", "5"),))),
    "tests `v` in vain: a number that a double does not hold exactly cannot be compared": rule(
        Pattern("a", (Is("v", "<", 2**53 + 1),))
    ),
    "tests `v` in vain: a value that does not equal itself cannot be compared": rule(
        Pattern("a", (Is("v", "==", math.nan),))
    ),
}


@pytest.mark.parametrize("problem", MALFORMED)
def test_a_malformed_rule_is_refused_with_its_origin(problem: str) -> None:
    """The message names the rule, its file and line, and what is wrong."""
    with pytest.raises(UnsafeRuleError) as refused:
        Rete("test", [MALFORMED[problem]])

    assert str(refused.value) == f"{ORIGIN}: rule `a rule` {problem}"


@pytest.mark.parametrize("pattern", [-1, 1, 2])
def test_an_absence_can_only_be_joined_to_a_pattern_before_it(pattern: int) -> None:
    """Neither to itself nor to what is not there."""
    absent = Pattern("b", joins=(Join("v", "==", pattern, "v"),))

    with pytest.raises(UnsafeRuleError, match="earlier"):
        Rete("test", [rule(Pattern("a"), absent=absent, stratum=1)])


def test_a_rule_of_no_known_origin_is_refused_by_its_name() -> None:
    """The message then begins with the rule."""
    with pytest.raises(UnsafeRuleError, match=r"^rule `nameless` has no pattern$"):
        Rete("test", [Rule("nameless", (), nothing)])


def test_rules_that_conclude_in_a_circle_are_stopped() -> None:
    """A rule that always finds something new to conclude is named, with its origin."""
    circle = rule(Pattern("n"), conclude=lambda m: {"k": "n", "v": m[0]["v"] + 1}, name="circle")

    with pytest.raises(UnsafeRuleError, match=f"^{ORIGIN}: rule `circle` still fires after 10000 "):
        run([circle], {"k": "n", "v": 0})


# --- The library itself -------------------------------------------------------------------------


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    durable._engine.cache_clear()
    yield monkeypatch
    durable._engine.cache_clear()


def test_the_library_is_available_here() -> None:
    """Where these tests run, it can be loaded."""
    assert durable.available() is None


def test_a_library_that_is_not_there_is_said_to_be_missing(unloaded: pytest.MonkeyPatch) -> None:
    """The reason is a sentence, so that something else can decide and say why."""
    unloaded.setitem(sys.modules, "durable_rules_engine", None)

    assert "durable_rules_engine" in str(durable.available())
    with pytest.raises(ImportError):
        Rete("test", [])


def test_a_platform_with_short_numbers_is_not_trusted(unloaded: pytest.MonkeyPatch) -> None:
    """Where a C long has 32 bits, constants would be cut without a word."""
    unloaded.setattr(struct, "calcsize", lambda code: {"l": 4, "q": 8}[code])

    assert "32 bits" in str(durable.available())


def test_loading_leaves_the_loader_as_it_was(unloaded: pytest.MonkeyPatch) -> None:
    """Other libraries are loaded after it as they would have been before."""
    sys.setdlopenflags(os.RTLD_NOW)
    unloaded.delitem(sys.modules, "durable_rules_engine", raising=False)

    assert durable.available() is None
    assert sys.getdlopenflags() == os.RTLD_NOW


# --- The definition, read literally -------------------------------------------------------------

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Content = frozenset[tuple[str, bool, object]]
Known = dict[Content, Fact]
Firings = dict[tuple[str, tuple[Content, ...]], Content | None]


class LateError(Exception):
    """Something was concluded that may have been found absent."""


def content(fact: Fact) -> Content:
    return frozenset((name, isinstance(value, bool), value) for name, value in fact.items())


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def holds(one: Any, compared: str, other: Any) -> bool:
    if one is None or other is None:
        return False
    if compared in ORDER:
        return is_number(one) and is_number(other) and ORDER[compared](one, other)
    same = isinstance(one, bool) is isinstance(other, bool) and one == other
    return same is (compared == "==")


def matches(pattern: Pattern, fact: Fact, chosen: list[Fact]) -> bool:
    tests = (holds(fact.get(one.property), one.operator, one.constant) for one in pattern.tests)
    joined = (
        holds(fact.get(one.property), one.operator, chosen[one.pattern].get(one.other))
        for one in pattern.joins
    )
    return fact["k"] == pattern.kind and all(tests) and all(joined)


def can_be_looked_up(rule: Rule, place: int, fact: Fact) -> bool:
    parts = (*rule.patterns, *([rule.absent] if rule.absent else []))
    later = [one for part in parts for one in part.joins if one.pattern == place]
    return all(
        is_number(fact.get(one.other)) if one.operator in ORDER else fact.get(one.other) is not None
        for one in later
    )


def choices(
    rule: Rule, known: Known, chosen: tuple[Content, ...] = ()
) -> Iterator[tuple[Content, ...]]:
    facts, place = [known[one] for one in chosen], len(chosen)
    others = [(one, fact) for one, fact in known.items() if one not in chosen]
    if place < len(rule.patterns):
        for one, fact in others:
            if matches(rule.patterns[place], fact, facts) and can_be_looked_up(rule, place, fact):
                yield from choices(rule, known, (*chosen, one))
    elif not (rule.absent and any(matches(rule.absent, fact, facts) for _, fact in others)):
        yield chosen


def by_definition(rules: list[Rule], given: list[Fact]) -> tuple[Known, Firings]:
    """Try every rule on every choice of facts, stratum by stratum, until nothing new comes of it."""
    known: Known = {content(fact): fact for fact in given}
    fired: Firings = {}
    for stratum in sorted({0, *(one.stratum for one in rules)}):
        waiting = [one for one in rules if one.stratum <= stratum]
        closed = {one.absent.kind for one in waiting if one.absent}
        while fresh := [
            (one, chosen)
            for one in waiting
            for chosen in choices(one, known)
            if (one.name, chosen) not in fired
        ]:
            for one, chosen in fresh:
                fact = one.conclude(tuple(known[each] for each in chosen))
                fired[one.name, chosen] = None if fact is None else content(fact)
                if fact is not None and content(fact) not in known:
                    if fact["k"] in closed:
                        raise LateError
                    known[content(fact)] = fact
    return known, fired


def by_engine(rete: Rete, given: list[Fact]) -> tuple[set[Content], Firings]:
    found = rete.run(given)
    contents = [content(fact) for fact in found.facts]
    fired = {
        (one.rule, tuple(contents[place] for place in one.matched)): (
            None if one.concluded is None else contents[one.concluded]
        )
        for one in found.firings
    }
    assert len(fired) == len(found.firings)
    assert len(set(contents)) == len(contents)
    return set(contents), fired


OPERATORS: list[Any] = ["==", "==", "!=", "<", "<=", ">", ">="]
MANY: list[Any] = [0, 1, 2, 2.0, 1.5, -1, 1e-7, -1e300, math.inf, -0.0, 2**53, 0.1]
MANY += [True, False, "1", "true", "", 'é\0"\\', None]
FEW: list[Any] = [0, 1, 2.0, 1.5, True, "1", None]


class Random(random.Random):
    """Random rules and facts; `values` are those that tests and facts hold."""

    values: list[Any]

    def test(self) -> durable.Test:
        compared = self.choice(OPERATORS)
        wanted = [
            one for one in self.values if (is_number(one) if compared in ORDER else one is not None)
        ]
        return Is(self.choice("xyz"), compared, self.choice(wanted))

    def join(self, earlier: int) -> Join:
        prop, other = self.choice("xyz"), self.choice("xyz")
        return Join(prop, self.choice(OPERATORS), self.randrange(earlier), other)

    def pattern(self, earlier: int) -> Pattern:
        tests = [self.test() for _ in range(self.choice((0, 0, 1, 2)))]
        joins = [self.join(earlier) for _ in range(self.choice((0, 1, 1, 2)))] if earlier else []
        return Pattern(self.choice("abcde"), tuple(tests), tuple(joins))

    def rule(self, number: int) -> Rule:
        stratum = self.choice((0, 0, 0, 1, 2))
        size = self.randrange(0 if stratum else 1, 4)
        patterns = tuple(self.pattern(earlier) for earlier in range(size))
        absent = self.pattern(size) if stratum and self.random() < 0.6 else None
        return Rule(f"r{number}", patterns, self.conclusion(), absent, stratum)

    def conclusion(self) -> Callable[[tuple[Fact, ...]], Fact | None]:
        kind, value = self.choice("abcdefgh"), self.choice(self.values)
        return self.choice(
            (
                nothing,
                concluding(k=kind, x=value),
                lambda matched: {
                    "k": kind,
                    "x": matched[-1].get("x") if matched else 0,
                    "y": value,
                },
            )
        )

    def fact(self) -> Fact:
        held = {name: self.choice(self.values) for name in "xyz" if self.random() < 0.8}
        return {"k": self.choice("abcd"), **held}


@pytest.mark.parametrize("values", [MANY, FEW], ids=["many values", "few values"])
@pytest.mark.parametrize("block", range(4))
def test_the_engine_does_what_its_definition_says(block: int, values: list[Any]) -> None:
    """On random rules with tests, joins, absences and chains, every firing is the expected one."""
    compared = late = 0
    for seed in range(1_000 * block, 1_000 * block + 1_000):
        chance = Random(seed)
        chance.values = values
        rules = [chance.rule(number) for number in range(chance.randrange(1, 7))]
        with closing(Rete(f"seed {seed}", rules)) as rete:
            for _ in range(3):
                given = [chance.fact() for _ in range(chance.randrange(8))]
                try:
                    known, fired = by_definition(rules, given)
                except LateError:
                    late += 1
                    with pytest.raises(UnsafeRuleError, match="absent"):
                        rete.run(given)
                else:
                    assert by_engine(rete, given) == (set(known), fired), seed
                    compared += len(fired)

    assert compared > 2_000
    assert late > 20
