"""Lyapunov exponents of a model, from the growth of small departures along its own run."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.tangent import Advance, Tangent, tangent_of
from surrobrain.checks import positive, whole
from surrobrain.errors import Diverged
from surrobrain.forward import ForwardModel
from surrobrain.seeds import stream

__all__ = ["LyapunovSpectrum", "lyapunov_of_map", "lyapunov_spectrum"]

_BLOCKS = 20
_UNSEEN = 10  # one part in so many passes before anything is counted


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum:
    """How fast small departures grow or die along a run, direction by direction.

    Parameters
    ----------
    exponents : array, shape (n_exponents,)
        Rates in 1/s, the largest first. Positive: chaos. Zero: a flow has one along itself.
    error : array, shape (n_exponents,)
        Standard errors, from 20 stretches of time, one after the other.
    times : array, shape (n_records,)
        Seconds from the start of the count.
    running : array, shape (n_records, n_exponents)
        What the exponents would have been had the run ended then: they should have settled.
    n_dimensions : int
        Dimensions of the model's state, which has as many exponents.
    """

    exponents: Float[np.ndarray, "exponents"]
    error: Float[np.ndarray, "exponents"]
    times: Float[np.ndarray, "records"]
    running: Float[np.ndarray, "records exponents"]
    n_dimensions: int

    @property
    def total(self) -> float:
        """Sum of the known exponents; of all, the rate at which volume grows or shrinks."""
        return float(self.exponents.sum())

    @property
    def kaplan_yorke(self) -> float:
        """Dimension of the attractor after Kaplan and Yorke.

        The number of leading exponents whose sum is not negative, and the share of the next that
        brings the sum to zero. NaN when the sum of the known ones is not yet negative.
        """
        sums = np.cumsum(self.exponents)
        negative = np.flatnonzero(sums < 0)
        if not len(negative):
            return float(self.n_dimensions) if len(sums) == self.n_dimensions else math.nan
        k = int(negative[0])
        before = float(sums[k - 1]) if k else 0.0
        return k + before / abs(float(self.exponents[k]))


def lyapunov_spectrum(
    model: ForwardModel,
    *,
    duration: float,
    n_exponents: int | None = None,
    interval: float | None = None,
    transient: float | None = None,
    n_runs: int = 1,
    seed: int = 0,
) -> LyapunovSpectrum:
    """Return the Lyapunov exponents of a model, its noise switched off.

    Parameters
    ----------
    model : Surrogate or Network
        Any other system goes to `lyapunov_of_map`.
    duration : float
        Seconds of each run that count.
    n_exponents : int, optional
        Leading exponents wanted; by default all of them. 1 is by far the cheapest, and enough to
        tell chaos.
    interval : float, optional
        Seconds after which directions are made orthonormal again; by default one sample of a
        surrogate, 20 steps of a network.
    transient : float, optional
        Seconds without noise that pass before anything counts; by default a tenth of
        ``duration``.
    n_runs : int
        Runs from different starts, averaged. Those of a surrogate run side by side and cost
        little more than one.
    seed : int
        Decides the starts.

    Returns
    -------
    LyapunovSpectrum
        Rates in 1/s, with errors and convergence.

    Raises
    ------
    TypeError
        The model is neither a surrogate nor a network.
    ValueError
        More exponents are asked for than the state has dimensions.
    Diverged
        A run left the finite range.

    Notes
    -----
    Directions are carried along the run by the derivative of the step and made orthonormal by QR;
    the exponents are the mean logarithms of the diagonal of R per second [1]_. A surrogate's
    derivative is exact (automatic differentiation in double precision). A network's is the
    difference of compiled runs a millionth of the signal's spread apart, since its loop has no
    forward derivative: relative errors of about 1e-6 over one interval. Where tracts delay, the
    past that is still under way belongs to the state, so that there are many dimensions: ask for
    a few exponents.

    Blind to what noise does: a noisy model can be at rest without it. Several attractors have
    several spectra; each run sees one.

    References
    ----------
    .. [1] Benettin, Galgani, Giorgilli and Strelcyn (1980), Lyapunov characteristic exponents for
       smooth dynamical systems. Meccanica 15:9. Kaplan and Yorke (1979), Chaotic behavior of
       multidimensional difference equations.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(3), coupling=0.0)
    >>> found = lyapunov_spectrum(network, duration=5.0)  # dx/dt = -x / tau with tau = 0.1 s
    >>> found.exponents.round()
    array([-10., -10., -10.])
    """
    positive(duration, "duration", unit="s")
    whole(n_runs, "n_runs", low=1)
    tangent = tangent_of(model, interval=interval, n_runs=n_runs, seed=seed)
    unseen = duration / _UNSEEN if transient is None else transient
    return _spectrum(
        tangent,
        n_unseen=math.ceil(unseen / tangent.interval),
        n_records=max(_BLOCKS, round(duration / tangent.interval)),
        n_exponents=n_exponents,
    )


def lyapunov_of_map(
    step: Callable[[np.ndarray], np.ndarray],
    jacobian: Callable[[np.ndarray], np.ndarray],
    start: Float[np.ndarray, "*runs dimensions"],
    *,
    n_steps: int,
    dt: float = 1.0,
    n_exponents: int | None = None,
    every: int = 1,
) -> LyapunovSpectrum:
    """Return the Lyapunov exponents of a map that is given with its derivative.

    Use it for systems of your own, such as one step of a solver.

    Parameters
    ----------
    step : callable
        State -> state one step later; shapes as ``start``.
    jacobian : callable
        State -> derivative of the step there, shape (..., n_dimensions, n_dimensions).
    start : array, shape (n_dimensions,) or (n_runs, n_dimensions)
        On the attractor. A stack of states runs side by side and is averaged.
    n_steps : int
        Steps that count; a tenth as many pass before.
    dt : float
        Time per step, in s or any other unit: the exponents are per that unit.
    n_exponents : int, optional
        Leading exponents wanted; by default all.
    every : int
        Steps after which directions are made orthonormal again.

    Returns
    -------
    LyapunovSpectrum
        As for `lyapunov_spectrum`.

    Raises
    ------
    ValueError
        More exponents are asked for than there are dimensions.
    Diverged
        A run left the finite range.

    Examples
    --------
    >>> def henon(s):
    ...     return np.stack([1 - 1.4 * s[..., 0] ** 2 + s[..., 1], 0.3 * s[..., 0]], axis=-1)
    >>> def slope(s):
    ...     top = np.stack([-2.8 * s[..., 0], np.ones_like(s[..., 0])], axis=-1)
    ...     return np.stack([top, np.broadcast_to([0.3, 0.0], top.shape)], axis=-2)
    >>> found = lyapunov_of_map(henon, slope, np.zeros(2), n_steps=5000)
    >>> round(float(found.exponents[0]), 1), round(found.total, 3)  # areas shrink by 0.3
    (0.4, -1.204)
    """
    positive(dt, "dt")
    whole(every, "every", low=1)
    n_records = whole(n_steps, "n_steps", low=_BLOCKS * every) // every

    def advance(states: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        for _ in range(every):
            states, frames = step(states), jacobian(states) @ frames
        return states, frames

    states = np.atleast_2d(np.asarray(start, np.float64))
    tangent = Tangent(_quietly(advance), states, every * dt)
    unseen = n_records // _UNSEEN
    return _spectrum(tangent, n_unseen=unseen, n_records=n_records, n_exponents=n_exponents)


def _spectrum(
    tangent: Tangent, *, n_unseen: int, n_records: int, n_exponents: int | None
) -> LyapunovSpectrum:
    n_runs, n_dimensions = tangent.start.shape
    k = n_dimensions if n_exponents is None else whole(n_exponents, "n_exponents", low=1)
    if k > n_dimensions:
        raise ValueError(
            f"a state of {n_dimensions} dimensions has as many exponents, but {k} were asked for"
        )
    # any generic frame will do: an axis could lie in a part that never meets the others
    frames, _ = np.linalg.qr(stream(0, k).normal(size=(n_runs, n_dimensions, k)))
    states, growth = tangent.start, np.empty((n_records, k))
    for record in range(-n_unseen, n_records):
        states, frames = tangent.advance(states, frames)
        if not (np.isfinite(states).all() and np.isfinite(frames).all()):
            raise Diverged(
                f"the run left the finite range {(record + n_unseen + 1) * tangent.interval:g} s "
                "after its start, so it has no exponents; check the model by simulating it"
            )
        frames, triangle = np.linalg.qr(frames)
        if record >= 0:
            with np.errstate(divide="ignore"):  # a direction that is lost altogether
                logs = np.log(np.abs(np.diagonal(triangle, axis1=1, axis2=2)))
            growth[record] = logs.mean(axis=0) / tangent.interval
    order = np.argsort(-growth.mean(axis=0), kind="stable")
    growth = growth[:, order]
    blocks = np.stack([part.mean(axis=0) for part in np.array_split(growth, _BLOCKS)])
    with np.errstate(invalid="ignore"):  # infinities that are equal have no spread
        error = blocks.std(axis=0, ddof=1) / math.sqrt(_BLOCKS)
    counted = np.arange(1, n_records + 1)
    running = np.cumsum(growth, axis=0) / counted[:, None]
    return LyapunovSpectrum(running[-1], error, counted * tangent.interval, running, n_dimensions)


def _quietly(advance: Advance) -> Advance:
    """Let a run diverge without warnings; it is refused with its time instead."""

    def run(states: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(over="ignore", invalid="ignore"):
            return advance(states, frames)

    return run
