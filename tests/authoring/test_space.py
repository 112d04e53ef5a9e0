"""The charts that conditions can tell apart: all of them, none twice, and none that cannot be."""

from __future__ import annotations

from datetime import date

import pytest

from checker.authoring import space as module
from checker.authoring.mutants import mutants
from checker.authoring.mutation import mutated
from checker.authoring.search import FOR, Found, Goal, NotFound, find
from checker.authoring.space import contradicts, simplest, space_of
from checker.authoring.values import TooManyError, step_of, values_of
from checker.authoring.witness import as_written
from checker.engine.written import AGAINST
from checker.fact import NOT_ASKED, NOT_DOCUMENTED
from checker.guideline import Criterion
from checker.rulebase import RuleBase
from tests.semantics.situation import Rules, loaded


def rules_with(*requires: object, silent: str = "counts_against") -> RuleBase:
    """A rule base of criteria that require this."""
    criteria = tuple(
        {"id": f"c{place}", "kind": "eligibility", "requires": one, "if_silent": silent}
        for place, one in enumerate(requires)
    )
    return loaded(Rules({}, criteria))


def values(requires: object, name: str) -> list[object]:
    """The values of a fact that a condition tells apart."""
    rules = rules_with(requires)
    (criterion,) = rules.guidelines["g"].criteria
    asked = [one for each in criterion.conditions for one in module.leaves(each, inside=True)]
    return values_of(name, rules.vocabulary.facts[name], asked)


def criteria_of(rules: RuleBase) -> tuple[Criterion, ...]:
    return rules.guidelines["g"].criteria


def test_a_threshold_is_taken_at_it_and_on_both_sides() -> None:
    """One step away, as fine as the threshold is written."""
    assert values({"weeks": {"at_least": 4}}, "weeks") == [3, 4, 5]
    assert values({"weeks": {"at_least": 0.5}}, "weeks") == [0.4, 0.5, 0.6]
    assert values({"weeks": {"at_least": 4, "less_than": 6}}, "weeks") == [3, 4, 5, 6, 7]
    assert values({"weeks": {"at_least": 4, "less_than": 5}}, "weeks") == [3, 4, 4.5, 5, 6]


def test_a_threshold_at_the_end_of_the_range_has_one_side() -> None:
    """What a chart cannot say is no value."""
    assert values({"weeks": {"at_most": 0}}, "weeks") == [0, 1]
    assert values({"weeks": {"less_than": 9}}, "weeks") == [8, 9]


def test_two_numbers_that_are_compared_can_lie_in_either_order_everywhere() -> None:
    """So each has two places between any two thresholds."""
    found = values({"all": [{"weeks": {"at_least": "hours"}}, {"weeks": {"at_least": 4}}]}, "hours")

    assert found == [2, 3, 4, 5, 6]


def test_a_date_is_taken_a_day_before_and_after() -> None:
    """Days have one step."""
    days = [date(2015, 1, 2), date(2015, 1, 3), date(2015, 1, 4)]

    assert values({"seen": {"at_least": date(2015, 1, 3)}}, "seen") == days


def test_values_that_the_same_conditions_name_are_one() -> None:
    """The first of them stands for all."""
    assert values({"therapy": ["failed", "helped"]}, "therapy") == ["failed", "not_done"]


@pytest.mark.parametrize(("bound", "step"), [(70, 1), (0.5, 0.1), (0.25, 0.01), (4.0, 1)])
def test_a_step_is_as_fine_as_the_threshold(bound: float, step: float) -> None:
    """One step off is the smallest slip of a pen."""
    assert step_of(bound) == step


def test_lists_grow_until_a_longer_one_tells_nothing_new() -> None:
    """Three such records are needed, so lists of three are made."""
    rules = rules_with({"count": {"of": "blocks", "where": {"helpful": True}, "at_least": 3}})
    (criterion,) = criteria_of(rules)
    found = simplest([criterion], lambda space: space.statuses(criterion)["met"], rules)

    assert found is not None
    assert as_written(found["blocks"]) == [{"helpful": True}] * 3


def test_records_of_different_kinds_are_put_together() -> None:
    """Three demands that no single record meets."""
    wheres = ({"manner": "block"}, {"manner": "burn"}, {"manner": "other"})
    rules = rules_with({"all": [{"some": {"of": "blocks", "where": one}} for one in wheres]})
    (criterion,) = criteria_of(rules)
    found = simplest([criterion], lambda space: space.statuses(criterion)["met"], rules)

    assert found is not None
    assert len(as_written(found["blocks"])) == 3  # type: ignore[arg-type]


