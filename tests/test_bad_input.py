"""Every mistake an author can make, and the exact message that tells it.

In `bad_rules/guidelines` each file goes into the small rule base of `bad_rules/rules`; those in
`vocabularies`, `anatomies`, `orders` and `audits` become its vocabulary, its anatomy, its search order or
what its audits remark on. A file in `bad_cases` is read under that rule base. Beside `name.yaml` stands
`name.expected`, what its author is told. To write those files anew, and then to read every one that changed:

    REWRITE_EXPECTED=1 python -m pytest tests/test_bad_input.py
"""

import os
import pickle
import re
import shutil
from pathlib import Path

import pytest

from checker.case import Case, load_case, parse_case, parse_settings
from checker.errors import CaseError, InputError, Place, Problem, RuleError, did_you_mean
from checker.rulebase import RuleBase, load_rules

HERE = Path(__file__).parent
RULES = HERE / "bad_rules" / "rules"
ANATOMY = HERE.parent / "rules" / "anatomy.yaml"
PLACES = {
    "vocabularies": "vocabulary.yaml",
    "anatomies": "anatomy.yaml",
    "orders": "search-order.yaml",
    "audits": "audit.yaml",
}
REWRITE = "REWRITE_EXPECTED" in os.environ

BAD_RULES = sorted((HERE / "bad_rules").glob("[!r]*/*.yaml"))
BAD_CASES = sorted((HERE / "bad_cases").glob("*.yaml"))
EXPECTED = sorted(HERE.glob("bad_*/**/*.expected"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small rule base as `rules` in the current folder, as an author sees it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(RULES, "rules")
    shutil.copy(ANATOMY, "rules")
    return Path("rules")


@pytest.fixture(scope="module")
def small_rules(tmp_path_factory: pytest.TempPathFactory) -> RuleBase:
    """The small rule base."""
    copy = tmp_path_factory.mktemp("small") / "rules"
    shutil.copytree(RULES, copy)
    shutil.copy(ANATOMY, copy)
    return load_rules(copy)


def problems(folder: Path) -> list[str]:
    """What is wrong with a rule base, without the lines that show it."""
    with pytest.raises(RuleError) as caught:
        load_rules(folder)
    return [f"{one.place}: {one.message}" for one in caught.value.problems]


def compare(path: Path, told: str) -> None:
    """The message is the expected one; with REWRITE_EXPECTED it becomes the expected one."""
    expected = path.with_suffix(".expected")
    if REWRITE:
        expected.write_text(f"{told}\n", encoding="utf-8")

    assert f"{told}\n" == expected.read_text(encoding="utf-8")


# Files and their messages ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", BAD_RULES, ids=name_of)
def test_a_bad_rule_file_is_told_in_exactly_these_words(path: Path, folder: Path):
    """The message names the place, the mistake, and what to write instead."""
    shutil.copy(path, folder / PLACES.get(path.parent.name, f"odg/{path.name}"))

    with pytest.raises(RuleError) as caught:
        load_rules(folder)

    compare(path, str(caught.value))


@pytest.mark.parametrize("path", BAD_CASES, ids=name_of)
def test_a_bad_case_is_told_in_exactly_these_words(
    path: Path, small_rules: RuleBase, monkeypatch: pytest.MonkeyPatch
):
    """The message names the place, the mistake, and what to write instead."""
    monkeypatch.chdir(path.parent)

    with pytest.raises(CaseError) as caught:
        load_case(Path(path.name), small_rules)

    compare(path, str(caught.value))


def test_every_expected_message_has_its_bad_file():
    """No message outlives the file that it is about."""
    assert [path for path in EXPECTED if not path.with_suffix(".yaml").exists()] == []


@pytest.mark.parametrize("path", EXPECTED, ids=name_of)
def test_messages_are_in_the_words_of_the_reader(path: Path):
    """No word of the program, of its libraries or of Python reaches an author."""
    messages = [line for line in path.read_text(encoding="utf-8").splitlines() if ".yaml" in line]
    foreign = r"None\b|True|False|\bstr\b|\bint\b|dict|tuple|mapping|input|validat|pydantic|https?:|\bnode\b"

    assert messages
    assert [one for one in messages if re.search(foreign, one.partition(": ")[2])] == []


@pytest.mark.parametrize("path", EXPECTED, ids=name_of)
def test_messages_are_clauses(path: Path):
    """A message begins without a capital and ends without a period, after its place."""
    messages = [line for line in path.read_text(encoding="utf-8").splitlines() if ".yaml" in line]

    assert [one for one in messages if not re.fullmatch(r"\S+: (`|[a-z0-9-]).*[^.]", one)] == []


@pytest.mark.parametrize("path", EXPECTED, ids=name_of)
def test_the_caret_stands_under_the_place(path: Path):
    """Counting from the bar, the caret is in the column that the message names."""
    lines = path.read_text(encoding="utf-8").splitlines()
    places = [re.match(r"\S+?:(\d+):(\d+): ", line) for line in lines]
    for match, shown, caret in zip(places, lines[1:], lines[2:], strict=False):
        if match and "…" not in shown:
            assert caret.index("^") == len("    1 | ") + int(match[2]) - 1


def test_the_small_rule_base_loads(folder: Path):
    """What is wrong with a bad file is not wrong around it."""
    assert list(load_rules(folder).guidelines) == ["odg/blocks"]


# Several files ---------------------------------------------------------------------------------------


def test_problems_of_several_files_are_told_at_once_and_in_order(folder: Path):
    """By file, then by line: an author goes through them from the first to the last."""
    bad = HERE / "bad_rules"
    shutil.copy(bad / "vocabularies" / "derived-of-itself.yaml", folder / "vocabulary.yaml")
    shutil.copy(bad / "guidelines" / "list-not-closed.yaml", folder / "odg" / "a.yaml")
    shutil.copy(
        bad / "guidelines" / "several-problems.yaml", folder / "odg" / "several-problems.yaml"
    )

    with pytest.raises(RuleError) as caught:
        load_rules(folder)

    places = [(one.place.file, one.place.line) for one in caught.value.problems]
    assert places == sorted(places)
    assert len({file for file, _ in places}) == 3


def test_a_fact_that_does_not_load_is_told_once(folder: Path):
    """One slip in the vocabulary does not make an error of every use of the fact."""
    vocabulary = folder / "vocabulary.yaml"
    text = vocabulary.read_text(encoding="utf-8")
    vocabulary.write_text(text.replace("{type: boolean, ask: Are the", "{type: bool, ask: Are the"))

    assert [one.split(":")[0] for one in problems(folder)] == ["rules/vocabulary.yaml"]


def test_a_guideline_that_does_not_load_is_told_once(folder: Path):
    """One slip in a guideline does not make an error of the search order that names it."""
    order = (HERE / "bad_rules" / "orders" / "guideline-misspelt.yaml").read_text(encoding="utf-8")
    (folder / "search-order.yaml").write_text(order.replace("odg/block]", "odg/blocks]"))
    (folder / "odg" / "blocks.yaml").write_text("id: odg/blocks\ntitle: a: b\n")

    assert [one.split(":")[0] for one in problems(folder)] == ["rules/odg/blocks.yaml"]


def test_a_misspelt_key_is_not_missing_as_well(folder: Path):
    """`requries` is one mistake, not two."""
    guideline = folder / "odg" / "blocks.yaml"
    guideline.write_text(guideline.read_text(encoding="utf-8").replace("requires:", "requries:"))

    assert problems(folder) == [
        "rules/odg/blocks.yaml:12:5: unknown key `requries` (did you mean `requires`?)"
    ]


# Folders ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_folder_that_does_not_exist():
    """A misspelt folder is told as such, not as a rule base without files."""
    assert problems(Path("ruels")) == [
        "ruels: the folder cannot be read: No such file or directory"
    ]


@pytest.mark.usefixtures("folder")
def test_an_empty_folder():
    """Both files that every rule base has are named."""
    Path("empty").mkdir()

    assert problems(Path("empty")) == [
        "empty/anatomy.yaml: the file is missing from the rule base",
        "empty/vocabulary.yaml: the file is missing from the rule base",
    ]


def test_a_rule_base_without_a_guideline(folder: Path):
    """It could answer nothing."""
    (folder / "odg" / "blocks.yaml").unlink()

    assert problems(folder) == ["rules: the folder holds no guideline"]


@pytest.mark.parametrize("name", ["vocabulary", "anatomy"])
def test_a_needed_file_under_another_name(folder: Path, name: str):
    """The file that is probably meant is named."""
    (folder / f"{name}.yaml").rename(folder / f"{name}.yml")

    told = f"rules/{name}.yaml: the file is missing from the rule base (did you mean `{name}.yml`?)"
    assert problems(folder) == [told]


@pytest.mark.parametrize("suffix", [".yml", ".YAML", ".Yml"])
def test_no_spelling_of_the_suffix_is_skipped(folder: Path, suffix: str):
    """A guideline that is not read would be a criterion that is not asked."""
    (folder / "odg" / "blocks.yaml").rename(folder / "odg" / f"blocks{suffix}")

    assert list(load_rules(folder).guidelines) == ["odg/blocks"]


def test_two_files_with_one_id(folder: Path):
    """`.yml` beside `.yaml`: neither wins in silence."""
    shutil.copy(folder / "odg" / "blocks.yaml", folder / "odg" / "blocks.yml")

    assert problems(folder) == [
        "rules/odg/blocks.yml:2:5: `odg/blocks` is the id of rules/odg/blocks.yaml too"
    ]


def test_hidden_files_and_folders_are_no_rules(folder: Path):
    """Editors and systems leave such files behind."""
    (folder / "odg" / ".blocks.yaml").write_text("half a file")
    (folder / ".trash").mkdir()
    (folder / ".trash" / "old.yaml").write_text("half a file")

    assert list(load_rules(folder).guidelines) == ["odg/blocks"]


def test_a_folder_named_like_a_file(folder: Path):
    """It is told instead of skipped."""
    (folder / "odg" / "notes.yaml").mkdir()

    assert problems(folder) == [
        "rules/odg/notes.yaml: this is no file; give it a name that does not end in .yaml"
    ]


def test_a_pipe_named_like_a_file_is_not_waited_for(folder: Path):
    """Reading it would never end."""
    os.mkfifo(folder / "odg" / "pipe.yaml")

    assert problems(folder) == [
        "rules/odg/pipe.yaml: this is no file; give it a name that does not end in .yaml"
    ]


def test_a_link_to_nowhere(folder: Path):
    """It is told instead of skipped."""
    (folder / "odg" / "gone.yaml").symlink_to("nowhere.yaml")

    assert problems(folder) == ["rules/odg/gone.yaml: cannot be read: No such file or directory"]


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """It is told instead of skipped."""
    real = Path.open

    def guarded(path: Path, *arguments: str):
        if path.name == "blocks.yaml":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments)

    monkeypatch.setattr(Path, "open", guarded)

    assert "rules/odg/blocks.yaml: cannot be read: Permission denied" in problems(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(folder: Path):
    """It is told instead of skipped."""
    (folder / "odg").chmod(0)

    assert "rules/odg: the folder cannot be read: Permission denied" in problems(folder)


def test_a_file_name_that_is_no_text(folder: Path):
    """The message can be printed whatever the name is made of."""
    name = os.fsdecode(b"caf\xe9.yaml")
    (folder / "odg" / name).write_text("id: odg/cafe\n")

    assert problems(folder) == [
        r"rules/odg/caf\xe9.yaml: the name of the file holds characters that cannot be shown; rename it"
    ]


# Ways to save a file ---------------------------------------------------------------------------------

CASE = """\
case: invented
record: closed
facts:
  nsaids: {0}
requests:
  - {{id: 1, procedure: medial_branch_block}}
"""


def read_bytes(data: bytes, rules: RuleBase) -> Case:
    return parse_case("case.yaml", data, rules)


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_nothing(small_rules: RuleBase, ends: str, mark: str):
    """A file saved on Windows is the same file."""
    text = CASE.format("failed")

    assert read_bytes((mark + text.replace("\n", ends)).encode(), small_rules) == read_bytes(
        text.encode(), small_rules
    )


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_places_are_right_whatever_the_line_ends(small_rules: RuleBase, ends: str):
    """Line and column are those that the author's editor shows."""
    text = "\ufeff" + CASE.format("faild").replace("\n", ends)

    with pytest.raises(CaseError) as caught:
        read_bytes(text.encode(), small_rules)

    (problem,) = caught.value.problems
    assert (str(problem.place), problem.source_line) == ("case.yaml:4:11", "  nsaids: faild")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (CASE.encode("utf-16"), "case.yaml: the file is saved as UTF-16; save it as UTF-8"),
        (
            CASE.encode("utf-16-le"),
            "case.yaml:1:2: a character that cannot be seen (U+0000); delete it",
        ),
        (
            "case: café\nabout: fiancée\n".encode("latin-1"),
            "case.yaml:1:10: the file is not saved as UTF-8; save it as UTF-8",
        ),
        (
            "case: café\nabout: ".encode() + b"fianc\xe9e\n",
            "case.yaml:2:13: the file is not saved as UTF-8; save it as UTF-8",
        ),
        (b"\xff\xfe\xff", "case.yaml: the file is saved as UTF-16; save it as UTF-8"),
        (
            b"case: a\nabout: b\x00c\n",
            "case.yaml:2:9: a character that cannot be seen (U+0000); delete it",
        ),
        (
            b"case: \x1b[2Ja\n",
            "case.yaml:1:7: a character that cannot be seen (U+001B); delete it",
        ),
        (
            "case: a\u2028record: closed\n".encode(),
            "case.yaml:1:8: a character that cannot be seen (U+2028); delete it",
        ),
    ],
)
def test_a_file_that_is_no_plain_text(small_rules: RuleBase, data: bytes, message: str):
    """The message says how to save it, or which character to delete."""
    with pytest.raises(CaseError) as caught:
        read_bytes(data, small_rules)

    assert str(caught.value).splitlines()[0] == message


