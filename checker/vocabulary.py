"""The vocabulary: every fact, procedure and region that a rule or a case may use, read from YAML.

A fact's entry is a question to the chart. It also says what values are possible, so that a misspelt fact,
value, unit or level is caught where it is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeAlias

from pydantic import Field

from checker.anatomy import ActsOn, Anatomy
from checker.condition import Condition
from checker.errors import LONGEST_QUOTE, but_found, closest, did_you_mean, quoted
from checker.fact import Grade, Value
from checker.yamlfile import Allowance, Document, FromFile, Many, Path_, Text

Kind = Literal["chart", "request", "care", "history"]
Remedy = Literal["document", "treat"]

RESERVED = frozenset({"all", "any", "not", "some", "every", "none", "count", "overlap", "within"})
"""Words of the rule language, which no fact may be named."""

_TAKEN = frozenset({"not documented", "not asked", "not_stated"})
"""Words for silence, which no value may be named."""

LARGEST = 10**12
FINEST = 4
"""Numbers have at most this many decimals and are smaller than `LARGEST`."""


class _Entry(FromFile):
    """What every fact's entry may say."""

    kind: Kind = "chart"
    ask: Text
    where: str | None = None
    counts: str | None = None
    does_not_count: str | None = None
    at_best: Literal["conclusory"] | None = None
    informational: bool = False
    when: Any = None
    lint: Many[Allowance] = ()


class _BooleanEntry(_Entry):
    type: Literal["boolean"]


class _NumberEntry(_Entry):
    type: Literal["number"]
    unit: Text
    from_: float | None = Field(None, alias="from")
    to: float | None = None
    more: Literal["helps", "hurts"] | None = None


class _EnumEntry(_Entry):
    type: Literal["enum"]
    values: dict[str, Text]
    unfinished: dict[str, Remedy] | None = None


class _SetEntry(_Entry):
    type: Literal["set"]
    values: dict[str, Text]


class _LevelsEntry(_Entry):
    type: Literal["levels"]


class _TargetsEntry(_Entry):
    type: Literal["targets"]


class _DateEntry(_Entry):
    type: Literal["date"]


class _ListEntry(_Entry):
    type: Literal["list"]
    fields: dict[str, Any]


class JointsEntry(_Entry):
    """A set of joints that is computed from written levels."""

    joints_of: Text
    ask: str = ""


class DerivedEntry(_Entry):
    """A fact that follows from others."""

    derived_when: Any


ENTRIES: Mapping[str, type[_Entry]] = {
    "boolean": _BooleanEntry,
    "number": _NumberEntry,
    "enum": _EnumEntry,
    "set": _SetEntry,
    "levels": _LevelsEntry,
    "targets": _TargetsEntry,
    "date": _DateEntry,
    "list": _ListEntry,
}


_TELL_THE_TYPE = ("type", "joints_of", "derived_when")


class ProcedureEntry(FromFile):
    """A procedure that a request may ask for; `targets` says what its levels name by default.

    An audit scores the rule base on the procedures that are `scored`, or on all if none is.
    """

    title: Text
    targets: ActsOn
    scored: bool = False


class VocabularyFile(FromFile):
    """`vocabulary.yaml` as it stands in the file."""

    facts: dict[str, Any]
    procedures: dict[str, ProcedureEntry]
    regions: dict[str, Text]
    grounds: dict[str, Text] = {}
    relations: Many[Any] = ()


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


def in_words(kind: FactType) -> str:
    """What a fact of this type is, to end a sentence with."""
    match kind:
        case Boolean():
            return "true or false"
        case Number():
            return f"a number of {kind.unit}"
        case Enum():
            return "a choice of values"
        case SetOf():
            return "a set"
        case Levels():
            return "a set of levels"
        case TargetLabels():
            return "levels as written"
        case Date():
            return "a date"
        case ListOf():
            return "a list of records"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One entry of the vocabulary.

    `joints_of` names the written levels that a set of joints is computed from; `derived_when` leads to the
    condition of a derived fact in the vocabulary file. Neither kind is ever written in a case. `when` leads to
    the condition without which the fact is not asked. `unfinished` names the values of a choice that another
    can still follow, once it is documented or once treatment has gone on; None: any value can be followed.
    `more` says of a number that more of it never turns a criterion against a request (`helps`), or never for
    it (`hurts`); `rules prove` holds the criteria to it.
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
    when: Path_ | None = None
    unfinished: Mapping[str, Remedy] | None = None
    more: Literal["helps", "hurts"] | None = None

    @property
    def written(self) -> bool:
        """Whether a case may state the fact itself."""
        return self.joints_of is None and self.derived_when is None


