"""The command line: arguments and exit codes, and no logic. Each command has its own module.

Exit codes: 0 ready, clean, ran; 1 not ready, failed example; 2 could not run; 3 cannot tell; 130 interrupted.
"""

from __future__ import annotations

import sys

import typer

from checker import __version__
from checker.cli import audit, check, explain, new, rules
from checker.cli.common import COULD_NOT_RUN, INTERRUPTED
from checker.errors import CheckerError

app = typer.Typer(
    name="checker",
    help="Hold a treatment request against published guideline criteria, and say what is missing.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    pretty_exceptions_enable=False,
)
app.command()(check.check)
app.command()(explain.explain)
app.command()(new.new)
app.command()(audit.audit)
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
    """Run the command line; every error a user can meet ends here as plain words and exit code 2."""
    try:
        app()
    except CheckerError as error:
        print(error, file=sys.stderr)
        sys.exit(COULD_NOT_RUN)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(COULD_NOT_RUN)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
