"""The parameters of a stimulus, found by asking the model as rarely as possible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, whole
from surrobrain.data.recording import Recording
from surrobrain.forward import ForwardModel
from surrobrain.intervention.dose import Dose, dose
from surrobrain.intervention.gaussian_process import (
    GaussianProcess,
    expected_improvement,
    solve_gaussian_process,
)
from surrobrain.intervention.stimulus import Stimulus
from surrobrain.progress import progress
from surrobrain.seeds import stream
from surrobrain.simulation import simulate

__all__ = ["Bounds", "Tuned", "checked_bounds", "named", "tune_stimulus"]

Bounds = Mapping[str, tuple[float, float]]
_CANDIDATES = 1000
_LOOK = 4  # one trial in so many looks where least is known, lest the search settles too early


@dataclass(frozen=True, eq=False)
class Tuned:
    """The parameters that were found.

    Parameters
    ----------
    values : dict of str to float
        Parameters of the stimulus.
    stimulus : Stimulus
        Made with them.
    dose : Dose
        What it delivers.
    score : float
        Expected score, the lower the better.
    low, high : float
        95 % interval of it; equal to it where there was no noise.
    tried : dict of str to array, shape (n_trials,)
        Every parameter that was tried, and its "score".
    """

    values: dict[str, float]
    stimulus: Stimulus
    dose: Dose
    score: float
    low: float
    high: float
    tried: dict[str, Float[np.ndarray, "trials"]]

    def __repr__(self) -> str:
        """Say what was found."""
        words = ", ".join(f"{name}={value:.4g}" for name, value in self.values.items())
        return f"Tuned({words}; score {self.score:.4g} [{self.low:.4g}, {self.high:.4g}])"


def tune_stimulus(
    model: ForwardModel,
    stimulus: Callable[..., Stimulus],
    *,
    bounds: Bounds,
    score: Callable[[Recording, Dose], float],
    duration: float,
    n_trials: int = 30,
    seed: int = 0,
) -> Tuned:
    """Find parameters of a stimulus by Bayesian optimization.

    For up to some ten parameters and any score, noise included; with a differentiable loss,
    ``refine_stimulus`` goes further.

    Parameters
    ----------
    model : ForwardModel
        A fitted surrogate or a mechanistic network.
    stimulus : callable
        Takes the parameters by name and returns a stimulus.
    bounds : mapping of str to (float, float)
        Lowest and highest value of every parameter.
    score : callable
        Function of the stimulated recording and the dose, the lower the better.
    duration : float
        Length of every run in seconds.
    n_trials : int
        Number of runs, at least 4, each with its own noise; the first third is spread evenly.
    seed : int
        Decides noise and trials.

    Returns
    -------
    Tuned

    Raises
    ------
    ValueError
        Bounds that are none, or a score that is no finite number.

    Notes
    -----
    A Gaussian process guesses the score between the trials; the next trial is where the expected
    improvement on the lowest guess is largest [1]_, and every fourth where least is known. The
    answer is the trial with the lowest guess, not the luckiest one. Ranks of the scores, spread
    as normal numbers are, stand for the scores, so that a few disasters do not hide differences
    among the good; expectation and interval are carried back and stay in the range of what was
    seen.

    References
    ----------
    .. [1] Jones, Schonlau & Welch (1998), Efficient global optimization of expensive black-box
       functions. J Global Optim 13:455.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(3), coupling=0.3, noise=0.1)
    >>> found = tune_stimulus(
    ...     model, lambda amplitude: sb.protocols.step(regions=[0], amplitude=amplitude),
    ...     bounds={"amplitude": (-10.0, 10.0)}, duration=0.5, n_trials=8,
    ...     score=lambda recording, dose: (recording.values.mean() - 0.5) ** 2,
    ... )
    >>> found.tried["score"].shape
    (8,)
    """
    low, high = checked_bounds(bounds)
    whole(n_trials, "n_trials", low=4)
    rng = stream(seed)
    points = _spread(max(3, n_trials // 3), len(low), rng)

    def trial(point: np.ndarray) -> float:
        made = stimulus(**named(bounds, low + point * (high - low)))
        given = dose(made, model, duration=duration)
        noise = int(rng.integers(2**31))
        seen = simulate(model, duration=duration, stimulus=made, seed=noise)
        return number(score(seen, given), "score")

    scores: list[float] = []
    with progress(n_trials, label="tune") as report:
        for k in range(n_trials):
            if k == len(points):
                process = solve_gaussian_process(points, _normal(scores))
                chosen = _least_known(process, rng) if k % _LOOK == 0 else _next(process, rng)
                points = np.concatenate([points, chosen[None]])
            scores.append(trial(points[k]))
            report(k + 1, f"lowest {min(scores):.3g}")
    best, guess = _best(points, scores)
    tried = low + points * (high - low)
    values = named(bounds, tried[best])
    made = stimulus(**values)
    columns = {**dict(zip(bounds, tried.T, strict=True)), "score": np.array(scores)}
    return Tuned(values, made, dose(made, model, duration=duration), *guess, columns)


def checked_bounds(bounds: Bounds) -> tuple[Float[np.ndarray, "d"], Float[np.ndarray, "d"]]:
    """Return lowest and highest values, or say what is wrong with them."""
    if not bounds:
        raise ValueError('nothing is to be found; give for instance {"amplitude": (0.0, 1.0)}')
    low, high = (
        np.array([number(pair[k], f"bound of {name}") for name, pair in bounds.items()])
        for k in (0, 1)
    )
    if (low >= high).any():
        name = list(bounds)[int(np.argmax(low >= high))]
        raise ValueError(
            f"the lowest value must be below the highest, but {bounds[name]} arrived for {name}"
        )
    return low, high


def named(bounds: Bounds, values: Float[np.ndarray, "d"]) -> dict[str, float]:
    """Return values under the names of their bounds."""
    return dict(zip(bounds, values.tolist(), strict=True))


def _normal(scores: list[float]) -> Float[np.ndarray, "trials"]:
    """Return normal numbers in the order of the scores."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return ndtri((rankdata(scores) - 0.5) / len(scores))


