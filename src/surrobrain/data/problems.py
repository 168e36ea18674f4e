"""What is wrong with a recording, said by region and sample; found once, told everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["Problem", "find_problems"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with some regions of a recording.

    Parameters
    ----------
    kind : str
        "nan", "infinite", "constant" or "duplicate".
    regions : tuple of str
        Names of the regions concerned.
    sample : int or None
        First sample concerned; None when the whole region is.
    message : str
        The problem in words.
    """

    kind: str
    regions: tuple[str, ...]
    sample: int | None
    message: str


def find_problems(
    values: Float[np.ndarray, "times regions"], names: Sequence[str]
) -> list[Problem]:
    """List NaN, infinite, constant and duplicate regions of a recording.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals of any unit.
    names : sequence of str
        Region names.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(50, 3))
    >>> values[:, 1] = 7.0
    >>> [p.message for p in find_problems(values, ["a", "b", "c"])]
    ['region b is constant (7)']
    """
    found = [*_not_finite(values, names, "nan"), *_not_finite(values, names, "infinite")]
    with np.errstate(invalid="ignore"):
        finite = np.where(np.isfinite(values), values, np.nan)
        low, high = _nan_range(finite)
    constant = (high == low) & np.isfinite(low)
    for k in np.flatnonzero(constant).tolist():
        found.append(
            Problem("constant", (names[k],), None, f"region {names[k]} is constant ({low[k]:g})")
        )
    found.extend(_duplicates(values, names, skip=constant))
    return found


def _nan_range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minimum and maximum per column; NaN where a column has no finite entry."""
    low = np.where(np.isnan(values), np.inf, values).min(axis=0, initial=np.inf)
    high = np.where(np.isnan(values), -np.inf, values).max(axis=0, initial=-np.inf)
    empty = low > high
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def _not_finite(values: np.ndarray, names: Sequence[str], kind: str) -> list[Problem]:
    bad = np.isnan(values) if kind == "nan" else np.isinf(values)
    found = []
    word = "NaN" if kind == "nan" else "an infinite value"
    for k in np.flatnonzero(bad.any(axis=0)).tolist():
        first, count = int(np.argmax(bad[:, k])), int(bad[:, k].sum())
        more = f" and at {count - 1} more" if count > 1 else ""
        text = f"region {names[k]} is {word} at sample {first}{more} of {len(values)}"
        found.append(Problem(kind, (names[k],), first, text))
    return found


def _duplicates(values: np.ndarray, names: Sequence[str], skip: np.ndarray) -> list[Problem]:
    """Columns that repeat an earlier one to the last bit."""
    first: dict[bytes, int] = {}
    found = []
    for k in range(values.shape[1]):
        if skip[k] or np.isnan(values[:, k]).all():
            continue
        original = first.setdefault(np.ascontiguousarray(values[:, k]).tobytes(), k)
        if original != k:
            text = f"region {names[k]} repeats region {names[original]} exactly"
            found.append(Problem("duplicate", (names[k], names[original]), None, text))
    return found
