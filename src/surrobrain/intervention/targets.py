"""Targets: one score per region, with intervals, beside the plainest ranking there is."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["Targets", "scored"]


@dataclass(frozen=True, eq=False)
class Targets:
    """What acting at each region does, or is predicted to do.

    Parameters
    ----------
    description : str
        What was done and how it was scored, in words.
    names : tuple of str
        Regions that were acted on.
    score, low, high : array, shape (n_regions,)
        Mean over noise seeds, and its 95 % t interval, the model taken as exact.
    strength : array, shape (n_regions,)
        Summed absolute weights of each region's connections, in and out: what one would go by
        without a model of dynamics.
    n_seeds : int
        Number of seeds.
    """

    description: str
    names: tuple[str, ...]
    score: Float[np.ndarray, "regions"]
    low: Float[np.ndarray, "regions"]
    high: Float[np.ndarray, "regions"]
    strength: Float[np.ndarray, "regions"]
    n_seeds: int

    def __repr__(self) -> str:
        """Say what was asked and who leads."""
        return f"Targets({self.description}; highest: {', '.join(self.highest(3))})"

    def highest(self, n: int = 10) -> tuple[str, ...]:
        """Return the n regions with the highest scores, highest first."""
        order = np.argsort(-np.nan_to_num(self.score, nan=-np.inf), kind="stable")
        return tuple(self.names[k] for k in order[:n])

    @property
    def agreement(self) -> float:
        """Rank correlation (Spearman) of score and strength; NaN where one is constant."""
        from scipy.stats import rankdata

        known = np.isfinite(self.score)
        ranks = [rankdata(x[known]) for x in (self.score, self.strength)]
        if len(ranks[0]) < 2 or not all(np.ptp(r) > 0 for r in ranks):
            return float("nan")
        return float(np.corrcoef(*ranks)[0, 1])

    def rows(self) -> list[dict[str, str | float]]:
        """Return one row per region, highest score first, for a table."""
        place = {name: k for k, name in enumerate(self.names)}
        return [
            {
                "region": name,
                "score": float(self.score[place[name]]),
                "low": float(self.low[place[name]]),
                "high": float(self.high[place[name]]),
                "strength": float(self.strength[place[name]]),
            }
            for name in self.highest(len(self.names))
        ]


def scored(
    description: str,
    names: Iterable[str],
    scores: Float[np.ndarray, "regions seeds"],
    strength: Float[np.ndarray, "regions"],
) -> Targets:
    """Return a table from one score per region and noise seed.

    Parameters
    ----------
    description : str
        In words.
    names : iterable of str
        Regions.
    scores : array, shape (n_regions, n_seeds)
        Of at least two seeds.
    strength : array, shape (n_regions,)
        Of the regions.

    Returns
    -------
    Targets
    """
    from scipy.special import stdtrit

    n_seeds = scores.shape[1]
    half = stdtrit(n_seeds - 1, 0.975) * scores.std(axis=1, ddof=1) / np.sqrt(n_seeds)
    mean = scores.mean(axis=1)
    return Targets(description, tuple(names), mean, mean - half, mean + half, strength, n_seeds)
