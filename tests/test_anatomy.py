"""Level notation: which joints the nerves and joints of a request stand for.

A joint is blocked when every nerve of its supply is blocked; the supply is `rules/anatomy.yaml`, with
its sources. Properties go over every joint and every run of nerves of that file.
"""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.anatomy import ActsOn, Anatomy, Targets, load_anatomy
from checker.errors import RuleError
from checker.yamlfile import read

LUMBAR_NERVES = ["L1", "L2", "L3", "L4", "L5"]
EVERY_NERVE = [
    "TON",
    *(f"C{number}" for number in range(3, 9)),
    *(f"T{number}" for number in range(1, 13)),
    *LUMBAR_NERVES,
]
EVERY_JOINT = [
    *(
        "C2-3",
        "C3-4",
        "C4-5",
        "C5-6",
        "C6-7",
        "C7-T1",
        "T1-2",
        "T2-3",
        "T3-4",
        "T4-5",
        "T5-6",
        "T6-7",
    ),
    *(
        "T7-8",
        "T8-9",
        "T9-10",
        "T10-11",
        "T11-12",
        "T12-L1",
        "L1-2",
        "L2-3",
        "L3-4",
        "L4-5",
        "L5-S1",
    ),
]


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    """The shipped map of nerves and joints."""
    return shipped()


@cache
def shipped() -> Anatomy:
    """The same for properties, whose arguments are printed when they fail."""
    document = read(Path(__file__).parents[1] / "rules" / "anatomy.yaml", RuleError)
    found = load_anatomy(document)
    assert found is not None
    return found


def readings(targets: Targets) -> list[list[str]]:
    return [sorted(reading, key=EVERY_JOINT.index) for reading in targets.readings]


def blocked(anatomy: Anatomy, *labels: str) -> list[str]:
    """The joints of levels that can be read in one way, blocked through their nerves."""
    (only,) = readings(anatomy.read(labels, "nerves"))
    return only


# The map itself --------------------------------------------------------------------------------------


def test_the_map_is_complete(anatomy: Anatomy):
    """Every joint from C2-3 to L5-S1, and every nerve that supplies one, S1 beside them."""
    assert list(anatomy.joints) == EVERY_JOINT
    assert list(anatomy.nerves) == [*EVERY_NERVE, "S1"]


def test_a_joint_is_supplied_by_two_neighbouring_nerves(anatomy: Anatomy):
    """C2-3 alone has a nerve of its own, the third occipital nerve."""
    supply = {joint: list(entry.nerves) for joint, entry in anatomy.joints.items()}

    assert supply.pop("C2-3") == ["TON"]
    assert list(supply.values()) == [list(pair) for pair in pairwise(EVERY_NERVE[1:])]


def test_regions_follow_one_another(anatomy: Anatomy):
    """A joint between two regions belongs to the upper one, and may be counted in the lower."""
    regions = [entry.region for entry in anatomy.joints.values()]

    assert list(dict.fromkeys(regions)) == ["cervical", "thoracic", "lumbar"]
    assert regions == sorted(regions, key=["cervical", "thoracic", "lumbar"].index)
    assert {joint: entry.also for joint, entry in anatomy.joints.items() if entry.also} == {
        "C7-T1": ("thoracic",),
        "T12-L1": ("lumbar",),
    }


# Nerves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("joint", EVERY_JOINT)
def test_the_nerves_of_a_joint_block_it_and_no_other(anatomy: Anatomy, joint: str):
    """Two nerves are one joint, never two."""
    assert blocked(anatomy, *anatomy.joints[joint].nerves) == [joint]


@pytest.mark.parametrize("joint", EVERY_JOINT)
def test_a_joint_named_by_itself_is_that_joint(anatomy: Anatomy, joint: str):
    """Whatever the procedure acts on, a joint by name is no range and has one reading."""
    for acts_on in ("nerves", "joints", "none"):
        assert readings(anatomy.read([joint], acts_on)) == [[joint]]


@pytest.mark.parametrize("nerve", [*EVERY_NERVE[1:], "S1"])
def test_a_lone_nerve_is_no_joint(anatomy: Anatomy, nerve: str):
    """Half of a supply blocks nothing, and is told to have been requested for nothing."""
    targets = anatomy.read([nerve], "nerves")

    assert readings(targets) == [[]]
    assert targets.stray_nerves == {nerve}


def test_the_third_occipital_nerve_alone_is_c2_3(anatomy: Anatomy):
    """The one joint with one nerve."""
    assert blocked(anatomy, "TON") == ["C2-3"]


