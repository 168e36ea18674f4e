"""Phase maps: what a network does at thousands of parameter points, in the compiled loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice
from surrobrain.mechanistic.engine import NetworkState
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.sweep import sweep_from

__all__ = ["BEHAVIORS", "PhaseMap", "behavior", "phase_map"]

BEHAVIORS = ("rest", "oscillation", "irregular", "bistable", "diverged")
_STILL = 1e-4  # range of a signal at rest, as a share of the largest value
_FADING = 0.93  # range of each third beside the one before, of a signal that comes to rest
_SAME_AGAIN = 0.95  # correlation with itself one period later of a regular oscillation


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """What a network does over one or two quantities.

    Parameters
    ----------
    points : dict of str to array, shape (n_points,)
        Values that were varied.
    behavior : array of int, shape (n_points,)
        Position in ``BEHAVIORS``: rest, oscillation, irregular, bistable, diverged.
    level : array, shape (n_points, n_starts)
        Mean over time and regions, from every start.
    amplitude : array, shape (n_points, n_starts)
        Largest range of a region, from every start.
    frequency : array, shape (n_points, n_starts)
        Of the region that moves most, in Hz; 0 at rest.
    """

    points: dict[str, Float[np.ndarray, "points"]]
    behavior: Int[np.ndarray, "points"]
    level: Float[np.ndarray, "points starts"]
    amplitude: Float[np.ndarray, "points starts"]
    frequency: Float[np.ndarray, "points starts"]

    def share(self, name: str) -> float:
        """Return the share of points at which the network behaves so."""
        choice(name, BEHAVIORS, "behavior")
        return float((self.behavior == BEHAVIORS.index(name)).mean())


def phase_map(
    network: Network,
    vary: Mapping[str, Float[np.ndarray, "points"]],
    *,
    duration: float,
    starts: Sequence[Mapping[str, float]] = ({},),
    out: str | Path | None = None,
) -> PhaseMap:
    """Say what a network does at many parameter points: rest, oscillation, or both.

    Parameters
    ----------
    network : Network
        What stays the same; its noise is left out. Its observer must be fast enough to see the
        oscillation, and its ``settle`` long enough to forget the start.
    vary : mapping of str to array, shape (n_points,)
        One or two quantities, as in `surrobrain.sweep`: "coupling" or parameters of the node. For a
        grid, ravel the arrays of ``np.meshgrid``.
    duration : float
        Seconds to look at, at every point: some periods of the slowest oscillation.
    starts : sequence of mapping of str to float
        States to begin from, by name, the same in all regions; those not named begin as usual.
        Two starts, one low and one high, show where the network is bistable.
    out : str or Path, optional
        Folder to keep the results in, block by block: called again after an interruption, it goes
        on where it stopped.

    Returns
    -------
    PhaseMap

    Notes
    -----
    At rest no region's range exceeds 1e-4 of its size, or it fades by 7 % from third to third of
    the time looked at. An oscillation repeats itself: its correlation with itself one period later
    exceeds 0.95; else it is irregular, which is chaos, several frequencies, or a start not yet
    forgotten: `surrobrain.lyapunov_spectrum` tells. Points at which starts end differently are
    bistable: one rests and another does not, or level or amplitude differ by a tenth of the range
    of the whole map.

    Examples
    --------
    >>> from surrobrain import Connectome, observers
    >>> from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
    >>> pair = Network(StuartLandau(omega=6.0), Connectome(np.array([[0.0, 1.0], [1.0, 0.0]])),
    ...                settle=20.0, observer=observers.Identity(20.0), dt=0.005)
    >>> found = phase_map(pair, {"a": np.array([-0.5, 0.5])}, duration=5.0)
    >>> [BEHAVIORS[k] for k in found.behavior]
    ['rest', 'oscillation']
    """
    quiet = replace(network, noise=0.0)
    looked = _Look(network.sfreq)
    points, found = {name: np.array(values, float) for name, values in vary.items()}, []
    for k, start in enumerate(starts):
        begin = _state(quiet, start)
        folder = None if out is None else Path(out) / f"start_{k}"
        run = sweep_from(quiet, vary, start=begin, duration=duration, summary=looked, out=folder)
        found.append(np.asarray(run.values))
    kinds, level, amplitude, frequency = np.moveaxis(np.stack(found, axis=1), 2, 0)
    return PhaseMap(points, _together(kinds, level, amplitude), level, amplitude, frequency)


@dataclass(frozen=True)
class _Look:
    """What is kept of a point: behavior, level, amplitude and frequency."""

    sfreq: float

    def __call__(self, values: Float[np.ndarray, "times regions"]) -> Float[np.ndarray, "4"]:
        return behavior(values, sfreq=self.sfreq)


def behavior(values: Float[np.ndarray, "times regions"], *, sfreq: float) -> Float[np.ndarray, "4"]:
    """Return the behavior of a signal, by its position, with level, amplitude and frequency.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Samples, without noise.
    sfreq : float
        Samples per second (Hz).
    """
    if not np.isfinite(values).all():
        return np.array([BEHAVIORS.index("diverged"), np.nan, np.nan, np.nan])
    half, thirds = len(values) // 2, np.array_split(values, 3)
    ranges = np.ptp(values[half:], axis=0)
    level, amplitude = float(values.mean()), float(ranges.max())
    still = amplitude <= _STILL * max(float(np.abs(values).max()), 1e-9)
    first, second, third = (float(np.ptp(part, axis=0).max()) for part in thirds)
    if still or (second < _FADING * first and third < _FADING * second):
        return np.array([BEHAVIORS.index("rest"), level, amplitude if still else 0.0, 0.0])
    x = values[half:, int(np.argmax(ranges))].astype(float)
    regular, frequency = _rhythm(x - x.mean(), sfreq)
    kind = "oscillation" if regular else "irregular"
    return np.array([BEHAVIORS.index(kind), level, amplitude, frequency])


def _rhythm(x: Float[np.ndarray, "times"], sfreq: float) -> tuple[bool, float]:
    """Tell whether a signal repeats itself, and how often per second."""
    n = len(x)
    spectrum = np.fft.rfft(x, 2 * n)
    overlap = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n)[:n]
    power = np.cumsum(x**2)
    # correlation of the first n - k samples with the last ones, each by its own power
    own = power[::-1] * (power[-1] - np.concatenate([[0.0], power[:-1]]))
    likeness = overlap[: n // 2 + 1] / np.sqrt(np.maximum(own, 1e-300))[: n // 2 + 1]
    below = np.flatnonzero(likeness < 0)
    if not len(below) or below[0] >= len(likeness) - 1:
        return False, 0.0
    tail = likeness[below[0] :]
    # the first peak that is as high as any, lest a multiple of the period be taken
    lag = below[0] + int(np.argmax(tail >= 0.98 * tail.max()))
    while lag + 1 < len(likeness) and likeness[lag + 1] > likeness[lag]:
        lag += 1
    return bool(likeness[lag] > _SAME_AGAIN), sfreq / lag


def _state(network: Network, start: Mapping[str, float]) -> NetworkState:
    """Return the usual start with other values of some states."""
    names, like = network.node.states, network.initial_state
    values = like.values.copy()
    for name, value in start.items():
        choice(name, names, "state")
        values[names.index(name)] = value
    states = tuple(values[: len(names)])
    sent = np.stack([np.broadcast_to(s, network.n_regions) for s in network.sent(np, states)])
    past = np.repeat(sent.astype(network.dtype)[:, :, None], network.reach + 1, axis=2)
    return NetworkState(0, values, like.observer, past)


def _together(
    kinds: Float[np.ndarray, "points starts"], level: np.ndarray, amplitude: np.ndarray
) -> Int[np.ndarray, "points"]:
    """Return one behavior per point: bistable where the starts do not agree."""
    resting, irregular = (kinds == BEHAVIORS.index(name) for name in ("rest", "irregular"))
    apart = resting.any(axis=1) & ~resting.all(axis=1)
    for values in (level, amplitude):
        good = np.isfinite(values)
        whole = float(np.ptp(values[good])) if good.any() else 0.0
        apart |= np.nan_to_num(np.ptp(values, axis=1)) > 0.1 * whole
    lost = (kinds == BEHAVIORS.index("diverged")).any(axis=1)
    found = np.where(irregular.any(axis=1), BEHAVIORS.index("irregular"), kinds[:, 0])
    found = np.where(apart, BEHAVIORS.index("bistable"), found)
    return np.where(lost, BEHAVIORS.index("diverged"), found).astype(int)
