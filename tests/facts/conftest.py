"""The shipped word lists."""

from pathlib import Path

import pytest

from checker.letters.wordlists import load_lists
from checker.letters.words import FactLists
from checker.rulebase import RuleBase

SHIPPED = Path(__file__).parents[2] / "rules" / "letters"


@pytest.fixture(scope="session")
def lists(rules: RuleBase) -> FactLists:
    """What letters are read with."""
    return load_lists(SHIPPED, rules.vocabulary)
