import numpy as np
import pytest

import surrobrain as sb
from surrobrain.learned.architectures import StructuredRNN
from surrobrain.training.options import Training

N = 10


@pytest.fixture(scope="module")
def connectome():
    rng = np.random.default_rng(0)
    weights = np.where(rng.random((N, N)) < 0.25, rng.normal(size=(N, N)), 0.0)
    np.fill_diagonal(weights, 0.0)
    return sb.Connectome(weights)


@pytest.fixture(scope="module")
def recording(connectome):
    rng, z = np.random.default_rng(1), np.zeros((1500, N))
    for t in range(1, len(z)):
        sent = 0.4 * connectome.weights @ np.tanh(z[t - 1])
        z[t] = 0.6 * z[t - 1] + sent + 0.5 * rng.normal(size=N)
    return sb.Recording(z, sfreq=1.0)


@pytest.fixture(scope="module")
def fitted(connectome, recording):
    return sb.fit(StructuredRNN(N, connectome=connectome), recording)


def test_recovers_the_strengths_of_the_tracts(connectome, recording, fitted):
    there = connectome.weights != 0
    found = sb.effective_connectivity(fitted.model, recording).weights
    assert np.corrcoef(found[there], connectome.weights[there])[0, 1] > 0.97


def test_nothing_acts_off_the_tracts_also_after_training(connectome, recording):
    trained = sb.fit(StructuredRNN(N, connectome=connectome), recording,
                     penalties=[sb.penalties.energy(1e-3)]).model  # fmt: skip
    off = (connectome.weights == 0) & ~np.eye(N, dtype=bool)
    assert (trained.jacobian(recording.values[:20, None])[:, off] == 0).all()


def test_the_right_wiring_predicts_better_than_another(connectome, recording, fitted):
    wrong = sb.Connectome(np.roll(connectome.weights, (3, 1), axis=(0, 1)))
    other = sb.fit(StructuredRNN(N, connectome=wrong), recording)
    assert fitted.history.one_step < 0.95 * other.history.one_step
    assert fitted.history.one_step < 1.01 * fitted.history.linear_var


def test_a_saved_model_keeps_its_tracts(connectome, recording, fitted, tmp_path):
    loaded = sb.load_model(sb.save_model(fitted.model, tmp_path / "model"))
    np.testing.assert_array_equal(loaded.architecture.mask.numpy(), fitted.model.architecture.mask)
    person = sb.fit(loaded, recording.crop(0.0, 400.0), training=Training(epochs=3)).model
    off = (connectome.weights == 0) & ~np.eye(N, dtype=bool)
    assert (person.jacobian(recording.values[:20, None])[:, off] == 0).all()


def test_weights_off_the_tracts_do_not_count(connectome, fitted):
    assert not any("the model is linear" in w for w in fitted.warnings)
    tracts = int((connectome.weights != 0).sum())
    assert StructuredRNN(N, connectome=connectome).n_active == tracts + N + 2 * N


def test_another_number_of_regions_is_refused():
    with pytest.raises(ValueError, match="connectome has 4 regions but the model has 3"):
        StructuredRNN(3, connectome=sb.examples.ring(4))
