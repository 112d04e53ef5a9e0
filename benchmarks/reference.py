"""What the other engines say of a table of cases, row by row, in the form of the columns' findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from checker.audit.batches import CRITERION, BatchChecker
from checker.audit.comparison import compare
from checker.audit.tables import case_of_row
from checker.case import Case
from checker.determination import Determination, determine
from checker.engine.agreed import Engine

_NOT_COMPARED = ("scored", "problem", "requests", "decisions")


@dataclass
class Digest:
    """One number for findings, however they are cut into batches: of the columns that engines must agree on."""

    schema: pa.Schema

    def __post_init__(self) -> None:
        self.columns = {
            name: hashlib.sha256() for name in self.schema.names if name not in _NOT_COMPARED
        }

    def add(self, batch: pa.RecordBatch) -> None:
        """The next rows."""
        for name, sha in self.columns.items():
            sha.update(_octets(batch.column(name)))

    @property
    def value(self) -> str:
        """The digest of all rows so far."""
        parts = (f"{name} {sha.hexdigest()}" for name, sha in self.columns.items())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _octets(array: pa.Array) -> bytes:
    """The values one after another, the same for every way to hold them."""
    return "".join(f"{one}\n" for one in array.to_pylist()).encode()


def digest_of(files: Iterable[Path], schema: pa.Schema) -> str:
    """The digest of findings in files, in this order."""
    digest = Digest(schema)
    for file in files:
        for batch in pq.ParquetFile(file).iter_batches(65_536, use_threads=False):
            digest.add(batch)
    return digest.value


def rows_of(table: pa.Table) -> Iterator[dict[str, object]]:
    """The rows of a table, one by one."""
    for batch in table.to_batches(max_chunksize=4_096):
        yield from batch.to_pylist()


def alone(case: Case) -> Case:
    """The case with the first of its requests; those of a row are one procedure."""
    return replace(case, requests=case.requests[:1])


def as_row(answer: Determination, case: Case, checker: BatchChecker) -> dict[str, object]:
    """A determination as a row of findings."""
    decided = replace(answer, procedure=replace(answer.procedure, requests=case.requests))
    agreements = iter(one.agreement for one in compare(decided, checker.rules))
    return {
        "case": case.name,
        "guideline": answer.guideline.id if answer.guideline else None,
        "determination": answer.outcome,
        "evidence": answer.ledger.evidence,
        "presumed": answer.ledger.presumed,
        "silence": answer.ledger.silence,
        "agreements": [next(agreements) if one.decision else None for one in case.requests],
        **{CRITERION + one.criterion.id: one.status for one in answer.judged},
    }


def findings(rows: list[dict[str, object]], checker: BatchChecker) -> pa.RecordBatch:
    """Rows as a batch of the findings' schema."""
    like = checker.check(pa.RecordBatch.from_pylist([], checker.engine.reader.schema))
    arrays = []
    for name, field in zip(like.schema.names, like.columns, strict=True):
        values = [row.get(name) for row in rows]
        if pa.types.is_dictionary(field.type):
            words = field.dictionary.to_pylist()
            place = {word: number for number, word in enumerate(words)}
            codes = pa.array([None if one is None else place[one] for one in values], pa.int16())
            arrays.append(pa.DictionaryArray.from_arrays(codes, field.dictionary))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=like.schema)


def by_engine(
    table: pa.Table, engine: Engine, checker: BatchChecker
) -> Iterator[dict[str, object]]:
    """Every row decided as `checker check` decides a case."""
    for row in rows_of(table):
        case = case_of_row(row, checker.rules)
        (answer,) = determine(alone(case), engine, checker.terms)
        yield as_row(answer, case, checker)
