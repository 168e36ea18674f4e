import dataclasses
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.errors import NotConverged
from surrobrain.inverse.feature import together
from surrobrain.inverse.fit_network import prepared

P = sb.priors
FC = sb.features.functional_connectivity


def wired(n=8, seed=0):
    weights = np.random.default_rng(seed).random((n, n))
    np.fill_diagonal(weights, 0.0)
    return sb.Connectome(weights / weights.sum(axis=1).max())


def linear(coupling, noise=1.0):
    return sb.Network(sb.Linear(), wired(), coupling=coupling, noise=noise)


@pytest.fixture(scope="module")
def recording():
    return sb.simulate(linear(0.7), duration=120.0, seed=3)


UNKNOWN = {"coupling": P.Uniform(0.0, 0.95), "noise": P.LogNormal(1.0, 2.0)}


@pytest.mark.parametrize("method", ["cma_es", "adam", "lbfgs", "gauss_newton"])
def test_every_search_finds_what_made_the_recording(recording, method):
    free = sb.FreeNetwork(linear(0.3, 0.5), UNKNOWN)
    iterations = {"adam": 40, "cma_es": 12}.get(method, 30)
    draws = 4 if method == "cma_es" else 1  # its points differ in their noise
    search = sb.Search(method, iterations=iterations, duration=60.0, n_draws=draws)
    loss = FC(distance="squared") + sb.features.moments()
    result = sb.fit(free, recording, loss=loss, training=search, seed=0)
    assert result.values["coupling"] == pytest.approx(0.7, abs=0.12)
    assert result.values["noise"] == pytest.approx(1.0, rel=0.1)
    assert result.loss < result.prior_loss / 5
    assert result.warnings == ()


@pytest.mark.parametrize("method", ["cma_es", "adam", "lbfgs", "gauss_newton"])
def test_the_linearization_needs_no_simulation(recording, method):
    free = sb.FreeNetwork(linear(0.3), {"coupling": P.Uniform(0.0, 0.95)})
    search = sb.Search(method, through="linearization", iterations=40)
    result = sb.fit(free, recording, loss=FC(distance="squared"), training=search, seed=0)
    assert result.values["coupling"] == pytest.approx(0.7, abs=0.12)


def test_the_gradient_is_that_of_differences():
    network = sb.Network(sb.StuartLandau(a=-0.5), wired(5), coupling=0.3, noise=0.1)
    recording = sb.simulate(network, duration=60.0, seed=1)
    unknown = {"a": sb.per_region(P.Uniform(-1.0, -0.1)), "coupling": P.Uniform(0.0, 1.0)}
    free = sb.FreeNetwork(network, unknown)
    for through in ("simulation", "linearization"):
        training = sb.Search("lbfgs", through=through, iterations=1, duration=20.0)
        objective = sb.fit(free, recording, loss=FC(), training=training).objective
        u = np.linspace(-0.5, 0.5, 6)
        value, slope = objective.value_and_slope(u)
        ends = [[objective.value_and_slope(u + s * e)[0] for s in (1e-5, -1e-5)] for e in np.eye(6)]
        differences = [(a - b) / 2e-5 for a, b in ends]
        assert slope == pytest.approx(differences, rel=1e-4, abs=1e-7 * abs(value))


def test_several_starts_that_disagree_are_reported(recording):
    # correlations do not know the size of the noise
    unknown = {"coupling": P.Uniform(0.0, 0.95), "noise": P.LogNormal(1.0, 3.0)}
    search = sb.Search("lbfgs", through="linearization", n_starts=4)
    result = sb.fit(sb.FreeNetwork(linear(0.3), unknown), recording, training=search, seed=0)
    assert any("different places" in warning for warning in result.warnings)
    assert result.starts[:, 0].std() < 0.1 < result.starts[:, 1].std()


def test_a_flat_loss_ends_in_a_message(recording):
    free = sb.FreeNetwork(linear(0.7), {"noise": P.LogNormal(1.0, 2.0)})
    with pytest.raises(NotConverged, match="does not depend on what is unknown"):
        sb.fit(free, recording, loss=FC(), training=sb.Search("lbfgs", through="linearization"))


def test_a_prior_that_cannot_be_simulated_ends_in_a_message(recording):
    free = sb.FreeNetwork(linear(1.5), {"coupling": P.Uniform(1.5, 3.0)})
    with pytest.raises(NotConverged, match="can be simulated"):
        sb.fit(free, recording, training=sb.Search("lbfgs", through="linearization"))


