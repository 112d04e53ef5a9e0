"""The rule base for people: the list of guidelines, one guideline to read aloud, its examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker import __version__
from checker.authoring.coverage import Coverage, Covered
from checker.authoring.examples import Ran
from checker.authoring.lint.catalogue import Remark
from checker.engine.agreed import Engine
from checker.errors import Problem
from checker.guideline import Criterion, Guideline, Silence
from checker.render.authoring import coverage_lines
from checker.render.lint import told
from checker.render.records import Level
from checker.render.words import condition_words
from checker.rulebase import RuleBase
from checker.wording import plain

WHEN_SILENT: dict[Silence, str] = {
    "presumed": "presumed when the chart is silent",
    "counts_against": "silence counts against the request",
    "ask": "asked when the chart is silent",
}
ROLES = {
    "eligibility": "decides",
    "administrative": "decides",
    "conduct": "advice on how to do it",
    "outcome": "looks back on a result",
}


def show_list(rules: RuleBase, console: Console) -> None:
    """One guideline after the other."""
    for guideline in rules.guidelines.values():
        console.print(Text(guideline.id, style="bold"))
        lines = [
            guideline.title,
            f"in force {guideline.since} to {guideline.until or 'now'}",
            f"covers {covers_words(guideline)}",
            _numbers(guideline.criteria),
        ]
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 4), expand=False))
    counts = f"{len(rules.guidelines)} guidelines, {len(rules.vocabulary.facts)} facts"
    console.print(Text(f"{counts}. Rules {rules.digest[:12]}.", style="dim"))


def _numbers(criteria: Sequence[Criterion]) -> str:
    number = len(criteria)
    parts = (
        f"{number} {'criterion' if number == 1 else 'criteria'}",
        f"{sum(one.decides for one in criteria)} of {number} decide",
        f"{sum(one.verified for one in criteria)} of {number} verified against the source",
        f"{sum(len(one.examples) for one in criteria)} examples",
    )
    return ", ".join(parts)


def covers_words(guideline: Guideline) -> str:
    """`medial branch block or facet joint injection; lumbar; diagnostic or not stated`."""
    return "; ".join(
        " or ".join(plain(one) for one in sorted(values)) for values in guideline.covers.values()
    )


def show_guideline(guideline: Guideline, console: Console) -> None:
    """Its scope, then every criterion with what it needs, what silence does, and what to do about it."""
    address = f", {guideline.source.url}" if guideline.source.url else ""
    console.print(Text(guideline.title, style="bold"))
    console.print(f"{guideline.id}   {guideline.place.file}")
    console.print(f"Source: {guideline.source.cited}{address}")
    console.print(
        f"In force: {guideline.since} to {guideline.until or 'now'}. Covers: {covers_words(guideline)}."
    )
    if guideline.notes:
        console.print(guideline.notes)
    for number, criterion in enumerate(guideline.criteria, 1):
        console.print()
        _show_criterion(number, criterion, console)


def _show_criterion(number: int, criterion: Criterion, console: Console) -> None:
    console.print(
        Text.assemble(
            (f"{number}. {criterion.id}", "bold"),
            f"   {criterion.place_in_source}   {ROLES[criterion.kind]}",
        )
    )
    lines = [criterion.says]
    if criterion.when:
        lines.append(f"Applies when: {condition_words(criterion.when)}.")
    lines.append(f"Needs: {condition_words(criterion.requires)}.")
    if criterion.unless:
        lines.append(f"Unless it is documented: {condition_words(criterion.unless)}.")
    lines.append(f"{WHEN_SILENT[criterion.if_silent].capitalize()}.")
    lines.append(f"To do: {criterion.fix}")
    if not criterion.verified:
        lines.append("Not verified against the source.")
    if criterion.note:
        lines.append(f"Note: {criterion.note}")
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 3), expand=False))


def show_examples(ran: Sequence[Ran], engine: Engine, console: Console) -> None:
    """The examples that fail, then the counts."""
    _show_failed(ran, console)
    guidelines = {one.guideline.id for one in ran}
    criteria = {(one.guideline.id, one.criterion.id) for one in ran}
    counts = (
        f"{count(len(guidelines), 'guideline')}, {count(len(criteria), 'criterion', 'criteria')}"
    )
    console.print(f"{counts}: {_passed(ran)} (decided by {engine.name})")


def _passed(ran: Sequence[Ran]) -> str:
    failed = sum(not one.as_expected for one in ran)
    return f"{count(len(ran) - failed, 'example')} passed, {failed} failed"


def _show_failed(ran: Sequence[Ran], console: Console) -> None:
    for one in ran:
        if one.as_expected:
            continue
        table = Table.grid(padding=(0, 1))
        table.add_row(
            Text("failed", style="bold red"), Text(f"{one.criterion.id}: {one.example.name}")
        )
        table.add_row("", one.difference)
        table.add_row("", Text(f"{one.example.place}   {one.guideline.id}", style="dim"))
        console.print(table)


def count(number: int, word: str, words: str | None = None) -> str:
    """`1 example`, `2 examples`."""
    return f"{number} {word if number == 1 else words or f'{word}s'}"


@dataclass(frozen=True)
class Checked:
    """What a check of a rule base found; `words` is None where it has no word lists for letters."""

    ran: Sequence[Ran]
    remarks: Sequence[Remark]
    coverage: Coverage
    words: Sequence[Problem] | None

    @property
    def untried(self) -> list[Covered]:
        """The criteria that no example makes fail; other situations may still be missing."""
        return [one for one in self.coverage.criteria if one.never_fails]

    @property
    def fine(self) -> bool:
        """Whether a change may go out."""
        fails = any(not one.as_expected for one in self.ran)
        wrong = any(one.rule.level == "error" for one in self.remarks)
        return not (fails or wrong or self.untried or self.words)


def show_check(checked: Checked, engine: Engine, console: Console) -> None:
    """One line for each kind of check, then what is wrong."""
    levels = Counter(one.rule.level for one in checked.remarks)
    for fine, what, said in _lines_of_check(checked, levels, engine):
        mark = Text("ok" if fine else "no", style="green" if fine else "bold red")
        console.print(Text.assemble(mark, f"  {what:<9} {said}"))
    lacking = [one for one in checked.coverage.criteria if one.unseen]
    if not checked.fine or levels["warning"] or lacking:
        console.print()
    _show_failed(checked.ran, console)
    for line in coverage_lines(checked.coverage, full=False) if lacking else ():
        console.print(Text(line), soft_wrap=True)
    for problem in checked.words or ():
        console.print(Text(str(problem)), soft_wrap=True)
    for remark in checked.remarks:
        if remark.rule.level != "note":
            console.print(Text(told(remark)), soft_wrap=True)


def _lines_of_check(
    checked: Checked, levels: Counter[Level], engine: Engine
) -> Iterator[tuple[bool, str, str]]:
    rules, coverage = engine.rules, checked.coverage
    criteria = sum(len(one.criteria) for one in rules.guidelines.values())
    loaded = (
        f"{count(len(rules.guidelines), 'guideline')}, {count(criteria, 'criterion', 'criteria')},"
        f" {count(len(rules.vocabulary.facts), 'fact')}"
    )
    yield True, "loaded", loaded
    nothing = f"nothing to compile, as {engine.unavailable}"
    yield (
        True,
        "compiled",
        nothing if engine.unavailable else f"for all readings, for {engine.name}",
    )
    fails = any(not one.as_expected for one in checked.ran)
    yield not fails, "examples", f"{_passed(checked.ran)} (decided by {engine.name})"
    shown = f"{coverage.seen} of {count(coverage.possible, 'situation')} shown"
    yield not checked.untried, "coverage", f"{shown} ({coverage.percent} %)"
    if checked.words is not None:
        wrong = f"{count(len(checked.words), 'sample')} of letters read wrongly"
        fine = "letters: every sample is read as it should be"
        yield not checked.words, "words", wrong if checked.words else fine
    yield not levels["error"], "lint", _lint_words(levels)


def _lint_words(levels: Counter[Level]) -> str:
    parts = [count(levels[one], one) for one in ("error", "warning") if levels[one]]
    listed = ", which checker rules lint --strict lists"
    notes = f"; {count(levels['note'], 'note')}{listed}" if levels["note"] else ""
    return f"{', '.join(parts) or 'nothing to mend'}{notes}"


def examples_json(ran: Sequence[Ran], engine: Engine) -> dict[str, Any]:
    """The whole answer of `rules test`."""
    return {
        "schema": 1,
        "tool": {"name": "checker", "version": __version__, "engine": engine.name},
        "rules": {"digest": engine.rules.digest},
        "summary": {
            "passed": sum(one.as_expected for one in ran),
            "failed": sum(not one.as_expected for one in ran),
        },
        "examples": [
            {
                "guideline": one.guideline.id,
                "criterion": one.criterion.id,
                "name": one.example.name,
                "expected": one.example.expect,
                "status": one.status,
                "passed": one.as_expected,
                "rule": {"file": one.example.place.file, "line": one.example.place.line},
            }
            for one in ran
        ],
    }
