"""The task farmed out by Spark, and batches decided inside its tables, give the findings of one process."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.corpus import Corpus
from benchmarks.reference import digest_of
from checker.audit import spark
from checker.audit.batches import BatchChecker
from checker.audit.bulk import Task, audit_files, planned
from checker.determination import Terms

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(spark.missing_spark() is not None, reason=str(spark.missing_spark())),
    # Spark closes its own sockets late.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def tables(rules, tmp_path_factory):
    """Two tables in a folder."""
    folder = tmp_path_factory.mktemp("tables")
    whole = Corpus(rules).table(2_000, seed=4)
    for number in range(2):
        pq.write_table(whole.slice(1_000 * number, 1_000), folder / f"{number}.parquet")
    return folder


def test_two_workers_give_the_findings_of_one_process(tables, tmp_path, rules):
    """Executors are processes of their own, as on a cluster."""
    task = Task(ROOT / "rules", Terms(), rules.digest)
    pairs = planned([tables], tmp_path / "spark")

    reports = list(spark.audit_files(pairs, task, "local-cluster[2,1,1024]"))
    alone = list(
        audit_files([tables], tmp_path / "alone", jobs=1, terms=Terms(), rules=ROOT / "rules")
    )

    schema = BatchChecker(rules, Terms()).schema
    names = ("0.parquet", "1.parquet")
    digests = {
        digest_of([tmp_path / where / one for one in names], schema) for where in ("spark", "alone")
    }
    assert [one.problem for one in reports] == [None, None]
    assert [one.counts.plain() for one in reports] == [one.counts.plain() for one in alone]
    assert len(digests) == 1


def test_a_table_inside_spark_has_the_same_findings(tables, rules):
    """Without files of our own: the rows of a DataFrame."""
    session = spark._session("local[2]")
    task = Task(ROOT / "rules", Terms(), rules.digest)
    frame = session.read.parquet(str(tables))

    found = spark.decide_frame(frame, task).toArrow().sort_by("case").to_pylist()
    session.stop()

    checker = BatchChecker(rules, Terms())
    expected = []
    for path in sorted(tables.glob("*.parquet")):
        for batch in pq.read_table(path).to_batches():
            expected += checker.check(batch).to_pylist()
    assert found == sorted(expected, key=lambda one: one["case"])
