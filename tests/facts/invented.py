"""Letters invented for tests, and a plain way to take real ones apart that needs no reader of layouts."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from checker.letters.letter import Item, Letter, LetterText, Span

SHARED = Path(__file__).parents[3] / "shared" / "letters"

_SUMMARY = re.compile(r"CLINICAL CASE SUMMARY\s")
_BEHIND_SUMMARY = re.compile(r"IMR ISSUES, DECISIONS AND RATIONALES")
_DECIDED = re.compile(r":\s+(Upheld|Overturned)\s*\n(?=\s*Claims Administrator guideline)")
_ITEM_ENDS = re.compile(
    r"(?:medically (?:necessary|appropriate)|overturned|decision|authorization|certified|upheld)"
    r"[^.\n]*\.\s*\n"
)


def a_letter(
    summary: str,
    *rationales: str,
    titles: tuple[str, ...] = (),
    outcomes: tuple[str, ...] = (),
    summary_voice: str = "record",
) -> Letter:
    """A letter of a summary and rationales, one item for each of them or for each title."""
    text = "SUMMARY\n"
    start = len(text)
    text += summary
    spans = [Span(start, len(text))]
    items = []
    number = max(len(rationales), len(titles))
    for index in range(number):
        title = titles[index] if index < len(titles) else "Treatment"
        outcome = outcomes[index] if index < len(outcomes) else "Upheld"
        text += "\n"
        title_at = Span(len(text), len(text) + len(title))
        text += title + ": "
        decided = Span(len(text), len(text) + len(outcome))
        text += outcome + "\nDecision rationale: "
        rationale = None
        if index < len(rationales):
            rationale = Span(len(text), len(text) + len(rationales[index]))
            text += rationales[index]
        items.append(_item(index + 1, title_at, title, outcome, decided, rationale))
    source = LetterText("letter.txt", text, "0" * 64)
    return _letter(source, spans[0], tuple(items), summary_voice)


def taken_apart(file: str, text: str) -> Letter:
    """A letter of the layout with the heading on how the determination was made."""
    summary = _SUMMARY.search(text)
    behind = _BEHIND_SUMMARY.search(text)
    assert summary is not None
    assert behind is not None
    start = summary.end()
    announced = text.find("medical records:", start, start + 400)
    if announced >= 0:
        start = announced + len("medical records:")
    decided = list(_DECIDED.finditer(text))
    first = text.find("set forth below:", behind.end())
    begins = [behind.end() if first < 0 else first + len("set forth below:")]
    for one, following in pairwise(decided):
        ends = list(_ITEM_ENDS.finditer(text, one.end(), following.start()))
        begins.append(ends[-1].end() if ends else text.rfind("\n", 0, following.start()) + 1)
    items = []
    for index, one in enumerate(decided):
        rationale = text.find("Decision rationale:", one.end()) + len("Decision rationale:")
        end = begins[index + 1] if index + 1 < len(begins) else len(text)
        title = Span(begins[index], one.start())
        outcome = Span(one.start(1), one.end(1))
        items.append(
            _item(
                index + 1,
                title,
                " ".join(text[title.start : title.end].split()),
                one[1],
                outcome,
                Span(rationale, end),
            )
        )
    source = LetterText(file, text, "0" * 64)
    return _letter(source, Span(start, behind.start()), tuple(items), "record")


def seed(number: str) -> Letter | None:
    """One of the five letters, where they are present."""
    found = sorted((SHARED / "seeds").glob(f"{number}_*.txt"))
    return taken_apart(found[0].name, found[0].read_text(encoding="utf-8")) if found else None


def _item(
    number: int, title: Span, requested: str, outcome: str, decided: Span, rationale: Span | None
) -> Item:
    return Item(
        number,
        title,
        requested,
        None,
        None,
        outcome,
        decided,
        None,
        None,
        rationale,  # type: ignore[arg-type]
    )


def _letter(source: LetterText, summary: Span, items: tuple[Item, ...], voice: str) -> Letter:
    return Letter(
        source=source,
        layout="imr",
        span=Span(0, len(source.text)),
        header={},
        injured=None,
        ur_date=None,
        received=None,
        licensed_in=(),
        specialty=(),
        summary=summary,
        summary_voice=voice,  # type: ignore[arg-type]
        items=items,
    )
