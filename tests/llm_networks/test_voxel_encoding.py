import dataclasses

import numpy as np
import pytest

from surrobrain.linear.ridge import solve_ridge
from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.gain_test import gain_test
from surrobrain.llm_networks.group_encoding import across_subjects
from surrobrain.llm_networks.regressors import design_of
from surrobrain.llm_networks.result_files import read_encoding, save_encoding
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, encode
from surrobrain.llm_networks.voxel_maps import ordinary_t, pattern_maps
from tests.llm_networks.brains import box, driven_bold, quarters, some_patterns

QUICK = EncodeRecipe(n_draws=4, n_permutations=99, alphas=tuple(np.logspace(0, 5, 11)))
pytestmark = pytest.mark.filterwarnings("ignore:the best penalty")


@pytest.fixture(scope="module")
def encoding():
    patterns = some_patterns()
    return encode(patterns, driven_bold(patterns), recipe=QUICK)


def test_what_drives_voxels_is_found_beyond_the_controls(encoding):
    assert encoding.bands == ("patterns", "word rate")
    assert np.mean(encoding.r) > 0.3
    assert np.mean(encoding.unique[0]) > 0.1
    assert abs(np.mean(encoding.unique[1])) < 0.02
    assert (encoding.q_unique < 0.05).mean() > 0.8
    assert not encoding.has_sound
    assert 1 < encoding.condition < 5


def test_maps_lie_where_patterns_act(encoding):
    z = encoding.maps.z[:4]
    inside = quarters().members
    for k in range(4):
        assert z[k, inside[k]].mean() > 1.0 > -0.2 > z[k, ~inside[k]].mean()


def test_a_brain_that_hears_nothing_is_predicted_as_often_as_chance_says():
    patterns = some_patterns(240)
    noise = np.random.default_rng(5).normal(size=(240, 400))
    found = encode(patterns, Bold(noise, 2.0), recipe=QUICK)
    assert (found.p < 0.05).mean() < 0.09
    assert (found.p_unique < 0.05).mean() < 0.07
    assert (found.q_unique < 0.05).mean() == 0


def test_word_rate_alone_is_no_merit_of_patterns():
    rng = np.random.default_rng(0)
    counts = rng.poisson(5, 240)
    patterns = some_patterns(240, word_counts=counts)
    # the first pattern repeats what the count of words says
    courses = patterns.time_courses.copy()
    courses[:, 0] = counts - counts.mean()
    patterns = some_patterns(240, word_counts=counts)
    values = np.roll(counts, 2)[:, None] + 2.5 * rng.normal(size=(240, 50))
    same = dataclasses.replace(patterns, time_courses=courses)
    found = encode(same, Bold(values, 2.0), recipe=QUICK)
    assert found.r_controls.mean() > 0.4
    assert found.unique[0].mean() < 0.01
    assert (found.q_unique < 0.05).mean() < 0.05


def test_runs_are_predicted_from_one_another_and_trimmed():
    patterns = some_patterns(210, runs=(100, 110), trim=5)
    found = encode(patterns, driven_bold(patterns), recipe=QUICK)
    assert found.bold.runs == (90, 100)
    assert np.mean(found.r) > 0.25


def test_the_canonical_response_gives_coefficients_and_t_values():
    patterns = some_patterns()
    from surrobrain.signals.hemodynamics import convolve

    drive = convolve(patterns.time_courses, sfreq=0.5)
    drive /= drive.std(axis=0)
    bold = Bold(
        drive[:, :4] @ quarters().maps + np.random.default_rng(2).normal(size=(200, 384)), 2.0
    )
    for kind in ("coefficient", "t"):
        recipe = dataclasses.replace(QUICK, hemodynamics="canonical", maps=kind)
        found = encode(patterns, bold, recipe=recipe)
        assert found.maps.kind == kind
        inside = quarters().members
        assert all(found.maps.z[k, inside[k]].mean() > 1.2 for k in range(4))


def test_t_values_are_those_of_least_squares_where_noise_is_white():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 3)), rng.normal(size=(400, 5))
    a = np.concatenate([x, np.ones((400, 1))], axis=1)
    weights, rest = np.linalg.lstsq(a, y, rcond=None)[:2]
    error = np.sqrt(np.diag(np.linalg.inv(a.T @ a))[:, None] * rest / 396)
    np.testing.assert_allclose(ordinary_t(x, y), (weights / error)[:3], atol=0.25)


