"""Nerves and joints: which facet joints a list of levels, as written in a request, stands for.

A medial branch is not a joint. A joint is blocked when every nerve that supplies it is; so k neighbouring
lumbar nerves are k-1 joints, a lone nerve is none, and S1 never counts. The map is `rules/anatomy.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from checker.errors import did_you_mean, quoted
from checker.yamlfile import Document, FromFile, Many, OneOrMany, Path_, Text

ActsOn = Literal["nerves", "joints", "none"]
Joints = frozenset[str]


_RANGE = re.compile(
    r"([A-Za-z]?[0-9]{1,2}) ?[-/\u2010-\u2015\u2212] ?([A-Za-z]?[0-9]{1,2})"  # any dash
)
_SINGLE = re.compile(r"[A-Za-z][0-9]{1,2}")
_LEVELS = re.compile(r"(.+?) levels?", re.IGNORECASE)
_JOINTS = re.compile(r"(.+?) (?:facet joints?|joints?|facets?)", re.IGNORECASE)
_NERVES = re.compile(r"(.+?) (?:nerves?|medial branch(?:es)?)", re.IGNORECASE)


class JointEntry(FromFile):
    """One facet joint: the nerves that supply it and the region whose guidelines speak of it.

    `also` are regions that a joint at a junction may be counted in as well.
    """

    nerves: Many[Text]
    region: Text
    also: Many[Text] = ()

    def lies_in(self, region: str) -> bool:
        """Whether the joint may be counted in a region."""
        return region == self.region or region in self.also


class NerveEntry(FromFile):
    """One medial branch (or its equivalent) and the other names it goes by."""

    title: Text
    aliases: Many[Text] = ()
    note: str | None = None


class AnatomyFile(FromFile):
    """`anatomy.yaml` as it stands in the file; vertebrae, joints and nerves run from cranial to caudal."""

    source: OneOrMany
    vertebrae: Many[Text]
    joints: dict[str, JointEntry]
    nerves: dict[str, NerveEntry]
    no_medial_branch: dict[str, Text] = {}


@dataclass(frozen=True, slots=True)
class Targets:
    """What written levels stand for.

    `readings` are the sets of joints they may mean: one, or two where a range such as L3-L5 can be read
    as joints or as nerves. `stray_nerves` are nerves that complete no joint in any reading.
    """

    readings: tuple[Joints, ...]
    stray_nerves: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Label:
    """One written level: the joints it names, and the nerves, each when it is read that way."""

    joints: tuple[str, ...] = ()
    nerves: tuple[str, ...] = ()

    @property
    def ambiguous(self) -> bool:
        return bool(self.joints and self.nerves)


@dataclass(frozen=True)
class Anatomy:
    """The nerve-to-joint map."""

    vertebrae: tuple[str, ...]
    joints: Mapping[str, JointEntry]
    nerves: Mapping[str, NerveEntry]
    no_medial_branch: Mapping[str, str]

    def read(self, labels: Iterable[str], acts_on: ActsOn) -> Targets:
        """The joints that levels as written stand for, when the procedure acts on nerves or on joints.

        Raises:
            ValueError: with a message for the user, if a label names no level of the spine.
        """
        parsed = [self._label(text) for text in labels]
        if acts_on == "joints":
            ways = [self._joints(parsed, ranges_are="joints", bare_nerves_count=False)]
        else:
            ways = [
                self._joints(parsed, ranges_are="joints"),
                self._joints(parsed, ranges_are="nerves"),
            ]
        readings = tuple(dict.fromkeys(ways))
        named = {nerve for label in parsed if not label.joints for nerve in label.nerves}
        supplying = {
            nerve for way in readings for joint in way for nerve in self.joints[joint].nerves
        }
        if supplying:
            # A nerve such as S1, which no joint depends on, may go with those that complete one.
            named &= {nerve for entry in self.joints.values() for nerve in entry.nerves}
        return Targets(readings, frozenset(named - supplying))

    def segments(self, label: str) -> Joints:
        """The joints of a motion segment or a run of them: `L4-5`, `L4-L5`, or `L4-S1` for two.

        Raises:
            ValueError: with a message for the user, if there is no such segment.
        """
        joints = self._label(label).joints
        if not joints:
            raise ValueError(f"`{label}` names a nerve or a vertebra; write a joint such as L4-5")
        return frozenset(joints)

    def region(self, joints: Iterable[str]) -> str | None:
        """The one region that all the joints lie in; None where there is no such region."""
        entries = [self.joints[joint] for joint in joints]
        own = dict.fromkeys(entry.region for entry in entries)
        common = [one for one in own if all(entry.lies_in(one) for entry in entries)]
        return common[0] if len(common) == 1 else None

    def outside(self, joints: Iterable[str], region: str) -> list[str]:
        """Those of the joints that do not lie in a region, from cranial to caudal."""
        return self.in_order(one for one in joints if not self.joints[one].lies_in(region))

    def in_order(self, joints: Iterable[str]) -> list[str]:
        """Joints from cranial to caudal."""
        order = list(self.joints)
        return sorted(joints, key=order.index)

    def _joints(
        self,
        labels: list[_Label],
        ranges_are: Literal["joints", "nerves"],
        *,
        bare_nerves_count: bool = True,
    ) -> Joints:
        named: set[str] = set()
        nerves: set[str] = set()
        for label in labels:
            if label.joints and not (label.ambiguous and ranges_are == "nerves"):
                named |= set(label.joints)
            elif bare_nerves_count:
                nerves |= set(label.nerves)
        blocked = {joint for joint, entry in self.joints.items() if set(entry.nerves) <= nerves}
        return frozenset(named | blocked)

    def _label(self, text: str) -> _Label:
        words = " ".join(text.split())
        if nerve := self._nerve(words):
            return _Label(nerves=(nerve,))
        if match := _LEVELS.fullmatch(words):
            return self._bare(match[1])
        if match := _JOINTS.fullmatch(words):
            return _Label(joints=self._bare(match[1]).joints or self._no_joint(match[1]))
        if match := _NERVES.fullmatch(words):
            return _Label(nerves=self._bare(match[1]).nerves or self._no_nerve(match[1]))
        return self._bare(words)

    def _bare(self, text: str) -> _Label:
        """A level without the words `joints` or `nerves`."""
        if nerve := self._nerve(text):
            return _Label(nerves=(nerve,))
        ends = _RANGE.fullmatch(text)
        if ends is None:
            raise ValueError(self._unknown(text))
        first = ends[1].upper()
        last = ends[2].upper() if ends[2][0].isalpha() else first[0] + ends[2]
        return self._range(text, first, last)

    def _range(self, text: str, first: str, last: str) -> _Label:
        """Joints or nerves from one end to the other; L3-L5 may be either, C6-C8 is nerves only."""
        nerves = _between(tuple(self.nerves), first, last)
        if not {first, last} <= set(self.vertebrae):
            if _between(tuple(self.nerves), last, first):
                raise ValueError(
                    f"`{text}` runs upwards; write the upper nerve first: {last}-{first}"
                )
            if nerves:
                return _Label(nerves=nerves)
        joints = self._joints_between(text, first, last)
        return _Label(joints, nerves if len(joints) > 1 else ())

    def _joints_between(self, text: str, first: str, last: str) -> tuple[str, ...]:
        if why := self.no_medial_branch.get(_joint_name(first, last)):
            raise ValueError(f"`{text}` cannot be a level here: {_clause(why)}")
        for vertebra in (first, last):
            if vertebra not in self.vertebrae:
                raise ValueError(self._no_vertebra(text, vertebra))
        start, end = self.vertebrae.index(first), self.vertebrae.index(last)
        if end <= start:
            raise ValueError(self._upwards(text, start, end))
        joints = tuple(_neighbours(self.vertebrae[start : end + 1]))
        for joint in joints:
            if joint not in self.joints:
                why = self.no_medial_branch.get(joint, "there is no such facet joint")
                raise ValueError(f"`{text}` includes {joint}: {_clause(why)}")
        return joints

    def _nerve(self, words: str) -> str | None:
        lowered = words.lower()
        for name, entry in self.nerves.items():
            if lowered == name.lower() or lowered in (alias.lower() for alias in entry.aliases):
                return name
        return None

    # What is wrong with a label

    def _unknown(self, text: str) -> str:
        said = f"{quoted(text)} is no level of the spine"
        if _SINGLE.fullmatch(text):
            return f"{quoted(text)} is no nerve of a facet joint{self._nerves_like(text.upper())}"
        if re.search(r"[,;&+]| and ", text):
            return f"{said}; write every level as an entry of its own, as in [L4-5, L5-S1]"
        names = [*self.joints, *self.nerves]
        aliases = [alias for entry in self.nerves.values() for alias in entry.aliases]
        return said + did_you_mean(text, [*names, *aliases])

    def _nerves_like(self, name: str) -> str:
        alike = [one for one in self.nerves if _SINGLE.fullmatch(one) and one[0] == name[0]]
        are = "are" if len(alike) > 1 else "is only"
        return f"; with {name[0]} there {are} {_run(alike)}" if alike else ""

    def _no_vertebra(self, text: str, name: str) -> str:
        if not name[0].isalpha():
            return f"`{text}` does not say of which vertebrae; write a level such as L4-5"
        alike = [one for one in self.vertebrae if one[0] == name[0]]
        only = f", only {_run(alike)}" if alike else ""
        return f"`{text}` is no level of the spine: there is no {name}{only}"

    def _upwards(self, text: str, start: int, end: int) -> str:
        """`L5-1` was meant for L5-S1; anything else that runs upwards is turned round."""
        below = self.vertebrae[start + 1 : start + 2]
        if below and below[0][1:] == self.vertebrae[end][1:]:
            return f"`{text}` is no level of the spine (did you mean `{self.vertebrae[start]}-{below[0]}`?)"
        if start == end:
            return f"`{text}` is one vertebra and no joint; write a joint such as L4-5"
        turned = _joint_name(self.vertebrae[end], self.vertebrae[start])
        return f"`{text}` runs upwards; write the upper level first: {turned}"

    def _no_joint(self, text: str) -> tuple[str, ...]:
        raise ValueError(f"`{text}` is a nerve, not a joint; write a joint such as L4-5")

    def _no_nerve(self, text: str) -> tuple[str, ...]:
        raise ValueError(f"`{text}` names joints; write nerves one by one, such as L3, L4")


def _joint_name(upper: str, lower: str) -> str:
    """`L4` and `L5` are joined at `L4-5`, `L5` and `S1` at `L5-S1`."""
    return f"{upper}-{lower[1:] if upper[0] == lower[0] else lower}"


def _between(names: tuple[str, ...], first: str, last: str) -> tuple[str, ...]:
    """The names from one to another that stands after it; none where there is no such run."""
    if first not in names or last not in names:
        return ()
    start, end = names.index(first), names.index(last)
    return names[start : end + 1] if start < end else ()


def _neighbours(vertebrae: Sequence[str]) -> list[str]:
    """The joints between neighbouring vertebrae, from cranial to caudal."""
    return [_joint_name(upper, lower) for upper, lower in pairwise(vertebrae)]


def _run(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _clause(sentence: str) -> str:
    """A sentence as the second half of a message."""
    start = sentence[:1].lower() if sentence[1:2].islower() else sentence[:1]
    return start + sentence[1:].rstrip(".")


# Reading ---------------------------------------------------------------------------------------------


def load_anatomy(document: Document) -> Anatomy | None:
    """The map in a document, or None after reporting what is wrong with it."""
    file = document.read(AnatomyFile)
    if file is None:
        return None
    _check_vertebrae(document, file)
    _check_joints(document, file)
    _check_aliases(document, file)
    if not document.problems:
        _check_order_of_nerves(document, file)
    return Anatomy(file.vertebrae, file.joints, file.nerves, file.no_medial_branch)


def _check_vertebrae(document: Document, file: AnatomyFile) -> None:
    if len(file.vertebrae) < 2:
        document.report(
            ("vertebrae",), "expected the vertebrae from the head down, as in [L4, L5, S1]"
        )
    for index, name in enumerate(file.vertebrae):
        if not re.fullmatch("[A-Z][0-9]{1,2}", name):
            document.report(
                ("vertebrae", index), f"`{name}` is no vertebra; write a name such as L4"
            )
        if name in file.vertebrae[:index]:
            document.report(("vertebrae", index), f"`{name}` stands here a second time")


def _check_joints(document: Document, file: AnatomyFile) -> None:
    possible = _neighbours(file.vertebrae)
    below = -1
    for joint, entry in file.joints.items():
        path = ("joints", joint)
        if joint not in possible:
            hint = did_you_mean(joint, possible)
            document.report(
                path, f"`{joint}` is between no two neighbouring vertebrae{hint}", at_key=True
            )
        elif possible.index(joint) < below:
            message = f"`{joint}` stands too low; joints are written from the head down"
            document.report(path, message, at_key=True)
        else:
            below = possible.index(joint)
        if not entry.nerves:
            document.report((*path, "nerves"), "expected at least one nerve")
        for index, nerve in enumerate(entry.nerves):
            if nerve not in file.nerves:
                hint = did_you_mean(nerve, file.nerves)
                document.report((*path, "nerves", index), f"unknown nerve `{nerve}`{hint}")


def _check_order_of_nerves(document: Document, file: AnatomyFile) -> None:
    """Nerves stand in the order of the joints that they supply, so that a range of them has a meaning."""
    of_joints = dict.fromkeys(nerve for entry in file.joints.values() for nerve in entry.nerves)
    written = [name for name in file.nerves if name in of_joints]
    for name, expected in zip(written, of_joints, strict=True):
        if name != expected:
            message = (
                f"`{name}` stands where `{expected}` should; nerves are written from the head down"
            )
            document.report(("nerves", name), message, at_key=True)
            return


def _check_aliases(document: Document, file: AnatomyFile) -> None:
    owner = {name.lower(): name for name in file.nerves}
    for name, entry in file.nerves.items():
        for index, alias in enumerate(entry.aliases):
            if owner.setdefault(alias.lower(), name) != name:
                message = f"`{alias}` names {owner[alias.lower()]} already"
                document.report(("nerves", name, "aliases", index), message)


def check_regions(document: Document, anatomy: Anatomy, regions: Iterable[str]) -> None:
    """Report the joints that the map in a document puts in a region which does not exist."""
    known = list(regions)
    for joint, entry in anatomy.joints.items():
        path = ("joints", joint)
        places: dict[Path_, str] = {(*path, "region"): entry.region}
        for index, region in enumerate(entry.also):
            places[*path, "also", index] = region
        for place, region in places.items():
            if region not in known:
                document.report(place, f"unknown region `{region}`{did_you_mean(region, known)}")
