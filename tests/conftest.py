"""What all tests share: the shipped rule base, an engine for it, and how often properties are tried.

`default` runs on every commit and tries the same examples on every machine, so that a failure is
the change's doing and never luck. `fuzz` looks for new ones and remembers what failed:

    HYPOTHESIS_PROFILE=fuzz python -m pytest -m hypothesis
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from checker.engine.agreed import Engine
from checker.rulebase import RuleBase, load_rules

ROOT = Path(__file__).parents[1]

# Time is no property of a rule base: a slow machine makes no test fail.
settings.register_profile(
    "default",
    max_examples=1_000,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz",
    max_examples=20_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def rules() -> RuleBase:
    """The shipped rule base."""
    return load_rules(ROOT / "rules")


@pytest.fixture(scope="session")
def engine(rules: RuleBase) -> Engine:
    """Both implementations under the shipped rule base, compared at every turn."""
    found = Engine(rules)
    assert found.unavailable is None, found.unavailable
    return found
