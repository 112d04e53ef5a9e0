"""Published letters, where they lie beside the repository: read as people coded them and as bold type says.

The five plain-text letters are compared with the shipped cases, which were coded by hand. The PDF files are
compared with their own typography: headings, labels and titles are printed bold, and nothing else is.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from checker.case import Case, Request, load_case
from checker.fact import Documented
from checker.letters.layout import read_letters
from checker.letters.layoutfile import Layouts
from checker.letters.letter import Item, Letter, Span
from checker.letters.requestlists import RequestLists
from checker.letters.requests import requested
from checker.letters.text import read_letter_text
from checker.rulebase import RuleBase
from tests.letters.conftest import ROOT

SHARED = ROOT.parent / "shared" / "letters"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
SAMPLED = sorted((SHARED / "imr-pdf").glob("*.pdf"))[::12]
HEADER = {
    "Case Number:": "case_number",
    "Date Assigned:": "assigned",
    "Date of Injury:": "injured",
    "Decision Date:": "decided",
    "UR Denial Date:": "ur_date",
    "Priority:": "priority",
    "Application Received:": "received",
}
NAMES = ("procedure", "side", "guidance", "intent", "iv_sedation_planned", "study_subject")

here = pytest.mark.skipif(not SEEDS, reason="no published letters beside the repository")


def letter_in(path: Path, layouts: Layouts) -> Letter:
    (letter,) = read_letters(read_letter_text(path), layouts)
    return letter


# Against cases coded by hand


@here
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_a_letter_is_read_as_people_coded_it(
    path: Path, layouts: Layouts, lists: RequestLists, rules: RuleBase
):
    """Reviewer, date of utilization review, items, decisions, sources, and what the titles request."""
    letter = letter_in(path, layouts)
    case = load_case(ROOT / "cases" / "imr" / f"{path.stem[:3]}.yaml", rules)
    coded = case.letter
    assert coded is not None

    assert letter.warnings == ()
    assert letter.specialty == coded.reviewer.specialty
    assert letter.licensed_in == coded.reviewer.licensed_in
    assert letter.ur_date == coded.ur_date
    assert len(letter.items) == len(case.requests)
    for item, request in zip(letter.items, case.requests, strict=True):
        assert_as_coded(item, request, letter, lists, rules)


def assert_as_coded(
    item: Item, request: Request, letter: Letter, lists: RequestLists, rules: RuleBase
) -> None:
    decision = request.decision
    assert decision is not None
    assert item.outcome == decision.outcome
    assert sorted({one.id for one in item.cited}) == sorted(decision.guidelines_cited)
    facts = requested(item, letter, lists, rules)
    for name in NAMES:
        coded = request.facts.get(name)
        if isinstance(coded, Documented) and is_of_reviewer(coded):
            continue
        expected = coded.value if isinstance(coded, Documented) else None
        found = facts.get(name)
        assert (found.value if isinstance(found, Documented) else None) == expected, name
    assert joints(facts.get("targets"), rules) == joints(request.facts.get("targets"), rules)


def is_of_reviewer(fact: Documented) -> bool:
    return {one.voice for one in fact.evidence} == {"reviewer"}


def joints(targets: object, rules: RuleBase) -> object:
    if not isinstance(targets, Documented) or not isinstance(targets.value, tuple):
        return None
    return rules.anatomy.read([str(one) for one in targets.value], "nerves")


@here
def test_evidence_of_requests_is_on_the_lines_that_people_gave(
    layouts: Layouts, lists: RequestLists, rules: RuleBase
):
    """Where a case says on which lines a fact of a request stands, so does the letter."""
    compared = 0
    for path in SEEDS:
        letter = letter_in(path, layouts)
        case: Case = load_case(ROOT / "cases" / "imr" / f"{path.stem[:3]}.yaml", rules)
        for item, request in zip(letter.items, case.requests, strict=True):
            facts = requested(item, letter, lists, rules)
            for name in (*NAMES, "targets"):
                coded, found = request.facts.get(name), facts.get(name)
                if isinstance(coded, Documented) and isinstance(found, Documented):
                    compared += compare(coded, found)
    assert compared >= 20


def compare(coded: Documented, found: Documented) -> int:
    if not coded.evidence or coded.evidence[0].line is None:
        return 0
    (evidence,) = found.evidence
    first, last = coded.evidence[0].line, coded.evidence[0].last_line or coded.evidence[0].line
    assert evidence.line is not None
    assert first <= evidence.line <= last
    return 1


# Against the bold type


@pytest.mark.skipif(not SAMPLED, reason="no published letters beside the repository")
@pytest.mark.parametrize("path", SAMPLED, ids=lambda path: path.stem)
def test_a_pdf_file_is_read_as_its_bold_type_says(path: Path, layouts: Layouts):
    """Header fields, titles, decisions, both guideline passages, rationales and the summary, to the letter."""
    letter = letter_in(path, layouts)
    runs = list(bold_runs(path))
    by_label = {squeezed(label): name for label, name in HEADER.items()}
    header: dict[str, str] = {}
    items: list[list[str]] = []
    summary = ""
    for index, (bold, text) in enumerate(runs[:-1]):
        label, behind = squeezed(text), runs[index + 1][1]
        if not bold:
            continue
        if label in by_label:
            header[by_label[label]] = behind
        elif label == "ClaimsAdministratorguideline:":
            (_, title), (_, decision) = runs[index - 2 : index]
            items.append([squeezed(title), decision, behind])
        elif label in ("MAXIMUSguideline:", "Decisionrationale:"):
            items[-1].append(behind)
        elif label == "CLINICALCASESUMMARY":
            summary = re.sub(r"^.*?records:", "", squeezed(behind), count=1)

    assert squeezed(words(letter, letter.summary)) == summary
    assert {name: squeezed(value) for name, value in letter.header.items()} == {
        name: squeezed(value) for name, value in header.items()
    }
    assert [
        [
            squeezed(words(letter, one.title)) + ":",
            one.outcome,
            words(letter, one.ur_guideline),
            words(letter, one.reviewer_guideline),
            words(letter, one.rationale),
        ]
        for one in letter.items
    ] == items


def words(letter: Letter, span: Span | None) -> str:
    return letter.source.words(span) if span else ""


def squeezed(text: str) -> str:
    return "".join(text.split())


def bold_runs(path: Path) -> Iterator[tuple[bool, str]]:
    """Runs of bold and of plain characters; white space belongs to the run before it and is folded."""
    for bold, run in groupby(with_blanks(path), key=lambda one: one[0]):
        yield bold, " ".join("".join(character for _, character in run).split())


def with_blanks(path: Path) -> Iterator[tuple[bool, str]]:
    """Every character; white space counts as set like what stands before it."""
    bold = False
    for is_bold, character in fonts(path):
        bold = bold if character.isspace() else is_bold
        yield bold, character


def fonts(path: Path) -> Iterator[tuple[bool, str]]:
    """Every character with whether its font is bold, by the raw interface of the PDF library."""
    pdfium = pytest.importorskip("pypdfium2")
    name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
    with pdfium.PdfDocument(path) as document:
        for number in range(len(document)):
            page = document[number].get_textpage()
            for index in range(page.count_chars()):
                code = pdfium.raw.FPDFText_GetUnicode(page, index)
                pdfium.raw.FPDFText_GetFontInfo(page, index, name, 200, ctypes.byref(flags))
                character = "- " if code in (0x02, 0xFFFE) else chr(code)
                yield b"Bold" in name.value, character
            yield False, " "
