"""Controllability: how far input at some regions can steer a linear system."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive

__all__ = ["average_controllability", "control_energy", "modal_controllability", "normalized"]

Matrix = Float[np.ndarray, "regions regions"]


def normalized(weights: Matrix, *, discrete: bool = True) -> Matrix:
    """Return the stable linear system that control theory makes of a connectome.

    Parameters
    ----------
    weights : array, shape (n_regions, n_regions)
        From j to i.
    discrete : bool
        ``A / (1 + s)`` for steps [1]_, or ``A / (1 + s) - I`` for a flow [2]_, with s the largest
        singular value.

    References
    ----------
    .. [1] Gu et al. (2015), Controllability of structural brain networks. Nat Commun 6:8414.
    .. [2] Karrer et al. (2020), A practical guide to methodological considerations in the
       controllability of structural brain networks. J Neural Eng 17:026031.
    """
    scaled = weights / (1 + np.linalg.norm(weights, 2))
    return scaled if discrete else scaled - np.eye(len(weights))


def average_controllability(
    system: Float[np.ndarray, "regions wide"],
) -> Float[np.ndarray, "regions"]:
    """Return for every region how much its input moves the whole system.

    Parameters
    ----------
    system : array, shape (n_regions, n_regions) or (n_regions, memory n_regions)
        ``x' = A x + B u`` with all eigenvalues inside the unit circle; see `normalized`. With a
        memory, the matrices of the newest sample first.

    Returns
    -------
    array, shape (n_regions,)
        Trace of the controllability Gramian with input at that region alone.

    Raises
    ------
    ValueError
        The system is not stable.

    Notes
    -----
    ``sum_t |x_t|^2`` after ``x_0 = e_i``, the diagonal of the solution P of ``P = A' P A + I``;
    with a memory, A holds the samples before too, and I only what is seen: the newest.

    Examples
    --------
    >>> average_controllability(np.array([[0.5, 0.0], [0.0, 0.0]])).round(6)
    array([1.333333, 1.      ])
    """
    from scipy.linalg import solve_discrete_lyapunov

    n, wide = system.shape
    step, seen = np.eye(wide, k=-n), np.zeros((wide, wide))
    step[:n], seen[:n, :n] = system, np.eye(n)
    radius = np.abs(np.linalg.eigvals(step)).max()
    if radius >= 1:
        raise ValueError(
            f"the system is not stable: its spectral radius is {radius:.3g}, so its Gramian is "
            "infinite; use normalized, or rank targets by their response"
        )
    return np.diag(solve_discrete_lyapunov(step.T, seen))[:n].copy()


def modal_controllability(system: Matrix) -> Float[np.ndarray, "regions"]:
    """Return for every region how well it steers modes that die out fast.

    Parameters
    ----------
    system : array, shape (n_regions, n_regions)
        ``x' = A x + B u``; see `normalized`.

    Returns
    -------
    array, shape (n_regions,)

    Notes
    -----
    ``sum_j (1 - |l_j|^2) |v_ij|^2`` with eigenvalues l and eigenvectors v; of a system that is not
    symmetric, those of its Schur form.
    """
    from scipy.linalg import schur

    found = schur(system.astype(complex), output="complex")
    triangle, vectors = found[0], found[1]
    return np.square(np.abs(vectors)) @ (1 - np.square(np.abs(np.diag(triangle))))


def control_energy(
    system: Matrix,
    *,
    start: Float[np.ndarray, "regions"],
    target: Float[np.ndarray, "regions"],
    duration: float,
    regions: Sequence[int] | None = None,
) -> float:
    """Return the least energy of an input that takes a linear flow from one state to another.

    Parameters
    ----------
    system : array, shape (n_regions, n_regions)
        ``dx/dt = A x + B u``.
    start, target : array, shape (n_regions,)
        States.
    duration : float
        Time that it may take, in the unit of the system.
    regions : sequence of int, optional
        Where input is given; everywhere by default.

    Returns
    -------
    float
        Integral of ``|u|^2``; infinite where input at these regions cannot reach the target.

    Notes
    -----
    ``d' W^-1 d`` with ``d = target - exp(A T) start`` and the Gramian
    ``W = integral of exp(A t) B B' exp(A' t)`` over the duration, by Van Loan's exponential.

    Examples
    --------
    >>> still = np.zeros((1, 1))
    >>> control_energy(still, start=np.array([0.0]), target=np.array([2.0]), duration=4.0)
    1.0
    """
    from scipy.linalg import expm

    n = len(system)
    chosen = np.arange(n) if regions is None else np.asarray(regions, dtype=int)
    inputs = np.zeros((n, n))
    inputs[chosen, chosen] = 1.0
    block = np.block([[-system, inputs], [np.zeros((n, n)), system.T]])
    whole = expm(block * positive(duration, "duration"))
    moved = whole[n:, n:].T
    gramian = moved @ whole[:n, n:]
    gramian = (gramian + gramian.T) / 2
    away = target - moved @ start
    sizes, vectors = np.linalg.eigh(gramian)
    reached = sizes > n * np.finfo(float).eps * sizes.max()
    parts = vectors.T @ away
    if np.abs(parts[~reached]).max(initial=0.0) > 1e-8 * (np.abs(away).max() + 1e-300):
        return float("inf")
    return float((np.square(parts[reached]) / sizes[reached]).sum())
