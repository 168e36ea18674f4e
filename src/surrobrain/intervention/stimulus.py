"""Stimulus: a waveform at named regions."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, indices, number, positive, whole
from surrobrain.forward import ForwardModel
from surrobrain.intervention.dose import dose_of
from surrobrain.intervention.limits import Limits

__all__ = ["Regions", "Stimulus", "span"]

Regions = Sequence[str | int] | Mapping[str, float]
Charge = Callable[[Float[np.ndarray, "points"]], Float[np.ndarray, "points"]]


@dataclass(frozen=True, eq=False)
class Stimulus:
    """External drive of some regions over time; ``a + b`` delivers both.

    Use the functions of ``surrobrain.protocols``, or ``Stimulus.from_samples`` for a waveform
    of your own.

    Parameters
    ----------
    charge : function of times (s)
        Integral of the waveform from time 0, in (input unit of the model) x s. The waveform
        is kept by its integral so that any sampling of it delivers exactly the same charge.
    regions : sequence of str or int, or mapping of str to float
        Where it acts, by name or position, or the weight of each name
        (``surrobrain.electrode_weights``, ``surrobrain.field_weights``).
    weights : sequence of float, optional
        Share of the waveform that each region receives; 1 when absent.
    fastest : float
        Frequency in Hz that a model must be able to follow; 0 for a constant.
    description : str
        The waveform in words, for reports.
    plus : tuple of Stimulus
        Further stimuli delivered in the same run; filled by ``a + b``.
    limits : tuple of Limits
        What may not be exceeded; filled by ``within``. Those of all stimuli of a sum hold for
        the sum.

    Raises
    ------
    ValueError
        No region, or weights that do not match the regions.

    Notes
    -----
    Sample t of the drive is the mean of the waveform over [t, t + 1) / sfreq. Pulses shorter
    than a sample are thus spread over it, and biphasic pulses stay balanced.

    Examples
    --------
    >>> from surrobrain import protocols
    >>> both = protocols.step(regions=["A"], amplitude=1.0) + protocols.step(
    ...     regions=["B"], amplitude=-2.0, onset=5.0
    ... )
    >>> both
    Stimulus(constant 1 from 0 s at A; constant -2 from 5 s at B)
    """

    charge: Charge
    regions: Regions
    weights: Sequence[float] = ()
    fastest: float = 0.0
    description: str = "waveform"
    plus: tuple["Stimulus", ...] = ()
    limits: tuple[Limits, ...] = ()

    def __post_init__(self) -> None:
        """Validate at the border, once."""
        regions = (self.regions,) if isinstance(self.regions, str) else tuple(self.regions)
        shares = self.weights
        if isinstance(self.regions, Mapping):
            if len(shares):
                raise ValueError("regions already holds a weight for each; leave weights out")
            shares = tuple(self.regions.values())
        weights = tuple(number(w, "weight") for w in shares) or (1.0,) * len(regions)
        if not regions:
            raise ValueError("a stimulus needs at least one region, but none arrived; name one")
        if len(weights) != len(regions):
            raise ValueError(
                f"{len(weights)} weights arrived for {len(regions)} regions; give one per region"
            )
        object.__setattr__(self, "regions", regions)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "fastest", number(self.fastest, "fastest", low=0.0))

    def __add__(self, other: "Stimulus") -> "Stimulus":
        """Deliver both in the same run."""
        return dataclasses.replace(self, plus=self.plus + other.parts)

    def __repr__(self) -> str:
        """Say what is delivered where."""
        return f"Stimulus({self.in_words()})"

    @classmethod
    def from_samples(
        cls,
        values: Float[np.ndarray, "samples"],
        *,
        sfreq: float,
        regions: Regions,
        weights: Sequence[float] = (),
        onset: float = 0.0,
    ) -> "Stimulus":
        """Deliver a sampled waveform, each value held for ``1 / sfreq`` seconds.

        Parameters
        ----------
        values : array, shape (n_samples,)
            Amplitudes in the input unit of the model; zero before and after.
        sfreq : float
            Rate of the samples in Hz. A model must be able to follow the frequencies that
            hold 99 % of the power.
        regions, weights
            As for ``Stimulus``.
        onset : float
            Start in seconds.

        Examples
        --------
        >>> import numpy as np
        >>> ramp = Stimulus.from_samples(np.linspace(0, 1, 50), sfreq=5.0, regions=["A"])
        >>> ramp
        Stimulus(50 samples at 5 Hz from 0 s at A)
        """
        whole(len(values), "number of samples", low=1)
        positive(sfreq, "sfreq", unit="Hz")
        number(onset, "onset", low=0.0)
        knots = onset + np.arange(len(values) + 1) / sfreq
        total = np.concatenate([[0.0], np.cumsum(finite(values, "stimulus"))]) / sfreq
        return cls(
            lambda times: np.interp(times, knots, total),
            regions,
            weights,
            fastest=_highest_frequency(values, sfreq),
            description=f"{len(values)} samples at {sfreq:g} Hz from {onset:g} s",
        )

    @property
    def parts(self) -> tuple["Stimulus", ...]:
        """The single stimuli of a sum."""
        return (dataclasses.replace(self, plus=()), *self.plus)

    def within(self, limits: Limits) -> "Stimulus":
        """Return the same stimulus, which refuses to act wherever it would exceed the limits."""
        return dataclasses.replace(self, limits=(*self.limits, limits))

    def in_words(self) -> str:
        """Return what is delivered where, in one line."""
        return "; ".join(f"{p.description} at {_places(p)}" for p in self.parts)

    def sampled(self, model: ForwardModel, n_times: int) -> Float[np.ndarray, "rows regions"]:
        """Return the drive in the model's input unit, at the model's rate or a multiple of it.

        A network that samples slowly (fMRI) still takes its drive as fast as its steps: the
        rows per sample are as many as the fastest part needs.

        Raises
        ------
        ValueError
            The model has no such region, or is too slow for the waveform, or a limit is exceeded.
        """
        whole(n_times, "n_times", low=1)
        rows_for = getattr(model, "rows_per_sample", None)
        fastest = max(part.fastest for part in self.parts)
        per_sample = 1 if rows_for is None else rows_for(fastest)
        rate = per_sample * model.sfreq
        edges = np.arange(n_times * per_sample + 1) / rate
        drive = np.zeros((n_times * per_sample, len(model.regions)))
        for part in self.parts:
            where = indices(part.regions, model.regions)
            _refuse_too_fast(part, rate)
            mean = np.diff(part.charge(edges)) * rate
            for k, weight in zip(where, part.weights, strict=True):
                drive[:, k] += weight * mean
        for limits in dict.fromkeys(limits for part in self.parts for limits in part.limits):
            limits.check(dose_of(drive, rate, model.regions))
        return drive


def span(onset: float, duration: float) -> str:
    """Return the time window of a waveform in words, or say what is wrong with it."""
    number(onset, "onset", low=0.0)
    if not duration > 0:
        raise ValueError(f"duration must be above 0 s, but {duration!r} arrived")
    return f"from {onset:g} s" + ("" if math.isinf(duration) else f" for {duration:g} s")


def _refuse_too_fast(part: Stimulus, rate: float) -> None:
    if part.fastest <= rate / 2:
        return
    raise ValueError(
        f"the stimulus ({part.description}) has content at {part.fastest:g} Hz, but the model has "
        f"{rate:g} samples per second and follows at most {rate / 2:g} Hz; use a model with at "
        f"least {2 * part.fastest:g} Hz (a Network, or a surrogate of EEG), or give its mean "
        "effect with protocols.step"
    )


def _highest_frequency(values: np.ndarray, sfreq: float) -> float:
    """Frequency below which 99 % of the power lies."""
    power = np.cumsum(np.abs(np.fft.rfft(values)) ** 2)
    last = int(np.searchsorted(power, 0.99 * power[-1]))
    return float(np.fft.rfftfreq(len(values), 1 / sfreq)[last])


def _places(part: Stimulus) -> str:
    """Regions with their weights, the first six of them."""
    pairs = list(zip(part.regions, part.weights, strict=True))
    shown = [f"{region}" if w == 1.0 else f"{region} (x {w:g})" for region, w in pairs[:6]]
    return ", ".join(shown) + (f" and {len(pairs) - 6} more" if len(pairs) > 6 else "")
