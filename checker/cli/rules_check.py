"""`checker rules check` and `checker rules test`: all that an author needs to know before a change goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from checker.cli import common, rulefiles
from checker.cli.watching import watch as keep_watching
from checker.rulebase import RuleBase

if TYPE_CHECKING:
    pass

Watch = Annotated[
    bool, typer.Option("--watch", help="Run again whenever a rule file changes; Ctrl-C ends.")
]


def check(watch: Watch = False, rules: common.RulesFolder = None) -> None:
    """Everything before a change goes out: load, compile, run the examples on both engines, lint."""
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
    from checker.render.rules import show_check

    engine = common.engine_for(rules)
    engine.prepare()
    ran = run_examples(engine)
    remarks = lint(load_base(base))
    show_check(ran, remarks, engine, common.console())
    failed = any(not one.as_expected for one in ran)
    wrong = any(one.rule.level == "error" for one in remarks)
    return common.NOT_READY if failed or wrong else common.READY


def examples(
    paths: rulefiles.Paths = None,
    output: Annotated[
        Literal["text", "json", "junit"],
        typer.Option("--format", help="For people, or for programs."),
    ] = "text",
    watch: Watch = False,
    rules: common.RulesFolder = None,
) -> None:
    """Run the examples beside the criteria, of all guidelines or of those in the files named."""
    base = rulefiles.rule_base(paths or [], rules)
    folder = base if paths else rules
    raise typer.Exit(
        _once_or_watching(base, lambda: _test(paths, folder, base, output), watching=watch)
    )


def _test(paths: Sequence[Path] | None, folder: Path | None, base: Path, output: str) -> int:
    from checker.authoring.examples import run_examples
    from checker.render.rules import examples_json, examples_tried, show_examples

    engine = common.engine_for(folder)
    ran = run_examples(engine, _guidelines(engine.rules, paths, base))
    if output == "text":
        show_examples(ran, engine, common.console())
    elif output == "json":
        common.print_json(examples_json(ran, engine))
    else:
        from checker.render.junit import junit

        print(junit("checker rules test", examples_tried(ran)), end="")
    return common.READY if all(one.as_expected for one in ran) else common.NOT_READY


def _guidelines(rules: RuleBase, paths: Sequence[Path] | None, base: Path) -> set[str]:
    """The ids of the guidelines in the files that are named, or of all."""
    if not paths:
        return set(rules.guidelines)
    named = {one.resolve() for one in rulefiles.named_files(paths, rulefiles.files_of(base), base)}
    return {
        name for name, one in rules.guidelines.items() if Path(one.place.file).resolve() in named
    }
