"""Whether models find the same cases hard, and those that people find hard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.humans import Humans
from surrobrain.brainbench.readers import outcomes, same_cases
from surrobrain.seeds import Seed
from surrobrain.statistics.split_half import SplitHalf, split_half

__all__ = ["ItemCorrelations", "item_correlations"]


@dataclass(frozen=True, eq=False)
class ItemCorrelations:
    """Spearman's correlation of the ease of cases, and the ceiling that noise puts on it.

    Parameters
    ----------
    models : tuple of str
        Names.
    between : array, shape (n_models, n_models)
        Of each pair of models. They are deterministic: their ceiling is 1.
    with_humans : array, shape (n_models,), optional
        Of each model with the share of people who were right.
    reliability : SplitHalf, optional
        Of that share, which comes from few people per case.
    """

    models: tuple[str, ...]
    between: Float[np.ndarray, "models models"]
    with_humans: Float[np.ndarray, "models"] | None = None
    reliability: SplitHalf | None = None

    @property
    def pairs(self) -> Float[np.ndarray, "pairs"]:
        """Correlation of each pair of models, once."""
        return self.between[np.triu_indices(len(self.models), 1)]

    @property
    def corrected(self) -> float:
        """Mean correlation with people, divided by its ceiling; NaN where none can be had."""
        if self.with_humans is None or self.reliability is None or not self.reliability.ceiling > 0:
            return float("nan")
        return float(self.with_humans.mean() / self.reliability.ceiling)

    def __str__(self) -> str:
        """Say it in lines."""
        lines = []
        if len(self.models) > 1:
            lines.append(
                f"between models: {self.pairs.mean():.4f} +- {self.pairs.std():.4f} "
                f"({len(self.pairs)} pairs, ceiling 1)"
            )
        if self.with_humans is not None and self.reliability is not None:
            lines.append(
                f"with humans: {self.with_humans.mean():.4f} +- {self.with_humans.std():.4f} "
                f"(ceiling {self.reliability.ceiling:.2f}, corrected {self.corrected:.2f}; "
                f"split-half reliability {self.reliability.half:.2f}, Spearman-Brown "
                f"{self.reliability.whole:.2f})"
            )
        return "\n".join(lines)


def item_correlations(
    choices: Choices | Sequence[Choices],
    humans: Humans | None = None,
    *,
    n_splits: int = 1000,
    seed: Seed = 0,
) -> ItemCorrelations:
    """Return how alike the ease of cases is between models, and between models and people.

    Parameters
    ----------
    choices : Choices or sequence of Choices
        Models that read the same cases. Ease is the preference for the original: the difference
        of the perplexities.
    humans : Humans, optional
        People who read some of these cases. Ease is the share who were right.
    n_splits : int
        Random halvings, for the reliability of that share.
    seed : int or Generator
        Decides them.

    Returns
    -------
    ItemCorrelations

    Raises
    ------
    ValueError
        Models read other cases, or share fewer than three with the people.

    Notes
    -----
    The ceiling is the square root of the reliability of the human shares, Spearman-Brown
    corrected: no model, however human, can be expected above it. The corrected correlation
    divides by it.

    Examples
    --------
    >>> import numpy as np
    >>> from surrobrain.brainbench import Choices
    >>> rng = np.random.default_rng(0)
    >>> models = [Choices(n, tuple("abcd"), loss=rng.normal(size=(4, 2)) + 3) for n in ("m", "n")]
    >>> item_correlations(models).pairs.shape
    (1,)
    """
    from scipy.stats import rankdata

    models = same_cases(choices)
    ease = np.stack([m.preference for m in models])
    between = np.atleast_2d(np.corrcoef(rankdata(ease, axis=1)))
    names = tuple(m.model for m in models)
    if humans is None:
        return ItemCorrelations(names, between)
    table = outcomes(humans)
    position = {name: k for k, name in enumerate(models[0].ids)}
    shared = [k for k, name in enumerate(table.ids) if name in position]
    if len(shared) < 3:
        raise ValueError(
            f"models and people share {len(shared)} cases; check that both name them alike, such "
            f"as {models[0].ids[0]!r} and {table.ids[0]!r}"
        )
    rows = [position[table.ids[k]] for k in shared]
    share = rankdata(np.nanmean(table.values[shared], axis=1))
    with_humans = [np.corrcoef(rankdata(e[rows]), share)[0, 1] for e in ease]
    codes = np.unique(humans.ids, return_inverse=True)[1]
    reliability = split_half(humans.correct.astype(np.float64), codes, n_splits=n_splits, seed=seed)
    return ItemCorrelations(names, between, np.array(with_humans), reliability)
