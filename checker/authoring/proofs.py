"""What a rule base can and cannot do: proved over every chart that its conditions can tell apart.

Each criterion is enumerated by itself. What several criteria do together is shown by one chart, or ruled out
by enumerating them together; where neither comes to an end, that is said and nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Literal

from checker.authoring.mutation import region_of
from checker.authoring.search import FOR, Found, Goal, find, hanging_together
from checker.authoring.space import Space, simplest, space_of
from checker.authoring.values import TooManyError
from checker.authoring.versions import RANK
from checker.charting import Facts, complete
from checker.condition import Condition, Is
from checker.engine.written import AGAINST, names_in, status_of
from checker.errors import Place, did_you_mean
from checker.fact import Documented
from checker.guideline import NOT_STATED, Criterion, Guideline, Status
from checker.rulebase import RuleBase
from checker.vocabulary import Boolean, Enum
from checker.wording import joined, plain
from checker.yamlfile import Allowance

Covers = Mapping[str, Collection[str]]
Level = Literal["error", "warning", "note"]

CODES: Mapping[str, str] = {
    "P100": "An expectation names a finding that is there",
    "P101": "Every criterion can be met, and can fail",
    "P102": "Every criterion that decides can decide alone",
    "P103": "No two criteria are the same",
    "P104": "No criterion fails only where another fails as well",
    "P105": "Some case passes every guideline",
    "P106": "Every chart gives a criterion exactly one status",
    "P107": "Silence does not rescue from a documented adverse fact",
    "P108": "More of a fact does what the vocabulary says",
    "P109": "What is asked is small enough to be proved",
    "P201": "Every request that a publisher speaks about is covered without a gap",
    "P202": "No two guidelines of one rank govern the same request",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was proved against a rule base, where, and a chart that shows it (None where none can)."""

    code: str
    message: str
    place: Place
    guideline: str
    witness: Facts | None = None

    @property
    def level(self) -> Level:
        """How bad it is: what could not be proved is a note."""
        return "note" if self.code == "P109" else "error"


@dataclass(frozen=True)
class Proofs:
    """All findings that nobody expects, the expected ones, and how many combinations were gone through."""

    findings: tuple[Finding, ...]
    expected: tuple[tuple[Finding, str], ...]
    combinations: int
    criteria: int
    guidelines: int


def prove(rules: RuleBase, guidelines: Sequence[Guideline]) -> Proofs:
    """What can be proved against these guidelines."""
    findings: list[Finding] = []
    expected: list[tuple[Finding, str]] = []
    number = 0
    for guideline in guidelines:
        prover = _Prover(rules, guideline)
        found = list(prover.findings())
        number += prover.number
        allowed = list(_allowances(guideline))
        for one in found:
            because = next(
                (each.because for place, each in allowed if _allows(place, each, one)), None
            )
            if because is None:
                findings.append(one)
            else:
                expected.append((one, because))
        findings += _idle(allowed, found, guideline)
    criteria = sum(len(one.criteria) for one in guidelines)
    return Proofs(tuple(findings), tuple(expected), number, criteria, len(guidelines))


def _allowances(guideline: Guideline) -> Iterator[tuple[Place, Allowance]]:
    for one in guideline.proved:
        yield guideline.place, one
    for criterion in guideline.criteria:
        for one in criterion.proved:
            yield criterion.place, one


def _allows(place: Place, allowance: Allowance, finding: Finding) -> bool:
    return allowance.allow == finding.code and place == finding.place


def _idle(
    allowed: Iterable[tuple[Place, Allowance]], found: Sequence[Finding], guideline: Guideline
) -> Iterator[Finding]:
    """Expectations of what is not there: they would hide the next mistake."""
    for place, one in allowed:
        if one.allow not in CODES:
            message = f"`{one.allow}` is no finding{did_you_mean(one.allow, CODES)}"
        elif not any(_allows(place, one, each) for each in found):
            message = f"`{one.allow}` is expected here and is not found; leave the expectation out"
        else:
            continue
        yield Finding("P100", message, place, guideline.id)


