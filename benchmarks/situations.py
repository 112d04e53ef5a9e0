"""What the engines are measured on: varied charts made from the vocabulary, and the shipped letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from checker.case import load_case
from checker.charting import Facts, RecordKind, complete
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.engine.written import Reading, names_in
from checker.fact import NOT_DOCUMENTED, Chart, Conflicting, Documented, Fact, Value
from checker.guideline import Guideline
from checker.rulebase import RuleBase
from checker.shipped import shipped
from checker.vocabulary import (
    Boolean,
    Date,
    Enum,
    FactSpec,
    Levels,
    ListOf,
    Number,
    SetOf,
    TargetLabels,
)

LOW_BACK = "odg/low-back/facet-joint-diagnostic-blocks"
"""The guideline of the generated charts, the one that most letters are about."""

READING: Reading = "as written"
_OPEN, _CONFLICTING = 0.2, 0.08  # of the charts
_DOCUMENTED, _CONCLUSORY = 0.65, 0.1  # of the facts, and of the documented ones
_NUMBERS = (0, 0.5, 1, 2, 3, 4, 6, 8, 12, 50, 70, 80)
_FIRST_DAY = date(2014, 1, 1)


@dataclass(frozen=True)
class Situation:
    """A guideline and a complete chart to hold against it."""

    guideline: Guideline
    chart: Chart
    record: RecordKind


def situations(rules: RuleBase, number: int) -> list[Situation]:
    """This many generated charts, the same ones every time, and all letters that a guideline covers."""
    return [*generated(rules, LOW_BACK, number), *letters(rules)]


def letters(rules: RuleBase) -> Iterator[Situation]:
    """Every procedure of the shipped letters that a guideline covers."""
    engine = Engine(rules)
    for path in sorted(shipped("cases").glob("imr/*.yaml")):
        for one in determine(load_case(path, rules), engine, Terms(READING)):
            if one.guideline:
                yield Situation(one.guideline, one.procedure.chart, one.case.record)


def generated(rules: RuleBase, guideline: str, number: int) -> list[Situation]:
    """Charts with all that a guideline asks for: documented, silent, not asked, now and then in conflict."""
    maker = _Maker(rules, rules.guidelines[guideline], Random(number))
    return [maker.situation() for _ in range(number)]


@dataclass
class _Maker:
    """Draws charts for one guideline."""

    rules: RuleBase
    guideline: Guideline
    random: Random

    def situation(self) -> Situation:
        record: RecordKind = "open" if self.random.random() < _OPEN else "closed"
        facts = self._facts({spec.name: spec for spec in self._asked()})
        if self.random.random() < _CONFLICTING:
            facts |= self._conflict(facts)
        facts |= {name: Documented(min(values)) for name, values in self._covered().items()}
        return Situation(self.guideline, complete(facts, self.rules.vocabulary, record), record)

    def _covered(self) -> Mapping[str, frozenset[str]]:
        """What makes the guideline govern the request."""
        covers = self.guideline.covers
        return {name: covers[name] for name in ("procedure", "region") if name in covers}

    def _asked(self) -> Iterator[FactSpec]:
        """The facts that the criteria ask for, as a chart would state them."""
        names = {name for one in self.guideline.criteria for name in names_in(one)}
        known = self.rules.vocabulary.facts
        for name in sorted(names & set(known)):
            spec = known[known[name].joints_of or name]
            if spec.written:
                yield spec

    def _facts(self, specs: Mapping[str, FactSpec]) -> Facts:
        """Documented facts, facts written as silent, and facts that are left out."""
        facts: Facts = {}
        for name, spec in specs.items():
            if self.random.random() < _DOCUMENTED:
                facts[name] = self._documented(spec)
            elif self.random.random() < 1 / 2:
                facts[name] = NOT_DOCUMENTED
        return facts

    def _documented(self, spec: FactSpec) -> Documented:
        weak = self.random.random() < _CONCLUSORY or spec.at_best == "conclusory"
        return Documented(self._value(spec), "conclusory" if weak else "explicit")

    def _conflict(self, facts: Facts) -> Facts:
        """One of the facts with a second value beside its own."""
        known = self.rules.vocabulary.facts
        candidates = [
            (name, fact)
            for name, fact in facts.items()
            if isinstance(fact, Documented) and isinstance(known[name].type, Boolean | Enum)
        ]
        if not candidates:
            return {}
        name, fact = self.random.choice(candidates)
        other = fact
        while other.value == fact.value:
            other = replace(fact, value=self._value(known[name]))
        return {name: Conflicting((fact, other))}

    def _value(self, spec: FactSpec) -> Value:
        draw = self.random
        match spec.type:
            case Boolean():
                return draw.random() < 1 / 2
            case Number(_, low, high):
                return max(low, min(high, draw.choice(_NUMBERS)))
            case Enum(values):
                return draw.choice(list(values))
            case SetOf(values):
                return frozenset(draw.sample(list(values), draw.randint(0, 2)))
            case Levels():
                return frozenset(draw.sample(self._joints(), draw.randint(0, 2)))
            case TargetLabels():
                return self._levels()
            case Date():
                return _FIRST_DAY + timedelta(draw.randrange(700))
            case ListOf(fields):
                return tuple(self._record(fields) for _ in range(draw.randint(0, 3)))

    def _record(self, fields: Mapping[str, FactSpec]) -> Mapping[str, Fact]:
        return self._facts({name: spec for name, spec in fields.items() if spec.written})

    def _levels(self) -> tuple[str, ...]:
        """One to three neighbouring joints, written as joints or as the nerves that supply them."""
        joints = self._joints()
        first = self.random.randrange(len(joints))
        chosen = joints[first : first + self.random.randint(1, 3)]
        if self.random.random() < 2 / 3:
            return tuple(chosen)
        anatomy = self.rules.anatomy
        return tuple(dict.fromkeys(nerve for one in chosen for nerve in anatomy.joints[one].nerves))

    def _joints(self) -> list[str]:
        """The joints of the guideline's region."""
        regions = self.guideline.covers.get("region", frozenset(self.rules.vocabulary.regions))
        joints = self.rules.anatomy.joints
        return [name for name, joint in joints.items() if joint.region in regions]
