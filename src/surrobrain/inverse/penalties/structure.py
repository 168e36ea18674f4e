"""Act along the wiring: effective connectivity where there is no anatomical one costs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number
from surrobrain.data.connectome import Connectome
from surrobrain.inverse.influence import influence
from surrobrain.learned.architecture import Architecture

__all__ = ["structure"]


def structure(connectome: Connectome, weight: float = 1e-2) -> Callable[[Architecture], Any]:
    """Keep regions from acting on each other where the connectome does not join them.

    Parameters
    ----------
    connectome : Connectome
        Same regions in the same order as the recording; `fit` refuses another.
    weight : float
        Strength; the penalty is in the unit of the loss.

    Returns
    -------
    callable
        Architecture -> scalar tensor.

    Notes
    -----
    weight * sum of doubt[i, j] * (d next_i / d newest_j)^2 over pairs of different regions,
    averaged over normal states, always the same. There are four times as many conditions as
    parameters: at few states, a network can comply and act as before everywhere else. doubt =
    typical / (typical + |w_ij|), with the mean weight of existing connections as typical: 1
    without a tract, 1/2 with a typical one, near 0 with a strong one. So a tract that
    tractography missed stays possible.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> import surrobrain as sb
    >>> structure(sb.Connectome(np.eye(3)[::-1]), 1.0)(sb.LinearVAR(3)).item()
    0.0
    """
    number(weight, "weight", low=0.0)
    strength = np.abs(connectome.without_self().weights)
    typical = float(strength[strength > 0].mean()) if strength.any() else 1.0
    doubt = typical / (typical + strength)
    np.fill_diagonal(doubt, 0.0)
    return _Structure(doubt, tuple(connectome.names), float(weight))


@dataclass(frozen=True, eq=False)
class _Structure:
    """The penalty, with the names that `fit` compares with the recording."""

    doubt: Float[np.ndarray, "regions regions"]
    names: tuple[str, ...]
    weight: float

    def __call__(self, model: Architecture) -> Any:
        import torch

        if model.n_regions != len(self.names):
            raise ValueError(
                f"the connectome has {len(self.names)} regions but the model has "
                f"{model.n_regions}; keep the shared ones in one order with .pick(names)"
            )
        newest = influence(model)[:, :, -1]
        doubt = torch.as_tensor(self.doubt).to(newest)
        return self.weight * (doubt * newest.square()).sum() / len(newest)
