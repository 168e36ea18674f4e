"""Siegert's formula: the rate of a leaky neuron in white noise."""

import numpy as np

from surrobrain.checks import number
from surrobrain.mechanistic.spiking.neurons.leaky import Leaky

__all__ = ["siegert_rate"]

_DEEPEST = 26.0  # exp(26^2) is the end of double precision


def siegert_rate(mean: float, sd: float, *, neuron: Leaky | None = None) -> float:
    """Return the stationary rate of a leaky neuron driven by white noise.

    Parameters
    ----------
    mean : float
        Where the potential would settle without threshold and noise, in mV.
    sd : float
        Strength of the noise in mV: ``tau dv = (mean - v) dt + sd sqrt(tau) dW``. The free
        potential then has the variance ``sd^2 / 2``; ``Population.noise`` is ``sd / sqrt(tau)``.
    neuron : Leaky, optional
        Time constant, threshold, reset and refractory period; by default those of Brunel.

    Returns
    -------
    float
        Rate in Hz.

    Notes
    -----
    ::

        1 / rate = refractory + tau sqrt(pi) int exp(u^2) (1 + erf(u)) du

    from ``(reset - mean) / sd`` to ``(threshold - mean) / sd``. Siegert (1951), Phys Rev
    81:617; Brunel (2000), J Comput Neurosci 8:183, equation 21.

    Examples
    --------
    >>> round(siegert_rate(15.0, 5.0), 3), round(siegert_rate(24.0, 0.0), 3)
    (9.461, 36.961)
    """
    from scipy.integrate import quad
    from scipy.special import erfcx

    cell = Leaky() if neuron is None else neuron
    number(mean, "mean")
    number(sd, "sd", low=0.0)
    if sd == 0.0:
        if mean <= cell.threshold_v:
            return 0.0
        passage = np.log((mean - cell.reset_v) / (mean - cell.threshold_v))
        return float(1000.0 / (cell.refractory + cell.tau * passage))
    low, high = (cell.reset_v - mean) / sd, (cell.threshold_v - mean) / sd
    if high > _DEEPEST:
        return 0.0
    area, _ = quad(lambda u: erfcx(-u), low, high, epsabs=0.0, epsrel=1e-10, limit=500)
    return float(1000.0 / (cell.refractory + cell.tau * np.sqrt(np.pi) * area))
