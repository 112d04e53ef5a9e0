"""How fast single cases are decided, compared with durable_rules alone on the same rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.bare import Bare, Ready, ready
from benchmarks.recording import Network, OneRun, recording
from benchmarks.situations import LOW_BACK, READING, Situation, situations
from benchmarks.table import Row
from benchmarks.timing import Times, in_turn
from checker.engine.agreed import Engine
from checker.engine.compiler import status_kind
from checker.engine.durable import Fact, available
from checker.engine.written import among, status_of
from checker.guideline import Status
from checker.rulebase import RuleBase

TARGET = 0.5
"""Of the bare rate."""

_STATUSES, _CHAINED, _RETE, _BARE, _CALLS, _WRITTEN = (
    "Engine.statuses",
    "Engine.chained, no second opinion",
    "Rete.run, guards alone",
    "bare durable_rules",
    "its C calls alone",
    "written semantics alone",
)
"""The ways to decide a case, as they are called in the table."""


@dataclass(frozen=True)
class _Recorded:
    """A situation with what the engine told durable_rules of it, once for each way to settle conflicts."""

    situation: Situation
    statuses: dict[str, Status]
    runs: list[OneRun]
    ready: list[Ready]


def speed(rules: RuleBase, cases: int, rounds: int) -> list[Row]:
    """Cases per second of processor time, and what they consist of."""
    if why := available():
        return [Row("durable_rules", f"cannot be used here: {why}")]
    recorded = _recorded(rules, situations(rules, cases))
    bare = {one.network: Bare(one.network) for case in recorded for one in case.runs}
    for case in recorded:
        if _statuses(case, bare) != case.statuses:
            raise AssertionError("the bare loop comes to other statuses than the engine")
    times = in_turn(_variants(rules, recorded, bare), rounds)
    return [*_size(rules, recorded), *_rates(times, len(recorded))]


def _recorded(rules: RuleBase, chosen: Sequence[Situation]) -> list[_Recorded]:
    """Each situation decided once by an engine that is listened to."""
    with recording() as recorder:
        engine = Engine(rules)
        recorded = []
        for one in chosen:
            before = len(recorder.runs)
            statuses = engine.chained(one.guideline, one.chart, READING, one.record)
            runs = recorder.runs[before:]
            recorded.append(_Recorded(one, statuses, runs, [ready(run) for run in runs]))
    return recorded


def _statuses(case: _Recorded, bare: dict[Network, Bare]) -> dict[str, Status]:
    """What the bare loop comes to."""
    ways = [
        _read(case, bare[one.network].run(words))
        for one, words in zip(case.runs, case.ready, strict=True)
    ]
    return {name: among([way[name] for way in ways], case.situation.record) for name in ways[0]}


def _read(case: _Recorded, facts: Sequence[Fact]) -> dict[str, Status]:
    kinds = {status_kind(one.id): one.id for one in case.situation.guideline.criteria}
    return {kinds[fact["k"]]: fact["s"] for fact in facts if fact["k"] in kinds}  # type: ignore[misc]


def _variants(
    rules: RuleBase, recorded: Sequence[_Recorded], bare: dict[Network, Bare]
) -> dict[str, Callable[[], object]]:
    """The ways to decide all situations once."""
    engine = Engine(rules)
    chosen = [case.situation for case in recorded]
    for one in chosen:
        engine.statuses(one.guideline, one.chart, READING, one.record)
    runs = [
        (engine.compiled[case.situation.guideline.id, READING], bare[one.network], one)
        for case in recorded
        for one in case.runs
    ]
    arguments = [(one.guideline, one.chart, READING, one.record) for one in chosen]

    def replay() -> None:
        for _, network, one in runs:
            network.replay(one.calls)

    return {
        _STATUSES: lambda: [engine.statuses(*each) for each in arguments],
        _BARE: lambda: [_statuses(case, bare) for case in recorded],
        _CHAINED: lambda: [engine.chained(*each) for each in arguments],
        _RETE: lambda: [rete.run(one.given) for rete, _, one in runs],
        _CALLS: replay,
        _WRITTEN: lambda: [
            status_of(criterion, one.chart, READING, one.record)
            for one in chosen
            for criterion in one.guideline.criteria
        ],
    }


def _size(rules: RuleBase, recorded: Sequence[_Recorded]) -> list[Row]:
    """What the rates are about."""
    guideline = rules.guidelines[LOW_BACK]
    (network,) = {
        one.network
        for case in recorded
        if case.situation.guideline is guideline
        for one in case.runs
    }
    firings = [sum(len(one.run.firings) for one in case.runs) for case in recorded]
    numbers = {
        "cases": len(recorded),
        "criteria": len(guideline.criteria),
        "rules": len(network.rules),
        "runs": mean(len(case.runs) for case in recorded),
        "facts": mean(sum(one.run.given for one in case.runs) for case in recorded),
        "firings": mean(firings),
    }
    return [
        Row(
            "low-back guideline",
            f"{numbers['criteria']} criteria in {numbers['rules']} rules",
            numbers=numbers,
        ),
        Row(
            f"{len(recorded)} cases, letters included",
            f"{numbers['facts']:.0f} facts, {numbers['firings']:.0f} firings each"
            f" (most {max(firings)})",
        ),
    ]


def _rates(times: Times, cases: int) -> list[Row]:
    """Each way beside the bare loop, of which only the engine promises a share."""
    rows = []
    for name in (_STATUSES, _CHAINED, _RETE, _BARE, _CALLS, _WRITTEN):
        share = times.ratio(_BARE, name)
        typical, best = cases / times.typical(name), cases / times.best(name)
        promised = name == _STATUSES
        rows.append(
            Row(
                name,
                f"{share:.2f} of bare; {typical:,.0f} cases/s, best {best:,.0f}",
                f"at least {TARGET} of bare" if promised else "",
                share >= TARGET if promised else None,
                {"share": share, "typical": typical, "best": best},
            )
        )
    return rows
