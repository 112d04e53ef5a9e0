"""Whole files: findings whole or not at all, the same however they are made, and counts that add up."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from benchmarks.corpus import Corpus
from benchmarks.reference import digest_of
from checker.audit import bulk
from checker.audit.batches import BatchChecker
from checker.audit.bulk import Task, check_file, metadata_of
from checker.audit.comparison import compare
from checker.audit.counting import Counting, Counts
from checker.audit.figures import summarize
from checker.audit.tables import case_of_row, cases_to_table
from checker.audit.tally import Tally, tally
from checker.case import load_case
from checker.cli import app
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.errors import CaseError, RuleError

ROOT = Path(__file__).parents[2]
LETTERS = sorted((ROOT / "cases" / "imr").glob("*.yaml"))


@pytest.fixture(scope="module")
def checker(rules) -> BatchChecker:
    """The shipped rules, read as written."""
    return BatchChecker(rules, Terms())


@pytest.fixture(scope="module")
def table(rules) -> pa.Table:
    """Made-up cases."""
    return Corpus(rules).table(300, seed=3)


@pytest.fixture
def folder(tmp_path, table) -> Path:
    """Three tables, one of them in a folder of its own."""
    given = tmp_path / "tables"
    (given / "deeper").mkdir(parents=True)
    for number, name in enumerate(("a.parquet", "b.parquet", "deeper/c.parquet")):
        pq.write_table(table.slice(100 * number, 100), given / name)
    return given


def run(*arguments, code=0):
    """`checker audit` with these arguments, in this process unless they say otherwise."""
    jobs = [] if "--jobs" in arguments else ["--jobs", "1"]
    command = ["audit", *map(str, arguments), *jobs]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def refused(*arguments) -> str:
    """The message with which a command ends."""
    with pytest.raises(CaseError) as caught:
        CliRunner().invoke(app, ["audit", *map(str, arguments)], catch_exceptions=False)
    return str(caught.value)


def in_folder(folder: Path) -> set[str]:
    """Every file below a folder."""
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


def test_a_folder_gives_one_file_of_findings_for_each_table(folder, tmp_path, checker):
    """In the same places, whatever the number of processes, with the same digest."""
    run(folder, "-o", tmp_path / "alone", "--jobs", "1")
    run(folder, "-o", tmp_path / "pool", "--jobs", "2")

    names = sorted(in_folder(tmp_path / "alone"))
    digests = [
        digest_of([tmp_path / where / one for one in names], checker.schema)
        for where in ("alone", "pool")
    ]
    assert names == ["a.parquet", "b.parquet", "deeper/c.parquet"]
    assert sorted(in_folder(tmp_path / "pool")) == names
    assert digests[0] == digests[1]


def test_findings_are_made_once_and_again_when_anything_changes(folder, tmp_path, table):
    """The input, the terms and the rules are in their metadata."""
    out = tmp_path / "out"

    def reused(*options):
        result = run(folder, "-o", out, "--format", "json", *options)
        return [one["reused"] for one in json.loads(result.stdout)["files"]]

    assert reused() == [False, False, False]
    assert reused() == [True, True, True]
    pq.write_table(table.slice(0, 50), folder / "b.parquet")
    assert reused() == [True, False, True]
    assert reused("--reading", "strict") == [False, False, False]
    told = metadata_of(out / "a.parquet")
    assert told is not None
    assert (told["reading"], told["counts"]["rows"]) == ("strict", 100)


def test_counts_are_the_same_when_they_are_read_again(folder, tmp_path):
    """A resumed run reports what the first one did."""
    first = json.loads(run(folder, "-o", tmp_path / "o", "--format", "json").stdout)["counts"]
    again = json.loads(run(folder, "-o", tmp_path / "o", "--format", "json").stdout)["counts"]

    assert first == again
    assert Counts.of_plain(first).plain() == first


def test_one_bad_file_stops_no_other(folder, tmp_path):
    """It is told, leaves nothing, and the exit code says so."""
    whole = (folder / "b.parquet").read_bytes()
    (folder / "b.parquet").write_bytes(whole[: len(whole) // 2])

    result = run(folder, "-o", tmp_path / "out", code=2)

    assert "b.parquet: cannot be read: no whole Parquet file" in result.stderr
    assert in_folder(tmp_path / "out") == {"a.parquet", "deeper/c.parquet"}


def test_a_mistake_in_the_last_batch_leaves_nothing(tmp_path, table, checker, monkeypatch):
    """Batches before it were written to a file that is no more."""
    monkeypatch.setattr(bulk, "BATCH_ROWS", 100)
    wrong = table.to_pylist()
    wrong[250]["intent"] = "diagnosic"
    given = tmp_path / "wrong.parquet"
    pq.write_table(pa.Table.from_pylist(wrong, checker.engine.reader.schema), given)

    with pytest.raises(CaseError, match=r"wrong.parquet: `intent`: `diagnosic` .*in row 251"):
        check_file(given, tmp_path / "out" / "wrong.parquet", checker)

    assert in_folder(tmp_path / "out") == set()


def test_an_interrupted_run_leaves_nothing_half_and_goes_on(tmp_path, table, checker, monkeypatch):
    """What was there before stays until the new findings are whole."""
    given, target = tmp_path / "t.parquet", tmp_path / "out" / "t.parquet"
    pq.write_table(table, given)
    target.parent.mkdir()
    target.write_bytes(b"earlier")

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Counting, "finished", interrupt)
        with pytest.raises(KeyboardInterrupt):
            check_file(given, target, checker)

    assert in_folder(tmp_path / "out") == {"t.parquet"}
    assert target.read_bytes() == b"earlier"
    (tmp_path / "out" / ".t.parquet.part").write_bytes(b"left by a process that was killed")
    assert not check_file(given, target, checker).reused
    assert in_folder(tmp_path / "out") == {"t.parquet"}


def test_json_lines_give_the_findings_of_the_cases(tmp_path, rules, checker):
    """One case in each line, read as a case in YAML is; dates are texts."""
    rows = Corpus(rules).table(40, seed=9).to_pylist()
    lines = [json.dumps(_as_json(case_of_row(row, rules))) for row in rows]
    given = tmp_path / "cases.jsonl"
    given.write_text("\n".join([*lines[:20], "", *lines[20:]]), encoding="utf-8")
    pq.write_table(
        cases_to_table([case_of_row(one, rules) for one in rows], rules), tmp_path / "t.parquet"
    )

    check_file(given, tmp_path / "lines.parquet", checker)
    check_file(tmp_path / "t.parquet", tmp_path / "table.parquet", checker)

    found = [
        pq.read_table(tmp_path / one).to_pylist() for one in ("lines.parquet", "table.parquet")
    ]
    assert found[0] == found[1]


def _as_json(case):
    from checker.audit.tables import as_written

    def facts(given):
        return {name: as_written(fact) for name, fact in given.items()}

    return {
        "case": case.name,
        "record": case.record,
        "jurisdiction": case.jurisdiction,
        "letter": {
            "id": case.name,
            "ur_date": str(case.letter.ur_date) if case.letter.ur_date else None,
        },
        "facts": facts(case.facts),
        "requests": [
            {
                "id": one.id,
                **facts(one.facts),
                "decision": {
                    "outcome": one.decision.outcome,
                    "grounds": list(one.decision.grounds),
                    "basis": one.decision.basis,
                },
            }
            for one in case.requests
        ],
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"case": ', "lines.jsonl:2:10: no JSON"),
        ("[1]", "lines.jsonl:2:1: expected an object"),
        ('{"case": "c", "case": "d"}', "lines.jsonl:2:1: the key `case` stands here twice"),
        ('{"case": NaN}', "lines.jsonl:2:1: `NaN` is no number"),
        ("[" * 100_000, "lines.jsonl:2:1: nested deeper"),
        (
            '{"case": "c", "record": "shut", "requests": []}',
            "lines.jsonl:2:1: `shut` is not one of",
        ),
        (
            '{"case": "c", "record": "open", "facts": {"intet": 1}, "requests": [{"id": 1}]}',
            "unknown fact `intet` (did you mean `intent`?)",
        ),
    ],
    ids=["cut off", "list", "twice", "nan", "deep", "value", "fact"],
)
def test_a_bad_line_is_told_with_its_number(tmp_path, checker, line, message):
    """The file is refused as a whole, with the problems of all its lines."""
    given = tmp_path / "lines.jsonl"
    good = '{"case": "a", "record": "open", "requests": [{"id": 1}]}'
    given.write_text(f"{good}\n{line}\n", encoding="utf-8")

    with pytest.raises(CaseError) as caught:
        check_file(given, tmp_path / "out.parquet", checker)

    assert message in str(caught.value)
    assert not (tmp_path / "out.parquet").exists()


def test_findings_never_overwrite_a_table_nor_each_other(folder, tmp_path):
    """Such a run is refused before it begins."""
    assert "holds the tables; name another folder" in refused(folder, "-o", folder)
    itself = refused(folder / "a.parquet", "-o", folder / "a.parquet")
    assert "would overwrite the table itself" in itself
    (tmp_path / "a.parquet").write_bytes(b"")
    twice = refused(folder / "a.parquet", tmp_path / "a.parquet", "-o", tmp_path / "out")
    assert "would have the name of those of" in twice


def test_a_guideline_that_does_not_exist_is_told_before_anything_is_decided(folder, tmp_path):
    """Once, and not for every file."""
    with pytest.raises(RuleError, match="unknown guideline `odg/low-bak`"):
        run(folder, "-o", tmp_path / "out", "--guideline", "odg/low-bak")

    assert not (tmp_path / "out").exists()


def test_all_readings_at_once_are_for_cases(folder, tmp_path):
    """A table is read in one reading; three runs give three tables of findings."""
    said = refused(folder, "-o", tmp_path / "out", "--readings")

    assert "--readings: tables are counted and not shown item by item" in said


def test_where_findings_go_has_to_be_said(folder):
    """Nothing is written where nobody asked for it."""
    assert "say with `-o` where the findings go" in refused(folder)


def test_a_folder_without_tables_is_told(tmp_path):
    """Rather than no findings at all."""
    assert "the folder holds no case (.yaml) and no letter (.pdf, .txt)" in refused(
        tmp_path, "-o", tmp_path / "out"
    )


def test_findings_below_the_tables_are_not_taken_for_tables(folder):
    """A second run over the same folder finds the same three."""
    run(folder, "-o", folder / "findings")

    result = run(folder, "-o", folder / "findings")

    assert "3 tables, 300 rows (3 of them decided before)" in result.stdout


def test_without_the_extra_the_way_out_is_told(monkeypatch):
    """The extra, and the way without it."""
    import builtins

    whole = builtins.__import__

    def without(name, *rest):
        if name == "pyarrow":
            raise ImportError(name="pyarrow")
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)

    said = bulk.missing_extra()

    assert said is not None
    assert "pip install 'guideline-checker[bulk]'" in said
    assert "YAML" in said


def test_the_counts_of_the_letters_are_those_of_the_audit(rules, checker):
    """Agreement, items and letters, counted one by one and counted from columns."""
    cases = [load_case(path, rules) for path in LETTERS]
    engine = Engine(rules, unavailable="the written semantics are compared here")
    compared = [
        one
        for case in cases
        for answer in determine(case, engine, Terms())
        for one in compare(answer, rules)
    ]
    counting = Counting(checker)
    for batch in cases_to_table(cases, rules).to_batches(max_chunksize=3):
        counting.count(checker.decide(batch))

    counted = Tally.of_plain(counting.finished().plain()["tally"])

    assert counted == tally(compared)
    assert summarize(counted).letters == len(cases)


def test_every_count_is_that_of_the_items_one_by_one(rules, checker, table):
    """Criteria, sole reasons and named grounds, against a count of the determinations."""
    engine = Engine(rules, unavailable="the written semantics are compared here")
    some = table.slice(0, 120)
    criteria, sole, named = (
        Counts().tables["criteria"],
        Counts().tables["sole"],
        Counts().tables["named"],
    )
    for row in some.to_pylist():
        case = case_of_row(row, rules)
        for answer in determine(case, engine, Terms()):
            for one in compare(answer, rules):
                if not answer.guideline:
                    if answer.outcome == "open":
                        for ground in set(one.decision.grounds):
                            named["", ground, "no criterion", one.decision.outcome] += 1
                    continue
                statuses = {each.criterion.id: each.status for each in answer.judged}
                name, outcome = answer.guideline.id, one.decision.outcome
                criteria.update((name, *pair, outcome) for pair in statuses.items())
                if len(answer.against) == 1:
                    sole[name, answer.against[0].criterion.id, outcome] += 1
                for ground in set(one.decision.grounds):
                    named[name, ground, statuses.get(ground, "no criterion"), outcome] += 1
    counting = Counting(checker)
    for batch in some.to_batches(max_chunksize=50):
        counting.count(checker.decide(batch))

    counts = counting.finished()

    assert counts.tables["criteria"] == criteria
    assert counts.tables["sole"] == sole
    assert counts.tables["named"] == named


def test_counts_add_up_over_the_parts_of_a_corpus(table, checker):
    """Any cut between letters gives the same sum."""

    def counted(part):
        counting = Counting(checker)
        for batch in part.to_batches(max_chunksize=64):
            counting.count(checker.decide(batch))
        return counting.finished()

    total = Counts()
    for start in (0, 90, 200):
        end = {0: 90, 90: 200, 200: 300}[start]
        total.add(counted(table.slice(start, end - start)))

    assert total.plain() == counted(table).plain()


def test_other_rules_than_those_asked_for_are_refused(tmp_path, table):
    """A worker with another copy of the rules decides nothing."""
    given = tmp_path / "t.parquet"
    pq.write_table(table, given)

    report = Task(ROOT / "rules", Terms(), digest="another").run(given, tmp_path / "o.parquet")

    assert report.counts is None
    assert "these are not the rules of the one who asks" in str(report.problem)
