"""Train between two contacts of a depth electrode."""

from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number, positive
from surrobrain.intervention.pulses import biphasic, whole_periods
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["seeg_50hz"]


def seeg_50hz(
    *,
    regions: Regions,
    amplitude: float,
    rate: float = 50.0,
    width: float = 1e-3,
    onset: float = 0.0,
    duration: float = 5.0,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions as SEEG mapping does: biphasic pulses at 50 Hz for 5 s.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Height of the first phase in the input unit of the model.
    rate : float
        Pulses per second (Hz).
    width : float
        Length of each phase in seconds, at least a sample of the model: within one sample both
        phases would cancel.
    onset, duration : float
        Start and length in seconds. Pulses that would not be finished are left out.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Raises
    ------
    ValueError
        Both phases are longer than a period, or no whole period fits.

    Notes
    -----
    Bipolar stimulation between contacts in two regions has weights 1 and -1. Clinical values are
    phases of 0.5 to 1 ms, 1 to 8 mA and at most some 5 s [1]_.

    References
    ----------
    .. [1] Trébuchon & Chauvel (2016), Electrical stimulation for seizure induction and functional
       mapping in stereoelectroencephalography. J Clin Neurophysiol 33:511.

    Examples
    --------
    >>> seeg_50hz(regions={"HIP_L": 1.0, "AMY_L": -1.0}, amplitude=2.0)
    Stimulus(biphasic pulses of 2, 1 ms per phase, at 50 Hz from 0 s for 5 s at HIP_L, AMY_L (x -1))
    """
    number(amplitude, "amplitude")
    period = 1.0 / positive(rate, "rate", unit="Hz")
    if 2 * positive(width, "width", unit="s") > period:
        raise ValueError(
            f"two phases must fit into one period of {period:g} s, but {width:g} s per phase "
            "arrived; use shorter phases or a lower rate"
        )
    words = (
        f"biphasic pulses of {amplitude:.4g}, {1000 * width:g} ms per phase, at {rate:g} Hz "
        f"{span(onset, duration)}"
    )
    length = whole_periods(duration, period)

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, length)
        return amplitude * biphasic(elapsed, period=period, width=width, recharge=width)

    return Stimulus(charge, regions, weights, 0.5 / width, words)
