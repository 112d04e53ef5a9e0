"""The figures of an audit against values that are published or follow from a formula by hand."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from statistics import NormalDist
from typing import get_args

import pytest

from checker.audit import figures
from checker.audit.comparison import Agreement, Compared
from checker.audit.figures import (
    FIGURES,
    Share,
    Table,
    Threshold,
    benjamini_hochberg,
    clustered_share,
    difference,
    groups,
    jackknifed,
    measured,
    shortfalls,
    summarize,
)
from checker.audit.tally import CELLS, Tally, tally
from checker.case import Decision, Request, parse_case
from checker.determination import Determination, Outcome, Terms, determine
from checker.engine.agreed import Engine
from checker.errors import InputError
from checker.render.text import share_words

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


# --- Beside other implementations -----------------------------------------------------------------

# kappa: statsmodels 0.15.0 cohens_kappa and scikit-learn 1.9.1; the others: scikit-learn 1.9.1.
ELSEWHERE = {
    (354, 19, 5, 22): (0.6157848395, 0.6318591542, 0.7613288946, 0.8148148148, 0.5365853659),
    (20, 5, 10, 15): (0.4, 0.4082482905, 0.7083333333, 0.6, 0.75),
    (900, 60, 30, 10): (0.1379310345, 0.1440046082, 0.5552995392, 0.25, 0.1428571429),
    (7, 1, 2, 3): (0.4935064935, 0.5006939629, 0.7638888889, 0.6, 0.75),
    (61, 0, 2, 1): (0.488, 0.5681120688, 0.9841269841, 0.3333333333, 1.0),
}


@pytest.mark.parametrize(("counts", "figures"), ELSEWHERE.items())
def test_coefficients_are_those_of_statistical_packages(
    counts: tuple[int, int, int, int], figures: tuple[float, ...]
) -> None:
    """Five tables, from one that agrees well to one that hardly does."""
    table = Table(*counts)

    found = (
        table.kappa,
        table.mcc,
        table.balanced_accuracy,
        table.precision.fraction,
        table.recall.fraction,
    )
    assert found == pytest.approx(figures, abs=5e-11)


# statsmodels 0.15.0: proportion_confint(method="wilson").
@pytest.mark.parametrize(
    ("counts", "interval"),
    [
        ((354, 373), (0.9218176889, 0.9671503165)),
        ((0, 7), (0.0, 0.3543304351)),
        ((8, 8), (0.6755924351, 1.0)),
        ((499, 1000), (0.4680734888, 0.5299341648)),
    ],
)
def test_intervals_are_those_of_a_statistical_package(
    counts: tuple[int, int], interval: tuple[float, float]
) -> None:
    """To ten places."""
    assert Share(*counts).interval == pytest.approx(interval, abs=5e-11)


def test_gwets_coefficient_stays_where_kappa_falls() -> None:
    """125 items, 118 agreed, all but 2 of them on one outcome.

    With a mean share of that outcome of 1 - 11 / 250, chance agrees in 2 x 0.956 x 0.044 = 0.084128,
    so that AC1 is (0.944 - 0.084128) / 0.915872, while kappa is well below a half.
    """
    table = Table(116, 5, 2, 2)

    assert table.ac1 == pytest.approx((0.944 - 0.084128) / 0.915872)
    assert table.kappa == pytest.approx(0.336, abs=0.005)
    assert Table(3, 0, 0, 0).ac1 == 1
    assert Table().ac1 is None


# --- Letters are drawn, not items -----------------------------------------------------------------

LETTERS = {(1, 1): 6, (0, 1): 3, (2, 2): 4, (0, 2): 1, (1, 3): 2, (4, 4): 2, (0, 4): 1}
"""How many letters have so many agreeing items of so many."""


def test_the_design_effect_is_that_of_a_statistical_package() -> None:
    """A constant fitted in statsmodels 0.15.0, with errors clustered by letter, before m / (m - 1)."""
    share = clustered_share(LETTERS)

    p = 24 / 37
    variance = 0.013245393538762154 * 19 / 18
    assert (share.part, share.whole) == (24, 37)
    assert share.effective == pytest.approx(p * (1 - p) / variance)


def test_an_interval_by_letter_is_that_of_so_many_independent_items() -> None:
    """Wilson's equation at the effective number."""
    share = clustered_share(LETTERS)

    for end in share.clustered:
        distance = (share.fraction - end) ** 2
        assert distance == pytest.approx(3.841458820694124 * end * (1 - end) / share.effective)


def test_letters_of_one_item_are_as_good_as_items() -> None:
    """There is nothing to allow for, save that a variance is estimated."""
    share = clustered_share({(1, 1): 60, (0, 1): 40})

    assert share.effective == pytest.approx(99)
    assert share.clustered == pytest.approx(share.interval, abs=0.001)


