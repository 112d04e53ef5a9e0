"""Every command in the documentation is run, and its output is the one printed there.

A console block is a command after `$ `, its output, and `[exit N]` where the exit code is not 0. A line that
is only `…` stands for any number of lines; the digest of the rules is shown as `…` too.
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
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ checker (.*)$")


def commands() -> list[tuple[Path, str, str, int]]:
    """Each command with the page it stands on, the output that follows, and its exit code."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for part in re.split(r"(?m)^(?=\$ )", block):
                line, _, rest = part.partition("\n")
                if match := COMMAND.match(line):
                    output, code = split_exit(rest)
                    found.append((page, match[1], output, code))
    return found


def split_exit(text: str) -> tuple[str, int]:
    match = re.search(r"^\[exit (\d+)\]\n?\Z", text.rstrip("\n") + "\n", re.MULTILINE)
    return (text[: match.start()], int(match[1])) if match else (text, 0)


def run(arguments: str) -> tuple[str, int]:
    """What a terminal without colour shows, errors after results."""
    result = CliRunner().invoke(app, shlex.split(arguments), catch_exceptions=True)
    if isinstance(result.exception, CheckerError):
        return f"{result.stdout}{result.exception}\n", 2
    return re.sub(r"Rules [0-9a-f]{12}\.", "Rules ….", result.output), result.exit_code


def matches(expected: str, real: str) -> bool:
    """Whether the output is the one expected, `…` standing for any lines."""
    pattern = re.escape("\n" + expected.strip("\n") + "\n")
    pattern = pattern.replace(re.escape("\n…\n"), r"\n(?:.*\n)*?")
    return re.fullmatch(pattern, "\n" + real.strip("\n") + "\n") is not None


@pytest.mark.parametrize(
    ("page", "arguments", "expected", "code"),
    commands(),
    ids=[f"{page.name}: {arguments}" for page, arguments, _, _ in commands()],
)
def test_documented_output_is_the_real_one(
    page: Path, arguments: str, expected: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a page shows after a command is what the command prints, with the same exit code."""
    monkeypatch.chdir(ROOT)
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


def test_every_command_has_help_and_a_page() -> None:
    """No command of the program is missing from the documentation."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for words in (
        "check",
        "explain",
        "flip",
        "new",
        "audit",
        "rules list",
        "rules show",
        "rules check",
    ):
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
