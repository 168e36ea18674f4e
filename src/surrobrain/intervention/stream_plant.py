"""A device behind Lab Streaming Layer as the plant of a closed loop."""

import threading
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive
from surrobrain.lazy import need

__all__ = ["StreamPlant"]


class StreamPlant:
    """What a loop senses comes from one stream, what it gives goes out on another.

    Needs the extra ``lsl``: ``pip install 'surrobrain[lsl]'``. Make one with :meth:`open`.

    Parameters
    ----------
    inlet, outlet : pylsl.StreamInlet, pylsl.StreamOutlet
        Where samples come in, and where drives go out.
    names, regions : tuple of str
        What is sensed, and what can be driven.
    sfreq : float
        Samples, and ticks, per second (Hz).
    latency : float
        Seconds from a sample until what is decided on it shows in another one.

    Notes
    -----
    One drive goes out per tick, whether it changed or not: a stimulator should itself fall silent
    when none arrives.

    Examples
    --------
    >>> plant = StreamPlant.open(  # doctest: +SKIP
    ...     "Headset", "Stimulator", regions=["M1_L"], latency=0.012
    ... )
    """

    def __init__(
        self,
        inlet: Any,
        outlet: Any,
        *,
        names: tuple[str, ...],
        regions: tuple[str, ...],
        sfreq: float,
        latency: float,
    ) -> None:
        self.names = names
        self.regions = regions
        self.sfreq = positive(sfreq, "sfreq", unit="Hz")
        self.latency = number(latency, "latency", low=0.0)
        self._inlet, self._outlet = inlet, outlet
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        signal: str,
        stimulus: str,
        *,
        regions: list[str] | tuple[str, ...],
        latency: float | None = None,
        timeout: float = 5.0,
    ) -> "StreamPlant":
        """Find a stream of samples, and offer one of drives.

        Parameters
        ----------
        signal : str
            Name of the stream that is sensed.
        stimulus : str
            Name under which the drives are offered, one channel per region.
        regions : sequence of str
            What the stimulator can drive, in the order of its channels.
        latency : float, optional
            As for the class; one sample when absent. `measured_latency` measures it.
        timeout : float
            Seconds to look for the stream.

        Raises
        ------
        MissingDependency
            pylsl is not installed.
        TimeoutError
            There is no stream of this name.
        ValueError
            The stream has no fixed rate.
        """
        lsl = need("pylsl", extra="lsl")
        found = lsl.resolve_byprop("name", signal, 1, positive(timeout, "timeout", unit="s"))
        if not found:
            raise TimeoutError(
                f"there is no stream {signal!r} after {timeout:g} s; start the device, or check "
                "the name and the network"
            )
        inlet = lsl.StreamInlet(found[0], max_buflen=10)
        info = inlet.info(timeout)
        sfreq = info.nominal_srate()
        if not sfreq > 0:
            raise ValueError(
                f"the stream {signal!r} has no fixed rate, but a loop needs one; choose a stream "
                "of samples rather than of events"
            )
        offered = lsl.StreamInfo(
            stimulus, "Stimulation", len(regions), sfreq, "double64", f"surrobrain-{stimulus}"
        )
        inlet.open_stream(timeout)
        labels = info.get_channel_labels() or ()
        names = tuple(label or f"channel_{k}" for k, label in enumerate(labels))
        names = names or tuple(f"channel_{k}" for k in range(info.channel_count()))
        return cls(
            inlet, lsl.StreamOutlet(offered, chunk_size=1), names=names, regions=tuple(regions),
            sfreq=sfreq, latency=1 / sfreq if latency is None else latency,
        )  # fmt: skip

    def sense(self) -> Float[np.ndarray, "arrived observed"]:
        """Return all samples that have arrived, oldest first."""
        samples, _ = self._inlet.pull_chunk(timeout=0.0)
        return np.asarray(samples, dtype=np.float64).reshape(-1, len(self.names))

    def give(self, drive: Float[np.ndarray, "regions"]) -> None:
        """Send a drive to the stimulator."""
        with self._lock:
            self._outlet.push_sample(drive.tolist())

    def stop(self) -> None:
        """Send a drive of zero."""
        with self._lock:
            self._outlet.push_sample([0.0] * len(self.regions))
