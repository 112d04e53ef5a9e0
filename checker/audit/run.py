"""One run of an audit: decided cases under the terms asked for, from the record alone, in each reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checker.audit.comparison import Compared, compare
from checker.audit.dimensions import Dimension
from checker.audit.findings import across_letters
from checker.audit.tally import Tally, tally
from checker.auditfile import Remarks
from checker.case import Case
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import READINGS, Reading


@dataclass(frozen=True)
class AuditedCase:
    """The decided requests of one case, under each of the terms of an audit."""

    followed: tuple[Compared, ...]
    foresaw: tuple[Compared, ...]
    readings: Mapping[Reading, tuple[Compared, ...]]


@dataclass(frozen=True, slots=True)
class Hanging:
    """An item whose outcome hangs on how it is looked at; `outcomes` has one for each way to look."""

    item: str
    outcomes: Mapping[str, str]


@dataclass(frozen=True)
class Audit:
    """What an audit found, as tallies and item by item.

    `followed` is under the terms asked for, `foresaw` the same from the record alone, `readings` each reading
    if it was asked for. `items` are those of `followed`; they are empty where cases were only counted.
    `on_silence` are the items that hang on the reading, `on_hindsight` those that hang on whose words count.
    """

    followed: Tally = field(default_factory=Tally)
    foresaw: Tally = field(default_factory=Tally)
    readings: Mapping[Reading, Tally] = field(default_factory=dict)
    items: tuple[Compared, ...] = ()
    on_silence: tuple[Hanging, ...] = ()
    on_hindsight: tuple[Hanging, ...] = ()


def audit_case(case: Case, engine: Engine, terms: Terms, *, readings: bool = False) -> AuditedCase:
    """The decided requests of a case, compared under all terms of an audit, equal ones only once."""
    from_the_record = replace(terms, facts_from="record")
    each_reading = {one: replace(terms, reading=one) for one in (READINGS if readings else ())}
    wanted = dict.fromkeys((terms, from_the_record, *each_reading.values()))
    found = {one: _compared(case, engine, one) for one in wanted}
    return AuditedCase(
        followed=found[terms],
        foresaw=found[from_the_record],
        readings={reading: found[one] for reading, one in each_reading.items()},
    )


def audited(cases: Iterable[AuditedCase], remarks: Remarks, by: Sequence[Dimension] = ()) -> Audit:
    """The audit over all these cases; `remarks` are those of the rule base."""
    each = list(cases)
    followed = _with_common_texts([one for case in each for one in case.followed], remarks)
    foresaw = [one for case in each for one in case.foresaw]
    readings = {
        reading: [one for case in each for one in case.readings.get(reading, ())]
        for reading in READINGS
        if any(reading in case.readings for case in each)
    }
    return Audit(
        followed=tally(followed, by),
        foresaw=tally(foresaw, by),
        readings={reading: tally(items) for reading, items in readings.items()},
        items=tuple(followed),
        on_silence=_hanging({str(reading): items for reading, items in readings.items()}),
        on_hindsight=_hanging({"all": followed, "record": foresaw}),
    )


def item_name(compared: Compared) -> str:
    """`imr-003#2`."""
    return f"{compared.determination.case.name}#{compared.request.id}"


def _compared(case: Case, engine: Engine, terms: Terms) -> tuple[Compared, ...]:
    return tuple(
        one for answer in determine(case, engine, terms) for one in compare(answer, engine.rules)
    )


def _with_common_texts(items: Sequence[Compared], remarks: Remarks) -> list[Compared]:
    """The same items, with the findings that only the whole corpus shows."""
    decided = [(one.determination.case.file, item_name(one), one.decision) for one in items]
    found = across_letters(decided, remarks)
    return [
        replace(one, findings=(*one.findings, more))
        if (more := found.get((one.determination.case.file, one.request.id)))
        else one
        for one in items
    ]


def _hanging(ways: Mapping[str, Sequence[Compared]]) -> tuple[Hanging, ...]:
    """The items whose outcome is not the same in every way, in their order."""
    outcomes: dict[tuple[str, str], dict[str, str]] = {}
    names: dict[tuple[str, str], str] = {}
    for way, items in ways.items():
        for one in items:
            key = (one.determination.case.file, one.request.id)
            names[key] = item_name(one)
            outcomes.setdefault(key, {})[way] = one.determination.outcome
    return tuple(
        Hanging(names[key], told) for key, told in outcomes.items() if len(set(told.values())) > 1
    )
