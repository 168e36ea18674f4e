"""Dose: how much a stimulus delivers, as the model receives it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, whole
from surrobrain.forward import ForwardModel
from surrobrain.intervention.stimulus import Stimulus

__all__ = ["Dose", "dose"]


@dataclass(frozen=True, eq=False)
class Dose:
    """How much a model was given, per driven region, in its input unit u.

    Parameters
    ----------
    names : tuple of str
        Regions that received anything.
    charge : array, shape (n_regions,)
        Integral of the absolute drive, u x s.
    net : array, shape (n_regions,)
        Integral of the drive; zero when it is balanced, u x s.
    energy : array, shape (n_regions,)
        Integral of the squared drive, u^2 x s.
    peak : array, shape (n_regions,)
        Largest absolute sample, u.
    """

    names: tuple[str, ...]
    charge: Float[np.ndarray, "regions"]
    net: Float[np.ndarray, "regions"]
    energy: Float[np.ndarray, "regions"]
    peak: Float[np.ndarray, "regions"]

    def in_words(self) -> str:
        """Return the totals in one line."""
        if not self.names:
            return "no drive"
        return (
            f"{len(self.names)} region{'s' if len(self.names) > 1 else ''}, "
            f"charge {self.charge.sum():.3g} u s (net {self.net.sum():.3g}), "
            f"energy {self.energy.sum():.3g} u^2 s, peak {self.peak.max():.3g} u"
        )


def dose(stimulus: Stimulus, model: ForwardModel, *, duration: float) -> Dose:
    """Return what a stimulus delivers to a model, as the model receives it.

    Parameters
    ----------
    stimulus : Stimulus
        What is delivered.
    model : ForwardModel
        Decides rate and regions.
    duration : float
        Length of the run in seconds; later parts of the stimulus do not count.

    Notes
    -----
    Charge is the sum of ``|u[t]| / rate``, net charge that of ``u[t] / rate``, energy that of
    ``u[t]**2 / rate``, with the rate at which the model takes its drive.
    """
    n_times = whole(round(positive(duration, "duration", unit="s") * model.sfreq), "samples", low=1)
    drive = stimulus.sampled(model, n_times)
    rate = len(drive) / n_times * model.sfreq
    where = np.flatnonzero(drive.any(axis=0))
    given = drive[:, where]
    return Dose(
        tuple(model.regions[k] for k in where),
        np.abs(given).sum(axis=0) / rate,
        given.sum(axis=0) / rate,
        (given**2).sum(axis=0) / rate,
        np.abs(given).max(axis=0),
    )
