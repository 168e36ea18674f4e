"""What makes a function a metric: a tag, and the same border for all of them."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, ParamSpec, cast

import numpy as np
from jaxtyping import Float, Real

__all__ = ["Tag", "by_region", "metric", "tag_of"]

P = ParamSpec("P")

_LARGEST = 1e100  # a run beyond this has diverged; its square would soon overflow


@dataclass(frozen=True)
class Tag:
    """What a metric measures and how to read it.

    Parameters
    ----------
    better : {"lower", "higher"}
        Which direction is good.
    protocol : {"forecast", "free_run"}
        What it may be asked of: "forecast" compares sample by sample with one-step forecasts
        from true states; "free_run" compares statistics with a run that saw no data.
    perfect : float
        Its value for a recording against itself.
    unit : str
        Unit of the value; empty for a ratio.
    scope : {"region", "network"}
        "region": a mean over regions, each judged alone. "network": about pairs of regions.
    needs_sfreq : bool
        Whether it takes ``sfreq`` (Hz), because it looks along time.
    default : bool
        Whether `evaluate` computes it unasked: not if it is costly, says what another says, or
        needs more than most recordings hold.
    """

    better: Literal["lower", "higher"]
    protocol: Literal["forecast", "free_run"]
    perfect: float
    unit: str
    scope: Literal["region", "network"]
    needs_sfreq: bool
    default: bool = True


def metric(
    *,
    better: Literal["lower", "higher"],
    protocol: Literal["forecast", "free_run"],
    perfect: float,
    unit: str = "",
    scope: Literal["region", "network"] = "region",
    default: bool = True,
) -> Callable[[Callable[P, float]], Callable[P, float]]:
    """Turn an equation ``(real, simulated, ...) -> float`` into a metric.

    The function stays a function and holds the equation only. Before it is called, the tag

    - refuses arrays of different shape: equal lengths are compared, always;
    - leaves out the rows in which ``real`` is not finite (missing samples) from both sides. A
      metric that takes ``sfreq`` looks along time: it receives them as rows of NaN instead, so
      that no window crosses a gap;
    - returns NaN for a run that left the finite range: a diverged run is seen, never dropped.

    Parameters
    ----------
    better, protocol, perfect, unit, scope, default
        See `Tag`.

    Examples
    --------
    >>> @metric(better="lower", protocol="forecast", perfect=0.0)
    ... def largest_error(real, simulated):
    ...     return float(abs(real - simulated).max())
    >>> largest_error(np.zeros((4, 2)), np.ones((4, 2)))
    1.0
    >>> largest_error(np.zeros((4, 2)), np.full((4, 2), np.inf))
    nan
    >>> tag_of(largest_error).better
    'lower'
    """

    def tagged(function: Callable[P, float]) -> Callable[P, float]:
        needs_sfreq = "sfreq" in inspect.signature(function).parameters
        equation = cast(Callable[..., float], function)

        @functools.wraps(function)
        def score(real: np.ndarray, simulated: np.ndarray, **settings: object) -> float:
            missing = _missing(real, simulated)
            truth, run = np.asarray(real, np.float64), np.asarray(simulated, np.float64)
            kept = run[~missing] if missing.any() else run
            if not (np.abs(kept) < _LARGEST).all():
                return float("nan")
            if missing.any() and needs_sfreq:
                gap = missing[:, None]
                truth, run = np.where(gap, np.nan, truth), np.where(gap, np.nan, run)
            elif missing.any():
                truth, run = truth[~missing], kept
            return equation(truth, run, **settings)

        score.__dict__["tag"] = Tag(better, protocol, perfect, unit, scope, needs_sfreq, default)
        return cast(Callable[P, float], score)

    return tagged


def tag_of(function: Callable[..., float]) -> Tag:
    """Return the tag of a metric.

    Raises
    ------
    TypeError
        The function is not a metric.
    """
    tag = getattr(function, "tag", None)
    if not isinstance(tag, Tag):
        name = getattr(function, "__name__", function)
        raise TypeError(f"{name!r} is not a metric; mark it with @metric(...)")
    return tag


def by_region(
    function: Callable[..., float],
    real: Real[np.ndarray, "times regions"],
    simulated: Real[np.ndarray, "times regions"],
    *,
    sfreq: float | None = None,
) -> Float[np.ndarray, "regions"]:
    """Return a metric's value for every region alone; their mean is the metric.

    Parameters
    ----------
    function : metric
        One whose scope is "region".
    real, simulated : array, shape (n_times, n_regions)
        As for the metric.
    sfreq : float, optional
        Samples per second (Hz), for a metric that needs it.

    Raises
    ------
    ValueError
        The metric is about pairs of regions and has no value for one alone.

    Examples
    --------
    >>> import surrobrain as sb
    >>> by_region(sb.metrics.rmse, np.zeros((4, 2)), np.array([[1.0, 3.0]] * 4))
    array([1., 3.])
    """
    tag = tag_of(function)
    if tag.scope == "network":
        raise ValueError(
            f"{function.__name__} compares pairs of regions and has no value for one region; "
            "call it on the whole recording"
        )
    along_time = {"sfreq": sfreq} if tag.needs_sfreq else {}
    columns = [slice(k, k + 1) for k in range(real.shape[1])]
    return np.array([function(real[:, k], simulated[:, k], **along_time) for k in columns])


def _missing(real: np.ndarray, simulated: np.ndarray) -> np.ndarray:
    if np.ndim(real) != 2 or np.shape(real) != np.shape(simulated):
        raise ValueError(
            f"real has shape {np.shape(real)} but simulated has {np.shape(simulated)}; give both "
            "as (n_times, n_regions), the same regions and equally many samples: cut the longer one"
        )
    missing = np.asarray(~np.isfinite(real).all(axis=1))
    if missing.all():
        raise ValueError("real has no sample that is finite in every region; nothing to compare")
    return missing
