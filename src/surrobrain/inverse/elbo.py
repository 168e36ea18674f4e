"""Evidence lower bound: how well a latent model explains the distribution of what was recorded."""

import math
from dataclasses import dataclass
from typing import Any

from surrobrain.checks import number, whole
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.batch import Batch
from surrobrain.training.moment import Moment

__all__ = ["EvidenceBound", "elbo"]


@dataclass(frozen=True)
class EvidenceBound:
    """Negative evidence lower bound of stretches of samples, in nats per sample and region.

    Parameters
    ----------
    horizon : int
        Samples per stretch.
    beta : float
        Weight of the divergence of encoder and dynamics at the end; 1 is the bound.
    ramp : float
        Share of the training over which that weight rises from 0; 0 is none. The epoch is chosen
        by the full weight, so let ``Training.patience`` outlast the ramp.

    Notes
    -----
    For a model with ``posterior`` q, ``prior`` p(z[t] | z[t-1]) and ``likelihood`` such as
    `LatentVAE`, mean over stretches and their samples of [1]_

        -log p(x[t] | z[t], x before t) + beta KL(q(z[t] | window to t) || p(z[t] | z[t-1])),

    with one draw of every z from q, reparametrized [2]_; the divergence of two normals is exact.
    The latent before the first sample is drawn from q and costs nothing: the bound is that of
    p(stretch | window before it).

    References
    ----------
    .. [1] Krishnan, Shalit & Sontag (2017), Structured inference networks for nonlinear state
       space models. AAAI.
    .. [2] Kingma & Welling (2014), Auto-encoding variational Bayes. ICLR.
    """

    horizon: int
    beta: float = 1.0
    ramp: float = 0.1

    def __call__(self, model: Architecture, batch: Batch, moment: Moment) -> Any:
        """Return the bound, as a loss.

        Raises
        ------
        TypeError
            The model has no distribution of latents.
        """
        import torch

        latent_model = _latent_model(model)
        n, steps = batch.targets.shape[:2]
        windows = batch.windows_at(range(-1, steps))  # (batch, step, memory, region)
        mean, log_std = latent_model.posterior(windows.flatten(0, 1))
        noise = torch.as_tensor(moment.rng().normal(size=tuple(mean.shape)), dtype=mean.dtype)
        drawn = mean + log_std.exp() * noise.to(mean.device)
        mean, log_std, drawn = (v.unflatten(0, (n, steps + 1)) for v in (mean, log_std, drawn))
        drives = batch.drives.flatten(0, 1) if batch.drives.shape[-1] else None
        expected = latent_model.prior(drawn[:, :-1].flatten(0, 1), drives)
        before = windows[:, :-1].flatten(0, 1)
        shown = latent_model.likelihood(drawn[:, 1:].flatten(0, 1), before, drives)
        apart = divergence((mean[:, 1:].flatten(0, 1), log_std[:, 1:].flatten(0, 1)), expected)
        surprise = -log_density(batch.targets.flatten(0, 1), shown)
        return (surprise + self.weight(moment) * apart).mean() / model.n_regions

    def weight(self, moment: Moment) -> float:
        """Return the weight of the divergence at a moment of training."""
        return self.beta * (min(1.0, moment.done / self.ramp) if self.ramp else 1.0)


def elbo(n: int = 10, *, beta: float = 1.0, ramp: float = 0.1) -> EvidenceBound:
    """Explain the distribution of stretches of ``n`` samples; for models such as `LatentVAE`.

    Examples
    --------
    >>> elbo(5, beta=0.5)
    EvidenceBound(horizon=5, beta=0.5, ramp=0.1)
    """
    number(beta, "beta", low=0.0)
    number(ramp, "ramp", low=0.0, high=1.0)
    return EvidenceBound(whole(n, "n", low=1), beta, ramp)


def divergence(q: tuple[Any, Any], p: tuple[Any, Any]) -> Any:
    """Return KL(q || p) of normals with independent entries, given as mean and log std."""
    (mean, log_std), (other, log_other) = q, p
    ratio = (2 * (log_std - log_other)).exp()
    shift = ((mean - other) * (-log_other).exp()).square()
    return 0.5 * (ratio + shift - 1).sum(dim=-1) - (log_std - log_other).sum(dim=-1)


def log_density(x: Any, normal: tuple[Any, Any]) -> Any:
    """Return the log density of a normal with independent entries, given as mean and log std."""
    mean, log_std = normal
    scaled = (x - mean) * (-log_std).exp()
    return -(0.5 * scaled.square() + log_std + 0.5 * math.log(2 * math.pi)).sum(dim=-1)


def _latent_model(model: Any) -> Any:
    if all(hasattr(model, name) for name in ("posterior", "prior", "likelihood")):
        return model
    raise TypeError(
        f"the evidence bound needs a model with a distribution of latents, but "
        f"{type(model).__name__} has none; use LatentVAE, or another loss"
    )
