"""Limit cycles of flows: found where a run leads, closed by Newton, with Floquet multipliers."""

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.cycles import Cycle
from surrobrain.analysis.newton import solve_newton
from surrobrain.analysis.poincare import followed, poincare_map
from surrobrain.analysis.system import Analyzable, System, system_of
from surrobrain.checks import positive, whole
from surrobrain.errors import NotConverged
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import Node

__all__ = ["limit_cycle"]

_RETURNS = 4  # passages per round that are tried
_CLOSE = 0.02  # of the range: how near a run must come to where it was
_AT_REST = 1e-6  # of the size of the states


def limit_cycle(
    model: Analyzable,
    *,
    start: Float[np.ndarray, "states"] | None = None,
    duration: float | None = None,
    n_times: int = 400,
) -> Cycle:
    """Return the limit cycle that a model runs into, with its period and Floquet multipliers.

    Use it to say how fast a model oscillates and how firmly it holds to its rhythm.

    Parameters
    ----------
    model : Network, Node or System
        A flow; a network without delays.
    start : array, shape (n_states,), optional
        Where the run begins; by default a little beside the usual start.
    duration : float, optional
        Seconds to run before; by default what the node needs to settle.
    n_times : int
        States to return of one round.

    Returns
    -------
    Cycle

    Raises
    ------
    TypeError
        The model is a map: see `cycles`.
    NotConverged
        The run comes to rest, does not come back, or is not closed within four passages.

    Notes
    -----
    After the run, the state that varies most makes a section at its mean; Newton's method on the
    map from passage to passage closes the orbit. The multipliers are the eigenvalues of that
    map's derivative, from the variational equation along the orbit [1]_.

    References
    ----------
    .. [1] Kuznetsov (2004), Elements of applied bifurcation theory. Springer, section 1.5.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
    >>> cycle = limit_cycle(StuartLandau(a=0.5, omega=2 * np.pi), duration=15.0)
    >>> round(cycle.period, 9), round(float(cycle.multipliers[0].real), 6)
    (1.0, 0.367879)
    """
    system = system_of(model)
    if system.discrete:
        raise TypeError("a map has no period in time; for a piecewise linear network use cycles")
    whole(n_times, "n_times", low=2)
    seconds = _settling(model) if duration is None else positive(duration, "duration", unit="s")
    path, spread = _settled(system, start, seconds / system.seconds)
    # a state that spends its time evenly between its extremes passes its mean fast
    which = int(np.argmax(np.where(spread > 1e-3 * spread.max(), path.std(axis=0) / spread, 0.0)))
    section = (which, float(path[:, which].mean()))
    longest = seconds / system.seconds
    begin = _on_section(path, section)
    at, away = begin, []
    while not away or away[-1] > _CLOSE:
        if len(away) == _RETURNS:
            raise NotConverged(
                f"the run is not periodic: after {_RETURNS} passages it is {min(away):.2g} of its "
                "range away from where it was; give a longer duration, or ask for its Lyapunov "
                "spectrum"
            )
        passage = followed(system, at, section=section, longest=longest, departures=False)
        if passage is None:
            raise NotConverged("the run does not come back to where it was; give a longer duration")
        at = passage.state
        away.append(float(np.abs((at - begin) / spread).max()))
    return _closed(system, begin, spread, section, longest, len(away), n_times)


def _closed(
    system: System,
    begin: np.ndarray,
    spread: np.ndarray,
    section: tuple[int, float],
    longest: float,
    returns: int,
    n_times: int,
) -> Cycle:
    """Close the orbit, and look at one round of it."""
    from scipy.integrate import solve_ivp

    section_map = poincare_map(system, section=section, longest=longest, returns=returns)
    others = np.delete(np.arange(system.n_states), section[0])
    found, good = solve_newton(section_map, begin[None, others], scale=spread[others])
    if not good[0]:
        raise NotConverged("the orbit could not be closed; give a start nearer to it")
    x = np.insert(found[0], *section)
    passage = followed(system, x, section=section, longest=longest, returns=returns)
    assert passage is not None
    factors = np.linalg.eigvals(passage.slope[np.ix_(others, others)]).astype(complex)
    run = solve_ivp(
        lambda _, z: system.motion(z[None], None)[0], (0.0, passage.time), x, method="DOP853",
        t_eval=np.linspace(0, passage.time, n_times, endpoint=False), rtol=1e-9, atol=1e-11,
    )  # fmt: skip
    order = np.argsort(-np.abs(factors), kind="stable")
    return Cycle(run.y.T, passage.time * system.seconds, factors[order], system.names)


def _settling(model: Analyzable) -> float:
    node = model.node if isinstance(model, Network) else model
    return max(node.settle, 1.0) if isinstance(node, Node) else 100.0


def _settled(
    system: System, start: Float[np.ndarray, "states"] | None, duration: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return states of the second half of a run, and the range of each state."""
    from scipy.integrate import solve_ivp

    begin = system.start + 1e-3 * (1 + np.abs(system.start)) if start is None else start
    with np.errstate(all="ignore"):
        run = solve_ivp(
            lambda _, x: system.motion(x[None], None)[0], (0.0, 2 * duration),
            np.asarray(begin, float), method="LSODA", rtol=1e-6, atol=1e-9,
            t_eval=np.linspace(duration, 2 * duration, 4000),
        )  # fmt: skip
    path = run.y.T
    if len(path) < 4000 or not np.isfinite(path).all():
        raise NotConverged("the run diverges; give another start")
    spread = np.ptp(path, axis=0)
    if (spread <= _AT_REST * (1e-3 + np.abs(path).max(axis=0))).all():
        raise NotConverged("the run comes to rest: there is no limit cycle near this start")
    return path, np.maximum(spread, 1e-9 * spread.max())


def _on_section(path: np.ndarray, section: tuple[int, float]) -> np.ndarray:
    """Return the last state of a path that rises through a section, put on it."""
    which, level = section
    above = path[:, which] >= level
    rising = np.flatnonzero(~above[:-1] & above[1:])
    if not len(rising):
        raise NotConverged("the run drifts without coming back; give a longer duration")
    k = rising[-1]
    share = (level - path[k, which]) / (path[k + 1, which] - path[k, which])
    return np.insert(
        np.delete(path[k] + share * (path[k + 1] - path[k]), which), which, level
    )  # so that it lies on the section to the bit
