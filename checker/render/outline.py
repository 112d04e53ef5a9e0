"""What reports read off a document of the contract: names, words and orders, the same in every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from checker.audit.figures import TOO_FEW_LETTERS
from checker.fact import Evidence
from checker.render.words import WORST_FIRST, evidence_words
from checker.wording import joined, plain

Json = Mapping[str, Any]

AGAINST = ("not met", "missing")
DECIDING = ("eligibility", "administrative")

MOST_FILES = 20
"""How many files are named that could not be read."""

MOST_NAMES = 20
"""How many items are named one after the other."""

_HEARD = {
    "all": "facts from the whole letter",
    "record": "facts from the chart alone",
    "record+ur": "facts from chart and utilization review",
}


def name_of(result: Json) -> str:
    """`imr-000#1`."""
    return f"{result['case']}#{result['request']}"


def title_of(result: Json) -> str:
    """The request in its own words, else its name."""
    return str(result["item"]) or name_of(result)


def deciding(result: Json) -> list[Json]:
    """The criteria that decide, worst first."""
    return _worst_first(one for one in result["criteria"] if one["kind"] in DECIDING)


def advice(result: Json) -> list[Json]:
    """The criteria that decide nothing, worst first."""
    return _worst_first(one for one in result["criteria"] if one["kind"] not in DECIDING)


def against(result: Json) -> list[Json]:
    """The criteria that make the determination Upheld."""
    return [one for one in deciding(result) if one["status"] in AGAINST]


def _worst_first(criteria: Iterable[Json]) -> list[Json]:
    return sorted(criteria, key=lambda one: WORST_FIRST.index(one["status"]))


def evidence_of(one: Json) -> Evidence:
    """Evidence as a value of the program."""
    told = {name: value for name, value in one.items() if name in Evidence.__dataclass_fields__}
    dated = told.get("dated")
    return Evidence(**{**told, "dated": date.fromisoformat(dated) if dated else None})


def place_words(one: Json) -> str:
    """`summary, lines 53-55 (the reviewer)`."""
    return evidence_words(evidence_of(one))


def places_words(evidence: Iterable[Json], most: int | None = None) -> str:
    """Several places, each once; after the first `most` of them only how many more there are."""
    places = list(dict.fromkeys(filter(None, map(place_words, evidence))))
    more = len(places) - most if most is not None else 0
    told = "; ".join(places[:most])
    return f"{told}; and {more} more" if more > 0 else told


def fact_words(fact: Json) -> str:
    """`facet tenderness: yes`, `care weeks: not documented`, `root tension sign: conflicting, …`."""
    marks = [
        *(["conclusory"] if fact["grade"] == "conclusory" else []),
        *(["read, not confirmed"] if not all(one["confirmed"] for one in fact["evidence"]) else []),
    ]
    marked = f" ({'; '.join(marks)})" if marks else ""
    return f"{plain(fact['fact'])}: {_state_words(fact)}{marked}"


def is_silent(fact: Json) -> bool:
    """Whether nothing is known of a fact, not even where the chart says so."""
    return fact["state"] in ("not documented", "not asked") and not fact["evidence"]


def silent_words(criterion: Json) -> str:
    """`not documented: care weeks, home exercise`, of the facts that nothing is known of."""
    groups: dict[str, list[str]] = {}
    for fact in filter(is_silent, criterion["facts"]):
        groups.setdefault(fact["state"], []).append(plain(fact["fact"]))
    return "; ".join(f"{state}: {', '.join(names)}" for state, names in groups.items())


def _state_words(fact: Json) -> str:
    match fact["state"]:
        case "documented":
            return value_words(fact["value"])
        case "conflicting":
            return "conflicting, " + " or ".join(value_words(one) for one in fact["value"])
        case state:
            return str(state)


def value_words(value: Any) -> str:
    """A value of the contract in words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case []:
            return "none"
        case [dict(), *_]:
            return "; ".join(_record_words(one) for one in value)
        case list():
            return joined(plain(str(one)) for one in value)
        case str():
            return plain(value)
        case _:
            return str(value)


