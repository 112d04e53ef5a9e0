"""The figures of an audit against values that are published or follow from a formula by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import pytest

from checker.audit.comparison import Agreement, Compared
from checker.audit.figures import Share, Table, summarize
from checker.audit.tally import Tally, tally
from checker.case import Decision, Request, parse_case
from checker.determination import Determination, Outcome, Terms, determine
from checker.engine.agreed import Engine
from checker.render.audit import share_words

# --- Wilson's interval ----------------------------------------------------------------------------

# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
# (1998) 857-872, table I, method 3 (score without continuity correction), to four places.
NEWCOMBE = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0000, 0.1611),
    (1, 29): (0.0061, 0.1718),
}


@pytest.mark.parametrize(("counts", "interval"), NEWCOMBE.items())
def test_intervals_are_the_published_ones(
    counts: tuple[int, int], interval: tuple[float, float]
) -> None:
    """Newcombe's four examples, among them a share of none."""
    assert Share(*counts).interval == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize("whole", [1, 2, 5, 8, 29, 1000])
def test_the_interval_of_all_runs_from_a_known_share_to_one(whole: int) -> None:
    """For n of n Wilson's equation is linear: the lower end is n / (n + z^2), with z^2 = 3.8414588."""
    low, high = Share(whole, whole).interval

    assert low == pytest.approx(whole / (whole + 3.841458820694124))
    assert high == pytest.approx(1)
    assert high <= 1


@pytest.mark.parametrize("whole", [1, 3, 8, 40])
def test_every_interval_solves_wilsons_equation(whole: int) -> None:
    """Both ends lie z standard errors from the share, with the standard error taken at that end."""
    for part in range(whole + 1):
        low, high = Share(part, whole).interval
        for end in (low, high):
            distance = abs(part / whole - end)
            assert distance**2 == pytest.approx(3.841458820694124 * end * (1 - end) / whole)
        assert 0 <= low <= high <= 1
        assert low - 1e-12 <= part / whole <= high + 1e-12


def test_intervals_of_a_share_and_of_the_rest_mirror_each_other() -> None:
    """Agreeing in 2 of 9 is disagreeing in 7 of 9."""
    low, high = Share(2, 9).interval

    assert Share(7, 9).interval == pytest.approx((1 - high, 1 - low))


def test_a_share_of_nothing_is_undefined() -> None:
    """There is no share, and no interval around it."""
    assert Share(0, 0).fraction is None
    assert Share(0, 0).interval is None


# --- Coefficients ---------------------------------------------------------------------------------

# Cohen's kappa by hand on a much-used example, 20 and 15 of 50 agreed: observed 0.7, expected
# 0.5 x 0.6 + 0.5 x 0.4 = 0.5, kappa 0.2 / 0.5.
AGREED_35_OF_50 = Table(
    upheld_upheld=20, upheld_overturned=5, overturned_upheld=10, overturned_overturned=15
)


def test_kappa_of_a_textbook_table() -> None:
    """0.7 agreed where 0.5 would agree by chance."""
    assert AGREED_35_OF_50.kappa == pytest.approx(0.4)


def test_matthews_coefficient_of_a_textbook_table() -> None:
    """(20 x 15 - 5 x 10) / sqrt(25 x 25 x 30 x 20) = 250 / 612.372."""
    assert AGREED_35_OF_50.mcc == pytest.approx(250 / math.sqrt(375_000))


def test_balanced_accuracy_of_a_textbook_table() -> None:
    """20 of the 30 that were Upheld, 15 of the 20 that were Overturned: the mean of 2/3 and 3/4."""
    assert AGREED_35_OF_50.balanced_accuracy == pytest.approx(float(Fraction(17, 24)))


def test_precision_and_recall_of_overturned_keep_their_counts() -> None:
    """15 of 25 that we would overturn were, and 15 of 20 that were overturned we would."""
    assert AGREED_35_OF_50.precision == Share(15, 25)
    assert AGREED_35_OF_50.recall == Share(15, 20)


@pytest.mark.parametrize(
    ("table", "kappa", "mcc", "balanced"),
    [
        (Table(7, 0, 0, 1), 1.0, 1.0, 1.0),
        (Table(0, 3, 3, 0), -1.0, -1.0, 0.0),
        (Table(5, 5, 5, 5), 0.0, 0.0, 0.5),
        (Table(7, 1, 0, 0), 0.0, None, 0.5),
        (Table(0, 0, 7, 1), 0.0, None, 0.5),
        (Table(4, 0, 0, 0), None, None, None),
        (Table(0, 0, 0, 4), None, None, None),
        (Table(0, 0, 4, 0), 0.0, None, None),
        (Table(), None, None, None),
    ],
    ids=[
        "always right",
        "always wrong",
        "a coin",
        "always Upheld",
        "always Overturned",
        "nothing but Upheld",
        "nothing but Overturned",
        "one wrong answer throughout",
        "nothing at all",
    ],
)
def test_coefficients_at_the_ends_of_their_scales(
    table: Table, kappa: float | None, mcc: float | None, balanced: float | None
) -> None:
    """Where a coefficient is undefined it is None, and never 0 or 1."""
    for found, expected in ((table.kappa, kappa), (table.mcc, mcc)):
        assert found == (None if expected is None else pytest.approx(expected))
    assert table.balanced_accuracy == balanced


