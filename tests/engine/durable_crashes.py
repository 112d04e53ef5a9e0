"""What durable_rules does outside the part of it that is used, one program for each trap.

Run as `python durable_crashes.py NAME`: some of these crash, some never return.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator

from checker.engine.durable import _engine


def network(*rules: object) -> int:
    """A network of rules in the format of durable_rules, each the value of `all`."""
    return int(engine.create_ruleset("trap", json.dumps({f"r{n}": {"all": one} for n, one in enumerate(rules)})))


def tell(handle: int, **fact: object) -> int:
    """Assert a fact; 0 stored, 1 not asked for, 2 taken for one that is known."""
    return int(engine.assert_fact(handle, json.dumps(fact))[0])


def fired(handle: int, at_most: int = 1_000) -> Iterator[str]:
    """What fires, as the network writes it."""
    started = engine.start_action_for_state(handle, 1)
    text = started and started[1]
    while text is not None and at_most:
        yield text
        at_most -= 1
        text = engine.complete_and_start_action(handle, 1)


def false_last_join() -> None:
    """Two levels that differ, compared by the last condition of a pattern."""
    handle = network([{"a": {"k": 1}}, {"b": {"$and": [{"k": 2}, {"v": {"a": "v"}}]}}])
    for number in range(2_000):
        tell(handle, id=2 * number, k=1, v=1)
        tell(handle, id=2 * number + 1, k=2, v=2)
    print(len(list(fired(handle))))


def false_joins() -> None:
    handle = network([{"a": {"k": 1}}, {"b": {"$and": [{"k": 2}, {"$lt": {"v": {"a": "v"}}}]}}])
    for number in range(300):
        tell(handle, id=2 * number, k=1, v=1)
        tell(handle, id=2 * number + 1, k=2, v=2)
    print(len(list(fired(handle))))


def clean_before_first_firing() -> None:
    handle = network([{"a": {"k": 1}}])
    tell(handle, id=1, k=2)
    engine.delete_state(handle, None)
    print("survived")

def states() -> None:
    handle = network([{"a": {"k": 1}}])
    for n in range(1100):
        try: tell(handle, id=1, sid=str(n), k=2)
        except MemoryError: print("memory error at", n); return

def conds(n) -> None:
    handle = network(*([{"a": {"v": m}}] for m in range(n)))
    print("built"); sys.stdout.flush()
    print(tell(handle, id=1, v=n-1))
    print(tell(handle, id=2, w=n-1))

def ends(n):
    handle = network(*([{"a": {"$and":[{"k": 1}]}}] for m in range(n)))
    print("built"); sys.stdout.flush()
    tell(handle, id=1, k=1)
    print(len(list(fired(handle))))

engine = _engine()
if __name__ == "__main__":
    if len(sys.argv)>2: globals()[sys.argv[1]](int(sys.argv[2]))
    else: globals()[sys.argv[1]]()
