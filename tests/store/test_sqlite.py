"""What can be wrong with a file: each is told in plain words, and the file stays as it was."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.errors import StoreError
from checker.store import sqlite
from checker.store.opening import opened, users_own
from tests.store.runs import entry, run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with one run."""
    path = tmp_path / "audits.sqlite"
    with opened(str(path), to_write=True) as kept:
        kept.save(run("one"))
    return path


def names(file: Path) -> list[str | None]:
    with opened(str(file)) as kept:
        return [one.name for one in kept.runs()]


def test_only_the_owner_can_read_a_new_store(tmp_path: Path) -> None:
    """Nor enter its folder, whatever the umask allows."""
    path = tmp_path / "data" / "audits.sqlite"
    before = os.umask(0)
    try:
        with opened(str(path), to_write=True) as kept:
            kept.save(run())
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_users_own_store_is_in_their_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system's conventions say."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    with opened(None, to_write=True) as kept:
        kept.save(run())

    assert users_own().is_file()
    assert users_own().name == "audits.sqlite"


def test_what_is_forgotten_cannot_be_read_from_the_file(file: Path) -> None:
    """Deleted rows are overwritten."""
    with opened(str(file), to_write=True) as kept:
        kept.save(run("two", entries=[(0, entry("remarkable-name" * 100))]))
        assert b"remarkable-name" in file.read_bytes()
        kept.forget(kept.run("two"))

    assert b"remarkable-name" not in file.read_bytes()


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """Not a byte changes."""
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table bookmarks (url text)")
    connection.close()
    before = path.read_bytes()

    for action in (lambda kept: kept.runs(), lambda kept: kept.save(run())):
        with (
            pytest.raises(StoreError, match="database of another program"),
            opened(str(path), to_write=True) as kept,
        ):
            action(kept)

    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """And stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("case: x\n" * 100)

    with (
        pytest.raises(StoreError, match=r"notes\.txt: the file is no store"),
        opened(str(path)) as kept,
    ):
        kept.runs()

    assert path.read_text() == "case: x\n" * 100


def test_a_damaged_store_is_told(file: Path) -> None:
    """Everything behind the first page is overwritten."""
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))

    with pytest.raises(StoreError, match="the file is damaged"):
        names(file)


def test_a_store_cut_short_is_told(file: Path) -> None:
    """As a full disk or a broken copy leaves it."""
    file.write_bytes(file.read_bytes()[:5000])

    with pytest.raises(StoreError, match="damaged"):
        names(file)


def test_a_full_disk_is_told_and_nothing_is_saved(file: Path) -> None:
    """The runs before it are as they were."""
    with opened(str(file), to_write=True) as kept:
        (pages,) = kept.database.execute("pragma page_count").fetchone()
        kept.database.execute(f"pragma max_page_count = {pages + 2}")
        many = [(0, entry("a" * 1000, str(number))) for number in range(100)]

        with pytest.raises(StoreError, match="the disk is full"):
            kept.save(run("two", entries=many))

    assert names(file) == ["one"]


def test_a_store_that_another_program_writes_to_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a moment of patience."""
    monkeypatch.setattr(sqlite, "_PATIENCE_SECONDS", 0.1)
    with (
        opened(str(file), to_write=True) as other,
        other.database.writing(),
        pytest.raises(StoreError, match="another program is writing to it"),
        opened(str(file), to_write=True) as kept,
    ):
        kept.save(run("two"))

    assert names(file) == ["one"]


def test_a_read_only_store_is_told_and_can_be_read(file: Path) -> None:
    """As on a medium that cannot be written."""
    with opened(str(file), to_write=True) as kept:
        kept.database.execute("pragma query_only = on")

        assert [one.name for one in kept.runs()] == ["one"]
        with pytest.raises(StoreError, match="read-only"):
            kept.save(run("two"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_store_without_permission_is_told(file: Path, mode: int) -> None:
    """Nothing is saved."""
    file.chmod(mode)

    with pytest.raises(StoreError), opened(str(file), to_write=True) as kept:
        kept.save(run("two"))


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (lambda folder: folder, "cannot be opened|Is a directory"),
        (lambda folder: folder / "file" / "x.sqlite", "Not a directory|File exists"),
    ],
)
def test_a_place_that_cannot_be_a_store_is_told(
    tmp_path: Path, where: Callable[[Path], Path], told: str
) -> None:
    """A folder, or a folder that is a file."""
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(StoreError, match=told),
        opened(str(where(tmp_path)), to_write=True) as kept,
    ):
        kept.save(run())


def test_another_kind_of_store_is_told() -> None:
    """With what may be written instead."""
    with pytest.raises(StoreError, match="no store of the kind `mysql`"), opened("mysql://x/y"):
        pass
