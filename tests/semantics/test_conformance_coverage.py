"""The conformance suite has every construct with every outcome that it can have, and says nothing else.

The pairs are computed from what the suite says, never from what an implementation does with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from checker import condition, conditionfile
from checker.vocabulary import ENTRIES, RESERVED
from tests.semantics.conformance import FOLDER, POLICIES, Group, Test, groups, rule_base, word
from tests.semantics.conformance_tables import READINGS, TRUTHS, VOICES

Pairs = set[tuple[str, str]]

ONE_FACT = {"true", "false", "unknown", "false to true"}
ALL_TRUTHS = set(TRUTHS)
BOUNDS = ("at_least", "at_most", "more_than", "less_than")

OF_WORDS: Mapping[str, set[str]] = {
    "a value": ONE_FACT,
    "some values": ONE_FACT,
    "is": ONE_FACT,
    "is_not": ONE_FACT,
    "includes": ONE_FACT,
    **dict.fromkeys(BOUNDS, ONE_FACT),
    **{f"{bound} another fact": ONE_FACT for bound in BOUNDS},
    "count a set": ONE_FACT,
    "overlap": {*ONE_FACT, "false to unknown"},
    "within": {*ONE_FACT, "unknown to true"},
    **dict.fromkeys(("all", "any", "not", "some", "every", "none", "count"), ALL_TRUTHS),
    "a derived fact": ALL_TRUTHS,
}
"""Each word of the rule language, with the truths that a condition made of it can have."""

OF_CLASSES: Mapping[str, set[str]] = {
    **dict.fromkeys(("All", "Any", "Not", "Derived", "Some"), ALL_TRUTHS),
    **dict.fromkeys(("Is", "Bound", "Includes", "Size"), ONE_FACT),
    "Relation": {*ONE_FACT, "false to unknown", "unknown to true"},
}
"""The same for each class of conditions."""

STATUSES = {"met", "not met", "missing", "presumed", "to answer", "not applicable"}
STATES = ("documented", "not documented", "not asked", "conflicting")


def pairs(table: Mapping[str, set[str]]) -> Pairs:
    return {(one, other) for one, others in table.items() for other in others}


def every_test() -> Iterator[tuple[Group, Test]]:
    return ((group, test) for group in groups() for test in group.tests)


def with_truth() -> Iterator[tuple[Group, Any, str]]:
    """Each truth that the suite expects of a condition that is all there is to a criterion."""
    for group, test in every_test():
        criterion = group.criteria.get("ask", {})
        if "truth" in test.said and not {"when", "unless"} & set(criterion):
            yield group, criterion["requires"], word(test.said["truth"])


# Words ----------------------------------------------------------------------------------------------


def word_of(written: Any) -> str:
    """What a condition is made of at its top."""
    if len(written) > 1:
        return "all"
    ((name, said),) = written.items()
    if name == "count":
        if "where" not in said:
            return "count a set"
        return "count"
    if name in RESERVED:
        return name
    if vocabulary()[name].get("derived_when"):
        return "a derived fact"
    if not isinstance(said, dict):
        return "some values" if isinstance(said, list) else "a value"
    if len(said) > 1:
        return "all"
    ((operator, bound),) = said.items()
    is_fact = operator in BOUNDS and bound in vocabulary()
    return f"{operator} another fact" if is_fact else operator


@cache
def vocabulary() -> Mapping[str, Any]:
    """The entries of all facts and fields, as written."""
    facts = yaml.safe_load((FOLDER / "rules" / "vocabulary.yaml").read_bytes())["facts"]
    fields = [entry["fields"] for entry in facts.values() if "fields" in entry]
    return {**facts, **{name: one for each in fields for name, one in each.items()}}


def test_every_word_occurs_with_every_truth_that_it_can_have():
    """At the top of a condition, where nothing can hide it."""
    assert {(word_of(written), truth) for _, written, truth in with_truth()} == pairs(OF_WORDS)


def test_every_class_of_conditions_occurs_with_every_truth_that_it_can_have():
    """As the reader makes them of the words."""
    found = {
        (type(guideline.criteria[0].requires).__name__, truth)
        for group, _, truth in with_truth()
        for guideline in rule_base(group).guidelines.values()
    }

    assert found == pairs(OF_CLASSES)


def test_no_word_and_no_class_is_left_out():
    """The tables above name all that the reader knows and all that conditions are made of."""
    words = {*RESERVED, *conditionfile._OPERATORS}
    classes = {one.strip() for one in str(condition.Condition).split("|")}

    assert words - set(OF_WORDS) == set()
    assert classes == set(OF_CLASSES)


def test_every_word_occurs_inside_where():
    """With a true, a false and an unknown quantifier around it."""
    found = {
        (word_of(said["where"]), truth)
        for _, written, truth in with_truth()
        for said in written.values()
        if isinstance(said, dict) and "where" in said
    }
    words = ["a value", "includes", "at_least", "less_than another fact", "at_least another fact"]
    words += ["overlap", "within", "count a set", "all", "any"]
    wanted = {(one, truth) for one in words for truth in ("true", "false", "unknown")}

    assert wanted - found == set()


# Parts and silence ----------------------------------------------------------------------------------


def test_every_part_of_a_criterion_occurs_with_every_truth():
    """`when`, `requires` and `unless`, each made so by three facts."""
    by_facts = {said: truth for truth, said in TRUTHS.items()}
    found = {
        (part, by_facts[tuple(test.said["facts"][f"{part}_{one}"] for one in "abc")])
        for _, test in every_test()
        for part in ("when", "requires", "unless")
        if f"{part}_a" in test.said.get("facts", {})
    }

    assert found == {
        (part, truth) for part in ("when", "requires", "unless") for truth in ALL_TRUTHS
    }


def expected_statuses() -> Iterator[tuple[Test, str, str]]:
    """Each status that the suite expects, with what silence does to the criterion."""
    for group, test in every_test():
        if {"truth", "status"} & set(test.said):
            yield from ((test, policy, status) for policy, status in test.by_policy.items())
        elif group.criteria:
            for answer in test.expected:
                for name, status in answer.get("statuses", {}).items():
                    yield test, group.criteria[name]["if_silent"], status


def test_every_policy_leads_to_every_status_that_it_can_lead_to():
    """Only `presumed` presumes; a conflict can make any criterion missing."""
    found = {
        (policy, status)
        for test, policy, status in expected_statuses()
        if test.terms.reading == "as written"
    }

    assert found == pairs(
        {
            "presumed": STATUSES,
            "counts_against": STATUSES - {"presumed"},
            "ask": STATUSES - {"presumed"},
        }
    )


def test_every_reading_leads_to_every_status_that_it_can_lead_to():
    """The strict reading presumes nothing."""
    found = {(test.terms.reading, status) for test, _, status in expected_statuses()}

    assert found == pairs(
        {"strict": STATUSES - {"presumed"}, "as written": STATUSES, "lenient": STATUSES}
    )


def test_both_kinds_of_record_lead_to_every_status():
    """Closed ones and open ones."""
    found = {(test.case["record"], status) for test, _, status in expected_statuses()}

    assert found == pairs({"closed": STATUSES, "open": STATUSES})


# Facts ----------------------------------------------------------------------------------------------


def states(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The state of each fact and field that is said."""
    for name, said in facts.items():
        yield name, state(said)
        told = said.get("value", []) if isinstance(said, dict) else said
        for record in told if isinstance(told, list) else []:
            if isinstance(record, dict):
                yield from states({one: it for one, it in record.items() if one != "evidence"})


