"""JSON Schema of the files that authors and offices write, for completion and checking in an editor.

The keys come from the models that the loader uses; facts, values, procedures and regions from the loaded
vocabulary, each fact with its question. What a schema accepts may still not load: levels are read by the
anatomy, and a fact must stand in the right part of a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from checker.authoring.lint.catalogue import RULES
from checker.authoring.parts import specs
from checker.authoring.proofs import CODES
from checker.case import CaseFile
from checker.charting import EvidenceEntry
from checker.guideline import NOT_STATED, GuidelineFile
from checker.relations import RelationEntry
from checker.rulebase import RuleBase
from checker.searchorder import SearchOrderFile
from checker.vocabulary import (
    ENTRIES,
    Boolean,
    Date,
    DerivedEntry,
    Enum,
    FactSpec,
    JointsEntry,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
    VocabularyFile,
)

Schema: TypeAlias = "dict[str, Any]"

DRAFT = "http://json-schema.org/draft-07/schema#"
_SILENCE = {
    "enum": ["not documented", "not asked"],
    "description": "The chart was read and is silent, or nobody has looked yet.",
}
_DAY: Schema = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_BOUNDS = ("at_least", "at_most", "more_than", "less_than")

_SAYS: Mapping[str, str] = {
    "GuidelineFile.id": "The path in the rule base, without the suffix.",
    "GuidelineFile.title": "What it is about, in one line.",
    "GuidelineFile.source": "Where its criteria come from.",
    "GuidelineFile.in_force": "The days on which this edition governs.",
    "GuidelineFile.covers": "The requests that it speaks of.",
    "GuidelineFile.notes": "What a reader should know about the source.",
    "GuidelineFile.criteria": "Its criteria, in the order in which they are read.",
    "CriterionEntry.id": "Its name: lower-case words joined by `-`.",
    "CriterionEntry.item": "Where in the source it stands; a number in quotes.",
    "CriterionEntry.kind": "eligibility and administrative decide; conduct and outcome are advice.",
    "CriterionEntry.says": "The requirement in one sentence of our own.",
    "CriterionEntry.requires": "What it asks of the facts.",
    "CriterionEntry.when": "When it applies at all.",
    "CriterionEntry.unless": "An exception, which must be documented and is never presumed.",
    "CriterionEntry.if_silent": "What a silent chart means: presumed, counts_against or ask.",
    "CriterionEntry.fix": "What the office can do about it, in one sentence.",
    "CriterionEntry.verified": "False while it rests on memory and not on a source that was read.",
    "CriterionEntry.note": "What a reader should know about this criterion.",
    "CriterionEntry.examples": "Situations with the status they must have; they run as tests.",
    "ExampleEntry.name": "The situation in a few words.",
    "ExampleEntry.record": "closed: what is not mentioned is not documented; open: not asked.",
    "ExampleEntry.facts": "Only the facts that matter.",
    "ExampleEntry.expect": "The status that the criterion must have.",
    "Allowance.allow": "A lint rule, or a finding of a proof, that may be found here.",
    "Allowance.because": "Why that is right.",
    "CaseFile.case": "Its name.",
    "CaseFile.record": "closed: what is not mentioned is not documented; open: not asked.",
    "CaseFile.facts": "What the chart documents.",
    "CaseFile.requests": "The treatments that are asked for.",
}


def schemas(rules: RuleBase) -> dict[str, Schema]:
    """All of them, by the kind of file that they are for."""
    return {
        "guideline": guideline_schema(rules),
        "case": case_schema(rules),
        "vocabulary": vocabulary_schema(rules),
        "search-order": search_order_schema(rules),
    }


def guideline_schema(rules: RuleBase) -> Schema:
    """A guideline under a vocabulary."""
    schema = _of_model(GuidelineFile, "Guideline")
    definitions = schema["definitions"]
    _conditions_at(definitions["CriterionEntry"], ("requires", "when", "unless"))
    definitions["ExampleEntry"]["properties"]["facts"] = _described(
        {"allOf": [_ref("facts")]}, _SAYS["ExampleEntry.facts"]
    )
    schema["properties"]["covers"] = _described(_covers(rules), _SAYS["GuidelineFile.covers"])
    schema["properties"]["covers"]["required"] = ["procedure"]
    definitions |= _condition_definitions(rules) | _stated_definitions(rules)
    definitions["facts"] = _stated(_written(rules.vocabulary.facts.values()))
    return _finished(schema)


def case_schema(rules: RuleBase) -> Schema:
    """A case under a vocabulary: facts of the chart on top, facts of a request in the request."""
    schema = _of_model(CaseFile, "Case")
    definitions = schema["definitions"] | _stated_definitions(rules)
    schema["definitions"] = definitions
    written = _written(rules.vocabulary.facts.values())
    schema["properties"]["facts"] = _described(_stated(written), _SAYS["CaseFile.facts"])
    request = definitions["RequestEntry"]
    of_requests = [one for one in written if one.kind == "request"]
    request["properties"] |= _stated(of_requests)["properties"]
    request["properties"]["id"] = {"type": ["string", "integer"]}
    request["additionalProperties"] = False
    return _finished(schema)


def vocabulary_schema(rules: RuleBase) -> Schema:
    """The vocabulary itself: entries of facts by their types, procedures, relations."""
    schema = _of_model(VocabularyFile, "Vocabulary")
    definitions = schema["definitions"] | _condition_definitions(rules)
    schema["definitions"] = definitions
    kinds: list[Schema] = []
    models: list[type[BaseModel]] = [*ENTRIES.values(), JointsEntry, DerivedEntry]
    for model in models:
        own = _of_model(model, model.__name__)
        definitions |= own.pop("definitions", {})
        own.pop("$schema")
        _conditions_at(own, ("when", "derived_when"))
        if "fields" in own["properties"]:
            own["properties"]["fields"]["additionalProperties"] = _ref("fact")
        kinds.append(own)
    definitions["fact"] = {"anyOf": kinds}
    relation = _of_model(RelationEntry, "Relation")
    definitions |= relation.pop("definitions", {})
    relation.pop("$schema")
    _conditions_at(relation, ("when", "implies"))
    relation["properties"]["never_together"] = {
        "type": "array",
        "items": _ref("condition"),
        "minItems": 2,
    }
    schema["properties"]["facts"] = {"type": "object", "additionalProperties": _ref("fact")}
    schema["properties"]["relations"] = {"type": "array", "items": relation}
    return _finished(schema)


def search_order_schema(rules: RuleBase) -> Schema:
    """The search order under a rule base: its guidelines' ids can be completed."""
    schema = _of_model(SearchOrderFile, "Search order")
    for name, one in schema["definitions"].items():
        if "covers" in one["properties"]:
            one["properties"]["covers"] = _covers(rules)
        if name == "OrderEntry":
            one["properties"]["beside"]["items"] = {"enum": sorted(rules.guidelines)}
    return _finished(schema)


