"""Wendling: a Jansen-Rit column with fast inhibition, for the rhythms of epilepsy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["Wendling"]


@dataclass(frozen=True)
class Wendling:
    """Pyramidal cells, excitatory cells, slow dendritic and fast somatic inhibition.

    Parameters
    ----------
    A, B, G : float or array, shape (n_regions,)
        Largest excitatory, slow inhibitory and fast inhibitory postsynaptic potential in mV.
    a, b, g : float or array, shape (n_regions,)
        Inverse time constants of the three synapses in 1/s.
    e0, v0, r : float or array, shape (n_regions,)
        Sigmoid: half of the maximal rate in 1/s, potential at half in mV, steepness in 1/mV.
    C1, C2, C3, C4, C5, C6, C7 : float or array, shape (n_regions,)
        Synaptic contacts: C, 0.8 C, 0.25 C, 0.25 C, 0.3 C, 0.1 C, 0.8 C with C = 135.
    p : float or array, shape (n_regions,)
        Input rate from elsewhere in 1/s.

    Notes
    -----
    ::

        y0'' = A a S(y1 - y2 - y3)               - 2 a y0' - a^2 y0
        y1'' = A a (p + C2 S(C1 y0) + coupling)  - 2 a y1' - a^2 y1
        y2'' = B b C4 S(C3 y0)                   - 2 b y2' - b^2 y2
        y3'' = G g C7 S(C5 y0 - C6 y4)           - 2 g y3' - g^2 y3
        y4'' = B b S(C3 y0)                      - 2 b y4' - b^2 y4
        S(v) = 2 e0 / (1 + exp(r (v0 - v)))      coupling = G sum_j C[i, j] S(y1 - y2 - y3)_j

    The output y1 - y2 - y3 is in mV. Without fast inhibition (G or C7 zero) the equations are
    those of ``JansenRit``, and the tests hold them to it. The paper moves between kinds of
    activity by A, B and G; its figures are not reproduced in the tests. Noise acts on y1' (sigma
    in mV/s per sqrt(s)), as in ``JansenRit``.

    Differs: many programs drop y4 as a state of its own and use y2 C6 / C4, which is the same
    here, since both follow S(C3 y0) with the same B and b.

    References
    ----------
    .. [1] Wendling et al. (2002), Epileptic fast activity can be explained by a model of impaired
       GABAergic dendritic inhibition. Eur J Neurosci 15:1499.

    Examples
    --------
    >>> Wendling().C5
    40.5
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
    C4: Value = param(33.75, "1", bounds=(0.0, 5000.0))
    C5: Value = param(40.5, "1", bounds=(0.0, 5000.0))
    C6: Value = param(13.5, "1", bounds=(0.0, 5000.0))
    C7: Value = param(108.0, "1", bounds=(0.0, 5000.0))
    p: Value = param(90.0, "1/s", bounds=(-1000.0, 5000.0))

    states: ClassVar[tuple[str, ...]] = tuple(f"y{k}" for k in range(10))
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {f"y{k}": 0.0 for k in range(10)}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("y6",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 2.0

    @property
    def step(self) -> float:
        """A twentieth of a millisecond, a fortieth of the fast synapse."""
        return 5e-5

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in mV/s and mV/s^2; y5 to y9 are those of y0 to y4."""
        y0, y1, y2, y3, y4, *velocities = state
        slow = _rate(xp, p.C3 * y0, p)
        drives = (
            p.A * p.a * _rate(xp, y1 - y2 - y3, p),
            p.A * p.a * (p.p + p.C2 * _rate(xp, p.C1 * y0, p) + coupling[0]),
            p.B * p.b * p.C4 * slow,
            p.G * p.g * p.C7 * _rate(xp, p.C5 * y0 - p.C6 * y4, p),
            p.B * p.b * slow,
        )
        rates = (p.a, p.a, p.b, p.g, p.b)
        accelerations = tuple(
            drive - 2 * k * v - k * k * y
            for drive, k, v, y in zip(drives, rates, velocities, state[:5], strict=True)
        )
        return (*velocities, *accelerations)

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
