"""Mends what a lint rule finds where that is safe: the text of a file is changed at that place alone."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import yaml

from checker.authoring.layout import LayoutError, composed, scalar
from checker.authoring.lint.catalogue import Remark
from checker.authoring.lint.conditions import SINGLE_PART
from checker.authoring.lint.rule import Found
from checker.errors import RuleError
from checker.yamlfile import Path_, parse


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    """Characters of a text to be replaced."""

    start: int
    end: int
    text: str


def mended(file: str, text: str, remarks: Iterable[Remark]) -> tuple[str, int]:
    """A file's text with all that can be mended safely, and how many remarks that were.

    Raises:
        LayoutError: if the change would mean something else; the file should stay as it is.
    """
    root = composed(text)
    lines = text.splitlines(keepends=True)
    expected = parse(file, text.encode(), RuleError).value
    edits: list[_Edit] = []
    for one in remarks:
        edit = _edit(one, root, lines, text)
        if edit and not any(edit.start < other.end and other.start < edit.end for other in edits):
            edits.append(edit)
            _apply(expected, one)
    written = text
    for edit in sorted(edits, reverse=True):
        written = written[: edit.start] + edit.text + written[edit.end :]
    if edits and parse(file, written.encode(), RuleError).value != expected:
        raise LayoutError(f"{file}: cannot be mended without a change of its meaning")
    return written, len(edits)


def _edit(remark: Remark, root: yaml.Node, lines: list[str], text: str) -> _Edit | None:
    found = remark.found
    if found.mend is not None:
        node = _node(root, found.path)
        if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
            return None
        above = _above(root, found.path)
        in_flow = any(isinstance(one, yaml.CollectionNode) and one.flow_style for one in above)
        start, end = _at(node.start_mark, lines), _at(node.end_mark, lines)
        return _Edit(start, end, scalar(found.mend, in_flow=in_flow))
    return _unwrapped(root, found, lines, text) if remark.rule.id == SINGLE_PART else None


def _unwrapped(root: yaml.Node, found: Found, lines: list[str], text: str) -> _Edit | None:
    """`{any: [{…}]}` in braces becomes its part; in a block it is left to its author."""
    holder = _node(root, found.path[:-1])
    part = _node(root, (*found.path, 0))
    if not isinstance(holder, yaml.MappingNode) or len(holder.value) != 1:
        return None
    if not holder.flow_style or not isinstance(part, yaml.MappingNode) or not part.flow_style:
        return None
    start, end = _at(holder.start_mark, lines), _at(holder.end_mark, lines)
    inner = text[_at(part.start_mark, lines) : _at(part.end_mark, lines)]
    return _Edit(start, end, inner)


def _apply(value: Any, remark: Remark) -> None:
    """The same change to the plain value."""
    *way, last = remark.found.path
    if remark.found.mend is not None:
        _inside(value, way)[last] = remark.found.mend
    else:
        *above, step = way
        _inside(value, above)[step] = deepcopy(_inside(value, way)[last][0])


def _inside(value: Any, way: Iterable[str | int]) -> Any:
    for step in way:
        value = value[step]
    return value


def _at(mark: yaml.Mark, lines: list[str]) -> int:
    return sum(len(one) for one in lines[: mark.line]) + mark.column


def _node(root: yaml.Node, path: Path_) -> yaml.Node:
    *_, last = [root, *_below(root, path)]
    return last


def _above(root: yaml.Node, path: Path_) -> list[yaml.Node]:
    return [root, *_below(root, path)][:-1]


def _below(root: yaml.Node, path: Path_) -> list[yaml.Node]:
    """The nodes on the way to a path."""
    node, found = root, []
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == step)
        else:
            node = node.value[step]
        found.append(node)
    return found
