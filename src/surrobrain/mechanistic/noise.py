"""What a kind of noise has to offer, and what it does in one step."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite
from surrobrain.mechanistic.node import Node, Value

__all__ = ["Noise", "Sigma", "decay", "kick_size", "noise_of", "sigma_per_state"]

Sigma = Value | Mapping[str, Value]
"""One number, one per region, or either for each state by name."""


@runtime_checkable
class Noise(Protocol):
    """One kind of noise: a frozen dataclass that says how strong and of which shape.

    White kinds give ``dx = drift dt + sigma scale(x) dW``; colored ones add a process of their
    own to the drift, with the time constant ``tau`` in seconds.
    """

    colored: ClassVar[bool]
    """Whether the noise has a memory, and so a state of its own per noisy state of the node."""

    @property
    def sigma(self) -> Sigma:
        """Strength; see each kind for its meaning and unit."""
        ...

    @staticmethod
    def scale(xp: Any, x: Any) -> Any:
        """Return the factor of sigma at the state x; 1 where the noise is additive."""
        ...

    @staticmethod
    def slope(xp: Any, x: Any) -> Any:
        """Return the derivative of ``scale``, which the Milstein stepper needs."""
        ...


def noise_of(noise: Sigma | Noise) -> Noise:
    """Return a noise as it is; a bare sigma means white noise."""
    from surrobrain.mechanistic.noises.white import White

    return noise if isinstance(noise, Noise) else White(noise)


def sigma_per_state(
    noise: Noise, node: Node, n_regions: int
) -> Float[np.ndarray, "states regions"]:
    """Return sigma of every noisy state of a node and every region.

    Raises
    ------
    ValueError
        Sigma is negative, not finite, of a wrong shape, or for a state without noise.
    """
    sigma = noise.sigma
    if isinstance(sigma, Mapping):
        for name in sigma:
            choice(name, node.noise, "noisy state")
    rows = [sigma.get(k, 0.0) if isinstance(sigma, Mapping) else sigma for k in node.noise]
    checked = [finite(np.asarray(row, dtype=np.float64), "noise") for row in rows]
    for row in checked:
        if row.shape not in ((), (n_regions,)) or (row < 0).any():
            raise ValueError(
                "noise must be one number of at least 0, or one per region, "
                f"but shape {row.shape} with minimum {row.min(initial=np.inf):g} arrived"
            )
    full = [np.broadcast_to(row, n_regions) for row in checked]
    return np.stack(full) if full else np.zeros((0, n_regions))


def decay(noise: Noise, dt: float) -> float:
    """Return the share of a colored noise that is left after a step of ``dt`` seconds."""
    return float(np.exp(-dt / noise.tau)) if noise.colored else 0.0  # pyright: ignore


def kick_size(noise: Noise, dt: float, dt_in_node_unit: float) -> float:
    """Return the factor of sigma in one step's increment."""
    return float(np.sqrt(1 - decay(noise, dt) ** 2 if noise.colored else dt_in_node_unit))