class _Prover:
    """Goes through one guideline."""

    def __init__(self, rules: RuleBase, guideline: Guideline) -> None:
        self.rules, self.guideline = rules, guideline
        self.region = region_of(guideline)
        self.deciding = [one for one in guideline.criteria if one.decides]
        self.covers = asked_for(guideline.covers)
        self.doubled: set[str] = set()
        self.number = 0

    def findings(self) -> Iterator[Finding]:
        """All that is found, criterion by criterion."""
        passes = self._passing()
        if passes is False:
            yield self._of_guideline("P105", "no case passes: every request is Upheld")
        if passes is None:
            yield self._of_guideline("P109", "that some case passes: not proved")
        pairs = list(self._pairs())
        for criterion in self.guideline.criteria:
            yield from self._of_criterion(criterion, passes=passes is not False)
        yield from pairs

    def _of_guideline(self, code: str, message: str) -> Finding:
        return Finding(code, message, self.guideline.place, self.guideline.id)

    def _of(
        self, criterion: Criterion, code: str, message: str, witness: Facts | None = None
    ) -> Finding:
        told = f"{criterion.id} {message}"
        return Finding(code, told, criterion.place, self.guideline.id, witness)

    def _not_proved(self, criterion: Criterion, what: str, error: TooManyError) -> Finding:
        return self._of(
            criterion, "P109", f"{what}: not proved, more than {error.number:,} combinations"
        )

    # one criterion

    def _of_criterion(self, criterion: Criterion, *, passes: bool) -> Iterator[Finding]:
        try:
            space = self._space([criterion])
        except TooManyError as error:
            yield self._not_proved(criterion, "what it can come to", error)
            return
        self.number += space.grid.number
        statuses = space.statuses(criterion)
        yield from self._one_status(criterion, space, statuses)
        unreached = [
            status for status in ("met", "not met") if not self._reached(criterion, space, status)
        ]
        for status in unreached if passes else ():
            yield self._of(criterion, "P101", f"is {status} on no chart that the guideline covers")
        if criterion.if_silent == "presumed":
            yield from self._rescued(criterion)
        yield from self._monotone(criterion)
        doubled = criterion.id in self.doubled
        if criterion.decides and passes and not doubled and "not met" not in unreached:
            yield from self._alone(criterion)

    def _space(self, criteria: Sequence[Criterion]) -> Space:
        return space_of(criteria, self.rules, region=self.region, also=tuple(self.covers.values()))

    def _covered(self, space: Space) -> int:
        return covered_in(space, self.guideline.covers)

    def _one_status(
        self, criterion: Criterion, space: Space, statuses: Mapping[Status, int]
    ) -> Iterator[Finding]:
        seen = twice = 0
        for combinations_ in statuses.values():
            twice |= seen & combinations_
            seen |= combinations_
        if twice or seen != space.grid.full:
            wrong = twice or space.grid.full & ~seen
            witness = next(space.simplest_first(wrong))
            yield self._of(criterion, "P106", "has two statuses or none", witness)

    def _reached(self, criterion: Criterion, space: Space, status: Status) -> bool:
        if not space.statuses(criterion)[status] & self._covered(space):
            return False
        found = simplest(
            [criterion],
            lambda one: one.statuses(criterion)[status] & self._covered(one),
            self.rules,
            self.region,
            tuple(self.covers.values()),
        )
        return found is not None

    # silence beside a documented adverse fact

    def _rescued(self, criterion: Criterion) -> Iterator[Finding]:
        """A fact that would settle the criterion by itself, documented the other way, and still presumed."""
        criterion = replace(criterion, when=None, unless=None)
        for name in names_in(criterion):
            spec = self.rules.vocabulary.facts.get(name)
            if spec is None or not spec.written or not isinstance(spec.type, Boolean | Enum):
                continue
            values = [True, False] if isinstance(spec.type, Boolean) else list(spec.type.values)
            alone = {value: self._alone_on_chart(criterion, name, value) for value in values}
            if "met" not in alone.values():
                continue
            for value in values:
                if alone[value] != "presumed":
                    continue
                witness = self._against_with(criterion, name, value)
                if witness is None:
                    continue
                others = joined([f"`{one}`" for one in witness if one != name])
                message = (
                    f"is presumed although `{name}: {_yaml(value)}` is documented, while {others} is silent;"
                    " move the exception to `unless`"
                )
                yield self._of(criterion, "P107", message, {name: Documented(value)})
                return

    def _alone_on_chart(self, criterion: Criterion, name: str, value: bool | str) -> Status:  # noqa: FBT001 - a value
        chart = complete({name: Documented(value)}, self.rules.vocabulary, "closed")
        return status_of(criterion, chart, "as written", "closed")

    def _against_with(self, criterion: Criterion, name: str, value: bool | str) -> Facts | None:  # noqa: FBT001 - as above
        """A chart with this value on which the criterion is not met."""
        said = Is(name, frozenset({value}))
        return simplest(
            [criterion],
            lambda space: space.statuses(criterion)["not met"] & space.truth(said).sure,
            self.rules,
            self.region,
            [said],
        )

    # more and less

    def _monotone(self, criterion: Criterion) -> Iterator[Finding]:
        for name in names_in(criterion):
            spec = self.rules.vocabulary.facts.get(name)
            if spec is None or spec.more is None:
                continue
            space = self._space([criterion])
            axis = next(
                (
                    place
                    for place, rows in enumerate(space.rows)
                    if any(name in row.facts for row in rows)
                ),
                None,
            )
            if axis is None or any(row.facts.keys() - {name} for row in space.rows[axis]):
                error = TooManyError(space.grid.number)
                yield self._not_proved(criterion, f"that more {plain(name)} {spec.more}", error)
                continue
            broken = _turned(space, criterion, axis, name, helps=spec.more == "helps")
            if broken:
                facts, low, before, high, after = broken
                declared = f"more {plain(name)} {spec.more} by the vocabulary, and here"
                message = f"turns: {declared} {low} is {before} and {high} is {after}"
                yield self._of(criterion, "P108", message, facts)

    # together with others

    def _passing(self) -> bool | None:
        """Whether some case passes; None where that was not found out."""
        goals = [Goal(one, FOR) for one in self.deciding]
        found = find(goals, self.rules, self.guideline.covers)
        if isinstance(found, Found):
            return True
        return False if found.complete or self._ruled_out(goals) else None

    def _alone(self, criterion: Criterion) -> Iterator[Finding]:
        """Whether a chart exists on which only this criterion counts against."""
        others = [one for one in self.deciding if one is not criterion]
        rest = [Goal(one, FOR) for one in others]
        ways: tuple[frozenset[Status], ...] = (frozenset({"not met"}), frozenset({"missing"}))
        results = []
        for way in ways:
            found = find([Goal(criterion, way), *rest], self.rules, self.guideline.covers)
            if isinstance(found, Found):
                return
            results.append(found)
        if by := self._implied_by(criterion, others):
            message = f"fails only where {by.id} does not pass either"
            yield self._of(criterion, "P104", message)
        elif all(one.complete for one in results) or self._ruled_out(
            [Goal(criterion, AGAINST), *rest]
        ):
            yield self._of(criterion, "P102", "never decides alone")
        else:
            message = "can decide alone: not proved, no such chart was found and not all were gone through"
            yield self._of(criterion, "P109", message)

    def _implied_by(self, criterion: Criterion, others: Sequence[Criterion]) -> Criterion | None:
        """Another criterion that does not pass wherever this one fails."""
        names = set(names_in(criterion))
        for other in others:
            if names & set(names_in(other)):
                try:
                    space = self._space([criterion, other])
                except TooManyError:
                    continue
                self.number += space.grid.number
                ours, theirs = space.statuses(criterion), space.statuses(other)
                against = ours["not met"] | ours["missing"]
                passing = theirs["met"] | theirs["presumed"] | theirs["not applicable"]
                covered = self._covered(space)
                if against & covered and not against & passing & covered:
                    return other
        return None

    def _ruled_out(self, goals: Sequence[Goal]) -> bool:
        ruled_out, number = ruled_out_by(goals, self.rules, self.guideline.covers, self.region)
        self.number += number
        return ruled_out

    def _pairs(self) -> Iterator[Finding]:
        """Criteria that are the same on every chart."""
        for one, other in combinations(self.guideline.criteria, 2):
            if set(names_in(one)) != set(names_in(other)) or one.decides != other.decides:
                continue
            try:
                space = self._space([one, other])
            except TooManyError as error:
                yield self._not_proved(other, f"that it differs from {one.id}", error)
                continue
            self.number += space.grid.number
            ours, theirs = space.statuses(one), space.statuses(other)
            if ours == theirs:
                self.doubled |= {one.id, other.id}
                number = f"{space.grid.number:,} combinations"
                message = f"has the same status as {one.id} on every chart ({number})"
                yield self._of(other, "P103", message)


