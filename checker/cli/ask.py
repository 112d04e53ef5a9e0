"""The interview of `check --ask`: one question after another, each answer saved before the next is asked.

Answers go into the case file itself, by a new file that takes its place at once, so that what is on the
disk is always either the case before an answer or the case after it. Questions stand on standard error,
results on standard output.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from checker.case import Case, load_case, parse_case
from checker.cli import common
from checker.cli.dialogue import as_yaml, choices, save, tell, typed
from checker.determination import Determination, Terms, determine_all
from checker.engine.agreed import Engine
from checker.errors import CaseError, EngineError, InputError, Place, Problem
from checker.fact import Conflicting, Documented, Fact
from checker.interview.asking import Asked, Interview
from checker.interview.saving import answered
from checker.wording import fact_words, plain
from checker.yamlfile import Path_

_KEYS = "s not in the record   ? why am I asked   b back   q save and stop"


@dataclass
class Conversation:
    """An interview about one case file."""

    path: Path
    engine: Engine
    terms: Terms
    everything: bool = False
    _undo: list[tuple[str, Asked]] = field(default_factory=list)
    _passed: set[tuple[str, ...]] = field(default_factory=set)

    def hold(self) -> None:
        """Ask until all is decided, or until the person stops; what was answered is in the file.

        Raises:
            CaseError: if the file cannot be read or written.
        """
        _check_writable(self.path)
        case = load_case(self.path, self.engine.rules)
        while question := self._next(case):
            determination, asked, left = question
            number = 1 + len(self._undo)
            self._ask(determination, asked, number, left)
            reply = self._reply(asked, determination)
            if reply == "stop":
                tell(f"stopped; the answers are in {self.path}")
                return
            going_back = reply == "back"
            case = self._back(case) if going_back else self._save(case, determination, asked, reply)
        if not self._undo:
            tell("nothing to ask: " + _standing(self._decide(case)))

    # Questions ----------------------------------------------------------------------------------------

    def _decide(self, case: Case) -> list[Determination]:
        return determine_all(case, self.engine, self.terms)

    def _next(self, case: Case) -> tuple[Determination, Asked, int] | None:
        for one in self._decide(case):
            if one.outcome != "open" and not self.everything:
                continue
            interview = Interview(one, self.engine.rules, self.terms.reading, self.everything)
            if asked := interview.next(partial(self._is_passed, one)):
                return one, asked, interview.most()
        return None

    def _is_passed(self, determination: Determination, asked: Asked) -> bool:
        return self._key(determination, asked) in self._passed

    def _key(self, determination: Determination, asked: Asked) -> tuple[str, ...]:
        of_request = asked.spec.kind == "request" and not asked.of
        ids = tuple(one.id for one in determination.requests) if of_request else ()
        return (*map(str, asked.cell), *ids)

    def _ask(self, determination: Determination, asked: Asked, number: int, left: int) -> None:
        spec = asked.spec
        if number == 1:
            tell(
                f"{determination.case.name}: {left} {'fact' if left == 1 else 'facts'} open, at most; {_KEYS}"
            )
        tell("")
        advice = "" if asked.decides else " (advice only)"
        place = f"Record {(asked.record or 0) + 1} of {plain(asked.of)}: " if asked.of else ""
        tell(f"{number}  {place}{spec.ask}{advice}")
        if spec.where:
            tell(f"   look in: {spec.where}")
        fact = _fact_at(determination, asked)
        if isinstance(fact, Conflicting):
            tell(f"   the chart says: {fact_words(fact, self.engine.rules.anatomy)}")
        for line in choices(spec):
            tell(f"   {line}")

    def _reply(self, asked: Asked, determination: Determination) -> str:
        """What to write for the answer, as YAML; or `stop` or `back`."""
        while True:
            line = typed()
            match line.strip():
                case "q":
                    return "stop"
                case "b":
                    return "back"
                case "?":
                    self._explain(asked, determination)
                    continue
                case "":
                    tell("   nothing was typed; q saves and stops")
                    continue
                case "s":
                    return "not documented"
                case _:
                    pass
            try:
                return as_yaml(
                    line.strip(),
                    asked.spec,
                    self.engine.rules.vocabulary,
                    in_record=bool(asked.of),
                )
            except InputError as error:
                for problem in error.problems:
                    tell(f"   {problem.message}")

    def _explain(self, asked: Asked, determination: Determination) -> None:
        guideline = determination.guideline
        criteria = {one.criterion.id: one.criterion for one in determination.judged}
        for one in asked.settles:
            tell(f"   settles {one}: {criteria[one].says}")
            if guideline:
                tell(f"     source: {guideline.citation(criteria[one])}")
        if not asked.settles:
            tell(f"   {determination.reason}")
        if asked.spec.counts:
            tell(f"   counts: {asked.spec.counts}")
        if asked.spec.does_not_count:
            tell(f"   does not count: {asked.spec.does_not_count}")

    # Answers ------------------------------------------------------------------------------------------

    def _save(self, case: Case, determination: Determination, asked: Asked, written: str) -> Case:
        """The case with an answer, once it is in the file; the same case where the answer does not fit."""
        before = _text(self.path)
        after = before
        value = _settling(written, _fact_at(determination, asked), self.engine)
        for path in _paths(case, determination, asked):
            after = answered(after, path, value)
        try:
            changed = parse_case(str(self.path), after.encode(), self.engine.rules)
            _check(self.path, changed, case, asked)
            now = self._decide(changed)
        except (InputError, EngineError) as error:
            for line in _messages(error):
                tell(f"   {line}")
            return case
        save(self.path, after)
        self._undo.append((before, asked))
        if written == "not documented":
            self._passed.add(self._key(determination, asked))
        for line in _news(determination, now):
            tell(f"   {line}")
        return changed

    def _back(self, case: Case) -> Case:
        """The case before the latest answer."""
        if not self._undo:
            tell("   this is the first question")
            return case
        text, asked = self._undo.pop()
        save(self.path, text)
        self._passed = {
            one for one in self._passed if one[: len(asked.cell)] != tuple(map(str, asked.cell))
        }
        return load_case(self.path, self.engine.rules)


def _check(path: Path, changed: Case, case: Case, asked: Asked) -> None:
    """Nothing but the fact that was asked about may have changed in the file."""
    name = asked.of or asked.spec.name
    others = {one: fact for one, fact in changed.facts.items() if one != name}
    same = others == {one: fact for one, fact in case.facts.items() if one != name}
    requests = zip(changed.requests, case.requests, strict=True)
    if not same or not all(_without(one, name) == _without(other, name) for one, other in requests):
        message = f"the file is laid out so that `{name}` cannot be added; write it there yourself"
        raise CaseError([Problem(Place(str(path)), message)])


def _messages(error: InputError | EngineError) -> Iterator[str]:
    if isinstance(error, InputError):
        yield from (one.message for one in error.problems)
    else:
        yield str(error)


def _without(request: Any, name: str) -> Any:
    return (
        request.id,
        request.item,
        {one: fact for one, fact in request.facts.items() if one != name},
    )


def _fact_at(determination: Determination, asked: Asked) -> Fact | None:
    chart = determination.procedure.chart
    if not asked.of:
        return chart.get(asked.spec.name)
    records = chart[asked.of]
    value: Any = records.value if isinstance(records, Documented) else ()
    fact: Fact = value[asked.record or 0][asked.spec.name]
    return fact


def _paths(case: Case, determination: Determination, asked: Asked) -> Iterator[Path_]:
    """Where an answer is written: a fact of the request in each of its requests, any other among the facts."""
    name = asked.spec.name
    if asked.of:
        yield ("facts", asked.of, asked.record or 0, name)
    elif asked.spec.kind == "request" and name not in case.facts:
        mine = {one.id for one in determination.requests}
        yield from (
            ("requests", index, name) for index, one in enumerate(case.requests) if one.id in mine
        )
    else:
        yield ("facts", name)


def _settling(written: str, fact: Fact | None, engine: Engine) -> str:
    """A value chosen from a conflict keeps a note of the other ones."""
    if not isinstance(fact, Conflicting):
        return written
    said = fact_words(fact, engine.rules.anatomy).replace('"', "'")
    return f'{{value: {written}, note: "The chart was {said}."}}'


def _news(before: Determination, now: Iterable[Determination]) -> Iterator[str]:
    """What an answer has changed: statuses, and the outcome."""
    was = {one.criterion.id: one.status for one in before.judged}
    ids = [one.id for one in before.requests]
    for one in now:
        if [each.id for each in one.requests] != ids:
            continue
        if one.guideline is before.guideline:
            for judged in one.judged:
                if judged.status != was[judged.criterion.id]:
                    yield f"{judged.criterion.id}: {judged.status}"
        elif one.guideline and before.guideline is None:
            yield f"under {one.guideline.title} ({one.guideline.id})"


def _standing(answers: Iterable[Determination]) -> str:
    return ", ".join(one.outcome for one in answers)


# The file --------------------------------------------------------------------------------------------


def _check_writable(path: Path) -> None:
    if not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK):
        message = "answers are saved into the case file, and it cannot be written; copy it first"
        if path.exists():
            raise CaseError([Problem(Place(str(path)), message)])


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as stream:
        return stream.read()


def single_file(files: Sequence[str]) -> Path:
    """The one case file that an interview is about.

    Raises:
        CaseError: if there are several, or it is standard input.
    """
    if len(files) != 1 or files[0] == common.STANDARD_INPUT:
        message = "`--ask` asks about one case file, into which the answers are saved"
        raise CaseError([Problem(Place("--ask"), message)])
    return Path(files[0])
