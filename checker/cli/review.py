"""The dialogue of `checker extract --review`: a person confirms or corrects what was read, what decides first.

Each answer is in the draft before the next question. Questions stand on standard error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from checker.case import Case, contradictions, load_case
from checker.casefile import case_text
from checker.cli.dialogue import answer, choices, save, tell, typed
from checker.determination import Terms, determine
from checker.engine.agreed import Engine
from checker.errors import CaseError, InputError, Place, Problem, shown_path
from checker.fact import NOT_DOCUMENTED, Fact, NotDocumented
from checker.render.words import evidence_words
from checker.review import Doubt, Why, answered, doubts
from checker.wording import fact_words, plain

_KEYS = "Enter right as read   s not in the letter   ? what hangs on it   b back   q save and stop"
_BECAUSE: dict[Why, str] = {
    "decides": "another answer turns the determination",
    "conflicts": "the letter says both",
    "levels": "these levels can be read in two ways",
    "left out": "the letter seems to leave it out",
    "read": "as it was read",
}
_COPY = "~"


@dataclass
class Review:
    """The review of one draft."""

    path: Path
    engine: Engine
    terms: Terms = field(default_factory=Terms)
    _before: list[Case] = field(default_factory=list)
    _comments: list[str] = field(default_factory=list)

    def hold(self) -> None:
        """Ask until everything is confirmed, or until the person stops; each answer is saved.

        Raises:
            CaseError: if the draft cannot be read or written.
        """
        case = load_case(self.path, self.engine.rules)
        self._keep_comments(case)
        while left := doubts(case, self.engine, self.terms):
            if not self._before:
                tell(f"{case.name}: {len(left)} facts to look at; {_KEYS}")
            self._ask(left[0], len(self._before) + 1, len(left))
            reply = self._reply(left[0], case)
            if reply == "stop":
                tell(f"stopped; what you confirmed is in {shown_path(self.path)}")
                return
            case = self._back(case) if reply == "back" else self._saved(reply, case)
        outcomes = [one.outcome for one in determine(case, self.engine, self.terms)]
        tell(f"{case.name}: everything is confirmed; {', '.join(outcomes)}")

    def _ask(self, doubt: Doubt, number: int, left: int) -> None:
        tell("")
        of_request = f" (request {doubt.request})" if doubt.request else ""
        tell(f"{number} of {number + left - 1}  {doubt.spec.ask}{of_request}")
        would_be = f": {', '.join(doubt.would_be)}" if doubt.would_be else ""
        tell(f"   {_BECAUSE[doubt.why]}{would_be}")
        tell(f"   read: {fact_words(doubt.fact, self.engine.rules.anatomy)}")
        for one in doubt.evidence:
            tell(f"   {evidence_words(one)}{f': {one.quote}' if one.quote else ''}")
        for line in choices(doubt.spec):
            tell(f"   {line}")

    def _reply(self, doubt: Doubt, case: Case) -> Case | str:
        """The case with the answer; or `stop` or `back`."""
        while True:
            match typed().strip():
                case "q":
                    return "stop"
                case "b":
                    return "back"
                case "?":
                    for line in self._meaning(doubt, case):
                        tell(f"   {line}")
                case text:
                    try:
                        return self._with_answer(text, doubt, case)
                    except InputError as error:
                        for problem in error.problems:
                            tell(f"   {problem.message}")

    def _with_answer(self, text: str, doubt: Doubt, case: Case) -> Case:
        """The case with what a person typed.

        Raises:
            CaseError: if the fact cannot have this value, or not together with the others.
        """
        fact: Fact = doubt.fact
        if text == "s":
            fact = NOT_DOCUMENTED
        elif text:
            fact = answer(text, doubt.spec, self.engine.rules.vocabulary)
        if isinstance(fact, NotDocumented) and not isinstance(doubt.fact, NotDocumented):
            fact = NotDocumented(
                note=f"Read as {self._words(doubt.fact)}; a person found it not said."
            )
        changed = answered(case, doubt, fact)
        if found := list(contradictions(changed, self.engine.rules)):
            place = Place(shown_path(self.path))
            raise CaseError(Problem(place, message) for _, _, message in found)
        return changed

    def _words(self, fact: Fact) -> str:
        return fact_words(fact, self.engine.rules.anatomy)

    def _meaning(self, doubt: Doubt, case: Case) -> Iterator[str]:
        """What the vocabulary says of the fact, and which criteria look at it."""
        spec = doubt.spec
        if spec.counts:
            yield f"counts: {spec.counts}"
        if spec.does_not_count:
            yield f"does not count: {spec.does_not_count}"
        for determination in determine(case, self.engine, self.terms):
            for judged in determination.judged:
                if any(one.name == spec.name for one in judged.findings):
                    yield f"{judged.criterion.id} ({judged.status}): {judged.criterion.says}"
        if not doubt.spec.counts and not doubt.spec.does_not_count:
            yield f"{plain(spec.name)}: {spec.ask}"

    def _saved(self, changed: Case | str, case: Case) -> Case:
        if not isinstance(changed, Case):
            return case
        self._write(changed)
        self._before.append(case)
        return changed

    def _back(self, case: Case) -> Case:
        """The case before the latest answer."""
        if not self._before:
            tell("   this is the first question")
            return case
        earlier = self._before.pop()
        self._write(earlier)
        return earlier

    # The draft ----------------------------------------------------------------------------------------

    def _write(self, case: Case) -> None:
        save(self.path, case_text(case, self._comments))

    def _keep_comments(self, case: Case) -> None:
        """Comments above the case stay; a draft that a person has laid out anew is copied first."""
        text = self.path.read_text(encoding="utf-8-sig")
        lines = text.splitlines()
        head = next((at for at, one in enumerate(lines) if not one.startswith("#")), len(lines))
        self._comments = [one[1:].removeprefix(" ") for one in lines[:head]]
        if text != case_text(case, self._comments):
            copy = self.path.with_name(self.path.name + _COPY)
            save(copy, text)
            tell(f"{shown_path(self.path)} is written anew; as you wrote it, it is in {copy.name}")
