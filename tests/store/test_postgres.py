"""What can be wrong with a server: told in plain words, and never with a password."""

from __future__ import annotations

import sys

import pytest

from checker.errors import StoreError
from checker.store import postgres
from checker.store.opening import opened
from tests.store.runs import run

pytest.importorskip("psycopg")


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: object) -> None:
    """The address may hold one."""
    address = f"postgresql://someone:secret-word@/x?host={tmp_path}"

    with pytest.raises(StoreError, match="the server cannot be reached") as told, opened(address):
        pass

    assert "secret-word" not in str(told.value)


def test_an_address_that_is_none_is_told_without_the_password() -> None:
    """With what to write instead."""
    address = "postgresql://someone:secret-word@host:port/x?colour=blue"

    with pytest.raises(StoreError) as told, opened(address):
        pass

    assert "secret-word" not in str(told.value)


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of a plain installation."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(StoreError, match=r"install guideline-checker\[postgres\]"):
        opened("postgresql:///x").__enter__()


def test_a_user_who_may_not_write_is_told(server: str) -> None:
    """The tables are another's."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
        connection.execute("drop role if exists reader")
        connection.execute("create role reader login")
        connection.execute("grant usage on schema public to reader")
    reader = server.replace("checker@", "reader@")

    with (
        pytest.raises(StoreError, match="this user may not"),
        opened(reader, to_write=True) as kept,
    ):
        kept.save(run())
    with opened(reader) as kept:
        assert kept.runs() == []


def test_another_writer_is_waited_for_a_moment_only(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is told, and nothing is saved."""
    monkeypatch.setattr(postgres, "_PATIENCE_SECONDS", 0.1)
    with (
        opened(server, to_write=True) as other,
        other.database.writing(),
        pytest.raises(StoreError, match="another program is writing to it"),
        opened(server, to_write=True) as kept,
    ):
        kept.save(run())


def test_a_read_only_server_is_told(server: str) -> None:
    """As a copy that only follows another server is."""
    address = f"{server}&options=-c%20default_transaction_read_only%3Don"

    with pytest.raises(StoreError, match="read-only"), opened(address, to_write=True) as kept:
        kept.save(run())
