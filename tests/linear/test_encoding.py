import csv

import numpy as np
import pytest

from surrobrain.linear.delays import delayed
from surrobrain.linear.encoding import EncodingRecipe, encode_responses, unique_variance
from surrobrain.linear.permuted_blocks import block_permutation
from surrobrain.linear.scores import correlation, r2, split_r2
from surrobrain.signals.cleaning import cleaned
from surrobrain.statistics.noise_ceiling import (
    explainable_variance,
    leave_one_out_correlation,
    split_half,
)

pytestmark = pytest.mark.filterwarnings("ignore:the best penalty")


@pytest.fixture(scope="module")
def alice(shared):
    folder = shared("narratives/alice")
    with np.load(folder / "alice_roi_bold.npz") as stored:
        bold, motion = stored["bold_6mm"], stored["motion"][:, 10:]
    with open(folder / "words.tsv", newline="") as stream:
        offsets = [float(row["offset"]) for row in csv.DictReader(stream, delimiter="\t")]
    people = np.stack([
        cleaned(b.astype(float), sfreq=0.5, cutoff=170.0, nuisance=m.astype(float))
        for b, m in zip(bold, motion, strict=True)
    ])  # fmt: skip
    counts = np.bincount(((np.array(offsets) - 20) // 2).astype(int), minlength=362)
    return people, counts[:, None].astype(float)


def test_listeners_agree_as_much_as_is_known(alice):
    people, _ = alice
    known = [0.268, 0.208, 0.388, 0.250, 0.212, 0.177]
    np.testing.assert_allclose(leave_one_out_correlation(people).mean(axis=0), known, atol=6e-4)
    agreement, ceiling = split_half(people)
    np.testing.assert_allclose(agreement, [0.649, 0.518, 0.738, 0.562, 0.555, 0.447], atol=1.1e-3)
    np.testing.assert_allclose(ceiling, [0.887, 0.826, 0.922, 0.848, 0.845, 0.786], atol=6e-4)


def test_the_count_of_words_predicts_as_much_as_is_known(alice):
    people, counts = alice
    group = people.mean(axis=0)
    recipe = EncodingRecipe(alphas=tuple(np.logspace(0, 6, 25)))
    found = encode_responses({"words": counts}, group / group.std(axis=0), recipe=recipe)
    np.testing.assert_allclose(found.r, [0.348, 0.318, 0.388, 0.478, 0.444, 0.328], atol=3e-3)
    np.testing.assert_allclose(found.r2, [0.121, 0.101, 0.150, 0.228, 0.197, 0.108], atol=3e-3)
    tested = block_permutation(found.truth, found.predicted, n_permutations=2000)
    np.testing.assert_array_equal(tested.p, 1 / 2001)
    assert ((tested.null_spread > 0.074) & (tested.null_spread < 0.084)).all()


def test_parts_add_up_and_a_run_is_predicted_from_the_others():
    rng = np.random.default_rng(0)
    given = {"a": rng.normal(size=(240, 2)), "b": rng.normal(size=(240, 2))}
    y = np.roll(given["a"], 1, axis=0) + 0.5 * rng.normal(size=(240, 2))
    y[:120] -= y[:120].mean(axis=0)
    y[120:] -= y[120:].mean(axis=0)
    recipe = EncodingRecipe(delays=(0, 1), n_draws=10)
    found = encode_responses(given, y, recipe=recipe, runs=[120, 120], seed=1)
    np.testing.assert_allclose(found.split_r2.sum(axis=0), found.r2, atol=1e-4)
    assert (found.r > 0.7).all()
    assert (found.gamma[0] > 0.7).all()


def test_variance_is_shared_out():
    rng = np.random.default_rng(0)
    common = rng.normal(size=(400, 1))
    given = {
        "a": common + 0.1 * rng.normal(size=(400, 1)),
        "b": common + 0.1 * rng.normal(size=(400, 1)),
        "c": rng.normal(size=(400, 1)),
    }
    y = common + given["c"] + 0.3 * rng.normal(size=(400, 1))
    recipe = EncodingRecipe(delays=(0,), banded=False)
    found = unique_variance(given, y - y.mean(axis=0), recipe=recipe)
    everything = encode_responses(given, y - y.mean(axis=0), recipe=recipe).r2
    np.testing.assert_allclose(sum(found.values()), everything)
    assert found["a", "b"][0] > 0.3
    assert found[("c",)][0] > 0.3
    assert all(abs(found[key][0]) < 0.05 for key in [("a",), ("a", "c"), ("a", "b", "c")])


def test_what_cannot_be_encoded_is_refused():
    x, y = np.random.default_rng(0).normal(size=(2, 100, 1))
    y = y - y.mean(axis=0)
    with pytest.raises(ValueError, match="'words' are constant"):
        encode_responses({"words": x * 0 + 1}, y)
    with pytest.raises(ValueError, match="mean 0 in every run"):
        encode_responses({"words": x}, y + 1)
    with pytest.raises(ValueError, match="give 4 or fewer"):
        unique_variance(dict.fromkeys("abcde", x), y)
    with pytest.raises(ValueError, match="zero or more"):
        delayed(x, (-1,))


def test_delays_do_not_reach_into_another_run():
    found = delayed(np.arange(6.0)[:, None] + 1, (2,), runs=[3, 3])
    np.testing.assert_array_equal(found[:, 0], [0, 0, 1, 0, 0, 4])


def test_permutations_are_those_of_moving_blocks_one_by_one():
    rng = np.random.default_rng(0)
    truth, predicted = rng.normal(size=(2, 103, 4))
    found = block_permutation(truth, predicted, block=10, n_permutations=200, seed=3)
    order = np.random.default_rng(3)
    null = np.array([
        correlation(truth[:100].reshape(10, 10, 4)[order.permutation(10)].reshape(100, 4),
                    predicted[:100])
        for _ in range(200)
    ])  # fmt: skip
    np.testing.assert_allclose(found.null_spread, null.std(axis=0), rtol=1e-6)
    np.testing.assert_allclose(found.p, (1 + (null >= found.r).sum(axis=0)) / 201)
    top = null.max(axis=1)
    np.testing.assert_allclose(found.p_max, (1 + (top[:, None] >= found.r).sum(axis=0)) / 201)


def test_smooth_noise_is_significant_as_often_as_it_should_be():
    from scipy.ndimage import gaussian_filter1d

    rng = np.random.default_rng(0)
    truth, predicted = gaussian_filter1d(rng.normal(size=(2, 400, 600)), 2, axis=1)
    p = block_permutation(truth, predicted, block=20, n_permutations=300, seed=0).p
    assert 0.02 < (p < 0.05).mean() < 0.08


def test_constant_targets_have_no_p_and_short_recordings_are_refused():
    truth, predicted = np.random.default_rng(0).normal(size=(2, 100, 2))
    predicted[:, 1] = 1.0
    found = block_permutation(truth, predicted, n_permutations=20)
    assert np.isnan(found.p[1])
    assert not np.isnan(found.p_max[0])
    with pytest.raises(ValueError, match="make 6 blocks of 15; 7 or more"):
        block_permutation(truth, predicted, block=15)


def test_scores_of_known_predictions():
    truth = np.random.default_rng(0).normal(size=(50, 1))
    assert r2(truth, truth * 0 + truth.mean())[0] == pytest.approx(0.0)
    assert np.isnan(r2(truth * 0, truth))[0]
    assert np.isnan(correlation(truth, truth * 0 + 0.1))[0]
    np.testing.assert_allclose(split_r2(truth, np.stack([truth, truth * 0])), [[1.0], [0.0]])


def test_ceilings_of_known_reliability():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(1, 4000, 1))
    people = shared + 2.0 * rng.normal(size=(8, 4000, 1))
    assert explainable_variance(people)[0] == pytest.approx(0.2, abs=0.03)
    agreement, ceiling = split_half(people)
    assert agreement[0] == pytest.approx(0.5, abs=0.05)
    truth = np.corrcoef(people.mean(axis=0)[:, 0], shared[0, :, 0])[0, 1]
    assert ceiling[0] == pytest.approx(truth, abs=0.03)
    with pytest.raises(ValueError, match="two people or repeats"):
        split_half(people[:1])


def test_drifts_and_motion_are_taken_out_and_what_is_constant_stays_zero():
    rng = np.random.default_rng(0)
    time = np.arange(300.0)[:, None]
    motion = np.cumsum(rng.normal(size=(300, 2)), axis=0)
    fast = rng.normal(size=(300, 1))
    bold = np.concatenate([fast + 0.01 * time + motion[:, :1], time * 0 + 5], axis=1)
    found = cleaned(bold, sfreq=0.5, nuisance=motion)
    assert np.corrcoef(found[:, 0], fast[:, 0])[0, 1] > 0.95
    np.testing.assert_array_equal(found[:, 1], 0.0)
    with pytest.raises(ValueError, match="shorter than"):
        cleaned(bold[:10], sfreq=0.05, nuisance=motion[:10].repeat(5, axis=1))
    with pytest.raises(ValueError, match="do not go together"):
        cleaned(bold, sfreq=0.5, runs=[100, 100])
