"""Maps that mean nothing but are as smooth as real ones."""

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice, whole
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.seeds import Seed, generator

__all__ = ["null_maps", "rotations", "smooth_fields"]

_FEWEST = 30  # places below which no null is worth anything
_PAIRS = 20_000  # of which a variogram is made
_NEIGHBORS = 500
_NEAR = 0.25  # share of all places that count as neighbors, where these are few
_WIDTHS = (0.15, 0.2, 0.27, 0.36, 0.48, 0.64, 0.85)  # of the distance to the farthest neighbor


def null_maps(
    values: Float[np.ndarray, "maps targets"], space: BrainSpace, *, n_null: int = 1000,
    method: str = "auto", seed: Seed = 0,
) -> "NullMaps":  # fmt: skip
    """Prepare null maps that keep the spatial autocorrelation of given ones.

    Parameters
    ----------
    values : array, shape (n_maps, n_targets)
        Real maps.
    space : BrainSpace
        With coordinates.
    n_null : int, default 1000
        Null maps per real one.
    method : {"auto", "spin", "variogram"}
        Rotations of the sphere (``auto`` on a surface) or random fields of the same variogram.
    seed : int or Generator
        Decides rotations and fields.

    Returns
    -------
    NullMaps
        Call it with the number of a map.

    Raises
    ------
    ValueError
        The places are not known, or too few.
    """
    choice(method, ("auto", "spin", "variogram"), "null")
    whole(n_null, "n_null", low=19)
    if space.coordinates is None:
        raise ValueError(
            "the places of the columns are not known, so no null model keeps what neighbors "
            "share; give BOLD a BrainSpace with coordinates"
        )
    if space.n < _FEWEST:
        raise ValueError(
            f"{space.n} places are too few to test maps in space; {_FEWEST} or more are needed"
        )
    spin = method == "spin" or (method == "auto" and space.kind == "surface")
    if spin:
        return NullMaps(values, rotations(space, n_null=n_null, seed=seed), None)
    fields, variograms, pairs = smooth_fields(space.coordinates, n_null=n_null, seed=seed)
    return NullMaps(values, None, (fields, variograms, pairs, generator(seed)))


class NullMaps:
    """Null maps, made one real map at a time because all together would not fit into memory.

    Parameters
    ----------
    values : array, shape (n_maps, n_targets)
        Real maps.
    turned : array of int, shape (n_null, n_targets), optional
        Where the value of each place comes from under a rotation; -1 for nowhere.
    random : tuple, optional
        Fields, their variograms, the pairs of places of these, and a generator.
    """

    def __init__(
        self, values: Float[np.ndarray, "maps targets"],
        turned: Int[np.ndarray, "nulls targets"] | None, random: tuple | None,
    ) -> None:  # fmt: skip
        self._values = values
        self._turned = turned
        self._random = random

    @property
    def method(self) -> str:
        """``"spin"`` or ``"variogram"``."""
        return "variogram" if self._turned is None else "spin"

    def __call__(self, k: int) -> Float[np.ndarray, "nulls targets"]:
        """Return the null maps of map k; NaN where a rotation brings no value."""
        value = self._values[k]
        if self._turned is not None:
            return np.where(self._turned < 0, np.nan, value[self._turned])
        assert self._random is not None
        return _matched(value, *self._random)


def rotations(
    space: BrainSpace, *, n_null: int = 1000, seed: Seed = 0
) -> Int[np.ndarray, "nulls targets"]:
    """Return random rotations of the sphere as the place whose value each place receives.

    Parameters
    ----------
    space : BrainSpace
        A surface with coordinates on the spheres.
    n_null : int, default 1000
        Rotations; the right hemisphere turns as the mirror image of the left.
    seed : int or Generator
        Decides them.

    Returns
    -------
    array of int, shape (n_null, n_targets)
        -1 where the medial wall, or what else was not measured, is turned to.

    References
    ----------
    Alexander-Bloch et al. (2018), On testing for spatial correspondence between maps of human
    brain structure and function. NeuroImage 178:540.
    """
    from scipy.spatial import KDTree

    if space.kind != "surface" or space.coordinates is None or space.right is None:
        raise ValueError("only maps on spheres can be spun; use null='variogram'")
    rng = generator(seed)
    found = np.full((n_null, space.n), -1, dtype=np.int64)
    sides = [np.flatnonzero(space.right == side) for side in (0, 1)]
    turns = [_rotation(rng) for _ in range(n_null)]
    mirror = np.diag([-1.0, 1.0, 1.0])
    for side, columns in enumerate(sides):
        if not len(columns):
            continue
        points = space.coordinates[columns]
        points = points / np.linalg.norm(points, axis=1, keepdims=True)
        tree = KDTree(points)
        # a vertex next to nothing that was measured receives nothing
        spacing = 3.0 * float(np.median(tree.query(points, k=2)[0][:, 1]))
        for row, turn in zip(found, turns, strict=True):
            here = turn if side == 0 else mirror @ turn @ mirror
            distance, nearest = tree.query(points @ here.T)
            row[columns] = np.where(distance <= spacing, columns[nearest], -1)
    return found


