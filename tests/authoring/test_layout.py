"""The layout of rule files: meaning and comments stay, the house's order and quotes come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.authoring import layout
from checker.authoring.layout import laid_out, read_text, scalar
from checker.errors import RuleError
from checker.guideline import CriterionEntry, ExampleEntry, GuidelineFile, SourceEntry
from checker.relations import RelationEntry
from checker.vocabulary import ENTRIES, DerivedEntry, JointsEntry, ProcedureEntry, VocabularyFile
from checker.yamlfile import parse

ROOT = Path(__file__).parents[2]
FEW = settings(max_examples=settings.default.max_examples // 7)


def texts() -> Iterator[tuple[str, str]]:
    """Every fifth file of rules, cases and tests that is read as YAML, however it is laid out."""
    for folder in ("rules", "cases", "tests/bad_rules", "tests/bad_cases"):
        for path in sorted((ROOT / folder).rglob("*.yaml"))[::5]:
            with suppress(RuleError):
                yield path.relative_to(ROOT).as_posix(), read_text(path)


def value(text: str) -> object:
    return parse("x.yaml", text.encode(), RuleError).value


# --- What must never change -----------------------------------------------------------------------


def test_every_file_keeps_its_meaning_and_is_laid_out_once_for_all() -> None:
    """Laid out a second time, nothing changes any more."""
    number = 0
    for name, text in texts():
        written = laid_out(name, text)
        number += 1

        assert value(written) == value(text), name
        assert laid_out(name, written) == written, name
    assert number > 50


WORDS = st.sampled_from(
    [
        "a",
        "L4-5",
        "true",
        "yes",
        "4",
        "4.0",
        "000",
        "2015-09-21",
        "null",
        "~",
        "x: y",
        "a # b",
        "#a",
    ]
)
HARD_WORDS = st.sampled_from(
    [
        "it's",
        'a "b"',
        "back\\slash",
        "[a]",
        "{a}",
        "a, b",
        "- a",
        "? a",
        "@a",
        "%a",
        "",
        " a ",
        "é…",
        "a\nb",
    ]
)
UNSEEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]"
KEYS = st.sampled_from(["id", "says", "requires", "when", "facts", "name", "a", "b b", "true", "4"])
LEAVES = st.one_of(
    st.one_of(WORDS, HARD_WORDS).map(lambda text: ("quoted", text)),
    st.sampled_from(["a", "4", "4.50", "true", "2015-09-21", "L4-5", "a b"]).map(
        lambda one: ("plain", one)
    ),
)
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("list"), st.booleans(), st.lists(inner, max_size=3)),
        st.tuples(st.just("map"), st.booleans(), st.dictionaries(KEYS, inner, max_size=3)),
    ),
    max_leaves=8,
)
TOPS = st.dictionaries(
    st.sampled_from(["criteria", "covers", "facts", "relations", "orders", "title"]),
    NODES,
    min_size=1,
    max_size=3,
)


class Writer:
    """Writes nodes as a careless author might: any quotes, any indentation, comments and empty lines."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.number = 0

    def lines(self, node: object, indent: int) -> Iterator[str]:
        """The lines of a node in a block, each entry with or without comments."""
        kind, _, parts = node  # type: ignore[misc]
        pad = " " * indent
        for key, part in parts.items() if kind == "map" else ((None, one) for one in parts):
            yield from self.above(pad)
            head = f"{pad}-" if key is None else f"{pad}{self.quoted(key)}:"
            block = part[0] in ("list", "map") and part[1] and part[2]
            if block:
                yield head + self.comment()
                yield from self.lines(part, indent + self.draw(st.sampled_from([1, 2, 4])))
            else:
                yield f"{head} {self.flow(part)}{self.comment()}"

    def above(self, pad: str) -> Iterator[str]:
        for what in self.draw(st.lists(st.sampled_from(["", "#"]), max_size=2)):
            self.number += what == "#"
            yield f"{pad}# comment {self.number}" if what else ""

    def comment(self) -> str:
        if self.draw(st.integers(0, 4)):
            return ""
        self.number += 1
        return f"   # comment {self.number}"

    def flow(self, node: object) -> str:
        match node:
            case ("quoted", str(text)):
                return self.quoted(text)
            case ("plain", str(text)):
                return text
            case ("list", _, list(parts)):
                return f"[ {self.comma().join(self.flow(one) for one in parts)} ]"
            case ("map", _, dict(parts)):
                inner = (f"{self.quoted(key)}: {self.flow(one)}" for key, one in parts.items())
                return f"{{ {self.comma().join(inner)} }}"
        raise AssertionError(node)

    def comma(self) -> str:
        """Between two entries in braces: in one line, or in two, with a comment or without."""
        if self.draw(st.integers(0, 4)):
            return ", "
        return f",{self.comment()}\n{' ' * 40}"

    def quoted(self, text: str) -> str:
        if "\n" in text or self.draw(st.booleans()):
            escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{escaped}"'
        return "'" + text.replace("'", "''") + "'"


