"""Projection: the wires from one population to another."""

from dataclasses import dataclass

from surrobrain.checks import number, whole
from surrobrain.mechanistic.node import check_parameters
from surrobrain.mechanistic.spiking.synapse import Synapse

__all__ = ["Projection", "check_weight"]


@dataclass(frozen=True)
class Projection:
    """Random wires of one weight and one delay; give ``degree`` or ``probability``.

    Parameters
    ----------
    source, target : str
        Names of the populations.
    weight : float
        What one spike adds: mV for ``Delta``, otherwise the unit of the synapse.
    synapse : Synapse
        What it acts on (``surrobrain.catalog`` lists them); equal synapses share their states.
    delay : float
        Time from spike to arrival in seconds, at least one step; rounded to steps.
    degree : int, optional
        Number of different sources of every target, itself excluded.
    probability : float, optional
        Chance of every pair to be joined, a neuron with itself excluded.

    Raises
    ------
    ValueError
        A number is out of range, or the rule is missing or given twice.

    Examples
    --------
    >>> from surrobrain.mechanistic.spiking.synapses.delta import Delta
    >>> Projection("E", "I", 0.1, Delta(), delay=1.5e-3, degree=1000).weight
    0.1
    """

    source: str
    target: str
    weight: float
    synapse: Synapse
    delay: float = 1e-4
    degree: int | None = None
    probability: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be wired."""
        where = f"from {self.source} to {self.target}"
        check_weight(self.weight, self.synapse, where)
        number(self.delay, f"delay {where} in s", low=0.0)
        if (self.degree is None) == (self.probability is None):
            raise ValueError(
                f"the projection {where} needs one rule, but degree={self.degree} and "
                f"probability={self.probability} arrived; give exactly one of them"
            )
        if self.degree is not None:
            whole(self.degree, f"degree {where}")
        else:
            number(self.probability, f"probability {where}", low=0.0, high=1.0)


def check_weight(weight: float, synapse: Synapse, where: str) -> None:
    """Refuse weights that are no number or have the wrong sign, and synapses out of range."""
    check_parameters(synapse, ())
    number(weight, f"weight {where}")
    if weight < 0 and not synapse.signed:
        raise ValueError(
            f"weight {where} must be at least 0, but {weight!r} arrived; a conductance is never "
            "negative, what makes it inhibit is its reversal potential"
        )
