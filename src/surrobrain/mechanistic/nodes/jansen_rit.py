"""Jansen-Rit: a cortical column that makes alpha waves and spikes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["JansenRit"]


@dataclass(frozen=True)
class JansenRit:
    """Pyramidal cells with an excitatory and an inhibitory loop; shows EEG-like potentials.

    Parameters
    ----------
    A, B : float or array, shape (n_regions,)
        Largest excitatory and inhibitory postsynaptic potential in mV.
    a, b : float or array, shape (n_regions,)
        Inverse synaptic time constants in 1/s.
    e0, v0, r : float or array, shape (n_regions,)
        Sigmoid: half of the maximal rate in 1/s, potential at half in mV, steepness in 1/mV.
    C1, C2, C3, C4 : float or array, shape (n_regions,)
        Synaptic contacts inside the column: C, 0.8 C, 0.25 C, 0.25 C with C = 135.
    p : float or array, shape (n_regions,)
        Input rate from elsewhere in 1/s; the paper draws 120 to 320.

    Notes
    -----
    ::

        y0'' = A a S(y1 - y2)                          - 2 a y0' - a^2 y0
        y1'' = A a (p + C2 S(C1 y0) + coupling)        - 2 a y1' - a^2 y1
        y2'' = B b C4 S(C3 y0)                         - 2 b y2' - b^2 y2
        S(v) = 2 e0 / (1 + exp(r (v0 - v)))            coupling = G sum_j C[i, j] S(y1_j - y2_j)

    The output is y1 - y2 in mV. External input adds to
    p, in 1/s. Noise acts on y1' (sigma in mV/s per sqrt(s)): noise of strength s on the rate p
    is ``sigma = A a s``.

    Differs: TVB has v0 = 5.52 in the model and 6 in its coupling, counts in ms (p 0.22), and puts
    noise where its nsig says; VBI adds the coupling inside the sigmoid in two of its three
    versions, and unscaled noise; cuBNM puts noise on y0'; WhoBPyT's default lacks parameters.

    References
    ----------
    .. [1] Jansen & Rit (1995), Electroencephalogram and visual evoked potential generation in a
       mathematical model of coupled cortical columns. Biol Cybern 73:357.

    Examples
    --------
    >>> JansenRit().C2
    108.0
    """

    A: Value = param(3.25, "mV", bounds=(0.0, 30.0))
    B: Value = param(22.0, "mV", bounds=(0.0, 200.0))
    a: Value = param(100.0, "1/s", bounds=(1.0, 1000.0))
    b: Value = param(50.0, "1/s", bounds=(1.0, 1000.0))
    e0: Value = param(2.5, "1/s", bounds=(0.0, 50.0))
    v0: Value = param(6.0, "mV", bounds=(-50.0, 50.0))
    r: Value = param(0.56, "1/mV", bounds=(0.0, 10.0))
    C1: Value = param(135.0, "1", bounds=(0.0, 5000.0))
    C2: Value = param(108.0, "1", bounds=(0.0, 5000.0))
    C3: Value = param(33.75, "1", bounds=(0.0, 5000.0))
    C4: Value = param(33.75, "1", bounds=(0.0, 5000.0))
    p: Value = param(220.0, "1/s", bounds=(-1000.0, 5000.0))

    states: ClassVar[tuple[str, ...]] = ("y0", "y1", "y2", "y3", "y4", "y5")
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = dict.fromkeys(states, 0.0)
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("y4",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 2.0

    @property
    def step(self) -> float:
        """A tenth of a millisecond, a hundredth of the fast synapse."""
        return 1e-4

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in mV/s and mV/s^2."""
        y0, y1, y2, y3, y4, y5 = state
        excitation = p.p + p.C2 * _rate(xp, p.C1 * y0, p) + coupling[0]
        return (
            y3,
            y4,
            y5,
            p.A * p.a * _rate(xp, y1 - y2, p) - 2 * p.a * y3 - p.a * p.a * y0,
            p.A * p.a * excitation - 2 * p.a * y4 - p.a * p.a * y1,
            p.B * p.b * p.C4 * _rate(xp, p.C3 * y0, p) - 2 * p.b * y5 - p.b * p.b * y2,
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the firing rate of the pyramidal cells, S(y1 - y2) in 1/s."""
        return (_rate(xp, state[1] - state[2], p),)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the pyramidal potential y1 - y2 in mV."""
        return state[1] - state[2]

    @staticmethod
    def rate(xp: Any, state: tuple, p: Any) -> Any:
        """Return the firing rate of the pyramidal cells in Hz."""
        return _rate(xp, state[1] - state[2], p)


def _rate(xp: Any, potential: Any, p: Any) -> Any:
    """Return the firing rate in 1/s at a potential in mV."""
    return 2 * p.e0 / (1 + xp.exp(p.r * (p.v0 - potential)))
