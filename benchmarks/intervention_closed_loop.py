"""Closed loop at 1 kHz: eight coupled noisy oscillators near 10 Hz, braked in phase, on one core.

What is sensed is x of every region with noise; the loop tracks its mean by the Kalman filter of an
oscillator, fitted to 20 s beforehand, and gives charge-balanced pulses at the peak and the trough
while the rhythm is strong. The phase error is that of the estimate, for the moment at which the
drive acts, from the hidden phase of the mean of z at that moment, over all ticks with drive. Open
loop of the same energy: the very drive of the closed loop given to a brain with other noise, and
the same pulses at the fixed frequency of the rhythm.
"""

import numpy as np
from jaxtyping import Float

import surrobrain as sb
from benchmarks.outcome import Outcome
from surrobrain.intervention.closed_loop import ClosedLoop
from surrobrain.intervention.latency import measured_latency
from surrobrain.intervention.loop_log import LoopLog
from surrobrain.intervention.oscillation import Oscillation
from surrobrain.intervention.plant import ModelPlant
from surrobrain.intervention.safety import LoopLimits, Reason
from surrobrain.intervention.when import Controller, phase_triggered, state_triggered
from surrobrain.seeds import stream
from surrobrain.signals.bands import power_in_bands

__all__ = ["Rehearsal", "measure", "network", "phase_error"]

SFREQ, BAND, N = 1000.0, (7.0, 13.0), 8
SENSOR_NOISE = 0.2
AMPLITUDE, ABOVE = 6.0, 0.4
LIMITS = LoopLimits(amplitude=10.0, charge=6.0)
SETTLED = round(1.0 * SFREQ)


def network() -> sb.Network:
    """Return eight oscillators with frequencies that differ, on a ring."""
    omega = 2 * np.pi * stream(0).normal(10.0, 0.2, N)
    return sb.Network(
        sb.StuartLandau(a=5.0, omega=omega), sb.examples.ring(N), coupling=2.0, noise=1.0,
        observer=sb.observers.Identity(SFREQ), settle=5.0, stepper="heun", dt=1 / SFREQ,
    )  # fmt: skip


class Rehearsal(ModelPlant):
    """The network as a plant with a noisy sensor that can fail, and a hidden truth to judge by.

    Parameters
    ----------
    model : Network
        What is controlled.
    seed : int
        Decides its noise and the sensor's.
    fault : {"", "nan", "stalled"}
        What the sensor does from second 2 on.
    """

    def __init__(self, model: sb.Network, *, seed: int, fault: str = "") -> None:
        super().__init__(model, seed=seed)
        self.fault = fault
        self.hidden: list[complex] = []
        self._sensor = stream(seed, 1)

    def sense(self) -> Float[np.ndarray, "arrived observed"]:
        """Return the sample with noise, or what is left of it."""
        samples = super().sense()
        samples = samples + SENSOR_NOISE * self._sensor.normal(size=samples.shape)
        if not self.fault or len(self.hidden) < 2 * SFREQ:
            return samples
        return samples * np.nan if self.fault == "nan" else samples[:0]

    def give(self, drive: Float[np.ndarray, "regions"]) -> None:
        """Take a step, and note the hidden mean of z at its end."""
        super().give(drive)
        self.hidden.append(complex(*self.state.values[:2].mean(axis=1)))


def phase_error(log: LoopLog, plant: Rehearsal) -> tuple[float, float]:
    """Return circular mean and standard deviation in degrees over the ticks with drive."""
    driven = (log.given != 0).any(axis=1)
    driven[:SETTLED] = False
    truth = np.angle(np.array(plant.hidden)[-len(log.times) :])
    mean = np.exp(1j * (log.phase - truth))[driven].mean()
    return float(np.degrees(np.angle(mean))), float(np.degrees(np.sqrt(-2 * np.log(abs(mean)))))


def _power(mean_x: np.ndarray) -> float:
    return float(power_in_bands(mean_x[SETTLED:, None], sfreq=SFREQ, bands=[BAND])[0, 0])


def _run(
    model: sb.Network, rhythm: Oscillation, decide: Controller, *, seconds: float, **how: str
) -> tuple[LoopLog, Rehearsal]:
    plant = Rehearsal(model, seed=5, fault=how.get("fault", ""))
    loop = ClosedLoop(plant, rhythm, decide, LIMITS)
    return loop.run(seconds, clock=how.get("clock", "simulated")), plant


