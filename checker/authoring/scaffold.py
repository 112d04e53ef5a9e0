"""The beginnings of a guideline, a criterion and a fact: they load at once, and lint tells what to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

import yaml

from checker.authoring.layout import LayoutError, composed, end_line, scalar
from checker.errors import Place, Problem, RuleError, did_you_mean
from checker.rulebase import RuleBase
from checker.vocabulary import (
    RESERVED,
    Boolean,
    Date,
    Enum,
    FactSpec,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
)
from checker.yamlfile import parse

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FACT = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A condition on a fact as written, with values that meet it and that do not."""

    requires: str
    met: str
    not_met: str


def new_guideline(
    rules: RuleBase, name: str, fact: str, procedure: str | None, region: str | None
) -> str:
    """The text of a guideline with one criterion, which asks for one fact.

    Raises:
        RuleError: if the id is taken or no id, or a word is not in the vocabulary.
    """
    parts = PurePosixPath(name).parts
    if not parts or not all(_ID.fullmatch(part) for part in name.split("/")):
        hint = (
            "write lower-case words joined by `-`, and folders before them, as in odg/neck/blocks"
        )
        raise _refused(name, f"`{name}` is no id for a guideline; {hint}")
    if name in rules.guidelines:
        raise _refused(name, f"there is a guideline `{name}` already")
    procedures = rules.vocabulary.procedures
    if procedure is None:
        add = "for another one: checker rules new procedure NAME"
        hint = f"there are {', '.join(procedures)}; {add}"
        raise _refused(name, f"say which procedure it is about with --procedure; {hint}")
    _known(procedure, procedures, "procedure")
    covers = [f"  procedure: [{procedure}]"]
    if region:
        _known(region, rules.vocabulary.regions, "region")
        covers.append(f"  region: [{region}]")
    words = parts[-1].replace("-", " ")
    lines = [
        f"# {words.capitalize()}. What is still to be filled in: checker rules lint {name}",
        f"id: {name}",
        f"title: TODO {words}",
        "source: {publisher: TODO, section: TODO}  # also chapter, edition, year, pages, url",
        f"in_force: {{from: {date(2000, 1, 1)}}}  # TODO the first day; until, if there is a last one",
        "covers:  # the requests that it speaks of; not_stated stands for a request that does not say",
        *covers,
        "notes: TODO since which day it is in force, and where it was read.",
        "",
        "criteria:",
        *_criterion(_spec(rules, fact), f"{fact.replace('_', '-')}"),
    ]
    return "\n".join(lines) + "\n"


def with_criterion(rules: RuleBase, file: str, text: str, name: str, fact: str) -> str:
    """A guideline's text with one more criterion at the end.

    Raises:
        RuleError: if the id is taken or no id, or there is no such fact.
    """
    if not _ID.fullmatch(name):
        raise _refused(name, f"`{name}` is no id; write lower-case words joined by `-`")
    document = parse(file, text.encode(), RuleError)
    known = [
        document.at(("criteria", index)).get("id") for index in document.indexes(("criteria",))
    ]
    if name in known:
        raise _refused(name, f"there is a criterion `{name}` already")
    entry = _criterion(_spec(rules, fact), name)
    return _added(file, text, "criteria", ["", *entry])


def with_fact(rules: RuleBase, file: str, text: str, name: str, kind: str) -> str:
    """The vocabulary's text with one more fact at the end.

    Raises:
        RuleError: if the name is taken or no name.
    """
    if not _FACT.fullmatch(name) or name in RESERVED:
        raise _refused(
            name, f"`{name}` is no name for a fact; write lower-case words joined by `_`"
        )
    if name in rules.vocabulary.facts:
        raise _refused(name, f"there is a fact `{name}` already")
    if of := rules.vocabulary.list_of(name):
        raise _refused(name, f"`{name}` is a field of `{of}` already")
    return _added(file, text, "facts", ["", *_fact(name, kind)])


def with_procedure(
    rules: RuleBase, file: str, text: str, name: str, title: str | None, targets: str
) -> str:
    """The vocabulary's text with one more procedure at the end; without a title, its name in words.

    Raises:
        RuleError: if the name is taken or no name.
    """
    if not _FACT.fullmatch(name):
        hint = "write lower-case words joined by `_`"
        raise _refused(name, f"`{name}` is no name for a procedure; {hint}")
    if name in rules.vocabulary.procedures:
        raise _refused(name, f"there is a procedure `{name}` already")
    words = scalar(title or name.replace("_", " ").capitalize(), in_flow=True)
    return _added(file, text, "procedures", [f"  {name}: {{title: {words}, targets: {targets}}}"])


def fact_to_ask(rules: RuleBase) -> str:
    """A fact for a first criterion, where the author names none: one that is true or false."""
    facts = [one for one in rules.vocabulary.facts.values() if one.written]
    simple = [one for one in facts if isinstance(one.type, Boolean) and not one.informational]
    return (simple or facts)[0].name


def _refused(name: str, message: str) -> RuleError:
    return RuleError([Problem(Place(f"checker rules new {name}"), message)])


