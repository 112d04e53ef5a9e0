"""Lint rules about conditions: exceptions that silence would grant, parts that never matter, depth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any as Anything

from checker.authoring.lint.possible import always_true, never_true
from checker.authoring.lint.rule import Base, CriterionAt, Found, LintRule
from checker.authoring.parts import parts_of
from checker.charting import complete
from checker.condition import Any, Bound, Condition, Derived, Is, Not, evaluate, facts_in
from checker.errors import quoted
from checker.fact import Documented, Fact
from checker.rulebase import RuleBase
from checker.vocabulary import Number
from checker.yamlfile import Document, Path_

DEEPEST = 2
"""How deep alternatives, quantifiers and their like may be nested in one condition."""

SINGLE_PART = "R205"
_KEYS = ("when", "requires", "unless")
_NESTING = ("any", "some", "every", "none", "count")


# Exceptions ------------------------------------------------------------------------------------------


def _presumed_exception(base: Base) -> Iterator[Found]:
    """Where a documented exclusion is excused by silence about its exception."""
    for one in base.criteria:
        criterion = one.criterion
        if criterion.if_silent != "presumed":
            continue
        for part in parts_of(criterion.requires):
            if isinstance(part, Any) and (excused := _excused(base.rules, one, part)):
                fact, exception = excused
                message = (
                    f"`{fact}` is documented and `{exception}` is not mentioned: still presumed"
                    " met; move the exception to `unless`"
                )
                yield one.found(message, "requires")
                break


def _excused(rules: RuleBase, one: CriterionAt, part: Any) -> tuple[str, str] | None:
    """An exclusion and its exception, where no example of the author shows that silence is meant to excuse."""
    known = rules.vocabulary.facts.keys()
    for exclusion in part.parts:
        if not known >= set(facts_in(exclusion)):
            continue  # a field of a record, which says nothing about the chart as a whole
        exceptions = [other for other in part.parts if other is not exclusion and _asks_for(other)]
        for fact in _excluding(exclusion) if exceptions else ():
            chart = complete({fact: _YES}, rules.vocabulary, "closed")
            excluded = evaluate(exclusion, chart).most == 0
            presumed = evaluate(one.criterion.requires, chart).least == 1
            if excluded and presumed and not _is_seen(one, fact):
                return fact, str(_asks_for(exceptions[0]))
    return None


def _excluding(condition: Condition) -> list[str]:
    """The facts any of which, when it is true, may make a condition false that asks for an absence."""
    match condition:
        case Is(fact, values) if values == {False}:
            return [fact]
        case Not(Is(fact, values)) if values == {True}:
            return [fact]
        case Not(Derived(_, part)):
            inside = (one for one in parts_of(part) if isinstance(one, Is) and one.values == {True})
            return [one.fact for one in inside]
        case _:
            return []


def _asks_for(condition: Condition) -> str | None:
    """The fact whose presence a condition asks for."""
    match condition:
        case Is(fact, values) if False not in values:
            return fact
        case Bound(fact) | Derived(fact):
            return fact
        case _:
            return None


def _is_seen(one: CriterionAt, fact: str) -> bool:
    """Whether an example with the fact documented is expected to be presumed: then it is meant so."""
    return any(
        _is_true(example.facts.get(fact)) and example.expect == "presumed"
        for example in one.criterion.examples
    )


def _is_true(fact: Fact | None) -> bool:
    return isinstance(fact, Documented) and fact.value is True


_YES = Documented(value=True)


# What can never or always be true --------------------------------------------------------------------


def _impossible(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        for key in _KEYS:
            condition = getattr(one.criterion, key)
            if condition and (why := never_true(condition, base.rules)):
                yield one.found(f"no chart can meet this: {why}", key)


def _pointless(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        for key in _KEYS:
            condition = getattr(one.criterion, key)
            for part in parts_of(condition) if condition else ():
                if why := always_true(part, base.rules):
                    yield one.found(why, key)


def _exactly(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        for key in _KEYS:
            condition = getattr(one.criterion, key)
            for part in parts_of(condition) if condition else ():
                if number := _exact_number(part, base.rules):
                    fact, value = number
                    message = (
                        f"`{fact}` must be exactly {value}; write `at_least` or `at_most`"
                        " if more or less will do"
                    )
                    yield one.found(message, key)


def _exact_number(part: Condition, rules: RuleBase) -> tuple[str, object] | None:
    match part:
        case Is(fact, values) if fact in rules.vocabulary.facts:
            kind = rules.vocabulary.facts[fact].type
            if isinstance(kind, Number) and values.isdisjoint({kind.low, kind.high}):
                return fact, " or ".join(str(one) for one in sorted(values, key=str))
    return None


# Parts that say nothing ------------------------------------------------------------------------------


def _single_part(base: Base) -> Iterator[Found]:
    for document, path in _conditions(base):
        for way, key, written in _entries(document.at(path)):
            if key in ("all", "any") and isinstance(written, list) and len(written) == 1:
                message = f"`{key}` with one part says no more than the part; leave `{key}` out"
                yield Found(document, (*path, *way), message, at_key=True)


def _twice(base: Base) -> Iterator[Found]:
    for document, path in _conditions(base):
        for way, key, written in _entries(document.at(path)):
            if key not in ("all", "any") or not isinstance(written, list):
                continue
            seen: dict[str, int] = {}
            for index, part in enumerate(written):
                text = _text(part)
                if text in seen:
                    message = f"the same part stands in this `{key}` a second time"
                    yield Found(document, (*path, *way, index), message)
                seen.setdefault(text, index)


def _nested(base: Base) -> Iterator[Found]:
    for document, path in _conditions(base):
        for way, key, written in _entries(document.at(path)):
            if key in ("all", "any") and isinstance(written, list):
                for index, part in enumerate(written):
                    if isinstance(part, dict) and list(part) == [key]:
                        message = f"`{key}` inside `{key}` says no more than one list; join them"
                        yield Found(document, (*path, *way, index, key), message, at_key=True)


def _negated_twice(base: Base) -> Iterator[Found]:
    for document, path in _conditions(base):
        for way, key, written in _entries(document.at(path)):
            if key == "not" and isinstance(written, dict) and list(written) == ["not"]:
                message = "`not` of `not` says the same as its part; leave both out"
                yield Found(document, (*path, *way), message, at_key=True)


def _too_deep(base: Base) -> Iterator[Found]:
    for document, path in _conditions(base):
        depth = _depth(document.at(path))
        if depth > DEEPEST:
            message = (
                f"nested {depth} deep, where {DEEPEST} can still be read aloud;"
                " give a part of it a name as a derived fact, or make two criteria of it"
            )
            yield Found(document, path, message)


def _depth(written: Anything) -> int:
    match written:
        case dict():
            return max(((key in _NESTING) + _depth(one) for key, one in written.items()), default=0)
        case list():
            return max((_depth(one) for one in written), default=0)
        case _:
            return 0


def _conditions(base: Base) -> Iterator[tuple[Document, Path_]]:
    """Every condition as written, in the order of the files."""
    vocabulary = base.vocabulary_file
    for name in vocabulary.keys(("facts",)):
        for key in ("when", "derived_when"):
            if key in vocabulary.keys(("facts", name)):
                yield vocabulary, ("facts", name, key)
    for one in base.criteria:
        for key in _KEYS:
            if key in one.document.keys(one.path):
                yield one.document, (*one.path, key)


def _entries(written: Anything) -> Iterator[tuple[Path_, str, Anything]]:
    """Every `key: value` in a condition, with the way to it."""
    steps: Iterable[tuple[str | int, Anything]] = ()
    if isinstance(written, dict):
        steps = written.items()
    elif isinstance(written, list):
        steps = enumerate(written)
    for step, inner in steps:
        if isinstance(step, str):
            yield (step,), step, inner
        for way, key, value in _entries(inner):
            yield (step, *way), key, value


def _text(written: Anything) -> str:
    """A part as text that is the same for parts that say the same."""
    return json.dumps(written, sort_keys=True, default=date.isoformat)


# Criteria beside each other --------------------------------------------------------------------------


def _criterion_twice(base: Base) -> Iterator[Found]:
    for guideline in base.rules.guidelines.values():
        seen: dict[object, CriterionAt] = {}
        for one in base.of_guideline(guideline):
            asked = one.criterion
            key = (asked.when, asked.requires, asked.unless, asked.if_silent, asked.kind)
            if key in seen:
                first = quoted(seen[key].criterion.id)
                yield one.found(f"asks the same as {first}, and would be counted twice")
            seen.setdefault(key, one)


def _parts_alike(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        asked: Mapping[str, Condition | None] = {key: getattr(one.criterion, key) for key in _KEYS}
        if asked["when"] == asked["requires"]:
            yield one.found("the same as `requires`: where it applies it is always met", "when")
        if asked["unless"] in (asked["requires"], asked["when"]) and asked["unless"]:
            other = "requires" if asked["unless"] == asked["requires"] else "when"
            yield one.found(f"the same as `{other}`, and so no exception to it", "unless")


RULES = (
    LintRule(
        id="R201",
        level="error",
        title="An exception is not presumed",
        why=(
            "A criterion that is presumed where the chart is silent is also presumed where the chart documents"
            " the exclusion and is silent about the exception: silence would excuse a documented fact."
            " An exception under `unless` must be documented."
            " Where silence is really meant to excuse, an example that says so settles it."
        ),
        bad="""\
