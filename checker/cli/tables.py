"""`checker audit` for whole tables of cases: Parquet or JSON lines in, findings in Parquet out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from checker import __version__
from checker.audit.bulk import (
    TABLE_SUFFIXES,
    Report,
    Task,
    audit_files,
    missing_extra,
    planned,
)
from checker.cli import common
from checker.determination import Terms
from checker.errors import CaseError, CheckerError, Place, Problem
from checker.shipped import shipped

if TYPE_CHECKING:
    from checker.audit.counting import Counts

OutOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Of tables (.parquet, .jsonl): the folder, or file, for the findings.",
        metavar="OUT",
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", help="Of tables: how many at once; as many as cores.", min=1),
]
EngineOption = Annotated[
    Literal["columns", "spark"],
    typer.Option("--engine", help="Of tables: here, or farmed out by Spark."),
]
MasterOption = Annotated[
    str | None, typer.Option("--master", help="Spark's master, as in spark://host:7077.")
]


@dataclass(frozen=True)
class Where:
    """Where tables are decided, and where their findings go."""

    out: Path | None
    jobs: int | None
    engine: str
    master: str | None


def are_tables(paths: Iterable[str]) -> bool:
    """Whether any of the paths is a table of cases, or a folder of tables and no other cases."""
    return any(_is_table(Path(one)) for one in paths)


def _is_table(path: Path) -> bool:
    if not path.is_dir():
        return path.suffix.lower() in TABLE_SUFFIXES
    suffixes = {one.suffix.lower() for one in path.rglob("*") if one.is_file()}
    return bool(suffixes & set(TABLE_SUFFIXES)) and not suffixes & {".yaml", ".yml"}


def audit_tables(
    paths: Sequence[str], where: Where, asked: Terms, rules: Path | None, form: str
) -> int:
    """Decide all tables, show the counts, and give the exit code."""
    if problem := missing_extra():
        raise CheckerError(problem)
    if where.out is None:
        message = "say with `-o` where the findings go, as in -o findings"
        raise CaseError([Problem(Place(paths[0]), message)])
    from checker.audit.counting import Counts

    tables = [Path(one) for one in paths]
    total, done = Counts(), []
    number = len(planned(tables, where.out))
    for report in _with_progress(_reports(tables, where, where.out, asked, rules), number):
        done.append(report)
        if report.counts:
            total.add(report.counts)
        else:
            print(report.problem, file=sys.stderr)
    done.sort(key=lambda one: one.file)
    if form == "text":
        _show(total, done, asked)
    else:
        _print_json(total, done, asked, rules, lines=form == "jsonl")
    failed = any(one.counts is None for one in done)
    return common.COULD_NOT_RUN if failed else common.READY


def _reports(
    tables: Sequence[Path], where: Where, out: Path, asked: Terms, rules: Path | None
) -> Iterator[Report]:
    if where.engine == "spark":
        from checker.audit import spark

        digest = common.rules_from(rules).digest
        task = Task(rules and rules.resolve(), asked, digest)
        return spark.audit_files(planned(tables, out), task, where.master)
    folder = rules or shipped("rules")
    return audit_files(tables, out, jobs=where.jobs, terms=asked, rules=folder)


def _with_progress(reports: Iterator[Report], number: int) -> Iterator[Report]:
    if number < 2 or not sys.stderr.isatty():
        yield from reports
        return
    from rich.console import Console
    from rich.progress import track

    screen = Console(stderr=True)
    yield from track(reports, description="tables", total=number, console=screen, transient=True)


def _print_json(
    total: Counts, done: Sequence[Report], asked: Terms, rules: Path | None, *, lines: bool
) -> None:
    files = [
        {
            "file": one.file,
            "rows": one.counts.rows if one.counts else None,
            "reused": one.reused,
            "problem": one.problem,
        }
        for one in done
    ]
    if lines:
        for one in files:
            common.print_json(one, lines=True)
        return
    terms = {
        "reading": asked.reading,
        "facts_from": asked.facts_from,
        "guideline": asked.guideline,
        "as_of": asked.as_of.isoformat() if asked.as_of else None,
    }
    digest = common.rules_from(rules).digest
    head: dict[str, Any] = {"schema": 1, "tool": __version__, "rules": {"digest": digest}}
    common.print_json({**head, **terms, "files": files, "counts": total.plain()})


def _show(total: Counts, done: Sequence[Report], asked: Terms) -> None:
    """The counts in words; what they mean is for the figures of an audit to say."""
    reused = sum(one.reused for one in done)
    failed = sum(one.counts is None for one in done)
    notes = [f"{reused} of them decided before"] if reused else []
    notes += [f"{failed} could not be read"] if failed else []
    print(f"{_number(len(done), 'table')}, {_number(total.rows, 'row')}" + _in_brackets(notes))
    if failed == len(done):
        return
    for outcome, number in total.determinations.most_common():
        print(f"  {outcome:<12} {number:>12,}")
    for problem, number in sorted(total.refused.items()):
        print(f"  not decided  {number:>12,}  {problem}")
    decided = sum(total.tables["reasons"].values()) + sum(total.tables["apart"].values())
    print(f"{_number(decided, 'decided request')}; those scored, or not covered, by agreement:")
    by_agreement: dict[str, int] = {}
    for (agreement, _, _), number in total.tables["reasons"].items():
        by_agreement[agreement] = by_agreement.get(agreement, 0) + number
    for agreement, number in sorted(by_agreement.items(), key=lambda one: -one[1]):
        print(f"  {agreement:<12} {number:>12,}")
    facts = "all facts" if asked.facts_from == "all" else f"facts from {asked.facts_from}"
    print(f"Read {asked.reading}, {facts}. Decided by the columns engine.")
    print(
        "Restates documented facts against published criteria; not a medical-necessity determination."
    )


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _in_brackets(notes: Sequence[str]) -> str:
    return f" ({', '.join(notes)})" if notes else ""
