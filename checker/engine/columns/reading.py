"""A batch of a table of cases, read into columns as checker.charting completes a chart.

Facts are filtered by voice; joints are computed from written levels, and the region from joints. Facts that
can be read in several ways, conflicts and ranges such as L3-L5, come apart from the others as *disputes*.
Guards are not applied yet: they are conditions, and are judged with the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from checker.charting import (
    FactsFrom,
    RecordKind,
)
from checker.engine.columns import arrays
from checker.engine.columns.coding import CONFLICTS, NAMES_OF_FACTS, Coding, all_specs, codings
from checker.engine.columns.frame import Column, Records, Second, one_fact, ranges
from checker.engine.columns.levels import LevelTable
from checker.engine.columns.said import SaidTable
from checker.engine.columns.schema import NAMES, arrow_type, misfits, table_schema, written
from checker.engine.columns.truth import (
    IS_OPEN,
    IS_SILENT,
    IS_TRUE,
    Codes,
    Flags,
    Indexes,
)
from checker.engine.columns.ways import Dispute, Slot, column_of, records_of, settled
from checker.errors import CaseError, Place, Problem, did_you_mean, quoted
from checker.fact import Documented, Grade
from checker.rulebase import RuleBase
from checker.vocabulary import (
    FINEST,
    Boolean,
    Date,
    Enum,
    FactSpec,
    Levels,
    ListOf,
    Number,
    TargetLabels,
)

_RECORDS: Mapping[str, int] = {"closed": 0, "open": 1}
_KINDS: tuple[RecordKind, ...] = ("closed", "open")


@dataclass(frozen=True)
class Read:
    """One batch: every fact that the rules look at, by name; the rows that are open records; the disputes.

    `number_of_ways` counts all conflicts of a row together, those that no rule looks at included.
    """

    size: int
    columns: Mapping[str, Column | Records]
    open: Flags
    disputes: Mapping[str, Dispute]
    number_of_ways: Indexes


class Reader:
    """Reads batches of tables of cases under one rule base; `wanted` are the facts that are looked at."""

    def __init__(self, rules: RuleBase, wanted: Collection[str]) -> None:
        self.rules = rules
        self.codings = codings(rules)
        self.schema = table_schema(rules)
        self._specs = all_specs(rules)
        self.wanted = self._needed(wanted)
        self.levels = LevelTable(rules)
        self.said = SaidTable(rules)

    def _needed(self, wanted: Collection[str]) -> frozenset[str]:
        """With the levels that joints are computed from, and what the region is computed from."""
        facts = self.rules.vocabulary.facts
        requested = [
            one.name
            for one in facts.values()
            if one.joints_of and facts[one.joints_of].kind == "request"
        ]
        names = {*wanted, "procedure", "region", *requested}
        sources = {spec.joints_of for name in names if (spec := self._specs.get(name))}
        return frozenset(name for name in {*names, *sources} if name in self._specs)

    def spec(self, name: str) -> FactSpec:
        """A fact, or a field of a record."""
        return self._specs[name]

    @cached_property
    def facts(self) -> list[str]:
        """The facts of cases that are looked at, in the order of the vocabulary."""
        return [name for name in self.rules.vocabulary.facts if name in self.wanted]

    @cached_property
    def columns(self) -> list[str]:
        """The columns that have to be read from a file."""
        of_facts = [name for name in self.schema.names if name in self.wanted]
        others = [name for name in self.schema.names if name not in self._specs]
        return [*others, *of_facts]

    def read(
        self, batch: pa.RecordBatch, facts_from: FactsFrom, file: str = "table", first: int = 0
    ) -> Read:
        """The batch as columns; `first` rows of the file were before it.

        Raises:
            CaseError: with every problem in it.
        """
        self.levels.forget()
        self.said.forget()
        return _Batch(self, batch, facts_from, file, first).read()


@dataclass(frozen=True)
class _Group:
    """Facts that stand side by side: those of the cases, or the fields of all records of one list.

    `silent` is what it means that one is not mentioned; `named` has the rows of each fact by the kind of
    mention; `column` finds the Arrow array of a fact.
    """

    where: str
    size: int
    silent: Codes
    named: Mapping[str, Mapping[str, Indexes]]
    column: Callable[[str], pa.Array | None]

    def rows(self, kind: str, name: str) -> Indexes | None:
        return self.named[kind].get(name)


class _Batch:
    """One batch while it is being read."""

    def __init__(
        self, reader: Reader, batch: pa.RecordBatch, facts_from: FactsFrom, file: str, first: int
    ) -> None:
        self.reader = reader
        self.batch = batch
        self.facts_from = facts_from
        self.file = file
        self.first = first
        self.size = batch.num_rows
        self.problems: list[Problem] = []
        self.owner: Indexes | None = None
        """The rows of the records that are being read, if any are."""

    def read(self) -> Read:
        self.problems += (
            Problem(Place(self.file), one) for one in misfits(self.batch.schema, self.reader.schema)
        )
        self._stop_at_problems()
        open_ = self._record_kinds()
        silent = np.where(open_, np.uint8(IS_OPEN), np.uint8(IS_SILENT))
        group = _Group("", self.size, silent, self._named(self._array, ""), self._array)
        specs = [self.reader.spec(name) for name in self.reader.facts]
        slots = {one.name: self._slot(group, one) for one in specs if one.joints_of is None}
        self._stop_at_problems()
        readings = {one.name: self._joints(group, one, slots) for one in specs if one.joints_of}
        ways = np.ones(self.size, np.int64)
        self._conflicts(slots, readings, ways, open_)
        self._stop_at_problems()
        self._region(slots, readings)
        columns = {name: slot.column for name, slot in slots.items()}
        disputes = {}
        for name, slot in slots.items():
            if slot.counts is not None and slot.firsts is not None:
                given = self._ways(slot, name)
                columns[name] = settled(slot, given)
                disputes[name] = Dispute(slot.counts, slot.firsts, given)
                ways = np.minimum(ways * slot.counts, 1 << 20)
        return Read(self.size, columns, open_, disputes, ways)

    def _ways(self, slot: Slot, name: str) -> Column | Records:
        spec = self.reader.spec(name)
        if isinstance(slot.column, Records) and isinstance(spec.type, ListOf):
            fields = {one: self.reader.codings[one] for one in slot.column.fields}
            return records_of(slot.ways, fields)
        return column_of(slot.ways, self.reader.codings[name])

    # problems

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise CaseError(self.problems)

    def _refuse(self, where: str, rows: Flags, what: str) -> None:
        """One problem for all rows that have it."""
        number = int(np.count_nonzero(rows))
        if number:
            at = int(np.flatnonzero(rows)[0])
            self.problems.append(self._problem(where, number, at, what))

    def _problem(self, where: str, number: int, at: int, what: str) -> Problem:
        at = at if self.owner is None else int(self.owner[at])
        row = f"row {self.first + at + 1}"
        how_many = f"in {row}" if number == 1 else f"{number} times, first in {row}"
        return Problem(Place(self.file), f"{where}: {what} ({how_many})")

    # columns of the cases

    def _array(self, name: str) -> pa.Array | None:
        if name not in self.batch.schema.names:
            return None
        return arrays.plain(self.batch.column(name), self.reader.schema.field(name).type)

    def _record_kinds(self) -> Flags:
        array = arrays.plain(self.batch.column("record"), pa.string())
        codes, stray, found = arrays.coded(array, _RECORDS)
        said = quoted(found[0]) if found else ""
        self._refuse("column `record`", stray, f"{said} is neither `closed` nor `open`")
        self._refuse("column `record`", ~arrays.valid(array), "nothing is written here")
        return np.asarray(codes == 1)

    def _named(
        self,
        find: Callable[[str], pa.Array | None],
        where: str,
        known: Collection[str] = (),
    ) -> Mapping[str, Mapping[str, Indexes]]:
        """The rows of each fact, by the kind of mention."""
        known = known or [one.name for one in written(self.reader.rules.vocabulary.facts.values())]
        return {
            kind: self._mentions(find(kind), f"{where}column `{kind}`", known)
            for kind in NAMES_OF_FACTS
        }

    def _mentions(
        self, array: pa.Array | None, where: str, known: Collection[str]
    ) -> Mapping[str, Indexes]:
        if array is None or array.null_count == len(array):
            return {}
        _, sizes, items = arrays.parts(array)
        if not len(items):
            return {}
        codes, names = arrays.texts(items)
        owners = np.repeat(np.arange(len(sizes)), sizes)
        found = arrays.grouped(owners, codes, names)
        for name in found:
            if name not in known:
                hint = did_you_mean(name, known)
                rows = np.zeros(len(array), np.bool_)
                rows[found[name]] = True
                self._refuse(where, rows, f"unknown fact {quoted(name)}{hint}")
        return found

    # one fact

    def _slot(self, group: _Group, spec: FactSpec) -> Slot:
        if isinstance(spec.type, ListOf):
            return self._list(group, spec, spec.type)
        array = group.column(spec.name)
        where = f"{group.where}`{spec.name}`"
        if array is None or isinstance(spec.type, TargetLabels):
            values = np.zeros(group.size, self.reader.codings[spec.name].dtype)
        else:
            values = self._values(where, spec, array)
        return Slot(self._stated(group, spec, values, array, where))

    def _stated(
        self, group: _Group, spec: FactSpec, values: Any, array: pa.Array | None, where: str
    ) -> Column:
        """Values with their states, as the row gives them and the voices that count."""
        given = np.zeros(group.size, np.bool_) if array is None else arrays.valid(array)
        silent, asked = group.rows("not_documented", spec.name), group.rows("not_asked", spec.name)
        blank = group.silent.copy()
        for rows, state in ((silent, IS_SILENT), (asked, IS_OPEN)):
            if rows is not None:
                blank[rows] = state
                twice = np.zeros(group.size, np.bool_)
                twice[rows] = given[rows]
                self._refuse(where, twice, "a value, and said to be without one")
        if unheard := self._unheard(group, spec.name):
            given = given.copy()
            for rows in unheard:
                gone = rows if asked is None else np.setdiff1d(rows, asked)
                given[gone] = False
                blank[gone] = group.silent[gone]
        known = given * np.uint8(IS_TRUE)
        return Column(values, known, np.where(given, np.uint8(0), blank), self._weak(group, spec))

    def _unheard(self, group: _Group, name: str) -> list[Indexes]:
        kinds = {"record": ("only_ur", "only_reviewer"), "record+ur": ("only_reviewer",), "all": ()}
        found = (group.rows(kind, name) for kind in kinds[self.facts_from])
        return [rows for rows in found if rows is not None]

    def _weak(self, group: _Group, spec: FactSpec) -> Flags | None:
        if spec.at_best == "conclusory":
            return np.ones(group.size, np.bool_)
        rows = group.rows("conclusory", spec.name)
        if rows is None:
            return None
        weak = np.zeros(group.size, np.bool_)
        weak[rows] = True
        return weak

    def _values(self, where: str, spec: FactSpec, array: pa.Array) -> Any:
        match spec.type:
            case Boolean() | Date():
                return arrays.numbers(array)
            case Number():
                return self._numbers(where, spec.type, array)
            case Enum(values):
                return self._choices(where, spec, array, values)
            case _:
                return self._set(where, spec, array)

    def _numbers(self, where: str, kind: Number, array: pa.Array) -> Any:
        values, given = arrays.numbers(array), arrays.valid(array)
        self._refuse(where, given & ~np.isfinite(values), "a number that is none (NaN or infinite)")
        with np.errstate(invalid="ignore"):
            outside = given & ((values < kind.low) | (values > kind.high))
            self._refuse(where, outside, f"a number outside {kind.low:g} to {kind.high:g}")
            fine = given & np.isfinite(values) & (np.round(values, FINEST) != values)
        self._refuse(where, fine, f"a number with more than {FINEST} decimals")
        return values

    def _choices(self, where: str, spec: FactSpec, array: pa.Array, values: Collection[str]) -> Any:
        codes, stray, found = arrays.coded(array, self.reader.codings[spec.name].place)
        if found:
            hint = did_you_mean(found[0], values)
            self._refuse(where, stray, f"{quoted(found[0])} is not one of its values{hint}")
        return codes.astype(np.int16)

    def _set(self, where: str, spec: FactSpec, array: pa.Array) -> Indexes:
        """Members as bits; of levels, those that each label stands for."""
        starts, sizes, items = self._items(where, array)
        coding = self.reader.codings[spec.name]
        codes, names = arrays.texts(items)
        bits = np.zeros(max(len(names), 1), np.int64)
        for number, name in enumerate(names):
            try:
                if isinstance(spec.type, Levels):
                    bits[number] = coding.bits(self.reader.rules.anatomy.segments(name))
                else:
                    bits[number] = 1 << coding.place[name]
            except ValueError as problem:
                self._refuse_item(where, codes == number, starts, sizes, str(problem))
            except KeyError:
                what = (
                    f"{quoted(name)} is not one of its values{did_you_mean(name, coding.members)}"
                )
                self._refuse_item(where, codes == number, starts, sizes, what)
        return arrays.reduced(bits[codes], starts, sizes)

    def _items(self, where: str, array: pa.Array) -> tuple[Indexes, Indexes, pa.Array]:
        starts, sizes, items = arrays.parts(array)
        if items.null_count:
            self._refuse_item(
                where, ~arrays.valid(items), starts, sizes, "a member that is nothing (null)"
            )
        return starts, sizes, items

    def _refuse_item(
        self, where: str, items: Flags, starts: Indexes, sizes: Indexes, what: str
    ) -> None:
        """A problem of items of lists, told by the rows of the lists."""
        owner = np.full(len(items), -1, np.int64)
        owner[ranges(starts, sizes)] = np.repeat(np.arange(len(sizes)), sizes)
        rows = np.zeros(len(sizes), np.bool_)
        rows[owner[items & (owner >= 0)]] = True
        self._refuse(where, rows, what)

    # lists of records

    def _list(self, group: _Group, spec: FactSpec, kind: ListOf) -> Slot:
        array = group.column(spec.name)
        if array is None:
            array = pa.nulls(group.size, arrow_type(spec))
        where = f"{group.where}`{spec.name}`"
        starts, sizes, items = arrays.parts(array)
        if items.null_count:
            self._refuse_item(
                where, ~arrays.valid(items), starts, sizes, "a record that is nothing (null)"
            )
        stated = self._stated(group, spec, np.zeros(group.size, np.uint8), array, where)
        sizes = np.where(stated.known != 0, sizes, 0)
        owner = np.zeros(len(items), np.int64)
        owner[ranges(starts, sizes)] = np.repeat(np.arange(group.size), sizes)

        def find(name: str) -> pa.Array | None:
            at = items.type.get_field_index(name)
            return None if at < 0 else arrays.plain(items.field(at), _type_of(name, kind))

        inside = f"{where}, field "
        known = [one.name for one in written(kind.fields.values())]
        self.owner = owner
        named = self._named(find, f"{where}, field ", known)
        records = _Group(inside, len(items), group.silent[owner], named, find)
        fields, seconds = self._fields(records, kind)
        self.owner = None
        whole = Records(starts, sizes, stated.known, stated.blank, fields, stated.weak, seconds)
        whole = self._heard_records(whole, records, known, group.silent)
        slot = Slot(whole)
        if seconds:
            twos = np.sum([_per_row(whole, one.two) for one in whole.seconds.values()], axis=0)
            rows = np.flatnonzero(twos)
            if len(rows):
                slot.give(rows, -1, 1 << np.minimum(twos[rows], 20))
        return slot

    def _fields(self, records: _Group, kind: ListOf) -> tuple[dict[str, Column], dict[str, Second]]:
        fields: dict[str, Column] = {}
        seconds: dict[str, Second] = {}
        for spec in kind.fields.values():
            if spec.name not in self.reader.wanted:
                continue
            if spec.joints_of is None:
                if not isinstance(spec.type, TargetLabels):
                    fields[spec.name] = one_fact(self._slot(records, spec).column)
                continue
            levels = one_fact(self._slot(records, kind.fields[spec.joints_of]).column)
            none = np.zeros(records.size, np.bool_)
            numbers = self._level_numbers(records, spec.joints_of, levels, none)
            table = self.reader.levels
            fields[spec.name] = _with(levels, table.bits(numbers, 0))
            two = (levels.known != 0) & (table.count(numbers) > 1)
            if two.any():
                seconds[spec.name] = Second(table.bits(numbers, 1), two)
        return fields, seconds

    def _heard_records(
        self, whole: Records, records: _Group, known: Sequence[str], silent: Codes
    ) -> Records:
        """Without the records, and the lists, of which nothing remains for these voices."""
        unheard = np.zeros(records.size, np.int64)
        for name in known:
            for rows in self._unheard(records, name):
                unheard[rows] += 1
        if not unheard.any():
            return whole
        mentioned = np.zeros(records.size, np.int64)
        for name in known:
            array = records.column(name)
            if array is not None:
                mentioned += arrays.valid(array)
            for kind in ("not_documented", "not_asked"):
                stated = records.rows(kind, name)
                if stated is not None:
                    mentioned[stated] += 1
        kept = (mentioned == 0) | (mentioned > unheard)
        flat = whole.flat
        owner = np.repeat(np.arange(len(whole.sizes)), whole.sizes)[kept[flat]]
        sizes = np.bincount(owner, minlength=len(whole.sizes))
        gone = (whole.sizes > 0) & (sizes == 0)
        left = flat[kept[flat]]
        return Records(
            np.cumsum(sizes) - sizes,
            sizes,
            np.where(gone, np.uint8(0), whole.known),
            np.where(gone, silent, whole.blank),
            {name: column.take(left) for name, column in whole.fields.items()},
            whole.weak,
            {name: Second(one.values[left], one.two[left]) for name, one in whole.seconds.items()},
        )

    # levels, conflicts, region

    def _level_numbers(self, group: _Group, name: str, levels: Column, on_joints: Flags) -> Indexes:
        """The number of the readings of written levels in each row; of no levels where they are not known."""
        table = self.reader.levels
        array = group.column(name)
        where = f"{group.where}`{name}`"
        if array is None:
            return np.full(group.size, table.number_of((frozenset(),)), np.int64)
        starts, sizes, items = self._items(where, array)
        codes, labels = arrays.texts(items)
        faults = table.faults(labels)
        for number, label in enumerate(labels):
            if label in faults:
                self._refuse_item(where, codes == number, starts, sizes, faults[label])
        self._stop_at_problems()
        sizes = np.where(levels.known != 0, sizes, 0)
        return table.numbered(codes, labels, starts, sizes, on_joints)

    def _joints(self, group: _Group, spec: FactSpec, slots: dict[str, Slot]) -> Indexes:
        """Adds the joints of written levels to the facts; the numbers of their readings, -1 where unknown."""
        written_as = str(spec.joints_of)
        levels, procedure = one_fact(slots[written_as].column), one_fact(slots["procedure"].column)
        acts_on_joints = [
            one.targets == "joints" for one in self.reader.rules.vocabulary.procedures.values()
        ]
        on_joints = np.array(acts_on_joints)[procedure.values] & (procedure.known != 0)
        numbers = self._level_numbers(group, written_as, levels, on_joints)
        table = self.reader.levels
        slot = slots[spec.name] = Slot(_with(levels, table.bits(numbers, 0)))
        two = np.flatnonzero((levels.known != 0) & (table.count(numbers) > 1))
        if len(two):
            weak = np.zeros(self.size, np.bool_) if levels.weak is None else levels.weak
            pairs, which = np.unique(numbers[two] * 2 + weak[two], return_inverse=True)
            for pair in pairs.tolist():
                grade: Grade = "conclusory" if pair % 2 else "explicit"
                slot.ways += (Documented(one, grade) for one in table.readings(pair // 2))
            slot.give(two, 2 * which, 2)
        return np.where(levels.known != 0, numbers, -1)

    def _conflicts(
        self, slots: dict[str, Slot], readings: dict[str, Indexes], ways: Indexes, open_: Flags
    ) -> None:
        array = self._array(CONFLICTS)
        if array is None or array.null_count == len(array):
            return
        _, sizes, items = arrays.parts(array)
        owners = np.repeat(np.arange(self.size), sizes).tolist()
        procedure = one_fact(slots["procedure"].column)
        entries = list(self.reader.rules.vocabulary.procedures.values())
        facts = {one.name for one in written(self.reader.rules.vocabulary.facts.values())}
        for row, one in zip(owners, items.to_pylist(), strict=True):
            place = Place(f"{self.file}, row {self.first + row + 1}")
            name, text = (one or {}).get("fact"), (one or {}).get("said")
            if name not in facts or text is None:
                what = (
                    f"column `{CONFLICTS}`: unknown fact {quoted(name)}{did_you_mean(name, facts)}"
                )
                self.problems.append(Problem(place, what))
                continue
            acts_on = entries[procedure.values[row]].targets if procedure.known[row] else "none"
            record = _KINDS[int(open_[row])]
            try:
                said = self.reader.said.meaning(name, text, record, self.facts_from, acts_on, place)
            except CaseError as error:
                self.problems += error.problems
                continue
            if said.too_many:
                ways[row] = 1 << 20
                continue
            if name not in slots or said.joints:
                if name in slots and said.ways:
                    slots[name].column.blank[row] = IS_SILENT
                ways[row] = min(int(ways[row]) * max(1, len(said.ways)), 1 << 20)
            elif said.ways:
                if slots[name].column.known[row]:
                    what = f"column `{CONFLICTS}`: `{name}` has a value in its column as well"
                    self.problems.append(Problem(place, what))
                slots[name].say(row, said.ways)
            for joints, given in said.joints.items():
                if joints in slots:
                    slots[joints].say(row, given)
                    readings[joints][row] = self.reader.levels.number_of(said.readings[joints])

    def _region(self, slots: dict[str, Slot], readings: Mapping[str, Indexes]) -> None:
        """The region as stated, else the one that all readings of the levels lie in; or both, in conflict."""
        slot = slots["region"]
        stated = one_fact(slot.column)
        table, coding = self.reader.levels, self.reader.codings["region"]
        said = slot.counts is not None and slot.firsts is not None
        if said:
            stated = one_fact(settled(slot, column_of(slot.ways, coding)))
        values, known, blank = stated.values.copy(), stated.known.copy(), stated.blank.copy()
        weak = np.zeros(self.size, np.bool_) if stated.weak is None else stated.weak.copy()
        disputed = slot.disputed()
        undecided = np.ones(self.size, np.bool_)
        facts = self.reader.rules.vocabulary.facts
        for name, numbers in readings.items():
            spec = facts[name]
            if spec.joints_of is None or facts[spec.joints_of].kind != "request":
                continue
            here = undecided & (numbers >= 0)
            here[here] = table.any_joint(numbers[here])
            sure = here & (stated.known != 0)
            rows = np.flatnonzero(sure)
            elsewhere = table.elsewhere(numbers[rows], stated.values[rows].astype(np.int64))
            away = rows[elsewhere >= 0]
            if len(away):
                self._elsewhere(slot, away, stated, elsewhere[elsewhere >= 0], coding)
                known[away], blank[away] = 0, IS_SILENT
            undecided &= ~sure
            rows = np.flatnonzero(here & ~sure)
            own = table.region(numbers[rows])
            found = rows[own >= 0]
            values[found], known[found], blank[found] = own[own >= 0], IS_TRUE, 0
            weak[found] = False
            if disputed is not None and slot.counts is not None and slot.firsts is not None:
                slot.counts[found], slot.firsts[found] = 1, -1
            undecided[found] = False
        slot.column = Column(values, known, blank, weak)
        if said and slot.counts is not None and slot.firsts is not None:
            slot.firsts[slot.counts == 1] = -1

    def _elsewhere(
        self, slot: Slot, rows: Indexes, stated: Column, other: Indexes, coding: Coding
    ) -> None:
        """These rows state one region, and their levels lie in another."""
        weak = np.zeros(self.size, np.bool_) if stated.weak is None else stated.weak
        regions = len(coding.members)
        keys = (stated.values[rows].astype(np.int64) * regions + other) * 2 + weak[rows]
        kinds, which = np.unique(keys, return_inverse=True)
        slot.give(rows, len(slot.ways) + 2 * which, 2)
        for kind in kinds.tolist():
            said, computed = divmod(kind // 2, regions)
            grade: Grade = "conclusory" if kind % 2 else "explicit"
            slot.ways += (
                Documented(coding.members[said], grade),
                Documented(coding.members[computed]),
            )


def _type_of(name: str, kind: ListOf) -> pa.DataType:
    return arrow_type(kind.fields[name]) if name in kind.fields else NAMES


def _with(column: Column, values: Any) -> Column:
    return Column(values, column.known, column.blank, column.weak)


def _per_row(records: Records, flags: Flags) -> Indexes:
    """How many records of each row have a flag."""
    owner = np.repeat(np.arange(len(records.sizes)), records.sizes)
    return np.bincount(owner[flags[records.flat]], minlength=len(records.sizes))
