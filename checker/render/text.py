"""What a person reads in a terminal: the checklist of `check`, the account of `explain`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.anatomy import Anatomy
from checker.audit.comparison import Compared, compare
from checker.audit.figures import Interval, Share
from checker.audit.findings import Remark
from checker.audit.outcomes import LEAST_LETTERS, Outcomes
from checker.case import Request
from checker.charting import FactsFrom
from checker.determination import Determination, Finding, Judged, Question, Terms
from checker.engine.agreed import WRITTEN_SEMANTICS, Engine
from checker.fact import Conflicting, Documented, evidence_of
from checker.guideline import Guideline, Status
from checker.render.words import (
    ASCII_SIGNS,
    DISCLAIMER,
    HEADLINES,
    MEANS,
    OUTCOME_STYLES,
    READINESS,
    SIGNS,
    STYLES,
    WORST_FIRST,
    condition_words,
    evidence_words,
    fact_line,
)
from checker.wording import joined, plain, value_words

MOST_QUESTIONS = 3
NARROW = 70
"""Columns below which a checklist is printed in one column."""


def sign(status: Status, console: Console) -> str:
    """The status's sign, in ASCII where the terminal cannot show the other."""
    try:
        SIGNS[status].encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII_SIGNS[status]
    return SIGNS[status]


def show_checklist(determination: Determination, engine: Engine, console: Console) -> None:
    """One procedure of a case: the headline, its criteria worst first, what to do next."""
    _headline(determination, engine.rules.anatomy, console)
    if determination.guideline:
        decide = [one for one in determination.judged if one.criterion.decides]
        advise = [one for one in determination.judged if not one.criterion.decides]
        console.print()
        console.print(_indented(_criteria(decide, console), 2))
        if advise:
            console.print(_indented(Text("Advice, which decides nothing:", style="dim"), 2))
            console.print(_indented(_criteria(advise, console), 2))
        console.print()
        console.print(_counts(determination))
    _next_steps(determination, console)
    for warning in determination.warnings:
        console.print(Text.assemble(("note: ", "yellow"), warning))
    for compared in compare(determination, engine.rules):
        _reviewer(compared, console)


def show_tally(determinations: Sequence[Determination], console: Console) -> None:
    """How many procedures are ready, not ready, to answer and not covered."""
    counts = Counter(READINESS[one.outcome] for one in determinations)
    told = ", ".join(f"{counts[word]} {word}" for word in READINESS.values() if counts[word])
    console.print(f"{len(determinations)} procedures: {told}")


def show_footer(engine: Engine, terms: Terms, console: Console) -> None:
    """Under what terms it was decided, by what, and what it is not."""
    checked = f"checked against the {WRITTEN_SEMANTICS}"
    how = f"alone ({engine.unavailable})" if engine.unavailable else checked
    read = f"Read {terms.reading}, {_HEARD[terms.facts_from]}."
    rules = f"Rules {engine.rules.digest[:12]}."
    console.print(Text(f"{read} Decided by {engine.name}, {how}. {rules}", style="dim"))
    console.print(Text(DISCLAIMER, style="dim"))


_HEARD: Mapping[FactsFrom, str] = {
    "all": "all facts",
    "record": "facts from the chart alone",
    "record+ur": "facts from chart and utilization review",
}


def _headline(determination: Determination, anatomy: Anatomy, console: Console) -> None:
    outcome = determination.outcome
    head = Text.assemble(
        (HEADLINES[outcome], OUTCOME_STYLES[outcome]), "  ", title(determination, anatomy)
    )
    console.print(head)
    lines = [
        f"{determination.case.name} {requests_named(determination.requests)}   {MEANS[outcome]}"
    ]
    if determination.guideline:
        lines.append(f"under {determination.guideline.title} ({determination.guideline.id})")
        lines += [determination.why] if determination.why else []
    else:
        lines.append(determination.reason)
    for line in lines:
        console.print(_indented(Text(line, style="dim"), 4))


def title(determination: Determination, anatomy: Anatomy) -> str:
    """The requests' own words, or what is known of the procedure."""
    items = [one.item for one in determination.requests if one.item]
    if len(items) == 1:
        return items[0]
    chart = determination.procedure.chart
    known = [chart[name] for name in ("procedure", "requested_joints", "side") if name in chart]
    words = [value_words(one.value, anatomy) for one in known if isinstance(one, Documented)]
    told = ", ".join(words) or "request"
    return told[:1].upper() + told[1:]


def requests_named(requests: Sequence[Request]) -> str:
    """`#1`, or `#2 #3 #4 #5, one procedure`."""
    named = " ".join(f"#{one.id}" for one in requests)
    return f"{named}, one procedure" if len(requests) > 1 else named


def _indented(what: RenderableType, columns: int) -> Padding:
    return Padding(what, (0, 0, 0, columns), expand=False)


