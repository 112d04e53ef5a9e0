"""Counts of batches, which add up over batches, files and machines; their keys are those of an audit's tally.

The items of one case are one letter, and stand in rows next to each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from checker.audit.batches import BatchChecker, Decided, problem_names
from checker.audit.comparison import AGREEMENTS
from checker.audit.decisions import BASES, DECISIONS, OUTCOMES
from checker.engine.columns.truth import Flags, Indexes
from checker.guideline import STATUSES

Key: TypeAlias = "tuple[Any, ...]"

NO_CRITERION = "no criterion"
"""In `named`: the guideline has no criterion of this name."""
NO_KIND = "not stated"
TABLES = ("letters", "reasons", "apart", "criteria", "sole", "named", "kinds")
_NOT_COVERED = AGREEMENTS.index("not covered")
_CELLS = len(OUTCOMES) * len(DECISIONS)


@dataclass
class Counts:
    """Counts of the rows of tables, and of their decided requests.

    `determinations` and `refused` count all rows: by outcome, and by why a row could not be judged.
    `tables` count decided requests by what their keys say:

    - `letters`: by eight numbers, a letter's scored or uncovered requests by determination and decision.
    - `reasons`: agreement, basis, decision; scored or not covered.
    - `apart`: determination, decision; the others.
    - `criteria`: guideline, criterion, status, decision. `sole`: guideline, criterion, decision, where the
      criterion alone makes it Upheld. `named`: guideline, ground of the decision, status, decision.
    - `kinds`: kind of treatment, decision; not covered.
    """

    rows: int = 0
    determinations: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    tables: Mapping[str, Counter[Key]] = field(
        default_factory=lambda: {name: Counter() for name in TABLES}
    )

    def add(self, other: Counts) -> None:
        """Count what another one counted as well."""
        self.rows += other.rows
        self.determinations.update(other.determinations)
        self.refused.update(other.refused)
        for name, table in self.tables.items():
            table.update(other.tables[name])

    def plain(self) -> dict[str, Any]:
        """The same as lists and texts, sorted."""
        tables = {
            name: sorted([*key, number] for key, number in table.items() if number)
            for name, table in self.tables.items()
        }
        return {
            "rows": self.rows,
            "determinations": dict(sorted(self.determinations.items())),
            "refused": dict(sorted(self.refused.items())),
            "tally": {**tables, "by": {}},
        }

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Counts:
        """The counts that `plain` came from."""
        tables = {
            name: Counter({tuple(key): number for *key, number in plain["tally"][name]})
            for name in TABLES
        }
        determinations = Counter(plain["determinations"])
        return cls(plain["rows"], determinations, Counter(plain["refused"]), tables)


class Counting:
    """Counts batch after batch of one table; a letter may run on from one batch into the next."""

    def __init__(self, checker: BatchChecker) -> None:
        self.checker = checker
        self.counts = Counts()
        self._letter: tuple[str | None, Indexes] | None = None

    def count(self, batch: Decided) -> None:
        """Count one more batch."""
        counts, tables = self.counts, self.counts.tables
        counts.rows += batch.table.num_rows
        counts.determinations.update(_by_name(batch.outcome, OUTCOMES))
        counts.refused.update(_by_name(batch.problem, problem_names(self.checker.rules)))
        items = batch.items
        covered = items.agreement != _NOT_COVERED
        shown = batch.scored[items.rows] | ~covered
        outcome = batch.outcome[items.rows].astype(np.int64)
        by_reason = (items.agreement, items.basis, items.decision)
        tables["reasons"].update(_keys(by_reason, (AGREEMENTS, BASES, DECISIONS), shown))
        tables["apart"].update(_keys((outcome, items.decision), (OUTCOMES, DECISIONS), ~shown))
        kinds = [(one or NO_KIND, at) for one, at in _uncovered(batch, ~covered)]
        tables["kinds"].update((kind, DECISIONS[at]) for kind, at in kinds)
        for number, guideline in enumerate(self.checker.guidelines):
            here = np.flatnonzero(batch.guideline[items.rows] == number)
            if len(here):
                self._count_criteria(batch, number, guideline.id, here)
        self._count_named(batch, covered)
        self._count_letters(batch, outcome * len(DECISIONS) + items.decision, shown)

    def _count_criteria(self, batch: Decided, number: int, guideline: str, here: Indexes) -> None:
        tables = self.counts.tables
        rows, decision = batch.items.rows[here], batch.items.decision[here]
        criteria = self.checker.guidelines[number].criteria
        for one in criteria:
            statuses = batch.statuses[self.checker.place[one.id]][rows].astype(np.int64)
            found = _keys((statuses, decision), (STATUSES, DECISIONS))
            tables["criteria"].update(
                {(guideline, one.id, *key): times for key, times in found.items()}
            )
        alone = np.bitwise_count(batch.against[rows]) == 1
        places = np.bitwise_count(batch.against[rows] - 1).astype(np.int64)
        found = _keys((places, decision), ([one.id for one in criteria], DECISIONS), alone)
        tables["sole"].update({(guideline, *key): times for key, times in found.items()})

    def _count_named(self, batch: Decided, covered: Flags) -> None:
        """Each ground that a decision names counts once."""
        items = batch.items
        if not len(items.of):
            return
        once = np.unique(items.of * len(items.names) + items.grounds)
        item, ground = np.divmod(once, len(items.names))
        item, ground = item[covered[item]], ground[covered[item]]
        rows = items.rows[item]
        guideline = np.maximum(batch.guideline[rows], -1).astype(np.int64)
        place = np.array([self.checker.place.get(one, -1) for one in items.names])[ground]
        has = np.array(
            [[one in each.of for one in items.names] for each in self.checker.places]
            + [[False] * len(items.names)]
        )
        status = np.where(
            has[guideline, ground], batch.statuses[place, rows].astype(np.int64), len(STATUSES)
        )
        ids = [*(one.id for one in self.checker.guidelines), ""]
        words = (ids, items.names, (*STATUSES, NO_CRITERION), DECISIONS)
        columns = (guideline % len(ids), ground, status, items.decision[item])
        self.counts.tables["named"].update(_keys(columns, words))

    def _count_letters(self, batch: Decided, cells: Indexes, shown: Flags) -> None:
        rows = batch.items.rows
        if not len(rows):
            return
        names = batch.table.column("case").take(rows).to_pylist()
        new = np.array([at == 0 or names[at - 1] != one for at, one in enumerate(names)])
        letter = np.cumsum(new) - 1
        found = np.zeros((letter[-1] + 1, _CELLS), np.int64)
        np.add.at(found, (letter[shown], cells[shown]), 1)
        if self._letter and self._letter[0] == names[0]:
            found[0] += self._letter[1]
        else:
            self._finish_letter()
        self._letter = names[-1], found[-1]
        for key, number in _distinct(found[:-1]):
            self.counts.tables["letters"][key] += number

    def _finish_letter(self) -> None:
        if self._letter:
            self.counts.tables["letters"][tuple(self._letter[1].tolist())] += 1
            self._letter = None

    def finished(self) -> Counts:
        """The counts of the whole table."""
        self._finish_letter()
        return self.counts


def _distinct(rows: Indexes) -> Iterable[tuple[Key, int]]:
    """Each different row, with how often it stands there; small numbers are packed into one."""
    bits = 63 // _CELLS
    if rows.size and rows.max() >= 1 << bits:
        kinds, times = np.unique(rows, axis=0, return_counts=True)
        return zip(map(tuple, kinds.tolist()), times.tolist(), strict=True)
    shifts = np.arange(_CELLS) * bits
    packed, times = np.unique((rows << shifts).sum(axis=1), return_counts=True)
    kinds = (packed[:, None] >> shifts) & ((1 << bits) - 1)
    return zip(map(tuple, kinds.tolist()), times.tolist(), strict=True)


def _by_name(codes: Any, words: Sequence[str]) -> dict[str, int]:
    times = np.bincount(codes[codes >= 0], minlength=len(words)).tolist()
    return {word: number for word, number in zip(words, times, strict=True) if number}


def _keys(
    columns: Sequence[Indexes], words: Sequence[Sequence[str]], where: Flags | None = None
) -> dict[Key, int]:
    """How often each combination of words stands there."""
    sizes = [len(one) for one in words]
    combined = np.zeros(len(columns[0]), np.int64)
    for column, size in zip(columns, sizes, strict=True):
        combined = combined * size + column
    if where is not None:
        combined = combined[where]
    numbers, times = np.unique(combined, return_counts=True)
    places = np.unravel_index(numbers, sizes)
    keys = zip(*(place.tolist() for place in places), strict=True)
    return {
        tuple(each[at] for each, at in zip(words, key, strict=True)): number
        for key, number in zip(keys, times.tolist(), strict=True)
    }


def _uncovered(batch: Decided, where: Flags) -> Iterable[tuple[str | None, int]]:
    rows = np.flatnonzero(where)
    kinds = batch.items.kinds.take(rows).to_pylist()
    return zip(kinds, batch.items.decision[rows].tolist(), strict=True)
