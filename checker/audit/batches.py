"""One batch of cases decided at once: guideline, statuses, determination, ledger, and agreement with decisions.

`check_batch` takes values and returns values; it reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NoReturn, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from checker.audit.comparison import AGREEMENTS, Agreement
from checker.case import Basis, ReviewersOutcome
from checker.charting import MAX_WORLDS
from checker.determination import Outcome, Terms
from checker.engine.columns import arrays
from checker.engine.columns.engine import ColumnsEngine, among, governing_facts
from checker.engine.columns.frame import Column, Records, View, one_fact, ranges
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
        self.criteria = list(dict.fromkeys(c.id for one in self.guidelines for c in one.criteria))
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

    def check(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch decided, row by row; see `decide`."""
        return self.decide(batch).table

    def decide(self, batch: pa.RecordBatch, file: str = "table", first: int = 0) -> Decided:
        """The batch decided, row by row, and its decisions; `first` rows of the file were before it.

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
            unsure = {name: one.counts[ways.rows] > 1 for name, one in read.disputes.items()}
            found.problem[ways.rows] = broken[ways.firsts]
            chosen = self.chooser.choose(at_first, unsure, known, ways.rows)
            self._judge(columns, chosen, ways.rows, ways.owner, known, found)
        return _result(self, batch, read, found, file)

    def _decide_plain(self, read: Read, known: _Known, found: _Found, rows: Indexes) -> None:
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
            found.statuses[self.place[criterion.id]][rows] = codes
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
        column = one_fact(columns[name])
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
            asked_under(rules, terms.guideline, here) if terms.guideline else governing(rules, here)
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
    between = [
        ((one.until - _FIRST_DAY).days + (other.since - _FIRST_DAY).days) // 2
        for one in guidelines
        for other in guidelines
        if one.until and one.until < other.since and _may_meet(one, other)
    ]
    middles = {day + extra for day in between for extra in (0, 1)}
    return sorted(begins | {one + 1 for one in ends} | middles)


def _may_meet(one: Guideline, other: Guideline) -> bool:
    """Whether both can speak about the same request."""
    shared = one.covers.keys() & other.covers.keys()
    return all(one.covers[name] & other.covers[name] for name in shared)


# The result -------------------------------------------------------------------------------------------


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
    checker: BatchChecker, batch: pa.RecordBatch, read: Read, found: _Found, file: str
) -> Decided:
    scored = _scored(checker, read)
    requests = _Requests(checker, batch, file)
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


class _Requests:
    """The requests of all rows, one below the other."""

    def __init__(self, checker: BatchChecker, batch: pa.RecordBatch, file: str) -> None:
        self.checker = checker
        self.file = file
        wanted = checker.engine.reader.schema.field("requests").type
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
        known = self.checker.rules.grounds
        unknown = [one for one in names if one not in known]
        if unknown:
            no = "is no criterion and no ground of the vocabulary"
            self._refuse(
                "grounds", (f"{quoted(one)} {no}{did_you_mean(one, known)}" for one in unknown)
            )
        flat = ranges(starts, sizes)
        return codes[flat], np.repeat(np.arange(self.size), sizes), names

    def agreement(self, found: _Found) -> Indexes:
        """As checker.audit.comparison has it; -1 where nothing is decided on either side."""
        rows, decision = self.rows, self.decision
        grounds, outside = self._as_bits(found.guideline[rows])
        ours = (found.against[rows] & ~grounds) != 0
        theirs = outside | ((grounds & ~found.failed[rows]) != 0)
        outcome = found.outcome[rows]
        other = theirs | ((self.basis != 0) & (ours | (decision == _OVERTURNED)))
        named = np.bincount(self.of, minlength=self.size) > 0
        more = np.where(named, AGREED["same and more"], AGREED["other reasons"])
        same = np.where(ours, more, AGREED["same reasons"])
        agreed = np.where(other, AGREED["other reasons"], same)
        told = np.where(outcome == decision, agreed, AGREED["disagree"])
        told = np.where(outcome == _OPEN, AGREED["open"], told)
        told = np.where(outcome == _NOT_COVERED, AGREED["not covered"], told)
        return np.where((decision < 0) | (outcome < 0), -1, told)

    def _as_bits(self, guideline: NDArray[np.int32]) -> tuple[Indexes, Flags]:
        """The grounds of each decision as bits of its guideline, and whether it names others."""
        bits, outside = np.zeros(self.size, np.int64), np.zeros(self.size, np.bool_)
        if not len(self.of):
            return bits, outside
        table = np.full((len(self.checker.places) + 3, len(self.names)), -1, np.int64)
        for number, places in enumerate(self.checker.places):
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


DECISIONS: tuple[ReviewersOutcome, ...] = get_args(ReviewersOutcome)
BASES: tuple[Basis, ...] = get_args(Basis)
AGREED: Mapping[Agreement, int] = {one: number for number, one in enumerate(AGREEMENTS)}
