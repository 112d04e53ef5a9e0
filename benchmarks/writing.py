"""Invented determination letters in every layout, for measuring and for tests; no real letter is copied."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

WIDTH = 96


@dataclass(frozen=True)
class ToldItem:
    """What a letter tells of one treatment. `title` may run over several sentences."""

    title: str
    outcome: str = "Upheld"
    ur_guideline: str = "Decision based on MTUS Spine 2004, Section(s): Blocks and Needles."
    reviewer_guideline: str = "Decision based on Non-MTUS Citation ODG, Low Back Chapter."
    rationale: str = (
        "The file does not tell how long therapy went on, or what came of it."
        " The request cannot be granted."
    )


@dataclass(frozen=True)
class Told:
    """What a letter tells."""

    items: tuple[ToldItem, ...]
    case_number: str = "CM15-0000001"
    injured: date = date(2012, 3, 4)
    ur_date: date = date(2015, 6, 7)
    decided: date = date(2015, 8, 9)
    received: date = date(2015, 6, 20)
    licensed_in: tuple[str, ...] = ("California", "Ohio")
    specialty: tuple[str, ...] = ("Anesthesiology", "Pain Management")
    summary: str = (
        "This invented patient, a 44 year old cook, has aching in the low back since a fall. Bending back"
        " brings it on. Two courses of therapy did not help."
    )


def paragraphs(*texts: str) -> str:
    """Texts as a page prints them, in lines of one width, one under the other."""
    return "\n".join(line for text in texts for line in textwrap.wrap(text, WIDTH) or [""])


def imr(told: Told, *, head: bool = True, prose: bool = False) -> str:
    """The layout from late 2013 on; the reviewer's credentials in running text or as a list."""
    lines = [
        f"Case Number: {told.case_number}",
        f"Date Assigned: {_day(told.received)} Date of Injury: {_day(told.injured)}",
        f"Decision Date: {_day(told.decided)} UR Denial Date: {_day(told.ur_date)}",
        "Priority: Standard Application",
        "Received:",
        _day(told.received),
    ]
    return "\n".join(
        [
            *(lines if head else []),
            "HOW THE IMR FINAL DETERMINATION WAS MADE",
            *(_in_prose(told) if prose else _in_lists(told)),
            "CLINICAL CASE SUMMARY",
            paragraphs(
                f"The reviewer drew this from the file, including all medical records: {told.summary}"
            ),
            "IMR ISSUES, DECISIONS AND RATIONALES",
            "Each treatment in dispute is set forth below:",
            *(_imr_item(one) for one in told.items),
            "",
        ]
    )


def _imr_item(item: ToldItem) -> str:
    return paragraphs(
        f"{item.title}: {item.outcome}",
        f"Claims Administrator guideline: {item.ur_guideline}",
        f"MAXIMUS guideline: {item.reviewer_guideline}",
        f"Decision rationale: {item.rationale}",
    )


def _in_lists(told: Told) -> list[str]:
    return [
        "The Expert Reviewer has the following credentials:",
        f"State(s) of Licensure: {', '.join(told.licensed_in)}",
        f"Certification(s)/Specialty: {', '.join(told.specialty)}",
    ]


def _in_prose(told: Told) -> list[str]:
    first, *others = told.specialty
    more = "".join(f", has a subspecialty in {one}" for one in others)
    told_so = (
        f"The physician reviewer is Board Certified in {first}{more} and is licensed to practice in"
    )
    return [
        paragraphs(f"{told_so} {' and '.join(told.licensed_in)}. The reviewer still sees patients.")
    ]


def imr_documents(told: Told) -> str:
    """The layout of 2013 that lists documents."""
    return "\n".join(
        [
            "MAXIMUS FEDERAL SERVICES, INC.",
            "Independent Medical Review",
            f"Dated: {_day(told.decided)}",
            f"IMR Case Number: {told.case_number} Date of Injury: {_day(told.injured)}",
            f"Claims Number: 17 UR Denial Date: {_day(told.ur_date)}",
            f"Priority: STANDARD Application Received: {_day(told.received)}",
            "Employee Name: NOBODY",
            "HOW THE IMR FINAL DETERMINATION WAS MADE",
            *_in_prose(told),
            "DOCUMENTS REVIEWED",
            "The application and the notes of one clinic.",
            "CLINICAL CASE SUMMARY",
            paragraphs(
                f"The reviewer drew this from the file, including all medical records: {told.summary}"
            ),
            "IMR DECISION(S) AND RATIONALE(S)",
            "Each treatment in dispute is set forth below:",
            *(_documents_item(number, one) for number, one in enumerate(told.items, 1)),
            "",
        ]
    )


def _documents_item(number: int, item: ToldItem) -> str:
    return paragraphs(
        f"{number}. The request for {item.title} {_necessary(item)}.",
        f"The Claims Administrator based its decision on the {_plain(item.ur_guideline)}",
        f"The Physician Reviewer based his/her decision on the {_plain(item.reviewer_guideline)}",
        f"The Physician Reviewer's decision rationale: {item.rationale}",
    )