@dataclass(frozen=True)
class Vocabulary:
    """All facts, procedures, regions and reviewers' reasons that exist.

    `guards` are the conditions without which a fact is not asked. `unread` names the facts and fields whose
    entries have a problem; nothing more is said where they are used.
    """

    facts: Mapping[str, FactSpec]
    procedures: Mapping[str, ProcedureEntry]
    regions: Mapping[str, str]
    grounds: Mapping[str, str]
    anatomy: Anatomy
    unread: frozenset[str] = frozenset()
    guards: Mapping[str, Condition] = field(default_factory=dict)

    def scores(self, procedure: object) -> bool:
        """Whether an audit counts a procedure among those that the rule base is scored on."""
        scored = [name for name, entry in self.procedures.items() if entry.scored]
        return not scored or procedure in scored

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
                none = "an empty list [] says that there are none"
                raise ValueError(f"expected a list of records{but_found(written)}; {none}")

    def list_of(self, name: str) -> str | None:
        """The list whose records have a field of this name."""
        for spec in self.facts.values():
            if isinstance(spec.type, ListOf) and name in spec.type.fields:
                return spec.name
        return None

    def faults(self, spec: FactSpec, written: Any) -> list[tuple[Path_, str]]:
        """What is wrong with a value as written, with the way to it: the place in a list, or the whole."""
        problem = self._fault(spec, written)
        if problem is None:
            return []
        members = written if isinstance(spec.type, SetOf | Levels | TargetLabels) else None
        found = [((index,), self._fault(spec, [one])) for index, one in enumerate(_items(members))]
        return [(path, said) for path, said in found if said] or [((), problem)]

    def _fault(self, spec: FactSpec, written: Any) -> str | None:
        try:
            self.value(spec, written)
        except ValueError as problem:
            return str(problem)
        return None


def _items(written: Any) -> list[Any]:
    return written if isinstance(written, list) else []


def _boolean(written: Any) -> bool:
    if isinstance(written, bool):
        return written
    if isinstance(written, str) and written.lower() in {"yes", "no", "true", "false"}:
        return written.lower() in {"yes", "true"}
    raise ValueError(f"expected `true` or `false`{but_found(written)}")


def _number(kind: Number, written: Any) -> int | float:
    if isinstance(written, str):
        raise ValueError(_no_number(kind, written))
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise ValueError(f"expected a number of {kind.unit}{but_found(written)}")
    if not kind.low <= written <= kind.high:
        raise ValueError(f"{written} {kind.unit} is outside {kind.low:g} to {kind.high:g}")
    if round(written, FINEST) != written:
        raise ValueError(f"{written} has more than {FINEST} decimals")
    return int(written) if written == int(written) else written


def _no_number(kind: Number, written: str) -> str:
    """Why a text is no number: it has quotes, or a unit."""
    match = re.fullmatch(r"([-+]?[0-9]+(?:\.[0-9]+)?)\s*([A-Za-z%]*)", written)
    if match is None:
        return f"expected a number of {kind.unit}, not {quoted(written)}"
    if not match[2] and not kind.low <= float(match[1]) <= kind.high:
        return f"{quoted(written)} {kind.unit} is outside {kind.low:g} to {kind.high:g}"
    if match[2].lower() in {"", kind.unit, kind.unit.rstrip("s")} or (match[2], kind.unit) == (
        "%",
        "percent",
    ):
        how = "without its unit" if match[2] else "without quotes"
        return f"write the number {how}: {match[1]}"
    return f"{quoted(written)} is not in {kind.unit}; write the number of {kind.unit}"


def _one_of(values: Mapping[str, str], written: Any) -> str:
    text = str(written).lower() if isinstance(written, bool | int) else written
    if isinstance(text, str) and text in values:
        return text
    if text is None:
        raise ValueError(f"expected one of {_choices(values)}{but_found(written)}")
    raise ValueError(
        f"{quoted(written)} is not one of {_choices(values)}{did_you_mean(text, values)}"
    )


