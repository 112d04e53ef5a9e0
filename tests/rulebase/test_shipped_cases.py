"""The examples for the office and the decided situations come out as their names and notes say."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.case import load_case
from checker.determination import Determination, Terms, determine, determine_all
from checker.engine.agreed import Engine
from checker.shipped import shipped

OUTCOMES = {"ready": "Overturned", "not-ready": "Upheld", "to-answer": "open"}
EXAMPLES = shipped("cases") / "examples"
FIRST = "odg/low-back/facet-joint-diagnostic-blocks"
BY_GUIDELINE = sorted(path for path in EXAMPLES.rglob("*.yaml") if path.stem in OUTCOMES)
SITUATIONS = sorted((shipped("cases") / "situations").glob("*.yaml"))


def name_of(path: Path) -> str:
    return path.relative_to(shipped("cases")).as_posix()


def guideline_of(path: Path) -> str:
    """The examples at the top belong to the guideline that the documentation begins with."""
    folder = path.parent.relative_to(EXAMPLES).as_posix()
    return FIRST if folder == "." else folder


def answers(path: Path, engine: Engine) -> list[Determination]:
    case = load_case(path, engine.rules)
    return determine_all(case, engine, Terms())


@pytest.mark.parametrize("path", BY_GUIDELINE, ids=name_of)
def test_an_example_has_the_outcome_of_its_name_under_the_guideline_of_its_folder(
    path: Path, engine: Engine
) -> None:
    """`<guideline>/ready.yaml` is ready under that guideline, and so are the others."""
    outcomes = {one.guideline.id: one.outcome for one in answers(path, engine) if one.guideline}

    assert outcomes[guideline_of(path)] == OUTCOMES[path.stem]


def test_every_guideline_has_examples_for_the_office(engine: Engine) -> None:
    """One that is not ready each; one ready and one to answer wherever anything can be ready."""
    found: dict[str, set[str]] = {}
    for path in BY_GUIDELINE:
        found.setdefault(guideline_of(path), set()).add(path.stem)

    assert set(found) == set(engine.rules.guidelines)
    for guideline, stems in found.items():
        assert stems in ({"ready", "not-ready", "to-answer"}, {"not-ready"}), guideline


@pytest.mark.parametrize("path", SITUATIONS, ids=name_of)
def test_a_decided_situation_is_covered(path: Path, engine: Engine) -> None:
    """Each situation loads, tells in one line what it is about, and is decided by a guideline."""
    case = load_case(path, engine.rules)

    assert case.about
    assert all(one.guideline for one in determine(case, engine, Terms()))
