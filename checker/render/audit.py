"""What an auditor reads in a terminal: one line an item, then the figures with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.audit.comparison import Compared
from checker.audit.figures import (
    TOO_FEW_LETTERS,
    Coefficient,
    CriterionFigures,
    Group,
    Summary,
    groups,
    summarize,
)
from checker.audit.findings import FINDING_IDS
from checker.audit.run import Audit, Hanging, item_name
from checker.audit.tally import DECISIONS, PREDICTIONS, Tally
from checker.engine.written import Reading
from checker.fact import Evidence
from checker.render.text import agreement_words, clustered_words, share_words
from checker.render.words import evidence_words

MOST_ITEMS = 40
"""Of more items, only those that disagree are shown, and at most so many."""
MOST_CRITERIA = 8
MOST_NAMED = 6
MOST_OF_A_KIND = 20
"""Criteria, items of one pattern and findings of one kind that are shown; the JSON has them all."""
LEAST_P = 0.001
"""Smaller p values are not told apart."""


def show_audit(audit: Audit, facts_from: str, console: Console, *, findings: bool) -> None:
    """The items, the two questions, and whatever else was asked for."""
    followed, foresaw = summarize(audit.followed), summarize(audit.foresaw)
    show_items(audit.items, console)
    console.print()
    show_figures(followed, foresaw, facts_from, console)
    _hanging("Hang on what only the reviewer says", audit.on_hindsight, console)
    console.print()
    show_criteria(followed.criteria, console)
    console.print()
    if audit.readings:
        show_readings(audit.readings, audit.on_silence, console)
        console.print()
    for dimension, tallies in audit.followed.by.items():
        show_groups(dimension, groups(tallies), console)
        console.print()
    if findings:
        show_findings(audit.items, console)
        console.print()
    elif found := sum(len(one.findings) for one in audit.items):
        console.print(f"{_number(found, 'finding')} on these decisions: --findings shows them")
        console.print()


def show_items(compared: Sequence[Compared], console: Console) -> None:
    """One line for every decided request; of many, for those that disagree."""
    shown = compared
    if len(compared) > MOST_ITEMS:
        differing = [one for one in compared if one.agreement == "disagree"]
        shown = differing[:MOST_ITEMS]
        told = f"{len(shown)} of {len(differing)} disagreements"
        console.print(
            f"{_number(len(compared), 'decided item')}, of which {told} are shown: "
            "--format jsonl has them all"
        )
    table = _grid("item", "rules say", "reviewer", "", last="counts against it")
    for one in shown:
        style = "" if one.agrees else "bold" if one.covered else "dim"
        table.add_row(
            item_name(one),
            one.determination.outcome,
            one.decision.outcome,
            Text(agreement_words(one), style=style),
            _against(one),
        )
    console.print(table)


def _grid(*heads: str, last: str) -> Table:
    """A table without lines whose last column may be folded."""
    table = Table.grid(padding=(0, 2))
    for _ in heads:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(*(Text(one, style="dim") for one in (*heads, last)))
    return table


def _against(one: Compared) -> Text:
    groups_of = (
        ("", one.shared),
        ("rules alone: ", one.ours_alone),
        ("reviewer alone: ", one.theirs_alone),
    )
    reasons = [f"{label}{', '.join(names)}" for label, names in groups_of if names]
    if one.decision.basis != "guideline":
        reasons.append(f"basis: {one.decision.basis}")
    told = "; ".join(reasons)
    if one.determination.guideline is None:
        return Text(f"{one.determination.reason}{f'; {told}' if told else ''}", style="dim")
    return Text(told)


def show_figures(followed: Summary, foresaw: Summary, facts_from: str, console: Console) -> None:
    """The two questions, each with its counts, intervals and the answer that never thinks."""
    _show_counts(followed, console)
    console.print()
    _show_answer(_followed(facts_from), followed, console)
    console.print()
    _show_answer(_FORESAW, foresaw, console)
    _warn_of_few(followed, console)


def show_question(summary: Summary, facts_from: str, console: Console) -> None:
    """The one question that facts from these voices answer, where the other was not asked."""
    _show_counts(summary, console)
    console.print()
    _show_answer(_FORESAW if facts_from == "record" else _followed(facts_from), summary, console)
    _warn_of_few(summary, console)


_FORESAW = "Did the rules foresee the decision? Facts from the record."


def _followed(facts_from: str) -> str:
    whole = "the whole letter" if facts_from == "all" else facts_from
    return f"Did the decision follow the guideline? Facts from {whole}."


def _show_counts(summary: Summary, console: Console) -> None:
    console.print(
        f"{_number(summary.letters, 'letter')}, {_number(summary.items, 'decided item')}: "
        f"{summary.covered} covered by a guideline, {summary.items - summary.covered} not covered"
    )
    if summary.apart.whole:
        console.print(
            f"{_number(summary.scored, 'item')} scored, {summary.apart.whole} reported apart"
        )
    for kind, share in summary.kinds.items():
        console.print(f"  not covered: {kind} {share.whole}, of them overturned {share.part}")


def _show_answer(question: str, summary: Summary, console: Console) -> None:
    console.print(Text(question, style="bold"))
    for label, words in _rows(summary):
        console.print(f"  {label:<14} {words}")


def _warn_of_few(summary: Summary, console: Console) -> None:
    if summary.letters < TOO_FEW_LETTERS:
        n = _number(summary.letters, "letter")
        console.print()
        message = f"n = {n}: too few to prove anything; items of one letter are not independent."
        console.print(Text(message, style="bold"))


def _rows(summary: Summary) -> Iterable[tuple[str, str]]:
    yield "agree", f"items {share_words(summary.agree)}"
    yield "", clustered_words(summary.agree)
    yield "", f"letters {share_words(summary.letters_agree)}"
    yield "always Upheld", f"items {share_words(summary.always_upheld)}"
    yield "", clustered_words(summary.always_upheld)
    yield "", f"letters {share_words(summary.letters_always_upheld)}"
    yield from _outcomes(summary)
    yield "reasons", _reasons(summary)
    yield "decided on", _bases(summary)
    for name, coefficient, always in (
        ("kappa", summary.kappa, summary.always.kappa),
        ("AC1", summary.ac1, summary.always.ac1),
        ("MCC", summary.mcc, summary.always.mcc),
        ("balanced", summary.balanced_accuracy, summary.always.balanced_accuracy),
    ):
        yield name, f"{coefficient_words(coefficient)}, always Upheld {_decimal(always)}"
    recall = summary.recall
    yield "Overturned", f"precision {share_words(summary.precision)}, always Upheld none"
    yield "", f"recall {share_words(recall)}, always Upheld 0 of {recall.whole}"
    if summary.apart.whole:
        yield "apart", f"items {share_words(summary.apart)}"
        yield "", f"always Upheld {share_words(summary.apart_always_upheld)}"


def coefficient_words(coefficient: Coefficient) -> str:
    """`0.62 (95 % interval 0.41 to 0.83)`, or that there is no value or no interval."""
    if coefficient.value is None:
        return "undefined"
    if coefficient.interval is None:
        return f"{coefficient.value:.2f} (these letters give no interval)"
    low, high = coefficient.interval
    return f"{coefficient.value:.2f} (95 % interval {low:.2f} to {high:.2f})"


def _decimal(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _outcomes(summary: Summary) -> Iterable[tuple[str, str]]:
    """The table in words, a row for each determination, those without items left out."""
    label = "outcomes"
    for at, ours in enumerate(PREDICTIONS):
        counts = summary.cells[at * len(DECISIONS) : (at + 1) * len(DECISIONS)]
        if any(counts):
            told = ", ".join(f"{n} {name}" for name, n in zip(DECISIONS, counts, strict=True))
            yield label, f"rules {ours}: {told}"
            label = ""


def _reasons(summary: Summary) -> str:
    told = [f"{name} {count}" for name, count in summary.by_agreement.items() if count]
    return ", ".join(told) or "none"


def _bases(summary: Summary) -> str:
    told = [f"{name} {one.whole} (agree {one.part})" for name, one in summary.by_basis.items()]
    return ", ".join(told) or "none"


def show_criteria(criteria: Sequence[CriterionFigures], console: Console) -> None:
    """How often each criterion counts against a request, alone or not, and what reviewers made of it."""
    failing = [one for one in criteria if one.failed.part or one.named]
    console.print(Text("Criteria that count against the request, all covered items.", style="bold"))
    if not failing:
        console.print("  none")
        return
    heads = ("judged", "not met", "missing", "alone", "reviewer", "overturned")
    table = _grid(*heads, last="criterion")
    for one in failing[:MOST_CRITERIA]:
        counts = (one.judged, one.not_met, one.missing, one.sole, one.named, one.overturned.part)
        name = Text.assemble(one.criterion, (f"  {one.guideline}", "dim"))
        table.add_row(*(Text(str(n), justify="right") for n in counts), name)
    console.print(table)
    if (more := len(failing) - MOST_CRITERIA) > 0:
        console.print(Text(f"{more} more in --format json", style="dim"))


def show_readings(
    readings: Mapping[Reading, Tally], on_silence: Iterable[Hanging], console: Console
) -> None:
    """The agreement under each reading, and the items whose outcome hangs on silence or weak evidence."""
    console.print(Text("Three readings of the same cases and rules.", style="bold"))
    for reading, tally in readings.items():
        summary = summarize(tally)
        console.print(f"  {reading:<14} items {share_words(summary.agree)}")
        console.print(f"  {'':<14} kappa {coefficient_words(summary.kappa)}")
    if readings:
        always = summarize(next(iter(readings.values()))).always_upheld
        console.print(f"  {'always Upheld':<14} items {share_words(always)}")
    _hanging("Hang on silence or weak evidence", on_silence, console)


def _hanging(title: str, items: Iterable[Hanging], console: Console) -> None:
    """Items that hang on the same thing together."""
    patterns: dict[str, list[str]] = {}
    for one in items:
        told = ", ".join(f"{way}: {outcome}" for way, outcome in one.outcomes.items())
        patterns.setdefault(told, []).append(one.item)
    if not patterns:
        console.print(f"{title}: none")
        return
    console.print(f"{title}:")
    for told, names in patterns.items():
        named = ", ".join(names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        words = f"{_number(len(names), 'item')} ({told}): {named}{more}"
        console.print(Padding(Text(words), (0, 0, 0, 2)))


def show_groups(dimension: str, found: Sequence[Group], console: Console) -> None:
    """One line a group: its agreement beside what always Upheld would get, and what it overturned."""
    console.print(Text(f"By {dimension}.", style="bold"))
    for group in found:
        summary = group.summary
        few = f"   n < {TOO_FEW_LETTERS} letters" if group.few else ""
        console.print(
            f"  {group.value}: {_number(summary.letters, 'letter')}, "
            f"{_number(summary.items, 'item')}{few}"
        )
        console.print(f"    agree          {share_words(summary.agree)}")
        console.print(f"                   {clustered_words(summary.agree)}")
        console.print(f"    always Upheld  {share_words(summary.always_upheld)}")
        console.print(f"    overturned     {share_words(group.overturned)}")
        console.print(f"    kappa          {coefficient_words(summary.kappa)}")
        if group.p is not None and group.q is not None:
            words = f"p {_p_words(group.p)}, corrected {_p_words(group.q)}"
            console.print(f"    agreement against that of the other groups: {words}")


def _p_words(p: float) -> str:
    return "below 0.001" if p < LEAST_P else f"{p:.3f}"


def show_findings(compared: Sequence[Compared], console: Console) -> None:
    """Every finding with its places, those of one kind together; the same words on several items once."""
    console.print(Text("What is remarkable about these decisions.", style="bold"))
    found: dict[str, dict[tuple[str, str, tuple[Evidence, ...]], list[str]]] = {}
    for one in compared:
        for remark in one.findings:
            same = (one.determination.case.name, remark.says, remark.evidence)
            found.setdefault(remark.id, {}).setdefault(same, []).append(one.request.id)
    for id_ in FINDING_IDS:
        items = found.get(id_, {})
        if not items:
            continue
        console.print(f"  {id_}  {_number(sum(map(len, items.values())), 'item')}")
        for (case, says, evidence), requests in list(items.items())[:MOST_OF_A_KIND]:
            named = " ".join(f"#{one}" for one in requests)
            places = "; ".join(words for place in evidence if (words := evidence_words(place)))
            line = Text.assemble(f"{case}{' ' if len(requests) > 1 else ''}{named}  {says}")
            console.print(Padding(line, (0, 0, 0, 4)))
            console.print(Padding(Text(places, style="dim"), (0, 0, 0, 6)))
        if (more := len(items) - MOST_OF_A_KIND) > 0:
            console.print(Text(f"    {more} more in --format json", style="dim"))
    if not found:
        console.print("  none")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
