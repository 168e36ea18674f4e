"""Almost linear recurrent network: a handful of rectifiers, so that it can be read."""

import numpy as np
import torch

from surrobrain.checks import whole
from surrobrain.learned.piecewise_linear import CoupledUnits, Maps

__all__ = ["AlmostLinearRNN"]


class AlmostLinearRNN(CoupledUnits):
    """A linear system with few rectified units: at most 2^P regions, each exactly linear.

    Use it to see what nonlinearity a recording needs: in each linear region eigenvalues and fixed
    points are known in closed form.

    Parameters
    ----------
    n_regions : int
        Number of regions, which are its first states.
    memory : int
        Samples from which the hidden states are read off.
    n_inputs : int
        Number of external inputs.
    n_states : int, optional
        Number of latent states; by default the regions, their rectified units, and 16 more.
    rectified : int
        Number P of rectified units, the last states.

    Notes
    -----
    ``z' = A z + W phi(z) + h + C u`` with A diagonal and phi the identity but for the last P units,
    which are rectified [1]_. It starts as the linear autoregression between the regions.

    References
    ----------
    .. [1] Brenner, Hemmer, Monfared & Durstewitz (2024), Almost-linear RNNs yield highly
       interpretable symbolic codes in dynamical systems reconstruction. NeurIPS.

    Examples
    --------
    >>> AlmostLinearRNN(3, rectified=2).n_states
    21
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        n_states: int | None = None,
        rectified: int = 2,
    ) -> None:
        rectified = whole(rectified, "rectified", low=1)
        chosen = n_regions + rectified + 16 if n_states is None else n_states
        if chosen < n_regions + rectified:
            raise ValueError(
                f"n_states={chosen} leaves no room for {rectified} rectified units beside "
                f"{n_regions} regions; use at least {n_regions + rectified}"
            )
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=chosen)
        self.rectified = rectified

    def maps(self) -> Maps:
        """Return the matrices of a step: relu(z) = z + relu(-z) leaves P rectifiers."""
        p, weights = self.rectified, self.weights
        inner = -torch.eye(self.n_states, dtype=weights.dtype, device=weights.device)[-p:]
        linear = torch.diag(self.leak) + weights
        return linear, weights[:, -p:], inner, weights.new_zeros(p), self.offset, False

    def passing(self, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], float]:
        """Return nothing: of the regions, phi is the identity."""
        return {}, 0.0