def _record_words(record: Json) -> str:
    known = (
        f"{plain(name)} {value_words(value)}" for name, value in record.items() if value is not None
    )
    return ", ".join(known) or "one, without details"


def agreement_words(entry: Json) -> str:
    """`agree, same reasons`, `disagree`, `open` or `not covered`."""
    agreement = str(entry["agreement"])
    agrees = entry["decision"]["outcome"] == entry["determination"]["outcome"]
    return f"agree, {agreement}" if agrees else agreement


def disagrees(entry: Json) -> bool:
    """Whether determination and decision have different outcomes."""
    return bool(entry["agreement"] == "disagree")


def counts_words(result: Json) -> str:
    """`2 missing, 6 presumed, 2 met`, of the criteria that decide."""
    statuses = [one["status"] for one in deciding(result)]
    return ", ".join(f"{statuses.count(one)} {one}" for one in WORST_FIRST if statuses.count(one))


def ledger_words(result: Json) -> str:
    """How many criteria were decided by evidence, presumed, and lost by silence."""
    told = result["ledger"]
    return (
        f"Decided by evidence {told['evidence']}, presumed {told['presumed']},"
        f" by silence {told['silence']}."
    )


def terms_words(document: Json) -> str:
    """Under what terms it was decided, by what, and by which rules."""
    tool = document["tool"]
    told = [f"Read {document['reading']}"]
    if "facts_from" in document:
        told.append(_HEARD[document["facts_from"]])
    if document["guideline"]:
        told.append(f"under {document['guideline']} as asked")
    if document["as_of"]:
        told.append(f"as of {document['as_of']}")
    return (
        f"{', '.join(told)}. Decided by {tool['engine']}, checker {tool['version']}."
        f" Rules {document['rules']['digest'][:12]}."
    )


def share_words(share: Json) -> str:
    """`7 of 8, 87.5 % (95 % interval 52.9 to 97.8)`."""
    if share["share"] is None or share["interval"] is None:
        return "none"
    told = f"{share['part']} of {share['n']}, {percent(share)}"
    return f"{told} (95 % interval {range_words(share['interval'])})"


def percent(share: Json) -> str:
    """A share in percent, rounded down, so that only all is 100 %."""
    return f"{share['part'] * 1000 // share['n'] / 10} %"


def range_words(interval: Sequence[float]) -> str:
    """`52.9 to 97.8`, in percent."""
    low, high = interval
    return f"{low * 100:.1f} to {high * 100:.1f}"


def agree_share(summary: Json) -> Json:
    """The items on which both sides agree, as a share."""
    return {
        "part": summary["agree"],
        "n": summary["scored"],
        "share": summary["agreement"],
        "interval": summary["interval"],
        "clustered": summary["clustered_interval"],
    }


def coefficient_words(summary: Json, name: str) -> str:
    """`0.62 (95 % interval 0.41 to 0.83), always Upheld 0.00`, or what is undefined."""
    value, interval = summary[name], summary["coefficient_intervals"][name]
    always = f"always Upheld {decimal(summary['coefficients_always_upheld'][name])}"
    if value is None:
        return f"undefined, {always}"
    if interval is None:
        return f"{value:.2f} (these letters give no interval), {always}"
    return f"{value:.2f} (95 % interval {interval[0]:.2f} to {interval[1]:.2f}), {always}"


def decimal(number: float | None) -> str:
    """`0.62`, or `undefined`."""
    return "undefined" if number is None else f"{number:.2f}"


def bases_words(summary: Json) -> str:
    """`guideline 7 (agree 7), other source 1 (agree 0)`."""
    told = (f"{name} {one['n']} (agree {one['part']})" for name, one in summary["basis"].items())
    return ", ".join(told) or "none"


