"""durable_rules without the engine round it: the same network and cases, driven by a minimal loop.

Nothing is checked here: no value, no return code, no fact that is known already, no absence decided too
early, no lock, no limit, no second opinion. Fit for comparison only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.recording import Call, Network, OneRun, c_module
from checker.engine.durable import Fact

_NUMBERS = re.compile(r'"(?:r|id":)(\d+)')
"""In what the network says of a firing: the number of the rule, then those of the facts matched."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A case with every fact that it comes to already in words: only a fact's number is still to be added.

    `ours` is what the driver asserts of itself, before the first chain and before each later one.
    """

    given: Sequence[Fact]
    told: dict[Hashable, str]
    ours: Sequence[Sequence[str]]


def ready(one: OneRun) -> Ready:
    """The words in which the engine told the network of the facts of a case."""
    told: dict[Hashable, str] = {}
    ours: list[list[str]] = [[]]
    for call in one.calls:
        if call.function == "start_action_for_state":
            ours.append([])
        elif call.text is not None:
            for fact in _asserted(call.text):
                number = fact.pop("id")
                if isinstance(number, int):
                    told[_content(one.run.facts[number])] = json.dumps(fact)[1:]
                else:
                    ours[-1].append(json.dumps({"id": number, **fact}))
    return Ready(one.given, told, ours[:-1])


def _asserted(text: str) -> list[dict[str, object]]:
    found = json.loads(text)
    return found if isinstance(found, list) else [found]


def _content(fact: Fact) -> Hashable:
    return tuple(fact.values())


@dataclass
class Bare:
    """A network of its own, made by the same calls as the engine's."""

    network: Network
    handle: int = field(init=False)

    def __post_init__(self) -> None:
        self.module = c_module()
        self.conclusions = [rule.conclude for rule in self.network.rules]
        self.replay(self.network.made)

    def replay(self, calls: Iterable[Call]) -> None:
        """The calls of the C module alone: what remains when everything in Python takes no time."""
        module = self.module
        state = 0
        for call in calls:
            function = getattr(module, call.function)
            if call.function == "create_ruleset":
                self.handle = function("bare", call.text)
            elif call.function == "delete_state":
                function(self.handle, None)
            elif call.text is None:
                function(self.handle, state)
            else:
                _, state = function(self.handle, call.text)

    def run(self, case: Ready) -> list[Fact]:
        """Everything that is known in the end, given facts first; what is concluded twice is there twice."""
        handle, module = self.handle, self.module
        tell, following = module.assert_fact, module.complete_and_start_action
        told, conclusions = case.told, self.conclusions
        facts: list[Fact] = []
        state = 0
        for number, texts in enumerate(case.ours):
            for text in texts:
                _, state = tell(handle, text)
            for fact in () if number else case.given:
                if words := told.get(_content(fact)):
                    tell(handle, f'{{"id":{len(facts)},{words}')
                facts.append(fact)
            started = module.start_action_for_state(handle, state)
            firing = started and started[1]
            while firing is not None:
                rule, *matched = map(int, _NUMBERS.findall(firing))
                found = conclusions[rule](tuple([facts[place] for place in matched]))
                if found is not None:
                    if words := told.get(_content(found)):
                        tell(handle, f'{{"id":{len(facts)},{words}')
                    facts.append(found)
                firing = following(handle, state)
        module.delete_state(handle, None)
        return facts