@pytest.mark.parametrize(
    ("nerves", "joints"),
    [
        (["L4", "L5"], ["L5-S1"]),
        (["L3", "L4"], ["L4-5"]),
        (["T12", "L1"], ["L1-2"]),
        (["C7", "C8"], ["C7-T1"]),
        (["C8", "T1"], ["T1-2"]),
        (["T11", "T12"], ["T12-L1"]),
        (["C3", "C4"], ["C3-4"]),
        (["TON", "C3", "C4"], ["C2-3", "C3-4"]),
        (["L3", "L4", "L5"], ["L4-5", "L5-S1"]),
        (["L3", "L4", "L5", "S1"], ["L4-5", "L5-S1"]),
        (["L2", "L4"], []),
    ],
)
def test_joints_of_nerves(anatomy: Anatomy, nerves: list[str], joints: list[str]):
    """CPT Assistant 2010: three lumbar medial branches, L3, L4 and L5, are two joints."""
    assert blocked(anatomy, *nerves) == joints


@pytest.mark.parametrize("start", range(5))
def test_k_neighbouring_lumbar_nerves_are_k_minus_1_joints(anatomy: Anatomy, start: int):
    """However many of them are listed, in whatever order."""
    for end in range(start + 1, 6):
        nerves = LUMBAR_NERVES[start:end]

        assert len(blocked(anatomy, *nerves)) == len(nerves) - 1
        assert blocked(anatomy, *reversed(nerves)) == blocked(anatomy, *nerves)


@given(st.sets(st.sampled_from([*EVERY_NERVE, "S1"])))
def test_a_joint_is_blocked_exactly_when_all_its_nerves_are(nerves: set[str]):
    """Over any set of nerves, and one more nerve never unblocks a joint."""
    expected = [joint for joint, entry in shipped().joints.items() if set(entry.nerves) <= nerves]

    assert blocked(shipped(), *nerves) == expected
    assert set(expected) <= set(blocked(shipped(), *nerves, "L3"))


@given(st.sets(st.sampled_from(EVERY_NERVE)))
def test_s1_never_counts(nerves: set[str]):
    """CPT Assistant 2004: S1 is optional and adds no joint."""
    assert blocked(shipped(), *nerves, "S1") == blocked(shipped(), *nerves)


@given(st.sets(st.sampled_from(EVERY_NERVE)))
def test_a_nerve_is_stray_when_it_completes_no_joint(nerves: set[str]):
    """Every other nerve supplies a joint that is blocked."""
    targets = shipped().read(nerves, "nerves")
    supplying = {nerve for joint in targets.readings[0] for nerve in shipped().joints[joint].nerves}

    assert targets.stray_nerves == nerves - supplying


def test_s1_beside_a_complete_joint_is_not_stray(anatomy: Anatomy):
    """It is given with L5-S1 by some, and is asked for nothing where it stands alone."""
    assert anatomy.read(["L4", "L5", "S1"], "nerves").stray_nerves == frozenset()
    assert anatomy.read(["S1"], "nerves").stray_nerves == {"S1"}


def test_bare_nerves_are_no_joints_for_an_injection_into_joints(anatomy: Anatomy):
    """An injection reaches the joint, not its nerves, so L4 and L5 name no joint there."""
    targets = anatomy.read(["L4", "L5"], "joints")

    assert readings(targets) == [[]]
    assert targets.stray_nerves == {"L4", "L5"}


# Ranges ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "as_joints", "as_nerves"),
    [
        ("L3-L5", ["L3-4", "L4-5"], ["L4-5", "L5-S1"]),
        ("L3-5", ["L3-4", "L4-5"], ["L4-5", "L5-S1"]),
        ("L4-S1", ["L4-5", "L5-S1"], ["L5-S1"]),
        ("L2-S1", ["L2-3", "L3-4", "L4-5", "L5-S1"], ["L3-4", "L4-5", "L5-S1"]),
        ("T12-L2", ["T12-L1", "L1-2"], ["L1-2", "L2-3"]),
        ("C7-T2", ["C7-T1", "T1-2"], ["C7-T1", "T1-2", "T2-3"]),
        ("L3-L5 levels", ["L3-4", "L4-5"], ["L4-5", "L5-S1"]),
    ],
)
def test_a_range_has_two_readings(
    anatomy: Anatomy, written: str, as_joints: list[str], as_nerves: list[str]
):
    """Neither is guessed: from C7 to T2 the nerves are C7, C8, T1 and T2."""
    assert readings(anatomy.read([written], "nerves")) == [as_joints, as_nerves]
    assert readings(anatomy.read([written], "joints")) == [as_joints]


def test_a_range_has_one_reading_where_both_agree(anatomy: Anatomy):
    """Down to C7 a joint carries the numbers of its own nerves."""
    assert readings(anatomy.read(["C3-C7"], "nerves")) == [["C3-4", "C4-5", "C5-6", "C6-7"]]


