"""`checker audit` for whole tables of cases: Parquet or JSON lines in, findings in Parquet out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from checker.audit.figures import Summary, summarize
from checker.audit.tally import Tally
from checker.cli import common
from checker.determination import Terms
from checker.errors import CaseError, CheckerError, Place, Problem
from checker.shipped import shipped

if TYPE_CHECKING:
    from checker.audit.counting import Counts

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


def refuse(options: Mapping[str, object], form: str) -> None:
    """Refuse what is there for cases only: a table is counted, and not shown item by item.

    Raises:
        CaseError: with every option that cannot be had.
    """
    asked = [name for name, value in options.items() if value]
    asked += [] if form in ("text", "json", "jsonl") else [f"--format {form}"]
    if asked:
        message = "tables are counted and not shown item by item; leave it out"
        raise CaseError(Problem(Place(one), message) for one in asked)


def audit_tables(
    paths: Sequence[str], where: Where, asked: Terms, rules: Path | None, form: str
) -> tuple[int, Summary]:
    """Decide all tables, show the counts, and give the exit code and the figures."""
    if problem := missing_extra():
        raise CheckerError(problem)
    if where.out is None:
        message = "say with `-o` where the findings go, as in -o findings"
        raise CaseError([Problem(Place(paths[0]), message)])
    from checker.audit.counting import Counts

    tables = [Path(one) for one in paths]
    total, done = Counts(), []
    number = len(planned(tables, where.out))
    reports = _reports(tables, where, where.out, asked, rules)
    for report in common.with_progress(reports, number, "tables"):
        done.append(report)
        if report.counts:
            total.add(report.counts)
        else:
            print(report.problem, file=sys.stderr)
    done.sort(key=lambda one: one.file)
    figures = summarize(Tally.of_plain(total.plain()["tally"]))
    if form == "text":
        _show(total, figures, done, asked)
    else:
        _print_json(total, figures, done, asked, rules, lines=form == "jsonl")
    failed = any(one.counts is None for one in done)
    return common.COULD_NOT_RUN if failed else common.READY, figures


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


def _print_json(
    total: Counts,
    figures: Summary,
    done: Sequence[Report],
    asked: Terms,
    rules: Path | None,
    *,
    lines: bool,
) -> None:
    from checker.render.contract import summary

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
    told = {"files": files, "summary": summary(figures), "counts": total.plain()}
    common.print_json({**head, **terms, **told})


def _show(total: Counts, figures: Summary, done: Sequence[Report], asked: Terms) -> None:
    """How many rows of which tables, and the figures of the audit."""
    from checker.render.audit import show_criteria, show_question

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
    screen = common.console()
    screen.print()
    show_question(figures, asked.facts_from, screen)
    screen.print()
    show_criteria(figures.criteria, screen)
    screen.print()
    facts = "all facts" if asked.facts_from == "all" else f"facts from {asked.facts_from}"
    print(f"Read {asked.reading}, {facts}. Decided by the columns engine.")
    print(
        "Restates documented facts against published criteria; not a medical-necessity determination."
    )


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _in_brackets(notes: Sequence[str]) -> str:
    return f" ({', '.join(notes)})" if notes else ""
