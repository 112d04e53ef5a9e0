"""Programs that must not run in the process of the tests: `python durable_crashes.py NAME`.

Those that drive the library directly show what it does outside the part of it that is used: they
crash or never return. Those that use `Rete` show that it survives the same, and for how long.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from checker.engine import durable
from checker.engine.durable import Join, Pattern, Rete, Rule

PROGRAMS: dict[str, Callable[[], object]] = {}


def program(function: Callable[[], object]) -> Callable[[], object]:
    PROGRAMS[function.__name__] = function
    return function


# --- The library alone --------------------------------------------------------------------------


def network(*rules: list[object]) -> int:
    """A network of rules in the library's format, each the value of `all`."""
    written = {f"r{number}": {"all": patterns} for number, patterns in enumerate(rules)}
    return int(durable._engine().create_ruleset("trap", json.dumps(written)))


def tell(handle: int, **fact: object) -> None:
    durable._engine().assert_fact(handle, json.dumps(fact))


@program
def a_false_last_join() -> None:
    """Many rules, so that what lies behind their arrays is not by chance what stops the reading."""
    join = {"$lt": {"v": {"a": "v"}}}
    handle = network(*([{"a": {"k": 1}}, {"b": {"$and": [{"k": 2}, join]}}] for _ in range(20)))
    for number in range(30):
        tell(handle, id=2 * number, k=1, v=1)
        tell(handle, id=2 * number + 1, k=2, v=2)


@program
def cleaning_before_anything_has_fired() -> None:
    handle = network([{"a": {"k": 1}}])
    tell(handle, id=1, k=2)
    durable._engine().delete_state(handle, None)


@program
def one_pattern_too_many() -> None:
    handle = network(*([{"a": {"k": 1}}] for _ in range(256)))
    tell(handle, id=1, k=1)


@program
def one_condition_too_many() -> None:
    handle = network(*([{"a": {"k": number}}] for number in range(512)))
    tell(handle, id=1, k=1)


@program
def one_state_too_many() -> str:
    handle = network([{"a": {"k": 1}}])
    for number in range(2_000):
        try:
            tell(handle, id=1, sid=number, k=2)
        except MemoryError:
            return f"no memory for state {number}"
    return "fine"


# --- The engine ---------------------------------------------------------------------------------


def nothing(_: object) -> None:
    return None


def false_joins() -> list[Rule]:
    joins = (Join("v", "<", 0, "v"),), (Join("v", "<", 0, "v"), Join("w", "<", 0, "w"))
    absent = Pattern("b", joins=joins[0])
    return [
        *(Rule("join", (Pattern("a"), Pattern("b", joins=one)), nothing) for one in joins),
        Rule("absence", (Pattern("a"),), nothing, absent, stratum=1),
    ]


@program
def false_last_joins_in_ten_thousand_cases() -> int:
    rete = Rete("false joins", false_joins() * 5)
    facts = [{"k": "a", "v": 1, "w": 1}, {"k": "b", "v": 2, "w": 2}]
    return sum(len(rete.run(facts).firings) for _ in range(10_000))


def resident_kilobytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


@program
def memory_after_many_cases() -> str:
    """Resident memory after 20,000 and after 100,000 cases, no two with the same values."""
    chain = [
        Rule("ab", (Pattern("a"),), lambda matched: {"k": "b", "v": matched[0]["v"]}),
        Rule("bc", (Pattern("b"), Pattern("a", joins=(Join("v", "==", 0, "v"),))), nothing),
        Rule("no d", (), nothing, Pattern("d"), stratum=1),
    ]
    rete = Rete("small", chain)
    used = []
    for case in range(100_000):
        rete.run([{"k": "a", "v": f"value {case}"}, {"k": "a", "v": case}])
        if case + 1 in {20_000, 100_000}:
            used.append(resident_kilobytes())
    return f"{used[0]} {used[1]}"


@program
def a_case_in_a_process_forked_in_the_middle_of_another() -> str:
    """What a rule set concludes in a child, then in its parent, which forked while it concluded."""
    reading, writing = os.pipe()

    def conclude(_: object) -> dict[str, str]:
        child = os.fork()
        if not child:
            os.write(writing, str(len(rete.run([{"k": "c"}]).concluded)).encode())
            rete.close()
            os._exit(0)
        os.waitpid(child, 0)
        return {"k": "b"}

    rules = [
        Rule("ab", (Pattern("a"),), conclude),
        Rule("cd", (Pattern("c"),), lambda _: {"k": "d"}),
    ]
    rete = Rete("forked", rules)
    in_parent = len(rete.run([{"k": "a"}]).concluded)
    return f"{os.read(reading, 9).decode()} {in_parent}"


if __name__ == "__main__":
    sys.stdout.write(str(PROGRAMS[sys.argv[1]]()))
