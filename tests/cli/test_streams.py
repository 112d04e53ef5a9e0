"""What every command has in common: streams, colours, terminals, failures, imports, and no network."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import checker.cli.check
from checker import __version__
from checker.engine.agreed import Engine
from checker.shipped import shipped
from tests.cli.conftest import environment
from tests.cli.schema import CHECK, mismatches
from tests.somerules import some_rules

Checker = Callable[..., Any]

LETTERS = shipped("cases") / "imr"
EXAMPLES = shipped("cases") / "examples"
LOW_BACK = "odg/low-back/facet-joint-diagnostic-blocks"
ESCAPE = "\x1b"

COMMANDS = [
    ["--version"],
    ["--help"],
    ["check", str(LETTERS), str(EXAMPLES / "to-answer.yaml")],
    ["check", str(LETTERS), "--format", "json"],
    ["check", str(LETTERS), "--format", "jsonl"],
    ["explain", f"{LETTERS / '001.yaml'}#1", "--trace"],
    ["new", "medial_branch_block"],
    ["audit", str(LETTERS), "--readings"],
    ["audit", str(LETTERS), "--format", "json"],
    ["rules", "list"],
    ["rules", "show", LOW_BACK],
]


def name_of(command: list[str]) -> str:
    return " ".join(one for one in command if os.sep not in one)


# --- The program itself ---------------------------------------------------------------------------


def test_the_version_is_that_of_the_package(checker: Checker) -> None:
    """One line on standard output."""
    ran = checker("--version")

    assert (ran.code, ran.out, ran.err) == (0, f"checker {__version__}\n", "")


def test_without_arguments_the_commands_are_listed(checker: Checker) -> None:
    """Nothing ran, which is exit code 2."""
    ran = checker()

    assert ran.code == 2
    for command in ("check", "explain", "new", "audit", "rules"):
        assert command in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "Did you mean 'check'?"),
        (["rules", "shwo"], "Did you mean 'show'?"),
        (["check", "case.yaml", "--guidelin", "x"], "--guideline"),
        (["check"], "Missing argument 'CASE"),
        (["explain"], "Missing argument"),
        (["audit"], "Missing argument"),
        (["rules", "show"], "Missing argument"),
    ],
    ids=" ".join,
)
def test_a_mistyped_command_is_refused_with_a_suggestion(
    checker: Checker, arguments: list[str], said: str
) -> None:
    """Usage errors are exit code 2, on standard error."""
    ran = checker(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.message


def test_the_module_is_the_command(process: Checker) -> None:
    """`python -m checker` is what `checker` is."""
    ran = process("--version")

    assert (ran.code, ran.out, ran.err) == (0, f"checker {__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS, ids=name_of)
def test_results_are_plain_text_on_standard_output(checker: Checker, command: list[str]) -> None:
    """Where nobody watches: no messages, no colours, no blanks at the ends of lines, a last line break."""
    ran = checker(*command)

    assert ran.code in (0, 1)
    assert ran.err == ""
    assert ESCAPE not in ran.out
    assert ran.out.endswith("\n")
    if command != ["--help"]:
        assert [line for line in ran.out.split("\n") if line != line.rstrip()] == []


# --- Terminals ------------------------------------------------------------------------------------


@cache
def on_terminal(
    *arguments: object, columns: int = 100, watched: str = "stdout stderr", **env: str
) -> tuple[int, str]:
    """The exit code of a command, and what a terminal of that width receives on the watched streams."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams = {
        name: theirs if name in watched else subprocess.DEVNULL for name in ("stdout", "stderr")
    }
    with subprocess.Popen(
        [sys.executable, "-m", "checker", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        env=environment(TERM="xterm-256color", **env),
        **streams,  # type: ignore[arg-type]
    ) as running:
        os.close(theirs)
        received = b""
        while chunk := _read(ours):
            received += chunk
        code = running.wait(60)
    os.close(ours)
    return code, received.decode()


def _read(terminal: int) -> bytes:
    """What is there to read; nothing when the other end is closed, which Linux reports as an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def colours(text: str) -> set[str]:
    """The colours that a text switches on."""
    codes = {code for one in re.findall(r"\x1b\[([\d;]*)m", text) for code in one.split(";")}
    return {code for code in codes if re.fullmatch(r"[349][0-7]|10[0-7]|38|48", code)}


def plain(text: str) -> str:
    """A text without escape codes and without any white space."""
    return "".join(re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text).split())


def test_a_terminal_is_shown_colours_beside_the_words() -> None:
    """The sign and the word say the same without any colour."""
    code, text = on_terminal("check", LETTERS / "000.yaml")

    assert code == 1
    assert colours(text)
    assert "!missingfacet-presentation" in plain(text)


def test_no_color_is_honoured() -> None:
    """A terminal whose user wants no colours gets none."""
    code, text = on_terminal("check", LETTERS / "000.yaml", NO_COLOR="1")

    assert code == 1
    assert colours(text) == set()


@pytest.mark.parametrize("columns", [100, 40])
def test_a_narrow_terminal_loses_nothing(rules: Any, columns: int) -> None:
    """Status, name, sentence and remedy of every criterion that counts against the request."""
    guideline = rules.guidelines[LOW_BACK]

    code, text = on_terminal("check", LETTERS / "000.yaml", columns=columns)

    shown = plain(text)
    assert code == 1
    for one in guideline.criteria:
        assert plain(one.id) in shown
        assert plain(one.says) in shown
    for one in guideline.criteria:
        if one.id in ("facet-presentation", "conservative-care-failed"):
            assert f"!missing{one.id}" in shown
            assert plain(one.fix) in shown


def test_a_narrow_terminal_still_shows_words_and_not_syllables() -> None:
    """Half of its width and more is left for sentences."""
    _, text = on_terminal("check", LETTERS / "000.yaml", columns=40)

    lines = [re.sub(r"\x1b\[[\d;]*m", "", one).strip() for one in text.splitlines()]
    assert max(map(len, lines)) <= 40
    assert "conservative-care-failed" in text
    assert any("tenderness" in one and len(one) > 20 for one in lines)


def test_several_cases_show_their_progress_on_a_terminal_only() -> None:
    """On standard error, and gone when it is done."""
    _, shown = on_terminal("check", LETTERS, watched="stderr")
    _, results = on_terminal("check", LETTERS, "--format", "json", watched="stdout")
    _, one_case = on_terminal("check", LETTERS / "000.yaml")

    assert "cases" in shown
    assert "100%" in shown
    assert shown.endswith(f"{ESCAPE}[2K")
    assert list(mismatches(json.loads(results), CHECK)) == []
    assert "100%" not in one_case


# --- Terminals that are not UTF-8 -----------------------------------------------------------------

ACCENTS = """
case: Zoë
record: closed
facts: {facet_tenderness: true, root_tension_sign: {value: negative, note: "Lasègue ≥ 70°"}}
requests:
  - {id: 1, item: "Block à gauche, 日本", procedure: medial_branch_block, region: lumbar, targets: [L4-5]}
"""


def test_signs_fall_back_to_ascii(process: Checker) -> None:
    """Sign and word stay together."""
    ran = process(
        "check", LETTERS / "001.yaml", encoding="ascii", PYTHONUTF8="0", PYTHONIOENCODING="ascii"
    )

    words = " ".join(ran.out.split())
    assert ran.code == 1
    assert "x not met non-radicular" in words
    assert "! missing conservative-care-failed" in words
    assert "~ presumed first-set" in words
    assert "+ met diagnostic-intent" in words
    assert "-> Attach therapy notes" in words


@pytest.mark.parametrize(("command", "encoding"), [("explain", "ascii"), ("check", "cp1252")])
def test_a_case_in_any_language_can_be_shown_on_any_terminal(
    process: Checker, tmp_path: Path, command: str, encoding: str
) -> None:
    """What the terminal cannot show is escaped; the exit code stays that of the case."""
    path = tmp_path / "case.yaml"
    path.write_text(ACCENTS, encoding="utf-8")

    ran = process(command, path, encoding=encoding, PYTHONIOENCODING=encoding)

    assert ran.code == 1
    assert ran.err == ""
    assert "Upheld: the denial would stand" in ran.out


def test_json_is_the_same_whatever_the_terminal(
    process: Checker, checker: Checker, tmp_path: Path
) -> None:
    """Escaped as JSON escapes, so that programs read the same names."""
    path = tmp_path / "case.yaml"
    path.write_text(ACCENTS, encoding="utf-8")

    in_ascii = process(
        "check", path, "--format", "json", encoding="ascii", PYTHONIOENCODING="ascii"
    )

    (result,) = in_ascii.json["results"]
    assert (result["case"], result["item"]) == ("Zoë", "Block à gauche, 日本")
    assert result == checker("check", path, "--format", "json").json["results"][0]


def test_a_message_about_a_name_in_any_language_can_be_shown(process: Checker) -> None:
    """A misspelt file, on a terminal that knows no accents."""
    ran = process("check", "naïve.yaml", encoding="ascii", PYTHONIOENCODING="ascii")

    assert ran.code == 2
    assert "cannot be read" in ran.err


# --- Results that cannot be delivered -------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ["check", str(LETTERS)],
        ["check", str(LETTERS), "--format", "json"],
        ["rules", "show", LOW_BACK],
    ],
    ids=name_of,
)
def test_a_reader_that_leaves_early_is_no_answer(command: list[str]) -> None:
    """The exit code is never that of ready or not ready, and there is no traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "checker", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as running:
        running.stdout.close()  # type: ignore[union-attr]
        messages = running.stderr.read().decode()  # type: ignore[union-attr]

    assert running.returncode not in (0, 1, 3)
    assert "Traceback" not in messages


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_told_and_is_no_answer() -> None:
    """The result was not written, so nobody may think that the case is not ready."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "checker", "check", str(LETTERS / "000.yaml")],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
        )

    assert done.returncode == 2
    assert b"cannot write the result" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_closed_standard_output_is_no_answer() -> None:
    """As some schedulers start their jobs."""
    command = f'exec "{sys.executable}" -m checker check "{LETTERS / "000.yaml"}" >&-'

    done = subprocess.run(
        ["/bin/sh", "-c", command], check=False, stderr=subprocess.PIPE, env=environment()
    )

    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_an_interruption_is_no_answer() -> None:
    """Ctrl-C while it waits for standard input: exit code 130."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as running:
        out, err = running.communicate(timeout=60)

    assert running.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


INTERRUPTED = f"""
import os, signal, sys
import checker.cli.common

def interrupted(self, decide):
    os.kill(os.getpid(), signal.SIGINT)

checker.cli.common.Cases.each = interrupted
sys.argv = ["checker", "check", {str(LETTERS / "000.yaml")!r}]
checker.cli.main()
"""


# --- Failures inside ------------------------------------------------------------------------------


def test_two_implementations_that_differ_give_no_answer(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The criterion is named, the facts of the case are not; exit code 2."""
    chained = Engine.chained

    def faulty(*asked: Any) -> dict[str, str]:
        return {**chained(*asked), "non-radicular": "met"}  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "chained", faulty)

    ran = checker("check", LETTERS / "001.yaml")

    assert ran.code == 2
    assert ran.out == ""
    assert "`non-radicular` is met for durable_rules and not met for the written" in ran.message
    for value in ("dermatomal", "positive", "2015", "L3-4", "L4-5"):
        assert value not in ran.err


def test_a_case_on_which_they_differ_does_not_stop_the_others(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letter 004 is about another guideline, on which nothing is wrong."""
    sound = Engine.chained

    def chained(self: Engine, guideline: Any, *rest: Any) -> dict[str, str]:
        statuses = sound(self, guideline, *rest)
        return {**statuses, "two-joints-at-most": "presumed"} if "low" in guideline.id else statuses

    monkeypatch.setattr(Engine, "chained", chained)

    ran = checker("check", LETTERS / "000.yaml", LETTERS / "004.yaml", "--format", "json")

    assert ran.code == 2
    assert [one["case"] for one in ran.json["results"]] == ["imr-004"]
    assert "two-joints-at-most" in ran.err


@pytest.mark.parametrize("failure", [RuntimeError, KeyError, RecursionError, UnicodeError])
def test_a_bug_gives_no_answer_and_shows_no_value(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    """No traceback, no text of the error, as either could say what a chart says; exit code 2."""

    def broken(*_: Any) -> None:
        raise failure("diabetes")

    monkeypatch.setattr(checker_module(), "determine_all", broken)

    ran = checker("check", LETTERS / "000.yaml")

    assert ran.code == 2
    assert ran.out == ""
    assert failure.__name__ in ran.err
    assert "nothing was decided" in ran.err
    assert "diabetes" not in ran.err
    assert "Traceback" not in ran.err


def checker_module() -> Any:
    """The module behind `checker check`, whose name the command hides."""
    return sys.modules[checker.cli.check.__name__]


# --- What is loaded, and what is never done -------------------------------------------------------


LOADED = """
import sys
import checker.cli
sys.argv = ["checker", *sys.argv[1:]]
try:
    checker.cli.main()
except SystemExit:
    pass
print("\\n".join(sys.modules), file=sys.stderr)
"""


def loaded(*arguments: object) -> set[str]:
    """The modules that a command has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, arguments)],
        check=True,
        capture_output=True,
        env=environment(),
        text=True,
    )
    return set(done.stderr.splitlines())


def test_what_decides_nothing_loads_no_engine() -> None:
    """Nor a progress bar."""
    modules = loaded("new", "medial_branch_block")

    assert "durable_rules_engine" not in modules
    assert "rich.progress" not in modules


def test_the_version_loads_no_engine() -> None:
    """Nor a progress bar, nor any rule."""
    modules = loaded("--version")

    assert "durable_rules_engine" not in modules
    assert "rich.progress" not in modules


def test_one_case_loads_no_progress_bar() -> None:
    """The engine is loaded, as it decides."""
    modules = loaded("check", LETTERS / "000.yaml")

    assert "durable_rules_engine" in modules
    assert "rich.progress" not in modules


OFFLINE = """
import json, os, sys

sys.dont_write_bytecode = True
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "urllib.",
             "os.remove", "os.rename", "os.rmdir", "shutil.")
seen = []

def watch(event, arguments):
    if event.startswith(FORBIDDEN):
        seen.append(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        seen.append(f"open {arguments[0]} {arguments[1]}")

import checker.cli
sys.addaudithook(watch)
for command in json.loads(sys.argv[1]):
    sys.argv = ["checker", *command]
    try:
        checker.cli.main()
    except SystemExit as done:
        if done.code not in (0, 1, None):
            seen.append(f"{command} ended with {done.code}")
print(json.dumps(seen), file=sys.stderr)
"""


def test_no_command_opens_a_connection_starts_a_program_or_writes_a_file(tmp_path: Path) -> None:
    """Everything stays on the machine: `rules check` copies itself, and only `new -o` writes anything."""
    draft = tmp_path / "draft.yaml"
    thoracic = some_rules(tmp_path / "some rules", "odg/thoracic/facet-joint-injections")
    commands = [
        *(one for one in COMMANDS if "jsonl" not in one and one[:1] != ["audit"]),
        ["audit", str(LETTERS), "--format", "json"],
        ["rules", "check", "--rules", str(thoracic)],
        ["new", "-o", str(draft)],
    ]

    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, json.dumps(commands)],
        check=True,
        capture_output=True,
        env=environment(),
        text=True,
    )

    assert json.loads(done.stderr.splitlines()[-1]) == ["os.fork", f"open {draft} x"]
