"""Relations between facts: what no chart can say together, and which facts are asked only after others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checker.charting import too_many_conflicts, worlds
from checker.condition import All, Condition, Not, evaluate, facts_in
from checker.conditionfile import Reader
from checker.fact import Chart, Conflicting, Documented
from checker.vocabulary import Vocabulary
from checker.yamlfile import Allowance, Document, FromFile, Many, Path_, Text


class RelationEntry(FromFile):
    """A relation as it stands in the vocabulary."""

    id: Text
    says: Text
    never_together: Many[Any] | None = None
    when: Any = None
    implies: Any = None
    lint: Many[Allowance] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """A contradiction: a condition that is true of no patient's chart, and why, in one sentence."""

    id: str
    says: str
    contradiction: All
    facts: tuple[frozenset[str], ...]
    """The facts and fields that each part of the contradiction names."""

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions of which at least one is not true of any chart."""
        return self.contradiction.parts

    def broken_by(self, chart: Chart) -> list[str]:
        """The facts of a chart that contradict each other, however conflicts are settled; else none."""
        if not all(_is_told(names, chart) for names in self.facts):
            return []
        named = {name: chart[name] for name in facts_in(self.contradiction) if name in chart}
        if too_many_conflicts(named):
            return []
        if not all(evaluate(self.contradiction, way).least == 2 for way in worlds(chart, named)):
            return []
        return [name for name in named if isinstance(chart[name], Documented | Conflicting)]


def _is_told(names: Collection[str], chart: Chart) -> bool:
    """Whether a chart says anything of these facts; of silence nothing is true."""
    return any(isinstance(chart.get(name), Documented | Conflicting) for name in names)


def read_guards(
    document: Document, vocabulary: Vocabulary, derived: Mapping[str, Condition]
) -> Mapping[str, Condition]:
    """The conditions under which facts are asked at all."""
    reader = Reader(document, vocabulary, derived)
    found = {
        name: reader.read(spec.when)
        for name, spec in vocabulary.facts.items()
        if spec.when is not None
    }
    for name, guard in found.items():
        if guard and name in facts_in(guard):
            document.report(
                ("facts", name, "when"), f"`{name}` is asked only after itself", at_key=True
            )
    return {name: guard for name, guard in found.items() if guard}


def read_relations(
    document: Document, vocabulary: Vocabulary, derived: Mapping[str, Condition]
) -> tuple[Relation, ...]:
    """The relations of a vocabulary file; what is wrong with them is reported there."""
    reader = Reader(document, vocabulary, derived)
    return tuple(
        relation
        for index in document.indexes(("relations",))
        if (relation := _relation(reader, ("relations", index)))
    )


def _relation(reader: Reader, path: Path_) -> Relation | None:
    entry = reader.document.read(RelationEntry, path)
    if entry is None:
        return None
    written = {
        name for name in ("never_together", "when", "implies") if name in reader.document.keys(path)
    }
    if written not in ({"never_together"}, {"when", "implies"}):
        reader.document.report(path, "write either `never_together`, or `when` with `implies`")
        return None
    parts = list(_parts(reader, path, written))
    if any(part is None for part in parts):
        return None
    written_parts = tuple(part for part in parts if part)
    facts = tuple(frozenset(facts_in(part)) for part in written_parts)
    return Relation(entry.id, entry.says, All(written_parts), facts)


def _parts(reader: Reader, path: Path_, written: Collection[str]) -> Iterator[Condition | None]:
    if "never_together" in written:
        here = (*path, "never_together")
        indexes = list(reader.document.indexes(here))
        if len(indexes) < 2:
            reader.document.report(here, "expected two or more conditions")
            yield None
        yield from (reader.read((*here, index)) for index in indexes)
        return
    yield reader.read((*path, "when"))
    implied = reader.read((*path, "implies"))
    yield Not(implied) if implied else None
