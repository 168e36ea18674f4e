"""One network at many parameter points, run side by side on the compiled loop."""

import dataclasses
import itertools
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite, positive, whole
from surrobrain.mechanistic.engine import Engine, Lanes
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import check_parameters, parameters
from surrobrain.mechanistic.sweep_store import SweepStore
from surrobrain.training.progress import progress

__all__ = ["Sweep", "sweep"]

Varied = Float[np.ndarray, "points"] | Float[np.ndarray, "points regions"]
Summary = Callable[[np.ndarray], np.ndarray]

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
    threads: int | None = None,
) -> Sweep:
    """Run a network at many parameter points.

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
    threads : int, optional
        Number of threads; all cores by default.

    Returns
    -------
    Sweep
        Observations of every point.

    Raises
    ------
    ValueError
        An unknown or empty quantity is varied, the arrays differ in length, or the folder holds
        another sweep.

    Examples
    --------
    >>> from surrobrain.data.connectome import Connectome
    >>> from surrobrain.mechanistic.nodes.linear import Linear
    >>> pair = Network(Linear(), Connectome(np.array([[0.0, 1.0], [1.0, 0.0]])), noise=1.0)
    >>> sweep(pair, {"coupling": np.linspace(0, 0.9, 4)}, duration=0.1).values.shape
    (4, 10, 2)
    """
    points = _checked(network, vary)
    n_points = len(next(iter(points.values())))
    n_times = whole(
        round(positive(duration, "duration", unit="s") * network.sfreq), "samples", low=1
    )
    node_names = tuple(name for name in parameters(network.node) if name in points)
    engine = Engine(network, lanes=Engine.lanes_for(network), varied=node_names)
    size = engine.layout.lanes

    def block(first: int) -> np.ndarray:
        lanes = _lanes(engine, points, first, min(first + size, n_points))
        start, skip = network.initial_state, network.settling_samples
        samples = engine.run(start, n_times, skip=skip, lanes=lanes, seed=seed)[0]
        seen = network.projected(samples)
        return seen if summary is None else np.stack([summary(values) for values in seen])

    job = {"duration": duration, "seed": seed, "summary": _name(summary), "block": size}
    store = SweepStore.open(out, network, points, job)
    todo = [first for first in range(0, n_points, size) if not store.has(first)]
    workers = whole(threads or os.cpu_count() or 1, "threads", low=1)
    with ThreadPoolExecutor(workers) as pool, progress(n_points, label="sweep") as report:
        waiting = {pool.submit(block, first): first for first in todo[: 2 * workers]}
        rest, done = iter(todo[2 * workers :]), n_points - size * len(todo)
        while waiting:
            finished = next(as_completed(waiting))
            store.keep(waiting.pop(finished), finished.result())
            for first in itertools.islice(rest, 1):
                waiting[pool.submit(block, first)] = first
            done += size
            report(min(done, n_points), "points")
    return Sweep(points, store.joined(range(0, n_points, size)), network.sfreq, network.names)


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


def _lanes(engine: Engine, points: dict[str, Varied], first: int, last: int) -> Lanes:
    """Return the numbers of points first..last, one lane each."""
    network = engine.network
    count = last - first
    chosen = {
        name: values[first:last, None] if values.ndim == 1 else values[first:last]
        for name, values in points.items()
    }
    own = engine.own
    coupling = chosen.pop("coupling", own.coupling)
    sigma = chosen.pop("noise", None)
    noise = own.noise if sigma is None else np.ones_like(own.noise) * sigma[:, None]
    shape = (count, network.n_regions)
    varied = {name: np.broadcast_to(values, shape) for name, values in chosen.items()}
    coupling = np.broadcast_to(coupling, shape)
    noise = np.broadcast_to(noise, (count, *own.noise.shape[1:]))
    return Lanes(first, coupling, noise, varied)
