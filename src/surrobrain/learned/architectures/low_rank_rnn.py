"""Rate units whose connections have a low rank: a few patterns carry the dynamics."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole
from surrobrain.learned.recurrent import Recurrent
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression
from surrobrain.seeds import stream

__all__ = ["LowRankRNN"]

_ROUNDS = 50


class LowRankRNN(Recurrent):
    """Regions that act on each other through a few patterns of activity.

    Use it to ask how many dimensions the interaction of regions has, and which patterns read
    (``inner``) and write (``outer``) them; it has far fewer parameters than a full network, so it
    suits short recordings of many regions. Do not use it for effective connectivity between
    single pairs: a pair cannot change without its pattern.

    Parameters
    ----------
    n_regions : int
        Number of regions; the first states are their samples.
    memory : int
        Samples from which hidden states are read off; 1 without hidden states.
    n_inputs : int
        Number of external inputs.
    n_states : int, optional
        Number of units; as many as regions when absent.
    rank : int
        Number of patterns; at most as many as regions are used.

    Notes
    -----
    ``z' = (1 - a) z + a (m n' tanh(g z) / g + C u + b)`` [1]_ [2]_, the samples being the first
    states. Here ``keep`` is 1 - a, one per unit, and ``outer``, ``drive`` and ``bias`` are a m,
    a C and a b; held-out samples choose the gain g. It starts from a ridge autoregression that
    does not penalize ``keep``: first the diagonal and the matrix of that rank whose predictions
    together come nearest to its own, then ``m n'`` as the reduced-rank regression [3]_ of what
    that predicts on what units send. Hidden units begin by listening alone: their columns of n
    are zero.

    References
    ----------
    .. [1] Mastrogiuseppe & Ostojic (2018), Linking connectivity, dynamics, and computations in
       low-rank recurrent neural networks. Neuron 99:609.
    .. [2] Valente, Pillow & Ostojic (2022), Extracting computational mechanisms from neural data
       using low-rank RNNs. NeurIPS.
    .. [3] Izenman (1975), Reduced-rank regression for the multivariate linear model.
       J Multivar Anal 5:248.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import LowRankRNN
    >>> values = np.random.default_rng(0).normal(size=(200, 6))
    >>> sb.fit(LowRankRNN(6, rank=2), sb.Recording(values, sfreq=1.0)).n_parameters
    36
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        n_states: int | None = None,
        rank: int = 8,
    ) -> None:
        n = n_regions if n_states is None else n_states
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=n)
        self.rank = min(whole(rank, "rank", low=1), n_regions)
        self.outer = nn.Parameter(torch.zeros(n, self.rank))
        self.inner = nn.Parameter(torch.zeros(n, self.rank))

    def forward(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what the units send each other: read along n, written along m."""
        return self.sent(state) @ self.inner @ self.outer.T

    def solve(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None,
        seed: int,
    ) -> None:
        """Solve the regression with that rank; chance decides what hidden units listen to."""
        newest = windows[:, -1].astype(np.float64)
        linear = solve_leaky_autoregression(windows[:, -1:], targets, drives=drives)
        n, hidden, gain = self.n_regions, self.n_states - self.n_regions, self.gain.item()
        keep = _kept(linear.coefficients[-1], newest, self.rank)
        wanted = newest @ (linear.coefficients[-1] - np.diag(keep)).T
        sent = np.tanh(gain * newest) / gain
        outer, inner, offset = _reduced_rank(sent, wanted, self.rank)
        rng = stream(seed)
        found = {
            "keep": np.concatenate([keep, rng.uniform(0.0, 1.0, hidden)]),
            "bias": np.concatenate([linear.intercept + offset, np.zeros(hidden)]),
            "outer": np.concatenate([outer, rng.normal(size=(hidden, self.rank))]),
            "inner": np.concatenate([inner, np.zeros((hidden, self.rank))]),
        }
        if hidden:
            width = self.memory * n
            found["read"] = rng.normal(size=(hidden, width)) / np.sqrt(width)
        if self.drive is not None:
            shape = (hidden, self.n_inputs)
            found["drive"] = np.concatenate([linear.drive, rng.normal(size=shape)])
        self.assign(**found)


def _kept(
    step: Float[np.ndarray, "n n"], x: Float[np.ndarray, "times n"], rank: int
) -> Float[np.ndarray, "n"]:
    """Return the diagonal that leaves predictions of a map on x closest to a given rank."""
    centered = x - x.mean(axis=0)
    moments, keep = centered.T @ centered, np.diag(step)
    for _ in range(_ROUNDS):
        between = step - np.diag(keep)
        axes = np.linalg.eigh(between @ moments @ between.T)[1][:, -rank:]
        rest = step - axes @ axes.T @ between
        keep = (rest * moments).sum(axis=1) / np.diag(moments)  # moments are symmetric
    return keep


def _reduced_rank(
    x: Float[np.ndarray, "times n"], y: Float[np.ndarray, "times n"], rank: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return m, n and the offset for which ``x n m'`` is nearest to y by least squares."""
    middle, offset = x.mean(axis=0), y.mean(axis=0)
    full = np.linalg.lstsq(x - middle, y - offset, rcond=None)[0]
    fitted = (x - middle) @ full
    outer = np.linalg.svd(fitted, full_matrices=False)[2][:rank].T
    inner = full @ outer
    return outer, inner, offset - middle @ inner @ outer.T
