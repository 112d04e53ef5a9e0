"""A case as canonical JSON: equal cases give equal texts, and reading a text gives the case again.

It holds what a case file holds. A day is `{"day": "2015-09-21"}`, as JSON has none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from checker.case import Case, parse_case
from checker.casefile import case_data
from checker.errors import EngineError
from checker.rulebase import RuleBase

_DAY = "day"
_BEYOND_YAML = re.compile("[\x85\u2028\u2029\ufeff]")


def case_text(case: Case) -> str:
    """The case in one line. The place of its file is no part of it."""
    return json.dumps(
        case_data(case), ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_day
    )


def case_from(text: str, file: str, rules: RuleBase) -> Case:
    """The case that `case_text` wrote, from `file`, as this rule base reads it.

    Raises:
        CaseError: if this rule base does not know its facts, or if it contradicts itself under it.
    """
    return parse_case(file, _yaml(json.loads(text)).encode(), rules)


def checked_text(case: Case, rules: RuleBase) -> str:
    """The case's text, read again to be sure that it holds all of the case.

    Raises:
        EngineError: if it does not, so that nothing is saved that could not be decided again.
    """
    text = case_text(case)
    if case_from(text, case.file, rules) != case:
        raise EngineError(f"{case.file}: the case could not be read again as it was saved")
    return text


def digest(text: str) -> str:
    """The SHA-256 of a case's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _day(value: object) -> dict[str, str]:
    """A day in JSON, told from a text that looks like one."""
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    raise EngineError(f"a case holds a {type(value).__name__}, which cannot be saved")


# Reading ---------------------------------------------------------------------------------------------


def _yaml(value: Any) -> str:
    """The same in YAML, in one line; only days look different from JSON."""
    match value:
        case {"day": str() as day} if len(value) == 1:
            return day
        case dict():
            entries = (f"{_quoted(name)}: {_yaml(one)}" for name, one in value.items())
            return f"{{{', '.join(entries)}}}"
        case list():
            return f"[{', '.join(_yaml(one) for one in value)}]"
        case str():
            return _quoted(value)
        case _:
            return json.dumps(value)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _BEYOND_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def corpus_digest(cases: Sequence[str]) -> str:
    """One digest for several cases, given theirs; their order does not matter."""
    return hashlib.sha256("\n".join(sorted(cases)).encode()).hexdigest()
