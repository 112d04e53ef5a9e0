"""docs/properties.md lists the generated tests, all of them and no others."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "properties.md"
GENERATED = re.compile(r"^@given\(.*?^def (test_\w+)", re.MULTILINE | re.DOTALL)


def test_every_property_is_listed():
    """A generated test is found under its file and name, with one sentence beside it."""
    listed = re.findall(r"`(tests/\S+::\w+)` \| \S.*\.", PAGE.read_text(encoding="utf-8"))
    generated = [
        f"{path.relative_to(TESTS.parent).as_posix()}::{name}"
        for path in sorted(TESTS.rglob("test_*.py"))
        for name in GENERATED.findall(path.read_text(encoding="utf-8"))
    ]

    assert sorted(listed) == sorted(generated)


def test_every_file_that_is_named_exists():
    """What is gone through completely is found where the page says."""
    named = re.findall(r"`(tests/\S+\.py)", PAGE.read_text(encoding="utf-8"))

    assert [path for path in named if not (TESTS.parent / path).is_file()] == []
