"""The tally of an audit: counts that add up over items, files, batches and machines, and nothing else.

Every figure of an audit is computed from a tally, so a corpus may be cut into any parts that keep each letter
whole: the sum of their tallies is the tally of the corpus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import product
from typing import Any, TypeAlias, get_args

from checker.audit.comparison import Compared
from checker.audit.dimensions import Dimension, values_of
from checker.case import ReviewersOutcome
from checker.determination import Outcome

Counts: TypeAlias = "Mapping[tuple[str, ...], int]"
Cells: TypeAlias = "tuple[int, ...]"

PREDICTIONS: tuple[Outcome, ...] = get_args(Outcome)
DECISIONS: tuple[ReviewersOutcome, ...] = get_args(ReviewersOutcome)
CELLS: tuple[tuple[Outcome, ReviewersOutcome], ...] = tuple(product(PREDICTIONS, DECISIONS))
"""What the eight numbers of a letter count: items by determination and decision."""

NO_CRITERION = "no criterion"
"""In `named`: the guideline has no criterion of this name."""
NO_KIND = "not stated"


@dataclass(frozen=True)
class Tally:
    """Counts of decided items. An entry of 0 is left out, so that equal counts are equal tallies.

    `letters` says how many letters have these eight numbers of items (see `CELLS`); covered items that the rule
    base is not scored on are not among them. The other tables count items by what their keys say:

    - `reasons`: agreement, basis of the decision, decision; items that are scored or not covered.
    - `apart`: determination, decision; covered items that are not scored.
    - `criteria`: guideline, criterion, status, decision; all covered items, as are the next two.
    - `sole`: guideline, criterion, decision; the criterion alone makes the determination Upheld.
    - `named`: guideline, ground of the decision, status (or `no criterion`), decision.
    - `kinds`: kind of treatment, decision; items that are not covered.

    `by` has, for each dimension that was asked for, the tally of every group.
    """

    letters: Mapping[Cells, int] = field(default_factory=dict)
    reasons: Counts = field(default_factory=dict)
    apart: Counts = field(default_factory=dict)
    criteria: Counts = field(default_factory=dict)
    sole: Counts = field(default_factory=dict)
    named: Counts = field(default_factory=dict)
    kinds: Counts = field(default_factory=dict)
    by: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        return added_up((self, other))

    @property
    def cells(self) -> Mapping[tuple[Outcome, ReviewersOutcome], int]:
        """Items by determination and decision, those not scored left out."""
        totals = [
            sum(cells[at] * n for cells, n in self.letters.items()) for at in range(len(CELLS))
        ]
        return dict(zip(CELLS, totals, strict=True))

    def plain(self) -> dict[str, Any]:
        """The same as lists and texts, sorted, for JSON and for the metadata of a table of cases."""
        tables = {
            name: sorted([*key, n] for key, n in getattr(self, name).items()) for name in _TABLES
        }
        groups = {
            dimension: {value: tally.plain() for value, tally in sorted(values.items())}
            for dimension, values in sorted(self.by.items())
        }
        return {**tables, "by": groups}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Tally:
        """The tally that `plain` came from.

        Raises:
            ValueError: if this is no tally.
        """
        try:
            tables = {name: dict(_row(name, row) for row in plain[name]) for name in _TABLES}
            groups = {
                dimension: {value: cls.of_plain(one) for value, one in values.items()}
                for dimension, values in plain["by"].items()
            }
        except (AttributeError, KeyError, TypeError) as problem:
            raise ValueError("no tally of an audit: a table is missing or misshapen") from problem
        return cls(**tables, by=groups)


_WIDTHS = {
    "letters": len(CELLS),
    "reasons": 3,
    "apart": 2,
    "criteria": 4,
    "sole": 3,
    "named": 4,
    "kinds": 2,
}
_TABLES = tuple(one.name for one in fields(Tally) if one.name != "by")


def _row(name: str, row: Sequence[Any]) -> tuple[tuple[Any, ...], int]:
    *key, n = row
    kind = int if name == "letters" else str
    fits = len(key) == _WIDTHS[name] and all(type(one) is kind for one in key)
    if not fits or type(n) is not int or n < 1:
        raise ValueError(f"no tally of an audit: `{name}` has the row {row!r}")
    return tuple(key), n


def added_up(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies, in one pass; of none, the empty tally."""
    tables: dict[str, Counter[Any]] = {name: Counter() for name in _TABLES}
    groups: dict[str, dict[str, list[Tally]]] = {}
    for tally in tallies:
        for name, table in tables.items():
            for key, n in getattr(tally, name).items():
                table[key] += n
        for dimension, values in tally.by.items():
            of_dimension = groups.setdefault(dimension, {})
            for value, one in values.items():
                of_dimension.setdefault(value, []).append(one)
    summed = {
        dimension: {value: added_up(many) for value, many in values.items()}
        for dimension, values in groups.items()
    }
    return Tally(**{name: dict(+table) for name, table in tables.items()}, by=summed)


def tally(compared: Iterable[Compared], by: Sequence[Dimension] = ()) -> Tally:
    """The tally of compared items; the items of one file are one letter."""
    items = list(compared)
    grouped: dict[str, dict[str, Tally]] = {}
    for dimension in by:
        groups: dict[str, list[Compared]] = {}
        for one in items:
            for value in values_of(one, dimension):
                groups.setdefault(value, []).append(one)
        grouped[dimension] = {value: _counted(many) for value, many in groups.items()}
    counted = _counted(items)
    return Tally(**{name: getattr(counted, name) for name in _TABLES}, by=grouped)


def _counted(items: Sequence[Compared]) -> Tally:
    covered = [one for one in items if one.covered]
    return Tally(
        letters=_letters(items),
        reasons=Counter(
            (one.agreement, one.decision.basis, one.decision.outcome)
            for one in items
            if one.scored or not one.covered
        ),
        apart=Counter(
            (one.determination.outcome, one.decision.outcome) for one in covered if not one.scored
        ),
        criteria=Counter(key for one in covered for key in _criteria(one)),
        sole=Counter(
            (_guideline(one), one.determination.against[0].criterion.id, one.decision.outcome)
            for one in covered
            if len(one.determination.against) == 1
        ),
        named=Counter(key for one in covered for key in _named(one)),
        kinds=Counter(
            (one.request.kind or NO_KIND, one.decision.outcome) for one in items if not one.covered
        ),
    )


def _letters(items: Iterable[Compared]) -> Mapping[Cells, int]:
    """A letter whose items are all reported apart counts as one with eight zeros."""
    letters: dict[str, Counter[tuple[str, str]]] = {}
    for one in items:
        cells = letters.setdefault(one.determination.case.file, Counter())
        if one.scored or not one.covered:
            cells[one.determination.outcome, one.decision.outcome] += 1
    return Counter(tuple(cells[key] for key in CELLS) for cells in letters.values())


def _guideline(one: Compared) -> str:
    """The guideline's id; empty while a question is open that decides which one speaks."""
    guideline = one.determination.guideline
    return guideline.id if guideline else ""


def _criteria(one: Compared) -> Iterable[tuple[str, str, str, str]]:
    for judged in one.determination.judged:
        yield _guideline(one), judged.criterion.id, judged.status, one.decision.outcome


def _named(one: Compared) -> Iterable[tuple[str, str, str, str]]:
    statuses = {judged.criterion.id: judged.status for judged in one.determination.judged}
    for ground in dict.fromkeys(one.decision.grounds):
        status = statuses.get(ground, NO_CRITERION)
        yield _guideline(one), ground, status, one.decision.outcome
