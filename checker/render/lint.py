"""What lint finds, for people and for programs, and the page of every lint rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from textwrap import indent
from typing import Any

from checker import __version__
from checker.authoring.lint.catalogue import LOADS, RULES, Remark
from checker.authoring.lint.rule import LintRule
from checker.errors import Place, Problem, RuleError
from checker.render.records import LEVELS, Level, Notice, Rule, Tried

SCHEMA = 1


def notices(remarks: Iterable[Remark], *, strict: bool) -> list[Notice]:
    """What was found; taken strictly, a note is a warning and a warning an error."""
    found = [one.notice for one in remarks]
    return [_raised(one) for one in found] if strict else found


def _raised(notice: Notice) -> Notice:
    higher = LEVELS[max(0, LEVELS.index(notice.level) - 1)]
    return Notice(notice.rule, higher, notice.message, notice.place)


def load_notices(error: RuleError) -> list[Notice]:
    """The problems that keep a rule base from loading."""
    return [Notice(LOADS.id, "error", one.message, one.place) for one in error.problems]


def told(remark: Remark) -> str:
    """What was found, with its place and the line that shows it."""
    return _told(remark.notice, remark.source_line)


def _told(notice: Notice, line: str) -> str:
    message = f"{notice.level} {notice.rule}: {notice.message}"
    return str(Problem(notice.place, message, line))


def text(found: Sequence[tuple[Notice, str]], files: int) -> str:
    """Errors and warnings with the lines that show them, notes by their number, and the sum."""
    lines = [_told(one, line) for one, line in found if one.level != "note"]
    levels = Counter(one.level for one, _ in found)
    return "\n".join([*lines, _sum(levels, files)])


def _sum(levels: Counter[Level], files: int) -> str:
    parts = [_count(levels[one], one) for one in LEVELS if levels[one] and one != "note"]
    where = f"in {_count(files, 'file')}"
    told = f"{', '.join(parts)} {where}" if parts else f"nothing to mend {where}"
    if levels["note"]:
        told += f"; {_count(levels['note'], 'note')}, which --strict lists"
    return told


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def as_json(found: Sequence[Notice]) -> dict[str, Any]:
    """The whole answer of `rules lint`."""
    levels = Counter(one.level for one in found)
    return {
        "schema": SCHEMA,
        "tool": {"name": "checker", "version": __version__},
        "summary": {one: levels[one] for one in LEVELS},
        "notices": [
            {
                "rule": one.rule,
                "level": one.level,
                "message": one.message,
                "file": one.place.file,
                "line": one.place.line or None,
                "column": one.place.column or None,
            }
            for one in found
        ],
    }


def as_rules() -> list[Rule]:
    """All lint rules for the formats that explain them."""
    return [Rule(one.id, f"{one.title}.", page(one), one.level) for one in RULES]


def as_tests(found: Sequence[Notice], files: Iterable[str]) -> list[Tried]:
    """One test for each file in which nothing is to mend, and one that failed for each thing found."""
    tried = [
        Tried(one.place.file, f"{one.rule} in line {one.place.line}", one.place, one.message)
        for one in found
        if one.level != "note"
    ]
    wrong = {one.group for one in tried}
    fine = [Tried(one, "lint", Place(one)) for one in files if one not in wrong]
    return sorted([*tried, *fine], key=lambda one: (one.group, one.place))


def page(rule: LintRule) -> str:
    """The page of a rule: what it asks, why, and a sample on each side."""
    mends = "\n`checker rules lint --fix` mends it where that is safe.\n" if rule.mends else ""
    return (
        f"## {rule.id}: {rule.title}\n\n"
        f"Level: {rule.level}. The samples are parts of a {rule.sample_of}.\n\n"
        f"{_sentences(rule.why)}\n{mends}\n"
        f"Not so:\n\n{_block(rule.bad)}\n"
        f"But so:\n\n{_block(rule.good)}"
    )


def _sentences(words: str) -> str:
    """One sentence in each line."""
    return words.replace(". ", ".\n")


def _block(sample: str) -> str:
    return f"```yaml\n{sample}```\n"


def list_of_rules() -> str:
    """One line for each rule."""
    return "\n".join(f"{one.id}  {one.level:<7}  {one.title}" for one in RULES)


def all_pages() -> str:
    """docs/lint.md."""
    head = (
        "# Lint rules\n\n"
        "`checker rules lint` looks for what loads in a rule base and would do harm.\n"
        "A missed case is acceptable, a false alarm is not.\n"
        "An error fails the run, and under `--strict` a warning does too.\n"
        "This page is written by the program; `checker rules explain ID` prints one part of it.\n\n"
        "What a rule finds can be allowed where it stands, with the reason:\n\n"
        "```yaml\n"
        "    lint:\n"
        "      - {allow: R406, because: The fact counts the sessions before the one that is asked for.}\n"
        "```\n\n"
        f"{_table()}\n"
    )
    return head + "\n".join(page(one) for one in RULES)


def _table() -> str:
    rows = [f"| {one.id} | {one.level} | {one.title} |" for one in RULES]
    return "\n".join(["| rule | level | asks that |", "|---|---|---|", *rows, ""])


def plain_page(rule: LintRule) -> str:
    """The page of a rule for a terminal."""
    return "\n".join(
        [
            f"{rule.id}  {rule.title}",
            f"{rule.level}{'; --fix mends it where that is safe' if rule.mends else ''}",
            "",
            _sentences(rule.why),
            "",
            "Not so:",
            indent(rule.bad.rstrip(), "    "),
            "",
            "But so:",
            indent(rule.good.rstrip(), "    "),
        ]
    )
