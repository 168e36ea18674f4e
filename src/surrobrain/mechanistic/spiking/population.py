"""Population: equal neurons under one name."""

from dataclasses import dataclass

from surrobrain.checks import number, whole
from surrobrain.mechanistic.node import check_parameters
from surrobrain.mechanistic.spiking.neuron import Neuron

__all__ = ["Population"]


@dataclass(frozen=True)
class Population:
    """Equal neurons, driven by a current and noise of their own.

    Parameters
    ----------
    name : str
        Name by which projections and results call it.
    size : int
        Number of neurons.
    neuron : Neuron
        Equations and parameters (``surrobrain.catalog`` lists them).
    current : float
        Constant current into every neuron, in the unit of the neuron.
    noise : float
        sigma of white noise on the membrane, ``dv = ... + sigma dW``, in mV per square root of
        ms, independent for every neuron.
    start : float or tuple of float, optional
        Membrane potential in mV at the start, or the bounds between which it is drawn; by
        default the neuron's own.

    Raises
    ------
    ValueError
        A parameter is out of range.

    Examples
    --------
    >>> from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
    >>> Population("E", 3200, Leaky(), start=(0.0, 20.0)).size
    3200
    """

    name: str
    size: int
    neuron: Neuron
    current: float = 0.0
    noise: float = 0.0
    start: float | tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        whole(self.size, f"size of population {self.name}", low=1)
        check_parameters(self.neuron, ())
        number(self.current, f"current of population {self.name}")
        number(self.noise, f"noise of population {self.name}", low=0.0)
        if self.start is not None:
            bounds = self.start if isinstance(self.start, tuple) else (self.start, self.start)
            low = number(bounds[0], f"start of population {self.name}")
            number(bounds[1], f"start of population {self.name}", low=low)
