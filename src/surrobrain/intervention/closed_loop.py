"""Closed loop: sense, estimate, decide, stimulate, at a fixed rate."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, number, positive, whole
from surrobrain.intervention.biomarker import Biomarker, Estimate
from surrobrain.intervention.loop_log import LoopLog, LoopWriter, joined
from surrobrain.intervention.pace import RealPace, SimulatedPace, undisturbed
from surrobrain.intervention.plant import Plant
from surrobrain.intervention.safety import Guard, LoopLimits, Reason
from surrobrain.intervention.watchdog import Watchdog
from surrobrain.intervention.when import Controller

__all__ = ["ClosedLoop"]


@dataclass(frozen=True, eq=False)
class ClosedLoop:
    """A controller that stimulates what it listens to.

    Parameters
    ----------
    plant : Plant
        A `ModelPlant`, or a `StreamPlant` for a device.
    biomarker : Biomarker
        What is known of the brain's state: `Oscillation`, `EndpointHilbert`, `BandPower`,
        `Coordinate`.
    controller : function of (time, Estimate) that returns a drive of shape (n_regions,)
        `phase_triggered`, `state_triggered`, or a function of your own.
    limits : LoopLimits
        What no controller can exceed.
    latency : float, optional
        Seconds from a sample until what is decided on it shows in the samples; the estimate is
        advanced by it. By default what the plant says; `measured_latency` measures it.

    Notes
    -----
    At every tick: read what has arrived, track it, advance the phase to the moment at which the
    drive will act (latency, and the age of the newest sample), decide, limit, give, log. A tick
    is late when it ends more than a period after it was due; it is counted and logged, and the
    ticks after it are due when they always were.

    Simulated time counts the processor time of a tick, the plant's step included. In real time
    the clock decides, garbage collection rests, the loop asks the system for precedence over
    other programs, and a watchdog stops the plant when a tick takes longer than the limits'
    patience. However a run ends, the plant is stopped.

    For research. Not a medical device.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.intervention.band_power import BandPower
    >>> from surrobrain.intervention.plant import ModelPlant
    >>> from surrobrain.intervention.when import state_triggered
    >>> plant = ModelPlant(sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.2, noise=1.0))
    >>> brake = state_triggered(np.full(4, -0.5), above=0.1)
    >>> limits = LoopLimits(amplitude=1.0, charge=0.2)
    >>> loop = ClosedLoop(plant, BandPower((8.0, 12.0)), brake, limits)
    >>> log = loop.run(2.0)
    >>> bool(log.charge.max() <= 0.4)
    True
    """

    plant: Plant
    biomarker: Biomarker
    controller: Controller
    limits: LoopLimits
    latency: float | None = None

    def run(
        self,
        duration: float,
        *,
        clock: Literal["simulated", "real"] = "simulated",
        folder: str | Path | None = None,
    ) -> LoopLog:
        """Close the loop for a while.

        Parameters
        ----------
        duration : float
            Length in seconds.
        clock : {"simulated", "real"}
            As fast as it goes, for a model; or by the clock, for a device and for rehearsals.
        folder : str or Path, optional
            Where to stream the log while it grows, a second at a time; `LoopLog.read` takes the
            folder, of a run that was interrupted too.

        Returns
        -------
        LoopLog

        Raises
        ------
        ValueError
            The controller returns something else than one number per region.
        """
        choice(clock, ("real", "simulated"), "clock")
        sfreq = self.plant.sfreq
        n_ticks = whole(round(positive(duration, "duration", unit="s") * sfreq), "ticks", low=1)
        session = _Session(self, clock, None if folder is None else LoopWriter(folder))
        real = clock == "real"
        try:
            with undisturbed(real=real), contextlib.ExitStack() as stack:
                stack.callback(self.plant.stop)
                dog = None
                if real:
                    dog = stack.enter_context(Watchdog(self.plant, patience=self.limits.patience))
                pace = RealPace(1 / sfreq) if real else SimulatedPace()
                for tick in range(n_ticks):
                    pace.wait(tick)
                    session.tick(tick, dog)
                    session.note(tick, pace.elapsed(tick))
        finally:
            session.close()
        return joined(session.pieces)


@dataclass(eq=False)
class _Session:
    """One run of a loop: what changes from tick to tick."""

    loop: ClosedLoop
    clock: str
    writer: LoopWriter | None
    pieces: list[LoopLog] = field(default_factory=list)

    def __post_init__(self) -> None:
        plant = self.loop.plant
        latency = plant.latency if self.loop.latency is None else self.loop.latency
        self.latency = number(latency, "latency", low=0.0)
        self.period = 1 / plant.sfreq
        self.track = self.loop.biomarker.tracker(plant.sfreq)
        self.guard = Guard(self.loop.limits, len(plant.regions), plant.sfreq)
        self.estimate: Estimate | None = None
        self.good = np.zeros(len(plant.names))
        self.age = 0
        self.size = max(1, round(plant.sfreq))
        self.filled = 0
        self.piece = self._blank()

    def tick(self, tick: int, dog: Watchdog | None) -> None:
        plant, k = self.loop.plant, self.filled
        samples = plant.sense()
        self._follow(samples)
        time, now = tick * self.period, Estimate(0.0)
        asked = np.zeros(len(plant.regions))
        if self.estimate is not None:
            now = self.estimate.ahead(self.latency + self.age * self.period)
            asked = self.loop.controller(time, now)
        if dog is not None:
            if dog.barked:
                self.guard.stop(Reason.WATCHDOG)
            dog.beat()
        given, reason = self.guard.allow(asked)
        plant.give(given)
        row = self.piece
        row.times[k], row.value[k], row.phase[k] = time, now.value, now.phase
        row.sensed[k] = samples[-1] if len(samples) else np.nan
        row.asked[k], row.given[k], row.reason[k] = asked, given, reason

    def note(self, tick: int, elapsed: float) -> None:
        """Complete the row of a tick with what is known at its end."""
        self.piece.elapsed[self.filled] = elapsed
        self.piece.late[self.filled] = elapsed > self.period
        self.filled += 1
        if self.filled == self.size:
            self._hand_over()

    def close(self) -> None:
        if self.filled:
            self._hand_over()
        if self.writer is not None:
            self.writer.close()

    def _follow(self, samples: Float[np.ndarray, "arrived observed"]) -> None:
        """Track what has arrived; a sample that is not finite counts as the last good one."""
        self.guard.watch(samples)
        for sample in samples:
            if np.isfinite(sample).all():
                self.good = sample
            if self.estimate is not None or self.good is sample:
                self.estimate = self.track(self.good)
        self.age = 0 if len(samples) else self.age + 1

    def _hand_over(self) -> None:
        piece = self.piece
        arrays = {n: v[: self.filled] for n, v in vars(piece).items() if isinstance(v, np.ndarray)}
        done = LoopLog(piece.names, piece.regions, piece.sfreq, piece.clock, **arrays)
        self.pieces.append(done)
        if self.writer is not None:
            self.writer.add(done)
        self.piece, self.filled = self._blank(), 0

    def _blank(self) -> LoopLog:
        plant, n = self.loop.plant, self.size
        observed, regions = len(plant.names), len(plant.regions)
        return LoopLog(
            tuple(plant.names), tuple(plant.regions), plant.sfreq, self.clock,
            np.zeros(n), np.zeros((n, observed)), np.zeros(n), np.zeros(n), np.zeros((n, regions)),
            np.zeros((n, regions)), np.zeros(n, np.uint8), np.zeros(n, bool), np.zeros(n),
        )  # fmt: skip
