"""Shallow piecewise linear recurrent network: few states, many rectifiers."""

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from surrobrain.checks import whole
from surrobrain.learned.piecewise_linear import Maps, PiecewiseLinear, linear_start
from surrobrain.seeds import stream

__all__ = ["ShallowPLRNN"]

_RANGE = 5.0  # standard deviations within which the start is linear


class ShallowPLRNN(PiecewiseLinear):
    """One hidden layer of rectifiers around a leak: the model for chaotic and nonlinear dynamics.

    It learns by generalized teacher forcing, unless told otherwise: its free run then has the
    attractor of the data.

    Parameters
    ----------
    n_regions : int
        Number of regions, which are its states.
    memory : int
        1, as its state is the sample.
    n_inputs : int
        Number of external inputs.
    hidden : int
        Number of rectifiers; by default 100, or twice the regions where that is more.
    clipped : bool
        Whether each rectifier is paired with one that takes over beyond its range, which bounds
        all orbits where the leaks are below 1 in size.
    components : int, optional
        Number of principal components that are its states, for many regions that move together;
        what they leave out is not modeled. By default the regions are the states.

    Raises
    ------
    ValueError
        A longer memory, or more components than regions.

    Notes
    -----
    ``z' = A z + W1 (relu(W2 z + h2) - relu(W2 z)) + h1 + C u`` with A diagonal [1]_. It starts as
    the linear autoregression, written with pairs of rectifiers along the singular vectors of its
    coefficients, exact within 5 standard deviations; the other rectifiers start without effect.

    References
    ----------
    .. [1] Hess, Monfared, Brenner & Durstewitz (2023), Generalized teacher forcing for learning
       chaotic dynamics. ICML.

    Examples
    --------
    >>> import surrobrain as sb
    >>> values = np.random.default_rng(0).normal(size=(200, 3))
    >>> model = ShallowPLRNN(3, hidden=8)
    >>> sb.fit(model, sb.Recording(values, sfreq=1.0)).n_parameters
    62
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        hidden: int | None = None,
        clipped: bool = True,
        components: int | None = None,
    ) -> None:
        if memory != 1:
            raise ValueError(
                "the shallow PLRNN has memory 1, its sample being its state, but "
                f"{memory} arrived; use memory=1, or DendriticPLRNN for hidden states"
            )
        n_states = n_regions if components is None else whole(components, "components", low=1)
        if n_states > n_regions:
            raise ValueError(
                f"components={components} are more than the {n_regions} regions; use fewer, or "
                "leave it out"
            )
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=n_states)
        chosen = max(100, 2 * n_states) if hidden is None else hidden
        self.hidden, self.clipped = whole(chosen, "hidden", low=1), clipped
        self.components = components
        self.leak = nn.Parameter(torch.zeros(n_states))
        self.outer = nn.Parameter(torch.zeros(n_states, self.hidden))
        self.inner = nn.Parameter(torch.zeros(self.hidden, n_states))
        self.shift = nn.Parameter(torch.zeros(self.hidden))
        self.offset = nn.Parameter(torch.zeros(n_states))

    def maps(self) -> Maps:
        """Return the matrices of a step."""
        weights = (self.outer, self.inner, self.shift, self.offset)
        return (torch.diag(self.leak), *weights, self.clipped)

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Represent the linear autoregression, and draw the rectifiers it leaves free."""
        n, (newest, later) = self.n_states, self.reduce(windows, targets)
        linear = linear_start(newest, later, drives)
        step = linear.coefficients[-1]
        leak = np.clip(np.diag(step), -0.99, 0.99)
        u, s, vh = np.linalg.svd(step - np.diag(leak))
        n_pairs = min(self.hidden // 2, n)
        rng, n_free = stream(seed), self.hidden - 2 * n_pairs
        inner = rng.normal(size=(n_free, n)) / np.sqrt(n)
        along, scaled = vh[:n_pairs], (u * s)[:, :n_pairs]
        spread = np.sqrt(np.square(newest[:, 0] @ along.T).mean(axis=0))
        shift = np.tile(_RANGE * spread if self.clipped else 0.0 * spread, 2)
        values = {
            "leak": leak,
            "outer": np.hstack([scaled, -scaled, np.zeros((n, n_free))]),
            "inner": np.vstack([along, -along, inner]),
            "shift": np.concatenate([shift, rng.uniform(-2, 2, size=n_free)]),
            "offset": linear.intercept,
        }
        self.assign(**values)
        if self.drive is not None:
            self.assign(drive=linear.drive)
