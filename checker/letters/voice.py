"""Who speaks in each sentence of a letter: the chart, utilization review, the reviewer, or a guideline.

A rationale is taken for a guideline's text until a sentence speaks of the patient. A sentence that states
the decision is nobody's: it is never read for facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.fact import Voice
from checker.letters.standing import Standing
from checker.letters.words import FactLists, Section, Speaker, VoiceCue


def speakers(
    text: str,
    lower: str,
    sentences: Sequence[tuple[int, int]],
    section: Section,
    first: Speaker,
    lists: FactLists,
    standing: Sequence[Standing],
) -> Iterator[Speaker]:
    """Who speaks in each sentence; `first` is who does until a sentence shows another."""
    holding: Speaker = first
    last: Speaker = first
    for sentence, phrases in zip(sentences, standing, strict=True):
        cue = _cue(text, lower, sentence, section, phrases, lists)
        if cue is None:
            last = holding
        elif cue.voice != "same":
            last = cue.voice
            holding = last if cue.holds else holding
        yield last


def _cue(
    text: str,
    lower: str,
    sentence: tuple[int, int],
    section: Section,
    standing: Standing,
    lists: FactLists,
) -> VoiceCue | None:
    """The first entry of the list that the sentence shows."""
    owners = (lists.owners[one] for one in standing & lists.belonging["voice"])
    numbers = {one.number for one in owners if not one.leave}
    for number in sorted(numbers):
        cue = lists.voices[number]
        if section in cue.sections and cue.words.spans(text, lower, *sentence, standing):
            return cue
    return None


def is_heard(speaker: Speaker) -> Voice | None:
    """The voice of a fact; None where what is said is no fact of this patient."""
    match speaker:
        case "record" | "ur" | "reviewer":
            return speaker
        case "guideline" | "decision":
            return None
