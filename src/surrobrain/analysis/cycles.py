"""Cycles: orbits that come back, of piecewise linear networks exactly."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from surrobrain.analysis.piecewise import piecewise_orbits
from surrobrain.analysis.system import system_of
from surrobrain.checks import whole
from surrobrain.learned.surrogate import Surrogate

__all__ = ["Cycle", "cycles"]


@dataclass(frozen=True, eq=False)
class Cycle:
    """An orbit that comes back to where it was.

    Parameters
    ----------
    states : array, shape (n_times, n_states)
        One round: of a map every step, of a flow even steps of time.
    period : float
        Seconds of one round.
    multipliers : array of complex, shape (n_multipliers,)
        Factors by which small departures grow in one round (Floquet), the largest first; of a
        flow without the factor 1 along the orbit.
    names : tuple of str
        What the states are.
    """

    states: Float[np.ndarray, "times states"]
    period: float
    multipliers: Complex[np.ndarray, "multipliers"]
    names: tuple[str, ...]

    @property
    def stable(self) -> bool:
        """Whether every small departure dies out."""
        return bool((np.abs(self.multipliers) < 1).all())

    @property
    def frequency(self) -> float:
        """Rounds per second (Hz)."""
        return 1 / self.period


def cycles(
    model: Surrogate, *, period: int, n_starts: int = 200, seed: int = 0
) -> tuple[Cycle, ...]:
    """Return the cycles of a piecewise linear surrogate that take so many steps.

    Parameters
    ----------
    model : Surrogate
        Of an architecture that is linear but for rectifiers; see `fixed_points`.
    period : int
        Steps of one round, at least 2.
    n_starts : int
        Starts of the search, where there are more than 2^16 sequences of pieces.
    seed : int
        Decides the starts.

    Returns
    -------
    tuple of Cycle

    Raises
    ------
    ValueError
        The architecture is not piecewise linear.

    Examples
    --------
    >>> import surrobrain as sb
    >>> values = np.random.default_rng(0).normal(size=(200, 2))
    >>> network = sb.architectures.ShallowPLRNN(2, hidden=4)
    >>> quick = sb.Training(epochs=1)
    >>> model = sb.fit(network, sb.Recording(values, sfreq=1.0), training=quick).model
    >>> cycles(model, period=2)
    ()
    """
    whole(period, "period", low=2)
    orbits = piecewise_orbits(model, period=period, n_starts=n_starts, seed=seed)
    if orbits is None:
        raise ValueError(
            f"{type(model.architecture).__name__} is not piecewise linear; for the cycle that it "
            "runs into, use limit_cycle"
        )
    system, found = system_of(model), []
    for states in orbits:
        total = np.eye(system.n_states)
        for jacobian in system.slopes(states, None)[1]:
            total = jacobian @ total
        factors = np.linalg.eigvals(total).astype(complex)
        factors = factors[np.argsort(-np.abs(factors), kind="stable")]
        found.append(Cycle(states, period / model.sfreq, factors, system.names))
    return tuple(found)
