"""Hemodynamics: constants of the balloon model by name, and response kernels."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite, positive

__all__ = [
    "BALLOONS", "KERNELS", "GammaTerm", "SineTerm", "convolve", "kernel_response", "step_response",
]  # fmt: skip

_FRISTON_2003 = {
    "kappa": 0.65, "gamma": 0.41, "tau": 0.98, "alpha": 0.32, "rho": 0.34, "v0": 0.02,
    "k1": 7 * 0.34, "k2": 2.0, "k3": 2 * 0.34 - 0.2,
}  # fmt: skip


def _echo(*, ratio: float) -> dict[str, float]:
    """Return what Stephan et al. (2007) derive for 1.5 T; ratio is their epsilon."""
    nu0, r0, echo_time, extracted = 40.3, 25.0, 0.04, 0.4
    return {
        "rho": extracted, "v0": 0.04, "k1": 4.3 * nu0 * extracted * echo_time,
        "k2": ratio * r0 * extracted * echo_time, "k3": 1 - ratio,
    }  # fmt: skip


_HEINZLE = {"k1": 3.72, "k2": 0.527, "k3": 0.53}
_SWAPPED = {"kappa": 1 / 0.65, "gamma": 1 / 0.41}

BALLOONS: Mapping[str, Mapping[str, float]] = {
    "friston2003": _FRISTON_2003,
    "friston2000": {**_FRISTON_2003, "kappa": 1 / 1.54, "gamma": 1 / 2.46, "alpha": 0.33},
    "stephan2007": {**_FRISTON_2003, **_echo(ratio=1.0)},
    "heinzle2016": {**_FRISTON_2003, **_HEINZLE},
    "deco": {**_FRISTON_2003, **_SWAPPED},
    "cubnm": {**_FRISTON_2003, **_HEINZLE, **_SWAPPED},
    "vbjax": {**_FRISTON_2003, **_echo(ratio=0.5), **_SWAPPED},
    "tvboptim": {**_FRISTON_2003, **_echo(ratio=1.0), **_SWAPPED, "k3": 1.0},
    "tvb": {**_FRISTON_2003, **_echo(ratio=0.5), "kappa": 1 / 1.54, "gamma": 1 / 1.44},
}
"""Constants of the balloon model, see ``BOLD``: those of papers, then those of programs."""


@dataclass(frozen=True)
class GammaTerm:
    """Gamma density: what a chain of ``order`` equal leaks answers to a pulse.

    Parameters
    ----------
    weight : float
        Its area.
    rate : float
        Of every leak, in 1/s; the peak is at (order - 1) / rate.
    order : int
        Number of leaks.
    """

    weight: float
    rate: float
    order: int

    @property
    def area(self) -> float:
        """Integral over all times."""
        return self.weight

    def at(self, times: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return the response to a pulse at time 0, in 1/s."""
        x = self.rate * times
        density = x ** (self.order - 1) * np.exp(-x) / math.factorial(self.order - 1)
        return self.weight * self.rate * density

    def until(self, times: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return the integral from time 0."""
        x = self.rate * times
        left = sum(x**k / math.factorial(k) for k in range(self.order))
        return self.weight * (1 - np.exp(-x) * left)


@dataclass(frozen=True)
class SineTerm:
    """Damped sine: what an oscillator answers to a pulse.

    Parameters
    ----------
    weight : float
        Amplitude.
    decay : float
        In 1/s.
    frequency : float
        In rad/s.
    """

    weight: float
    decay: float
    frequency: float

    @property
    def area(self) -> float:
        """Integral over all times."""
        return self.weight * self.frequency / (self.decay**2 + self.frequency**2)

    def at(self, times: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return the response to a pulse at time 0, in 1/s."""
        return self.weight * np.exp(-self.decay * times) * np.sin(self.frequency * times)

    def until(self, times: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Return the integral from time 0."""
        phase, ratio = self.frequency * times, self.decay / self.frequency
        left = np.exp(-self.decay * times) * (np.cos(phase) + ratio * np.sin(phase))
        return self.area * (1 - left)


Kernel = tuple[GammaTerm | SineTerm, ...]


def _lasting(*terms: GammaTerm | SineTerm) -> Kernel:
    """Scale a kernel to unit area."""
    area = sum(term.area for term in terms)
    return tuple(dataclasses.replace(term, weight=term.weight / area) for term in terms)


KERNELS: Mapping[str, Kernel] = {
    "volterra": _lasting(SineTerm(1.0, 1 / 1.6, math.sqrt(1 / 0.4 - 1 / 1.6**2))),
    "gamma": _lasting(GammaTerm(1.0, 1 / 1.08, 3)),
    "mixture_of_gammas": _lasting(GammaTerm(1.0, 1.0, 6), GammaTerm(-0.4, 1.0, 13)),
    "canonical": _lasting(GammaTerm(1.0, 1.0, 6), GammaTerm(-1 / 6, 1.0, 16)),
    "double_sine": _lasting(
        SineTerm(1.0, 1 / 7.22, 2 * math.pi * 0.03), SineTerm(-1.0, 1 / 7.4, 2 * math.pi * 0.12)
    ),
}
"""Hemodynamic response kernels as sums of terms; see ``kernel_response``."""


def kernel_response(
    times: Float[np.ndarray, "times"], *, kernel: str = "canonical"
) -> Float[np.ndarray, "times"]:
    """Return a hemodynamic response to a pulse at time 0.

    Parameters
    ----------
    times : array, shape (n_times,)
        In seconds; before 0 there is no response.
    kernel : {"canonical", "double_sine", "gamma", "mixture_of_gammas", "volterra"}
        See Notes.

    Returns
    -------
    array, shape (n_times,)
        In 1/s, of unit area: a drive of 1 that lasts ends at 1.

    Raises
    ------
    ValueError
        No such kernel.

    Notes
    -----
    ::

        volterra            exp(-t / 1.6) sin(w t), w^2 = 1/0.4 - 1/1.6^2     peak at  0.80 s
        gamma               t^2 exp(-t / 1.08)                                peak at  2.16 s
        mixture_of_gammas   g6(t) - 0.4 g13(t), undershoot -0.21              peak at  4.95 s
        canonical           g6(t) - g16(t) / 6, undershoot -0.09              peak at  5.00 s
        double_sine         exp(-t / 7.22) sin(2 pi 0.03 t)
                            - exp(-t / 7.4) sin(2 pi 0.12 t)                  peak at  5.94 s

    with ``gn(t) = t^(n-1) exp(-t) / (n-1)!``. "volterra" [1]_ is the flow of the balloon model
    alone: it lacks the balloon and peaks some three seconds before any measured response, yet it
    is what TVB's Bold monitor uses by default. "gamma" is Boynton's [2]_, "canonical" SPM's.
    "double_sine" [3]_, with the constants that TVB gives, first dips to -0.62 of its peak, at
    1.6 s. The undershoots are in units of the peak.

    References
    ----------
    .. [1] Friston et al. (2000), Nonlinear responses in fMRI: the balloon model, Volterra kernels,
       and other hemodynamics. NeuroImage 12:466.
    .. [2] Boynton et al. (1996), Linear systems analysis of functional magnetic resonance imaging
       in human V1. J Neurosci 16:4207.
    .. [3] Polonsky et al. (2000), Neuronal activity in human primary visual cortex correlates with
       perception during binocular rivalry. Nat Neurosci 3:1153.

    Examples
    --------
    >>> times = np.arange(0, 20, 0.01)
    >>> float(times[kernel_response(times, kernel="gamma").argmax()])
    2.16
    """
    terms, after = _terms(kernel), np.maximum(times, 0.0)
    return np.where(times < 0, 0.0, sum(term.at(after) for term in terms))


def step_response(
    times: Float[np.ndarray, "times"], *, kernel: str = "canonical"
) -> Float[np.ndarray, "times"]:
    """Return the response to a drive of 1 that begins at time 0: the kernel's integral.

    Parameters
    ----------
    times : array, shape (n_times,)
        In seconds; before 0 there is no response.
    kernel : str
        As in ``kernel_response``.
    """
    terms, after = _terms(kernel), np.maximum(times, 0.0)
    return np.where(times < 0, 0.0, sum(term.until(after) for term in terms))


def convolve(
    values: Float[np.ndarray, "times regions"], *, sfreq: float, kernel: str = "canonical"
) -> Float[np.ndarray, "times regions"]:
    """Turn recorded activity into BOLD by convolution with a hemodynamic kernel.

    ``KernelBOLD`` does the same while a network runs, without keeping its activity.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Activity; nothing is known before its first sample, where it is taken to be zero.
    sfreq : float
        Samples per second (Hz).
    kernel : str
        As in ``kernel_response``.

    Returns
    -------
    array, shape (n_times, n_regions)
        BOLD at the end of every sample, in the unit of the activity; exact where activity is
        constant within a sample.

    Raises
    ------
    ValueError
        A sample is missing, or there is no such kernel.

    Examples
    --------
    >>> pulse = np.zeros((200, 1))
    >>> pulse[:10] = 1.0
    >>> int(convolve(pulse, sfreq=10.0, kernel="mixture_of_gammas").argmax())
    54
    """
    sfreq = positive(sfreq, "sfreq", unit="Hz")
    values = finite(values, "values")
    edges = np.arange(len(values) + 1) / sfreq
    weights = np.diff(step_response(edges, kernel=kernel))
    length = 2 * len(values)
    spectrum = np.fft.rfft(weights, length)[:, None] * np.fft.rfft(values, length, axis=0)
    return np.fft.irfft(spectrum, length, axis=0)[: len(values)]


def _terms(kernel: str) -> Kernel:
    return KERNELS[choice(kernel, KERNELS, "hemodynamic kernel")]