def test_nothing_in_a_message_disturbs_the_terminal(small_rules: RuleBase):
    """A line of the file is shown without what would move the cursor or change colours."""
    with pytest.raises(CaseError) as caught:
        read_bytes(b"case: a\nabout: \x1b[2J\x07\x9b\n\tx: 1\n", small_rules)

    assert str(caught.value).replace("\n", "").isprintable()


# Arguments -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "nsaids",
            "--set nsaids: write one fact, `=` and its value, as in iv_sedation_planned=no",
        ),
        (
            "nsaid=failed",
            "--set nsaid=failed: unknown fact `nsaid` (did you mean `nsaids`?)",
        ),
        ("nsaids=[a]", "--set nsaids=[a]: a list is not one of `failed`, `helped`, `not_done`"),
        (
            "targets=L4-5",
            "--set targets=L4-5: expected a list such as [L4-5]; an empty list [] says that there are none",
        ),
        (
            "targets=[L4-5",
            "--set targets=[L4-5: the list that opens here is not closed, or lacks a comma",
        ),
        (
            "nsaids=\udcff",
            r"--set nsaids=\udcff: `\udcff` is not one of `failed`, `helped`, `not_done`",
        ),
    ],
)
def test_a_setting_that_cannot_be_read(small_rules: RuleBase, setting: str, message: str):
    """The argument stands in the place of the file."""
    with pytest.raises(CaseError) as caught:
        parse_settings([setting], small_rules)

    assert str(caught.value) == message