# Models ----------------------------------------------------------------------------------------------


def _of_model(model: type[BaseModel], title: str) -> Schema:
    """A model's schema, its parts named as in the code without the underscore, every key described."""
    made = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    schema: Schema = _renamed(made)
    schema["definitions"] = schema.pop("$defs", {})
    for name, one in {model.__name__: schema, **schema["definitions"]}.items():
        for key, part in one.get("properties", {}).items():
            part.pop("title", None)
            if said := _SAYS.get(f"{name}.{key}"):
                one["properties"][key] = _described(part, said)
    return {"$schema": DRAFT, **schema, "title": title}


def _renamed(value: Any) -> Any:
    """Without underscores before the names of parts, and without defaults, which editors would insert."""
    match value:
        case dict():
            left_out = [key for key in ("default", "title") if not isinstance(value.get(key), dict)]
            return {
                key.removeprefix("_"): _renamed(one)
                for key, one in value.items()
                if key not in left_out
            }
        case list():
            return [_renamed(one) for one in value]
        case str():
            return value.replace("#/definitions/_", "#/definitions/")
        case _:
            return value


def _finished(schema: Schema) -> Schema:
    """With the lint rules and the findings of proofs that may be allowed, where allowances are."""
    definitions = schema["definitions"]
    if "Allowance" in definitions:
        known = {**{one.id: one.title for one in RULES}, **CODES}
        definitions["Allowance"]["properties"]["allow"] |= {
            "enum": list(known),
            "enumDescriptions": list(known.values()),
        }
    return schema


