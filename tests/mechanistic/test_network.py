"""The network: orientation, delays, noise, continuation, inputs, refusals, saving."""

import dataclasses
import functools
import json

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from surrobrain.data.connectome import Connectome
from surrobrain.errors import Diverged
from surrobrain.forward import ForwardModel
from surrobrain.mechanistic.kernels import weighted_sum
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.observers.bold import BOLD
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.simulation import simulate

SEVEN = 7


@functools.cache
def haemodynamic(dtype: str = "float64") -> Network:
    """Everything at once: delays, noise, BOLD, parameters that differ between regions."""
    rng = np.random.default_rng(3)
    weights = rng.uniform(0, 1, (SEVEN, SEVEN)) * (1 - np.eye(SEVEN))
    lengths = rng.uniform(10.0, 200.0, (SEVEN, SEVEN))
    return Network(
        WongWang(I0=np.linspace(0.29, 0.31, SEVEN)), Connectome(weights, lengths), coupling=0.1,
        noise=np.full(SEVEN, 0.06), observer=BOLD(0.1), speed=10.0, dt=1e-3, settle=1.0,
        dtype=dtype,
    )  # fmt: skip


def pair(dt: float, **how: object) -> Network:
    """A drives B after 30 ms, B drives A back after 10 ms."""
    connectome = Connectome(
        np.array([[0.0, -0.8], [1.5, 0.0]]), np.array([[0.0, 100.0], [300.0, 0.0]]), ["A", "B"]
    )
    base = Network(Linear(), connectome, observer=Identity(100.0), speed=10.0, dt=dt, settle=0.0)
    return dataclasses.replace(base, **how)


def test_is_a_forward_model() -> None:
    model = haemodynamic()
    assert isinstance(model, ForwardModel)
    assert (model.modality, model.sfreq, model.n_regions) == ("fMRI", 10.0, SEVEN)
    assert model.names == model.connectome.names


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_two_runs_joined_equal_one_to_the_bit(dtype: str) -> None:
    model = haemodynamic(dtype)
    inputs = np.random.default_rng(0).normal(size=(9, SEVEN))
    whole = model.run(9, inputs=inputs, seed=4)
    first = model.run(2, inputs=inputs[:2], seed=4)
    second = model.run(3, state=first.state, inputs=inputs[2:5], seed=4)
    third = model.run(4, state=second.state, inputs=inputs[5:], seed=4)
    joined = np.concatenate([first.values, second.values, third.values])
    np.testing.assert_array_equal(joined, whole.values)
    for field in dataclasses.fields(whole.state):
        np.testing.assert_array_equal(
            getattr(third.state, field.name), getattr(whole.state, field.name)
        )
    assert whole.values.dtype == dtype


def method_of_steps(times: np.ndarray) -> np.ndarray:
    """Integrate the pair under a constant drive of A, one shortest delay after another."""
    pieces = []

    def past(t: float, region: int) -> float:
        return 0.0 if t <= 0 else pieces[min(int(t / 0.01), len(pieces) - 1)](t)[region]

    def slope(t: float, x: np.ndarray) -> list[float]:
        a = -x[0] - 0.8 * past(t - 0.01, 1) + 1.0
        b = -x[1] + 1.5 * past(t - 0.03, 0)
        return [a / 0.1, b / 0.1]

    x = np.zeros(2)
    for k in range(round(times[-1] / 0.01) + 1):
        span = (k * 0.01, (k + 1) * 0.01)
        piece = solve_ivp(slope, span, x, rtol=1e-9, atol=1e-12, dense_output=True)
        pieces.append(piece.sol)
        x = piece.y[:, -1]
    return np.array([pieces[min(int(t / 0.01 + 1e-9), len(pieces) - 1)](t) for t in times])


def states_after(model: Network, n_times: int) -> np.ndarray:
    inputs = np.tile([1.0, 0.0], (n_times, 1))
    return model.run(n_times, inputs=inputs).state.values[0]


@pytest.mark.parametrize(("stepper", "ratio"), [("euler", 2.0), ("heun", 4.0), ("rk4", 4.0)])
def test_delays_run_from_j_to_i_and_converge_at_their_order(stepper: str, ratio: float) -> None:
    expected = method_of_steps(np.array([0.05, 0.2]))
    for n_times, truth in zip((5, 20), expected, strict=True):
        errors = [
            np.abs(states_after(pair(dt, stepper=stepper), n_times) - truth).max()
            for dt in (1e-3, 5e-4)
        ]
        assert errors[1] < (3e-3 if stepper == "euler" else 1e-5)
        assert errors[0] / errors[1] == pytest.approx(ratio, rel=0.06)


def test_interpolated_delays_lie_between_rounded_ones() -> None:
    """A delay of 30.4 steps: rounded it is 30, interpolated it is a straight line's 30.4."""
    odd = dataclasses.replace(pair(1e-3), speed=300.0 / 30.4)
    rounded, interpolated = (
        states_after(dataclasses.replace(odd, delays=kind), 5)
        for kind in ("rounded", "interpolated")
    )
    earlier, later = (
        states_after(dataclasses.replace(odd, speed=300.0 / d), 5) for d in (30.0, 31.0)
    )
    assert rounded[1] == pytest.approx(earlier[1], rel=1e-9)
    assert interpolated[1] == pytest.approx(0.6 * earlier[1] + 0.4 * later[1], rel=1e-3)
    assert later[1] < interpolated[1] < earlier[1]


