"""``surrobrain closed-loop``: stimulation that listens, of a model or of a streaming device."""

import math
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.brain import begin, brain_options, model_of, numbers, run_options
from surrobrain.cli.effects import seal
from surrobrain.cli.options import output_options

if TYPE_CHECKING:
    import numpy as np

    from surrobrain.intervention.biomarker import Biomarker
    from surrobrain.intervention.closed_loop import ClosedLoop
    from surrobrain.intervention.loop_log import LoopLog
    from surrobrain.intervention.plant import Plant
    from surrobrain.intervention.safety import LoopLimits
    from surrobrain.intervention.when import Controller

__all__ = ["closed_loop"]

_LIMITS = ("amplitude", "charge", "duty", "window", "patience", "tolerance")
_CYCLES = 60  # of the lowest frequency, for a calibration


@click.command()
@click.argument("model", required=False)
@brain_options
@click.option(
    "--stream",
    nargs=2,
    metavar="SIGNAL STIMULUS",
    help="Instead of MODEL: a Lab Streaming Layer stream that is sensed, and the name under which "
    "drives are offered (extra lsl). It runs by the clock.",
)
@click.option(
    "--drive",
    multiple=True,
    required=True,
    metavar="REGION=AMPLITUDE",
    help="What is driven, and how strongly; its sign pushes or brakes (repeatable).",
)
@click.option(
    "--band", type=(float, float), required=True, metavar="LOW HIGH", help="Rhythm, in Hz."
)
@click.option(
    "--when",
    type=click.Choice(["phase", "power"]),
    default="phase",
    show_default=True,
    help="At a phase of the rhythm, or while its power lies above a level.",
)
@click.option("--phase", default=0.0, show_default=True, metavar="DEGREES", help="0 is the peak.")
@click.option("--width", default=90.0, show_default=True, metavar="DEGREES", help="Of a pulse.")
@click.option("--above", default=0.0, show_default=True, help="Amplitude, or power, to act at.")
@click.option("--balanced", is_flag=True, help="The opposite pulse at the opposite phase.")
@click.option(
    "--listen",
    multiple=True,
    metavar="CHANNEL[=WEIGHT]",
    help="What is tracked (repeatable); by default the mean of all.",
)
@click.option(
    "--limit",
    multiple=True,
    metavar="NAME=VALUE",
    help="amplitude and charge (both must be given), duty, window, patience, tolerance.",
)
@click.option("--latency", type=float, metavar="SECONDS", help="From a sample to its effect.")
@click.option("--duration", type=float, required=True, metavar="SECONDS", help="Of the loop.")
@click.option("--real-time", "real", is_flag=True, help="Run a model by the clock, as a rehearsal.")
@run_options("surrobrain-closed-loop")
@output_options
def closed_loop(model: str | None, out: str | None, as_json: bool, **typed: Any) -> None:
    """Stimulate what is listened to: MODEL, or a stream.

    \b
    surrobrain closed-loop sub-01/model --band 8 12 --drive V1_L=-0.5 --balanced \\
        --limit amplitude=1 --limit charge=0.5 --duration 60
    surrobrain closed-loop --stream Headset Stimulator --band 8 12 --drive M1_L=1 \\
        --limit amplitude=1 --limit charge=0.2 --latency 0.012 --duration 60

    For phase, a model's rhythm is first learned from a run without drive; a stream is tracked
    without learning. Whatever the controller asks for, the limits hold. The log is written while
    the loop runs. A model's loop is compared with no drive, and with the same drive half a run
    later. Not a medical device.
    """  # fmt: skip
    from surrobrain.intervention.closed_loop import ClosedLoop

    if (model is None) == (not typed["stream"]):
        raise click.UsageError("give MODEL, or --stream SIGNAL STIMULUS, and not both")
    limits = _limits(typed["limit"])
    brain = None if model is None else model_of(model, typed)
    plant = _plant(brain, typed)
    weights = _weights(typed["listen"], plant.names)
    loop = ClosedLoop(
        plant, _biomarker(brain, weights, typed), _controller(plant, typed), limits,
        typed["latency"],
    )  # fmt: skip
    run = begin("closed-loop", model or "a stream", out, typed)
    log = loop.run(
        typed["duration"], clock="real" if typed["real"] or brain is None else "simulated",
        folder=run.folder / "log",
    )  # fmt: skip
    powers, picture = _compared(brain, log, weights, typed)
    payload = _payload(loop, log, powers)
    run.metrics([{"measure": key, "value": value} for key, value in payload["measures"].items()])
    page: list[Any] = [log, {"limits": _limits_in_words(limits)}]
    text = log.in_words() + "".join(
        f"\npower at {typed['band'][0]:g} to {typed['band'][1]:g} Hz, {name}: {share:.1%}"
        for name, share in powers.items()
    )
    seal(run, "Closed loop", page + picture, payload, text, as_json=as_json)