# The errors themselves -------------------------------------------------------------------------------


def test_an_error_keeps_its_problems_on_its_way_between_processes():
    """Files are read in several processes at once."""
    error = CaseError(
        [Problem(Place("case.yaml", 2, 1), "wrong", "x"), Problem(Place("a.yaml"), "no")]
    )

    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_problems_are_sorted_and_told_once():
    """The same problem found twice is one problem."""
    late, early = Problem(Place("b", 2, 1), "late"), Problem(Place("a", 10, 1), "early")

    assert InputError([late, early, late]).problems == (early, late)


def test_a_long_line_is_shown_around_its_place():
    """The caret stays on the screen, and `…` says where the line goes on."""
    problem = Problem(Place("a.yaml", 1, 201), "here", "x" * 200 + "!" + "y" * 200)

    _, shown, caret = str(problem).splitlines()

    assert shown[caret.index("^")] == "!"
    assert len(shown) == len("    1 | ") + 120
    assert shown[8], shown[-1] == ("…", "…")


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("lumber", ["lumbar", "cervical"], " (did you mean `lumbar`?)"),
        ("LUMBAR", ["lumbar", "cervical"], " (did you mean `lumbar`?)"),
        ("sacral", ["lumbar", "thoracic"], ""),
        (3, ["3"], ""),
        ("lumbar" * 1000, ["lumbar"], ""),
    ],
)
def test_a_hint_is_given_for_what_is_close(word: object, known: list[str], hint: str):
    """No hint is better than one that leads astray."""
    assert did_you_mean(word, known) == hint
