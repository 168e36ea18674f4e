"""Points as one batch of torch tensors: the numbers of the compiled loop, and one device."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from surrobrain.data.connectome import Connectome
from surrobrain.data.sparse_connectome import SparseConnectome
from surrobrain.mechanistic import couplings, noises, sweep_store, torch_lanes
from surrobrain.mechanistic.engine import Lanes
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import param
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.kuramoto import Kuramoto
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.observers.bold import BOLD
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.observers.lead_field import LeadField
from surrobrain.mechanistic.sweep import sweep
from tests.one_device import OneDevice

SIX, POINTS = 6, 5
STRENGTHS = {"coupling": np.linspace(0.1, 0.5, POINTS)}


@dataclasses.dataclass(frozen=True)
class Remembering(StuartLandau):
    """Stuart-Landau whose second state hears its own past."""

    memory: float = param(0.3, "s", bounds=(0.0, 10.0))

    pathways = ("tracts", "memory")


@dataclasses.dataclass(frozen=True)
class Choosing(Linear):
    """A relaxation whose target is one of two plain numbers."""

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivative; the numbers in it are no tensors."""
        target = xp.where(coupling[0] > 0, 0.1, -0.3)
        return (xp.exp(0.3) * (target - state[0]) / p.tau,)


def network(node: Any, **changes: Any) -> Network:
    """Six regions, asymmetric weights and lengths, a sample every 25 steps, 25 of them unseen."""
    rng = np.random.default_rng(1)
    weights = rng.uniform(0.1, 1.0, (SIX, SIX)) * (1 - np.eye(SIX))
    weights[rng.uniform(size=(SIX, SIX)) < 0.3] = 0.0
    lengths = rng.uniform(20.0, 100.0, (SIX, SIX))
    step = node.step
    base = Network(
        node, Connectome(weights, lengths), noise=0.05, dt=step, settle=25 * step,
        observer=Identity(1 / (25 * step)), speed=0.1 / (40 * step),
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def agree(model: Network, vary: dict[str, np.ndarray] = STRENGTHS, n_steps: int = 1000) -> None:
    """Hold a batch of tensors to the compiled loop, and every point to another than its own."""
    how = {"duration": n_steps * model.dt_seconds, "seed": 3}
    expected = sweep(model, vary, **how).values
    found = sweep(model, vary, device="cpu", **how).values
    assert found.dtype == expected.dtype
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    assert np.abs(np.diff(expected, axis=0)).max() > 1e-6 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("stepper", "delays"),
    [
        ("euler", "none"), ("euler", "rounded"), ("euler", "interpolated"), ("heun", "none"),
        ("heun", "rounded"), ("rk4", "none"), ("rk4", "interpolated"),
    ],
)  # fmt: skip
def test_steppers_and_delays_equal_the_compiled_loop(stepper: str, delays: str) -> None:
    how = {"speed": None} if delays == "none" else {"delays": delays}
    model = network(WilsonCowan(), stepper=stepper, **how)
    assert bool(model.reach) == (delays != "none")
    agree(model)


@pytest.mark.parametrize(
    ("noise", "stepper"),
    [
        (noises.White({"x": 0.3, "y": np.linspace(0.0, 0.2, SIX)}), "euler"),
        (noises.Colored(0.5, tau=0.2), "euler"),
        (noises.Colored(0.5, tau=0.2), "heun"),
        (noises.Multiplicative(0.4), "milstein"),
        (0.0, "euler"),
    ],
    ids=lambda x: x if isinstance(x, str) else type(x).__name__,
)
def test_noises_equal_the_compiled_loop(noise: Any, stepper: str) -> None:
    agree(network(StuartLandau(), noise=noise, stepper=stepper))


@pytest.mark.parametrize(
    "coupling",
    [
        couplings.Diffusive(0.4),
        couplings.Sigmoidal(0.4, midpoint=0.2, slope=3.0),
        couplings.Presigmoidal(0.4, midpoint=0.2, slope=3.0),
    ],
    ids=lambda coupling: type(coupling).__name__,
)
def test_couplings_equal_the_compiled_loop(coupling: Any) -> None:
    agree(network(StuartLandau(), coupling=coupling, speed=None))


