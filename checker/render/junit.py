"""Tests that were run as JUnit XML, which build servers read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree

from checker.render.records import Tried, shown


def junit(name: str, tried: Iterable[Tried]) -> str:
    """All tests under one name, one suite for each group, in the order in which they were run."""
    suites = [_suite(group, list(of)) for group, of in groupby(tried, key=lambda one: one.group)]
    root = ElementTree.Element("testsuites", {"name": shown(name), **_sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(group: str, tried: list[Tried]) -> ElementTree.Element:
    failed = sum(one.failure is not None for one in tried)
    suite = ElementTree.Element(
        "testsuite",
        name=shown(group),
        tests=str(len(tried)),
        failures=str(failed),
        errors="0",
        skipped="0",
    )
    suite.extend(_case(one) for one in tried)
    return suite


def _case(one: Tried) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", classname=shown(one.group), name=shown(one.name), file=shown(one.place.file)
    )
    if one.place.line:
        case.set("line", str(one.place.line))
    if one.failure is not None:
        failure = ElementTree.SubElement(case, "failure", message=shown(one.failure))
        failure.text = f"{shown(str(one.place))}: {_lines(one.failure)}"
    return case


def _sums(suites: Iterable[ElementTree.Element]) -> dict[str, str]:
    return {
        key: str(sum(int(suite.get(key, "0")) for suite in suites)) for key in ("tests", "failures")
    }


def _lines(text: str) -> str:
    """A text whose lines end as XML reads them anyway."""
    return shown(text).replace("\r\n", "\n").replace("\r", "\n")
