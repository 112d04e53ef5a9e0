"""Lint rules about what is written for people: sentences, placeholders, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from checker.authoring.lint.rule import Base, CriterionAt, Found, LintRule, each_text
from checker.authoring.parts import parts_of, specs
from checker.condition import Bound
from checker.errors import quoted
from checker.guideline import Criterion
from checker.vocabulary import Number

LONGEST_SENTENCE = 180
LONGEST_ID = 60

_PLACEHOLDER = re.compile(r"\b(TODO|FIXME|TBD|XXX)\b|^\s*(\.\.\.|…|\?+)\s*$")
_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
_NUMBER = rf"\b(?:\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})\b"
_RUN = re.compile(rf"{_NUMBER}(?:\s*(?:-|–|to|or)\s*{_NUMBER})*[\s-]*$")
_NEAR = 40
"""How many characters before a unit its numbers can stand."""
_BEHIND_A_PERIOD = " \"')]”’"
_PART_OF_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _no_period(base: Base) -> Iterator[Found]:
    for one, key, text in _sentences(base):
        if not text.rstrip(_BEHIND_A_PERIOD).endswith((".", "?", "!")):
            yield one.found("a sentence ends with a period", key, mend=f"{text.rstrip()}.")


def _no_capital(base: Base) -> Iterator[Found]:
    for one, key, text in _sentences(base):
        if text[0].islower():
            yield one.found(
                "a sentence begins with a capital", key, mend=text[0].upper() + text[1:]
            )


def _too_long(base: Base) -> Iterator[Found]:
    for one, key, text in _sentences(base):
        if len(text) > LONGEST_SENTENCE:
            message = (
                f"{len(text)} characters, where {LONGEST_SENTENCE} fit a line of the checklist;"
                " move the rest to `note`"
            )
            yield one.found(message, key)


def _sentences(base: Base) -> Iterator[tuple[CriterionAt, str, str]]:
    for one in base.criteria:
        yield one, "says", one.criterion.says
        yield one, "fix", one.criterion.fix


def _says_twice(base: Base) -> Iterator[Found]:
    for guideline in base.rules.guidelines.values():
        seen: dict[str, str] = {}
        for one in base.of_guideline(guideline):
            key = one.criterion.says.casefold()
            if key in seen and not _PLACEHOLDER.search(key.upper()):
                yield one.found(f"{quoted(seen[key])} says the same", "says")
            seen.setdefault(key, one.criterion.id)


def _placeholder(base: Base) -> Iterator[Found]:
    for document in base.documents:
        for path, text in each_text(document):
            if found := _PLACEHOLDER.search(text):
                yield Found(document, path, f"`{found[0].strip()}` is still to be filled in")


def _number_unsaid(base: Base) -> Iterator[Found]:
    """A sentence that names other numbers of a unit than its condition compares with."""
    units = {
        spec.name: spec.type.unit for spec in specs(base.rules) if isinstance(spec.type, Number)
    }
    for one in base.criteria:
        compared: dict[str, set[float]] = {}
        for part in (
            each for condition in one.criterion.conditions for each in parts_of(condition)
        ):
            if isinstance(part, Bound) and part.fact in units and not isinstance(part.bound, date):
                compared.setdefault(units[part.fact], set()).add(part.bound)
        for unit, bounds in compared.items():
            said = _said(one.criterion, unit)
            if said and said.isdisjoint(bounds):
                numbers = " or ".join(f"{number:g}" for number in sorted(bounds))
                message = f"the condition compares with {numbers} {unit}, the sentence does not"
                yield one.found(message, "says")


def _said(criterion: Criterion, unit: str) -> set[float]:
    """The numbers before a unit in the sentence, and those that a range or an `or` joins to them."""
    says = criterion.says.lower()
    named = re.finditer(rf"\b{re.escape(unit.removesuffix('s'))}s?\b", says)
    before = (says[max(0, one.start() - _NEAR) : one.start()] for one in named)
    runs = (_RUN.search(words) for words in before)
    return {_value(word) for run in runs if run for word in re.findall(_NUMBER, run[0])}


def _value(word: str) -> float:
    return float(_NUMBERS.index(word)) if word in _NUMBERS else float(word)


def _id_style(base: Base) -> Iterator[Found]:
    for one in base.criteria:
        if len(one.criterion.id) > LONGEST_ID:
            message = f"an id of more than {LONGEST_ID} characters; it is shown in every checklist"
            yield one.found(message, "id")
    for name, document in base.guideline_files.items():
        for part in name.split("/"):
            if not _PART_OF_ID.fullmatch(part):
                message = f"{quoted(part)} in the path; write lower-case words joined by `-`"
                yield Found(document, ("id",), message)


RULES = (
    LintRule(
        id="R401",
        level="warning",
        title="`says` and `fix` end with a period",
        why="They are printed as sentences, beside each other.",
        bad="""\
says: The facet joints are tender
""",
        good="""\
says: The facet joints are tender.
""",
        check=_no_period,
        mends=True,
    ),
    LintRule(
        id="R402",
        level="warning",
        title="`says` and `fix` begin with a capital",
        why="They are printed as sentences, beside each other.",
        bad="""\
fix: record where pressing is painful.
""",
        good="""\
fix: Record where pressing is painful.
""",
        check=_no_capital,
        mends=True,
    ),
    LintRule(
        id="R403",
        level="warning",
        title="`says` and `fix` are short",
        why="A checklist is read in a minute. What explains a criterion further is its `note`.",
        bad="""\
says: >-
  The joints that are to be treated are tender when they are pressed upon, which the examiner should find
  at the levels that are requested and at no other, on the side that is requested, and should have recorded
  with the date of the examination.
""",
        good="""\
says: The requested joints are tender.
note: The examination names the levels and the side.
""",
        check=_too_long,
    ),
    LintRule(
        id="R404",
        level="warning",
        title="No two criteria of a guideline say the same",
        why="A reader cannot tell which of them failed.",
        bad="""\
criteria:
  - {id: one, says: The joints are tender., requires: {facet_tenderness: true}}
  - {id: other, says: The joints are tender., requires: {extreme_anxiety: true}}
""",
        good="""\
criteria:
  - {id: one, says: The joints are tender., requires: {facet_tenderness: true}}
  - {id: other, says: The patient is anxious., requires: {extreme_anxiety: true}}
""",
        check=_says_twice,
        sample_of="guideline",
    ),
    LintRule(
        id="R405",
        level="error",
        title="Nothing is still to be filled in",
        why="What `checker rules new` leaves open would be shown to people as it stands.",
        bad="""\
fix: TODO what the office can do about it.
""",
        good="""\
fix: Record where pressing is painful.
""",
        check=_placeholder,
    ),
    LintRule(
        id="R406",
        level="warning",
        title="A sentence and its condition name the same number",
        why=(
            "A threshold that was changed in one of the two decides differently from what people read."
            " Numbers are compared where the sentence names the fact's own unit."
        ),
        bad="""\
says: Conservative care was tried for at least 6 weeks.
requires: {conservative_care_weeks: {at_least: 4}}
""",
        good="""\
says: Conservative care was tried for at least 4 weeks.
requires: {conservative_care_weeks: {at_least: 4}}
""",
        check=_number_unsaid,
    ),
    LintRule(
        id="R407",
        level="warning",
        title="Ids are short and in lower case",
        why="They are typed, printed and compared with the reasons of reviewers.",
        bad="""\
id: the-joints-that-are-to-be-treated-are-tender-when-they-are-pressed-upon
""",
        good="""\
id: facet-tenderness
""",
        check=_id_style,
    ),
)
