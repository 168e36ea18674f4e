"""Coordinates in which noise is alike in every direction."""

import contextlib

import numpy as np
from jaxtyping import Float

__all__ = ["whitener"]


def whitener(
    precision: Float[np.ndarray, "channels channels"], *, symmetric: bool = True
) -> Float[np.ndarray, "channels channels"]:
    """Return W with W W' = precision: patterns times W have noise of unit covariance.

    Parameters
    ----------
    precision : array, shape (n_channels, n_channels)
        Inverse covariance of the noise.
    symmetric : bool
        Every whitened channel then resembles the channel it came from, as what is not the same
        for rotated channels needs it. Otherwise triangular, which is quicker.

    Returns
    -------
    array, shape (n_channels, n_channels)

    Raises
    ------
    ValueError
        The precision is not symmetric or not positive definite.

    Examples
    --------
    >>> whitener(np.diag([4.0, 9.0])).round(12)
    array([[2., 0.],
           [0., 3.]])
    """
    if not np.allclose(precision, precision.T, rtol=1e-6, atol=1e-9 * np.abs(precision).max()):
        raise ValueError("the precision of the noise must be symmetric; invert a covariance")
    if not symmetric:
        with contextlib.suppress(np.linalg.LinAlgError):  # said below, with the eigenvalue
            return np.linalg.cholesky(precision.astype(np.float64))
    sizes, axes = np.linalg.eigh(precision.astype(np.float64))
    if not sizes[0] > 0:
        raise ValueError(
            f"the precision of the noise must be positive definite, but its smallest eigenvalue "
            f"is {sizes[0]:.3g}; shrink the covariance before it is inverted"
        )
    return (axes * np.sqrt(sizes)) @ axes.T
