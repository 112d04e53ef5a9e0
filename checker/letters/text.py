"""The text of a letter: from plain text in any common encoding, and from PDF files with a text layer.

The text is kept as it was given: nothing is corrected, and line ends stay CR, LF or both, so that a
character is found again by its number. A byte order mark is no part of it. A PDF file gives no text by
itself, so its text is defined here: one line for each printed one, ended by LF; a hyphen at the end of a
line stays; between two pages stands a line that holds a form feed alone.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from checker.errors import LetterError, Place, Problem, shown_path
from checker.letters.letter import LetterText

MAX_BYTES = 20_000_000
MAX_CHARACTERS = 5_000_000
MAX_PAGES = 2_000
FEWEST_LETTERS = 50
"""Of a text; a page of a PDF file with fewer, most of which is a picture, was scanned."""

PAGE_BREAK = "\n\f\n"

_PDF = b"%PDF-"
_PDF_WITHIN = 1024
_LOCKED = b"/Encrypt"
_MOST_CONTROLS = 0.01
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LINE_END_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "this is a Word file or an archive; save the letter as PDF or plain text"),
    (b"\xd0\xcf\x11\xe0", "this is a Word file; save the letter as PDF or plain text"),
    (b"{\\rtf", "this is a file in Rich Text Format; save the letter as PDF or plain text"),
    (b"\xff\xd8\xff", "this is a picture; a letter that was scanned needs text recognition first"),
    (b"\x89PNG", "this is a picture; a letter that was scanned needs text recognition first"),
    (b"II*\x00", "this is a picture; a letter that was scanned needs text recognition first"),
    (b"MM\x00*", "this is a picture; a letter that was scanned needs text recognition first"),
)


def read_letter_text(path: Path) -> LetterText:
    """The text of a letter in a file, plain or PDF.

    Raises:
        LetterError: if the file cannot be read, is too large or no text, or needs a password or scanning.
    """
    file = shown_path(path)
    return letter_text(file, _bytes_of(path, file))


def letter_text(file: str, data: bytes) -> LetterText:
    """The text in `data`, which messages call `file`; see `read_letter_text`."""
    if len(data) > MAX_BYTES:
        _refuse(
            file, f"the file is larger than {MAX_BYTES // 1_000_000} MB; put fewer letters into it"
        )
    if not data.strip():
        _refuse(file, "the file is empty")
    is_pdf = _PDF in data[:_PDF_WITHIN]
    text = _pdf_text(file, data) if is_pdf else _plain_text(file, data)
    if len(text) > MAX_CHARACTERS:
        most = f"{MAX_CHARACTERS:,} characters"
        _refuse(file, f"the text is longer than {most}; put fewer letters into one file")
    return LetterText(file, text, hashlib.sha256(data).hexdigest())


def _refuse(file: str, message: str) -> NoReturn:
    raise LetterError([Problem(Place(file), message)])


def _bytes_of(path: Path, file: str) -> bytes:
    """What the file holds, and one byte more than is allowed where it is too large."""
    if path.exists() and not path.is_file():
        _refuse(file, "this is no file; name a letter, as text or PDF")
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as failure:
        message = f"cannot be read: {failure.strerror or failure}"
        raise LetterError([Problem(Place(file), message)]) from None


# Plain text ------------------------------------------------------------------------------------------


def _plain_text(file: str, data: bytes) -> str:
    for mark, message in _OTHER_FILES:
        if data.startswith(mark):
            _refuse(file, message)
    text = _decoded(file, data)
    controls = len(_CONTROLS.findall(text))
    if "\0" in text or controls > len(text) * _MOST_CONTROLS:
        _refuse(file, "this is no text; give the letter as PDF or plain text")
    if not any(one.isalpha() for one in text):
        _refuse(file, "the file holds no words")
    return text


def _decoded(file: str, data: bytes) -> str:
    """By the byte order mark, else as UTF-8, else as the code page that Windows uses in the west."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.removeprefix(mark).decode(encoding)
            except UnicodeDecodeError:
                _refuse(
                    file,
                    f"the file is marked as {encoding.upper()[:6].rstrip('-')}, but is not; save it as UTF-8",
                )
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


# PDF -------------------------------------------------------------------------------------------------


def _pdf_text(file: str, data: bytes) -> str:
    pdfium = _pdfium(file)
    try:
        with _opened(file, data, pdfium) as document:
            if len(document) > MAX_PAGES:
                _refuse(file, f"the file has more than {MAX_PAGES:,} pages; split it")
            pages = list(_pages(file, document, pdfium))
    except pdfium.PdfiumError:
        _refuse(file, "the PDF file is damaged; get it anew, or print it into a new PDF file")
    if _letters("".join(pages)) < FEWEST_LETTERS:
        _refuse(
            file,
            "the PDF file has no text layer, as a scan has none; run text recognition on it first",
        )
    return PAGE_BREAK.join(pages)


def _pdfium(file: str) -> Any:
    try:
        import pypdfium2
    except ImportError:
        message = "reading PDF files needs a library: pip install 'guideline-checker[pdf]'"
        raise LetterError([Problem(Place(file), message)]) from None
    return pypdfium2


def _opened(file: str, data: bytes, pdfium: Any) -> Any:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        # A file without pages leaves the reason why an earlier file could not be opened.
        if error.err_code == pdfium.raw.FPDF_ERR_PASSWORD and _LOCKED in data:
            _refuse(file, "the PDF file needs a password; save it without one")
        if error.err_code == pdfium.raw.FPDF_ERR_SECURITY:
            _refuse(
                file,
                "the PDF file is protected in a way that is not known; print it into a new PDF file",
            )
        raise


def _pages(file: str, document: Any, pdfium: Any) -> Iterator[str]:
    """The text of each page. A page that is a picture hides what it says, so nothing is read around it."""
    characters = 0
    for number in range(len(document)):
        page = document[number]
        found = page.get_textpage()
        text = _printed(found.get_text_range())
        found.close()
        characters += len(text)
        if _letters(text) < FEWEST_LETTERS and len(document) > 1 and _is_picture(page, pdfium):
            _refuse(
                file,
                f"page {number + 1} has no text layer, as a scan has none; run text recognition on it first",
            )
        page.close()
        if characters > MAX_CHARACTERS:
            _refuse(
                file,
                f"the text is longer than {MAX_CHARACTERS:,} characters; put fewer letters into one file",
            )
        yield text


def _printed(text: str) -> str:
    """The lines as printed: a mark in place of a hyphen says that it ends a line."""
    return _LINE_END_HYPHEN.sub("-\n", text).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def _letters(text: str) -> int:
    return sum(one.isalpha() for one in text)


def _is_picture(page: Any, pdfium: Any) -> bool:
    """Whether one picture covers more than half of the page."""
    width, height = page.get_size()
    for one in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = one.get_bounds()
        if (right - left) * (top - bottom) > width * height / 2:
            return True
    return False
