"""Bifurcations: where along a curve of fixed points an eigenvalue crosses, and what happens."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.arclength import Curve, Place

__all__ = ["Bifurcation", "bifurcations_between"]

_REAL = 1e-5  # imaginary part under which an eigenvalue is real, as a share of the largest
_SYMMETRIC = 1e-3  # quadratic term under which a branch point is a pitchfork


@dataclass(frozen=True, eq=False)
class Bifurcation:
    """Where the behavior near a fixed point changes its kind.

    Parameters
    ----------
    kind : str
        "fold", "Hopf", "pitchfork", "transcritical", "period doubling" or "torus".
    value : float
        Of the parameter.
    state : array, shape (n_states,)
        The fixed point.
    frequency : float
        Of the oscillation that begins at a Hopf or torus bifurcation, in Hz; else 0.
    """

    kind: str
    value: float
    state: Float[np.ndarray, "states"]
    frequency: float


def bifurcations_between(curve: Curve, before: Place, after: Place) -> list[Bifurcation]:
    """Return what is crossed between two neighbors on a curve.

    Parameters
    ----------
    curve : Curve
        Whose neighbors they are.
    before, after : Place
        In the order of the walk.
    """
    counts = sorted((before.n_unstable, after.n_unstable))
    length = float(before.tangent @ (_scaled(curve, after) - _scaled(curve, before)))
    found: list[tuple[float, Bifurcation]] = []
    for k in range(*counts):
        at = _crossing(curve, before, length, k)
        if at is None:
            continue
        where, place = at
        value = _eigenvalue(place, k)
        if any(abs(where - w) < 1e-6 * length and b.frequency > 0 for w, b in found):
            continue  # the other one of a pair
        found.append((where, _named(curve, place, value, turned=_turns(curve, before, after))))
    return [b for _, b in sorted(found, key=lambda pair: pair[0])]


def _crossing(curve: Curve, before: Place, length: float, k: int) -> tuple[float, Place] | None:
    """Return where the growth of the k-th direction is zero."""
    from scipy.optimize import brentq

    visited: dict[float, Place] = {0.0: before}

    def growth(s: float) -> float:
        if s not in visited:
            place = curve.along(before, s)
            if place is None:
                raise ArithmeticError
            visited[s] = place
        return float(visited[s].growth[k])

    try:
        where = float(brentq(growth, 0.0, length, xtol=curve.system.accuracy))  # pyright: ignore
        growth(where)
    except (ArithmeticError, ValueError):
        return None
    return where, visited[where]


def _eigenvalue(place: Place, k: int) -> complex:
    return complex(place.eigenvalues[k])


def _turns(curve: Curve, before: Place, after: Place) -> bool:
    """Tell whether the parameter turns back between two neighbors."""
    return bool(before.tangent[-1] * after.tangent[-1] < 0)


def _named(curve: Curve, place: Place, value: complex, *, turned: bool) -> Bifurcation:
    system = curve.system
    largest = float(np.abs(place.eigenvalues).max())
    if abs(value.imag) > _REAL * largest:
        turn = abs(np.angle(value)) if system.discrete else abs(value.imag)
        frequency = turn / (2 * np.pi) / system.seconds
        kind = "torus" if system.discrete else "Hopf"
        return Bifurcation(kind, place.value, place.x, float(frequency))
    if system.discrete and value.real < 0:
        kind = "period doubling"
    elif turned:
        kind = "fold"
    else:
        kind = "pitchfork" if _symmetric(curve, place) else "transcritical"
    return Bifurcation(kind, place.value, place.x, 0.0)


def _symmetric(curve: Curve, place: Place) -> bool:
    """Tell whether the quadratic term along the null vector is small beside the cubic one."""
    system = curve.system
    jacobian = system.slopes(place.x[None], place.value)[1][0]
    if system.discrete:
        jacobian = jacobian - np.eye(len(jacobian))
    u, _, rows = np.linalg.svd(jacobian * curve.scale[:-1])
    step = rows[-1] * curve.scale[:-1]

    def along(h: float) -> float:
        x = place.x + h * step
        later = system.motion(x[None], place.value)[0]
        return float(u[:, -1] @ (later - x if system.discrete else later))

    h = 1e-2
    even = (along(h) + along(-h)) / 2 - along(0.0)
    odd = (along(h) - along(-h)) / 2
    return abs(even) <= _SYMMETRIC * abs(odd) + 1e-14


def _scaled(curve: Curve, place: Place) -> np.ndarray:
    return np.append(place.x, place.value) / curve.scale
