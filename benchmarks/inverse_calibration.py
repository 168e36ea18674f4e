"""Are posteriors right? One that is known in closed form, and truths among draws of theirs.

Linear numbers with Gaussian noise have a Gaussian posterior: every method must meet its mean and
covariance within sampling error, which is seen from repetitions with other seeds. Of networks the
posterior is not known, but truths drawn from the prior must lie anywhere among the draws of their
posteriors (simulation-based calibration, Talts et al. 2018, arXiv:1804.06788): ranks are uniform,
and intervals hold the truth as often as they say. The ring is linear (Ornstein-Uhlenbeck); features
are means, standard deviations and correlations. p values are the smallest of their row, corrected
for the number of all p values of the table (Bonferroni).
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from jaxtyping import Float, Int

import surrobrain as sb
from benchmarks.outcome import Outcome
from surrobrain.catalog import load
from surrobrain.inverse.feature import Features
from surrobrain.inverse.infer import infer, objective_of
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.methods.neural_posterior import Flow
from surrobrain.inverse.simulated_features import SimulatedFeatures
from surrobrain.statistics.calibration import rank_uniformity, ranks

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["METHODS", "SCENES", "LinearGaussian", "Scene", "calibrate", "deviations", "measure"]

LEVELS = (0.5, 0.9)
REPETITIONS = 8
METHODS = {
    "laplace": Inference("laplace", n_draws=99),
    "variational": Inference("variational", n_draws=99, iterations=30),
    "nuts": Inference("nuts", n_draws=57, n_chains=1),
    "smc_abc": Inference("smc_abc", n_draws=99, n_simulations=3000),
    "neural_posterior": Inference("neural_posterior", n_draws=99, n_simulations=3000),
}
THINNED = {"nuts": 3}  # steps of the chain between draws that count as independent


@dataclass
class LinearGaussian:
    """A problem of inference, numbers A u + noise, whose posterior is Gaussian.

    Parameters
    ----------
    slopes : array, shape (n_numbers, n_unknowns)
        A.
    covariance : array, shape (n_numbers, n_numbers)
        Of the noise.
    observed : array, shape (n_numbers,)
        What was measured.
    calls : int
        Simulations so far.
    """

    slopes: Float[np.ndarray, "numbers unknowns"]
    covariance: Float[np.ndarray, "numbers numbers"]
    observed: Float[np.ndarray, "numbers"]
    calls: int = 0

    @classmethod
    def drawn(cls, n_unknowns: int = 2, n_numbers: int = 4, *, seed: int = 0) -> Self:
        """Return one by chance."""
        rng = np.random.default_rng(seed)
        slopes = rng.normal(size=(n_numbers, n_unknowns))
        covariance = 0.4 * np.eye(n_numbers) + 0.2
        return cls(slopes, covariance, slopes @ rng.normal(size=n_unknowns) + 0.3)

    @property
    def n_unknowns(self) -> int:
        """Number of unknowns."""
        return self.slopes.shape[1]

    @property
    def start(self) -> Float[np.ndarray, "unknowns"]:
        """The middle of the prior."""
        return np.zeros(self.n_unknowns)

    def simulate(
        self, us: Float[np.ndarray, "points unknowns"], *, seed: int
    ) -> Float[np.ndarray, "points numbers"]:
        """Return numbers with noise."""
        self.calls += len(us)
        noise = np.random.default_rng(seed).standard_normal((len(us), len(self.observed)))
        return us @ self.slopes.T + noise @ np.linalg.cholesky(self.covariance).T

    def mean(self, u: "Tensor") -> "Tensor":
        """Return numbers without noise."""
        import torch

        return torch.as_tensor(self.slopes) @ u

    def posterior(self) -> tuple[np.ndarray, np.ndarray]:
        """Return its mean and covariance."""
        precision = np.linalg.inv(self.covariance)
        spread = np.linalg.inv(self.slopes.T @ precision @ self.slopes + np.eye(self.n_unknowns))
        return spread @ self.slopes.T @ precision @ self.observed, spread


@dataclass(frozen=True, eq=False)
class Scene:
    """Networks with unknowns, and how their posteriors are tested.

    Parameters
    ----------
    free : FreeNetwork
        Network and priors.
    duration : float
        Seconds of every recording.
    n_tests : dict of str to int
        Recordings by method: as many as its time allows.
    """

    free: sb.FreeNetwork
    duration: float
    n_tests: dict[str, int]

    def recording(self, u: Float[np.ndarray, "unknowns"], *, seed: int) -> sb.Recording:
        """Return what is measured of the network at a point."""
        return sb.simulate(self.free.at(u), duration=self.duration, seed=seed)


def ring() -> Scene:
    """Return a linear ring whose coupling and noise are unknown."""
    network = sb.Network(
        sb.Linear(), sb.examples.ring(4), coupling=0.25, noise=1.0, dt=0.01,
        observer=sb.observers.Identity(sfreq=20.0),
    )  # fmt: skip
    priors = {"coupling": sb.priors.Normal(0.25, 0.05), "noise": sb.priors.LogNormal(1.0, 1.3)}
    n_tests = {"laplace": 200, "variational": 100, "nuts": 100, "smc_abc": 100,
               "neural_posterior": 400}  # fmt: skip
    return Scene(sb.FreeNetwork(network, priors), 100.0, n_tests)


def wong_wang() -> Scene:
    """Return four unlike regions at rest whose coupling, recurrence and noise are unknown."""
    weights = np.array([[0, 1, 0.2, 0], [0.6, 0, 0, 0], [0.3, 1, 0, 0.5], [0, 0, 0.1, 0]])
    network = sb.Network(
        sb.WongWang(w=0.7), sb.Connectome(weights), coupling=0.3, noise=0.005, dt=0.01,
        observer=sb.observers.Identity(sfreq=10.0),
    )  # fmt: skip
    priors = {
        "coupling": sb.priors.Normal(0.3, 0.05), "w": sb.priors.Normal(0.7, 0.05),
        "noise": sb.priors.LogNormal(0.005, 1.3),
    }  # fmt: skip
    n_tests = {"laplace": 200, "variational": 60, "nuts": 60, "smc_abc": 100,
               "neural_posterior": 400}  # fmt: skip
    return Scene(sb.FreeNetwork(network, priors), 300.0, n_tests)


SCENES = {"Ornstein-Uhlenbeck": ring, "Wong-Wang": wong_wang}


def features() -> Features:
    """Return what is compared."""
    return sb.features.moments() + sb.features.functional_connectivity(distance="squared")


def deviations(
    method: str, *, n_unknowns: int = 2, repetitions: int = REPETITIONS
) -> Float[np.ndarray, "repetitions entries"]:
    """Return how mean and covariance differ from the known ones, where those are 0 and 1.

    Parameters
    ----------
    method : str
        Of inference.
    n_unknowns : int
        Of the problem, which has two numbers more.
    repetitions : int
        Seeds.
    """
    problem = LinearGaussian.drawn(n_unknowns, n_unknowns + 2)
    mean, covariance = problem.posterior()
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    upper, found = np.triu_indices(n_unknowns), []
    options = replace(METHODS[method], n_draws=500, iterations=60)
    if method == "smc_abc":  # few particles survive, and such numbers cost nothing
        options = replace(options, n_simulations=20_000)
    for seed in range(repetitions):
        u = load("surrobrain.inverse.methods", method)(problem, options, seed=seed).u
        z = (u - mean) @ root.T
        found.append([*z.mean(axis=0), *(np.cov(z.T) - np.eye(n_unknowns))[upper]])
    return np.array(found)


def calibrate(
    scene: Scene, method: str, *, n_tests: int, seed: int = 0
) -> tuple[Int[np.ndarray, "tests unknowns"], int]:
    """Return the ranks of truths among draws of their posteriors, and the number of draws."""
    truths = scene.free.sample(n_tests, seed=seed + 1)
    recordings = [scene.recording(u, seed=10**6 + k) for k, u in enumerate(truths)]
    if method == "neural_posterior":
        draws = _amortized(scene, recordings, seed=seed)
    else:
        draws = np.stack([
            infer(scene.free, each, features=features(), method=METHODS[method], seed=seed + k).u
            for k, each in enumerate(recordings)
        ])  # fmt: skip
        draws = draws[:, :: THINNED.get(method, 1)]
    return ranks(draws, truths), draws.shape[1]


def _amortized(
    scene: Scene, recordings: list[sb.Recording], *, seed: int
) -> Float[np.ndarray, "tests draws unknowns"]:
    """Train one flow, and ask it for the posterior of every recording."""
    options, sfreq = METHODS["neural_posterior"], recordings[0].sfreq
    rows = [np.concatenate([f.of(x.values, sfreq) for f in features().parts]) for x in recordings]
    problem = SimulatedFeatures(objective_of(scene.free, recordings[0], features(), options, seed))
    u = scene.free.sample(options.n_simulations, seed=seed)
    numbers = problem.simulate(u, seed=seed)
    flow = Flow(numbers, rows[0], scene.free.n_unknowns, options)
    flow.train(u, numbers, seed=seed)
    draws = []
    for k, row in enumerate(rows):
        flow.tell(row)
        draws.append(flow.draw(options.n_draws, seed=seed + k))
    return np.stack(draws)


def held(
    found: Int[np.ndarray, "tests unknowns"], n_draws: int, level: float
) -> Int[np.ndarray, "unknowns"]:
    """Return how many truths lie in the central interval that has this probability exactly."""
    tail = round((n_draws + 1) * (1 - level) / 2)
    return ((found >= tail) & (found <= n_draws - tail)).sum(axis=0)


def measure() -> Outcome:
    """Compare every method with the known posterior, and calibrate it on two networks."""
    rows = [_known(method) for method in METHODS]
    for name, scene in SCENES.items():
        rows += [_calibrated(name, scene(), method) for method in METHODS]
    n_values = sum(len(row["p"]) for row in rows)
    figures: dict[str, float | None] = {}
    for row in rows:
        row["p"] = min(1.0, n_values * float(min(row["p"])))
        figures[f"{row['posterior']}, {row['method']}: p"] = row["p"]
    targets = dict.fromkeys(figures, ">= 0.01")
    for row in rows:
        if "largest error" in row:
            key = f"{row['posterior']}, {row['method']}: error"
            figures[key], targets[key] = row["largest error"], "<= 0.15"
    return Outcome(rows, figures, targets, [__doc__ or ""])


def _known(method: str) -> dict:
    from scipy.stats import ttest_1samp

    found = deviations(method)
    return {
        "posterior": "Gaussian", "method": method, "tests": len(found),
        "p": ttest_1samp(found, 0.0, axis=0).pvalue,
        "largest error": float(np.abs(found.mean(axis=0)).max()),
    }  # fmt: skip


def _calibrated(name: str, scene: Scene, method: str) -> dict:
    from scipy.stats import binomtest

    n_tests = scene.n_tests[method]
    found, n_draws = calibrate(scene, method, n_tests=n_tests)
    row = {"posterior": name, "method": method, "tests": n_tests}
    p = list(rank_uniformity(found, n_draws))
    for level in LEVELS:
        counts = [int(count) for count in held(found, n_draws, level)]
        tests = [binomtest(count, n_tests, level) for count in counts]
        p += [test.pvalue for test in tests]
        row[f"held by {level:.0%}"] = ", ".join(_interval(test) for test in tests)
    return {**row, "p": np.array(p)}


def _interval(test: Any) -> str:
    low, high = test.proportion_ci(0.95)
    return f"{test.statistic:.2f} ({low:.2f}-{high:.2f})"
