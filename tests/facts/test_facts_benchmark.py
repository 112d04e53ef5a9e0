"""What the speed of reading is measured on, and that measuring works; how fast it is, is not tested."""

from __future__ import annotations

from benchmarks.facts import facts, letters
from checker.letters.facts import stated


def test_reading_letters_is_measured(rules):
    load, read = facts(rules, number=3, rounds=1)

    assert load.numbers["phrases"] > 500
    assert read.ok is not None
    assert read.numbers["rate"] > 0
    assert read.numbers["facts"] > 3


def test_invented_letters_vary_and_are_the_same_every_time(lists, rules):
    first, second = letters(4), letters(4)

    assert [one.source.text for one in first] == [one.source.text for one in second]
    assert len({one.source.text for one in first}) == 4
    assert all(stated(one, lists, rules) for one in first)
