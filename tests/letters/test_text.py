"""Text of letters: read as it was given, or refused with the reason; never a hang, never a traceback."""

from __future__ import annotations

import codecs
import hashlib
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.pdf import PICTURE, pdf
from checker.errors import LetterError
from checker.letters.letter import LetterText
from checker.letters.text import MAX_BYTES, PAGE_BREAK, letter_text, read_letter_text

NO_TEXT = "the PDF file has no text layer, as a scan has none; run text recognition on it first"
DAMAGED = "the PDF file is damaged; get it anew, or print it into a new PDF file"
PAGE = "\n".join(
    f"Line {number} of an invented page that has letters enough to be read." for number in range(9)
)


def refusal(data: bytes) -> str:
    with pytest.raises(LetterError) as error:
        letter_text("letter", data)
    (problem,) = error.value.problems
    return problem.message


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("cp1252", b""),
    ],
)
def test_every_common_encoding_gives_the_same_text(encoding: str, mark: bytes):
    text = "The worker’s pain – 8 of 10 – is “sharp”."

    assert letter_text("letter", mark + text.encode(encoding)).text == text


def test_bytes_that_windows_does_not_know_are_read_as_latin_1():
    assert letter_text("letter", b"caf\xe9 \x81 noir" * 20).text.startswith("café \x81 noir")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_stay_and_lines_are_counted(line_end: str):
    """A character is found by its number in the file's text, whichever way lines end."""
    text = line_end.join(["first", "second", "third"])

    source = letter_text("letter", text.encode())

    assert source.text == text
    assert [source.line(text.index(word)) for word in ("first", "second", "third")] == [1, 2, 3]
    assert source.line(text.index(line_end)) == 1


def test_mixed_line_ends_count_as_they_come():
    source = LetterText("letter", "a\r\nb\rc\nd\n\re", "")

    assert [source.line(source.text.index(one)) for one in "abcde"] == [1, 2, 3, 4, 6]


def test_the_hash_is_that_of_the_file(tmp_path: Path):
    path = tmp_path / "letter.txt"
    path.write_bytes(codecs.BOM_UTF8 + b"some words")

    assert read_letter_text(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t ", "the file is empty"),
        (b"12 34 -- 56", "the file holds no words"),
        (bytes(range(256)) * 4, "this is no text; give the letter as PDF or plain text"),
        ("no mark".encode("utf-16-le"), "this is no text; give the letter as PDF or plain text"),
        (
            codecs.BOM_UTF16_LE + b"a\x00b",
            "the file is marked as UTF-16, but is not; save it as UTF-8",
        ),
        (
            b"PK\x03\x04 docx",
            "this is a Word file or an archive; save the letter as PDF or plain text",
        ),
        (
            b"\xff\xd8\xff\xe0 jpeg",
            "this is a picture; a letter that was scanned needs text recognition first",
        ),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(data: bytes, reason: str):
    assert refusal(data) == reason


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path):
    with pytest.raises(LetterError, match="cannot be read: No such file"):
        read_letter_text(tmp_path / "none.txt")
    with pytest.raises(LetterError, match="this is no file"):
        read_letter_text(tmp_path)


def test_a_file_of_fifty_megabytes_is_refused_without_reading_it(tmp_path: Path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)

    with pytest.raises(LetterError, match=f"larger than {MAX_BYTES // 1_000_000} MB"):
        read_letter_text(path)


def test_a_text_of_too_many_characters_is_refused():
    assert refusal(b"word " * 1_100_000).startswith("the text is longer than 5,000,000 characters")


# PDF


def test_pages_are_joined_by_a_line_with_a_form_feed():
    text = letter_text("letter", pdf([PAGE, "The last words."])).text

    assert text == PAGE + PAGE_BREAK + "The last words."


def test_a_file_that_is_encrypted_without_a_password_opens():
    """Published letters are protected against copying, but not against reading."""
    assert letter_text("letter", pdf([PAGE], locked=True)).text == PAGE


def test_a_hyphen_at_the_end_of_a_line_stays():
    text = letter_text("letter", pdf([f"{PAGE}\nblocks of L4-\n5 under fluoro-\nscopy"])).text

    assert text.endswith("blocks of L4-\n5 under fluoro-\nscopy")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf([PAGE], password="secret"), "the PDF file needs a password; save it without one"),
        (pdf([PICTURE]), NO_TEXT),
        (pdf(["", ""]), NO_TEXT),
        (pdf([PAGE, PICTURE, PAGE]), NO_TEXT.replace("the PDF file", "page 2")),
        (b"%PDF-1.7\n", DAMAGED),
        (pdf([]), DAMAGED),
    ],
)
def test_a_pdf_file_that_cannot_be_read_is_refused_with_the_reason(data: bytes, reason: str):
    assert refusal(data) == reason


def test_a_short_last_page_is_no_scan():
    assert letter_text("letter", pdf([PAGE, "Signed."])).text.endswith("Signed.")


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)

    assert refusal(pdf([PAGE])) == (
        "reading PDF files needs a library: pip install 'guideline-checker[pdf]'"
    )


def read_or_refused(data: bytes) -> None:
    try:
        source = letter_text("letter", data)
    except LetterError:
        return
    assert source.text


WHOLE = pdf([PAGE, PAGE])


@given(st.integers(0, len(WHOLE)))
@settings(max_examples=120)
def test_a_truncated_pdf_file_is_read_or_refused(length: int):
    read_or_refused(WHOLE[:length])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=40))
@settings(max_examples=120)
def test_a_damaged_pdf_file_is_read_or_refused(at: int, junk: bytes):
    read_or_refused(WHOLE[:at] + junk + WHOLE[at + len(junk) :])


@given(st.binary(max_size=400))
@settings(max_examples=200)
@example(b"%PDF-")
@example(b"%PDF-1.4 trailer << /Root 1 0 R >>")
@example(codecs.BOM_UTF16_BE)
def test_random_bytes_are_read_or_refused(data: bytes):
    read_or_refused(data)
