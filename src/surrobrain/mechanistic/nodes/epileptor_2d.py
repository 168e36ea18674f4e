"""Epileptor in two dimensions: when a region seizes, without the discharges themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["Epileptor2D"]


@dataclass(frozen=True)
class Epileptor2D:
    """Envelope and slow permittivity of a seizure; made for the virtual epileptic patient.

    Parameters
    ----------
    x0 : float or array, shape (n_regions,)
        Excitability: epileptogenic above about -2.06, propagation zone up to one unit below.
    I1 : float or array, shape (n_regions,)
        Constant input.
    tau0 : float or array, shape (n_regions,)
        Time constant of the permittivity in ms; 10 or 90 in rescaled time.

    Notes
    -----
    ::

        dx/dt = 1 - x^3 - 2 x^2 - z + I1
        dz/dt = (4 (x - x0) - z - coupling) / tau0      coupling = G sum_j C[i, j] (x_j - x_i)

    The fast nullcline folds at x = -4/3, z = I1 - 5/27; for large tau0 seizures begin
    at x0 = -2.0620. States are pure numbers, one unit of the paper's time is called 1 ms. A
    positive G excites the neighbors of a seizing region. External input adds to the coupling:
    it acts on z, divided by tau0, and excites where positive. Noise acts on x and z (sigma per
    sqrt(ms)).

    Differs: TVB's Epileptor2D keeps another branch for x >= 0, and excites with negative Ks; VBI
    has I1 0 by default, vbjax x0 -3.5; BVEP's threshold is -2.05 and its noise scales
    with dt^1.5.

    References
    ----------
    .. [1] Proix et al. (2014), Permittivity coupling across brain regions determines seizure
       recruitment in partial epilepsy. J Neurosci 34:15009.

    Examples
    --------
    >>> Epileptor2D(x0=-2.5).tau0
    2857.0
    """

    x0: Value = param(-1.6, "1", bounds=(-10.0, 10.0))
    I1: Value = param(3.1, "1", bounds=(-10.0, 20.0))
    tau0: Value = param(2857.0, "ms", bounds=(1.0, 1e5))

    states: ClassVar[tuple[str, ...]] = ("x", "z")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"x": -2.5, "z": 3.5}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x", "z")
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.0

    @property
    def step(self) -> float:
        """A twentieth of a millisecond; x relaxes in a tenth."""
        return 5e-5

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/ms."""
        x, z = state
        return (
            1 - x * x * (x + 2) - z + p.I1,
            (4 * (x - p.x0) - z - coupling[0]) / p.tau0,
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send x."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show x."""
        return state[0]
