"""Rule bases with a few of the shipped guidelines, for tests that change them or have no time for all."""

from __future__ import annotations

import shutil
from pathlib import Path

from checker.shipped import shipped


def some_rules(folder: Path, *guidelines: str) -> Path:
    """A rule base in a folder: copies of these guidelines, by id, and of what all guidelines share."""
    for name in ("anatomy", "vocabulary", *guidelines):
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped("rules") / path.relative_to(folder), path)
    return folder
