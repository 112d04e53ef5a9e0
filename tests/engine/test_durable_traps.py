"""Each trap of durable_rules beside the guard against it.

A trap is shown on the library itself where that is certain and safe, or else in another process;
when a release of it no longer falls into one, the test that shows it fails, and a guard can go.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import checker
from checker.engine import durable
from checker.engine.durable import Fact, Join, Pattern, Rete, Rule
from checker.errors import EngineError

Is = durable.Test
PROGRAMS = Path(__file__).with_name("durable_crashes.py")
ROOT = Path(checker.__file__).parent.parent

# Freed and fresh memory is filled, and large blocks end where no memory is, so that what reads past
# an array does not find by chance what it looks for. What it finds depends on how memory is laid out
# and filled, so a crash is looked for in several memories: no single one shows it on every machine.
HARSH = {"MALLOC_PERTURB_": "85", "MALLOC_MMAP_THRESHOLD_": "1024"}
MEMORIES = (
    HARSH,
    *(
        {"MALLOC_PERTURB_": filled, **layout}
        for filled in ("1", "85", "170", "254")
        for layout in ({}, {"PYTHONMALLOC": "malloc"}, {"MALLOC_TOP_PAD_": "0"})
    ),
)
glibc_only = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="needs the malloc of glibc"
)


def in_another_process(
    name: str, seconds: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAMS), name],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def answer(name: str, **environment: str) -> str:
    done = in_another_process(name, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Library:
    """durable_rules without guards, for one rule set in its own format."""

    def __init__(self, *rules: list[object]) -> None:
        self.engine = durable._engine()
        written = {f"r{number}": {"all": patterns} for number, patterns in enumerate(rules)}
        written["warm-up"] = {"all": [{"m": {"warm": 1}}]}
        self.handle = self.engine.create_ruleset("trap", json.dumps(written))
        self.tell(id="warm", warm=1)
        assert self.fired()
        self.clean()

    def tell(self, **fact: object) -> int:
        """0 if the fact is stored, 1 if no rule asks for it, 2 if it is taken for a known one."""
        outcome, self.state = self.engine.assert_fact(self.handle, json.dumps(fact))
        return int(outcome)

    def fired(self, at_most: int = 1_000) -> int:
        started = self.engine.start_action_for_state(self.handle, self.state)
        text, number = started and started[1], 0
        while text is not None and number < at_most:
            number += 1
            text = self.engine.complete_and_start_action(self.handle, self.state)
        return number

    def clean(self) -> None:
        self.engine.delete_state(self.handle, None)

    def close(self) -> None:
        self.clean()
        self.engine.delete_ruleset(self.handle)


def library(*rules: list[object]) -> closing[Library]:
    return closing(Library(*rules))


def nothing(_: tuple[Fact, ...]) -> None:
    return None


def rete(*rules: Rule) -> closing[Rete]:
    return closing(Rete("test", rules))


def fires(patterns: tuple[Pattern, ...], *facts: Fact, **more: Any) -> int:
    with rete(Rule("a rule", patterns, nothing, **more)) as engine:
        return len(engine.run(facts).firings)


# --- Crashes and hangs --------------------------------------------------------------------------


@glibc_only
@pytest.mark.parametrize(
    "trap", ["a_false_last_join", "cleaning_before_anything_has_fired", "one_pattern_too_many"]
)
def test_the_library_crashes(trap: str) -> None:
    """It reads past an array, frees what it never allocated, or runs over a table."""
    assert any(in_another_process(trap, **memory).returncode < 0 for memory in MEMORIES)


def test_the_library_hangs() -> None:
    """With its table of conditions full, it looks for the end of it for ever."""
    with pytest.raises(subprocess.TimeoutExpired):
        in_another_process("one_condition_too_many", seconds=2)


def test_the_library_runs_out_of_states() -> None:
    """The 1,025th case that is open at once cannot be told anything."""
    assert answer("one_state_too_many") == "no memory for state 1024"


def test_false_last_joins_do_no_harm_in_ten_thousand_cases() -> None:
    """Where the library alone crashes, no case does, and only the absences hold."""
    assert answer("false_last_joins_in_ten_thousand_cases", **HARSH) == str(10_000 * 5)


def test_every_joined_pattern_closes_with_a_join_that_holds() -> None:
    """Also in an absence and in a higher stratum, where it looks at the phase."""
    joined = Pattern("b", (Is("w", "<", 3),), (Join("v", "<", 0, "v"), Join("v", "==", 0, "w")))
    rules = [
        Rule("below", (Pattern("a"), joined), nothing),
        Rule("above", (Pattern("a"), joined), nothing, joined, stratum=1),
    ]

    written = json.loads(durable._Program(rules).text)

    below, above = written["r0"]["all"], written["r1"]["all"]
    assert below[1]["m1"]["$and"][-1] == {"one": {"m0": "one"}}
    assert above[2]["m1"]["$and"][-1] == {"one": {"phase": "one"}}
    assert above[3]["m2$not"]["$and"][-1] == {"one": {"phase": "one"}}


def test_every_pattern_begins_with_its_kind_and_ends_with_its_joins() -> None:
    """First what is constant, as the library matches it before it knows of other facts."""
    rule = Rule(
        "r", (Pattern("a"), Pattern("b", (Is("v", "<", 3),), (Join("w", "==", 0, "v"),))), nothing
    )

    first, second = json.loads(durable._Program([rule]).text)["r0"]["all"]

    assert first == {"m0": {"$and": [{"b": 0}, {"k": 0}, {"$ex": {"p0": 1}}]}}
    conditions = second["m1"]["$and"]
    assert conditions[:2] == [{"b": 0}, {"k": 1}]
    assert [list(one) for one in conditions[2:]] == [["$lt"], ["p1"], ["one"]]


def test_more_cases_than_the_library_has_states_for_follow_each_other() -> None:
    """Five thousand cases, each gone before the next begins."""
    with rete(
        Rule("ab", (Pattern("a"),), lambda matched: {"k": "b", "v": matched[0]["v"]})
    ) as engine:
        for case in range(5_000):
            assert engine.run([{"k": "a", "v": case}]).concluded == ({"k": "b", "v": case},)


def test_memory_does_not_grow_with_the_number_of_cases() -> None:
    """After 100,000 cases a process is as large as after 20,000, give or take half a megabyte."""
    early, late = map(int, answer("memory_after_many_cases").split())

    assert late - early < 512


# --- Wrong without a word -----------------------------------------------------------------------


def test_the_library_matches_an_absence_with_a_fact_of_its_own() -> None:
    """A rule that asks only for an absence fires for a fact that nobody told of."""
    with library([{"m": {"$nex": {"v": 1}}}]) as alone:
        alone.tell(id=1, v=1)

        assert alone.fired() == 1

    assert not fires((), {"k": "b", "v": 1}, absent=Pattern("b"), stratum=1)


def test_the_library_does_not_withdraw_what_it_found_absent() -> None:
    """Told of a fact too late, even before anything has fired, it fires as if it were not there."""
    with library([{"a": {"k": 1}}, {"b$not": {"$and": [{"k": 2}]}}]) as alone:
        alone.tell(id=1, k=1)
        alone.tell(id=2, k=2)

        assert alone.fired() == 1

    facts: list[Fact] = [{"k": "a"}, {"k": "b"}]
    assert not fires((Pattern("a"),), *facts, absent=Pattern("b"), stratum=1)
    assert not fires((Pattern("a"),), *reversed(facts), absent=Pattern("b"), stratum=1)


def test_the_library_fails_on_a_join_to_a_property_that_is_not_there() -> None:
    """The error comes out of telling it of a fact, in the middle of a case."""
    with library(
        [{"a": {"k": 1}}, {"b": {"$and": [{"k": 2}, {"$lt": {"v": {"a": "w"}}}]}}]
    ) as alone:
        alone.tell(id=1, k=1)
        with pytest.raises(alone.engine.error, match="311"):
            alone.tell(id=2, k=2, v=1)

    joined = Pattern("b", joins=(Join("v", "<", 0, "w"),))
    assert not fires((Pattern("a"), joined), {"k": "a"}, {"k": "b", "v": 1})


def test_the_library_fails_when_a_fact_meets_too_many_conditions() -> None:
    """Sixty-five are too many, which the rules could have told beforehand."""
    many = [[{"m": {"$and": [{"k": 1}, {"$lt": {"v": number}}]}}] for number in range(65)]
    with library(*many) as alone, pytest.raises(alone.engine.error, match="303"):
        alone.tell(id=1, k=1, v=-1)

    rules = [Rule("r", (Pattern("a", (Is("v", "<", number),)),), nothing) for number in range(65)]
    with pytest.raises(durable.UnsafeRuleError, match="60"):
        Rete("test", rules)


def test_the_library_takes_numbers_and_booleans_for_each_other() -> None:
    """Compared with a constant, `True` and 1 are one; joined, not even 5 and 5.0 are."""
    with library([{"a": {"v": 1}}]) as alone:
        assert alone.tell(id=1, v=True) == 0
    with library([{"a": {"k": 1}}, {"b": {"$and": [{"k": 2}, {"v": {"a": "v"}}]}}]) as alone:
        alone.tell(id=1, k=1, v=5)
        alone.tell(id=2, k=2, v=5.0)
        assert not alone.fired()

    same = Pattern("b", joins=(Join("v", "==", 0, "v"),))
    assert fires((Pattern("a"), same), {"k": "a", "v": 5}, {"k": "b", "v": 5.0})
    assert not fires((Pattern("a", (Is("v", "==", 1),)),), {"k": "a", "v": True})


@pytest.mark.parametrize("text", ["1e-05", "1e+16", "Infinity"])
def test_the_library_does_not_read_every_number(text: str) -> None:
    """A number with an exponent and no point ends the fact; ranks of numbers have neither."""
    with library([{"a": {"v": 1}}]) as alone:
        with pytest.raises(alone.engine.error):
            alone.engine.assert_fact(alone.handle, f'{{"id":1,"v":{text}}}')
        alone.tell(id=2)

    assert fires((Pattern("a", (Is("v", ">", 0),)),), {"k": "a", "v": float(text)})


def test_the_library_knows_facts_by_a_short_hash_of_their_content() -> None:
    """Without an identity of their own, {v: 1} and {v: "1"} are one fact."""
    with library([{"a": {"$ex": {"v": 1}}}]) as alone:
        assert alone.tell(v=1) == 0
        assert alone.tell(v="1") == 2

    assert fires((Pattern("a"),), {"k": "a", "v": 1}, {"k": "a", "v": "1"}) == 2


def test_the_library_forgets_how_long_a_string_is() -> None:
    """A string of 65,536 characters equals the empty one."""
    with library([{"a": {"v": ""}}]) as alone:
        assert alone.tell(id=1, v="x" * 65_536) == 0

    assert not fires((Pattern("a", (Is("v", "==", ""),)),), {"k": "a", "v": "x" * 65_536})


def test_the_library_fires_once_for_each_of_two_alternatives() -> None:
    """Of two alternatives in one condition both fire; here they are two rules, and one conclusion."""
    with library([{"a": {"$or": [{"v": 1}, {"w": 1}]}}]) as alone:
        alone.tell(id=1, v=1, w=1)
        assert alone.fired() == 2

    either = [
        Rule(name, (Pattern("a", (Is(name, "==", 1),)),), lambda _: {"k": "b"}) for name in "vw"
    ]
    with rete(*either) as engine:
        assert engine.run([{"k": "a", "v": 1, "w": 1}]).concluded == ({"k": "b"},)


def hash_of(text: str) -> int:
    """The hash by which the library knows a property, a name or the identity of a fact."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 16_777_619 & 0xFFFF_FFFF
    return value


