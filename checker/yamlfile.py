"""YAML with positions: plain values, and for each of them the place where it stands in the file.

The loader is strict and cannot be made to hang: it reads libyaml's events in one flat loop and bounds
size, nesting, scalar length and the number of problems told. Only `true` and `false` are booleans and
`000` is text, so that ids, levels and the answers `yes` and `no` stay as written. Anchors, aliases, tags
and merge keys are refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from checker.errors import (
    InputError,
    Place,
    Problem,
    but_found,
    closest,
    did_you_mean,
    quoted,
    shown_path,
)

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_VALUES = 50_000
MAX_SCALAR = 20_000
MAX_KEY = 80
MAX_PROBLEMS = 100

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


def _one_or_many(value: Any) -> Any:
    if not isinstance(value, str | list):
        raise ValueError(f"expected a text or a list of texts{but_found(value)}")
    return (value,) if isinstance(value, str) else tuple(value)


OneOrMany = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
"""A text or a list of texts in a file, kept as a tuple."""

Text = Annotated[str, StringConstraints(min_length=1)]
"""A text that must say something."""


class Allowance(FromFile):
    """A lint rule that may find something here, and why that is right; see docs/lint.md."""

    allow: Text
    because: Text


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})$")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}$")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_NO_TEXT = re.compile(f"[{_CONTROL}]")
_UNSEEN = re.compile(f"[{_CONTROL}\x85\u2028\u2029\ufeff]")
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
    keys and indexes that leads to it. Problems are collected with `report` and raised together, as `error`.
    """

    file: str
    value: Any
    places: dict[Path_, Place]
    key_places: dict[Path_, Place]
    lines: Sequence[str]
    error: type[InputError]
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: Path_, message: str, *, at_key: bool = False) -> None:
        """Note one problem at the value (or at the key) that `path` leads to.

        Raises:
            InputError: of the document's class, when there are so many problems that reading on is no use.
        """
        place = self.place(path, at_key=at_key)
        shown = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        self.problems.append(Problem(place, message, shown))
        if len(self.problems) == MAX_PROBLEMS:
            self.problems.append(_too_many(self.file))
            raise self.error(self.problems)

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

    def keys(self, path: Path_) -> list[str]:
        """The keys of the mapping at `path`, in their order; none where there is no mapping."""
        value = self._found(path)
        return list(value) if isinstance(value, dict) else []

    def indexes(self, path: Path_) -> range:
        """The indexes of the list at `path`; none where there is no list."""
        value = self._found(path)
        return range(len(value)) if isinstance(value, list) else range(0)

    def _found(self, path: Path_) -> Any:
        return self.at(path) if path in self.places else None

    def read(self, model: type[Model], path: Path_ = ()) -> Model | None:
        """The part at `path` as a pydantic model, or None after reporting every problem in it."""
        value = self.at(path)
        if not isinstance(value, dict):
            self.report(path, _keys_expected(model, (), value))
            return None
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self._report_details(model, path, error.errors(include_url=False))
            return None

    def _report_details(self, model: type[BaseModel], base: Path_, details: Sequence[Any]) -> None:
        """A key that is misspelt is not reported as missing as well."""
        unknown = [one["loc"] for one in details if one["type"] == "extra_forbidden"]
        meant = {loc: closest(loc[-1], _keys_at(model, loc[:-1])) for loc in unknown[:MAX_PROBLEMS]}
        misspelt = {(*loc[:-1], name) for loc, name in meant.items()}
        for detail in details:
            loc = detail["loc"]
            path, name = (*base, *loc), loc[-1] if loc else ""
            match detail["type"]:
                case "extra_forbidden":
                    known = _listed(_keys_at(model, loc[:-1]))
                    hint = f"; the keys are {known}"
                    if meant.get(loc):
                        hint = f" (did you mean `{meant[loc]}`?)"
                    self.report(path, f"unknown key `{name}`{hint}", at_key=True)
                case "missing":
                    if loc not in misspelt:
                        self.report(path[:-1], f"`{name}` is missing{_choices_of(model, loc)}")
                case "model_type":
                    self.report(path, _keys_expected(model, loc, detail["input"]))
                case _:
                    self.report(path, _in_plain_words(detail))


