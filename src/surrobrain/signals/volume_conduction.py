"""From sources in the head to contacts and sensors: gain matrices out of positions."""

import math

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite, positive

__all__ = ["seeg_gain", "sphere_meg_gain"]

_MU_0 = 4e-7 * math.pi  # T m / A
_KINDS = ("inverse_square", "monopole", "dipole")


def seeg_gain(
    contacts_mm: Float[np.ndarray, "contacts xyz"],
    sources_mm: Float[np.ndarray, "regions xyz"],
    *,
    kind: str = "inverse_square",
    normals: Float[np.ndarray, "regions xyz"] | None = None,
    conductivity: float = 0.3,
) -> Float[np.ndarray, "contacts regions"]:
    """Return what each contact in the brain sees of each source.

    Parameters
    ----------
    contacts_mm, sources_mm : array, shape (n_contacts, 3) and (n_regions, 3)
        Positions in mm, in one coordinate system.
    kind : {"inverse_square", "monopole", "dipole"}
        How a source falls off with distance; see Notes.
    normals : array, shape (n_regions, 3), optional
        Directions of the dipoles; their length does not matter.
    conductivity : float
        Of an unbounded medium, in S/m; for "monopole" and "dipole".

    Returns
    -------
    array, shape (n_contacts, n_regions)
        In 1/mm^2, V/A ("monopole") or V/(A m) ("dipole").

    Raises
    ------
    ValueError
        A contact lies on a source, positions are not (n, 3), or normals are missing or unused.

    Notes
    -----
    With r from the source to the contact, sigma the conductivity and n the normal::

        inverse_square   1 / r^2                        practice of the virtual epileptic patient
        monopole         1 / (4 pi sigma r)             current source
        dipole           n . r / (4 pi sigma r^3)       sheet of pyramidal cells

    One point stands for a region: within about its size the result means little. Gains that
    come with patients sum over the vertices of a region, weighted by area.

    Examples
    --------
    >>> seeg_gain(np.zeros((1, 3)), np.array([[0.0, 0.0, 10.0], [0.0, 20.0, 0.0]])).tolist()
    [[0.01, 0.0025]]
    """
    choice(kind, _KINDS, "kind of SEEG gain")
    if (kind == "dipole") != (normals is not None):
        raise ValueError(
            f"kind {kind!r} and normals {'given' if normals is not None else 'missing'}: give "
            "normals, of shape (n_regions, 3), for kind='dipole' and for no other"
        )
    contacts, sources = _points(contacts_mm, "contacts_mm"), _points(sources_mm, "sources_mm")
    apart = contacts[:, None] - sources  # (contact, region, xyz)
    distance = np.linalg.norm(apart, axis=-1)
    if not distance.all():
        contact, source = (int(k) for k in np.argwhere(distance == 0)[0])
        raise ValueError(
            f"contact {contact} lies on source {source}, where the gain is infinite; move it, or "
            "leave it out"
        )
    if kind == "inverse_square":
        return distance**-2
    meters = distance * 1e-3
    scale = 1 / (4 * math.pi * positive(conductivity, "conductivity", unit="S/m"))
    if normals is None:
        return scale / meters
    along = np.einsum("crx,rx->cr", apart * 1e-3, _directions(normals, "normals", len(sources)))
    return scale * along / meters**3


def sphere_meg_gain(
    sensors_mm: Float[np.ndarray, "sensors xyz"],
    sensor_directions: Float[np.ndarray, "sensors xyz"],
    sources_mm: Float[np.ndarray, "regions xyz"],
    normals: Float[np.ndarray, "regions xyz"],
    *,
    center_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Float[np.ndarray, "sensors regions"]:
    """Return the magnetic field of current dipoles in a head that is a sphere.

    Parameters
    ----------
    sensors_mm : array, shape (n_sensors, 3)
        Positions of point magnetometers in mm, outside the sphere of the sources.
    sensor_directions : array, shape (n_sensors, 3)
        Component of the field that each one measures; the length does not matter.
    sources_mm, normals : array, shape (n_regions, 3)
        Positions of the dipoles in mm, and their directions; the length does not matter.
    center_mm : tuple of float
        Center of the sphere in mm.

    Returns
    -------
    array, shape (n_sensors, n_regions)
        In T/(A m).

    Raises
    ------
    ValueError
        A source lies farther out than a sensor, positions are not (n, 3), or a direction is zero.

    Notes
    -----
    Equation 25 of Sarvas [1]_, for any conductivity that depends on the radius alone, volume
    currents included. With sensor r, source r0, dipole Q from the center and a = r - r0::

        B = mu0 / (4 pi F^2) (F Q x r0 - (Q x r0 . r) grad F)
        F = |a| (|r| |a| + r . a)
        grad F = (|a|^2/|r| + a.r/|a| + 2 |a| + 2 |r|) r - (|a| + 2 |r| + a.r/|a|) r0

    A radial dipole, Q parallel to r0, is silent outside.

    References
    ----------
    .. [1] Sarvas (1987), Basic mathematical and electromagnetic concepts of the biomagnetic
       inverse problem. Phys Med Biol 32:11.

    Examples
    --------
    >>> up, right = np.array([[0.0, 0.0, 1.0]]), np.array([[1.0, 0.0, 0.0]])
    >>> float(sphere_meg_gain(110 * up, right, 70 * up, up)[0, 0])
    0.0
    """
    center = np.asarray(center_mm, dtype=np.float64)
    r = (_points(sensors_mm, "sensors_mm") - center)[:, None] * 1e-3  # (sensor, 1, xyz)
    r0 = (_points(sources_mm, "sources_mm") - center) * 1e-3  # (region, xyz)
    facing = _directions(sensor_directions, "sensor_directions", len(r))[:, None]
    moment = np.cross(_directions(normals, "normals", len(r0)), r0)
    radius = np.linalg.norm(r, axis=-1)
    if len(r0) and len(r) and np.linalg.norm(r0, axis=-1).max() >= radius.min():
        raise ValueError(
            f"a source lies {np.linalg.norm(r0, axis=-1).max() * 1e3:.1f} mm from the center, but "
            f"a sensor only {radius.min() * 1e3:.1f} mm; every sensor must be outside the sphere "
            "of the sources: check the center and the unit, mm"
        )
    a = r - r0
    distance = np.linalg.norm(a, axis=-1)
    along = (a * r).sum(axis=-1)
    F = distance * (radius * distance + along)
    outward = distance**2 / radius + along / distance + 2 * distance + 2 * radius
    inward = distance + 2 * radius + along / distance
    slope = outward * (r * facing).sum(axis=-1) - inward * (r0 * facing).sum(axis=-1)
    field = F * (moment * facing).sum(axis=-1) - (moment * r).sum(axis=-1) * slope
    return _MU_0 / (4 * math.pi) * field / F**2


def _points(values: Float[np.ndarray, "..."], name: str) -> Float[np.ndarray, "points xyz"]:
    found = finite(np.array(values, dtype=np.float64), name)
    if found.ndim != 2 or found.shape[1] != 3:
        raise ValueError(f"{name} must have shape (n, 3), but {found.shape} arrived")
    return found


def _directions(
    values: Float[np.ndarray, "..."], name: str, n: int
) -> Float[np.ndarray, "points xyz"]:
    found = _points(values, name)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    if len(found) != n or not length.all():
        raise ValueError(
            f"{name} must be {n} directions, one per point and none of length zero, but "
            f"{len(found)} arrived, {int((length == 0).sum())} of length zero"
        )
    return found / length
