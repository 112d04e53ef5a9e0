"""The conformance suite of tests/conformance: its files, and the implementations that run it here.

The folder holds data alone; its README says what the words of a suite mean.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp
from typing import Any

import yaml

from checker.case import Case, parse_case
from checker.charting import RecordKind
from checker.determination import Determination, Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import Reading
from checker.fact import Chart
from checker.guideline import Guideline, Status
from checker.rulebase import RuleBase, load_rules

FOLDER = Path(__file__).parents[1] / "conformance"
POLICIES = ("presumed", "counts_against", "ask")
STATUSES_OF_TRUTH: Mapping[str, tuple[Status, Status, Status]] = {
    "true": ("met", "met", "met"),
    "false": ("not met", "not met", "not met"),
    "unknown": ("presumed", "missing", "to answer"),
    "unknown to true": ("presumed", "to answer", "to answer"),
    "false to unknown": ("to answer", "missing", "to answer"),
    "false to true": ("to answer", "to answer", "to answer"),
}
"""The statuses by which a truth is told, in the order of `POLICIES`."""

Said = Any
"""What stands in a suite: a mapping, a list, a text, a number, a date, true or false."""

_OF_GROUPS = {"says", "criterion", "criteria", "tests"}
_OF_CASES = ("jurisdiction", "record", "facts", "requests")
_OF_TERMS = {"reading", "facts_from"}
_OF_ANSWERS = {"guideline", "determination", "statuses", "ledger", "asks"}
_OF_TESTS = {"name", "if_silent", "truth", "status", "determinations"}
_REQUESTS = ({"id": 1, "procedure": "medial_branch_block"},)


@dataclass(frozen=True)
class Answer:
    """What an implementation says of one procedure of a case; None is what it does not tell."""

    requests: tuple[str, ...] | None
    guideline: str | None
    determination: str
    statuses: Mapping[str, str]
    ledger: tuple[int, int, int]
    asks: tuple[str, ...] | None


Implementation = Callable[[RuleBase, Sequence[Case], Terms], list[list[Answer]]]
"""The answers for some cases under one rule base."""


@dataclass(frozen=True, eq=False)
class Test:
    """One test: a case, under which terms it is decided, and what is expected."""

    name: str
    said: Mapping[str, Said]

    __test__ = False  # no class of tests for pytest

    @property
    def terms(self) -> Terms:
        """The reading, and whose words count."""
        return Terms(self.said.get("reading", "as written"), self.said.get("facts_from", "all"))

    @property
    def case(self) -> Said:
        """The case as a case file holds it."""
        told = {name: self.said[name] for name in _OF_CASES if name in self.said}
        return {"case": self.name, "record": "closed", "requests": list(_REQUESTS), **told}

    @property
    def by_policy(self) -> Mapping[str, str]:
        """The statuses expected of the one criterion of a group, by what silence does to it."""
        if "truth" in self.said:
            statuses = STATUSES_OF_TRUTH[word(self.said["truth"])]
            return dict(zip(POLICIES, statuses, strict=True))
        policies = self.said.get("if_silent", POLICIES)
        named = (policies,) if isinstance(policies, str) else policies
        return dict.fromkeys(named, self.said["status"])

    @property
    def expected(self) -> list[Mapping[str, Said]]:
        """What is expected of each procedure, in the order of the requests."""
        if "truth" in self.said or "status" in self.said:
            return [{"statuses": {_id(one): said for one, said in self.by_policy.items()}}]
        if "determinations" in self.said:
            return list(self.said["determinations"])
        return [{name: self.said[name] for name in _OF_ANSWERS if name in self.said}]


@dataclass(frozen=True, eq=False)
class Group:
    """Tests that share a criterion, some criteria, or else the guidelines of the folder."""

    suite: str
    says: str
    criteria: Mapping[str, Said]
    tests: tuple[Test, ...]
    single: bool = False

    @property
    def id(self) -> str:
        """The file and what the group says."""
        return f"{self.suite}: {self.says}"


@dataclass(frozen=True, eq=False)
class Suite:
    """One file."""

    file: str
    groups: tuple[Group, ...]
    section: str


def _id(policy: str) -> str:
    """The criterion that does with silence what the policy says."""
    return policy.replace("_", "-")


def word(truth: Said) -> str:
    """A truth as text: YAML has true and false of its own."""
    return str(truth).lower() if isinstance(truth, bool) else str(truth)


# Reading --------------------------------------------------------------------------------------------


@cache
def suites() -> tuple[Suite, ...]:
    """All files, those of the tables first."""
    paths = [*sorted(FOLDER.glob("tables/*.yaml")), *sorted(FOLDER.glob("suites/*.yaml"))]
    return tuple(_suite(path) for path in paths)


def groups() -> list[Group]:
    """All groups of all files."""
    return [group for suite in suites() for group in suite.groups]


def _suite(path: Path) -> Suite:
    file = path.relative_to(FOLDER).as_posix()
    said = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    _only(file, said, {"section", "groups"})
    return Suite(file, tuple(_group(file, one) for one in said["groups"]), said["section"])


def _group(file: str, said: Said) -> Group:
    _only(f"{file}: {said.get('says')}", said, _OF_GROUPS)
    criteria = said.get("criteria", {})
    if single := "criterion" in said:
        criteria = {_id(one): {**said["criterion"], "if_silent": one} for one in POLICIES}
    tests = tuple(_test(f"{file}: {said['says']}", one) for one in said["tests"])
    return Group(file, said["says"], criteria, tests, single)


def _test(where: str, said: Said) -> Test:
    known = {*_OF_CASES, *_OF_TERMS, *_OF_ANSWERS, *_OF_TESTS}
    _only(f"{where}: {said.get('name')}", said, known)
    return Test(said["name"], said)


def _only(where: str, said: Mapping[str, Said], known: set[str]) -> None:
    assert set(said) <= known, f"{where}: unknown {sorted(set(said) - known)}"


# Rule bases and cases -------------------------------------------------------------------------------


@cache
def rule_base(group: Group) -> RuleBase:
    """The folder's rule base; for a group with criteria of its own, these are its only guideline."""
    found = _all_rules()
    if not group.criteria:
        own = {name: one for name, one in found.guidelines.items() if not name.startswith("own/")}
        return replace(found, guidelines=own)
    name = _guideline_of(groups().index(group))
    return replace(found, guidelines={name: found.guidelines[name]})


