"""Where a stimulus arrives: weights of regions from electrodes or from an electric field."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, number, positive

__all__ = ["electrode_weights", "field_weights"]


def electrode_weights(
    names: Sequence[str],
    positions: Float[np.ndarray, "regions 3"],
    *,
    contacts: Float[np.ndarray, "contacts 3"],
    currents: Sequence[float] = (),
    radius: float = 1.0,
    least: float = 0.05,
) -> dict[str, float]:
    """Return how strongly each region feels the contacts of an electrode.

    Hand the result to a protocol as ``regions``.

    Parameters
    ----------
    names : sequence of str
        Regions.
    positions : array, shape (n_regions, 3)
        Their centers in mm.
    contacts : array, shape (n_contacts, 3)
        Contacts in mm, in the same space.
    currents : sequence of float, optional
        Current of each contact, such as (1, -1) for a bipolar pair; 1 when absent.
    radius : float
        Of a contact, in mm; within it the potential does not grow further.
    least : float
        Share of the largest weight below which a region is left out.

    Returns
    -------
    dict of str to float
        Potential in a homogeneous medium, ``sum over contacts of I / distance``, as a share of
        the largest.

    Raises
    ------
    ValueError
        Shapes do not fit, or no region feels anything.

    Examples
    --------
    >>> where = np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [40.0, 0.0, 0.0]])
    >>> electrode_weights(["A", "B", "C"], where, contacts=np.array([[2.0, 0.0, 0.0]]))
    {'A': 1.0, 'B': 0.25, 'C': 0.05263157894736842}
    """
    _refuse_shape(positions, (len(names), 3), "positions")
    _refuse_shape(contacts, (len(contacts), 3), "contacts")
    sent = np.array([number(c, "current") for c in currents] or [1.0] * len(contacts))
    if len(sent) != len(contacts):
        raise ValueError(
            f"{len(sent)} currents arrived for {len(contacts)} contacts; give one each"
        )
    distance = np.linalg.norm(positions[:, None] - contacts, axis=2)  # (region, contact)
    potential = (sent / np.maximum(distance, positive(radius, "radius", unit="mm"))).sum(axis=1)
    return _shares(names, potential, least)


def field_weights(
    names: Sequence[str],
    field: Float[np.ndarray, "regions 3"],
    *,
    normals: Float[np.ndarray, "regions 3"] | None = None,
    least: float = 0.05,
) -> dict[str, float]:
    """Return how strongly each region feels an electric field, such as that of a coil.

    Hand the result to a protocol as ``regions``.

    Parameters
    ----------
    names : sequence of str
        Regions.
    field : array, shape (n_regions, 3)
        Mean field in each region, in V/m, from a head model.
    normals : array, shape (n_regions, 3), optional
        Direction of each region's columns, from the white matter outwards. With it the field
        along the columns counts, with its sign; without it, its size.
    least : float
        Share of the largest weight below which a region is left out.

    Returns
    -------
    dict of str to float
        Field as a share of the largest.

    Raises
    ------
    ValueError
        Shapes do not fit, or there is no field.

    Examples
    --------
    >>> field_weights(["A", "B"], np.array([[0.0, 3.0, 4.0], [0.0, 0.0, 1.0]]))
    {'A': 1.0, 'B': 0.2}
    """
    _refuse_shape(field, (len(names), 3), "field")
    if normals is None:
        return _shares(names, np.linalg.norm(field, axis=1), least)
    _refuse_shape(normals, (len(names), 3), "normals")
    along = (field * normals).sum(axis=1) / np.linalg.norm(normals, axis=1)
    return _shares(names, along, least)


def _shares(names: Sequence[str], strength: np.ndarray, least: float) -> dict[str, float]:
    number(least, "least", low=0.0, high=1.0)
    finite(strength, "strength at the regions")
    largest = np.abs(strength).max(initial=0.0)
    if not largest > 0:
        raise ValueError("no region feels anything: the strength is 0 everywhere; check the input")
    shares = zip(names, strength / largest, strict=True)
    return {name: float(share) for name, share in shares if abs(share) >= least}


def _refuse_shape(values: np.ndarray, expected: tuple[int, ...], name: str) -> None:
    if values.shape != expected:
        raise ValueError(
            f"{name} must have shape {expected}, but {values.shape} arrived; give one row per "
            "region or contact"
        )
