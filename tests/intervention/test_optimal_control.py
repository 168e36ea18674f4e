"""Control of linear systems is known in closed form: the linear-quadratic regulator."""

import numpy as np
import pytest
from scipy import linalg

import surrobrain as sb
from surrobrain.intervention.optimal_control import optimal_control
from surrobrain.intervention.predictive_control import predictive_control
from surrobrain.intervention.rollout import rollout
from surrobrain.learned.surrogate import Surrogate

RNG = np.random.default_rng(3)
A = RNG.normal(size=(4, 4))
A *= 0.95 / np.abs(np.linalg.eigvals(A)).max()
B = RNG.normal(size=(4, 2))
CENTER, SCALE, INPUT_SCALE = np.array([1.0, -2.0, 0.0, 3.0]), np.array([1.0, 2.0, 0.5, 4.0]), 0.7


@pytest.fixture(scope="module")
def linear():
    """x - c follows A (x - c) + B u, in units of the recording."""
    architecture = sb.LinearVAR(4, n_inputs=2).double().eval()
    weight, drive = A * SCALE / SCALE[:, None], B * INPUT_SCALE / SCALE[:, None]
    architecture.assign(**{"linear.weight": weight, "linear.drive": drive})
    return Surrogate(
        architecture, tuple("ABCD"), 10.0, "activity", CENTER, SCALE, np.zeros((4, 4)),
        np.full(2, INPUT_SCALE),
    )  # fmt: skip


def regulator(start, n_times, weight):
    """Riccati recursion for sum over t = 1 ... n of |x|^2 + w |u|^2: cost and inputs."""
    value, gains = np.eye(4), []
    for _ in range(n_times):
        gain = linalg.solve(weight * np.eye(2) + B.T @ value @ B, B.T @ value @ A)
        value = np.eye(4) + A.T @ value @ (A - B @ gain)
        gains.append(gain)
    inputs, x = [], start
    for gain in reversed(gains):
        inputs.append(-gain @ x)
        x = A @ x + B @ inputs[-1]
    return float(start @ (value - np.eye(4)) @ start), np.array(inputs), gains[-1]


@pytest.mark.parametrize("weight", [1e-3, 0.1, 10.0])
def test_the_optimum_of_a_linear_surrogate_is_that_of_riccati(linear, weight):
    away = np.array([1.0, 2.0, -1.0, 0.5])
    found = optimal_control(
        linear, CENTER, horizon=2.0, energy_weight=weight,
        state=linear.state_from((CENTER + away)[None]),
    )  # fmt: skip
    cost, inputs, _ = regulator(away, 20, weight)
    assert found.cost * 10.0 == pytest.approx(cost, rel=1e-6)
    assert np.allclose(found.values, inputs, atol=1e-3 * np.abs(inputs).max())
    assert found.energy == pytest.approx(np.square(inputs).sum() / 10.0, rel=1e-3)
    assert found.inputs == ("input_0", "input_1")
    with pytest.raises(ValueError, match=r"model.run\(drive="):
        found.stimulus()


def test_far_ahead_the_first_input_is_that_of_the_algebraic_equation(linear):
    away = np.array([1.0, 2.0, -1.0, 0.5])
    value = linalg.solve_discrete_are(A, B, np.eye(4), 0.5 * np.eye(2))
    gain = linalg.solve(0.5 * np.eye(2) + B.T @ value @ B, B.T @ value @ A)
    found = optimal_control(
        linear, CENTER, horizon=8.0, energy_weight=0.5,
        state=linear.state_from((CENTER + away)[None]),
    )  # fmt: skip
    assert np.allclose(found.values[0], -gain @ away, rtol=1e-3)
    controller = predictive_control(linear, CENTER, horizon=8.0, energy_weight=0.5)
    assert np.allclose(controller((CENTER + away)[None]), -gain @ away, rtol=1e-5)


