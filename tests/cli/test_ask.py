"""`checker check --ask`: the interview through pipes and on a terminal, and what is left of it in the file."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli.dialogue import save
from checker.errors import CaseError
from tests.cli.conftest import environment

Checker = Callable[..., Any]


@pytest.fixture
def draft(checker: Checker, tmp_path: Path) -> Path:
    """A blank case in preparation, of a lumbar block."""
    path = tmp_path / "draft.yaml"
    assert checker("new", "medial_branch_block", "--region", "lumbar", "-o", path).code == 0
    return path


def test_answers_are_written_into_the_file_and_nothing_else_changes(
    checker: Checker, draft: Path
) -> None:
    """Comments stay; the end of the input saves and stops; the exit code is that of the case."""
    before = draft.read_text().splitlines()

    ran = checker("check", draft, "--ask", stdin=b"failed\n1\ns\n")

    after = draft.read_text().splitlines()
    changed = [
        one.split("#")[0].strip() for one, other in zip(after, before, strict=True) if one != other
    ]
    assert sorted(changed) == [
        "home_exercise: failed",
        "nsaids: not documented",
        "physical_therapy: failed",
    ]
    assert ran.code in (1, 3)
    assert "What came of physical therapy?" in ran.err
    assert "What came of physical therapy?" not in ran.out.splitlines()[0]


def test_an_interview_goes_on_where_it_stopped(checker: Checker, draft: Path) -> None:
    """What was answered is not asked again."""
    checker("check", draft, "--ask", stdin=b"failed\nq\n")

    ran = checker("check", draft, "--ask", stdin=b"q\n")

    assert "What came of physical therapy?" not in ran.err
    assert "home exercise" in ran.err


def test_answers_from_a_pipe_are_shown_after_their_questions(checker: Checker, draft: Path) -> None:
    """So that what is kept of such a run can be read."""
    ran = checker("check", draft, "--ask", stdin=b"failed\nq\n")

    assert "   > failed\n\n2  " in ran.err
    assert "   > q\nstopped; " in ran.err


def test_it_stops_once_all_is_decided(checker: Checker, draft: Path) -> None:
    """One silence about care is enough; with --all it goes on."""
    answers = b"s\ns\ns\ns\ns\n" + b"n\n" * 60

    once = checker("check", draft, "--ask", stdin=answers)
    everything = checker("check", draft, "--ask", "--all", stdin=answers)

    assert once.code == 1
    assert "Not ready" in once.out
    assert everything.err.count("look in:") > 3


def test_back_takes_the_latest_answer_out_of_the_file(checker: Checker, draft: Path) -> None:
    """And asks again."""
    before = draft.read_text()

    ran = checker("check", draft, "--ask", stdin=b"b\nfailed\nb\nq\n")

    assert draft.read_text() == before
    assert "this is the first question" in ran.err
    assert ran.err.count("What came of physical therapy?") == 3


def test_a_question_mark_says_why(checker: Checker, draft: Path) -> None:
    """The criteria that hang on it, their source, what counts and what does not."""
    ran = checker("check", draft, "--ask", stdin=b"?\nq\n")

    assert "settles conservative-care-failed" in ran.err
    assert "source: ODG" in ran.err
    assert "does not count: A referral" in ran.err


def test_an_answer_that_does_not_fit_is_asked_for_again(checker: Checker, draft: Path) -> None:
    """Whatever is typed, the file stays one that can be read."""
    before = draft.read_text()

    typed = "faild\n99\n{\n[a\n: :\n\t\n\n'\nq\n"
    ran = checker("check", draft, "--ask", stdin=typed.encode())

    assert ran.code == 3
    assert draft.read_text() == before
    assert "did you mean `failed`?" in ran.err
    assert "Traceback" not in ran.err


def test_an_answer_that_contradicts_the_case_is_refused(
    checker: Checker, case_file: Callable[..., Path]
) -> None:
    """Care of no weeks cannot have failed."""
    path = case_file(
        facts="physical_therapy: failed, home_exercise: failed, nsaids: failed", record="open"
    )

    ran = checker("check", path, "--ask", stdin=b"0\n4\nq\n")

    assert "Care of no weeks at all cannot have failed" in ran.err
    assert "conservative_care_weeks: 4" in path.read_text()


def test_earlier_blocks_are_asked_about_one_by_one(
    case_file: Callable[..., Path],
) -> None:
    """First how many there were, then what a criterion looks at in each."""
    facts = "facet_tenderness: true, conservative_care_failed: true"
    path = case_file(facts=facts, record="open", request=", targets: [L4-5], intent: diagnostic")
    answers = {
        "Which spinal blocks": "2",
        "Record 1": "1",
        "Record 2": "5",
        "Which medial": "L4-5",
    }

    text = converse(path, answers)

    assert "prior_blocks: [{block_kind" in text
    assert "Record" not in text


def converse(path: Path, answers: dict[str, str], most: int = 60) -> str:
    """Answers by the words of the questions, else that the record is silent."""
    command = [sys.executable, "-m", "checker", "check", str(path), "--ask"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
    ) as talk:
        assert talk.stderr is not None
        assert talk.stdin is not None
        heard = ""
        for _ in range(most):
            question = until_prompt(talk)
            heard += question
            if question.endswith("> "):
                asked = question.rsplit("\n\n", 1)[-1]
                reply = next((one for words, one in answers.items() if words in asked), "s")
                talk.stdin.write(reply + "\n")
                talk.stdin.flush()
            else:
                break
        talk.communicate(timeout=60)
    return path.read_text()


def until_prompt(talk: subprocess.Popen[str]) -> str:
    """What is said until an answer is waited for, or to the end."""
    assert talk.stderr is not None
    said = ""
    while not said.endswith("   > "):
        one = talk.stderr.read(1)
        if not one:
            break
        said += one
    return said


# --- On a terminal, and interrupted -----------------------------------------------------------------


def test_it_works_on_a_dumb_terminal_and_ctrl_c_keeps_what_was_answered(draft: Path) -> None:
    """Exit code 130, the first answer in the file."""
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "checker", "check", str(draft), "--ask"]
    with subprocess.Popen(
        command,
        stdin=child,
        stdout=child,
        stderr=child,
        env=environment(TERM="dumb"),
        start_new_session=True,
        close_fds=True,
    ) as talk:
        os.close(child)
        read_until(parent, b"> ")
        os.write(parent, b"failed\n")
        read_until(parent, b"2  ", b"> ")
        talk.send_signal(signal.SIGINT)
        code = talk.wait(timeout=60)
    os.close(parent)

    assert code == 130
    assert "physical_therapy: failed" in draft.read_text()


def read_until(terminal: int, *words: bytes) -> None:
    """Wait until a terminal has shown these words, one behind the other; they may come in one piece."""
    shown, end = b"", time.monotonic() + 60
    wanted = re.compile(b".*".join(map(re.escape, words)), re.DOTALL)
    while not wanted.search(shown):
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 1024)


def test_a_file_that_cannot_be_replaced_stays_as_it_was(
    draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed or refused half way, the case before the answer is on the disk, and nothing beside it."""
    before = draft.read_text()

    def refused(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refused)
    with pytest.raises(CaseError, match="No space left on device"):
        save(draft, "case: other\n")

    assert draft.read_text() == before
    assert [one.name for one in draft.parent.iterdir()] == [draft.name]


