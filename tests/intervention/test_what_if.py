import numpy as np
import pytest
from scipy import stats

import surrobrain as sb
from surrobrain.errors import Diverged
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.what_if import what_if


def test_a_stimulus_of_nothing_changes_nothing(linear_brain, wired_brain):
    for model in (linear_brain(sigma=1.0), wired_brain(sigma=1.0)):
        effect = what_if(model, stimulus=step(regions=["A"], amplitude=0.0), duration=5.0)
        assert not effect.difference.any()
        assert not effect.response.any()
        assert np.array_equal(effect.fc_before, effect.fc_after)


def test_the_difference_of_a_linear_model_is_its_impulse_response(linear_brain):
    model = linear_brain(sigma=1.0, center=[1.0, -2.0, 0.5, 3.0])
    pulse = step(regions=["B"], amplitude=2.0, onset=0.3, duration=0.1)
    effect = what_if(model, stimulus=pulse, duration=2.0, n_seeds=3)
    expected, now = np.zeros((20, 4)), np.array([0.0, 2.0, 0.0, 0.0])
    for t in range(3, 20):
        expected[t], now = now, model.lags[0] @ now
    assert np.allclose(effect.difference, expected, atol=1e-9)
    assert np.allclose(effect.difference_low, effect.difference_high, atol=1e-9)
    assert np.allclose(effect.response * effect.sd, np.abs(expected).mean(axis=0))


def test_a_cut_edge_shows_as_in_closed_form(linear_brain):
    """d[t+1] = A d[t] - (cut part) x_changed[t]: the difference obeys the cut model."""
    model = linear_brain(sigma=1.0)
    effect = what_if(model, lesion=[("A", "C")], duration=3.0, n_seeds=2)
    cut = np.zeros((4, 4))
    cut[2, 0] = model.lags[0][2, 0]
    expected = effect.difference[:-1] @ model.lags[0].T - effect.changed[:-1] @ cut.T
    assert np.allclose(effect.difference[1:], expected, atol=1e-9)
    assert np.allclose(effect.difference[0, [0, 1, 3]], 0.0, atol=1e-12)


def test_a_removed_region_rests_at_its_mean(linear_brain):
    model = linear_brain(sigma=1.0, center=[1.0, -2.0, 0.5, 3.0])
    effect = what_if(model, lesion=["B"], duration=4.0, n_seeds=2)
    assert np.array_equal(effect.changed[:, 1], np.full(40, -2.0))
    assert np.isnan(effect.fc_after[1]).all()
    assert np.isfinite(effect.fc_before).all()


def test_a_network_is_lesioned_in_the_same_moment(wired_brain):
    model = wired_brain(sigma=1.0)
    effect = what_if(model, lesion=["B"], duration=3.0, n_seeds=2)
    cut = model.connectome.disconnected(["B"]).weights
    expected = effect.difference[:-1] @ cut.T
    expected -= effect.baseline[:-1] @ (model.connectome.weights - cut).T
    assert np.allclose(effect.difference[1:], expected, atol=1e-9)


def test_a_network_goes_on_when_its_longest_tract_is_cut():
    """The state then holds more of the past than the lesioned network still hears."""
    connectome = sb.examples.ring(4)
    lengths = 20.0 * np.array(connectome.weights)
    lengths[0, 1] = lengths[1, 0] = 100.0
    connectome = sb.Connectome(connectome.weights, lengths, connectome.names)
    model = sb.Network(sb.Linear(), connectome, coupling=0.3, noise=1.0, speed=1.0)
    effect = what_if(model, lesion=["region_0"], duration=2.0, n_seeds=2)
    assert not effect.difference[0, 2]
    assert effect.difference[50:, [1, 3]].any(axis=0).all()


def test_intervals_are_t_intervals_over_pairs(linear_brain):
    model = linear_brain(sigma=1.0)
    effect = what_if(model, lesion=["A"], duration=2.0, n_seeds=5, seed=4)
    half = (effect.difference_high - effect.difference_low) / 2
    middle = (effect.difference_high + effect.difference_low) / 2
    assert np.allclose(middle, effect.difference)
    # A single pair has no interval, so the spread is rebuilt from pairs run one by one.
    pairs = _differences(model, n_seeds=5, seed=4)
    expected = stats.t.ppf(0.975, 4) * pairs.std(axis=0, ddof=1) / np.sqrt(5)
    assert np.allclose(half, expected)


def _differences(model, *, n_seeds, seed):
    from surrobrain.intervention.lesion import lesion
    from surrobrain.seeds import stream

    cut, found = lesion(model, regions=["A"]), []
    for k in range(n_seeds):
        child = int(stream(seed, k).integers(2**31))
        begin = model.run(1, seed=child)
        before = model.run(20, state=begin.state, seed=child).values
        found.append(cut.run(20, state=cut.state_after(begin), seed=child).values - before)
    return np.array(found)


def test_same_seed_same_effect_other_seed_another(linear_brain):
    model = linear_brain(sigma=1.0)
    first, again = (what_if(model, lesion=["A"], duration=2.0, seed=1) for _ in range(2))
    other = what_if(model, lesion=["A"], duration=2.0, seed=2)
    assert np.array_equal(first.difference, again.difference)
    assert not np.allclose(first.difference, other.difference)


def test_a_run_goes_on_from_the_state_given(linear_brain):
    model = linear_brain()
    state = model.state_from(np.full((1, 4), 5.0))
    pulse = step(regions=["A"], amplitude=1.0)
    effect = what_if(model, stimulus=pulse, duration=1.0, state=state)
    expected = np.linalg.matrix_power(model.lags[0], 2) @ np.full(4, 5.0)
    assert np.allclose(effect.baseline[0], expected)


def test_a_region_without_variation_has_no_response(linear_brain):
    effect = what_if(linear_brain(), stimulus=step(regions=["A"], amplitude=1.0), duration=1.0)
    assert np.isnan(effect.response).all()
    assert effect.difference[0] == pytest.approx([1.0, 0.0, 0.0, 0.0])


def test_the_effect_says_what_was_done(linear_brain):
    effect = what_if(
        linear_brain(sigma=1.0), stimulus=step(regions=["A"], amplitude=1.0),
        lesion=["A", ("B", "C")], duration=1.0, n_seeds=2,
    )  # fmt: skip
    assert effect.description == (
        "stimulus: constant 1 from 0 s at A; lesion: A, B -> C; "
        "nothing spreads from A, stimulated but removed"
    )
    assert effect.dose is not None
    assert effect.dose.charge == pytest.approx([1.0])
    assert np.isnan(effect.response[0])
    assert np.isfinite(effect.response[1:]).all()


def test_divergence_names_the_side(linear_brain):
    model = linear_brain(sigma=1.0)
    wild = type(model)(model.lags * 1e6, model.center, 1.0)
    message = r"without the intervention, the run left the finite range"
    with np.errstate(all="ignore"), pytest.raises(Diverged, match=message):
        what_if(wild, stimulus=step(regions=["A"], amplitude=1.0), duration=20.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({}, "nothing would change"), ({"n_seeds": 1, "lesion": ["A"]}, "n_seeds must be at least 2")],
)
def test_nonsense_is_refused(linear_brain, wrong, message):
    with pytest.raises(ValueError, match=message):
        what_if(linear_brain(), duration=1.0, **wrong)
