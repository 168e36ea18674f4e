"""What a method of inference is given, and what it gives back."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Drawn", "Problem"]


@runtime_checkable
class Problem(Protocol):
    """A simulator with unknowns u, standard normal before the data, and what was observed.

    A network with its features is one (`SimulatedFeatures`); any other simulator may take its
    place.
    """

    @property
    def n_unknowns(self) -> int:
        """Number of coordinates u."""
        ...

    @property
    def start(self) -> Float[np.ndarray, "unknowns"]:
        """A point u at which the simulator is known to work."""
        ...

    @property
    def observed(self) -> Float[np.ndarray, "numbers"]:
        """The numbers that were measured."""
        ...

    @property
    def covariance(self) -> Float[np.ndarray, "numbers numbers"] | None:
        """How the numbers scatter about ``mean``, where that is known exactly."""
        ...

    def simulate(
        self, us: Float[np.ndarray, "points unknowns"], *, seed: int
    ) -> Float[np.ndarray, "points numbers"]:
        """Return the numbers of one simulation per point, each with noise of its own.

        Not finite where a simulation failed; the same for the same points and seed.
        """
        ...

    def mean(self, u: "Tensor") -> "Tensor":
        """Return the expected numbers at one point u, shape (n_unknowns,), differentiable.

        Raises NotConverged where there are none. Only methods with a likelihood ask for it.
        """
        ...


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws of a posterior.

    Parameters
    ----------
    u : array, shape (n_draws, n_unknowns)
        In standard normal coordinates of the prior.
    diagnostics : dict of str to float
        What the method says of itself: acceptance, R-hat, effective sample size.
    failed : float
        Share of the simulations that failed.
    warnings : tuple of str
        What a reader must know, in plain words.
    """

    u: Float[np.ndarray, "draws unknowns"]
    diagnostics: dict[str, float] = field(default_factory=dict)
    failed: float = 0.0
    warnings: tuple[str, ...] = ()