@cache
def _all_rules() -> RuleBase:
    """The rule base of the folder with a guideline for each group that has criteria of its own."""
    folder = Path(mkdtemp(), "rules")
    atexit.register(rmtree, folder.parent)
    copytree(FOLDER / "rules", folder)
    (folder / "own").mkdir()
    for number, group in enumerate(groups()):
        if group.criteria:
            name = _guideline_of(number)
            text = yaml.dump(_guideline(name, group), Dumper=_Dumper, sort_keys=False)
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_rules(folder)


def _guideline_of(number: int) -> str:
    return f"own/g{number:03}"


class _Dumper(yaml.CSafeDumper):
    """Writes out what repeats, for a rule file has no anchors."""

    def ignore_aliases(self, _data: Said) -> bool:
        return True


def _guideline(name: str, group: Group) -> Said:
    rest = {"item": "one", "kind": "eligibility", "says": "s", "fix": "f", "verified": True}
    return {
        "id": name,
        "title": "t",
        "source": {"publisher": "North"},
        "in_force": {"from": yaml.safe_load("2000-01-01")},
        "covers": {"procedure": ["medial_branch_block", "facet_joint_injection"]},
        "criteria": [
            {"id": id_, **rest, "if_silent": "ask", "examples": [], **one}
            for id_, one in group.criteria.items()
        ],
    }


@cache
def cases(group: Group) -> tuple[Case, ...]:
    """The cases of a group's tests, each with a number for its name."""
    return tuple(
        parse_case("case.yaml", _text({**test.case, "case": str(number)}), rule_base(group))
        for number, test in enumerate(group.tests)
    )


def _text(case: Said) -> bytes:
    return yaml.dump(case, Dumper=_Dumper, encoding="utf-8")


# Running --------------------------------------------------------------------------------------------


