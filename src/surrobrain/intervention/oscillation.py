"""Phase of a rhythm by the Kalman filter of a noisy oscillator."""

import cmath
import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, number, positive
from surrobrain.errors import NotEnough
from surrobrain.intervention.biomarker import Estimate, Tracker
from surrobrain.intervention.channel import passband, weighted

__all__ = ["Oscillation"]

_FEWEST_CYCLES = 20


@dataclass(frozen=True, eq=False)
class Oscillation:
    """Track phase and amplitude of a rhythm that is a noisy oscillator; causal and optimal.

    Parameters
    ----------
    frequency : float
        Cycles per second (Hz).
    decay : float
        Seconds after which the oscillator has forgotten its phase (to 1/e).
    snr : float
        Variance of the oscillation over that of the noise of a sample.
    wander : float
        How fast the offset of the signal wanders: its variance after a second, as a share of that
        of the oscillation.
    weights : array, shape (n_observed,), optional
        What is tracked is ``weights @ sample``; by default the mean of all channels.

    Notes
    -----
    A rotating, decaying point z in the plane, seen through its real part and an offset b [1]_::

        z[t] = rho exp(i omega) z[t-1] + w[t],    b[t] = b[t-1] + v[t]
        y[t] = Re z[t] + b[t] + e[t]

    with ``rho = exp(-1 / (decay sfreq))``. The gain of the filter is the stationary one, the
    solution of a Riccati equation, so a tick costs a few multiplications. Phase is arg z,
    value and amplitude are abs z. The filter has no delay to make up for: z is the expected
    state at the sample, and a forecast is a rotation.

    References
    ----------
    .. [1] Matsuda & Komaki (2017), Time series decomposition into oscillation components and
       phase estimation. Neural Comput 29:332.

    Examples
    --------
    >>> track = Oscillation(10.0, decay=0.5, snr=10.0).tracker(1000.0)
    >>> for t in range(2000):
    ...     found = track(np.array([np.cos(2 * np.pi * 10.0 * t / 1000)]))
    >>> abs(found.phase - 2 * np.pi * 10.0 * -0.001) < 0.05
    True
    """

    frequency: float
    decay: float = 0.3
    snr: float = 10.0
    wander: float = 0.01
    weights: Float[np.ndarray, "observed"] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no oscillator."""
        positive(self.frequency, "frequency", unit="Hz")
        positive(self.decay, "decay", unit="s")
        positive(self.snr, "snr")
        positive(self.wander, "wander")

    @classmethod
    def fit(
        cls,
        values: Float[np.ndarray, "times observed"],
        *,
        sfreq: float,
        band: tuple[float, float],
        weights: Float[np.ndarray, "observed"] | None = None,
    ) -> "Oscillation":
        """Fit frequency, decay and noise to a recording made before the loop starts.

        Parameters
        ----------
        values : array, shape (n_times, n_observed)
            The recording, without stimulation.
        sfreq : float
            Samples per second (Hz).
        band : (float, float)
            Where the rhythm is looked for, in Hz.
        weights : array, shape (n_observed,), optional
            As for the class.

        Returns
        -------
        Oscillation

        Raises
        ------
        NotEnough
            The recording has fewer than 20 cycles of the lowest frequency.

        Notes
        -----
        Maximum likelihood: the common scale of all variances drops out, so what is minimized is
        the mean squared error of one-step predictions, by Nelder-Mead from the peak of the
        spectrum. The errors come from one linear filter: with the one-step closed loop
        ``G = F - F K H`` they are y filtered by ``det(z - F) / det(z - G)``.
        """
        from scipy.optimize import minimize

        passband(band, 1, sfreq)
        least = math.ceil(_FEWEST_CYCLES / band[0] * sfreq)
        if len(values) < least:
            raise NotEnough(
                f"a fit needs {least} samples, {_FEWEST_CYCLES} cycles at {band[0]:g} Hz, but "
                f"{len(values)} arrived; record for longer"
            )
        finite(values, "recording")
        signal = values.mean(axis=1) if weights is None else values @ weights
        signal = signal - signal.mean()

        def guess(at: np.ndarray) -> "Oscillation":
            share = 1 / (1 + math.exp(-at[0]))
            frequency = band[0] + share * (band[1] - band[0])
            decay, snr = np.exp(np.clip(at[1:], (-5.0, -9.0), (4.0, 14.0)))
            return cls(frequency, float(decay), float(snr), weights=weights)

        def loss(at: np.ndarray) -> float:
            return math.log(guess(at)._prediction_error(signal, sfreq))

        share = number((_peak(signal, sfreq, band) - band[0]) / (band[1] - band[0]), "peak")
        share = min(max(share, 0.02), 0.98)
        start = np.array([math.log(share / (1 - share)), math.log(0.3), math.log(10.0)])
        found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-7})
        return guess(found.x)

    def tracker(self, sfreq: float) -> Tracker:
        """Return a function from samples to estimates; see `Biomarker`."""
        _, gain = self._filter(sfreq)
        turn = cmath.rect(self._rho(sfreq), 2 * math.pi * self.frequency / sfreq)
        by_z, by_b = complex(gain[0], gain[1]), float(gain[2])
        z, b = 0j, None

        def track(sample: Float[np.ndarray, "observed"]) -> Estimate:
            nonlocal z, b
            y = weighted(sample, self.weights)
            if b is None:
                b = y  # an offset far from zero would ring through the filter for seconds
            z *= turn
            error = y - z.real - b
            z += by_z * error
            b += by_b * error
            return Estimate(abs(z), cmath.phase(z), self.frequency)

        return track

    def _rho(self, sfreq: float) -> float:
        return math.exp(-1 / (self.decay * positive(sfreq, "sfreq", unit="Hz")))

    def _filter(
        self, sfreq: float
    ) -> tuple[Float[np.ndarray, "states states"], Float[np.ndarray, "states"]]:
        """Return the transition F and the stationary gain K, with unit noise of a sample."""
        from scipy.linalg import solve_discrete_are

        omega, rho = 2 * math.pi * self.frequency / sfreq, self._rho(sfreq)
        c, s = rho * math.cos(omega), rho * math.sin(omega)
        step = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        seen = np.array([[1.0, 0.0, 1.0]])
        kick = (1 - rho**2) * self.snr
        noise = np.diag([kick, kick, self.wander * self.snr / sfreq])
        spread = solve_discrete_are(step.T, seen.T, noise, np.ones((1, 1)))
        return step, (spread @ seen.T / (seen @ spread @ seen.T + 1.0))[:, 0]

    def _prediction_error(self, signal: np.ndarray, sfreq: float) -> float:
        from scipy.signal import lfilter

        step, gain = self._filter(sfreq)
        closed = step @ (np.eye(3) - np.outer(gain, [1.0, 0.0, 1.0]))
        errors = lfilter(np.poly(step), np.poly(closed), signal)
        return float(np.mean(np.square(errors[len(errors) // 10 :])))


def _peak(signal: np.ndarray, sfreq: float, band: tuple[float, float]) -> float:
    """Frequency in the band with the largest Welch power."""
    from scipy.signal import welch

    length = min(len(signal), round(_FEWEST_CYCLES / 2 / band[0] * sfreq))
    frequencies, power = welch(signal, sfreq, nperseg=length)
    inside = (frequencies >= band[0]) & (frequencies <= band[1])
    return float(frequencies[inside][np.argmax(power[inside])])