def _choices(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _list(written: Any) -> list[Any]:
    if isinstance(written, list):
        return written
    such_as = (
        f" such as [{written}]" if isinstance(written, str) and len(written) < LONGEST_QUOTE else ""
    )
    none = "; an empty list [] says that there are none"
    raise ValueError(f"expected a list{such_as}{'' if such_as else but_found(written)}{none}")


def _text(written: Any) -> str:
    if not isinstance(written, str):
        raise ValueError(f"expected a level such as L4-5{but_found(written)}")
    return written


def _day(written: Any) -> date:
    if isinstance(written, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise ValueError(f"write the date without quotes: {written}")
    if not isinstance(written, date):
        raise ValueError(f"expected a date such as 2015-09-21{but_found(written)}")
    return written


# Reading ---------------------------------------------------------------------------------------------


def load_vocabulary(document: Document, anatomy: Anatomy) -> Vocabulary | None:
    """The vocabulary in a document, or None after reporting what is wrong with it."""
    file = document.read(VocabularyFile)
    facts = _facts(document, file)
    _check_fields(document, facts)
    facts = _with_targets(document, ("facts",), facts, _unread(document, facts))
    unread = _unread(document, facts)
    if file is None:
        return None
    for name in ("procedures", "regions"):
        if not getattr(file, name):
            document.report((name,), "expected at least one entry")
    return Vocabulary(facts, file.procedures, file.regions, file.grounds, anatomy, unread)


def _facts(document: Document, file: VocabularyFile | None) -> dict[str, FactSpec]:
    procedures = {name: one.title for name, one in file.procedures.items()} if file else {}
    facts = {
        "procedure": _built_in("procedure", procedures),
        "region": _built_in("region", file.regions if file else {}),
    }
    for name in document.keys(("facts",)):
        path = ("facts", name)
        if name in ("procedure", "region"):
            document.report(path, f"`{name}` exists of itself; leave it out", at_key=True)
        elif spec := _spec(document, path, name):
            facts[name] = spec
    return facts


def _unread(document: Document, facts: Mapping[str, FactSpec]) -> frozenset[str]:
    """The facts and fields that are in the file and did not load."""
    written = [("facts", name) for name in document.keys(("facts",))]
    fields = [
        (*path, "fields", name) for path in written for name in document.keys((*path, "fields"))
    ]
    loaded = set(facts)
    for spec in facts.values():
        loaded |= set(spec.type.fields) if isinstance(spec.type, ListOf) else set()
    return frozenset(path[-1] for path in [*written, *fields]) - loaded


def _built_in(name: str, values: Mapping[str, str]) -> FactSpec:
    ask, where = {
        "procedure": (
            "What is requested?",
            "Request for authorization, or the letter's disputed items",
        ),
        "region": ("Which region of the spine?", "Request for authorization"),
    }[name]
    return FactSpec(name, Enum(values), "request", ask, where)


def _spec(document: Document, path: Path_, name: str, *, in_list: bool = False) -> FactSpec | None:
    if name in RESERVED:
        message = f"`{name}` is a word of the rule language; choose another name"
        document.report(path, message, at_key=True)
        return None
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
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
    if in_list and isinstance(entry, _ListEntry | DerivedEntry):
        document.report(path, "a field of a record cannot be a list of records or derived")
        return None
    if in_list and isinstance(entry, _NumberEntry) and entry.more:
        document.report(
            (*path, "more"), "`more` is for facts of the case, not for fields of a record"
        )
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
        joints_of=entry.joints_of if isinstance(entry, JointsEntry) else None,
        derived_when=(*path, "derived_when") if isinstance(entry, DerivedEntry) else None,
        when=(*path, "when") if "when" in raw else None,
        unfinished=entry.unfinished if isinstance(entry, _EnumEntry) else None,
        more=entry.more if isinstance(entry, _NumberEntry) else None,
    )


def _model_of(document: Document, path: Path_, raw: Any) -> type[_Entry] | None:
    if not isinstance(raw, dict):
        document.report(path, f"expected keys such as `type`, `ask`{but_found(raw)}")
        return None
    if "derived_when" in raw:
        return DerivedEntry
    if "joints_of" in raw:
        return JointsEntry
    kind = raw.get("type")
    if isinstance(kind, str) and kind in ENTRIES:
        return ENTRIES[kind]
    misspelt = [
        one for one in raw if closest(one, _TELL_THE_TYPE) and one not in _Entry.model_fields
    ]
    if kind is not None:
        message = f"{quoted(kind)} is no type{did_you_mean(kind, ENTRIES)}; the types are {_choices(ENTRIES)}"
        document.report((*path, "type"), message)
    elif misspelt:
        hint = did_you_mean(misspelt[0], _TELL_THE_TYPE)
        document.report((*path, misspelt[0]), f"unknown key `{misspelt[0]}`{hint}", at_key=True)
    else:
        document.report(path, f"`type` is missing; the types are {_choices(ENTRIES)}")
    return None


def _type(document: Document, path: Path_, entry: _Entry) -> FactType | None:
    match entry:
        case _NumberEntry():
            return _number_type(document, path, entry)
        case _EnumEntry() | _SetEntry():
            if not _check_values(document, (*path, "values"), entry.values):
                return None
            _check_unfinished(document, path, entry)
            return (Enum if isinstance(entry, _EnumEntry) else SetOf)(entry.values)
        case _LevelsEntry() | JointsEntry():
            return Levels()
        case _TargetsEntry():
            return TargetLabels()
        case _DateEntry():
            return Date()
        case _ListEntry():
            return _list_type(document, (*path, "fields"), entry)
        case _:
            return Boolean()


def _check_values(document: Document, path: Path_, values: Mapping[str, str]) -> bool:
    if not values:
        document.report(path, "expected at least one value")
    for name in _TAKEN.intersection(values):
        message = f"`{name}` says that there is no value; choose another name"
        document.report((*path, name), message, at_key=True)
    return bool(values) and not _TAKEN.intersection(values)


def _check_unfinished(document: Document, path: Path_, entry: _EnumEntry | _SetEntry) -> None:
    named = entry.unfinished if isinstance(entry, _EnumEntry) else None
    for name in named or ():
        if name not in entry.values:
            message = f"`{name}` is not one of the values{did_you_mean(name, entry.values)}"
            document.report((*path, "unfinished", name), message, at_key=True)


def _list_type(document: Document, path: Path_, entry: _ListEntry) -> ListOf | None:
    if not entry.fields:
        document.report(path, "expected at least one field")
    specs = {name: _spec(document, (*path, name), name, in_list=True) for name in entry.fields}
    fields = {name: spec for name, spec in specs.items() if spec}
    return ListOf(fields) if fields else None


def _number_type(document: Document, path: Path_, entry: _NumberEntry) -> Number | None:
    low = 0 if entry.from_ is None else entry.from_
    high = LARGEST if entry.to is None else entry.to
    if not -LARGEST <= low < high <= LARGEST:
        at = (*path, "to" if entry.to is not None else "from")
        document.report(
            at, f"`from` {low:g} `to` {high:g} is no range; write the smaller number first"
        )
        return None
    return Number(entry.unit, low, high)


def _check_fields(document: Document, facts: Mapping[str, FactSpec]) -> None:
    """A field named like a fact could not be told from it in a condition."""
    owner: dict[str, str] = {}
    for name, spec in facts.items():
        for part in spec.type.fields if isinstance(spec.type, ListOf) else ():
            path = ("facts", name, "fields", part)
            if part in facts:
                message = f"field `{part}` has the name of a fact; choose another name"
                document.report(path, message, at_key=True)
            elif part in owner:
                message = f"field `{part}` is a field of `{owner[part]}` too; choose another name"
                document.report(path, message, at_key=True)
            owner[part] = name


def _with_targets(
    document: Document, base: Path_, group: Mapping[str, FactSpec], broken: Collection[str]
) -> dict[str, FactSpec]:
    """The facts of one group, without those whose joints are computed from what is no target."""
    targets = [one.name for one in group.values() if isinstance(one.type, TargetLabels)]
    kept: dict[str, FactSpec] = {}
    for name, spec in group.items():
        if isinstance(spec.type, ListOf):
            path = (*base, name, "fields")
            fields = _with_targets(document, path, spec.type.fields, broken)
            kept |= {name: replace(spec, type=ListOf(fields))} if fields else {}
        elif spec.joints_of is None or spec.joints_of in targets:
            kept[name] = spec
        elif spec.joints_of not in broken:
            hint = did_you_mean(spec.joints_of, targets)
            message = f"`{spec.joints_of}` is no fact of type `targets` here{hint}"
            document.report((*base, name, "joints_of"), message)
    return kept
