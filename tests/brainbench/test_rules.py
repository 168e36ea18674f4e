import gzip
import json

import pytest

from surrobrain.brainbench import Document, item_quality
from surrobrain.brainbench.authoring.balance import balanced
from surrobrain.brainbench.authoring.checks import draft_problems
from surrobrain.brainbench.authoring.opposites import OPPOSITES, PAIRED
from surrobrain.brainbench.authoring.origin import Origin, origin_of
from surrobrain.brainbench.authoring.rules import alter_by_rule

HEAD = "Cells in the cortex of mice were held under anesthesia. "


def altered(result, head=HEAD):
    item = alter_by_rule(Origin("10.1/x", head + result))
    return None if item is None else (item.id, item.altered[len(head) :])


@pytest.mark.parametrize(
    ("published", "other"),
    [
        ("We found that light increased the rate.", "We found that light decreased the rate."),
        ("We found an increase.", "We found a decrease."),
        ("Results: A decrease was found.", "Results: An increase was found."),
        ("Results: Higher rates were seen.", "Results: Lower rates were seen."),
        ("We found that AMPH up-regulates DAT.", "We found that AMPH down-regulates DAT."),
        ("We found that pain was more likely.", "We found that pain was less likely."),
        ("We show that rats ran faster.", "We show that rats ran slower."),
    ],
)
def test_directions_are_reversed_in_the_same_form(published, other):
    assert altered(published) == ("rule:direction:10.1/x", other)


@pytest.mark.parametrize(
    "published",
    [
        "We found that light did not increase the rate.",
        "We found responses at higher doses.",
        "We found responses to high-frequency trains and fast-spiking cells.",
        "These findings will increase our understanding.",
        "To test whether light increased the rate, mice were used.",
        "Light was on.",
    ],
)
def test_what_is_no_result_is_left_alone(published):
    assert altered(published) is None


def test_both_sides_of_a_relation_are_not_reversed_together():
    published = "We found that rates increased as distance decreased."
    assert altered(published)[1] == "We found that rates increased as distance increased."


def test_compared_things_are_exchanged():
    published = "We found that males explored more than females. Males also slept."
    assert altered(published) == (
        "rule:exchange:10.1/x",
        "We found that females explored more than males. Females also slept.",
    )
    assert altered("We found 16 males and 20 females in males and females.") is None
    kept = "We found that pre- and postsynaptic sites met presynaptic ones."
    assert altered(kept) is None


def test_only_what_follows_the_label_of_results_is_altered():
    lines = [f"BACKGROUND: Noise increased it. {HEAD}", "RESULTS: Power was reduced in all mice."]
    item = alter_by_rule(origin_of(Document("T", "\n".join(lines), doi="10.1/x")))
    assert [(e.original, e.altered) for e in item.edits] == [("reduced", "increased")]


def test_words_of_the_background_stay_because_they_would_give_the_answer_away():
    assert altered("We found increased rates.", head=HEAD + "Do we see increased rates? ") is None


def test_the_table_of_opposites_is_sound():
    assert all(word != other for word, other in OPPOSITES.items())
    assert OPPOSITES["reducing"] == "increasing"
    assert len({frozenset(pair) for pair in PAIRED}) == len(PAIRED)


@pytest.fixture(scope="module")
def made(shared):
    """Cases by rule from 127 real abstracts, mostly of general biology."""
    with gzip.open(shared("corpus") / "oa_articles_ccby.jsonl.gz", "rt") as stream:
        records = [r for r in map(json.loads, stream) if r["abstract"]]
    documents = [Document(r["title"], r["abstract"], doi=r["doi"]) for r in records]
    return [alter_by_rule(origin_of(d)) for d in documents]


def test_real_articles_yield_valid_cases(made):
    items = [item for item in made if item is not None]
    assert len(made) == 127  # of 146 articles, 19 have no abstract
    assert 0.25 < len(items) / len(made) < 0.45  # 40 when this was written
    for item in items:
        assert draft_problems(item) == ()
        assert item.id.startswith(("rule:direction:", "rule:exchange:"))
        assert item.id.endswith(item.doi)


@pytest.fixture(scope="module")
def neuroscience(shared):
    lines = (shared("brainbench") / "testcases_human.jsonl").read_text().splitlines()
    cases = [json.loads(line) for line in lines]
    made = [alter_by_rule(origin_of(Document("", c["original"], doi=c["doi"]))) for c in cases]
    return [item for item in made if item is not None]


def test_most_neuroscience_abstracts_yield_a_case(neuroscience):
    assert 110 <= len(neuroscience) <= 150  # of 200
    assert all(draft_problems(item) == () for item in neuroscience)


def test_reversed_directions_give_the_answer_away_and_a_balanced_set_does_not(neuroscience):
    def learned(items):
        return item_quality(items).baselines[-1].accuracy(seed=0)

    assert learned(neuroscience).low > 0.55
    fair = balanced(neuroscience)
    assert len(fair) >= 60
    assert learned(fair).low < 0.5 < learned(fair).high
