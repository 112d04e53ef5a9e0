"""What every store of saved audits keeps to, whichever database it is in."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.errors import StoreError
from checker.store.opening import opened
from checker.store.run import SavedCase, check_name
from checker.store.store import Store
from tests.store.runs import AT, document, entry, run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(location: str) -> Iterator[Store]:
    """A store that nothing was saved in yet."""
    with opened(location, to_write=True) as kept:
        yield kept


# --- Saving and finding -------------------------------------------------------------------------------


def test_a_run_comes_back_as_it_was_saved(store: Store) -> None:
    """Its head, its cases and its entries, accents included."""
    number = store.save(run("before"))

    saved = store.run("before")
    assert (saved.number, saved.name, saved.at) == (number, "before", AT)
    assert saved.document == document()
    assert store.cases(saved) == [SavedCase("cases/ä.yaml", '{"case":"ä"}')]
    assert store.entries(saved) == [entry()]


def test_cases_and_entries_keep_their_order(store: Store) -> None:
    """Ten and more, whose positions do not sort like texts."""
    entries = [entry("a", str(number)) for number in range(12)]

    store.save(run(entries=[(0, one) for one in entries]))

    assert store.entries(store.run("latest")) == entries


def test_runs_are_listed_the_oldest_first(store: Store) -> None:
    """With and without a name."""
    store.save(run("one"))
    store.save(run())
    store.save(run("three"))

    assert [(one.number, one.name) for one in store.runs()] == [(1, "one"), (2, None), (3, "three")]


def test_a_run_is_found_by_its_number_its_name_or_as_the_latest(store: Store) -> None:
    """The label says both."""
    store.save(run("one"))
    store.save(run())

    assert store.run("1").label == "one (run 1)"
    assert store.run("one").number == 1
    assert store.run("latest").label == "run 2"


def test_a_misspelt_run_is_told_with_the_closest(store: Store) -> None:
    """And an empty store says how to fill it."""
    with pytest.raises(StoreError, match="no audit is saved here"):
        store.run("before")
    store.save(run("before"))

    with pytest.raises(StoreError, match=r"no run `befroe` \(did you mean `before`\?\)"):
        store.run("befroe")


def test_what_was_not_saved_is_an_empty_list(location: str) -> None:
    """Reading makes no tables and no file."""
    with opened(location) as kept:
        assert kept.runs() == []

    assert not Path(location).exists()


# --- Runs never change --------------------------------------------------------------------------------


def test_a_name_is_given_once(store: Store) -> None:
    """The second run is not saved at all."""
    store.save(run("before"))

    with pytest.raises(StoreError, match="`before` was saved on 2026-03-01 already"):
        store.save(run("before", entries=[]))

    assert len(store.runs()) == 1
    assert store.entries(store.run("before")) == [entry()]


def test_a_taken_name_is_known_before_the_work_is_done(store: Store) -> None:
    """A free one passes, in an empty store too."""
    store.check_free("before")
    store.save(run("before"))

    with pytest.raises(StoreError, match="choose another name"):
        store.check_free("before")
    store.check_free("after")


def test_a_forgotten_run_is_gone_and_its_number_is_not_given_again(store: Store) -> None:
    """Its cases and entries go with it; the others stay."""
    store.save(run("one"))
    store.save(run("two"))

    store.forget(store.run("two"))
    store.save(run("three"))

    assert [(one.number, one.name) for one in store.runs()] == [(1, "one"), (3, "three")]
    for table in ("checker_case", "checker_item"):
        with store.database.reading():
            rows = list(store.database.execute(f"select distinct run from {table} order by run"))
        assert rows == [(1,), (3,)]


def test_a_run_that_fails_half_way_leaves_nothing(store: Store) -> None:
    """Whatever the reason; the store can be used on."""

    def failing() -> Iterator[tuple[int, dict[str, Any]]]:
        yield 0, entry()
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        store.save(run("half", entries=failing()))

    assert store.runs() == []
    store.save(run("half"))
    assert len(store.runs()) == 1


KILLED = """
import sys, time
from checker.store.opening import opened
from tests.store.runs import entry, run

def slowly():
    for number in range(2000):
        yield 0, entry("a" * 500, str(number))
    print("half", flush=True)
    time.sleep(60)

with opened(sys.argv[1], to_write=True) as store:
    store.save(run("first"))
    store.save(run("half", entries=slowly()))
"""


def test_a_process_that_is_killed_half_way_leaves_whole_runs_only(location: str) -> None:
    """The run before it is whole, its own is absent, and the next can be saved."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED), location]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.kill()
    assert process.returncode == -9

    with opened(location, to_write=True) as kept:
        assert [one.name for one in kept.runs()] == ["first"]
        kept.save(run("half"))
        assert [one.name for one in kept.runs()] == ["first", "half"]
        assert kept.entries(kept.run("half")) == [entry()]


def test_two_that_save_at_once_get_two_numbers(location: str) -> None:
    """Each finds what the other saved."""
    with opened(location, to_write=True) as one, opened(location, to_write=True) as other:
        numbers = [one.save(run("one")), other.save(run("other"))]

        assert numbers == [1, 2]
        assert one.runs() == other.runs()


def test_a_store_of_a_newer_checker_is_left_alone(store: Store) -> None:
    """It is neither read nor written."""
    store.save(run("one"))
    with store.database.writing():
        store.database.execute("update checker_store set format = 2")

    for action in (store.runs, lambda: store.save(run("two"))):
        with pytest.raises(StoreError, match=r"newer checker \(format 2, this one knows 1\)"):
            action()


# --- Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["before", "v1.2", "march-2026", "a", "x" * 60])
def test_a_name_begins_with_a_letter(name: str) -> None:
    """Then letters, digits, points, dashes and underscores."""
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "3", "cases/imr", "-x", "a b", "x" * 61, "é", "\x1b[1m", "."])
def test_a_name_that_could_be_something_else_is_refused(name: str) -> None:
    """A number, a path, an option; no control character reaches the screen."""
    with pytest.raises(StoreError, match="begin with a letter") as refused:
        check_name(name)

    assert "\x1b" not in str(refused.value)


def test_latest_is_no_name() -> None:
    """It always names the latest run."""
    with pytest.raises(StoreError, match="always names the latest"):
        check_name("latest")
