"""The YAML loader: what it reads, where things stand, and that hostile input gets a clear error.

Whatever the bytes, `parse` returns a document whose places lie inside the text, or raises the class
of input error that it was given: never another exception, never a hang. The same holds one floor up,
for rule bases and cases made by damaging the shipped ones.
"""

import contextlib
import re
import shutil
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker import yamlfile
from checker.case import parse_case, procedures
from checker.conditionfile import read_derived
from checker.errors import CaseError, RuleError
from checker.rulebase import RuleBase, load_rules
from checker.vocabulary import load_vocabulary
from checker.yamlfile import MAX_BYTES, MAX_DEPTH, MAX_PROBLEMS, Document, parse

ROOT = Path(__file__).parents[1]
RULE_FILES = sorted((ROOT / "rules").rglob("*.yaml"))
CASE_FILES = sorted((ROOT / "cases").rglob("*.yaml"))

FEW = settings(max_examples=settings.default.max_examples // 4)
SECONDS = 10
"""What no file of any content may take; most take a hundredth of a second."""


def read(text: str | bytes) -> Document:
    return parse("a.yaml", text.encode() if isinstance(text, str) else text, RuleError)


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(RuleError) as caught:
        read(text)
    return [f"{one.place}: {one.message}" for one in caught.value.problems]


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """Fails when the body takes so long that a person would think it hangs."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < SECONDS


# What is read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("null", None),
        ("~", None),
        ("", None),
        ("4", 4),
        ("-4", -4),
        ("0", 0),
        ("000", "000"),
        ("012", "012"),
        ("4.5", 4.5),
        ("4.", "4."),
        (".5", ".5"),
        ("1e5", "1e5"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 18, int("9" * 18)),
        ("9" * 5000, "9" * 5000),
        ("2015-03-26", date(2015, 3, 26)),
        ("2015-3-26", "2015-3-26"),
        ('"2015-03-26"', "2015-03-26"),
        ('"4"', "4"),
        ("'true'", "true"),
        ("L4-5", "L4-5"),
        ("not documented", "not documented"),
        ("a # b", "a"),
        ("a#b", "a#b"),
        ("[]", []),
        ("{}", {}),
        ("[L3, 4]", ["L3", 4]),
        ("|\n  one\n  two\n", "one\ntwo\n"),
        (">-\n  one\n  two\n", "one two"),
    ],
)
def test_a_value_is_read_as_it_is_written(written: str, value: Any):
    """Only what looks like a number, a date, true, false or nothing is one; the rest is text."""
    assert read(f"key: {written}").value == {"key": value}


def test_keys_are_texts():
    """`4`, `true` and `null` are keys like any other."""
    assert read("4: a\ntrue: b\nnull: c\n2015-03-26: d").value == {
        "4": "a",
        "true": "b",
        "null": "c",
        "2015-03-26": "d",
    }


def test_every_value_and_every_key_knows_its_place():
    """Lines and columns count from 1, in characters."""
    document = read("one: 1\ntwo:\n  - {é: x, three: [a, b]}\n  - |\n    text\n")

    assert str(document.place(())) == "a.yaml:1:1"
    assert str(document.place(("one",))) == "a.yaml:1:6"
    assert str(document.place(("one",), at_key=True)) == "a.yaml:1:1"
    assert str(document.place(("two", 0, "three"), at_key=True)) == "a.yaml:3:12"
    assert str(document.place(("two", 0, "three", 1))) == "a.yaml:3:23"
    assert str(document.place(("two", 1))) == "a.yaml:4:5"


def test_what_is_not_in_the_file_has_the_place_of_its_nearest_part():
    """A missing key is told at the mapping that should hold it."""
    document = read("one:\n  two: {}\n")

    assert document.place(("one", "two", "three", "four")) == document.place(("one", "two"))
    assert document.keys(("one", "nowhere")) == []
    assert list(document.indexes(("one",))) == []


# Hostile input ---------------------------------------------------------------------------------------

BOMB = "a: &a [x, x]\n" + "".join(
    f"{two}: &{two} [*{one}, *{one}]\n" for one, two in zip("abcdefghi", "bcdefghij", strict=True)
)
HOSTILE = {
    "aliases that unfold into a thousand million values": BOMB,
    "lists nested 100,000 deep": "a: " + "[" * 100_000,
    "closed lists nested 100,000 deep": "a: " + "[" * 100_000 + "]" * 100_000,
    "mappings nested 100,000 deep": "a: " + "{a: " * 100_000,
    "entries nested 100,000 deep": "- " * 100_000,
    "keys nested 100,000 deep": "? " * 100_000,
    "indentation 1,000 deep": "".join(" " * depth + "a:\n" for depth in range(1000)),
    "a huge text": "a: " + "x" * (MAX_BYTES - 10),
    "a huge text in quotes": 'a: "' + "x" * (MAX_BYTES - 10) + '"',
    "a huge text in quotes that do not close": 'a: "' + "x\n" * (MAX_BYTES // 2 - 10),
    "a huge key": "x" * (MAX_BYTES - 10) + ": a",
    "a huge block of text": "a: |\n" + " x\n" * (MAX_BYTES // 3 - 10),
    "a huge comment": "#" * (MAX_BYTES - 10),
    "nothing but ends of lines": "\n" * (MAX_BYTES - 10),
    "nothing but colons": ":" * (MAX_BYTES - 10),
    "nothing but commas in a list": "a: [" + "," * (MAX_BYTES - 10),
    "nothing but anchors": "a: [" + "&a x," * (MAX_BYTES // 6),
    "nothing but aliases": "a: [" + "*a," * (MAX_BYTES // 4),
    "nothing but tags": "a: [" + "!t x," * (MAX_BYTES // 6),
    "nothing but one key": "a:\n" * (MAX_BYTES // 3),
    "nothing but dashes": "-\n" * (MAX_BYTES // 3),
    "nothing but documents": "---\n" * (MAX_BYTES // 4),
    "nothing but days that do not exist": "a: [" + "2015-02-30," * (MAX_BYTES // 12) + "]",
    "nothing but backslashes": 'a: "' + "\\" * (MAX_BYTES - 10),
    "too many values": "a: [" + "x," * (MAX_BYTES // 3) + "]",
    "too many keys": "".join(f"k{number}: x\n" for number in range(90_000)),
    "more than the limit": "# " + "x" * MAX_BYTES,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_gets_a_clear_error_in_time(text: str):
    """Size, depth, values and problems are bounded, so nothing hangs and nothing overflows."""
    with in_time(), pytest.raises(RuleError) as caught:
        read(text)

    assert len(caught.value.problems) <= MAX_PROBLEMS + 1
    assert len(str(caught.value)) < 100_000


def test_hostile_input_takes_little_memory():
    """A value costs less than two kilobytes, so the 50,000 that are allowed stay under 100 megabytes."""
    number = 10_000
    text = "".join(f"k{key}: x\n" for key in range(number)).encode()
    tracemalloc.start()
    read(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000 * number


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "aliases that unfold into a thousand million values",
            "a.yaml:1:4: a text that begins with `&` needs quotes; to repeat a value, write it out",
        ),
        # From PyYAML 6.0.4 on, libyaml looks ahead and stops before we do, at column 1003.
        ("lists nested 100,000 deep", "nested more than 40 levels deep"),
        ("a huge text", "a.yaml:1:4: a text of more than 20,000 characters"),
        ("a huge key", "a.yaml:1:1: a text of more than 20,000 characters"),
        ("nothing but one key", "a.yaml: more than 100 problems; only the first are shown"),
        ("too many values", "a.yaml:1:100003: more than 50,000 values in one file"),
        (
            "nothing but documents",
            "a.yaml:2:1: a file holds one document; remove `---` and what follows",
        ),
        ("more than the limit", "a.yaml: the file is larger than 1 MB"),
    ],
)
def test_the_error_says_what_is_too_much(name: str, message: str):
    """An author who meets a limit by accident knows which one."""
    assert problems(HOSTILE[name])[0].endswith(message)


def test_the_deepest_file_that_is_allowed():
    """The bound itself can be reached."""
    inner = MAX_DEPTH - 1

    assert read("a: " + "[" * inner + "]" * inner).value
    assert problems("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_many_problems_of_content_end_the_reading(rules: RuleBase):
    """A case of tens of thousands of unknown facts is not searched for a hint to each of them."""
    facts = "".join(f"  unknown_fact_number_{number}: true\n" for number in range(20_000))
    text = f"case: a\nrecord: closed\nfacts:\n{facts}requests:\n  - {{id: 1}}\n"

    with in_time(), pytest.raises(CaseError) as caught:
        parse_case("case.yaml", text.encode(), rules)

    assert len(caught.value.problems) == MAX_PROBLEMS + 1


def test_many_problems_in_one_rule_file_leave_the_others_told(tmp_path: Path):
    """Reading on stops for that file alone."""
    copy = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", copy)
    first, second = sorted(copy.glob("odg/*/*.yaml"))[:2]
    first.write_text(
        first.read_text(encoding="utf-8") + "".join(f"x{n}: 1\n" for n in range(20_000))
    )
    second.write_text(second.read_text(encoding="utf-8") + "titel: x\n")

    with in_time(), pytest.raises(RuleError) as caught:
        load_rules(copy)

    assert {one.place.file for one in caught.value.problems} == {str(first), str(second)}


@pytest.mark.parametrize(
    "derived",
    [
        {f"d{n}": f"{{any: [{{d{n - 1}: true}}, {{d{n - 1}: false}}]}}" for n in range(1, 60)},
        {f"d{n}": f"{{d{n - 1}: true}}" for n in range(1, 2_000)},
        {f"d{n}": f"{{d{n + 1}: true}}" for n in range(1, 2_000)},
        {f"d{n}": f"{{d{n % 2_000 + 1}: true}}" for n in range(1, 2_001)},
    ],
    ids=["each twice in the next", "a chain", "a chain upwards", "a circle"],
)
def test_derived_facts_cannot_unfold_without_end(rules: RuleBase, derived: dict[str, str]):
    """What a derived fact is derived from is bounded, like everything else in a file."""
    lines = [f"  {name}: {{ask: a?, derived_when: {when}}}" for name, when in derived.items()]
    text = (
        "facts:\n  d0: {type: boolean, ask: a?}\n  d2000: {type: boolean, ask: a?}\n"
        + "\n".join(line for line in lines if "d2000: {ask" not in line or "d2000" not in derived)
    )
    if "d2000" in derived:
        text = text.replace("  d2000: {type: boolean, ask: a?}\n", "")
    text += "\nprocedures: {a: {title: a, targets: none}}\nregions: {cervical: a, thoracic: a, lumbar: a}\n"

    with in_time(), contextlib.suppress(RuleError):
        document = read(text)
        vocabulary = load_vocabulary(document, rules.anatomy)
        assert vocabulary
        read_derived(document, vocabulary)
        assert document.problems


@pytest.mark.parametrize("loader", ["SafeLoader", "CSafeLoader"])
def test_messages_are_the_same_without_libyaml(loader: str, monkeypatch: pytest.MonkeyPatch):
    """Where PyYAML was built without it, its own slower parser says the same in other words."""
    monkeypatch.setattr(yamlfile, "_Loader", getattr(yaml, loader))

    assert "a.yaml:1:5: a second `:` does not fit here" in problems("a: b: c")[0]
    assert problems('a: "b') == ["a.yaml:1:4: the quotation mark that opens here is not closed"]
    assert problems("a: [b\nc: d") == [
        "a.yaml:1:4: the list that opens here is not closed, or lacks a comma"
    ]
    assert problems("a: {b: c\nd: e") == [
        "a.yaml:1:4: the `{` that opens here is not closed, or lacks a comma"
    ]
    assert problems("a:\n\tb: c") == ["a.yaml:2:1: a tab; indent with spaces"]
    assert problems("a: @b") == ["a.yaml:1:4: a text that begins with `@` needs quotes"]
    assert problems("a: b\nc d\ne: f") == [
        "a.yaml:2:1: expected `key: value`; the `:` is missing here"
    ]


# Random input ----------------------------------------------------------------------------------------


def check_parsed(data: bytes) -> None:
    """Either a document whose places lie inside the text, or problems that do."""
    try:
        document = parse("a.yaml", data, RuleError)
    except RuleError as caught:
        error, places = caught, [one.place for one in caught.problems]
    else:
        error, places = None, [*document.places.values(), *document.key_places.values()]
    if error is None:
        assert isinstance(document.value, dict)
        assert [document.at(path) for path in document.places]
    else:
        assert places
        assert str(error).replace("\n", "").isprintable()
    lines = re.split(r"\r\n|\r|\n", data.decode("utf-8-sig", "replace"))
    for place in places:
        assert 0 <= place.line <= len(lines)
        assert place.line == 0 or 1 <= place.column <= len(lines[place.line - 1]) + 1


YAMLISH = st.lists(
    st.sampled_from(
        [
            *("a", "b", "id", "facts", "true", "4", "2015-02-30", "é", "\u2028", "\ufeff", "\x00"),
            *(
                ":",
                ": ",
                "- ",
                "-",
                "? ",
                "?",
                "[",
                "]",
                "{",
                "}",
                ",",
                ", ",
                "#",
                " #",
                "\n",
                "\n",
            ),
            *(" ", "  ", "\n  ", "\n    ", "\t", "\r", "\r\n", "|", ">", "|\n", "&a ", "*a", "!t "),
            *("'", '"', "\\", "\\x1b", "%", "@", "`", "---\n", "...\n", "<<: ", "~", "%YAML 1.1\n"),
        ]
    ),
    max_size=40,
).map("".join)


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb\xbf\xff")
def test_random_bytes_are_read_or_refused(data: bytes):
    """No bytes at all bring down the loader."""
    check_parsed(data)


@given(st.text(max_size=200))
def test_random_text_is_read_or_refused(text: str):
    """No text brings down the loader."""
    check_parsed(text.encode("utf-8", "surrogatepass"))


@settings(FEW, max_examples=FEW.max_examples * 4)
@given(YAMLISH)
@example('"?": 1\n[a]: 2\n"?": 3')
@example("<<: 1\n<<: 2")
@example("? \n? \n")
@example("a: \n  - b\n -c")
def test_random_yaml_is_read_or_refused(text: str):
    """No arrangement of YAML's signs brings down the loader."""
    check_parsed(text.encode())


@FEW
@given(YAMLISH)
def test_random_yaml_is_read_or_refused_without_libyaml(text: str):
    """Nor does it bring down the loader that stands in for libyaml's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlfile, "_Loader", yaml.SafeLoader)
        check_parsed(text.encode())


# Damaged files ---------------------------------------------------------------------------------------

SEEDS = st.integers(0, 2**32)
TOKEN = re.compile(r"\s+|\w+|.", re.DOTALL)
SCRAPS = [
    *("", " ", "  ", "\n", "\t", ":", ": ", "-", "- ", "[", "]", "{", "}", ",", "#", "'", '"'),
    *("null", "true", "false", "yes", "3", "-1", "4.5", "700", "2015-02-30", "2015-03-26", "x"),
    *("[]", "{}", "[x]", "{x: y}", "[[x]]", "[{x: y}]", "not documented", "not asked", "L4-5"),
    *("conflicting", "value", "evidence", "facts", "type", "list", "set", "where", "count"),
    *("all", "any", "not", "some", "of", "at_least", "targets", "joints_of", "derived_when"),
]


def damaged(text: str, random: Random) -> str:
    """The text with one to three lines or words deleted, doubled, exchanged or replaced."""
    for _ in range(random.randint(1, 3)):
        parts = text.splitlines(keepends=True) if random.random() < 0.5 else TOKEN.findall(text)
        here, there = random.randrange(len(parts)), random.randrange(len(parts))
        match random.randrange(4):
            case 0:
                del parts[here]
            case 1:
                parts.insert(here, parts[there])
            case 2:
                parts[here], parts[there] = parts[there], parts[here]
            case _:
                parts[here] = random.choice(SCRAPS)
        text = "".join(parts) or " "
    return text


RULE_TEXTS = {
    path.relative_to(ROOT / "rules").as_posix(): path.read_text(encoding="utf-8")
    for path in RULE_FILES
}


@cache
def shipped() -> RuleBase:
    """The shipped rule base, for properties, whose arguments are printed when they fail."""
    return load_rules(ROOT / "rules")


CASE_TEXTS = [path.read_text(encoding="utf-8") for path in CASE_FILES]


@pytest.fixture(scope="module")
def damaged_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped rule base, for its files to be overwritten."""
    copy = tmp_path_factory.mktemp("damaged") / "rules"
    shutil.copytree(ROOT / "rules", copy)
    return copy


@settings(FEW, max_examples=FEW.max_examples // 8)
@given(st.sets(st.sampled_from(sorted(RULE_TEXTS)), min_size=1, max_size=2), SEEDS)
def test_a_damaged_rule_base_is_loaded_or_refused(damaged_folder: Path, names: set[str], seed: int):
    """Whatever slips into rule files, their author is told so, and sees no traceback."""
    for name, text in RULE_TEXTS.items():
        spoilt = damaged(text, Random(seed)) if name in names else text
        (damaged_folder / name).write_text(spoilt, encoding="utf-8")

    with contextlib.suppress(RuleError):
        load_rules(damaged_folder)


@FEW
@given(st.sampled_from(CASE_TEXTS), SEEDS)
def test_a_damaged_case_is_read_or_refused(text: str, seed: int):
    """Whatever slips into a case, the office is told so, and no value of it leaves by a traceback."""
    data = damaged(text, Random(seed)).encode()

    with contextlib.suppress(CaseError):
        case = parse_case("case.yaml", data, shipped())
        procedures(case, shipped().vocabulary, "all")
