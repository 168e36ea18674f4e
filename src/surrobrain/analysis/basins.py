"""Basins: to which attractor how many starts lead."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.analysis.system import Analyzable, System, system_of
from surrobrain.checks import number, positive, whole
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import Node
from surrobrain.seeds import stream

__all__ = ["Basins", "basins"]

_LOOKS = 200  # states by which an attractor is known
_SAME = 0.05  # of the range of all attractors: how far averages of one may lie apart
_STILL = 1e-3


@dataclass(frozen=True, eq=False)
class Basins:
    """Attractors, and the share of starts that end at each.

    Parameters
    ----------
    share : array, shape (n_attractors,)
        Largest first. What is missing to 1 diverged.
    center : array, shape (n_attractors, n_states)
        Mean state on the attractor.
    amplitude : array, shape (n_attractors, n_states)
        Range of every state; 0 at a fixed point.
    starts : array, shape (n_starts, n_states)
        Where the runs began.
    attractor : array of int, shape (n_starts,)
        Where each ended; -1 for those that diverged.
    """

    share: Float[np.ndarray, "attractors"]
    center: Float[np.ndarray, "attractors states"]
    amplitude: Float[np.ndarray, "attractors states"]
    starts: Float[np.ndarray, "starts states"]
    attractor: Int[np.ndarray, "starts"]

    def standard_error(self) -> Float[np.ndarray, "attractors"]:
        """Return the error of each share that the number of starts leaves."""
        return np.sqrt(self.share * (1 - self.share) / len(self.starts))


def basins(
    model: Analyzable,
    *,
    around: tuple[float | np.ndarray, float | np.ndarray],
    n_starts: int = 500,
    duration: float | None = None,
    seed: int = 0,
) -> Basins:
    """Return the attractors that random starts lead to, and the share that each receives.

    Use it to say how likely a model is pushed from one state into another (basin stability [1]_).

    Parameters
    ----------
    model : Network, Node, Surrogate or System
        A network without delays. Its noise is left out.
    around : pair of float or array, shape (n_states,)
        Box in which the starts are drawn.
    n_starts : int
        Runs.
    duration : float, optional
        Seconds after which an attractor is reached; by default what the node needs to settle. It is
        then looked at for as long: some periods of the slowest oscillation.
    seed : int
        Decides the starts.

    Returns
    -------
    Basins

    Notes
    -----
    All starts run side by side, a flow by the classical Runge-Kutta method in steps of a tenth of
    the fastest rate. Two runs are on one attractor when the mean and the range of every state
    agree to 5 % of what all attractors span.

    References
    ----------
    .. [1] Menck, Heitzig, Marwan & Kurths (2013), How basin stability complements the
       linear-stability paradigm. Nat Phys 9:89.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.wong_wang import WongWang
    >>> found = basins(WongWang(w=1.0, I0=0.32), around=(0.0, 1.0), duration=8.0, n_starts=20)
    >>> found.center.round(3)[:, 0]
    array([0.483, 0.1  ])
    """
    whole(n_starts, "n_starts", low=1)
    system = system_of(model)
    low, high = (np.broadcast_to(np.asarray(e, float), (system.n_states,)) for e in around)
    for edge in (low, high):
        number(float(edge.sum()), "the sum of an edge of the box")
    starts = low + stream(seed, 11).uniform(size=(n_starts, system.n_states)) * (high - low)
    node = model.node if isinstance(model, Network) else model
    own = max(node.settle, 1.0) if isinstance(node, Node) else 500 * system.seconds
    seconds = own if duration is None else positive(duration, "duration", unit="s")
    with np.errstate(all="ignore"):
        looks = _run(system, starts, seconds / system.seconds)
    alive = np.asarray(np.isfinite(looks).all(axis=(0, 2)))
    # weighed by a bell, so that the phase at which a cycle is met does not count
    weights = np.hanning(len(looks) + 2)[1:-1]
    center = np.tensordot(weights / weights.sum(), looks, axes=1)
    size = np.ptp(looks, axis=0)
    size = np.where(size > _STILL * (high - low), size, 0.0)
    which, kept = _told_apart(center, size, alive)
    counts = np.array([(which == k).sum() for k in range(len(kept))])
    order = np.argsort(-counts, kind="stable")
    place = np.append(np.argsort(order), -1)  # the last one for those that diverged
    chosen = [kept[k] for k in order]
    return Basins(counts[order] / n_starts, center[chosen], size[chosen], starts, place[which])


def _told_apart(
    center: np.ndarray, size: np.ndarray, alive: np.ndarray
) -> tuple[np.ndarray, list[int]]:
    """Return for every run its attractor, -1 for none, and a run that stands for each."""
    which, kept = np.full(len(center), -1), []
    span = np.ptp(np.concatenate([center[alive], center[alive] + size[alive]]), axis=0)
    unit = np.maximum(span, 1e-9 + 1e-6 * np.abs(center[alive]).max(axis=0, initial=0.0))
    for k in np.flatnonzero(alive):
        for n, other in enumerate(kept):
            away = np.maximum(np.abs(center[k] - center[other]), np.abs(size[k] - size[other]))
            if (away / unit).max() < _SAME:
                which[k] = n
                break
        else:
            which[k] = len(kept)
            kept.append(int(k))
    return which, kept


def _run(
    system: System, x: Float[np.ndarray, "starts states"], duration: float
) -> Float[np.ndarray, "looks starts states"]:
    """Return states on the attractors, after they have been reached."""
    step = 1.0
    if not system.discrete:
        fastest = np.abs(np.linalg.eigvals(system.slopes(x[:50], None)[1])).max()
        step = min(0.1 / max(fastest, 1e-12), duration / _LOOKS)
    n_before = int(np.ceil(duration / step))
    every = max(1, n_before // _LOOKS)
    looks = []
    for n in range(n_before + every * _LOOKS):
        x = _stepped(system, x, step)
        if n >= n_before and (n - n_before) % every == 0:
            looks.append(x)
    return np.stack(looks)


def _stepped(system: System, x: np.ndarray, step: float) -> np.ndarray:
    if system.discrete:
        return system.motion(x, None)
    a = system.motion(x, None)
    b = system.motion(x + step / 2 * a, None)
    c = system.motion(x + step / 2 * b, None)
    d = system.motion(x + step * c, None)
    return np.clip(x + step / 6 * (a + 2 * b + 2 * c + d), system.low, system.high)
