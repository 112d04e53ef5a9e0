"""The layout of rule files: keys in one order, one way to quote, comments kept, meaning untouched.

A file is taken apart into its nodes and comments and written anew. What stands in braces or brackets stays
in one line while that line is no longer than `LONGEST_LINE`; what stands in a block stays in a block. The
result is read again, and given only if its values and its comments are those of the file.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from checker.errors import CheckerError, Place, Problem, RuleError, shown_path
from checker.yamlfile import parse, plain_value

LONGEST_LINE = 220
"""In columns: how long a line may become by keeping braces or brackets in it."""

Kind: TypeAlias = Literal["guideline", "vocabulary", "search order", "other"]
_Way: TypeAlias = "tuple[str | int, ...]"

CRITERION = (
    "id",
    "item",
    "kind",
    "says",
    "when",
    "requires",
    "unless",
    "if_silent",
    "fix",
    "verified",
    "note",
    "lint",
    "prove",
    "examples",
)
EXAMPLE = ("name", "record", "facts", "expect", "known_failure")
GUIDELINE = ("id", "title", "source", "in_force", "covers", "notes", "lint", "prove", "criteria")
SOURCE = ("publisher", "chapter", "section", "edition", "year", "pages", "url")
DATES = ("from", "until")
FACT = (
    "type",
    "joints_of",
    "unit",
    "from",
    "to",
    "more",
    "values",
    "unfinished",
    "kind",
    "at_best",
    "when",
    "derived_when",
    "ask",
    "where",
    "counts",
    "does_not_count",
    "informational",
    "lint",
    "fields",
)
RELATION = ("id", "says", "never_together", "when", "implies", "lint")
VOCABULARY = ("facts", "procedures", "regions", "grounds", "relations")
PROCEDURE = ("title", "targets", "scored")

_ORDERS: Mapping[Kind, Sequence[tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "guideline": [
        ((), GUIDELINE),
        (("source",), SOURCE),
        (("in_force",), DATES),
        (("criteria", "*"), CRITERION),
        (("criteria", "*", "examples", "*"), EXAMPLE),
    ],
    "vocabulary": [
        ((), VOCABULARY),
        (("facts", "*"), FACT),
        (("facts", "*", "fields", "*"), FACT),
        (("relations", "*"), RELATION),
        (("procedures", "*"), PROCEDURE),
    ],
    "search order": [],
    "other": [],
}
_APART: Mapping[Kind, Sequence[tuple[str, ...]]] = {
    "guideline": [("criteria",)],
    "vocabulary": [("relations",)],
    "search order": [],
    "other": [],
}
"""The lists whose entries stand apart by an empty line."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BEGINS_PLAIN = re.compile(r"[^\s\d\-?:,\[\]{}#&*!|>'\"%@`=~]")
_NOT_PLAIN = re.compile(r":| #|\s$|[\n\r\t]|^---|^\.\.\.")
_IN_FLOW = re.compile(r"[,\[\]{}]")
_NEEDS_ESCAPE = re.compile(r"[^ -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class LayoutError(CheckerError):
    """A file cannot be written anew without a change of its meaning or its comments."""


def laid_out(file: str, text: str) -> str:
    """The same rule file in the layout of the house; `file` is its name for messages.

    Raises:
        RuleError: if the text is no YAML that checker reads.
        LayoutError: if the file cannot be laid out without loss; it should stay as it is.
    """
    old = parse(file, text.encode(), RuleError)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    written = _Layout(kind_of(old.value), text.split("\n"), composed(text)).written()
    try:
        new = parse(file, written.encode(), RuleError)
    except RuleError as error:
        raise LayoutError(f"{file}: cannot be laid out: {error.problems[0].message}") from None
    if new.value != old.value or _shape(new.value) != _shape(old.value):
        raise LayoutError(f"{file}: cannot be laid out without a change of its meaning")
    if Counter(_comments(written)) != Counter(_comments(text)):
        raise LayoutError(f"{file}: cannot be laid out without losing a comment")
    return written


def read_text(path: Path) -> str:
    """The text of a rule file as it stands there, line endings included.

    Raises:
        RuleError: if it cannot be read, or is not saved as UTF-8.
    """
    try:
        data = path.read_bytes()
        parse(shown_path(path), data, RuleError)
    except OSError as failure:
        said = f"cannot be read: {failure.strerror or failure}"
        raise RuleError([Problem(Place(shown_path(path)), said)]) from None
    return data.decode("utf-8")


def kind_of(value: Mapping[str, Any]) -> Kind:
    """What kind of rule file holds this value."""
    if "criteria" in value or "covers" in value:
        return "guideline"
    if "facts" in value and "requests" not in value:
        return "vocabulary"
    return "search order" if "orders" in value else "other"


def composed(text: str) -> yaml.Node:
    """The nodes of a text that `parse` accepts."""
    root = yaml.compose(text, Loader=_LOADER)
    assert root is not None  # noqa: S101 - a file that holds nothing is refused before
    return root


def end_line(node: yaml.Node, lines: Sequence[str]) -> int:
    """The last line, from 0, of what a node says; comments and empty lines behind it left out."""
    if isinstance(node, yaml.ScalarNode):
        folded = node.style in ("|", ">")
        return _end_of_folded(node, lines) if folded else int(node.end_mark.line)
    if isinstance(node, yaml.CollectionNode) and (node.flow_style or not node.value):
        return int(node.end_mark.line)
    last = node.value[-1]
    return end_line(last[1] if isinstance(last, tuple) else last, lines)


def scalar(text: str, *, in_flow: bool = False) -> str:
    """A text as the house writes it: without quotes where nobody could wonder, else in double quotes.

    A text with a colon, or one that begins with a digit, has quotes.
    """
    if _can_be_plain(text, in_flow=in_flow):
        return text
    if not _NEEDS_ESCAPE.search(text):
        if '"' not in text and "\\" not in text:
            return f'"{text}"'
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _NEEDS_ESCAPE.sub(_escape, escaped) + '"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[match[0]]
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


def _can_be_plain(text: str, *, in_flow: bool) -> bool:
    if not text or not _BEGINS_PLAIN.match(text) or _NOT_PLAIN.search(text):
        return False
    if _NEEDS_ESCAPE.search(text) or (in_flow and _IN_FLOW.search(text)):
        return False
    return isinstance(plain_value(text), str)


def _shape(value: Any) -> Any:
    """A value with the types of its leaves: 4 is not 4.0, and true is not 1."""
    match value:
        case dict():
            return {key: _shape(one) for key, one in value.items()}
        case list():
            return [_shape(one) for one in value]
        case _:
            return type(value)


# Comments ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment: its line from 0, its text, and whether nothing stands before it in its line."""

    line: int
    text: str
    alone: bool


def _comments(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return [one.text for one in _find_comments(lines, composed(text))]


def _find_comments(lines: Sequence[str], root: yaml.Node) -> list[_Comment]:
    """All comments: a `#` after a blank or at the beginning of a line, outside of every text."""
    inside: dict[int, list[tuple[int, int]]] = {}
    for node in _scalars(root):
        for covered, start, end in _spans(node, lines):
            inside.setdefault(covered, []).append((start, end))
    found = []
    for number, line in enumerate(lines):
        for match in re.finditer(r"(?:^|(?<=\s))#", line):
            at = match.start()
            if not any(start <= at < end for start, end in inside.get(number, ())):
                text = line[at:].rstrip()
                found.append(_Comment(number, _spaced(text), not line[:at].strip()))
                break
    return found


def _spaced(comment: str) -> str:
    """`#text` as `# text`; a line of signs such as `#---` stays."""
    return re.sub(r"^#(?=[^\s#!-])", "# ", comment)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _scalars(one)


def _spans(node: yaml.ScalarNode, lines: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The parts of lines that a text covers. The header line of a folded text may hold a comment."""
    first, last = node.start_mark, node.end_mark
    if node.style in ("|", ">"):
        for line in range(first.line + 1, _end_of_folded(node, lines) + 1):
            yield line, 0, len(lines[line])
        return
    for line in range(first.line, last.line + 1):
        start = first.column if line == first.line else 0
        end = last.column if line == last.line else len(lines[line])
        yield line, start, end


def _end_of_folded(node: yaml.ScalarNode, lines: Sequence[str]) -> int:
    """The last line of a folded or literal text, empty lines at its end left out."""
    mark = node.end_mark
    last = min(mark.line if mark.column else mark.line - 1, len(lines) - 1)
    if mark.column and not lines[last][: mark.column].strip():
        last -= 1
    while last > node.start_mark.line and not lines[last].strip():
        last -= 1
    return last


# Writing ----------------------------------------------------------------------------------------------


@dataclass
class _Entry:
    """An entry of a block: a key with its value, or a member of a list, with the comments about it."""

    key: yaml.ScalarNode | None
    value: yaml.Node
    line: int
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


class _Layout:
    """One file on its way from nodes to lines."""

    def __init__(self, kind: Kind, lines: list[str], root: yaml.Node) -> None:
        self.kind = kind
        self.lines = lines
        self.root = root
        self.blocks: dict[int, list[_Entry]] = {}
        self.entries: list[_Entry] = []
        self.tail: list[str] = []
        self.comments = _find_comments(lines, root)
        self._collect(root)
        self._attach()

    def written(self) -> str:
        """The whole file."""
        lines = [*self._block(self.root, 0, ()), *self.tail]
        return "\n".join(_without_extra_blanks(lines)) + "\n"

    # taking apart

    def _collect(self, node: yaml.Node) -> None:
        """Every entry of every block, in the order of the file."""
        if not self._is_block(node):
            return
        pairs = (
            node.value
            if isinstance(node, yaml.MappingNode)
            else [(None, one) for one in node.value]
        )
        entries = self.blocks[id(node)] = []
        for key, value in pairs:
            entry = _Entry(key, value, (key or value).start_mark.line)
            entries.append(entry)
            self.entries.append(entry)
            self._collect(value)

    def _is_block(self, node: yaml.Node) -> bool:
        if not isinstance(node, yaml.CollectionNode) or not node.value:
            return False
        first, last = node.start_mark.line, node.end_mark.line
        return not node.flow_style or any(first <= one.line < last for one in self.comments)

    def _attach(self) -> None:
        """Give every comment, and every empty line, to the entry that it stands before or behind."""
        alone = {one.line: one.text for one in self.comments if one.alone}
        inside = {
            line for node in _scalars(self.root) for line, *_ in _spans(node, self.lines)
        } - alone.keys()
        lines = [one.line for one in self.entries]
        first = {one.line: one for one in reversed(self.entries)}
        waiting: list[str] = []
        for number, line in enumerate(self.lines):
            if number in alone:
                waiting.append(alone[number])
            elif not line.strip() and number not in inside:
                waiting.append("")
            elif number in first:
                first[number].before = waiting
                waiting = []
        self.tail = waiting
        for comment in self.comments:
            if not comment.alone:
                self.entries[bisect(lines, comment.line) - 1].after.append(comment.text)

    # writing

    def _block(self, node: yaml.Node, indent: int, way: _Way) -> list[str]:
        entries = self.blocks.get(id(node)) or _entries_of(node)
        listed = isinstance(node, yaml.SequenceNode)
        lines: list[str] = []
        for number, entry in enumerate(entries if listed else self._in_order(entries, way)):
            step = number if listed else entry.key.value if entry.key else ""
            own = self._entry(entry, indent, (*way, step))
            before = [" " * indent + one if one else "" for one in entry.before]
            if number and self._stands_apart(way) and "" not in before:
                before.insert(0, "")
            lines += [*before, *own]
        return lines

    def _in_order(self, entries: list[_Entry], way: _Way) -> list[_Entry]:
        """The entries by the order of the house; those that it does not name keep their places behind."""
        order = self._order(way)
        if order is None:
            return entries
        ranked = sorted(entries, key=lambda one: _rank(one, order))
        if ranked[0] is not entries[0]:
            # What stands at the head is about the whole; an empty line there separates nothing.
            head, entries[0].before = entries[0].before, []
            while ranked[0].before and not ranked[0].before[0]:
                ranked[0].before.pop(0)
            ranked[0].before = head + ranked[0].before
        return ranked

    def _order(self, way: _Way) -> tuple[str, ...] | None:
        for pattern, order in _ORDERS[self.kind]:
            if len(pattern) == len(way) and all(
                one in ("*", step) for one, step in zip(pattern, way, strict=True)
            ):
                return order
        return None

    def _stands_apart(self, way: _Way) -> bool:
        return way in _APART[self.kind]

    def _entry(self, entry: _Entry, indent: int, way: _Way) -> list[str]:
        head = " " * indent + (f"{_key(entry.key)}:" if entry.key else "-")
        lines = self._value(entry, head, indent, way)
        first_is_taken = entry.key is None and id(entry.value) in self.blocks
        if len(entry.after) == 1 and not first_is_taken:
            lines[0] = f"{lines[0]}  {entry.after[0]}"
        else:
            entry.before += entry.after
        return lines

    def _value(self, entry: _Entry, head: str, indent: int, way: _Way) -> list[str]:
        """The lines of an entry, the first beginning with its head."""
        value = entry.value
        if isinstance(value, yaml.ScalarNode):
            return self._text(value, head, indent)
        one_line = f"{head} {self._flow(value, way)}"
        fits = id(value) not in self.blocks and len(one_line) <= LONGEST_LINE
        if fits or not value.value:
            return [one_line]
        inner = indent + 2
        if entry.key:
            return [head, *self._block(value, inner, way)]
        return self._member(entry, self._block(value, inner, way), head, inner)

    def _member(self, entry: _Entry, lines: list[str], head: str, indent: int) -> list[str]:
        """A block as a member of a list: its first line follows the `-`, the comments above it come before."""
        above = []
        while lines[0].lstrip().startswith("#") or not lines[0].strip():
            above.append(lines.pop(0).strip())
        entry.before += above
        return [f"{head} {lines[0][indent:]}", *lines[1:]]

    def _text(self, node: yaml.ScalarNode, head: str, indent: int) -> list[str]:
        if node.style in ("|", ">"):
            return self._folded(node, head, indent)
        return [f"{head} {_scalar_of(node, in_flow=False)}".rstrip()]

    def _folded(self, node: yaml.ScalarNode, head: str, indent: int) -> list[str]:
        """A folded or literal text keeps its lines; they are moved to their place as they are."""
        start = node.start_mark
        header = self.lines[start.line][start.column :].split()[0]
        body = self.lines[start.line + 1 : _end_of_folded(node, self.lines) + 1]
        if re.search(r"\d", header) or not body:
            return [f"{head} {scalar(node.value)}"]
        depth = min(len(one) - len(one.lstrip(" ")) for one in body if one.strip())
        inner = " " * (indent + 2)
        keep = "+" in header
        moved = [inner + one[depth:] if one.strip() else "" for one in body]
        if keep:
            return [f"{head} {scalar(node.value)}"]
        return [f"{head} {header}", *(one.rstrip() for one in moved)]

    def _flow(self, node: yaml.Node, way: _Way) -> str:
        """A node in one line."""
        if isinstance(node, yaml.ScalarNode):
            return _scalar_of(node, in_flow=True) or "null"
        if isinstance(node, yaml.SequenceNode):
            parts = [self._flow(one, (*way, index)) for index, one in enumerate(node.value)]
            return f"[{', '.join(parts)}]"
        pairs = list(node.value)
        if order := self._order(way):
            pairs.sort(key=lambda pair: _place_in(pair[0].value, order))
        parts = [
            f"{_key(key)}: {self._flow(value, (*way, key.value))}".rstrip() for key, value in pairs
        ]
        return "{" + ", ".join(parts) + "}"


def _entries_of(node: yaml.Node) -> list[_Entry]:
    """The entries of what stood in braces or brackets."""
    pairs = (
        node.value if isinstance(node, yaml.MappingNode) else [(None, one) for one in node.value]
    )
    return [_Entry(key, value, (key or value).start_mark.line) for key, value in pairs]


def _rank(entry: _Entry, order: tuple[str, ...]) -> int:
    return _place_in(entry.key.value if entry.key else "", order)


def _place_in(key: str, order: tuple[str, ...]) -> int:
    return order.index(key) if key in order else len(order)


def _key(node: yaml.ScalarNode) -> str:
    return scalar(node.value, in_flow=True) if node.style else str(node.value)


def _scalar_of(node: yaml.ScalarNode, *, in_flow: bool) -> str:
    """What stood without quotes stays so, as it may be a number or a date."""
    return scalar(node.value, in_flow=in_flow) if node.style else str(node.value)


def _without_extra_blanks(lines: list[str]) -> list[str]:
    """No empty line at the beginning or the end, and no two after each other."""
    kept = [one for one, after in pairwise([*lines, ""]) if one.strip() or after.strip()]
    while kept and not kept[0]:
        kept.pop(0)
    return kept
