"""The rule base of an earlier revision: asked of git, and unpacked into a folder of its own."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from checker.errors import Place, Problem, RuleError, quoted

_PLACE = Place("checker rules diff")


def unpacked(revision: str, rules: Path, folder: Path) -> Path:
    """The rules as they were at a revision of the repository that holds them.

    Raises:
        RuleError: if git is missing, knows no such revision, or holds no rules there.
    """
    git = shutil.which("git")
    if git is None:
        raise _error(f"{quoted(revision)} is no folder, and git is not installed to look it up")
    inside = rules if rules.is_dir() else rules.parent
    top = _run(git, inside, "rev-parse", "--show-toplevel")
    if top is None:
        raise _error(f"{quoted(revision)} is no folder, and {rules} is in no git repository")
    commit = _run(
        git,
        inside,
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        f"{revision}^{{commit}}",
    )
    if commit is None:
        raise _error(f"{quoted(revision)} is neither a folder nor a revision that git knows")
    root = Path(top.decode().strip())
    path = rules.resolve().relative_to(root.resolve()).as_posix()
    archive = _run(git, root, "archive", "--format=tar", commit.decode().strip(), "--", path)
    if archive is None:
        raise _error(f"revision {quoted(revision)} holds no folder `{path}`")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder / path


def _run(git: str, folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where it refuses."""
    done = subprocess.run(  # noqa: S603 - arguments are passed as they are, without a shell
        [git, "-C", str(folder), *arguments], capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else None


def _error(message: str) -> RuleError:
    return RuleError([Problem(_PLACE, message)])
