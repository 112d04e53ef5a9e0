"""How what a letter names is meant: each situation in one invented sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.letters.facts import stated
from checker.letters.passages import Mention, mentions
from checker.letters.words import FactLists
from tests.facts.invented import a_letter
from tests.growth import exponent_of_growth


def named(lists: FactLists, sentence: str, concept: str) -> Mention:
    found = list(mentions(a_letter(sentence), lists))
    own = [one for one in found if one.named.concept.name == concept]
    assert own, [one.named.concept.name for one in found]
    return own[-1]


@pytest.mark.parametrize(
    ("sentence", "concept", "status"),
    [
        ("She attended physical therapy in May.", "physical_therapy", "affirmed"),
        ("He never tried acupuncture.", "acupuncture", "negated"),
        ("Acupuncture was never tried.", "acupuncture", "negated"),
        ("There is no record that he had acupuncture.", "acupuncture", "undocumented"),
        ("The notes do not say much and do not mention acupuncture.", "acupuncture", "undocumented"),
        ("Physical therapy was not documented.", "physical_therapy", "undocumented"),
        ("Physical therapy was requested.", "physical_therapy", "planned"),
        ("The plan of care included rest, heat, and physical therapy.", "physical_therapy", "planned"),
        ("She was referred for physical therapy.", "physical_therapy", "planned"),
        ("He is to start physical therapy next week.", "physical_therapy", "planned"),
        ("Eight visits of physical therapy were authorized.", "physical_therapy", "planned"),
        ("He was diagnosed with possible radiculopathy.", "radiculopathy", "possible"),
        ("The patient denied numbness, tingling and weakness.", "weakness_reported", "negated"),
        ("There is no spasm, swelling, or numbness.", "numbness_or_tingling", "negated"),
        ("There is no swelling, numbness of the left leg, and pain.", "numbness_or_tingling", "affirmed"),
        ("No spasm was seen but the lumbar muscles are tender.", "muscle_spasm", "negated"),
        ("His father had diabetes.", "diabetes", "other"),
        ("There is numbness of the right hand.", "numbness_or_tingling", "other"),
        ("There is numbness of the left leg.", "numbness_or_tingling", "affirmed"),
        ("She had physical therapy for the right knee.", "physical_therapy", "other"),
        ("She had physical therapy for the low back and the right knee.", "physical_therapy", "affirmed"),
        ("Radiculopathy was not found.", "radiculopathy", "negated"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_concept(lists, sentence, concept, status):
    assert named(lists, sentence, concept).assertion.status == status


@pytest.mark.parametrize(
    ("sentence", "concept", "outcome"),
    [
        ("He failed physical therapy, rest and ibuprofen.", "physical_therapy", "failed"),
        ("He failed physical therapy, rest and ibuprofen.", "nsaids", "failed"),
        ("Six visits of physical therapy were without benefit.", "physical_therapy", "failed"),
        ("There was no relief from the epidural injection.", "epidural", "failed"),
        ("The prior medial branch blocks were ineffective.", "medial_branch_block", "failed"),
        ("Physical therapy was very helpful.", "physical_therapy", "effective"),
        ("She had good relief from the facet injection.", "facet_injection", "effective"),
        ("The block gave partial relief.", "root_tension", ""),
        ("Straight leg raise was positive on the left.", "root_tension", "positive"),
        ("Positive Spurling's and negative straight leg raise.", "root_tension", "negative"),
        ("Negative straight leg raise, and Spurling's was positive.", "root_tension", "positive"),
        ("SLR and the slump test were negative.", "root_tension", "negative"),
        ("EMG of the legs was normal.", "electrodiagnostics", "negative"),
        ("Ibuprofen is contraindicated for her kidneys.", "nsaids", "contraindicated"),
    ],
)
def test_what_came_of_it(lists, sentence, concept, outcome):
    if concept == "root_tension" and not outcome:
        assert not [
            one for one in mentions(a_letter(sentence), lists) if one.named.concept.name == concept
        ]
        return
    assert named(lists, sentence, concept).assertion.outcome == outcome


@pytest.mark.parametrize(
    ("rationale", "voices"),
    [
        ("Physical therapy should be tried first.", []),
        ("Guidelines ask for failed physical therapy.", []),
        ("In this case the patient failed physical therapy.", ["reviewer"]),
        ("The patient must have failed physical therapy.", []),
        ("Blocks are not recommended.In this case physical therapy failed.", ["reviewer"]),
        ("In this case no pain is left. Physical therapy was done.", ["reviewer"]),
        ("The patient had physical therapy. More physical therapy is not medically necessary.", ["reviewer"]),
    ],
)  # fmt: skip
def test_who_speaks_in_a_rationale(lists, rationale, voices):
    letter = a_letter("Nothing is told.", rationale)
    found = [
        one.voice for one in mentions(letter, lists) if one.named.concept.name == "physical_therapy"
    ]
    assert found == voices


@pytest.mark.parametrize(
    ("sentence", "voice"),
    [
        ("He had physical therapy.", "record"),
        ("Ten visits of physical therapy was the original request.", "ur"),
        ("Four visits of physical therapy was authorized by the Claims Administrator.", "ur"),
        ("Utilization review denied physical therapy on May 2.", "ur"),
        ("On May 2 the request for physical therapy was non-certified.", "ur"),
    ],
)
def test_who_speaks_in_a_summary(lists, sentence, voice):
    (found,) = mentions(a_letter(sentence), lists)
    assert found.voice == voice


def test_a_summary_may_be_that_of_the_review(lists):
    letter = a_letter("He had physical therapy.", summary_voice="ur")
    (found,) = mentions(letter, lists)
    assert found.voice == "ur"


WORDS = [
    "no",
    "not",
    "denied",
    "had",
    "failed",
    "if",
    "pain",
    "radiates",
    "numbness",
    "tingling",
    "physical",
    "therapy,",
    "ibuprofen",
    "and",
    "with",
    "without",
    "relief",
    "80%",
    "L4-5",
    "S1",
    "fusion",
    "block",
    "medial",
    "branch",
    "was",
    "requested",
    ";",
    ".",
    ":",
    "but",
    "on",
    "10-05-2015",
    "positive",
    "straight",
    "leg",
    "raise",
    "EMG",
    "normal",
    "weeks",
    "6",
    "of",
    "the",
    "patient",
    "guideline",
    "(a)",
    "10/10",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(WORDS), max_size=60), st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_text_of_words_is_read(lists, summary, rationale):
    """Every mention stands where its words are, in a sentence that is heard."""
    letter = a_letter(" ".join(summary) or "x", " ".join(rationale) or "x")
    for one in mentions(letter, lists):
        start, end = one.sentence
        assert start <= one.named.start < one.named.end <= end
        assert one.voice in ("record", "ur", "reviewer")


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_random_bytes_are_read(lists, data):
    list(mentions(a_letter(data.decode("latin-1") or "x", data.decode("utf-8", "replace")), lists))


@pytest.mark.parametrize(
    "words",
    [
        "no pain ",
        "Physical therapy was tried on 10-05-2015. ",
        "prior L4-5 medial branch block with 80% relief. ",
        "not documented that he had failed physical therapy, ",
        "EMG done on 10-05-2015 showed ",
        "L4-5 ",
        "((((",
        ". ",
    ],
)
def test_reading_takes_time_in_proportion_to_the_text(lists, rules, words):
    """Half way between proportion and square is what a crowded machine may make of it."""

    def read(text: str) -> None:
        stated(a_letter(text, text), lists, rules)

    short, long = (words * (length // len(words)) for length in (2_000, 16_000))
    assert exponent_of_growth(read, short, long) < 1.5
