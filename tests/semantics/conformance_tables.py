"""The part of the conformance suite that the tables of docs/semantics.md determine, row by row.

`UPDATE_CONFORMANCE=1 python -m pytest tests/semantics/test_conformance.py` writes it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import yaml

from tests.semantics.conformance import FOLDER, POLICIES
from tests.semantics.tables import PAGE, Row, Table, tables

READINGS = ("strict", "as written", "lenient")
RECORDS = {"closed record": "closed", "open record": "open"}
VOICES = ("record", "record+ur", "all")
LEDGER = ("evidence", "presumed", "silence")
TRUTHS = {
    "true": (False, False, True),
    "false": (False, False, False),
    "unknown": (True, "not documented", False),
    "false to true": (False, False, "not asked"),
    "false to unknown": ("not asked", "not documented", False),
    "unknown to true": (True, "not documented", "not asked"),
}
"""What to say of three facts a, b, c, so that `a and b, or c` has this truth."""

STATUS_IN_A_WAY = {
    "met": "good",
    "not met": "bad",
    "missing": "quiet",
    "presumed": "quiet",
    "to answer": "open",
    "not applicable": "outside",
}
WAYS = {
    "when": {"way": {"is_not": ["outside_1", "outside_2"]}},
    "requires": {
        "any": [
            {"way": ["good_1", "good_2"]},
            {"way": ["quiet_1", "quiet_2"], "silent": True},
            {"way": ["open_1", "open_2"], "unasked": True},
        ]
    },
}
CRITERION_OF_STATUS: Mapping[str, dict[str, Any]] = {
    "met": {"requires": {"facet_tenderness": True}, "if_silent": "ask"},
    "not met": {"requires": {"facet_tenderness": False}, "if_silent": "ask"},
    "missing": {"requires": {"facet_loading_pain": True}, "if_silent": "counts_against"},
    "presumed": {"requires": {"facet_loading_pain": True}, "if_silent": "presumed"},
    "to answer": {"requires": {"extreme_anxiety": True}, "if_silent": "ask"},
    "not applicable": {
        "when": {"facet_tenderness": False},
        "requires": {"extreme_anxiety": True},
        "if_silent": "ask",
    },
}
TENDER = {"requires": {"facet_tenderness": True}}

Said = dict[str, Any]
Groups = Iterator[tuple[Said, list[Said]]]
"""Criteria as a group holds them, and its tests."""


def files() -> dict[str, str]:
    """The text of every file, by its name."""
    found: dict[str, list[str]] = {}
    for title, one in titled():
        file, expanded = KINDS[_kind(one)]
        found.setdefault(file, []).extend(_lines(title, expanded(one)))
    return {file: _head(file) + "\n".join(lines) + "\n" for file, lines in found.items()}


def titled() -> Iterator[tuple[str, Table]]:
    """Every table, called by the heading it stands under and its number there."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    seen: dict[str, int] = {}
    for one in tables():
        heading = next(
            line for line in reversed(lines[: one.line]) if line.startswith(("## ", "### "))
        ).lstrip("# ")
        seen[heading] = seen.get(heading, 0) + 1
        yield f"{heading}, table {seen[heading]}", one


def _head(file: str) -> str:
    section = SECTIONS[file]
    return (
        f"# From the tables of docs/semantics.md. Not written by hand: see README.md.\n\n"
        f"section: {section}\n\ngroups:\n"
    )


def _lines(title: str, expanded: Groups) -> Iterator[str]:
    several = list(expanded)
    for number, (criteria, rows) in enumerate(several, start=1):
        says = f"{title} ({number} of {len(several)})" if len(several) > 1 else title
        yield f"  - says: {says}"
        for name, said in criteria.items():
            yield f"    {name}: {flow(said)}"
        yield "    tests:"
        yield from (f"      - {flow(row)}" for row in rows)


