"""SEEG as the virtual epileptic patient sees it: the power of the sources, at the contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, number, positive
from surrobrain.mechanistic.gain import channel_names, checked_gain, seen_through

__all__ = ["SEEG"]


@dataclass(frozen=True, eq=False)
class SEEG:
    """Observe contacts in the brain: ``gain @ exp(x)``, or its logarithm.

    Made for Epileptor2D, whose x is an envelope. For electrodes that see potentials as they are
    (Jansen-Rit, Epileptor) use ``LeadField`` with modality "SEEG".

    Parameters
    ----------
    gain : array, shape (n_contacts, n_regions)
        What each contact sees of each region; ``surrobrain.signals.volume_conduction.seeg_gain``
        makes one from positions.
    sfreq : float
        Samples per second (Hz).
    channels : sequence of str, optional
        Names of the contacts; ``channel_0`` ... when absent.
    regions : sequence of str, optional
        Names of the columns; a network with other regions, or in another order, is refused.
    scale : {"linear", "log"}
        Whether power or its logarithm is seen.
    slope, offset : float
        The contact shows ``slope * y + offset``.

    Raises
    ------
    ValueError
        The gain is no finite matrix; for the logarithm, some contact would see no power.

    Notes
    -----
    ``y = gain @ exp(x)`` or ``y = log(gain @ exp(x))``, x being the mean output over the sample.
    The logarithm follows Hashemi et al. [1]_; the benchmark of synthetic seizures that comes with
    BVEP is linear.

    References
    ----------
    .. [1] Hashemi et al. (2020), The Bayesian Virtual Epileptic Patient. NeuroImage 217:116839.

    Examples
    --------
    >>> SEEG(np.eye(2), scale="log").project(np.array([[-2.0, 1.0]])).tolist()
    [[-2.0, 1.0]]
    """

    gain: Float[np.ndarray, "channels regions"]
    sfreq: float = 250.0
    channels: Sequence[str] = ()
    regions: Sequence[str] = ()
    scale: str = "linear"
    slope: float = 1.0
    offset: float = 0.0

    modality: ClassVar[str] = "SEEG"
    states: ClassVar[tuple[str, ...]] = ()
    initial: ClassVar[Mapping[str, float]] = {}
    step: ClassVar[float] = float("inf")
    settle: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        """Validate at the border, once."""
        positive(self.sfreq, "sfreq", unit="Hz")
        choice(self.scale, ("linear", "log"), "scale of SEEG")
        number(self.slope, "slope")
        number(self.offset, "offset")
        gain = checked_gain(self.gain)
        channels = channel_names(self.channels, gain)
        blind = (gain < 0).any(axis=1) | ~(gain > 0).any(axis=1)
        if self.scale == "log" and blind.any():
            raise ValueError(
                f"the logarithm of power needs gains of at least 0, not all 0, but "
                f"{channels[int(blind.argmax())]} has no such row; use scale='linear' or repair it"
            )
        object.__setattr__(self, "gain", gain)
        object.__setattr__(self, "channels", channels)

    @property
    def interval(self) -> float:
        """Seconds from one sample to the next."""
        return 1 / self.sfreq

    @property
    def constants(self) -> dict[str, float]:
        """Numbers of its equations: none."""
        return {}

    @staticmethod
    def drift(xp: Any, state: tuple, drive: Any, p: Any) -> tuple:
        """Return the time derivative of every state: there is none."""
        return ()

    @staticmethod
    def read(xp: Any, state: tuple, drive: Any, p: Any) -> Any:
        """Return the mean output of the region."""
        return drive

    def project(
        self, values: Float[np.ndarray, "*trials times regions"]
    ) -> Float[np.ndarray, "*trials times channels"]:
        """Return what the contacts see of the regions."""
        power = seen_through(self.gain, np.exp(values))
        return self.slope * (np.log(power) if self.scale == "log" else power) + self.offset