def test_plain_numbers_in_equations_keep_the_precision() -> None:
    agree(network(Choosing(), noise=0.5))


@pytest.mark.parametrize(("stepper", "speed"), [("euler", None), ("heun", 0.2)])
def test_own_past_equals_the_compiled_loop(stepper: str, speed: float | None) -> None:
    agree(network(Remembering(), stepper=stepper, speed=speed))


def test_delays_shorter_than_the_line_is_long_and_longer() -> None:
    """The line of the past is moved back to its start many times, or hardly ever."""
    for steps in (1.0, 3.0, 300.0):
        model = network(Remembering(memory=steps * StuartLandau().step), speed=None)
        assert model.reach == steps
        agree(model)


def test_everything_that_varies_may_do_so_by_region() -> None:
    rng = np.random.default_rng(2)
    vary = {
        "coupling": rng.uniform(0.0, 0.3, (POINTS, SIX)),
        "noise": rng.uniform(0.0, 0.1, (POINTS, SIX)),
        "I0": rng.uniform(0.29, 0.31, (POINTS, SIX)), "tau": rng.uniform(0.08, 0.12, POINTS),
    }  # fmt: skip
    model = network(WongWang(w=np.linspace(0.85, 0.95, SIX)), observer=BOLD(0.1), settle=0.1)
    agree(model, vary, n_steps=10 * model.steps_per_sample)


@pytest.mark.parametrize("speed", [None, 5.0])
def test_a_sparse_connectome_equals_the_compiled_loop(speed: float | None) -> None:
    n = 60
    targets = np.repeat(np.arange(n - 1), 2)  # the last hears nothing
    sources = (targets + np.tile([1, 7], n - 1)) % n
    weights, lengths = np.linspace(0.1, 1.0, 2 * n - 2), np.linspace(20.0, 90.0, 2 * n - 2)
    names = [f"place {k}" for k in range(n)]
    sparse = SparseConnectome(targets, sources, weights, names, lengths)
    agree(network(Linear(), connectome=sparse, speed=speed))


def test_regions_without_connections_and_an_observer_of_channels() -> None:
    gain = np.random.default_rng(0).normal(size=(3, SIX))
    alone = network(Linear(), connectome=Connectome(np.zeros((SIX, SIX))), speed=None)
    seen = dataclasses.replace(alone, observer=LeadField(gain, sfreq=alone.sfreq))
    agree(seen, {"tau": np.linspace(0.05, 0.2, POINTS)})


@pytest.mark.parametrize(
    "node", [JansenRit(), Kuramoto(), WongWang()], ids=lambda n: type(n).__name__
)
def test_single_precision_differs_by_its_rounding(node: Any) -> None:
    model = network(node, dtype="float32")
    how = {"duration": 200 * model.dt_seconds, "seed": 3}
    expected, found = (sweep(model, STRENGTHS, device=d, **how).values for d in (None, "cpu"))
    assert found.dtype == expected.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5 * np.abs(expected).max())


def standard_deviations(values: np.ndarray) -> np.ndarray:
    return values.std(axis=0)


