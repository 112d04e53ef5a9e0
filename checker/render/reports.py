"""A document of the contract in another format: what `--format` names, apart from text and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Render = Callable[[Mapping[str, Any]], str]


def audit_report(document: Mapping[str, Any], form: str) -> str:
    """An audit as text in this format."""
    return _audit_renderings()[form](document)


def check_report(document: Mapping[str, Any], form: str) -> str:
    """Checked requests as text in this format."""
    return _check_renderings()[form](document)


def _audit_renderings() -> dict[str, Render]:
    from checker.render import html, markdown, notices, rows

    return {
        "csv": rows.audit_csv,
        "markdown": markdown.audit_markdown,
        "html": html.audit_page,
        "sarif": notices.audit_sarif,
        "junit": notices.audit_junit,
        "github": notices.audit_github,
    }


def _check_renderings() -> dict[str, Render]:
    from checker.render import html, markdown, notices, rows

    return {
        "csv": rows.check_csv,
        "markdown": markdown.worksheet_markdown,
        "html": html.worksheet_page,
        "sarif": notices.check_sarif,
        "junit": notices.check_junit,
        "github": notices.check_github,
    }
