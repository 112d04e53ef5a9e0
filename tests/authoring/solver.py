"""A second opinion on generated criteria: the rule language put to a solver, straight from the YAML.

Nothing of the checker's own reading is used. A truth is four formulas: at least unknown, at least true, at most
unknown or true, at most true.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import z3

Written = Any
RECORDS = 4
"""As many records as the generated quantifiers can tell apart."""

BOOLEANS = ("tender", "anxious", "helpful")
THERAPY = ("failed", "helped", "not_done")
MEMBERS = ("x", "y", "z")


class Four(NamedTuple):
    some: Any
    sure: Any
    maybe: Any
    could: Any


def _documented(known: Any, unasked: Any, holds: Any) -> Four:
    """What is silent is unknown; what was not asked may still be anything."""
    sure = z3.And(known, holds)
    silent = z3.And(z3.Not(known), z3.Not(unasked))
    return Four(z3.Or(sure, silent), sure, z3.Or(sure, silent, unasked), z3.Or(sure, unasked))


def _both(parts: list[Four]) -> Four:
    return Four(*(z3.And(*column) for column in zip(*parts, strict=True)))


def _either(parts: list[Four]) -> Four:
    return Four(*(z3.Or(*column) for column in zip(*parts, strict=True)))


def _turned(part: Four) -> Four:
    return Four(*(z3.Not(one) for one in (part.could, part.maybe, part.sure, part.some)))


class Charts:
    """A chart of unknown content."""

    def __init__(self, guards: Mapping[str, Written]) -> None:
        self.constraints: list[Any] = []
        self.values: dict[str, Any] = {}
        self.states: dict[str, tuple[Any, Any]] = {}
        for name in (
            "tender",
            "anxious",
            "therapy",
            "weeks",
            "hours",
            "drugs",
            "allergies",
            "blocks",
        ):
            self._fact(name, name)
        for place in range(RECORDS):
            for name in ("helpful", "relief"):
                self._fact(f"{name}{place}", name)
        self.number = z3.Int("number")
        self.constraints += [self.number >= 0, self.number <= RECORDS]
        for name, guard in guards.items():
            _, unasked = self.states[name]
            self.constraints.append(z3.Not(z3.And(unasked, z3.Not(self.truth(guard).maybe))))

    def _fact(self, key: str, name: str) -> None:
        known, unasked = z3.Bool(f"{key} known"), z3.Bool(f"{key} unasked")
        self.constraints.append(z3.Not(z3.And(known, unasked)))
        self.states[key] = known, unasked
        if name in BOOLEANS:
            self.values[key] = z3.Bool(key)
        elif name == "therapy":
            self.values[key] = z3.Int(key)
            self.constraints += [self.values[key] >= 0, self.values[key] < len(THERAPY)]
        elif name in ("weeks", "hours", "relief"):
            self.values[key] = z3.Real(key)
            self.constraints += [self.values[key] >= 0, self.values[key] <= 9]
        elif name in ("drugs", "allergies"):
            self.values[key] = [z3.Bool(f"{key} {member}") for member in MEMBERS]

    def truth(self, written: Written, record: int | None = None) -> Four:
        """A condition, over a record where it stands in a `where`."""
        return _both([self._entry(key, value, record) for key, value in written.items()])

    def _entry(self, key: str, written: Written, record: int | None) -> Four:
        match key:
            case "all":
                return _both([self.truth(one, record) for one in written])
            case "any":
                return _either([self.truth(one, record) for one in written])
            case "not":
                return _turned(self.truth(written, record))
            case "some" | "every" | "none" | "count":
                return self._quantified(key, written)
            case "overlap" | "within":
                return self._sets(key, *written)
            case _:
                return self._fact_is(key, written, record)

    def _fact_is(self, name: str, written: Written, record: int | None) -> Four:
        key = f"{name}{record}" if name in ("helpful", "relief") else name
        known, unasked = self.states[key]
        value = self.values[key]
        if not isinstance(written, dict):
            return _documented(known, unasked, self._equal(value, written))
        return _both([self._compared(key, word, bound) for word, bound in written.items()])

    def _compared(self, key: str, word: str, bound: Written) -> Four:
        known, unasked = self.states[key]
        value = self.values[key]
        if word == "includes":
            wanted = bound if isinstance(bound, list) else [bound]
            holds = z3.Or(*(value[MEMBERS.index(one)] for one in wanted))
            return _documented(known, unasked, holds)
        if word == "is_not":
            return _turned(_documented(known, unasked, self._equal(value, bound)))
        if bound in self.values:
            other_known, other_unasked = self.states[bound]
            silent = z3.Or(
                z3.And(z3.Not(known), z3.Not(unasked)),
                z3.And(z3.Not(other_known), z3.Not(other_unasked)),
            )
            asked_for = z3.And(z3.Not(silent), z3.Or(unasked, other_unasked))
            holds = self._bounded(word, value, self.values[bound])
            return _documented(z3.And(known, other_known), asked_for, holds)
        return _documented(known, unasked, self._bounded(word, value, bound))

    def _bounded(self, word: str, value: Any, bound: Any) -> Any:
        return {
            "at_least": value >= bound,
            "at_most": value <= bound,
            "more_than": value > bound,
            "less_than": value < bound,
        }[word]

    def _equal(self, value: Any, written: Written) -> Any:
        if isinstance(written, list):
            return z3.Or(*(self._equal(value, one) for one in written))
        if isinstance(written, str):
            return value == THERAPY.index(written)
        return value == written

    def _sets(self, word: str, left: str, right: str) -> Four:
        """A set that is documented to be empty settles the comparison, as docs/semantics.md says."""
        known, unasked = self.states[left]
        other_known, other_unasked = self.states[right]
        pairs = list(zip(self.values[left], self.values[right], strict=True))
        no_left = z3.And(known, *(z3.Not(one) for one, _ in pairs))
        no_right = z3.And(other_known, *(z3.Not(one) for _, one in pairs))
        silent = z3.Or(
            z3.And(z3.Not(known), z3.Not(unasked)),
            z3.And(z3.Not(other_known), z3.Not(other_unasked)),
        )
        open_ = z3.Or(unasked, other_unasked)
        both = z3.And(known, other_known)
        if word == "overlap":
            settled = z3.Or(no_left, no_right)
            holds = z3.And(both, z3.Or(*(z3.And(*pair) for pair in pairs)))
            unsettled = z3.And(z3.Not(both), z3.Not(settled))
            some = z3.Or(holds, z3.And(unsettled, z3.Not(open_)))
            could = z3.Or(holds, z3.And(unsettled, open_, z3.Not(silent)))
            return Four(some, holds, z3.Or(holds, unsettled), could)
        subset = z3.And(*(z3.Implies(*pair) for pair in pairs))
        holds = z3.Or(z3.And(both, subset), no_left)
        unsettled = z3.And(z3.Not(both), z3.Not(no_left))
        some = z3.Or(holds, z3.And(unsettled, silent))
        could = z3.Or(holds, z3.And(unsettled, z3.Or(unasked, z3.Not(silent))))
        return Four(some, holds, z3.Or(holds, unsettled), could)

    def _quantified(self, word: str, written: Written) -> Four:
        where = written["where"]
        match word:
            case "some":
                return self._at_least(1, where)
            case "none":
                return _turned(self._at_least(1, where))
            case "every":
                return _turned(self._at_least(1, {"not": where}))
        parts = []
        if "at_least" in written:
            parts.append(self._at_least(written["at_least"], where))
        if "at_most" in written:
            parts.append(_turned(self._at_least(written["at_most"] + 1, where)))
        return _both(parts)

    def _at_least(self, number: int, where: Written) -> Four:
        known, unasked = self.states["blocks"]
        records = [self.truth(where, place) for place in range(RECORDS)]
        silent = z3.And(z3.Not(known), z3.Not(unasked))
        some, sure, maybe, could = (
            z3.And(
                known,
                z3.Sum(
                    *(
                        z3.If(z3.And(one, place < self.number), 1, 0)
                        for place, one in enumerate(column)
                    )
                )
                >= number,
            )
            for column in zip(*records, strict=True)
        )
        return Four(z3.Or(some, silent), sure, z3.Or(maybe, silent, unasked), z3.Or(could, unasked))

    def statuses(self, criterion: Mapping[str, Written]) -> dict[str, Any]:
        """When a criterion has each status."""
        must = self.truth(criterion["requires"])
        applies: Any = z3.BoolVal(True)
        if "when" in criterion:
            when = self.truth(criterion["when"])
            applies = when.maybe
            must = _either([_turned(when), must])
        if "unless" in criterion:
            unless = self.truth(criterion["unless"])
            exception = Four(unless.sure, unless.sure, unless.could, unless.could)
            must = _either([must, exception])
        some, sure, maybe, could = must
        silence = criterion["if_silent"]
        open_ = z3.And(applies, maybe, z3.Not(sure))
        presumed = z3.And(open_, some, silence == "presumed")
        missing = z3.And(open_, z3.Not(could), silence == "counts_against")
        return {
            "met": z3.And(applies, sure),
            "not met": z3.And(applies, z3.Not(maybe)),
            "presumed": presumed,
            "missing": missing,
            "to answer": z3.And(open_, z3.Not(presumed), z3.Not(missing)),
            "not applicable": z3.Not(applies),
        }
