"""One network at many parameter points, side by side: in the compiled loop, or in torch."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite, positive, whole
from surrobrain.mechanistic.engine import Engine, Lanes, NetworkState, own_lane
from surrobrain.mechanistic.exact import ExactEngine
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import check_parameters, parameters
from surrobrain.mechanistic.sweep_store import SweepStore
from surrobrain.parallel import on_cluster, pmap
from surrobrain.progress import progress

__all__ = ["Sweep", "sweep", "sweep_from"]

Varied = Float[np.ndarray, "points"] | Float[np.ndarray, "points regions"]
Summary = Callable[[np.ndarray], np.ndarray]
_Run = Callable[[Lanes], Float[np.ndarray, "lanes times regions"]]

_MOST_LANES = 2**24  # lanes of one seed whose noise is told apart


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep returns.

    Parameters
    ----------
    points : dict of str to array, shape (n_points,) or (n_points, n_regions)
        Values that were varied.
    values : array, shape (n_points, n_times, n_observed) or (n_points, ...)
        Observations, or the summary of each point; not finite where a point diverged. A sweep
        with a folder reads them from disk as they are looked at.
    sfreq : float
        Samples per second (Hz).
    names : tuple of str
        What was observed.
    """

    points: dict[str, Varied]
    values: Float[np.ndarray, "points ..."]
    sfreq: float
    names: tuple[str, ...]

    @property
    def diverged(self) -> Float[np.ndarray, "points"]:
        """Share of each point's numbers that are not finite."""
        axes = tuple(range(1, np.ndim(self.values)))
        return 1.0 - np.isfinite(self.values).mean(axis=axes)


def sweep(
    network: Network,
    vary: Mapping[str, Varied],
    *,
    duration: float,
    seed: int = 0,
    summary: Summary | None = None,
    out: str | Path | None = None,
    device: str | None = None,
) -> Sweep:
    """Run a network at many parameter points.

    The compiled loop suits up to some hundred points; for thousands at once there are graphics
    cards.

    Parameters
    ----------
    network : Network
        What stays the same.
    vary : mapping of str to array, shape (n_points,) or (n_points, n_regions)
        Values of "coupling", "noise" or any parameter of the node; equally long, one entry
        per point, or one per point and region. For a grid, ravel the arrays of ``np.meshgrid``.
    duration : float
        Seconds per point, after settling.
    seed : int
        Decides the noise. Point k has the noise of lane k: independent between points, and the
        same whatever else is in the sweep or how many threads ran it.
    summary : callable, optional
        What to keep of each point: a function of its samples, shape (n_times, n_observed), that
        returns an array of one shape, such as ``surrobrain.signals.functional_connectivity``.
        Everything by default.
    out : str or Path, optional
        Folder to stream the points to, block by block: memory holds a few blocks, not the
        sweep. Called again after an interruption it goes on where it stopped, to the same bits.
    device : str, optional
        Where to run points as one batch of torch tensors: "cuda", "cuda:1", or "cpu". By default
        the compiled loop runs, which on a processor is many times faster: on all cores, or as
        many as ``joblib.parallel_config(n_jobs=...)`` says around the call. Inside
        ``joblib.parallel_config(backend="dask")`` the points go to the Dask cluster of the current
        client, whose workers must see the folder.

    Returns
    -------
    Sweep
        Observations of every point.

    Raises
    ------
    ValueError
        An unknown or empty quantity is varied, the arrays differ in length, the folder holds
        another sweep, or PyTorch does not reach the device.

    Notes
    -----
    Both ways run the same equations of the node with the same noise (Philox, one lane per point):
    they differ by rounding, which a chaotic network amplifies. On a device the number of points
    per block follows from its memory, so that a folder is gone on with on a card of the same
    size.

    Examples
    --------
    >>> from surrobrain.data.connectome import Connectome
    >>> from surrobrain.mechanistic.nodes.linear import Linear
    >>> pair = Network(Linear(), Connectome(np.array([[0.0, 1.0], [1.0, 0.0]])), noise=1.0)
    >>> sweep(pair, {"coupling": np.linspace(0, 0.9, 4)}, duration=0.1).values.shape
    (4, 10, 2)
    """
    points, n_times = _checked(network, vary), _samples(network, duration)
    block = _Block(network, points, n_times, seed, summary, device)
    job = {"duration": duration, "seed": seed, "summary": _name(summary), "block": block.size}
    job |= {} if device is None else {"device": device}
    return _swept(block, out, job)


