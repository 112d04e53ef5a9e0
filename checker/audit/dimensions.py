"""By what an audit can be told apart: the year, who reviewed, under which guideline, what was requested."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, assert_never, get_args

from checker.audit.comparison import Compared
from checker.errors import InputError, Place, Problem, did_you_mean, quoted
from checker.fact import Documented
from checker.wording import plain

Dimension = Literal[
    "year", "specialty", "guideline", "cited", "region", "procedure", "claims-administrator"
]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
NOT_STATED = "not stated"


def parse_dimensions(names: Iterable[str]) -> tuple[Dimension, ...]:
    """The dimensions of these names, each once.

    Raises:
        InputError: if there is no dimension of such a name.
    """
    wanted = dict.fromkeys(names)
    problems = [
        Problem(
            Place(f"--by {name}"),
            f"unknown dimension {quoted(name)}"
            f"{did_you_mean(name, DIMENSIONS) or '; there are ' + ', '.join(DIMENSIONS)}",
        )
        for name in wanted
        if name not in DIMENSIONS
    ]
    if problems:
        raise InputError(problems)
    return tuple(one for one in DIMENSIONS if one in wanted)


def values_of(compared: Compared, dimension: Dimension) -> tuple[str, ...]:
    """The groups that an item belongs to, each once; `not stated` alone where the case does not say.

    The year is that of the utilization review's decision, or of the request where a case gives no other. A
    reviewer with two specialties, and a decision that cites two sources, count in two groups.
    """
    letter = compared.determination.case.letter
    found: tuple[str | None, ...]
    match dimension:
        case "year":
            found = (_year(compared),)
        case "specialty":
            found = letter.reviewer.specialty if letter else ()
        case "guideline":
            guideline = compared.determination.guideline
            found = (guideline.id if guideline else "not covered",)
        case "cited":
            found = compared.decision.guidelines_cited
        case "region" | "procedure":
            found = (_requested(compared, dimension),)
        case "claims-administrator":
            found = (letter.claims_administrator if letter else None,)
        case _:
            assert_never(dimension)
    return tuple(dict.fromkeys(one for one in found if one)) or (NOT_STATED,)


def _year(compared: Compared) -> str | None:
    letter = compared.determination.case.letter
    if letter and letter.ur_date:
        return str(letter.ur_date.year)
    requested = compared.determination.procedure.chart.get("request_date")
    day = requested.value if isinstance(requested, Documented) else None
    return str(day.year) if isinstance(day, date) else None


def _requested(compared: Compared, name: str) -> str | None:
    fact = compared.determination.procedure.chart.get(name)
    return plain(str(fact.value)) if isinstance(fact, Documented) else None
