"""Notices as SARIF 2.1.0, which code review tools and editors read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from checker import __version__
from checker.errors import Place
from checker.render.records import Notice, Rule, shown

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(rules: Sequence[Rule], notices: Sequence[Notice]) -> str:
    """One run of checker as a SARIF log. Every notice names one of the rules."""
    index = {rule.id: number for number, rule in enumerate(rules)}
    driver = {
        "name": "checker",
        "version": __version__,
        "rules": [_rule(one) for one in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index[one.rule]) for one in notices],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    page = shown(rule.page or rule.title)
    return {
        "id": rule.id,
        "shortDescription": {"text": shown(rule.title)},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(notice: Notice, index: int) -> dict[str, Any]:
    return {
        "ruleId": notice.rule,
        "ruleIndex": index,
        "level": notice.level,
        "message": {"text": shown(notice.message)},
        "locations": [{"physicalLocation": _location(notice.place)}],
    }


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": address(place.file)}}
    if place.line:
        region = {"startLine": place.line}
        if place.column:
            region["startColumn"] = place.column
        location["region"] = region
    return location


def address(file: str) -> str:
    """A file's name as an address: relative as it is, absolute with its scheme."""
    path = PurePath(shown(file))
    # Colons are escaped too: a name that begins with a word and a colon would name a scheme.
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), safe="/")
