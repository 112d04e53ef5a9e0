"""Saved runs beside each other: what changed from one to the other, item by item; and a run decided again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from checker.audit.comparison import Compared
from checker.audit.run import Audit, AuditedCase, audit_case, audited
from checker.case import Case
from checker.determination import Terms
from checker.engine.agreed import Engine
from checker.errors import CheckerError, InputError
from checker.rulebase import RuleBase
from checker.store.casetext import case_from, checked_text, corpus_digest, digest
from checker.store.run import NewRun, SavedCase, SavedRun

Entry = Mapping[str, Any]
Key = tuple[str, str, int]
"""An item: its case, its request, and which of several of the same names it is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about an item that is not what it was; None where there was or is none."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """An item that changed, or that only one of the runs has."""

    item: str
    kind: Literal["changed", "added", "removed"]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """How many items both runs have with the same result, and all others."""

    identical: int
    changes: tuple[Change, ...]

    @property
    def compared(self) -> int:
        """Items that both runs have."""
        return self.identical + sum(one.kind == "changed" for one in self.changes)


def new_run(
    document: Mapping[str, Any],
    compared: Iterable[Compared],
    rules: RuleBase,
    name: str | None,
    at: datetime,
) -> NewRun:
    """An audit that can be saved: its document in the contract, and its cases."""
    cases: dict[int, Case] = {}
    entries: list[tuple[int, Entry]] = []
    positions: dict[int, int] = {}
    for one, told in zip(compared, document["entries"], strict=True):
        case = one.determination.case
        cases.setdefault(id(case), case)
        entries.append((positions.setdefault(id(case), len(positions)), told))
    saved = [SavedCase(case.file, checked_text(case, rules)) for case in cases.values()]
    return NewRun(
        name=name,
        at=at,
        document={key: value for key, value in document.items() if key != "entries"},
        corpus=corpus_digest([digest(case.text) for case in saved]),
        cases=saved,
        entries=entries,
    )


def terms_of(run: SavedRun) -> Terms:
    """The terms under which a run was decided."""
    told = run.document
    as_of = told["as_of"] and date.fromisoformat(told["as_of"])
    return Terms(told["reading"], told["facts_from"], told["guideline"], as_of)


@dataclass(frozen=True, slots=True)
class Again:
    """A saved run decided anew; `problems` tell of each file that could not be, without any place in it."""

    audit: Audit
    terms: Terms
    problems: Mapping[str, str]


def decided_again(run: SavedRun, cases: Iterable[SavedCase], engine: Engine) -> Again:
    """The audit of a run's own cases, under its own terms and these rules."""
    terms = terms_of(run)
    done: list[AuditedCase] = []
    problems: dict[str, str] = {}
    for one in cases:
        try:
            case = case_from(one.text, one.file, engine.rules)
            done.append(audit_case(case, engine, terms))
        except InputError as error:
            told = "; ".join(dict.fromkeys(problem.message for problem in error.problems))
            problems[one.file] = told
        except CheckerError as error:
            problems[one.file] = str(error)
    return Again(audited(done, engine.rules.remarks), terms, problems)


def diff(before: Sequence[Entry], after: Sequence[Entry]) -> Diff:
    """What changed between the entries of two runs; texts of rules and their places do not count."""
    old, new = _by_key(before), _by_key(after)
    changes: list[Change] = []
    for key, one in old.items():
        if key not in new:
            changes.append(Change(_name(key), "removed"))
        elif differences := tuple(_differences(one, new[key])):
            changes.append(Change(_name(key), "changed", differences))
    changes += [Change(_name(key), "added") for key in new if key not in old]
    touched = sum(one.kind in ("changed", "removed") for one in changes)
    return Diff(len(old) - touched, tuple(changes))


def _by_key(entries: Iterable[Entry]) -> dict[Key, Entry]:
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[Key, Entry] = {}
    for one in entries:
        name = (one["case"], one["request"])
        seen[name] += 1
        found[*name, seen[name]] = one
    return found


def _name(key: Key) -> str:
    case, request, occurrence = key
    return f"{case}#{request}" + (f" ({occurrence})" if occurrence > 1 else "")


def _differences(before: Entry, after: Entry) -> Iterator[Difference]:
    ours, theirs = _standing(before), _standing(after)
    for what in dict.fromkeys((*ours, *theirs)):
        if ours.get(what) != theirs.get(what):
            yield Difference(what, ours.get(what), theirs.get(what))


def _standing(one: Entry) -> dict[str, str | None]:
    """What is held of an item, each by its name."""
    determination, reasons = one["determination"], one["reasons"]
    return {
        "guideline": determination["guideline"],
        "determination": determination["outcome"],
        "decision": one["decision"]["outcome"],
        "agreement": one["agreement"],
        **{criterion["id"]: criterion["status"] for criterion in determination["criteria"]},
        "reasons of both": ", ".join(reasons["shared"]) or None,
        "reasons of the rules alone": ", ".join(reasons["ours_alone"]) or None,
        "reasons of the reviewer alone": ", ".join(reasons["theirs_alone"]) or None,
        "findings": "; ".join(finding["says"] for finding in one["findings"]) or None,
    }
