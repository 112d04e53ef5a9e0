"""Lint rules about whole guidelines: their source, their place in the search order, what they overlap with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from checker.authoring.lint.rule import Base, Found, LintRule
from checker.guideline import Guideline
from checker.yamlfile import Path_

_NO_ITEM = frozenset({"-", "?", "n/a", "na", "none", "unknown"})


def _no_place(base: Base) -> Iterator[Found]:
    orders = base.rules.search_order.orders.values()
    known = {name for order in orders for step in order.steps for name in step.publishers}
    beside = {one for order in orders for one in order.beside}
    for guideline in base.rules.guidelines.values():
        if orders and guideline.source.publisher not in known and guideline.id not in beside:
            message = (
                f"`{guideline.source.publisher}` has a place in no search order;"
                " name it in a step of search-order.yaml"
            )
            yield _of(base, guideline, message, "source", "publisher")


def _of(base: Base, guideline: Guideline, message: str, *way: str) -> Found:
    return Found(base.guideline_files[guideline.id], way, message)


def _uncited(base: Base) -> Iterator[Found]:
    for guideline in base.rules.guidelines.values():
        source = guideline.source
        if not (source.section or source.pages or source.chapter):
            message = "nothing says where in the source this stands; write `section`, or `pages`"
            yield _of(base, guideline, message, "source")
    for one in base.criteria:
        if one.criterion.item.casefold() in _NO_ITEM:
            message = (
                f"`{one.criterion.item}` names no place in the source; write the item's number,"
                " or a word that finds it"
            )
            yield one.found(message, "item")


def _unverified(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        if not one.criterion.verified:
            yield one.found("not verified against the source", "verified")


def _ground_and_criterion(base: Base) -> Iterator[Found]:
    ids = {one.criterion.id: one.guideline.id for one in base.criteria}
    for ground in base.rules.vocabulary.grounds:
        if ground in ids:
            message = f"`{ground}` is a criterion of {ids[ground]} too; a reviewer's reason must mean one thing"
            yield Found(base.vocabulary_file, ("grounds", ground), message, at_key=True)


def _overlapping(base: Base) -> Iterator[Found]:
    """Two guidelines of one rank for the same request and day, so that only their names decide."""
    guidelines = list(base.rules.guidelines.values())
    beside = {one for order in base.rules.search_order.orders.values() for one in order.beside}
    for index, one in enumerate(guidelines):
        for other in guidelines[:index]:
            apart = one.source.publisher != other.source.publisher or {one.id, other.id} & beside
            if not apart and _same_days(one, other) and _same_requests(one, other):
                message = (
                    f"covers requests that `{other.id}` covers on the same days;"
                    " one of the two is never asked"
                )
                yield _of(base, one, message, "covers")


def _same_days(one: Guideline, other: Guideline) -> bool:
    latest = date.max
    return one.since <= (other.until or latest) and other.since <= (one.until or latest)


def _same_requests(one: Guideline, other: Guideline) -> bool:
    """Whether there is a request that both cover; what only one of them names sets no limit to the other."""
    shared = one.covers.keys() & other.covers.keys()
    return all(not one.covers[name].isdisjoint(other.covers[name]) for name in shared)


def _step_twice(base: Base) -> Iterator[Found]:
    if base.order_file is None:
        return
    for name, order in base.rules.search_order.orders.items():
        seen: set[str] = set()
        for number, step in enumerate(order.steps):
            for index, publisher in enumerate(step.publishers):
                path: Path_ = ("orders", name, "steps", number, "publishers", index)
                if publisher in seen:
                    message = (
                        f"`{publisher}` has an earlier step already; this one is never reached"
                    )
                    yield Found(base.order_file, path, message)
                seen.add(publisher)


RULES = (
    LintRule(
        id="R501",
        level="warning",
        title="A guideline's publisher has a place in the search order",
        why="Without one its guidelines come last, and every answer under them carries a warning.",
        bad="""\
source: {publisher: CLINIC, section: Blocks}
""",
        good="""\
source: {publisher: ODG, section: Blocks}
""",
        check=_no_place,
        sample_of="guideline",
    ),
    LintRule(
        id="R502",
        level="warning",
        title="A criterion can be found in its source",
        why="A citation that leads nowhere cannot be checked, and a dispute is about what the source says.",
        bad="""\
source: {publisher: ODG}
""",
        good="""\
source: {publisher: ODG, chapter: Low Back, section: Facet joint blocks}
""",
        check=_uncited,
        sample_of="guideline",
    ),
    LintRule(
        id="R503",
        level="note",
        title="A criterion is verified against its source",
        why="`verified: false` is shown wherever the criterion is printed, until someone has read the source.",
        bad="""\
verified: false
""",
        good="""\
verified: true
""",
        check=_unverified,
    ),
    LintRule(
        id="R504",
        level="error",
        title="A reviewer's reason is either a criterion or a ground",
        why="An audit compares reasons by their ids; one id for two things would be counted as agreement.",
        bad="""\
grounds:
  facet-tenderness: The reviewer found no tenderness.
""",
        good="""\
grounds:
  efficacy-not-shown: The reviewer doubts that the procedure works at all.
""",
        check=_ground_and_criterion,
        sample_of="vocabulary",
    ),
    LintRule(
        id="R505",
        level="error",
        title="Two guidelines of a publisher do not cover the same request on the same day",
        why="Only the nearer date or the name would decide between them, and the other would never be asked.",
        bad="""\
id: clinic/other-blocks
""",
        good="""\
id: clinic/other-blocks
covers: {procedure: [facet_joint_injection]}
""",
        check=_overlapping,
        sample_of="guideline",
    ),
    LintRule(
        id="R506",
        level="warning",
        title="A publisher has one step in a search order",
        why="The first one counts; what a later one says about it is never read.",
        bad="""\
default: CA
source: [the regulation]
orders:
  CA:
    title: California
    steps:
      - {says: the first source, publishers: [ODG]}
      - {says: the next one, publishers: [CMS, ODG]}
""",
        good="""\
default: CA
source: [the regulation]
orders:
  CA:
    title: California
    steps:
      - {says: the first source, publishers: [ODG]}
      - {says: the next one, publishers: [CMS]}
""",
        check=_step_twice,
        sample_of="search order",
    ),
)
