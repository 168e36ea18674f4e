"""Data terms: how far a model's prediction is from what was recorded."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from surrobrain.checks import number, whole
from surrobrain.inverse.forcing import adapted_share, teacher_states
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.batch import Batch
from surrobrain.learned.unroll import unroll
from surrobrain.training.moment import Moment

__all__ = [
    "Forced", "Loss", "MultiStep", "generalized_teacher_forcing", "multi_step", "next_step",
    "scheduled_sampling", "sparse_teacher_forcing", "teacher_forcing",
]  # fmt: skip

_LOOK_AHEAD = 20  # samples of a free run that judge a forced training


@runtime_checkable
class Loss(Protocol):
    """A callable that compares a model with what was recorded.

    It may have a method ``validation(model, batch)``, which chooses the epoch in its place where
    training and judging differ, as they do with forcing.
    """

    @property
    def horizon(self) -> int:
        """Samples after each window that it looks at."""
        ...

    def __call__(self, model: Architecture, batch: Batch, moment: Moment, /) -> Any:
        """Return a scalar tensor."""
        ...


@dataclass(frozen=True)
class MultiStep:
    """Mean squared error over the next ``horizon`` samples, in standard deviations.

    Parameters
    ----------
    horizon : int
        Samples to predict from each window; the model runs on its own predictions.

    Notes
    -----
    mean over windows, steps 1..horizon and regions of (x_model - x)^2.
    """

    horizon: int

    def __call__(self, model: Architecture, batch: Batch, moment: Moment) -> Any:
        """Return the error."""
        return self.validation(model, batch)

    def validation(self, model: Architecture, batch: Batch) -> Any:
        """Return the error."""
        state = model.encode(batch.windows)
        steps = min(self.horizon, batch.targets.shape[1])
        found, _ = unroll(model, state, steps, drives=batch.drives[:, :steps])
        return (found - batch.targets[:, :steps]).square().mean()


@dataclass(frozen=True)
class Forced:
    """Mean squared error over a long stretch along which the state is held to the data.

    Parameters
    ----------
    horizon : int
        Steps per stretch.
    share : float, "adaptive" or "scheduled"
        How far the state is pulled to the one that the data suggest, 0 to 1, before each step;
        "adaptive" follows the growth of errors along the data, "scheduled" replaces it by chance,
        ever more rarely.
    every : int
        Steps between pulls.

    Notes
    -----
    Before a step ``z <- z + share (z_data - z)``; the prediction is compared before the pull. It
    holds gradients of chaotic systems finite: they shrink by (1 - share) per step [1]_. Adaptive:
    share = 1 - 1 / kappa with kappa the geometric mean of the Jacobians' norms along the data, of
    the worst sequence [2]_. Forcing ends with training: a free run knows nothing of it.

    References
    ----------
    .. [1] Doya (1992), Bifurcations in the learning of recurrent neural networks. ISCAS 6:2777.
    .. [2] Hess, Monfared, Brenner & Durstewitz (2023), Generalized teacher forcing for learning
       chaotic dynamics. ICML.
    """

    horizon: int
    share: float | Literal["adaptive", "scheduled"]
    every: int = 1

    def __call__(self, model: Architecture, batch: Batch, moment: Moment) -> Any:
        """Return the error."""
        import torch

        n, steps = batch.targets.shape[:2]
        pulled = (torch.arange(1, steps + 1) % self.every == 0).to(batch.stretch.dtype)
        shares = torch.zeros(n, steps, dtype=batch.stretch.dtype)
        if self.share == "scheduled":
            kept = moment.rng().random((n, steps)) < 1 - moment.done
            shares += torch.as_tensor(kept) * pulled
        elif self.share == "adaptive":
            shares += adapted_share(model, batch, moment) * pulled
        else:
            shares += self.share * pulled
        found, _ = unroll(
            model, model.encode(batch.windows), steps, drives=batch.drives,
            teacher=teacher_states(model, batch), shares=shares.to(batch.stretch.device),
        )  # fmt: skip
        return (found - batch.targets).square().mean()

    def validation(self, model: Architecture, batch: Batch) -> Any:
        """Return the error of a free run over the next 20 samples."""
        return MultiStep(min(_LOOK_AHEAD, self.horizon)).validation(model, batch)


def next_step() -> MultiStep:
    """Compare the next sample: best for effective connectivity and short forecasts."""
    return MultiStep(1)


def multi_step(n: int) -> MultiStep:
    """Compare the next ``n`` samples, run freely: best for the long run; n times slower.

    Examples
    --------
    >>> multi_step(5)
    MultiStep(horizon=5)
    """
    return MultiStep(whole(n, "n", low=1))


def teacher_forcing(n: int = 50) -> Forced:
    """Step from the data's state at every sample of a stretch of ``n``."""
    return Forced(whole(n, "n", low=1), 1.0)


def sparse_teacher_forcing(n: int = 200, *, every: int = 25) -> Forced:
    """Reset the state to the data every so many samples, near the time that errors need to grow.

    Source: Mikhaeil, Monfared & Durstewitz (2022), On the difficulty of learning chaotic dynamics
    with RNNs, NeurIPS.
    """
    return Forced(whole(n, "n", low=1), 1.0, whole(every, "every", low=1))


def generalized_teacher_forcing(
    n: int = 200, *, share: float | Literal["adaptive"] = "adaptive"
) -> Forced:
    """Pull the state a little towards the data at every sample: best for chaotic dynamics."""
    if share != "adaptive":
        number(share, "share", low=0.0, high=1.0)
    return Forced(whole(n, "n", low=1), share)


def scheduled_sampling(n: int = 50) -> Forced:
    """Replace the state by that of the data by chance: always at first, never at the end.

    Source: Bengio, Vinyals, Jaitly & Shazeer (2015), Scheduled sampling for sequence prediction
    with recurrent neural networks, NeurIPS.
    """
    return Forced(whole(n, "n", low=1), "scheduled")
