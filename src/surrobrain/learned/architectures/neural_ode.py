"""Neural ordinary differential equation: a vector field instead of a one-step map."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from surrobrain.checks import whole
from surrobrain.learned.layers import draw, undrawn, zero
from surrobrain.learned.linear_map import OverLinear
from surrobrain.learned.window_model import WindowModel
from surrobrain.linear.autoregression import Autoregression
from surrobrain.seeds import stream

__all__ = ["NeuralODE"]

_DEFECTIVE = 1e10  # condition of the eigenvectors from which they are too parallel to be used
_NEWTON = 20


class NeuralODE(OverLinear, WindowModel):
    """A differential equation, linear plus a small network, solved from sample to sample.

    Use it when the vector field is what you want: fixed points, flow, a model that can be sampled
    more finely than the recording. It starts exactly as a linear model and leaves it only for a
    better prediction. Where samples are far apart, as in fMRI, `MLP` costs less and predicts as
    well. Chaotic dynamics need forcing (`generalized_teacher_forcing`).

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        1: the sample is the state. More: older samples act as constants during a step, so that
        the equation has delays.
    n_inputs : int
        Number of external inputs, constant during a step.
    hidden : int
        Width of the network.
    substeps : int
        Steps of the solver per sample.

    Notes
    -----
    dx/dt = A x + B v + b + C u + V tanh(U [v, x, u] + c), with v the older samples of the window
    and time in samples; solved by the classic Runge-Kutta method [1]_ of order 4 with fixed
    steps, through which gradients go back. V starts at zero. A starts as the logarithm, as this
    solver sees it, of the map of `linear_start`: not exp(A) but the solver's own map is the
    solved one. A map has a real logarithm only if no eigenvalue is a negative real number; those,
    and eigenvalues below exp(-substeps), which the solver cannot follow, are replaced by
    exp(-substeps). That start is then no longer the best linear model.

    References
    ----------
    .. [1] Chen, Rubanova, Bettencourt & Duvenaud (2018), Neural ordinary differential equations.
       NeurIPS.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import NeuralODE
    >>> rng, x = np.random.default_rng(0), np.zeros((300, 2))
    >>> for t in range(1, 300):
    ...     x[t] = 0.8 * x[t - 1] + rng.normal(size=2)
    >>> model = sb.fit(NeuralODE(2), sb.Recording(x, sfreq=1.0)).model
    >>> drift = model.architecture.linear.weight.detach().numpy()
    >>> bool(abs(drift - np.log(0.8) * np.eye(2)).max() < 0.15)
    True
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        hidden: int = 64,
        substeps: int = 2,
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        self.hidden = whole(hidden, "hidden", low=1)
        self.substeps = whole(substeps, "substeps", low=1)
        self.inner = undrawn(memory * n_regions + n_inputs, hidden)
        self.outer = undrawn(hidden, n_regions, bias=False)
        self.draw(seed=0)

    def written(self, solved: Autoregression) -> Autoregression:
        """Return the drift whose solution over one sample is the solved map."""
        return _in_continuous_time(solved, self.substeps)

    def drift(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return dx/dt at the newest sample of windows, in standard deviations per sample."""
        seen = self.with_drive(windows.flatten(1), drive)
        return self.linear(windows, drive) + self.outer(torch.tanh(self.inner(seen)))

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        older, x, h = windows[:, :-1], windows[:, -1], 1 / self.substeps

        def drift(x: Tensor) -> Tensor:
            return self.drift(torch.cat([older, x[:, None]], dim=1), drive)

        for _ in range(self.substeps):
            first = drift(x)
            second = drift(x + h / 2 * first)
            third = drift(x + h / 2 * second)
            fourth = drift(x + h * third)
            x = x + h / 6 * (first + 2 * second + 2 * third + fourth)
        return x

    def draw(self, seed: int) -> None:
        """Draw the inner layer; the outer one is zero."""
        draw(stream(seed), self.inner)
        zero(self.outer)


def _in_continuous_time(solved: Autoregression, substeps: int) -> Autoregression:
    """Return the linear drift whose solution over one sample is a linear map."""
    drift, h = _logarithm(solved.coefficients[-1], substeps), 1 / substeps
    one = np.eye(len(drift))
    held = h * (one + h * drift / 2 @ (one + h * drift / 3 @ (one + h * drift / 4)))
    step = one + drift @ held  # of x; held is that of what is constant during a step
    total = sum(np.linalg.matrix_power(step, k) for k in range(substeps)) @ held
    older = [np.linalg.solve(total, c) for c in solved.coefficients[:-1]]
    intercept, drive = (np.linalg.solve(total, c) for c in (solved.intercept, solved.drive))
    return Autoregression(np.stack([*older, drift]), intercept, solved.ridge, drive)


def _logarithm(step: np.ndarray, substeps: int) -> np.ndarray:
    """Return A such that the Runge-Kutta steps of dx/dt = A x over one sample are a given map."""
    values, vectors = np.linalg.eig(step.astype(np.complex128))
    if np.linalg.cond(vectors) > _DEFECTIVE:  # eigenvalues that coincide are moved apart
        return _logarithm(step + np.diag(np.linspace(0, 1e-6, len(step))), substeps)
    least = np.exp(-substeps)
    backward = (np.real(values) < 0) & (abs(np.imag(values)) < 1e-12)
    values[backward | (abs(values) < least)] = least
    root = values ** (1 / substeps)
    z = np.log(root)
    for _ in range(_NEWTON):
        found = 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24
        z = z - (found - root) / (1 + z + z**2 / 2 + z**3 / 6)
    return np.real(vectors * (z * substeps) @ np.linalg.inv(vectors))
