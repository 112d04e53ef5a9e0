"""A file is written whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import checker
from checker.wholefile import write_whole


def test_a_new_file_holds_what_was_written(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "café\n")

    assert (tmp_path / "a.txt").read_bytes() == "café\n".encode()


def test_a_file_that_is_replaced_keeps_its_access_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o600)

    write_whole(path, b"new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "link").symlink_to("a.txt")

    write_whole(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a.txt").read_text() == "new"


def test_what_cannot_be_written_leaves_the_old_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.txt").write_text("old")
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a.txt", "new")

    assert (tmp_path / "a.txt").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


def test_a_process_that_is_killed_in_the_middle_leaves_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    program = (
        "import os, signal; from pathlib import Path; from checker.wholefile import write_whole;"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
        f"write_whole(Path({str(path)!r}), 'new')"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(checker.__file__).parents[1])},
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
