"""Linear dynamics in continuous time with independent noise in every region."""

from contextlib import suppress
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from surrobrain.checks import number
from surrobrain.errors import NotConverged
from surrobrain.learned.linear_map import LinearMap
from surrobrain.learned.window_model import WindowModel
from surrobrain.linear.ornstein_uhlenbeck import solve_ornstein_uhlenbeck

__all__ = ["OrnsteinUhlenbeck"]

_RIDGES = (0.0, 30.0, 100.0, 300.0)  # priors as wide as 0.18, 0.1 and 0.06 per sample
_ROUGH = 100  # iterations that tell penalties apart


class OrnsteinUhlenbeck(WindowModel):
    """A linear system that every region drives by noise of its own, seen once per sample.

    Use it for effective connectivity when the samples are nearly the state of the system: what
    regions do to each other between two samples shows in how their noise is correlated, and this
    model reads it. BOLD is a slow filter of the state: there it forecasts as well as others, but
    its connectivity is that of the filter too.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        1, as its state is the sample; here so that every architecture is made alike.
    n_inputs : int
        0: the process has no external input.
    ridge : float, optional
        Penalty on what regions do to each other; absent, the one of none, 30, 100 and 300 whose
        forecasts of the last fifth of the samples are best.

    Notes
    -----
    dx = J x dt + diag(s) dW; see `solve_ornstein_uhlenbeck`. With few samples per coefficient the
    likelihood alone forecasts worse than a ridge autoregression; a prior on J mends that.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import OrnsteinUhlenbeck
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(300, 3)), sfreq=1.0)
    >>> sb.fit(OrnsteinUhlenbeck(3), recording).model.memory
    1
    """

    closed_form: ClassVar[bool] = True

    def __init__(
        self, n_regions: int, *, memory: int = 1, n_inputs: int = 0, ridge: float | None = None
    ) -> None:
        if memory != 1:
            raise ValueError(
                f"the Ornstein-Uhlenbeck process has memory 1, its sample being its state, but "
                f"{memory} arrived; use memory=1, or LinearVAR or MLP for a longer memory"
            )
        if n_inputs:
            raise ValueError(
                f"the likelihood of this process knows no external input, but n_inputs={n_inputs} "
                "arrived; use LinearVAR"
            )
        super().__init__(n_regions, memory=memory)
        self.ridge = None if ridge is None else number(ridge, "ridge", low=0.0)
        self.linear = LinearMap(n_regions, memory=memory)

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Maximize the likelihood; nothing is left to chance."""
        ridge = _best_ridge(windows, targets) if self.ridge is None else self.ridge
        self.linear.assign(solve_ornstein_uhlenbeck(windows, targets, ridge=ridge))

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        return self.linear(windows)


def _best_ridge(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
) -> float:
    cut = len(windows) - len(windows) // 5
    errors = np.full(len(_RIDGES), np.inf)
    for k, ridge in enumerate(_RIDGES):
        with suppress(NotConverged):  # too few samples to choose: the likelihood alone
            solved = solve_ornstein_uhlenbeck(
                windows[:cut], targets[:cut], ridge=ridge, max_iterations=_ROUGH
            )
            errors[k] = np.square(targets[cut:] - solved.predict(windows[cut:])).mean()
    return _RIDGES[int(errors.argmin())]
