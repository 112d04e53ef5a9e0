"""YAML with positions: plain values, and for each of them the place where it stands in the file.

The loader is strict and cannot be made to hang: it reads libyaml's events in one flat loop and bounds
size, nesting and scalar length. Only `true` and `false` are booleans and `000` is text, so that ids,
levels and the answers `yes` and `no` stay as written. Anchors, aliases, tags and merge keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from checker.errors import InputError, Place, Problem, did_you_mean

MAX_BYTES = 4_000_000
MAX_DEPTH = 40
MAX_VALUES = 200_000
MAX_SCALAR = 20_000

Path_: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class FromFile(BaseModel):
    """What all models of file content share: frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_Item = TypeVar("_Item")
Many = Annotated[
    tuple[_Item, ...],
    BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value),
]
"""A list in a file, kept as a tuple."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})$")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}$")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_CONSTANTS: dict[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}


@dataclass(frozen=True)
class Document:
    """One YAML file: its plain value, and where each part of it stands.

    `places` has the place of every value and `key_places` that of every mapping key, by the path of
    keys and indexes that leads to it. Problems are collected with `report` and raised together.
    """

    file: str
    value: Any
    places: dict[Path_, Place]
    key_places: dict[Path_, Place]
    lines: Sequence[str]
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: Path_, message: str, *, at_key: bool = False) -> None:
        """Note one problem at the value (or at the key) that `path` leads to."""
        place = self.place(path, at_key=at_key)
        shown = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        self.problems.append(Problem(place, message, shown))

    def place(self, path: Path_, *, at_key: bool = False) -> Place:
        """Where `path` stands; for a path that is not in the file, its nearest part that is."""
        if at_key and path in self.key_places:
            return self.key_places[path]
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, Place(self.file))

    def at(self, path: Path_) -> Any:
        """The plain value that `path` leads to."""
        value = self.value
        for step in path:
            value = value[step]
        return value

    def read(self, model: type[Model], path: Path_ = ()) -> Model | None:
        """The part at `path` as a pydantic model, or None after reporting every problem in it."""
        value = self.at(path)
        if not isinstance(value, dict):
            self.report(path, f"expected keys such as {_listed(list(model.model_fields)[:3])} here")
            return None
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._report_detail(model, path, detail)
            return None

    def _report_detail(self, model: type[BaseModel], base: Path_, detail: Any) -> None:
        path = (*base, *detail["loc"])
        name = path[-1] if path else ""
        match detail["type"]:
            case "extra_forbidden":
                known = _keys_at(model, detail["loc"][:-1])
                self.report(path, f"unknown key `{name}`{did_you_mean(name, known)}", at_key=True)
            case "missing":
                self.report(path[:-1], f"`{name}` is missing")
            case _:
                self.report(path, _in_plain_words(detail))


def parse(file: str, data: bytes, error: type[InputError]) -> Document:
    """The YAML document in `data`; `file` is the name to show in messages.

    Raises:
        InputError: of the class given by `error`, if the text is no single plain YAML mapping.
    """
    text = _decoded(file, data, error)
    lines = text.splitlines()
    try:
        value, places, key_places, problems = _Builder(file, lines).build(text)
    except yaml.YAMLError as failure:
        raise error([_syntax_problem(file, failure, lines)]) from None
    if not problems and not isinstance(value, dict):
        what = "the file is empty" if value is None else "the file holds no keys at its top level"
        problems = [
            Problem(Place(file, 1, 1) if lines else Place(file), what, lines[0] if lines else "")
        ]
    if problems:
        raise error(problems)
    return Document(file, value, places, key_places, lines)


def read(path: Path, error: type[InputError], shown: str | None = None) -> Document:
    """The YAML document in a file; see `parse`."""
    file = shown or str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as failure:
        raise error(
            [Problem(Place(file), f"cannot be read: {failure.strerror or failure}")]
        ) from None
    return parse(file, data, error)


def _decoded(file: str, data: bytes, error: type[InputError]) -> str:
    if len(data) > MAX_BYTES:
        raise error([Problem(Place(file), f"larger than {MAX_BYTES // 1_000_000} MB")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        before = data[: failure.start]
        line = before.count(b"\n") + 1
        column = failure.start - (before.rfind(b"\n") + 1) + 1
        message = "not UTF-8 text; save the file as UTF-8"
        raise error([Problem(Place(file, line, column), message)]) from None


def _syntax_problem(file: str, failure: yaml.YAMLError, lines: Sequence[str]) -> Problem:
    mark = getattr(failure, "problem_mark", None) or getattr(failure, "context_mark", None)
    reason = getattr(failure, "problem", None) or getattr(failure, "reason", None) or "unreadable"
    if "tab" in str(reason) or "'\\t'" in str(reason) or "cannot start any token" in str(reason):
        reason = f"{reason}; indent with spaces, and put text that begins with a sign in quotes"
    if mark is None:
        return Problem(Place(file), f"not valid YAML: {reason}")
    shown = lines[mark.line] if mark.line < len(lines) else ""
    return Problem(Place(file, mark.line + 1, mark.column + 1), f"not valid YAML: {reason}", shown)


class _Builder:
    """Builds plain values from libyaml's events, one flat loop, every place noted."""

    def __init__(self, file: str, lines: Sequence[str]) -> None:
        self.file = file
        self.lines = lines
        self.places: dict[Path_, Place] = {}
        self.key_places: dict[Path_, Place] = {}
        self.problems: list[Problem] = []
        self.open: list[_Open] = []
        self.root: Any = None

    def build(self, text: str) -> tuple[Any, dict[Path_, Place], dict[Path_, Place], list[Problem]]:
        """The value, its places, and what is wrong with it."""
        documents = 0
        for event in yaml.parse(text, Loader=_Loader):
            if len(self.places) > MAX_VALUES:
                self._problem(event, f"more than {MAX_VALUES} values in one file")
                break
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._problem(event, "one document to a file: remove what follows `---`")
                        break
                case yaml.AliasEvent():
                    self._problem(event, "aliases (`*name`) are not allowed: write the value out")
                    self._add(event, None)
                case yaml.ScalarEvent():
                    self._decorated(event)
                    self._add(event, self._scalar(event))
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._decorated(event)
                    if len(self.open) == MAX_DEPTH:
                        self._problem(event, f"nested more than {MAX_DEPTH} deep")
                        break
                    value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                    path = self._add(event, value)
                    self.open.append(_Open(path, value))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.open.pop()
        return self.root, self.places, self.key_places, self.problems

    def _add(self, event: Any, value: Any) -> Path_:
        """Put a value where it belongs; the path that leads to it."""
        place = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        if not self.open:
            self.root, path = value, ()
        elif isinstance(self.open[-1].value, list):
            holder = self.open[-1]
            path = (*holder.path, len(holder.value))
            holder.value.append(value)
        elif self.open[-1].awaits_value:
            holder = self.open[-1]
            path = (*holder.path, holder.key)
            holder.value[holder.key] = value
            holder.awaits_value = False
        else:
            return self._add_key(event, value, place)
        self.places[path] = place
        return path

    def _add_key(self, event: Any, value: Any, place: Place) -> Path_:
        holder = self.open[-1]
        key = event.value if isinstance(event, yaml.ScalarEvent) else "?"
        path = (*holder.path, key)
        if not isinstance(event, yaml.ScalarEvent):
            self._problem(event, "a key must be a word, not a list or a mapping")
        elif key == "<<":
            self._problem(event, "merge keys (`<<`) are not allowed: write the values out")
        elif key in holder.value:
            first = self.key_places[path].line
            self._problem(event, f"`{key}` stands here a second time (first in line {first})")
        else:
            self.key_places[path] = place
        holder.key, holder.awaits_value = key, True
        return path

    def _decorated(self, event: Any) -> None:
        if event.anchor:
            self._problem(
                event, f"anchors (`&{event.anchor}`) are not allowed: write the value out"
            )
        if event.tag and event.tag != "!":
            self._problem(event, f"tags (`{event.tag}`) are not allowed")

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if len(text) > MAX_SCALAR:
            self._problem(event, f"a text of more than {MAX_SCALAR} characters")
            return None
        if not event.implicit[0]:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return float(text)
        if _DATE.match(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self._problem(event, f"`{text}` is not a day of the calendar")
        return text

    def _problem(self, event: Any, message: str) -> None:
        place = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        shown = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        self.problems.append(Problem(place, message, shown))


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been reached; `key` is the mapping's latest key."""

    path: Path_
    value: Any
    key: str = ""
    awaits_value: bool = False


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> Iterator[str]:
    """The keys that may stand where `path` leads, through nested models and lists of them."""
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation) or model
    yield from (entry.alias or name for name, entry in model.model_fields.items())


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in inner if model), None)


_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "date_type": "a date such as 2015-09-21",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "too_short": "at least one entry",
    "string_too_short": "a text that is not empty",
}


def _in_plain_words(detail: Any) -> str:
    value = detail["input"]
    shown = f"`{value}`" if isinstance(value, str | int | float | date) else "this value"
    match detail["type"]:
        case "literal_error" | "enum":
            allowed = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
            return f"{shown} is not one of {_listed(allowed)}{did_you_mean(value, allowed)}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case kind if kind in _EXPECTED:
            return f"expected {_EXPECTED[kind]}" + ("" if value is None else f", not {shown}")
        case "string_pattern_mismatch":
            return f"{shown} does not look right: expected {detail['ctx']['pattern']}"
        case _:
            message: str = detail["msg"]
            return message[:1].lower() + message[1:]


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
