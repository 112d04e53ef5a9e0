"""Everything clinical is decided three times: by both implementations compared, and by each alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.case import Case, load_case
from checker.charting import RecordKind
from checker.engine.agreed import Engine
from checker.engine.written import Reading
from checker.fact import Chart
from checker.guideline import Guideline, Status
from checker.rulebase import RuleBase
from checker.shipped import shipped


class DurableRulesAlone(Engine):
    """What durable_rules chains to, with nothing to compare it with."""

    def statuses(
        self, guideline: Guideline, chart: Chart, reading: Reading, record: RecordKind
    ) -> dict[str, Status]:
        return self.chained(guideline, chart, reading, record)


@pytest.fixture(scope="session", params=["compared", "durable_rules", "written"])
def engine(request: pytest.FixtureRequest, rules: RuleBase) -> Engine:
    """Both implementations compared, durable_rules alone, the written semantics alone."""
    if request.param == "written":
        return Engine(rules, unavailable="left out on purpose")
    found = Engine(rules) if request.param == "compared" else DurableRulesAlone(rules)
    assert found.unavailable is None, found.unavailable
    return found


@pytest.fixture(scope="session")
def letter(rules: RuleBase) -> Callable[[str], Case]:
    """The shipped case of a determination letter, by the letter's number."""
    return lambda number: load_case(shipped("cases") / "imr" / f"{number}.yaml", rules)
