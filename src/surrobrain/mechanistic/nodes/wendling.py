"""Wendling: Jansen and Rit's column with fast inhibition; hippocampal EEG up to fast onset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["Wendling"]


@dataclass(frozen=True)
class Wendling:
    """Pyramidal cells with an excitatory, a slow and a fast inhibitory loop; shows EEG.

    Parameters
    ----------
    A, B, G : float or array, shape (n_regions,)
        Synaptic gain of excitation, slow (dendritic) and fast (somatic) inhibition in mV.
    a, b, g : float or array, shape (n_regions,)
        Inverse synaptic time constants of the three in 1/s.
    e0, v0, r : float or array, shape (n_regions,)
        Sigmoid: half of the maximal rate in 1/s, potential at half in mV, steepness in 1/mV.
    C1, C2, C3, C4, C5, C6, C7 : float or array, shape (n_regions,)
        Contacts inside the column: C times 1, 0.8, 0.25, 0.25, 0.3, 0.1, 0.8, with C = 135.
    p : float or array, shape (n_regions,)
        Mean input rate from elsewhere in 1/s.

    Notes
    -----
    ::

        y0'' = A a S(y1 - y2 - y3)                     - 2 a y0' - a^2 y0
        y1'' = A a (p + C2 S(C1 y0) + coupling)        - 2 a y1' - a^2 y1
        y2'' = B b C4 S(C3 y0)                         - 2 b y2' - b^2 y2
        y3'' = G g C7 S(C5 y0 - C6 y2 / C4)            - 2 g y3' - g^2 y3
        S(v) = 2 e0 / (1 + exp(r (v0 - v)))       coupling = G sum_j C[i, j] S(y1_j - y2_j - y3_j)

    The output is y1 - y2 - y3 in mV. External input adds to p, in 1/s. Noise acts on y1' (sigma
    in mV/s per sqrt(s)): noise of strength s on the rate p is ``sigma = A a s``. The fifth
    potential of the paper, that of the slow upon the fast inhibition, obeys the equation of y2
    without C4, so it is y2 / C4 and is not integrated.

    Activity by (A, B, G), with s = 2: background (5, 50, 15); sporadic spikes (5, 40, 15);
    rhythmic spikes of 4.5 Hz (5, 25, 15); rhythm of 9.5 Hz (5, 10, 15); low-voltage fast activity
    (5, 5, 25); quasi-sinusoidal waves of 11 Hz (5, 15, 0).

    What rests on what: with G = 0 this is Jansen and Rit's column exactly, with its
    constants. C1 to C7, e0, v0, r and the mean of p are those of the authors' own code
    (ModelDB 97983). The paper was not at hand: a, b, g and the six sets above are quoted from
    secondary sources, and the sets were seen to give what the paper describes.

    Differs: the authors' later code (2005) has b 30 and g 350 per s, A 3.5, B 20, G 15, draws p
    anew at each sample, so that its noise depends on the step, and removes the mean of the EEG.

    References
    ----------
    .. [1] Wendling et al. (2002), Epileptic fast activity can be explained by a model of impaired
       GABAergic dendritic inhibition. Eur J Neurosci 15:1499.

    Examples
    --------
    >>> Wendling(A=5.0, B=25.0, G=15.0).C7
    108.0
    """

    A: Value = param(3.25, "mV", bounds=(0.0, 30.0))
    B: Value = param(22.0, "mV", bounds=(0.0, 200.0))
    G: Value = param(10.0, "mV", bounds=(0.0, 200.0))
    a: Value = param(100.0, "1/s", bounds=(1.0, 1000.0))
    b: Value = param(50.0, "1/s", bounds=(1.0, 1000.0))
    g: Value = param(500.0, "1/s", bounds=(1.0, 5000.0))
    e0: Value = param(2.5, "1/s", bounds=(0.0, 50.0))
    v0: Value = param(6.0, "mV", bounds=(-50.0, 50.0))
    r: Value = param(0.56, "1/mV", bounds=(0.0, 10.0))
    C1: Value = param(135.0, "1", bounds=(0.0, 5000.0))
    C2: Value = param(108.0, "1", bounds=(0.0, 5000.0))
    C3: Value = param(33.75, "1", bounds=(0.0, 5000.0))
    C4: Value = param(33.75, "1", bounds=(0.001, 5000.0))
    C5: Value = param(40.5, "1", bounds=(0.0, 5000.0))
    C6: Value = param(13.5, "1", bounds=(0.0, 5000.0))
    C7: Value = param(108.0, "1", bounds=(0.0, 5000.0))
    p: Value = param(90.0, "1/s", bounds=(-1000.0, 5000.0))

    states: ClassVar[tuple[str, ...]] = ("y0", "y1", "y2", "y3", "z0", "z1", "z2", "z3")
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = dict.fromkeys(states, 0.0)
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("z1",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 2.0

    @property
    def step(self) -> float:
        """A tenth of a millisecond, a twentieth of the fast inhibition."""
        return 1e-4

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in mV/s and, of the z, in mV/s^2."""
        y0, y1, y2, y3, z0, z1, z2, z3 = state
        pyramidal = _rate(xp, y1 - y2 - y3, p)
        excitation = p.p + p.C2 * _rate(xp, p.C1 * y0, p) + coupling[0]
        slow = p.C4 * _rate(xp, p.C3 * y0, p)
        fast = p.C7 * _rate(xp, p.C5 * y0 - p.C6 / p.C4 * y2, p)
        return (
            z0,
            z1,
            z2,
            z3,
            p.a * (p.A * pyramidal - 2 * z0 - p.a * y0),
            p.a * (p.A * excitation - 2 * z1 - p.a * y1),
            p.b * (p.B * slow - 2 * z2 - p.b * y2),
            p.g * (p.G * fast - 2 * z3 - p.g * y3),
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the firing rate of the pyramidal cells in 1/s."""
        return (_rate(xp, state[1] - state[2] - state[3], p),)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the pyramidal potential y1 - y2 - y3 in mV."""
        return state[1] - state[2] - state[3]

    @staticmethod
    def rate(xp: Any, state: tuple, p: Any) -> Any:
        """Return the firing rate of the pyramidal cells in Hz."""
        return _rate(xp, state[1] - state[2] - state[3], p)


def _rate(xp: Any, potential: Any, p: Any) -> Any:
    """Return the firing rate in 1/s at a potential in mV."""
    return 2 * p.e0 / (1 + xp.exp(p.r * (p.v0 - potential)))