def test_part_of_a_prior_that_diverges_is_avoided(recording):
    free = sb.FreeNetwork(linear(0.7), {"coupling": P.Uniform(0.0, 3.0)})
    search = sb.Search("lbfgs", through="linearization", n_starts=3)
    found = sb.fit(free, recording, loss=FC(distance="squared"), training=search)
    assert found.values["coupling"] == pytest.approx(0.7, abs=0.12)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"loss": FC()}, ValueError, "squares"),
        ({"training": sb.Search("lbfgs", through="linearization"),
          "loss": sb.features.waveform()}, ValueError, "do not tell the waveform"),
        ({"training": sb.Training()}, TypeError, "sb.Search"),
        ({"loss": sb.losses.next_step()}, TypeError, "a feature"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(recording, change, error, message):
    free = sb.FreeNetwork(linear(0.3), {"coupling": P.Uniform(0.0, 0.9)})
    asked = {"training": sb.Search("gauss_newton"), "loss": None} | change
    with pytest.raises(error, match=message):
        sb.fit(free, recording, **asked)


def test_a_recording_of_another_rate_or_size_is_refused(recording):
    free = sb.FreeNetwork(linear(0.3), {"coupling": P.Uniform(0.0, 0.9)})
    with pytest.raises(ValueError, match="Hz"):
        sb.fit(free, dataclasses.replace(recording, sfreq=50.0))
    with pytest.raises(ValueError, match="regions"):
        sb.fit(free, recording.without(recording.names[:1]))


def test_a_network_of_which_nothing_is_unknown_is_refused(recording):
    from surrobrain.inverse.fit import fit

    with pytest.raises(TypeError, match="nothing is unknown"):
        getattr(fit, "__wrapped__", fit)(linear(0.3), recording)


KILLED = """
import sys, json, numpy as np, surrobrain as sb
weights = np.random.default_rng(0).random((8, 8)); np.fill_diagonal(weights, 0.0)
network = sb.Network(
    sb.Linear(), sb.Connectome(weights / weights.sum(axis=1).max()), coupling=0.7, noise=1.0
)
recording = sb.simulate(network, duration=120.0, seed=3)
free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.95)})
search = sb.Search("cma_es", iterations=int(sys.argv[2]), duration=60.0)
path = sys.argv[1] if sys.argv[1] != "-" else None
result = sb.fit(free, recording, training=search, seed=0, checkpoint=path)
print(json.dumps([result.u.tolist(), result.loss, result.seconds]))
"""


def test_a_killed_search_ends_with_the_same_numbers(tmp_path):
    path = tmp_path / "search.safetensors"
    command = [sys.executable, "-c", KILLED, str(path), "20"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not path.exists() and child.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    found = [
        json.loads(subprocess.run(
            [sys.executable, "-c", KILLED, where, "20"], capture_output=True, check=True
        ).stdout)
        for where in (str(path), "-")
    ]  # fmt: skip
    assert found[0][:2] == found[1][:2]


def test_a_checkpoint_of_another_search_is_refused(recording, tmp_path):
    free = sb.FreeNetwork(linear(0.3), {"coupling": P.Uniform(0.0, 0.9)})
    path = tmp_path / "search.safetensors"
    search = sb.Search("lbfgs", through="linearization", iterations=3)
    sb.fit(free, recording, training=search, checkpoint=path)
    with pytest.raises(ValueError, match="another search"):
        sb.fit(free, recording, training=search, checkpoint=path, seed=1)


@pytest.mark.parametrize("covariance", [False, True])
def test_moments_are_had_without_a_simulation(covariance):
    observer = sb.observers.Identity(sfreq=100.0)
    network = sb.Network(
        sb.WongWang(), sb.examples.ring(3), coupling=0.3, noise=0.002, dt=1e-3, observer=observer
    )
    free = sb.FreeNetwork(network, {"coupling": P.Uniform(0.1, 0.5), "w": P.Uniform(0.5, 0.9)})
    feature = sb.features.moments(covariance=covariance)
    recording = sb.simulate(network, duration=500.0, seed=0)
    search = sb.Search("lbfgs", through="linearization")
    objective = prepared(free, recording, together(feature), penalties=(), search=search, seed=0)
    (measured,), found = objective.targets, objective._one(free.origin())
    np.testing.assert_allclose(found[:3], measured[:3], rtol=2e-3)
    near = {"rtol": 0.1} if covariance else {"atol": 0.05}  # 1.5 % is chance
    own = np.flatnonzero(np.eye(3)[np.triu_indices(3)]) if covariance else np.arange(3)
    np.testing.assert_allclose(found[3:][own], measured[3:][own], **near)
