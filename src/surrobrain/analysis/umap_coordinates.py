"""States laid out in a plane so that neighbors stay neighbors, for the eye."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, number, whole
from surrobrain.errors import NotEnough
from surrobrain.lazy import need

__all__ = ["umap_coordinates"]


def umap_coordinates(
    states: Float[np.ndarray, "times states"],
    *,
    n_dimensions: int = 2,
    n_neighbors: int = 15,
    min_distance: float = 0.1,
    seed: int = 0,
) -> Float[np.ndarray, "times dimensions"]:
    """Lay states out in few dimensions by UMAP, which keeps neighborhoods and bends the rest.

    Use it to look. Distances between far points, sizes and densities of clusters mean nothing:
    for numbers there are `intrinsic_dimension`, `pca_dimension` and `procrustes`.

    Parameters
    ----------
    states : array, shape (n_times, n_states)
        Samples, such as the latent states of a surrogate.
    n_dimensions : int
        Of the picture.
    n_neighbors : int
        Neighbors that are kept: few show detail, many the whole.
    min_distance : float
        How closely neighbors may lie, from 0 to 1.
    seed : int
        Decides the layout.

    Returns
    -------
    array, shape (n_times, n_dimensions)
        Coordinates without a unit; the same for the same seed.

    Raises
    ------
    MissingDependency
        umap-learn is not installed (extra "manifold").
    NotEnough
        There are no more states than neighbors.

    References
    ----------
    .. [1] McInnes, Healy & Melville (2018), UMAP: uniform manifold approximation and projection for
       dimension reduction. arXiv 1802.03426.
    """
    given = finite(states, "states")
    whole(n_dimensions, "n_dimensions", low=1)
    whole(n_neighbors, "n_neighbors", low=2)
    number(min_distance, "min_distance", low=0.0, high=1.0)
    if len(given) <= n_neighbors:
        raise NotEnough(
            f"{n_neighbors} neighbors need more states than that, but {len(given)} arrived; give a "
            "longer recording, or fewer neighbors"
        )
    umap = need("umap", extra="manifold")
    layout = umap.UMAP(
        n_components=n_dimensions, n_neighbors=n_neighbors, min_dist=min_distance,
        random_state=seed, n_jobs=1,
    )  # fmt: skip
    return np.asarray(layout.fit_transform(given), dtype=np.float64)