def _criteria(judged: Iterable[Judged], console: Console) -> RenderableType:
    """Three columns; on a narrow screen the sentence stands below its status instead of beside it."""
    ordered = sorted(judged, key=_worst_first)
    if console.width < NARROW:
        return Group(*(part for one in ordered for part in _stacked(one, console)))
    table = Table.grid(padding=(0, 1), pad_edge=False)
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in ordered:
        sentence, *advice = _sentences(one, console)
        table.add_row(_status(one, console), Text(one.criterion.id, style="bold"), sentence)
        for text in advice:
            table.add_row("", "", text)
    return table


def _stacked(judged: Judged, console: Console) -> Iterator[RenderableType]:
    yield Text.assemble(_status(judged, console), " ", (judged.criterion.id, "bold"))
    for text in _sentences(judged, console):
        yield _indented(text, 2)


def _status(judged: Judged, console: Console) -> Text:
    words = f"{sign(judged.status, console)} {judged.status}"
    return Text(words, style=STYLES[judged.status])


def _sentences(judged: Judged, console: Console) -> Iterator[Text]:
    """What the criterion asks, and what to do about it where it counts against the request."""
    yield _says(judged)
    if judged.counts_against:
        arrow = "→" if sign("met", console) == SIGNS["met"] else "->"
        yield Text(f"{arrow} {judged.criterion.fix}", style="dim")


def _worst_first(judged: Judged) -> tuple[bool, int]:
    return not judged.criterion.decides, WORST_FIRST.index(judged.status)


def _says(judged: Judged) -> Text:
    notes = []
    if judged.conflicting and judged.status in ("missing", "to answer"):
        notes.append("the chart conflicts")
    if not judged.criterion.verified:
        notes.append("not verified against the source")
    return Text.assemble(judged.criterion.says, (f" ({'; '.join(notes)})" if notes else "", "dim"))


def _counts(determination: Determination) -> Text:
    counts = Counter(one.status for one in determination.judged if one.criterion.decides)
    told = Text(", ").join(
        Text(
            f"{counts[status]} {status}",
            style=STYLES[status] if status in ("not met", "missing") else "",
        )
        for status in WORST_FIRST
        if counts[status]
    )
    ledger = determination.ledger
    return Text.assemble(
        told,
        ".  ",
        f"Decided by evidence {ledger.evidence}, presumed {ledger.presumed}, by silence {ledger.silence}.",
    )


def _next_steps(determination: Determination, console: Console) -> None:
    if not determination.questions:
        return
    against = determination.outcome == "Upheld"
    console.print("Ask as well:" if against else "Ask these first:")
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, question in enumerate(determination.questions[:MOST_QUESTIONS], 1):
        table.add_row(f"{number}", Text(question.spec.name, style="bold"), _ask(question))
    console.print(_indented(table, 2))
    more = len(determination.questions) - MOST_QUESTIONS
    example = determination.questions[0].spec.name
    tail = f"{more} more.  " if more > 0 else ""
    console.print(Text(f"  {tail}Answer in the file, or with --set {example}=…", style="dim"))


def _ask(question: Question) -> Text:
    where = f"  ({question.spec.where})" if question.spec.where else ""
    return Text.assemble(question.spec.ask, (where, "dim"))


def _reviewer(compared: Compared, console: Console) -> None:
    line = f"reviewer, #{compared.request.id}: {compared.decision.outcome}   {agreement_words(compared)}"
    console.print(Text(line, style="dim"))


def agreement_words(compared: Compared) -> str:
    """`agree, same reasons`, `disagree`, `open` or `not covered`."""
    return f"agree, {compared.agreement}" if compared.agrees else compared.agreement


# explain ---------------------------------------------------------------------------------------------


def show_account(determination: Determination, engine: Engine, console: Console) -> None:
    """Every criterion with its rule, citation, facts and evidence; the reviewer's reasons beside ours."""
    _headline(determination, engine.rules.anatomy, console)
    guideline = determination.guideline
    anatomy = engine.rules.anatomy
    if guideline:
        for judged in sorted(determination.judged, key=_worst_first):
            console.print()
            _account_of(judged, guideline, anatomy, console)
        console.print()
        console.print(_counts(determination))
    for warning in determination.warnings:
        console.print(Text.assemble(("note: ", "yellow"), warning))
    for compared in compare(determination, engine.rules):
        console.print()
        _reasons_compared(compared, console)


