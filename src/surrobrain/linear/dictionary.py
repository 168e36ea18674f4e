"""Sparse dictionary learning: a few time courses whose sparse sums are all signals."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, positive, whole
from surrobrain.linear.sparse_codes import improved_codes, solve_codes, solver_for
from surrobrain.seeds import Seed, generator

__all__ = ["Dictionary", "SparseDictionary", "solve_dictionary"]

_STEPS = 4  # of the codes per round, from where they were; more find worse minima, slower
_FINAL = 30
_POWERS = 4  # iterations towards the directions in which most is left
_UNUSED = 1e-8  # energy of the codes of a dead atom
_WEAK = 0.1  # of the median energy: an atom that caught noise, in the first rounds
_TWIN = 0.9  # product of two atoms that are one
_EARLY = 4  # rounds over all signals in which weak atoms begin again
_PORTIONS = ((8, 2), (4, 2), (2, 2))  # first rounds: so small a part, so many rounds


@dataclass(frozen=True, eq=False)
class Dictionary:
    """What `solve_dictionary` found.

    Parameters
    ----------
    atoms : array, shape (n_times, n_atoms)
        Of norm 1 at most, those that explain most first.
    codes : array, shape (n_atoms, n_signals)
    objective : float
        Mean over signals of ``1/2 |x - D c|^2 + sparsity |c|_1``.
    relative_error : float
        ``|X - D C|^2 / |X|^2``.
    n_rounds : int
        Over all signals.
    history : tuple of float
        Objective after the codes of each of these rounds.
    """

    atoms: Float[np.ndarray, "times atoms"]
    codes: Float[np.ndarray, "atoms signals"]
    objective: float
    relative_error: float
    n_rounds: int
    history: tuple[float, ...]


def solve_dictionary(
    signals: Float[np.ndarray, "times signals"], *, n_atoms: int = 64, sparsity: float = 0.1,
    n_rounds: int = 30, tolerance: float = 1e-4, solver: str = "auto", seed: Seed = 0,
) -> Dictionary:  # fmt: skip
    """Learn a dictionary of time courses, and the sparse codes of all signals in it.

    Parameters
    ----------
    signals : array, shape (n_times, n_signals)
        Centered, of norm 1, or the sparsity means something else for each. float32 is faster.
    n_atoms : int, default 64
        Of the dictionary.
    sparsity : float, default 0.1
        Weight of the absolute codes; at 1 no signal of norm 1 has a code.
    n_rounds : int, default 30
        Over all signals, at most.
    tolerance : float, default 1e-4
        Stop where a round lowers the objective by less than this part of it.
    solver : {"auto", "fista", "descent"}
        Of the codes, see `solve_codes`.
    seed : int or Generator
        Signals that atoms begin as, and the order of the first rounds.

    Returns
    -------
    Dictionary

    Raises
    ------
    ValueError
        There are fewer signals than atoms; a signal is not finite.

    Notes
    -----
    min over D, C of ``1/2 |X - D C|^2 + sparsity |C|_1`` with ``|d_k| <= 1``. Codes go on from
    where they were; atoms are updated one by one from ``A = C C'`` and ``B = X C'``:
    ``u = d_k + (b_k - D a_k) / A_kk``, ``d_k = u / max(1, |u|)`` (Mairal et al. (2010), J. Machine
    Learning Research 11:19). The first rounds see a random part of the signals, which grows. An
    atom that no signal uses begins again where most is left: at the leading directions of the
    residual, begun from the signals that are coded worst; in the first rounds so does an atom with
    less than a tenth of the median energy, or one like another. Signs are such that
    ``sum_n c_kn |c_kn| >= 0``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 3)) @ rng.choice([0.0, 1.0], size=(3, 200), p=[0.6, 0.4])
    >>> x /= np.maximum(np.linalg.norm(x, axis=0), 1e-12)
    >>> solve_dictionary(x, n_atoms=3, sparsity=0.01).relative_error < 0.01
    True
    """
    signals = finite(signals, "signals")
    n_signals = signals.shape[1]
    whole(n_atoms, "n_atoms", low=1)
    positive(sparsity, "sparsity")
    if n_signals < n_atoms:
        raise ValueError(f"{n_signals} signals cannot be told apart by {n_atoms} atoms; take fewer")
    rng, solver = generator(seed), solver_for(solver, n_atoms)
    order = rng.permutation(n_signals)
    x = np.take(signals, order, axis=1)  # five times as fast as an index
    atoms = x[:, :n_atoms] / np.maximum(np.linalg.norm(x[:, :n_atoms], axis=0), 1e-12)
    codes = np.zeros((n_atoms, n_signals), dtype=x.dtype)
    for part, rounds in _PORTIONS:
        n = n_signals // part
        if n >= 8 * n_atoms:
            some = np.ascontiguousarray(x[:, :n])
            energy = float(np.vdot(some, some))
            for _ in range(rounds):
                codes[:, :n], _ = _round(some, energy, atoms, codes[:, :n], sparsity, solver)
                _renewed(some, atoms, codes[:, :n], _WEAK)
    history: list[float] = []
    energy = float(np.vdot(x, x))
    for k in range(n_rounds):
        codes, objective = _round(x, energy, atoms, codes, sparsity, solver)
        _renewed(x, atoms, codes, _WEAK if k < _EARLY else 0.0)
        history.append(objective)
        if k > _EARLY and history[-2] - objective < tolerance * objective:
            break
    codes = improved_codes(solver)(atoms.T @ atoms, atoms.T @ x, codes, sparsity, _FINAL)
    return _described(x, atoms, codes, np.argsort(order), sparsity, history)


class SparseDictionary:
    """Sparse dictionary of time courses, in the manner of scikit-learn.

    Parameters
    ----------
    n_atoms : int, default 64
        Time courses.
    sparsity : float, default 0.1
        Weight of the absolute codes.
    n_rounds : int, default 30
        At most.
    tolerance : float, default 1e-4
        Stop where a round lowers the objective by less than this part of it.
    solver : {"auto", "fista", "descent"}
        Of the codes.
    seed : int or Generator
        As in `solve_dictionary`, which does the work.

    Attributes
    ----------
    atoms_ : array, shape (n_times, n_atoms)
        Time courses.
    codes_ : array, shape (n_atoms, n_signals)
        Of the signals that were learned from.
    objective_, relative_error_ : float
        What is left.
    n_rounds_ : int
        That were needed.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(40, 300)).astype(np.float32)
    >>> x /= np.linalg.norm(x, axis=0)
    >>> learned = SparseDictionary(8).fit(x)
    >>> learned.atoms_.shape, learned.transform(x[:, :5]).shape
    ((40, 8), (8, 5))
    """

    def __init__(
        self, n_atoms: int = 64, *, sparsity: float = 0.1, n_rounds: int = 30,
        tolerance: float = 1e-4, solver: str = "auto", seed: Seed = 0,
    ) -> None:  # fmt: skip
        self.n_atoms = n_atoms
        self.sparsity = sparsity
        self.n_rounds = n_rounds
        self.tolerance = tolerance
        self.solver = solver
        self.seed = seed

    def fit(self, signals: Float[np.ndarray, "times signals"]) -> "SparseDictionary":
        """Learn atoms from signals."""
        found = solve_dictionary(
            signals, n_atoms=self.n_atoms, sparsity=self.sparsity, n_rounds=self.n_rounds,
            tolerance=self.tolerance, solver=self.solver, seed=self.seed,
        )  # fmt: skip
        self.atoms_, self.codes_ = found.atoms, found.codes
        self.objective_, self.relative_error_ = found.objective, found.relative_error
        self.n_rounds_ = found.n_rounds
        return self

    def transform(
        self, signals: Float[np.ndarray, "times signals"]
    ) -> Float[np.ndarray, "atoms signals"]:
        """Return the codes of signals of the same times."""
        return solve_codes(self.atoms_, signals, sparsity=self.sparsity, solver=self.solver)


def _round(
    x: np.ndarray, energy: float, atoms: np.ndarray, codes: np.ndarray, sparsity: float, solver: str
) -> tuple[np.ndarray, float]:
    """Improve codes, then atoms in place; return the codes and the objective between both."""
    gram, correlations = atoms.T @ atoms, atoms.T @ x
    codes = improved_codes(solver)(gram, correlations, codes, sparsity, _STEPS)
    a, b = codes @ codes.T, x @ codes.T
    left = energy - 2 * float(np.vdot(atoms, b)) + float(np.vdot(gram, a))
    objective = (left / 2 + sparsity * float(np.abs(codes).sum())) / x.shape[1]
    used = np.diag(a)
    for k in np.flatnonzero(used > _UNUSED):
        u = atoms[:, k] + (b[:, k] - atoms @ a[:, k]) / used[k]
        atoms[:, k] = u / max(1.0, float(np.linalg.norm(u)))
    return codes, objective


def _renewed(x: np.ndarray, atoms: np.ndarray, codes: np.ndarray, weak: float) -> None:
    """Let unused atoms, and weak ones, begin again where most is left; in place."""
    energy = np.square(codes).sum(axis=1)
    idle = energy <= max(_UNUSED, weak * float(np.median(energy)))
    if weak:
        twins = np.triu(np.abs(atoms.T @ atoms) > _TWIN, k=1)
        idle |= twins.any(axis=0)
    dead = np.flatnonzero(idle)
    if not len(dead):
        return
    codes[dead] = 0
    left = x - atoms @ codes
    worst = np.argsort(np.square(left).sum(axis=0))[-len(dead) :]
    directions = np.linalg.qr(left[:, worst])[0]
    for _ in range(_POWERS):
        directions = np.linalg.qr(left @ (left.T @ directions))[0]
    atoms[:, dead] = directions


def _described(
    x: np.ndarray, atoms: np.ndarray, codes: np.ndarray, back: np.ndarray, sparsity: float,
    history: list[float],
) -> Dictionary:  # fmt: skip
    left = float(np.square(x - atoms @ codes).sum(dtype=np.float64))
    penalty = sparsity * float(np.abs(codes).sum(dtype=np.float64))
    sign = np.where((codes * np.abs(codes)).sum(axis=1) < 0, -1, 1).astype(x.dtype)
    by_energy = np.argsort(-np.square(codes).sum(axis=1), kind="stable")
    return Dictionary(
        (atoms * sign)[:, by_energy], (codes * sign[:, None])[by_energy][:, back],
        objective=(left / 2 + penalty) / x.shape[1],
        relative_error=left / max(float(np.square(x).sum(dtype=np.float64)), 1e-300),
        n_rounds=len(history), history=tuple(history),
    )  # fmt: skip
