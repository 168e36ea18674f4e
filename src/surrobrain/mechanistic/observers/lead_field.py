"""Lead field: EEG and MEG sensors, or SEEG contacts, that see a weighted sum of regions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, positive
from surrobrain.mechanistic.gain import channel_names, checked_gain, seen_through

__all__ = ["LeadField"]


@dataclass(frozen=True, eq=False)
class LeadField:
    """Observe channels: ``gain @ activity``, sample by sample.

    Parameters
    ----------
    gain : array, shape (n_channels, n_regions)
        What one unit of a region's output adds to each channel: a forward solution averaged
        over parcels (EEG, MEG), or a gain matrix of contacts (SEEG).
    sfreq : float
        Samples per second (Hz).
    channels : sequence of str, optional
        Names of the rows; ``channel_0`` ... when absent.
    modality : {"EEG", "MEG", "SEEG"}
        What the recording is.
    reference : {"none", "average"}
        Whether the mean over channels is subtracted, as EEG caps with an average reference do.
    regions : sequence of str, optional
        Names of the columns; a network with other regions, or in another order, is refused.
    quantity : str
        What is seen of a region, as in ``Identity``: its ``output`` unless that is no dipole.

    Raises
    ------
    ValueError
        The gain is no finite matrix, or the names do not fit its rows; a network is refused whose
        regions do not fit its columns.

    Notes
    -----
    ``y = L d`` with the output d of the regions, averaged over the sample; for Jansen-Rit d is
    the pyramidal potential, which is taken to be proportional to the dipole. Signed normals
    that cancel inside a folded parcel cancel here too: average the gain, not the anatomy.

    References
    ----------
    .. [1] Sarvas (1987), Basic mathematical and electromagnetic concepts of the biomagnetic
       inverse problem. Phys Med Biol 32:11.

    Examples
    --------
    >>> LeadField(np.eye(2), channels=("Cz", "Pz")).project(np.ones((3, 2))).shape
    (3, 2)
    """

    gain: Float[np.ndarray, "channels regions"]
    sfreq: float = 250.0
    channels: Sequence[str] = ()
    modality: str = "EEG"
    reference: str = "none"
    regions: Sequence[str] = ()
    quantity: str = "output"

    states: ClassVar[tuple[str, ...]] = ()
    initial: ClassVar[Mapping[str, float]] = {}
    step: ClassVar[float] = float("inf")
    settle: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        """Validate at the border, once."""
        positive(self.sfreq, "sfreq", unit="Hz")
        choice(self.modality, ("EEG", "MEG", "SEEG"), "modality")
        choice(self.reference, ("none", "average"), "reference")
        gain = checked_gain(self.gain)
        channels = channel_names(self.channels, gain)
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
        """Return what the channels see of the regions."""
        seen = seen_through(self.gain, values)
        return seen - seen.mean(axis=-1, keepdims=True) if self.reference == "average" else seen
