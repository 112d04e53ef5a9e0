"""Tables of made-up cases over the whole shipped rule base, the same ones for the same seed.

Every fact that a rule looks at has a column. Facts are drawn independently of each other, which no real corpus
is; rows that contradict themselves are drawn again. Half of the facts are silent, and most of those that a
relation of the vocabulary speaks of. One case in seven is open; a few have weak, conflicting or hearsay facts,
and some name levels that can be read in two ways.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from checker.audit.batches import BatchChecker
from checker.audit.decisions import BASES, DECISIONS
from checker.condition import facts_in
from checker.determination import Terms
from checker.engine.columns.coding import NAMES_OF_FACTS
from checker.engine.columns.schema import table_schema
from checker.rulebase import RuleBase
from checker.vocabulary import (
    Boolean,
    Date,
    Enum,
    FactSpec,
    Levels,
    ListOf,
    Number,
    SetOf,
)

_DOCUMENTED, _RELATED, _STATED_REGION = 0.5, 0.2, 0.1
_OPEN, _SPECIAL = 0.15, 0.04
_AT_ONCE = 131_072
_RECORDS, _REQUESTS = 4, 3  # one more than there are at most
_FIRST_DAY, _DAYS = 14_245, 5_500  # from 2009 on, counted from 1970
_JURISDICTIONS = ("CA", "CA", "CA", "TX", "AZ", "medicare")


@dataclass
class Corpus:
    """Makes tables under one rule base."""

    rules: RuleBase

    def __post_init__(self) -> None:
        facts = self.rules.vocabulary.facts
        self._checker = BatchChecker(self.rules, Terms())
        looked_at = self._checker.engine.reader.wanted
        self.schema = table_schema(self.rules)
        self.specs = [one for one in facts.values() if one.written and one.name in looked_at]
        self.related = {
            name for one in self.rules.relations for name in facts_in(one.contradiction)
        } - {"procedure", "requested_joints"}
        self.levels = self._ways_to_write_levels()
        self.conflicts = [
            (one.name, json.dumps({"conflicting": two}))
            for one in self.specs
            if (two := _two_values(one)) and one.name not in ("procedure", "region")
        ]

    def _ways_to_write_levels(self) -> list[list[str]]:
        """One to three neighbouring joints, or the nerves that supply them, one by one or as a range."""
        anatomy = self.rules.anatomy
        joints = list(anatomy.joints)
        found: list[list[str]] = [[]]
        for first in range(len(joints)):
            for size in (1, 2, 3):
                chosen = joints[first : first + size]
                nerves = dict.fromkeys(n for one in chosen for n in anatomy.joints[one].nerves)
                found += [chosen, list(nerves)]
        vertebrae = anatomy.vertebrae
        ranges = [f"{one}-{other}" for one, other in zip(vertebrae, vertebrae[2:], strict=False)]
        return [one for one in found if self._is_read(one)] + [
            [one] for one in ranges if self._is_read([one])
        ]

    def _is_read(self, labels: Sequence[str]) -> bool:
        try:
            self.rules.anatomy.read(labels, "nerves")
        except ValueError:
            return False
        return True

    def table(self, rows: int, seed: int) -> pa.Table:
        """So many cases; those of different seeds have different names."""
        draw = np.random.default_rng(seed)
        found: list[pa.RecordBatch] = []
        while (missing := rows - sum(one.num_rows for one in found)) > 0:
            drawn = self._drawn(draw, min(int(missing * 1.4) + 100, _AT_ONCE))
            found.append(drawn.filter(self._checker.check(drawn).column("problem").is_null()))
        table = pa.Table.from_batches(found).slice(0, rows).unify_dictionaries()
        return table.set_column(
            0, "case", pa.array([f"{seed:03}-{number:07}" for number in range(rows)])
        )

    def _drawn(self, draw: Any, rows: int) -> pa.RecordBatch:
        conflict = np.where(
            draw.random(rows) < _SPECIAL, draw.integers(0, len(self.conflicts), rows), -1
        )
        of_fact = np.array([self.specs_place[name] for name, _ in self.conflicts])
        columns: dict[str, pa.Array] = {
            "case": pa.array(np.full(rows, "case")),
            "record": _words(np.where(draw.random(rows) < _OPEN, 1, 0), ("closed", "open")),
            "jurisdiction": _words(draw.integers(-1, len(_JURISDICTIONS), rows), _JURISDICTIONS),
            "ur_date": _days(draw, rows, draw.random(rows) < 0.7),
            "requests": self._requests(draw, rows),
        }
        for place, spec in enumerate(self.specs):
            shown = draw.random(rows) < self._how_often(spec.name)
            shown &= ~((conflict >= 0) & (of_fact[conflict] == place))
            columns[spec.name] = self._fact(draw, spec, rows, shown)
        names = [one.name for one in self.specs]
        for kind in NAMES_OF_FACTS:
            silent = kind in ("not_documented", "not_asked")
            columns[kind] = _named(draw, names, rows, None if not silent else columns)
        said = pa.StructArray.from_arrays(
            [
                pa.array([one for one, _ in self.conflicts]),
                pa.array([one for _, one in self.conflicts]),
            ],
            ["fact", "said"],
        ).take(pa.array(conflict[conflict >= 0]))
        columns["conflicts"] = _lists((conflict >= 0).astype(np.int64), said)
        return pa.record_batch(columns)

    def _how_often(self, name: str) -> float:
        if name in ("procedure", "region"):
            return 0.97 if name == "procedure" else _STATED_REGION
        return _RELATED if name in self.related else _DOCUMENTED

    @property
    def specs_place(self) -> Mapping[str, int]:
        """The number of each fact."""
        return {one.name: number for number, one in enumerate(self.specs)}

    def _fact(self, draw: Any, spec: FactSpec, rows: int, shown: Any) -> pa.Array:
        match spec.type:
            case Boolean():
                return pa.array(draw.random(rows) < 0.5, mask=~shown)
            case Number(_, low, high):
                values = np.array([0, 0.5, 1, 2, 3, 4, 6, 8, 12, 50, 70, 80, low, high], float)
                return pa.array(np.clip(draw.choice(values, rows), low, high), mask=~shown)
            case Enum(values):
                codes = np.where(shown, draw.integers(0, len(values), rows), -1)
                return _words(codes, tuple(values))
            case Date():
                return _days(draw, rows, shown)
            case SetOf(values):
                return _sets(draw, tuple(values), rows, shown)
            case Levels():
                return _sets(draw, tuple(self.rules.anatomy.joints), rows, shown)
            case ListOf(fields):
                return self._records(draw, fields, rows, shown)
            case _:
                return self._targets(draw, rows, shown)

    def _targets(self, draw: Any, rows: int, shown: Any) -> pa.Array:
        ways = pa.array(self.levels, pa.list_(pa.string()))
        return ways.take(pa.array(draw.integers(0, len(self.levels), rows), mask=~shown))

    def _records(
        self, draw: Any, fields: Mapping[str, FactSpec], rows: int, shown: Any
    ) -> pa.Array:
        sizes = np.where(shown, draw.integers(0, _RECORDS, rows), 0)
        number = int(sizes.sum())
        written = [one for one in fields.values() if one.written]
        columns = {
            one.name: self._fact(draw, one, number, draw.random(number) < self._how_often(one.name))
            for one in written
        }
        weak = _named(draw, [one.name for one in written], number, None)
        arrays = [
            one.cast(pa.string()) if pa.types.is_dictionary(one.type) else one
            for one in columns.values()
        ]
        records = pa.StructArray.from_arrays([*arrays, weak], [*columns, "conclusory"])
        return _lists(sizes, records, shown)

    def _requests(self, draw: Any, rows: int) -> pa.Array:
        sizes = draw.integers(1, _REQUESTS, rows)
        number = int(sizes.sum())
        grounds = sorted(self.rules.grounds)
        texts = {
            "id": pa.array(
                (np.arange(number) - np.repeat(np.cumsum(sizes) - sizes, sizes) + 1).astype(str)
            ),
            "outcome": _words((draw.random(number) < 0.15).astype(int), DECISIONS).cast(
                pa.string()
            ),
            "grounds": _sets(draw, grounds, number, np.ones(number, bool)),
            "basis": _words(draw.integers(0, len(BASES), number), BASES).cast(pa.string()),
        }
        return _lists(sizes, pa.StructArray.from_arrays(list(texts.values()), list(texts)))


def _two_values(spec: FactSpec) -> list[Any]:
    match spec.type:
        case Boolean():
            return [True, False]
        case Enum(values) if len(values) > 1:
            return list(values)[:2]
        case _:
            return []


def _words(codes: Any, words: Sequence[str]) -> pa.Array:
    indices = pa.array(codes.astype(np.int16), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _days(draw: Any, rows: int, shown: Any) -> pa.Array:
    days = draw.integers(_FIRST_DAY, _FIRST_DAY + _DAYS, rows).astype(np.int32)
    return pa.array(days, pa.int32(), mask=~shown).cast(pa.date32())


def _sets(draw: Any, members: Sequence[str], rows: int, shown: Any) -> pa.Array:
    sizes = np.where(shown, draw.integers(0, 3, rows), 0)
    items = pa.array(members).take(pa.array(draw.integers(0, len(members), int(sizes.sum()))))
    return _lists(sizes, items, shown)


def _lists(sizes: Any, items: pa.Array, shown: Any = None) -> pa.Array:
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    mask = None if shown is None else pa.array(~shown)
    return pa.ListArray.from_arrays(offsets, items, mask=mask)


def _named(
    draw: Any, names: Sequence[str], rows: int, columns: Mapping[str, pa.Array] | None
) -> pa.Array:
    """Facts named in a few rows; where silence is meant, only such as have no value there."""
    rows_named = np.flatnonzero(draw.random(rows) < 2 * _SPECIAL)
    codes = draw.integers(0, len(names), len(rows_named))
    if columns is not None:
        valued = np.stack(
            [columns[name].is_valid().to_numpy(zero_copy_only=False) for name in names]
        )
        free = ~valued[codes, rows_named]
        rows_named, codes = rows_named[free], codes[free]
    sizes = np.bincount(rows_named, minlength=rows)
    return _lists(sizes, pa.array(names).take(pa.array(codes)))
