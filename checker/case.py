"""A case: what a chart or a letter documents, and the treatments it asks for, read from one YAML file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from checker.charting import (
    FactReader,
    Facts,
    FactsFrom,
    RecordKind,
    complete,
    heard,
    silent,
    stray_nerves,
    too_many_conflicts,
)
from checker.decision import (
    Basis,
    Decision,
    DecisionEntry,
    NumberOrText,
    ReviewersOutcome,
    check_decision,
    decision_of,
)
from checker.errors import CaseError, Place, Problem, quoted
from checker.fact import Chart, Conflicting, Documented, Evidence, Fact, Grade, NotAsked
from checker.rulebase import RuleBase
from checker.vocabulary import FactSpec, TargetLabels, Vocabulary
from checker.wording import joined
from checker.yamlfile import Document, FromFile, Many, Path_, Text, parse, read

__all__ = [
    "Basis",
    "Case",
    "Decision",
    "LetterEntry",
    "Procedure",
    "Request",
    "ReviewerEntry",
    "ReviewersOutcome",
    "contradictions",
    "load_case",
    "parse_case",
    "parse_settings",
    "procedures",
]

_SAME_PROCEDURE = ("procedure", "region", "side", "intent")


class ReviewerEntry(FromFile):
    """Who reviewed, as far as the letter tells."""

    specialty: Many[str] = ()
    licensed_in: Many[str] = ()


class ReadEntry(FromFile):
    """How a case was read from a letter: from which file, in which layout, by what.

    `sha256` is that of the file, `rules` that of the rule base with its word lists.
    """

    file: Text
    sha256: Text
    layout: Text
    tool: Text
    rules: Text


class LetterEntry(FromFile):
    """The letter that a case is taken from."""

    id: Text
    read: ReadEntry | None = None
    jurisdiction: str | None = None
    ur_date: date | None = None
    decision_date: date | None = None
    claims_administrator: str | None = None
    reviewer: ReviewerEntry = ReviewerEntry()
    note: str | None = None


class RequestEntry(FromFile):
    """A request as it stands in the file; its other keys are facts."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    id: NumberOrText
    item: str | None = None
    kind: Text | None = None
    decision: DecisionEntry | None = None


class CaseFile(FromFile):
    """A case as it stands in the file."""

    case: Text
    about: str | None = None
    jurisdiction: str | None = None
    letter: LetterEntry | None = None
    record: RecordKind
    facts: dict[str, Any] = {}
    requests: Many[RequestEntry]


@dataclass(frozen=True, slots=True)
class Request:
    """One treatment asked for. `item` is its wording in one line; `decision` the reviewer's, if any.

    `kind` names the kind of treatment in plain words, so that what no guideline covers can be counted.
    """

    id: str
    item: str
    facts: Facts
    decision: Decision | None
    kind: str | None = None


@dataclass(frozen=True)
class Case:
    """One file: the facts of a chart and its requests."""

    name: str
    file: str
    about: str | None
    jurisdiction: str | None
    letter: LetterEntry | None
    record: RecordKind
    facts: Facts
    requests: tuple[Request, ...]

    def setting(self, facts: Mapping[str, Fact], rules: RuleBase) -> Case:
        """The same case with some facts replaced, those of requests in every request.

        Raises:
            CaseError: if it then says what no chart can say together.
        """
        if not facts:
            return self
        specs = rules.vocabulary.facts
        of_requests = {name: fact for name, fact in facts.items() if specs[name].kind == "request"}
        requests = tuple(replace(one, facts={**one.facts, **of_requests}) for one in self.requests)
        case = replace(self, facts={**self.facts, **facts}, requests=requests)
        if problems := [
            Problem(Place(self.file), message) for _, _, message in contradictions(case, rules)
        ]:
            raise CaseError(problems)
        return case


@dataclass(frozen=True, slots=True)
class Procedure:
    """Requests of one case for the same procedure, region, side and intent, with the chart they share.

    Their levels are counted together. `stray_nerves` are requested nerves that complete no joint. `stated` has
    the facts that the chart was completed from.
    """

    requests: tuple[Request, ...]
    chart: Chart
    stray_nerves: frozenset[str]
    stated: Facts


# Reading ---------------------------------------------------------------------------------------------


def load_case(path: Path, rules: RuleBase) -> Case:
    """The case in a file.

    Raises:
        CaseError: with every problem in it.
    """
    return case_in(read(path, CaseError), rules)