requires: {any: [{iv_sedation_planned: false}, {extreme_anxiety: true}]}
if_silent: presumed
""",
        good="""\
requires: {iv_sedation_planned: false}
unless: {extreme_anxiety: true}
if_silent: presumed
""",
        check=_presumed_exception,
    ),
    LintRule(
        id="R202",
        level="error",
        title="A condition can be met",
        why=(
            "A criterion that no chart can meet fails every request,"
            " and one with a `when` that is never true never applies."
        ),
        bad="""\
requires: {conservative_care_weeks: {at_least: 8, at_most: 6}}
""",
        good="""\
requires: {conservative_care_weeks: {at_least: 6, at_most: 8}}
""",
        check=_impossible,
    ),
    LintRule(
        id="R203",
        level="note",
        title="A comparison tells numbers apart",
        why=(
            "One that every possible number meets asks only whether the fact is documented."
            " That may be meant; else the number or the direction is wrong."
        ),
        bad="""\
requires: {conservative_care_weeks: {at_least: 0}}
""",
        good="""\
requires: {conservative_care_weeks: {more_than: 0}}
""",
        check=_pointless,
    ),
    LintRule(
        id="R204",
        level="warning",
        title="A number is compared, not met exactly",
        why=(
            "`weeks: 4` fails at five weeks. A guideline nearly always means at least or at most."
            " The least and the greatest possible number may be asked for: `sessions: 0` is none at all."
        ),
        bad="""\
