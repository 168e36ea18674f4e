"""A latent coordinate, read off the last samples."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.intervention.biomarker import Estimate, Tracker

__all__ = ["Coordinate"]


@dataclass(frozen=True, eq=False)
class Coordinate:
    """Track a coordinate of the state: a projection, or what an encoder makes of the past.

    Parameters
    ----------
    read : function of an array of shape (memory, n_observed)
        Returns the coordinate from the last samples, oldest first; for instance
        ``lambda window: direction @ window[-1]``, or one latent of a learned model.
    memory : int
        Number of samples it sees. Before the start they are taken to equal the first one.

    Examples
    --------
    >>> track = Coordinate(lambda window: window.mean(), memory=2).tracker(100.0)
    >>> [track(np.array([x])).value for x in (1.0, 3.0, 5.0)]
    [1.0, 2.0, 4.0]
    """

    read: Callable[[Float[np.ndarray, "memory observed"]], float | np.floating]
    memory: int = 1

    def tracker(self, sfreq: float) -> Tracker:
        """Return a function from samples to estimates; see `Biomarker`."""
        n = whole(self.memory, "memory", low=1)
        window: list[np.ndarray] = []

        def track(sample: Float[np.ndarray, "observed"]) -> Estimate:
            window.extend([sample] * (1 if window else n))
            del window[:-n]
            return Estimate(float(self.read(np.array(window))))

        return track
