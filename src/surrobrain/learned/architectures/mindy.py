"""MINDy: regions with a saturating response each, and sparse plus low-rank connections."""

import math
from collections.abc import Sequence
from itertools import product
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import number, whole
from surrobrain.learned.window_model import WindowModel
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression
from surrobrain.seeds import stream

__all__ = ["MINDy"]

_SLOPE = 20 / 3
_LEAST_DECAY = 0.1
_STEPS, _BATCH, _RATE = 1000, 300, 2e-3
_ROUGH = 200  # batches that tell curvatures and prices apart
_CURVATURES = (5.0, 20.0)
_PRICES = ((0.075, 0.2, 0.05), (0.025, 0.065, 0.017), (0.0075, 0.02, 0.005))
_FASTER = {"low_left": 2.5, "low_right": 2.5, "curvature": 2.5, "decay": 3.5}


class MINDy(WindowModel):
    """Mesoscale individualized neurodynamics: a saturating curve per region, and who acts on whom.

    Use it for directed connectivity of hundreds of regions in one person's BOLD: it is hardly
    larger than a linear model, but its free run can have attractors. It is solved as a whole;
    `fit` trains it further only if asked to look further than one sample. Deconvolve BOLD first,
    or the curve is that of the vessels too.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        1, as its state is the sample; here so that every architecture is made alike.
    n_inputs : int
        Number of external inputs.
    rank : int, optional
        Rank of the part that is not sparse; 150 of 419 regions, in proportion, when absent.
    penalties : sequence of float, optional
        Price of the sparse part's absolute weights, of those on its diagonal, and of those of the
        two low-rank factors; absent, all of (0.075, 0.2, 0.05), as published for hundreds of
        regions, or three or ten times less, whichever predicts the last fifth of the samples best.

    Raises
    ------
    ValueError
        A longer memory, or not three penalties.

    Notes
    -----
    ``x' - x = W psi(x) - D x + C u``, ``W = W_s + W_1 W_2'``, and with b = 20/3 fixed [1]_::

        psi(x) = sqrt(a^2 + (b x + 1/2)^2) - sqrt(a^2 + (b x - 1/2)^2)

    Curvature a and decay D = 0.1 + d^2 belong to a region. Minimized is the squared error, summed
    over regions, plus the penalties, by Nesterov's Adam on batches of 300 samples; two global
    factors, by regression on all samples, then undo what the penalties shrank of W and D. Unlike
    the paper, W_s starts from ridge regression and needs 1000 batches, not 5000, the change is that
    of one sample, not half that of two, and a starts at 5, where psi saturates within a standard
    deviation, or at 20, where it is nearly a line: held-out samples choose.

    References
    ----------
    .. [1] Singh et al. (2020), Estimation of validated dynamics in individual human brains.
       NeuroImage 221:117046.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import MINDy
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 3)), sfreq=1.0)
    >>> sb.fit(MINDy(3), recording).model
    Surrogate(MINDy, 3 regions, memory 1, 1 Hz, activity)
    """

    closed_form: ClassVar[bool] = True

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        rank: int | None = None,
        penalties: Sequence[float] | None = None,
    ) -> None:
        if memory != 1:
            raise ValueError(
                f"MINDy has memory 1, its sample being its state, but {memory} arrived; use "
                "memory=1, or LinearVAR or MLP for a longer memory"
            )
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        n = self.n_regions
        self.rank = max(1, round(n * 150 / 419)) if rank is None else whole(rank, "rank", low=1)
        if penalties is not None and len(penalties) != 3:
            raise ValueError(
                f"penalties are three numbers, for the sparse part, its diagonal and the low-rank "
                f"part, but {len(penalties)} arrived; give three, 0 for none"
            )
        self.penalties = (
            None if penalties is None else [number(p, "penalties", low=0.0) for p in penalties]
        )
        self.sparse = nn.Parameter(torch.zeros(n, n))
        self.low_left = nn.Parameter(torch.zeros(n, self.rank))
        self.low_right = nn.Parameter(torch.zeros(n, self.rank))
        self.curvature = nn.Parameter(torch.full((n,), _CURVATURES[0]))
        self.decay = nn.Parameter(torch.zeros(n))
        self.drive = nn.Parameter(torch.zeros(n, n_inputs)) if n_inputs else None

    @property
    def weights(self) -> Float[Tensor, "regions regions"]:
        """W: what a region does to another."""
        return self.sparse + self.low_left @ self.low_right.T

    def psi(self, x: Float[Tensor, "batch regions"]) -> Float[Tensor, "batch regions"]:
        """Return how far each region is active, between -1 and 1."""
        bend = self.curvature.square()
        steep = _SLOPE * x
        return (bend + (steep + 0.5).square()).sqrt() - (bend + (steep - 0.5).square()).sqrt()

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        x = windows[:, -1]
        change = self.psi(x) @ self.weights.T - (_LEAST_DECAY + self.decay.square()) * x
        if self.drive is not None and drive is not None:
            change = change + drive @ self.drive.T
        return x + change

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Solve the penalized regression; chance decides batches and the low-rank start."""
        cut = len(windows) - len(windows) // 5
        early = None if drives is None else drives[:cut]
        driven = None if drives is None else self._tensor(drives[cut:])
        prices, errors = [self.penalties] if self.penalties else _PRICES, []
        choices = list(product(_CURVATURES, prices))
        for chosen in choices:
            self._solve(windows[:cut], targets[:cut], early, seed, chosen, _ROUGH)
            with torch.no_grad():
                left = self(self._tensor(windows[cut:]), driven) - self._tensor(targets[cut:])
                errors.append(left.square().mean().item())
        self._solve(windows, targets, drives, seed, choices[int(np.argmin(errors))], _STEPS)

    def _solve(
        self,
        windows: np.ndarray,
        targets: np.ndarray,
        drives: np.ndarray | None,
        seed: int,
        chosen: tuple[float, Sequence[float]],
        steps: int,
    ) -> None:
        """Descend from the regression at one curvature and one price."""
        curvature, price = chosen
        seen, later = self._tensor(windows), self._tensor(targets)
        driven = None if drives is None else self._tensor(drives)
        self._begin(windows, targets, drives, seed, curvature)
        optimizer = torch.optim.NAdam(
            [
                {"params": [p], "lr": _RATE * _FASTER.get(name, 1.0), "top": _FASTER.get(name, 1.0)}
                for name, p in self.named_parameters()
            ],
            betas=(0.9, 0.95),
        )
        for k in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = _RATE * group["top"] * 0.5 * (1 + math.cos(math.pi * k / steps))
            some = torch.as_tensor(stream(seed, 1, k).integers(len(seen), size=_BATCH))
            found = self(seen[some], None if driven is None else driven[some])
            optimizer.zero_grad()
            error = (found - later[some]).square().sum(dim=1).mean()
            (error + self._price(price)).backward()
            optimizer.step()
        self._rescale(seen[:, -1], later - seen[:, -1], driven)

    def _tensor(self, values: Float[np.ndarray, "..."]) -> Tensor:
        return torch.as_tensor(np.ascontiguousarray(values)).to(self.sparse)

    def _price(self, price: Sequence[float]) -> Tensor:
        sparse, diagonal, low = price
        return (
            sparse * self.sparse.abs().sum()
            + diagonal * self.sparse.diagonal().abs().sum()
            + low * (self.low_left.abs().sum() + self.low_right.abs().sum())
        )

    def _begin(self, windows: Any, targets: Any, drives: Any, seed: int, curvature: float) -> None:
        """Start as the ridge autoregression, whose slope psi has between -1 and 1."""
        linear = solve_leaky_autoregression(windows, targets, drives=drives)
        pull = linear.coefficients[-1]
        decay = np.clip(1 - np.diag(pull), _LEAST_DECAY, 1.9)
        with torch.no_grad():
            self.curvature.fill_(curvature)
            slope = self.psi(torch.ones_like(self.curvature)[None])[0].cpu().numpy()
            sparse = (pull - np.diag(1 - decay)) / slope
            self.sparse.copy_(torch.as_tensor(sparse))
            self.decay.copy_(torch.as_tensor(np.sqrt(decay - _LEAST_DECAY)))
            drawn = stream(seed).normal(size=(2, *self.low_left.shape)) * 0.01
            self.low_left.copy_(torch.as_tensor(drawn[0]))
            self.low_right.copy_(torch.as_tensor(drawn[1]))
            if self.drive is not None:
                self.drive.copy_(torch.as_tensor(linear.drive))

    def _rescale(self, x: Tensor, change: Tensor, driven: Tensor | None) -> None:
        """Undo, by one factor for W and one for D, what the penalties took away."""
        with torch.no_grad():
            if self.drive is not None and driven is not None:
                change = change - driven @ self.drive.T
            decay = _LEAST_DECAY + self.decay.square()
            sent = self.psi(x) @ self.weights.T
            parts = torch.stack([sent.flatten(), (-decay * x).flatten()], dim=1).double()
            # torch's least squares may differ in its last bit from call to call, numpy's not
            solved = np.linalg.lstsq(parts.cpu().numpy(), change.flatten().double().cpu().numpy())
            for_weights, for_decay = solved[0].tolist()
            self.sparse.mul_(for_weights)
            self.low_left.mul_(for_weights)
            self.decay.copy_((for_decay * decay - _LEAST_DECAY).clamp(min=0.0).sqrt())
