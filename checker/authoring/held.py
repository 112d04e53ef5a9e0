"""Cases held against the guidelines that govern them, by the written semantics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from checker.case import Case, procedures
from checker.determination import Terms, day_of
from checker.engine.written import AGAINST, status_of
from checker.fact import Chart
from checker.governing import Governed, Setting, beside, governing
from checker.guideline import Criterion, Guideline, Status
from checker.rulebase import RuleBase


@dataclass(frozen=True)
class Held:
    """One procedure of a case under one guideline, with the status of each criterion by its id."""

    case: Case
    guideline: Guideline
    chart: Chart
    statuses: Mapping[str, Status]

    def notices(self, changed: Criterion) -> bool:
        """Whether the determination would be another one if a criterion were changed so."""
        status = status_of(changed, self.chart, "as written", self.case.record)
        if status == self.statuses[changed.id]:
            return False
        others = {
            self.statuses[one.id]
            for one in self.guideline.criteria
            if one.decides and one.id != changed.id
        }
        before = others | {self.statuses[changed.id]} if changed.decides else others
        return _outcome(before) != _outcome(others | {status} if changed.decides else others)


def _outcome(statuses: Iterable[Status]) -> int:
    """What statuses come to: one that counts against outweighs one to answer, and that outweighs all others."""
    found = set(statuses)
    if found & AGAINST:
        return 0
    return 1 if "to answer" in found else 2


def held_against(case: Case, rules: RuleBase) -> Iterator[Held]:
    """The guidelines that a case is held against, the governing one and those beside it."""
    terms = Terms()
    order = rules.search_order.order(case.jurisdiction)
    for procedure in procedures(case, rules.vocabulary, terms.facts_from):
        chart = procedure.chart
        setting = Setting(chart, day_of(case, chart), order)
        governed = governing(rules, setting)
        chosen = [governed] if isinstance(governed, Governed) else []
        for one in (*chosen, *beside(rules, setting)):
            statuses = {
                each.id: status_of(each, chart, terms.reading, case.record)
                for each in one.guideline.criteria
            }
            yield Held(case, one.guideline, chart, statuses)
