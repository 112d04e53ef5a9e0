"""A small rule base into which the sample on a lint rule's page is put."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.shipped import shipped

CRITERION: dict[str, Any] = {
    "id": "facet-tenderness",
    "item": "1",
    "kind": "eligibility",
    "says": "The facet joints are tender.",
    "requires": {"facet_tenderness": True},
    "if_silent": "counts_against",
    "fix": "Record where pressing is painful.",
    "verified": True,
    "examples": [
        {"name": "tender joints", "facts": {"facet_tenderness": True}, "expect": "met"},
        {"name": "no tender joint", "facts": {"facet_tenderness": False}, "expect": "not met"},
        {"name": "no examination", "facts": {}, "expect": "missing"},
    ],
}
GUIDELINE: dict[str, Any] = {
    "id": "clinic/blocks",
    "title": "Facet joint blocks",
    "source": {"publisher": "ODG", "section": "Blocks"},
    "in_force": {"from": "2009-01-01"},
    "covers": {"procedure": ["medial_branch_block"]},
}
OTHER: dict[str, Any] = {
    **GUIDELINE,
    "id": "clinic/other",
    "source": {"publisher": "CMS", "section": "Blocks"},
    "criteria": [
        {
            **CRITERION,
            "id": "one-of-many",
            "says": "One of many things is documented.",
            "requires": {
                "any": [
                    {"extreme_anxiety": True},
                    {"iv_sedation_planned": True},
                    {"conservative_care_weeks": {"at_least": 4}},
                    {"block_session": "second"},
                ]
            },
            "examples": [
                {"name": "4 weeks", "facts": {"conservative_care_weeks": 4}, "expect": "met"},
                {"name": "3 weeks", "facts": {"conservative_care_weeks": 3}, "expect": "missing"},
                {
                    "name": "none of them",
                    "facts": {
                        "conservative_care_weeks": 1,
                        "extreme_anxiety": False,
                        "iv_sedation_planned": False,
                        "block_session": "first",
                    },
                    "expect": "not met",
                },
            ],
        }
    ],
}
VOCABULARY: dict[str, Any] = {
    "facts": {
        "intent": {
            "type": "enum",
            "values": {"diagnostic": "To find the pain", "therapeutic": "To relieve it"},
            "kind": "request",
            "ask": "What is it for?",
        },
        "block_session": {
            "type": "enum",
            "values": {"first": "The first", "second": "The second"},
            "kind": "request",
            "ask": "Which session is it?",
        },
        "facet_tenderness": {"type": "boolean", "ask": "Are the facet joints tender?"},
        "extreme_anxiety": {"type": "boolean", "ask": "Is the patient extremely anxious?"},
        "iv_sedation_planned": {"type": "boolean", "ask": "Is sedation planned?"},
        "conservative_care_weeks": {
            "type": "number",
            "unit": "weeks",
            "to": 2600,
            "ask": "For how many weeks was care tried?",
        },
    },
    "procedures": {
        "medial_branch_block": {"title": "Medial branch block", "targets": "nerves"},
        "facet_joint_injection": {"title": "Facet joint injection", "targets": "joints"},
    },
    "regions": {"cervical": "Neck", "thoracic": "Middle back", "lumbar": "Low back"},
    "grounds": {},
    "relations": [],
}
ORDER: dict[str, Any] = {
    "source": ["the regulation"],
    "default": "CA",
    "orders": {
        "CA": {
            "title": "California",
            "steps": [
                {"says": "the first one", "publishers": ["ODG"]},
                {"says": "the next one", "publishers": ["CMS"]},
            ],
        }
    },
}

Write = Callable[[str, str], Path]


@pytest.fixture
def base_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the small rule base with a sample of one part of it, as `rules` in the current folder."""
    monkeypatch.chdir(tmp_path)

    def write(part: str, sample: str) -> Path:
        given = yaml.load(sample, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
        folder = Path("rules")
        criteria = given.pop("criteria", [{}]) if part == "guideline" else [{}]
        if part == "criterion":
            criteria = [given]
        guideline = {**GUIDELINE, **(given if part == "guideline" else {})}
        guideline["criteria"] = [{**CRITERION, **one} for one in criteria]
        files = {
            GUIDELINE["id"]: {**GUIDELINE, "criteria": [CRITERION]},
            OTHER["id"]: OTHER,
            guideline["id"]: guideline,
            "vocabulary": merged(VOCABULARY, given if part == "vocabulary" else {}),
            "search-order": given if part == "search order" else ORDER,
        }
        for name, value in files.items():
            path = folder / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dumped(value), encoding="utf-8")
        shutil.copy(shipped("rules") / "anatomy.yaml", folder)
        return folder

    return write


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The parts of both; facts and grounds are joined."""
    return {
        name: {**value, **other.get(name, {})}
        if isinstance(value, dict)
        else other.get(name, value)
        for name, value in one.items()
    }


def dumped(value: Any) -> str:
    """YAML in which days are no texts, and nothing refers to what stands elsewhere."""
    text = yaml.dump(value, Dumper=WithoutAliases, sort_keys=False, width=120)
    return text.replace("'2009-01-01'", "2009-01-01")


class WithoutAliases(yaml.SafeDumper):
    """Writes a value out wherever it stands."""

    def ignore_aliases(self, _: Any) -> bool:
        return True