def sweep_from(
    network: Network,
    vary: Mapping[str, Varied],
    *,
    start: NetworkState,
    duration: float,
    summary: Summary | None = None,
    out: str | Path | None = None,
) -> Sweep:
    """Run a network at many parameter points, all from one state: `sweep` in the compiled loop.

    Parameters
    ----------
    network, vary
        As in `sweep`.
    start : NetworkState
        Where every point begins to settle.
    duration, summary, out
        As in `sweep`.

    Returns
    -------
    Sweep
        Observations of every point.
    """
    points, n_times = _checked(network, vary), _samples(network, duration)
    block = _Block(network, points, n_times, 0, summary, None, start)
    job = {"duration": duration, "summary": _name(summary), "block": block.size}
    return _swept(block, out, job | {"start": start.values.astype(float).tolist()})


def _samples(network: Network, duration: float) -> int:
    return whole(round(positive(duration, "duration", unit="s") * network.sfreq), "samples", low=1)


def _swept(block: "_Block", out: str | Path | None, job: dict[str, Any]) -> Sweep:
    network, points = block.network, block.points
    n_points = len(next(iter(points.values())))
    store = SweepStore.open(out, network, points, job)
    todo = [first for first in range(0, n_points, block.size) if not store.has(first)]
    with progress(n_points, label="sweep") as report:
        done = n_points - block.size * len(todo)

        def tell(n_blocks: int) -> None:
            report(min(done + block.size * n_blocks, n_points), "points")

        spread = _on_cluster if on_cluster() else _on_threads
        spread(block, store, todo, tell)
    values = store.joined(range(0, n_points, block.size))
    return Sweep(points, values, network.sfreq, network.names)


@dataclass(frozen=True, eq=False)
class _Block:
    """Runs the points of one block, here or wherever it is sent."""

    network: Network
    points: dict[str, Varied]
    n_times: int
    seed: int
    summary: Summary | None
    device: str | None
    start: NetworkState | None = None

    def __call__(self, first: int) -> np.ndarray:
        """Return what is kept of the points from ``first`` on."""
        n_points = len(next(iter(self.points.values())))
        last = min(first + self.size, n_points)
        samples = self._batch[1](_lanes(self.network, self.points, first, last))
        seen = self.network.projected(samples)
        return seen if self.summary is None else np.stack([self.summary(x) for x in seen])

    @property
    def size(self) -> int:
        """Number of points that run side by side."""
        return self._batch[0]

    @functools.cached_property
    def _batch(self) -> tuple[int, _Run]:
        batch = (
            functools.partial(_compiled, start=self.start)
            if self.device is None
            else functools.partial(_on_device, device=self.device)
        )
        return batch(self.network, self.points, self.n_times, seed=self.seed)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the compiled loop behind; it is found again where this is sent."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def _on_threads(
    block: _Block, store: SweepStore, todo: list[int], tell: Callable[[int], None]
) -> None:
    """Run blocks on the cores of this machine; each is put in its place by the one that ran it."""
    import joblib
    from joblib.parallel import get_active_backend

    told: Any = get_active_backend()[1]
    workers = joblib.effective_n_jobs(-1 if told is None else told) if block.device is None else 1
    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(_kept, block, store, first) for first in todo]
        try:
            for done, finished in enumerate(as_completed(waiting), start=1):
                finished.result()
                tell(done)
        finally:
            for task in waiting:
                task.cancel()


def _on_cluster(
    block: _Block, store: SweepStore, todo: list[int], tell: Callable[[int], None]
) -> None:
    """Send blocks to a Dask cluster; in a folder, which all workers see, each keeps its own."""

    def advanced(done: int, total: int) -> None:
        tell(done)

    if store.folder is not None:
        pmap(functools.partial(_kept, block, store), todo, progress=advanced)
        return
    for first, values in zip(todo, pmap(block, todo, progress=advanced), strict=True):
        store.keep(first, values)


def _kept(block: _Block, store: SweepStore, first: int) -> int:
    store.keep(first, block(first))
    return first


