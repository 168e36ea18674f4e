"""What is taken out of a recording before it is explained: drifts and known nuisances."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, positive

__all__ = ["cleaned", "drifts"]


def drifts(
    n_times: int, *, sfreq: float, cutoff: float = 128.0
) -> Float[np.ndarray, "times terms"]:
    """Return the slow cosines of a discrete cosine transform, the constant first.

    Parameters
    ----------
    n_times : int
        Samples.
    sfreq : float
        Samples per second (Hz).
    cutoff : float, default 128
        Seconds; slower waves belong to the drift.

    Returns
    -------
    array, shape (n_times, n_terms)
        Of unit length, orthogonal; the constant and ``floor(2 T / cutoff)`` cosines for T seconds.

    Examples
    --------
    >>> drifts(360, sfreq=0.5).shape
    (360, 12)
    """
    seconds = n_times / positive(sfreq, "sfreq", unit="Hz")
    n_terms = int(2 * seconds / positive(cutoff, "cutoff", unit="s")) + 1
    steps = np.arange(n_times)[:, None] + 0.5
    waves = np.cos(np.pi * steps * np.arange(min(n_terms, n_times)) / n_times)
    return waves / np.linalg.norm(waves, axis=0)


def cleaned(
    values: Float[np.ndarray, "times regions"], *, sfreq: float, cutoff: float | None = 128.0,
    nuisance: Float[np.ndarray, "times nuisances"] | None = None,
    runs: Sequence[int] | None = None,
) -> Float[np.ndarray, "times regions"]:  # fmt: skip
    """Return signals without drifts and nuisances, standardized, run by run.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        BOLD of all runs, one after the other.
    sfreq : float
        Samples per second (Hz).
    cutoff : float or None, default 128
        Seconds; slower waves are taken out. None takes out only the mean.
    nuisance : array, shape (n_times, n_nuisances), optional
        Head motion and the like; freed of the same drifts first.
    runs : sequence of int, optional
        Length of each run.

    Returns
    -------
    array, shape (n_times, n_regions)
        Mean 0 and standard deviation 1 in every run; what is constant becomes 0.

    Raises
    ------
    ValueError
        Numbers are missing, or a run is shorter than what is taken out of it.

    Examples
    --------
    >>> time = np.arange(200.0)[:, None]
    >>> bold = np.sin(time) + 0.1 * time
    >>> found = cleaned(bold, sfreq=0.5)
    >>> bool(np.corrcoef(found[:, 0], np.sin(time)[:, 0])[0, 1] > 0.95)
    True
    """
    values = finite(values, "values")
    lengths = [len(values)] if runs is None else list(runs)
    if sum(lengths) != len(values) or (nuisance is not None and len(nuisance) != len(values)):
        raise ValueError(
            f"runs of {lengths} samples, {len(values)} samples of signals and "
            f"{'no' if nuisance is None else len(nuisance)} of nuisances do not go together"
        )
    found, first = np.zeros(values.shape), 0
    for length in lengths:
        rows = slice(first, first + length)
        slow = drifts(length, sfreq=sfreq, cutoff=cutoff or 3 * length / sfreq)
        away = [slow]
        if nuisance is not None:
            known = finite(nuisance, "nuisance")[rows]
            away.append(np.linalg.qr(known - slow @ (slow.T @ known))[0])
        basis = np.concatenate(away, axis=1)
        if basis.shape[1] >= length:
            raise ValueError(
                f"a run of {length} samples is shorter than the {basis.shape[1]} waves and "
                "nuisances that are to be taken out of it"
            )
        rest = values[rows] - basis @ (basis.T @ values[rows])
        size = rest.std(axis=0)
        kept = size > 1e-9 * np.abs(values[rows]).max(axis=0, initial=0.0)
        found[rows] = np.where(kept, rest / np.where(kept, size, 1.0), 0.0)
        first += length
    return found
