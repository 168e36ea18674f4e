"""Neural posterior estimation: a normalizing flow learns which unknowns gave which features."""

import io
import warnings
from contextlib import redirect_stdout
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.linear_start import linear_start
from surrobrain.inverse.problem import Drawn, Problem
from surrobrain.inverse.proposal import around, corrected, prior
from surrobrain.inverse.scaling import oddity, scaling_of, surviving
from surrobrain.lazy import need
from surrobrain.seeds import stream, torch_chance

__all__ = ["neural_posterior"]

_ODD = 0.999  # share of simulations nearer to their center, above which the data are foreign
_BATCH, _RATE = 200, 1e-3
_CANDIDATES = 10  # draws of which each one that is returned is chosen, after the first round
_FEWEST = 100  # effective draws

Points = Float[np.ndarray, "points unknowns"]
Numbers = Float[np.ndarray, "points numbers"]


def neural_posterior(problem: Problem, options: Inference, *, seed: int) -> Drawn:
    """Draw from a flow that was trained on simulations, and then told what was observed.

    Parameters
    ----------
    problem : Problem
        Any simulator.
    options : Inference
        Uses ``n_simulations``, ``rounds``, ``flow``, ``embedding`` and ``n_draws``.
    seed : int
        Decides points, noise and training; torch's own random numbers are left as they were.

    Returns
    -------
    Drawn
        With the share of simulations that failed; they are left out, which does not change the
        posterior of data that exist.

    Raises
    ------
    MissingDependency
        The package ``sbi`` is not installed.
    NotConverged
        Fewer than a tenth of the simulations succeeded.

    Notes
    -----
    The flow starts from the linear regression of the unknowns on the features and learns what that
    leaves: a few thousand simulations are few for a flow alone. From the second round on, points
    are drawn from a Gaussian around the posterior so far [1]_, twice as wide, where features of
    many unknowns are nearly linear; a new flow learns there, and its draws are weighted by prior
    over proposal. The prior is standard normal without bounds, so that nothing can leak out of it.
    Flows and their training are those of the package sbi [2]_.

    References
    ----------
    .. [1] Papamakarios & Murray (2016), Fast epsilon-free inference of simulation models with
       Bayesian conditional density estimation. NeurIPS.
    .. [2] Tejero-Cantero et al. (2020), sbi: a toolkit for simulation-based inference. JOSS 5:2505.
    """
    n, proposal, found = problem.n_unknowns, prior(problem.n_unknowns), Drawn(np.zeros((0, 0)))
    for k in range(options.rounds):
        noise = int(stream(seed, 0x49F, k).integers(2**31))
        u = proposal.draw(options.n_simulations, seed=noise)
        numbers = problem.simulate(u, seed=noise)
        good, failed, said = surviving(numbers)
        with torch_chance(noise):  # the package draws from the prior to look at it
            flow = Flow(numbers[good], problem.observed, n, options)
        loss = flow.train(u[good], numbers[good], seed=noise)
        said = (*found.warnings, *said, *(flow.foreign if k == 0 else ()))
        told = {"validation log probability": -loss}
        n_candidates = options.n_draws if k == 0 else _CANDIDATES * options.n_draws
        draws = flow.draw(n_candidates, seed=noise + 1)
        if k:
            draws, effective = corrected(draws, proposal, n_draws=options.n_draws, seed=noise)
            told["effective draws"] = effective
            said += _few(effective) if k + 1 == options.rounds else ()
        worst = max(failed, found.failed)
        found = Drawn(draws, told, worst, tuple(dict.fromkeys(said)))
        proposal = around(draws) if k + 1 < options.rounds else proposal
    return found


def _few(effective: float) -> tuple[str, ...]:
    return (
        f"only {effective:.0f} effective draws remain of the last round: its posterior reaches "
        "beyond where was simulated; give more simulations or fewer rounds",
    ) if effective < _FEWEST else ()  # fmt: skip


class Flow:
    """A flow that learns from simulations; it owns networks, optimizer and scaling."""

    def __init__(
        self, numbers: Numbers, observed: np.ndarray, n_unknowns: int, options: Inference
    ) -> None:
        import torch

        self.sbi = _quietly(lambda: need("sbi.inference", extra="inference"))
        self.scaling = scaling_of(numbers)
        self.observed = torch.as_tensor(self.scaling(observed), dtype=torch.float32)
        odd = oddity(self.scaling(numbers), self.scaling(observed))
        self.foreign = (
            "the recording is unlike what the prior produces: its features lie farther out than "
            f"{odd:.1%} of the simulations, where a flow only extrapolates",
        ) if odd > _ODD else ()  # fmt: skip
        nets = need("sbi.neural_nets", extra="inference")
        width = len(self.observed)
        extra: dict[str, Any] = {}
        if options.embedding is not None:
            embed = need("sbi.neural_nets.embedding_nets", extra="inference").FCEmbedding
            extra["embedding_net"] = embed(input_dim=width, output_dim=options.embedding)
        normal = torch.distributions.MultivariateNormal(
            torch.zeros(n_unknowns), torch.eye(n_unknowns)
        )
        self.trainer = self.sbi.NPE(
            prior=normal, show_progress_bars=False, tracker=_Silent(),
            density_estimator=linear_start(nets.posterior_nn(
                options.flow, z_score_theta="none", z_score_x="independent", **extra
            )),
        )  # fmt: skip
        self.posterior: Any = None

    def train(self, u: Points, numbers: Numbers, *, seed: int) -> float:
        """Learn from simulations; return the best validation loss."""
        import torch

        theta = torch.as_tensor(u, dtype=torch.float32)
        x = torch.as_tensor(self.scaling(numbers), dtype=torch.float32)

        def learn() -> float:
            self.trainer.append_simulations(theta, x)
            estimator = self.trainer.train(training_batch_size=_BATCH, learning_rate=_RATE)
            self.posterior = self.trainer.build_posterior(estimator)
            self.posterior.set_default_x(self.observed)
            return float(min(self.trainer.summary["best_validation_loss"]))

        with torch_chance(seed):
            return _quietly(learn)

    def tell(self, observed: Float[np.ndarray, "numbers"]) -> None:
        """Draw from now on given other numbers than those that were observed first."""
        import torch

        self.observed = torch.as_tensor(self.scaling(observed), dtype=torch.float32)
        self.posterior.set_default_x(self.observed)

    def draw(self, n: int, *, seed: int) -> Float[np.ndarray, "draws unknowns"]:
        """Return draws given what was observed."""
        with torch_chance(seed):
            drawn = _quietly(lambda: self.posterior.sample((n,), show_progress_bars=False))
        return drawn.double().numpy()


class _Silent:
    """Keeps no log; the one of the package would be a folder where the user stands."""

    log_dir = None

    def log_metric(self, name: str, value: Any, step: int | None = None) -> None: ...

    def log_metrics(self, metrics: dict[str, Any], step: int | None = None) -> None: ...

    def log_params(self, params: dict[str, Any]) -> None: ...

    def add_figure(self, name: str, figure: Any, step: int | None = None) -> None: ...

    def flush(self) -> None: ...


def _quietly(do: Any) -> Any:
    """Do something whose remarks speak to the authors of a package, not to its users."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return do()