def test_b_hears_a_only_after_the_delay() -> None:
    values = pair(1e-3).run(6, inputs=np.tile([1.0, 0.0], (6, 1))).values
    assert (values[:3, 1] == 0).all()
    assert (values[3:, 1] > 0).all()


def test_plain_sums_equal_vector_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = haemodynamic().run(5, seed=1).values
    monkeypatch.setattr(weighted_sum, "has_simd", lambda: False)
    plain = dataclasses.replace(haemodynamic()).run(5, seed=1).values
    np.testing.assert_allclose(plain, fast, rtol=1e-10)


def test_precisions_agree() -> None:
    single, double = (haemodynamic(d).run(100, seed=2).values for d in ("float32", "float64"))
    np.testing.assert_allclose(single.mean(axis=0), double.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(single.std(axis=0), double.std(axis=0), rtol=1e-2)


def test_seed_decides_the_noise() -> None:
    model = haemodynamic()
    np.testing.assert_array_equal(model.run(3, seed=1).values, model.run(3, seed=1).values)
    assert (model.run(3, seed=1).values != model.run(3, seed=2).values).all()


def test_stimulus_and_lesion_leave_the_noise_alone() -> None:
    model = haemodynamic()
    free = model.run(6, seed=1).values
    inputs = np.zeros((6, SEVEN))
    inputs[4:, 2] = 0.5
    driven = model.run(6, inputs=inputs, seed=1).values
    np.testing.assert_array_equal(driven[:4], free[:4])
    assert (driven[5, 2] != free[5, 2]).all()
    uncoupled = dataclasses.replace(model, coupling=0.0)
    cut = uncoupled.disconnected(regions=[0])
    assert (cut.connectome.weights[0] == 0).all()
    np.testing.assert_allclose(cut.run(3, seed=1).values, uncoupled.run(3, seed=1).values)


def test_input_is_held_and_reaches_steady_state() -> None:
    model = dataclasses.replace(pair(1e-3), coupling=0.0)
    values = model.run(300, inputs=np.tile([1.0, -2.0], (300, 1))).values
    np.testing.assert_allclose(values[-1], [1.0, -2.0], atol=1e-10)


def test_unstable_run_raises_with_time_and_region() -> None:
    model = dataclasses.replace(pair(1e-3), coupling=1e6)
    driven = model.run(400, inputs=np.ones((400, 2))).values
    assert np.isnan(driven[-1]).all()
    too_large = Network(
        Linear(),
        Connectome(np.zeros((2, 2))),
        noise=1.0,
        observer=Identity(1.0),
        dt=1.0,
        settle=0.0,
    )
    with pytest.raises(Diverged, match=r"left the finite range at .* s in region"):
        simulate(too_large, duration=1000.0)


@pytest.mark.parametrize(
    ("kind", "weights", "message"),
    [
        ("negative", [[0, 1], [-2, 0]], "does not allow negative weights, but -2 .* A to B"),
        ("asymmetric", [[0, 1], [2, 0]], "asymmetric weights, but 1 .* B to A against 2 back"),
    ],
)
def test_forbidden_weights_are_named(kind: str, weights: list, message: str) -> None:
    @dataclasses.dataclass(frozen=True)
    class Strict(Linear):
        forbids = frozenset({kind})

    with pytest.raises(ValueError, match=message):
        Network(Strict(), Connectome(np.array(weights, float), names=["A", "B"]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"noise": -1.0}, "noise must be one number of at least 0"),
        ({"noise": np.ones(3)}, "noise must be one number"),
        ({"dt": 3e-3}, "dt must divide the sample interval of 0.01 s.*use 0.00333"),
        ({"node": Linear(tau=-1.0)}, r"tau of Linear must be between 0.0001 and 100 s, but -1"),
        ({"node": Linear(tau=np.array([0.1, 1e9]))}, "arrived in region B"),
        ({"node": Linear(tau=np.ones(3))}, r"one per region: \(2,\)"),
    ],
)
def test_bad_arguments_are_named(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(pair(1e-3), **changes)


def test_states_of_other_networks_are_refused() -> None:
    state = haemodynamic().run(1).state
    with pytest.raises(ValueError, match="comes from another network"):
        pair(1e-3).run(1, state=state)
    with pytest.raises(TypeError, match=r"use Trajectory\.state"):
        pair(1e-3).run(1, state=np.zeros(2))
    with pytest.raises(ValueError, match="inputs must have shape"):
        pair(1e-3).run(2, inputs=np.zeros((3, 2)))


def test_parts_build_the_same_network() -> None:
    config, arrays = haemodynamic().to_parts()
    again = Network.from_parts(json.loads(json.dumps(config)), arrays)
    np.testing.assert_array_equal(again.run(2).values, haemodynamic().run(2).values)
    assert again.to_parts()[0] == config


def test_steps_divide_the_sample_interval() -> None:
    model = dataclasses.replace(pair(1e-3), dt=None, observer=Identity(333.0))
    assert model.dt_seconds * model.steps_per_sample == pytest.approx(1 / 333)
    assert model.dt_seconds <= Linear().step
    slow = dataclasses.replace(haemodynamic(), observer=BOLD(0.72), dt=1e-4)
    assert (slow.steps_per_observation, slow.observations_per_sample) == (10, 720)
