"""Pace: when the ticks of a loop are due, and whether one is late."""

import contextlib
import gc
import os
import sys
import time
from collections.abc import Iterator
from typing import Protocol

__all__ = ["Pace", "RealPace", "SimulatedPace", "precedence", "undisturbed"]

_SPIN = 0.0004  # sleep ends late by up to this; the rest is spent awake


class Pace(Protocol):
    """Waits for a tick, and says how long it took."""

    def wait(self, tick: int) -> None:
        """Return when the tick is due."""
        ...

    def elapsed(self, tick: int) -> float:
        """Return the seconds since the tick was due; more than a period is late."""
        ...


class SimulatedPace:
    """Ticks as fast as they come; what counts is the processor time of each.

    A simulated plant waits for its loop, so time that other programs take from this one does not
    matter to it, and is not counted.
    """

    def __init__(self) -> None:
        self._begun = 0.0

    def wait(self, tick: int) -> None:
        """Begin at once."""
        self._begun = time.thread_time()

    def elapsed(self, tick: int) -> float:
        """Return the processor time of this tick in seconds."""
        return time.thread_time() - self._begun


class RealPace:
    """Ticks by the clock on the wall; a tick that is late delays none but itself.

    Parameters
    ----------
    period : float
        Seconds from one tick to the next.
    """

    def __init__(self, period: float) -> None:
        self._period = period
        self._start = time.perf_counter()

    def wait(self, tick: int) -> None:
        """Sleep, and stay awake for the last part."""
        due = self._start + tick * self._period
        left = due - time.perf_counter()
        if left > _SPIN:
            time.sleep(left - _SPIN)
        while time.perf_counter() < due:
            pass

    def elapsed(self, tick: int) -> float:
        """Return the seconds since the tick was due."""
        return time.perf_counter() - self._start - tick * self._period


@contextlib.contextmanager
def undisturbed(*, real: bool) -> Iterator[None]:
    """Hold garbage collection off; in real time ask the system for precedence, where it may."""
    collecting, interval = gc.isenabled(), sys.getswitchinterval()
    gc.collect()
    gc.disable()
    before = precedence(1) if real else None
    if real:
        sys.setswitchinterval(min(interval, _SPIN))
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if before is not None:
            os.sched_setscheduler(0, *before)
        if collecting:
            gc.enable()


def precedence(level: int) -> tuple[int, "os.sched_param"] | None:
    """Put this thread before all ordinary ones, and return what it was, None where refused.

    Parameters
    ----------
    level : int
        Among threads with precedence the higher level goes first.
    """
    try:
        before = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(level))
    except (AttributeError, OSError):
        return None
    return before
