"""Why a reviewer upheld a denial, as far as it can be read: the criteria that the reviewer finds unsatisfied.

A ground is a criterion of the governing guideline that counts against the request by what the reviewer
says alone, or that hangs on a fact of which the reviewer says that it is not documented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from checker.case import Case, procedures
from checker.charting import complete
from checker.engine.written import AGAINST, names_in, status_of
from checker.fact import Chart, Fact, NotDocumented, evidence_of
from checker.governing import Governed, Setting, governing
from checker.guideline import Criterion
from checker.rulebase import RuleBase
from checker.vocabulary import Vocabulary


def with_grounds(case: Case, by_reviewer: Mapping[str, Fact], rules: RuleBase) -> Case:
    """The case with the grounds that its reviewer gives, for each request that was upheld.

    `by_reviewer` are the facts as the reviewer alone tells them.
    """
    if not any("procedure" in one.facts for one in case.requests):
        return case
    grounds = {
        request.id: tuple(_grounds(case, procedure.chart, by_reviewer, rules))
        for procedure in procedures(case, rules.vocabulary, "all")
        for request in procedure.requests
    }
    requests = tuple(
        replace(one, decision=replace(one.decision, grounds=grounds[one.id]))
        if one.decision and one.decision.outcome == "Upheld"
        else one
        for one in case.requests
    )
    return replace(case, requests=requests)


def _grounds(
    case: Case, chart: Chart, by_reviewer: Mapping[str, Fact], rules: RuleBase
) -> Iterator[str]:
    day = case.letter.ur_date if case.letter else None
    setting = Setting(chart, day, rules.search_order.order(case.jurisdiction))
    match governing(rules, setting):
        case Governed(guideline):
            told = _told(chart, by_reviewer, rules.vocabulary)
            for criterion in guideline.criteria:
                if criterion.decides and _is_ground(criterion, told):
                    yield criterion.id
        case _:
            return


def _told(chart: Chart, by_reviewer: Mapping[str, Fact], vocabulary: Vocabulary) -> Chart:
    """The chart if there were nothing but the request and the reviewer's words."""
    request = {
        name: fact
        for name, fact in chart.items()
        if vocabulary.facts[name].written and vocabulary.facts[name].kind == "request"
    }
    return complete({**request, **by_reviewer}, vocabulary, "closed")


def _is_ground(criterion: Criterion, told: Chart) -> bool:
    named = [told[name] for name in names_in(criterion) if name in told]
    spoken = any(_by_reviewer(fact) for fact in named)
    absent = any(isinstance(fact, NotDocumented) and _by_reviewer(fact) for fact in named)
    status = status_of(criterion, told, "as written", "closed")
    return (status == "not met" and spoken) or (status in AGAINST and absent)


def _by_reviewer(fact: Fact) -> bool:
    return any(one.voice == "reviewer" for one in evidence_of(fact))
