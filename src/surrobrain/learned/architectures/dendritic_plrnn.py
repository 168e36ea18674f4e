"""Piecewise linear recurrent network whose units have dendrites."""

import numpy as np
import torch
from torch import nn

from surrobrain.checks import whole
from surrobrain.learned.piecewise_linear import CoupledUnits, Maps

__all__ = ["DendriticPLRNN"]

_FAR = 5.0  # standard deviations below the mean, where a threshold always is passed


class DendriticPLRNN(CoupledUnits):
    """Latent units that sum rectified branches of themselves: few units for rich dynamics.

    Use it with ``sparse_teacher_forcing`` when there are dynamics beyond what is recorded: its
    hidden units are held by no data.

    Parameters
    ----------
    n_regions : int
        Number of regions, which are its first states.
    memory : int
        Samples from which the hidden states are read off.
    n_inputs : int
        Number of external inputs.
    n_states : int, optional
        Number of latent states; by default the regions and as many hidden ones, at most 20.
    branches : int
        Number of branches of every unit.
    clipped : bool
        Whether each branch is bounded, and with it all orbits where the leaks are below 1.

    Notes
    -----
    ``z' = A z + W phi(z) + h + C u`` with A diagonal, W without diagonal, and
    ``phi(z) = sum_b alpha_b relu(z - theta_b)``, clipped
    ``sum_b alpha_b (relu(z - theta_b) - relu(z))`` [1]_. It starts as the linear autoregression:
    the first branch passes everything within 5 standard deviations, the others start without
    effect. Clipped, two branches are needed for that, one for each sign.

    References
    ----------
    .. [1] Brenner et al. (2022), Tractable dendritic RNNs for reconstructing nonlinear dynamical
       systems. ICML.

    Examples
    --------
    >>> DendriticPLRNN(3).n_states
    6
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        n_states: int | None = None,
        branches: int = 20,
        clipped: bool = False,
    ) -> None:
        chosen = n_regions + min(n_regions, 20) if n_states is None else n_states
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=chosen)
        self.branches, self.clipped = whole(branches, "branches", low=2), clipped
        self.slopes = nn.Parameter(torch.zeros(branches))
        self.thresholds = nn.Parameter(torch.zeros(chosen, branches))

    def maps(self) -> Maps:
        """Return the matrices of a step; rectifier (branch, unit) looks at that unit alone."""
        n = self.n_states
        unit = torch.eye(n, dtype=self.leak.dtype, device=self.leak.device)
        between = self.weights * (1 - unit)
        outer = (self.slopes[:, None, None] * between).permute(1, 0, 2).reshape(n, -1)
        shift = -self.thresholds.T.reshape(-1)
        inner = unit.repeat(self.branches, 1)
        return torch.diag(self.leak), outer, inner, shift, self.offset, self.clipped

    def passing(self, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], float]:
        """Let the first branch pass everything, and draw the thresholds of the others."""
        slopes = np.zeros(self.branches)
        thresholds = rng.uniform(-2, 2, (self.n_states, self.branches))
        slopes[0], thresholds[:, 0] = 1.0, -_FAR
        if self.clipped:  # relu(z + far) - relu(z), less relu(z - far) - relu(z): z + far
            slopes[1], thresholds[:, 1] = -1.0, _FAR
        return {"slopes": slopes, "thresholds": thresholds}, _FAR