@pytest.mark.parametrize(
    ("written", "joints"),
    [
        ("L3-L5 joints", ["L3-4", "L4-5"]),
        ("L3-L5 facet joints", ["L3-4", "L4-5"]),
        ("L3-L5 facets", ["L3-4", "L4-5"]),
        ("L3-L5 nerves", ["L4-5", "L5-S1"]),
        ("L3-5 Medial Branches", ["L4-5", "L5-S1"]),
        ("L4-5 joints", ["L4-5"]),
        ("L4-5 level", ["L4-5"]),
        ("L4-L5", ["L4-5"]),
        ("C6-C8", ["C6-7", "C7-T1"]),
        ("C7-C8", ["C7-T1"]),
        ("C2-4", ["C2-3", "C3-4"]),
    ],
)
def test_a_word_or_the_spine_itself_settles_a_range(
    anatomy: Anatomy, written: str, joints: list[str]
):
    """There is no vertebra C8 and no nerve C2, so that those ranges have one meaning."""
    assert blocked(anatomy, written) == joints


def test_ranges_of_one_request_are_read_alike(anatomy: Anatomy):
    """Who writes one range as nerves writes the other one so."""
    assert readings(anatomy.read(["L3-L5", "C7-T2"], "nerves")) == [
        ["C7-T1", "T1-2", "L3-4", "L4-5"],
        ["C7-T1", "T1-2", "T2-3", "L4-5", "L5-S1"],
    ]


def test_a_nerve_may_complete_a_range_of_nerves(anatomy: Anatomy):
    """L2 adds L3-4 to the nerves from L3 to L5, and nothing to the joints."""
    assert readings(anatomy.read(["L2", "L3-L5"], "nerves")) == [
        ["L3-4", "L4-5"],
        ["L3-4", "L4-5", "L5-S1"],
    ]


# Ways to write ---------------------------------------------------------------------------------------

DASHES = st.sampled_from(["-", "–", " - ", " – ", "/", "\u2011", "\u2014", "\u2212"])
SPACES = st.sampled_from(["", " ", "\t", "\u00a0"])


@given(st.sampled_from(EVERY_JOINT), DASHES, SPACES, st.booleans(), st.booleans())
def test_a_joint_is_the_same_however_it_is_typed(
    joint: str, dash: str, space: str, lower: bool, both_letters: bool
):
    """Capitals, blanks and kinds of dashes carry no meaning; nor does the second letter."""
    upper, below = joint.split("-")
    if both_letters and not below[0].isalpha():
        below = upper[0] + below
    typed = f"{space}{upper}{dash}{below}{space}"

    assert blocked(shipped(), typed.lower() if lower else typed) == [joint]
    assert shipped().segments(typed) == {joint}


@pytest.mark.parametrize(
    ("name", "nerve"),
    [
        ("third occipital nerve", "TON"),
        ("C3 third occipital nerve", "TON"),
        ("L5 dorsal ramus", "L5"),
        ("l5  DORSAL  ramus", "L5"),
        ("L5 medial branch", "L5"),
        ("L5 medial branches", "L5"),
        ("L5 nerve", "L5"),
        ("L5 level", "L5"),
        ("C3 deep medial branch", "C3"),
        ("S1 communicating branch", "S1"),
        ("S1 lateral branch", "S1"),
    ],
)
def test_a_nerve_has_several_names(anatomy: Anatomy, name: str, nerve: str):
    """A name and a label are the same nerve."""
    assert anatomy.read([name], "nerves") == anatomy.read([nerve], "nerves")


@given(st.sampled_from([*EVERY_NERVE, "S1"]))
def test_every_name_in_the_map_is_understood(nerve: str):
    """No alias of the map is out of reach."""
    entry = shipped().nerves[nerve]

    for name in (entry.title, *entry.aliases):
        assert shipped().read([name], "nerves") == shipped().read([nerve], "nerves")


# Motion segments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "joints"),
    [
        ("L4-5", {"L4-5"}),
        ("L4-S1", {"L4-5", "L5-S1"}),
        ("L3-L5", {"L3-4", "L4-5"}),
        ("C5-7", {"C5-6", "C6-7"}),
        ("L4-5 facets", {"L4-5"}),
    ],
)
def test_a_fusion_from_one_vertebra_to_another_is_all_segments_between(
    anatomy: Anatomy, written: str, joints: set[str]
):
    """Bones are fused, not nerves, so a range has one meaning."""
    assert anatomy.segments(written) == joints


