"""How many letters a second are read for facts: invented letters, as long as real ones.

`python -m benchmarks.facts` measures on its own; `python -m benchmarks.facts FOLDER` reads the text files
of a folder in place of invented letters, each as the summary of one letter.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from time import process_time

from benchmarks.table import Row, show
from benchmarks.timing import in_turn
from checker.letters.facts import stated
from checker.letters.letter import Item, Letter, LetterText, Span
from checker.letters.wordlists import load_lists
from checker.rulebase import RuleBase, load_rules
from checker.shipped import shipped

TARGET_PER_SECOND = 100
_SUMMARY, _RATIONALE = 14, 11  # sentences
_FORMS = (
    "The worker is a {age} year old with a date of injury on 0{month}-1{day}-2014.",
    "A note of 1{day}-0{month}-2015 tells of low back pain that radiates to the left leg, {day} out of 10.",
    "He has numbness, tingling and weakness in the {side} leg and denied headaches.",
    "Range of motion of the lumbar spine is limited, with tenderness of the paraspinal muscles and spasm.",
    "Straight leg raise is {result} on the {side} and facet loading was {result} at L{day}-5.",
    "Sensation is reduced in the {side} L5 dermatome; motor strength is 4/5 and reflexes are normal.",
    "An MRI done on 0{month}-2{day}-2015 showed a disc bulge at L4-5 with facet hypertrophy, and no stenosis.",
    "Treatment to date has included physical therapy, chiropractic care, ibuprofen, and home exercises.",
    "He completed {day} weeks of physical therapy without benefit and had a medial branch block at L{day}-5.",
    "The block gave {age}% pain relief for {day} hours, and medications include tramadol and naproxen.",
    "The treatment plan included acupuncture, a lumbar MRI, and further physical therapy.",
    "Utilization review non-certified physical therapy and a facet injection on 0{month}-2{day}-2015.",
    "Diagnoses include lumbar radiculopathy, facet arthropathy, and chronic pain syndrome.",
    "He is not working, and an epidural injection was the original request.",
)
_REASONS = (
    "Guidelines ask for failed conservative care of at least {day} weeks before any injection.",
    "Blocks of the medial branches are not recommended for treatment, but may be used to find the source.",
    "Studies of neurotomy found little evidence of lasting benefit in patients with low back pain.",
    "No more than two joints should be injected in one session, and sedation should not be used.",
    "In this case the patient has failed physical therapy, home exercise and NSAIDs.",
    "The records do not state whether the block at L{day}-5 gave any relief.",
    "There is no documentation of facet tenderness on examination.",
    "Therefore, the request is not medically necessary.",
    "Opioids are not recommended as a first choice, and should be part of a written plan.",
)


def letters(number: int) -> list[Letter]:
    """Letters with two items each, the same every time."""
    random = Random(1)
    return [_letter(random) for _ in range(number)]


def facts(rules: RuleBase, number: int, rounds: int) -> list[Row]:
    """Reading invented letters on one core, and loading the lists that it takes."""
    folder = shipped("rules") / "letters"
    lists = load_lists(folder, rules.vocabulary)
    written = letters(number)
    load, read = "load the word lists", "read letters for facts"
    times = in_turn(
        {
            load: lambda: load_lists(folder, rules.vocabulary),
            read: lambda: [stated(one, lists, rules) for one in written],
        },
        rounds,
    )
    seconds = times.typical(read)
    characters = sum(len(one.source.text) for one in written) / number
    found = sum(len(stated(one, lists, rules)) for one in written) / number
    return [
        Row(
            load, f"{times.typical(load) * 1000:.0f} ms: {len(lists.phrases)} phrases",
            numbers={"phrases": len(lists.phrases)},
        ),
        Row(
            read,
            f"{number / seconds:.0f} letters/s of {characters:.0f} characters, {found:.0f} facts each",
            f"at least {TARGET_PER_SECOND}/s",
            number / seconds >= TARGET_PER_SECOND,
            {"rate": number / seconds, "characters": characters, "facts": found},
        ),
    ]  # fmt: skip


def _letter(random: Random) -> Letter:
    text, summary = _written("", _FORMS, _SUMMARY, random)
    items = []
    for item in (1, 2):
        start = len(text)
        text += "Medial branch block at L4-5"
        title = Span(start, len(text))
        text, rationale = _written(text + "\n", _REASONS, _RATIONALE, random)
        items.append(Item(item, title, "", None, None, "Upheld", title, None, None, rationale))
    return _of(text, summary, tuple(items))


def _written(text: str, forms: tuple[str, ...], number: int, random: Random) -> tuple[str, Span]:
    sentences = (
        random.choice(forms).format(
            age=random.randint(30, 80),
            day=random.randint(1, 4),
            month=random.randint(1, 9),
            side=random.choice(("left", "right")),
            result=random.choice(("positive", "negative")),
        )
        for _ in range(number)
    )
    written = " ".join(sentences)
    return f"{text}{written}\n", Span(len(text), len(text) + len(written))


def _of(text: str, summary: Span, items: tuple[Item, ...] = ()) -> Letter:
    return Letter(
        source=LetterText("letter.txt", text, "0" * 64),
        layout="invented",
        span=Span(0, len(text)),
        header={},
        injured=None,
        ur_date=None,
        received=None,
        licensed_in=(),
        specialty=(),
        summary=summary,
        summary_voice="record",
        items=items,
    )


def _folder(rules: RuleBase, folder: Path) -> list[Row]:
    lists = load_lists(shipped("rules") / "letters", rules.vocabulary)
    texts = [one.read_text(encoding="utf-8") for one in sorted(folder.glob("*.txt"))]
    read = [_of(one, Span(0, len(one))) for one in texts]
    before = process_time()
    for one in read:
        stated(one, lists, rules)
    seconds = process_time() - before
    return [Row("read texts for facts", f"{len(read) / seconds:.0f} a second: {len(read)} texts")]


if __name__ == "__main__":
    shipped_rules = load_rules(shipped("rules"))
    if len(sys.argv) > 1:
        show({"Letters": _folder(shipped_rules, Path(sys.argv[1]))})
    else:
        show({"Letters": facts(shipped_rules, number=200, rounds=5)})
