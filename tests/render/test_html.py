"""HTML reports, read as a browser reads them: valid, silent, safe, and usable without eyes or colour."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

import checker.render.html
from checker.render.html import audit_page, worksheet_page
from checker.render.words import DISCLAIMER, SIGNS
from tests.render.conftest import HOSTILE

STYLE = Path(checker.render.html.__file__).parent / "templates" / "style.css"
PAGES = ("letters", "nothing", "hostile", "checked")


def parsed(page: str) -> Element:
    """The page as a tree; a mistake that a browser would have to guess about fails."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)  # type: ignore[no-any-return]


def drawn(name: str, request: pytest.FixtureRequest) -> str:
    document = request.getfixturevalue(name)
    return worksheet_page(document) if name == "checked" else audit_page(document)


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest) -> Element:
    """Each page in turn."""
    return parsed(drawn(request.param, request))


@pytest.fixture(scope="module")
def report(letters: dict[str, Any]) -> Element:
    """The report on the five letters."""
    return parsed(audit_page(letters))


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def section(page: Element, id_: str) -> Element:
    (found,) = [one for one in page.iter() if one.get("id") == id_]
    return found


def rows(element: Element) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in element.iter("tr")]


# --- Valid, and by itself -----------------------------------------------------------------------------


def test_a_page_is_one_valid_document(page: Element) -> None:
    """With a language, a title and one main part."""
    root = page if page.tag == "html" else page.find("html")

    assert root is not None
    assert root.get("lang") == "en"
    assert words(next(page.iter("title")))
    assert len(list(page.iter("main"))) == 1


def test_a_page_runs_nothing_and_fetches_nothing(page: Element) -> None:
    """No script, no frame, no image, no address but within the page; a policy forbids the rest."""
    forbidden = {
        "script",
        "iframe",
        "img",
        "link",
        "object",
        "embed",
        "form",
        "base",
        "image",
        "use",
    }
    assert [one.tag for one in page.iter() if one.tag in forbidden] == []
    for element in page.iter():
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), (element.tag, name)
            assert name not in ("src", "srcset", "action", "style", "xlink:href"), (
                element.tag,
                name,
            )
            assert name != "href" or value.startswith("#"), value
    (policy,) = [one for one in page.iter("meta") if one.get("http-equiv")]
    assert policy.get("content") == "default-src 'none'; style-src 'unsafe-inline'"
    assert "url(" not in words(next(page.iter("style")))
    assert "@import" not in words(next(page.iter("style")))


@pytest.mark.parametrize("kind", ["audit", "check"])
def test_hostile_texts_are_shown_as_they_are(
    hostile: dict[str, Any], letters: dict[str, Any], kind: str
) -> None:
    """A request that holds a script is a request with an odd name."""
    results = [one["determination"] for one in hostile["entries"]]
    text = (
        audit_page(hostile) if kind == "audit" else worksheet_page({**letters, "results": results})
    )

    page = parsed(text)

    assert "<script" not in text.lower()
    assert words(page).count(HOSTILE) > len(results)
    assert "49" not in re.findall(r"\{\{ (\d+) \}\}", words(page))


# --- For every reader ---------------------------------------------------------------------------------


def test_every_link_leads_to_its_place(page: Element) -> None:
    """And no place has two."""
    ids = Counter(one.get("id") for one in page.iter() if one.get("id"))

    assert [one for one, number in ids.items() if number > 1] == []
    targets = {one.get("href", "")[1:] for one in page.iter("a")}
    assert targets <= set(ids)
    labels = {one.get("aria-labelledby") for one in page.iter()} - {None}
    assert labels <= set(ids)


def test_headings_descend_step_by_step(page: Element) -> None:
    """A screen reader's list of headings is a table of contents."""
    levels = [int(one.tag[1]) for one in page.iter() if re.fullmatch(r"h[1-6]", str(one.tag))]

    assert levels == [] or levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_heads_that_say_for_what(page: Element) -> None:
    """Each head has a scope, and each row of a body that has data begins with one or lies in a group."""
    for table in page.iter("table"):
        heads = list(table.iter("th"))
        assert heads
        assert all(one.get("scope") in ("col", "row", "rowgroup") for one in heads)


def test_every_picture_has_a_text(report: Element) -> None:
    """A bar says its numbers, and the key is hidden from who cannot see it."""
    pictures = list(report.iter("{http://www.w3.org/2000/svg}svg"))

    assert pictures
    for one in pictures:
        assert one.get("aria-hidden") == "true" or (
            one.get("role") == "img"
            and re.search(r"not met \d+, missing \d+, of \d+", one.get("aria-label", ""))
        )


