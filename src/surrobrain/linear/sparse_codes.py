"""Sparse codes of signals in a given dictionary (the lasso, for all signals at once)."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice

__all__ = ["SOLVERS", "improved_codes", "solve_codes", "solver_for"]

SOLVERS = ("auto", "fista", "descent")

_FEW = 128  # atoms up to which products of whole matrices win
_BLOCK = 512  # signals whose codes stay in the cache
_SWEEPS = 200
_SETTLED = 1e-3  # change of a code that ends a descent, in units of the sparsity

Codes = Float[np.ndarray, "atoms signals"]


def solve_codes(
    atoms: Float[np.ndarray, "times atoms"], signals: Float[np.ndarray, "times signals"], *,
    sparsity: float, solver: str = "auto", n_steps: int = 200,
) -> Codes:  # fmt: skip
    """Return the sparse codes of signals: few atoms that add up to each.

    Parameters
    ----------
    atoms : array, shape (n_times, n_atoms)
    signals : array, shape (n_times, n_signals)
    sparsity : float
        Weight of the absolute codes.
    solver : {"auto", "fista", "descent"}
        Accelerated gradient steps, or coordinate descent, which compiles on first use; by default
        the first for up to 128 atoms.
    n_steps : int, default 200
        Gradient steps; the descent stops by itself.

    Returns
    -------
    array, shape (n_atoms, n_signals)

    Notes
    -----
    Minimizes ``1/2 |x - D c|^2 + sparsity |c|_1`` for every signal x. FISTA: Beck and Teboulle
    (2009), SIAM J. Imaging Sciences 2:183. Coordinate descent: Friedman, Hastie and Tibshirani
    (2010), J. Statistical Software 33:1.

    Examples
    --------
    >>> x = np.array([[3.0, 0.5], [0.0, -2.0]])
    >>> solve_codes(np.eye(2), x, sparsity=1.0).round(6) + 0.0
    array([[ 2.,  0.],
           [ 0., -1.]])
    """
    improve = improved_codes(solver_for(solver, atoms.shape[1]))
    start = np.zeros((atoms.shape[1], signals.shape[1]), dtype=signals.dtype)
    return improve(atoms.T @ atoms, atoms.T @ signals, start, sparsity, n_steps)


def solver_for(solver: str, n_atoms: int) -> str:
    """Return which solver suits so many atoms, where the choice was left open."""
    choice(solver, SOLVERS, "solver")
    if solver == "auto":
        return "fista" if n_atoms <= _FEW else "descent"
    return solver


def improved_codes(solver: str) -> Callable[[np.ndarray, np.ndarray, Codes, float, int], Codes]:
    """Return a function of (D'D, D'X, codes, sparsity, steps) that returns better codes."""
    return _fista if solver == "fista" else _descended


def _fista(
    gram: np.ndarray, correlations: np.ndarray, codes: Codes, sparsity: float, n_steps: int
) -> Codes:
    step = 1.0 / (1.01 * float(np.linalg.norm(gram, 2)) + 1e-12)
    move = (np.eye(len(gram)) - step * gram).astype(codes.dtype)  # a gradient step is one product
    found = np.empty_like(codes)
    for k in range(0, codes.shape[1], _BLOCK):
        pull = step * correlations[:, k : k + _BLOCK]
        start = np.ascontiguousarray(codes[:, k : k + _BLOCK])
        found[:, k : k + _BLOCK] = _accelerated(
            move, pull.astype(codes.dtype, copy=False), start, step * sparsity, n_steps
        )
    return found


def _accelerated(
    move: np.ndarray, pull: np.ndarray, code: np.ndarray, threshold: float, n_steps: int
) -> np.ndarray:
    ahead, inertia = code.copy(), 1.0
    small = np.empty_like(code)
    for _ in range(n_steps):
        moved = move @ ahead
        moved += pull
        np.clip(moved, -threshold, threshold, out=small)
        moved -= small  # soft threshold
        following = (1 + np.sqrt(1 + 4 * inertia**2)) / 2
        np.subtract(moved, code, out=ahead)
        ahead *= (inertia - 1) / following
        ahead += moved
        code, inertia = moved, following
    return code


def _descended(
    gram: np.ndarray, correlations: np.ndarray, codes: Codes, sparsity: float, n_steps: int
) -> Codes:
    dtype = codes.dtype
    gram = np.ascontiguousarray(gram, dtype=dtype)
    found = np.array(codes.T, order="C")  # (signal, atom)
    rest = np.ascontiguousarray(correlations.T, dtype=dtype) - found @ gram
    tolerance = dtype.type(_SETTLED * sparsity)
    _compiled()(gram, rest, found, dtype.type(sparsity), tolerance, _SWEEPS)
    return np.ascontiguousarray(found.T)


def _descend(
    gram: np.ndarray, rest: np.ndarray, codes: np.ndarray, sparsity: Any, tolerance: Any,
    n_sweeps: int,
) -> None:  # fmt: skip
    """Sweep over the atoms of each signal: all of them, then those in use until they settle."""
    for n in range(len(codes)):
        code, left = codes[n], rest[n]
        everything = True
        for _ in range(n_sweeps):
            largest = tolerance * 0
            for k in range(len(code)):
                if everything or code[k] != 0:
                    pull = left[k] + code[k] * gram[k, k]
                    new = np.sign(pull) * max(abs(pull) - sparsity, sparsity * 0) / gram[k, k]
                    change = new - code[k]
                    if change != 0:
                        left -= change * gram[k]
                        code[k] = new
                        largest = max(largest, abs(change))
            if everything and largest < tolerance:
                break
            everything = largest < tolerance


@functools.cache
def _compiled() -> Any:
    import numba

    plain = inspect.unwrap(_descend)  # where types are checked, it is wrapped
    return numba.njit(cache=True, fastmath=True)(plain)
