"""An answer written into the text of a case file: one value is replaced or one line is added, all else stays.

Comments, order, quotes and line ends are kept, because the text itself is changed and not printed anew.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from checker.yamlfile import Path_

_NEEDS_BLOCK = re.compile(r"\S")


def answered(text: str, path: Path_, value: str) -> str:
    """The text with `value`, written as YAML, at a path whose parent exists or is a missing `facts`.

    A value in the long form keeps its evidence.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node, found = root, 0
    for step in path:
        inner = _step(node, step)
        if inner is None:
            break
        node, found = inner, found + 1
    if found == len(path):
        return _replaced(text, node, value)
    missing = path[found:]
    if len(missing) == 1:
        return _added(text, node, str(missing[0]), value)
    return _added(text, node, str(missing[0]), f"{{{missing[1]}: {value}}}")


def _step(node: Any, step: str | int) -> Any:
    """The node one step further, through the long form of a value."""
    if isinstance(step, int) and isinstance(node, yaml.MappingNode):
        node = _step(node, "value")
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _replaced(text: str, node: Any, value: str) -> str:
    if isinstance(node, yaml.MappingNode) and (inner := _step(node, "value")) is not None:
        node = inner
    start, end = node.start_mark.index, node.end_mark.index
    kept = text[start:end]
    end = start + len(kept.rstrip())
    before = "" if start == 0 or text[start - 1] in " [{\n" else " "
    return text[:start] + before + value + text[end:]


def _added(text: str, node: Any, key: str, value: str) -> str:
    """One more entry at the end of a mapping, in the style in which it is written."""
    if isinstance(node, yaml.ScalarNode):
        return _replaced(text, node, f"{{{key}: {value}}}")
    if node.flow_style:
        at = node.end_mark.index - 1
        body = text[node.start_mark.index + 1 : at]
        kept = body.rstrip()
        comma = ", " if _NEEDS_BLOCK.search(body) and not kept.endswith(",") else ""
        comma = " " if kept.endswith(",") else comma
        at -= len(body) - len(kept) if "\n" not in body[len(kept) :] else 0
        return f"{text[:at]}{comma}{key}: {value}{text[at:]}"
    indent = " " * node.value[0][0].start_mark.column
    at = _end_of_last_line(text, node)
    newline = "\r\n" if "\r\n" in text else "\n"
    return f"{text[:at]}{newline}{indent}{key}: {value}{text[at:]}"


def _end_of_last_line(text: str, node: Any) -> int:
    """The end of the line on which a block's last value ends, its comment included."""
    last = node.value[-1]
    while isinstance(last, tuple) or (
        isinstance(last, yaml.CollectionNode) and last.value and not last.flow_style
    ):
        last = last[1] if isinstance(last, tuple) else last.value[-1]
    end = len(text[: last.end_mark.index].rstrip())
    found = re.compile(r"\r?\n|\Z").search(text, end)
    return found.start() if found else len(text)
