"""Where saved audits are: the user's own data folder, another file, or a PostgreSQL database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checker.errors import StoreError
from checker.store.postgres import open_postgres
from checker.store.sqlite import open_sqlite
from checker.store.store import Database, Store

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@contextmanager
def opened(location: str | None, *, to_write: bool = False) -> Iterator[Store]:
    """The store at a location; None is the user's own. To read, nothing is made that is not there.

    Raises:
        StoreError: if it cannot be opened.
    """
    database = _database(location, to_write=to_write)
    try:
        yield Store(database)
    finally:
        database.close()


def users_own() -> Path:
    """The file in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("checker", appauthor=False) / "audits.sqlite"


def _database(location: str | None, *, to_write: bool) -> Database:
    scheme = _SCHEME.match(location or "")
    if location is None:
        return open_sqlite(users_own(), to_write=to_write)
    if scheme is None:
        return open_sqlite(Path(location), to_write=to_write)
    if scheme[1] in ("postgresql", "postgres"):
        return open_postgres(location)
    raise StoreError(
        f"no store of the kind `{scheme[1]}`; name a file, or postgresql://USER@HOST/DATABASE"
    )