def test_letters_that_repeat_themselves_count_once() -> None:
    """Ten letters of five equal items tell hardly more than ten items."""
    share = clustered_share({(5, 5): 6, (0, 5): 4})

    assert share.effective == pytest.approx(9)


@pytest.mark.parametrize("letters", [{(3, 3): 4}, {(0, 3): 4}, {(2, 3): 1}])
def test_letters_that_cannot_tell_the_effect_count_as_one_item_each(
    letters: dict[tuple[int, int], int],
) -> None:
    """All alike, or a single letter: the cautious choice."""
    assert clustered_share(letters).effective == sum(letters.values())


def test_no_items_are_more_than_they_are() -> None:
    """Letters whose items disagree by turns would promise more; that is not believed."""
    assert clustered_share({(1, 2): 10, (2, 4): 3, (1, 1): 1}).effective <= 33
    assert clustered_share({}) == Share(0, 0)
    assert clustered_share({(0, 0): 7}) == Share(0, 0)


def _cells(uu: int, uo: int, ou: int, oo: int) -> tuple[int, ...]:
    counts = dict(zip(CELLS, [0] * 8, strict=True))
    names = [("Upheld", "Upheld"), ("Upheld", "Overturned")]
    names += [("Overturned", "Upheld"), ("Overturned", "Overturned")]
    return tuple({**counts, **dict(zip(names, (uu, uo, ou, oo), strict=True))}.values())


CORPUS = {
    _cells(1, 0, 0, 0): 300,
    _cells(2, 0, 0, 0): 80,
    _cells(4, 0, 0, 0): 20,
    _cells(0, 1, 0, 0): 30,
    _cells(0, 3, 0, 0): 5,
    _cells(0, 0, 1, 0): 8,
    _cells(0, 0, 0, 1): 25,
    _cells(0, 0, 0, 4): 3,
    _cells(1, 0, 0, 1): 6,
}


def test_intervals_by_letter_are_those_of_a_bootstrap_over_letters() -> None:
    """2,000 corpora of 477 letters drawn anew, for kappa and for the share that agrees."""
    kinds, weights = list(CORPUS), list(CORPUS.values())
    draw = random.Random(7)
    tables = []
    for _ in range(2_000):
        drawn = Counter(draw.choices(kinds, weights, k=sum(weights)))
        sums = [sum(cells[at] * n for cells, n in drawn.items()) for at in range(8)]
        tables.append(Table.of_cells(tuple(sums)))

    def middle(values: list[float]) -> tuple[float, float]:
        ordered = sorted(values)
        return ordered[50], ordered[-51]

    kappa = jackknifed(CORPUS, lambda table: table.kappa)
    agree = summarize(Tally(letters=CORPUS)).agree
    agreed = [(one.upheld_upheld + one.overturned_overturned) / one.total for one in tables]

    assert kappa.interval == pytest.approx(middle([one.kappa for one in tables]), abs=0.02)
    assert agree.clustered == pytest.approx(middle(agreed), abs=0.006)
    assert agree.clustered[1] - agree.clustered[0] > 1.1 * (agree.interval[1] - agree.interval[0])


def test_an_interval_around_a_coefficient_is_the_jackknifes_by_hand() -> None:
    """Three letters: agreement left out one by one."""
    letters = {_cells(2, 0, 0, 0): 1, _cells(0, 1, 0, 1): 1, _cells(1, 0, 1, 0): 1}

    def agreement(table: Table) -> float:
        return (table.upheld_upheld + table.overturned_overturned) / table.total

    found = jackknifed(letters, agreement)

    without = [2 / 4, 3 / 4, 3 / 4]
    mean = sum(without) / 3
    spread = 1.959963984540054 * math.sqrt(2 / 3 * sum((one - mean) ** 2 for one in without))
    assert found.value == pytest.approx(4 / 6)
    assert found.interval == pytest.approx((4 / 6 - spread, min(1, 4 / 6 + spread)))


@pytest.mark.parametrize(
    "letters",
    [
        {},
        {_cells(3, 0, 0, 1): 1},
        {_cells(1, 0, 0, 0): 5, _cells(0, 0, 0, 1): 5},
        {_cells(4, 0, 0, 0): 5, _cells(0, 0, 1, 1): 1},
    ],
    ids=["nothing", "one letter", "all agree", "a letter that all hangs on"],
)
def test_letters_that_cannot_tell_give_no_interval_around_a_coefficient(
    letters: dict[tuple[int, ...], int],
) -> None:
    """No interval is better than one of no width."""
    assert jackknifed(letters, lambda table: table.mcc).interval is None