class _Dumper(yaml.SafeDumper):
    """Writes out what repeats."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def flow(said: Any) -> str:
    """A value in one line of YAML."""
    text = yaml.dump(said, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=10_000)
    return str(text).removesuffix("\n").removesuffix("\n...")


# Tables ---------------------------------------------------------------------------------------------


def _kind(one: Table) -> tuple[str, ...]:
    """The columns that say what a table is about."""
    found = [kind for kind in KINDS if one.columns[-len(kind) :] == kind and _fits(kind, one)]
    assert found, f"docs/semantics.md:{one.line}: no test is made of a table of {one.columns}"
    return found[0]


def _fits(kind: tuple[str, ...], one: Table) -> bool:
    return bool(one.block) == (kind in WITH_BLOCK)


def _parts(block: str) -> Said:
    asked = yaml.safe_load(block)
    return {"criterion": asked if "requires" in asked else {"requires": asked}}


def _facts(row: Row, names: Iterable[str]) -> Said:
    """A case's facts and request, from the cells that name them."""
    told = {name: yaml.safe_load(row[name]) for name in names if row[name] != "nothing"}
    procedure = told.pop("procedure", None)
    requests = {"requests": [{"id": 1, "procedure": procedure}]} if procedure else {}
    return {"facts": told, **requests}


def _name(row: Row, names: Iterable[str]) -> Said:
    return {"name": ", ".join(f"{name} {row[name]}" for name in names)}


def _truth(said: str) -> Said:
    return {"truth": {"true": True, "false": False}.get(said, said)}


def _listed(cell: str, every: tuple[str, ...]) -> list[str]:
    return list(every) if cell == "any" else cell.split(", ")


def _states(one: Table) -> Groups:
    """A state shows in the truth of a condition on it; a conflict shows in the status."""
    truths = {"documented": True, "not documented": "unknown", "not asked": "false to true"}
    rows = []
    for row, (column, record) in product(one.rows, RECORDS.items()):
        told = {"facet_tenderness": row["the case says"]}
        expected = {"truth": truths[row[column]]} if row[column] in truths else _torn(record)
        name = f"the case says {row['the case says']}, {column}"
        rows.append({"name": name, "record": record, **_facts(told, told), **expected})
    yield {"criterion": TENDER}, rows


def _torn(record: str) -> Said:
    """What a conflict comes to that would be met and not met."""
    return {"status": "missing" if record == "closed" else "to answer"}


def _joints(one: Table) -> Groups:
    """Each joint by itself: whether it is among those requested."""
    criterion = {"requires": {"overlap": ["requested_joints", "fusion_levels"]}}
    rows = []
    for row, joint in product(one.rows, ("L3-4", "L4-5", "L5-S1")):
        readings = [yaml.safe_load(cell) for cell in row["requested_joints"].split(" or ")]
        found = {joint in reading for reading in readings}
        expected = {"truth": found.pop()} if len(found) == 1 else _torn("closed")
        said = _facts(row, ("procedure", "targets"))
        said["facts"]["fusion_levels"] = [joint]
        name = f"{_name(row, ('procedure', 'targets'))['name']}, {joint}"
        rows.append({"name": name, **said, **expected})
    yield {"criterion": criterion}, rows


def _voices(one: Table) -> Groups:
    truths = {"true": True, "false": False, "not documented": "unknown"}
    rows = []
    for row, voices in product(one.rows, VOICES):
        said = row["the case says"]
        expected = {"truth": truths[row[voices]]} if row[voices] in truths else _torn("closed")
        told = {"facet_tenderness": said}
        terms = {"facts_from": voices}
        rows.append({"name": f"{said}, {voices}", **_facts(told, told), **terms, **expected})
    yield {"criterion": TENDER}, rows


def _conditions(one: Table) -> Groups:
    names = one.columns[:-1]
    rows = [{**_name(row, names), **_facts(row, names), **_truth(row["truth"])} for row in one.rows]
    yield _parts(one.block), rows


def _condition_of(part: str) -> Said:
    """A condition that can be made to have any truth."""
    both = [{f"{part}_a": True}, {f"{part}_b": True}]
    return {"any": [{"all": both}, {f"{part}_c": True}]}


def _facts_for(truths: Mapping[str, str]) -> Said:
    return {
        f"{part}_{letter}": said
        for part, truth in truths.items()
        for letter, said in zip("abc", TRUTHS[truth], strict=True)
    }


def _where(truths: Mapping[str, str]) -> Said:
    """A name for parts of these truths, and the facts that give them."""
    told = ", ".join(f"{part} {truth}" for part, truth in truths.items())
    present = {part: truth for part, truth in truths.items() if truth != "none"}
    return {"name": told, "facts": _facts_for(present)}


