"""A saved audit: what was asked, what was found, and the cases from which it can be decided again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checker.errors import StoreError

LATEST = "latest"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class SavedCase:
    """A case of a run: the file it was read from, and its canonical text."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class NewRun:
    """An audit to be saved at a moment that the caller names.

    `document` is the contract's answer without its entries; each entry stands with the position of its case
    among the cases. `corpus` is the digest of the cases. `name` may be None.
    """

    name: str | None
    at: datetime
    document: Mapping[str, Any]
    corpus: str
    cases: Iterable[SavedCase]
    entries: Iterable[tuple[int, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run as it stands in the store, without its cases and entries. Its number is never given again."""

    number: int
    name: str | None
    at: datetime
    document: Mapping[str, Any]
    corpus: str

    @property
    def label(self) -> str:
        """`before (run 3)`, or `run 3` for a run without a name."""
        return f"{self.name} (run {self.number})" if self.name else f"run {self.number}"


def check_name(name: str) -> str:
    """A name that a run can bear.

    Raises:
        StoreError: for a name that could be taken for a number, a path or the latest run.
    """
    if name == LATEST:
        raise StoreError(f"`{LATEST}` always names the latest run; choose another name")
    if not _NAME.fullmatch(name):
        shown = (
            name
            if name.isprintable() and len(name) <= 60
            else name[:60].encode("unicode_escape").decode()
        )
        raise StoreError(
            f"`{shown}` cannot name a run; begin with a letter, then letters, digits, `.`, `_` and `-`,"
            " at most 60 of them"
        )
    return name
