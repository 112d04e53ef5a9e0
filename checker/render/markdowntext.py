"""Text that somebody else wrote, made safe inside a page of Markdown."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[\\`*_\[\]|~]")
_AT_WORK_ANYWHERE = re.compile(r"[<>&#@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escaped(text: str) -> str:
    """The text in one line, as itself: no markup, no tag, no link, no mention of a person or an issue."""
    one_line = " ".join(text.split())
    return _MARKUP.sub(r"\\\g<0>", _AT_WORK_ANYWHERE.sub(_entity, one_line))


def cell(text: str) -> str:
    """The same for a cell of a table."""
    return escaped(text) or " "


def _entity(found: re.Match[str]) -> str:
    """A character reference, which stands for the character and does nothing else."""
    return f"&#{ord(found[0])};"
