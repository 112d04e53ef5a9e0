"""Work on another core while a command goes on."""

from __future__ import annotations

import os

import pytest

from checker.cli.meanwhile import meanwhile
from checker.errors import Place, Problem, RuleError


def refused() -> int:
    raise RuleError([Problem(Place("a.yaml", 1, 2), "is wrong")])


def test_the_result_comes_from_another_process() -> None:
    with meanwhile(os.getpid) as found:
        assert found.result() != os.getpid()


def test_an_error_that_is_known_is_raised_where_the_result_is_asked_for() -> None:
    with meanwhile(refused) as found, pytest.raises(RuleError, match=r"a\.yaml:1:2: is wrong"):
        found.result()


def test_with_one_core_the_work_is_done_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    with meanwhile(os.getpid) as found:
        assert found.result() == os.getpid()


def test_a_process_that_dies_leaves_the_work_to_this_one() -> None:
    """As when the other one is killed for want of memory."""
    here = os.getpid()

    def dies_elsewhere() -> str:
        if os.getpid() != here:
            os._exit(9)
        return "done here"

    with meanwhile(dies_elsewhere) as found:
        assert found.result() == "done here"


def test_work_that_nobody_waits_for_is_ended() -> None:
    with meanwhile(lambda: __import__("time").sleep(60)):
        pass
