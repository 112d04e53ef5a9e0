"""Where the sentences of a folded text begin and end, also where the blank after a full stop is missing."""

from __future__ import annotations

import re
from collections.abc import Collection

_END = re.compile(
    r"""[.!?]{1,3}["')\]]{0,2}(?=\ |$)          # a sign and a blank
      | (?<=[a-z)\]%])[.!?](?=[A-Z][a-z]|[A-Z]\ |\d{1,2}\.\ [A-Z])  # glued: treatment.The, drug.2. Only
      | (?<=[0-9%a-z]\.)\)?\]?(?=[A-Z][a-z])
      | [)\]](?=\d{1,2}\.\ [A-Z]|[A-Z][a-z]+\ [a-z])                 # glued behind a bracket
    """,
    re.VERBOSE,
)
_LIST_NUMBER = re.compile(r"\(?\d{1,2}\.")
_INITIALS = re.compile(r"(?:^|[ (])(?:[A-Za-z]\.)+$")
_LAST_WORD = re.compile(r"[A-Za-z]{1,12}\.$")


def sentences(text: str, abbreviations: Collection[str]) -> list[tuple[int, int]]:
    """The sentences as first character and the one behind the last; blanks between them belong to none."""
    found: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        stop = end.end()
        if stop <= start or not _ends(text, start, stop, abbreviations):
            continue
        found.append((start, stop))
        start = stop + 1 if text[stop : stop + 1] == " " else stop
    if start < len(text):
        found.append((start, len(text)))
    return found


def _ends(text: str, start: int, stop: int, abbreviations: Collection[str]) -> bool:
    """Whether a sentence ends at `stop`: not behind a list's number, initials or an abbreviation."""
    before = text[max(start, stop - 14) : stop]
    if stop - start <= 4 and _LIST_NUMBER.fullmatch(text[start:stop]):
        return False
    if _INITIALS.search(before):
        return text[stop - 3 : stop - 2] == "." and text[stop + 1 : stop + 2].isupper()
    word = _LAST_WORD.search(before)
    return not (word and word[0][:-1].lower() in abbreviations)
