"""The search order: by jurisdiction, which source is asked first and which where the first is silent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import Field

from checker.errors import did_you_mean
from checker.fact import Fact
from checker.guideline import Guideline, covered_by, covered_values
from checker.vocabulary import Vocabulary
from checker.yamlfile import Document, FromFile, Many, Path_


class _StepEntry(FromFile):
    says: str
    publishers: Many[str] = ()
    cited_as: Many[str] = ()
    cited_containing: Many[str] = ()


class _GapEntry(FromFile):
    publisher: str
    from_: date = Field(alias="from")
    until: date | None = None
    covers: dict[str, Many[str]] = {}
    says: str


class _OrderEntry(FromFile):
    title: str
    steps: Many[_StepEntry]
    gaps: Many[_GapEntry] = ()
    beside: Many[str] = ()


class SearchOrderFile(FromFile):
    """`search-order.yaml` as it stands in the file."""

    source: Many[str]
    default: str
    orders: dict[str, _OrderEntry]


@dataclass(frozen=True, slots=True)
class Step:
    """Sources of one rank. `cited_as` and `cited_containing` are how letters name them, in lower case."""

    says: str
    publishers: tuple[str, ...]
    cited_as: frozenset[str]
    cited_containing: tuple[str, ...]

    def names(self, cited: str) -> bool:
        """Whether a source cited by this name belongs to the step."""
        return cited in self.cited_as or any(one in cited for one in self.cited_containing)


@dataclass(frozen=True, slots=True)
class Gap:
    """An edition that speaks about some requests on some days, and that the rule base does not hold."""

    publisher: str
    since: date
    until: date | None
    covers: Mapping[str, frozenset[str]]
    says: str

    def concerns(self, request: Mapping[str, Fact], day: date | None) -> bool:
        """Whether the edition speaks about a request on a day; not where the day is unknown."""
        if day is None or day < self.since or (self.until is not None and day > self.until):
            return False
        return all(covered_by(request[name], values) for name, values in self.covers.items())


@dataclass(frozen=True, slots=True)
class Order:
    """The steps of one jurisdiction, the first one first.

    `beside` are the ids of guidelines that are asked in addition to the governing one.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    gaps: tuple[Gap, ...] = ()
    beside: tuple[str, ...] = ()

    def rank(self, guideline: Guideline) -> int:
        """The number of the guideline's step from 0; after the last one for a publisher of no step."""
        publisher = guideline.source.publisher
        ranks = (number for number, step in enumerate(self.steps) if publisher in step.publishers)
        return next(ranks, len(self.steps))

    def names(self, cited: str) -> bool:
        """Whether a source that a letter cites by this name has a place in the order."""
        return any(step.names(cited) for step in self.steps)


NO_ORDER = Order("", "", ())
"""The order of a rule base without one: all guidelines have the same rank."""


@dataclass(frozen=True, slots=True)
class SearchOrder:
    """The orders of all jurisdictions; `default` is for cases that name none."""

    default: Order = NO_ORDER
    orders: Mapping[str, Order] = field(default_factory=dict)

    @property
    def additional(self) -> frozenset[str]:
        """The guidelines that some jurisdiction asks in addition; they govern nowhere."""
        return frozenset(one for order in self.orders.values() for one in order.beside)

    def order(self, jurisdiction: str | None) -> Order:
        """The order of a jurisdiction, or the default one."""
        return self.orders.get(jurisdiction or "", self.default)


def load_search_order(
    document: Document, vocabulary: Vocabulary, guidelines: Collection[str]
) -> SearchOrder:
    """The search order in a document, over guidelines of these ids; what is wrong with it is reported there."""
    file = document.read(SearchOrderFile)
    if file is None:
        return SearchOrder()
    orders = {
        name: _order(document, ("orders", name), name, entry, vocabulary, guidelines)
        for name, entry in file.orders.items()
    }
    if file.default not in orders:
        hint = did_you_mean(file.default, orders)
        document.report(("default",), f"there is no order `{file.default}`{hint}")
    return SearchOrder(orders.get(file.default, NO_ORDER), orders)


def _order(
    document: Document,
    path: Path_,
    name: str,
    entry: _OrderEntry,
    vocabulary: Vocabulary,
    guidelines: Collection[str],
) -> Order:
    for index, one in enumerate(entry.beside):
        if one not in guidelines:
            hint = did_you_mean(one, guidelines)
            document.report((*path, "beside", index), f"unknown guideline `{one}`{hint}")
    gaps = tuple(
        Gap(
            one.publisher,
            one.from_,
            one.until,
            covered_values(document, (*path, "gaps", index, "covers"), one.covers, vocabulary),
            one.says,
        )
        for index, one in enumerate(entry.gaps)
    )
    return Order(name, entry.title, tuple(map(_step, entry.steps)), gaps, entry.beside)


def _step(entry: _StepEntry) -> Step:
    """A step's publishers may be cited by their own names."""
    cited = {*entry.cited_as, *(one.lower() for one in entry.publishers)}
    return Step(entry.says, entry.publishers, frozenset(cited), entry.cited_containing)
