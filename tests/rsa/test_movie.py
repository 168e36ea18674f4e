import numpy as np
import pytest

from surrobrain import rsa

CONDITIONS = ["car", "cat", "dog"]


def trials(n_repeats: int = 12, *, seed: int = 0, **more) -> rsa.Trials:
    """Three conditions that differ from the third of five times on, in correlated noise."""
    rng = np.random.default_rng(seed)
    signal = np.random.default_rng(9).normal(size=(3, 6, 1)) * np.array([0, 0, 1, 1, 1.0])
    mixing = np.eye(6) + 0.5 * np.random.default_rng(8).normal(size=(6, 6))
    noise = np.einsum("pq,rqt->rpt", mixing, rng.normal(size=(3 * n_repeats, 6, 5)))
    values = np.concatenate([signal] * n_repeats) + noise
    times = np.array([-0.2, -0.1, 0.0, 0.1, 0.2])
    return rsa.Trials(values, CONDITIONS * n_repeats, times, **more)


def test_crossnobis_over_time_is_that_of_every_time():
    shown = trials(folds=4)
    found = rsa.movie(shown, noise=None, dtype=np.float64)
    assert found.conditions == ("car", "cat", "dog")
    for k in range(5):
        patterns = np.stack([
            [shown.values[(shown.fold_numbers == f) & (shown.condition_numbers == c), :, k].mean(0)
             for c in range(3)]
            for f in range(4)
        ])  # fmt: skip
        assert np.allclose(found.values[k], rsa.rdm(patterns, method="crossnobis").values[0])


@pytest.mark.parametrize("over", ["epoch", "baseline", "sample"])
@pytest.mark.parametrize("per_fold", [False, True])
def test_whitening_finds_the_true_distance(over, per_fold):
    mixing = np.eye(6) + 0.5 * np.random.default_rng(8).normal(size=(6, 6))
    signal = np.random.default_rng(9).normal(size=(3, 6))
    white = np.linalg.solve(mixing, signal.T).T
    true = rsa.rdm(white, method="euclidean").values[0]
    found = rsa.movie(
        trials(400, folds=4), noise=rsa.Noise(over=over, per_fold=per_fold, shrinkage="none")
    )
    assert np.allclose(found.values[2:].mean(axis=0), true, rtol=0.1)
    assert np.abs(found.values[:2]).max() < 0.1 * true.min()


@pytest.mark.parametrize("method", ["correlation", "euclidean", "mahalanobis", "discriminant"])
def test_every_measure_runs_over_time(method):
    found = rsa.movie(trials(), method=method)
    assert found.values.shape == (5, 3)
    assert found.measure == method
    assert found.values.dtype == np.float32


def test_a_movie_larger_than_memory_goes_to_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("surrobrain.rsa.movies._BLOCK", 1)
    expected = rsa.movie(trials(), dtype=np.float16)
    found = rsa.movie(trials(), dtype=np.float16, path=tmp_path / "P1.npy")
    assert isinstance(found.values, np.memmap)
    assert np.array_equal(found.values, expected.values)
    assert found.conditions == expected.conditions
    assert np.array_equal(found.times, expected.times)
    broken = trials()
    broken.values[:] = 0
    with pytest.raises(ValueError, match="samples of zeros"):
        rsa.movie(broken, path=tmp_path / "P2.npy")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["P1.json", "P1.npy"]


def test_folds_are_dealt_in_turn_or_given():
    shown = trials(4)
    assert shown.fold_numbers.tolist() == np.repeat(range(4), 3).tolist()
    assert set(trials(30).fold_numbers) == set(range(12))
    assert set(trials(4, folds=["a", "b"] * 6).fold_numbers) == {0, 1}
    with pytest.raises(ValueError, match="fold 0 holds no trial of condition cat"):
        rsa.movie(trials(2, folds=[0, 1, 0, 1, 1, 1]))
    with pytest.raises(ValueError, match="3 folds arrived for 6 trials"):
        trials(2, folds=[0, 1, 2])
    with pytest.raises(ValueError, match="car has a single trial"):
        rsa.movie(trials(1))


def test_halves_share_no_trial():
    shown = trials(6)
    first, second = shown.halves(seed=1)
    assert len(first.labels) == len(second.labels) == 9
    assert first.conditions == shown.conditions
    ours, theirs = ({v.tobytes() for v in half.values} for half in (first, second))
    assert not ours & theirs


def test_bad_trials_are_named():
    shown = trials(2)
    values = shown.values.copy()
    values[3, 2, 1] = np.nan
    with pytest.raises(ValueError, match=r"trial 3 \(car\) must be finite"):
        rsa.Trials(values, shown.labels, shown.times)
    with pytest.raises(ValueError, match="5 labels arrived for 6 trials"):
        rsa.Trials(shown.values, shown.labels[:5], shown.times)
    with pytest.raises(ValueError, match="no time before zero"):
        rsa.movie(
            rsa.Trials(shown.values, shown.labels, np.arange(5.0)),
            noise=rsa.Noise(over="baseline"),
        )


def test_what_cannot_be_kept():
    shown = trials()
    with pytest.raises(ValueError, match="does not fit into float16; keep it in a wider dtype"):
        rsa.movie(
            rsa.Trials(1e4 * shown.values, shown.labels, shown.times), noise=None, dtype=np.float16
        )
    flat = rsa.Trials(np.ones((6, 3, 1)), list("abcabc"), np.zeros(1))
    with pytest.raises(ValueError, match="a pattern at 0 s is constant"):
        rsa.movie(flat, method="correlation", noise=None)


def test_epochs_of_mne():
    import mne

    shown = trials(6)
    info = mne.create_info(6, sfreq=10.0, ch_types="eeg")
    events = np.stack([np.arange(18) * 10, np.zeros(18, int), np.tile([3, 1, 2], 6)], axis=1)
    epochs = mne.EpochsArray(
        shown.values, info, events, tmin=-0.2, event_id={"cat": 1, "dog": 2, "car": 3},
        verbose="error",
    )  # fmt: skip
    found = rsa.Trials.from_epochs(epochs)
    assert found.labels == shown.labels
    assert np.allclose(found.times, shown.times)
    assert np.allclose(rsa.movie(found).values, rsa.movie(shown).values)


def test_memory_does_not_grow_with_the_length_of_a_movie(tmp_path, monkeypatch):
    import tracemalloc

    monkeypatch.setattr("surrobrain.rsa.movies._BLOCK", 2**14)
    rng = np.random.default_rng(0)
    n, n_times = 120, 300
    names = [f"image {k}" for k in range(n)]
    shown = rsa.Trials(
        rng.normal(size=(2 * n, 8, n_times)).astype(np.float32), 2 * names, np.arange(n_times) / 200
    )
    whole = n_times * n * (n - 1) // 2 * 4
    tracemalloc.start()
    movie = rsa.movie(shown, path=tmp_path / "P1.npy")
    scores = rsa.compare(movie, movie)
    peak = tracemalloc.get_traced_memory()[1] - shown.values.nbytes
    tracemalloc.stop()
    assert np.allclose(scores, 1)
    assert peak < whole / 3
