"""Figures of an audit, all from a tally: agreement with its intervals, beside what a constant answer gets.

Agreement alone says nothing where nine of ten denials stand, so every figure keeps its numbers. Items of one
letter are not independent: each share has Wilson's interval, as if they were, and one clustered by letter.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from checker.audit.comparison import AGREEMENTS, SAME_OUTCOME, Agreement
from checker.audit.tally import CELLS, NO_CRITERION, Cells, Tally, added_up
from checker.engine.written import AGAINST
from checker.errors import InputError, Place, Problem, did_you_mean, quoted

TOO_FEW_LETTERS = 30
"""Below this many letters an audit, or a group of it, proves nothing."""

_Z = 1.959963984540054
"""The standard normal quantile of a two-sided interval of 95 %."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`; its fraction is None of nothing.

    `effective` is the number of independent items that would tell as much; None where letters are not known.
    """

    part: int
    whole: int
    effective: float | None = field(default=None, compare=False)

    @property
    def fraction(self) -> float | None:
        """The share as a number from 0 to 1."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's interval of 95 %, which holds for small numbers and for shares of 0 and 1.

        Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
        """
        return _wilson(self.part / self.whole, self.whole) if self.whole else None

    @property
    def clustered(self) -> Interval | None:
        """Wilson's interval of 95 % over the effective number of items: letters are drawn, not items."""
        if not self.whole or not self.effective:
            return None
        return _wilson(self.part / self.whole, self.effective)


