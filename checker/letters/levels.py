"""Levels of the spine in running text, in all the ways in which requests write them.

`L3-4`, `L3/L4`, `L4-S1`, `C4 through C7`, `C7-1`, `L5-1`, `L-4`, `L3, 4 and 5`, `L (lumbar) 5`,
`lumbar four and lumbar five`. A level is given back in one form, nerves as `L3`, joints as `L3-4`, longer
runs as `L3-L5`; whether a run means nerves or joints is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from checker.anatomy import Anatomy

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)
_WORDS = {"cervical": "C", "thoracic": "T", "lumbar": "L", "sacral": "S"}
_WORD = "|".join(_WORDS)
_NUMBER_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_DIGITS = r"(?:1[0-2]|[1-9])(?![\d%]|\.\d)"
_SIDE = r"(?:(?:left|right|bilateral) )?"
_LEVEL = (
    r"(?:"
    rf"(?P<upper>[CTLS])(?: ?\((?:{_WORD})\))? ?-? ?(?P<upper_number>{_DIGITS})"
    rf"|(?P<lower>[ctls])(?P<lower_number>{_DIGITS})"
    rf"|(?i:(?P<word>{_WORD}) ?\([CTLS]\) ?-? ?(?P<word_number>{_DIGITS}))"
    rf"|(?i:(?P<spelt>{_WORD}) (?P<spelt_number>{_NUMBER_WORD})(?![\w-]| ?-?levels?\b| times?\b| views?\b))"
    rf"|(?i:(?P<run>{_WORD}) (?P<run_number>{_DIGITS})(?= ?[-/–] ?{_DIGITS}))"
    r")"
)
_ANCHOR = re.compile(rf"(?<![A-Za-z0-9])(?<![A-Za-z]-)(?<!#){_LEVEL}")
_TO = re.compile(r" ?(?:[-–—/]|(?i:\b(?:to|through|thru)\b)) ?(?i:" + _SIDE + ")")
_AND = re.compile(r" ?(?:, ?(?:and )?|and |& ?|\+ ?)", re.IGNORECASE)
_BARE = re.compile(_DIGITS)
_AFTER_BARE = re.compile(
    r" ?(?:$|[,;.)&+/–-]|(?:and|levels?|medial|median|facets?|nerves?|branch|branches|joints?|dorsal|rami|ramus"
    r"|under|with|bilateral(?:ly)?|left|right|blocks?|injections?|to|through|thru|on)\b)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"(?<![\w.-])(?P<count>\d{{1,2}}|{_NUMBER_WORD})[ -]?(?:\(\d{{1,2}}\)[ -])?"
    rf"(?:(?:facet|joint|spinal|{_WORD}) )?levels?\b",
    re.IGNORECASE,
)
_ONE_LETTER = re.compile(r"[A-Z]\d{1,2}\Z")


@dataclass(frozen=True, slots=True)
class Level:
    """One level and the characters that it stands for."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a text says of levels; `count` is their number where the text gives one, as in `three levels`."""

    levels: tuple[Level, ...]
    count: int | None

    @property
    def labels(self) -> tuple[str, ...]:
        """The levels without repeats, as a case writes them."""
        return tuple(dict.fromkeys(one.label for one in self.levels))


@dataclass(frozen=True, slots=True)
class _Vertebra:
    letter: str
    number: int

    def __str__(self) -> str:
        return f"{self.letter}{self.number}"


def written_levels(text: str, anatomy: Anatomy, not_before: Iterable[str] = ()) -> Written:
    """The levels in a text of one line; what stands before one of the words `not_before` is none.

    Names of nerves that are no level, such as the third occipital nerve, count as levels.
    """
    named = list(_named(text, anatomy))
    taken = [(one.start, one.end) for one in named]
    no_level = _words(tuple(not_before))
    found = [
        one
        for one in _scanned(text, _spine(anatomy.vertebrae, tuple(anatomy.nerves)))
        if not any(one.start < end and start < one.end for start, end in taken)
        and not no_level.match(text, one.end)
    ]
    return Written(tuple(sorted([*named, *found], key=lambda one: one.start)), _count(text))


def _named(text: str, anatomy: Anatomy) -> Iterator[Level]:
    """Nerves by name: those whose own name is no letter with a number."""
    for name, entry in anatomy.nerves.items():
        if _ONE_LETTER.match(name):
            continue
        for match in _any_of((name, *entry.aliases)).finditer(text):
            yield Level(name, match.start(), match.end())


