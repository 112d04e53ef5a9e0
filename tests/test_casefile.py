"""A case that is written down reads back as the same case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.case import Case, load_case, parse_case
from checker.casefile import case_text
from checker.fact import Documented, Evidence, NotDocumented
from checker.rulebase import RuleBase
from checker.shipped import shipped

CASES = sorted(shipped("cases").rglob("*.yaml"))
VISIBLE = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
WORDS = st.text(VISIBLE, min_size=1, max_size=60)
TRAPS = st.sampled_from(
    [
        "007",
        "1.50",
        "2015-09-21",
        "no",
        "True",
        "null",
        "~",
        "1e3",
        "a: b",
        "- a",
        "#1",
        "'",
        '"',
        "not asked",
    ]
)


def read_back(case: Case, rules: RuleBase) -> Case:
    return parse_case(case.file, case_text(case).encode(), rules)


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_every_shipped_case_reads_back(path: Path, rules: RuleBase) -> None:
    case = load_case(path, rules)

    assert read_back(case, rules) == case


def test_any_words_read_back(rules: RuleBase) -> None:
    """Texts that YAML could take for a number, a date, a sign or nothing stay what they are."""
    blank = parse_case("a.yaml", b"case: a\nrecord: open\nrequests: [{id: 1}]\n", rules)

    @given(WORDS | TRAPS, WORDS | TRAPS, st.tuples(st.integers(0, 9), st.integers(10, 99)))
    def reads_back(words: str, quote: str, at: tuple[int, int]) -> None:
        evidence = Evidence(quote=quote, at=at, line=3, last_line=4, confirmed=False)
        request = replace(blank.requests[0], id=words, item=words)
        facts = {
            "facet_tenderness": Documented(True, "conclusory", (evidence,), note=words),
            "muscle_spasm": NotDocumented((evidence, Evidence())),
        }
        case = replace(blank, name=words, about=words, requests=(request,), facts=facts)

        assert read_back(case, rules) == case

    reads_back()


def test_comments_stand_above(rules: RuleBase) -> None:
    case = load_case(CASES[0], rules)

    assert case_text(case, ["First.", "Second."]).startswith("# First.\n# Second.\ncase: ")
