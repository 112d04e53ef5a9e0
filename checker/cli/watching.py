"""Runs something again whenever one of its files changes, until it is interrupted."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from checker.errors import CheckerError

POLL_SECONDS = 0.5

_Seen = dict[Path, tuple[int, int]]


def watch(files: Callable[[], Iterable[Path]], run: Callable[[], int], failed: int) -> int:
    """Run now and after every change of a file; the exit code of the last run, once it is interrupted.

    `failed` is the exit code of a run that ends with an error, which is told on standard error.
    """
    code, seen = failed, None
    try:
        while True:
            now = _look(files)
            if now != seen:
                if seen is not None:
                    print(f"\n--- {_changed(seen, now)} ---", flush=True)
                seen = now
                code = _run(run, failed)
                print("waiting for a change; Ctrl-C ends", file=sys.stderr, flush=True)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return code


def _run(run: Callable[[], int], failed: int) -> int:
    try:
        return run()
    except CheckerError as error:
        print(error, file=sys.stderr)
        return failed
    finally:
        sys.stdout.flush()


def _look(files: Callable[[], Iterable[Path]]) -> _Seen:
    """Each file with its time and its size; a file that is just being replaced is left out."""
    try:
        found = list(files())
    except CheckerError:
        return {}
    seen: _Seen = {}
    for path in found:
        try:
            status = path.stat()
        except OSError:
            continue
        seen[path] = (status.st_mtime_ns, status.st_size)
    return seen


def _changed(before: _Seen, after: _Seen) -> str:
    """`rules/x.yaml changed` or `3 files changed`."""
    paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    return f"{paths[0]} changed" if len(paths) == 1 else f"{len(paths)} files changed"