def test_the_names_told_to_the_library_do_not_collide() -> None:
    """It knows properties by a hash of 32 bits alone, so that two names can be one."""
    assert hash_of("f6059") == hash_of("f264602")
    properties = [f"p{number}" for number in range(durable.MOST_PROPERTIES + 1)]
    matched = ["phase", *(f"m{number}" for number in range(durable.MOST_PATTERNS + 1))]
    reserved = ["id", "sid", "b", "k", "one", "$m", "$s", "$i", "$and", "$ex", "$forward"]

    for names in ([*properties, *reserved], [*matched, *reserved]):
        assert len({hash_of(one) for one in names}) == len(names)


def test_the_identities_told_to_the_library_do_not_collide() -> None:
    """Neither those of all facts that a case can come to have, nor those of our own facts."""
    own = [
        json.loads(durable._ours(bucket, number))["id"]
        for bucket in (-1, -2, -3)
        for number in range(99)
    ]
    identities = [str(number) for number in range(2 * durable.MOST_FIRINGS)]

    everything = [*identities, *own, "sid-0"]

    assert len({hash_of(one) for one in everything}) == len(everything)


def test_a_fact_that_the_library_takes_for_another_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Should identities collide all the same, there is no answer instead of a wrong one."""
    with rete(Rule("r", (Pattern("a"),), nothing)) as engine:
        monkeypatch.setattr(durable._Kind, "told", lambda *_: '{"id":7,"b":0,"k":0,"one":1}')

        with pytest.raises(EngineError, match="two facts for one"):
            engine.run([{"k": "a", "v": 1}, {"k": "a", "v": 2}])


# --- One case after another, whatever happens ---------------------------------------------------


class Stop(BaseException):
    """An exception that no `except Exception` catches."""


@pytest.mark.parametrize(
    "error", [ValueError, KeyError, EngineError, KeyboardInterrupt, SystemExit, Stop]
)
def test_what_a_conclusion_raises_passes_through_and_the_next_case_is_clean(
    error: type[BaseException],
) -> None:
    """Nothing of the case that failed, told or about to fire, is left for the next."""

    def conclude(matched: tuple[Fact, ...]) -> Fact:
        if matched[0]["v"] == "bad":
            raise error("stop")
        return {"k": "b", "v": matched[0]["v"]}

    with rete(Rule("ab", (Pattern("a"),), conclude), Rule("b", (Pattern("b"),), nothing)) as engine:
        clean = engine.run([{"k": "a", "v": "good"}])
        for _ in range(3):
            with pytest.raises(error):
                engine.run([{"k": "a", "v": value} for value in ("one", "bad", "two")])

            assert engine.run([{"k": "a", "v": "good"}]) == clean


def test_a_case_whose_facts_cannot_be_read_leaves_nothing_behind() -> None:
    """Facts may come from a generator, which may fail halfway."""

    def failing() -> Iterator[Fact]:
        yield {"k": "a"}
        raise OSError("no more")

    with rete(Rule("ab", (Pattern("a"),), nothing)) as engine:
        with pytest.raises(OSError, match="no more"):
            engine.run(failing())

        assert not engine.run([]).firings


def test_a_conclusion_cannot_run_another_case_on_the_same_rules() -> None:
    """The two cases would be one for the library; the outer one ends in an error, the next is clean."""
    rules = [Rule("ab", (Pattern("a"),), lambda _: nested())]
    with rete(*rules) as engine:

        def nested() -> Fact:
            return engine.run([{"k": "c"}]).facts[0]

        with pytest.raises(EngineError, match="inside another case"):
            engine.run([{"k": "a"}])

        assert engine.run([{"k": "b"}]).facts == ({"k": "b"},)


def test_a_conclusion_can_run_a_case_on_other_rules() -> None:
    """Rule sets are independent of each other."""
    with rete(Rule("cd", (Pattern("c"),), lambda _: {"k": "d"})) as inner:
        outer = Rule("ab", (Pattern("a"),), lambda _: inner.run([{"k": "c"}]).concluded[0])
        with rete(outer) as engine:
            assert engine.run([{"k": "a"}]).concluded == ({"k": "d"},)


def test_an_engine_that_could_not_be_cleaned_is_not_used_again() -> None:
    """Interrupted at the worst moment, it refuses instead of answering with another case's facts."""
    with rete(Rule("ab", (Pattern("a"),), nothing)) as engine:
        assert engine._network
        engine._network.busy = True

        with pytest.raises(EngineError, match="inside another case"):
            engine.run([{"k": "a"}])


