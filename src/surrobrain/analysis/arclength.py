"""A curve of fixed points, walked by its length."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from surrobrain.analysis.system import System

__all__ = ["Curve", "Place"]

_CORRECTIONS = 8
_STRAIGHT = 0.995  # cosine between the tangents of neighbors
_SHORTEST = 1e-9


@dataclass(frozen=True, eq=False)
class Place:
    """One point of the curve.

    Parameters
    ----------
    x : array, shape (n_states,)
        The fixed point.
    value : float
        Of the parameter.
    tangent : array, shape (n_states + 1,)
        Direction of the curve, in scaled states and parameter, of length 1.
    eigenvalues : array of complex, shape (n_states,)
        Of the Jacobian, the leading one first.
    growth : array, shape (n_states,)
        Their real parts; of a map, the logarithm of their sizes.
    """

    x: Float[np.ndarray, "states"]
    value: float
    tangent: Float[np.ndarray, "coordinates"]
    eigenvalues: Complex[np.ndarray, "states"]
    growth: Float[np.ndarray, "states"]

    @property
    def n_unstable(self) -> int:
        """Number of directions in which departures grow."""
        return int((self.growth > 0).sum())


class Curve:
    """Fixed points of a system over its parameter, in scaled coordinates.

    Parameters
    ----------
    system : System
        Flow or map.
    begin, end : float
        Of the parameter.
    scale : array, shape (n_states,)
        Size of every state.
    """

    def __init__(
        self, system: System, begin: float, end: float, scale: Float[np.ndarray, "states"]
    ) -> None:
        self.system, self.span = system, (begin, end)
        self.scale = np.append(scale * np.sqrt(len(scale)), abs(end - begin))

    def first(self, x: Float[np.ndarray, "states"]) -> Place:
        """Return the place to begin with, its tangent towards the end of the span."""
        ahead = np.zeros(len(self.scale))
        ahead[-1] = np.sign(self.span[1] - self.span[0])
        return self._place(np.append(x, self.span[0]) / self.scale, ahead)

    def following(
        self, place: Place, length: float, *, largest: float
    ) -> tuple[Place | None, float]:
        """Return the next place and the length to try next; None where the curve is lost.

        Parameters
        ----------
        place : Place
            Where the curve has been walked to.
        length : float
            Step to try.
        largest : float
            Step at most.
        """
        while length > _SHORTEST:
            found = self.along(place, length)
            if found is not None and found.tangent @ place.tangent > _STRAIGHT:
                calm = found.tangent @ place.tangent > (3 + _STRAIGHT) / 4
                return found, min(largest, length * (1.5 if calm else 1.0))
            length /= 2
        return None, length

    def along(self, place: Place, length: float) -> Place | None:
        """Return the place at a distance along the tangent, or None where there is none."""
        u = place_of(place, self.scale)
        target = u + length * place.tangent
        u = target
        for _ in range(_CORRECTIONS):
            with np.errstate(all="ignore"):
                rest, slopes = self._equations(u)
                matrix = np.vstack([slopes, place.tangent])
                away = np.append(rest, place.tangent @ (u - target))
            if not np.isfinite(matrix).all():
                return None
            # the rows of a flow have units of their own
            weight = 1 / np.maximum(np.abs(matrix).max(axis=1), 1e-300)
            try:
                step = -np.linalg.solve(matrix * weight[:, None], away * weight)
            except np.linalg.LinAlgError:  # at a branch point, where two curves meet
                step = -np.linalg.lstsq(matrix * weight[:, None], away * weight)[0]
            u = u + step
            if np.abs(step).max() < 10 * self.system.accuracy * (1 + np.abs(u).max()):
                near = np.linalg.norm(u - target) < max(length, 1e-9)
                return self._place(u, place.tangent) if near else None
        return None

    def left(self, place: Place) -> bool:
        """Tell whether a place is beyond the span."""
        low, high = sorted(self.span)
        return not low <= place.value <= high

    def closed(self, places: list[Place]) -> bool:
        """Tell whether the curve has come back to its begin, in its direction."""
        if len(places) < 10:
            return False
        u, v, w = (place_of(p, self.scale) for p in (places[0], places[-2], places[-1]))
        step = np.linalg.norm(w - v)
        same = places[0].tangent @ places[-1].tangent > _STRAIGHT
        return bool(np.linalg.norm(w - u) <= step and same)

    def _equations(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the residual, and its slopes by all scaled coordinates."""
        real = u * self.scale
        x = real[None, :-1]
        later, jacobian, by_value = self.system.slopes(x, float(real[-1]))
        rest, jacobian = later[0], jacobian[0]
        if self.system.discrete:
            rest, jacobian = rest - x[0], jacobian - np.eye(len(rest))
        return rest, np.column_stack([jacobian, by_value[0]]) * self.scale

    def _place(self, u: np.ndarray, before: np.ndarray) -> Place:
        slopes = self._equations(u)[1]
        weight = 1 / np.maximum(np.abs(slopes).max(axis=1), 1e-300)
        # the direction in which nothing changes; of several, the one nearest to the last
        _, sizes, rows = np.linalg.svd(slopes * weight[:, None])
        tangent = rows[-1]
        if len(sizes) and sizes[-1] < 1e-9 * sizes[0]:
            null = rows[-2:]
            tangent = null.T @ (null @ before)
        tangent = tangent / np.linalg.norm(tangent)
        tangent = tangent * (1.0 if tangent @ before >= 0 else -1.0)
        real = u * self.scale
        jacobian = slopes[:, :-1] / self.scale[:-1]
        if self.system.discrete:
            jacobian = jacobian + np.eye(len(jacobian))
        eigenvalues = np.linalg.eigvals(jacobian).astype(complex)
        with np.errstate(divide="ignore"):
            lead = np.log(np.abs(eigenvalues)) if self.system.discrete else np.real(eigenvalues)
        order = np.lexsort((-np.imag(eigenvalues), -lead))
        return Place(real[:-1], float(real[-1]), tangent, eigenvalues[order], lead[order])


def place_of(place: Place, scale: Float[np.ndarray, "coordinates"]) -> np.ndarray:
    """Return the scaled coordinates of a place."""
    return np.append(place.x, place.value) / scale