def asked_for(covers: Covers) -> Mapping[str, Condition]:
    """What requests that are covered ask for, as conditions."""
    return {name: Is(name, frozenset(values)) for name, values in covers.items()}


def covered_in(space: Space, covers: Covers) -> int:
    """The combinations that a request which is covered can come to."""
    found = space.all
    for name, condition in asked_for(covers).items():
        if condition in space.ranges:
            some, sure, _, could = space.truth(condition)
            unstated = (some & ~sure) | (could & ~some)
            found &= sure | (unstated if NOT_STATED in covers[name] else 0)
    return found


def ruled_out_by(
    goals: Sequence[Goal], rules: RuleBase, covers: Covers, region: str | None
) -> tuple[bool, int]:
    """Whether goals that hang together cannot be reached together, and how many combinations say so."""
    number = 0
    for group in hanging_together(goals, rules):
        criteria = [goal.criterion for goal in group]
        try:
            space = space_of(criteria, rules, region=region, also=tuple(asked_for(covers).values()))
        except TooManyError:
            continue
        number += space.grid.number
        found = covered_in(space, covers)
        for goal in group:
            statuses = space.statuses(goal.criterion)
            wanted = 0
            for status in goal.wanted:
                wanted |= statuses[status]
            found &= wanted
        if not found:
            return True, number
    return False, number


