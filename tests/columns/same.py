"""What two engines have to agree on: determination, guideline, ledger, statuses, agreement with decisions."""

from typing import Any

import pyarrow as pa

from checker.audit.batches import CRITERION
from checker.audit.comparison import compare
from checker.determination import Determination
from checker.rulebase import RuleBase


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """A small table as one batch."""
    return table.combine_chunks().to_batches()[0]


def determined(answer: Determination, rules: RuleBase) -> tuple[Any, ...]:
    """A determination in the form of both."""
    return (
        answer.case.name,
        answer.guideline.id if answer.guideline else None,
        answer.outcome,
        (answer.ledger.evidence, answer.ledger.presumed, answer.ledger.silence),
        {one.criterion.id: one.status for one in answer.judged},
        [one.agreement for one in compare(answer, rules)],
    )


def found(row: dict[str, Any]) -> tuple[Any, ...]:
    """A row of findings in the form of both."""
    statuses = {name: said for name, said in row.items() if name.startswith(CRITERION) and said}
    return (
        row["case"],
        row["guideline"],
        row["determination"],
        (row["evidence"], row["presumed"], row["silence"]),
        {name.removeprefix(CRITERION): said for name, said in statuses.items()},
        [one for one in row["agreements"] or () if one],
    )
