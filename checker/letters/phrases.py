"""Phrases as clinicians write them in word lists, and the regular expressions that they stand for.

`physical therap*`        a word that begins so
`(medial|median) branch`  one of several
`[lumbar] facet`          may be missing
`sensation ~3 decreased`  up to three words between; none of them denies, or begins a contrast
`PT`                      capitals match capitals only; all other words match in any case
`re: l[1-5]`              a regular expression, for experts; it is read in small letters

A phrase matches whole words, and a blank matches a hyphen too. Whatever a list holds, reading a text takes
time in proportion to its length: every repeat has an upper bound, and none stands in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

MOST_REPEATS = 60
MOST_WORDS_BETWEEN = 9
_LONGEST_PHRASE = 600
_DEEPEST = 8

_BLANK = "[ -]"
_BETWEEN = (
    "[,:]?[ -](?:(?!(?:no|not|nor|without|denies|denied|but|although) )[^ ;]{{1,40}} ){{0,{}}}?"
)
_REST = r"\w{0,30}"
_TOKEN = re.compile(r"\s+|~\d+|[()\[\]|]|[^\s()\[\]|~]+|~")
_WORD = re.compile(r"[\w/.,%'&+#:-]+\*?|\*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase. One of `literals` stands, in small letters, wherever the phrase does."""

    written: str
    pattern: re.Pattern[str]
    literals: tuple[str, ...]
    cased: bool

    def spans(self, text: str, lower: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the phrase stands between two characters of a text that is also given in small letters."""
        for found in self.pattern.finditer(text if self.cased else lower, start, end):
            yield found.span()

    def may_stand_in(self, lower: str) -> bool:
        """Whether it is worth looking for the phrase in a text in small letters."""
        # A loop: a generator takes twice as long, and this is asked most often.
        for literal in self.literals:  # noqa: SIM110
            if literal in lower:
                return True
        return False


def compiled(written: str) -> Phrase:
    """The phrase as a regular expression.

    Raises:
        ValueError: with a message for the author, if it is no phrase or could be slow.
    """
    if len(written) > _LONGEST_PHRASE:
        raise ValueError(f"a phrase of more than {_LONGEST_PHRASE} characters; write several")
    raw = written.startswith("re:")
    cased = not raw and any(_is_cased(token) for token in _TOKEN.findall(written))
    expression = written[3:].strip() if raw else _Reader(written, cased=cased).expression()
    try:
        tree = _parser.parse(expression)
    except (re.error, OverflowError, RecursionError) as failure:
        raise ValueError(f"this is no regular expression: {failure}") from None
    if raw and (problem := _problem_of(tree)):
        raise ValueError(problem)
    literals = _literals(tree)
    if not literals or min(map(len, literals)) < 2:
        raise ValueError("a phrase needs two letters in a row that always stand in it")
    if tree.getwidth()[0] == 0:
        raise ValueError("a phrase needs a word that is not optional")
    try:
        pattern = re.compile(rf"(?<!\w)(?:{expression})")
    except (re.error, OverflowError, RecursionError) as failure:
        raise ValueError(f"this is no regular expression: {failure}") from None
    return Phrase(written, pattern, tuple(sorted(one.lower() for one in literals)), cased)


# Reading the mini-language ----------------------------------------------------------------------------


def _is_cased(word: str) -> bool:
    letters = [one for one in word if one.isalpha()]
    return len(letters) > 1 and word.isupper()


class _Reader:
    """Reads one phrase from left to right."""

    def __init__(self, written: str, *, cased: bool) -> None:
        self.tokens = _TOKEN.findall(written.strip())
        self.at = 0
        self.cased = cased

    def expression(self) -> str:
        found = self._sequence(closing="", depth=0)
        if not found:
            raise ValueError("the phrase is empty")
        return found

    def _sequence(self, closing: str, depth: int) -> str:
        """Items up to `closing` or a `|`, joined by what stands for the blanks between them."""
        if depth > _DEEPEST:
            raise ValueError("too many brackets inside brackets")
        joined, glue = "", ""
        optional_before = False
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token in ("|", closing) and closing:
                break
            self.at += 1
            if token.isspace():
                glue = glue or _BLANK
            elif token.startswith("~"):
                glue = _gap(token, joined)
            elif token == "[":  # noqa: S105 - a bracket
                inner = self._alternatives("]", depth)
                if joined and not optional_before:
                    joined += f"(?:{glue}{inner})?"
                else:
                    joined += f"(?:{inner}{_BLANK})?"
                    optional_before = True
                    self._skip_blank()
                glue = ""
                continue
            else:
                item = self._alternatives(")", depth) if token == "(" else self._word(token)  # noqa: S105
                joined += ("" if optional_before or not joined else glue) + item
                glue, optional_before = "", False
        if glue and glue != _BLANK:
            raise ValueError("`~` stands between two words")
        return joined

    def _skip_blank(self) -> None:
        if self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1

    def _alternatives(self, closing: str, depth: int) -> str:
        found = []
        while True:
            found.append(self._sequence(closing, depth + 1))
            if not found[-1]:
                raise ValueError(f"nothing stands before `{self._here()}`")
            if self.at >= len(self.tokens):
                raise ValueError(f"a bracket is not closed; `{closing}` is missing")
            self.at += 1
            if self.tokens[self.at - 1] == closing:
                return f"(?:{'|'.join(found)})"

    def _here(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else "the end"

    def _word(self, token: str) -> str:
        if not _WORD.fullmatch(token) or token == "*":  # noqa: S105
            raise ValueError(
                f"`{token}` is no word of a phrase; write words, `*` at the end of one,"
                " (one|another), [optional], ~3, or `re:` before a regular expression"
            )
        body = token.removesuffix("*")
        end = _REST if token.endswith("*") else ""
        end += r"(?!\w)" if body[-1:].isalnum() or end else ""
        if self.cased and not _is_cased(body):
            return f"(?i:{re.escape(body.lower())}){end}"
        return re.escape(body if self.cased else body.lower()) + end


def _gap(token: str, before: str) -> str:
    words = int(token[1:] or 0)
    if not before or not 0 < words <= MOST_WORDS_BETWEEN:
        raise ValueError(
            f"`~` stands between two words and takes a number from 1 to {MOST_WORDS_BETWEEN}"
        )
    return _BETWEEN.format(words)


# Looking into regular expressions ---------------------------------------------------------------------

_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_REFUSED = {
    _constants.GROUPREF: "a reference back to a group",
    _constants.GROUPREF_EXISTS: "a reference back to a group",
}


def _problem_of(tree: Any, repeated: int = 1) -> str | None:
    """Why a pattern could take longer than in proportion to the text; None if it cannot."""
    for operation, argument in tree:
        if operation in _REFUSED:
            return f"{_REFUSED[operation]} can be slow; leave it out"
        most = repeated
        if operation in _REPEATS:
            most = int(argument[1])
            if most > MOST_REPEATS:
                return (
                    f"write {{0,{MOST_REPEATS}}} or fewer in place of `*`, `+` or a larger number"
                )
            if most > 1 and repeated > 1:
                return "a repeat inside a repeat can be slow; write it without one of them"
            most = max(most, repeated)
        for inner in _inner_trees(operation, argument):
            if problem := _problem_of(inner, most):
                return problem
    return None


def _inner_trees(operation: Any, argument: Any) -> Iterable[Any]:
    if operation in _REPEATS:
        return [argument[2]]
    if operation is _constants.SUBPATTERN:
        return [argument[3]]
    if operation is _constants.BRANCH:
        return list(argument[1])
    if operation in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [argument[1]]
    return [argument] if operation is _constants.ATOMIC_GROUP else []


def _literals(tree: Any) -> frozenset[str]:
    """Texts of which one stands in whatever the pattern matches; empty where there is no such text."""
    candidates: list[frozenset[str]] = []
    run = ""
    for operation, argument in tree:
        if operation is _constants.LITERAL:
            run += chr(argument)
            continue
        candidates.append(frozenset({run}) if run else frozenset())
        run = ""
        match operation:
            case _constants.SUBPATTERN:
                candidates.append(_literals(argument[3]))
            case _constants.BRANCH:
                branches = [_literals(one) for one in argument[1]]
                candidates.append(frozenset().union(*branches) if all(branches) else frozenset())
            case _ if operation in _REPEATS and argument[0] > 0:
                candidates.append(_literals(argument[2]))
            case _:
                pass
    candidates.append(frozenset({run}) if run else frozenset())
    known = [one for one in candidates if one]
    return max(known, key=lambda one: (min(map(len, one)), -len(one)), default=frozenset())