def test_what_its_guard_makes_pointless_to_ask_is_not_open() -> None:
    """It counts as silent, which is another chart already."""
    requires = {"therapy": "helped", "weeks": {"at_least": 3}}
    criterion = {"id": "c0", "kind": "eligibility", "requires": requires, "if_silent": "presumed"}
    guarded = loaded(Rules({}, (criterion,), {"weeks": {"therapy": "failed"}}))
    (one,) = criteria_of(guarded)
    space = space_of([one], guarded)

    said = [space.facts(each) for each in range(space.grid.number) if space.all >> each & 1]
    assert said
    assert not any(
        as_written(facts.get("therapy", NOT_DOCUMENTED)) == "helped"
        and facts.get("weeks") == NOT_ASKED
        for facts in said
    )
    assert space.all != space.grid.full


def test_a_chart_that_is_shown_breaks_no_relation(rules: RuleBase) -> None:
    """Care that failed in no time is among the combinations, and no chart."""
    guideline = rules.guidelines["odg/low-back/facet-joint-diagnostic-blocks"]
    (criterion,) = (one for one in guideline.criteria if one.id == "conservative-care-failed")
    space = space_of([criterion], rules, region="lumbar", with_relations=True)
    impossible = space.all & ~space.possible

    assert impossible
    assert contradicts(next(space.simplest_first(impossible)), rules)
    assert not contradicts(next(space.simplest_first(space.possible)), rules)


def test_beyond_the_bound_the_number_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is claimed."""
    monkeypatch.setattr(module, "MAX_COMBINATIONS", 50)
    rules = rules_with({"tender": True, "anxious": True, "working": True})

    with pytest.raises(TooManyError, match="64 combinations"):
        space_of(criteria_of(rules), rules)
    (found,) = mutated(rules, rules.guidelines.values())
    assert {one.verdict for one in found.mutants} == {"missed", "not proved"}


def test_a_chart_is_searched_on_which_one_passes_and_another_fails() -> None:
    """What cannot be is ruled out completely."""
    rules = rules_with({"weeks": {"at_least": 6}}, {"weeks": {"at_least": 4}})
    six, four = criteria_of(rules)
    covered = rules.guidelines["g"].covers

    found = find([Goal(six, AGAINST), Goal(four, FOR)], rules, covered)
    assert isinstance(found, Found)
    assert as_written(found.facts["weeks"]) == 4
    assert find([Goal(six, FOR), Goal(four, AGAINST)], rules, covered) == NotFound(complete=True)


def test_every_kind_of_small_mistake_is_made() -> None:
    """One change in each mutant, told in words."""
    requires = {
        "any": [
            {"weeks": {"at_least": 4}},
            {"therapy": ["failed", "helped"]},
            {"some": {"of": "blocks", "where": {"relief": {"more_than": 2}}}},
            {"within": ["drugs", "allergies"]},
        ]
    }
    rules = rules_with(requires)
    (criterion,) = criteria_of(rules)
    changes = {one.change for one in mutants(criterion, rules.vocabulary, {})}

    assert changes >= {
        "requires: any → all",
        "requires: weeks at least 4 left out",
        "requires: weeks: at least → more than",
        "requires: weeks: 4 → 3",
        "requires: weeks: 4 → 5",
        "requires: therapy: failed left out",
        "requires: number of blocks 1 → 2",
        "requires: some of blocks → every",
        "requires: relief: more than → at least",
        "requires: within → overlap",
        "requires: weeks at least 4 turned around",
        "if_silent: counts_against → presumed",
    }


def test_a_set_is_filled_by_what_is_named_and_by_how_many_are_counted() -> None:
    """Members that nothing names stand for each other."""
    asked = {"all": [{"drugs": {"includes": "x"}}, {"count": {"of": "drugs", "at_least": 2}}]}

    assert sorted(map(sorted, values(asked, "drugs"))) == [  # type: ignore[arg-type]
        [],
        ["x"],
        ["x", "y"],
        ["x", "y", "z"],
        ["y"],
        ["y", "z"],
    ]


def test_more_levels_than_there_are_need_not_be_told_apart() -> None:
    """A count that no chart reaches ends with all levels of the region."""
    rules = rules_with({"count": {"of": "fused", "at_most": 98}})
    (criterion,) = criteria_of(rules)
    statuses = space_of([criterion], rules).statuses(criterion)

    assert statuses["met"]
    assert not statuses["not met"]