def _described(schema: Schema, said: str) -> Schema:
    """A description beside a reference would not be seen; it goes around it."""
    return (
        {"allOf": [schema], "description": said}
        if "$ref" in schema
        else {**schema, "description": said}
    )


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _conditions_at(schema: Schema, keys: Iterable[str]) -> None:
    for key in keys:
        if key in schema["properties"]:
            said = schema["properties"][key].get("description", "")
            schema["properties"][key] = {"allOf": [_ref("condition")], "description": said}


# Conditions ------------------------------------------------------------------------------------------


def _condition_definitions(rules: RuleBase) -> dict[str, Schema]:
    """What a condition can be, on the case and on the records of each list."""
    facts = rules.vocabulary.facts
    definitions = {"condition": _condition(rules, facts, "condition")}
    for spec in specs(rules):
        if asked := _asked(rules, spec):
            definitions[f"asked.{spec.name}"] = asked
        if isinstance(spec.type, ListOf):
            name = f"record.{spec.name}"
            seen = {**spec.type.fields, **facts}
            definitions[name] = _condition(rules, seen, name, inside=True)
    return definitions


def _condition(
    rules: RuleBase, facts: Mapping[str, FactSpec], own: str, *, inside: bool = False
) -> Schema:
    parts = {"type": "array", "items": _ref(own), "minItems": 1}
    properties: Schema = {
        "all": _described(parts, "All parts are true."),
        "any": _described(parts, "One part is true."),
        "not": _described(_ref(own), "The part is false."),
    }
    sets = [one.name for one in facts.values() if isinstance(one.type, Levels | SetOf)]
    pair = {"type": "array", "items": {"enum": sets}, "minItems": 2, "maxItems": 2}
    properties["overlap"] = _described(pair, "Two sets share a member.")
    properties["within"] = _described(pair, "The first set lies inside the second.")
    if not inside:
        properties |= _quantifiers(rules)
    properties |= {
        spec.name: _ref(f"asked.{spec.name}") for spec in facts.values() if _asked(rules, spec)
    }
    return {
        "type": "object",
        "description": "A condition on the facts.",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }


def _quantifiers(rules: RuleBase) -> Schema:
    facts = rules.vocabulary.facts.values()
    lists = [one.name for one in facts if isinstance(one.type, ListOf)]
    sets = [one.name for one in facts if isinstance(one.type, Levels | SetOf)]
    number = {"type": "integer", "minimum": 0, "maximum": 99}
    numbers: Schema = {"at_least": number, "at_most": number}
    records = [_over(name, {}) for name in lists]
    counted = [_over(name, numbers) for name in lists]
    sizes = {
        "type": "object",
        "properties": {"of": {"enum": sets}, **numbers},
        "required": ["of"],
        "additionalProperties": False,
    }
    return {
        "some": _described({"anyOf": records}, "At least one record of a list is such."),
        "every": _described({"anyOf": records}, "Every record of a list is such."),
        "none": _described({"anyOf": records}, "No record of a list is such."),
        "count": _described({"anyOf": [*counted, sizes]}, "So many records, or members of a set."),
    }


def _over(name: str, numbers: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"of": {"enum": [name]}, "where": _ref(f"record.{name}"), **numbers},
        "required": ["of", "where"],
        "additionalProperties": False,
    }


def _asked(rules: RuleBase, spec: FactSpec) -> Schema | None:
    """What a condition may ask of a fact by its name; None where it is asked for otherwise."""
    match spec.type:
        case ListOf() | Levels() | TargetLabels():
            return None
        case SetOf():
            member = _value(rules, spec)["items"]
            either = {"anyOf": [member, {"type": "array", "items": member, "minItems": 1}]}
            return _about(spec, [_operators({"includes": either})])
        case Number() | Date():
            value = _value(rules, spec)
            others = _like(rules, spec)
            bound = {"anyOf": [value, {"enum": others}]} if others else value
            operators = dict.fromkeys(_BOUNDS, bound)
            return _about(spec, [value, _list_of(value), _operators({**operators, **_is(value)})])
        case _:
            value = _value(rules, spec)
            return _about(spec, [value, _list_of(value), _operators(_is(value))])


def _is(value: Schema) -> Schema:
    either = {"anyOf": [value, _list_of(value)]}
    return {"is": either, "is_not": either}


