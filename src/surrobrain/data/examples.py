"""Examples with known truth: connectomes, linear networks and the Lorenz system."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive, whole
from surrobrain.data.connectome import Connectome
from surrobrain.data.recording import Recording
from surrobrain.seeds import Seed, generator, spawn

__all__ = ["Example", "linear_network", "lorenz", "ring", "small_world"]


@dataclass(frozen=True, eq=False)
class Example:
    """A recording together with what made it.

    Parameters
    ----------
    recording : Recording
        What a fit may see.
    connectome : Connectome
        Structure: where connections may be, and how strong they look to tractography.
    effective_connectivity : array, shape (n_regions, n_regions)
        The hidden truth: change of region i one sample after a unit change of region j.
    noise : float
        Standard deviation of the noise added to every region at every sample.
    """

    recording: Recording
    connectome: Connectome
    effective_connectivity: Float[np.ndarray, "regions regions"]
    noise: float


def ring(n_regions: int = 8, *, spacing: float = 30.0) -> Connectome:
    """Wire every region to its two neighbors on a circle.

    Parameters
    ----------
    n_regions : int
        Number of regions, at least 3.
    spacing : float
        Distance between neighbors in mm.

    Examples
    --------
    >>> ring(4).weights[0]
    array([0., 1., 0., 1.])
    >>> float(round(ring(4).lengths[0, 1], 6))
    30.0
    """
    n = whole(n_regions, "n_regions", low=3)
    steps = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    neighbors = ((steps == 1) | (steps == n - 1)).astype(np.float64)
    chords = np.sin(np.pi * steps / n) / np.sin(np.pi / n)
    return Connectome(neighbors, positive(spacing, "spacing", unit="mm") * chords)


def small_world(
    n_regions: int = 20, *, density: float = 0.3, reach: float = 30.0, seed: Seed = 0
) -> Connectome:
    """Make a connectome that looks like a brain's: two modular sides, hubs, heavy tails.

    Regions lie on two half ellipsoids of the size of a brain. Weights are log-normal, fall with
    distance (so that neighbors form modules and each side is one), and differ between the two
    directions of a pair; mirror regions are connected.

    Parameters
    ----------
    n_regions : int
        Even number of regions, named L_01 ... and R_01 ...
    density : float
        Share of the possible connections that exist, from 0.05 to 1.
    reach : float
        Distance in mm over which weights fall by a factor e.
    seed : int or Generator
        Decides positions and weights.

    Returns
    -------
    Connectome
        Weights without unit, largest 1, zero diagonal; lengths in mm for every pair.

    Notes
    -----
    log w = -d / reach + hub_i + hub_j + noise, with normal hub strengths (standard deviation
    0.5) and normal noise (1); the strongest pairs are kept. Exponential decay with distance
    and log-normal weights: Ercsey-Ravasz et al. 2013, Neuron 80:184.

    Examples
    --------
    >>> connectome = small_world(20, seed=0)
    >>> connectome
    Connectome(20 regions, density 0.30, asymmetric, with lengths)
    >>> connectome.names[0], connectome.names[-1]
    ('L_01', 'R_10')
    """
    n = whole(n_regions, "n_regions", low=4)
    if n % 2:
        raise ValueError(f"n_regions must be even (two hemispheres), but {n} arrived")
    number(density, "density", low=0.05, high=1.0)
    places, strengths = spawn(seed, 2)
    left = _half_ellipsoid(n // 2, places)
    positions = np.concatenate([left, left * [-1, 1, 1]])
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    hubs = strengths.normal(scale=0.5, size=n)
    log_weights = hubs[:, None] + hubs + strengths.normal(size=(n, n))
    log_weights -= distances / positive(reach, "reach", unit="mm")
    mirror = (np.arange(n) + n // 2) % n
    log_weights[np.arange(n), mirror] += 2.0  # the corpus callosum joins mirror regions
    np.fill_diagonal(log_weights, -np.inf)
    n_kept = round(density * n * (n - 1))
    threshold = np.sort(log_weights, axis=None)[-n_kept]
    weights = np.where(log_weights >= threshold, np.exp(log_weights - log_weights.max()), 0.0)
    side = [f"{k:02d}" for k in range(1, n // 2 + 1)]
    names = [f"L_{k}" for k in side] + [f"R_{k}" for k in side]
    return Connectome(weights, 1.2 * distances, names)  # tracts bend: longer than straight lines


def _half_ellipsoid(n: int, rng: np.random.Generator) -> Float[np.ndarray, "regions 3"]:
    """Spread points over the left half of an ellipsoid with the half axes of a brain, in mm."""
    directions = rng.normal(size=(n, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions[:, 0] = -np.abs(directions[:, 0]) - 0.05  # a gap, so that mirror regions differ
    return directions * [65.0, 85.0, 55.0]


def linear_network(
    n_regions: int = 10,
    *,
    duration: float = 600.0,
    sfreq: float = 10.0,
    memory: float = 0.9,
    noise: float = 1.0,
    seed: Seed = 0,
) -> Example:
    """Simulate a stable linear stochastic network whose effective connectivity is known.

    Where a connection may be is told by the connectome; how strong it acts, and whether it
    excites or inhibits, is hidden, as in a brain.

    Parameters
    ----------
    n_regions : int
        Even number of regions.
    duration : float
        Length in seconds.
    sfreq : float
        Rate in Hz.
    memory : float
        Spectral radius of the effective connectivity, between 0 and 1: how slowly a
        perturbation fades.
    noise : float
        Standard deviation of the noise per sample, in the (arbitrary) unit of the signals.
    seed : int or Generator
        Decides structure, hidden strengths and noise.

    Returns
    -------
    Example
        Recording, connectome and the truth.

    Notes
    -----
    x[t+1] = E x[t] + noise * e[t], e standard normal. The covariance of x solves
    C = E C E' + noise^2 I (Lütkepohl 2005, section 2.1).

    Examples
    --------
    >>> example = linear_network(4, duration=60.0, seed=0)
    >>> example.recording
    Recording(600 samples x 4 regions, 10 Hz, 60 s, activity)
    >>> float(np.abs(np.linalg.eigvals(example.effective_connectivity)).max().round(6))
    0.9
    """
    radius = number(memory, "memory", low=0.0, high=0.999)
    scale = positive(noise, "noise")
    n_times = whole(round(duration * sfreq), "samples", low=2)
    structure, hidden, chance = spawn(seed, 3)
    connectome = small_world(n_regions, seed=structure)
    n = connectome.n_regions
    gains = hidden.uniform(0.5, 1.5, size=(n, n)) * hidden.choice([1, 1, 1, -1], size=(n, n))
    effective = np.sqrt(connectome.weights) * gains + np.diag(hidden.uniform(0.5, 1.0, size=n))
    effective *= radius / np.abs(np.linalg.eigvals(effective)).max()
    settle = int(np.ceil(20.0 / (1.0 - radius)))  # the start is forgotten by exp(-20)
    kicks = chance.normal(scale=scale, size=(settle + n_times, n))
    values = np.zeros((settle + n_times, n))
    for t in range(1, len(values)):
        values[t] = effective @ values[t - 1] + kicks[t]
    recording = Recording(values[settle:], sfreq, connectome.names)
    return Example(recording, connectome, effective, scale)


def lorenz(*, duration: float = 100.0, sfreq: float = 100.0, seed: Seed = 0) -> Recording:
    """Simulate the Lorenz system, whose chaos is known in numbers.

    Parameters
    ----------
    duration : float
        Length in seconds (one second is one unit of the system's own time).
    sfreq : float
        Rate in Hz; between samples the system is integrated in steps of at most 5 ms.
    seed : int or Generator
        Decides the start on the attractor.

    Returns
    -------
    Recording
        Three "regions" x, y, z in the (dimensionless) units of the system.

    Notes
    -----
    x' = 10 (y - x), y' = x (28 - z) - y, z' = x y - 8/3 z, by classical Runge-Kutta steps.
    Lyapunov exponents 0.9056, 0, -14.5723 per second, Kaplan-Yorke dimension 2.0622
    (Sprott 2003, Chaos and Time-Series Analysis).

    Examples
    --------
    >>> lorenz(duration=10.0)
    Recording(1000 samples x 3 regions, 100 Hz, 10 s, activity)
    """
    n_times = whole(round(duration * positive(sfreq, "sfreq", unit="Hz")), "samples", low=2)
    substeps = max(1, int(np.ceil(200.0 / sfreq)))
    step = 1.0 / (sfreq * substeps)
    state = np.array([1.0, 1.0, 25.0]) + generator(seed).normal(size=3)
    for _ in range(int(20.0 / step)):
        state = _runge_kutta(state, step)
    values = np.empty((n_times, 3))
    for t in range(n_times):
        values[t] = state
        for _ in range(substeps):
            state = _runge_kutta(state, step)
    return Recording(values, sfreq, ("x", "y", "z"))


def _runge_kutta(state: np.ndarray, step: float) -> np.ndarray:
    first = _lorenz_drift(state)
    second = _lorenz_drift(state + step / 2 * first)
    third = _lorenz_drift(state + step / 2 * second)
    fourth = _lorenz_drift(state + step * third)
    return state + step / 6 * (first + 2 * second + 2 * third + fourth)


def _lorenz_drift(state: np.ndarray) -> np.ndarray:
    x, y, z = state
    return np.array([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])
