"""Who speaks in each sentence of a letter: the chart, utilization review, the reviewer, or a guideline.

A rationale is taken for a guideline's text until a sentence speaks of the patient. A sentence that states
the decision is nobody's: it is never read for facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.fact import Voice
from checker.letters.standing import Standing
from checker.letters.wordlists import FactLists, Section, Speaker, VoiceCue


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
    cues = [one for one in lists.voices if section in one.sections]
    holding: Speaker = first
    last: Speaker = first
    for (start, end), phrases in zip(sentences, standing, strict=True):
        cue = _cue(text, lower, start, end, cues, phrases)
        if cue is None:
            last = holding
        elif cue.voice != "same":
            last = cue.voice
            holding = last if cue.holds else holding
        yield last


def _cue(
    text: str,
    lower: str,
    start: int,
    end: int,
    cues: Sequence[VoiceCue],
    standing: Standing,
) -> VoiceCue | None:
    """The first entry of the list that the sentence shows."""
    for cue in cues:
        if cue.words.spans(text, lower, start, end, standing):
            return cue
    return None


def is_heard(speaker: Speaker) -> Voice | None:
    """The voice of a fact; None where what is said is no fact of this patient."""
    match speaker:
        case "record" | "ur" | "reviewer":
            return speaker
        case "guideline" | "decision":
            return None
