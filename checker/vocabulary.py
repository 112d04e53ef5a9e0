"""The vocabulary: every fact, procedure and region that a rule or a case may use, read from YAML.

A fact's entry is a question to the chart. It also says what values are possible, so that a misspelt fact,
value, unit or level is caught where it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from pydantic import Field

from checker.anatomy import ActsOn, Anatomy
from checker.errors import did_you_mean
from checker.fact import Grade, Value
from checker.yamlfile import Document, FromFile, Path_

Kind = Literal["chart", "request", "care", "history"]

RESERVED = frozenset({"all", "any", "not", "some", "every", "none", "count", "overlap", "within"})
"""Words of the rule language, which no fact may be named."""

LARGEST = 10**12
FINEST = 4
"""Numbers have at most this many decimals and are smaller than `LARGEST`."""


class _Entry(FromFile):
    """What every fact's entry may say."""

    kind: Kind = "chart"
    ask: str
    where: str | None = None
    counts: str | None = None
    does_not_count: str | None = None
    at_best: Literal["conclusory"] | None = None
    informational: bool = False


class _BooleanEntry(_Entry):
    type: Literal["boolean"]


class _NumberEntry(_Entry):
    type: Literal["number"]
    unit: str
    from_: float | None = Field(None, alias="from")
    to: float | None = None


class _EnumEntry(_Entry):
    type: Literal["enum"]
    values: dict[str, str]


class _SetEntry(_Entry):
    type: Literal["set"]
    values: dict[str, str]


class _LevelsEntry(_Entry):
    type: Literal["levels"]


class _TargetsEntry(_Entry):
    type: Literal["targets"]


class _DateEntry(_Entry):
    type: Literal["date"]


class _ListEntry(_Entry):
    type: Literal["list"]
    fields: dict[str, Any]


class _JointsEntry(_Entry):
    joints_of: str
    ask: str = ""


class _DerivedEntry(_Entry):
    derived_when: Any


_ENTRIES: dict[str, type[_Entry]] = {
    "boolean": _BooleanEntry,
    "number": _NumberEntry,
    "enum": _EnumEntry,
    "set": _SetEntry,
    "levels": _LevelsEntry,
    "targets": _TargetsEntry,
    "date": _DateEntry,
    "list": _ListEntry,
}


class ProcedureEntry(FromFile):
    """A procedure that a request may ask for; `targets` says what its levels name by default."""

    title: str
    targets: ActsOn


class VocabularyFile(FromFile):
    """`vocabulary.yaml` as it stands in the file."""

    facts: dict[str, Any]
    procedures: dict[str, ProcedureEntry]
    regions: dict[str, str]
    grounds: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of `unit` between `low` and `high`, both possible."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Enum:
    """One of `values`, each with its meaning."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetOf:
    """Any number of `values`, each with its meaning."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Levels:
    """A set of facet joints such as L4-5."""


@dataclass(frozen=True, slots=True)
class TargetLabels:
    """Levels as written: nerves, joints or ranges."""


@dataclass(frozen=True, slots=True)
class Date:
    """A day."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of records with these fields."""

    fields: Mapping[str, FactSpec]


FactType: TypeAlias = "Boolean | Number | Enum | SetOf | Levels | TargetLabels | Date | ListOf"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One entry of the vocabulary.

    `joints_of` names the written levels that a set of joints is computed from; `derived_when` leads to the
    condition of a derived fact in the vocabulary file. Neither kind is ever written in a case.
    """

    name: str
    type: FactType
    kind: Kind
    ask: str
    where: str | None
    counts: str | None = None
    does_not_count: str | None = None
    at_best: Grade = "explicit"
    informational: bool = False
    joints_of: str | None = None
    derived_when: Path_ | None = None

    @property
    def written(self) -> bool:
        """Whether a case may state the fact itself."""
        return self.joints_of is None and self.derived_when is None


@dataclass(frozen=True)
class Vocabulary:
    """All facts, procedures, regions and reviewers' reasons that exist."""

    facts: Mapping[str, FactSpec]
    procedures: Mapping[str, ProcedureEntry]
    regions: Mapping[str, str]
    grounds: Mapping[str, str]
    anatomy: Anatomy

    def value(self, spec: FactSpec, written: Any) -> Value:
        """The value of a fact as written in a file; lists of records are read by the caller.

        Raises:
            ValueError: with a message for the user, if the fact cannot have this value.
        """
        match spec.type:
            case Boolean():
                return _boolean(written)
            case Number():
                return _number(spec.type, written)
            case Enum():
                return _one_of(spec.type.values, written)
            case SetOf():
                return frozenset(_one_of(spec.type.values, one) for one in _list(written))
            case Levels():
                segments = (self.anatomy.segments(_text(one)) for one in _list(written))
                return frozenset(joint for joints in segments for joint in joints)
            case TargetLabels():
                labels = tuple(_text(one) for one in _list(written))
                self.anatomy.read(labels, "nerves")
                return labels
            case Date():
                return _day(written)
            case ListOf():
                raise ValueError("expected a list of records")


