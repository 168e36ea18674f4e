"""Rate units that act on each other only along the tracts of a connectome."""

from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.data.connectome import Connectome
from surrobrain.learned.recurrent import Recurrent
from surrobrain.linear.autoregression import choose_ridge

__all__ = ["StructuredRNN"]


class StructuredRNN(Recurrent):
    """Regions that act on each other only where the connectome joins them.

    Use it when tractography is trusted: a few weights per region remain, and what two regions
    without a tract share must have come by way of others. Where tracts may be missing, prefer
    ``sb.penalties.structure``, which makes coupling off the tracts cost and not impossible.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        1, as its state is the sample; here so that every architecture is made alike.
    n_inputs : int
        Number of external inputs.
    connectome : Connectome, optional
        Same regions in the same order as the recording. Weights other than zero, and the region
        itself, are allowed; absent, everything is.

    Raises
    ------
    ValueError
        The connectome has another number of regions.

    Notes
    -----
    ``z' = (1 - a) z + (M o W) tanh(g z) / g + C u + b`` with M the mask of tracts, 1 - a in
    ``keep``, and a gain g that held-out samples choose. Its start is a ridge regression of every
    region on those that its tracts come from, which shrinks towards the region's own past; the
    penalty is that of `choose_ridge`. The mask is saved with the weights, and not in ``config``.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import StructuredRNN
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 6)), sfreq=1.0)
    >>> ring = sb.examples.ring(6)
    >>> int((ring.weights != 0).sum())
    12
    >>> sb.fit(StructuredRNN(6, connectome=ring), recording).n_parameters  # 12, and 3 per region
    30
    """

    starts_linear: ClassVar[bool] = False
    mask: Tensor

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        connectome: Connectome | None = None,
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=n_regions)
        self.weight = nn.Parameter(torch.zeros(n_regions, n_regions))
        self.register_buffer("mask", torch.as_tensor(_allowed(n_regions, connectome)))

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the prediction: weights off the tracts do not."""
        off = int((self.mask == 0).sum())
        return sum(p.numel() for p in self.parameters()) - off

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the mask is saved with the weights."""
        return {"n_regions": self.n_regions, "memory": self.memory, "n_inputs": self.n_inputs}

    def forward(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what regions send along the tracts."""
        return self.sent(state) @ (self.mask * self.weight).T

    def solve(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None,
        seed: int,
    ) -> None:
        """Solve one regression per region; nothing is left to chance."""
        newest, later = windows[:, -1].astype(np.float64), targets.astype(np.float64)
        n_inputs = self.n_inputs if drives is not None else 0
        driven = np.zeros((len(newest), 0)) if drives is None else drives[:, :n_inputs]
        free = np.column_stack([np.ones(len(newest)), driven])
        gain = self.gain.item()
        sent, ridge = np.tanh(gain * newest) / gain, choose_ridge(windows[:, -1:], targets)
        mask = self.mask.cpu().numpy() > 0
        weight, rest = np.zeros(mask.shape), np.zeros((len(mask), 2 + n_inputs))
        for i, row in enumerate(mask):
            features = np.column_stack([sent[:, row], newest[:, i], free])
            penalty = np.full(features.shape[1], ridge)
            penalty[row.sum() :] = 0.0  # what it keeps, its offset and its input are free
            gram = features.T @ features + np.diag(penalty)
            found = np.linalg.solve(gram, features.T @ later[:, i])
            weight[i, row], rest[i] = found[: row.sum()], found[row.sum() :]
        self.assign(weight=weight, keep=rest[:, 0], bias=rest[:, 1])
        if self.drive is not None:
            self.assign(drive=rest[:, 2:])


def _allowed(n_regions: int, connectome: Connectome | None) -> Float[np.ndarray, "regions regions"]:
    """Return 1 where a region may act on another, in single precision like fresh weights."""
    if connectome is None:
        return np.ones((n_regions, n_regions), dtype=np.float32)
    if connectome.n_regions != n_regions:
        raise ValueError(
            f"the connectome has {connectome.n_regions} regions but the model has {n_regions}; "
            "keep the shared ones in one order with .pick(names)"
        )
    return ((connectome.weights != 0) | np.eye(n_regions, dtype=bool)).astype(np.float32)