def parse(file: str, data: bytes, error: type[InputError]) -> Document:
    """The YAML document in `data`; `file` is the name to show in messages.

    Raises:
        InputError: of the class given by `error`, if the text is no single plain YAML mapping.
    """
    text = _decoded(file, data, error)
    lines = _LINE_END.split(text)
    builder = _Builder(file, lines)
    try:
        value, places, key_places, problems = builder.build(text)
    except yaml.YAMLError as failure:
        problem = _syntax_problem(file, failure, lines)
        told = [one for one in builder.problems if one.place.line == problem.place.line]
        raise error(builder.problems if told else [*builder.problems, problem]) from None
    if not problems and not isinstance(value, dict):
        what = (
            "the file holds nothing"
            if value is None
            else "expected `key: value` lines at the top level"
        )
        problems = [Problem(places.get((), Place(file)), what, lines[0])]
    if problems:
        raise error(problems)
    return Document(file, value, places, key_places, lines, error)


def read(path: Path, error: type[InputError], shown: str | None = None) -> Document:
    """The YAML document in a file; see `parse`."""
    file = shown or shown_path(path)
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
        raise error([Problem(Place(file), f"the file is larger than {MAX_BYTES // 1_000_000} MB")])
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise error([Problem(Place(file), "the file is saved as UTF-16; save it as UTF-8")])
    data = data.removeprefix(codecs.BOM_UTF8)
    text = data.decode("utf-8", "replace")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as failure:
        said = "the file is not saved as UTF-8; save it as UTF-8"
        at = len(data[: failure.start].decode("utf-8"))
    else:
        unseen = _UNSEEN.search(text)
        if unseen is None:
            return text
        said = f"a character that cannot be seen (U+{ord(unseen[0]):04X}); delete it"
        at = unseen.start()
    raise error([_problem_at(file, text, at, said)])


def _problem_at(file: str, text: str, index: int, message: str) -> Problem:
    """A problem at a character of the text."""
    before = _LINE_END.split(text[:index])
    line = _LINE_END.split(text)[len(before) - 1]
    return Problem(Place(file, len(before), len(before[-1]) + 1), message, line)


def _too_many(file: str) -> Problem:
    return Problem(Place(file), f"more than {MAX_PROBLEMS} problems; only the first are shown")


# What libyaml says, in the words of someone who writes the file: told where it stopped reading, or
# where that began which it could not finish, such as a list without its closing bracket.
_STOPPED = {
    r"\btab\b|'\\t'": "a tab; indent with spaces",
    "mapping values are not allowed": (
        "a second `:` does not fit here; put a text that holds `: ` in quotes, or let this line"
        " begin in the column of its neighbours"
    ),
    "expected key|expected <block end>": (
        "this does not line up with the lines above it; the keys of one block begin in one column"
    ),
    "expected '-' indicator": (
        "this does not line up with the lines above it; the keys of an entry begin in one column,"
        " and every entry with a `-`"
    ),
    "escape c|hexdec|Unicode character": (
        "a backslash means something else inside double quotes; write single quotes"
    ),
    "sequence entries are not allowed": "a list begins in the line below its key",
    "expected (the )?node content": "a value is missing here, or there is a comma too many",
}
_BEGAN = {
    "could not find expected ':'": "expected `key: value`; the `:` is missing here",
    r"expected ',' or '\]'": "the list that opens here is not closed, or lacks a comma",
    r"expected ',' or '\}'": "the `{` that opens here is not closed, or lacks a comma",
    "end of stream|document indicator": "the quotation mark that opens here is not closed",
    "comment or line break|indentation indicator": "a text that begins with `>` or `|` needs quotes",
}
_ELSE = (
    "this is not understood; a text that begins with a sign, or holds `: ` or ` #`, needs quotes"
)