def professional_review(told: Told) -> str:
    """The layout with one decision for all that is asked for."""
    first = told.items[0]
    denied = "NOT " if first.outcome == "Upheld" else ""
    numbered = len(told.items) > 1
    issues = [
        f"{number}. {one.title}" if numbered else one.title
        for number, one in enumerate(told.items, 1)
    ]
    return "\n".join(
        [
            "MEDICAL PROFESSIONAL REVIEW",
            f"IMR Case Number: {told.case_number}",
            f"Date of Injury: {_day(told.injured)}",
            f"UR Denial Date: {_day(told.ur_date)}",
            f"Application Received: {_day(told.received)}",
            "ISSUE AT DISPUTE:",
            paragraphs(*issues),
            f"CASE SUMMARY: {paragraphs(told.summary)}",
            "DOCUMENTS REVIEWED FOR DETERMINATION:",
            "The notes of one clinic.",
            "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL",
            "REVIEWER AND WHY:",
            paragraphs(_plain(first.reviewer_guideline)),
            f"RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS {denied}".rstrip(),
            "MEDICALLY NECESSARY:",
            paragraphs(first.rationale),
            "MEDICAL REVIEWER QUALIFICATIONS:",
            *_in_prose(told),
            "",
        ]
    )


def notice(told: Told) -> str:
    """The first layout of 2013, which states each decision twice and discusses it later."""
    lead = "MAXIMUS Federal Services, Inc. has determined the request for"
    stated = [
        paragraphs(f"{number}) {lead} {one.title} {_necessary(one)}.")
        for number, one in enumerate(told.items, 1)
    ]
    return "\n".join(
        [
            "MAXIMUS FEDERAL SERVICES, INC.",
            "Notice of Independent Medical Review Determination",
            f"Dated: {_day(told.decided)}",
            f"IMR Case Number: {told.case_number} Date of Injury: {_day(told.injured)}",
            f"Date of UR Decision: {_day(told.ur_date)} Application Received: {_day(told.received)}",
            *stated,
            "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE",
            "Each of the treatments that were in dispute:",
            *stated,
            "Medical Qualifications of the Expert Reviewer:",
            *_in_prose(told),
            "Case Summary:",
            paragraphs(told.summary),
            "Documents Reviewed:",
            "The notes of one clinic.",
            *(_notice_item(number, one) for number, one in enumerate(told.items, 1)),
            "",
        ]
    )


def _notice_item(number: int, item: ToldItem) -> str:
    return paragraphs(
        f"{number}) Regarding the request for {item.title}:",
        f"The Claims Administrator based its decision on the {_plain(item.ur_guideline)}",
        f"The Expert Reviewer based his/her decision on the {_plain(item.reviewer_guideline)}",
        f"Rationale for the Decision: {item.rationale}",
    )


def _plain(citation: str) -> str:
    for words in ("Decision based on Non-MTUS Citation ", "Decision based on "):
        citation = citation.removeprefix(words)
    return citation


def _necessary(item: ToldItem) -> str:
    return f"is {'not ' if item.outcome == 'Upheld' else ''}medically necessary and appropriate"


def _day(day: date) -> str:
    return f"{day:%m/%d/%Y}"


LAYOUTS: Mapping[str, Callable[[Told], str]] = {
    "imr": imr,
    "imr-documents": imr_documents,
    "professional-review": professional_review,
    "notice": notice,
}


# Very many of them ------------------------------------------------------------------------------------

_TREATMENTS = (
    "Bilateral L4-5 and L5-S1 medial branch blocks under fluoroscopy",
    "Left C4-5 facet joint injection",
    "Norco 10/325 mg, 60 tablets",
    "Physical therapy twice a week for six weeks to the lumbar spine, with a new look at the plan after",
    "MRI of the right knee without contrast",
    "One TENS unit for purchase",
    (
        "Twelve visits of acupuncture was the original request. Four visits of acupuncture was authorized"
        " by the Claims Administrator. The remaining IMR eligible portion of the original request, eight visits"
        " of acupuncture is"
    ),
)
_SENTENCES = (
    "The worker was seen in the clinic and spoke of aching that comes with standing.",
    "Bending back was painful, and pressing beside the spine was too.",
    "Strength, feeling and reflexes of both legs were said to be normal.",
    "Nothing in the file tells what came of the earlier visits.",
    "The dose was the same as in the spring, and no score of function is given.",
    "A new picture of the spine was not among the papers.",
)


def letters(number: int, seed: int = 0) -> Iterator[str]:
    """So many invented letters of the usual layout, about as long as real ones, the same every time."""
    chance = random.Random(seed)
    for index in range(number):
        day = date(2015, 1, 1) + timedelta(days=index % 700)
        items = tuple(_item(chance) for _ in range(chance.randint(1, 3)))
        told = replace(
            Told(items), case_number=f"CM15-{index:07}", ur_date=day, summary=_text(chance, 24)
        )
        yield imr(told, prose=bool(index % 2))


def _item(chance: random.Random) -> ToldItem:
    return ToldItem(
        title=chance.choice(_TREATMENTS),
        outcome=chance.choice(("Upheld", "Upheld", "Overturned")),
        rationale=_text(chance, 14),
    )


def _text(chance: random.Random, sentences: int) -> str:
    return " ".join(_choices(chance, _SENTENCES, sentences))


def _choices(chance: random.Random, among: Sequence[str], number: int) -> list[str]:
    return [chance.choice(among) for _ in range(number)]
