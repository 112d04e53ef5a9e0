"""Every command in the documentation is run, and its output is the one printed there.

A console block is a command after `$ `, its output, and `[exit N]` where the exit code is not 0. A line that
is only `…` stands for any number of lines; the digest of the rules is shown as `…` too, and every minute as
the same one. Audits are saved in a store of each command's own, after the commands above it in its block.

A page whose name begins with `tutorial-` is followed from its first line to its last in an empty folder, as a
reader would. A block with `file=NAME` after its language is written to that file; of a `diff`, the lines with
`-` and ` ` are found there, once, and those with `+` and ` ` take their place. `cat FILE` and
`printf ANSWERS | checker …` are understood as well. `<!-- with: cases -->` puts the shipped cases there.

`UPDATE_DOCS=1` writes the real output into the pages instead.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from checker.cli import app
from checker.errors import CheckerError
from checker.rulebase import load_rules

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TUTORIALS = [page for page in PAGES if page.name.startswith("tutorial-")]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ checker (.*)$")
STEP = re.compile(r"```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)```", re.DOTALL)
SHELL = re.compile(
    r"cat (?P<file>\S+)|(?:printf '(?P<answers>[^']*)' \| )?checker (?P<arguments>.*)"
)


def commands() -> list[tuple[Path, str, str, int, tuple[str, ...]]]:
    """Each command with its page, its output, its exit code, and the ones above it that save something."""
    found = []
    for page in [one for one in PAGES if one not in TUTORIALS]:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            saving: tuple[str, ...] = ()
            for part in re.split(r"(?m)^(?=\$ )", block):
                line, _, rest = part.partition("\n")
                if match := COMMAND.match(line):
                    output, code = split_exit(rest)
                    found.append((page, match[1], output, code, saving))
                    saving += (match[1],) if "--save" in match[1] else ()
    return found


def split_exit(text: str) -> tuple[str, int]:
    match = re.search(r"^\[exit (\d+)\]\n?\Z", text.rstrip("\n") + "\n", re.MULTILINE)
    return (text[: match.start()], int(match[1])) if match else (text, 0)


def run(arguments: str, answers: str | None = None) -> tuple[str, int]:
    """What a terminal without colour shows, errors after results."""
    result = CliRunner().invoke(app, shlex.split(arguments), answers, catch_exceptions=True)
    if isinstance(result.exception, CheckerError):
        return f"{result.stdout}{result.exception}\n", 2
    told = re.sub(r"(?m) +$", "", result.output)
    told = re.sub(r"Rules [0-9a-f]{12}\.", "Rules ….", told)
    told = re.sub(r"(?m)\b\d{4}-\d\d-\d\d \d\d:\d\d\b", "2026-03-01 12:30", told)
    return re.sub(r"(?m)\b[0-9a-f]{12}$", "…", told), result.exit_code


def matches(expected: str, real: str) -> bool:
    """Whether the output is the one expected, `…` standing for any lines."""
    pattern = re.escape("\n" + expected.strip("\n") + "\n")
    pattern = pattern.replace(re.escape("\n…\n"), r"\n(?:.*\n)*?")
    return re.fullmatch(pattern, "\n" + real.strip("\n") + "\n") is not None


@pytest.mark.parametrize(
    ("page", "arguments", "expected", "code", "saving"),
    commands(),
    ids=[f"{page.name}: {arguments}" for page, arguments, *_ in commands()],
)
def test_documented_output_is_the_real_one(
    page: Path,
    arguments: str,
    expected: str,
    code: int,
    saving: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """What a page shows after a command is what the command prints, with the same exit code."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CHECKER_STORE", str(tmp_path / "audits.sqlite"))
    for earlier in saving:
        run(earlier)
    real, real_code = run(arguments)
    if os.environ.get("UPDATE_DOCS"):
        update(page, arguments, expected, real, real_code)
        return

    assert real_code == code
    assert matches(expected, real), real


def update(page: Path, arguments: str, expected: str, real: str, code: int) -> None:
    """Writes the real output after the command, except where lines are left out."""
    if "…\n" in expected and matches(expected, real):
        return
    exit_line = f"[exit {code}]\n" if code else ""
    text = page.read_text(encoding="utf-8")
    old = f"$ checker {arguments}\n{expected}"
    at = text.index(old)
    end = at + len(old)
    end += len(re.match(r"(?:\[exit \d+\]\n)?", text[end:])[0])  # type: ignore[index]
    after = "\n" if text[end:].startswith("$ ") else ""
    new = f"$ checker {arguments}\n{real.strip(chr(10))}\n{exit_line}{after}"
    page.write_text(text[:at] + new + text[end:], encoding="utf-8")


