"""How the time of something grows with its input, told apart from the noise of the machine."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable

TURNS = 5


def exponent_of_growth(work: Callable[[str], object], short: str, long: str) -> float:
    """The power of the text's length that the processor time follows: 1 in proportion, 2 its square.

    Each text is given the least time of several turns: what else the machine does only ever makes a
    turn slower. The garbage collector is held off meanwhile: it looks through the whole process,
    which late in a run of thousands of tests takes longer than the work.
    """
    least = {short: math.inf, long: math.inf}
    gc.collect()
    gc.disable()
    try:
        for _ in range(TURNS):
            for text, seconds in least.items():
                started = time.thread_time()
                work(text)
                least[text] = min(seconds, time.thread_time() - started)
    finally:
        gc.enable()
    return math.log(least[long] / least[short], len(long) / len(short))
