"""Lint rules about the vocabulary: facts nobody needs, questions, guards and relations that never matter."""

from __future__ import annotations

from collections.abc import Iterator

from checker.authoring.lint.possible import never_true
from checker.authoring.lint.rule import Base, Found, LintRule
from checker.authoring.parts import names_in, specs
from checker.condition import Condition, Not
from checker.rulebase import RuleBase
from checker.vocabulary import LARGEST, FactSpec, ListOf, Number
from checker.yamlfile import Path_

_OF_THE_PROGRAM = frozenset({"procedure", "region", "side", "intent", "request_date"})
"""Facts that checker itself looks at: to group requests, and to find the guideline in force."""


def _unused(base: Base) -> Iterator[Found]:
    used = _used(base.rules)
    for path, spec in _entries(base):
        if spec.informational or spec.name in used:
            continue
        if not used.isdisjoint(_computed_from(base.rules, spec)):
            continue
        message = (
            f"no criterion, guard or relation asks for `{spec.name}`;"
            " leave it out, or mark it `informational: true`"
        )
        yield Found(base.vocabulary_file, path, message, at_key=True)


def _informational(base: Base) -> Iterator[Found]:
    used = _decisive(base.rules)
    for path, spec in _entries(base):
        if spec.informational and spec.name in used:
            message = f"`{spec.name}` is marked as informational, and a criterion asks for it"
            yield Found(base.vocabulary_file, (*path, "informational"), message, at_key=True)


def _entries(base: Base) -> Iterator[tuple[Path_, FactSpec]]:
    """Every fact of the vocabulary file, and every list's fields after it."""
    for name, spec in base.rules.vocabulary.facts.items():
        path: Path_ = ("facts", name)
        if path not in base.vocabulary_file.places:
            continue
        yield path, spec
        if isinstance(spec.type, ListOf):
            for field, of in spec.type.fields.items():
                yield (*path, "fields", field), of


def _computed_from(rules: RuleBase, spec: FactSpec) -> set[str]:
    return {one.name for one in specs(rules) if one.joints_of == spec.name}


def _decisive(rules: RuleBase) -> frozenset[str]:
    """Facts that criteria, coverage or guards look at."""
    criteria = (one for guideline in rules.guidelines.values() for one in guideline.criteria)
    conditions = [condition for one in criteria for condition in one.conditions]
    conditions += rules.vocabulary.guards.values()
    covered = {name for guideline in rules.guidelines.values() for name in guideline.covers}
    return frozenset(covered | {name for one in conditions for name in names_in(one)})


def _used(rules: RuleBase) -> frozenset[str]:
    related = {name for one in rules.relations for name in names_in(one.contradiction)}
    return _decisive(rules) | related | _OF_THE_PROGRAM


def _no_question(base: Base) -> Iterator[Found]:
    for path, spec in _entries(base):
        ask = base.vocabulary_file.at(path).get("ask")
        if ask and not spec.ask.endswith("?"):
            message = "a question ends with a question mark"
            yield Found(
                base.vocabulary_file, (*path, "ask"), message, mend=f"{spec.ask.rstrip('.')}?"
            )


def _same_question(base: Base) -> Iterator[Found]:
    seen: dict[str, str] = {}
    for path, spec in _entries(base):
        key = spec.ask.casefold()
        if key and key in seen:
            message = f"`{seen[key]}` asks the same; nobody could tell which one to answer"
            yield Found(base.vocabulary_file, (*path, "ask"), message)
        seen.setdefault(key, spec.name)


def _endless(base: Base) -> Iterator[Found]:
    for path, spec in _entries(base):
        if isinstance(spec.type, Number) and spec.type.high == LARGEST:
            message = f"any number of {spec.type.unit} is accepted; write the greatest one as `to`"
            yield Found(base.vocabulary_file, path, message, at_key=True)


def _idle_guard(base: Base) -> Iterator[Found]:
    rules = base.rules
    decisive = _decisive(rules)
    computed = {one.joints_of for one in specs(rules) if one.name in decisive}
    for name, guard in rules.vocabulary.guards.items():
        path = ("facts", name, "when")
        if why := never_true(guard, rules):
            message = f"`{name}` is never asked: {why}"
        elif never_true(Not(guard), rules):
            message = f"`{name}` is always asked; leave `when` out"
        elif name not in decisive | computed:
            message = f"no criterion asks for `{name}`, so that it is never asked anyway"
        else:
            continue
        yield Found(base.vocabulary_file, path, message, at_key=True)