def test_a_status_is_never_colour_alone(report: Element) -> None:
    """Sign and word."""
    shown = [one for one in report.iter("span") if "status" in (one.get("class") or "").split()]

    assert len(shown) > 100
    told = {words(one) for one in shown}
    assert told == {f"{sign} {name}" for name, sign in SIGNS.items()}


def luminance(colour: str) -> float:
    full = colour if len(colour) == 7 else "#" + "".join(2 * one for one in colour[1:])
    parts = [int(full[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def palettes() -> Iterator[dict[str, str]]:
    """The colours for light, dark and paper."""
    for block in re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.DOTALL):
        yield dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", block))


def test_every_text_stands_out_from_its_ground() -> None:
    """By at least 4.5 to 1, in light, in dark and on paper."""
    found = list(palettes())
    grounds = {
        "ink": ("page", "card", "good-tint", "bad-tint", "warn-tint", "calm-tint"),
        "soft": ("page", "card"),
        "link": ("page", "card", "good-tint", "bad-tint", "calm-tint"),
        **{name: ("card", f"{name}-tint") for name in ("good", "bad", "warn", "calm")},
    }

    assert len(found) == 3
    for colours in found:
        for ink, behind in grounds.items():
            for ground in behind:
                one, other = sorted((luminance(colours[ink]), luminance(colours[ground])))
                assert (other + 0.05) / (one + 0.05) >= 4.5, (ink, ground, colours)


# --- What the report says -----------------------------------------------------------------------------


def test_the_headline_figures_have_numbers_intervals_and_the_baseline(report: Element) -> None:
    """No share stands without them."""
    told = words(section(report, "figures"))

    assert "items on which both agree 100.0 % 8 of 8 95 % interval 67.6 to 100.0" in told
    assert "the answer “always Upheld” 87.5 % 7 of 8 95 % interval 52.9 to 97.8" in told
    assert "foreseen from the chart alone 87.5 % 7 of 8" in told
    assert (
        "kappa: agreement beyond chance 1.00 n = 8, always Upheld 0.00 these letters give no interval"
        in told
    )


def test_an_audit_of_few_letters_says_so_at_the_top(report: Element) -> None:
    """Before any figure."""
    told = words(report)

    assert told.index("n = 5 letters: too few to prove anything") < told.index("100.0 %")


def test_the_confusion_table_is_a_table_whose_numbers_lead_to_items(report: Element) -> None:
    """Eight agree on Upheld, one on Overturned, one the reviewer alone overturned."""
    (table,) = [one for one in report.iter("table") if one.get("class") == "confusion"]

    assert [row[1:] for row in rows(table)[1:]] == [
        ["8 agree", "1 disagree"],
        ["0 disagree", "1 agree"],
    ]
    targets = [one.get("href", "")[1:] for one in table.iter("a")]
    assert targets == ["cell-Upheld-Upheld", "cell-Upheld-Overturned", "cell-Overturned-Overturned"]
    sizes = [len(list(section(report, one).iter("tr"))) - 1 for one in targets]
    assert sizes == [8, 1, 1]


def test_criteria_that_fail_most_come_first(report: Element) -> None:
    """With their counts; advice is not among them."""
    found = rows(section(report, "criteria"))[1:]

    assert found[0][0].startswith("conservative-care-failed odg/low-back")
    assert found[0][2:] == ["0", "6", "6", "0", "1", "0"]
    assert not any(row[0].startswith("other-signs-recorded") for row in found)


def test_a_disagreement_stands_with_its_evidence(report: Element) -> None:
    """What counts against the item, and where that stands."""
    (row,) = rows(section(report, "disagreements"))[1:]

    assert row[0] == "imr-001#2"
    assert row[2:4] == ["Upheld", "Overturned"]
    assert "surgery-considered (missing)" in row[4]
    assert "[summary, line 41 (2015-09-10)]" in row[4]
    assert row[5] == "none named; other source; cites world journal of radiology"


def test_findings_stand_with_their_places(report: Element) -> None:
    """Equal ones once, with all items that they are about."""
    told = words(section(report, "findings"))

    assert (
        "hedged (1) imr-004#1 the rationale leaves its own decision open [rationale, lines" in told
    )
    assert "label only (1) imr-003#2 imr-003#3 imr-003#4 imr-003#5" in told


def test_each_item_has_both_sides_and_every_criterion(
    report: Element, letters: dict[str, Any]
) -> None:
    """With rule, citation, facts and evidence, the reviewer's reasons beside ours."""
    articles = list(report.iter("article"))
    assert len(articles) == len(letters["entries"]) == 10

    told = words(articles[0])
    assert "Rules say Upheld Reviewer Upheld agree, same reasons" in told
    assert "Reasons of both conservative-care-failed, facet-presentation" in told
    assert (
        "The reviewer decided on guideline; cites odg [rationale, lines 121-127 (the reviewer)]"
        in told
    )
    assert "physical therapy: not documented [summary, lines 43-45]" in told
    for criterion in letters["entries"][0]["determination"]["criteria"]:
        assert criterion["id"] in told
        assert criterion["citation"] in told


def test_disclaimer_terms_and_rules_stand_on_the_page(
    report: Element, letters: dict[str, Any]
) -> None:
    """At the top and at the end."""
    told = words(report)

    assert told.count(DISCLAIMER) == 2
    assert "Read as written, facts from the whole letter. Decided by durable_rules" in told
    assert letters["rules"]["digest"] in told


def test_a_report_says_which_files_are_left_out(letters: dict[str, Any]) -> None:
    """Who reads it sees no standard error."""
    told = words(parsed(audit_page({**letters, "unread": ["a.yaml", "b.yaml"]})))

    assert "2 files could not be read and are left out: a.yaml, b.yaml" in told
    assert "left out" not in words(parsed(audit_page(letters)))


def test_a_guideline_and_a_day_that_were_asked_for_stand_on_the_page(
    letters: dict[str, Any],
) -> None:
    """An audit under another guideline must not be taken for one under the governing one."""
    asked = {**letters, "guideline": "cms/x", "as_of": "2014-01-01"}

    told = words(parsed(audit_page(asked)))

    assert told.count("from the whole letter, under cms/x as asked, as of 2014-01-01. Decided") == 2


def test_an_audit_of_nothing_is_still_a_page(nothing: dict[str, Any]) -> None:
    """Shares of nothing are none."""
    told = words(parsed(audit_page(nothing)))

    assert "0 letters, 0 decided items" in told
    assert "Disagreements (0) None." in told


def test_a_large_audit_shows_the_parting_items_first_and_says_what_is_left_out(
    letters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list has them all; only those that are shown are linked."""
    monkeypatch.setattr(checker.render.html, "MOST_ITEMS", 2)

    page = parsed(audit_page(letters))

    shown = [words(one).split(":")[0] for one in page.iter("article")]
    assert shown == ["imr-001#1", "imr-001#2"]
    assert "Item by item: 2 of 10, those where the two sides part first" in words(page)
    targets = {one.get("href") for one in section(page, "list").iter("a")}
    assert targets == {"#item-2", "#item-3"}


# --- The worksheet ------------------------------------------------------------------------------------


def test_each_request_has_a_sheet_that_is_no_approval(checked: dict[str, Any]) -> None:
    """Its first line says what it is for; no word on it could be taken for more."""
    page = parsed(worksheet_page(checked))
    sheets = list(page.iter("article"))

    assert len(sheets) == len(checked["results"])
    for one in sheets:
        told = words(one)
        assert told.startswith("Worksheet for the chart. Not for the payer, and no approval.")
        assert DISCLAIMER in told
        assert not re.search(
            r"\b(approved|denied|certified|authorized|necessary)\b", told, re.IGNORECASE
        )


def test_a_sheet_says_what_to_do_about_what_counts_against(checked: dict[str, Any]) -> None:
    """And nothing about the rest."""
    page = parsed(worksheet_page(checked))
    for sheet, result in zip(page.iter("article"), checked["results"], strict=True):
        told = words(sheet)
        for one in result["criteria"]:
            assert one["says"] in told
            failed = one["status"] in ("not met", "missing")
            assert (f"To do: {one['fix']}" in told) or not failed
        for question in result["questions"]:
            assert question["ask"] in told


def test_the_sheet_is_black_on_white(checked: dict[str, Any]) -> None:
    """A fax has no other colours."""
    style = words(next(parsed(worksheet_page(checked)).iter("style")))

    assert set(re.findall(r"#[0-9a-fA-F]{3,6}\b", style)) == {"#000", "#fff"}
