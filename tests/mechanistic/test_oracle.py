"""Every way to step, couple, delay and shake: the compiled loop equals plain NumPy."""

import dataclasses

import numpy as np
import pytest

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic import couplings, noises, oracle
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import param
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.observers.bold import BOLD
from surrobrain.mechanistic.observers.identity import Identity

SIX = 6


@dataclasses.dataclass(frozen=True)
class Remembering(StuartLandau):
    """Stuart-Landau whose second state hears its own past."""

    memory: float = param(0.3, "s", bounds=(0.0, 10.0))

    pathways = ("tracts", "memory")


def network(node: object, **changes: object) -> Network:
    """Six regions, asymmetric weights and lengths, a sample every 25 steps."""
    rng = np.random.default_rng(1)
    weights = rng.uniform(0.1, 1.0, (SIX, SIX)) * (1 - np.eye(SIX))
    weights[rng.uniform(size=(SIX, SIX)) < 0.3] = 0.0
    lengths = rng.uniform(20.0, 100.0, (SIX, SIX))
    step = node.step
    base = Network(
        node, Connectome(weights, lengths), coupling=0.3, noise=0.05, dt=step, settle=0.0,
        observer=Identity(1 / (25 * step)), speed=0.1 / (40 * step),
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def agree(model: Network, n_times: int = 40) -> np.ndarray:
    expected = oracle.run(model, n_times, seed=3)
    computed = model.run(n_times, seed=3).values
    np.testing.assert_allclose(computed, expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    return expected


@pytest.mark.parametrize(
    ("stepper", "delays"),
    [
        ("euler", "interpolated"), ("heun", "none"), ("heun", "rounded"),
        ("rk4", "none"), ("rk4", "interpolated"),
    ],
)  # fmt: skip
def test_steppers_agree_over_a_thousand_steps(stepper: str, delays: str) -> None:
    how = {"speed": None} if delays == "none" else {"delays": delays}
    model = network(WilsonCowan(), stepper=stepper, **how)
    assert bool(model.reach) == (delays != "none")
    values = agree(model)
    other = dataclasses.replace(model, stepper="euler", delays="rounded")
    assert np.abs(values - other.run(40, seed=3).values).max() > 1e-6


@pytest.mark.parametrize(
    ("noise", "stepper"),
    [
        (noises.White({"x": 0.3, "y": np.linspace(0.0, 0.2, SIX)}), "euler"),
        (noises.Colored(0.5, tau=0.2), "euler"),
        (noises.Colored(0.5, tau=0.2), "heun"),
        (noises.Multiplicative(0.4), "milstein"),
        (noises.Multiplicative(0.4), "heun"),
    ],
    ids=lambda x: x if isinstance(x, str) else type(x).__name__,
)
def test_noises_agree(noise: object, stepper: str) -> None:
    model = network(StuartLandau(), noise=noise, stepper=stepper)
    values = agree(model)
    assert np.abs(values - dataclasses.replace(model, noise=0.0).run(40).values).max() > 1e-3


@pytest.mark.parametrize(
    "coupling",
    [
        couplings.Additive(np.linspace(0.1, 0.5, SIX)),
        couplings.Diffusive(0.4),
        couplings.Sigmoidal(0.4, midpoint=0.2, slope=3.0),
        couplings.Presigmoidal(0.4, midpoint=0.2, slope=3.0),
    ],
    ids=lambda coupling: type(coupling).__name__,
)
@pytest.mark.parametrize(("stepper", "speed"), [("euler", None), ("rk4", 0.2)])
def test_couplings_agree(coupling: object, stepper: str, speed: float | None) -> None:
    agree(network(StuartLandau(), coupling=coupling, stepper=stepper, speed=speed))


@pytest.mark.parametrize(("stepper", "speed"), [("euler", None), ("heun", 0.2)])
def test_own_past_agrees_and_passes_the_coupling_by(stepper: str, speed: float | None) -> None:
    model = network(Remembering(), stepper=stepper, speed=speed)
    assert model.wirings[1].steps.tolist() == [round(0.3 / model.dt_seconds)] * SIX
    agree(model)
    silent = dataclasses.replace(model, coupling=0.0)
    assert np.abs(silent.run(40, seed=3).values - model.run(40, seed=3).values).max() > 1e-3


def test_haemodynamics_agree_with_every_extra_at_once() -> None:
    model = network(
        WongWang(I0=np.linspace(0.29, 0.31, SIX)), observer=BOLD(0.1), stepper="heun",
        noise=noises.Colored({"S": 0.3}, tau=0.01), delays="interpolated",
    )  # fmt: skip
    agree(model, 10)


def test_two_runs_joined_equal_one_to_the_bit_with_stages_and_memory() -> None:
    model = network(JansenRit(), stepper="rk4", noise=noises.Colored(20.0, tau=0.01))
    whole = model.run(9, seed=4)
    first = model.run(4, seed=4)
    second = model.run(5, state=first.state, seed=4)
    np.testing.assert_array_equal(np.concatenate([first.values, second.values]), whole.values)
    np.testing.assert_array_equal(second.state.values, whole.state.values)