def test_an_interrupted_sweep_goes_on_block_by_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_lanes, "lanes_that_fit", lambda *_: 2)
    model, ran = network(Linear()), []
    how = {"duration": 0.1, "seed": 1, "summary": standard_deviations, "device": "cpu"}
    kept = sweep(model, STRENGTHS, **how).values
    assert kept.shape == (POINTS, SIX)
    np.testing.assert_allclose(
        kept, sweep(model, STRENGTHS, **(how | {"device": None})).values, rtol=1e-10
    )
    monkeypatch.setattr(sweep_store, "_join", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sweep(model, STRENGTHS, out=tmp_path / "s", **how)
    monkeypatch.undo()
    monkeypatch.setattr(torch_lanes, "lanes_that_fit", lambda *_: 2)
    (tmp_path / "s" / "block_000000002.npy").unlink()
    whole = torch_lanes.run
    monkeypatch.setattr(
        torch_lanes,
        "run",
        lambda n, lanes, *a, **k: ran.append(lanes.first) or whole(n, lanes, *a, **k),
    )
    resumed = sweep(model, STRENGTHS, out=tmp_path / "s", **how)
    np.testing.assert_array_equal(resumed.values, kept)
    assert ran == [2]
    with pytest.raises(ValueError, match="another sweep, which differs in: block, device"):
        sweep(model, STRENGTHS, out=tmp_path / "s", **(how | {"device": None}))


def test_a_diverged_point_is_told_and_stops_nothing() -> None:
    model = network(Linear(), speed=None, settle=0.0)
    how = {"duration": 3000 * model.dt_seconds, "device": "cpu"}
    found = sweep(model, {"coupling": np.array([0.1, 1e6, 0.2])}, **how)
    assert (found.diverged > 0).tolist() == [False, True, False]
    alone = sweep(model, {"coupling": np.array([1e6])}, **how)
    assert np.isnan(alone.values[0, -1]).all()


def test_what_fits_falls_with_the_past_and_with_the_samples() -> None:
    place = torch_lanes.place_of("cpu", "float64")
    short, long = network(Linear(), speed=None), network(Linear())
    assert torch_lanes.lanes_that_fit(short, 100, place) > torch_lanes.lanes_that_fit(
        long, 100, place
    )
    assert torch_lanes.lanes_that_fit(short, 10**12, place) == 1
    fitting = torch_lanes.lanes_that_fit(short, 10**6, place)
    assert fitting * 10**6 * SIX * 8 <= 2**32


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("gpu", "there is no device 'gpu'; .*available: cpu, cuda"),
        ("cudo", "did you mean 'cuda'"),
        ("cpu:1", "there is no device 'cpu:1'; use one of 'cpu:0'"),
        ("cuda", "reaches no CUDA device, but device='cuda' arrived; see that nvidia-smi"),
    ],
)
def test_a_device_that_is_not_there_is_named(
    device: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=message):
        sweep(network(Linear()), STRENGTHS, duration=0.1, device=device)


@pytest.mark.parametrize(
    "model",
    [
        network(WilsonCowan(), stepper="heun", delays="interpolated", noise=noises.Colored(0.1)),
        network(JansenRit(), speed=None, noise=1.0),
        network(WongWang(), observer=BOLD(0.1)),
        network(Choosing()),
        network(
            StuartLandau(), coupling=couplings.Sigmoidal(0.4), noise=noises.Multiplicative(0.4)
        ),
    ],
    ids=lambda model: type(model.node).__name__,
)
def test_a_step_stays_on_its_device_and_never_asks_it_for_a_number(model: Network) -> None:
    """A tensor without content has no number to give, and none of its kind lies elsewhere."""
    place = torch_lanes.Place(torch.device("meta"), torch.float64)
    lanes = Lanes(0, np.ones((3, SIX)), np.ones((3, len(model.node.noise), SIX)), {})
    found = torch_lanes.stream(model, lanes, 2, seed=1, place=place)
    with OneDevice("meta") as watch:
        assert [sample.shape for sample in found] == [(SIX, 3)] * 2
    assert watch.n_operations > 100
    with pytest.raises(AssertionError, match="meets a tensor on cpu"), OneDevice("meta"):
        torch.zeros(2) + 1.0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch reaches no CUDA device")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("stepper", ["euler", "heun"])
def test_a_card_gives_the_numbers_of_the_compiled_loop(dtype: str, stepper: str) -> None:
    model = network(WilsonCowan(), dtype=dtype, stepper=stepper, delays="interpolated")
    how = {"duration": 1000 * model.dt_seconds, "seed": 3}
    expected, found = (sweep(model, STRENGTHS, device=d, **how).values for d in (None, "cuda"))
    atol = (1e-10 if dtype == "float64" else 1e-4) * np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=atol)
