"""Text that somebody else wrote, made safe inside a page of Markdown."""

from __future__ import annotations

import re


def escaped(text: str) -> str:
    """The text in one line, as itself: no markup, no link, no mention of a person, no HTML."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|~&#])", _entity, one_line).replace("@", "@\N{WORD JOINER}")


def cell(text: str) -> str:
    """The same for a cell of a table."""
    return escaped(text) or " "


def _entity(found: re.Match[str]) -> str:
    """A character reference, which neither Markdown nor HTML reads as anything but the character."""
    return f"&#{ord(found[0])};"
