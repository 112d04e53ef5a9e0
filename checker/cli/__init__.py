"""The command line: arguments and exit codes, and no logic. Each command has its own module.

Exit codes: 0 ready, clean, ran; 1 not ready, failed example; 2 could not run; 3 cannot tell; 130 interrupted.
"""

from __future__ import annotations

import errno
import gc
import io
import signal
import sys
import traceback
from pathlib import Path

import typer

from checker import __version__
from checker.cli import check, explain, extract, flip, new, rules, runs
from checker.cli.common import COULD_NOT_RUN, INTERRUPTED
from checker.errors import CheckerError

_COLLECT_AFTER = 50_000, 20, 20
"""When the garbage collector looks: a command makes many objects, nearly all of which it goes on to use."""

app = typer.Typer(
    name="checker",
    help="Hold a treatment request against published guideline criteria, and say what is missing.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    pretty_exceptions_enable=False,
)
app.command()(check.check)
app.command()(explain.explain)
app.command()(flip.flip)
app.command()(new.new)
app.command()(extract.extract)
app.add_typer(runs.app, name="audit")
app.add_typer(rules.app, name="rules")


@app.callback(invoke_without_command=True)
def _checker(
    version: bool = typer.Option(
        False, "--version", help="Show the version and exit.", is_eager=True
    ),
) -> None:
    if version:
        typer.echo(f"checker {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every failure ends here as plain words and exit code 2."""
    _prepare_streams()
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        code = _run()
        sys.stdout.flush()
    except CheckerError as error:
        code = _failed(str(error))
    except KeyboardInterrupt:
        code = _failed("interrupted", INTERRUPTED)
    except OSError as failure:
        code = _failed(f"cannot write the result: {failure.strerror or type(failure).__name__}")
    except Exception as bug:  # noqa: BLE001 - a traceback could show what a chart says
        code = _failed(
            f"checker failed: {type(bug).__name__} at {_where(bug)}; nothing was decided"
        )
    sys.exit(code)


def _prepare_streams() -> None:
    """Text that a terminal cannot show is escaped; a closed pipe ends the process as it ends others."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run() -> int:
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    try:
        app()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    return 0


def _failed(message: str, code: int = COULD_NOT_RUN) -> int:
    if sys.stderr is not None:
        print(message, file=sys.stderr)
    return code


def _where(bug: BaseException) -> str:
    """The file and line in which it happened, without any value."""
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
