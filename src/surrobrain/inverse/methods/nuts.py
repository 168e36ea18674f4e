"""No-U-turn sampler: Hamiltonian Monte Carlo that chooses its own length."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.mode import Mode, mode
from surrobrain.inverse.problem import Drawn, Problem
from surrobrain.lazy import need
from surrobrain.progress import progress
from surrobrain.seeds import stream, torch_chance
from surrobrain.statistics.convergence import effective_sample_size, split_r_hat

__all__ = ["nuts"]

_WARMUP, _FEWEST = 100, 50  # steps of each chain that are thrown away, and kept at least
_DEEPEST = 8  # doublings of a trajectory
_SPREAD = 1.5  # standard deviations, of the Gaussian at the mode, from which chains start


def nuts(problem: Problem, options: Inference, *, seed: int) -> Drawn:
    """Draw by Hamiltonian Monte Carlo, from several chains.

    Parameters
    ----------
    problem : Problem
        With expected numbers.
    options : Inference
        Uses ``n_chains``, ``n_draws`` (of all chains together), ``n_repeats`` and ``iterations``.
    seed : int
        Decides everything.

    Returns
    -------
    Drawn
        Diagnostics hold the largest R-hat, the smallest effective sample size, the mean acceptance
        and the number of divergences.

    Raises
    ------
    MissingDependency
        Pyro is not installed.

    Notes
    -----
    Pyro's sampler [1]_: trajectories end when they turn back [2]_. Space is first stretched by the
    Gaussian at the mode, so that the metric is the identity; the step size is tuned during 100
    steps that are thrown away.

    References
    ----------
    .. [1] Bingham et al. (2019), Pyro: deep universal probabilistic programming. JMLR 20:1.
    .. [2] Hoffman & Gelman (2014), The No-U-turn sampler. JMLR 15:1593.
    """
    need("pyro", extra="inference")
    top = mode(problem, options, seed=seed)
    each = max(_FEWEST, -(-options.n_draws // options.n_chains))
    chains, accepted, diverged = [], [], 0
    with progress(options.n_chains * (_WARMUP + each), label="nuts") as report:
        for k in range(options.n_chains):
            chain, acceptance, lost = _chain(
                top, each, stream(seed, 0x2075, k),
                lambda done, k=k: report(k * (_WARMUP + each) + done, f"chain {k + 1}"),
            )  # fmt: skip
            chains.append(chain)
            accepted.append(acceptance)
            diverged += lost
    stacked = np.stack(chains)
    r_hat, size = split_r_hat(stacked).max(), effective_sample_size(stacked).min()
    said = () if r_hat < 1.05 else (
        f"the chains have not met (R-hat {r_hat:.2f}); more than one mode, or too few draws",
    )  # fmt: skip
    if diverged:
        said += (f"{diverged} trajectories diverged; the posterior has corners that were missed",)
    diagnostics = {
        "largest R-hat": float(r_hat), "smallest effective sample size": float(size),
        "acceptance": float(np.mean(accepted)), "divergences": float(diverged),
    }  # fmt: skip
    flat = np.moveaxis(stacked, 0, 1).reshape(-1, len(top.u))[: max(options.n_draws, 2)]
    return Drawn(top.u + flat @ top.root.T, diagnostics, top.likelihood.failed, said)


def _chain(
    top: Mode, n_draws: int, chance: np.random.Generator, told: Callable[[int], None]
) -> tuple[Float[np.ndarray, "draws unknowns"], float, int]:
    """Return the draws of one chain, its mean acceptance, and how often it diverged."""
    import torch
    from pyro.infer import MCMC, NUTS

    class Energy(torch.autograd.Function):
        """Minus the logarithm of the posterior, with the slope that comes with it."""

        @staticmethod
        def forward(context: Any, q: torch.Tensor) -> torch.Tensor:
            with torch.enable_grad():
                value, slope = top.likelihood.log_posterior(top.u + top.root @ q.numpy(force=True))
            context.slope = torch.as_tensor(-top.root.T @ slope)
            return torch.tensor(-value, dtype=torch.float64)

        @staticmethod
        def backward(context: Any, *slopes: torch.Tensor) -> torch.Tensor:  # pyright: ignore
            return slopes[0] * context.slope

    def step(kernel: Any, params: Any, stage: str, k: int) -> None:
        told(k if stage == "Warmup" else _WARMUP + k)

    start = torch.as_tensor(_SPREAD * chance.standard_normal(len(top.u)))
    with torch_chance(int(chance.integers(2**31))):
        kernel = NUTS(
            potential_fn=lambda parameters: Energy.apply(parameters["q"]),
            adapt_mass_matrix=False, max_tree_depth=_DEEPEST,
        )  # fmt: skip
        sampler = MCMC(
            kernel, n_draws, warmup_steps=_WARMUP, initial_params={"q": start}, hook_fn=step,
            disable_progbar=True,
        )  # fmt: skip
        sampler.run()
    found = sampler.diagnostics()
    (acceptance,), (lost,) = (found[k].values() for k in ("acceptance rate", "divergences"))
    return sampler.get_samples()["q"].numpy(), float(acceptance), len(lost)
