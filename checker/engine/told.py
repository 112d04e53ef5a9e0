"""A chart as the facts that the engine's rules match.

Every fact of the chart is one small fact: its kind, its state `s` (value, silent or unasked), its value `v`
or number of members `n`, and the number `i` of the record it belongs to (0 outside lists). Members of sets
and records of lists are facts of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from checker.engine.durable import Fact
from checker.fact import Chart, Documented, NotAsked
from checker.fact import Fact as ChartFact


def told(chart: Chart, names: Iterable[str]) -> Iterator[Fact]:
    """The facts of a chart without conflicts, as the rules want them; a name that is no fact is a field."""
    wanted = dict.fromkeys(names)
    for name in wanted:
        if name in chart:
            yield from _told(name, chart[name], 0, wanted)


def _told(name: str, fact: ChartFact, index: int, wanted: Mapping[str, None]) -> Iterator[Fact]:
    kind = kind_of(name)
    match fact:
        case Documented(value=frozenset() as members):
            yield {"k": kind, "i": index, "s": "value", "n": len(members)}
            yield from ({"k": member_of(name), "i": index, "v": member} for member in members)
        case Documented(value=tuple() as records):
            yield {"k": kind, "i": index, "s": "value", "n": len(records)}
            for number, record in enumerate(records):
                yield {"k": record_of(name), "i": number}
                for field_name in record if isinstance(record, Mapping) else ():
                    if field_name in wanted:
                        yield from _told(field_name, record[field_name], number, wanted)
        case Documented(value=date() as day):
            yield {"k": kind, "i": index, "s": "value", "v": day.toordinal()}
        case Documented(value=value):
            yield {"k": kind, "i": index, "s": "value", "v": value}  # type: ignore[dict-item]
        case NotAsked():
            yield {"k": kind, "i": index, "s": "unasked"}
        case _:
            yield {"k": kind, "i": index, "s": "silent"}


def name_of(fact: Fact) -> str:
    """The name of the chart's fact, or of the record's field, that a told fact came from."""
    return str(fact["k"]).rpartition(" ")[2]


def kind_of(name: str) -> str:
    """The kind of the facts that tell of a chart's fact or a record's field."""
    return f"fact {name}"


def member_of(name: str) -> str:
    """The kind of the facts that tell of the members of a set."""
    return f"member of {name}"


def record_of(name: str) -> str:
    """The kind of the facts that tell of the records of a list."""
    return f"record of {name}"