def smooth_fields(
    coordinates: Float[np.ndarray, "targets 3"], *, n_null: int = 1000, seed: Seed = 0
) -> tuple[
    Float[np.ndarray, "widths nulls targets"], Float[np.ndarray, "widths bins"],
    tuple[np.ndarray, np.ndarray, np.ndarray],
]:  # fmt: skip
    """Return white noise smoothed to several widths, their variograms, and the pairs of these.

    The noise is drawn once for all maps; what differs among maps is how it is mixed.
    """
    from scipy.sparse import csr_array
    from scipy.spatial import KDTree

    rng = generator(seed)
    n = len(coordinates)
    near, which = KDTree(coordinates).query(
        coordinates, k=min(max(10, round(_NEAR * n)), _NEIGHBORS)
    )
    near, which = np.asarray(near), np.asarray(which)
    reach = float(np.median(near[:, -1]))
    pairs = _pairs(coordinates, near, which, rng)
    starts = np.arange(n + 1) * near.shape[1]
    fields = np.empty((len(_WIDTHS), n_null, n), dtype=np.float32)
    for field, width in zip(fields, _WIDTHS, strict=True):
        weights = np.exp(-0.5 * np.square(near / (width * reach))).ravel()
        kernel = csr_array((weights, which.ravel(), starts), shape=(n, n))
        smooth = np.asarray(kernel @ rng.normal(size=(n, n_null))).T
        smooth -= smooth.mean(axis=1, keepdims=True)
        field[:] = smooth / smooth.std(axis=1, keepdims=True)
    sample = fields[:, : min(n_null, 50)]
    variograms = np.stack([
        np.mean([_variogram(one.astype(np.float64), pairs) for one in each], axis=0)
        for each in sample
    ])  # fmt: skip
    return fields, variograms, pairs


def _pairs(
    coordinates: np.ndarray, near: np.ndarray, which: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return first and second place of pairs of neighbors, and the bin of their distance."""
    n, k = near.shape
    some = rng.choice(n * (k - 1), size=min(_PAIRS, n * (k - 1)), replace=False)
    first, rank = np.divmod(some, k - 1)
    second = which[first, rank + 1]  # rank 0 is the place itself
    distance = np.linalg.norm(coordinates[first] - coordinates[second], axis=1)
    edges = np.unique(np.quantile(distance, np.linspace(0, 1, 13)[1:-1]))
    place = np.searchsorted(edges, distance)
    return first, second, np.unique(place, return_inverse=True)[1]  # none is empty


def _variogram(values: np.ndarray, pairs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    first, second, place = pairs
    half = 0.5 * np.square(values[first] - values[second])
    return np.bincount(place, weights=half) / np.bincount(place)


def _matched(
    value: np.ndarray, fields: np.ndarray, variograms: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray, np.ndarray], rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Mix the fields to the variogram of a map's ranks, and give them its values in their order.

    After Burt et al. (2020), Generative modeling of brain maps with spatial autocorrelation,
    NeuroImage 220:117038, with fields of all widths mixed, once per map rather than once per null
    map.
    """
    from scipy.optimize import nnls
    from scipy.special import ndtri
    from scipy.stats import rankdata

    if np.ptp(value) == 0:
        return np.tile(value, (fields.shape[1], 1))
    # heavy tails hide how smooth a map is, so its ranks are compared with those of the fields
    normal = ndtri((rankdata(value) - 0.5) / len(value))
    target = _variogram(normal / normal.std(), pairs)
    # independent fields add up, and so do their variograms
    shares = nnls(np.stack([*variograms, np.ones_like(target)], axis=1), target)[0]
    mixed = np.sqrt(shares[-1]) * rng.normal(size=fields.shape[1:])
    for share, field in zip(shares[:-1], fields, strict=True):
        if share > 0:
            mixed += np.sqrt(share) * field
    order = np.argsort(mixed, axis=1)
    found = np.empty(mixed.shape)
    np.put_along_axis(found, order, np.broadcast_to(np.sort(value), mixed.shape), axis=1)
    return found


def _rotation(rng: np.random.Generator) -> np.ndarray:
    """Return a rotation drawn uniformly."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    if np.linalg.det(q) < 0:
        q[:, 0] *= -1
    return q
