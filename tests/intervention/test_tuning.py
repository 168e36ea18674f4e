import dataclasses

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern, WhiteKernel

import surrobrain as sb
from surrobrain.intervention.gaussian_process import expected_improvement, solve_gaussian_process
from surrobrain.intervention.protocols import sinusoid, step
from surrobrain.intervention.refine_stimulus import refine_stimulus
from surrobrain.intervention.tune_stimulus import tune_stimulus

POINTS = np.random.default_rng(0).random((25, 2))
VALUES = np.sin(5 * POINTS[:, 0]) + POINTS[:, 1] + 0.1 * np.random.default_rng(1).normal(size=25)


def test_the_process_is_that_of_scikit_learn():
    lengths, noise = np.array([0.4, 1.3]), 0.05
    judge = GaussianProcessRegressor(
        Matern(lengths, nu=2.5) + WhiteKernel(noise), optimizer=None, normalize_y=True
    ).fit(POINTS, VALUES)
    at = np.random.default_rng(2).random((40, 2))
    mean, sd = solve_gaussian_process(POINTS, VALUES, lengths=lengths, noise=noise)(at)
    expected, total = judge.predict(at, return_std=True)
    assert np.allclose(mean, expected, atol=1e-6)
    assert np.allclose(sd**2 + noise * VALUES.var(), total**2, atol=1e-6)


def test_lengths_and_noise_are_as_likely_as_those_of_scikit_learn():
    judge = GaussianProcessRegressor(
        Matern([1.0, 1.0], (0.05, 10.0), nu=2.5) + WhiteKernel(0.1, (1e-4, 1.0)),
        normalize_y=True, n_restarts_optimizer=3, random_state=0,
    ).fit(POINTS, VALUES)  # fmt: skip
    ours = solve_gaussian_process(POINTS, VALUES)
    logs = np.log([*ours.lengths, ours.noise])
    assert judge.log_marginal_likelihood(logs) > judge.log_marginal_likelihood_value_ - 0.01


def test_expected_improvement_is_what_draws_improve():
    process = solve_gaussian_process(POINTS, VALUES)
    at = np.array([[0.9, 0.1], [0.2, 0.8]])
    mean, sd = process(at)
    draws = mean + sd * np.random.default_rng(0).normal(size=(400_000, 2))
    expected = np.maximum(-0.5 - draws, 0.0).mean(axis=0)
    assert np.allclose(
        expected_improvement(process, at, below=-0.5), expected, rtol=0.03, atol=1e-5
    )


@pytest.fixture(scope="module")
def leaky():
    return sb.Network(
        sb.Linear(tau=0.1), sb.examples.ring(3), coupling=0.0, noise=0.05, settle=0.0,
        observer=sb.observers.Identity(50.0),
    )  # fmt: skip


def drive(amplitude, onset):
    return step(regions=[0], amplitude=amplitude, onset=onset, duration=0.4)


def miss(recording, given):
    """The first region should rise to 1 in the last fifth of a second, for little energy."""
    return float((recording.values[-10:, 0].mean() - 1.0) ** 2) + 1e-4 * float(given.energy.sum())


BOUNDS = {"amplitude": (0.0, 30.0), "onset": (0.0, 0.8)}


def test_bayesian_optimization_finds_a_stimulus_that_beats_chance(leaky):
    found = tune_stimulus(
        leaky, drive, bounds=BOUNDS, score=miss, duration=1.0, n_trials=24, seed=1
    )
    rng = np.random.default_rng(0)
    chance = [
        miss(
            sb.simulate(leaky, duration=1.0, stimulus=drive(a, o)),
            _dose(leaky, a, o),
        )
        for a, o in zip(rng.uniform(0, 30, 200), rng.uniform(0, 0.8, 200), strict=True)
    ]
    truth = miss(sb.simulate(leaky, duration=1.0, stimulus=found.stimulus, seed=9), found.dose)
    assert truth < np.quantile(chance, 0.05)
    assert found.low <= found.score <= found.high
    assert set(found.tried) == {"amplitude", "onset", "score"}
    assert len(found.tried["score"]) == 24
    again = tune_stimulus(
        leaky, drive, bounds=BOUNDS, score=miss, duration=1.0, n_trials=24, seed=1
    )
    assert again.values == found.values


def _dose(model, amplitude, onset):
    from surrobrain.intervention.dose import dose

    return dose(drive(amplitude, onset), model, duration=1.0)


def test_the_gradient_finds_the_parameters_that_made_a_response(leaky):
    def wave(amplitude, rate, phase):
        return sinusoid(regions=[0], amplitude=amplitude, rate=rate, phase=phase)

    quiet = dataclasses.replace(leaky, noise=0.0)
    truth = {"amplitude": 2.0, "rate": 3.0, "phase": 0.5}
    seen = sb.simulate(quiet, duration=1.0, stimulus=wave(**truth)).values
    found = refine_stimulus(
        leaky, wave, start={"amplitude": 1.0, "rate": 2.8, "phase": 0.0},
        bounds={"amplitude": (0.0, 5.0), "rate": (1.0, 6.0), "phase": (-1.0, 1.0)},
        loss=lambda samples: ((samples - samples.new_tensor(seen)) ** 2).sum(), duration=1.0,
    )  # fmt: skip
    for name, value in truth.items():
        assert found.values[name] == pytest.approx(value, rel=1e-2), name
    assert found.tried["score"][-1] < 1e-3 * found.tried["score"][0]


def test_energy_makes_a_stimulus_weaker(leaky):
    def found(weight):
        return refine_stimulus(
            leaky, lambda amplitude: step(regions=[0], amplitude=amplitude),
            start={"amplitude": 0.1}, bounds={"amplitude": (0.0, 30.0)}, duration=1.0,
            loss=lambda samples: (samples[-1, 0] - 1.0) ** 2, energy_weight=weight,
        )  # fmt: skip

    free, dear = found(0.0), found(1e-2)
    assert free.score == pytest.approx(0.0, abs=1e-6)
    assert dear.values["amplitude"] < free.values["amplitude"]
    # (g a - 1)^2 + w a^2 with g = 1 / a of the free one
    gain = 1 / free.values["amplitude"]
    assert dear.values["amplitude"] == pytest.approx(gain / (gain**2 + 1e-2), rel=1e-3)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [({}, "nothing is to be found"), ({"amplitude": (1.0, 1.0)}, "must be below")],
)
def test_nonsense_is_refused(leaky, bounds, message):
    with pytest.raises(ValueError, match=message):
        tune_stimulus(leaky, drive, bounds=bounds, score=miss, duration=1.0)
    with pytest.raises(ValueError, match=message):
        refine_stimulus(
            leaky, drive, start=dict.fromkeys(bounds, 0.5), bounds=bounds, loss=sum, duration=1.0
        )
