"""How well any model could do, given how much persons differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.rsa.group import Group, Persons, gathered
from surrobrain.rsa.kendall import tau_a
from surrobrain.rsa.units import METHODS, Method, poolable, unit

__all__ = ["NoiseCeiling", "ceiling_from", "ceilings_of", "noise_ceiling"]

_ONE_SIDED = 0.05


@dataclass(frozen=True, eq=False)
class NoiseCeiling:
    """Where a perfect model of the group would score.

    Parameters
    ----------
    lower_each : array, shape (n_persons,) or (n_persons, n_times)
        Each person against the mean of all others.
    upper_each : array, same shape
        Each person against the mean of all, that person included.
    chance_each : array, same shape
        What ``lower_each`` would be on average if one of the two had its conditions shuffled: zero
        for correlations, close to one for cosines.
    names : tuple of str
        Of the persons.
    method : str
        How RDMs were compared.
    times : array, shape (n_times,), or None
        Seconds.

    Examples
    --------
    >>> each = np.array([0.4, 0.6])
    >>> float(NoiseCeiling(each, each, 0 * each, ("a", "b"), "spearman").lower)
    0.5
    """

    lower_each: Float[np.ndarray, "persons *times"]
    upper_each: Float[np.ndarray, "persons *times"]
    chance_each: Float[np.ndarray, "persons *times"]
    names: tuple[str, ...]
    method: str
    times: Float[np.ndarray, "times"] | None = None

    @property
    def lower(self) -> Float[np.ndarray, "*times"] | np.floating:
        """Mean over persons: what a model can be asked to reach."""
        return self.lower_each.mean(axis=0)

    @property
    def upper(self) -> Float[np.ndarray, "*times"] | np.floating:
        """Mean over persons: what no model can exceed but by chance."""
        return self.upper_each.mean(axis=0)

    @property
    def p(self) -> Float[np.ndarray, "*times"]:
        """Chance that persons who share nothing agree as much: one-sided t test of the lower end.

        Values of one group depend on each other, so that this is a guide and no verdict.
        """
        from scipy.special import stdtr

        above = self.lower_each - self.chance_each
        error = above.std(axis=0, ddof=1) / np.sqrt(len(above))
        t = above.mean(axis=0) / np.maximum(error, np.finfo(float).tiny)
        return np.asarray(stdtr(len(above) - 1, -t))

    def in_words(self) -> str:
        """Say in a sentence whether there is a signal that persons share."""
        if self.times is not None:
            best = int(np.argmax(self.lower))
            return (
                f"Persons agree most at {self.times[best]:g} s: {np.ravel(self.lower)[best]:.3f} "
                f"to {np.ravel(self.upper)[best]:.3f} ({self.method}, {len(self.names)} persons)."
            )
        span = f"{float(self.lower):.3f} to {float(self.upper):.3f}"
        who = f"{self.method}, {len(self.names)} persons"
        if float(self.p) < _ONE_SIDED:
            return f"A perfect model would score {span} ({who})."
        return (
            f"No reliable signal: persons hardly agree with each other ({span}; {who}), so that no "
            "model can be judged on these data."
        )


def noise_ceiling(persons: Persons, *, method: Method = "spearman") -> NoiseCeiling:
    """Return the span in which a perfect model of the group would score.

    Parameters
    ----------
    persons : RDMs, or mapping of str to RDMs
        One row per person; or one movie per person.
    method : str
        As in `surrobrain.rsa.compare`. The mean over persons is that which the method rates
        highest: of ranks, of z-scored RDMs, or of RDMs of unit length.

    Returns
    -------
    NoiseCeiling

    Raises
    ------
    NotEnough
        There are fewer than two persons.

    Notes
    -----
    Nili et al. (2014), A toolbox for representational similarity analysis. PLoS Comput Biol
    10:e1003553.

    Examples
    --------
    >>> from surrobrain import rsa
    >>> same = rsa.RDMs(np.array([[0.1, 0.9, 0.8], [0.2, 0.9, 0.7]]), ["cat", "dog", "car"])
    >>> round(float(noise_ceiling(same).lower), 6)
    1.0
    """
    choice(method, METHODS, "method")
    group = gathered(persons, least=2)
    each = [ceilings_of(rows, method=method) for rows in group.each_time()]
    return ceiling_from(each, group=group, method=method)


def ceiling_from(
    each: Sequence[Float[np.ndarray, "3 persons"]], *, group: Group, method: str
) -> NoiseCeiling:
    """Put together what `ceilings_of` returned for every time."""
    ends = np.stack(each, axis=-1)
    if group.times is None:
        ends = ends[..., 0]
    lower, upper, chance = ends
    return NoiseCeiling(lower, upper, chance, group.names, method, group.times)


def ceilings_of(
    rows: Float[np.ndarray, "persons pairs"], *, method: Method
) -> Float[np.ndarray, "3 persons"]:
    """Return each person's similarity to the others, to all, and to the others by chance."""
    forms = np.stack([poolable(row, method=method) for row in rows])
    total = forms.sum(axis=0)
    ends = np.zeros((3, len(rows)))
    for k, (row, own) in enumerate(zip(rows, forms, strict=True)):
        if method == "kendall":
            ends[:2, k] = tau_a(row, total - own), tau_a(row, total)
            continue
        a, others, everyone = (unit(x, method=method) for x in (row, total - own, total))
        ends[:, k] = a @ others, a @ everyone, a.sum() * others.sum() / len(a)
    return ends
