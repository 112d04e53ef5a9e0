"""One batch of cases decided at once: guideline, statuses, determination, ledger, and the decisions beside them.

`check_batch` takes values and returns values; it reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from checker.audit.comparison import AGREEMENTS, Agreement
from checker.charting import MAX_WORLDS
from checker.determination import Outcome, Terms
from checker.engine.columns import arrays
from checker.engine.columns.engine import ColumnsEngine, among, governing_facts
from checker.engine.columns.frame import Column, Records, View
from checker.engine.columns.reading import Read
from checker.engine.columns.truth import IS_OPEN, STATUS_CODES, Codes, Flags, Indexes
from checker.engine.columns.worlds import disputed, in_all_ways
from checker.errors import CaseError, Place, Problem, did_you_mean, quoted
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Documented, Fact
from checker.governing import Governed, Setting, asked_under, governing
from checker.guideline import STATUSES, Guideline
from checker.rulebase import RuleBase
from checker.searchorder import Order

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_UPHELD, _OVERTURNED, _OPEN, _NOT_COVERED = range(4)
_DECISIONS = ("Upheld", "Overturned")
CRITERION = "criterion."
"""Before the id of a criterion in the name of its column."""

TOO_MANY = "too many conflicts to weigh"


class BatchChecker:
    """Decides batches under one rule base and one set of terms."""

    def __init__(self, rules: RuleBase, terms: Terms) -> None:
        self.rules = rules
        self.terms = terms
        self.engine = ColumnsEngine(rules)
        self.guidelines: Sequence[Guideline] = list(rules.guidelines.values())
        self.places = [_Places(one) for one in self.guidelines]
        self.criteria = list(
            dict.fromkeys(c.id for one in self.guidelines for c in one.criteria)
        )
        self.chooser = _Chooser(self)

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

    def check(self, batch: pa.RecordBatch, file: str = "table", first: int = 0) -> pa.RecordBatch:
        """The batch decided, row by row; `first` rows of the file were before it.

        Raises:
            CaseError: with every problem in it.
        """
        read = self.engine.reader.read(batch, self.terms.facts_from, file, first)
        known = _Known.of(batch, read, self)
        found = _Found.empty(read.size, len(self.criteria))
        several = disputed(read)
        weighed = read.number_of_ways <= MAX_WORLDS
        found.problem[~weighed] = len(self.rules.relations)
        self._decide_plain(read, known, found, np.flatnonzero(~several & weighed))
        for ways in in_all_ways(read, np.flatnonzero(several & weighed)):
            columns = self.engine.guarded(ways.columns, ways.owner)
            broken = self.engine.contradicted(columns, len(ways.owner), ways.owner)
            at_first = {name: _first(one, ways.firsts) for name, one in columns.items()}
            unsure = {
                name: one.counts[ways.rows] > 1 for name, one in read.disputes.items()
            }
            found.problem[ways.rows] = broken[ways.firsts]
            chosen = self.chooser.choose(at_first, unsure, known, ways.rows)
            self._judge(columns, chosen, ways.rows, ways.owner, known, found)
        return _result(self, batch, read, known, found)

    def _decide_plain(
        self, read: Read, known: _Known, found: _Found, rows: Indexes
    ) -> None:
        columns = self.engine.guarded(read.columns)
        broken = self.engine.contradicted(columns, read.size)
        found.problem[rows] = broken[rows]
        chosen = np.full(read.size, _SKIPPED, np.int32)
        chosen[rows] = self.chooser.choose(columns, {}, known, np.arange(read.size))[rows]
        self._judge(columns, chosen, np.arange(read.size), None, known, found)

    def _judge(
        self,
        columns: Mapping[str, Column | Records],
        chosen: NDArray[np.int32],
        rows: Indexes,
        owner: Indexes | None,
        known: _Known,
        found: _Found,
    ) -> None:
        """Statuses and outcomes of rows whose guideline is chosen; `owner` where several ways are one row."""
        sound = found.problem[rows] < 0
        found.guideline[rows] = np.where(sound, chosen, _SKIPPED)
        found.outcome[rows[sound & (chosen == _STILL_OPEN)]] = _OPEN
        found.outcome[rows[sound & (chosen == _UNGOVERNED)]] = _NOT_COVERED
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
        found: _Found,
    ) -> None:
        bits = np.zeros((len(STATUSES), len(rows)), np.int64)
        for place, (criterion, codes) in enumerate(zip(guideline.criteria, statuses, strict=True)):
            found.statuses[self._place[criterion.id]][rows] = codes
            for status in range(len(STATUSES)):
                bits[status] |= (codes == status).astype(np.int64) << place
        decides = self.places[number].decides
        deciding = {one: bits[code] & decides for one, code in STATUS_CODES.items()}
        against = deciding["not met"] | deciding["missing"]
        found.failed[rows] = bits[STATUS_CODES["not met"]] | bits[STATUS_CODES["missing"]]
        found.against[rows] = against
        open_ = np.where(deciding["to answer"] != 0, _OPEN, _OVERTURNED)
        found.outcome[rows] = np.where(against != 0, _UPHELD, open_)
        found.ledger[0, rows] = np.bitwise_count(deciding["met"] | deciding["not met"])
        found.ledger[1, rows] = np.bitwise_count(deciding["presumed"])
        found.ledger[2, rows] = np.bitwise_count(deciding["missing"])

    @cached_property
    def _place(self) -> Mapping[str, int]:
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


_UNGOVERNED, _STILL_OPEN, _SKIPPED = -1, -2, -3
"""In the place of a guideline: none speaks about the request, none yet, and the row was not decided."""


class _Places:
    """The criteria of a guideline as bits."""

    def __init__(self, guideline: Guideline) -> None:
        self.of = {one.id: number for number, one in enumerate(guideline.criteria)}
        self.decides = sum(
            1 << number for number, one in enumerate(guideline.criteria) if one.decides
        )


@dataclass(frozen=True)
class _Known:
    """What a row says beside its facts."""

    open: Flags
    order: Indexes
    letter_day: Indexes
    has_letter_day: Flags

    @classmethod
    def of(cls, batch: pa.RecordBatch, read: Read, checker: BatchChecker) -> _Known:
        size = batch.num_rows
        order = np.zeros(size, np.int64)
        days, given = np.zeros(size, np.int64), np.zeros(size, np.bool_)
        names = batch.schema.names
        if "jurisdiction" in names:
            array = arrays.plain(batch.column("jurisdiction"), pa.string())
            codes, found = arrays.texts(array)
            numbers = [checker.chooser.order_of(one) for one in found] or [0]
            order = np.where(arrays.valid(array), np.array(numbers)[codes], 0)
        if "ur_date" in names:
            array = arrays.plain(batch.column("ur_date"), pa.date32())
            days, given = arrays.numbers(array).astype(np.int64), arrays.valid(array)
        return cls(read.open, order, days, given)


@dataclass
class _Found:
    """What is found for each row; statuses -1 and outcomes -1 are of rows without one."""

    guideline: NDArray[np.int32]
    outcome: NDArray[np.int8]
    ledger: NDArray[np.uint8]
    problem: NDArray[np.int16]
    failed: Indexes
    against: Indexes
    statuses: NDArray[np.int8]

    @classmethod
    def empty(cls, size: int, criteria: int) -> _Found:
        return cls(
            guideline=np.full(size, _SKIPPED, np.int32),
            outcome=np.full(size, -1, np.int8),
            ledger=np.zeros((3, size), np.uint8),
            problem=np.full(size, -1, np.int16),
            failed=np.zeros(size, np.int64),
            against=np.zeros(size, np.int64),
            statuses=np.full((criteria, size), -1, np.int8),
        )


def _first(column: Column | Records, firsts: Indexes) -> Column | Records:
    return column.take(firsts)


# The guideline ----------------------------------------------------------------------------------------


@dataclass
class _Chooser:
    """The governing guideline for the few settings that a batch has; each is asked for once."""

    checker: BatchChecker
    seen: dict[tuple[int, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rules = self.checker.rules
        self.names = sorted(
            name for name in governing_facts(rules) if name in self.checker.engine.reader.wanted
        )
        self.numbers = {one.id: number for number, one in enumerate(self.checker.guidelines)}
        search = rules.search_order
        self.orders: list[Order] = [search.default]
        self._order_of: dict[str | None, int] = {}
        self.edges = _edges(self.checker.guidelines)

    def order_of(self, jurisdiction: str | None) -> int:
        """The number of the search order of a jurisdiction."""
        if jurisdiction not in self._order_of:
            order = self.checker.rules.search_order.order(jurisdiction)
            if order not in self.orders:
                self.orders.append(order)
            self._order_of[jurisdiction] = self.orders.index(order)
        return self._order_of[jurisdiction]

    def choose(
        self,
        columns: Mapping[str, Column | Records],
        unsure: Mapping[str, Flags],
        known: _Known,
        rows: Indexes,
    ) -> NDArray[np.int32]:
        """The number of the guideline of each row, or why there is none; `unsure` are facts in conflict."""
        parts = [self._states(name, columns, unsure) for name in self.names]
        parts += [known.order[rows], self._days(columns, unsure, known, rows)]
        sizes = [len(self._coding(name).members) + 2 for name in self.names]
        sizes += [len(self.orders), len(self.edges) + 2]
        keys = np.zeros(len(rows), np.int64)
        for part, size in zip(parts, sizes, strict=True):
            keys = keys * size + part
        _, firsts, inverse = np.unique(keys, return_index=True, return_inverse=True)
        settings = zip(*(part[firsts].tolist() for part in parts), strict=True)
        chosen = np.array([self._guideline(one) for one in settings] or [0], np.int32)
        return np.asarray(chosen[inverse], np.int32)

    def _coding(self, name: str) -> Any:
        return self.checker.engine.reader.codings[name]

    def _states(
        self, name: str, columns: Mapping[str, Column | Records], unsure: Mapping[str, Flags]
    ) -> Indexes:
        """0 for what was not asked, 1 for silence and conflict, and the choices from 2 on."""
        column = columns[name]
        assert isinstance(column, Column)
        blank = np.where(column.blank == IS_OPEN, 0, 1)
        found = np.where(column.known != 0, column.values.astype(np.int64) + 2, blank)
        return np.where(unsure[name], 1, found) if name in unsure else found

    def _days(
        self,
        columns: Mapping[str, Column | Records],
        unsure: Mapping[str, Flags],
        known: _Known,
        rows: Indexes,
    ) -> Indexes:
        """Between which edges the day lies, from 1 on; 0 where no day is known."""
        if self.checker.terms.as_of:
            return np.zeros(len(rows), np.int64)
        days, given = known.letter_day[rows], known.has_letter_day[rows]
        requested = columns.get("request_date")
        if isinstance(requested, Column):
            stated = requested.known != 0
            if "request_date" in unsure:
                stated = stated & ~unsure["request_date"]
            days = np.where(stated, requested.values, days)
            given = given | stated
        place = np.searchsorted(np.array(self.edges, np.int64), days, side="right") + 1
        return np.where(given, place, 0)

    def _guideline(self, setting: tuple[int, ...]) -> int:
        if setting not in self.seen:
            self.seen[setting] = self._decided(setting)
        return self.seen[setting]

    def _decided(self, setting: tuple[int, ...]) -> int:
        *states, order, place = setting
        request: dict[str, Fact] = {
            name: self._fact(name, state) for name, state in zip(self.names, states, strict=True)
        }
        terms, rules = self.checker.terms, self.checker.rules
        here = Setting(request, terms.as_of or self._day(place), self.orders[order])
        found = (
            asked_under(rules, terms.guideline, here)
            if terms.guideline
            else governing(rules, here)
        )
        if isinstance(found, Governed):
            return self.numbers[found.guideline.id]
        return _STILL_OPEN if found.unasked else _UNGOVERNED

    def _fact(self, name: str, state: int) -> Fact:
        if state < 2:
            return NOT_DOCUMENTED if state else NOT_ASKED
        return Documented(self._coding(name).members[state - 2])

    def _day(self, place: int) -> date | None:
        """A day for all days between two edges."""
        if place == 0:
            return None
        edge = self.edges[place - 2] if place > 1 else self.edges[0] - 1
        return _FIRST_DAY + timedelta(days=edge)


_FIRST_DAY = date(1970, 1, 1)


def _edges(guidelines: Sequence[Guideline]) -> list[int]:
    """The days on which the choice of a guideline can change, counted from 1970.

    An edition begins or ends, or the nearest of two is another one: then the day lies half way between them.
    """
    begins = {(one.since - _FIRST_DAY).days for one in guidelines}
    ends = {(one.until - _FIRST_DAY).days for one in guidelines if one.until}
    middles = {
        (one + other) // 2 + extra
        for one in ends
        for other in begins
        if one < other
        for extra in (0, 1)
    }
    return sorted(begins | {one + 1 for one in ends} | middles)


# The result -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """The decided requests of a batch, one below the other: their rows, and how far each agrees."""

    rows: Indexes
    overturned: Flags
    agreement: NDArray[np.int8]


def _result(
    checker: BatchChecker, batch: pa.RecordBatch, read: Read, known: _Known, found: _Found
) -> pa.RecordBatch:
    requests, decisions, agreements = _compared(checker, batch, found)
    columns: dict[str, pa.Array] = {
        "case": arrays.plain(batch.column("case"), pa.string()).cast(pa.string()),
        "guideline": _dictionary(found.guideline, [one.id for one in checker.guidelines]),
        "determination": _dictionary(found.outcome, OUTCOMES),
        "evidence": pa.array(found.ledger[0]),
        "presumed": pa.array(found.ledger[1]),
        "silence": pa.array(found.ledger[2]),
        "scored": pa.array(_scored(checker, read)),
        "problem": _dictionary(found.problem, [*(r.id for r in checker.rules.relations), TOO_MANY]),
        "requests": requests,
        "decisions": decisions,
        "agreements": agreements,
    }
    for name, statuses in zip(checker.criteria, found.statuses, strict=True):
        columns[CRITERION + name] = _dictionary(statuses, STATUSES)
    return pa.record_batch(list(columns.values()), schema=checker.schema)


def _dictionary(codes: NDArray[Any], words: Sequence[str]) -> pa.Array:
    """Words by their number; nothing where that is negative."""
    indices = pa.array(codes.astype(np.int16), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _scored(checker: BatchChecker, read: Read) -> Flags:
    procedure = read.columns["procedure"]
    assert isinstance(procedure, Column)
    vocabulary = checker.rules.vocabulary
    scores = np.array([vocabulary.scores(one) for one in vocabulary.procedures], np.bool_)
    return np.where(procedure.known != 0, scores[procedure.values], vocabulary.scores(None))


def _compared(
    checker: BatchChecker, batch: pa.RecordBatch, found: _Found
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """The ids of the requests, the decisions, and how far each determination agrees with them."""
    nothing = pa.nulls(batch.num_rows, pa.list_(pa.string()))
    if "requests" not in batch.schema.names:
        return nothing, nothing, nothing
    array = arrays.plain(batch.column("requests"), checker.engine.reader.schema.field("requests").type)
    starts, sizes, items = arrays.parts(array)
    if not int(sizes.sum()):
        return nothing, nothing, nothing
    requests = _Requests(checker, items)
    owner = np.full(len(items), 0, np.int64)
    from checker.engine.columns.frame import ranges

    flat = ranges(starts, sizes)
    owner[flat] = np.repeat(np.arange(len(sizes)), sizes)
    agreement = requests.agreement(owner, found)
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    every = pa.array(flat)
    given = requests.text("id").take(every)
    decided = requests.text("outcome").take(every)
    agreed = pa.array(AGREEMENTS, pa.string()).take(
        pa.array(agreement[flat].astype(np.int64), mask=agreement[flat] < 0)
    )
    lists = (pa.ListArray.from_arrays(offsets, one) for one in (given, decided, agreed))
    return tuple(lists)  # type: ignore[return-value]


class _Requests:
    """The requests of all rows, one below the other."""

    def __init__(self, checker: BatchChecker, items: pa.Array) -> None:
        self.checker = checker
        self.items = items
        self.size = len(items)

    def text(self, name: str) -> pa.Array:
        at = self.items.type.get_field_index(name)
        if at < 0:
            return pa.nulls(self.size, pa.string())
        array = arrays.plain(self.items.field(at), pa.string())
        return array.cast(pa.string())

    def _coded(self, name: str, words: Sequence[str], default: int) -> Indexes:
        array = self.text(name)
        place = {word: number for number, word in enumerate(words)}
        codes, stray, unknown = arrays.coded(array, place)
        if stray.any():
            hint = did_you_mean(unknown[0], words)
            number = int(np.count_nonzero(stray))
            what = f"column `requests`, field `{name}`: {quoted(unknown[0])} is not one of its values{hint}"
            raise CaseError([Problem(Place("table"), f"{what} ({number} times)")])
        return np.where(arrays.valid(array), codes, default)

    def agreement(self, owner: Indexes, found: _Found) -> NDArray[np.int8]:
        """As checker.audit.comparison has it; -1 where nothing is decided on either side."""
        decision = self._coded("outcome", _DECISIONS, -1)
        basis = self._coded("basis", _BASES, 0)
        grounds, outside, any_ground = self._grounds(found.guideline[owner])
        ours = (found.against[owner] & ~grounds) != 0
        theirs = outside | ((grounds & ~found.failed[owner]) != 0)
        outcome = found.outcome[owner]
        other = theirs | ((basis != 0) & (ours | (decision == _OVERTURNED)))
        more = np.where(any_ground, _AGREED["same and more"], _AGREED["other reasons"])
        same = np.where(ours, more, _AGREED["same reasons"])
        agreed = np.where(other, _AGREED["other reasons"], same)
        told = np.where(outcome == decision, agreed, _AGREED["disagree"])
        told = np.where(outcome == _OPEN, _AGREED["open"], told)
        told = np.where(outcome == _NOT_COVERED, _AGREED["not covered"], told)
        return np.where((decision < 0) | (outcome < 0), -1, told).astype(np.int8)

    def _grounds(self, guideline: NDArray[np.int32]) -> tuple[Indexes, Flags, Flags]:
        """The grounds of each decision as bits of its guideline, whether others are named, and whether any is."""
        bits, outside = np.zeros(self.size, np.int64), np.zeros(self.size, np.bool_)
        at = self.items.type.get_field_index("grounds")
        if at < 0:
            return bits, outside, outside
        array = arrays.plain(self.items.field(at), pa.list_(pa.string()))
        _, sizes, words = arrays.parts(array)
        if not len(words):
            return bits, outside, outside
        codes, names = arrays.texts(words)
        self._check_grounds(names)
        owner = np.repeat(np.arange(self.size), sizes)
        table = np.full((len(self.checker.places) + 3, len(names)), -1, np.int64)
        for number, places in enumerate(self.checker.places):
            table[number] = [places.of.get(name, -1) for name in names]
        place = table[guideline[owner], codes]
        inside = np.flatnonzero(place >= 0)
        np.bitwise_or.at(bits, owner[inside], np.left_shift(np.int64(1), place[inside]))
        outside[owner[place < 0]] = True
        return bits, outside, np.asarray(sizes > 0)

    def _check_grounds(self, names: Sequence[str]) -> None:
        known = self.checker.rules.grounds
        problems = [
            Problem(
                Place("table"),
                f"column `requests`, field `grounds`: {quoted(one)} is no criterion and no ground of"
                f" the vocabulary{did_you_mean(one, known)}",
            )
            for one in names
            if one not in known
        ]
        if problems:
            raise CaseError(problems)


_BASES = ("guideline", "other source", "general scepticism", "credibility")
_AGREED: Mapping[Agreement, int] = {one: number for number, one in enumerate(AGREEMENTS)}
