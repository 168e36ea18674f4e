"""Cascades of activity: where they start and end, how large they are."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.checks import choice, positive
from surrobrain.signals.windows import valid_samples

__all__ = ["Avalanches", "find_avalanches", "population_activity"]


@dataclass(frozen=True, eq=False)
class Avalanches:
    """Every avalanche of a recording, in order of time.

    Parameters
    ----------
    sizes : array of int, shape (n_avalanches,)
        Events in each.
    durations : array of int, shape (n_avalanches,)
        Samples each lasted.
    """

    sizes: Int[np.ndarray, "avalanches"]
    durations: Int[np.ndarray, "avalanches"]


def population_activity(
    values: Float[np.ndarray, "times regions"],
    *,
    threshold: float = 2.0,
    events: Literal["peaks", "samples"] = "peaks",
) -> Float[np.ndarray, "times"]:
    """Count the regions that have an event at every sample.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing and stays so.
    threshold : float
        Standard deviations from the mean that an excursion must exceed, in either direction.
    events : {"peaks", "samples"}
        The extreme sample of every excursion, so that a slow one counts once [1]_; or every
        sample of it, so that what lasts is seen to last.

    Returns
    -------
    array, shape (n_times,)
        Events per sample; NaN in missing rows. A constant region has none.

    References
    ----------
    .. [1] Shriki et al. (2013), Neuronal avalanches in the resting MEG of the human brain.

    Examples
    --------
    >>> values = np.array([[0.0, 0, 5, 9, 6, 0, 0, -8, 0, 0]]).T
    >>> population_activity(values, threshold=1.0)
    array([0., 0., 0., 1., 0., 0., 0., 1., 0., 0.])
    """
    limit = positive(threshold, "threshold", unit="standard deviations")
    good = valid_samples(values)
    center, deviation = values[good].mean(axis=0), values[good].std(axis=0)
    distance = (values - center) / np.where(deviation > 0, deviation, np.inf)
    distance = np.where(good[:, None], distance, 0.0)
    if choice(events, ("peaks", "samples"), "kind of events") == "samples":
        active = np.abs(distance) > limit
    else:
        active = np.stack([_peaks(column, limit) for column in distance.T], axis=1)
    return np.where(good, active.sum(axis=1), np.nan)


def find_avalanches(activity: Float[np.ndarray, "times"]) -> Avalanches:
    """Cut the activity of a population into avalanches.

    Parameters
    ----------
    activity : array, shape (n_times,)
        Events per sample, from `population_activity` or of recorded spikes; NaN is missing.

    Returns
    -------
    Avalanches
        Maximal runs of samples with at least one event, between two samples without any [1]_. Runs
        that touch a missing sample or an end of the recording are cut off and left out.

    Notes
    -----
    Sizes and durations depend on the length of a sample: compare equal ones. Where regions are
    always active somewhere, the whole recording is one avalanche: raise the threshold.

    References
    ----------
    .. [1] Beggs and Plenz (2003), Neuronal avalanches in neocortical circuits.

    Examples
    --------
    >>> find_avalanches(np.array([1.0, 0, 2, 1, 0, 0, 3, 0, 4])).sizes
    array([3, 3])
    """
    active = np.nan_to_num(activity, nan=1.0) > 0  # what is missing could have been active
    starts, stops = _runs(active)
    whole = (starts > 0) & (stops < len(activity))
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(activity))])
    missing = np.concatenate([[0], np.cumsum(np.isnan(activity))])
    whole &= missing[stops] == missing[starts]
    sizes = (total[stops] - total[starts])[whole]
    return Avalanches(sizes.round().astype(np.int64), (stops - starts)[whole])


def _peaks(distance: np.ndarray, threshold: float) -> Bool[np.ndarray, "times"]:
    """Mark the extreme sample of every excursion in one direction."""
    marks = np.zeros(len(distance), dtype=bool)
    for side in (distance, -distance):
        for start, stop in zip(*_runs(side > threshold), strict=True):
            marks[start + side[start:stop].argmax()] = True
    return marks


def _runs(active: Bool[np.ndarray, "times"]) -> tuple[np.ndarray, np.ndarray]:
    """Return where every run of True starts, and where it has stopped."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]])))
    return edges[::2], edges[1::2]
