"""The task of checker.audit.bulk farmed out by Spark, and batches decided inside a Spark table.

Workers need checker with its extra `bulk`, and see tables, findings and rules under the same paths.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from checker.audit.bulk import Report, Task
from checker.errors import CheckerError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_AT_ONCE = 10_000
"""Files in one job of Spark."""


def missing_spark() -> str | None:
    """Why Spark cannot be used here; None where it can."""
    if find_spec("pyspark") is None:
        return "Spark is not installed here: pip install 'guideline-checker[spark]'"
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else None
    if not (java and java.exists()) and which("java") is None:
        return "Spark needs Java 17 or newer; install it, or set JAVA_HOME"
    return None


def audit_files(
    pairs: Sequence[tuple[Path, Path]], task: Task, master: str | None
) -> Iterator[Report]:
    """The reports of all files, each decided by some worker of Spark.

    Raises:
        CheckerError: where there is no Spark, or it fails.
    """
    if problem := missing_spark():
        raise CheckerError(problem)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        context = _session(master).sparkContext
        for start in range(0, len(pairs), MOST_AT_ONCE):
            some = [
                (source.resolve(), out.resolve()) for source, out in pairs[start:][:MOST_AT_ONCE]
            ]
            tasks = context.parallelize(some, len(some))
            yield from tasks.map(lambda pair: task.run(*pair)).toLocalIterator(
                prefetchPartitions=True
            )
        context.stop()
    except (PySparkException, Py4JError) as failure:
        first_line = str(failure).strip().partition("\n")[0]
        raise CheckerError(f"Spark failed: {first_line}") from None


def _session(master: str | None) -> Any:
    """Spark's session; where no master is named, the one that is configured, or all cores of this machine."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("checker audit")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if master:
        builder = builder.master(master)
    elif "SPARK_REMOTE" not in os.environ and "MASTER" not in os.environ:
        builder = builder.master("local[*]")
    return builder.getOrCreate()


# Inside a table ---------------------------------------------------------------------------------------


def decide_frame(frame: Any, task: Task) -> Any:
    """The findings of a Spark DataFrame whose columns are those of a table of cases, as a DataFrame.

    Each row is decided where it lies; counts are for SQL. Choices are texts, because Spark has no dictionaries.
    """
    schema = ", ".join(f"`{name}` {_spark_type(one)}" for name, one in _columns(task))

    def decided(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        checker = task.prepared()
        for batch in batches:
            yield _plain(checker.check(batch))

    return frame.mapInArrow(decided, schema)


def _columns(task: Task) -> Iterable[tuple[str, pa.DataType]]:
    schema = task.prepared().schema
    return zip(schema.names, schema.types, strict=True)


def _spark_type(one: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_list(one):
        return "array<string>"
    if pa.types.is_boolean(one):
        return "boolean"
    return "smallint" if pa.types.is_integer(one) else "string"


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    import pyarrow as pa

    def plain(array: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(array.type):
            return array.cast(pa.string())
        return array.cast(pa.int16()) if pa.types.is_uint8(array.type) else array

    return pa.record_batch([plain(one) for one in batch.columns], names=batch.schema.names)
