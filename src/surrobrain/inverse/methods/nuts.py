"""No-U-turn sampler: Hamiltonian Monte Carlo that chooses its own length."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.mode import mode
from surrobrain.inverse.problem import Drawn, Problem
from surrobrain.seeds import stream
from surrobrain.statistics.convergence import effective_sample_size, split_r_hat
from surrobrain.training.progress import progress

__all__ = ["nuts"]

_WARMUP, _FEWEST = 100, 50  # steps of each chain that are thrown away, and kept at least
_DEEPEST = 8  # doublings of a trajectory
_LOST = 1000.0  # error of the energy at which a trajectory has diverged
_WANTED = 0.8  # mean acceptance that the step size is tuned for
_SPREAD = 1.5  # standard deviations, of the Gaussian at the mode, from which chains start

Point = Float[np.ndarray, "unknowns"]
Ask = Callable[[Point], tuple[float, Point]]


@dataclass(frozen=True, eq=False)
class _State:
    """Position, momentum, log density and its slope."""

    q: Point
    p: Point
    value: float
    slope: Point

    @property
    def energy(self) -> float:
        return 0.5 * float(self.p @ self.p) - self.value


@dataclass(frozen=True, eq=False)
class _Tree:
    """A stretch of trajectory: both ends, one state drawn from it, and whether it is complete."""

    left: _State
    right: _State
    chosen: _State
    log_weight: float
    done: bool
    diverged: bool
    acceptance: float
    n_states: int


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

    Notes
    -----
    Multinomial sampling of trajectories [1]_ that end when they turn back [2]_. Space is first
    stretched by the Gaussian at the mode, so that the metric is the identity; the step size is
    tuned by dual averaging during 100 steps that are thrown away.

    References
    ----------
    .. [1] Betancourt (2017), A conceptual introduction to Hamiltonian Monte Carlo.
       arXiv:1701.02434.
    .. [2] Hoffman & Gelman (2014), The No-U-turn sampler. JMLR 15:1593.
    """
    top = mode(problem, options, seed=seed)

    def ask(q: Point) -> tuple[float, Point]:
        value, slope = top.likelihood.log_posterior(top.u + top.root @ q)
        return value, top.root.T @ slope

    each = max(_FEWEST, -(-options.n_draws // options.n_chains))
    chains, accepted, diverged = [], [], 0
    with progress(options.n_chains * (_WARMUP + each), label="nuts") as report:
        for k in range(options.n_chains):
            chain, acceptance, lost = _chain(
                ask, len(top.u), each, stream(seed, 0x2075, k),
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
    ask: Ask, n: int, n_draws: int, chance: np.random.Generator, told: Callable[[int], None]
) -> tuple[Float[np.ndarray, "draws unknowns"], float, int]:
    """Return the draws of one chain, its mean acceptance, and how often it diverged."""
    q = _SPREAD * chance.standard_normal(n)
    value, slope = ask(q)
    tuning, step = _Tuning(), 0.5
    draws, accepted, diverged = [], [], 0
    for k in range(_WARMUP + n_draws):
        tree = _transition(ask, _State(q, chance.standard_normal(n), value, slope), step, chance)
        q, value, slope = tree.chosen.q, tree.chosen.value, tree.chosen.slope
        acceptance = tree.acceptance / tree.n_states
        if k < _WARMUP:
            step = tuning.told(acceptance, last=k == _WARMUP - 1)
        else:
            draws.append(q)
            accepted.append(acceptance)
            diverged += tree.diverged
        told(k)
    return np.stack(draws), float(np.mean(accepted)), diverged


class _Tuning:
    """Dual averaging of the logarithm of the step size (Hoffman & Gelman, section 3.2)."""

    def __init__(self) -> None:
        self.error, self.mean, self.k = 0.0, 0.0, 0

    def told(self, acceptance: float, *, last: bool) -> float:
        """Return the next step size, or the averaged one for good."""
        self.k += 1
        share = 1 / (self.k + 10)
        self.error = (1 - share) * self.error + share * (_WANTED - acceptance)
        now = np.log(5.0) - np.sqrt(self.k) / 0.05 * self.error
        weight = self.k**-0.75
        self.mean = weight * now + (1 - weight) * self.mean
        return float(np.exp(self.mean if last else now))


def _transition(ask: Ask, start: _State, step: float, chance: np.random.Generator) -> _Tree:
    """Double the trajectory, to either side, until it turns back."""
    tree = _Tree(
        start, start, start, log_weight=0.0, done=False, diverged=False, acceptance=0.0, n_states=0
    )
    for depth in range(_DEEPEST):
        forward = bool(chance.random() < 0.5)
        edge = tree.right if forward else tree.left
        grown = _grown(ask, edge, depth, step if forward else -step, start.energy, chance)
        chosen, log_weight = tree.chosen, np.logaddexp(tree.log_weight, grown.log_weight)
        if not grown.done and np.log(chance.random()) < grown.log_weight - tree.log_weight:
            chosen = grown.chosen  # prefers the new half
        tree = _joined(tree, grown, chosen, float(log_weight), forward=forward)
        if tree.done:
            break
    return tree


def _grown(
    ask: Ask, edge: _State, depth: int, step: float, energy: float, chance: np.random.Generator
) -> _Tree:
    """Return a new stretch of 2^depth states beyond an edge."""
    if depth == 0:
        state = _leap(ask, edge, step)
        gain = energy - state.energy
        gain = float(gain) if np.isfinite(gain) else -np.inf
        lost = gain < -_LOST
        return _Tree(state, state, state, gain, lost, lost, float(np.exp(min(gain, 0.0))), 1)
    forward = step > 0
    near = _grown(ask, edge, depth - 1, step, energy, chance)
    if near.done:
        return near
    far = _grown(ask, near.right if forward else near.left, depth - 1, step, energy, chance)
    log_weight = float(np.logaddexp(near.log_weight, far.log_weight))
    takes = np.log(chance.random()) < far.log_weight - log_weight
    return _joined(near, far, far.chosen if takes else near.chosen, log_weight, forward=forward)


def _joined(near: _Tree, far: _Tree, chosen: _State, log_weight: float, *, forward: bool) -> _Tree:
    left, right = (near.left, far.right) if forward else (far.left, near.right)
    along = right.q - left.q
    turned = bool(along @ left.p < 0 or along @ right.p < 0)
    return _Tree(
        left, right, chosen, log_weight, turned or far.done, near.diverged or far.diverged,
        near.acceptance + far.acceptance, near.n_states + far.n_states,
    )  # fmt: skip


def _leap(ask: Ask, state: _State, step: float) -> _State:
    """One step of the leapfrog."""
    p = state.p + 0.5 * step * state.slope
    q = state.q + step * p
    value, slope = ask(q)
    return _State(q, p + 0.5 * step * slope, value, slope)
