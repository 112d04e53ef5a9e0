"""Work on another core while the command goes on: a copy of this process does it and sends the result back."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from checker.errors import CheckerError

_Found = TypeVar("_Found")
_FORK = "fork"


class Awaited(Generic[_Found]):
    """What work done meanwhile will give."""

    def __init__(self, result: Callable[[], _Found]) -> None:
        self.result = result


@contextmanager
def meanwhile(work: Callable[[], _Found]) -> Iterator[Awaited[_Found]]:
    """Begin `work`, whose result can be sent between processes; `result()` waits for it.

    Where a process cannot be copied, or has one core, the work is done when its result is asked for.
    An error that checker knows is raised by `result()`.
    """
    if _FORK not in multiprocessing.get_all_start_methods() or (os.cpu_count() or 1) < 2:
        yield Awaited(work)
        return
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(work, there), daemon=True)
    process.start()
    there.close()

    def result() -> _Found:
        try:
            found, error = here.recv()
        except EOFError:
            return work()
        if error:
            raise error
        return found  # type: ignore[no-any-return]

    try:
        yield Awaited(result)
    finally:
        process.terminate()
        process.join()
        here.close()


def _send(work: Callable[[], object], pipe: multiprocessing.connection.Connection) -> None:
    try:
        pipe.send((work(), None))
    except CheckerError as error:
        pipe.send((None, error))
