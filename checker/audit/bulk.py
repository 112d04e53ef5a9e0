"""Whole tables of cases: one file is one task, which writes the findings of all its rows or nothing.

Any scheduler can run the task; `audit_files` uses all cores of one machine. The findings carry what they were
made from, so that a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker import __version__
from checker.case import Case, case_in
from checker.determination import Terms
from checker.errors import CaseError, CheckerError, Place, Problem, RuleError, shown_path
from checker.jsonfile import parse_json
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped
from checker.yamlfile import MAX_BYTES, MAX_PROBLEMS

if TYPE_CHECKING:
    from concurrent.futures import Future

    import pyarrow as pa
    import pyarrow.parquet as pq

    from checker.audit.batches import BatchChecker
    from checker.audit.counting import Counts

TABLE_SUFFIXES = (".parquet", ".jsonl")
BATCH_ROWS = 65_536
CASES_AT_ONCE = 2_000
_KEY = b"checker"


@dataclass(frozen=True)
class Report:
    """What became of one file: its counts, or why there are none.

    `reused` says that the findings were there already, made from the same rules, terms and input.
    """

    file: str
    counts: Counts | None
    problem: str | None = None
    reused: bool = False


def missing_extra() -> str | None:
    """Why tables cannot be read here; None where they can."""
    try:
        import numpy as np
        import pyarrow  # noqa: F401
    except ImportError as error:
        return (
            f"tables of cases need numpy and pyarrow ({error.name} is missing):"
            " pip install 'guideline-checker[bulk]'; or audit YAML cases, one by one"
        )
    if not hasattr(np, "bitwise_count"):
        return "tables of cases need numpy 2 or newer: pip install 'guideline-checker[bulk]'"
    return None


# The task ---------------------------------------------------------------------------------------------


def check_file(source: Path, target: Path, checker: BatchChecker) -> Report:
    """Decide every row of a table (Parquet or JSON lines) and write the findings, whole or not at all.

    Raises:
        CaseError: with what is wrong with the table; nothing is written then.
    """
    from checker.audit.counting import Counts

    made_from = _made_from(source, checker)
    if found := _findings_of(target, made_from):
        return Report(shown_path(source), Counts.of_plain(found), reused=True)
    counts = _write(source, target, checker, made_from)
    return Report(shown_path(source), counts)


def _made_from(source: Path, checker: BatchChecker) -> dict[str, Any]:
    """What the findings depend on."""
    terms = checker.terms
    return {
        "schema": 1,
        "tool": __version__,
        "rules": checker.rules.digest,
        "reading": terms.reading,
        "facts_from": terms.facts_from,
        "guideline": terms.guideline,
        "as_of": terms.as_of.isoformat() if terms.as_of else None,
        "input": _digest(source),
    }


def _digest(source: Path) -> str:
    try:
        with source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as failure:
        raise _unreadable(source, failure.strerror or str(failure)) from None


def _unreadable(source: Path, why: str) -> CaseError:
    return CaseError([Problem(Place(shown_path(source)), f"cannot be read: {why}")])


def metadata_of(findings: Path) -> dict[str, Any] | None:
    """What a file of findings was made from, and its counts; None where it is no such file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(findings).metadata or {}
        read = json.loads(found[_KEY])
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def _findings_of(target: Path, made_from: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = metadata_of(target) if target.exists() else None
    if found and all(found.get(name) == value for name, value in made_from.items()):
        return found.get("counts")
    return None


def _write(
    source: Path, target: Path, checker: BatchChecker, made_from: Mapping[str, Any]
) -> Counts:
    import pyarrow.parquet as pq

    from checker.audit.counting import Counting

    counting = Counting(checker)
    unfinished = _unfinished(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(unfinished, checker.schema, compression="zstd") as writer:
            for first, batch in _batches(source, checker):
                decided = checker.decide(batch, shown_path(source), first)
                counting.count(decided)
                writer.write_batch(decided.table)
            counts = counting.finished()
            told = {**made_from, "counts": counts.plain()}
            writer.add_key_value_metadata({_KEY.decode(): json.dumps(told, sort_keys=True)})
        _keep(unfinished, target)
    except OSError as failure:
        why = f"the findings cannot be written: {failure.strerror or failure}"
        raise CaseError([Problem(Place(shown_path(target)), why)]) from None
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return counts


def _unfinished(target: Path) -> Path:
    """Where findings stand until they are whole: hidden, and the same for every run."""
    return target.with_name(f".{target.name}.part")


def _keep(unfinished: Path, target: Path) -> None:
    """Give the finished file its name, once it is on the disk."""
    with unfinished.open("rb") as stream:
        os.fsync(stream.fileno())
    unfinished.replace(target)


def _batches(source: Path, checker: BatchChecker) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The batches of a table, each with the number of rows before it."""
    if source.suffix.lower() == ".jsonl":
        batches = _batches_of_lines(source, checker.rules)
    else:
        batches = _batches_of_parquet(source, checker)
    first = 0
    for batch in batches:
        yield first, batch
        first += batch.num_rows


def _batches_of_parquet(source: Path, checker: BatchChecker) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    try:
        file = _opened(source, checker)
        wanted = [name for name in checker.columns if name in file.schema_arrow.names]
        yield from file.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False)
    except (pa.ArrowException, OSError) as failure:
        why = f"no whole Parquet file ({_first_line(failure)})"
        raise _unreadable(source, why) from None


def _first_line(failure: Exception) -> str:
    return str(failure).partition("\n")[0].rstrip(".")


def _opened(source: Path, checker: BatchChecker) -> pq.ParquetFile:
    """The file, with texts at the top level read as dictionaries."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from checker.engine.columns.schema import misfits

    schema = pq.read_schema(source)
    wanted = checker.engine.reader.schema
    if problems := [Problem(Place(shown_path(source)), one) for one in misfits(schema, wanted)]:
        raise CaseError(problems)
    texts = [one.name for one in schema if pa.types.is_string(one.type) and one.name != "case"]
    return pq.ParquetFile(source, read_dictionary=texts)


def _batches_of_lines(source: Path, rules: RuleBase) -> Iterator[pa.RecordBatch]:
    from checker.audit.tables import cases_to_table

    cases = cases_in_lines(source, rules)
    while some := list(islice(cases, CASES_AT_ONCE)):
        yield from cases_to_table(some, rules).combine_chunks().to_batches()


def cases_in_lines(source: Path, rules: RuleBase) -> Iterator[Case]:
    """The cases of a file with one case in each line, in the JSON form of a case; empty lines are left out.

    Raises:
        CaseError: with the problems of all its lines, when the last one was read.
    """
    problems: list[Problem] = []
    for number, text in _lines(source):
        try:
            case = case_in(parse_json(shown_path(source), number, text, CaseError), rules)
        except CaseError as error:
            problems += error.problems
            if len(problems) >= MAX_PROBLEMS:
                raise CaseError(problems[:MAX_PROBLEMS]) from None
            continue
        if not problems:
            yield case
    if problems:
        raise CaseError(problems)


def _lines(source: Path) -> Iterator[tuple[int, str]]:
    file = shown_path(source)
    try:
        with source.open("rb") as stream:
            number = 0
            while line := stream.readline(MAX_BYTES + 1):
                number += 1
                if len(line) > MAX_BYTES:
                    size = f"the line is longer than {MAX_BYTES // 1_000_000} MB"
                    raise CaseError([Problem(Place(file, number, 1), size)])
                if line.strip():
                    yield (
                        number,
                        line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n"),
                    )
    except UnicodeDecodeError:
        said = "the line is not saved as UTF-8; save it as UTF-8"
        raise CaseError([Problem(Place(file, number, 1), said)]) from None
    except OSError as failure:
        raise _unreadable(source, failure.strerror or str(failure)) from None


# Many files -------------------------------------------------------------------------------------------


def tables_in(paths: Iterable[Path]) -> dict[Path, Path]:
    """The tables that paths name, each with the way to it from its folder: files as given, all of a folder.

    Raises:
        CaseError: for a folder without a table, and for two files that would have the same findings.
    """
    found: dict[Path, Path] = {}
    problems = []
    for path in paths:
        inside = sorted(_tables_below(path)) if path.is_dir() else []
        if path.is_dir() and not inside:
            message = "the folder holds no table (no .parquet or .jsonl file)"
            problems.append(Problem(Place(shown_path(path)), message))
        for one in inside or ([] if path.is_dir() else [path]):
            found.setdefault(one, one.relative_to(path) if path.is_dir() else Path(one.name))
    names: dict[Path, Path] = {}
    for path, way in found.items():
        other = names.setdefault(_findings_name(way), path)
        if other.resolve() != path.resolve():
            of = shown_path(other)
            message = f"its findings would have the name of those of {of}; audit them apart"
            problems.append(Problem(Place(shown_path(path)), message))
    if problems:
        raise CaseError(problems)
    return found


def _tables_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in TABLE_SUFFIXES and path.is_file() and not hidden:
            yield path


def _findings_name(way: Path) -> Path:
    return way.with_suffix(".parquet")


def planned(paths: Iterable[Path], out: Path) -> list[tuple[Path, Path]]:
    """Each table with the file for its findings: `out` itself for a single one, else below `out`.

    What lies below `out` is taken for findings of an earlier run.

    Raises:
        CaseError: where findings would overwrite a table.
    """
    given = list(paths)
    if problems := [
        Problem(Place(shown_path(out)), f"{shown_path(one)} holds the tables; name another folder")
        for one in given
        if one.is_dir() and one.resolve().is_relative_to(out.resolve())
    ]:
        raise CaseError(problems)
    tables = {
        path: way
        for path, way in tables_in(given).items()
        if path in given or not path.resolve().is_relative_to(out.resolve())
    }
    alone = len(given) == 1 and given[0].is_file() and out.suffix.lower() == ".parquet"
    pairs = [(path, out if alone else out / _findings_name(way)) for path, way in tables.items()]
    if overwritten := [
        Problem(Place(shown_path(target)), "the findings would overwrite the table itself")
        for path, target in pairs
        if path.resolve() == target.resolve()
    ]:
        raise CaseError(overwritten)
    return pairs


def audit_files(
    paths: Iterable[Path], out: Path, *, jobs: int | None, terms: Terms, rules: Path
) -> Iterator[Report]:
    """The reports of all tables that paths name, as they are done, by `jobs` processes (None: one per core).

    A file that cannot be decided is reported and stops no other.

    Raises:
        RuleError: where the rules cannot be read, or cannot run on columns.
        CaseError: as `planned`.
    """
    pairs = planned(paths, out)
    workers = min(jobs or os.cpu_count() or 1, len(pairs))
    task = Task(rules, terms)
    task.prepared()
    if workers <= 1:
        yield from (task.run(*pair) for pair in pairs)
    else:
        yield from _in_processes(task, pairs, workers)


def _in_processes(task: Task, pairs: Sequence[tuple[Path, Path]], workers: int) -> Iterator[Report]:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, _die_when_interrupted) as pool:
        with _interrupts_ignored():
            waiting = {pool.submit(task.run, *pair): pair[0] for pair in pairs}
        try:
            for done in as_completed(waiting):
                yield _report(done, waiting[done])
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            for _, target in pairs:
                with suppress(OSError):
                    _unfinished(target).unlink()
            raise


def _report(done: Future[Report], source: Path) -> Report:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return done.result()
    except BrokenProcessPool:
        why = "the process that decided it ended; is there enough memory for all --jobs?"
        problem = Problem(Place(shown_path(source)), why)
        return Report(shown_path(source), None, str(problem))


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes that start meanwhile are not interrupted while they load; the one that asks is, afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _die_when_interrupted() -> None:
    """A worker ends at once and says nothing; what it left unfinished is taken away by the one that asked."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Task:
    """What any process needs to decide a file: the folder of the rules and the terms. It can be sent anywhere.

    `rules` None is the rule base that comes along; `digest`, where given, is what it must be.
    """

    rules: Path | None
    terms: Terms
    digest: str | None = None

    def run(self, source: Path, target: Path) -> Report:
        """The report on one file; what is wrong with it is told there."""
        try:
            return check_file(source, target, self.prepared())
        except CheckerError as error:
            return Report(shown_path(source), None, str(error))
        except MemoryError:
            problem = Problem(Place(shown_path(source)), "there is not enough memory to decide it")
            return Report(shown_path(source), None, str(problem))

    def prepared(self) -> BatchChecker:
        """The checker of this process, made once.

        Raises:
            RuleError: where the rules cannot be read, cannot run on columns, or are not the ones asked for.
        """
        if self not in _KEPT:
            _KEPT[self] = self._prepared()
        return _KEPT[self]

    def _prepared(self) -> BatchChecker:
        import pyarrow as pa

        from checker.audit.batches import BatchChecker

        pa.set_cpu_count(1)
        pa.set_io_thread_count(1)
        rules = load_rules(self.rules or shipped("rules"))
        if self.digest and rules.digest != self.digest:
            where = shown_path(self.rules) if self.rules else "the rules that come with checker"
            raise RuleError([Problem(Place(where), "these are not the rules of the one who asks")])
        return BatchChecker(rules, self.terms)


_KEPT: dict[Task, BatchChecker] = {}
"""What this process has prepared: a worker decides many files under the same rules, on one core."""