# What is no level ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("L6-7", "`L6-7` is no level of the spine: there is no L6, only L1 to L5"),
        ("L4-6", "`L4-6` is no level of the spine: there is no L6, only L1 to L5"),
        ("S1-2", "`S1-2` is no level of the spine: there is no S2, only S1"),
        ("X1-2", "`X1-2` is no level of the spine: there is no X1"),
        ("4-5", "`4-5` does not say of which vertebrae; write a level such as L4-5"),
        ("L5-4", "`L5-4` runs upwards; write the upper level first: L4-5"),
        ("S1-L5", "`S1-L5` runs upwards; write the upper level first: L5-S1"),
        ("T2-C7", "`T2-C7` runs upwards; write the upper level first: C7-T2"),
        ("C8-C6", "`C8-C6` runs upwards; write the upper nerve first: C6-C8"),
        ("L5-1", "`L5-1` is no level of the spine (did you mean `L5-S1`?)"),
        ("C7-1", "`C7-1` is no level of the spine (did you mean `C7-T1`?)"),
        ("T12-1", "`T12-1` is no level of the spine (did you mean `T12-L1`?)"),
        ("L4-4", "`L4-4` is one vertebra and no joint; write a joint such as L4-5"),
        ("L6", "`L6` is no nerve of a facet joint; with L there are L1 to L5"),
        ("C2", "`C2` is no nerve of a facet joint; with C there are C3 to C8"),
        ("S2", "`S2` is no nerve of a facet joint; with S there is only S1"),
        ("L4 joint", "`L4` is a nerve, not a joint; write a joint such as L4-5"),
        ("L4-5 nerves", "`L4-5` names joints; write nerves one by one, such as L3, L4"),
        ("C2-4 nerves", "`C2-4` names joints; write nerves one by one, such as L3, L4"),
        (
            "L5 dorsal ramis",
            "`L5 dorsal ramis` is no level of the spine (did you mean `L5 dorsal ramus`?)",
        ),
        ("lumbar", "`lumbar` is no level of the spine"),
        ("", "an empty text is no level of the spine"),
        (
            "L3, L4",
            "`L3, L4` is no level of the spine; write every level as an entry of its own, as in [L4-5, L5-S1]",
        ),
        (
            "C0-1",
            "`C0-1` cannot be a level here: the joint between skull and atlas is supplied from",
        ),
        (
            "C1-2",
            "`C1-2` cannot be a level here: the joint between atlas and axis is supplied from",
        ),
        ("C1-3", "`C1-3` includes C1-2: the joint between atlas and axis is supplied from"),
    ],
)
def test_what_is_no_level_is_told_with_the_reason(anatomy: Anatomy, written: str, message: str):
    """The reason names the vertebra that is not there, or what to write instead."""
    ends = "" if message.endswith("supplied from") else "$"

    with pytest.raises(ValueError, match="^" + re.escape(message) + ends):
        anatomy.read([written], "nerves")


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.lists(
                st.sampled_from(
                    ["L4", "5", "C2", "T12", "-", " ", "joint", "nerves", "level", "TON"]
                )
            ).map(" ".join),
            st.lists(st.sampled_from(["L4", "5", "C1", "T12", "S1", "-", "–"])).map("".join),
        ),
        max_size=3,
    ),
    st.sampled_from(["nerves", "joints", "none"]),
)
def test_any_labels_are_read_or_refused(labels: list[str], acts_on: ActsOn):
    """One or two readings of joints that exist, or a reason; also for `joint joint joint`."""
    try:
        targets = shipped().read(labels, acts_on)
    except ValueError as refused:
        reason, targets = str(refused), None
    if targets is None:
        assert reason
    else:
        assert 1 <= len(targets.readings) <= 2
        assert set().union(*targets.readings) <= set(EVERY_JOINT)


def test_a_label_of_many_words_is_refused_in_time(anatomy: Anatomy):
    """Its words are not taken off one by one without end."""
    with pytest.raises(ValueError, match="no level of the spine"):
        anatomy.read(["L4 " + "joint " * 3000], "nerves")


# Regions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joints", "region"),
    [
        (["L4-5", "L5-S1"], "lumbar"),
        (["C2-3"], "cervical"),
        (["C7-T1"], "cervical"),
        (["C7-T1", "T1-2"], "thoracic"),
        (["T12-L1", "L1-2"], "lumbar"),
        (["C6-7", "C7-T1", "T1-2"], None),
        (["C6-7", "L4-5"], None),
        ([], None),
    ],
)
def test_the_region_of_joints(anatomy: Anatomy, joints: list[str], region: str | None):
    """The one that all of them lie in; a joint at a junction goes with its neighbours."""
    assert anatomy.region(joints) == region
