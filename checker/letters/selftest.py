"""The word lists of letters against their own samples: what each entry must match, and must not."""

from __future__ import annotations

from checker.errors import Problem
from checker.letters.decisionlists import check_decision_lists
from checker.letters.layoutfile import load_layouts
from checker.letters.requestlists import check_lists as check_request_lists
from checker.letters.wordlists import check_lists, load_lists
from checker.rulebase import LETTERS, RuleBase


def check_word_lists(rules: RuleBase) -> list[Problem] | None:
    """The samples that their entries do not tell apart, by place; None where a rule base has no word lists.

    Raises:
        RuleError: with every problem of a list that does not load.
    """
    folder = rules.folder / LETTERS
    if not folder.is_dir():
        return None
    load_layouts(folder)
    of_facts = check_lists(load_lists(folder, rules.vocabulary))
    of_requests = check_request_lists(folder, rules.vocabulary)
    return sorted([*of_facts, *of_requests, *check_decision_lists(folder)])