def _best(
    points: Float[np.ndarray, "trials d"], scores: list[float]
) -> tuple[int, tuple[float, float, float]]:
    """Return the trial whose guess is lowest, and that guess with its interval."""
    normal = _normal(scores)
    mean, sd = solve_gaussian_process(points, normal)(points)
    best = int(np.argmin(mean))
    half = 1.96 * sd[best]
    ends = (mean[best], mean[best] - half, mean[best] + half)
    middle, low, high = (float(np.interp(end, np.sort(normal), np.sort(scores))) for end in ends)
    return best, (middle, low, high)


def _spread(count: int, d: int, rng: np.random.Generator) -> Float[np.ndarray, "count d"]:
    """Return points of a Latin hypercube: each axis is covered evenly."""
    rows = np.stack([rng.permutation(count) for _ in range(d)], axis=1)
    return (rows + rng.random((count, d))) / count


def _least_known(process: GaussianProcess, rng: np.random.Generator) -> Float[np.ndarray, "d"]:
    candidates = rng.random((_CANDIDATES, process.points.shape[1]))
    return candidates[np.argmax(process(candidates)[1])]


def _next(process: GaussianProcess, rng: np.random.Generator) -> Float[np.ndarray, "d"]:
    """Return where the expected improvement is largest."""
    from scipy.optimize import minimize

    level = float(process(process.points)[0].min())
    candidates = rng.random((_CANDIDATES, process.points.shape[1]))
    start = candidates[np.argmax(expected_improvement(process, candidates, below=level))]

    def minus(point: np.ndarray) -> float:
        gain = expected_improvement(process, point[None], below=level)[0]
        return -float(np.log(gain + 1e-300))

    found = minimize(minus, start, method="L-BFGS-B", bounds=[(0.0, 1.0)] * len(start))
    return np.asarray(found.x)
