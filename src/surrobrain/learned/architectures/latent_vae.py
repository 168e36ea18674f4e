"""Variational autoencoder with latent dynamics over a linear map."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole
from surrobrain.learned.layers import draw, undrawn, zero
from surrobrain.learned.linear_map import OverLinear, linear_start
from surrobrain.seeds import stream

__all__ = ["LatentVAE"]

_WIDEST = 5.0  # of the logarithm of a standard deviation
_LEAST = 0.01  # share of a region's variance that its own noise keeps

State = tuple[Tensor, Tensor]  # latent, last samples
Normal = tuple[Tensor, Tensor]  # mean, logarithm of the standard deviation


class LatentVAE(OverLinear):
    """A linear map plus what hidden variables add that have dynamics and uncertainty of their own.

    Use it with the loss `surrobrain.inverse.elbo.elbo` where the distribution of the next samples
    is wanted, not their mean alone (`sample_next`), or a low-dimensional latent trajectory. With
    any other loss it is an autoencoder without uncertainty. It starts exactly as its linear part,
    with the factors of that part's errors as latents, and training finds an optimum near there:
    a hidden rhythm is found better by ``next_step`` than by the bound. For the mean alone `MLP`
    is simpler.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Samples from which the latent is read.
    n_inputs : int
        Number of external inputs; they enter the linear map and the latent dynamics.
    latent : int
        Number of latent variables.
    hidden : int
        Width of the networks of encoder, dynamics and decoder.
    lags : int
        Samples of the linear map; less than ``memory``, where that is above 1.

    Notes
    -----
    Model: z[t+1] ~ N(M z + F tanh(. z + . u), r(z, u)^2) and x[t+1] ~ N(A w + b + C u + L z[t+1]
    + D tanh(. z[t+1]), s^2) with w the last ``lags`` samples and independent noise s in every
    region. Encoder: q(z[t] | window) = N(P window + G tanh(. window), sigma(window)^2) [1]_ [2]_.
    `step` follows the means. Start: z is N(0, 1) at every step; L and s^2 are the maximum
    likelihood factor analysis of the linear map's errors [3]_, P and sigma its exact posterior;
    M, F, G and D are zero. At memory 1 those errors cannot be seen, and q starts as N(0, 1).

    References
    ----------
    .. [1] Kingma & Welling (2014), Auto-encoding variational Bayes. ICLR.
    .. [2] Krishnan, Shalit & Sontag (2017), Structured inference networks for nonlinear state
       space models. AAAI.
    .. [3] Lawley & Maxwell (1971), Factor analysis as a statistical method.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.inverse.elbo import elbo
    >>> from surrobrain.learned.architectures import LatentVAE
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 3)), sfreq=1.0)
    >>> model = sb.fit(LatentVAE(3, latent=2), recording, loss=elbo(5)).model.architecture
    >>> window = torch.zeros((1, 10, 3), dtype=torch.float64)
    >>> tuple(model.sample_next(window, 1000, seed=0).shape)
    (1000, 1, 3)
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 10,
        n_inputs: int = 0,
        latent: int = 8,
        hidden: int = 32,
        lags: int = 3,
    ) -> None:
        most = max(1, whole(memory, "memory", low=1) - 1)
        shortest = min(whole(lags, "lags", low=1), most)
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, lags=shortest)
        self.latent = whole(latent, "latent", low=1)
        self.hidden = whole(hidden, "hidden", low=1)
        self.log_noise = nn.Parameter(torch.zeros(n_regions))
        self.read = undrawn(memory * n_regions, latent)
        self.read_inner = undrawn(memory * n_regions, hidden)
        self.read_outer = undrawn(hidden, 2 * latent)
        self.carry = undrawn(latent, latent, bias=False)
        self.carry_inner = undrawn(latent + n_inputs, hidden)
        self.carry_outer = undrawn(hidden, 2 * latent)
        self.show = undrawn(latent, n_regions, bias=False)
        self.show_inner, self.show_outer = undrawn(latent, hidden), undrawn(hidden, n_regions)
        self.draw(seed=0)

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the mean: the linear ones while latents stay at zero."""
        moving = self.carry.weight.any() or self.carry_outer.weight.any()
        moving = moving or self.carry_outer.bias.any() or self.show_outer.bias.any()
        acting = self if moving or self.show_outer.weight.any() else self.linear
        return sum(p.numel() for p in acting.parameters())

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Solve the linear part, and the factors of its errors; draw what does not act yet."""
        solved = linear_start(windows[:, -self.lags :], targets, drives)
        errors = targets - solved.predict(windows[:, -self.lags :], drives)
        self.linear.assign(solved)
        self.draw(seed)
        loadings, noise = factors(errors, min(self.latent, self.n_regions - 1))
        n = loadings.shape[1]
        with torch.no_grad():
            self.log_noise.copy_(torch.as_tensor(np.log(noise) / 2))
            self.show.weight[:, :n] = torch.as_tensor(loadings)
            if self.memory == 1:
                return
            precision = 1 + np.square(loadings).T @ (1 / noise)
            gain = (loadings / noise[:, None] / precision).T  # from an error to its latents
            past = solved.coefficients.transpose(1, 0, 2).reshape(self.n_regions, -1)
            seen = gain @ np.hstack([-past, np.eye(self.n_regions)])
            self.read.weight[:n, -seen.shape[1] :] = torch.as_tensor(seen)
            self.read.bias[:n] = torch.as_tensor(-gain @ solved.intercept)
            spread = np.arctanh(-np.log(precision) / 2 / _WIDEST) * _WIDEST
            self.read_outer.bias[self.latent : self.latent + n] = torch.as_tensor(spread)

    def posterior(self, windows: Float[Tensor, "batch memory regions"]) -> Normal:
        """Return the encoder's mean and log standard deviation of the latent after a window."""
        flat = windows.flatten(1)
        mean, spread = self.read_outer(torch.tanh(self.read_inner(flat))).chunk(2, dim=1)
        return self.read(flat) + mean, _bounded(spread)

    def prior(
        self,
        latent: Float[Tensor, "batch latents"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Normal:
        """Return mean and log standard deviation of the next latent."""
        seen = self.with_drive(latent, drive)
        mean, spread = self.carry_outer(torch.tanh(self.carry_inner(seen))).chunk(2, dim=1)
        return self.carry(latent) + mean, _bounded(spread)

    def likelihood(
        self,
        latent: Float[Tensor, "batch latents"],
        recent: Float[Tensor, "batch samples regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Normal:
        """Return mean and log standard deviation of the sample that belongs to a latent.

        ``recent`` are the samples before it, the last ``lags`` at least.
        """
        shown = self.show(latent) + self.show_outer(torch.tanh(self.show_inner(latent)))
        return self.linear(recent[:, -self.lags :], drive) + shown, self.log_noise

    def sample_next(
        self,
        windows: Float[Tensor, "batch memory regions"],
        n: int,
        seed: int,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "draws batch regions"]:
        """Draw the next sample after each window n times, with all uncertainty of the model.

        Parameters
        ----------
        windows : tensor, shape (batch, memory, n_regions)
            In standard deviations from the mean.
        n : int
            Number of draws.
        seed : int
            Decides them.
        drive : tensor, shape (batch, n_inputs), optional
            External input of the step.

        Returns
        -------
        tensor, shape (n, batch, n_regions)
            Latent now from the encoder, latent next from the dynamics, sample from the decoder;
            quantiles over the draws are predictive intervals.
        """
        rng, draws = stream(seed), []

        def drawn(normal: Normal) -> Tensor:
            mean, log_std = normal
            noise = torch.as_tensor(rng.normal(size=tuple(mean.shape)), dtype=mean.dtype)
            return mean + log_std.exp() * noise.to(mean.device)

        with torch.no_grad():
            now = self.posterior(windows)
            for _ in range(whole(n, "n", low=1)):
                following = drawn(self.prior(drawn(now), drive))
                draws.append(drawn(self.likelihood(following, windows, drive)))
        return torch.stack(draws)

    def encode(self, windows: Float[Tensor, "batch memory regions"]) -> State:
        """Return the mean of the latent, and the last samples."""
        return self.posterior(windows)[0], windows[:, -self.lags :]

    def step(
        self,
        state: State,
        inputs: Float[Tensor, "batch regions"] | None = None,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> State:
        """Follow the mean of the latent dynamics and show it."""
        latent, recent = state
        latent = self.prior(latent, drive)[0]
        sample = self.likelihood(latent, recent, drive)[0]
        if inputs is not None:
            sample = sample + inputs
        return latent, torch.cat([recent[:, 1:], sample[:, None]], dim=1)  # (batch, lag, region)

    def observe(self, state: State) -> Float[Tensor, "batch regions"]:
        """Return the newest sample."""
        return state[1][:, -1]

    def draw(self, seed: int) -> None:
        """Draw the inner layers; all that would act is zero."""
        draw(stream(seed), self.read_inner, self.carry_inner, self.show_inner)
        zero(self.read, self.read_outer, self.carry, self.carry_outer, self.show, self.show_outer)


def factors(
    errors: Float[np.ndarray, "samples regions"], n_factors: int
) -> tuple[Float[np.ndarray, "regions factors"], Float[np.ndarray, "regions"]]:
    """Return loadings and noise variances of the maximum likelihood factor analysis.

    Notes
    -----
    errors' covariance = L L' + diag(noise), by the fixed point of Lawley & Maxwell (1971): with
    the noise given, L are the leading eigenvectors of the whitened covariance. L' L / noise is
    then diagonal, so that the posterior of the factors is a product of normals.
    """
    covariance = np.cov(errors.T.astype(np.float64)).reshape(errors.shape[1], -1)
    covariance += 1e-12 * np.eye(len(covariance))  # a region that is predicted without error
    variance = np.diag(covariance)
    noise = before = variance / 2
    loadings = np.zeros((len(variance), n_factors))
    for _ in range(100):
        root = np.sqrt(noise)
        values, vectors = np.linalg.eigh(covariance / root / root[:, None])
        order = np.argsort(values)[::-1][:n_factors]
        excess = np.maximum(values[order] - 1, 0)
        loadings = root[:, None] * vectors[:, order] * np.sqrt(excess)
        before, noise = noise, variance - np.square(loadings).sum(axis=1)
        noise = np.maximum(noise, _LEAST * variance)
    return loadings, before


def _bounded(log_std: Tensor) -> Tensor:
    """Keep a standard deviation within e^-5 and e^5, so that no error of it can be infinite."""
    return _WIDEST * torch.tanh(log_std / _WIDEST)
