"""Nerves and joints: which facet joints a list of levels, as written in a request, stands for.

A medial branch is not a joint. A joint is blocked when every nerve that supplies it is; so k neighbouring
lumbar nerves are k-1 joints, a lone nerve is none, and S1 never counts. The map is `rules/anatomy.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from checker.errors import did_you_mean
from checker.yamlfile import Document, FromFile, Many

ActsOn = Literal["nerves", "joints", "none"]
Joints = frozenset[str]


class JointEntry(FromFile):
    """One facet joint: the nerves that supply it and the region whose guidelines speak of it."""

    nerves: Many[str]
    region: str


class NerveEntry(FromFile):
    """One medial branch (or its equivalent) and the other names it goes by."""

    title: str
    aliases: Many[str] = ()
    note: str | None = None


class AnatomyFile(FromFile):
    """`anatomy.yaml` as it stands in the file; vertebrae and joints run from cranial to caudal."""

    source: str | Many[str]
    vertebrae: Many[str]
    joints: dict[str, JointEntry]
    nerves: dict[str, NerveEntry]
    no_medial_branch: dict[str, str] = {}


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
            ways = (self._joints(parsed, ranges_are="joints", bare_nerves_count=False),)
        else:
            ways = (
                self._joints(parsed, ranges_are="joints"),
                self._joints(parsed, ranges_are="nerves"),
            )
        readings = tuple(dict.fromkeys(way for way in ways))
        named = {nerve for label in parsed if not label.joints for nerve in label.nerves}
        supplying = {
            nerve for way in readings for joint in way for nerve in self.joints[joint].nerves
        }
        countable = {nerve for entry in self.joints.values() for nerve in entry.nerves}
        return Targets(readings, frozenset((named & countable) - supplying))

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
        """The region that all the joints belong to; None for no joints and for more than one region."""
        regions = {self.joints[joint].region for joint in joints}
        return regions.pop() if len(regions) == 1 else None

    def in_order(self, joints: Iterable[str]) -> list[str]:
        """Joints from cranial to caudal."""
        order = list(self.joints)
        return sorted(joints, key=order.index)

    def _joints(
        self,
        labels: list[_Label],
        ranges_are: Literal["joints", "nerves"],
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
        words = re.sub(r"\s+", " ", text.strip())
        if match := re.fullmatch(r"(.+?) (joint|joints|level|levels)", words, re.I):
            return _Label(joints=self._label(match[1]).joints or self._no_joint(match[1]))
        if match := re.fullmatch(
            r"(.+?) (nerve|nerves|medial branch|medial branches)", words, re.I
        ):
            return _Label(nerves=self._label(match[1]).nerves or self._no_nerve(match[1]))
        if nerve := self._nerve(words):
            return _Label(nerves=(nerve,))
        ends = re.fullmatch(r"([A-Za-z]?\d{1,2}) ?[-–/] ?([A-Za-z]?\d{1,2})", words)
        if ends is None:
            raise ValueError(self._unknown(text))
        first = ends[1].upper()
        last = ends[2].upper() if ends[2][0].isalpha() else first[0] + ends[2]
        return self._range(text, first, last)

    def _range(self, text: str, first: str, last: str) -> _Label:
        if first not in self.vertebrae or last not in self.vertebrae:
            raise ValueError(self._unknown(text))
        start, end = self.vertebrae.index(first), self.vertebrae.index(last)
        if end <= start:
            raise ValueError(f"`{text}` runs upwards; write the upper level first")
        pairs = zip(self.vertebrae[start:end], self.vertebrae[start + 1 : end + 1], strict=True)
        joints = tuple(_joint_name(upper, lower) for upper, lower in pairs)
        for joint in joints:
            if joint not in self.joints:
                why = self.no_medial_branch.get(joint, "there is no such facet joint")
                raise ValueError(f"`{text}` includes {joint}: {why}")
        return _Label(joints, self.vertebrae[start : end + 1] if len(joints) > 1 else ())

    def _nerve(self, words: str) -> str | None:
        lowered = words.lower()
        for name, entry in self.nerves.items():
            if lowered == name.lower() or lowered in (alias.lower() for alias in entry.aliases):
                return name
        return None

    def _unknown(self, text: str) -> str:
        return f"`{text}` is no level of the spine{did_you_mean(text.upper(), [*self.joints, *self.nerves])}"

    def _no_joint(self, text: str) -> tuple[str, ...]:
        raise ValueError(f"`{text}` is a nerve, not a joint; write a joint such as L4-5")

    def _no_nerve(self, text: str) -> tuple[str, ...]:
        raise ValueError(f"`{text}` is a joint, not a run of nerves; write nerves such as L3, L4")


def _joint_name(upper: str, lower: str) -> str:
    """`L4` and `L5` are joined at `L4-5`, `L5` and `S1` at `L5-S1`."""
    return f"{upper}-{lower[1:] if upper[0] == lower[0] else lower}"


def load_anatomy(document: Document) -> Anatomy | None:
    """The map in a document, or None after reporting what is wrong with it."""
    file = document.read(AnatomyFile)
    if file is None:
        return None
    for joint, entry in file.joints.items():
        upper, _, lower = joint.partition("-")
        lower = lower if lower[:1].isalpha() else upper[:1] + lower
        if upper not in file.vertebrae or lower not in file.vertebrae:
            document.report(("joints", joint), f"`{joint}` joins no two vertebrae", at_key=True)
        for index, nerve in enumerate(entry.nerves):
            if nerve not in file.nerves:
                hint = did_you_mean(nerve, file.nerves)
                document.report(
                    ("joints", joint, "nerves", index), f"unknown nerve `{nerve}`{hint}"
                )
    return Anatomy(file.vertebrae, file.joints, file.nerves, file.no_medial_branch)