def test_precision_is_undefined_where_nothing_would_be_overturned() -> None:
    """None of none is not zero."""
    assert Table(7, 1, 0, 0).precision.fraction is None
    assert Table(7, 0, 0, 0).recall.fraction is None


# --- Shares in words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (7, 8, "7 of 8, 87.5 % (95 % interval 52.9 to 97.8)"),
        (8, 8, "8 of 8, 100.0 % (95 % interval 67.6 to 100.0)"),
        (2, 3, "2 of 3, 66.6 % (95 % interval 20.8 to 93.9)"),
        (1999, 2000, "1999 of 2000, 99.9 % (95 % interval 99.7 to 100.0)"),
        (0, 4, "0 of 4, 0.0 % (95 % interval 0.0 to 49.0)"),
        (0, 0, "none"),
    ],
)
def test_shares_are_rounded_down(part: int, whole: int, words: str) -> None:
    """Only all is 100 percent; 99.95 percent is not."""
    assert share_words(Share(part, whole)) == words


def test_rounding_down_is_exact_for_all_small_counts() -> None:
    """A share such as 29 of 100 loses no tenth of a percent on the way through binary fractions."""
    for whole in range(1, 201):
        for part in range(whole + 1):
            tenths = part * 1000 // whole

            assert f", {tenths // 10}.{tenths % 10} % " in share_words(Share(part, whole))


# --- Counting -------------------------------------------------------------------------------------

CASE = """
case: a case
record: closed
requests: [{id: 1, procedure: medial_branch_block, region: lumbar, targets: [L4-5]}]
"""


@pytest.fixture(scope="module")
def any_determination(engine: Engine) -> Determination:
    """A determination to be moved into letters and given outcomes."""
    (found,) = determine(parse_case("case.yaml", CASE.encode(), engine.rules), engine, Terms())
    return found


def item(
    determination: Determination,
    letter: str,
    ours: Outcome,
    theirs: str,
    agreement: Agreement,
) -> Compared:
    """One compared item of a letter."""
    decision = Decision(theirs, (), (), "guideline", None, None)  # type: ignore[arg-type]
    moved = replace(
        determination, outcome=ours, case=replace(determination.case, file=letter, name="same name")
    )
    return Compared(Request("1", "", {}, decision), moved, decision, agreement)


@pytest.fixture
def items(any_determination: Determination) -> list[Compared]:
    """Seven items in three letters; the third letter has nothing that is covered."""
    return [
        item(any_determination, "a.yaml", "Upheld", "Upheld", "same reasons"),
        item(any_determination, "a.yaml", "Overturned", "Upheld", "disagree"),
        item(any_determination, "a.yaml", "open", "Overturned", "open"),
        item(any_determination, "b.yaml", "Upheld", "Upheld", "same and more"),
        item(any_determination, "b.yaml", "Overturned", "Overturned", "same reasons"),
        item(any_determination, "b.yaml", "not covered", "Overturned", "not covered"),
        item(any_determination, "c.yaml", "not covered", "Upheld", "not covered"),
    ]


def test_items_that_are_not_covered_are_left_out_of_every_share(items: list[Compared]) -> None:
    """Five of seven are covered; an open one is covered and does not agree."""
    summary = summarize(tally(items))

    assert (summary.items, summary.covered) == (7, 5)
    assert summary.agree == Share(3, 5)
    assert summary.always_upheld == Share(3, 5)


def test_a_letter_agrees_when_all_its_covered_items_do(items: list[Compared]) -> None:
    """Letter a has a disagreement, letter b none, letter c nothing that is covered."""
    summary = summarize(tally(items))

    assert summary.letters == 3
    assert summary.letters_agree == Share(1, 2)
    assert summary.letters_always_upheld == Share(0, 2)


def test_letters_are_told_apart_by_their_files(items: list[Compared]) -> None:
    """All these cases have the same name."""
    assert {one.determination.case.name for one in items} == {"same name"}
    assert summarize(tally(items)).letters == 3


def test_the_table_holds_what_is_decided_on_both_sides(items: list[Compared]) -> None:
    """The open item is in no cell."""
    assert summarize(tally(items)).table == Table(
        upheld_upheld=2, upheld_overturned=0, overturned_upheld=1, overturned_overturned=1
    )


def test_items_that_are_not_scored_are_reported_apart(items: list[Compared]) -> None:
    """They count as items and as covered, and change no figure but their own."""
    opioids = [
        replace(items[1], scored=False),
        replace(items[3], agreement="same reasons", scored=False),
    ]

    summary, without = summarize(tally([*items, *opioids])), summarize(tally(items))

    assert (summary.items, summary.covered, summary.scored) == (9, 7, 5)
    assert summary.apart == Share(1, 2)
    assert without.apart == Share(0, 0)
    for figure in ("agree", "letters_agree", "always_upheld", "table", "by_agreement"):
        assert getattr(summary, figure) == getattr(without, figure)


def test_every_agreement_is_counted_even_where_there_is_none(items: list[Compared]) -> None:
    """The counts add up to the items."""
    counts = summarize(tally(items)).by_agreement

    assert set(counts) == set(get_args(Agreement))
    assert sum(counts.values()) == len(items)
    assert counts["other reasons"] == 0


def test_a_summary_of_nothing_has_no_shares() -> None:
    """Nothing compared, nothing agreed."""
    summary = summarize(Tally())

    assert (summary.letters, summary.items, summary.covered) == (0, 0, 0)
    assert summary.agree.fraction is None
    assert summary.table.kappa is None
