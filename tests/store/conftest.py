"""Stores to test: SQLite always, PostgreSQL where its programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

DATABASES = ("sqlite", "postgresql")


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, if they are installed."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(found).parent if found else debian[-1].parent if debian else None


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, which listens on a socket in its folder only."""
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="checker-pg-"))
    user = None
    if os.geteuid() == 0:  # the server refuses to run as root
        user = "postgres"
        try:
            shutil.chown(folder, user)
        except LookupError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")

    def run(*command: object) -> None:
        subprocess.run(
            [str(one) for one in command],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            cwd=folder,
            timeout=60,
        )

    data, settings = folder / "data", f"-c listen_addresses= -c fsync=off -k {folder}"
    try:
        run(bin_ / "initdb", "-D", data, "-U", "checker", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(bin_ / "pg_ctl", "-D", data, "-o", settings, "-l", folder / "log", "-w", "start")
        try:
            yield f"postgresql://checker@/postgres?host={folder}"
        finally:
            run(bin_ / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=DATABASES)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store can be, for each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "folder" / "audits.sqlite")
    import psycopg

    address = request.getfixturevalue("server")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    return str(address)
