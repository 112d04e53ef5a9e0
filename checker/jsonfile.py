"""JSON in place of YAML: one object, read as the document that the same words in YAML would be.

JSON has no dates; a text of the form 2015-09-21 is one, except where a text is expected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NoReturn

from checker.errors import InputError, Place, Problem
from checker.yamlfile import MAX_BYTES, MAX_DEPTH, MAX_VALUES, Document, Path_

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXTS = frozenset({"case", "about", "id", "item", "note", "quote", "document"})


def parse_json(file: str, line: int, text: str, error: type[InputError]) -> Document:
    """The object in `text`, which messages place in a line of a file.

    Raises:
        InputError: of the class given by `error`, if the text is no single JSON object.
    """
    place = Place(file, line, 1)

    def refuse(message: str) -> NoReturn:
        raise error([Problem(place, message)])

    if len(text) > MAX_BYTES:
        refuse(f"the line is longer than {MAX_BYTES // 1_000_000} MB")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as failure:
        column = failure.colno if failure.lineno == 1 else 1
        raise error(
            [Problem(Place(file, line, column), f"no JSON: {_lower(failure.msg)}")]
        ) from None
    except _NotPlainError as failure:
        raise error([Problem(place, str(failure))]) from None
    except RecursionError:
        refuse(_TOO_DEEP)
    if not isinstance(value, dict):
        refuse("expected an object, in braces, in each line")
    places: dict[Path_, Place] = {}
    key_places: dict[Path_, Place] = {}
    for path in _paths(value, refuse):
        places[path] = key_places[path] = place
    return Document(file, _dated(value), places, key_places, (), error)


_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"


class _NotPlainError(ValueError):
    """The text is JSON, but a key stands twice or a number is none."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise _NotPlainError(f"the key `{twice[:60]}` stands here twice")
    return found


def _constant(text: str) -> NoReturn:
    raise _NotPlainError(f"`{text}` is no number")


def _paths(value: Any, refuse: Any) -> Iterator[Path_]:
    """The paths of all values, without recursion."""
    waiting: list[tuple[Path_, Any]] = [((), value)]
    number = 0
    while waiting:
        path, one = waiting.pop()
        number += 1
        if len(path) > MAX_DEPTH:
            refuse(_TOO_DEEP)
        if number > MAX_VALUES:
            refuse(f"more than {MAX_VALUES} values in one line")
        yield path
        if isinstance(one, dict):
            waiting += (((*path, key), inner) for key, inner in one.items())
        elif isinstance(one, list):
            waiting += (((*path, index), inner) for index, inner in enumerate(one))


def _dated(value: Any, key: str | None = None) -> Any:
    """The value with texts that are dates turned into dates."""
    match value:
        case dict():
            return {name: _dated(one, name) for name, one in value.items()}
        case list():
            return [_dated(one, key) for one in value]
        case str() if key not in _TEXTS and _DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                return value
        case _:
            return value


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
