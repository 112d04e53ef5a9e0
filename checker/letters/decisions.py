"""What a letter tells of a decision: outcome, sources, how the rationale closes, hedges and repeats itself.

All of it is the reviewer's. An audit looks at it; no fact and no criterion does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from checker.decision import Decision, Rationale, Said
from checker.fact import Evidence, Fact, NotDocumented
from checker.letters.decisionlists import DecisionLists
from checker.letters.flat import flatten
from checker.letters.letter import Item, Letter, LetterText, Span
from checker.letters.requestlists import Words
from checker.letters.sentences import sentences
from checker.searchorder import Order
from checker.sketch import sketch


def decision_on(
    item: Item, letter: Letter, lists: DecisionLists, order: Order, abbreviations: Collection[str]
) -> Decision:
    """The decision on an item; its grounds are read later, from what the reviewer says of the chart."""
    source = letter.source
    cited = tuple(dict.fromkeys(one.id for one in item.cited))
    known = not cited or any(order.names(one) for one in cited)
    rationale = item.rationale
    told = _Told(source, rationale, abbreviations) if rationale else None
    return Decision(
        outcome=item.outcome,
        guidelines_cited=cited,
        grounds=(),
        basis="guideline" if known else "other source",
        evidence=_place(item.decided, source),
        note=None,
        cited_at=_place(item.reviewer_guideline, source) if item.reviewer_guideline else None,
        closing=told.closing(lists) if told else None,
        hedges=tuple(told.places_of(lists.hedges)) if told else (),
        rationale=Rationale(
            _place(rationale, source, quoted=False),
            sketch(source.text[rationale.start : rationale.end]),
            None,
        )
        if rationale
        else None,
    )


def said_absent(facts: Mapping[str, Fact], rationale: Span) -> Iterator[Said]:
    """The facts of which the reviewer says, in a rationale, that they are not documented."""
    for name, fact in facts.items():
        if isinstance(fact, NotDocumented):
            for one in fact.evidence:
                inside = one.at and rationale.start <= one.at[0] < rationale.end
                if one.voice == "reviewer" and inside:
                    yield Said(name, one)


class _Told:
    """A rationale sentence by sentence."""

    def __init__(self, source: LetterText, span: Span, abbreviations: Collection[str]) -> None:
        self.source = source
        self.flat = flatten(source.text, span)
        self.sentences = sentences(self.flat.text, abbreviations)

    def closing(self, lists: DecisionLists) -> Said | None:
        """The outcome that the last of the sentences which state one states."""
        near = {outcome: words.near(self.flat) for outcome, words in lists.closing.items()}
        for start, end in reversed(self.sentences):
            for outcome, words in near.items():
                if words.found(self.flat, start, end):
                    return Said(outcome, self._place(start, end))
        return None

    def places_of(self, words: Words) -> Iterator[Evidence]:
        """The sentences in which these words stand."""
        near = words.near(self.flat)
        for start, end in self.sentences if near.phrases else ():
            if near.found(self.flat, start, end):
                yield self._place(start, end)

    def _place(self, start: int, end: int) -> Evidence:
        return _place(self.flat.at(start, end), self.source)


def _place(span: Span, source: LetterText, *, quoted: bool = True) -> Evidence:
    line, last = source.line(span.start), source.line(span.end - 1)
    return Evidence(
        section="rationale",
        voice="reviewer",
        line=line,
        last_line=last if last > line else None,
        at=(span.start, span.end),
        quote=source.words(span) if quoted else None,
        confirmed=False,
    )