def _wilson(p: float, n: float) -> Interval:
    middle = p + _Z**2 / (2 * n)
    spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def clustered_share(letters: Mapping[tuple[int, int], int]) -> Share:
    """A share over letters; the keys are a letter's part and whole, the values how many letters are so.

    The effective number of items is their number divided by the design effect: the variance of the share when
    whole letters are drawn, over the variance when single items are. Where all items are alike the letters
    cannot tell the effect, and each letter counts as one item. Never more than there are items.

    Source: L. Kish, Survey Sampling (1965); N. Dean and M. Pagano, J. Surv. Stat. Methodol. 3 (2015) 484-503.
    """
    known = {key: n for key, n in letters.items() if key[1]}
    clusters = sum(known.values())
    part = sum(one * n for (one, _), n in known.items())
    whole = sum(one * n for (_, one), n in known.items())
    if not whole:
        return Share(0, 0)
    p = part / whole
    if part in (0, whole) or clusters < 2:
        return Share(part, whole, clusters)
    squares = sum(n * (one - p * size) ** 2 for (one, size), n in known.items())
    drawn = clusters / (clusters - 1) * squares / whole**2
    effect = drawn / (p * (1 - p) / whole)
    return Share(part, whole, whole / max(1.0, effect))


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient and its interval of 95 %; either is None where it is undefined."""

    value: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Covered and decided items by determination (first) and decision (second)."""

    upheld_upheld: int = 0
    upheld_overturned: int = 0
    overturned_upheld: int = 0
    overturned_overturned: int = 0

    @property
    def total(self) -> int:
        """All items in the table."""
        return (
            self.upheld_upheld
            + self.upheld_overturned
            + self.overturned_upheld
            + self.overturned_overturned
        )

    @classmethod
    def of_cells(cls, cells: Cells) -> Table:
        """The table in eight numbers of items; see `CELLS`."""
        counts = dict(zip(CELLS, cells, strict=True))
        return cls(
            upheld_upheld=counts["Upheld", "Upheld"],
            upheld_overturned=counts["Upheld", "Overturned"],
            overturned_upheld=counts["Overturned", "Upheld"],
            overturned_overturned=counts["Overturned", "Overturned"],
        )

    @property
    def precision(self) -> Share:
        """Of the items that the rule base would overturn, those that the reviewer overturned."""
        return Share(
            self.overturned_overturned, self.overturned_overturned + self.overturned_upheld
        )

    @property
    def recall(self) -> Share:
        """Of the items that the reviewer overturned, those that the rule base would overturn."""
        return Share(
            self.overturned_overturned, self.overturned_overturned + self.upheld_overturned
        )

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: agreement beyond chance. None where chance alone explains everything."""
        n = self.total
        if not n:
            return None
        observed = (self.upheld_upheld + self.overturned_overturned) / n
        ours, theirs = self._upheld_by_us / n, self._upheld_by_them / n
        expected = ours * theirs + (1 - ours) * (1 - theirs)
        return None if expected == 1 else (observed - expected) / (1 - expected)

    @property
    def ac1(self) -> float | None:
        """Gwet's AC1: agreement beyond chance that stays steady where one outcome is rare.

        Source: K. L. Gwet, Br. J. Math. Stat. Psychol. 61 (2008) 29-48.
        """
        n = self.total
        if not n:
            return None
        observed = (self.upheld_upheld + self.overturned_overturned) / n
        upheld = (self._upheld_by_us + self._upheld_by_them) / (2 * n)
        expected = 2 * upheld * (1 - upheld)
        return (observed - expected) / (1 - expected)

    @property
    def mcc(self) -> float | None:
        """Matthews correlation coefficient. None where a row or a column is empty."""
        n = self.total
        margins = (
            self._upheld_by_us,
            n - self._upheld_by_us,
            self._upheld_by_them,
            n - self._upheld_by_them,
        )
        if not all(margins):
            return None
        agreed = self.upheld_upheld * self.overturned_overturned
        return (agreed - self.upheld_overturned * self.overturned_upheld) / math.sqrt(
            math.prod(margins)
        )

    @property
    def balanced_accuracy(self) -> float | None:
        """The mean of the shares foreseen among Upheld and among Overturned. None where one is empty."""
        upheld = Share(self.upheld_upheld, self._upheld_by_them).fraction
        overturned = self.recall.fraction
        return None if upheld is None or overturned is None else (upheld + overturned) / 2

    @property
    def _upheld_by_us(self) -> int:
        return self.upheld_upheld + self.upheld_overturned

    @property
    def _upheld_by_them(self) -> int:
        return self.upheld_upheld + self.overturned_upheld


@dataclass(frozen=True, slots=True)
class CriterionFigures:
    """What became of one criterion of one guideline, over the items that it was judged on.

    `sole` counts the items that it alone made Upheld; `named` those whose reviewer gave it as a reason, and
    `named_met` those of them where the rules find it met or presumed. `overturned` are, of the items it counts
    against, those that the reviewer overturned all the same.
    """

    guideline: str
    criterion: str
    judged: int
    not_met: int
    missing: int
    sole: int
    named: int
    named_met: int
    overturned: Share

    @property
    def failed(self) -> Share:
        """The items that it counts against, of those it was judged on."""
        return Share(self.not_met + self.missing, self.judged)


@dataclass(frozen=True)
class Summary:
    """The figures of an audit under one set of terms.

    `letters`, `items` and `covered` count everything that was decided. The figures are those of the items that
    the rule base is scored on; `apart` has the agreement on the other covered items. Letters count as agreeing
    when all their scored items do. `cells` and `reasons` are the counts behind them.
    """

    letters: int
    items: int
    coverage: Share
    by_agreement: dict[Agreement, int]
    by_basis: Mapping[str, Share]
    agree: Share
    letters_agree: Share
    always_upheld: Share
    letters_always_upheld: Share
    cells: Cells
    precision: Share
    recall: Share
    kappa: Coefficient
    ac1: Coefficient
    mcc: Coefficient
    balanced_accuracy: Coefficient
    apart: Share
    apart_always_upheld: Share
    criteria: tuple[CriterionFigures, ...]
    outside: Mapping[str, int]
    kinds: Mapping[str, Share]

    @property
    def covered(self) -> int:
        """Items that a guideline covers."""
        return self.coverage.part

    @property
    def scored(self) -> int:
        """Covered items that the rule base is scored on."""
        return self.agree.whole

    @property
    def table(self) -> Table:
        """The items decided on both sides."""
        return Table.of_cells(self.cells)

    @property
    def always(self) -> Table:
        """The same items if all were said to be Upheld, for the figures of the answer that never thinks."""
        table = self.table
        return Table(
            upheld_upheld=table.upheld_upheld + table.overturned_upheld,
            upheld_overturned=table.upheld_overturned + table.overturned_overturned,
        )


def summarize(tally: Tally) -> Summary:
    """The figures of a tally, its groups aside."""
    letters = tally.letters
    cells = _total(letters)
    agreements: Counter[str] = Counter()
    for (agreement, _, _), n in tally.reasons.items():
        agreements[agreement] += n
    scored = {one: n for one, n in letters.items() if _covered(one)}
    apart = sum(tally.apart.values())
    covered = _covered(cells) + apart
    items = covered + sum(tally.kinds.values())
    return Summary(
        letters=sum(letters.values()),
        items=items,
        coverage=Share(covered, items),
        by_agreement={one: agreements[one] for one in AGREEMENTS},
        by_basis=_by_basis(tally),
        agree=_share(letters, _agreeing, _covered),
        letters_agree=_letters_that(scored, lambda one: _agreeing(one) == _covered(one)),
        always_upheld=_share(letters, _upheld, _covered),
        letters_always_upheld=_letters_that(scored, lambda one: _upheld(one) == _covered(one)),
        cells=cells,
        precision=_share(letters, *_PRECISION),
        recall=_share(letters, *_RECALL),
        kappa=jackknifed(letters, lambda table: table.kappa),
        ac1=jackknifed(letters, lambda table: table.ac1),
        mcc=jackknifed(letters, lambda table: table.mcc),
        balanced_accuracy=jackknifed(letters, lambda table: table.balanced_accuracy),
        apart=Share(sum(n for (ours, theirs), n in tally.apart.items() if ours == theirs), apart),
        apart_always_upheld=Share(
            sum(n for (_, theirs), n in tally.apart.items() if theirs == "Upheld"), apart
        ),
        criteria=tuple(_criteria(tally)),
        outside=_outside(tally),
        kinds=_kinds(tally),
    )


# Shares over letters ----------------------------------------------------------------------------------

_Number = Callable[[Cells], int]


def _count(holds: Callable[[str, str], bool]) -> _Number:
    """Counts, among eight numbers, the items whose determination and decision are so."""
    chosen = [at for at, (ours, theirs) in enumerate(CELLS) if holds(ours, theirs)]
    return lambda cells: sum(cells[at] for at in chosen)


_agreeing = _count(lambda ours, theirs: ours == theirs)
_covered = _count(lambda ours, _: ours != "not covered")
_upheld = _count(lambda ours, theirs: ours != "not covered" and theirs == "Upheld")
_both_overturned = _count(lambda ours, theirs: ours == theirs == "Overturned")
_PRECISION = (_both_overturned, _count(lambda ours, _: ours == "Overturned"))
_RECALL = (
    _both_overturned,
    _count(lambda ours, theirs: ours in ("Upheld", "Overturned") and theirs == "Overturned"),
)


def _total(letters: Mapping[Cells, int]) -> Cells:
    return tuple(sum(cells[at] * n for cells, n in letters.items()) for at in range(len(CELLS)))


def _share(letters: Mapping[Cells, int], part: _Number, whole: _Number) -> Share:
    counts: Counter[tuple[int, int]] = Counter()
    for cells, n in letters.items():
        counts[part(cells), whole(cells)] += n
    return clustered_share(counts)


def _letters_that(letters: Mapping[Cells, int], holds: Callable[[Cells], bool]) -> Share:
    """Letters are independent of each other, so that their effective number is their number."""
    whole = sum(letters.values())
    return Share(sum(n for cells, n in letters.items() if holds(cells)), whole, whole)


def jackknifed(
    letters: Mapping[Cells, int], coefficient: Callable[[Table], float | None]
) -> Coefficient:
    """A coefficient of the table, with an interval from leaving out one letter after the other.

    There is no interval where leaving out a letter leaves the coefficient undefined, or where nothing changes
    it: then the letters do not tell how sure it is.

    Source: B. Efron and C. Stein, Ann. Stat. 9 (1981) 586-596.
    """
    total = _total(letters)
    value = coefficient(Table.of_cells(total))
    decided = {one: n for one, n in letters.items() if Table.of_cells(one).total}
    clusters = sum(decided.values())
    if value is None or clusters < 2:
        return Coefficient(value)
    without: list[tuple[float, int]] = []
    for cells, n in decided.items():
        rest = tuple(all_ - one for all_, one in zip(total, cells, strict=True))
        left = coefficient(Table.of_cells(rest))
        if left is None:
            return Coefficient(value)
        without.append((left, n))
    mean = sum(left * n for left, n in without) / clusters
    squares = sum(n * (left - mean) ** 2 for left, n in without)
    spread = _Z * math.sqrt((clusters - 1) / clusters * squares)
    if spread < _NOTHING:
        return Coefficient(value)
    return Coefficient(value, (max(-1.0, value - spread), min(1.0, value + spread)))


_NOTHING = 1e-12


# Criteria, bases, kinds -------------------------------------------------------------------------------


def _criteria(tally: Tally) -> list[CriterionFigures]:
    """Each criterion that was judged, those first that count against the most items."""
    keys = sorted({(guideline, criterion) for guideline, criterion, _, _ in tally.criteria})
    statuses: dict[tuple[str, str], Counter[str]] = {key: Counter() for key in keys}
    overturned: Counter[tuple[str, str]] = Counter()
    for (guideline, criterion, status, decision), n in tally.criteria.items():
        statuses[guideline, criterion][status] += n
        if status in AGAINST and decision == "Overturned":
            overturned[guideline, criterion] += n
    sole, named, named_met = (
        Counter[tuple[str, str]](),
        Counter[tuple[str, str]](),
        Counter[tuple[str, str]](),
    )
    for (guideline, criterion, _), n in tally.sole.items():
        sole[guideline, criterion] += n
    for (guideline, ground, status, _), n in tally.named.items():
        named[guideline, ground] += n
        named_met[guideline, ground] += n if status in ("met", "presumed") else 0
    found = []
    for key in keys:
        counts = statuses[key]
        against = sum(counts[status] for status in AGAINST)
        found.append(
            CriterionFigures(
                *key,
                judged=sum(counts.values()) - counts["not applicable"],
                not_met=counts["not met"],
                missing=counts["missing"],
                sole=sole[key],
                named=named[key],
                named_met=named_met[key],
                overturned=Share(overturned[key], against),
            )
        )
    return sorted(found, key=lambda one: -one.failed.part)


def _outside(tally: Tally) -> Mapping[str, int]:
    """How often reviewers gave a reason that no criterion of the guideline has."""
    counts: Counter[str] = Counter()
    for (_, ground, status, _), n in tally.named.items():
        if status == NO_CRITERION:
            counts[ground] += n
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _by_basis(tally: Tally) -> Mapping[str, Share]:
    """On what decisions rest, each with the share of its covered items that agree in outcome."""
    agree: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for (agreement, basis, _), n in tally.reasons.items():
        if agreement != "not covered":
            whole[basis] += n
            agree[basis] += n if agreement in SAME_OUTCOME else 0
    return {basis: Share(agree[basis], n) for basis, n in sorted(whole.items())}


def _kinds(tally: Tally) -> Mapping[str, Share]:
    """The kinds of treatment that no guideline covers, each with the share that was overturned."""
    whole: Counter[str] = Counter()
    overturned: Counter[str] = Counter()
    for (kind, decision), n in tally.kinds.items():
        whole[kind] += n
        overturned[kind] += n if decision == "Overturned" else 0
    ordered = sorted(whole.items(), key=lambda pair: (-pair[1], pair[0]))
    return {kind: Share(overturned[kind], n) for kind, n in ordered}


# Groups -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """One group of a dimension, such as the letters of one year.

    `p` says how likely a difference in agreement as large as that to the other groups is if there is none, and
    `q` the same after allowing for all the comparisons made; None where either side has too few letters.
    """

    value: str
    summary: Summary
    overturned: Share
    p: float | None = None
    q: float | None = None

    @property
    def few(self) -> bool:
        """Whether it has too few letters to prove anything."""
        return self.summary.letters < TOO_FEW_LETTERS


def groups(tallies: Mapping[str, Tally]) -> list[Group]:
    """The groups of one dimension: those with enough letters, the least agreement first, then the rest."""
    found = {value: summarize(one) for value, one in sorted(tallies.items())}
    tested = {value: _p_value(value, tallies) for value in found}
    corrected = benjamini_hochberg({value: p for value, p in tested.items() if p is not None})
    all_groups = [
        Group(
            value,
            summary,
            _share(tallies[value].letters, _overturned, _decided_by_them),
            tested[value],
            corrected.get(value),
        )
        for value, summary in found.items()
    ]
    return sorted(
        all_groups, key=lambda one: (one.few, 0 if one.few else one.summary.agree.fraction or 0)
    )


_overturned = _count(lambda ours, theirs: ours != "not covered" and theirs == "Overturned")
_decided_by_them = _covered


def _p_value(value: str, tallies: Mapping[str, Tally]) -> float | None:
    """Of the difference in agreement between a group and all others together, over effective numbers."""
    others = added_up(one for name, one in tallies.items() if name != value).letters
    here = tallies[value].letters
    enough = all(
        sum(n for cells, n in letters.items() if _covered(cells)) >= TOO_FEW_LETTERS
        for letters in (here, others)
    )
    if not enough:
        return None
    one, other = (_share(letters, _agreeing, _covered) for letters in (here, others))
    return difference(one, other)


def difference(one: Share, other: Share) -> float | None:
    """The two-sided p value of the score test for two shares; None where there is nothing to compare."""
    n, m = one.effective or one.whole, other.effective or other.whole
    if one.fraction is None or other.fraction is None:
        return None
    pooled = (one.fraction * n + other.fraction * m) / (n + m)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    if not spread:
        return 1.0
    return math.erfc(abs(one.fraction - other.fraction) / spread / math.sqrt(2))


def benjamini_hochberg(p_values: Mapping[str, float]) -> dict[str, float]:
    """Each p value corrected for the number of comparisons: the share of false alarms if one stops there.

    Source: Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57 (1995) 289-300.
    """
    ordered = sorted(p_values.items(), key=lambda pair: (-pair[1], pair[0]))
    least = 1.0
    found = {}
    for rank, (name, p) in zip(range(len(ordered), 0, -1), ordered, strict=True):
        least = min(least, p * len(ordered) / rank)
        found[name] = least
    return found


# What a build can insist on ----------------------------------------------------------------------------


FIGURES = (
    "agreement",
    "coverage",
    "kappa",
    "ac1",
    "mcc",
    "balanced-accuracy",
    "precision",
    "recall",
)
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def measured(summary: Summary) -> Mapping[str, float | None]:
    """The figures that a threshold may be set for, by name."""
    return {
        "agreement": summary.agree.fraction,
        "coverage": summary.coverage.fraction,
        "kappa": summary.kappa.value,
        "ac1": summary.ac1.value,
        "mcc": summary.mcc.value,
        "balanced-accuracy": summary.balanced_accuracy.value,
        "precision": summary.precision.fraction,
        "recall": summary.recall.fraction,
    }


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least that a figure must reach."""

    figure: str
    least: float

    @classmethod
    def parse(cls, written: str) -> Threshold:
        """The threshold that `kappa=0.6` asks for.

        Raises:
            InputError: if there is no such figure, or if no number from -1 to 1 follows.
        """
        figure, _, number = written.partition("=")
        problem = ""
        if figure not in FIGURES:
            hint = did_you_mean(figure, FIGURES) or f"; the figures are {', '.join(FIGURES)}"
            problem = f"unknown figure {quoted(figure)}{hint}"
        elif not _DECIMAL.fullmatch(number) or not -1 <= float(number) <= 1:
            problem = f"write a number from -1 to 1 after `=`, as in {figure}=0.6"
        if problem:
            raise InputError([Problem(Place(f"--fail-under {written}"), problem)])
        return cls(figure, float(number))


def shortfalls(summary: Summary, thresholds: Sequence[Threshold]) -> list[str]:
    """One sentence for each figure that is below its threshold, or undefined."""
    found = measured(summary)
    told = []
    for one in thresholds:
        value = found[one.figure]
        if value is None:
            told.append(f"{one.figure} is undefined, so it does not reach {one.least:g}")
        elif value < one.least:
            told.append(
                f"{one.figure} is {math.floor(value * 10000) / 10000:.4f}, below {one.least:g}"
            )
    return told
