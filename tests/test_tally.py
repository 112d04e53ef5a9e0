"""The tally of an audit: what it counts, and that it adds up however a corpus is cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.audit.comparison import Compared
from checker.audit.dimensions import DIMENSIONS, values_of
from checker.audit.figures import groups, summarize
from checker.audit.tally import CELLS, Tally, added_up, tally
from checker.case import Basis, Decision, LetterEntry, Request, ReviewerEntry, parse_case
from checker.determination import Determination, Judged, Terms, determine, outcome_of
from checker.engine.agreed import Engine
from checker.errors import InputError

CASE = """
case: a case
record: closed
requests: [{id: 1, procedure: medial_branch_block, region: lumbar, targets: [L4-5]}]
"""
STATUSES = st.sampled_from(["met", "not met", "missing", "presumed", "to answer"])
GROUNDS = ["conservative-care-failed", "first-set", "efficacy-not-shown"]
BASES: tuple[Basis, ...] = ("guideline", "other source")


@pytest.fixture(scope="module")
def determination(engine: Engine) -> Determination:
    """A determination to be moved into letters and given statuses."""
    (found,) = determine(parse_case("case.yaml", CASE.encode(), engine.rules), engine, Terms())
    return found


@pytest.fixture(scope="module")
def item(determination: Determination) -> Callable[..., Compared]:
    """One compared item of a letter, with as much as a test cares about."""

    def made(
        letter: str = "a.yaml",
        statuses: tuple[str, ...] = (),
        theirs: str = "Upheld",
        grounds: tuple[str, ...] = (),
        basis: Basis = "guideline",
        specialty: tuple[str, ...] = (),
        kind: str | None = None,
        *,
        scored: bool = True,
    ) -> Compared:
        judged = tuple(
            Judged(one.criterion, (*statuses, *["met"] * 99)[at], ())  # type: ignore[arg-type]
            for at, one in enumerate(determination.judged)
        )
        entry = LetterEntry(id="1", reviewer=ReviewerEntry(specialty=list(specialty)))
        case = replace(determination.case, file=letter, letter=entry)
        outcome = "not covered" if kind else outcome_of(judged)
        moved = replace(determination, case=case, judged=judged, outcome=outcome)
        decision = Decision(theirs, (), grounds, basis, None, None)  # type: ignore[arg-type]
        same = moved.outcome == theirs
        agreement = "not covered" if kind else "same reasons" if same else "disagree"
        if moved.outcome == "open":
            agreement = "open"
        request = Request("1", "", {}, decision, kind)
        return Compared(request, moved, decision, agreement, scored=scored)  # type: ignore[arg-type]

    return made


# --- It adds up -----------------------------------------------------------------------------------

RAW = st.tuples(
    st.lists(STATUSES, max_size=5).map(tuple),
    st.sampled_from(["Upheld", "Overturned"]),
    st.lists(st.sampled_from(GROUNDS), max_size=3, unique=True).map(tuple),
    st.sampled_from(BASES),
    st.lists(st.sampled_from(["Pain", "Surgery"]), max_size=2, unique=True).map(tuple),
    st.sampled_from([None, None, "drugs"]),
)
LETTERS = st.lists(st.lists(st.tuples(RAW, st.booleans()), max_size=4), max_size=6)
SLOW = settings(max_examples=50)


def corpus(item: Callable[..., Compared], letters: list[list[object]]) -> list[list[Compared]]:
    """The letters of a generated corpus, each a list of items."""
    return [
        [item(f"{n}.yaml", *raw, scored=scored) for raw, scored in items]  # type: ignore[misc]
        for n, items in enumerate(letters)
    ]


@pytest.mark.hypothesis
@SLOW
@given(letters=LETTERS, cut=st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_any_split_of_a_corpus_gives_the_same_tally(
    item: Callable[..., Compared], letters: list[list[object]], cut: list[int]
) -> None:
    """Whatever part a letter is counted in, the sum of the parts is the whole, and so is every figure."""
    all_letters = corpus(item, letters)
    parts = [
        [one for letter, to in zip(all_letters, cut, strict=False) if to == part for one in letter]
        for part in range(4)
    ]

    whole = tally([one for letter in all_letters for one in letter], DIMENSIONS)
    summed = added_up(tally(part, DIMENSIONS) for part in parts)

    assert {**vars(summed), "by": None} == {**vars(whole), "by": None}
    assert {k: dict(v) for k, v in summed.by.items()} == {k: dict(v) for k, v in whole.by.items()}
    assert summarize(summed) == summarize(whole)


@pytest.mark.hypothesis
@SLOW
@given(letters=LETTERS, order=st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(
    item: Callable[..., Compared], letters: list[list[object]], order: object
) -> None:
    """Not even where the items of a letter do not stand together."""
    items = [one for letter in corpus(item, letters) for one in letter]
    shuffled = list(items)
    order.shuffle(shuffled)  # type: ignore[attr-defined]

    assert tally(shuffled, DIMENSIONS) == tally(items, DIMENSIONS)
    for tallies in tally(items, DIMENSIONS).by.values():
        assert groups(tallies) == groups(dict(reversed(tallies.items())))


@pytest.mark.hypothesis
@SLOW
@given(letters=LETTERS)
def test_a_tally_comes_back_from_its_plain_form(
    item: Callable[..., Compared], letters: list[list[object]]
) -> None:
    """Through the text of a JSON file, exactly."""
    counted = tally([one for letter in corpus(item, letters) for one in letter], DIMENSIONS)

    assert Tally.of_plain(json.loads(json.dumps(counted.plain()))) == counted


def test_adding_is_commutative_and_nothing_is_neutral(item: Callable[..., Compared]) -> None:
    """Two letters, in either order."""
    one, other = tally([item("a")], ["region"]), tally([item("b", ("missing",))], ["specialty"])

    assert one + other == other + one
    assert one + Tally() == one
    assert set((one + other).by) == {"region", "specialty"}


# --- What it counts -------------------------------------------------------------------------------


def test_letters_are_counted_by_their_eight_numbers(item: Callable[..., Compared]) -> None:
    """Two letters with one agreement each are one entry; a letter that is reported apart has zeros."""
    items = [item("a"), item("b"), item("c", theirs="Overturned"), item("d", scored=False)]

    counted = tally(items)

    at = CELLS.index(("Overturned", "Upheld"))
    assert {sum(cells): n for cells, n in counted.letters.items() if cells[at]} == {1: 2}
    assert counted.letters[(0,) * 8] == 1
    assert sum(counted.letters.values()) == 4
    assert counted.cells["Overturned", "Overturned"] == 1
    assert counted.apart == {("Overturned", "Upheld"): 1}


def test_a_sole_failure_and_a_failure_among_others_are_told_apart(
    item: Callable[..., Compared], determination: Determination
) -> None:
    """Only where one criterion alone stands in the way would its documentation turn the answer."""
    first, second = [one.criterion.id for one in determination.judged if one.criterion.decides][:2]
    guideline = determination.guideline.id  # type: ignore[union-attr]
    statuses = ["not met" if one.criterion.id == first else "met" for one in determination.judged]
    both = [
        "missing" if one.criterion.id in (first, second) else "met" for one in determination.judged
    ]

    counted = tally([item("a", tuple(statuses)), item("b", tuple(both), theirs="Overturned")])

    assert counted.sole == {(guideline, first, "Upheld"): 1}
    assert counted.criteria[guideline, first, "not met", "Upheld"] == 1
    assert counted.criteria[guideline, second, "missing", "Overturned"] == 1
    figures = {one.criterion: one for one in summarize(counted).criteria}
    assert (figures[first].failed.part, figures[first].failed.whole, figures[first].sole) == (
        2,
        2,
        1,
    )
    assert (figures[first].overturned.part, figures[first].overturned.whole) == (1, 2)
    assert (figures[second].missing, figures[second].not_met, figures[second].sole) == (1, 0, 0)


def test_grounds_are_counted_with_our_status_of_them(
    item: Callable[..., Compared], determination: Determination
) -> None:
    """A ground that is no criterion of the guideline is counted as one outside it."""
    ground = determination.judged[0].criterion.id
    grounds = (ground, "efficacy-not-shown")

    summary = summarize(
        tally([item("a", ("not met",), grounds=grounds), item("b", grounds=grounds)])
    )

    figures = next(one for one in summary.criteria if one.criterion == ground)
    assert (figures.named, figures.named_met) == (2, 1)
    assert summary.outside == {"efficacy-not-shown": 2}


def test_what_is_not_covered_is_counted_by_kind_of_treatment(item: Callable[..., Compared]) -> None:
    """With how many of them were overturned."""
    items = [item("a", kind="drugs"), item("b", theirs="Overturned", kind="drugs")]

    summary = summarize(tally(items))

    assert {kind: (one.part, one.whole) for kind, one in summary.kinds.items()} == {"drugs": (1, 2)}
    assert (summary.items, summary.covered) == (2, 0)


def test_bases_are_counted_beside_their_agreement(item: Callable[..., Compared]) -> None:
    """How many decisions rest on the guideline, and how many of those agree."""
    items = [item("a", ("missing",)), item("b"), item("c", ("missing",), basis="other source")]

    bases = summarize(tally(items)).by_basis

    assert {name: (one.part, one.whole) for name, one in bases.items()} == {
        "guideline": (1, 2),
        "other source": (1, 1),
    }


# --- Groups ---------------------------------------------------------------------------------------


def test_a_reviewer_of_two_specialties_counts_in_two_groups(item: Callable[..., Compared]) -> None:
    """And one of none in a group of its own."""
    items = [item("a", specialty=("Pain", "Surgery")), item("b")]

    by = tally(items, ["specialty"]).by["specialty"]

    assert {name: sum(one.letters.values()) for name, one in by.items()} == {
        "Pain": 1,
        "Surgery": 1,
        "not stated": 1,
    }


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        ("year", "not stated"),
        ("guideline", "odg/low-back/facet-joint-diagnostic-blocks"),
        ("cited", "not stated"),
        ("region", "lumbar"),
        ("procedure", "medial branch block"),
        ("claims-administrator", "not stated"),
    ],
)
def test_every_dimension_has_a_value(
    item: Callable[..., Compared], dimension: str, value: str
) -> None:
    """What the case does not say is a group too."""
    assert values_of(item(), dimension) == (value,)  # type: ignore[arg-type]


# --- Plain forms that are none --------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        lambda plain: plain.pop("letters"),
        lambda plain: plain.update(letters=[[1, 2, 1]]),
        lambda plain: plain.update(reasons=[["a", "b", "c", 0]]),
        lambda plain: plain.update(reasons=[["a", "b", "c", True]]),
        lambda plain: plain.update(kinds=[["drugs", 1, 1]]),
        lambda plain: plain.update(sole=7),
        lambda plain: plain.update(by={"region": {"lumbar": []}}),
        lambda plain: plain.update(by=[]),
    ],
)
def test_what_is_no_tally_is_refused(
    item: Callable[..., Compared], damage: Callable[[dict[str, object]], object]
) -> None:
    """A damaged file never becomes a wrong count."""
    plain = tally([item()], ["region"]).plain()
    damage(plain)

    with pytest.raises(ValueError, match="no tally of an audit"):
        Tally.of_plain(plain)


def test_an_unknown_dimension_is_refused_with_a_suggestion() -> None:
    """And all of them at once."""
    from checker.audit.dimensions import parse_dimensions

    with pytest.raises(InputError) as refused:
        parse_dimensions(["yaer", "region", "moon"])

    assert "did you mean `year`?" in str(refused.value)
    assert "moon" in str(refused.value)