def _limits(pairs: tuple[str, ...]) -> "LoopLimits":
    from surrobrain.checks import choice
    from surrobrain.intervention.safety import LoopLimits

    given = {choice(k, _LIMITS, "limit"): v for k, v in numbers(pairs, "--limit").items()}
    for name in ("amplitude", "charge"):
        if name not in given:
            raise click.UsageError(f"a loop needs a limit of {name}: give --limit {name}=VALUE")
    return LoopLimits(**given)


def _limits_in_words(limits: "LoopLimits") -> dict[str, float]:
    return {name: getattr(limits, name) for name in _LIMITS}


def _plant(brain: Any, typed: dict[str, Any]) -> "Plant":
    from surrobrain.intervention.plant import ModelPlant
    from surrobrain.intervention.stream_plant import StreamPlant

    if brain is not None:
        return ModelPlant(brain, seed=typed["seed"])
    regions = list(numbers(typed["drive"], "--drive"))
    return StreamPlant.open(*typed["stream"], regions=regions, latency=typed["latency"])


def _weights(listen: tuple[str, ...], names: tuple[str, ...]) -> "np.ndarray | None":
    import numpy as np

    from surrobrain.checks import indices, number

    if not listen:
        return None
    weights = np.zeros(len(names))
    for name, mark, text in (entry.partition("=") for entry in listen):
        weights[indices([name], names)] = number(text, name) if mark else 1.0
    return weights


def _controller(plant: "Plant", typed: dict[str, Any]) -> "Controller":
    import numpy as np

    from surrobrain.checks import indices
    from surrobrain.intervention.when import phase_triggered, state_triggered

    pattern = np.zeros(len(plant.regions))
    for name, amplitude in numbers(typed["drive"], "--drive").items():
        pattern[indices([name], plant.regions)] = amplitude
    if typed["when"] == "power":
        return state_triggered(pattern, above=typed["above"])
    return phase_triggered(
        pattern, phase=math.radians(typed["phase"]), width=math.radians(typed["width"]),
        above=typed["above"], balanced=typed["balanced"],
    )  # fmt: skip


def _biomarker(brain: Any, weights: "np.ndarray | None", typed: dict[str, Any]) -> "Biomarker":
    from surrobrain.intervention.band_power import BandPower
    from surrobrain.intervention.endpoint_hilbert import EndpointHilbert
    from surrobrain.intervention.oscillation import Oscillation
    from surrobrain.seeds import stream
    from surrobrain.simulation import simulate

    band = typed["band"]
    if typed["when"] == "power":
        return BandPower(band, weights)
    if brain is None:
        return EndpointHilbert(band, weights)
    other = int(stream(typed["seed"], 17).integers(2**31))  # not the noise of the loop itself
    heard = simulate(brain, duration=_CYCLES / band[0], seed=other)
    return Oscillation.fit(heard.values, sfreq=brain.sfreq, band=band, weights=weights)


def _compared(
    brain: Any, log: "LoopLog", weights: "np.ndarray | None", typed: dict[str, Any]
) -> tuple[dict[str, float], list[Any]]:
    """Return the power of the rhythm, of that without drive, and its picture; of a model only."""
    import numpy as np

    from surrobrain.intervention.replayed import replayed
    from surrobrain.reports.figures.loop_spectra import band_power, loop_spectra
    from surrobrain.reports.picture import drawn

    if brain is None:
        return {}, []
    n, seed, band = len(log.times), typed["seed"], typed["band"]
    later = np.roll(log.given, n // 2, axis=0)
    heard = {
        "without": replayed(brain, n_ticks=n, seed=seed),
        "open loop": replayed(brain, later, seed=seed),
        "closed loop": log.sensed,
    }
    share = np.full(log.sensed.shape[1], 1 / log.sensed.shape[1]) if weights is None else weights
    runs = {name: values @ share for name, values in heard.items()}
    try:
        powers = {name: band_power(x, sfreq=log.sfreq, band=band) for name, x in runs.items()}
    except ValueError:  # too short: the picture says so in words
        powers = {}
    picture = drawn(
        "What the loop did to the rhythm", lambda: loop_spectra(runs, sfreq=log.sfreq, band=band)
    )
    return {name: value / powers["without"] for name, value in powers.items()}, [picture]


def _payload(loop: "ClosedLoop", log: "LoopLog", powers: dict[str, float]) -> dict[str, Any]:
    import numpy as np

    held = [r.name for r in type(log.reasons) if r in log.reasons]
    measures = {
        "ticks": len(log.times), "deadlines missed": log.n_missed,
        "charge": float(log.charge.sum()), "energy": float(log.energy.sum()),
        "longest tick": float(log.elapsed.max()), "median tick": float(np.median(log.elapsed)),
        "ticks held back": int((log.reason != 0).sum()),
    }  # fmt: skip
    measures |= {f"power, {name}": value for name, value in powers.items()}
    return {
        "measures": measures, "held back by": held, "limits": _limits_in_words(loop.limits),
        "clock": log.clock, "sfreq": log.sfreq,
    }  # fmt: skip