def parse_case(file: str, data: bytes, rules: RuleBase) -> Case:
    """The case in `data`, which messages call `file`; see `load_case`."""
    return case_in(parse(file, data, CaseError), rules)


def parse_settings(settings: Iterable[str], rules: RuleBase) -> Facts:
    """Facts from arguments such as `iv_sedation_planned=no` or `targets=[L3-4, L4-5]`.

    Raises:
        CaseError: with every problem in them.
    """
    facts: Facts = {}
    problems: list[Problem] = []
    for setting in settings:
        argument = f"--set {setting}".encode("utf-8", "backslashreplace").decode()
        name, equals, value = argument.removeprefix("--set ").partition("=")
        if not equals or not name.strip() or "\n" in argument:
            message = "write one fact, `=` and its value, as in iv_sedation_planned=no"
            problems.append(Problem(Place(argument), message))
            continue
        if name.strip() in facts:
            problems.append(Problem(Place(argument), f"`{name.strip()}` is set twice"))
            continue
        try:
            document = parse(argument, f"{name.strip()}: {value}".encode(), CaseError)
            facts |= FactReader(document, rules.vocabulary).read((), document.value)
            found: Iterable[Problem] = document.problems
        except CaseError as error:
            found = error.problems
        problems += (Problem(Place(argument), one.message) for one in found)
    if problems:
        raise CaseError(problems)
    return facts


def case_in(document: Document, rules: RuleBase) -> Case:
    """The case in a document; see `load_case`."""
    file = document.read(CaseFile)
    reader = FactReader(document, rules.vocabulary)
    facts = reader.read(("facts",), document.keys(("facts",)))
    requested = [_requested(reader, index) for index in document.indexes(("requests",))]
    case = None
    if file:
        case = Case(
            name=file.case,
            file=document.file,
            about=file.about,
            jurisdiction=file.jurisdiction or (file.letter.jurisdiction if file.letter else None),
            letter=file.letter,
            record=file.record,
            facts=facts,
            requests=tuple(
                _request(entry, stated)
                for entry, stated in zip(file.requests, requested, strict=True)
            ),
        )
        _check(document, file, rules)
    for index, names, message in (
        contradictions(case, rules) if case and not document.problems else ()
    ):
        document.report(_place_of(document, index, names, rules), message)
    if case is None or document.problems:
        raise CaseError(document.problems)
    return case


def contradictions(case: Case, rules: RuleBase) -> Iterator[tuple[int, list[str], str]]:
    """What no chart can say together: the index of the request, the facts, and a message for the user.

    More conflicts than can be weighed are such a contradiction as well.
    """
    for index, request in enumerate(case.requests):
        chart = complete({**case.facts, **request.facts}, rules.vocabulary, case.record)
        if problem := too_many_conflicts(chart):
            yield index, [], problem
            continue
        for relation in rules.relations:
            if names := relation.broken_by(chart):
                together = joined(f"`{name}`" for name in names)
                yield index, names, f"{together} cannot stand together so: {relation.says}"


def _place_of(document: Document, index: int, names: Iterable[str], rules: RuleBase) -> Path_:
    """Where the first of these facts is written."""
    specs = rules.vocabulary.facts
    for name in names:
        written = specs[name].joints_of or name
        for path in (("requests", index, written), ("facts", written)):
            if path in document.places:
                return path
    return ("requests", index)


def _requested(reader: FactReader, index: int) -> Facts:
    path = ("requests", index)
    keys = reader.document.keys(path)
    names = [name for name in keys if name not in RequestEntry.model_fields]
    return reader.read(path, names, only_of_requests=True)


def _request(entry: RequestEntry, facts: Facts) -> Request:
    decision = decision_of(entry.decision) if entry.decision else None
    return Request(entry.id, entry.item or "", facts, decision, entry.kind)


def _check(document: Document, file: CaseFile, rules: RuleBase) -> None:
    if not file.requests:
        document.report(("requests",), "expected at least one request")
    seen: set[str] = set()
    for index, entry in enumerate(file.requests):
        if entry.id in seen:
            message = f"a second request with the id {quoted(entry.id)}"
            document.report(("requests", index, "id"), message)
        seen.add(entry.id)
        if entry.decision:
            path = ("requests", index, "decision")
            others = [one.id for one in file.requests if one.id != entry.id]
            check_decision(document, path, entry.decision, rules.vocabulary, rules.grounds, others)