def test_a_closed_engine_says_so() -> None:
    """Closing twice is harmless; running a case afterwards is an error."""
    engine = Rete("facet blocks", [Rule("ab", (Pattern("a"),), nothing)])
    engine.close()
    engine.close()

    with pytest.raises(EngineError, match="`facet blocks` is closed"):
        engine.run([])


def test_a_failure_of_the_library_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own exception stays behind as the cause."""
    with rete(Rule("r", (Pattern("a"),), nothing)) as engine:
        with monkeypatch.context() as broken:
            broken.setattr(durable._Kind, "told", lambda *_: '{"id":7,"b":')
            with pytest.raises(EngineError, match="failed on `test`") as failed:
                engine.run([{"k": "a"}])

        assert isinstance(failed.value.__cause__, durable._engine().error)
        assert engine.run([{"k": "a"}]).firings


def test_rules_that_the_library_does_not_take_are_an_engine_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not that there are any known: the checks are meant to be complete."""
    monkeypatch.setattr(durable.json, "dumps", lambda _: "{")

    with pytest.raises(EngineError, match="does not accept `test`"):
        Rete("test", [])


def test_a_case_that_waits_while_its_engine_is_closed_is_refused() -> None:
    """It is not told to whatever else the library has put in the place of the closed rule set."""
    engine = Rete("test", [Rule("ab", (Pattern("a"),), nothing)])
    with ThreadPoolExecutor(1) as pool:
        with engine._own_network().lock:
            waiting = pool.submit(engine.run, [{"k": "a"}])
            time.sleep(0.1)
            engine.close()

        with pytest.raises(EngineError, match="is closed"):
            waiting.result()


