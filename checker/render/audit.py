"""What an auditor reads in a terminal: one line an item, then the figures with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from checker.audit.comparison import Compared
from checker.audit.figures import TOO_FEW_LETTERS, Share, Summary, summarize
from checker.engine.written import Reading
from checker.render.text import agreement_words


def show_items(compared: Sequence[Compared], console: Console) -> None:
    """One line for every decided request."""
    table = Table.grid(padding=(0, 2))
    for _ in range(4):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(
        *(
            Text(one, style="dim")
            for one in ("item", "rules say", "reviewer", "", "counts against it")
        )
    )
    for one in compared:
        table.add_row(
            f"{one.determination.case.name}#{one.request.id}",
            one.determination.outcome,
            one.decision.outcome,
            Text(
                agreement_words(one), style="" if one.agrees else "bold" if one.covered else "dim"
            ),
            _against(one),
        )
    console.print(table)


def _against(one: Compared) -> Text:
    groups = (
        ("", one.shared),
        ("rules alone: ", one.ours_alone),
        ("reviewer alone: ", one.theirs_alone),
        ("", one.findings),
    )
    told = "; ".join(f"{label}{', '.join(names)}" for label, names in groups if names)
    if one.determination.guideline is None:
        return Text(f"{one.determination.reason}{f'; {told}' if told else ''}", style="dim")
    return Text(told)


def show_figures(followed: Summary, foresaw: Summary, facts_from: str, console: Console) -> None:
    """The two questions, each with its counts, intervals and the answer that never thinks."""
    console.print(
        f"{_number(followed.letters, 'letter')}, {_number(followed.items, 'decided item')}: "
        f"{followed.covered} covered by a guideline, {followed.items - followed.covered} not covered"
    )
    if followed.apart.whole:
        console.print(
            f"{_number(followed.scored, 'item')} scored, {followed.apart.whole} reported apart"
        )
    whole = "the whole letter" if facts_from == "all" else facts_from
    for name, summary in (
        (f"Did the decision follow the guideline? Facts from {whole}.", followed),
        ("Did the rules foresee the decision? Facts from the record.", foresaw),
    ):
        console.print()
        console.print(Text(name, style="bold"))
        rows = [("agree", summary.agree, summary.letters_agree)]
        rows += [("always Upheld", summary.always_upheld, summary.letters_always_upheld)]
        for label, items, letters in rows:
            console.print(f"  {label:<14} items {share_words(items)}")
            console.print(f"  {'':<14} letters {share_words(letters)}")
        console.print(f"  {'reasons':<14} {_reasons(summary)}")
        console.print(f"  {'beyond chance':<14} {_coefficients(summary)}")
        console.print(f"  {'Overturned':<14} {_overturned(summary)}")
        if summary.apart.whole:
            console.print(f"  {'apart':<14} items {share_words(summary.apart)}")
    if followed.letters < TOO_FEW_LETTERS:
        n = _number(followed.letters, "letter")
        console.print()
        message = f"n = {n}: too few to prove anything; items of one letter are not independent."
        console.print(Text(message, style="bold"))


def share_words(share: Share) -> str:
    """`7 of 8, 87.5 % (95 % interval 52.9 to 97.7)`; the share is rounded down, so that only all is 100 %."""
    if share.fraction is None or share.interval is None:
        return "none"
    low, high = share.interval
    percent = int(share.fraction * 1000) / 10
    return f"{share.part} of {share.whole}, {percent} % (95 % interval {low * 100:.1f} to {high * 100:.1f})"


def _reasons(summary: Summary) -> str:
    return ", ".join(f"{name} {count}" for name, count in summary.by_agreement.items() if count)


def _coefficients(summary: Summary) -> str:
    table = summary.table
    numbers = (
        ("kappa", table.kappa),
        ("MCC", table.mcc),
        ("balanced accuracy", table.balanced_accuracy),
    )
    return ", ".join(f"{name} {_decimal(number)}" for name, number in numbers)


def _overturned(summary: Summary) -> str:
    precision, recall = summary.table.precision, summary.table.recall
    return (
        f"precision {precision.part} of {precision.whole}, recall {recall.part} of {recall.whole}"
    )


def show_readings(by_reading: Mapping[Reading, Sequence[Compared]], console: Console) -> None:
    """The agreement under each reading, and the items whose outcome hangs on silence or weak evidence."""
    console.print(Text("Three readings of the same cases and rules.", style="bold"))
    for reading, compared in by_reading.items():
        console.print(f"  {reading:<14} items {share_words(summarize(compared).agree)}")
    outcomes: dict[str, list[str]] = {}
    for compared in by_reading.values():
        for one in compared:
            if one.covered:
                name = f"{one.determination.case.name}#{one.request.id}"
                outcomes.setdefault(name, []).append(one.determination.outcome)
    sensitive = [
        f"{name} ({', '.join(told)})" for name, told in outcomes.items() if len(set(told)) > 1
    ]
    console.print(
        f"Hang on silence or weak evidence ({', '.join(by_reading)}): {'; '.join(sensitive) or 'none'}"
    )


def _decimal(number: float | None) -> str:
    return "undefined" if number is None else f"{number:.2f}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
