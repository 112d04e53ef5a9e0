"""What the author's tools say about the shipped rule base: nothing is left to be said."""

from __future__ import annotations

import pytest

from checker.authoring.boundary import boundary
from checker.authoring.coverage import coverage
from checker.authoring.mutants import mutants
from checker.authoring.mutation import mutated
from checker.authoring.proofs import prove
from checker.authoring.space import space_of
from checker.case import load_case
from checker.charting import complete
from checker.engine.agreed import Engine
from checker.engine.written import status_of
from checker.rulebase import RuleBase
from checker.shipped import shipped

BOUNDED = "odg/low-back/facet-joint-radiofrequency-neurotomy"


def test_every_situation_is_shown_by_an_example_or_a_case(rules: RuleBase) -> None:
    """Each criterion met, not met, silent, and deciding alone, as far as a chart can come to it."""
    files = sorted((shipped("cases") / "imr").glob("*.yaml"))
    found = coverage(rules, rules.guidelines.values(), [load_case(one, rules) for one in files])

    assert [(one.criterion.id, one.unseen) for one in found.criteria if one.unseen] == []
    assert found.percent == 100


def test_every_small_mistake_is_noticed_or_cannot_be(rules: RuleBase) -> None:
    """One changed threshold, word, value, part or policy after the other, in every criterion."""
    found = list(mutated(rules, rules.guidelines.values()))

    left = [
        (one.criterion.id, each.mutant.change, each.verdict)
        for one in found
        for each in one.mutants
        if each.verdict not in ("noticed", "unnoticeable")
    ]
    assert left == []
    assert sum(len(one.of("noticed")) for one in found) > 3_000


def test_nothing_is_proved_against_it_but_what_its_authors_expect(rules: RuleBase) -> None:
    """Nothing is left unproved either."""
    found = prove(rules, list(rules.guidelines.values()))

    assert [(one.code, one.message) for one in found.findings] == []
    assert all(because.endswith(".") for _, because in found.expected)


def test_the_boundary_suite_notices_every_small_mistake(rules: RuleBase, engine: Engine) -> None:
    """And both implementations agree on every chart of it."""
    guideline = rules.guidelines[BOUNDED]
    suite = list(boundary(rules, [guideline]))

    for criterion in guideline.criteria:
        of_one = [one for one in suite if one.criterion is criterion]
        missed = [
            mutant.change
            for mutant in mutants(criterion, rules.vocabulary, guideline.covers)
            if all(
                status_of(mutant.criterion, one.chart, "as written", "closed") == one.status
                for one in of_one
            )
        ]
        assert missed == []
    for one in suite[::10]:
        chained = engine.chained(guideline, one.chart, "as written", "closed")
        assert chained[one.criterion.id] == one.status


@pytest.mark.parametrize("conclusory", [False, True])
def test_the_boundary_suite_has_weak_evidence_where_it_is_wanted(
    conclusory: bool, rules: RuleBase
) -> None:
    """For the strict reading, which takes it for silence."""
    guideline = rules.guidelines["odg/thoracic/facet-joint-injections"]
    suite = boundary(rules, [guideline], conclusory=conclusory)
    grades = {fact.grade for one in suite for fact in one.facts.values() if hasattr(fact, "grade")}

    assert grades == ({"explicit", "conclusory"} if conclusory else {"explicit"})


def test_a_grid_gives_the_statuses_of_the_written_semantics(rules: RuleBase) -> None:
    """Combination for combination, on every criterion of one guideline, contradictions aside."""
    guideline = rules.guidelines["odg/low-back/facet-joint-diagnostic-blocks"]
    tried = 0
    for criterion in guideline.criteria:
        space = space_of([criterion], rules, region="lumbar")
        statuses = space.statuses(criterion)
        for combination in range(0, space.grid.number, 1 + space.grid.number // 25):
            if space.all >> combination & 1:
                chart = complete(space.facts(combination), rules.vocabulary, "closed")
                (told,) = (one for one, found in statuses.items() if found >> combination & 1)
                assert told == status_of(criterion, chart, "as written", "closed")
                tried += 1
    assert tried > 200
