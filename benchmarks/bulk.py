"""Whole tables: the columns engine over made-up cases, beside the single-case engine and beside zen-engine.

`python -m benchmarks.bulk [CASES]` measures this part alone. The tables are written first, in files of 100,000
cases; then a process of its own decides them, file by file, and its processor time and memory are taken.

With `--compare` every case is compared with the written semantics instead, and nothing is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import peer
from benchmarks.corpus import Corpus
from benchmarks.memory import highest
from benchmarks.reference import Digest, alone, as_row, by_engine, digest_of, findings, rows_of
from benchmarks.situations import LOW_BACK
from benchmarks.table import Row, show
from checker.audit.batches import BatchChecker
from checker.audit.bulk import BATCH_ROWS, Task, audit_files, check_file
from checker.audit.tables import case_of_row
from checker.case import Case, procedures
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import names_in, status_of
from checker.fact import Chart, Documented, Fact, NotDocumented
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped
from checker.vocabulary import ListOf

FILE_ROWS = 100_000
_PEER_ROWS = 3_000
_COMPARED_AT_ONCE = 10_000
TARGET_RATIO, TARGET_MIB, TARGET_LINEAR = 100.0, 1024.0, 1.25


@dataclass(frozen=True)
class Took:
    """What a process of its own took for some files: seconds of processor, and the most memory."""

    rows: int
    seconds: float
    mib: float

    @property
    def rate(self) -> float:
        """Cases in a second of processor time."""
        return self.rows / self.seconds


def bulk(rules: RuleBase, cases: int, sample: int, chained: int) -> list[Row]:
    """`cases` for the rate, `sample` for the comparison with the definition, `chained` with durable_rules."""
    with TemporaryDirectory() as folder:
        here = Path(folder)
        files = written(Corpus(rules), cases, here)
        few = _in_a_process(files[: max(1, len(files) // 10)], here / "few")
        all_of_them = _in_a_process(files, here / "all")
        rows = _rates(few, all_of_them)
        rows.append(_in_pool_and_alone(files[:2], here, rules))
        table = pq.read_table(files[0])
    checker = BatchChecker(rules, Terms())
    rows += _compared(table.slice(0, sample), chained, checker, all_of_them)
    return [*rows, *_beside_the_peer(table, rules)]


def compared(rules: RuleBase, cases: int) -> Row:
    """Whether the columns and the written semantics agree on every case; a part that differs is named."""
    checker = BatchChecker(rules, Terms())
    definition = Engine(rules, unavailable="the definition is compared here")
    wrong = []
    with TemporaryDirectory() as folder:
        for file in written(Corpus(rules), cases, Path(folder)):
            table = pq.read_table(file)
            for start in range(0, table.num_rows, _COMPARED_AT_ONCE):
                part = table.slice(start, _COMPARED_AT_ONCE)
                says = list(by_engine(part, definition, checker))
                if not _same("", part, says, checker).ok:
                    wrong.append(f"{file.stem} from row {start + 1}")
    measured = f"{cases:,} cases; differing: {', '.join(wrong) or 'none'}"
    return Row("columns and the written semantics", measured, "none differs", not wrong)


def written(corpus: Corpus, cases: int, folder: Path) -> list[Path]:
    """The tables, made and written."""
    files = []
    for seed, start in enumerate(range(0, cases, FILE_ROWS), 1):
        files.append(folder / f"cases-{seed:04}.parquet")
        table = corpus.table(min(FILE_ROWS, cases - start), seed)
        pq.write_table(table, files[-1], compression="zstd")
    return files


def _rates(few: Took, whole: Took) -> list[Row]:
    linear = few.rate / whole.rate
    return [
        Row(
            f"{whole.rows:,} cases, tables to findings",
            f"{whole.seconds:.1f} s of processor, {whole.rate:,.0f} cases/s",
            numbers=asdict(whole),
        ),
        Row(
            "memory at its highest",
            f"{whole.mib:.0f} MiB",
            f"under {TARGET_MIB:.0f} MiB",
            whole.mib < TARGET_MIB,
        ),
        Row(
            f"cost of a case, to that among {few.rows:,}",
            f"{linear:.2f}",
            f"at most {TARGET_LINEAR}",
            linear <= TARGET_LINEAR,
        ),
    ]


def _in_a_process(files: Sequence[Path], out: Path) -> Took:
    command = [sys.executable, "-m", "benchmarks.bulk", "--decide", str(out), *map(str, files)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, check=True, cwd=root, stdout=subprocess.PIPE)
    return Took(**json.loads(done.stdout))


def decide(out: Path, files: Sequence[Path]) -> Took:
    """Decide files in this process; loading the rules counts too, starting Python does not."""
    before = process_time()
    checker = Task(shipped("rules"), Terms()).prepared()
    reports = [check_file(one, out / one.name, checker) for one in files]
    seconds = process_time() - before
    rows = sum(one.counts.rows for one in reports if one.counts)
    return Took(rows, seconds, highest())


def _in_pool_and_alone(files: Sequence[Path], here: Path, rules: RuleBase) -> Row:
    folder = shipped("rules")
    list(audit_files(files, here / "pool", jobs=2, terms=Terms(), rules=folder))
    schema = BatchChecker(rules, Terms()).schema
    digests = {
        digest_of([here / way / one.name for one in files], schema) for way in ("all", "pool")
    }
    same = len(digests) == 1
    return Row("alone and in a pool of processes", min(digests), "the same digest", same)


def _compared(table: pa.Table, chained: int, checker: BatchChecker, whole: Took) -> list[Row]:
    """The same digest from the columns, from the written semantics, and from both single-case engines."""
    cases = [case_of_row(row, checker.rules) for row in rows_of(table)]
    definition = Engine(checker.rules, unavailable="the definition is compared here")
    written_says, by_definition = _decided(cases, definition, checker)
    engine = Engine(checker.rules)
    engine_says, by_single_cases = _decided(cases[:chained], engine, checker)
    single = chained / by_single_cases
    ratio = whole.rate / single
    return [
        _same(f"{len(cases):,} cases by the written semantics", table, written_says, checker),
        _same(f"{chained:,} cases by {engine.name}", table.slice(0, chained), engine_says, checker),
        Row("the written semantics alone", f"{len(cases) / by_definition:,.0f} cases/s"),
        Row(f"the single-case engine ({engine.name})", f"{single:,.0f} cases/s"),
        Row(
            "columns, to the single-case engine",
            f"{ratio:.0f} times as fast",
            f"at least {TARGET_RATIO:.0f} times",
            ratio >= TARGET_RATIO,
            {"ratio": ratio, "single": single},
        ),
    ]


def _decided(
    cases: Sequence[Case], engine: Engine, checker: BatchChecker
) -> tuple[list[dict[str, object]], float]:
    """The findings of cases one by one, and the seconds that deciding them took."""
    before = process_time()
    answers = [determine(alone(case), engine, checker.terms)[0] for case in cases]
    seconds = process_time() - before
    pairs = zip(answers, cases, strict=True)
    return [as_row(answer, case, checker) for answer, case in pairs], seconds


def _same(what: str, table: pa.Table, says: list[dict[str, object]], checker: BatchChecker) -> Row:
    ours, theirs = Digest(checker.schema), Digest(checker.schema)
    for batch in table.to_batches():
        ours.add(checker.check(batch))
    theirs.add(findings(says, checker))
    return Row(what, theirs.value, "the same digest", ours.value == theirs.value)


def _beside_the_peer(table: pa.Table, rules: RuleBase) -> list[Row]:
    """The criteria of one guideline on closed charts without conflicts, by three engines."""
    if not peer.available():
        return [Row("zen-engine", "not installed: pip install zen-engine")]
    guideline = rules.guidelines[LOW_BACK]
    charts = list(_plain_charts(table.slice(0, _PEER_ROWS), rules))
    names = sorted({name for one in guideline.criteria for name in names_in(one)})
    fields = frozenset(
        field
        for spec in rules.vocabulary.facts.values()
        if isinstance(spec.type, ListOf)
        for field in spec.type.fields
    )
    zen = peer.Peer(guideline, fields)
    told = [peer.told(chart, names) for chart in charts]
    before = process_time()
    theirs = [zen.statuses(one) for one in told]
    by_peer = process_time() - before
    before = process_time()
    ours = [
        {one.id: status_of(one, chart, "as written", "closed") for one in guideline.criteria}
        for chart in charts
    ]
    by_definition = process_time() - before
    only = BatchChecker(rules, Terms(guideline=LOW_BACK))
    batches = table.to_batches(max_chunksize=BATCH_ROWS)
    only.check(batches[0])
    before = process_time()
    for batch in batches:
        only.check(batch)
    by_columns = process_time() - before
    differ = sum(one != other for one, other in zip(ours, theirs, strict=True))
    rate = len(charts) / by_peer
    return [
        Row(
            f"zen-engine, {len(guideline.criteria)} criteria of one guideline",
            f"{rate:,.0f} cases/s; {differ} of {len(charts):,} differ",
            "none differs",
            differ == 0,
            {"rate": rate},
        ),
        Row(
            "the written semantics on the same charts",
            f"{len(charts) / by_definition:,.0f} cases/s",
        ),
        Row(
            "columns on the same guideline, in memory",
            f"{table.num_rows / by_columns:,.0f} cases/s,"
            f" {table.num_rows / by_columns / rate:.0f} times zen-engine",
        ),
    ]


def _plain_charts(table: pa.Table, rules: RuleBase) -> Iterator[Chart]:
    """The charts of closed records on which every fact is a value or silent: what zen-engine can be told."""
    for row in rows_of(table):
        case = alone(case_of_row(row, rules))
        (one,) = procedures(case, rules.vocabulary, "all")
        if case.record == "closed" and all(map(_is_plain, one.chart.values())):
            yield one.chart


def _is_plain(fact: Fact) -> bool:
    match fact:
        case Documented(value=tuple() as items):
            records = (one for one in items if isinstance(one, Mapping))
            return all(_is_plain(field) for record in records for field in record.values())
        case Documented() | NotDocumented():
            return True
        case _:
            return False


def main() -> None:
    """This part alone, or the process that is measured."""
    if "--decide" in sys.argv:
        out, *files = map(Path, sys.argv[2:])
        print(json.dumps(asdict(decide(out, files))))
        return
    numbers = [int(one) for one in sys.argv[1:] if one != "--compare"]
    cases = numbers[0] if numbers else 1_000_000
    rules = load_rules(shipped("rules"))
    rows = [compared(rules, cases)] if "--compare" in sys.argv else bulk(rules, cases, 2_000, 300)
    show({"Whole tables": rows})


if __name__ == "__main__":
    main()
