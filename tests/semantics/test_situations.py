"""The generated situations are worth trying: whatever the laws speak of occurs, and often enough."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from checker.condition import evaluate
from checker.engine.written import READINGS, names_in, status_of, ways_to_read
from checker.fact import NOT_ASKED
from checker.guideline import STATUSES
from tests.semantics import oracle
from tests.semantics.situation import PARTS, UNASKED, Situation, words
from tests.semantics.strategies import situations, undisputed, with_more_documented
from tests.semantics.test_laws import adverse, determination, statuses

DRAWN = 500
WORDS = (
    *("all", "any", "not", "is", "is_not", "includes", "overlap", "within"),
    *("at_least", "at_most", "more_than", "less_than", "some", "every", "none", "count"),
)
EXPECTED = {
    **{f"status {status}": 10 for status in STATUSES},
    **{f"outcome {outcome}": 25 for outcome in ("Upheld", "Overturned", "open")},
    **{f"word {word}": 25 for word in WORDS},
    "derived fact": 50,
    "derived fact behind another": 10,
    "fact that need not be asked": 2,
    "readings differ": 50,
    "several criteria": 50,
    "conflict that is looked at": 25,
    "conflict that leaves a criterion missing": 4,
    "exception documented": 25,
    "exception still to come": 5,
    "one fact that settles a criterion against": 50,
    "presumption that evidence refutes": 25,
    "settled by evidence while more is documented": 25,
    "decided by what is documented later": 10,
}
"""Of `DRAWN` situations, at least so many show each of these."""


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """How many of the drawn situations show each thing."""
    counts: Counter[str] = Counter()
    draw = settings(max_examples=DRAWN, derandomize=True, database=None)

    @draw
    @given(situations())
    def in_any_state(situation: Situation) -> None:
        counts.update(set(shown(situation)))

    @draw
    @given(situations(undisputed))
    def without_conflicts(situation: Situation) -> None:
        counts.update(set(refuted(situation)))

    @draw
    @given(with_more_documented())
    def before_and_after(pair: tuple[Situation, Situation]) -> None:
        counts.update(set(documented_later(*pair)))

    in_any_state()
    without_conflicts()
    before_and_after()
    return counts


@pytest.mark.parametrize(("what", "least"), EXPECTED.items())
def test_situations_show(seen: Counter[str], what: str, least: int):
    """A law that is tried where it has nothing to say proves nothing."""
    assert seen[what] >= least


def shown(situation: Situation) -> Iterator[str]:
    yield f"outcome {determination(situation, 'as written').outcome}"
    yield from (f"word {word}" for word in words(conditions(situation)))
    if situation.written.derived:
        yield "derived fact"
    if set(words(list(situation.written.derived.values()))) & set(situation.written.derived):
        yield "derived fact behind another"
    if any(
        situation.facts[name] == UNASKED and situation.chart[name] != NOT_ASKED
        for name in situation.written.guards
    ):
        yield "fact that need not be asked"
    if len(situation.guideline.criteria) > 1:
        yield "several criteria"
    by_reading = [statuses(situation, reading) for reading in READINGS]
    if len({tuple(one.values()) for one in by_reading}) > 1:
        yield "readings differ"
    for criterion in situation.guideline.criteria:
        ways = ways_to_read(situation.chart, names_in(criterion), "as written")
        status = status_of(criterion, situation.chart, "as written", situation.record)
        yield f"status {status}"
        if len(ways) > 1:
            yield "conflict that is looked at"
        if len(ways) > 1 and status == "missing":
            yield "conflict that leaves a criterion missing"
        if criterion.unless and evaluate(criterion.unless, ways[0]).least == 2:
            yield "exception documented"
        if criterion.unless and evaluate(criterion.unless, ways[0]) == (0, 2):
            yield "exception still to come"
        if adverse(criterion, situation, "as written"):
            yield "one fact that settles a criterion against"


def conditions(situation: Situation) -> list[object]:
    written = situation.written
    parts = [one[part] for one in written.criteria for part in PARTS if part in one]
    return [*parts, *written.derived.values()]


def refuted(situation: Situation) -> Iterator[str]:
    now = statuses(situation, "lenient")
    for criterion in situation.written.criteria:
        if now[criterion["id"]] == "presumed" and oracle.refutation(criterion, situation):
            yield "presumption that evidence refutes"


def documented_later(before: Situation, after: Situation) -> Iterator[str]:
    was, now = statuses(before, "as written"), statuses(after, "as written")
    for criterion, status in was.items():
        if status in ("met", "not met") and before.facts != after.facts:
            yield "settled by evidence while more is documented"
        if status not in ("met", "not met") and now[criterion] in ("met", "not met"):
            yield "decided by what is documented later"
