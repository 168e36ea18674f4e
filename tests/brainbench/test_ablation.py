import csv
import json
from collections import Counter, defaultdict

import numpy as np
import pytest

from surrobrain.brainbench.ablation import (
    ablate_context,
    isolate_sentences,
    isolation,
    swap_context,
)
from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.differences import find_edits
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_problems import item_problems
from surrobrain.brainbench.item_reader import examine_items
from surrobrain.brainbench.result_sentences import result_sentences, with_sentences
from surrobrain.brainbench.sentences import split_sentences


@pytest.fixture(scope="module")
def folder(shared):
    return shared("brainbench")


@pytest.fixture(scope="module")
def items(folder):
    return examine_items(folder / "testcases_human.jsonl", on_bad="keep").items


@pytest.mark.parametrize(
    "sentences",
    [
        ("Neurons fired (cf. Fig. 2A).", "Others (e.g. D2 cells) did not."),
        ("We used [18F]FDG (Smith et al. 2001).", "In D. melanogaster it fell."),
        ('Did it "stop?"', "It did (p < 0.05; vs. Controls).", "Yes!"),
        ("It fell by 2.5 mV.", "No. 3 was lost."),
        ("One sentence without an end",),
    ],
)
def test_sentences_are_told_apart(sentences):
    assert split_sentences("  " + " ".join(sentences) + "\n") == sentences


def test_sentences_with_edits_are_those_of_another_splitter(folder, items):
    """487 of 488 pairs; in case 51 the other one overlooked the end of '>2.4 h.'."""
    lines = (folder / "iso_sentences_human.jsonl").read_text().splitlines()
    other = [json.loads(line) for line in lines]
    theirs = {(s["case_id"], s["original"], s["altered"]) for s in other}
    sentences, cases = isolate_sentences(items)
    ours = {(int(c), s.original, s.altered) for c, s in zip(cases, sentences, strict=True)}
    assert len(ours) == len(theirs) == 488
    ((case, text, _),) = theirs - ours
    assert case == 51
    assert ">2.4 h. They inhibit" in text
    assert sum(len(s.edits) for s in sentences) == sum(len(i.edits) for i in items)
    assert {s.id for s in sentences if item_problems(s)} == {"62:2"}  # damaged as published


def test_a_break_that_one_version_lacks_does_not_part_sentences():
    edits = find_edits("So. It rose. It fell. End.", "So. It rose and fell. End.")
    item = Item("1", "So. It rose. It fell. End.", "So. It rose and fell. End.", edits)
    assert [s.original for s in result_sentences(item)] == ["It rose. It fell."]
    assert [s.altered for s in result_sentences(item)] == ["It rose and fell."]


def test_an_insertion_belongs_to_one_sentence_only():
    original, altered = "It rose. It fell.", "It rose. Not so. It fell."
    item = Item("1", original, altered, (Edit("", "Not so. ", 9, 9),))
    (sentence,) = result_sentences(item)
    assert sentence.altered.startswith("Not so.")


@pytest.mark.parametrize("seed", [42, 1234])
def test_every_result_sentence_comes_once_from_another_case_of_the_subfield(items, seed):
    swapped = swap_context(items, seed=seed)
    assert swapped == swap_context(items, seed=seed)
    assert swapped != swap_context(items, seed=seed + 1)
    owner = defaultdict(list)
    for item in items:
        for s in result_sentences(item):
            owner[item.subfield, s.original, s.altered].append(item.id)
    used = Counter()
    for before, after in zip(items, swapped, strict=True):
        assert (before.id, before.subfield) == (after.id, after.subfield)
        assert not [p for p in item_problems(after) if "bracket" not in p]
        for found in put_in_place(before, after, owner):
            assert set(owner[found]) != {before.id}
            used[found] += 1
    assert used == Counter({found: len(ids) for found, ids in owner.items()})