# Grouping --------------------------------------------------------------------------------------------


def procedures(case: Case, vocabulary: Vocabulary, facts_from: FactsFrom) -> tuple[Procedure, ...]:
    """The procedures that a case asks for, each with its complete chart, in the order of its requests.

    Raises:
        CaseError: if its conflicts can be settled in too many ways to weigh them all.
    """
    groups: dict[Any, list[Request]] = {}
    for number, request in enumerate(case.requests):
        groups.setdefault(_group_of(request, number, vocabulary), []).append(request)
    return tuple(
        _procedure(case, tuple(group), vocabulary, facts_from) for group in groups.values()
    )


def _group_of(request: Request, number: int, vocabulary: Vocabulary) -> Any:
    """Requests with equal keys are one procedure; a request that names no procedure stands alone.

    A region that is not stated is the one that the levels lie in.
    """
    chart = complete(request.facts, vocabulary, "closed")
    stated = [chart.get(name) for name in _SAME_PROCEDURE]
    if not isinstance(stated[0], Documented):
        return number
    return tuple(fact.value if isinstance(fact, Documented) else None for fact in stated)


def _procedure(
    case: Case, requests: tuple[Request, ...], vocabulary: Vocabulary, facts_from: FactsFrom
) -> Procedure:
    facts = stated_facts(case, requests, vocabulary, facts_from)
    chart = complete(facts, vocabulary, case.record)
    _check_conflicts(case, chart)
    return Procedure(requests, chart, stray_nerves(chart, vocabulary), facts)


def stated_facts(
    case: Case, requests: tuple[Request, ...], vocabulary: Vocabulary, facts_from: FactsFrom
) -> Facts:
    """What a case states for the requests of one procedure: the chart before it is completed.

    Raises:
        CaseError: as `procedures`.
    """
    names = dict.fromkeys(name for request in requests for name in request.facts)
    stated = [heard(request.facts, facts_from) for request in requests]
    _check_conflicts(
        case,
        {
            f"{name} of request {request.id}": fact
            for request, facts in zip(requests, stated, strict=True)
            for name, fact in facts.items()
        },
    )
    together: Facts = {}
    for name in names:
        said = [facts.get(name, silent(case.record)) for facts in stated]
        together[name] = _merged(vocabulary.facts[name], said)
    return {**heard(case.facts, facts_from), **together}


def _check_conflicts(case: Case, facts: Mapping[str, Fact]) -> None:
    if problem := too_many_conflicts(facts):
        raise CaseError([Problem(Place(case.file), problem)])


def _merged(spec: FactSpec, said: Sequence[Fact]) -> Fact:
    """What the requests of one procedure say of one fact: levels add up, the rest must agree.

    Levels add up to something known only where every request names its own.
    """
    unknown = [one for one in said if not isinstance(one, Documented | Conflicting)]
    alternatives = [values for values in map(_values, said) if values]
    if unknown and (not alternatives or isinstance(spec.type, TargetLabels)):
        return next((one for one in unknown if isinstance(one, NotAsked)), unknown[0])
    if len(said) == 1:
        return said[0]
    if isinstance(spec.type, TargetLabels):
        ways = [_added_up(way) for way in product(*alternatives)]
    else:
        ways = [value for values in alternatives for value in values]
    distinct: list[Documented] = []
    for way in ways:
        if all(way.value != one.value for one in distinct):
            distinct.append(way)
    if len(distinct) > 1:
        return Conflicting(tuple(distinct))
    return replace(distinct[0], grade=_weakest(ways), evidence=_all_evidence(ways))


def _values(fact: Fact) -> tuple[Documented, ...]:
    match fact:
        case Documented():
            return (fact,)
        case Conflicting(values):
            return values
        case _:
            return ()


def _added_up(values: Sequence[Documented]) -> Documented:
    """The levels of several requests as those of one."""
    labels = [label for one in values if isinstance(one.value, tuple) for label in one.value]
    together = tuple(dict.fromkeys(label for label in labels if isinstance(label, str)))
    return Documented(together, _weakest(values), _all_evidence(values))


def _weakest(values: Sequence[Documented]) -> Grade:
    return "conclusory" if any(one.grade == "conclusory" for one in values) else "explicit"


def _all_evidence(values: Sequence[Documented]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(one for value in values for one in value.evidence))
