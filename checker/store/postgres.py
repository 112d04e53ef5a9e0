"""The store in a PostgreSQL database that several people share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from checker.errors import StoreError

_LOCK = 0x63686B72
"""The number of the lock under which one writes at a time."""

_PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Postgres:
    """A connection to PostgreSQL as a Database; its tables stand in the first schema of the search path."""

    connection: Any

    number = "integer generated always as identity primary key"

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        """Run one statement, whose values stand as `?`."""
        return self.connection.execute(statement.replace("?", "%s"), values)

    def has_tables(self) -> bool:
        """Whether the tables are there."""
        ((found,),) = self.execute("select to_regclass('checker_store') is not null")
        return bool(found)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction that sees one state of the database."""
        with _telling(), self.connection.transaction():
            self.execute("set transaction isolation level repeatable read, read only")
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that nobody else's comes between; waits a moment for another's end."""
        with _telling(), self.connection.transaction():
            patience = f"{int(_PATIENCE_SECONDS * 1000)}ms"
            self.execute("select set_config('lock_timeout', ?, true)", (patience,))
            self.execute("select pg_advisory_xact_lock(?)", (_LOCK,))
            yield

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()


def open_postgres(address: str) -> Postgres:
    """The store at a `postgresql://` address; what it leaves out is taken from where libpq takes it.

    Raises:
        StoreError: if psycopg is not installed, or the server cannot be reached.
    """
    try:
        import psycopg
    except ImportError:
        raise StoreError(
            "a store in PostgreSQL needs psycopg; install guideline-checker[postgres]"
        ) from None
    with _telling():
        return Postgres(psycopg.connect(address, autocommit=True, connect_timeout=10))


@contextmanager
def _telling() -> Iterator[None]:
    """What fails is told in plain words; no message holds a password or a value of a case."""
    import psycopg
    from psycopg import errors

    try:
        yield
    except psycopg.Error as failure:
        match failure:
            case errors.InsufficientPrivilege():
                said = "this user may not read or write the tables of checker there"
            case errors.LockNotAvailable():
                said = "another program is writing to it; try again"
            case errors.DiskFull():
                said = "the disk of the server is full"
            case errors.ReadOnlySqlTransaction():
                said = "the server is read-only"
            case errors.ProgrammingError() if failure.sqlstate is None:
                said = "the address is not understood; write postgresql://USER@HOST/DATABASE"
            case errors.OperationalError() if failure.sqlstate is None:
                said = f"the server cannot be reached, or the connection broke: {_reason(failure)}"
            case _:
                said = f"the server refused ({type(failure).__name__}, {failure.sqlstate})"
        raise StoreError(f"PostgreSQL: {said}") from None


def _reason(failure: Exception) -> str:
    """The first line of what libpq says, which names no password."""
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    return lines[0].removeprefix("connection failed: ") if lines else type(failure).__name__
