"""Levels as they are written, and the joints that they can stand for: each way to write them is read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from checker.engine.columns.truth import Flags, Indexes
from checker.rulebase import RuleBase

MOST_KEPT = 100_000
"""So many different ways to write levels are remembered from batch to batch."""


class LevelTable:
    """Every way to write levels that was met, with the joints that it can stand for."""

    def __init__(self, rules: RuleBase) -> None:
        self.anatomy = rules.anatomy
        self.regions = list(rules.vocabulary.regions)
        self._clear()

    def _clear(self) -> None:
        self._labels: dict[str, int] = {}
        self._by_key: dict[bytes, int] = {}
        self._by_readings: dict[tuple[frozenset[str], ...], int] = {}
        self._rows: list[tuple[int, int, int, int, list[int]]] = []
        self._readings: list[tuple[frozenset[str], ...]] = []
        self._table: tuple[Indexes, Indexes] | None = None

    def forget(self) -> None:
        """Start again when there are too many."""
        if max(len(self._by_key), len(self._by_readings), len(self._labels)) > MOST_KEPT:
            self._clear()

    def faults(self, labels: Iterable[str]) -> dict[str, str]:
        """The labels that name no level, with the reason."""
        found = {}
        for label in labels:
            try:
                self.anatomy.read([label], "nerves")
            except ValueError as problem:
                found[label] = str(problem)
        return found

    def numbered(
        self,
        codes: Indexes,
        labels: Sequence[str],
        starts: Indexes,
        sizes: Indexes,
        on_joints: Flags,
    ) -> Indexes:
        """The number of the readings of each list of labels."""
        numbers = [self._labels.setdefault(one, len(self._labels)) for one in labels]
        kept = list(self._labels)
        octets = np.array(numbers or [0], np.int32)[codes].tobytes()
        found = np.empty(len(sizes), np.int64)
        ends = (starts + sizes) * 4
        of_key = self._by_key
        rows = zip((starts * 4).tolist(), ends.tolist(), on_joints.tolist(), strict=True)
        for row, (start, end, joints) in enumerate(rows):
            key = octets[start:end] + (b"j" if joints else b"n")
            number = of_key.get(key)
            if number is None:
                written = [kept[one] for one in np.frombuffer(octets[start:end], np.int32)]
                read = self.anatomy.read(written, "joints" if joints else "nerves")
                number = of_key[key] = self.number_of(read.readings)
            found[row] = number
        return found

    def number_of(self, readings: tuple[frozenset[str], ...]) -> int:
        """The number of some readings."""
        number = self._by_readings.get(readings)
        if number is None:
            number = self._by_readings[readings] = len(self._rows)
            self._rows.append(self._row(readings))
            self._readings.append(readings)
            self._table = None
        return number

    def _row(self, readings: tuple[frozenset[str], ...]) -> tuple[int, int, int, int, list[int]]:
        place = {name: number for number, name in enumerate(self.anatomy.joints)}
        bits = [sum(1 << place[one] for one in joints) for joints in readings]
        some = [one for one in readings if one]
        region, *others = {self.anatomy.region(one) for one in some} or {None}
        own = self.regions.index(region) if region and not others else -1
        elsewhere = [self._elsewhere(some, stated) for stated in self.regions]
        return (
            bits[0] if bits else 0,
            bits[1] if len(bits) > 1 else 0,
            len(bits),
            own,
            [
                len(some) or 0,
                *elsewhere,
            ],
        )

    def _elsewhere(self, readings: Sequence[frozenset[str]], stated: str) -> int:
        """The region in which the levels lie, where all readings lie outside the one stated; else -1."""
        outside = [self.anatomy.outside(one, stated) for one in readings]
        if not outside or not all(outside):
            return -1
        return self.regions.index(self.anatomy.joints[outside[0][0]].region)

    def _arrays(self) -> tuple[Indexes, Indexes]:
        if self._table is None:
            four = np.array([one[:4] for one in self._rows] or [(0, 0, 0, 0)], np.int64)
            regions = np.array([one[4] for one in self._rows] or [[0]], np.int64)
            self._table = four, regions
        return self._table

    def readings(self, number: int) -> tuple[frozenset[str], ...]:
        """The readings of a number."""
        return self._readings[number]

    def bits(self, numbers: Indexes, reading: int) -> Indexes:
        """The joints in the first or the second reading."""
        return np.asarray(self._arrays()[0][numbers, reading])

    def count(self, numbers: Indexes) -> Indexes:
        """How many readings there are."""
        return np.asarray(self._arrays()[0][numbers, 2])

    def region(self, numbers: Indexes) -> Indexes:
        """The one region that all readings lie in, or -1."""
        return np.asarray(self._arrays()[0][numbers, 3])

    def any_joint(self, numbers: Indexes) -> Flags:
        """Whether any reading names a joint."""
        return np.asarray(self._arrays()[1][numbers, 0] > 0)

    def elsewhere(self, numbers: Indexes, stated: Indexes) -> Indexes:
        """The region that the levels lie in where none of their readings lies in the one stated, or -1."""
        return np.asarray(self._arrays()[1][numbers, 1 + stated])