requires: {conservative_care_weeks: 4}
""",
        good="""\
requires: {conservative_care_weeks: {at_least: 4}}
""",
        check=_exactly,
    ),
    LintRule(
        id=SINGLE_PART,
        level="warning",
        title="`all` and `any` have two parts or more",
        why="With one part they say nothing; often the second part was forgotten.",
        bad="""\
requires: {any: [{facet_tenderness: true}]}
""",
        good="""\
requires: {facet_tenderness: true}
""",
        check=_single_part,
        mends=True,
    ),
    LintRule(
        id="R206",
        level="warning",
        title="No part stands twice",
        why="The second says nothing; most often a fact was to be changed after copying and was not.",
        bad="""\
requires: {any: [{facet_tenderness: true}, {facet_tenderness: true}]}
""",
        good="""\
requires: {any: [{facet_tenderness: true}, {extreme_anxiety: true}]}
""",
        check=_twice,
    ),
    LintRule(
        id="R207",
        level="warning",
        title="`all` stands in no `all`, `any` in no `any`",
        why="One list says the same and can be read aloud.",
        bad="""\
requires:
  any:
    - any: [{facet_tenderness: true}, {extreme_anxiety: true}]
    - conservative_care_weeks: {at_least: 4}
""",
        good="""\
requires:
  any:
    - facet_tenderness: true
    - extreme_anxiety: true
    - conservative_care_weeks: {at_least: 4}
""",
        check=_nested,
    ),
    LintRule(
        id="R208",
        level="warning",
        title="`not` does not stand in a `not`",
        why="Two negations say what the part alone says, and are easily misread.",
        bad="""\
requires: {not: {not: {facet_tenderness: true}}}
""",
        good="""\
requires: {facet_tenderness: true}
""",
        check=_negated_twice,
    ),
    LintRule(
        id="R209",
        level="warning",
        title="A condition is nested two deep at most",
        why=(
            "A nurse must be able to read a criterion as one sentence."
            " Each `any`, `some`, `every`, `none` and `count` is one level."
        ),
        bad="""\
requires:
  any:
    - facet_tenderness: true
    - all:
        - extreme_anxiety: true
        - any:
            - conservative_care_weeks: {at_least: 4}
            - all:
                - block_session: first
                - any: [{iv_sedation_planned: false}, {intent: diagnostic}]
""",
        good="""\
requires:
  any:
    - facet_tenderness: true
    - all:
        - extreme_anxiety: true
        - any: [{conservative_care_weeks: {at_least: 4}}, {block_session: first}]
""",
        check=_too_deep,
    ),
    LintRule(
        id="R210",
        level="error",
        title="No two criteria of a guideline ask the same",
        why="A request would fail twice for one reason, and every count of reasons would be wrong.",
        bad="""\
criteria:
  - {id: one, requires: {facet_tenderness: true}}
  - {id: other, requires: {facet_tenderness: true}}
""",
        good="""\
criteria:
  - {id: one, requires: {facet_tenderness: true}}
  - {id: other, requires: {extreme_anxiety: true}}
""",
        check=_criterion_twice,
        sample_of="guideline",
    ),
    LintRule(
        id="R211",
        level="error",
        title="`when`, `requires` and `unless` ask different things",
        why=(
            "Where two of them ask the same, the criterion is always met where it applies,"
            " or its exception is none."
        ),
        bad="""\
when: {facet_tenderness: true}
requires: {facet_tenderness: true}
""",
        good="""\
when: {intent: diagnostic}
requires: {facet_tenderness: true}
""",
        check=_parts_alike,
    ),
)
