"""The command line, run within the tests or as a process of its own, from an empty folder."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import checker as package
from checker.cli import common, main
from checker.engine.agreed import Engine
from checker.shipped import shipped

LETTERS = shipped("cases") / "imr"
EXAMPLES = shipped("cases") / "examples"

FRAMES = re.compile(r"[│╭╮╰╯─]+|\s+")


@dataclass(frozen=True)
class Ran:
    """What a command left behind: its exit code, its results and its messages."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The results as one JSON document."""
        return json.loads(self.out)

    @property
    def jsonl(self) -> list[Any]:
        """The results as one JSON object in each line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def message(self) -> str:
        """The messages in one line, without frames and line breaks."""
        return FRAMES.sub(" ", self.err).strip()


Checker = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on where it runs or on what the terminal of the person who runs it can do."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def checker(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Checker:
    """`checker ARGUMENTS` in this process; the shipped rules are loaded once for all tests."""
    load, compile_ = common.rules_from, common.engine_for
    monkeypatch.setattr(
        common, "rules_from", lambda folder: load(folder) if folder else engine.rules
    )
    monkeypatch.setattr(common, "engine_for", lambda folder: compile_(folder) if folder else engine)

    def run(*arguments: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["checker", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        on_broken_pipe = signal.getsignal(signal.SIGPIPE)
        capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as stopped:
                main()
        finally:
            signal.signal(signal.SIGPIPE, on_broken_pipe)
        out, err = capsys.readouterr()
        return Ran(stopped.value.code or 0, out, err)  # type: ignore[arg-type]

    return run


def environment(**changes: str) -> Mapping[str, str]:
    """The environment for a process that runs the code under test."""
    return {**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1]), **changes}


@pytest.fixture
def process() -> Callable[..., Ran]:
    """`python -m checker ARGUMENTS` as a process, with changes to its environment."""

    def run(*arguments: object, stdin: bytes = b"", encoding: str = "utf-8", **env: str) -> Ran:
        command = [sys.executable, "-m", "checker", *map(str, arguments)]
        done = subprocess.run(
            command,
            check=False,
            input=stdin,
            capture_output=True,
            env=environment(**env),
            timeout=60,
        )
        return Ran(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))

    return run


@pytest.fixture
def letter() -> Callable[[str], Path]:
    """The file of a determination letter's case."""
    return lambda number: LETTERS / f"{number}.yaml"


@pytest.fixture
def example() -> Callable[[str], Path]:
    """The file of an example that is shipped."""
    return lambda name: EXAMPLES / f"{name}.yaml"


@pytest.fixture
def case_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a case with one lumbar request, and with further lines of facts."""

    def write(
        name: str = "case.yaml", facts: str = "", request: str = "", record: str = "closed"
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"case: {path.stem}\nrecord: {record}\nfacts: {{{facts}}}\nrequests:\n"
            f"  - {{id: 1, procedure: medial_branch_block, region: lumbar{request}}}\n",
            encoding="utf-8",
        )
        return path

    return write