@st.composite
def careless(draw: st.DrawFn) -> str:
    writer = Writer(draw)
    lines = [*writer.lines(("map", True, draw(TOPS)), 0), *writer.above("  ")]
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))


@settings(FEW)
@given(careless())
def test_any_file_keeps_its_meaning_and_its_comments(text: str) -> None:
    """However it is written; and what was laid out once stays as it is."""
    written = laid_out("x.yaml", text)

    assert value(written) == value(text)
    assert sorted(layout._comments(written)) == sorted(layout._comments(text))
    assert laid_out("x.yaml", written) == written
    assert all(line == line.rstrip() for line in written.splitlines())


@settings(FEW)
@given(st.one_of(WORDS, HARD_WORDS, st.text()), st.booleans())
def test_a_text_is_written_so_that_it_is_read_again(text: str, in_flow: bool) -> None:
    """With or without quotes, in braces or not; unless no file can hold it."""
    line = f"[{scalar(text, in_flow=in_flow)}]" if in_flow else scalar(text)
    if re.search(UNSEEN, text):
        with pytest.raises(RuleError, match="cannot be seen"):
            value(f"a: {line}\n")
        return

    assert value(f"a: {line}\n") == {"a": [text] if in_flow else text}


# --- What changes ---------------------------------------------------------------------------------

BEFORE = """\
# A guideline.
covers: {procedure:   [ 'a' ,"b"]}
id: odg/x   # its path
criteria:
- id: one
  examples:
    - {expect: met, name: 'a name', facts: {}}
  # why
  requires: {x: true}
  item: '3'
  note: >-
     folded
       text
# --- more ---
- item: "2"
  id: two


title: A title
"""
AFTER = """\
# A guideline.
id: odg/x  # its path

title: A title
covers: {procedure: [a, b]}
criteria:
  - id: one
    item: "3"
    # why
    requires: {x: true}
    note: >-
      folded
        text
    examples:
      - {name: a name, facts: {}, expect: met}

  # --- more ---
  - id: two
    item: "2"
"""


def test_a_careless_guideline_becomes_one_of_the_house() -> None:
    """Keys in order, quotes only where needed, entries apart, comments with what they are about."""
    written = laid_out("x.yaml", BEFORE)

    assert written == AFTER


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("3", '"3"'),
        ("2, 4", '"2, 4"'),
        ("true", '"true"'),
        ("a: b", '"a: b"'),
        ('say "no": never', "'say \"no\": never'"),
        ("it's", "it's"),
        ("- a", '"- a"'),
        ("yes", "yes"),
        ("L4-5", "L4-5"),
        ("a\tb", '"a\\tb"'),
    ],
)
def test_quotes_stand_where_a_text_could_be_something_else(text: str, written: str) -> None:
    """Numbers, constants and signs are quoted; words are not."""
    assert scalar(text) == written


def test_what_does_not_fit_a_line_becomes_a_block() -> None:
    """A longer line could not be read; a shorter one stays as its author wrote it."""
    long = ", ".join(f"a_long_name_{number}: {number}" for number in range(20))

    assert laid_out("x.yaml", f"a: {{{long}}}\n").count("\n") == 21
    assert laid_out("x.yaml", "a: {b: 1, c: 2}\n") == "a: {b: 1, c: 2}\n"


def test_every_key_has_its_place() -> None:
    """No key that a rule file may hold is missing from the order of the house."""
    models = [*ENTRIES.values(), JointsEntry, DerivedEntry]
    facts = {entry.alias or name for one in models for name, entry in one.model_fields.items()}

    assert set(layout.CRITERION) == set(CriterionEntry.model_fields)
    assert set(layout.EXAMPLE) == set(ExampleEntry.model_fields)
    assert set(layout.GUIDELINE) == set(GuidelineFile.model_fields)
    assert set(layout.SOURCE) == set(SourceEntry.model_fields)
    assert set(layout.FACT) == facts
    assert set(layout.RELATION) == set(RelationEntry.model_fields)
    assert set(layout.VOCABULARY) == set(VocabularyFile.model_fields)
    assert set(layout.PROCEDURE) == set(ProcedureEntry.model_fields)
