"""What the engine tells durable_rules, recorded call by call while it decides cases."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from unittest.mock import patch

from checker.engine.durable import Fact, Rete, Rule, Run, available

_FUNCTIONS = (
    "create_ruleset",
    "assert_fact",
    "assert_facts",
    "start_action_for_state",
    "complete_and_start_action",
    "delete_state",
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the C module: its function and the text it was given, if any."""

    function: str
    text: str | None


@dataclass(eq=False)
class Network:
    """A rule set: its rules, and the calls that made it ready for cases."""

    rules: Sequence[Rule]
    made: Sequence[Call] = ()


@dataclass(frozen=True, slots=True)
class OneRun:
    """A case, or one way to settle its conflicts, as its network saw it."""

    network: Network
    given: Sequence[Fact]
    calls: Sequence[Call]
    run: Run


@dataclass
class Recorder:
    """Collects networks as they are made, and runs as they happen."""

    networks: dict[Rete, Network] = field(default_factory=dict)
    runs: list[OneRun] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def taken(self) -> list[Call]:
        """The calls since the last time."""
        calls, self.calls = self.calls, []
        return calls


def c_module() -> ModuleType:
    """The C module of durable_rules, loaded as the engine loads it.

    Raises:
        ImportError: if it cannot be used here.
    """
    if why := available():
        raise ImportError(why)
    return sys.modules["durable_rules_engine"]


@contextmanager
def recording() -> Iterator[Recorder]:
    """All that engines which are made in this block tell durable_rules."""
    module, recorder = c_module(), Recorder()
    with ExitStack() as patches:
        for name in _FUNCTIONS:
            listening = _listening(name, getattr(module, name), recorder)
            patches.enter_context(patch.object(module, name, listening))
        patches.enter_context(patch.object(Rete, "__init__", _making(Rete.__init__, recorder)))
        patches.enter_context(patch.object(Rete, "run", _running(Rete.run, recorder)))
        yield recorder


def _listening(name: str, function: Callable[..., Any], recorder: Recorder) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        texts = [one for one in arguments if isinstance(one, str)]
        recorder.calls.append(Call(name, texts[-1] if texts else None))
        return function(*arguments)

    return call


def _making(init: Callable[..., None], recorder: Recorder) -> Callable[..., None]:
    def make(self: Rete, name: str, rules: Iterable[Rule]) -> None:
        network = recorder.networks[self] = Network(tuple(rules))
        recorder.taken()
        init(self, name, network.rules)
        network.made = recorder.taken()

    return make


def _running(run: Callable[..., Run], recorder: Recorder) -> Callable[..., Run]:
    def record(self: Rete, facts: Iterable[Fact]) -> Run:
        given = tuple(facts)
        recorder.taken()
        found = run(self, given)
        one = OneRun(recorder.networks[self], given, recorder.taken(), found)
        recorder.runs.append(one)
        return found

    return record
