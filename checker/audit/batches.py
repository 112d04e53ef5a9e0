"""One batch of cases decided at once: guideline, statuses, determination, ledger, and agreement with decisions.

`check_batch` takes values and returns values; it reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from checker.audit.choosing import SKIPPED, STILL_OPEN, UNGOVERNED, Chooser, Known
from checker.audit.decisions import (
    NOT_COVERED,
    OPEN,
    OUTCOMES,
    OVERTURNED,
    UPHELD,
    Found,
    Items,
    Places,
    Requests,
)
from checker.charting import MAX_WORLDS
from checker.determination import Terms
from checker.engine.columns import arrays
from checker.engine.columns.engine import ColumnsEngine, among
from checker.engine.columns.frame import Column, Records, View, one_fact
from checker.engine.columns.reading import Read
from checker.engine.columns.truth import STATUS_CODES, Codes, Flags, Indexes
from checker.engine.columns.worlds import disputed, in_all_ways
from checker.errors import Place, Problem, RuleError, did_you_mean, quoted
from checker.guideline import STATUSES, Guideline
from checker.rulebase import RuleBase

CRITERION = "criterion."
"""Before the id of a criterion in the name of its column."""

TOO_MANY = "too many conflicts to weigh"


class BatchChecker:
    """Decides batches under one rule base and one set of terms.

    Raises:
        RuleError: where the rules cannot run on columns, or there is no guideline as the terms name it.
    """

    def __init__(self, rules: RuleBase, terms: Terms) -> None:
        if terms.guideline and terms.guideline not in rules.guidelines:
            hint = did_you_mean(terms.guideline, rules.guidelines)
            message = f"unknown guideline {quoted(terms.guideline)}{hint}"
            raise RuleError([Problem(Place("--guideline"), message)])
        self.rules = rules
        self.terms = terms
        self.engine = ColumnsEngine(rules)
        self.guidelines: Sequence[Guideline] = list(rules.guidelines.values())
        self.places = [Places(one) for one in self.guidelines]
        self.criteria = list(dict.fromkeys(c.id for one in self.guidelines for c in one.criteria))
        self.chooser = Chooser(rules, terms, self.engine.reader)

    @cached_property
    def columns(self) -> list[str]:
        """The columns of a table that are looked at."""
        return self.engine.reader.columns

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of what `check_batch` returns."""
        return pa.schema(
            {
                "case": pa.string(),
                "guideline": _chosen([one.id for one in self.guidelines]),
                "determination": _chosen(OUTCOMES),
                "evidence": pa.uint8(),
                "presumed": pa.uint8(),
                "silence": pa.uint8(),
                "scored": pa.bool_(),
                "problem": _chosen(()),
                "requests": pa.list_(pa.string()),
                "decisions": pa.list_(pa.string()),
                "agreements": pa.list_(pa.string()),
                **{CRITERION + one: _chosen(STATUSES) for one in self.criteria},
            }
        )

    def check(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch decided, row by row; see `decide`."""
        return self.decide(batch).table

    def decide(self, batch: pa.RecordBatch, file: str = "table", first: int = 0) -> Decided:
        """The batch decided, row by row, and its decisions; `first` rows of the file were before it.

        Raises:
            CaseError: with every problem in it.
        """
        read = self.engine.reader.read(batch, self.terms.facts_from, file, first)
        known = Known.of(batch, read.open, self.chooser)
        found = Found.empty(read.size, len(self.criteria))
        several = disputed(read)
        weighed = read.number_of_ways <= MAX_WORLDS
        found.problem[~weighed] = len(self.rules.relations)
        self._decide_plain(read, known, found, np.flatnonzero(~several & weighed))
        for ways in in_all_ways(read, np.flatnonzero(several & weighed)):
            columns = self.engine.guarded(ways.columns, ways.owner)
            broken = self.engine.contradicted(columns, len(ways.owner), ways.owner)
            at_first = {name: _first(one, ways.firsts) for name, one in columns.items()}
            unsure = {name: one.counts[ways.rows] > 1 for name, one in read.disputes.items()}
            found.problem[ways.rows] = broken[ways.firsts]
            chosen = self.chooser.choose(at_first, unsure, known, ways.rows)
            self._judge(columns, chosen, ways.rows, ways.owner, known, found)
        return _result(self, batch, read, found, file)

    def _decide_plain(self, read: Read, known: Known, found: Found, rows: Indexes) -> None:
        columns = self.engine.guarded(read.columns)
        broken = self.engine.contradicted(columns, read.size)
        found.problem[rows] = broken[rows]
        chosen = np.full(read.size, SKIPPED, np.int32)
        chosen[rows] = self.chooser.choose(columns, {}, known, np.arange(read.size))[rows]
        self._judge(columns, chosen, np.arange(read.size), None, known, found)

    def _judge(
        self,
        columns: Mapping[str, Column | Records],
        chosen: NDArray[np.int32],
        rows: Indexes,
        owner: Indexes | None,
        known: Known,
        found: Found,
    ) -> None:
        """Statuses and outcomes of rows whose guideline is chosen; `owner` where several ways are one row."""
        sound = found.problem[rows] < 0
        found.guideline[rows] = np.where(sound, chosen, SKIPPED)
        found.outcome[rows[sound & (chosen == STILL_OPEN)]] = OPEN
        found.outcome[rows[sound & (chosen == UNGOVERNED)]] = NOT_COVERED
        strict = self.terms.reading == "strict"
        for number, guideline in enumerate(self.guidelines):
            governed = sound & (chosen == number)
            if not governed.any():
                continue
            here = np.flatnonzero(governed if owner is None else governed[owner])
            view = View(columns, here, strict=strict, size=len(here))
            targets = rows[np.flatnonzero(governed)]
            statuses = self.engine.statuses(guideline, view, self.terms.reading)
            if owner is not None:
                open_ = known.open[targets]
                statuses = (among(one, owner[here], open_) for one in statuses)
            self._note(number, guideline, statuses, targets, found)

    def _note(
        self,
        number: int,
        guideline: Guideline,
        statuses: Iterator[Codes],
        rows: Indexes,
        found: Found,
    ) -> None:
        bits = np.zeros((len(STATUSES), len(rows)), np.int64)
        for place, (criterion, codes) in enumerate(zip(guideline.criteria, statuses, strict=True)):
            found.statuses[self.place[criterion.id]][rows] = codes
            for status in range(len(STATUSES)):
                bits[status] |= (codes == status).astype(np.int64) << place
        decides = self.places[number].decides
        deciding = {one: bits[code] & decides for one, code in STATUS_CODES.items()}
        against = deciding["not met"] | deciding["missing"]
        found.failed[rows] = bits[STATUS_CODES["not met"]] | bits[STATUS_CODES["missing"]]
        found.against[rows] = against
        open_ = np.where(deciding["to answer"] != 0, OPEN, OVERTURNED)
        found.outcome[rows] = np.where(against != 0, UPHELD, open_)
        found.ledger[0, rows] = np.bitwise_count(deciding["met"] | deciding["not met"])
        found.ledger[1, rows] = np.bitwise_count(deciding["presumed"])
        found.ledger[2, rows] = np.bitwise_count(deciding["missing"])

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The number of each criterion's column."""
        return {name: number for number, name in enumerate(self.criteria)}


def check_batch(
    batch: pa.RecordBatch, rules: RuleBase, terms: Terms | None = None
) -> pa.RecordBatch:
    """One batch of a table of cases decided, row by row.

    Raises:
        RuleError: where the rules cannot run on columns.
        CaseError: with every problem of the batch.
    """
    return BatchChecker(rules, terms or Terms()).check(batch)


def _chosen(_: Sequence[str]) -> pa.DataType:
    return pa.dictionary(pa.int16(), pa.string())


def _first(column: Column | Records, firsts: Indexes) -> Column | Records:
    return column.take(firsts)


# The result -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """A batch with its answers: the table of findings, and the numbers that a tally is counted from.

    `guideline`, `outcome`, `problem` and the `statuses` of each criterion are -1 (or less) where there is none.
    """

    table: pa.RecordBatch
    guideline: NDArray[np.int32]
    outcome: NDArray[np.int8]
    problem: NDArray[np.int16]
    against: Indexes
    statuses: NDArray[np.int8]
    scored: Flags
    items: Items


def _result(
    checker: BatchChecker, batch: pa.RecordBatch, read: Read, found: Found, file: str
) -> Decided:
    scored = _scored(checker, read)
    requests = Requests(checker.rules, checker.places, batch, file)
    agreement = requests.agreement(found)
    columns: dict[str, pa.Array] = {
        "case": arrays.plain(batch.column("case"), pa.string()).cast(pa.string()),
        "guideline": _dictionary(found.guideline, [one.id for one in checker.guidelines]),
        "determination": _dictionary(found.outcome, OUTCOMES),
        "evidence": pa.array(found.ledger[0]),
        "presumed": pa.array(found.ledger[1]),
        "silence": pa.array(found.ledger[2]),
        "scored": pa.array(scored),
        "problem": _dictionary(found.problem, problem_names(checker.rules)),
        **requests.columns(agreement),
    }
    for name, statuses in zip(checker.criteria, found.statuses, strict=True):
        columns[CRITERION + name] = _dictionary(statuses, STATUSES)
    table = pa.record_batch(list(columns.values()), schema=checker.schema)
    return Decided(
        table,
        found.guideline,
        found.outcome,
        found.problem,
        found.against,
        found.statuses,
        scored,
        requests.items(agreement),
    )


def problem_names(rules: RuleBase) -> list[str]:
    """Why a row can be left undecided: the relation that it breaks, or too many conflicts."""
    return [*(one.id for one in rules.relations), TOO_MANY]


def _dictionary(codes: NDArray[Any], words: Sequence[str]) -> pa.Array:
    """Words by their number; nothing where that is negative."""
    indices = pa.array(codes.astype(np.int16), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _scored(checker: BatchChecker, read: Read) -> Flags:
    procedure = one_fact(read.columns["procedure"])
    vocabulary = checker.rules.vocabulary
    scores = np.array([vocabulary.scores(one) for one in vocabulary.procedures], np.bool_)
    return np.where(procedure.known != 0, scores[procedure.values], vocabulary.scores(None))
