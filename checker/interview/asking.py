"""Which fact to ask next: one whose answer can still change what is open.

What decides comes before advice, a criterion that was begun before a new one, and then what may settle
most. A fact that is asked only after another comes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TypeAlias

from checker.charting import Facts, complete, too_many_conflicts, worlds
from checker.condition import evaluate, facts_in
from checker.determination import Determination, Judged, Outcome, is_to_ask, outcome_of_statuses
from checker.engine.written import Reading, names_in, status_of
from checker.errors import EngineError
from checker.fact import NOT_ASKED, NOT_DOCUMENTED, Documented, Fact, NotAsked, Value
from checker.flip.choices import Cell, Choices
from checker.flip.search import Favoured, chain_of_names, smaller
from checker.guideline import Status
from checker.rulebase import RuleBase
from checker.vocabulary import FactSpec, ListOf, Vocabulary

MOST_COMPLETIONS = 60
"""In so many ways the other open facts of a criterion are answered, to see whether one can matter.

Where there are more, what a criterion hangs on is taken to matter.
"""

Answers: TypeAlias = "Mapping[Cell, Fact]"


@dataclass(frozen=True)
class Asked:
    """A question: a fact, or a field of a record on file, and the criteria that an answer may settle.

    `of` and `record` (from 0) tell the record. `decides` is false where all of them are advice.
    """

    spec: FactSpec
    settles: tuple[str, ...]
    decides: bool = True
    of: str | None = None
    record: int | None = None

    @property
    def cell(self) -> Cell:
        """Where the answer belongs."""
        return (self.of, self.record or 0, self.spec.name) if self.of else (self.spec.name,)


@dataclass(frozen=True)
class Interview:
    """The questions about one determination; with `everything`, those that only advice hangs on as well."""

    determination: Determination
    rules: RuleBase
    reading: Reading
    everything: bool = False
    _kept: dict[str, Vocabulary] = field(default_factory=dict, repr=False, compare=False)

    def questions(self) -> list[Asked]:
        """What to ask, the next one first; never what cannot change anything."""
        return list(self._worthwhile()) or [self._asked(cell, ids) for cell, ids in self._open()]

    def next(self, passed: Callable[[Asked], bool] = lambda _: False) -> Asked | None:
        """The next question, without those that are passed over; None where there is no more to ask."""
        every = (self._asked(cell, ids) for cell, ids in self._open())
        found = next((one for one in self._worthwhile() if not passed(one)), None)
        return found or next((one for one in every if not passed(one)), None)

    def most(self) -> int:
        """How many questions are open at most."""
        return len(self._open())

    def _worthwhile(self) -> Iterator[Asked]:
        criteria = {one.criterion.id: one for one in self.determination.judged}
        for cell, ids in self._open():
            settled = [one for one in ids if self._matters(cell, criteria[one])]
            if settled or not ids:
                yield self._asked(cell, settled)

    def _open(self) -> list[tuple[Cell, list[str]]]:
        """The places where an answer may come, in order, each with the criteria that hang on it."""
        determination = self.determination
        if determination.guideline is None:
            return [((one.spec.name,), []) for one in determination.questions]
        criteria = {one.criterion.id: one for one in determination.judged}
        gathered: dict[Cell, list[str]] = {}
        for judged in determination.judged:
            if judged.status == "to answer" and (judged.criterion.decides or self.everything):
                for cell in self._open_places(judged):
                    ids = gathered.setdefault(cell, [])
                    ids += [judged.criterion.id] if judged.criterion.id not in ids else []
        return sorted(
            gathered.items(), key=lambda found: self._order([criteria[one] for one in found[1]])
        )

    def outcome_after(self, asked: Asked, value: Value | None) -> Outcome:
        """The outcome once a question is answered with a value, or None for *not in the record*."""
        answer = NOT_DOCUMENTED if value is None else Documented(value, asked.spec.at_best)
        judged = [one for one in self.determination.judged if one.criterion.decides]
        return outcome_of_statuses(
            [
                self._status(one, {asked.cell: answer})
                if one.criterion.id in asked.settles
                else one.status
                for one in judged
            ]
        )

    # Order --------------------------------------------------------------------------------------------

    def _order(self, settled: Sequence[Judged]) -> tuple[bool, bool, int, int]:
        deciding = [one for one in settled if one.criterion.decides]
        begun = any(self._begun(one) for one in deciding or settled)
        position = min(self.determination.judged.index(one) for one in settled)
        return not deciding, not begun, -len(deciding or settled), position

    def _begun(self, judged: Judged) -> bool:
        """Whether something of the chart is answered that a criterion looks at."""
        facts = self.rules.vocabulary.facts
        stated = self.determination.procedure.stated
        return any(
            name in stated
            and name in facts
            and facts[name].kind != "request"
            and not isinstance(stated[name], NotAsked)
            for name in names_in(judged.criterion)
        )

    # Places -------------------------------------------------------------------------------------------

    def _asked(self, cell: Cell, ids: Iterable[str]) -> Asked:
        decides = {one.criterion.id: one.criterion.decides for one in self.determination.judged}
        settles = tuple(ids)
        spec = self._choices(self.rules.vocabulary).spec(cell)
        deciding = not settles or any(decides[one] for one in settles)
        if len(cell) == 1:
            return Asked(spec, settles, deciding)
        return Asked(spec, settles, deciding, str(cell[0]), int(cell[1]))

    def _open_places(self, judged: Judged) -> Iterator[Cell]:
        facts = self.rules.vocabulary.facts
        for finding in judged.findings:
            if is_to_ask(finding.fact, judged.criterion, self.determination.case.record):
                spec = facts[finding.name]
                name = spec.joints_of or finding.name
                before = list(self._guarding(name, {name}))
                if before:
                    yield from ((one,) for one in before)
                elif isinstance(spec.type, ListOf) and isinstance(finding.fact, Documented):
                    yield from self._open_fields(name, spec.type, finding.fact, judged)
                else:
                    yield (name,)

    def _open_fields(
        self, name: str, kind: ListOf, fact: Documented, judged: Judged
    ) -> Iterator[Cell]:
        looked_at = names_in(judged.criterion)
        records = fact.value if isinstance(fact.value, tuple) else ()
        for number, record in enumerate(records):
            for one, spec in kind.fields.items():
                known = record[one] if isinstance(record, Mapping) else NOT_DOCUMENTED
                if one in looked_at and is_to_ask(
                    known, judged.criterion, self.determination.case.record
                ):
                    yield (name, number, spec.joints_of or one)

    def _guarding(self, name: str, seen: set[str]) -> Iterator[str]:
        """The facts to ask first, because only their answer tells whether this one is asked at all."""
        guard = self.rules.vocabulary.guards.get(name)
        chart = self.determination.procedure.chart
        if guard is None:
            return
        named = {one: chart[one] for one in facts_in(guard) if one in chart}
        if too_many_conflicts(named) or all(
            evaluate(guard, way).least == 2 for way in worlds(chart, named)
        ):
            return
        for one in named:
            source = self.rules.vocabulary.facts[one].joints_of or one
            if isinstance(chart[one], NotAsked) and source not in seen:
                seen.add(source)
                yield from list(self._guarding(source, seen)) or [source]

    # Whether an answer can change anything ------------------------------------------------------------

    def _matters(self, cell: Cell, judged: Judged) -> bool:
        """Whether two answers can lead to different statuses, for some answers to what else is open."""
        vocabulary = self._vocabulary(judged)
        if cell[0] not in vocabulary.facts:
            return True
        choices = self._choices(vocabulary, judged)
        own = self._replies(choices, cell)
        if len({self._status(judged, {cell: one}) for one in own} | {judged.status}) > 1:
            return True
        others = [one for one in dict.fromkeys(self._open_places(judged)) if one != cell]
        replies = [self._replies(choices, one) for one in others]
        if prod(map(len, replies)) > MOST_COMPLETIONS:
            return True
        for way in product(*replies):
            answers = dict(zip(others, way, strict=True))
            if len({self._status(judged, {**answers, cell: one}) for one in own}) > 1:
                return True
        return False

    def _replies(self, choices: Choices, cell: Cell) -> list[Fact]:
        """One answer of each kind that a condition can tell apart, and silence."""
        values = [one.value for one in choices.of(cell, NOT_ASKED)]
        return [*(Documented(value) for value in values), NOT_DOCUMENTED]

    def _choices(self, vocabulary: Vocabulary, judged: Judged | None = None) -> Choices:
        conditions = [*judged.criterion.conditions, *vocabulary.guards.values()] if judged else []
        chart = self.determination.procedure.chart
        return Choices(vocabulary, "lenient", chart, conditions)

    def _vocabulary(self, judged: Judged) -> Vocabulary:
        """What one criterion has to do with, because a chart is completed for every answer that is tried."""
        if judged.criterion.id not in self._kept:
            names = set(chain_of_names(self.rules.vocabulary, [Favoured(judged.criterion)]))
            self._kept[judged.criterion.id] = smaller(self.rules.vocabulary, names)
        return self._kept[judged.criterion.id]

    def _status(self, judged: Judged, answers: Answers) -> Status:
        """The status of a criterion after answers; its status now where they cannot be weighed."""
        vocabulary, record = self._vocabulary(judged), self.determination.case.record
        facts = _written_in(self.determination.procedure.stated, answers)
        kept = {name: fact for name, fact in facts.items() if name in vocabulary.facts}
        chart = complete(kept, vocabulary, record)
        try:
            return status_of(judged.criterion, chart, self.reading, record)
        except EngineError:
            return judged.status


def _written_in(stated: Facts, answers: Answers) -> Facts:
    facts = dict(stated)
    for cell in sorted(answers, key=len):
        if len(cell) == 1:
            facts[str(cell[0])] = answers[cell]
            continue
        before = facts[str(cell[0])]
        if isinstance(before, Documented) and isinstance(before.value, tuple):
            records = list(before.value)
            record = records[int(cell[1])]
            if isinstance(record, Mapping):
                records[int(cell[1])] = {**record, str(cell[2]): answers[cell]}
            facts[str(cell[0])] = Documented(tuple(records), before.grade, before.evidence)  # type: ignore[arg-type]
    return facts
