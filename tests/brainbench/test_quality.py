from dataclasses import replace

import numpy as np
import pytest

from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.decodability import decodability
from surrobrain.brainbench.item_reader import examine_items
from surrobrain.brainbench.quality import item_quality
from surrobrain.brainbench.share import share_right
from surrobrain.brainbench.surface_cues import SurfaceCue, surface_cues


@pytest.fixture(scope="module")
def items(shared):
    file = shared("brainbench") / "testcases_human.jsonl"
    return examine_items(file, on_bad="keep").items


def test_the_published_cases_hardly_give_themselves_away(items):
    """Shorter text .50, zlib .51, leave-one-out word direction .56: the baselines to beat."""
    found = {cue.name: f"{cue.accuracy().value:.2f}" for cue in surface_cues(items)}
    assert found == {
        "shorter text": "0.50", "compresses better": "0.51", "word direction": "0.56",
        "repeats the rest": "0.56",
    }  # fmt: skip


def test_a_cue_is_credited_half_where_it_cannot_tell():
    cue = SurfaceCue("x", np.array([2.0, -1.0, 0.0, 0.0]))
    assert cue.credit.tolist() == [1.0, 0.0, 0.5, 0.5]
    assert (cue.accuracy().value, cue.undecided) == (0.5, 2)


def test_word_direction_never_looks_at_the_case_itself():
    items = [parse_brackets(f"Of {k}: {k} [[a{k}, b{k}]].", id=str(k)) for k in range(5)]
    cues = {cue.name: cue for cue in surface_cues(items)}
    assert cues["word direction"].undecided == 5
    assert cues["repeats the rest"].undecided == 5


def test_the_rest_that_repeats_an_edit_is_seen():
    item = parse_brackets("It [[rose, fell]]. That it rose is new.", id="1")
    cues = {cue.name: cue.preference for cue in surface_cues([item])}
    assert cues["repeats the rest"].tolist() == [1.0]


def leaky(n):
    """In studies of mice everything rises and in studies of rats everything falls."""
    return [
        parse_brackets(
            f"Case {k} on {['mice', 'rats'][k % 2]}: it "
            f"[[{['rose', 'fell'][k % 2]}, {['fell', 'rose'][k % 2]}]] there.",
            id=str(k),
        )
        for k in range(n)
    ]


def test_a_rule_that_depends_on_the_rest_is_decoded_though_no_word_has_a_direction():
    items = leaky(30)
    direction = next(c for c in surface_cues(items) if c.name == "word direction")
    assert direction.accuracy().value == 0.0  # the other cases point the wrong way, by one
    found = decodability(items, seed=0)
    assert found.cue.accuracy().value == 1.0
    assert found.p_value == 0.001
    assert found.chance == pytest.approx(0.5, abs=0.05)


def test_the_left_out_answer_is_that_of_training_without_the_case():
    """The closed form against a fit on the other cases alone."""
    from surrobrain.brainbench.decodability import _kernel

    items = leaky(7)
    kernel = _kernel(items)
    found = decodability(items).cue.preference
    for k in range(7):
        others = np.delete(np.arange(7), k)
        gram = kernel[np.ix_(others, others)] + np.eye(6)
        assert found[k] == pytest.approx(kernel[k, others] @ np.linalg.solve(gram, np.ones(6)))


def test_chance_is_not_rejected_more_often_than_promised():
    rng = np.random.default_rng(0)
    p = []
    for draw in range(40):
        words = [rng.permutation(["rose", "fell", "grew", "shrank"]) for _ in range(12)]
        items = [parse_brackets(f"{draw} [[{a}, {b}]].", id=str(k)) for k, (a, b, *_) in
                 enumerate(words)]  # fmt: skip
        p.append(decodability(items, n_permutations=99, seed=rng).p_value)
    assert np.mean(np.array(p) <= 0.1) < 0.25
    assert np.mean(np.array(p) > 0.5) > 0.25


def test_the_table_measures_and_remarks(items):
    found = item_quality(items, n_tokens=lambda text: len(text.split()))
    assert found.n_characters[0].tolist() == [len(items[0].original), len(items[0].altered)]
    assert found.n_tokens is not None
    assert found.n_tokens.shape == (200, 2)
    assert found.n_edits[:3].tolist() == [len(i.edits) for i in items[:3]]
    assert ((found.span > 0) & (found.span <= 1)).all()
    assert found.decodability is not None
    assert found.baselines[-1].accuracy().value < 0.65
    odd = [
        parse_brackets(
            "[[It, That]] is so and of a kind that one does not often see in a brain.", id="a"
        ),
        parse_brackets("We see that it [[rose, did not do anything at all]].", id="b"),
    ]
    remarks = item_quality([*odd, replace(odd[0], id="c")]).remarks
    assert remarks[0] == ("the first edit stands in the background, 0 % into the abstract",)
    assert remarks[1] == ("the altered version is 110 % longer",)
    assert remarks[2][-1] == "the original is that of case a"


def test_too_few_cases_are_not_learned_from():
    assert item_quality(leaky(2)).decodability is None
    with pytest.raises(ValueError, match="takes 3 cases, but 2 arrived"):
        decodability(leaky(2))


def test_the_interval_holds_its_promise_and_respects_clusters():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(100):
        share = share_right((rng.random(80) < 0.7).astype(float), n_draws=400, seed=rng)
        inside += share.low <= 0.7 <= share.high
    assert inside >= 88
    same = np.repeat((rng.random(30) < 0.5).astype(float), 10)
    wide = share_right(same, clusters=np.repeat(np.arange(30), 10), seed=0)
    narrow = share_right(same, seed=0)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
