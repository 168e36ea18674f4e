import numpy as np
import pytest

from surrobrain.forward import ForwardModel, Predictor
from surrobrain.intervention.lesion import Lesioned, lesion


def _without(lags, *, regions=(), edges=()):
    """The same linear model with columns, or single entries, set to zero."""
    cut = lags.copy()
    cut[:, :, list(regions)] = 0.0
    for source, target in edges:
        cut[:, target, source] = 0.0
    return cut


def _by_hand(model, lags, *, removed, n_times, window, inputs, seed):
    """Closed form: a linear model with other lags; removed regions shown at their center."""
    other = type(model)(lags, model.center, model.sigma, model.sfreq)
    values = other.run(n_times, state=(window, 0), inputs=inputs, seed=seed).values
    values[:, removed] = model.center[removed]
    return values


@pytest.mark.parametrize("memory", [1, 3])
@pytest.mark.parametrize(
    ("regions", "edges"),
    [([1], []), ([], [(0, 2)]), ([3], [(0, 2), (1, 2), (0, 1)]), ([0, 2], [])],
)
def test_a_linear_model_loses_exactly_those_weights(linear_brain, memory, regions, edges):
    model = linear_brain(memory=memory, sigma=0.3, center=[1.0, -2.0, 0.5, 3.0])
    rng = np.random.default_rng(0)
    window, inputs = rng.normal(size=(memory, 4)), rng.normal(size=(25, 4))
    cut = lesion(model, regions=regions, edges=edges)
    found = cut.run(25, state=cut.state_from(window), inputs=inputs, seed=7).values
    expected = _by_hand(
        model, _without(model.lags, regions=regions, edges=edges), removed=regions,
        n_times=25, window=window, inputs=inputs, seed=7,
    )  # fmt: skip
    assert np.allclose(found, expected, atol=1e-12)


def test_predict_agrees_with_the_closed_form(linear_brain):
    model = linear_brain(memory=2, center=[1.0, -2.0, 0.5, 3.0])
    windows = np.random.default_rng(1).normal(size=(6, 2, 4))
    found = lesion(model, regions=["B"], edges=[("A", "C")]).predict(windows)
    lags = _without(model.lags, regions=[1], edges=[(0, 2)])
    expected = type(model)(lags, model.center).predict(windows)
    expected[:, 1] = -2.0
    assert np.allclose(found, expected, atol=1e-12)


def test_two_joined_runs_equal_one(linear_brain):
    cut = lesion(linear_brain(memory=2, sigma=1.0), regions=["A"], edges=[("B", "C")])
    whole = cut.run(20, seed=3)
    first = cut.run(8, seed=3)
    second = cut.run(12, state=first.state, seed=3)
    assert np.array_equal(np.vstack([first.values, second.values]), whole.values)


def test_a_removed_region_ignores_its_stimulus(linear_brain):
    cut = lesion(linear_brain(sigma=0.5), regions=["A"])
    inputs = np.zeros((15, 4))
    inputs[:, 0] = 100.0
    assert np.allclose(cut.run(15, inputs=inputs).values, cut.run(15).values)


def test_a_lesioned_model_is_a_predictor_and_can_be_lesioned_again(linear_brain):
    model = linear_brain(sigma=0.2)
    once = lesion(model, regions=["A"])
    assert isinstance(once, Predictor)
    assert once.names == once.regions == model.regions
    assert once.unit == model.unit == "sd"
    twice, both = lesion(once, regions=["C"]), lesion(model, regions=["A", "C"])
    windows = np.random.default_rng(2).normal(size=(5, 1, 4))
    assert np.allclose(twice.predict(windows), both.predict(windows))


def test_the_mean_comes_from_a_free_run_where_the_model_names_none(linear_brain):
    known = linear_brain(center=[1.0, -2.0, 0.5, 3.0])

    class Anonymous:
        """The same model without ``center``; noise-free, so its free run is its mean."""

        regions = names = known.names
        sfreq, modality = known.sfreq, known.modality
        n_regions, memory = known.n_regions, known.memory
        run, predict, state_from = (
            staticmethod(known.run), staticmethod(known.predict), staticmethod(known.state_from),
        )  # fmt: skip

    cut = lesion(Anonymous(), regions=["A"])
    assert isinstance(cut, Lesioned)
    assert np.allclose(cut.center, known.center)


def test_a_network_loses_both_directions(wired_brain):
    model = wired_brain()
    cut = lesion(model, regions=["B"], edges=[("A", "D")])
    weights = model.connectome.weights.copy()
    weights[1, :] = weights[:, 1] = weights[3, 0] = 0.0
    assert isinstance(cut, ForwardModel)
    assert np.array_equal(cut.connectome.weights, weights)
    assert model.connectome.weights[1].any()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "neither arrived"),
        ({"regions": ["Z"]}, "no region 'Z'"),
        ({"edges": ["AB"]}, "pair \\(source, target\\)"),
        ({"edges": [("A", "Q")]}, "no region 'Q'"),
    ],
)
def test_nonsense_is_refused(linear_brain, wrong, message):
    with pytest.raises((ValueError, TypeError), match=message):
        lesion(linear_brain(), **wrong)


def test_a_model_that_can_only_run_is_refused(linear_brain):
    known = linear_brain()

    class OnlyRuns:
        regions = names = known.names
        sfreq, modality = known.sfreq, known.modality
        n_regions, run = known.n_regions, staticmethod(known.run)

    with pytest.raises(TypeError, match="OnlyRuns has neither"):
        lesion(OnlyRuns(), regions=["A"])