def _boolean(written: Any) -> bool:
    if isinstance(written, bool):
        return written
    if isinstance(written, str) and written.lower() in {"yes", "no", "true", "false"}:
        return written.lower() in {"yes", "true"}
    raise ValueError(f"expected `true` or `false`, not `{written}`")


def _number(kind: Number, written: Any) -> int | float:
    if isinstance(written, str) and (
        match := re.fullmatch(r"([-+]?[0-9.]+)\s*([A-Za-z%]+)", written)
    ):
        if match[2].lower() not in {kind.unit, kind.unit.rstrip("s")} and (match[2], kind.unit) != (
            "%",
            "percent",
        ):
            raise ValueError(f"`{written}` is not in {kind.unit}; write the number of {kind.unit}")
        raise ValueError(f"write the number alone: {match[1]}")
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise ValueError(f"expected a number of {kind.unit}, not `{written}`")
    if not kind.low <= written <= kind.high:
        raise ValueError(f"{written} {kind.unit} is outside {kind.low:g} to {kind.high:g}")
    if round(written, FINEST) != written:
        raise ValueError(f"{written} has more than {FINEST} decimals")
    return int(written) if written == int(written) else written


def _one_of(values: Mapping[str, str], written: Any) -> str:
    text = str(written).lower() if isinstance(written, bool) else written
    if text in values:
        return str(text)
    raise ValueError(f"`{written}` is not one of {_choices(values)}{did_you_mean(written, values)}")