def state(said: Any) -> str:
    match said:
        case {"conflicting": _}:
            return "conflicting"
        case {"value": value}:
            return state(value)
        case "not documented" | "not asked":
            return said
        case _:
            return "documented"


def test_every_type_of_fact_occurs_in_every_state():
    """As a fact of the case, and as a field of a record."""
    entries = vocabulary()
    top = {name for name in entries if name in rule_base(groups()[0]).vocabulary.facts}
    said = [states(test.said.get("facts", {})) for _, test in every_test()]
    found = {
        (f"{entries[name]['type']} {'' if name in top else 'field'}".strip(), state)
        for each in said
        for name, state in each
    }
    types = [*ENTRIES, *(f"{one} field" for one in ENTRIES if one != "list")]

    assert found == {(kind, state) for kind in types for state in STATES}


def voices(said: Any) -> Iterator[str]:
    match said:
        case {"voice": voice}:
            yield voice
        case dict():
            for one in said.values():
                yield from voices(one)
        case list():
            for one in said:
                yield from voices(one)


def test_every_voice_is_listened_to_and_not():
    """Each voice under each setting of whose words count."""
    found = {
        (voice, test.terms.facts_from)
        for _, test in every_test()
        for voice in voices([test.said.get("facts"), test.said.get("requests")])
    }

    assert found == {(voice, heard) for voice in ("record", "ur", "reviewer") for heard in VOICES}


# Determinations -------------------------------------------------------------------------------------


def test_every_determination_occurs_in_every_reading():
    """And a request that is not covered."""
    found = {
        (test.terms.reading, answer["determination"])
        for _, test in every_test()
        for answer in test.expected
        if "determination" in answer
    }
    outcomes = ("Upheld", "open", "Overturned")

    assert found == {
        *((reading, outcome) for reading in READINGS for outcome in outcomes),
        ("as written", "not covered"),
    }


def test_every_criterion_of_one_has_every_policy():
    """So a test of one criterion can be read under each."""
    singles = [group for group in groups() if group.single]

    assert {tuple(one["if_silent"] for one in each.criteria.values()) for each in singles} == {
        POLICIES
    }
