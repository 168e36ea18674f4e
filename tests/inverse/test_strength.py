import dataclasses

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.inverse.strength import choose_strength, corner
from surrobrain.reports.figures.strength import strength

WEIGHTS = [1e-4, 1e-2, 3e-2, 1e-1, 1.0, 10.0]
BRIEF = sb.Training(epochs=30, batch=32, rate=2e-2)


@pytest.fixture(scope="module")
def chosen():
    """Few samples of many weakly coupled regions: without a penalty the model learns chance."""
    rng = np.random.default_rng(0)
    mixing = 0.5 * np.eye(10) + 0.03 * rng.normal(size=(10, 10))
    x = np.zeros((120, 10))
    for t in range(1, 120):
        x[t] = mixing @ x[t - 1] + rng.normal(size=10)
    return choose_strength(
        sb.LinearVAR(10, ridge=0.0), sb.Recording(x, sfreq=1.0), penalty=sb.penalties.energy,
        weights=WEIGHTS, training=BRIEF,
    )  # fmt: skip


def test_the_best_strength_is_neither_none_nor_all(chosen):
    assert WEIGHTS[0] < chosen.best < WEIGHTS[-1]
    assert chosen.errors.min() < 0.95 * chosen.errors[0]
    assert chosen.errors.min() < chosen.errors[-1]


def test_misfit_and_size_trade(chosen):
    assert chosen.misfits[0] == chosen.misfits.min()
    assert (np.diff(chosen.misfits) > -1e-3).all()
    assert (np.diff(chosen.sizes) < 0).all()
    assert chosen.corner is None  # forgetting all costs little here, so that nothing bends


def test_the_corner_of_a_known_curve_is_found():
    """Tikhonov: misfit and size in closed form, with a sharp corner at the noise."""
    weights = np.logspace(-16, 2, 73)
    decay = 10.0 ** -np.arange(9)
    signal, noise = decay, 1e-4
    kept = decay**2 / (decay**2 + weights[:, None])
    misfits = np.square((1 - kept) * (signal + noise)).sum(axis=1) + noise**2
    sizes = np.square(kept * (signal + noise) / decay).sum(axis=1)
    found = corner(misfits, sizes)
    assert found is not None
    assert 0.1 * noise**2 < weights[found] < 1e4 * noise**2


def test_a_straight_or_hollow_curve_has_no_corner():
    straight = np.logspace(0, 3, 5)
    assert corner(straight, straight[::-1]) is None
    assert corner(np.array([1.0, 99.0, 100.0]), np.array([100.0, 99.0, 1.0])) is None


def test_a_network_is_judged_by_its_features(chosen):
    network = sb.Network(sb.Linear(tau=0.1), sb.examples.ring(4), coupling=0.3, noise=1.0)
    free = sb.FreeNetwork(network, {"coupling": sb.per_region(sb.priors.Uniform(0.0, 0.45))})
    found = choose_strength(
        free, sb.simulate(network, duration=20.0, seed=1), penalty=sb.penalties.energy,
        weights=[1e-5, 1e-3, 1e-1], loss=sb.features.functional_connectivity(distance="squared"),
        training=sb.Search("lbfgs", through="linearization", iterations=8),
    )  # fmt: skip
    assert found.sizes[0] > found.sizes[1] > found.sizes[2]
    assert found.misfits[0] < found.misfits[2]
    assert np.isfinite(found.errors).all()


def test_too_few_weights_are_refused(chosen):
    recording = sb.Recording(np.random.default_rng(0).normal(size=(60, 3)), sfreq=1.0)
    with pytest.raises(ValueError, match="at least three weights"):
        choose_strength(sb.LinearVAR(3), recording, penalty=sb.penalties.energy, weights=[1.0, 1.0])


def test_the_figure_names_both(chosen):
    picture = strength(chosen)
    assert f"at weight {chosen.best:g}" in picture.alt
    assert "no corner" in picture.alt
    bent = dataclasses.replace(chosen, corner=chosen.best)
    assert f"corner at weight {chosen.best:g}" in strength(bent).alt
    assert len(picture.figure.axes) == 2
    assert len(picture.figure.axes[0].texts) == len(WEIGHTS)
