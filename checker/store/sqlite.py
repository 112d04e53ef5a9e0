"""The store in one SQLite file, which only its owner can read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.errors import StoreError, shown_path

_OURS = 0x63686B72
"""The application id in the file's header."""

_PATIENCE_SECONDS = 5

_FAILURES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_BUSY: "another program is writing to it; try again",
    sqlite3.SQLITE_LOCKED: "another program is writing to it; try again",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup",
    sqlite3.SQLITE_NOTADB: "the file is no store of audits, or it is damaged",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; does the folder exist, and may you write there?",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
    sqlite3.SQLITE_PERM: "you may not open the file",
    sqlite3.SQLITE_TOOBIG: "a case is too large for it",
}


@dataclass(frozen=True)
class Sqlite:
    """A SQLite file as a Database. A file that is not there yet is made when something is written."""

    path: Path
    connection: sqlite3.Connection

    number = "integer primary key autoincrement"

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        """Run one statement, whose values stand as `?`."""
        return self.connection.execute(statement, values)

    def has_tables(self) -> bool:
        """Whether the tables are there.

        Raises:
            StoreError: if the tables of another program are.
        """
        names = {name for (name,) in self.execute("select name from sqlite_master")}
        if "checker_store" in names:
            return True
        if names:
            raise StoreError(f"{shown_path(self.path)}: a database of another program; left alone")
        return False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction that only reads."""
        with _telling(self.path), self._transaction("begin"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that nobody else's comes between; waits a moment for another's end."""
        with _telling(self.path), self._transaction("begin immediate"):
            if not self.has_tables():
                self.execute(f"pragma application_id = {_OURS}")
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.connection.execute(begin)
        try:
            yield
            self.connection.execute("commit")
        finally:
            if self.connection.in_transaction:
                self.connection.execute("rollback")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


def open_sqlite(path: Path, *, to_write: bool) -> Sqlite:
    """The store in a file. To write, a file and its folder are made, for their owner alone.

    Raises:
        StoreError: if that cannot be done.
    """
    with _telling(path):
        if to_write:
            _make(path)
        elif not path.exists():
            return Sqlite(path, sqlite3.connect(":memory:", isolation_level=None))
        address = path.absolute().as_uri() + "?mode=rw"
        connection = sqlite3.connect(
            address, uri=True, isolation_level=None, timeout=_PATIENCE_SECONDS
        )
        # What is forgotten is overwritten, not only unlinked.
        connection.execute("pragma secure_delete = on")
        return Sqlite(path, connection)


def _make(path: Path) -> None:
    """The file, readable by its owner alone; one that is there keeps its mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """What fails is told in plain words; no message holds a value."""
    try:
        yield
    except sqlite3.Error as failure:
        code = getattr(failure, "sqlite_errorcode", 0) & 0xFF
        said = _FAILURES.get(code, f"SQLite failed ({getattr(failure, 'sqlite_errorname', '?')})")
        raise StoreError(f"{shown_path(path)}: {said}") from None
    except OSError as failure:
        raise StoreError(f"{shown_path(path)}: {failure.strerror or 'cannot be opened'}") from None
