"""What the formats for machines are written from: rules, what they note at a place, and tests that were run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from checker.errors import Place

Level = Literal["error", "warning", "note"]

LEVELS: tuple[Level, ...] = get_args(Level)

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that something can be noted by: its id, one line, and a page of Markdown that explains it."""

    id: str
    title: str
    page: str = ""
    level: Level = "warning"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a rule notes at a place, in one clause."""

    rule: str
    level: Level
    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Tried:
    """A test that was run: the group it belongs to, its name, and what was wrong (None where it passed)."""

    group: str
    name: str
    place: Place
    failure: str | None = None


def shown(text: str) -> str:
    """A text with a sign in the place of each character that no format can carry."""
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