def test_a_link_to_a_case_stays_a_link(draft: Path, tmp_path: Path) -> None:
    """The file behind it gets the answer, with the rights it had."""
    draft.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(draft)

    save(link, "case: other\n")

    assert link.is_symlink()
    assert draft.read_text() == "case: other\n"
    assert draft.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "--ask"], "one case file"),
        (["{draft}", "{draft}x", "--ask"], "one case file"),
        (["{draft}", "--ask", "--set", "side=left"], "write one of them"),
        (["{draft}", "--all"], "`--all` goes with `--ask`"),
        (["absent.yaml", "--ask"], "cannot be read"),
    ],
)
def test_what_does_not_go_together_is_refused(
    checker: Checker, draft: Path, arguments: list[str], message: str
) -> None:
    """Exit code 2, with what to do instead."""
    ran = checker("check", *(one.format(draft=draft) for one in arguments))

    assert ran.code == 2
    assert message in ran.message


def test_results_stay_apart_from_the_conversation(checker: Checker, draft: Path) -> None:
    """JSON on standard output, questions on standard error; programs get the same questions."""
    ran = checker("check", draft, "--ask", "--format", "json", stdin=b"failed\n")

    questions = ran.json["results"][0]["questions"]
    assert questions[0]["fact"] == "home_exercise"
    sensory = next(one for one in questions if one["fact"] == "emg_radiculopathy")
    assert sensory["if_yes"] in ("Upheld", "open")
    assert sensory["if_no"] == "open"


def test_a_case_with_nothing_open_is_asked_nothing(
    checker: Checker, example: Callable[[str], Path], tmp_path: Path
) -> None:
    """It says so, and how the case stands."""
    path = tmp_path / "ready.yaml"
    path.write_bytes(example("ready").read_bytes())

    ran = checker("check", path, "--ask")

    assert ran.code == 0
    assert "nothing to ask" in ran.err