def _syntax_problem(file: str, failure: yaml.YAMLError, lines: Sequence[str]) -> Problem:
    reason = str(getattr(failure, "problem", ""))
    stopped = _in_words(reason, _STOPPED)
    began = None if stopped else _in_words(reason, _BEGAN)
    marks = [getattr(failure, name, None) for name in ("context_mark", "problem_mark")]
    mark = next((one for one in (marks if began else marks[::-1]) if one), None)
    if mark is None:
        return Problem(Place(file), stopped or began or _ELSE)
    place = _place(file, mark, lines)
    shown = lines[place.line - 1]
    message = _seen(reason, shown, place.column - 1) or stopped or began or _ELSE
    return Problem(place, message, shown)


def _place(file: str, mark: Any, lines: Sequence[str]) -> Place:
    """The place of libyaml's mark; the end of the text for a mark that lies behind it."""
    line = min(mark.line, len(lines) - 1)
    behind = mark.line > line or mark.column > len(lines[line])
    return Place(file, line + 1, (len(lines[line]) if behind else mark.column) + 1)


def _seen(reason: str, line: str, column: int) -> str | None:
    """What the line itself shows to be the mistake, whatever libyaml makes of it."""
    before, sign = line[:column], line[column : column + 1]
    if sign == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab; indent with spaces"
    if "cannot start any token" in reason:
        return f"a text that begins with `{sign}` needs quotes"
    if re.search("expected key|expected <block end>", reason):
        if sign == ":":
            return "a key is missing before the `:`"
        if before.rstrip().endswith(("'", '"')):
            return "this stands outside the quotation marks; put the whole text between them"
    return None


def _in_words(reason: str, table: Mapping[str, str]) -> str | None:
    return next((words for pattern, words in table.items() if re.search(pattern, reason)), None)


_REPEATED = "a text that begins with `{}` needs quotes; to repeat a value, write it out"


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
                self._problem(event, f"more than {MAX_VALUES:,} values in one file")
                break
            if len(self.problems) >= MAX_PROBLEMS:
                self.problems.append(_too_many(self.file))
                break
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._problem(
                            event, "a file holds one document; remove `---` and what follows"
                        )
                        break
                case yaml.AliasEvent():
                    self._problem(event, _REPEATED.format("*"))
                    self._add(event, None)
                case yaml.ScalarEvent():
                    self._decorated(event)
                    self._add(event, self._scalar(event))
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._decorated(event)
                    if len(self.open) == MAX_DEPTH:
                        self._problem(event, f"nested more than {MAX_DEPTH} levels deep")
                        break
                    value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                    path = self._add(event, value)
                    self.open.append(_Open(path, value))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.open.pop()
                case _:
                    pass
        return self.root, self.places, self.key_places, self.problems

    def _add(self, event: Any, value: Any) -> Path_:
        """Put a value where it belongs; the path that leads to it."""
        place = _place(self.file, event.start_mark, self.lines)
        path: Path_ = ()
        if not self.open:
            self.root = value
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
            return self._add_key(event, place)
        self.places[path] = place
        return path

    def _add_key(self, event: Any, place: Place) -> Path_:
        holder = self.open[-1]
        key = event.value if isinstance(event, yaml.ScalarEvent) else "?"
        path = (*holder.path, key)
        if not isinstance(event, yaml.ScalarEvent):
            self._problem(event, "a key must be a word, not a list or a block of keys")
        elif problem := _problem_of_key(key):
            self._problem(event, problem)
        elif path in self.key_places:
            first = self.key_places[path].line
            self._problem(event, f"`{key}` stands here a second time (first in line {first})")
        else:
            self.key_places[path] = place
        holder.key, holder.awaits_value = key, True
        return path

    def _decorated(self, event: Any) -> None:
        if event.anchor:
            self._problem(event, _REPEATED.format("&"))
        if event.tag:
            self._problem(event, "a text that begins with `!` needs quotes")

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if len(text) > MAX_SCALAR:
            self._problem(event, f"a text of more than {MAX_SCALAR:,} characters")
            return None
        if unseen := _NO_TEXT.search(text):
            message = f"a text with a character that cannot be seen (U+{ord(unseen[0]):04X}); leave it out"
            self._problem(event, message)
            return None
        if not event.implicit[0]:
            return text
        value = _plain(text)
        if isinstance(value, str) and _DATE.fullmatch(text):
            self._problem(event, f"`{text}` is not a day of the calendar")
        return value

    def _problem(self, event: Any, message: str) -> None:
        place = _place(self.file, event.start_mark, self.lines)
        self.problems.append(Problem(place, message, self.lines[place.line - 1]))


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been reached; `key` is the mapping's latest key."""

    path: Path_
    value: Any
    key: str = ""
    awaits_value: bool = False


