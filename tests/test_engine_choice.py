"""Where durable_rules cannot be loaded, the written semantics decide alone, and every output says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import checker as package
from checker.shipped import shipped
from tests.somerules import some_rules

LETTERS = shipped("cases") / "imr"
DRAFTS = [
    str(shipped("cases") / "examples" / f"{name}.yaml")
    for name in (
        "ready",
        "to-answer",
        "odg/neck-upper-back/facet-joint-diagnostic-blocks/ready",
        "range-of-levels",
    )
]
LOW_BACK = "odg/low-back/facet-joint-diagnostic-blocks"

COMMANDS = {
    "check": ["check", str(LETTERS / "000.yaml")],
    "check json": ["check", str(LETTERS), *DRAFTS, "--format", "json"],
    "check strict": ["check", str(LETTERS / "001.yaml"), "--reading", "strict", "--format", "json"],
    "explain": ["explain", f"{LETTERS / '001.yaml'}#1"],
    "explain trace": ["explain", f"{LETTERS / '001.yaml'}#1", "--trace"],
    "new": ["new", "medial_branch_block"],
    "audit": ["audit", str(LETTERS)],
    "audit json": ["audit", str(LETTERS), "--format", "json"],
    "rules list": ["rules", "list"],
    "rules show": ["rules", "show", LOW_BACK],
    "rules check": ["rules", "check", "--rules", "two guidelines"],
}

RUN_ALL = """
import contextlib, functools, io, json, sys

blocked, commands = json.loads(sys.argv[1])

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("durable", "durable_rules_engine"):
            raise ImportError("no C compiler was at hand")

if blocked:
    sys.meta_path.insert(0, Blocked())

import checker.cli

# The same files over and over: they are read once.
checker.cli.common.load_rules = functools.cache(checker.cli.common.load_rules)

ran = {}
for name, command in commands.items():
    sys.argv, out, err = ["checker", *command], io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            checker.cli.main()
        except SystemExit as done:
            code = done.code or 0
    ran[name] = [code, out.getvalue(), err.getvalue()]
print(json.dumps([ran, "durable_rules_engine" in sys.modules]))
"""


@cache
def ran(*, without_durable_rules: bool) -> dict[str, Any]:
    """Exit code, results and messages of every command, in a process of its own."""
    with TemporaryDirectory() as folder:
        # Enough of the rule base to run examples, without the time that all of them take.
        some_rules(Path(folder) / "two guidelines", LOW_BACK, "odg/thoracic/facet-joint-injections")
        return ran_in(folder, without_durable_rules=without_durable_rules)


def ran_in(folder: str, *, without_durable_rules: bool) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, json.dumps([without_durable_rules, COMMANDS])],
        check=True,
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])},
    )
    found, loaded = json.loads(done.stdout)
    assert loaded != without_durable_rules
    return found


def comparable(text: str) -> Any:
    """A JSON document without the name of the engine."""
    document = json.loads(text)
    document["tool"].pop("engine")
    return document


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_works_without_durable_rules(name: str) -> None:
    """With the same exit code, and nothing on standard error."""
    code, out, err = ran(without_durable_rules=True)[name]

    assert out
    assert (code, err) == (ran(without_durable_rules=False)[name][0], "")


@pytest.mark.parametrize("name", ["check json", "check strict", "audit json"])
def test_the_json_names_the_engine_and_is_the_same_otherwise(name: str) -> None:
    """Every determination, status, fact and figure."""
    _, alone, _ = ran(without_durable_rules=True)[name]
    _, both, _ = ran(without_durable_rules=False)[name]

    assert json.loads(alone)["tool"]["engine"] == "written semantics"
    assert json.loads(both)["tool"]["engine"] == "durable_rules"
    assert comparable(alone) == comparable(both)


@pytest.mark.parametrize("name", ["check", "explain", "audit"])
def test_the_footer_names_the_engine_and_why_the_other_is_missing(name: str) -> None:
    """A reader learns that nothing was compared."""
    _, alone, _ = ran(without_durable_rules=True)[name]
    _, both, _ = ran(without_durable_rules=False)[name]

    told = " ".join(alone.split())
    assert "Decided by written semantics, alone (" in told
    assert "no C compiler was at hand)" in told
    assert "checked against" not in told
    assert "Decided by durable_rules, checked against the written semantics." in " ".join(
        both.split()
    )


@pytest.mark.parametrize("name", ["check", "explain", "audit"])
def test_the_text_is_the_same_but_for_the_footer(name: str) -> None:
    """Line by line."""
    _, alone, _ = ran(without_durable_rules=True)[name]
    _, both, _ = ran(without_durable_rules=False)[name]

    above, _, _ = alone.partition("Decided by written semantics")
    assert above
    assert above == both.partition("Decided by durable_rules")[0]


@pytest.mark.parametrize("name", ["new", "rules list", "rules show"])
def test_what_needs_no_engine_does_not_mention_any(name: str) -> None:
    """The output is the same, byte for byte."""
    assert ran(without_durable_rules=True)[name] == ran(without_durable_rules=False)[name]


def test_examples_say_what_they_ran_on() -> None:
    """An author who has no compiler learns that one implementation is untested."""
    _, alone, _ = ran(without_durable_rules=True)["rules check"]

    assert "0 failed (decided by written semantics)" in alone


def test_without_durable_rules_there_is_no_trace_of_it() -> None:
    """There are no firings to read it off."""
    _, alone, _ = ran(without_durable_rules=True)["explain trace"]
    _, both, _ = ran(without_durable_rules=False)["explain trace"]

    assert "Chained by" not in alone
    assert "Chained by durable_rules from:" in both
