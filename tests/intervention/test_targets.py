import numpy as np
import pytest
from joblib import parallel_config
from scipy import stats

import surrobrain as sb
from surrobrain.analysis.controllability import average_controllability
from surrobrain.intervention.controllability import linear_map
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.rank_targets import rank_targets
from surrobrain.intervention.what_if_each import what_if_each


@pytest.fixture(autouse=True)
def one_process():
    with parallel_config(n_jobs=1):
        yield


@pytest.fixture
def chain():
    """A drives B drives C, D stands alone."""
    weights = np.zeros((4, 4))
    weights[1, 0] = weights[2, 1] = 0.8
    connectome = sb.Connectome(weights, names="ABCD")
    return sb.Network(sb.Linear(tau=0.1), connectome, noise=1.0, settle=1.0)


def test_each_region_scores_as_what_if_says(linear_brain):
    model = linear_brain(sigma=1.0)
    table = what_if_each(model, duration=5.0, n_seeds=3, seed=2)
    for k, name in enumerate(model.regions):
        runs = _pairs(model, name, n_seeds=3, seed=2)
        others = [j for j in range(4) if j != k]
        each = [
            (np.abs(after - before).mean(axis=0) / before.std(axis=0))[others].mean()
            for before, after in runs
        ]
        assert table.score[k] == pytest.approx(np.mean(each))
        low, high = stats.t.interval(0.95, 2, np.mean(each), stats.sem(each))
        assert (table.low[k], table.high[k]) == pytest.approx((low, high))


def _pairs(model, name, *, n_seeds, seed):
    from surrobrain.intervention.lesion import lesion
    from surrobrain.seeds import stream

    cut = lesion(model, regions=[name])
    for k in range(n_seeds):
        child = int(stream(seed, k).integers(2**31))
        begin = model.run(1, seed=child)
        before = model.run(50, state=begin.state, seed=child).values
        yield before, cut.run(50, state=cut.state_after(begin), seed=child).values


def test_a_stimulus_spreads_furthest_from_the_head_of_a_chain(chain):
    table = rank_targets(chain, duration=3.0, n_seeds=3)
    assert table.highest(2) == ("A", "B")
    assert table.score[3] == pytest.approx(0.0, abs=1e-12)
    assert table.strength.tolist() == [0.8, 1.6, 0.8, 0.0]
    assert table.rows()[0]["region"] == "A"
    assert "constant 1" in table.description


def level_of_c(recording):
    return float(recording.values[:, 2].mean())


def test_the_best_target_lowers_the_symptom_most(chain):
    def inhibit(region):
        return step(regions=[region], amplitude=-1.0)

    table = rank_targets(chain, by=level_of_c, stimulus=inhibit, duration=5.0, n_seeds=2)
    assert table.highest(3) == ("C", "B", "A")
    assert (table.score[:3] > 0).all()
    assert table.score[3] == pytest.approx(0.0, abs=1e-12)
    assert "minus level_of_c" in table.description
    changes = what_if_each(chain, stimulus=inhibit, score=level_of_c, duration=5.0, n_seeds=2)
    assert np.allclose(changes.score, -table.score)
    # a linear network rests where (1 - W) x = tau u: what the mean run moves towards
    gain = np.linalg.inv(np.eye(4) - 0.8 * np.diag([1, 1, 0], k=-1))[2]
    assert np.allclose(table.score / table.score[2], gain, atol=0.08)


def test_controllability_is_that_of_the_sum(linear_brain):
    for memory in (1, 3):
        lags = linear_brain(memory=memory).lags
        x = [np.eye(4)] + [np.zeros((4, 4))] * (memory - 1)
        total = np.zeros(4)
        for _ in range(400):
            total += (x[0] ** 2).sum(axis=0)
            x = [np.einsum("kij,kjl->il", lags, np.stack(x)), *x[:-1]]
        flat = lags.transpose(1, 0, 2).reshape(4, -1)
        assert np.allclose(average_controllability(flat), total)


def test_a_map_that_explodes_is_refused():
    with pytest.raises(ValueError, match=r"spectral radius is 1.1"):
        average_controllability(np.diag([0.5, 1.1]))


def test_a_linear_surrogate_is_its_own_linear_map():
    recording = sb.Recording(np.random.default_rng(0).normal(size=(300, 3)) * [1, 2, 5], sfreq=1.0)
    model = sb.fit(sb.LinearVAR(3, memory=2), recording).model
    weight = model.architecture.linear.weight.detach().numpy()  # oldest first
    expected = np.concatenate([weight[:, 3:], weight[:, :3]], axis=1)
    assert np.allclose(linear_map(model, seed=0), expected, atol=1e-6)
    table = rank_targets(model, by="controllability", n_seeds=2)
    assert np.allclose(table.score, average_controllability(expected), rtol=1e-4)
    assert np.allclose(table.high, table.low, rtol=1e-4)


def test_a_network_is_ranked_by_its_wiring(chain):
    table = rank_targets(chain, by="controllability")
    weights = chain.connectome.weights / 1.8
    total, power = np.zeros(4), np.eye(4)
    for _ in range(4):
        total, power = total + (power**2).sum(axis=0), weights @ power
    assert np.allclose(table.score, total)
    assert table.agreement == pytest.approx(stats.spearmanr(total, table.strength).statistic)


def test_scores_are_kept_and_taken_up_again(chain, tmp_path):
    recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 3)), sfreq=10.0)
    surrogate = sb.fit(sb.LinearVAR(3), recording).model
    for model in (chain, surrogate):
        folder = tmp_path / type(model).__name__
        first = what_if_each(model, duration=1.0, n_seeds=2, folder=folder)
        kept = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
        assert len(kept) == model.n_regions
        again = what_if_each(model, duration=1.0, n_seeds=2, folder=folder)
        assert np.array_equal(first.score, again.score)
        assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == kept


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"by": "luck"}, "no ranking 'luck'"), ({"n_seeds": 1}, "n_seeds must be at least 2")],
)
def test_nonsense_is_refused(chain, wrong, message):
    with pytest.raises(ValueError, match=message):
        rank_targets(chain, **wrong)


def test_an_unknown_kind_of_model_has_no_controllability(linear_brain):
    with pytest.raises(TypeError, match="rank targets by their response"):
        rank_targets(linear_brain(), by="controllability")
