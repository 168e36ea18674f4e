"""One network at many parameter points, run side by side on the compiled loop."""

import dataclasses
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite, positive, whole
from surrobrain.mechanistic.engine import Engine, Lanes
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import check_parameters, parameters

__all__ = ["Sweep", "sweep"]

_MOST_LANES = 2**24  # lanes of one seed whose noise is told apart


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep returns.

    Parameters
    ----------
    points : dict of str to array, shape (n_points,)
        Values that were varied.
    values : array, shape (n_points, n_times, n_regions)
        Observations; not finite where a point diverged.
    sfreq : float
        Samples per second (Hz).
    names : tuple of str
        Region names.
    """

    points: dict[str, Float[np.ndarray, "points"]]
    values: Float[np.ndarray, "points times regions"]
    sfreq: float
    names: tuple[str, ...]

    @property
    def diverged(self) -> Float[np.ndarray, "points"]:
        """Share of samples of each point that are not finite."""
        return 1.0 - np.isfinite(self.values).mean(axis=(1, 2))


def sweep(
    network: Network,
    vary: Mapping[str, Float[np.ndarray, "points"]],
    *,
    duration: float,
    seed: int = 0,
    threads: int | None = None,
) -> Sweep:
    """Run a network at many parameter points.

    Parameters
    ----------
    network : Network
        What stays the same.
    vary : mapping of str to array, shape (n_points,)
        Values of "coupling", "noise" or any parameter of the node; equally long, one entry
        per point. For a grid, ravel the arrays of ``np.meshgrid``.
    duration : float
        Seconds per point, after settling.
    seed : int
        Decides the noise. Point k has the noise of lane k: independent between points, and the
        same whatever else is in the sweep or how many threads ran it.
    threads : int, optional
        Number of threads; all cores by default.

    Returns
    -------
    Sweep
        Observations of every point.

    Raises
    ------
    ValueError
        An unknown or empty quantity is varied, or the arrays differ in length.

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
    values = np.empty((n_points, n_times, len(network.names)), network.dtype)

    def run_block(first: int) -> None:
        lanes = _lanes(engine, points, first, min(first + engine.layout.lanes, n_points))
        block = engine.run(
            network.initial_state, n_times, skip=network.settling_samples, lanes=lanes, seed=seed
        )
        values[first : first + engine.layout.lanes] = network.projected(block[0])

    with ThreadPoolExecutor(whole(threads or os.cpu_count() or 1, "threads", low=1)) as pool:
        list(pool.map(run_block, range(0, n_points, engine.layout.lanes)))
    return Sweep(points, values, network.sfreq, network.names)


def _checked(
    network: Network, vary: Mapping[str, Float[np.ndarray, "points"]]
) -> dict[str, Float[np.ndarray, "points"]]:
    """Return the points as float arrays, or say what is wrong with them."""
    if not vary:
        raise ValueError('nothing is varied; give for instance {"coupling": np.linspace(0, 1, 8)}')
    for name in vary:
        choice(name, ("coupling", "noise", *parameters(network.node)), "quantity to vary")
    points = {k: finite(np.array(v, dtype=np.float64), k).reshape(-1) for k, v in vary.items()}
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


def _lanes(
    engine: Engine, points: dict[str, Float[np.ndarray, "points"]], first: int, last: int
) -> Lanes:
    """Return the numbers of points first..last, one lane each."""
    network = engine.network
    count = last - first
    chosen = {name: values[first:last, None] for name, values in points.items()}
    own = engine.own
    coupling = chosen.pop("coupling", own.coupling)
    sigma = chosen.pop("noise", None)
    noise = own.noise if sigma is None else np.ones_like(own.noise) * sigma[..., None]
    shape = (count, network.n_regions)
    varied = {name: np.broadcast_to(values, shape) for name, values in chosen.items()}
    coupling = np.broadcast_to(coupling, shape)
    noise = np.broadcast_to(noise, (count, *own.noise.shape[1:]))
    return Lanes(first, coupling, noise, varied)
