"""How rough a signal is: Higuchi's fractal dimension."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.errors import NotEnough

__all__ = ["fractal_dimension"]


def fractal_dimension(
    values: Float[np.ndarray, "times regions"], *, longest: int = 8
) -> Float[np.ndarray, "regions"]:
    """Return the fractal dimension of every signal, after Higuchi.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing, and no step crosses it.
    longest : int
        Longest step in samples; steps 1, 2 ... ``longest`` are used.

    Returns
    -------
    array, shape (n_regions,)
        1 for a smooth line, 1.5 for Brownian motion, 2 for white noise; NaN where the signal is
        constant.

    Raises
    ------
    NotEnough
        Fewer than 10 steps of the longest kind.

    Notes
    -----
    The length of a signal measured in steps of k samples is <|x(t + k) - x(t)|> (n - 1) / k^2, and
    falls as k^-D [1]_. The mean runs over all t at once; in the original it runs over the k
    phases first, which weighs the last few samples differently.

    Blind to amplitude, to slow structure beyond the longest step, and to what is behind the
    roughness: noise added by an amplifier counts like that of the brain. The value depends on the
    sampling rate.

    References
    ----------
    .. [1] Higuchi (1988), Approach to an irregular time series on the basis of the fractal
       theory. Physica D 31:277.

    Examples
    --------
    >>> line, noise = np.arange(5000.0), np.random.default_rng(0).normal(size=5000)
    >>> fractal_dimension(np.stack([line, noise, noise.cumsum()], axis=1)).round(1)
    array([1. , 2. , 1.5])
    """
    whole(longest, "longest", low=2)
    steps = np.arange(1, longest + 1)
    change = np.empty((longest, values.shape[1]))
    for step in steps:
        jumps = np.abs(values[step:] - values[:-step])
        known = np.isfinite(jumps)
        if known.sum(axis=0).min(initial=len(values)) < 10 or len(values) <= step:
            raise NotEnough(
                f"a fractal dimension with steps up to {longest} samples needs {longest + 10} "
                f"samples in a row, but {len(values)} arrived with gaps or fewer; use a longer "
                "recording or shorter steps"
            )
        change[step - 1] = np.where(known, jumps, 0.0).sum(axis=0) / known.sum(axis=0)
    length = np.log(np.where(change > 0, change, np.nan)) - 2 * np.log(steps)[:, None]
    across = np.log(steps) - np.log(steps).mean()
    return -(across @ length) / (across @ across)
