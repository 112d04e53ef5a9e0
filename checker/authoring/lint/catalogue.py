"""All lint rules, and what they find in a rule base."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.authoring.lint import conditions, examples, guidelines, texts, vocabulary
from checker.authoring.lint.rule import Base, Found, LintRule
from checker.errors import did_you_mean
from checker.render.records import Notice
from checker.yamlfile import Document, Path_


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule finds, or an allowance that is wrong."""

    rule: LintRule
    found: Found

    @property
    def notice(self) -> Notice:
        """The same for the formats that programs read."""
        found = self.found
        place = found.document.place(found.path, at_key=found.at_key)
        return Notice(self.rule.id, self.rule.level, found.message, place)

    @property
    def source_line(self) -> str:
        """The line of the file that shows it."""
        lines, line = self.found.document.lines, self.notice.place.line
        return lines[line - 1] if 0 < line <= len(lines) else ""


def _nothing(_: Base) -> Iterator[Found]:
    """Found by `lint` itself, which knows what all the others find."""
    return iter(())


LOADS = LintRule(
    id="R001",
    level="error",
    title="A rule base loads",
    why=(
        "A fact, value, unit, level, operator, date or id that is misspelt, or a file that is no YAML,"
        " keeps the whole rule base from being used."
        " All such problems are told at once, each with what to write."
    ),
    bad="""\
requires: {facet_tendernes: true}
""",
    good="""\
requires: {facet_tenderness: true}
""",
    check=_nothing,
)
ALLOWED = LintRule(
    id="R002",
    level="error",
    title="An allowance names a rule that finds something here",
    why=(
        "`lint: [{allow: R209, because: …}]` on a criterion, guideline, fact or relation accepts what that rule"
        " finds there."
        " One that names no rule, or accepts what is no longer there, would hide the next mistake."
    ),
    bad="""\
lint: [{allow: R209, because: The source has three alternatives.}]
requires: {facet_tenderness: true}
""",
    good="""\
requires: {facet_tenderness: true}
""",
    check=_nothing,
)

RULES: tuple[LintRule, ...] = (
    LOADS,
    ALLOWED,
    *examples.RULES,
    *conditions.RULES,
    *vocabulary.RULES,
    *texts.RULES,
    *guidelines.RULES,
)
BY_ID = {one.id: one for one in RULES}


def lint(base: Base) -> list[Remark]:
    """All that the rules find and nobody has allowed, by place."""
    found = [Remark(rule, one) for rule in RULES for one in rule.check(base)]
    allowed = list(_allowances(base))
    kept = [one for one in found if not any(each.covers(one) for each in allowed)]
    idle = [each for each in allowed if not any(each.covers(one) for one in found)]
    kept += [Remark(ALLOWED, _wrong(each)) for each in idle]
    return sorted(kept, key=lambda one: (one.notice.place, one.rule.id, one.found.message))


@dataclass(frozen=True, slots=True)
class _Allowed:
    """An allowance, where it stands, and the part of the file that it is for."""

    document: Document
    owner: Path_
    path: Path_
    rule: str

    def covers(self, remark: Remark) -> bool:
        """Whether it is for this rule and for a part in which something was found."""
        found = remark.found
        inside = found.path[: len(self.owner)] == self.owner
        return self.rule == remark.rule.id and self.document is found.document and inside


def _allowances(base: Base) -> Iterator[_Allowed]:
    for document in base.documents:
        for owner in _owners(document):
            for index in document.indexes((*owner, "lint")):
                path = (*owner, "lint", index)
                yield _Allowed(document, owner, path, document.at((*path, "allow")))


def _owners(document: Document) -> Iterator[Path_]:
    """The parts of a file that may hold allowances."""
    yield ()
    for key in ("criteria", "relations"):
        yield from ((key, index) for index in document.indexes((key,)))
    for name in document.keys(("facts",)):
        yield ("facts", name)
        fields = ("facts", name, "fields")
        yield from ((*fields, field) for field in document.keys(fields))


def _wrong(idle: _Allowed) -> Found:
    """An allowance that allows nothing."""
    if idle.rule in BY_ID:
        message = f"`{idle.rule}` finds nothing here; leave the allowance out"
    else:
        hint = did_you_mean(idle.rule, BY_ID) or "; see docs/lint.md"
        message = f"there is no rule `{idle.rule}`{hint}"
    return Found(idle.document, idle.path, message)
