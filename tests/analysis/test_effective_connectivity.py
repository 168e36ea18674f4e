import numpy as np
import pytest
from jaxtyping import Float

import surrobrain as sb
from surrobrain.forward import Trajectory

TRUE = np.array([[0.5, 0.3, 0.0], [0.0, 0.6, -0.2], [0.1, 0.0, 0.4]])


@pytest.fixture(scope="module")
def recording():
    noise = np.random.default_rng(0).normal(size=(3000, 3))
    x = np.zeros((3000, 3))
    for t in range(1, 3000):
        x[t] = TRUE @ x[t - 1] + noise[t]
    return sb.Recording(x * [1.0, 2.0, 5.0], 1.0)


@pytest.fixture(scope="module")
def model(recording):
    return sb.fit(sb.LinearVAR(3), recording).model


class Linear:
    """A forward model without `state_from`, as a network is one."""

    regions = names = ("a", "b", "c")
    sfreq, modality, n_regions = 1.0, "activity", 3

    def run(
        self,
        n_times: int,
        *,
        state: object = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        seed: int = 0,
    ) -> Trajectory:
        x, start = state or (np.zeros(3), 0)
        values = np.empty((n_times, 3))
        for t in range(n_times):
            x = TRUE @ x + np.random.default_rng([seed, start + t]).normal(size=3)
            x = x if inputs is None else x + inputs[t]
            values[t] = x
        return Trajectory(values, (x, start + n_times))


@pytest.mark.parametrize("with_recording", [True, False])
@pytest.mark.parametrize("method", ["jacobian", "perturbation"])
def test_of_a_linear_model_is_its_matrix(model, recording, method, with_recording):
    states = recording if with_recording else None
    found = sb.effective_connectivity(model, states, method=method, size=2.0, n_states=20)
    exact = model.jacobian(np.zeros((1, 1, 3)))[0]
    np.testing.assert_allclose(found.weights, exact, atol=1e-10)
    np.testing.assert_allclose(found.error, 0, atol=1e-10)
    assert found.names == model.names


def test_weights_run_from_column_to_row(model):
    unit = np.array([1.0, 2.0, 5.0])
    found = sb.effective_connectivity(model, n_states=5).weights
    np.testing.assert_allclose(found * unit / unit[:, None], TRUE, atol=0.06)


@pytest.mark.parametrize("lag", [1, 2, 4])
def test_longer_lags_are_powers_of_the_matrix(model, lag):
    found = sb.effective_connectivity(model, method="perturbation", lag=lag, n_states=4)
    one = model.jacobian(np.zeros((1, 1, 3)))[0]
    np.testing.assert_allclose(found.weights, np.linalg.matrix_power(one, lag), atol=1e-10)


@pytest.mark.parametrize("lag", [1, 3])
def test_of_a_model_that_can_only_run(lag):
    found = sb.effective_connectivity(Linear(), method="perturbation", lag=lag, n_states=3)
    np.testing.assert_allclose(found.weights, np.linalg.matrix_power(TRUE, lag), atol=1e-10)


def test_standard_error_shrinks_with_states(recording):
    made = sb.MLP(3, memory=1, hidden=6)
    model = sb.fit(made, recording).model
    outer = model.architecture.outer.weight
    outer.data.copy_(outer.data.new_tensor(np.random.default_rng(0).normal(size=(3, 6))))
    few = sb.effective_connectivity(model, recording, n_states=50).error
    many = sb.effective_connectivity(model, recording, n_states=800).error
    assert (many < few).all()
    assert np.median(few / many) == pytest.approx(4, rel=0.3)


def test_what_is_not_offered_is_refused(model, recording):
    with pytest.raises(ValueError, match="knows lag 1, but 2 arrived"):
        sb.effective_connectivity(model, lag=2)
    with pytest.raises(ValueError, match="cannot be read off data"):
        sb.effective_connectivity(Linear())
    with pytest.raises(ValueError, match="in another order"):
        sb.effective_connectivity(model, recording.pick([2, 1, 0]))


def test_channels_do_not_tell_what_a_region_does():
    class Behind(Linear):
        names = ("left", "right")

    with pytest.raises(ValueError, match="observes 2 channels, not its 3 regions"):
        sb.effective_connectivity(Behind(), method="perturbation")


def test_known_networks(shared):
    folder = shared("dynamics/npi_rnn")
    pairs, found = ~np.eye(20, dtype=bool), []
    for seed in range(5):
        true = np.load(folder / f"seed0{seed}_ec_true.npy").T  # the files hold source x target
        recording = sb.Recording(np.load(folder / f"seed0{seed}_dynamics.npy")[:6400], 1.0)
        model = sb.fit(sb.MLP(20), recording, seed=0).model
        weights = sb.effective_connectivity(model, recording, n_states=50).weights
        found.append(np.corrcoef(weights[pairs], true[pairs])[0, 1])
    assert np.mean(found) >= 0.975
    assert min(found) >= 0.97


def test_innovations_show_what_regions_share_within_a_sample():
    rng = np.random.default_rng(0)
    mixing = np.array([[1.0, 0.0, 0.0], [0.7, 1.0, 0.0], [0.0, 0.0, 2.0]])
    x, kicks = np.zeros((5000, 3)), rng.normal(size=(5000, 3)) @ mixing.T
    for t in range(1, 5000):
        x[t] = 0.9 * x[t - 1] + kicks[t]
    recording = sb.Recording(x, sfreq=1.0)
    model = sb.fit(sb.LinearVAR(3), recording).model
    found = sb.effective_connectivity(model, recording, method="innovations")
    assert (np.abs(found.weights - mixing @ mixing.T) < 4 * found.error).all()
    assert found.lag == 0
    with pytest.raises(ValueError, match="give a fitted surrogate and the recording"):
        sb.effective_connectivity(model, method="innovations")
