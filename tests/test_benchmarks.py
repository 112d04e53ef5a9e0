"""The benchmarks run, and what they print can be true; how fast anything is, is not tested."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest

import benchmarks.__main__ as bench
from benchmarks import bulk
from benchmarks.situations import LOW_BACK, READING, generated, letters
from benchmarks.table import Row
from benchmarks.timing import Times, in_turn
from checker.engine.agreed import Engine
from checker.fact import Conflicting
from checker.guideline import STATUSES
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped

TINY = bench.Sizes(
    cases=3,
    rounds=1,
    processes=1,
    loads=1,
    small_cases=20,
    full_cases=10,
    letters=3,
    read_letters=8,
    table_cases=40,
    table_sample=10,
    table_chained=3,
)


@pytest.fixture(scope="module")
def rules() -> RuleBase:
    return load_rules(shipped("rules"))


@pytest.fixture(scope="module")
def found() -> dict[str, list[Row]]:
    return bench.measured(TINY)


def test_every_part_measures_something(found):
    assert all(rows for rows in found.values())
    assert all(row.what and row.measured for rows in found.values() for row in rows)


def test_every_promise_is_judged(found):
    rows = [row for rows in found.values() for row in rows]
    assert all((row.ok is None) == (not row.target) for row in rows)
    assert sum(row.ok is not None for row in rows) >= 5


def test_comparing_everything_names_the_part_that_differs(rules, monkeypatch):
    """On 25 cases, ten at once: nothing differs, until the definition answers the last five otherwise."""
    monkeypatch.setattr(bulk, "_COMPARED_AT_ONCE", 10)
    sound = bulk.compared(rules, 25)
    definition = bulk.by_engine

    def faulty(table, *rest):
        answers = list(definition(table, *rest))
        return answers if len(answers) == 10 else answers[::-1]

    monkeypatch.setattr(bulk, "by_engine", faulty)

    assert sound.ok
    assert bulk.compared(rules, 25).measured == "25 cases; differing: cases-0001 from row 21"


def test_numbers_are_numbers(found):
    numbers = [number for rows in found.values() for row in rows for number in row.numbers.values()]
    assert numbers
    assert all(math.isfinite(number) for number in numbers)


def test_bare_durable_rules_is_the_measure(found):
    shares = {
        row.what: row.numbers["share"]
        for row in found["Deciding single cases"]
        if "share" in row.numbers
    }
    assert shares["bare durable_rules"] == 1
    assert shares["Engine.statuses"] > 0


def test_memory_is_taken_after_the_last_case(found):
    assert [row.numbers["cases"] for row in found["Memory"]] == [TINY.small_cases, TINY.full_cases]
    assert all(row.numbers["last"] > 1 for row in found["Memory"])


def test_generated_cases_vary(rules):
    """All statuses occur, conflicts too, so that what is measured is not one path through the engine."""
    engine, cases = Engine(rules), generated(rules, LOW_BACK, 60)
    statuses = Counter(
        status
        for one in cases
        for status in engine.statuses(one.guideline, one.chart, READING, one.record).values()
    )
    assert set(statuses) == set(STATUSES)
    assert any(isinstance(fact, Conflicting) for one in cases for fact in one.chart.values())
    assert {one.record for one in cases} == {"open", "closed"}


def test_generated_cases_are_the_same_every_time(rules):
    assert generated(rules, LOW_BACK, 5) == generated(rules, LOW_BACK, 5)


def test_letters_are_among_the_cases(rules):
    assert {one.guideline.id for one in letters(rules)} >= {LOW_BACK}


def test_variants_run_in_turn_and_the_first_round_does_not_count():
    ran: list[str] = []
    times = in_turn({"one": lambda: ran.append("one"), "other": lambda: ran.append("other")}, 2)
    assert ran == ["other", "one", "one", "other", "other", "one"]
    assert {len(seconds) for seconds in times.seconds.values()} == {2}


def test_ratio_compares_within_a_round():
    times = Times({"slow": [2.0, 20.0, 3.0], "fast": [1.0, 10.0, 1.0]})
    assert times.ratio("slow", to="fast") == 2


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--strict"], 1)])
def test_a_missed_target_fails_only_when_asked_to(arguments, code, monkeypatch, capsys):
    missed = {"Part": [Row("speed", "slow", "fast", ok=False)]}
    monkeypatch.setattr(bench, "measured", lambda _: missed)
    assert bench.main(arguments) == code
    assert "missed" in capsys.readouterr().out


def test_numbers_are_saved_on_request(tmp_path: Path, monkeypatch):
    kept = {"Part": [Row("speed", "fast", "fast", ok=True, numbers={"rate": 2.5})]}
    monkeypatch.setattr(bench, "measured", lambda _: kept)
    assert bench.main(["--json", str(tmp_path / "numbers.json")]) == 0
    saved = json.loads((tmp_path / "numbers.json").read_text())
    assert saved["measured"]["Part"][0]["numbers"] == {"rate": 2.5}