def _all_and_any(one: Table) -> Groups:
    for word, turned in product(("all", "any"), (False, True)):
        parts = ["requires", "when"] if turned else ["when", "requires"]
        rows = [
            {
                "name": f"{row['one']}, {row['other']}",
                "facts": _facts_for({"when": row["one"], "requires": row["other"]}),
                **_truth(row[word]),
            }
            for row in one.rows
        ]
        yield {"criterion": {"requires": {word: [_condition_of(part) for part in parts]}}}, rows


def _not(one: Table) -> Groups:
    rows = [
        {"name": row["part"], "facts": _facts_for({"when": row["part"]}), **_truth(row["not"])}
        for row in one.rows
    ]
    yield {"criterion": {"requires": {"not": _condition_of("when")}}}, rows


def _by_parts(rows: Iterable[tuple[Mapping[str, str], Said]]) -> Groups:
    """Tests of criteria with the same parts stand together."""
    together: dict[tuple[str, ...], list[Said]] = {}
    for truths, expected in rows:
        present = tuple(part for part, truth in truths.items() if truth != "none")
        row = {**_where(truths), **expected}
        if "if_silent" in row:
            row["name"] += f", {row['if_silent']}"
        if row not in together.setdefault(present, []):  # the rows of a table overlap
            together[present].append(row)
    for present, found in together.items():
        yield {"criterion": {part: _condition_of(part) for part in present}}, found


def _must_hold(one: Table) -> Groups:
    return _by_parts(
        ({"when": when, "requires": requires}, _truth(row["what must hold"]))
        for row in one.rows
        for when, requires in product(row["when"].split(", "), row["requires"].split(", "))
    )


def _exceptions(one: Table) -> Groups:
    return _by_parts(
        (
            {"requires": truth, "unless": exception},
            _truth(truth if row["together"] == "what must hold" else row["together"]),
        )
        for row in one.rows
        for truth, exception in product(
            _listed(row["what must hold"], tuple(TRUTHS)),
            _listed(row["unless"], ("none", *TRUTHS)),
        )
    )


def _statuses_of_truth(one: Table) -> Groups:
    rows = [
        {
            "name": f"{row['truth']}, {policy}",
            "facts": _facts_for({"requires": row["truth"]}),
            "if_silent": policy,
            "status": row[policy],
        }
        for row, policy in product(one.rows, POLICIES)
    ]
    yield {"criterion": {"requires": _condition_of("requires")}}, rows


def _statuses_of_parts(one: Table) -> Groups:
    every = ("none", *TRUTHS)
    return _by_parts(
        (
            {"when": when, "requires": requires, "unless": unless},
            {**_policies(row["if_silent"]), "status": row["status"]},
        )
        for row in one.rows
        for when, requires, unless in product(
            _listed(row["when"], every),
            _listed(row["requires"], tuple(TRUTHS)),
            _listed(row["unless"], every),
        )
    )


def _policies(cell: str) -> Said:
    found = _listed(cell, POLICIES)
    if len(found) == len(POLICIES):
        return {}
    return {"if_silent": found[0] if len(found) == 1 else found}


def _statuses_on_charts(one: Table) -> Groups:
    names = one.columns[:-2]
    rows = [
        {
            **_name(row, (*names, "if_silent")),
            **_facts(row, names),
            **_policies(row["if_silent"]),
            "status": row["status"],
        }
        for row in one.rows
    ]
    yield _parts(one.block), rows


def _ways(one: Table) -> Groups:
    rows = []
    for row, (column, record) in product(one.rows, RECORDS.items()):
        pair = [row["one way"], row["another way"]]
        values = [f"{STATUS_IN_A_WAY[status]}_{n}" for n, status in enumerate(pair, start=1)]
        rows.append(
            {
                "name": f"{' and '.join(pair)}, {column}",
                "record": record,
                "facts": {
                    "way": {"conflicting": values},
                    "silent": "not documented",
                    "unasked": "not asked",
                },
                **_policies(", ".join(one for one in POLICIES if _leads_to(pair, one))),
                "status": row[column],
            }
        )
    yield {"criterion": WAYS}, rows


