"""What tests of letters share: the shipped layouts and word lists, and how a text is taken apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.letters.layout import read_letters
from checker.letters.layoutfile import Layouts, load_layouts
from checker.letters.letter import Letter
from checker.letters.requestlists import RequestLists, load_request_lists
from checker.letters.text import letter_text
from checker.rulebase import RuleBase

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "rules" / "letters"

Read = Callable[[str], tuple[Letter, ...]]


@pytest.fixture(scope="session")
def layouts() -> Layouts:
    """The shipped layouts."""
    return load_layouts(LISTS)


@pytest.fixture(scope="session")
def lists(rules: RuleBase) -> RequestLists:
    """The shipped word lists of requests."""
    return load_request_lists(LISTS, rules.vocabulary)


@pytest.fixture(scope="session")
def read(layouts: Layouts) -> Read:
    """The letters in a text."""
    return lambda text: read_letters(letter_text("letter.txt", text.encode()), layouts)
