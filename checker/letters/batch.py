"""Many letters to draft cases: on several processes, one file for each letter, resumable.

A draft is written whole or not at all. One that was read from the same file by the same rules stays as it is;
when either has changed the letter is read again, and what a person has confirmed in the draft is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from checker.case import Case, Request, load_case
from checker.casefile import case_text
from checker.charting import Facts
from checker.errors import CaseError, InputError, Place, Problem, shown_path
from checker.fact import Conflicting, Documented, Fact, has_conflict, unconfirmed
from checker.letters.draft import LetterReader
from checker.rulebase import load_rules
from checker.wholefile import write_whole

SUFFIX = ".yaml"
_HEAD = (
    "Read from a determination letter and not confirmed: each fact says where it stands.",
    "Confirm or correct it with `checker extract --review` and the name of this file.",
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of one file: its drafts and what they hold, or why it could not be read.

    `kept` are drafts that were up to date already. Facts, conflicts and silences are counted over all drafts.
    """

    file: str
    written: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    items: int = 0
    facts: int = 0
    conflicts: int = 0
    confirmed: int = 0
    warnings: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What every process needs to know: where the rules are and where drafts go."""

    rules: Path
    folder: Path


def extract_all(files: Sequence[Path], job: Job, processes: int) -> Iterator[Extracted]:
    """Each file's outcome as soon as it is known; in this process where one is enough."""
    if processes < 2 or len(files) < 2:
        reader = _reader(job.rules)
        yield from (extract(file, job.folder, reader) for file in files)
        return
    waiting = list(files)
    while waiting:
        done: set[str] = set()
        for one in _in_pool(waiting, job, processes):
            done.add(one.file)
            yield one
        waiting = [file for file in waiting if str(file) not in done]
        for file in waiting[:processes]:
            yield next(_in_pool([file], job, 1), _broken(file))
        waiting = waiting[processes:]


def extract(file: Path, folder: Path, reader: LetterReader) -> Extracted:
    """Read one file and write its drafts; what cannot be read is said, not raised."""
    try:
        if kept := _up_to_date(file, folder, reader):
            return _told(file, kept, (), kept)
        cases = reader.cases(file)
        merged = [_with_confirmed(case, folder / f"{case.name}{SUFFIX}", reader) for case in cases]
        written = tuple(_write(case, folder) for case in merged)
    except InputError as error:
        return Extracted(str(file), failure=str(error))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Extracted(str(file), failure=f"{shown_path(file)}: cannot be written: {reason}")
    return _told(file, merged, written, ())


def _told(
    file: Path, cases: Sequence[Case], written: tuple[str, ...], kept: Sequence[Case]
) -> Extracted:
    facts = [fact for case in cases for fact in _all_facts(case)]
    known = [fact for fact in facts if isinstance(fact, Documented | Conflicting)]
    return Extracted(
        file=str(file),
        written=written,
        kept=tuple(one.file for one in kept),
        items=sum(len(case.requests) for case in cases),
        facts=len(known),
        conflicts=sum(has_conflict(fact) for fact in known),
        confirmed=sum(not unconfirmed(fact) for fact in facts),
        warnings=tuple(one.letter.note for one in cases if one.letter and one.letter.note),
    )


def _all_facts(case: Case) -> Iterator[Fact]:
    yield from case.facts.values()
    for request in case.requests:
        yield from request.facts.values()


# What is there already ------------------------------------------------------------------------------


def _up_to_date(file: Path, folder: Path, reader: LetterReader) -> tuple[Case, ...]:
    """The draft of a file that holds one letter, if nothing has changed since; else nothing."""
    draft = folder / f"{file.stem}{SUFFIX}"
    if not draft.is_file():
        return ()
    case = load_case(draft, reader.rules)
    read = case.letter.read if case.letter else None
    if read is None or read.rules != reader.rules.digest:
        return ()
    same = read.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    return (case,) if same else ()


def _with_confirmed(case: Case, draft: Path, reader: LetterReader) -> Case:
    """A case read anew, with what a person has confirmed in the draft that is there.

    Raises:
        CaseError: if the draft does not load, or is something else than a draft of this letter.
    """
    if not draft.is_file():
        return case
    old = load_case(draft, reader.rules)
    read, now = (one.letter.read if one.letter else None for one in (old, case))
    if read is None or now is None or read.file != now.file:
        message = "this file is there already and is no draft of the letter; move one of them"
        raise CaseError([Problem(Place(shown_path(draft)), message)])
    decided = {one.id: one for one in old.requests}
    requests = tuple(_request(one, decided.get(one.id)) for one in case.requests)
    return replace(case, facts={**case.facts, **_confirmed(old.facts)}, requests=requests)


def _request(read: Request, old: Request | None) -> Request:
    if old is None:
        return read
    evidence = old.decision.evidence if old.decision else None
    kept = old.decision if evidence and evidence.confirmed else read.decision
    return replace(read, facts={**read.facts, **_confirmed(old.facts)}, decision=kept)


def _confirmed(facts: Facts) -> Facts:
    return {name: fact for name, fact in facts.items() if not unconfirmed(fact)}


def _write(case: Case, folder: Path) -> str:
    draft = folder / f"{case.name}{SUFFIX}"
    write_whole(draft, case_text(case, _HEAD))
    return str(draft)


# Processes -------------------------------------------------------------------------------------------

_START = "spawn"
"""How processes begin: afresh, since a copy of one that draws a progress bar could wait for ever."""


@cache
def _reader(rules: Path) -> LetterReader:
    """The reader of this process, loaded once."""
    return LetterReader.load(load_rules(rules))


def _extract_there(file: Path, job: Job) -> Extracted:
    return extract(file, job.folder, _reader(job.rules))


def _in_pool(files: Sequence[Path], job: Job, processes: int) -> Iterator[Extracted]:
    """The outcomes that come before a process dies; all of them where none does."""
    with ProcessPoolExecutor(min(processes, len(files)), get_context(_START)) as pool:
        running = [pool.submit(_extract_there, file, job) for file in files]
        try:
            for one in as_completed(running):
                yield one.result()
        except BrokenProcessPool:
            return
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _broken(file: Path) -> Extracted:
    return Extracted(str(file), failure=f"{shown_path(file)}: reading it ended the process")