def _idle_relation(base: Base) -> Iterator[Found]:
    seen: dict[Condition, str] = {}
    ids: dict[str, int] = {}
    for index, one in enumerate(base.rules.relations):
        path: Path_ = ("relations", index)
        if why := never_true(one.contradiction, base.rules):
            message = f"never contradicted by a chart: {why}"
            yield Found(base.vocabulary_file, path, message)
        elif one.contradiction in seen:
            message = f"says the same as `{seen[one.contradiction]}`"
            yield Found(base.vocabulary_file, path, message)
        seen.setdefault(one.contradiction, one.id)
        if one.id in ids:
            message = f"a second relation with the id `{one.id}`"
            yield Found(base.vocabulary_file, (*path, "id"), message)
        ids.setdefault(one.id, index)


RULES = (
    LintRule(
        id="R301",
        level="warning",
        title="Every fact is asked for, or marked as informational",
        why=(
            "A fact that nothing asks for is work for whoever fills in a case, and most often a criterion"
            " names another fact than was meant."
            " Facts kept because letters state them are marked `informational: true`."
        ),
        bad="""\
facts:
  headache: {type: boolean, ask: Is there a headache?}
""",
        good="""\
facts:
  headache: {type: boolean, informational: true, ask: Is there a headache?}
""",
        check=_unused,
        sample_of="vocabulary",
    ),
    LintRule(
        id="R302",
        level="error",
        title="An informational fact decides nothing",
        why="Whoever reads the vocabulary believes that the answer does not matter.",
        bad="""\
facts:
  facet_tenderness: {type: boolean, informational: true, ask: Are the facet joints tender?}
""",
        good="""\
facts:
  facet_tenderness: {type: boolean, ask: Are the facet joints tender?}
""",
        check=_informational,
        sample_of="vocabulary",
    ),
    LintRule(
        id="R303",
        level="warning",
        title="A fact asks a question",
        why="`ask` is put to people as it stands: on the screen, on the printed sheet and in a blank case.",
        bad="""\
facts:
  facet_tenderness: {type: boolean, ask: Tender facet joints.}
""",
        good="""\
facts:
  facet_tenderness: {type: boolean, ask: Are the facet joints tender?}
""",
        check=_no_question,
        sample_of="vocabulary",
        mends=True,
    ),
    LintRule(
        id="R304",
        level="error",
        title="No two facts ask the same question",
        why="An answer would land in one of them, and criteria that look at the other would call it missing.",
        bad="""\
facts:
  tender_joints: {type: boolean, ask: Are the facet joints tender?}
""",
        good="""\
facts:
  tender_muscles: {type: boolean, informational: true, ask: Are the muscles tender?}
""",
        check=_same_question,
        sample_of="vocabulary",
    ),
    LintRule(
        id="R305",
        level="warning",
        title="A number has a greatest value",
        why="Without one, 400 weeks typed for 40 are taken as they stand.",
        bad="""\
facts:
  conservative_care_weeks: {type: number, unit: weeks, ask: For how many weeks was care tried?}
""",
        good="""\
facts:
  conservative_care_weeks: {type: number, unit: weeks, to: 2600, ask: For how many weeks was care tried?}
""",
        check=_endless,
        sample_of="vocabulary",
    ),
    LintRule(
        id="R306",
        level="warning",
        title="A guard makes a difference",
        why=(
            "A `when` that is never true hides its question, one that is always true does nothing,"
            " and one on a fact that no criterion asks for is never looked at."
        ),
        bad="""\
facts:
  block_session:
    type: enum
    values: {first: The first, second: The second}
    when: {conservative_care_weeks: {at_least: 8, at_most: 6}}
    ask: Which session is it?
""",
        good="""\
facts:
  block_session:
    type: enum
    values: {first: The first, second: The second}
    when: {intent: diagnostic}
    ask: Which session is it?
""",
        check=_idle_guard,
        sample_of="vocabulary",
    ),
    LintRule(
        id="R307",
        level="error",
        title="A relation can be contradicted, and only by itself",
        why=(
            "A relation that no chart contradicts protects nobody,"
            " and one with the id of another cannot be told from it in a message."
        ),
        bad="""\
relations:
  - id: one-session
    says: A session is not both.
    never_together:
      - block_session: first
      - block_session: second
""",
        good="""\
relations:
  - id: no-second-session-for-treatment
    says: Only a diagnostic block has a second session.
    never_together:
      - block_session: second
      - intent: therapeutic
""",
        check=_idle_relation,
        sample_of="vocabulary",
    ),
)
