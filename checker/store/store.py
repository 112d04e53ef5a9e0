"""The store of saved audits: what it can do, in the SQL that SQLite and PostgreSQL have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from checker.errors import StoreError, did_you_mean
from checker.store.run import LATEST, NewRun, SavedCase, SavedRun

FORMAT = 1
"""The version of the tables. A store of a newer one is left alone."""

_TABLES = (
    "create table checker_store (format integer not null)",
    """create table checker_run (
        number {number}, name text unique, saved_at text not null, document text not null,
        corpus text not null)""",
    """create table checker_case (
        run integer not null references checker_run, position integer not null,
        file text not null, text text not null, primary key (run, position))""",
    """create table checker_item (
        run integer not null references checker_run, position integer not null,
        at_case integer not null, case_name text not null, request text not null,
        outcome text not null, decision text not null, agreement text not null,
        entry text not null, primary key (run, position))""",
)
_HEAD = "select number, name, saved_at, document, corpus from checker_run"


class Database(Protocol):
    """A connection to a database, with what differs from one kind to the other.

    `number` declares a column that counts upwards and never gives a number twice. Within `reading` and
    `writing` everything is one transaction, and the database's errors become a StoreError.
    """

    number: str

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        """Run one statement, whose values stand as `?`; its rows can be gone through."""

    def has_tables(self) -> bool:
        """Whether the tables of the store are there; a StoreError where another program's are."""

    def reading(self) -> AbstractContextManager[None]:
        """A transaction that only reads."""

    def writing(self) -> AbstractContextManager[None]:
        """A transaction that nobody else's comes between."""

    def close(self) -> None:
        """Let go of the database."""


@dataclass(frozen=True)
class Store:
    """Saved runs in one database. A run is there as a whole or not at all, and nothing changes it."""

    database: Database

    def save(self, run: NewRun) -> int:
        """Keep a run; its number.

        Raises:
            StoreError: if its name is taken, or if it cannot be written. Then nothing was.
        """
        with self.database.writing():
            self._prepare()
            if run.name is not None:
                self._refuse_taken(run.name)
            number = self._save_head(run)
            self._save_cases(number, run)
            self._save_items(number, run)
        return number

    def check_free(self, name: str) -> None:
        """Refuse a name that a run bears already, before the work is done."""
        with self._opened() as any_:
            if any_:
                self._refuse_taken(name)

    def runs(self) -> list[SavedRun]:
        """All runs, the oldest first."""
        with self._opened() as any_:
            return [_run(row) for row in self._rows(f"{_HEAD} order by number")] if any_ else []

    def run(self, called: str) -> SavedRun:
        """The run with this number or name, or the latest.

        Raises:
            StoreError: if there is none.
        """
        runs = self.runs()
        if not runs:
            raise StoreError("no audit is saved here; save one with checker audit PATH --save")
        if called == LATEST:
            return runs[-1]
        for one in runs:
            if called in (str(one.number), one.name):
                return one
        known = [one.name or str(one.number) for one in runs]
        hint = did_you_mean(called, known) or "; see checker audit runs"
        raise StoreError(f"no run `{called}`{hint}")

    def cases(self, run: SavedRun) -> list[SavedCase]:
        """The cases of a run, in their order."""
        with self._opened():
            found = self._rows(
                "select file, text from checker_case where run = ? order by position", run.number
            )
            return [SavedCase(file, text) for file, text in found]

    def entries(self, run: SavedRun) -> list[dict[str, Any]]:
        """The entries of a run, in their order, as they stand in the contract."""
        with self._opened():
            found = self._rows(
                "select entry from checker_item where run = ? order by position", run.number
            )
            return [json.loads(entry) for (entry,) in found]

    def forget(self, run: SavedRun) -> None:
        """Delete a run with its cases and entries."""
        with self.database.writing():
            for table, column in (
                ("checker_item", "run"),
                ("checker_case", "run"),
                ("checker_run", "number"),
            ):
                self.database.execute(f"delete from {table} where {column} = ?", (run.number,))  # noqa: S608

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @contextmanager
    def _opened(self) -> Iterator[bool]:
        """A transaction that reads; whether there is anything to read."""
        with self.database.reading():
            found = self.database.has_tables()
            if found:
                self._check_format()
            yield found

    def _prepare(self) -> None:
        if self.database.has_tables():
            self._check_format()
            return
        for table in _TABLES:
            self.database.execute(table.replace("{number}", self.database.number))
        self.database.execute("insert into checker_store values (?)", (FORMAT,))

    def _check_format(self) -> None:
        ((found,),) = self._rows("select format from checker_store")
        if found != FORMAT:
            raise StoreError(
                f"the store was written by a newer checker (format {found}, this one knows {FORMAT});"
                " use that one, or name another store with --store"
            )

    def _refuse_taken(self, name: str) -> None:
        for (at,) in self._rows("select saved_at from checker_run where name = ?", name):
            raise StoreError(f"a run `{name}` was saved on {at[:10]} already; choose another name")

    def _save_head(self, run: NewRun) -> int:
        values = (
            run.name,
            run.at.isoformat(timespec="seconds"),
            _json(run.document),
            run.corpus,
        )
        statement = (
            "insert into checker_run (name, saved_at, document, corpus)"
            " values (?, ?, ?, ?) returning number"
        )
        ((number,),) = list(self.database.execute(statement, values))
        return int(number)

    def _save_cases(self, number: int, run: NewRun) -> None:
        for position, case in enumerate(run.cases):
            self.database.execute(
                "insert into checker_case values (?, ?, ?, ?)",
                (number, position, case.file, case.text),
            )

    def _save_items(self, number: int, run: NewRun) -> None:
        for position, (at_case, entry) in enumerate(run.entries):
            values = (
                number,
                position,
                at_case,
                entry["case"],
                entry["request"],
                entry["determination"]["outcome"],
                entry["decision"]["outcome"],
                entry["agreement"],
                _json(entry),
            )
            self.database.execute(
                "insert into checker_item values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values
            )

    def _rows(self, statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        yield from self.database.execute(statement, values)


def _run(row: tuple[Any, ...]) -> SavedRun:
    number, name, at, document, corpus = row
    return SavedRun(number, name, datetime.fromisoformat(at), json.loads(document), corpus)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