def _choices(values: Mapping[str, str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _list(written: Any) -> list[Any]:
    if not isinstance(written, list):
        raise ValueError(
            f"expected a list such as [{written}]; an empty list [] says that there are none"
        )
    return written


def _text(written: Any) -> str:
    if not isinstance(written, str):
        raise ValueError(f"expected a level such as L4-5, not `{written}`")
    return written


def _day(written: Any) -> date:
    if not isinstance(written, date):
        raise ValueError(f"expected a date such as 2015-09-21, not `{written}`")
    return written


def load_vocabulary(document: Document, anatomy: Anatomy) -> Vocabulary | None:
    """The vocabulary in a document, or None after reporting what is wrong with it."""
    file = document.read(VocabularyFile)
    if file is None:
        return None
    facts = {
        "procedure": _built_in(
            "procedure", {name: one.title for name, one in file.procedures.items()}
        ),
        "region": _built_in("region", file.regions),
    }
    for name in file.facts:
        if name in facts:
            document.report(
                ("facts", name), f"`{name}` exists of itself; leave it out", at_key=True
            )
        elif spec := _spec(document, ("facts", name), name):
            facts[name] = spec
    _check_fields(document, facts)
    _check_joints_of(document, facts)
    for joint, entry in anatomy.joints.items():
        if entry.region not in file.regions:
            message = f"the anatomy puts {joint} in `{entry.region}`, which is no region here"
            document.report(("regions",), message)
    return Vocabulary(facts, file.procedures, file.regions, file.grounds, anatomy)


def _built_in(name: str, values: Mapping[str, str]) -> FactSpec:
    ask, where = {
        "procedure": (
            "What is requested?",
            "Request for authorization, or the letter's disputed items",
        ),
        "region": ("Which region of the spine?", "Request for authorization"),
    }[name]
    return FactSpec(name, Enum(values), "request", ask, where)


def _spec(document: Document, path: Path_, name: str, in_list: bool = False) -> FactSpec | None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name) or name in RESERVED:
        message = f"`{name}` is no name for a fact; write lower-case words joined by `_`"
        document.report(path, message, at_key=True)
        return None
    raw = document.at(path)
    model = _model_of(document, path, raw)
    if model is None or (entry := document.read(model, path)) is None:
        return None
    kind_of_fact = _type(document, path, entry)
    if kind_of_fact is None:
        return None
    if in_list and isinstance(entry, _ListEntry | _DerivedEntry):
        document.report(path, "a field of a record cannot be a list of records or derived")
        return None
    return FactSpec(
        name=name,
        type=kind_of_fact,
        kind=entry.kind,
        ask=entry.ask,
        where=entry.where,
        counts=entry.counts,
        does_not_count=entry.does_not_count,
        at_best=entry.at_best or "explicit",
        informational=entry.informational,
        joints_of=entry.joints_of if isinstance(entry, _JointsEntry) else None,
        derived_when=(*path, "derived_when") if isinstance(entry, _DerivedEntry) else None,
    )


def _model_of(document: Document, path: Path_, raw: Any) -> type[_Entry] | None:
    if not isinstance(raw, dict):
        document.report(path, "expected keys such as `type`, `ask` here")
        return None
    if "derived_when" in raw:
        return _DerivedEntry
    if "joints_of" in raw:
        return _JointsEntry
    kind = raw.get("type")
    if kind not in _ENTRIES:
        said = (
            "`type` is missing"
            if kind is None
            else f"unknown type `{kind}`{did_you_mean(kind, _ENTRIES)}"
        )
        document.report(
            (*path, "type"), f"{said}; the types are {_choices(dict.fromkeys(_ENTRIES, ''))}"
        )
        return None
    return _ENTRIES[kind]


def _type(document: Document, path: Path_, entry: _Entry) -> FactType | None:
    match entry:
        case _NumberEntry():
            return _number_type(document, path, entry)
        case _EnumEntry() | _SetEntry():
            if not entry.values:
                document.report((*path, "values"), "expected at least one value")
                return None
            return (Enum if isinstance(entry, _EnumEntry) else SetOf)(entry.values)
        case _LevelsEntry() | _JointsEntry():
            return Levels()
        case _TargetsEntry():
            return TargetLabels()
        case _DateEntry():
            return Date()
        case _ListEntry():
            fields = {
                name: _spec(document, (*path, "fields", name), name, in_list=True)
                for name in entry.fields
            }
            return ListOf({name: spec for name, spec in fields.items() if spec})
        case _:
            return Boolean()


def _number_type(document: Document, path: Path_, entry: _NumberEntry) -> Number | None:
    low = 0 if entry.from_ is None else entry.from_
    high = LARGEST if entry.to is None else entry.to
    if not -LARGEST <= low < high <= LARGEST:
        document.report(path, f"the range {low:g} to {high:g} holds no number")
        return None
    return Number(entry.unit, low, high)


def _check_fields(document: Document, facts: Mapping[str, FactSpec]) -> None:
    """A field named like a fact could not be told from it in a condition."""
    owner: dict[str, str] = {}
    for name, spec in facts.items():
        if not isinstance(spec.type, ListOf):
            continue
        for field in spec.type.fields:
            path = ("facts", name, "fields", field)
            if field in facts:
                document.report(path, f"field `{field}` has the name of a fact", at_key=True)
            elif field in owner:
                message = f"field `{field}` stands in `{owner[field]}` too"
                document.report(path, message, at_key=True)
            owner[field] = name


def _check_joints_of(document: Document, facts: Mapping[str, FactSpec]) -> None:
    groups: list[tuple[Path_, Mapping[str, FactSpec]]] = [(("facts",), facts)]
    for name, spec in facts.items():
        if isinstance(spec.type, ListOf):
            groups.append((("facts", name, "fields"), spec.type.fields))
    for base, group in groups:
        for name, spec in group.items():
            source = group.get(spec.joints_of or "")
            if spec.joints_of and (source is None or not isinstance(source.type, TargetLabels)):
                hint = did_you_mean(spec.joints_of, group)
                message = f"`{spec.joints_of}` is no fact of type `targets` here{hint}"
                document.report((*base, name, "joints_of"), message)
