"""Processor time of variants that are run in turn, so that a busy machine slows all of them alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time


@dataclass(frozen=True)
class Times:
    """The seconds of processor time that each variant took in each round."""

    seconds: Mapping[str, Sequence[float]]

    def best(self, variant: str) -> float:
        """The seconds of the fastest round."""
        return min(self.seconds[variant])

    def typical(self, variant: str) -> float:
        """The seconds of the median round."""
        return median(self.seconds[variant])

    def ratio(self, variant: str, to: str) -> float:
        """How long a variant takes in terms of another: the median over the rounds."""
        pairs = zip(self.seconds[variant], self.seconds[to], strict=True)
        return median(one / other for one, other in pairs)


def in_turn(variants: Mapping[str, Callable[[], object]], rounds: int) -> Times:
    """Run every variant once a round, forwards and backwards by turns; the first round does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(-1, rounds):
        for name in sorted(variants, key=list(variants).index, reverse=bool(number % 2)):
            gc.collect()
            before = process_time()
            variants[name]()
            if number >= 0:
                seconds[name].append(process_time() - before)
    return Times(seconds)