def _compiled(
    network: Network,
    points: Mapping[str, Varied],
    n_times: int,
    *,
    seed: int,
    start: NetworkState | None = None,
) -> tuple[int, _Run]:
    """Return how many points the compiled loop runs side by side, and how it is run."""
    varied = tuple(name for name in parameters(network.node) if name in points)
    if network.stepper == "exact":
        engine, size = ExactEngine(network), ExactEngine.size
    else:
        size = Engine.lanes_for(network)
        engine = Engine(network, lanes=size, varied=varied)
    begin, skip = start or network.initial_state, network.settling_samples

    def run(lanes: Lanes) -> Float[np.ndarray, "lanes times regions"]:
        return engine.run(begin, n_times, skip=skip, lanes=lanes, seed=seed)[0]

    return size, run


def _on_device(
    network: Network, points: Mapping[str, Varied], n_times: int, *, seed: int, device: str
) -> tuple[int, _Run]:
    """Return how many points a device runs side by side, and how it is run."""
    from surrobrain.mechanistic import torch_lanes

    if network.stepper == "exact":
        raise ValueError(
            f"stepper='exact' runs on the processor alone, but device={device!r} arrived; leave "
            "the device out, or give the network another stepper"
        )
    place = torch_lanes.place_of(device, network.dtype)
    size = torch_lanes.lanes_that_fit(network, n_times, place)
    skip = network.settling_samples

    def run(lanes: Lanes) -> Float[np.ndarray, "lanes times regions"]:
        return torch_lanes.run(network, lanes, n_times, skip=skip, seed=seed, place=place)

    return min(size, len(next(iter(points.values())))), run


def _name(summary: Summary | None) -> str:
    """Return where a summary comes from, to tell one sweep from another."""
    if summary is None:
        return "none"
    return f"{getattr(summary, '__module__', '')}.{getattr(summary, '__qualname__', repr(summary))}"


def _checked(network: Network, vary: Mapping[str, Varied]) -> dict[str, Varied]:
    """Return the points as float arrays, or say what is wrong with them."""
    if not vary:
        raise ValueError('nothing is varied; give for instance {"coupling": np.linspace(0, 1, 8)}')
    for name in vary:
        choice(name, ("coupling", "noise", *parameters(network.node)), "quantity to vary")
    points = {k: finite(np.array(v, dtype=np.float64), k) for k, v in vary.items()}
    for name, values in points.items():
        if values.ndim != 1 and values.shape[1:] != (network.n_regions,):
            raise ValueError(
                f"{name} must have shape (n_points,) or (n_points, {network.n_regions}), but "
                f"{values.shape} arrived; for a grid, ravel the arrays of np.meshgrid"
            )
    lengths = {name: len(values) for name, values in points.items()}
    if len(set(lengths.values())) != 1 or not 1 <= min(lengths.values()) <= _MOST_LANES:
        raise ValueError(
            f"varied arrays must have one entry per point, but these lengths arrived: {lengths}; "
            "for a grid, ravel the arrays of np.meshgrid"
        )
    if "noise" in points and (points["noise"] < 0).any():
        raise ValueError(f"noise must be at least 0, but {points['noise'].min():g} arrived")
    for name in set(points) - {"coupling", "noise"}:
        for value in (points[name].min(), points[name].max()):
            changed = dataclasses.replace(network.node, **{name: float(value)})  # pyright: ignore
            check_parameters(changed, network.names)
    return points


def _lanes(network: Network, points: dict[str, Varied], first: int, last: int) -> Lanes:
    """Return the numbers of points first..last, one lane each."""
    count = last - first
    chosen = {
        name: values[first:last, None] if values.ndim == 1 else values[first:last]
        for name, values in points.items()
    }
    own = own_lane(network)
    coupling = chosen.pop("coupling", own.coupling)
    sigma = chosen.pop("noise", None)
    noise = own.noise if sigma is None else np.ones_like(own.noise) * sigma[:, None]
    shape = (count, network.n_regions)
    varied = {name: np.broadcast_to(values, shape) for name, values in chosen.items()}
    coupling = np.broadcast_to(coupling, shape)
    noise = np.broadcast_to(noise, (count, *own.noise.shape[1:]))
    return Lanes(first, coupling, noise, varied)
