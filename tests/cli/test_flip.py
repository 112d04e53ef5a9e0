"""`checker flip`: what would change the answer, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.schema import FLIP, FLIPPED, mismatches

Checker = Callable[..., Any]


def test_changes_are_shown_factored_and_never_as_promises(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """One of these and one of those, if the chart supports it."""
    ran = checker("flip", letter("000"))

    text = " ".join(ran.out.split())
    assert ran.code == 1
    assert "if the chart supports all of:" in text
    assert text.count("one of ") == 2
    assert "document facet tenderness: yes" in text
    assert "conservative care weeks: at least 4" in text
    assert "4 ways, the least: 2 changes (document); each was decided again." in text
    assert "treat, then document (physical therapy" in text


def test_what_cannot_be_fixed_is_named_with_its_lines(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The criterion, the findings, and where they stand."""
    text = " ".join(checker("flip", letter("001")).out.split())

    assert "Nothing you can document or change turns this." in text
    assert "emg radiculopathy: yes [summary, lines 85-87 (2015-07-22)]" in text


def test_a_good_case_says_what_it_rests_on(checker: Checker, letter: Callable[[str], Path]) -> None:
    """Facts with their lines, what is presumed, what would sink it, and the weakest."""
    ran = checker("flip", letter("002"))

    text = " ".join(ran.out.split())
    assert ran.code == 0
    assert "resting on 4 documented facts" in text
    assert "Any one of these findings would turn it:" in text
    assert "Weakest, a statement without its substance: conservative-care-failed" in text


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_programs_get_the_contract(
    checker: Checker, letter: Callable[[str], Path], form: str
) -> None:
    """The sets, each verified; what cannot be fixed; what a good one rests on."""
    ran = checker("flip", letter("000").parent, "--format", form)

    results = ran.json["results"] if form == "json" else ran.jsonl
    assert [one for each in results for one in mismatches(each, FLIPPED)] == []
    if form == "json":
        assert list(mismatches(ran.json, FLIP)) == []
    by_name = {(one["case"], one["request"]): one for one in results}
    first = by_name["imr-000", "1"]["sets"][0]
    assert first["verified"] is True
    assert first["outcome"] == "Overturned"
    assert {one["kind"] for one in by_name["imr-000", "1"]["sets"]} == {"document"}
    assert [one["criterion"] for one in by_name["imr-001", "1"]["cannot"]] == ["non-radicular"]
    assert by_name["imr-002", "1"]["rests_on"][0]["criteria"]
    assert [one["criterion"] for one in by_name["imr-003", "2"]["contestable"]] == ["non-radicular"]
    assert by_name["imr-004", "1"]["moved"][0]["change"]["to"] == "diagnostic"


def test_other_guidelines_that_cover_the_request_have_their_say(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The thoracic rules speak about letter 004 as well."""
    ran = checker("flip", letter("004"))

    assert "Under odg/thoracic/facet-joint-injections: Not ready" in " ".join(ran.out.split())


def test_a_procedure_without_a_guideline_has_nothing_to_turn(
    checker: Checker, example: Callable[[str], Path]
) -> None:
    """It says why."""
    ran = checker("flip", example("not-covered"))

    assert ran.code == 3
    assert "No guideline speaks about it" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.yaml"], "absent.yaml: cannot be read"),
        (["--guideline", "nosuch"], "unknown guideline `nosuch`"),
        (["--set", "iv_sedation_planed=no"], "did you mean `iv_sedation_planned`?"),
    ],
)
def test_what_cannot_be_run_is_told_in_words(
    checker: Checker, letter: Callable[[str], Path], arguments: list[str], message: str
) -> None:
    """Exit code 2 and no traceback."""
    given = arguments if arguments[0] == "absent.yaml" else [letter("000"), *arguments]

    ran = checker("flip", *given)

    assert ran.code == 2
    assert message in ran.message
    assert "Traceback" not in ran.err


# --- The line in the checklist, and a denial's reasons ----------------------------------------------


def test_the_checklist_says_in_one_line_what_would_make_it_ready(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The cheapest way, or what stands in the way; nothing for a case that is ready."""
    lines = {
        number: checker("check", letter(number), "--format", "json").json["results"][0][
            "to_become_ready"
        ]
        for number in ("000", "001", "002")
    }

    assert lines["000"].startswith("To become ready, if the chart supports it: document facet")
    assert lines["001"].startswith("Nothing you can document or change turns this: non-radicular (")
    assert lines["002"] is None


def test_each_reason_of_a_denial_stands_beside_what_answers_it(
    checker: Checker, letter: Callable[[str], Path], tmp_path: Path
) -> None:
    """Letter 000 again, with the findings of the examination and without those of care."""
    path = tmp_path / "again.yaml"
    text = letter("000").read_text(encoding="utf-8")
    path.write_text(
        text.replace(
            "facet_tenderness:\n    value: not documented", "facet_tenderness:\n    value: true", 1
        ),
        encoding="utf-8",
    )

    ran = checker("check", path, "--since", letter("000"), "--format", "json")
    since = {one["ground"]: one for one in ran.json["results"][0]["since"]}

    assert since["facet-presentation"]["answer"] == "answered"
    assert since["facet-presentation"]["facts"][0]["fact"] == "facet_tenderness"
    assert since["facet-presentation"]["changed"][0]["to"] is True
    assert since["conservative-care-failed"]["answer"] == "still open"
    text = " ".join(checker("check", path, "--since", letter("000")).out.split())
    assert "answered: facet-presentation (met), by facet tenderness: yes [" in text
    assert "still open: conservative-care-failed (missing)" in text


def test_reasons_outside_the_guideline_are_told_apart(
    checker: Checker, letter: Callable[[str], Path]
) -> None:
    """The reviewer of letter 001 doubts the procedure itself; no fact answers that."""
    ran = checker("check", letter("001"), "--since", letter("001"), "--format", "json")

    (reason,) = ran.json["results"][0]["since"]
    assert reason["ground"] == "efficacy-not-shown"
    assert reason["answer"] == "not a criterion here"


def test_an_earlier_case_without_a_decision_gives_its_own_reasons(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """What counted against the request then."""
    before = case_file(
        "before.yaml", facts="surgery_anticipated: true", request=", targets: [L4-5]"
    )
    now = case_file("now.yaml", facts="surgery_anticipated: false", request=", targets: [L4-5]")

    ran = checker("check", now, "--since", before, "--format", "json")
    since = {one["ground"]: one["answer"] for one in ran.json["results"][0]["since"]}

    assert since["no-surgery-anticipated"] == "answered"
    assert since["facet-presentation"] == "still open"
