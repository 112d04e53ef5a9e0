"""What two engines have to agree on: determination, guideline, ledger, statuses, agreement with decisions."""

from functools import singledispatch
from typing import Any

import pyarrow as pa

from checker.audit.batches import CRITERION
from checker.audit.comparison import compare
from checker.determination import Determination
from checker.rulebase import RuleBase


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """A small table as one batch."""
    return table.combine_chunks().to_batches()[0]


@singledispatch
def as_told(answer: Any, rules: RuleBase | None = None) -> tuple[Any, ...]:
    """An answer of either engine in one form."""
    raise TypeError(answer)


@as_told.register
def _(answer: Determination, rules: RuleBase | None = None) -> tuple[Any, ...]:
    ledger = answer.ledger
    return (
        answer.case.name,
        answer.guideline.id if answer.guideline else None,
        answer.outcome,
        (ledger.evidence, ledger.presumed, ledger.silence),
        {one.criterion.id: one.status for one in answer.judged},
        [one.agreement for one in compare(answer, rules)] if rules else [],
    )


@as_told.register
def _(answer: dict, rules: RuleBase | None = None) -> tuple[Any, ...]:
    statuses = {name: said for name, said in answer.items() if name.startswith(CRITERION) and said}
    return (
        answer["case"],
        answer["guideline"],
        answer["determination"],
        (answer["evidence"], answer["presumed"], answer["silence"]),
        {name.removeprefix(CRITERION): said for name, said in statuses.items()},
        [one for one in answer["agreements"] or () if one] if rules else [],
    )