_Turned = tuple[Facts, object, Status, object, Status]


def _turned(
    space: Space, criterion: Criterion, axis: int, name: str, *, helps: bool
) -> _Turned | None:
    """Two charts that differ in one number only, the worse of them with more where more should help."""
    stride = 1
    for size in space.grid.sizes[:axis]:
        stride *= size
    documented = sorted(
        (
            (fact.value, row)
            for row, one in enumerate(space.rows[axis])
            if isinstance(fact := one.facts.get(name), Documented)
        ),
        key=lambda item: float(item[0]),  # type: ignore[arg-type]
    )
    statuses = space.statuses(criterion)
    masks = space.grid.masks[axis]
    for (low, lower), (high, higher) in pairwise(documented):
        for before, ours in statuses.items():
            for after, theirs in statuses.items():
                worse = RANK[after] < RANK[before] if helps else RANK[after] > RANK[before]
                if not worse:
                    continue
                start = ours & masks[lower]
                shift = stride * (higher - lower)
                moved = start << shift if shift > 0 else start >> -shift
                if found := moved & theirs & masks[higher] & space.all:
                    facts = next(space.simplest_first(found))
                    return facts, low, before, high, after
    return None


def _yaml(value: bool | str) -> str:  # noqa: FBT001 - a value
    return str(value).lower() if isinstance(value, bool) else value
