"""`checker rules check` and `checker rules test`: all that an author needs to know before a change goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from checker.cli import common, rulefiles, rules_coverage, ruletools
from checker.cli.meanwhile import meanwhile
from checker.cli.watching import watch as keep_watching
from checker.engine.agreed import Engine
from checker.errors import Problem
from checker.rulebase import RuleBase

if TYPE_CHECKING:
    from checker.authoring.coverage import Coverage

Watch = Annotated[
    bool, typer.Option("--watch", help="Run again whenever a rule file changes; Ctrl-C ends.")
]


def check(watch: Watch = False, rules: rulefiles.RulesFolder = None) -> None:
    """Everything before a change goes out: load, compile, examples on both engines, coverage, words, lint."""
    base = rulefiles.rule_base([], rules)
    raise typer.Exit(_once_or_watching(base, lambda: _check(rules, base), watching=watch))


def _once_or_watching(base: Path, run: Callable[[], int], *, watching: bool) -> int:
    if not watching:
        return run()
    return keep_watching(lambda: rulefiles.files_of(base), run, common.COULD_NOT_RUN)


def _check(rules: Path | None, base: Path) -> int:
    from checker.authoring.examples import run_examples
    from checker.authoring.lint.catalogue import lint
    from checker.authoring.lint.rule import load_base
    from checker.render.rules import Checked, show_check

    engine = common.engine_for(rules)
    with meanwhile(lambda: _beside(engine.rules, shipped_rules=rules is None)) as beside:
        engine.prepare()
        ran = run_examples(engine)
        remarks = lint(load_base(base))
        coverage, words = beside.result()
    checked = Checked(ran, remarks, coverage, words)
    show_check(checked, engine, common.console())
    return common.READY if checked.fine else common.NOT_READY


def _beside(rules: RuleBase, *, shipped_rules: bool) -> tuple[Coverage, list[Problem] | None]:
    """What examples leave out, and what the word lists of letters get wrong."""
    from checker.letters.selftest import check_word_lists

    guidelines = list(rules.guidelines.values())
    found = rules_coverage.covered(rules, guidelines, None, shipped_rules=shipped_rules)
    return found, check_word_lists(rules)


def examples(
    paths: rulefiles.Paths = None,
    output: Annotated[Literal["text", "json", "junit"], common.FORMAT] = "text",
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Also show which situations no example shows.")
    ] = False,
    cases: ruletools.CasesFolder = None,
    watch: Watch = False,
    rules: rulefiles.RulesAround = None,
) -> None:
    """Run the examples beside the criteria, of all guidelines or of those in the files named."""
    base = rulefiles.rule_base(paths or [], rules)
    folder = ruletools.folder_for([str(one) for one in paths or ()], rules)

    def once() -> int:
        engine = common.engine_for(folder)
        ids = _guidelines(engine.rules, paths, base)
        holds = _test(engine, ids, output)
        if coverage:
            holds = _cover(engine.rules, ids, cases, output, shipped_rules=folder is None) and holds
        return common.READY if holds else common.NOT_READY

    raise typer.Exit(_once_or_watching(base, once, watching=watch))


def _test(engine: Engine, ids: set[str], output: str) -> bool:
    """Run the examples of these guidelines and show them; whether all are as expected."""
    from checker.authoring.examples import run_examples
    from checker.render.authoring import known_failure_lines, tried
    from checker.render.rules import examples_json, show_examples

    ran = run_examples(engine, ids)
    if output == "text":
        for line in known_failure_lines(ran):
            print(line)
        show_examples(ran, engine, common.console())
    elif output == "json":
        common.print_json(examples_json(ran, engine))
    else:
        from checker.render.junit import junit

        print(junit("checker rules test", tried(ran)), end="")
    return all(one.as_expected for one in ran)


def _cover(
    rules: RuleBase, ids: set[str], cases: Path | None, output: str, *, shipped_rules: bool
) -> bool:
    """Show, to people, what the examples leave out; whether that is nothing."""
    from checker.render.authoring import coverage_lines

    guidelines = [one for name, one in rules.guidelines.items() if name in ids]
    found = rules_coverage.covered(rules, guidelines, cases, shipped_rules=shipped_rules)
    if output == "text":
        for line in coverage_lines(found, full=False):
            print(line)
    return rules_coverage.complete(found)


def _guidelines(rules: RuleBase, paths: Sequence[Path] | None, base: Path) -> set[str]:
    """The ids of the guidelines in the files that are named, or of all."""
    if not paths:
        return set(rules.guidelines)
    named = {
        one.resolve()
        for one in rulefiles.named_files(paths, rulefiles.files_of(base), base, "test")
    }
    return {
        name for name, one in rules.guidelines.items() if Path(one.place.file).resolve() in named
    }
