"""From patterns and controls to regressors of BOLD, on the volumes that count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite
from surrobrain.linear.delays import delayed
from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.patterns import Patterns
from surrobrain.signals.cleaning import cleaned
from surrobrain.signals.hemodynamics import convolve

__all__ = ["Design", "design_of"]

_WINDOW = (2.0, 8.0)  # s; when BOLD answers


@dataclass(frozen=True, eq=False)
class Design:
    """Regressors by band and the responses that they explain, trimmed.

    Parameters
    ----------
    bands : dict of str to array, shape (n_times, n_features)
        ``"patterns"`` first; features at the first delay, then at the second, and so on.
    responses : array, shape (n_times, n_targets)
        Standardized in every run.
    runs : tuple of int
        Volumes of each run.
    n_patterns : int
        Patterns in the first band.
    gap : int
        Volumes between what is predicted and what is learned from.
    """

    bands: dict[str, Float[np.ndarray, "times features"]]
    responses: Float[np.ndarray, "times targets"]
    runs: tuple[int, ...]
    n_patterns: int
    gap: int

    @property
    def condition(self) -> float:
        """Condition number of the standardized pattern regressors; infinite if they depend."""
        x = self.bands["patterns"]
        spread = x.std(axis=0)
        alive = x[:, spread > 1e-8] / spread[spread > 1e-8]
        sizes = np.linalg.svd(alive - alive.mean(axis=0), compute_uv=False)
        small = sizes[-1] <= 1e-10 * sizes[0] or alive.shape[0] <= alive.shape[1]
        return float("inf") if small else float(sizes[0] / sizes[-1])


def design_of(
    patterns: Patterns, bold: Bold, *, sound: np.ndarray | None,
    controls: Mapping[str, np.ndarray] | None, hemodynamics: str,
    delays: Sequence[int] | None,
) -> Design:  # fmt: skip
    """Return the regressors; arguments are those of `encode`."""
    _refuse_unlike(patterns, bold)
    bands: dict[str, np.ndarray] = {"patterns": patterns.time_courses.astype(np.float64)}
    if patterns.word_counts is not None:
        bands["word rate"] = patterns.word_counts[:, None].astype(np.float64)
    if sound is not None:
        bands["sound"] = np.asarray(sound, dtype=np.float64)[:, None]
    bands |= {k: np.asarray(v, dtype=np.float64) for k, v in (controls or {}).items()}
    if "word rate" not in bands:
        raise ValueError(
            "the patterns do not say how many words each volume holds, and word rate alone predicts"
            " BOLD; give controls={'word rate': ...} of shape (n_times, 1)"
        )
    for name, values in bands.items():
        finite(values, f"control {name!r}")
        if values.ndim != 2 or len(values) != bold.n_times:
            raise ValueError(
                f"control {name!r} has shape {values.shape}, but there are {bold.n_times} volumes"
            )
    lags = tuple(delays) if delays is not None else _usual_delays(bold.tr)
    made = {
        name: _respond(x, bold.tr, bold.runs, lags if hemodynamics == "fir" else None)
        for name, x in bands.items()
    }
    kept = _kept(bold.runs, patterns.trim)
    runs = tuple(n - 2 * patterns.trim for n in bold.runs)
    responses = cleaned(bold.values[kept], sfreq=1 / bold.tr, cutoff=None, runs=runs)
    gap = max(lags) + 1 if hemodynamics == "fir" else int(np.ceil(10 / bold.tr))
    trimmed = {name: x[kept] for name, x in made.items()}
    return Design(trimmed, responses, runs, patterns.n_patterns, gap)


def _usual_delays(tr: float) -> tuple[int, ...]:
    """Return the volumes from 2 to 8 s after a feature; 1 to 4 at a TR of 2 s."""
    first, last = (max(1, round(edge / tr)) for edge in _WINDOW)
    return tuple(range(first, last + 1))


def _respond(
    x: np.ndarray, tr: float, runs: Sequence[int], delays: tuple[int, ...] | None
) -> np.ndarray:
    if delays is not None:
        return delayed(x, delays, runs=runs)
    parts = np.split(x, np.cumsum(runs)[:-1])
    return np.concatenate([convolve(part, sfreq=1 / tr) for part in parts])


def _kept(runs: Sequence[int], trim: int) -> np.ndarray:
    inside = [np.arange(n) for n in runs]
    return np.concatenate([(k >= trim) & (k < len(k) - trim) for k in inside])


def _refuse_unlike(patterns: Patterns, bold: Bold) -> None:
    if abs(patterns.tr - bold.tr) > 1e-3 * bold.tr:
        raise ValueError(
            f"patterns have a TR of {patterns.tr:g} s, but BOLD of {bold.tr:g} s; capture the "
            f"responses again with tr={bold.tr:g}"
        )
    if patterns.runs != bold.runs:
        raise ValueError(
            f"patterns have runs of {patterns.runs} volumes, but BOLD of {bold.runs}; both must "
            "describe the same scans"
        )
