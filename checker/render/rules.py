"""The rule base for people: the list of guidelines, one guideline to read aloud, its examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker import __version__
from checker.authoring.examples import Ran
from checker.authoring.lint.catalogue import Remark
from checker.engine.agreed import Engine
from checker.guideline import Criterion, Guideline, Silence
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


def show_check(
    ran: Sequence[Ran], remarks: Sequence[Remark], engine: Engine, console: Console
) -> None:
    """One line for each kind of check, then what is wrong."""
    rules = engine.rules
    criteria = sum(len(one.criteria) for one in rules.guidelines.values())
    loaded = (
        f"{count(len(rules.guidelines), 'guideline')}, {count(criteria, 'criterion', 'criteria')},"
        f" {count(len(rules.vocabulary.facts), 'fact')}"
    )
    compiled = f"for all readings, for {engine.name}"
    if engine.unavailable:
        compiled = f"nothing to compile, as {engine.unavailable}"
    examples_fail = any(not one.as_expected for one in ran)
    levels = Counter(one.rule.level for one in remarks)
    lines = [
        (True, "loaded", loaded),
        (True, "compiled", compiled),
        (not examples_fail, "examples", f"{_passed(ran)} (decided by {engine.name})"),
        (not levels["error"], "lint", _lint_words(levels)),
    ]
    for fine, what, said in lines:
        mark = Text("ok" if fine else "no", style="green" if fine else "bold red")
        console.print(Text.assemble(mark, f"  {what:<9} {said}"))
    if examples_fail or levels["error"] or levels["warning"]:
        console.print()
    _show_failed(ran, console)
    for remark in remarks:
        if remark.rule.level != "note":
            console.print(Text(told(remark)), soft_wrap=True)


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
