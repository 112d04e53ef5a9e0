"""Statuses on which the forward-chaining engine and the written semantics agree.

durable_rules decides, and the written semantics check every criterion that it decided. A difference is an
internal error, never an answer. Where durable_rules cannot be loaded the written semantics decide alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checker.charting import RecordKind
from checker.engine import durable
from checker.engine.compiler import compile_criterion, status_kind
from checker.engine.told import name_of, told
from checker.engine.written import (
    READINGS,
    Reading,
    among,
    names_in,
    silence_of,
    status_of,
    ways_to_read,
)
from checker.errors import EngineDisagreementError, EngineError
from checker.fact import Chart
from checker.guideline import STATUSES, Guideline, Status
from checker.rulebase import RuleBase
from checker.vocabulary import ListOf

DURABLE_RULES = "durable_rules"
WRITTEN_SEMANTICS = "written semantics"


@dataclass
class Engine:
    """Decides criteria under one rule base; compiled rules are kept from one case to the next."""

    rules: RuleBase
    unavailable: str | None = field(default_factory=durable.available)
    compiled: dict[tuple[str, Reading], durable.Rete] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The engine that decides: durable_rules, or the written semantics alone."""
        return WRITTEN_SEMANTICS if self.unavailable else DURABLE_RULES

    def prepare(self) -> None:
        """Compile every guideline for every reading, so that none is refused later.

        Raises:
            EngineError: with the line of the rule, if durable_rules cannot be trusted with it.
        """
        if self.unavailable is None:
            for guideline in self.rules.guidelines.values():
                for reading in READINGS:
                    self._rete(guideline, reading)

    def statuses(
        self, guideline: Guideline, chart: Chart, reading: Reading, record: RecordKind
    ) -> dict[str, Status]:
        """The status of every criterion by its id, on a complete chart.

        Raises:
            EngineError: if the engine fails, or differs from the written semantics on a criterion.
        """
        written = {one.id: status_of(one, chart, reading, record) for one in guideline.criteria}
        if self.unavailable is None:
            chained = self.chained(guideline, chart, reading, record)
            for criterion in guideline.criteria:
                _compare(guideline, criterion.id, chained[criterion.id], written[criterion.id])
        return written

    def chained(
        self, guideline: Guideline, chart: Chart, reading: Reading, record: RecordKind
    ) -> dict[str, Status]:
        """What durable_rules alone concludes."""
        names = list(_names(guideline))
        rete = self._rete(guideline, reading)
        ways = ways_to_read(chart, names, reading)
        runs = [_statuses(guideline, rete.run(told(way, names))) for way in ways]
        return {one.id: among([run[one.id] for run in runs], record) for one in guideline.criteria}

    def chained_from(
        self, guideline: Guideline, chart: Chart, reading: Reading
    ) -> dict[str, tuple[str, ...]]:
        """The facts and fields from which durable_rules chained to each status, read off its firings.

        For a chart with conflicts, the first way to settle them.
        """
        names = list(_names(guideline))
        way = ways_to_read(chart, names, reading)[0]
        run = self._rete(guideline, reading).run(told(way, names))
        made_by = {one.concluded: one.matched for one in run.firings if one.concluded is not None}
        given = [name_of(fact) for fact in run.facts[: run.given]]
        of_kind = {status_kind(one.id): one.id for one in guideline.criteria}
        return {
            of_kind[str(fact["k"])]: tuple(
                dict.fromkeys(given[one] for one in _roots(number, made_by))
            )
            for number, fact in enumerate(run.facts)
            if fact["k"] in of_kind
        }

    def _rete(self, guideline: Guideline, reading: Reading) -> durable.Rete:
        key = (guideline.id, reading)
        if key not in self.compiled:
            fields = frozenset(_fields(self.rules))
            rules = [
                rule
                for criterion in guideline.criteria
                for rule in compile_criterion(criterion, silence_of(criterion, reading), fields)
            ]
            self.compiled[key] = durable.Rete(f"{guideline.id} {reading}", rules)
        return self.compiled[key]


def _roots(fact: int, made_by: Mapping[int, tuple[int, ...]]) -> Iterator[int]:
    """The given facts at the end of the firings that lead to a fact."""
    if fact not in made_by:
        yield fact
    for one in made_by.get(fact, ()):
        yield from _roots(one, made_by)


def _names(guideline: Guideline) -> Mapping[str, None]:
    return dict.fromkeys(name for criterion in guideline.criteria for name in names_in(criterion))


def _fields(rules: RuleBase) -> Iterator[str]:
    for spec in rules.vocabulary.facts.values():
        if isinstance(spec.type, ListOf):
            yield from spec.type.fields


def _statuses(guideline: Guideline, run: durable.Run) -> dict[str, Status]:
    """Exactly one status for every criterion, or the engine has failed."""
    found: dict[str, list[Status]] = {}
    of_kind = {status_kind(criterion.id): criterion.id for criterion in guideline.criteria}
    for fact in run.concluded:
        if fact["k"] in of_kind:
            status = next(one for one in STATUSES if one == fact["s"])
            found.setdefault(of_kind[str(fact["k"])], []).append(status)
    for criterion in guideline.criteria:
        if len(found.get(criterion.id, ())) != 1:
            number = len(found.get(criterion.id, ()))
            raise EngineError(
                f"{guideline.id}: `{criterion.id}` has {number} statuses instead of one"
            )
    return {name: statuses[0] for name, statuses in found.items()}


def _compare(guideline: Guideline, criterion: str, chained: Status, written: Status) -> None:
    if chained != written:
        found = f"{chained} for {DURABLE_RULES} and {written} for the {WRITTEN_SEMANTICS}"
        raise EngineDisagreementError(f"{guideline.id}: `{criterion}` is {found}")
