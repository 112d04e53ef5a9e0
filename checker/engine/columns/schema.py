"""The columns of a table of cases: their names and Arrow types, and what is wrong with those of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from checker.engine.columns.coding import COLUMNS_OF_CASES, CONFLICTS, NAMES_OF_FACTS
from checker.errors import did_you_mean
from checker.rulebase import RuleBase
from checker.vocabulary import Boolean, Date, Enum, FactSpec, ListOf, Number

REQUIRED = ("case", "record", "procedure")

NAMES = pa.list_(pa.string())
CONFLICT = pa.struct([("fact", pa.string()), ("said", pa.string())])
REQUEST = pa.struct(
    [
        ("id", pa.string()),
        ("kind", pa.string()),
        ("outcome", pa.string()),
        ("guidelines_cited", NAMES),
        ("grounds", NAMES),
        ("basis", pa.string()),
    ]
)
_OF_CASES: Mapping[str, pa.DataType] = dict(
    zip(
        COLUMNS_OF_CASES,
        (pa.string(), pa.string(), pa.string(), pa.date32(), pa.list_(REQUEST)),
        strict=True,
    )
)


def table_schema(rules: RuleBase) -> pa.Schema:
    """Every column that a table of cases can have under a rule base."""
    facts = {spec.name: arrow_type(spec) for spec in written(rules.vocabulary.facts.values())}
    names = dict.fromkeys(NAMES_OF_FACTS, NAMES)
    return pa.schema({**_OF_CASES, **facts, **names, CONFLICTS: pa.list_(CONFLICT)})


def written(specs: Iterable[FactSpec]) -> Iterator[FactSpec]:
    """The facts that a case states itself."""
    return (spec for spec in specs if spec.written)


def arrow_type(spec: FactSpec) -> pa.DataType:
    """The type of a fact's column."""
    match spec.type:
        case Boolean():
            return pa.bool_()
        case Number():
            return pa.float64()
        case Enum():
            return pa.string()
        case Date():
            return pa.date32()
        case ListOf(fields):
            inside = {one.name: arrow_type(one) for one in written(fields.values())}
            return pa.list_(pa.struct({**inside, **dict.fromkeys(NAMES_OF_FACTS, NAMES)}))
        case _:
            return NAMES


def misfits(found: pa.Schema, wanted: pa.Schema) -> Iterator[str]:
    """What is wrong with the columns of a file; nothing where it fits."""
    for name in REQUIRED:
        if name not in found.names:
            yield f"the column `{name}` is missing{did_you_mean(name, found.names)}"
    for name in dict.fromkeys(found.names):
        if found.names.count(name) > 1:
            yield f"the column `{name}` stands here twice"
        elif name not in wanted.names:
            yield f"unknown column `{name}`{did_you_mean(name, wanted.names)}"
        else:
            yield from _misfit(f"column `{name}`", found.field(name).type, wanted.field(name).type)


def _misfit(where: str, found: pa.DataType, wanted: pa.DataType) -> Iterator[str]:
    if _is_list(wanted) and _is_list(found):
        yield from _misfit(where, found.value_type, wanted.value_type)
    elif pa.types.is_struct(wanted) and pa.types.is_struct(found):
        known = [one.name for one in wanted]
        for one in found:
            if one.name not in known:
                yield f"{where}: unknown field `{one.name}`{did_you_mean(one.name, known)}"
            else:
                inner = wanted.field(known.index(one.name)).type
                yield from _misfit(f"{where}, field `{one.name}`", one.type, inner)
    elif not _fits(found, wanted):
        yield f"{where} holds {found}, and {in_words(wanted)} is expected"


def _fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_null(found) or found == wanted:
        return True
    if pa.types.is_floating(wanted):
        return bool(pa.types.is_integer(found) or pa.types.is_floating(found))
    if pa.types.is_string(wanted):
        inner = found.value_type if pa.types.is_dictionary(found) else found
        return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))
    return False


def _is_list(one: pa.DataType) -> bool:
    return bool(pa.types.is_list(one) or pa.types.is_large_list(one))


def in_words(wanted: pa.DataType) -> str:
    """A type in words."""
    if _is_list(wanted):
        return "a list of records" if pa.types.is_struct(wanted.value_type) else "a list of texts"
    if pa.types.is_boolean(wanted):
        return "true or false (bool)"
    if pa.types.is_floating(wanted):
        return "a number (double)"
    if pa.types.is_date32(wanted):
        return "a day (date32)"
    return "a text (string)"
