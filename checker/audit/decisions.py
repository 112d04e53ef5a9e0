"""The decisions in a batch, compared with its determinations as checker.audit.comparison compares one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from checker.audit.choosing import SKIPPED
from checker.audit.comparison import AGREEMENTS, Agreement
from checker.case import Basis, ReviewersOutcome
from checker.determination import Outcome
from checker.engine.columns import arrays
from checker.engine.columns.frame import ranges
from checker.engine.columns.schema import REQUEST
from checker.engine.columns.truth import Flags, Indexes
from checker.errors import CaseError, Place, Problem, did_you_mean, quoted
from checker.guideline import Guideline
from checker.rulebase import RuleBase

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
UPHELD, OVERTURNED, OPEN, NOT_COVERED = range(4)
DECISIONS: tuple[ReviewersOutcome, ...] = get_args(ReviewersOutcome)
BASES: tuple[Basis, ...] = get_args(Basis)
AGREED: Mapping[Agreement, int] = {one: number for number, one in enumerate(AGREEMENTS)}


class Places:
    """The criteria of a guideline as bits."""

    def __init__(self, guideline: Guideline) -> None:
        self.of = {one.id: number for number, one in enumerate(guideline.criteria)}
        self.decides = sum(
            1 << number for number, one in enumerate(guideline.criteria) if one.decides
        )


@dataclass
class Found:
    """What is found for each row; statuses -1 and outcomes -1 are of rows without one."""

    guideline: NDArray[np.int32]
    outcome: NDArray[np.int8]
    ledger: NDArray[np.uint8]
    problem: NDArray[np.int16]
    failed: Indexes
    against: Indexes
    statuses: NDArray[np.int8]

    @classmethod
    def empty(cls, size: int, criteria: int) -> Found:
        """Nothing yet, for so many rows and columns of statuses."""
        return cls(
            guideline=np.full(size, SKIPPED, np.int32),
            outcome=np.full(size, -1, np.int8),
            ledger=np.zeros((3, size), np.uint8),
            problem=np.full(size, -1, np.int16),
            failed=np.zeros(size, np.int64),
            against=np.zeros(size, np.int64),
            statuses=np.full((criteria, size), -1, np.int8),
        )


@dataclass(frozen=True)
class Items:
    """The decided requests of a batch, one below the other, all as numbers.

    `rows` are their rows; decisions, bases and agreements the places among those of the language. `grounds`
    are the places among `names` of what each decision names, those of item i being where `of` is i.
    """

    rows: Indexes
    decision: Indexes
    basis: Indexes
    agreement: Indexes
    grounds: Indexes
    of: Indexes
    names: Sequence[str]
    kinds: pa.Array


class Requests:
    """The requests of all rows, one below the other."""

    def __init__(
        self, rules: RuleBase, places: Sequence[Places], batch: pa.RecordBatch, file: str
    ) -> None:
        self.rules = rules
        self.places = places
        self.file = file
        wanted = pa.list_(REQUEST)
        array = (
            arrays.plain(batch.column("requests"), wanted)
            if "requests" in batch.schema.names
            else pa.nulls(batch.num_rows, wanted)
        )
        self.given = arrays.valid(array)
        starts, self.sizes, items = arrays.parts(array)
        self.requests = items.take(pa.array(ranges(starts, self.sizes)))
        self.size = len(self.requests)
        self.rows = np.repeat(np.arange(len(self.sizes)), self.sizes)
        self.decision = self._coded("outcome", DECISIONS, -1)
        self.basis = self._coded("basis", BASES, 0)
        self.grounds, self.of, self.names = self._grounds()

    def _text(self, name: str) -> pa.Array:
        at = self.requests.type.get_field_index(name)
        if at < 0:
            return pa.nulls(self.size, pa.string())
        return arrays.plain(self.requests.field(at), pa.string()).cast(pa.string())

    def _coded(self, name: str, words: Sequence[str], default: int) -> Indexes:
        array = self._text(name)
        codes, stray, unknown = arrays.coded(array, {one: at for at, one in enumerate(words)})
        if stray.any():
            said = f"{quoted(unknown[0])} is not one of its values{did_you_mean(unknown[0], words)}"
            self._refuse(name, [f"{said} ({np.count_nonzero(stray)} times)"])
        return np.where(arrays.valid(array), codes, default)

    def _refuse(self, name: str, said: Iterable[str]) -> NoReturn:
        where = f"column `requests`, field `{name}`"
        raise CaseError([Problem(Place(self.file), f"{where}: {one}") for one in said])

    def _grounds(self) -> tuple[Indexes, Indexes, Sequence[str]]:
        at = self.requests.type.get_field_index("grounds")
        none = np.zeros(0, np.int64)
        if at < 0:
            return none, none, []
        array = arrays.plain(self.requests.field(at), pa.list_(pa.string()))
        starts, sizes, words = arrays.parts(array)
        if not len(words):
            return none, none, []
        codes, names = arrays.texts(words)
        known = self.rules.grounds
        unknown = [one for one in names if one not in known]
        if unknown:
            no = "is no criterion and no ground of the vocabulary"
            self._refuse(
                "grounds", (f"{quoted(one)} {no}{did_you_mean(one, known)}" for one in unknown)
            )
        flat = ranges(starts, sizes)
        return codes[flat], np.repeat(np.arange(self.size), sizes), names

    def agreement(self, found: Found) -> Indexes:
        """As checker.audit.comparison has it; -1 where nothing is decided on either side."""
        rows, decision = self.rows, self.decision
        grounds, outside = self._as_bits(found.guideline[rows])
        ours = (found.against[rows] & ~grounds) != 0
        theirs = outside | ((grounds & ~found.failed[rows]) != 0)
        outcome = found.outcome[rows]
        other = theirs | ((self.basis != 0) & (ours | (decision == OVERTURNED)))
        named = np.bincount(self.of, minlength=self.size) > 0
        more = np.where(named, AGREED["same and more"], AGREED["other reasons"])
        same = np.where(ours, more, AGREED["same reasons"])
        agreed = np.where(other, AGREED["other reasons"], same)
        told = np.where(outcome == decision, agreed, AGREED["disagree"])
        told = np.where(outcome == OPEN, AGREED["open"], told)
        told = np.where(outcome == NOT_COVERED, AGREED["not covered"], told)
        return np.where((decision < 0) | (outcome < 0), -1, told)

    def _as_bits(self, guideline: NDArray[np.int32]) -> tuple[Indexes, Flags]:
        """The grounds of each decision as bits of its guideline, and whether it names others."""
        bits, outside = np.zeros(self.size, np.int64), np.zeros(self.size, np.bool_)
        if not len(self.of):
            return bits, outside
        table = np.full((len(self.places) + 3, len(self.names)), -1, np.int64)
        for number, places in enumerate(self.places):
            table[number] = [places.of.get(name, -1) for name in self.names]
        place = table[guideline[self.of], self.grounds]
        inside = np.flatnonzero(place >= 0)
        np.bitwise_or.at(bits, self.of[inside], np.left_shift(np.int64(1), place[inside]))
        outside[self.of[place < 0]] = True
        return bits, outside

    def columns(self, agreement: Indexes) -> dict[str, pa.Array]:
        """The ids of the requests, the decisions and the agreements, as lists."""
        offsets = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int32)
        known = pa.array(agreement.astype(np.int32), mask=agreement < 0)
        parts = {
            "requests": self._text("id"),
            "decisions": self._text("outcome"),
            "agreements": pa.array(AGREEMENTS, pa.string()).take(known),
        }
        return {
            name: pa.ListArray.from_arrays(pa.array(offsets), one) for name, one in parts.items()
        }

    def items(self, agreement: Indexes) -> Items:
        """The decided ones among them."""
        decided = np.flatnonzero(agreement >= 0)
        number = np.full(self.size, -1, np.int64)
        number[decided] = np.arange(len(decided))
        of = number[self.of]
        return Items(
            rows=self.rows[decided],
            decision=self.decision[decided],
            basis=self.basis[decided],
            agreement=agreement[decided],
            grounds=self.grounds[of >= 0],
            of=of[of >= 0],
            names=self.names,
            kinds=self._text("kind").take(pa.array(decided)),
        )
