"""Neural posterior estimation: a normalizing flow learns which unknowns gave which features."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.linear_start import linear_start
from surrobrain.inverse.problem import Drawn, Problem
from surrobrain.inverse.scaling import oddity, scaling_of, surviving
from surrobrain.lazy import need
from surrobrain.seeds import stream

__all__ = ["neural_posterior"]

_ODD = 0.999  # share of simulations nearer to their center, above which the data are foreign
_BATCH, _RATE = 200, 1e-3

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
    Sequential rounds draw from the posterior so far and are corrected for that by the atomic
    loss [1]_, implemented by the package sbi [2]_. The prior is standard normal without bounds, so
    that nothing can leak out of it. The flow starts from the linear regression of the unknowns on
    the features and learns what that leaves: a few thousand simulations are few for a flow alone.

    References
    ----------
    .. [1] Greenberg, Nonnenmacher & Macke (2019), Automatic posterior transformation for
       likelihood-free inference. ICML.
    .. [2] Tejero-Cantero et al. (2020), sbi: a toolkit for simulation-based inference. JOSS 5:2505.
    """
    n = problem.n_unknowns
    u = stream(seed, 0x49E, 0).standard_normal((options.n_simulations, n))
    flow, found = None, Drawn(u)
    for k in range(options.rounds):
        noise = int(stream(seed, 0x49F, k).integers(2**31))
        numbers = problem.simulate(u, seed=noise)
        good, failed, said = surviving(numbers)
        if flow is None:
            with _own_chance(noise):  # the package draws from the prior to look at it
                flow = Flow(numbers[good], problem.observed, n, options)
            said += flow.foreign
        loss = flow.train(u[good], numbers[good], seed=noise)
        last = k + 1 == options.rounds
        u = flow.draw(options.n_draws if last else options.n_simulations, seed=noise + 1)
        said = tuple(dict.fromkeys((*found.warnings, *said)))
        worst = max(failed, found.failed)
        found = Drawn(u, {"validation log probability": -loss}, worst, said)
    return found


class Flow:
    """A flow that is trained round by round; it owns networks, optimizer and simulations."""

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
        prior = torch.distributions.MultivariateNormal(
            torch.zeros(n_unknowns), torch.eye(n_unknowns)
        )
        self.trainer = self.sbi.NPE(
            prior=prior, show_progress_bars=False, tracker=_Silent(),
            density_estimator=linear_start(nets.posterior_nn(
                options.flow, z_score_theta="none", z_score_x="independent", **extra
            )),
        )  # fmt: skip
        self.posterior: Any = None

    def train(self, u: Points, numbers: Numbers, *, seed: int) -> float:
        """Learn from the simulations of one more round; return the best validation loss."""
        import torch

        theta = torch.as_tensor(u, dtype=torch.float32)
        x = torch.as_tensor(self.scaling(numbers), dtype=torch.float32)

        def learn() -> float:
            self.trainer.append_simulations(theta, x, proposal=self.posterior)
            estimator = self.trainer.train(training_batch_size=_BATCH, learning_rate=_RATE)
            self.posterior = self.trainer.build_posterior(estimator)
            self.posterior.set_default_x(self.observed)
            return float(min(self.trainer.summary["best_validation_loss"]))

        with _own_chance(seed):
            return _quietly(learn)

    def tell(self, observed: Float[np.ndarray, "numbers"]) -> None:
        """Draw from now on given other numbers than those that were observed first."""
        import torch

        self.observed = torch.as_tensor(self.scaling(observed), dtype=torch.float32)
        self.posterior.set_default_x(self.observed)

    def draw(self, n: int, *, seed: int) -> Float[np.ndarray, "draws unknowns"]:
        """Return draws given what was observed."""
        with _own_chance(seed):
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


@contextmanager
def _own_chance(seed: int) -> Iterator[None]:
    """Give torch random numbers that follow from a seed, and put its own back afterwards."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(torch.Generator().manual_seed(seed).get_state())
        yield


def _quietly(do: Any) -> Any:
    """Do something whose remarks speak to the authors of a package, not to its users."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return do()