@lru_cache(maxsize=64)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    pattern = "|".join(rf"{re.escape(one)}s?" for one in longest_first)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    """One of the words, in any form, right behind a level; nothing where there are no words."""
    any_word = "|".join(re.escape(one.removesuffix("*")) for one in words)
    return re.compile(rf"[ -]?(?:{any_word})" if words else r"(?!)", re.IGNORECASE)


def _count(text: str) -> int | None:
    match = _COUNT.search(text)
    if match is None:
        return None
    word = match["count"].lower()
    return int(word) if word.isdigit() else _NUMBERS.index(word) + 1


class _Spine:
    """Which vertebrae and nerves there are."""

    def __init__(self, vertebrae: tuple[str, ...], nerves: tuple[str, ...]) -> None:
        names = {*vertebrae, *(one for one in nerves if _ONE_LETTER.match(one))}
        self.known = {_Vertebra(one[0], int(one[1:])) for one in names}
        self.below = dict(pairwise(_Vertebra(one[0], int(one[1:])) for one in vertebrae))

    def behind(self, above: _Vertebra, number: int) -> _Vertebra:
        """What a number without a letter means behind a vertebra: `C7-1` goes on in the next region."""
        same = _Vertebra(above.letter, number)
        below = self.below.get(above)
        if number <= above.number and below and below.letter != above.letter and number == 1:
            return below
        return same

    def label(self, first: _Vertebra, last: _Vertebra) -> str:
        """A joint as `L3-4`, two vertebrae that are no neighbours as `L3-L5`."""
        if self.below.get(first) == last and first.letter == last.letter:
            return f"{first}-{last.number}"
        return f"{first}-{last}"


_spine = lru_cache(maxsize=8)(_Spine)


def _scanned(text: str, spine: _Spine) -> Iterator[Level]:
    at = 0
    while match := _ANCHOR.search(text, at):
        vertebra = _vertebra(match)
        at = match.end()
        if vertebra not in spine.known:
            continue
        start: int | None = match.start()
        while start is not None:
            chain, at = _chain(text, vertebra, at, spine)
            yield Level(_label(chain, spine), start, at)
            start, vertebra, at = _next_of_list(text, chain[-1], at, spine)


def _vertebra(match: re.Match[str]) -> _Vertebra:
    for kind in ("upper", "lower", "word", "spelt", "run"):
        if match[kind]:
            letter = _WORDS.get(match[kind].lower(), match[kind].upper())
            number = match[f"{kind}_number"].lower()
            spelt = number in _NUMBERS
            return _Vertebra(letter, _NUMBERS.index(number) + 1 if spelt else int(number))
    raise AssertionError(match)


def _chain(text: str, vertebra: _Vertebra, at: int, spine: _Spine) -> tuple[list[_Vertebra], int]:
    """A vertebra and those it is joined to by a dash, a slash or a word."""
    chain = [vertebra]
    while joined := _TO.match(text, at):
        level = _ANCHOR.match(text, joined.end())
        bare = _BARE.match(text, joined.end())
        if level:
            following, end = _vertebra(level), level.end()
        elif bare and joined[0].strip() in ("-", "–", "—", "/"):
            following, end = spine.behind(chain[-1], int(bare[0])), bare.end()
        else:
            break
        chain.append(following)
        at = end
    return chain, at


def _next_of_list(
    text: str, last: _Vertebra, at: int, spine: _Spine
) -> tuple[int | None, _Vertebra, int]:
    """The next of a list whose letter was written once, as in `L3, 4 and 5`."""
    joined = _AND.match(text, at)
    bare = _BARE.match(text, joined.end()) if joined else None
    if joined and bare and _AFTER_BARE.match(text, bare.end()):
        vertebra = _Vertebra(last.letter, int(bare[0]))
        run = re.match(rf" ?[-/–] ?{_DIGITS}", text[bare.end() :])
        if vertebra in spine.known and (
            vertebra.number > last.number or (run and vertebra == last)
        ):
            return bare.start(), vertebra, bare.end()
    return None, last, at


def _label(chain: list[_Vertebra], spine: _Spine) -> str:
    """The label of a chain; one with a vertebra that does not exist is written out, to be refused."""
    unknown = [one for one in chain if one not in spine.known]
    if unknown:
        return f"{chain[0]}-{unknown[0]}"
    return str(chain[0]) if len(chain) == 1 else spine.label(chain[0], chain[-1])