def put_in_place(before, after, known):
    """Read a swapped case from left to right: context that stayed, a sentence that is known, ..."""
    place = [0, 0]
    end = 0
    for old in result_sentences(before):
        context = before.original[end : old.start_original]
        end = old.start_original + len(old.original)
        for k, text in enumerate((after.original, after.altered)):
            assert text.startswith(context, place[k])
            place[k] += len(context)
        found = max(
            (p for p in known if p[0] == before.subfield
             and after.original.startswith(p[1], place[0])
             and after.altered.startswith(p[2], place[1])),
            key=lambda p: len(p[1]),
        )  # fmt: skip
        place = [place[0] + len(found[1]), place[1] + len(found[2])]
        yield found
    assert after.original[place[0] :] == after.altered[place[1] :] == before.original[end:]


def test_putting_back_what_was_taken_changes_nothing(items):
    assert all(with_sentences(item, result_sentences(item)) == item for item in items)


def test_a_case_that_fills_its_subfield_cannot_be_swapped():
    items = [parse_brackets(f"It [[{a}, not]]. So [[{b}, no]].", id=a) for a, b in ("ab", "cd")]
    with pytest.raises(ValueError, match=r"case x holds 3 of the 5 .* cases without subfield"):
        swap_context([
            parse_brackets("It [[a, b]]. So [[a, b]]. Yet [[a, b]].", id="x"), items[0]
        ], seed=0)  # fmt: skip
    assert [i.id for i in swap_context(items, seed=0)] == ["a", "c"]


def published(path, key):
    scores = defaultdict(list)
    for row in csv.DictReader(path.read_text().splitlines()):
        pair = float(row["ppl_original"]), float(row["ppl_altered"])
        scores[key(row)].append((int(row["case_id"]), *pair))
    return {name: np.array(values) for name, values in scores.items()}


def test_published_sentence_scores_give_both_aggregations(folder):
    """The paper's .659 and .722 average 15 models, of which the 7 even-numbered are here."""
    models = published(folder / "model_scores_iso_even.csv", lambda r: int(r["paper_order"]))
    found = {k: isolation(np.log(v[:, 1:]), cases=v[:, 0].astype(int)) for k, v in models.items()}
    assert set(found) == {2, 4, 6, 8, 10, 12, 14}
    assert {f.n_sentences for f in found.values()} == {488}
    sentences = {k: f"{f.over_sentences.value:.3f}" for k, f in found.items()}
    assert sentences == {
        2: "0.697", 4: "0.678", 6: "0.715", 8: "0.643", 10: "0.635", 12: "0.662", 14: "0.682",
    }  # fmt: skip
    assert np.mean([f.over_sentences.value for f in found.values()]) == pytest.approx(
        0.6733, abs=5e-5
    )
    assert np.mean([f.over_abstracts.value for f in found.values()]) == pytest.approx(
        0.7386, abs=5e-5
    )
    for f in found.values():
        assert f.over_sentences.low < f.over_sentences.value < f.over_sentences.high
        assert f.over_sentences.n == 200


def test_the_three_readings_are_asked_for_and_the_drop_is_parted():
    """A reader that knows the first sentence alone is right wherever context is left alone."""
    items = [
        parse_brackets(f"Fact {k}. It [[rose, fell]] {k} mV. It [[cost, gave]] {k} s.", id=str(k))
        for k in range(10)
    ]
    asked = []

    def read(cases):
        asked.append(len(cases))
        own = [i.original.count(f" {i.id} ") == 2 and len(split_sentences(i.original)) == 3
               for i in cases]  # fmt: skip
        sentence = [i.original.startswith("It rose") for i in cases]
        loss = [[0.0, 1.0 if o else 2.0 if s else -1.0] for o, s in zip(own, sentence, strict=True)]
        return Choices("clever", tuple(i.id for i in cases), np.array(loss))

    found = ablate_context(items, read=read, swap_seeds=(1, 2))
    assert asked == [10, 20, 10, 10]
    assert found.whole.value == 1.0
    assert found.isolated.over_sentences.value == 0.5
    assert found.isolated.over_abstracts.value == 1.0
    assert found.from_aggregation == 1.0
    assert all(share.value < 0.5 for share in found.swapped.values())