def test_t_values_keep_their_level_in_autocorrelated_noise():
    from scipy.signal import lfilter

    rng = np.random.default_rng(1)
    x = lfilter([1], [1, -0.7], rng.normal(size=(300, 4)), axis=0)
    y = lfilter([1], [1, -0.6], rng.normal(size=(300, 1500)), axis=0)
    assert 0.03 < (np.abs(ordinary_t(x, y)) > 1.97).mean() < 0.075


def test_the_product_measure_adds_up_to_what_the_fit_explains():
    patterns = some_patterns()
    design = design_of(
        patterns, driven_bold(patterns), sound=None, controls=None, hemodynamics="fir", delays=None
    )
    alpha = (1e-3,)
    found = pattern_maps(design, kind="product", alphas=alpha)
    known = np.linalg.qr(_z(design.bands["word rate"]))[0]
    x, y = _z(design.bands["patterns"]), design.responses
    x, y = (v - known @ (known.T @ v) for v in (x, y))
    left = y - x @ solve_ridge(x, y, alpha=1e-3)
    explained = 1 - (left**2).sum(axis=0) / (y**2).sum(axis=0)
    signed_away = np.abs(found.values).sum(axis=0)
    # parts may be negative by a little, which their signs hide
    np.testing.assert_allclose(signed_away, explained, atol=0.05)


def _z(values):
    return (values - values.mean(axis=0)) / values.std(axis=0)


def test_the_gain_test_keeps_its_level():
    rng = np.random.default_rng(0)
    truth, one, two = rng.normal(size=(3, 300, 1000))
    p = gain_test(truth, one, two, n_permutations=199, seed=1)
    assert 0.03 < (p < 0.05).mean() < 0.07
    assert gain_test(truth, one, one, n_permutations=19)[0] == 1.0


def test_people_are_tested_together(encoding):
    patterns = encoding.patterns
    each = [
        encode(
            patterns, driven_bold(patterns, seed=k), recipe=dataclasses.replace(QUICK, n_draws=2)
        )
        for k in range(3)
    ]
    found = across_subjects(each)
    assert found.replication[:, :4].mean() > 0.8
    assert abs(found.replication[:, 4:].mean()) < 0.4
    assert (found.q_unique < 0.05).mean() > 0.5
    with pytest.raises(ValueError, match="give 3"):
        across_subjects(each[:2])
    with pytest.raises(ValueError, match="other places"):
        across_subjects([*each[:2], each[2].pick(np.arange(10))])


def test_an_encoding_survives_a_folder(encoding, tmp_path):
    again = read_encoding(save_encoding(encoding, tmp_path / "e"))
    np.testing.assert_array_equal(again.unique, encoding.unique)
    np.testing.assert_array_equal(again.maps.values, encoding.maps.values)
    assert again.bold.space.same_as(encoding.bold.space)
    assert again.recipe == encoding.recipe
    assert again.patterns.site == "ffn_out"
    with pytest.raises(FileNotFoundError, match="no finished encoding"):
        read_encoding(tmp_path)


def test_what_does_not_go_together_is_refused():
    patterns = some_patterns()
    bold = driven_bold(patterns)
    with pytest.raises(ValueError, match=r"TR of 2 s, but BOLD of 1\.5 s"):
        encode(patterns, Bold(bold.values, 1.5))
    with pytest.raises(ValueError, match="same scans"):
        encode(patterns, Bold(bold.values[:-1], 2.0))
    with pytest.raises(ValueError, match="word rate alone predicts"):
        encode(some_patterns(word_counts=None), bold)
    with pytest.raises(ValueError, match="needs one regressor per pattern"):
        EncodeRecipe(maps="t")
    recipe = EncodeRecipe(hemodynamics="canonical", maps="t")
    with pytest.raises(ValueError, match="without a penalty"):
        encode(some_patterns(80, 79), Bold(bold.values[:80], 2.0), recipe=recipe)
    values = bold.values.copy()
    values[:, 7] = 0
    with pytest.raises(ValueError, match="1 of 384 columns are constant or all zero"):
        Bold(values, 2.0, box())
