"""The rule base as pages of Markdown to read and to sign: one for each guideline, one for the facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from checker.audit.comparison import Compared
from checker.authoring.parts import names_in
from checker.guideline import Criterion, Example, Guideline
from checker.render.rules import ROLES, WHEN_SILENT, count, covers_words
from checker.render.words import DISCLAIMER, condition_words
from checker.rulebase import RuleBase
from checker.vocabulary import Enum, FactSpec, ListOf, Number, SetOf, in_words
from checker.wording import fact_words, plain

VOCABULARY_PAGE = "vocabulary.md"
INDEX_PAGE = "README.md"

_SIGNS = re.compile(r"([\\`*_<>\[\]|#])")


@dataclass(frozen=True, slots=True)
class Turned:
    """A decided request in which a criterion counted, for us or for the reviewer."""

    name: str
    status: str
    outcome: str
    reviewer_names_it: bool


def pages(rules: RuleBase, compared: Iterable[Compared]) -> dict[str, str]:
    """The text of every page, by its path in the folder."""
    turned = _turned(compared)
    found = {
        f"{one.id}.md": _guideline_page(rules, one, turned) for one in rules.guidelines.values()
    }
    found[VOCABULARY_PAGE] = _vocabulary_page(rules)
    found[INDEX_PAGE] = _index(rules)
    return {name: f"{text.rstrip()}\n" for name, text in sorted(found.items())}


def _turned(compared: Iterable[Compared]) -> Mapping[tuple[str, str], list[Turned]]:
    """By guideline and criterion, the requests in which it was unmet, or in which a reviewer names it."""
    found: dict[tuple[str, str], list[Turned]] = {}
    for one in compared:
        guideline = one.determination.guideline
        for judged in one.determination.judged if guideline else ():
            named = judged.criterion.id in one.decision.grounds
            if guideline and (judged.counts_against or named):
                name = f"{one.determination.case.name}, request {one.request.id}"
                entry = Turned(name, judged.status, one.decision.outcome, named)
                found.setdefault((guideline.id, judged.criterion.id), []).append(entry)
    return found


# A guideline -----------------------------------------------------------------------------------------


def _guideline_page(
    rules: RuleBase, guideline: Guideline, turned: Mapping[tuple[str, str], list[Turned]]
) -> str:
    vocabulary = "../" * (len(PurePosixPath(guideline.id).parts) - 1) + VOCABULARY_PAGE
    verified = sum(one.verified for one in guideline.criteria)
    lines = [
        f"# {_text(guideline.title)}",
        "",
        f"`{guideline.id}`",
        "",
        "| | |",
        "|---|---|",
        f"| source | {_text(guideline.source.cited)} |",
        *([f"| address | <{guideline.source.url}> |"] if guideline.source.url else []),
        f"| in force | {guideline.since} to {guideline.until or 'now'} |",
        f"| covers | {_text(covers_words(guideline))} |",
        f"| criteria | {len(guideline.criteria)}, {verified} of them verified against the source |",
        "",
        *([_text(guideline.notes), ""] if guideline.notes else []),
        DISCLAIMER,
    ]
    for number, criterion in enumerate(guideline.criteria, 1):
        cases = turned.get((guideline.id, criterion.id), [])
        lines += ["", *_criterion(rules, guideline, number, criterion, vocabulary), *_cases(cases)]
    return "\n".join(lines)


def _criterion(
    rules: RuleBase, guideline: Guideline, number: int, criterion: Criterion, vocabulary: str
) -> Iterator[str]:
    yield f"## {number}. {criterion.id}"
    yield ""
    yield f"**{_text(criterion.says)}**"
    yield ""
    yield f"- Source: {_text(guideline.citation(criterion))}"
    yield f"- Role: {ROLES[criterion.kind]}"
    if criterion.when:
        yield f"- Applies when: {_text(condition_words(criterion.when))}"
    yield f"- Needs: {_text(condition_words(criterion.requires))}"
    if criterion.unless:
        yield f"- Unless it is documented: {_text(condition_words(criterion.unless))}"
    yield f"- Silence: {WHEN_SILENT[criterion.if_silent]}"
    yield f"- To do: {_text(criterion.fix)}"
    yield f"- Verified against the source: {'yes' if criterion.verified else '**no**'}"
    if criterion.note:
        yield f"- Note: {_text(criterion.note)}"
    yield ""
    yield "Questions to the chart:"
    yield ""
    for spec in _facts(rules, criterion):
        yield f"- [{spec.name}]({vocabulary}#{spec.name}): {_text(spec.ask)}"
    yield ""
    yield "| situation | facts | status |"
    yield "|---|---|---|"
    for example in criterion.examples:
        yield f"| {_text(example.name)} | {_text(_facts_words(rules, example))} | {example.expect} |"


def _facts(rules: RuleBase, criterion: Criterion) -> list[FactSpec]:
    """The facts of the case that a criterion names, derived ones and what they come from included."""
    names = (name for condition in criterion.conditions for name in names_in(condition))
    facts = rules.vocabulary.facts
    return [facts[name] for name in dict.fromkeys(names) if name in facts]


def _facts_words(rules: RuleBase, example: Example) -> str:
    said = [
        f"{plain(name)}: {fact_words(fact, rules.anatomy)}" for name, fact in example.facts.items()
    ]
    if example.record == "open":
        said.append("nothing else was asked yet" if said else "nothing was asked yet")
    return "; ".join(said) or "the chart is silent"


def _cases(turned: Sequence[Turned]) -> Iterator[str]:
    if not turned:
        return
    yield ""
    yield "Decided cases that turned on it:"
    yield ""
    for one in turned:
        named = "names it too" if one.reviewer_names_it else "does not name it"
        yield f"- {_text(one.name)}: {one.status}; the reviewer ({one.outcome}) {named}"


# The vocabulary --------------------------------------------------------------------------------------


def _vocabulary_page(rules: RuleBase) -> str:
    lines = [
        "# Vocabulary",
        "",
        f"{count(len(rules.vocabulary.facts), 'fact')}, each a question to the chart.",
    ]
    for spec in rules.vocabulary.facts.values():
        lines += ["", *_fact(rules, spec, "## ")]
    lines += ["", "# Relations", "", "What no chart can say together:", ""]
    lines += [f"- `{one.id}`: {_text(one.says)}" for one in rules.relations]
    return "\n".join(lines)


def _fact(rules: RuleBase, spec: FactSpec, heading: str) -> Iterator[str]:
    yield f"{heading}{spec.name}"
    yield ""
    if spec.ask:
        yield _text(spec.ask)
        yield ""
    yield f"- Type: {_type_words(spec)}"
    yield f"- An office can: {_KINDS[spec.kind]}"
    for what, said in (
        ("Look in", spec.where),
        ("Counts", spec.counts),
        ("Does not count", spec.does_not_count),
    ):
        if said:
            yield f"- {what}: {_text(said)}"
    if guard := rules.vocabulary.guards.get(spec.name):
        yield f"- Asked only when: {_text(condition_words(guard))}"
    if spec.joints_of:
        yield f"- Computed from `{spec.joints_of}`"
    if spec.derived_when:
        yield "- Derived from other facts"
    if spec.at_best == "conclusory":
        yield "- Never more than a conclusion"
    if spec.informational:
        yield "- No criterion asks for it"
    match spec.type:
        case Enum(values) | SetOf(values):
            yield ""
            yield "| value | means |"
            yield "|---|---|"
            yield from (f"| `{value}` | {_text(means)} |" for value, means in values.items())
        case ListOf(fields):
            for field in fields.values():
                yield ""
                yield from _fact(rules, field, "### ")
        case _:
            pass


_KINDS = {
    "chart": "write down what is known",
    "request": "amend the request",
    "care": "treat first",
    "history": "change nothing about it",
}


def _type_words(spec: FactSpec) -> str:
    if isinstance(spec.type, Number):
        return f"{in_words(spec.type)}, {spec.type.low:g} to {spec.type.high:g}"
    return in_words(spec.type)


# The index -------------------------------------------------------------------------------------------


def _index(rules: RuleBase) -> str:
    lines = [
        "# Guidelines",
        "",
        f"Rules `{rules.digest[:12]}`. The questions are in [the vocabulary]({VOCABULARY_PAGE}).",
        DISCLAIMER,
        "",
        "| guideline | source | in force | criteria | verified |",
        "|---|---|---|---|---|",
    ]
    for one in rules.guidelines.values():
        verified = sum(each.verified for each in one.criteria)
        lines.append(
            f"| [{_text(one.title)}]({one.id}.md) | {_text(one.source.publisher)} |"
            f" {one.since} to {one.until or 'now'} | {len(one.criteria)} | {verified} |"
        )
    return "\n".join(lines)


def _text(words: str) -> str:
    """Words in which no sign is taken for Markdown, in one line."""
    return _SIGNS.sub(r"\\\1", " ".join(words.split()))
