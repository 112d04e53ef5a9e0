"""Letters in every layout are taken apart; damaged ones are read, or refused with the reason."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.writing import LAYOUTS, Told, ToldItem, imr, imr_documents, letters, notice
from checker.errors import LetterError
from checker.letters.layout import read_letters
from checker.letters.layoutfile import Layouts
from checker.letters.letter import Cited, Item, Letter
from checker.letters.text import letter_text
from tests.letters.conftest import Read

BLOCK = ToldItem("Bilateral L4-5 medial branch blocks under fluoroscopy")
SCAN = ToldItem("MRI of the lumbar spine", "Overturned")
LONG = ToldItem(
    "Physical therapy three times a week for four weeks to the lumbar spine, the left hip and both knees,"
    " with a re-examination by the treating physician after the first six of the twelve visits",
)
PARTS = ToldItem(
    "Pool therapy, 12 hours was the original request. Pool therapy, 4 hours was authorized by the Claims"
    " Administrator. The remaining IMR eligible portion of the original request, Pool therapy, 8 hours is",
)
WHOLE = ToldItem(
    "One wheelchair for purchase was the original request. The Claims Administrator authorized one month of"
    " rent, leaving the original request IMR eligible. The original request, one wheelchair for purchase is",
    "Overturned",
)
TOLD = Told((BLOCK, SCAN))


def words(letter: Letter, item: Item) -> str:
    return letter.source.words(item.title)


def only(letters: tuple[Letter, ...]) -> Letter:
    (letter,) = letters
    return letter


def refusal(read: Read, text: str) -> str:
    with pytest.raises(LetterError) as error:
        read(text)
    return "\n".join(str(one) for one in error.value.problems)


# All layouts


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_letter_is_read_in_its_layout(read: Read, layout: str):
    """Header, reviewer, summary, items, decisions, guidelines and rationales are all found."""
    letter = only(read(LAYOUTS[layout](replace(TOLD, items=(BLOCK, LONG)))))

    assert letter.layout == layout
    assert letter.header["case_number"] == TOLD.case_number
    assert (letter.injured, letter.ur_date, letter.received) == (
        TOLD.injured,
        TOLD.ur_date,
        TOLD.received,
    )
    assert letter.licensed_in == TOLD.licensed_in
    assert letter.specialty == TOLD.specialty
    assert letter.summary
    assert letter.source.words(letter.summary) == TOLD.summary
    assert [words(letter, one) for one in letter.items] == [BLOCK.title, LONG.title]
    assert [one.number for one in letter.items] == [1, 2]
    for item in letter.items:
        assert item.outcome == "Upheld"
        assert item.rationale
        assert letter.source.words(item.rationale) == BLOCK.rationale
        assert [one.id for one in item.cited] == ["odg"]
        assert item.cited[0].title == "Low Back Chapter"
    assert letter.warnings == ()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_overturned_denial_is_read_as_overturned(read: Read, layout: str):
    letter = only(read(LAYOUTS[layout](replace(TOLD, items=(SCAN,)))))

    assert [one.outcome for one in letter.items] == ["Overturned"]


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - {"professional-review"}))
def test_each_item_has_its_own_decision_and_sources(read: Read, layout: str):
    letter = only(read(LAYOUTS[layout](TOLD)))

    assert [one.outcome for one in letter.items] == ["Upheld", "Overturned"]
    for item in letter.items:
        (cited,) = item.cited_by_ur
        assert (cited.id, cited.year) == ("mtus", 2004)
        assert item.ur_guideline


def test_only_the_notice_speaks_in_its_summary_for_utilization_review(read: Read):
    """That layout announces its summary as taken from the denial."""
    voices = {layout: only(read(write(TOLD))).summary_voice for layout, write in LAYOUTS.items()}

    assert voices == {**dict.fromkeys(LAYOUTS, "record"), "notice": "ur"}


TITLES = st.lists(
    st.sampled_from(
        ["L4-5", "of", "the", "left", "joint,", "2", "(10)", "5/325mg", "#60", "MRI", "x-ray"]
    ),
    min_size=1,
    max_size=45,
).map(" ".join)


@pytest.mark.parametrize("write", LAYOUTS.values())
@given(titles=st.lists(TITLES.map(lambda one: f"Some {one.rstrip(',')}"), min_size=1, max_size=4))
@settings(max_examples=40)
def test_titles_of_any_length_are_read_back(
    layouts: Layouts, write: Callable[[Told], str], titles: list[str]
):
    """What was written is what is read: number of items, words of every title, decision."""
    unlike = [f"{number} {title}" for number, title in enumerate(titles)]
    text = write(Told(tuple(ToldItem(one) for one in unlike)))

    letter = only(read_letters(letter_text("letter", text.encode()), layouts))

    assert [words(letter, one) for one in letter.items] == unlike


# Reviewer, header, dates


def test_credentials_are_read_in_running_text_too(read: Read):
    told = replace(TOLD, specialty=("Physical Medicine and Rehabilitation", "Interventional Spine"))

    letter = only(read(imr(told, prose=True)))

    assert letter.licensed_in == told.licensed_in
    assert letter.specialty == told.specialty


def test_an_ampersand_in_a_specialty_is_written_out(read: Read):
    letter = only(read(imr(replace(TOLD, specialty=("Physical Medicine & Rehabilitation",)))))

    assert letter.specialty == ("Physical Medicine and Rehabilitation",)


@pytest.mark.parametrize(
    ("summary", "injured", "ur_date"),
    [
        ("A worker with a date of injury on 03-04-2012.", date(2012, 3, 4), None),
        ("He sustained an industrial injury on March 4, 2012.", date(2012, 3, 4), None),
        ("A cook, date of injury 2/23/08, has pain.", date(2008, 2, 23), None),
        ("The date of UR decision was 4/5/16.", None, date(2016, 4, 5)),
        ("On 11- \n06-2016 Utilization Review said no.", None, date(2016, 11, 6)),
        ("It was denied per utilization review, 08/07/2014.", None, date(2014, 8, 7)),
        ("The date of injury is 02/30/2012.", None, None),
        ("A visit took place on 3/4/2012.", None, None),
    ],
)
def test_without_a_header_dates_come_from_the_words_beside_them(
    read: Read, summary: str, injured: date | None, ur_date: date | None
):
    text = imr(replace(TOLD, summary="@"), head=False).replace("@", summary)

    letter = only(read(text))

    assert letter.header == {}
    assert (letter.injured, letter.ur_date) == (injured, ur_date)


def test_names_in_the_header_are_not_kept(read: Read):
    """What tells who the people are ends the value before it, and goes no further."""
    letter = only(read(imr_documents(TOLD)))

    assert "NOBODY" not in str(letter.header)
    assert letter.header["received"] == "06/20/2015"


# Titles


@pytest.mark.parametrize("before", [BLOCK, SCAN, PARTS])
def test_what_was_authorized_is_told_apart_from_what_remains(read: Read, before: ToldItem):
    letter = only(read(imr(replace(TOLD, items=(before, PARTS, WHOLE)))))

    _, parts, whole = letter.items
    assert (parts.requested, parts.authorized, parts.remaining) == (
        "Pool therapy, 12 hours",
        "Pool therapy, 4 hours",
        "Pool therapy, 8 hours",
    )
    assert (whole.requested, whole.authorized, whole.remaining) == (
        "One wheelchair for purchase",
        "one month of rent",
        "one wheelchair for purchase",
    )
    assert whole.outcome == "Overturned"


def test_a_rationale_without_a_full_stop_ends_where_its_line_does(read: Read):
    told = replace(TOLD, items=(replace(BLOCK, rationale="This was not shown"), SCAN))

    letter = only(read(imr(told)))

    assert [words(letter, one) for one in letter.items] == [BLOCK.title, SCAN.title]


# Damage


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n", "\n \n"])
def test_other_line_ends_and_double_spacing_change_nothing(read: Read, line_end: str):
    told = replace(TOLD, items=(PARTS, LONG, SCAN))

    letter = only(read(imr(told).replace("\n", line_end)))

    assert [words(letter, one) for one in letter.items] == [one.title for one in told.items]
    assert letter.warnings == ()


def test_page_breaks_inside_words_and_titles_are_closed(read: Read):
    """A page may end in the middle of a heading, a label, a title or a decision."""
    text = imr(replace(TOLD, items=(BLOCK, LONG)))
    for whole, broken in {
        "CLINICAL CASE SUMMARY": "CLINICAL CA\n\f\nSE SUMMARY",
        "IMR ISSUES, DECISIONS AND RATIONALES": "IMR ISSUES, DECISIONS\n\f\nAND RATIONALES",
        "MAXIMUS guideline:": "MAXI-\n\f\nMUS guide\nline:",
        "Decision rationale:": "Decision\n\f\nrationale:",
        ": Upheld": ":\n\f\nUp\nheld",
        "left hip": "left\n\f\nhip",
    }.items():
        assert whole in text
        text = text.replace(whole, broken)

    letter = only(read(text))

    assert [words(letter, one) for one in letter.items] == [BLOCK.title, LONG.title]
    assert all(one.rationale and one.cited and one.outcome == "Upheld" for one in letter.items)
    assert letter.warnings == ()


def test_lost_signs_and_capitals_are_no_loss(read: Read):
    text = imr(TOLD).replace(": Upheld", " upheld").replace("guideline:", "Guideline")
    text = text.replace("CLINICAL CASE SUMMARY", "Clinical Case Summary:")

    letter = only(read(text))

    assert [words(letter, one) for one in letter.items] == [BLOCK.title, SCAN.title]
    assert all(one.cited and one.cited_by_ur and one.rationale for one in letter.items)
    assert letter.summary


def test_lost_blanks_in_a_decision_are_no_loss(read: Read):
    letter = only(read(notice(TOLD).replace("is not medically", "is notmedically")))

    assert [one.outcome for one in letter.items] == ["Upheld", "Overturned"]


@pytest.mark.parametrize(
    ("heading", "warning"),
    [
        (
            "HOW THE IMR FINAL DETERMINATION WAS MADE",
            "no heading `HOW THE IMR FINAL DETERMINATION WAS MADE`",
        ),
        ("CLINICAL CASE SUMMARY", "no heading `CLINICAL CASE SUMMARY`"),
        (
            "IMR ISSUES, DECISIONS AND RATIONALES",
            "no heading `IMR ISSUES, DECISIONS AND RATIONALES`",
        ),
    ],
)
def test_a_missing_heading_is_a_warning_where_the_items_can_be_read(
    read: Read, heading: str, warning: str
):
    text = imr(TOLD).replace(heading + "\n", "")

    letter = only(read(text))

    assert letter.warnings == (warning,)
    assert [one.outcome for one in letter.items] == ["Upheld", "Overturned"]
    assert words(letter, letter.items[1]) == SCAN.title
    if letter.summary:
        assert SCAN.title not in letter.source.words(letter.summary)


def test_a_missing_passage_is_a_warning(read: Read):
    text = re.sub(r"MAXIMUS guideline:[^:]*(?=Decision rationale)", "", imr(TOLD), count=1)

    letter = only(read(text))

    assert letter.warnings == ("item 1 has no `MAXIMUS guideline:`",)
    assert letter.items[0].reviewer_guideline is None
    assert letter.items[0].cited == ()
    assert letter.items[1].cited


def test_a_decision_that_nothing_follows_is_told(read: Read):
    text = imr(TOLD) + "One cane: Upheld\n"

    letter = only(read(text))

    line = text[: text.index("One cane")].count("\n") + 1
    assert letter.warnings == (
        f"line {line} ends like a decision, but neither guideline nor rationale follows",
    )


def test_an_item_whose_decision_is_unreadable_is_told(read: Read):
    """An item that is lost would be missing from every count."""
    text = imr(replace(TOLD, items=(BLOCK, SCAN, LONG))).replace("Overturned", "Overtxrned")

    letter = only(read(text))

    line = text[: text.index("Overtxrned")].count("\n") + 2
    assert [words(letter, one) for one in letter.items] == [BLOCK.title, LONG.title]
    assert [one.number for one in letter.items] == [1, 3]
    assert letter.items[0].rationale
    assert letter.source.words(letter.items[0].rationale) == BLOCK.rationale
    (warning,) = letter.warnings
    assert warning == (
        f"item 2 (line {line}) has `Claims Administrator guideline:` without a decision before it;"
        " it is left out"
    )


def test_a_sentence_like_a_label_in_a_rationale_is_told_and_read_on(read: Read):
    """It may begin an item whose decision is lost, or belong to the rationale."""
    odd = replace(
        BLOCK, rationale="None. The Claims Administrator did not cite a source. So be it."
    )

    letter = only(read(imr_documents(replace(TOLD, items=(odd, SCAN)))))

    assert [words(letter, one) for one in letter.items] == [BLOCK.title, SCAN.title]
    assert letter.items[0].rationale
    assert letter.source.words(letter.items[0].rationale) == odd.rationale
    (warning,) = letter.warnings
    assert "begins like an item, `The Claims Administrator did not cite`" in warning


def test_a_title_in_the_line_of_the_rationale_begins_behind_its_last_sentence(read: Read):
    text = imr(TOLD).replace(f"\n{SCAN.title}", f" {SCAN.title}")

    letter = only(read(text))

    line = text[: text.index(SCAN.title)].count("\n") + 1
    assert [words(letter, one) for one in letter.items] == [BLOCK.title, SCAN.title]
    assert letter.items[0].rationale
    assert letter.source.words(letter.items[0].rationale) == BLOCK.rationale
    assert letter.warnings == (
        f"item 2 (line {line}) begins in the line of the text before it; look where",
    )


@pytest.mark.parametrize("word", ["Partially Overturned", "Overturned in Part", "Modified"])
def test_a_decision_in_part_is_left_out_and_told(read: Read, word: str):
    """It neither upholds nor overturns; to count it as one of the two would be a guess."""
    letter = only(read(imr(replace(TOLD, items=(replace(BLOCK, outcome=word), SCAN)))))

    assert [one.number for one in letter.items] == [2]
    assert len(letter.warnings) == 1
    assert "is decided in part, which is neither Upheld nor Overturned" in letter.warnings[0]


def test_two_letters_in_one_file_are_two(read: Read):
    """In one layout or in several, with or without a head."""
    texts = [write(TOLD) for write in LAYOUTS.values()] + [imr(TOLD, head=False), imr(TOLD)]

    found = read("\n".join(texts))

    assert [one.layout for one in found] == [*LAYOUTS, "imr", "imr"]
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)
    for letter in found:
        assert [words(letter, one) for one in letter.items] == [BLOCK.title, SCAN.title]
        assert letter.items[-1].rationale
        assert letter.source.words(letter.items[-1].rationale).endswith("cannot be granted.")


def test_a_cover_before_the_letter_is_no_letter(read: Read):
    letter = only(read("MAXIMUS FEDERAL SERVICES, INC.\nIndependent Medical Review\n" + imr(TOLD)))

    assert letter.layout == "imr"


# Refused


def test_a_text_that_is_no_letter_is_refused_with_what_was_looked_for(read: Read):
    message = refusal(read, "Dear colleague,\n\nthis patient has aching in the back.\n")

    assert message.startswith("letter.txt:1:1: this is no letter in a known layout; no heading")
    assert all(f"{layout}: `" in message for layout in LAYOUTS)
    assert "`CLINICAL CASE SUMMARY`" in message


def test_a_text_with_one_heading_is_refused_with_what_was_found(read: Read):
    assert "only `CLINICAL CASE SUMMARY` was found" in refusal(
        read, "CLINICAL CASE SUMMARY\nNone.\n"
    )


def test_a_letter_without_decisions_is_refused(read: Read):
    text = imr(TOLD).replace(": Upheld", "").replace(": Overturned", "")

    message = refusal(read, text)

    assert "the letter decides nothing that can be read" in message
    assert "`Upheld`, `Overturned`" in message


def test_the_second_of_two_letters_is_refused_at_its_line(read: Read):
    first = imr(TOLD)
    message = refusal(read, first + imr(TOLD).replace("Upheld", "").replace("Overturned", ""))

    assert message.startswith(
        f"letter.txt:{first.count(chr(10)) + 1}:1: the letter decides nothing"
    )


@given(st.binary(max_size=300), st.integers(0, 4_000), st.integers(0, 300))
@settings(max_examples=150)
def test_a_letter_with_a_hole_or_junk_in_it_is_read_or_refused(
    layouts: Layouts, junk: bytes, at: int, lost: int
):
    """Whatever is missing, nothing but a plain refusal comes out, and spans lie within the text."""
    text = "".join(write(TOLD) for write in LAYOUTS.values())
    start = at * len(text) // 4_000
    damaged = text[:start] + junk.decode("latin-1").replace("\0", " ") + text[start + lost :]
    try:
        found = read_letters(letter_text("letter", damaged.encode()), layouts)
    except LetterError:
        return
    for letter in found:
        for item in letter.items:
            for span in (item.title, item.decided, item.rationale, letter.summary):
                assert span is None or 0 <= span.start <= span.end <= len(damaged)


@pytest.mark.parametrize(
    "hostile",
    [
        "Case Number: 1\n" * 9_000,
        imr(TOLD) + "x: Upheld\nClaims Administrator guideline: a\n" * 9_000,
        imr(TOLD) + "x: Upheld\n" * 20_000,
        notice(TOLD) + "has determined the request for x\n" * 9_000,
        imr(TOLD).replace("Upheld", "Upheld" + " " * 200_000),
        imr(TOLD).replace("Bilateral", "L3-" * 60_000),
        imr(TOLD).replace("Official", "ODG MTUS " * 20_000),
        imr(TOLD).replace("Ohio", "Ohio and " * 20_000),
        imr(TOLD).replace("cannot", ". " * 60_000),
    ],
    ids=lambda text: f"{len(text)} characters",
)
def test_a_hostile_letter_ends(read: Read, hostile: str):
    """Nothing here takes longer than in proportion to the text; a hang would be seen."""
    with suppress(LetterError):
        assert read(hostile)


def test_memory_does_not_grow_with_the_number_of_letters(layouts: Layouts):
    texts = [letter_text("letter", one.encode()) for one in letters(150)]
    for source in texts:
        read_letters(source, layouts)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for source in texts:
            read_letters(source, layouts)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert grown < 100_000


# Sources


ACOEM = "Decision based on MTUS ACOEM Chapter 12 Sore Thumbs Page(s):"
ELBOW = "Decision based on MTUS Elbow Complaints 2007, Section(s): 12, and Chronic Pain Medical Treatment 2016"
OTHER = "Decision based on Non-MTUS Citation"


@pytest.mark.parametrize(
    ("passage", "cited"),
    [
        ("The Claims Administrator did not cite a book or a study.", []),
        (f"{ACOEM} (s) 298-300.", [("acoem", "Chapter 12 Sore Thumbs", None, "298-300")]),
        (
            f"{ACOEM} 299-301,Chronic Pain Treatment Guidelines.",
            [
                ("acoem", "Chapter 12 Sore Thumbs", None, "299-301"),
                ("mtus", "Chronic Pain Treatment Guidelines", None, None),
            ],
        ),
        (
            f"{ELBOW}, Section(s): Visits. {OTHER} Official Disability Guidelines (ODG), Elbow.",
            [
                ("mtus", "Elbow Complaints, Section(s): 12", 2007, None),
                ("mtus", "Chronic Pain Medical Treatment, Section(s): Visits", 2016, None),
                ("odg", "Elbow", None, None),
            ],
        ),
        (
            "Decision based on MTUS Chronic Pain Treatment Guidelines Interventions Page(s): 11, 74-96.",
            [("mtus", "Chronic Pain Treatment Guidelines Interventions", None, "11, 74-96")],
        ),
        (
            f"{OTHER} Up to date topic 1, version 2.",
            [("uptodate", "topic 1, version 2", None, None)],
        ),
        (
            f"{OTHER} Some Journal of Spines 2012 May 28 4[5]:193-207.",
            [("some journal of spines", None, 2012, "193-207")],
        ),
        (
            f"{OTHER} http://www.example.org/page.html.",
            [("example.org", "http://www.example.org/page.html", None, None)],
        ),
        (f"The Expert Reviewer did not base anything on the MTUS. {OTHER}", []),
    ],
)
def test_sources_are_read_with_title_year_and_pages(
    read: Read, passage: str, cited: list[tuple[str, str | None, int | None, str | None]]
):
    letter = only(read(imr(replace(TOLD, items=(replace(BLOCK, reviewer_guideline=passage),)))))

    found = letter.items[0].cited

    assert [(one.id, one.title, one.year, one.pages) for one in found] == cited
    assert all(one.at and letter.source.words(one.at) for one in found)


def test_a_schedule_that_a_source_is_no_part_of_is_not_cited(read: Read):
    item = replace(
        BLOCK, reviewer_guideline="Official Disability Guidelines, which is not part of the MTUS."
    )

    (found,) = only(read(imr_documents(replace(TOLD, items=(item,))))).items[0].cited

    assert isinstance(found, Cited)
    assert (found.id, found.title) == ("odg", None)