def _plain(text: str) -> Any:
    """What a text means that stands in no quotes."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    return text


def _problem_of_key(key: str) -> str | None:
    if key == "<<":
        return "`<<` is no key; to repeat values, write them out"
    if not key:
        return "a key is missing before the `:`"
    if len(key) > MAX_KEY:
        return f"a key of more than {MAX_KEY} characters"
    if not key.isprintable():
        return "a key with a character that cannot be seen; type it anew"
    return None


# What pydantic says, in the words of someone who writes the file --------------------------------------


def _model_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    """The model of what stands where `path` leads, through nested models, lists and mappings of them."""
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in inner if model), None)


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that may stand where `path` leads."""
    fields = _model_at(model, path).model_fields
    return [entry.alias or name for name, entry in fields.items()]


def _keys_expected(model: type[BaseModel], path: Sequence[str | int], found: Any) -> str:
    fields = _model_at(model, path).model_fields
    needed = [entry.alias or name for name, entry in fields.items() if entry.is_required()]
    such_as = (needed or _keys_at(model, path))[:3]
    return f"expected keys such as {_listed(such_as)}{but_found(found)}"


def _choices_of(model: type[BaseModel], path: Sequence[str | int]) -> str:
    """The values that a missing key may have, as a hint to append; empty where it may have any."""
    fields = _model_at(model, path[:-1]).model_fields
    field_type = fields[str(path[-1])].annotation if path[-1] in fields else None
    choices = ("true", "false") if field_type is bool else get_args(field_type)
    if not choices or not all(isinstance(one, str) for one in choices):
        return ""
    return f"; write one of {_listed(choices)}"


_EXPECTED: Mapping[str, tuple[str, type]] = {
    "string_type": ("a text", str),
    "int_type": ("a whole number", int),
    "float_type": ("a number", float),
    "bool_type": ("`true` or `false`", bool),
    "date_type": ("a date such as 2015-09-21", date),
    "tuple_type": ("a list", list),
    "dict_type": ("`name: value` lines", dict),
}


def _in_plain_words(detail: Any) -> str:
    value = detail["input"]
    match detail["type"]:
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
            if value is None or len(allowed) == 1:
                one_of = "" if len(allowed) == 1 else "one of "
                return f"expected {one_of}{_listed(allowed)}{but_found(value)}"
            return f"{quoted(value)} is not one of {_listed(allowed)}{did_you_mean(value, allowed)}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case "string_too_short":
            return "expected a text; nothing is written here"
        case "greater_than_equal":
            return f"expected a number from {detail['ctx']['ge']} on, not {quoted(value)}"
        case "tuple_type" if isinstance(value, str) and value and " " not in value:
            return f"expected a list such as [{value}]"
        case "tuple_type" if isinstance(value, dict):
            return f"expected a list{but_found(value)}; begin each entry with a `-`"
        case "dict_type" if value is None:
            return f"expected `name: value` lines{but_found(value)}; write {{}} for none"
        case kind if kind in _EXPECTED:
            what, of_type = _EXPECTED[kind]
            return f"expected {what}{but_found(value)}{_about_quotes(value, of_type)}"
        case _:
            return "this does not fit here"


def _about_quotes(value: Any, wanted: type) -> str:
    """What to do where only the quotes are wrong, or their lack."""
    if wanted is str and isinstance(value, bool | int | float | date):
        return "; put it in quotes"
    plain_types = (int, float) if wanted is float else wanted
    if isinstance(value, str) and wanted is not str and isinstance(_plain(value), plain_types):
        return " in quotes; leave the quotes out"
    return ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
