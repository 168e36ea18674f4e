"""What a study does: a recipe with defaults, written down with the result."""

from dataclasses import dataclass

from surrobrain.checks import number, whole

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan:
    """The choices of one study.

    Parameters
    ----------
    model : str
        Architecture to fit, by its name in the catalog.
    memory : int
        Past samples that the model sees.
    penalties : tuple of (str, float)
        Names in the catalog with their weights; "structure" needs a connectome.
    train : float
        Share of the recording to learn from; the rest, later in time, is judged on.
    target : str or None
        Region to stimulate and to lesion; the strongest driver found when None.
    amplitude : float
        Size of the stimulus, in standard deviations of the target's signal.
    seed : int
        Decides every draw.
    """

    model: str = "mlp"
    memory: int = 1
    penalties: tuple[tuple[str, float], ...] = ()
    train: float = 0.8
    target: str | None = None
    amplitude: float = 2.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be done before anything is computed."""
        whole(self.memory, "memory", low=1)
        number(self.train, "train", low=0.1, high=0.95)
        number(self.amplitude, "amplitude")
        whole(self.seed, "seed")