def reasons_words(summary: Json) -> str:
    """`same 3, same and more 4, other 1`."""
    told = ((name.replace("_", " "), count) for name, count in summary["reasons"].items())
    return ", ".join(f"{name} {count}" for name, count in told if count) or "none"


def number(count: int, noun: str) -> str:
    """`1 letter`, `5 letters`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def too_few(document: Json) -> str:
    """The warning that so few letters prove nothing; empty where there are enough."""
    letters = document["summary"]["letters"]
    if letters >= TOO_FEW_LETTERS:
        return ""
    return (
        f"n = {number(letters, 'letter')}: too few to prove anything;"
        " items of one letter are not independent."
    )


def unread_words(document: Json) -> str:
    """`2 files could not be read and are left out: a.yaml, b.yaml`; empty where all were read."""
    files = document["unread"]
    if not files:
        return ""
    are = "is" if len(files) == 1 else "are"
    listed = ", ".join(files[:MOST_FILES]) + (" and others" if len(files) > MOST_FILES else "")
    return f"{number(len(files), 'file')} could not be read and {are} left out: {listed}"


@dataclass(frozen=True, slots=True)
class Failing:
    """How often a criterion counts against a request, over the items that it was judged on.

    `says` is empty where the audit has no entries to take it from.
    """

    criterion: str
    guideline: str
    says: str
    judged: int
    not_met: int
    missing: int
    sole: int
    named: int
    overturned: int

    @property
    def failed(self) -> int:
        """Not met and missing together."""
        return self.not_met + self.missing


def failing(document: Json) -> list[Failing]:
    """The criteria that count against a request at least once, the most frequent first; advice left out."""
    known = {
        (result["guideline"], one["id"]): one
        for result in (entry["determination"] for entry in document["entries"])
        for one in result["criteria"]
    }
    found = []
    for one in document["summary"]["criteria"]:
        criterion = known.get((one["guideline"], one["criterion"]))
        counts = one["not_met"] + one["missing"]
        if counts and (criterion is None or criterion["kind"] in DECIDING):
            found.append(
                Failing(
                    says=criterion["says"] if criterion else "",
                    overturned=one["failed_but_overturned"]["part"],
                    **{name: one[name] for name in _OF_FIGURES},
                )
            )
    return found


_OF_FIGURES = ("criterion", "guideline", "judged", "not_met", "missing", "sole", "named")


def finding_words(finding: Json) -> str:
    """A finding in one line, with where it stands: `rationale, lines 73-77 (the reviewer)`."""
    places = places_words(finding["evidence"])
    return f"{finding['says']} [{places}]" if places else str(finding["says"])


def findings_by_kind(entries: Iterable[Json]) -> dict[str, list[tuple[list[Json], Json]]]:
    """Findings with the entries that they are about, those of one kind together, equal ones once."""
    kinds: dict[str, dict[str, tuple[list[Json], Json]]] = {}
    for entry in entries:
        for finding in entry["findings"]:
            of_kind = kinds.setdefault(finding["id"], {})
            key = f"{entry['case']} {finding_words(finding)}"
            of_kind.setdefault(key, ([], finding))[0].append(entry)
    return {kind: list(of_kind.values()) for kind, of_kind in sorted(kinds.items())}


def hanging_words(items: Iterable[Json]) -> list[str]:
    """Items whose outcome hangs on how one looks, those that hang alike together."""
    patterns: dict[str, list[str]] = {}
    for one in items:
        told = ", ".join(f"{way}: {outcome}" for way, outcome in one["outcomes"].items())
        patterns.setdefault(told, []).append(one["item"])
    return [
        f"{number(len(names), 'item')} ({told}): {names_words(names)}"
        for told, names in patterns.items()
    ]


def names_words(names: Sequence[str]) -> str:
    """`imr-000#1, imr-001#2 and 4 more`."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def all_evidence(criterion: Json) -> Iterator[Json]:
    """The evidence of all facts behind a criterion."""
    for fact in criterion["facts"]:
        yield from fact["evidence"]
