"""How long it takes until what a loop gives shows in what it senses."""

from typing import Literal

import numpy as np

from surrobrain.checks import indices, positive
from surrobrain.errors import NotEnough
from surrobrain.intervention.biomarker import Estimate
from surrobrain.intervention.closed_loop import ClosedLoop
from surrobrain.intervention.coordinate import Coordinate
from surrobrain.intervention.plant import Plant
from surrobrain.intervention.safety import LoopLimits
from surrobrain.seeds import Seed, generator

__all__ = ["measured_latency"]

_CERTAIN = 6.0  # standard errors above chance


def measured_latency(
    plant: Plant,
    limits: LoopLimits,
    *,
    region: str | int,
    amplitude: float,
    duration: float = 5.0,
    clock: Literal["simulated", "real"] = "simulated",
    seed: Seed = 0,
) -> float:
    """Measure the latency of a loop: drive at random, and look for the echo.

    Parameters
    ----------
    plant : Plant
        What will be controlled.
    limits : LoopLimits
        Hold here as in any loop.
    region : str or int
        Where to drive.
    amplitude : float
        The drive is plus or minus this, drawn anew at every tick, in the plant's input unit.
    duration : float
        Length in seconds; the echo emerges with its square root.
    clock : {"simulated", "real"}
        As for `ClosedLoop.run`.
    seed : int or Generator
        Decides the drive.

    Returns
    -------
    float
        Seconds from a drive until the first sample that depends on it.

    Raises
    ------
    NotEnough
        No echo stands out; the message says what to change.

    Notes
    -----
    Covariance of the drive with the changes of every channel from sample to sample, at lags of up
    to half a second. The drive is white, so its standard error is known, and the first lag at
    which any channel exceeds six of them is the onset. Includes everything: the way of the
    samples, the loop, the way of the stimulus, the step of the plant.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.intervention.plant import ModelPlant
    >>> plant = ModelPlant(sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.2, noise=1.0))
    >>> measured_latency(plant, LoopLimits(amplitude=99.0, charge=99.0), region=0, amplitude=99.0)
    0.01
    """
    rng, (at,) = generator(seed), indices([region], plant.regions)
    size = positive(amplitude, "amplitude")

    def decide(time: float, estimate: Estimate) -> np.ndarray:
        drive = np.zeros(len(plant.regions))
        drive[at] = size if rng.random() < 0.5 else -size
        return drive

    nothing = Coordinate(lambda window: 0.0)
    log = ClosedLoop(plant, nothing, decide, limits).run(duration, clock=clock)
    sensed = log.sensed.copy()
    for t in np.flatnonzero(~np.isfinite(sensed).all(axis=1)):
        sensed[t] = sensed[t - 1] if t else 0.0
    change = np.diff(sensed, axis=0, prepend=sensed[:1])
    change -= change.mean(axis=0)
    drive = log.given[:, at]
    n_lags = min(len(drive) // 2, max(2, round(0.5 * plant.sfreq)))
    for lag in range(1, n_lags):
        given, later = drive[: len(drive) - lag], change[lag:]
        error = np.sqrt((given**2).sum()) * later.std(axis=0) + 1e-300
        if (np.abs(given @ later) / error).max() > _CERTAIN:
            return lag / plant.sfreq
    raise NotEnough(
        f"no echo of the drive stands out within {n_lags / plant.sfreq:g} s, after {duration:g} s "
        "of it; drive harder, for longer, or at a region that is nearer to what is sensed"
    )
