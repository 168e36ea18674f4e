"""Safety: limits that no controller can exceed, and what happens when one tries."""

import enum
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive

__all__ = ["Guard", "LoopLimits", "Reason"]


class Reason(enum.IntFlag):
    """Why less was given than was asked; 0 where all was given. The last three end it for good."""

    AMPLITUDE = 1
    CHARGE = 2
    DUTY = 4
    NOT_FINITE = 8
    BAD_SAMPLE = 16
    SENSOR = 32
    CUT_OFF = 64
    WATCHDOG = 128


@dataclass(frozen=True)
class LoopLimits:
    """What a closed loop may deliver to any one region; u is the plant's input unit.

    Parameters
    ----------
    amplitude : float
        Largest absolute drive, u.
    charge : float
        Largest integral of the absolute drive over any ``window``, u x s.
    duty : float
        Largest share of any ``window`` in which a region is driven at all, 0 to 1.
    window : float
        Length in seconds over which charge and duty are counted.
    patience : float
        Seconds without a good sample after which stimulation ends: none arrives, it is not
        finite, or the very same numbers arrive again. Until then only the time of a sample
        that is not finite goes without drive.
    tolerance : float
        Seconds, in all, for which a controller may ask for more than the amplitude, or for
        what is not finite, before it is cut off. It is held to the limit from the first tick.

    Raises
    ------
    ValueError
        A limit is not a positive number, or the duty is above 1.

    Examples
    --------
    >>> LoopLimits(amplitude=2.0, charge=0.5, duty=0.4).window
    1.0
    """

    amplitude: float
    charge: float
    duty: float = 1.0
    window: float = 1.0
    patience: float = 0.04
    tolerance: float = 0.1

    def __post_init__(self) -> None:
        """Refuse limits that limit nothing."""
        positive(self.amplitude, "amplitude")
        positive(self.charge, "charge")
        positive(self.duty, "duty")
        number(self.duty, "duty", high=1.0)
        positive(self.window, "window", unit="s")
        positive(self.patience, "patience", unit="s")
        number(self.tolerance, "tolerance", low=0.0)


class Guard:
    """Stands between controller and plant for one run: sees every sample and every demand.

    Parameters
    ----------
    limits : LoopLimits
        What may be given.
    n_regions : int
        Number of regions that can be driven.
    sfreq : float
        Ticks per second (Hz).

    Notes
    -----
    Before the run nothing was given, so the first window is as limited as any other.

    Examples
    --------
    >>> guard = Guard(LoopLimits(amplitude=1.0, charge=0.5), 1, 100.0)
    >>> given, reason = guard.allow(np.array([3.0]))
    >>> float(given[0]), reason.name
    (1.0, 'AMPLITUDE')
    """

    def __init__(self, limits: LoopLimits, n_regions: int, sfreq: float) -> None:
        self.limits = limits
        self.stopped = Reason(0)
        self._dt = 1 / sfreq
        n_window = max(1, round(limits.window * sfreq))
        self._spent = np.zeros((n_window, n_regions))  # charge of every tick of the window
        self._total = np.zeros(n_regions)
        self._active = np.zeros(n_regions)
        self._most_active = np.floor(limits.duty * n_window + 1e-9)
        self._slot = 0
        self._excess = 0
        self._stale = 0
        self._bad = False
        self._last = np.zeros(0)

    def watch(self, samples: Float[np.ndarray, "arrived observed"]) -> None:
        """Judge the samples that have arrived since the last tick, oldest first."""
        fresh = False
        self._bad = self._bad and not len(samples)
        for sample in samples:
            self._bad = not np.isfinite(sample).all()
            fresh |= not self._bad and not np.array_equal(sample, self._last)
            self._last = sample
        self._stale = 0 if fresh else self._stale + 1
        if self._stale * self._dt >= self.limits.patience - 1e-9:
            self.stop(Reason.SENSOR)

    def stop(self, reason: Reason) -> None:
        """Give nothing any more in this run."""
        self.stopped |= reason

    def allow(
        self, asked: Float[np.ndarray, "regions"]
    ) -> tuple[Float[np.ndarray, "regions"], Reason]:
        """Return what may be given of what is asked, and why it is less.

        Raises
        ------
        ValueError
            The demand does not have one number per region.
        """
        if asked.shape != self._total.shape:
            raise ValueError(
                f"the controller asked for a drive of shape {asked.shape}, but the plant has "
                f"{len(self._total)} regions; return one number per region"
            )
        limits, reason = self.limits, Reason(0)
        given = asked
        if not np.isfinite(asked).all():
            given, reason = np.zeros(asked.shape), Reason.NOT_FINITE
        elif np.abs(asked).max() > limits.amplitude:
            given, reason = np.clip(asked, -limits.amplitude, limits.amplitude), Reason.AMPLITUDE
        self._excess += bool(reason)
        if self._excess * self._dt > limits.tolerance + 1e-9:
            self.stop(Reason.CUT_OFF)
        if self._bad:
            reason |= Reason.BAD_SAMPLE
        if self.stopped or self._bad:
            given = np.zeros(asked.shape)
        given, more = self._within_window(given)
        return given, reason | more | self.stopped

    def _within_window(self, wanted: np.ndarray) -> tuple[np.ndarray, Reason]:
        """Spend from the budgets of charge and duty, and enter it into the window."""
        reason = Reason(0)
        self._forget_oldest()
        given = wanted
        if given.any():
            tired = (given != 0) & (self._active >= self._most_active)
            if tired.any():
                given, reason = np.where(tired, 0.0, given), Reason.DUTY
            left = np.maximum(self.limits.charge - self._total, 0.0) / self._dt
            if (np.abs(given) > left).any():
                given, reason = np.clip(given, -left, left), reason | Reason.CHARGE
        spent = np.abs(given) * self._dt
        self._spent[self._slot] = spent
        self._total += spent
        self._active += spent > 0
        self._slot = (self._slot + 1) % len(self._spent)
        return given, reason

    def _forget_oldest(self) -> None:
        oldest = self._spent[self._slot]
        self._active -= oldest > 0
        self._total -= oldest
        if self._slot == 0:  # rounding must not add up over hours
            self._total = self._spent[1:].sum(axis=0)