def show_outcomes(found: Outcomes, console: Console) -> None:
    """How decided requests like this one were decided, and the nearest one of each outcome."""
    console.print(Text("Decided cases under the same guideline.", style="bold"))
    if found.guideline is None:
        console.print("  no guideline covers the request, so that no case is like it")
        return
    failed = f"failed {joined(found.failed) or 'no criterion'}"
    if found.enough:
        console.print(f"  {failed} too: upheld {share_words(found.upheld)}")
        console.print(f"    {_numbered(found.letters, 'letter')}; {clustered_words(found.upheld)}")
    else:
        console.print(f"  no reference class: {failed} in {_numbered(found.letters, 'letter')}")
        console.print(f"    at least {LEAST_LETTERS} letters are needed")
    console.print(f"  all under the guideline: upheld {share_words(found.baseline)}")
    console.print(f"    {_numbered(found.baseline_letters, 'letter')}")
    for outcome, one in found.nearest.items():
        if one is None:
            console.print(f"  nearest {outcome}: none")
            continue
        console.print(f"  nearest {outcome}: {one.item}")
        for kind, differences in (("criterion", one.criteria), ("fact", one.facts)):
            for each in differences:
                name = each.name if kind == "criterion" else plain(each.name)
                words = f"{name}: {each.here} here, {each.there} there"
                console.print(_indented(Text(words, style="" if kind == "criterion" else "dim"), 4))
        if not (one.criteria or one.facts):
            console.print("    nothing that the guideline looks at is different")


def share_words(share: Share) -> str:
    """`7 of 8, 87.5 % (95 % interval 52.9 to 97.7)`; rounded down, so that only all is 100 %."""
    if share.fraction is None or share.interval is None:
        return "none"
    percent = share.part * 1000 // share.whole / 10
    return f"{share.part} of {share.whole}, {percent} % (95 % interval {_range(share.interval)})"


def clustered_words(share: Share) -> str:
    """The interval if letters are drawn, and how many independent items would tell as much."""
    if share.clustered is None or share.effective is None:
        return "drawn by letter: none"
    return (
        f"drawn by letter: interval {_range(share.clustered)}, as {share.effective:.1f} "
        "independent items would give"
    )


def _range(interval: Interval) -> str:
    low, high = interval
    return f"{low * 100:.1f} to {high * 100:.1f}"


def _numbered(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def show_trace(chain: Mapping[str, Sequence[str]], console: Console) -> None:
    """The facts from which the engine chained to each status."""
    console.print()
    console.print("Chained by durable_rules from:")
    for criterion, names in chain.items():
        console.print(_indented(Text(f"{criterion}: {', '.join(plain(one) for one in names)}"), 2))


def _account_of(judged: Judged, guideline: Guideline, anatomy: Anatomy, console: Console) -> None:
    criterion = judged.criterion
    console.print(Text.assemble("  ", _status(judged, console), "  ", (criterion.id, "bold")))
    console.print(_indented(_says(judged), 6))
    asks = [("needs", criterion.requires)]
    if criterion.when:
        asks.insert(0, ("applies when", criterion.when))
    if criterion.unless:
        asks.append(("unless documented", criterion.unless))
    lines = [f"{name}: {condition_words(condition)}" for name, condition in asks]
    lines += [guideline.citation(criterion), f"{criterion.place.file}:{criterion.place.line}"]
    for line in lines:
        console.print(_indented(Text(line, style="dim"), 6))
    for finding in judged.findings:
        for line in _finding_lines(finding, anatomy):
            console.print(_indented(Text(line), 6))


def _finding_lines(finding: Finding, anatomy: Anatomy) -> Iterable[str]:
    """The fact, and where it stands; each of several values with its own place."""
    if isinstance(finding.fact, Conflicting):
        yield f"{plain(finding.name)}: conflicting"
        for one in finding.fact.values:
            places = "; ".join(evidence_words(each) for each in one.evidence)
            yield f"  {value_words(one.value, anatomy)}  {places}"
        return
    places = "; ".join(words for one in evidence_of(finding.fact) if (words := evidence_words(one)))
    note = getattr(finding.fact, "note", None)
    yield (
        fact_line(finding, anatomy)
        + (f"  [{places}]" if places else "")
        + (f"  {note}" if note else "")
    )


def remark_words(remark: Remark) -> str:
    """`hedged: the rationale leaves its own decision open  [rationale, lines 69-77 (the reviewer)]`."""
    places = "; ".join(words for one in remark.evidence if (words := evidence_words(one)))
    return f"{remark.id}: {remark.says}" + (f"  [{places}]" if places else "")


def _reasons_compared(compared: Compared, console: Console) -> None:
    decision = compared.decision
    head = f"Reviewer, #{compared.request.id}: {decision.outcome}, {agreement_words(compared)}"
    place = evidence_words(decision.evidence) if decision.evidence else ""
    console.print(Text.assemble((head, "bold"), f"   {place}" if place else ""))
    rows = [
        ("decided on", decision.basis),
        ("cites", ", ".join(decision.guidelines_cited)),
        ("both name", ", ".join(compared.shared)),
        ("the reviewer alone names", ", ".join(compared.theirs_alone)),
        ("the rules alone name", ", ".join(compared.ours_alone)),
        ("note", decision.note or ""),
        *(("finding", remark_words(one)) for one in compared.findings),
    ]
    for name, told in rows:
        if told:
            console.print(_indented(Text(f"{name}: {told}"), 2))
