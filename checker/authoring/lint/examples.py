"""Lint rules about the examples of a criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from checker.authoring.lint.rule import Base, Found, LintRule
from checker.authoring.parts import parts_of
from checker.charting import complete
from checker.condition import Bound, Condition, Derived, Size, evaluate
from checker.errors import quoted
from checker.fact import Conflicting, Documented, Fact
from checker.guideline import Example
from checker.rulebase import RuleBase

_SILENT = frozenset({"missing", "presumed", "to answer"})
_LOWER = ("at_least", "less_than")


def _without(base: Base, statuses: frozenset[str], message: str) -> Iterator[Found]:
    for one in base.criteria:
        if not statuses & {example.expect for example in one.criterion.examples}:
            yield one.found(message, "examples")


def _no_met(base: Base) -> Iterator[Found]:
    return _without(base, frozenset({"met"}), "no example is met")


def _no_not_met(base: Base) -> Iterator[Found]:
    return _without(base, frozenset({"not met"}), "no example is not met")


def _no_silent(base: Base) -> Iterator[Found]:
    message = "no example has a silent chart, which is missing, presumed or to answer"
    return _without(base, _SILENT, message)


def _never_not_applicable(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        expected = {example.expect for example in one.criterion.examples}
        if one.criterion.when and "not applicable" not in expected:
            yield one.found("no example is one to which the criterion does not apply", "when")


def _exception_unseen(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        unless = one.criterion.unless
        if unless is None:
            continue
        charts = [_chart(base.rules, example) for example in one.criterion.examples]
        if not any(
            evaluate(unless, chart).least == 2 and evaluate(one.criterion.requires, chart).least < 2
            for chart in charts
        ):
            yield one.found("no example is met by the exception alone", "unless")


def _chart(rules: RuleBase, example: Example) -> dict[str, Fact]:
    return dict(complete(example.facts, rules.vocabulary, example.record))


def _same_name(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        seen: dict[str, Example] = {}
        for index, example in enumerate(one.criterion.examples):
            if example.name in seen:
                line = seen[example.name].place.line
                message = f"a second example named {quoted(example.name)} (first in line {line})"
                yield one.found(message, "examples", index, "name")
            seen.setdefault(example.name, example)


def _same_facts(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        for index, example in enumerate(one.criterion.examples):
            for earlier in one.criterion.examples[:index]:
                if (earlier.facts, earlier.record) == (example.facts, example.record):
                    message = f"the same facts as the example {quoted(earlier.name)}"
                    yield one.found(message, "examples", index)
                    break


def _no_example_at_the_number(base: Base) -> Iterator[Found]:
    """What is derived may be tried by the examples of any criterion."""
    everywhere = [example for one in base.criteria for example in one.criterion.examples]
    for one in base.criteria:
        for key in ("when", "requires", "unless"):
            condition = getattr(one.criterion, key)
            for part, derived in _with_origin(condition) if condition else ():
                message = _unseen_side(base, one.criterion.examples, part)
                if message and derived and not _unseen_side(base, everywhere, part):
                    continue
                if message:
                    yield one.found(message, key)


def _with_origin(condition: Condition) -> Iterator[tuple[Condition, bool]]:
    """Every part of a condition, and whether a derived fact brings it in."""
    derived = {
        id(part)
        for outer in parts_of(condition)
        if isinstance(outer, Derived)
        for part in parts_of(outer.part)
    }
    yield from ((part, id(part) in derived) for part in parts_of(condition))


def _unseen_side(base: Base, examples: Sequence[Example], part: Condition) -> str | None:
    """What no example shows of a number: that number itself, or one on its other side."""
    match part:
        case Bound(fact, operator, bound) if not isinstance(bound, date):
            values = {value for example in examples for value in _numbers(example, fact)}
            if bound not in values:
                return f"no example has `{fact}` at {bound}"
            below = operator in _LOWER
            if not any(value < bound if below else value > bound for value in values):
                return f"no example has `{fact}` {'below' if below else 'above'} {bound}"
        case Size(fact, at_least):
            sizes = {size for example in examples for size in _sizes(base, example, fact)}
            unseen = [size for size in (at_least - 1, at_least) if size not in sizes]
            if unseen:
                return f"no example has {unseen[0]} of `{fact}`"
        case _:
            pass
    return None


def _numbers(example: Example, fact: str) -> Iterator[float]:
    """The numbers that an example gives for a fact, or for a field of its records."""
    for value in _values(example.facts, fact):
        if isinstance(value, int | float):
            yield value


def _sizes(base: Base, example: Example, fact: str) -> Iterator[int]:
    """How many members a set has in an example, or in one of its records."""
    for value in _values(_chart(base.rules, example), fact):
        if isinstance(value, frozenset):
            yield len(value)


def _values(chart: Mapping[str, Fact], name: str) -> Iterator[object]:
    """All values that a chart gives to a fact, or to a field of a record, those in conflict included."""
    for key, fact in chart.items():
        for value in _documented(fact):
            if key == name:
                yield value
            for record in value if isinstance(value, tuple) else ():
                if isinstance(record, Mapping) and name in record:
                    yield from _documented(record[name])


def _documented(fact: Fact) -> list[object]:
    match fact:
        case Documented(value):
            return [value]
        case Conflicting(values):
            return [one.value for one in values]
        case _:
            return []


_GOOD = """\
requires: {facet_tenderness: true}
examples:
  - {name: tender joints, facts: {facet_tenderness: true}, expect: met}
  - {name: no tender joint, facts: {facet_tenderness: false}, expect: not met}
  - {name: no examination, facts: {}, expect: missing}
