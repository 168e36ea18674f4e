"""Distance of the shapes of two attractors."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.evaluation.standardized import standardized
from surrobrain.signals.persistent_homology import diagram_distance, persistence_diagram

__all__ = ["persistent_homology"]


@metric(
    better="lower", protocol="free_run", perfect=0.0, unit="sd of the recording", scope="network",
    default=False,
)  # fmt: skip
def persistent_homology(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    degree: int = 1,
    n_landmarks: int = 40,
    seed: int = 0,
) -> float:
    """Distance of persistence diagrams: whether the attractors have the same loops.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; the regions together are the state.
    degree : int
        0 for connected pieces, 1 for loops, 2 for hollows.
    n_landmarks : int
        States that stand for all. A table asks hundreds of times, so the default is small; give
        300 to compare two attractors with care, and other seeds.
    seed : int
        Decides the first landmark.

    Returns
    -------
    float
        1-Wasserstein distance of the two diagrams, in standard deviations of the recording. NaN
        when a region is constant.

    Raises
    ------
    MissingDependency
        The package ripser is not installed.
    NotEnough
        Fewer samples than landmarks.

    Notes
    -----
    See `persistence_diagram` and `diagram_distance`. Values grow with the number of landmarks and
    are above zero between two runs of one law: read them beside the floor. Landmarks take the
    place of the contiguous stretch of the review [1]_, which also measures where the orbit
    happened to be.

    Blind to time, to density, and to structure finer than the distance of landmarks.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> angle = np.linspace(0, 20 * np.pi, 500)
    >>> ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> disc = ring * np.sqrt(np.random.default_rng(0).random((500, 1)))
    >>> persistent_homology(ring, ring), persistent_homology(ring, disc) > 1
    (0.0, True)
    """
    pair = standardized(real, simulated)
    if pair is None:
        return float("nan")
    truth, run = (
        persistence_diagram(states, degree=degree, n_landmarks=n_landmarks, seed=seed)
        for states in pair
    )
    return diagram_distance(truth, run)
