"""Figures of an audit, all from counts: agreement with its interval, beside what a constant answer gets.

Agreement alone says nothing where nine of ten denials stand, so every figure keeps its numbers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from checker.audit.comparison import AGREEMENTS, Agreement, Compared

TOO_FEW_LETTERS = 30
"""Below this many letters an audit says that they prove nothing."""

_Z = 1.959963984540054
"""The standard normal quantile of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`; its fraction is None of nothing."""

    part: int
    whole: int

    @property
    def fraction(self) -> float | None:
        """The share as a number from 0 to 1."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval of 95 %, which holds for small numbers and for shares of 0 and 1.

        Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
        """
        if not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle = p + _Z**2 / (2 * n)
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        scale = 1 + _Z**2 / n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


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


@dataclass(frozen=True)
class Summary:
    """The counts of an audit under one set of terms.

    `letters`, `items` and `covered` count everything that was decided. The figures are those of the items that
    the rule base is scored on; `apart` has the agreement on the other covered items. Letters count as agreeing
    when all their scored items do: items of one letter are not independent.
    """

    letters: int
    items: int
    covered: int
    by_agreement: dict[Agreement, int]
    agree: Share
    letters_agree: Share
    always_upheld: Share
    letters_always_upheld: Share
    table: Table
    apart: Share

    @property
    def scored(self) -> int:
        """Covered items that the rule base is scored on."""
        return self.agree.whole


def summarize(compared: Sequence[Compared]) -> Summary:
    """The counts over compared items; items of one case stand together."""
    covered = [one for one in compared if one.covered]
    scored = [one for one in covered if one.scored]
    letters = [list(items) for _, items in groupby(scored, key=_letter)]
    counts = Counter(one.agreement for one in compared if one.scored or not one.covered)
    return Summary(
        letters=len({_letter(one) for one in compared}),
        items=len(compared),
        covered=len(covered),
        by_agreement={one: counts[one] for one in AGREEMENTS},
        agree=_share(one.agrees for one in scored),
        letters_agree=_share(all(one.agrees for one in items) for items in letters),
        always_upheld=_share(_upheld(one) for one in scored),
        letters_always_upheld=_share(all(_upheld(one) for one in items) for items in letters),
        table=_table(scored),
        apart=_share(one.agrees for one in covered if not one.scored),
    )


def _letter(compared: Compared) -> str:
    return compared.determination.case.file


def _upheld(compared: Compared) -> bool:
    return compared.decision.outcome == "Upheld"


def _share(holds: Iterable[bool]) -> Share:
    found = list(holds)
    return Share(sum(found), len(found))


def _table(covered: Iterable[Compared]) -> Table:
    counts = Counter((one.determination.outcome, one.decision.outcome) for one in covered)
    return Table(
        upheld_upheld=counts["Upheld", "Upheld"],
        upheld_overturned=counts["Upheld", "Overturned"],
        overturned_upheld=counts["Overturned", "Upheld"],
        overturned_overturned=counts["Overturned", "Overturned"],
    )