def _open_loop(model: sb.Network, log: LoopLog, rhythm: Oscillation) -> dict[str, float]:
    """Return the power of the rhythm without drive, and under open loops of the same energy."""
    times = log.times
    swing = np.cos(2 * np.pi * rhythm.frequency * times)
    pulses = -np.sign(swing)[:, None] * (np.abs(swing) >= np.cos(np.pi / 4))[:, None] * np.ones(N)
    pulses *= np.sqrt((log.given**2).sum() / (pulses**2).sum())
    drives = {"no drive": 0 * pulses, "same drive, other brain": log.given, "fixed": pulses}
    return {
        name: _power(model.run(len(times), inputs=drive, seed=6).values.mean(axis=1))
        for name, drive in drives.items()
    }


def measure() -> Outcome:
    """Calibrate, measure latency, close the loop in both times, and try to break it."""
    model = network()
    seen = Rehearsal(model, seed=3)
    latency = measured_latency(
        seen, LoopLimits(amplitude=50.0, charge=50.0), region=0, amplitude=50.0
    )
    calibration = model.run(20_000, seed=4).values
    calibration = calibration + SENSOR_NOISE * stream(4, 1).normal(size=calibration.shape)
    rhythm = Oscillation.fit(calibration, sfreq=SFREQ, band=BAND)
    brake = phase_triggered(np.full(N, -AMPLITUDE), above=ABOVE, balanced=True)
    _run(model, rhythm, brake, seconds=0.5)  # code and memory are warm before a loop is closed

    log, plant = _run(model, rhythm, brake, seconds=60.0)
    bias, deviation = phase_error(log, plant)
    powers = {"closed loop": _power(np.real(plant.hidden))} | _open_loop(model, log, rhythm)
    against = min(powers["same drive, other brain"], powers["fixed"])
    real, real_plant = _run(model, rhythm, brake, seconds=10.0, clock="real")
    rows = [{"run": name, "power, 7-13 Hz": power} for name, power in powers.items()]
    rows[0] |= _punctual(log) | {"phase error": f"{bias:.1f} +- {deviation:.1f} deg"}
    real_bias, real_deviation = phase_error(real, real_plant)
    rows.append(
        {"run": "closed loop, real time", "power, 7-13 Hz": _power(np.real(real_plant.hidden))}
        | _punctual(real) | {"phase error": f"{real_bias:.1f} +- {real_deviation:.1f} deg"}
    )  # fmt: skip
    broken, safety = _safety(model, rhythm)
    figures = {
        "phase_sd_degrees": deviation, "phase_bias_degrees": bias, "latency_ms": 1000 * latency,
        "missed_simulated": float(log.n_missed), "missed_real_percent": 100 * real.late.mean(),
        "power_against_open_loop": powers["closed loop"] / against, **safety,
    }  # fmt: skip
    targets = {
        "phase_sd_degrees": "< 20", "missed_simulated": "<= 0", "missed_real_percent": "< 0.1",
        "power_against_open_loop": "<= 0.5", "greedy_peak": "<= 10", "greedy_ends_s": "<= 0.15",
        "greedy_logged": ">= 1", "nan_stops_ms": "<= 50", "stalled_stops_ms": "<= 50",
    }  # fmt: skip
    return Outcome([*rows, *broken], figures, targets, [__doc__ or ""])


def _punctual(log: LoopLog) -> dict[str, float | str]:
    work = np.percentile(log.elapsed, [50, 99.9]) * 1e6
    return {
        "missed": f"{log.n_missed} of {len(log.times)}", "us per tick": work[0],
        "99.9 %": work[1], "energy": float(log.energy.sum()),
    }  # fmt: skip


def _safety(model: sb.Network, rhythm: Oscillation) -> tuple[list[dict], dict[str, float]]:
    """Return rows and figures of a greedy controller and of sensors that fail at second 2."""
    greedy = state_triggered(np.full(N, 1e6), above=-1.0)
    log, _ = _run(model, rhythm, greedy, seconds=3.0)
    ends = float(log.times[log.given.any(axis=1)].max())
    figures = {
        "greedy_peak": float(np.abs(log.given).max()), "greedy_ends_s": ends,
        "greedy_logged": float(Reason.CUT_OFF in log.reasons),
    }  # fmt: skip
    rows = [{"run": f"controller that asks for 1e6: {log.in_words()}"}]
    hold = state_triggered(np.full(N, 0.5), above=-1.0)
    for fault in ("nan", "stalled"):
        log, _ = _run(model, rhythm, hold, seconds=3.0, fault=fault)
        last = float(log.times[log.given.any(axis=1)].max())
        figures[f"{fault}_stops_ms"] = 1000 * (last + 1 / SFREQ - 2.0)
        rows.append({"run": f"sensor {fault} from 2 s on: {log.in_words()}"})
    return rows, figures
