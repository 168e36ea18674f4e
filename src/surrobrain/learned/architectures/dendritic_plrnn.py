"""Piecewise linear recurrent network whose units have dendrites."""

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from surrobrain.checks import whole
from surrobrain.learned.piecewise_linear import Maps, PiecewiseLinear, linear_start
from surrobrain.seeds import stream

__all__ = ["DendriticPLRNN"]

_FAR = 5.0  # standard deviations below the mean, where a threshold always is passed


class DendriticPLRNN(PiecewiseLinear):
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
        chosen = whole(chosen, "n_states", low=n_regions)
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=chosen)
        self.branches, self.clipped = whole(branches, "branches", low=2), clipped
        self.leak = nn.Parameter(torch.zeros(chosen))
        self.weights = nn.Parameter(torch.zeros(chosen, chosen))
        self.slopes = nn.Parameter(torch.zeros(branches))
        self.thresholds = nn.Parameter(torch.zeros(chosen, branches))
        self.offset = nn.Parameter(torch.zeros(chosen))

    def config(self) -> dict[str, object]:
        """Return the constructor's arguments."""
        own = {"n_states": self.n_states, "branches": self.branches, "clipped": self.clipped}
        return {**super().config(), **own}

    def maps(self) -> Maps:
        """Return the matrices of a step; rectifier (branch, unit) looks at that unit alone."""
        n = self.n_states
        unit = torch.eye(n, dtype=self.leak.dtype, device=self.leak.device)
        between = self.weights * (1 - unit)
        outer = (self.slopes[:, None, None] * between).permute(1, 0, 2).reshape(n, -1)
        shift = -self.thresholds.T.reshape(-1)
        return (
            torch.diag(self.leak),
            outer,
            unit.repeat(self.branches, 1),
            shift,
            self.offset,
            (self.clipped),
        )

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Represent the linear autoregression, and draw thresholds and hidden units."""
        linear, rng = linear_start(windows, targets, drives), stream(seed)
        n, m, step = self.n_regions, self.n_states, linear.coefficients[-1]
        slopes, thresholds = np.zeros(self.branches), rng.uniform(-2, 2, (m, self.branches))
        slopes[0], thresholds[:, 0] = 1.0, -_FAR
        passed = _FAR  # phi(z) = z + passed
        if self.clipped:  # relu(z + far) - relu(z), less relu(z - far) - relu(z): z + far
            slopes[1], thresholds[:, 1] = -1.0, _FAR
        weights = rng.normal(size=(m, m)) / np.sqrt(m) * 0.1
        weights[:n, n:] = 0.0  # hidden units start without effect on what is seen
        weights[:n, :n] = step
        between = weights - np.diag(np.diag(weights))
        offset = np.zeros(m)
        offset[:n] = linear.intercept - passed * between[:n].sum(axis=1)
        offset[n:] = -passed * between[n:].sum(axis=1)
        leak = np.concatenate([np.diag(step), rng.uniform(0.5, 0.95, m - n)])
        with torch.no_grad():
            for name, value in {
                "leak": leak, "weights": weights, "slopes": slopes, "thresholds": thresholds,
                "offset": offset,
            }.items():  # fmt: skip
                getattr(self, name).copy_(torch.as_tensor(value))
            if self.read is not None:
                drawn = rng.normal(size=tuple(self.read.shape)) / np.sqrt(self.read.shape[1])
                self.read.copy_(torch.as_tensor(drawn))
            if self.drive is not None:
                self.drive[:n] = torch.as_tensor(linear.drive)
