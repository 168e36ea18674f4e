"""Dose: how much a stimulus delivers, as the model receives it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, whole
from surrobrain.forward import ForwardModel
from surrobrain.simulation import Drive

__all__ = ["Dose", "dose", "dose_of"]

_ROUNDING = 1e-9  # of the peak; what a difference of two charges leaves between pulses


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
    duty : array, shape (n_regions,)
        Share of the run during which anything is delivered.
    charge_per_phase : array, shape (n_regions,)
        Largest absolute integral between two changes of sign or pauses, u x s.
    """

    names: tuple[str, ...]
    charge: Float[np.ndarray, "regions"]
    net: Float[np.ndarray, "regions"]
    energy: Float[np.ndarray, "regions"]
    peak: Float[np.ndarray, "regions"]
    duty: Float[np.ndarray, "regions"]
    charge_per_phase: Float[np.ndarray, "regions"]

    def in_words(self) -> str:
        """Return the totals in one line."""
        if not self.names:
            return "no drive"
        return (
            f"{len(self.names)} region{'s' if len(self.names) > 1 else ''}, "
            f"charge {self.charge.sum():.3g} u s (net {self.net.sum():.3g}, "
            f"{self.charge_per_phase.max():.3g} per phase), energy {self.energy.sum():.3g} u^2 s, "
            f"peak {self.peak.max():.3g} u, duty {self.duty.max():.3g}"
        )


def dose(stimulus: Drive, model: ForwardModel, *, duration: float) -> Dose:
    """Return what a stimulus delivers to a model, as the model receives it.

    Parameters
    ----------
    stimulus : Stimulus
        What is delivered.
    model : ForwardModel
        Decides rate and regions.
    duration : float
        Length of the run in seconds; later parts of the stimulus do not count.

    Returns
    -------
    Dose

    Notes
    -----
    Charge is the sum of ``|u[t]| / rate``, net charge that of ``u[t] / rate``, energy that of
    ``u[t]**2 / rate``, with the rate at which the model takes its drive.
    """
    n_times = whole(round(positive(duration, "duration", unit="s") * model.sfreq), "samples", low=1)
    drive = stimulus.sampled(model, n_times)
    return dose_of(drive, len(drive) / n_times * model.sfreq, model.regions)


def dose_of(drive: Float[np.ndarray, "rows regions"], rate: float, names: Sequence[str]) -> Dose:
    """Return the dose of a sampled drive.

    Parameters
    ----------
    drive : array, shape (n_rows, n_regions)
        Drive in the input unit of the model.
    rate : float
        Rows per second (Hz).
    names : sequence of str
        Region of every column.

    Returns
    -------
    Dose

    Examples
    --------
    >>> dose_of(np.array([[1.0], [1.0], [-2.0], [0.0]]), 10.0, ["A"]).in_words()
    '1 region, charge 0.4 u s (net 0, 0.2 per phase), energy 0.6 u^2 s, peak 2 u, duty 0.75'
    """
    where = np.flatnonzero(drive.any(axis=0))
    given = np.asarray(drive[:, where], dtype=np.float64)
    peak = np.abs(given).max(axis=0)
    acting = np.where(np.abs(given) > _ROUNDING * peak, given, 0.0)
    return Dose(
        names=tuple(names[int(k)] for k in where),
        charge=np.abs(given).sum(axis=0) / rate,
        net=given.sum(axis=0) / rate,
        energy=(given**2).sum(axis=0) / rate,
        peak=peak,
        duty=(acting != 0).mean(axis=0),
        charge_per_phase=np.array([_largest_phase(column) for column in acting.T]) / rate,
    )


def _largest_phase(column: Float[np.ndarray, "rows"]) -> float:
    """Return the largest absolute sum over a stretch of one sign."""
    turns = np.flatnonzero(np.diff(np.sign(column))) + 1
    return float(np.abs(np.add.reduceat(column, np.concatenate([[0], turns]))).max())