def _known(word: str, known: Iterable[str], what: str) -> None:
    words = list(known)
    if word not in words:
        hint = did_you_mean(word, words) or f"; there are {', '.join(words)}"
        if what == "procedure":
            hint += f"; to add it: checker rules new procedure {word}"
        raise _refused(word, f"unknown {what} `{word}`{hint}")


def _spec(rules: RuleBase, fact: str) -> FactSpec:
    spec = rules.vocabulary.facts.get(fact)
    if spec is None:
        hint = did_you_mean(fact, rules.vocabulary.facts)
        add = hint or f"; add it first: checker rules new fact {fact}"
        raise _refused(fact, f"unknown fact `{fact}`{add}")
    if not spec.written or isinstance(spec.type, TargetLabels | ListOf):
        reason = "a scaffold needs a fact that a chart gives in one value"
        raise _refused(fact, f"`{fact}` is derived, computed or a list; {reason}")
    return spec


def _criterion(spec: FactSpec, name: str) -> Iterator[str]:
    asked = _asked(spec)
    fact = spec.name
    yield f"  - id: {name}"
    yield "    item: TODO where in the source"
    yield "    kind: eligibility  # eligibility and administrative decide; conduct and outcome are advice"
    yield "    says: TODO the requirement in one sentence of your own."
    if not spec.ask.startswith("TODO"):
        yield f"    # {spec.ask}"
    yield f"    requires: {asked.requires}"
    yield "    if_silent: counts_against  # or presumed, or ask: what a silent chart means"
    yield "    fix: TODO what the office can do about it."
    yield "    verified: false  # true once it was read in the source"
    yield "    examples:  # situations with the status they must have; they run as tests"
    yield f"      - {{name: TODO a situation that meets it, facts: {{{fact}: {asked.met}}}, expect: met}}"
    yield f"      - {{name: TODO one that does not, facts: {{{fact}: {asked.not_met}}}, expect: not met}}"
    yield "      - {name: TODO a silent chart, facts: {}, expect: missing}"
    if spec.when is not None or spec.at_best == "conclusory":
        return
    yield "      - {name: TODO a draft in which nobody was asked, record: open, facts: {}, expect: to answer}"


def _asked(spec: FactSpec) -> _Asked:
    """A plain condition for a fact of this type."""
    fact = spec.name
    match spec.type:
        case Boolean():
            return _Asked(f"{{{fact}: true}}", "true", "false")
        case Number(_, low, high):
            bound = min(low + 1, high)
            return _Asked(f"{{{fact}: {{at_least: {bound:g}}}}}", f"{bound:g}", f"{low:g}")
        case Enum(values):
            first, *others = [scalar(one, in_flow=True) for one in values]
            return _Asked(f"{{{fact}: {first}}}", first, (others or [first])[0])
        case SetOf(values):
            first = scalar(next(iter(values)), in_flow=True)
            return _Asked(f"{{{fact}: {{includes: {first}}}}}", f"[{first}]", "[]")
        case Levels():
            return _Asked(f"{{count: {{of: {fact}, at_least: 1}}}}", "[L4-5]", "[]")
        case Date():
            day, before = date(2015, 9, 21), date(2015, 9, 20)
            return _Asked(f"{{{fact}: {{at_least: {day}}}}}", str(day), str(before))
        case _:
            raise AssertionError(spec.type)


def _fact(name: str, kind: str) -> Iterator[str]:
    words = name.replace("_", " ")
    yield f"  {name}:"
    yield f"    type: {kind}"
    if kind == "number":
        yield "    unit: TODO the unit, such as weeks"
        yield "    from: 0"
        yield "    to: 100  # the greatest value that can be right"
    if kind in ("enum", "set"):
        yield "    values:"
        yield "      first_value: TODO what it means"
        yield "      second_value: TODO what it means"
    yield "    kind: chart  # or request, care, history: what an office can do about it"
    yield f"    ask: TODO the question to the chart about {words}?"
    yield "    where: TODO where in the chart to look"
    yield "    counts: TODO which words count as a statement"
    yield "    does_not_count: TODO which do not"


def _added(file: str, text: str, key: str, lines: list[str]) -> str:
    """A text with lines after the last entry of a block, indented as its entries are."""
    text = text.replace("\r\n", "\n")
    root = composed(text)
    node = next((value for name, value in root.value if name.value == key), None)
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        message = f"`{key}` has no entry in a line of its own; write one by hand first"
        raise RuleError([Problem(Place(file), message)])
    old = text.split("\n")
    last = node.value[-1]
    end = end_line(last[1] if isinstance(last, tuple) else last, old) + 1
    column = _column(node)
    moved = [" " * column + one[2:] if one else "" for one in lines]
    written = "\n".join([*old[:end], *moved, *old[end:]])
    before = parse(file, text.encode(), RuleError).value[key]
    after = parse(file, written.encode(), RuleError).value[key]
    kept = after[: len(before)] if isinstance(after, list) else {one: after[one] for one in before}
    if kept != before or len(after) != len(before) + 1:
        raise LayoutError(f"{file}: nothing can be added without a change of what is there")
    return written if written.endswith("\n") else f"{written}\n"


def _column(node: yaml.CollectionNode) -> int:
    """The column in which the entries of a block begin."""
    return int(node.start_mark.column)