@pytest.mark.parametrize("page", TUTORIALS, ids=[page.name for page in TUTORIALS])
def test_a_tutorial_can_be_followed_from_its_first_line_to_its_last(
    page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its files are written and changed as it says, and every command prints what it shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHECKER_STORE", str(tmp_path / "audits.sqlite"))
    text = page.read_text(encoding="utf-8")
    if "<!-- with: cases -->" in text:
        Path("cases").symlink_to(ROOT / "cases", target_is_directory=True)

    real = STEP.sub(followed, text)

    if os.environ.get("UPDATE_DOCS"):
        page.write_text(real, encoding="utf-8")
        return
    assert real == text


def followed(step: re.Match[str]) -> str:
    """A block of a tutorial after it was done: as it is, or with what its commands really print."""
    file, text = step["file"], step["text"]
    if file and step["language"] == "diff":
        changed(Path(file), text)
    elif file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text, encoding="utf-8")
    elif step["language"] == "console":
        shown = "\n".join(typed(one) for one in re.split(r"(?m)^\$ ", text)[1:])
        return f"```console\n{shown}```"
    return step[0]


def changed(file: Path, difference: str) -> None:
    """Puts lines in the place of others, which must stand in the file once."""
    lines = [one or " " for one in difference.splitlines()]
    old, new = ("".join(f"{one[1:]}\n" for one in lines if one[0] in kept) for kept in ("- ", "+ "))
    before = file.read_text(encoding="utf-8")
    assert before.count(old) == 1, f"{file} holds {before.count(old)} times:\n{old}"
    file.write_text(before.replace(old, new), encoding="utf-8")


def typed(part: str) -> str:
    """A command with what it prints; what is shown already stays where it leaves out lines and fits."""
    line, _, rest = part.partition("\n")
    expected, code = split_exit(rest)
    command = SHELL.fullmatch(line)
    assert command is not None, f"not understood: {line}"
    if command["file"]:
        real, real_code = Path(command["file"]).read_text(encoding="utf-8"), 0
    else:
        answers = (command["answers"] or "").replace("\\n", "\n")
        real, real_code = run(command["arguments"], answers)
    if code == real_code and "…\n" in expected and matches(expected, real):
        real = expected
    shown = real.strip("\n")
    exit_line = f"[exit {real_code}]\n" if real_code else ""
    return f"$ {line}\n{shown}{chr(10) if shown else ''}{exit_line}"


def test_every_command_has_help_and_a_page() -> None:
    """No command of the program is missing from the documentation."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    of_audit = ("runs", "diff", "replay", "forget")
    of_rules = (
        *("list", "show", "check", "test", "lint", "explain", "fmt", "schema", "docs"),
        *("coverage", "prove", "mutate", "diff", "compare", "copy"),
    )
    of_new = ("fact", "guideline", "criterion", "procedure")
    commands = (
        *("check", "explain", "flip", "new", "extract", "audit"),
        *(f"audit {one}" for one in of_audit),
        *(f"rules {one}" for one in of_rules),
        *(f"rules new {one}" for one in of_new),
    )
    for words in commands:
        output, code = run(f"{words} --help")

        assert code == 0
        assert "Usage" in output
        assert f"checker {words}" in pages


def test_the_criterion_in_the_readme_is_the_one_in_the_rule_base() -> None:
    """The README shows the rule that decides its first example, as it stands in the rule base."""
    block = re.search(
        r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert block is not None
    rules = ROOT / "rules/odg/low-back/facet-joint-diagnostic-blocks.yaml"
    criteria = {
        one["id"]: one for one in yaml.safe_load(rules.read_text(encoding="utf-8"))["criteria"]
    }
    (shown,) = yaml.safe_load(block[1])

    assert shown.items() <= criteria[shown["id"]].items()


def test_the_python_and_the_tests_in_the_readme_are_those_of_the_sources() -> None:
    """What the README shows of the code is the code."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (named,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    situations = (ROOT / "tests/clinical/test_situations.py").read_text(encoding="utf-8")

    assert shown in (ROOT / "checker/determination.py").read_text(encoding="utf-8")
    assert all(f"\ndef {name}(" in situations for name in named.split())


def test_the_readme_leads_to_every_page_and_no_link_is_dead() -> None:
    """Every page of the documentation is one click away, and what a page links to is there."""
    linked: dict[Path, set[Path]] = {}
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)", text)
        linked[page] = {(page.parent / target).resolve() for target in targets}
        assert [one for one in linked[page] if not one.exists()] == [], page.name

    assert set(PAGES[1:]) - linked[PAGES[0]] == set()


def test_every_ambiguity_has_its_example_in_the_rule_base() -> None:
    """The page on ambiguities names criteria and examples that exist."""
    rows = re.findall(
        r"(?m)^\|[^|]*\|[^|]*\|([^|]*)\|([^|]*)\|$", (ROOT / "docs/ambiguities.md").read_text()
    )
    guidelines = load_rules(ROOT / "rules").guidelines
    for named, example in rows[2:]:
        criterion, *others = re.findall(r"`([^`]+)`", named)
        guideline = guidelines[(others or ["odg/low-back/facet-joint-diagnostic-blocks"])[0]]
        (found,) = (one for one in guideline.criteria if one.id == criterion)
        assert example.strip() in {one.name for one in found.examples}, example