def _leads_to(pair: list[str], policy: str) -> bool:
    """Whether silence leads to the statuses of a pair under a policy, where they come from silence."""
    comes_to = {"presumed": "presumed", "counts_against": "missing", "ask": "to answer"}[policy]
    return all(one == comes_to for one in pair if one in ("presumed", "missing"))


def _conflicts_on_charts(one: Table) -> Groups:
    names = one.columns[:-3]
    rows = [
        {
            "name": f"{_name(row, (*names, 'if_silent'))['name']}, {column}",
            "record": record,
            **_facts(row, names),
            **_policies(row["if_silent"]),
            "status": row[column],
        }
        for row, (column, record) in product(one.rows, RECORDS.items())
    ]
    yield _parts(one.block), rows


def _readings(one: Table) -> Groups:
    names = one.columns[:-4]
    rows = [
        {
            "name": f"{_name(row, (*names, 'if_silent'))['name']}, {reading}",
            **_facts(row, names),
            "reading": reading,
            **_policies(row["if_silent"]),
            "status": row[reading],
        }
        for row, reading in product(one.rows, READINGS)
    ]
    yield _parts(one.block), rows


def _determinations(one: Table) -> Groups:
    for row in one.rows:
        statuses = row["statuses"].split(", ")
        ids = [status.replace(" ", "-") for status in statuses]
        named = [f"{id_}-{n}" if ids.count(id_) > 1 else id_ for n, id_ in enumerate(ids, 1)]
        criteria = {
            id_: CRITERION_OF_STATUS[status] for id_, status in zip(named, statuses, strict=True)
        }
        advice = {
            f"advice-{status.replace(' ', '-')}": {**criterion, "kind": kind}
            for kind, (status, criterion) in zip(
                ("conduct", "outcome") * 3, CRITERION_OF_STATUS.items(), strict=True
            )
        }
        test = {
            "name": row["statuses"],
            "facts": {"facet_tenderness": True, "extreme_anxiety": "not asked"},
            "statuses": dict(zip(named, statuses, strict=True)),
            "determination": row["determination"],
            "ledger": {column: int(row[column]) for column in LEDGER},
        }
        yield {"criteria": {**criteria, **advice}}, [test]


KINDS: Mapping[tuple[str, ...], tuple[str, Callable[[Table], Groups]]] = {
    ("the case says", "closed record", "open record"): ("facts", _states),
    ("procedure", "targets", "requested_joints"): ("levels", _joints),
    ("the case says", *VOICES): ("voices", _voices),
    ("truth",): ("conditions", _conditions),
    ("one", "other", "all", "any"): ("truths", _all_and_any),
    ("part", "not"): ("truths", _not),
    ("when", "requires", "what must hold"): ("criteria", _must_hold),
    ("what must hold", "unless", "together"): ("criteria", _exceptions),
    ("truth", *POLICIES): ("criteria", _statuses_of_truth),
    ("when", "requires", "unless", "if_silent", "status"): ("criteria", _statuses_of_parts),
    ("if_silent", "status"): ("criteria", _statuses_on_charts),
    ("one way", "another way", *RECORDS): ("conflicts", _ways),
    ("if_silent", *RECORDS): ("conflicts", _conflicts_on_charts),
    ("if_silent", *READINGS): ("readings", _readings),
    ("statuses", "determination", *LEDGER): ("determination", _determinations),
}
"""The file and the function for each kind of table, by the last columns of the table."""

WITH_BLOCK = {
    ("truth",),
    ("if_silent", "status"),
    ("if_silent", *RECORDS),
    ("if_silent", *READINGS),
}

SECTIONS = {
    "facts": "Facts",
    "levels": "Levels that can be read in two ways",
    "voices": "Whose words count",
    "conditions": "Truth",
    "truths": "Several conditions",
    "criteria": "A criterion",
    "conflicts": "Conflicts",
    "readings": "Three readings",
    "determination": "The determination",
}


def paths() -> dict[str, str]:
    """The text of every file, by its place in the folder."""
    return {f"tables/{name}.yaml": text for name, text in files().items()}


def write() -> None:
    """Write every file anew."""
    for place, text in paths().items():
        (FOLDER / place).write_text(text, encoding="utf-8")
