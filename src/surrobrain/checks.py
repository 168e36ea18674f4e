"""Argument checks with one wording: what is wrong, what arrived, what to do."""

import difflib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

__all__ = [
    "choice", "existing_file", "finite", "indices", "number", "positive", "same_names", "whole",
]  # fmt: skip


def number(value: object, name: str, *, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a finite number inside ``[low, high]``, or say what arrived."""
    try:
        result = float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, but {value!r} arrived") from None
    if not (math.isfinite(result) and low <= result <= high):
        raise ValueError(f"{name} must be between {low:g} and {high:g}, but {value!r} arrived")
    return result


def positive(value: object, name: str, *, unit: str = "") -> float:
    """Return a finite number above zero, or say what arrived.

    Examples
    --------
    >>> positive(2, "sfreq", unit="Hz")
    2.0
    >>> positive(0, "sfreq", unit="Hz")
    Traceback (most recent call last):
    ValueError: sfreq must be above 0 Hz, but 0 arrived
    """
    result = number(value, name)
    if result <= 0:
        raise ValueError(
            f"{name} must be above 0{' ' + unit if unit else ''}, but {value!r} arrived"
        )
    return result


def whole(value: object, name: str, *, low: int = 0) -> int:
    """Return a whole number of at least ``low``, or say what arrived."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, but {value!r} arrived")
    if value < low:
        raise ValueError(f"{name} must be at least {low}, but {value!r} arrived")
    return int(value)


def choice(value: str, options: Iterable[str], name: str) -> str:
    """Return ``value`` when it is one of the options, or name the nearest.

    Raises
    ------
    ValueError
        Not among the options; the message lists them.

    Examples
    --------
    >>> choice("rmsee", ["rmse", "kl"], "metric")
    Traceback (most recent call last):
    ValueError: there is no metric 'rmsee'; did you mean 'rmse'? available: kl, rmse
    """
    known = sorted(options)
    if value in known:
        return value
    folded = {option.lower(): option for option in known}
    near = difflib.get_close_matches(str(value).lower(), folded, n=1, cutoff=0.5)
    hint = f"; did you mean {folded[near[0]]!r}?" if near else ";"
    raise ValueError(f"there is no {name} {value!r}{hint} available: {', '.join(known)}")


def existing_file(path: str | Path) -> Path:
    """Return the path when something is there, or name the nearest neighbour."""
    found = Path(path).expanduser()
    if found.exists():
        return found
    near: list[str] = []
    if found.parent.is_dir():
        near = difflib.get_close_matches(found.name, [p.name for p in found.parent.iterdir()], n=1)
    hint = f"; did you mean {near[0]!r} in that folder?" if near else "; check the path"
    raise FileNotFoundError(f"there is no file {str(path)!r}{hint}")


def text_of(path: str | Path) -> str:
    """Return the text of a file, or say that there is none, or that it is no text."""
    found = existing_file(path)
    if found.is_dir():
        raise ValueError(f"{found.name} is a folder; give a file in it")
    with found.open("rb") as stream:
        wide = stream.read(2) in (b"\xff\xfe", b"\xfe\xff")  # as Praat and spreadsheets may write
    try:
        return found.read_text(encoding="utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(
            f"{found.name} is no text in UTF-8 or UTF-16; give another file, or convert it"
        ) from None


def finite(
    values: Shaped[np.ndarray, "..."], name: str, *, columns: Sequence[str] | None = None
) -> Shaped[np.ndarray, "..."]:
    """Return the array when it is finite, or name the first bad entry."""
    good = np.isfinite(values)
    if good.all():
        return values
    where = tuple(int(k) for k in np.argwhere(~good)[0])
    label = f" ({columns[where[-1]]})" if columns is not None else ""
    raise ValueError(
        f"{name} must be finite, but {values[where]} arrived at index {where}{label}, "
        f"{int((~good).sum())} such values in all; repair or remove them first"
    )


def same_names(ours: Sequence[str], theirs: Sequence[str], *, our: str, their: str) -> None:
    """Refuse two containers whose regions differ, and say how to align them."""
    if list(ours) == list(theirs):
        return
    if len(ours) != len(theirs):
        found = f"{our} has {len(ours)} regions but {their} has {len(theirs)}"
    elif set(ours) == set(theirs):
        found = f"{our} and {their} have the same regions in another order"
    else:
        odd = [a for a in ours if a not in set(theirs)][:3]
        found = f"{our} has regions that {their} lacks, for instance {', '.join(odd)}"
    raise ValueError(f"{found}; keep the shared ones in one order with .pick(names)")


def indices(
    regions: Iterable[str | int | np.integer | np.bool] | int | np.integer, names: Sequence[str]
) -> list[int]:
    """Return positions of regions that are given by name, by position, or as an array of bool."""
    if isinstance(regions, np.ndarray) and regions.dtype == bool:
        if regions.shape != (len(names),):
            raise ValueError(
                f"an array of bool must say for each of {len(names)} regions whether it is meant, "
                f"but shape {regions.shape} arrived"
            )
        return np.flatnonzero(regions).tolist()
    if isinstance(regions, (str, int, np.integer)):
        regions = [regions]
    position = {name: k for k, name in enumerate(names)}
    found = []
    for region in regions:
        if isinstance(region, (int, np.integer)) and not isinstance(region, bool):
            if not -len(names) <= region < len(names):
                raise ValueError(f"region {region} is outside 0..{len(names) - 1}")
            found.append(int(region) % len(names))
        else:
            found.append(position[choice(str(region), names, "region")])
    return found
