"""Biomarker: what a closed loop knows of the brain's state, from the past alone."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

__all__ = ["Biomarker", "Estimate", "Tracker"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The state of the brain at one moment.

    Parameters
    ----------
    value : float
        What a trigger may compare with a level: an amplitude, a power, a coordinate.
    phase : float
        Phase in rad, 0 at the peak; NaN where the biomarker has none.
    frequency : float
        Cycles per second (Hz) at which the phase advances.
    """

    value: float
    phase: float = math.nan
    frequency: float = 0.0

    def ahead(self, seconds: float) -> "Estimate":
        """Return the estimate with its phase advanced by a time, in (-pi, pi]."""
        phase = self.phase + 2 * math.pi * self.frequency * seconds
        return dataclasses.replace(self, phase=math.remainder(phase, 2 * math.pi))


Tracker = Callable[[Float[np.ndarray, "observed"]], Estimate]
"""Takes the next sample and returns the estimate after it; keeps what it needs of the past."""


@runtime_checkable
class Biomarker(Protocol):
    """A frozen description of what to track; ``tracker`` starts afresh for every run."""

    def tracker(self, sfreq: float) -> Tracker:
        """Return a function that turns samples at ``sfreq`` Hz into estimates, causally."""
        ...