def _list_of(value: Schema) -> Schema:
    return {"type": "array", "items": value, "minItems": 1}


def _operators(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }


def _like(rules: RuleBase, spec: FactSpec) -> list[str]:
    """The facts that a fact's value can be compared with."""
    return [one.name for one in specs(rules) if one.name != spec.name and _kind(one) == _kind(spec)]


def _kind(spec: FactSpec) -> object:
    return spec.type.unit if isinstance(spec.type, Number) else type(spec.type)


# Values ----------------------------------------------------------------------------------------------


def _value(rules: RuleBase, spec: FactSpec) -> Schema:
    """A value of a fact as a file writes it."""
    match spec.type:
        case Boolean():
            return {"enum": [True, False, "yes", "no"]}
        case Number(_, low, high):
            return {"type": "number", "minimum": low, "maximum": high}
        case Enum(values):
            return {"enum": list(values), "enumDescriptions": list(values.values())}
        case SetOf(values):
            member = {"enum": list(values), "enumDescriptions": list(values.values())}
            return {"type": "array", "items": member}
        case Date():
            return _DAY
        case Levels() | TargetLabels():
            joints = {"enum": list(rules.anatomy.joints)}
            return {"type": "array", "items": {"anyOf": [joints, {"type": "string"}]}}
        case ListOf(fields):
            record = _stated(_written(fields.values()))
            record["properties"]["evidence"] = _ref("evidence")
            return {"type": "array", "items": record}


def _about(spec: FactSpec, either: list[Schema]) -> Schema:
    return {"description": _question(spec), "anyOf": either}


def _question(spec: FactSpec) -> str:
    """The question, where to look, and what counts."""
    unit = f" In {spec.type.unit}." if isinstance(spec.type, Number) else ""
    counts = f" Counts: {spec.counts}" if spec.counts else ""
    not_counts = f" Does not count: {spec.does_not_count}" if spec.does_not_count else ""
    return f"{spec.ask}{unit}{counts}{not_counts}".strip() or spec.name.replace("_", " ")


def _written(of: Iterable[FactSpec]) -> list[FactSpec]:
    return [one for one in of if one.written]


def _stated(of: Iterable[FactSpec]) -> Schema:
    """Facts with their values, each short or long."""
    return {
        "type": "object",
        "properties": {spec.name: _ref(f"stated.{spec.name}") for spec in of},
        "additionalProperties": False,
    }


def _stated_definitions(rules: RuleBase) -> dict[str, Schema]:
    evidence = _of_model(EvidenceEntry, "Evidence")
    evidence.pop("definitions")
    evidence.pop("$schema")
    definitions: dict[str, Schema] = {
        "evidence": {"anyOf": [evidence, {"type": "array", "items": evidence}]}
    }
    definitions |= {f"stated.{spec.name}": _statement(rules, spec) for spec in specs(rules)}
    return definitions


def _statement(rules: RuleBase, spec: FactSpec) -> Schema:
    value = _value(rules, spec)
    conflicting = {
        "type": "object",
        "properties": {
            "conflicting": {
                "type": "array",
                "items": {"anyOf": [value, _long(value)]},
                "minItems": 2,
            },
            "note": {"type": "string"},
        },
        "required": ["conflicting"],
        "additionalProperties": False,
    }
    return _about(spec, [value, _SILENCE, _long({"anyOf": [value, _SILENCE]}), conflicting])


def _long(value: Schema) -> Schema:
    """A value with what is known about it."""
    return {
        "type": "object",
        "properties": {
            "value": value,
            "grade": {"enum": ["explicit", "conclusory"]},
            "evidence": _ref("evidence"),
            "note": {"type": "string"},
        },
        "required": ["value"],
        "additionalProperties": False,
    }


def _covers(rules: RuleBase) -> Schema:
    """The choices of a request, each with the values that it can have."""
    properties: Schema = {}
    for spec in rules.vocabulary.facts.values():
        if spec.kind == "request" and isinstance(spec.type, Enum):
            known = {**spec.type.values, NOT_STATED: "The request does not say."}
            items = {"enum": list(known), "enumDescriptions": list(known.values())}
            properties[spec.name] = {
                "type": "array",
                "description": _question(spec),
                "items": items,
                "minItems": 1,
            }
    return {"type": "object", "properties": properties, "additionalProperties": False}
