"""A closed loop: what it heard, believed and gave, what was held back, and how punctual it was."""

import math
from typing import TYPE_CHECKING

import numpy as np

from surrobrain.intervention.loop_log import LoopLog
from surrobrain.intervention.safety import Reason
from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    SECOND,
    TRUTH,
    log_ticks,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["loop_log"]

_PULSES = 12  # starts of drive that the close-up holds, about
_MOST_SAMPLES = 4000
_HELD = "#f3c9b0"


def loop_log(log: LoopLog, *, channel: str | None = None) -> Picture:
    """Draw a run of a closed loop: a close-up, the whole, the phases of its drive, its latency.

    Parameters
    ----------
    log : LoopLog
        From `ClosedLoop.run`, or read back.
    channel : str, optional
        What was sensed, for the close-up; by default the mean of all channels.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is no such channel, or the log is empty.
    """
    if not len(log.times):
        raise ValueError("the log holds no tick")
    if channel is not None and channel not in log.names:
        raise ValueError(f"{channel!r} was not sensed; choose among {', '.join(log.names)}")
    sensed = log.sensed.mean(axis=1) if channel is None else log.sensed[:, log.names.index(channel)]
    column = int(np.abs(log.given).sum(axis=0).argmax())
    if not log.given.any():
        column = int(np.abs(log.asked).sum(axis=0).argmax())
    figure = new_figure(10.5, 6.6)
    grid = figure.add_gridspec(3, 3, height_ratios=(1.0, 0.72, 1.15))
    signal = figure.add_subplot(grid[0, :])
    drive = figure.add_subplot(grid[1, :], sharex=signal)
    some = _close_up(log, column)
    name = channel or (", ".join(log.names) if len(log.names) == 1 else "mean of all channels")
    _draw_signal(signal, log, sensed, some, name)
    _draw_drive(drive, log, column, some)
    _draw_whole(figure.add_subplot(grid[2, 0]), log)
    _draw_phases(figure.add_subplot(grid[2, 1], projection="polar"), log, column)
    _draw_latency(figure.add_subplot(grid[2, 2]), log)
    held = _held(log)
    return Picture(
        figure,
        "Closed loop",
        f"Top: what was sensed ({name}) with the drive of {log.regions[column]}, in a stretch "
        "around the first drives; the drive asked for and not given is pale. Bottom: the biomarker "
        "over the whole run, shaded where less was given than asked; the phase that the loop "
        "believed at every drive, upwards orange and downwards green; time per tick against its "
        f"deadline. {held}",
        f"{log.in_words()}. {held}",
    )


def _acting(log: LoopLog, column: int) -> np.ndarray:
    return log.given[:, column] != 0


def _close_up(log: LoopLog, column: int) -> slice:
    """Return a stretch that holds the first dozen drives, with as much before them."""
    acting = _acting(log, column) if log.given.any() else log.asked[:, column] != 0
    starts = np.flatnonzero(np.diff(acting.astype(int), prepend=0) == 1)
    n = len(log.times)
    if not len(starts):
        return slice(0, min(n, _MOST_SAMPLES))
    first, last = int(starts[0]), int(starts[min(_PULSES, len(starts)) - 1])
    length = max(last - first, round(0.12 * n), 20)
    begin = max(0, first - length // 6)
    return slice(begin, min(n, begin + min(length + length // 4, _MOST_SAMPLES)))


def _draw_signal(axes: "Axes", log: LoopLog, sensed: np.ndarray, some: slice, name: str) -> None:
    axes.plot(log.times[some], sensed[some], color=MEASURED, lw=1.1)
    axes.margins(x=0.0)
    tidy(axes, y="signal", title=f"sensed: {name}")
    axes.tick_params(labelbottom=False)


def _draw_drive(axes: "Axes", log: LoopLog, column: int, some: slice) -> None:
    times, given, asked = log.times[some], log.given[some, column], log.asked[some, column]
    shown = np.nan_to_num(asked, posinf=0.0, neginf=0.0)
    axes.fill_between(times, shown, step="post", color=_HELD, lw=0, label="asked, not given")
    for part, color, sign in ((given.clip(min=0), SECOND, "+"), (given.clip(max=0), TRUTH, "-")):
        axes.fill_between(times, part, step="post", color=color, lw=0, label=f"given ({sign})")
    axes.axhline(0.0, color=GRAY, lw=0.6)
    axes.margins(x=0.0)
    if (shown != given).any():
        axes.legend(
            frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1.0, 0.97), ncols=3,
            borderaxespad=0.0,
        )  # fmt: skip
    tidy(axes, x="time (s)", y="drive (u)", title=f"drive of {log.regions[column]}")


def _draw_whole(axes: "Axes", log: LoopLog) -> None:
    skip = max(1, len(log.times) // _MOST_SAMPLES)
    axes.plot(log.times[::skip], log.value[::skip], color=MODEL, lw=0.8)
    top = axes.get_ylim()
    held = log.reason != 0
    axes.fill_between(log.times, *top, where=held, step="post", color=_HELD, lw=0, zorder=0)
    axes.set_ylim(top)
    axes.margins(x=0.0)
    tidy(axes, x="time (s)", y="biomarker", title="whole run")


def _draw_phases(axes: "Axes", log: LoopLog, column: int) -> None:
    edges = np.linspace(-math.pi, math.pi, 37)
    for acting, color in ((log.given[:, column] > 0, SECOND), (log.given[:, column] < 0, TRUTH)):
        counts, _ = np.histogram(log.phase[acting], edges)
        axes.bar(edges[:-1], counts, width=np.diff(edges), align="edge", color=color, alpha=0.85)
    axes.set_yticks([])
    axes.set_xticks(np.radians([0, 90, 180, 270]), ["peak", "falling", "trough", "rising"])
    axes.tick_params(labelsize=7.5, pad=3)
    axes.set_title("phase at the drive", fontsize=9.5, fontweight="bold", loc="left")
    axes.spines["polar"].set(linewidth=0.6, color=GRAY)
    axes.grid(color="#e8e8e8", lw=0.6)


def _draw_latency(axes: "Axes", log: LoopLog) -> None:
    spent, deadline = 1000 * np.maximum(log.elapsed, 1e-7), 1000 / log.sfreq
    low, high = spent.min(), max(spent.max(), deadline)
    edges = np.geomspace(0.9 * low, 1.1 * high, 50)
    axes.hist(spent, edges, color=MODEL, lw=0)
    axes.axvline(deadline, color=SECOND, lw=1.4)
    axes.set(xscale="log", yscale="log")
    axes.set_ylim(bottom=0.7)
    log_ticks(axes.xaxis)
    median, late = np.median(spent), np.quantile(spent, 0.99)
    tidy(axes, x="time per tick (ms); deadline orange", y="ticks",
         title=f"median {median:.2g} ms, 99 % {late:.2g} ms")  # fmt: skip


def _held(log: LoopLog) -> str:
    """Say what was held back, by reason."""
    counts = {
        (r.name or "").lower().replace("_", " "): int((log.reason & r.value > 0).sum())
        for r in Reason
    }
    told = ", ".join(f"{name} in {n} ticks" for name, n in counts.items() if n)
    return f"Held back: {told}." if told else "Nothing that was asked for was held back."