def test_the_quantile_is_that_of_the_normal_distribution() -> None:
    """It is written down, as the module that computes it would slow every start."""
    assert NormalDist().cdf(figures._Z) == pytest.approx(0.975, abs=1e-15)


# --- Comparing groups -----------------------------------------------------------------------------

P_VALUES = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251]
P_VALUES += [
    0.269,
    0.275,
    0.34,
    0.341,
    0.384,
    0.569,
    0.594,
    0.696,
    0.762,
    0.94,
    0.942,
    0.975,
    0.986,
]
# statsmodels 0.15.0: multipletests(method="fdr_bh").
CORRECTED = [0.025, 0.1, 0.21, 0.21, 0.21, 0.25, 0.2642857143, *[0.4910714286] * 7]
CORRECTED += [0.5328125, 0.5328125, 0.5647058824, 0.7815789474, 0.7815789474, 0.87, 0.9071428571]
CORRECTED += [0.986] * 4


def test_corrected_p_values_are_those_of_a_statistical_package() -> None:
    """The 25 p values of a textbook example, in any order."""
    named = {str(at): p for at, p in reversed(list(enumerate(P_VALUES)))}

    found = benjamini_hochberg(named)

    assert [found[str(at)] for at in range(25)] == pytest.approx(CORRECTED, abs=5e-11)
    assert benjamini_hochberg({}) == {}


# statsmodels 0.15.0: proportions_ztest.
@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        ((45, 60), (30, 60), 0.004677735),
        ((90, 100), (170, 200), 0.2297662705),
        ((5, 40), (9, 35), 0.1428548602),
    ],
)
def test_the_difference_of_two_shares_is_tested_as_in_a_statistical_package(
    one: tuple[int, int], other: tuple[int, int], p: float
) -> None:
    """Whichever stands first."""
    assert difference(Share(*one), Share(*other)) == pytest.approx(p, abs=5e-10)
    assert difference(Share(*other), Share(*one)) == pytest.approx(p, abs=5e-10)


def test_equal_shares_do_not_differ_and_none_cannot_be_compared() -> None:
    """All of both."""
    assert difference(Share(5, 5), Share(9, 9)) == 1
    assert difference(Share(0, 0), Share(9, 9)) is None


def test_groups_with_too_few_letters_are_told_and_not_tested() -> None:
    """Thirty letters on both sides are needed; the least agreement stands first."""
    many = Tally(letters={_cells(1, 0, 0, 0): 40})
    other = Tally(letters={_cells(1, 0, 0, 0): 30, _cells(0, 1, 0, 0): 20})
    few = Tally(letters={_cells(0, 1, 0, 0): 29})

    found = groups({"many": many, "few": few, "other": other})

    assert [one.value for one in found] == ["other", "many", "few"]
    assert [one.few for one in found] == [False, False, True]
    assert found[2].p is found[2].q is None
    assert found[0].p is not None
    assert found[0].q is not None
    assert found[0].q >= found[0].p
    assert (found[0].overturned.part, found[0].overturned.whole) == (20, 50)


# --- Thresholds -----------------------------------------------------------------------------------


def test_a_figure_below_its_threshold_or_undefined_falls_short() -> None:
    """Reaching it exactly is enough; the figure is rounded down, so that it never seems to."""
    summary = summarize(Tally(letters={_cells(1, 0, 0, 0): 2, _cells(0, 1, 0, 0): 1}))

    def short(*written: str) -> list[str]:
        return shortfalls(summary, [Threshold.parse(one) for one in written])

    assert short("agreement=0.6", "recall=0", "coverage=1") == []
    assert short("agreement=0.66667") == ["agreement is 0.6666, below 0.66667"]
    assert short("mcc=-1") == ["mcc is undefined, so it does not reach -1"]
    assert short("kappa=0.1", "precision=0.1") == [
        "kappa is 0.0000, below 0.1",
        "precision is undefined, so it does not reach 0.1",
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("kapa=0.5", "did you mean `kappa`?"),
        ("p=0.5", "the figures are agreement, "),
        ("kappa", "write a number from -1 to 1 after `=`, as in kappa=0.6"),
        ("kappa=", "write a number"),
        ("kappa=60", "write a number"),
        ("kappa=nan", "write a number"),
        ("kappa=6e-1", "write a number"),
        ("kappa=0.6 ", "write a number"),
    ],
)
def test_a_threshold_that_is_written_wrong_is_refused(written: str, message: str) -> None:
    """With what to write instead."""
    with pytest.raises(InputError) as refused:
        Threshold.parse(written)

    assert message in str(refused.value)


def test_every_figure_of_a_threshold_is_measured() -> None:
    """No name is accepted that then has no value to compare."""
    assert tuple(measured(summarize(Tally()))) == FIGURES


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
