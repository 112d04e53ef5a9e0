"""How fast letters are read, and how much memory a process holds after many of them.

`python -m benchmarks.reading LETTERS` is the process that is measured for memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.memory import TARGET as MOST_GROWN
from benchmarks.memory import resident
from benchmarks.pdf import pdf
from benchmarks.table import Row
from benchmarks.timing import in_turn
from benchmarks.writing import letters
from checker.letters.layout import read_letters
from checker.letters.layoutfile import load_layouts
from checker.letters.letter import LetterText
from checker.letters.requestlists import load_request_lists
from checker.letters.requests import requested, treatment_kind
from checker.letters.text import letter_text
from checker.rulebase import LETTERS, RuleBase
from checker.shipped import shipped

TARGET = 1_000
"""Letters per second of processor time."""

_FIRST = 1_000
_LINES = 55
_LAYOUT, _REQUESTS, _PDF = (
    "text to letters",
    "text to letters and requests",
    "PDF file to text",
)


def reading(rules: RuleBase, number: int, rounds: int, many: int) -> list[Row]:
    """Letters per second of processor time, and memory after `many` of them."""
    written = list(letters(number))
    sources = [_source(one) for one in written]
    files = [pdf(_pages(one)) for one in written[: max(1, number // 10)]]
    folder = shipped("rules") / LETTERS
    layouts, lists = load_layouts(folder), load_request_lists(folder, rules.vocabulary)

    def requests() -> None:
        for source in sources:
            for letter in read_letters(source, layouts):
                for item in letter.items:
                    requested(item, letter, lists, rules)
                    treatment_kind(item.requested, lists)

    times = in_turn(
        {
            _LAYOUT: lambda: [read_letters(one, layouts) for one in sources],
            _REQUESTS: requests,
            _PDF: lambda: [letter_text("letter", one) for one in files],
        },
        rounds,
    )
    rates = {
        name: (amount / times.typical(name), amount / times.best(name))
        for name, amount in ((_LAYOUT, number), (_REQUESTS, number), (_PDF, len(files)))
    }
    items = sum(len(one.items) for source in sources for one in read_letters(source, layouts))
    rows = [
        Row(
            f"{number} letters",
            f"{items / number:.1f} items each, {sum(map(len, written)) / number:,.0f} characters",
            numbers={"letters": number, "items": items},
        )
    ]
    rows += [_rate(name, *rate) for name, rate in rates.items()]
    return [*rows, _memory(many)]


def _rate(name: str, typical: float, best: float) -> Row:
    promised = name == _LAYOUT
    return Row(
        name,
        f"{typical:,.0f} letters/s, best {best:,.0f}",
        f"at least {TARGET:,}" if promised else "",
        best >= TARGET if promised else None,
        {"typical": typical, "best": best},
    )


def _source(text: str) -> LetterText:
    return letter_text("letter", text.encode())


def _pages(text: str) -> Sequence[str]:
    lines = text.splitlines()
    return ["\n".join(lines[at : at + _LINES]) for at in range(0, len(lines), _LINES)]


def _memory(many: int) -> Row:
    command = [sys.executable, "-m", "benchmarks.reading", str(many)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, check=True, cwd=root, stdout=subprocess.PIPE)
    held = {int(number): one for number, one in json.loads(done.stdout).items()}
    first, last = min(held), max(held)
    grown = held[last] - held[first]
    return Row(
        "memory",
        f"{held[first]:.1f} MiB after {first:,} letters, {grown:+.1f} after {last:,}",
        f"at most {MOST_GROWN:g} MiB more",
        grown <= MOST_GROWN,
        {"first": held[first], "last": held[last], "grown": grown},
    )


def held_after(many: int) -> dict[int, float]:
    """Read different letters one after another; the MiB held after the first ones, and after all."""
    layouts = load_layouts(shipped("rules") / LETTERS)
    held = {}
    for number, text in enumerate(letters(many), 1):
        read_letters(_source(text), layouts)
        if number in (min(_FIRST, many // 2), many):
            held[number] = resident()
    return held


if __name__ == "__main__":
    print(json.dumps(held_after(int(sys.argv[1]))))