def test_threads_share_an_engine() -> None:
    """Cases of four threads interleave on one rule set, and each gets its own answer."""
    rules = [
        Rule("ab", (Pattern("a"),), lambda matched: {"k": "b", "v": matched[0]["v"]}),
        Rule(
            "bc",
            (Pattern("b"), Pattern("a", joins=(Join("v", "==", 0, "v"),))),
            lambda _: {"k": "c"},
        ),
    ]
    with rete(*rules) as engine:
        begin = threading.Barrier(4)

        def cases(thread: int) -> bool:
            begin.wait()
            return all(
                engine.run([{"k": "a", "v": f"{thread}/{case}"}]).concluded
                == ({"k": "b", "v": f"{thread}/{case}"}, {"k": "c"})
                for case in range(1_000)
            )

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(cases, range(4)))


def test_a_conclusion_that_waits_does_not_let_another_case_in() -> None:
    """The second thread's case begins when the first one's has ended."""
    inside, order = threading.Event(), []

    def conclude(matched: tuple[Fact, ...]) -> None:
        order.append(matched[0]["v"])
        inside.set()
        time.sleep(0.1)
        order.append(matched[0]["v"])

    with rete(Rule("a", (Pattern("a"),), conclude)) as engine:
        first, second = (
            threading.Thread(target=engine.run, args=[[{"k": "a", "v": value}]]) for value in (1, 2)
        )
        first.start()
        inside.wait()
        second.start()
        first.join()
        second.join()

    assert order == [1, 1, 2, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_has_its_own_engine() -> None:
    """A rule set works on both sides of a fork, even if it was in the middle of a case."""
    assert answer("a_case_in_a_process_forked_in_the_middle_of_another") == "1 1"


def test_many_rule_sets_live_side_by_side() -> None:
    """Each concludes by its own rules only."""
    engines = [Rete(f"{n}", [Rule("r", (Pattern("a"),), _naming(n))]) for n in range(50)]

    assert [one.run([{"k": "a"}]).concluded[0]["n"] for one in engines] == list(range(50))
    for one in engines:
        one.close()


def _naming(number: int) -> Callable[[tuple[Fact, ...]], Fact]:
    return lambda _: {"k": "b", "n": number}
