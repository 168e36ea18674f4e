"""Fixed points of any model: where it can stand still, and whether it returns there."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from surrobrain.analysis.newton import solve_newton
from surrobrain.analysis.piecewise import piecewise_orbits
from surrobrain.analysis.system import Analyzable, System, system_of
from surrobrain.checks import whole
from surrobrain.learned.surrogate import Surrogate
from surrobrain.seeds import stream

__all__ = ["FixedPoint", "explored", "fixed_points", "point_at"]

_SAME = 1e-6  # relative distance under which two points are one
_LOOKS = 400  # states of the run around which starts are drawn
_REACH = (-0.5, 1.5)  # decades by which the box is made smaller and larger


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """Where a model stands still.

    Parameters
    ----------
    state : array, shape (n_states,)
        All states; of a network, every state of its nodes, region by region.
    eigenvalues : array of complex, shape (n_states,)
        Of the Jacobian, the leading one first: of a flow per unit of its time, of a map per step.
    names : tuple of str
        What the states are.
    discrete : bool
        Whether the model is a map.
    """

    state: Float[np.ndarray, "states"]
    eigenvalues: Complex[np.ndarray, "states"]
    names: tuple[str, ...]
    discrete: bool

    @property
    def growth(self) -> Float[np.ndarray, "states"]:
        """Rates per unit of time, or logarithms of the factors per step of a map."""
        if not self.discrete:
            return np.real(self.eigenvalues)
        with np.errstate(divide="ignore"):
            return np.log(np.abs(self.eigenvalues))

    @property
    def stable(self) -> bool:
        """Whether every small departure dies out."""
        return bool(self.growth[0] < 0)

    @property
    def n_unstable(self) -> int:
        """Number of directions in which departures grow."""
        return int((self.growth > 0).sum())

    @property
    def kind(self) -> str:
        """Name of its type, such as "stable focus" or "saddle", by its leading eigenvalues."""
        if self.growth[0] > 0 > self.growth[-1]:
            return "saddle"
        form = "node" if self.eigenvalues[0].imag == 0 else "focus"
        return f"{'stable' if self.stable else 'unstable'} {form}"


def fixed_points(
    model: Analyzable,
    *,
    n_starts: int = 200,
    around: tuple[float | np.ndarray, float | np.ndarray] | None = None,
    seed: int = 0,
) -> tuple[FixedPoint, ...]:
    """Return the fixed points of a model, each with its eigenvalues and kind.

    Use it to say what a model can rest at, and what it avoids. In a piecewise linear network they
    are all there are; otherwise those that Newton's method reaches from many starts.

    Parameters
    ----------
    model : Network, Node, Surrogate or System
        A network without delays.
    n_starts : int
        Starts of Newton's method, or of the search among the pieces of a large piecewise linear
        network.
    around : pair of float or array, shape (n_states,), optional
        Box in which starts are drawn; by default boxes of a third to thirty times the size of
        the one that a run from its usual start visits.
    seed : int
        Decides the starts.

    Returns
    -------
    tuple of FixedPoint
        Sorted by their states, within the limits of the node.

    Notes
    -----
    A piecewise linear network, ``z' = L z + W relu(V z + h) + c``, is linear where no rectifier
    switches: in each such piece one linear equation gives the only candidate, which counts if it
    lies in its piece [1]_. Up to 2^16 pieces all are tried; beyond, each start follows the
    candidates from piece to piece (SCYFI [2]_). Half of the other starts give all regions of a
    network the same state.

    References
    ----------
    .. [1] Brenner et al. (2022), Tractable dendritic RNNs for reconstructing nonlinear dynamical
       systems. ICML.
    .. [2] Eisenmann, Monfared, Göring & Durstewitz (2023), Bifurcations and loss jumps in RNN
       training. NeurIPS.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.wong_wang import WongWang
    >>> found = fixed_points(WongWang(w=1.0, I0=0.32))
    >>> [(round(float(p.state[0]), 4), p.kind) for p in found]
    [(0.0997, 'stable node'), (0.4248, 'unstable node'), (0.4832, 'stable node')]
    """
    whole(n_starts, "n_starts", low=1)
    system = system_of(model)
    if isinstance(model, Surrogate):
        orbits = piecewise_orbits(model, period=1, n_starts=n_starts, seed=seed)
        if orbits is not None:
            return _sorted([point_at(system, orbit[0]) for orbit in orbits])
    starts, scale = _starts(model, system, n_starts, around, seed)
    found, good = solve_newton(system, starts, scale=scale)
    good &= ((found >= system.low) & (found <= system.high)).all(axis=1)
    kept: list[np.ndarray] = []
    for x in found[good]:
        if all((np.abs(x - other) / (scale + np.abs(x))).max() > _SAME for other in kept):
            kept.append(x)
    return _sorted([point_at(system, x) for x in kept])


def point_at(
    system: System, state: Float[np.ndarray, "states"], value: float | None = None
) -> FixedPoint:
    """Return a fixed point whose place is known, with its eigenvalues.

    Parameters
    ----------
    system : System
        Flow or map.
    state : array, shape (n_states,)
        Where.
    value : float, optional
        Of the parameter.
    """
    eigenvalues = np.linalg.eigvals(system.slopes(state[None], value)[1][0]).astype(complex)
    lead = np.abs(eigenvalues) if system.discrete else eigenvalues.real
    order = np.lexsort((-eigenvalues.imag, -lead))
    return FixedPoint(state, eigenvalues[order], system.names, system.discrete)


def explored(
    system: System, n_times: int = _LOOKS, *, value: float | None = None, duration: float = 0.0
) -> Float[np.ndarray, "times states"]:
    """Return states that a run from the usual start visits; a run that diverges is cut off.

    Parameters
    ----------
    system : System
        Flow or map.
    n_times : int
        States to return.
    value : float, optional
        Of the parameter.
    duration : float
        Of a flow, in its unit of time; by default ten times its slowest rate at the start.
    """
    if system.discrete:
        path = [system.start]
        for _ in range(n_times - 1):
            path.append(system.motion(path[-1][None], value)[0])
        return _bounded(np.stack(path))
    from scipy.integrate import solve_ivp

    if not duration:
        rates = np.abs(np.linalg.eigvals(system.slopes(system.start[None], value)[1][0]))
        duration = 10 / max(rates[rates > 1e-6 * rates.max()].min(initial=np.inf), 1e-9)
        duration = min(duration, 1e4 / max(rates.max(), 1e-9))
    with np.errstate(all="ignore"):
        run = solve_ivp(
            lambda _, x: system.motion(x[None], value)[0], (0.0, duration), system.start,
            method="LSODA", t_eval=np.linspace(0, duration, n_times), rtol=1e-6, atol=1e-9,
        )  # fmt: skip
    return _bounded(run.y.T if run.y.size else system.start[None])


def _bounded(path: np.ndarray) -> np.ndarray:
    good = np.isfinite(path).all(axis=1) & (np.abs(path) < 1e6).all(axis=1)
    return path[: int(np.argmin(good))] if not good.all() else path


def _starts(
    model: Analyzable,
    system: System,
    n_starts: int,
    around: tuple[float | np.ndarray, float | np.ndarray] | None,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return starts of Newton's method, and the size of every state."""
    rng, path = stream(seed, 3), explored(system)
    low, high = path.min(axis=0), path.max(axis=0)
    n_regions = getattr(model, "n_regions", 1) if not isinstance(model, Surrogate) else 1
    if n_regions > 1:  # a state means the same in every region
        low = np.repeat(low.reshape(-1, n_regions).min(axis=1), n_regions)
        high = np.repeat(high.reshape(-1, n_regions).max(axis=1), n_regions)
    width = np.maximum(high - low, 0.5 * np.maximum(np.abs(low), np.abs(high)))
    width = np.where(width > 0, width, 1.0)
    if around is not None:
        low, high = (np.broadcast_to(np.asarray(edge, float), low.shape) for edge in around)
        width = np.maximum(high - low, 1e-12)
    share = rng.uniform(size=(n_starts, system.n_states)) - 0.5
    if n_regions > 1:
        alike = rng.uniform(size=(n_starts, system.n_states // n_regions)) - 0.5
        half = np.arange(n_starts) // 2 % 2 == 0  # Newton's method treats odd starts otherwise
        share[half] = np.repeat(alike[half], n_regions, axis=1)
    if around is not None:
        return low + (share + 0.5) * width, width
    reach = 10 ** rng.uniform(*_REACH, size=(n_starts, 1))
    starts = (low + high) / 2 + share * width * reach
    visited = path[np.linspace(0, len(path) - 1, max(1, n_starts // 4)).astype(int)]
    return np.concatenate([visited, starts])[:n_starts], width


def _sorted(points: list[FixedPoint]) -> tuple[FixedPoint, ...]:
    # rounded, so that equal coordinates leave the order to the next one
    return tuple(sorted(points, key=lambda p: tuple(np.round(p.state, 9))))