def differences(group: Group, implementation: Implementation) -> Iterator[str]:
    """What an implementation says otherwise than expected, with the name of the test."""
    by_terms: dict[Terms, list[int]] = {}
    for number, test in enumerate(group.tests):
        by_terms.setdefault(test.terms, []).append(number)
    for terms, numbers in by_terms.items():
        told = [cases(group)[number] for number in numbers]
        answers = implementation(rule_base(group), told, terms)
        for number, found in zip(numbers, answers, strict=True):
            test = group.tests[number]
            for line in _compared(test.expected, found):
                yield f"{group.id}: {test.name}: {line}"


def _compared(expected: Sequence[Mapping[str, Said]], found: Sequence[Answer]) -> Iterator[str]:
    if len(expected) != len(found):
        yield f"expected {len(expected)} determinations, found {len(found)}"
        return
    for wanted, answer in zip(expected, found, strict=True):
        for name, said in wanted.items():
            told = _told(answer, name, said)
            if told is not None and told != said:
                yield f"expected {name} {said}, found {told}"


def _told(answer: Answer, name: str, said: Said) -> Said:
    """An answer in the words of a suite; None where the implementation does not tell it."""
    match name:
        case "requests":
            wanted = answer.requests
            return None if wanted is None else [_number(one) for one in wanted]
        case "statuses":
            return {one: answer.statuses.get(one) for one in said}
        case "ledger":
            return dict(zip(("evidence", "presumed", "silence"), answer.ledger, strict=True))
        case "asks":
            return None if answer.asks is None else sorted(answer.asks)
        case "guideline":
            return answer.guideline or "none"
        case _:
            return answer.determination


def _number(request: str) -> int | str:
    return int(request) if request.isdigit() else request


# Implementations ------------------------------------------------------------------------------------


def written_semantics(rules: RuleBase, told: Sequence[Case], terms: Terms) -> list[list[Answer]]:
    """The definition, alone."""
    engine = Engine(rules, unavailable="the written semantics answer alone here")
    return [[_answer(one) for one in determine(case, engine, terms)] for case in told]


class _Chained(Engine):
    """What durable_rules concludes, unchecked."""

    def statuses(
        self, guideline: Guideline, chart: Chart, reading: Reading, record: RecordKind
    ) -> dict[str, Status]:
        return self.chained(guideline, chart, reading, record)


def durable_rules(rules: RuleBase, told: Sequence[Case], terms: Terms) -> list[list[Answer]]:
    """The rules compiled for durable_rules, alone."""
    engine = _Chained(rules)
    assert engine.unavailable is None
    return [[_answer(one) for one in determine(case, engine, terms)] for case in told]


def _answer(one: Determination) -> Answer:
    ledger = one.ledger
    return Answer(
        tuple(request.id for request in one.requests),
        one.guideline.id if one.guideline else None,
        one.outcome,
        {judged.criterion.id: judged.status for judged in one.judged},
        (ledger.evidence, ledger.presumed, ledger.silence),
        tuple(question.spec.name for question in one.questions),
    )


def columns(rules: RuleBase, told: Sequence[Case], terms: Terms) -> list[list[Answer]]:
    """The columns engine over one table of all cases; it tells neither questions nor requests."""
    from checker.audit.batches import CRITERION, BatchChecker
    from checker.audit.tables import cases_to_table

    table = cases_to_table(told, rules).combine_chunks()
    answers: list[list[Answer]] = [[] for _ in told]
    place = {case.name: found for case, found in zip(told, answers, strict=True)}
    for batch in table.to_batches():
        for row in BatchChecker(rules, terms).check(batch).to_pylist():
            statuses = {
                name.removeprefix(CRITERION): said
                for name, said in row.items()
                if name.startswith(CRITERION) and said
            }
            ledger = (row["evidence"], row["presumed"], row["silence"])
            answer = Answer(None, row["guideline"], row["determination"], statuses, ledger, None)
            place[row["case"]].append(answer)
    return answers


_HAS_COLUMNS = all(find_spec(one) for one in ("checker.engine.columns", "pyarrow"))
IMPLEMENTATIONS: Mapping[str, Implementation] = {
    "written semantics": written_semantics,
    "durable_rules": durable_rules,
    **({"columns": columns} if _HAS_COLUMNS else {}),
}
"""All that run the suite; the columns engine where this checkout has it."""
