"""Limits that no stimulus may exceed."""

import math
from dataclasses import dataclass

import numpy as np

from surrobrain.checks import number
from surrobrain.intervention.dose import Dose

__all__ = ["Limits"]

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Limits:
    """The most that any single region may receive in one run; ``stimulus.within(limits)``.

    Parameters
    ----------
    amplitude : float
        Largest absolute drive, in the input unit u of the model.
    charge_per_phase : float
        Largest absolute charge between two changes of sign or pauses, u x s.
    duty : float
        Largest share of the run during which anything is delivered, 0 to 1.
    energy : float
        Largest integral of the squared drive, u^2 x s.

    Raises
    ------
    ValueError
        A limit is negative or no number.

    Notes
    -----
    What counts is the drive as the model receives it: a pulse shorter than a sample is spread
    over it.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(4))
    >>> strong = sb.protocols.step(regions=["region_1"], amplitude=3.0)
    >>> sb.simulate(model, duration=1.0, stimulus=strong.within(Limits(amplitude=2.0)))
    Traceback (most recent call last):
    ValueError: the stimulus asks for an amplitude of 3 u at region_1, but at most 2 u is allowed; \
use at most 67 % of it
    """

    amplitude: float = math.inf
    charge_per_phase: float = math.inf
    duty: float = 1.0
    energy: float = math.inf

    def __post_init__(self) -> None:
        """Refuse limits that are none."""
        for name in ("amplitude", "charge_per_phase", "energy"):
            if getattr(self, name) != math.inf:
                object.__setattr__(self, name, number(getattr(self, name), name, low=0.0))
        object.__setattr__(self, "duty", number(self.duty, "duty", low=0.0, high=1.0))

    def check(self, dose: Dose) -> None:
        """Refuse a dose that exceeds a limit.

        Parameters
        ----------
        dose : Dose
            What is asked for.

        Raises
        ------
        ValueError
            The message says what was asked where, what is allowed, and what to do.
        """
        if not dose.names:
            return
        _refuse("an amplitude", "u", dose, dose.peak, self.amplitude)
        _refuse("a charge per phase", "u s", dose, dose.charge_per_phase, self.charge_per_phase)
        _refuse("an energy", "u^2 s", dose, dose.energy, self.energy, power=2)
        _refuse("a duty", "of the time", dose, dose.duty, self.duty, power=0)


def _refuse(
    what: str, unit: str, dose: Dose, asked: np.ndarray, allowed: float, *, power: int = 1
) -> None:
    worst = int(np.argmax(asked))
    if asked[worst] <= allowed * (1 + _ROUNDING):
        return
    share = (allowed / asked[worst]) ** (1 / power) if power else 0.0
    advice = f"use at most {100 * share:.2g} % of it" if power else "deliver it more rarely"
    raise ValueError(
        f"the stimulus asks for {what} of {asked[worst]:.4g} {unit} at {dose.names[worst]}, but "
        f"at most {allowed:.4g} {unit} is allowed; {advice}"
    )