"""

RULES = (
    LintRule(
        id="R101",
        level="error",
        title="A criterion has an example that is met",
        why="Without one, a criterion that no chart can meet goes unnoticed, and every request under it fails.",
        bad="""\
requires: {facet_tenderness: true}
examples:
  - {name: no tender joint, facts: {facet_tenderness: false}, expect: not met}
  - {name: no examination, facts: {}, expect: missing}
""",
        good=_GOOD,
        check=_no_met,
    ),
    LintRule(
        id="R102",
        level="error",
        title="A criterion has an example that is not met",
        why="Without one, a criterion that every chart meets goes unnoticed, and asks for nothing.",
        bad="""\
requires: {facet_tenderness: true}
examples:
  - {name: tender joints, facts: {facet_tenderness: true}, expect: met}
  - {name: no examination, facts: {}, expect: missing}
""",
        good=_GOOD,
        check=_no_not_met,
    ),
    LintRule(
        id="R103",
        level="error",
        title="A criterion has an example of a silent chart",
        why=(
            "What silence means is the choice that changes most decisions."
            " An example shows that it was made, and holds it."
        ),
        bad="""\
requires: {facet_tenderness: true}
examples:
  - {name: tender joints, facts: {facet_tenderness: true}, expect: met}
  - {name: no tender joint, facts: {facet_tenderness: false}, expect: not met}
""",
        good=_GOOD,
        check=_no_silent,
    ),
    LintRule(
        id="R104",
        level="error",
        title="A criterion with `when` has an example to which it does not apply",
        why="A `when` that is always true, by a slip, would not be noticed.",
        bad="""\
when: {block_session: second}
requires: {facet_tenderness: true}
examples:
  - {name: tender joints, facts: {block_session: second, facet_tenderness: true}, expect: met}
  - {name: no tender joint, facts: {block_session: second, facet_tenderness: false}, expect: not met}
  - {name: no examination, facts: {block_session: second}, expect: missing}
""",
        good="""\
when: {block_session: second}
requires: {facet_tenderness: true}
examples:
  - {name: tender joints, facts: {block_session: second, facet_tenderness: true}, expect: met}
  - {name: no tender joint, facts: {block_session: second, facet_tenderness: false}, expect: not met}
  - {name: no examination, facts: {block_session: second}, expect: missing}
  - {name: the first session, facts: {block_session: first}, expect: not applicable}
""",
        check=_never_not_applicable,
    ),
    LintRule(
        id="R105",
        level="error",
        title="The examples of a criterion have different names",
        why="A failing example is found by its name.",
        bad="""\
examples:
  - {name: tender joints, facts: {facet_tenderness: true}, expect: met}
  - {name: tender joints, facts: {facet_tenderness: false}, expect: not met}
  - {name: no examination, facts: {}, expect: missing}
""",
        good=_GOOD,
        check=_same_name,
    ),
    LintRule(
        id="R106",
        level="warning",
        title="Every number has an example on each side",
        why=(
            "A threshold is where a guideline is read most exactly and where a slip costs most."
            " An example at the number and one on its other side notice a step in either direction."
        ),
        bad="""\
requires: {conservative_care_weeks: {at_least: 4}}
examples:
  - {name: eight weeks, facts: {conservative_care_weeks: 8}, expect: met}
  - {name: one week, facts: {conservative_care_weeks: 1}, expect: not met}
  - {name: no number of weeks, facts: {}, expect: missing}
""",
        good="""\
requires: {conservative_care_weeks: {at_least: 4}}
examples:
  - {name: four weeks, facts: {conservative_care_weeks: 4}, expect: met}
  - {name: three weeks, facts: {conservative_care_weeks: 3}, expect: not met}
  - {name: no number of weeks, facts: {}, expect: missing}
""",
        check=_no_example_at_the_number,
    ),
    LintRule(
        id="R107",
        level="warning",
        title="An exception has an example that it alone meets",
        why="An `unless` that can never be true, by a slip, would not be noticed.",
        bad="""\
requires: {iv_sedation_planned: false}
unless: {extreme_anxiety: true}
if_silent: presumed
examples:
  - {name: no sedation, facts: {iv_sedation_planned: false}, expect: met}
  - {name: sedation, facts: {iv_sedation_planned: true}, expect: not met}
  - {name: nothing about sedation, facts: {}, expect: presumed}
""",
        good="""\
requires: {iv_sedation_planned: false}
unless: {extreme_anxiety: true}
if_silent: presumed
examples:
  - {name: no sedation, facts: {iv_sedation_planned: false}, expect: met}
  - {name: sedation, facts: {iv_sedation_planned: true}, expect: not met}
  - {name: nothing about sedation, facts: {}, expect: presumed}
  - {name: sedation for anxiety, facts: {iv_sedation_planned: true, extreme_anxiety: true}, expect: met}
""",
        check=_exception_unseen,
    ),
    LintRule(
        id="R108",
        level="warning",
        title="No two examples of a criterion state the same",
        why="The second adds nothing; most often a fact was to be changed after copying and was not.",
        bad="""\
examples:
  - {name: tender joints, facts: {facet_tenderness: true}, expect: met}
  - {name: pain on loading, facts: {facet_tenderness: true}, expect: met}
  - {name: no tender joint, facts: {facet_tenderness: false}, expect: not met}
  - {name: no examination, facts: {}, expect: missing}
""",
        good=_GOOD,
        check=_same_facts,
    ),
)
