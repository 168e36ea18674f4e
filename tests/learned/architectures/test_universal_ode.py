import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.inverse.losses import multi_step
from surrobrain.learned.architectures import UniversalODE
from surrobrain.mechanistic.nodes import Lorenz
from surrobrain.training.options import Training

N = 5


@pytest.fixture(scope="module")
def network():
    return sb.Network(sb.Linear(), sb.examples.ring(N), coupling=0.35, noise=1.0)


def integrated(slope, x, *, dt, n_times, substeps=10):
    """Heun's method with small steps, another one than the model has."""
    path = []
    for _ in range(n_times):
        for _ in range(substeps):
            first = slope(x)
            x = x + dt / substeps * (first + slope(x + dt / substeps * first)) / 2
        path.append(x)
    return np.array(path)


@pytest.fixture(scope="module")
def recording(network):
    """The same network looked at every 20 ms, each sample a moment and no average."""
    rng, x = np.random.default_rng(1), np.zeros(N)
    drift, path = (0.35 * network.connectome.weights - np.eye(N)) / 0.1, []
    for kick in rng.normal(size=(20 * 1000, N)):
        x = x + 1e-3 * drift @ x + np.sqrt(1e-3) * kick
        path.append(x)
    return sb.Recording(np.array(path[::20]), sfreq=50.0)


@pytest.mark.parametrize("sfreq", [50.0, None])
def test_its_start_is_the_mechanism_that_made_the_data(network, recording, sfreq):
    start = UniversalODE(N, connectome=network.connectome, sfreq=sfreq)
    architecture = sb.fit(start, recording, training=Training(epochs=0)).model.architecture
    rows = np.abs(network.connectome.weights).sum(axis=1).max()
    assert architecture.strength.item() / rows == pytest.approx(0.35, abs=0.05)
    assert np.exp(architecture.log_interval.item()) == pytest.approx(1 / 50, rel=0.1)
    assert architecture.n_active < sum(p.numel() for p in architecture.parameters())


def test_without_a_connectome_its_start_finds_who_hears_whom(network, recording):
    fitted = sb.fit(UniversalODE(N, sfreq=50.0), recording, training=Training(epochs=0))
    found = sb.effective_connectivity(fitted.model, recording).weights
    pairs = ~np.eye(N, dtype=bool)
    assert np.corrcoef(found[pairs], network.connectome.weights[pairs])[0, 1] > 0.9
    assert fitted.history.one_step < 1.01 * fitted.history.linear_var
    assert not fitted.model.architecture.strength.requires_grad


def two_wells(x, rng):
    """The next sample of regions that relax as they should, and to which a cubic was added."""
    for _ in range(50):
        added = 30 * x - 40 * x**3
        x = x + 1e-3 * (-x / 0.1 + added) + 2.2 * np.sqrt(1e-3) * rng.normal(size=x.shape)
    return x


@pytest.mark.slow
def test_the_learned_term_finds_what_the_equations_lack():
    rng, path = np.random.default_rng(0), [np.zeros(3)]
    for _ in range(2000):
        path.append(two_wells(path[-1], rng))
    start = UniversalODE(3, sfreq=20.0, connectome="mean")
    training = Training(epochs=30, batch=128, rate=1e-2)
    fitted = sb.fit(start, sb.Recording(np.array(path), sfreq=20.0), training=training)
    assert fitted.history.one_step < 0.9 * fitted.history.validation[0]
    assert fitted.history.one_step < 0.95 * fitted.history.linear_var
    quiet, levels = fitted.model.without_noise(), np.array([-1.0, -0.7, -0.4, 0.4, 0.7, 1.0])
    found = quiet.predict(np.repeat(levels[:, None, None], 3, axis=2))
    expected = two_wells(np.tile(levels, (4000, 1)), rng).mean(axis=0)
    np.testing.assert_allclose(found, np.repeat(expected[:, None], 3, axis=1), atol=0.1)
    for side in (-1, 1):
        state = quiet.state_from(np.full((1, 3), 0.2 * side))
        assert (quiet.run(200, state=state).values[-1] * side > 0.3).all()


@pytest.fixture(scope="module")
def chaos():
    """All states of a Lorenz system."""

    def slope(s):
        return np.array(Lorenz.drift(np, tuple(s), (0.0,), Lorenz()))

    return integrated(slope, np.array([1.0, 1.0, 20.0]), dt=0.02, n_times=1600)[100:]


def test_states_that_are_not_observed_synchronize_with_the_data(chaos):
    model = UniversalODE(1, memory=200, node="lorenz", sfreq=50.0).double()
    with torch.no_grad():
        model.offset.zero_()
        model.log_gain.zero_()
        state = model.encode(torch.as_tensor(chaos[None, :200, :1].copy()))
        np.testing.assert_allclose(state[0, :, 0], chaos[199], atol=0.05)
        for _ in range(50):  # a second: the forecast needs y and z, which it was never shown
            state = model.step(state)
    np.testing.assert_allclose(state[0, :, 0], chaos[249], atol=0.5)


def test_learns_along_stretches_and_keeps_what_it_is_when_saved(network, recording, tmp_path):
    start = UniversalODE(
        N, node="linear", parameters={"tau": 0.2}, connectome=network.connectome, sfreq=50.0
    )
    short, training = recording.crop(0.0, 6.0), Training(epochs=2)
    model = sb.fit(start, short, loss=multi_step(3), training=training).model
    loaded = sb.load_model(sb.save_model(model, tmp_path / "model"))
    np.testing.assert_array_equal(loaded.architecture.weights, model.architecture.weights)
    assert loaded.architecture.config()["parameters"] == {"tau": 0.2}
    np.testing.assert_array_equal(loaded.run(5).values, model.run(5).values)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"node": "jansen_rit"}, "the output of JansenRit is none of its states"),
        ({"node": "liner"}, "did you mean 'linear'"),
        ({"parameters": {"taw": 1.0}}, "did you mean 'tau'"),
        ({"node": "wilson_cowan", "sfreq": 1.0}, "too fast for this recording"),
        ({"connectome": sb.examples.ring(4)}, "connectome has 4 regions but the model has 3"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        UniversalODE(3, **arguments)


@pytest.mark.parametrize(
    "node", ["wilson_cowan", "stuart_landau", "fitzhugh_nagumo", "epileptor_2d"]
)
def test_other_nodes_follow_their_equations(node):
    """One region, no coupling: against another integrator with steps of 10 us."""
    model = UniversalODE(1, node=node, sfreq=1000.0).double()
    kind = type(model.node)
    start = np.array([[[kind.initial[s]] for s in kind.states]])
    with torch.no_grad():
        state = torch.as_tensor(start)
        for _ in range(5):
            state = model.step(state)
    unit = {"s": 1.0, "ms": 1e3}[kind.time_unit]

    def slope(s):
        silence = tuple(0.0 for _ in kind.source(np, tuple(s), model.node))
        return np.array(kind.drift(np, tuple(s), silence, model.node))

    expected = integrated(slope, start[0, :, 0], dt=1e-3 * unit, n_times=5, substeps=100)[-1]
    np.testing.assert_allclose(state[0, :, 0], expected, rtol=1e-3, atol=1e-5)
