"""Almost linear recurrent network: a handful of rectifiers, so that it can be read."""

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from surrobrain.checks import whole
from surrobrain.learned.piecewise_linear import Maps, PiecewiseLinear, linear_start
from surrobrain.seeds import stream

__all__ = ["AlmostLinearRNN"]


class AlmostLinearRNN(PiecewiseLinear):
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
        self.leak = nn.Parameter(torch.zeros(chosen))
        self.weights = nn.Parameter(torch.zeros(chosen, chosen))
        self.offset = nn.Parameter(torch.zeros(chosen))

    def config(self) -> dict[str, object]:
        """Return the constructor's arguments."""
        return {**super().config(), "n_states": self.n_states, "rectified": self.rectified}

    def maps(self) -> Maps:
        """Return the matrices of a step: relu(z) = z + relu(-z) leaves P rectifiers."""
        p, weights = self.rectified, self.weights
        inner = -torch.eye(self.n_states, dtype=weights.dtype, device=weights.device)[-p:]
        linear = torch.diag(self.leak) + weights
        return linear, weights[:, -p:], inner, weights.new_zeros(p), self.offset, False

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Represent the linear autoregression; hidden units start without effect on it."""
        linear, rng = linear_start(windows, targets, drives), stream(seed)
        n, m = self.n_regions, self.n_states
        weights = 0.1 * rng.normal(size=(m, m)) / np.sqrt(m)
        weights[:n] = 0.0
        weights[:n, :n] = linear.coefficients[-1]
        np.fill_diagonal(weights[:n, :n], 0.0)
        leak = np.concatenate([np.diag(linear.coefficients[-1]), rng.uniform(0.5, 0.95, m - n)])
        with torch.no_grad():
            self.weights.copy_(torch.as_tensor(weights))
            self.leak.copy_(torch.as_tensor(leak))
            self.offset[:n] = torch.as_tensor(linear.intercept)
            if self.read is not None:
                drawn = rng.normal(size=tuple(self.read.shape)) / np.sqrt(self.read.shape[1])
                self.read.copy_(torch.as_tensor(drawn))
            if self.drive is not None:
                self.drive[:n] = torch.as_tensor(linear.drive)
