"""One determination beside one reviewer's decision: the same outcome, and the same reasons?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from checker.audit.findings import Remark, remarks_on
from checker.case import Decision, Request
from checker.determination import Determination
from checker.engine.written import AGAINST
from checker.rulebase import RuleBase

Agreement = Literal[
    "same reasons", "same and more", "other reasons", "disagree", "open", "not covered"
]
AGREEMENTS: tuple[Agreement, ...] = get_args(Agreement)
SAME_OUTCOME: frozenset[Agreement] = frozenset({"same reasons", "same and more", "other reasons"})


@dataclass(frozen=True, slots=True)
class Compared:
    """A request with its determination, the reviewer's decision, and how far the two agree.

    `shared` are the reviewer's grounds that the determination rests on too; `ours_alone` the criteria that
    count against the request and that the reviewer does not name; `theirs_alone` the other way round.
    `findings` are what is remarkable about the decision or what it rests on. What is not `scored` is reported
    apart.
    """

    request: Request
    determination: Determination
    decision: Decision
    agreement: Agreement
    shared: tuple[str, ...] = ()
    ours_alone: tuple[str, ...] = ()
    theirs_alone: tuple[str, ...] = ()
    findings: tuple[Remark, ...] = ()
    scored: bool = True

    @property
    def covered(self) -> bool:
        """Whether a guideline speaks about the request."""
        return self.agreement != "not covered"

    @property
    def agrees(self) -> bool:
        """Whether determination and decision have the same outcome."""
        return self.agreement in SAME_OUTCOME


def compare(determination: Determination, rules: RuleBase) -> list[Compared]:
    """The requests of a determination that were decided, each compared with its decision."""
    return [
        _compared(determination, one, one.decision, rules)
        for one in determination.requests
        if one.decision
    ]


def _compared(
    determination: Determination, request: Request, decision: Decision, rules: RuleBase
) -> Compared:
    failed = {one.criterion.id for one in determination.judged if one.status in AGAINST}
    ours = tuple(
        one.criterion.id
        for one in determination.against
        if one.criterion.id not in decision.grounds
    )
    theirs = tuple(one for one in decision.grounds if one not in failed)
    procedure = determination.procedure.chart["procedure"]
    return Compared(
        request=request,
        determination=determination,
        decision=decision,
        agreement=_agreement(determination, decision, ours, theirs),
        shared=tuple(one for one in decision.grounds if one in failed),
        ours_alone=ours,
        theirs_alone=theirs,
        findings=tuple(remarks_on(determination, request, rules)),
        scored=rules.vocabulary.scores(getattr(procedure, "value", None)),
    )


def _agreement(
    determination: Determination, decision: Decision, ours: tuple[str, ...], theirs: tuple[str, ...]
) -> Agreement:
    """Reasons are the same when neither side names one that the other does not."""
    if determination.outcome in ("open", "not covered"):
        return "open" if determination.outcome == "open" else "not covered"
    if determination.outcome != decision.outcome:
        return "disagree"
    if theirs or (decision.basis != "guideline" and (ours or decision.outcome == "Overturned")):
        return "other reasons"
    if ours:
        return "same and more" if decision.grounds else "other reasons"
    return "same reasons"