def test_a_network_is_controlled_as_its_impulse_responses_say():
    model = sb.Network(
        sb.Linear(tau=0.05), sb.examples.ring(4), coupling=0.4, settle=0.0,
        observer=sb.observers.Identity(100.0),
    )  # fmt: skip
    target = np.full((20, 4), np.nan)
    target[5:, 0], target[19, 2] = 0.3, -0.2
    found = optimal_control(model, target, energy_weight=1e-2, regions=["region_1", 3])
    columns = []
    for k in range(40):
        inputs = np.zeros((20, 4))
        inputs[k // 2, (1, 3)[k % 2]] = 1.0
        columns.append(model.run(20, state=model.initial_state, inputs=inputs).values)
    asked = np.isfinite(target)
    response = np.stack([column[asked] for column in columns], axis=1)
    matrix = np.concatenate([response, 0.1 * np.eye(40)])
    best = np.linalg.lstsq(matrix, np.concatenate([target[asked], np.zeros(40)]), rcond=None)[0]
    assert np.allclose(found.values.ravel(), best, atol=1e-3 * np.abs(best).max())
    reached = sb.simulate(model, duration=0.2, stimulus=found.stimulus(), state=model.initial_state)
    assert np.allclose(reached.values, found.predicted)
    assert found.inputs == ("region_1", "region_3")
    assert found.distance < 0.5 * np.sqrt(np.nanmean(target**2))


def test_a_limit_is_kept_and_pays_for_itself(linear):
    away = linear.state_from((CENTER + 1.0)[None])
    ask = {"horizon": 1.0, "energy_weight": 1e-2, "state": away}
    free = optimal_control(linear, CENTER, **ask)
    bound = optimal_control(linear, CENTER, limit=0.1, **ask)
    assert np.abs(bound.values).max() == pytest.approx(0.1)
    assert np.abs(free.values).max() > 0.1
    assert bound.cost > free.cost
    held = predictive_control(linear, CENTER, horizon=1.0, energy_weight=1e-2, limit=0.1)
    assert np.allclose(held((CENTER + 1.0)[None]), bound.values[0], atol=1e-4)


def test_a_rollout_is_the_run_of_the_model():
    values = np.random.default_rng(0).normal(size=(300, 3)) * [1, 5, 0.1] + [0, 3, 9]
    recording = sb.Recording(values, sfreq=5.0)
    recording = recording.with_inputs(np.random.default_rng(1).normal(size=(300, 2)))
    model = sb.fit(sb.MLP(3, n_inputs=2, memory=2, hidden=4), recording, seed=0).model
    state = model.state_from(values[:2].astype(model.dtype))
    drive, inputs = recording.inputs[:6], np.random.default_rng(2).normal(size=(6, 2))
    quiet = model.without_noise()
    recorded = rollout(model, 6, state=state)
    assert recorded.recorded
    assert np.allclose(
        recorded.samples(drive), quiet.run(6, state=state, drive=drive).values, atol=1e-4
    )
    everywhere = np.zeros((6, 3))
    everywhere[:, [2, 0]] = inputs
    virtual = rollout(model, 6, regions=[2, 0], state=state)
    expected = quiet.run(6, state=state, inputs=everywhere).values
    assert np.allclose(virtual.samples(inputs), expected, atol=1e-4)
    value, slope = recorded.value_and_gradient(lambda x, u: (x[-1] ** 2).sum(), drive)
    moved = drive.copy()
    moved[2, 1] += 1e-5
    assert slope[2, 1] == pytest.approx(
        (np.square(recorded.samples(moved)[-1]).sum() - value) / 1e-5, rel=1e-3
    )


def test_a_nonlinear_surrogate_is_brought_nearer_by_looking_again():
    """Closed loop against the same model with an unknown push in every step."""
    values = np.cumsum(np.random.default_rng(0).normal(size=(400, 2)), axis=0) * 0.1
    recording = sb.Recording(values, sfreq=1.0)
    recording = recording.with_inputs(np.random.default_rng(1).normal(size=(400, 2)))
    model = sb.fit(sb.LinearVAR(2, n_inputs=2), recording).model
    one = {"linear.weight": 0.9 * np.eye(2), "linear.drive": 0.3 * np.eye(2)}
    model.architecture.assign(**one, **{"linear.bias": np.zeros(2)})
    quiet, target = model.without_noise(), np.array([1.0, -1.0])
    push = np.tile([0.05, 0.05], (30, 1))
    plan = optimal_control(model, target, horizon=30.0, energy_weight=1e-2)
    start = model.state_from(model.center[None])
    opened = quiet.run(30, state=start, drive=plan.values, inputs=push).values
    controller = predictive_control(model, target, horizon=5.0, energy_weight=1e-2)
    seen, state, closed = model.center[None], start, []
    for t in range(30):
        step = quiet.run(1, state=state, drive=controller(seen)[None], inputs=push[t : t + 1])
        state, seen = step.state, step.values
        closed.append(step.values[0])
    off = [np.abs(np.asarray(x)[20:] - target).mean() for x in (opened, closed)]
    assert off[1] < 0.5 * off[0]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"target": np.zeros(3), "horizon": 1.0}, r"shape \(n_times, 4\)"),
        ({"target": np.zeros(4)}, r"\(4,\) with a horizon"),
        ({"target": np.zeros((5, 4)), "horizon": 1.0}, "5 samples but the horizon 10"),
        ({"target": np.full((5, 4), np.nan)}, "not only NaN"),
        ({"target": np.zeros((5, 4)), "energy_weight": 0.0}, "energy_weight"),
        ({"target": np.zeros((5, 4)), "limit": -1.0}, "limit"),
    ],
)
def test_nonsense_is_refused(linear, wrong, message):
    target = wrong.pop("target")
    for method in (optimal_control, predictive_control):
        with pytest.raises(ValueError, match=message):
            method(linear, target, **wrong)


def test_a_model_without_gradients_is_refused(linear_brain):
    with pytest.raises(TypeError, match="LinearBrain arrived"):
        optimal_control(linear_brain(), np.zeros((5, 4)))
