"""What holds for people and not only for one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.patterns import Patterns
from surrobrain.llm_networks.voxel_encoding import Encoding
from surrobrain.llm_networks.voxel_maps import Maps
from surrobrain.statistics.false_discovery import false_discovery

__all__ = ["GroupEncoding", "across_subjects"]


@dataclass(frozen=True, eq=False)
class GroupEncoding:
    """Encodings of several people together.

    Parameters
    ----------
    patterns : Patterns
        The same for all.
    bold : Bold
        Of the first person; its space is that of all.
    subjects : tuple of str
        Who.
    r, unique : array, shape (n_targets,)
        Mean over people of the held-out correlation, and of what patterns add to R2.
    t_r, p_r : array, shape (n_targets,)
        Random-effects test of Fisher's z of r above 0.
    t_unique, p_unique : array, shape (n_targets,)
        Of what patterns add, above 0.
    maps : Maps
        t values over people, per pattern.
    replication : array, shape (n_subjects, n_patterns)
        Correlation of a person's map with the mean map of the others.
    """

    patterns: Patterns
    bold: Bold
    subjects: tuple[str, ...]
    r: Float[np.ndarray, "targets"]
    unique: Float[np.ndarray, "targets"]
    t_r: Float[np.ndarray, "targets"]
    p_r: Float[np.ndarray, "targets"]
    t_unique: Float[np.ndarray, "targets"]
    p_unique: Float[np.ndarray, "targets"]
    maps: Maps
    replication: Float[np.ndarray, "subjects patterns"]

    @property
    def q_r(self) -> Float[np.ndarray, "targets"]:
        """Return the false discovery rate of the test of r."""
        return false_discovery(self.p_r)

    @property
    def q_unique(self) -> Float[np.ndarray, "targets"]:
        """Return the false discovery rate of the test of what patterns add."""
        return false_discovery(self.p_unique)


def across_subjects(encodings: Sequence[Encoding]) -> GroupEncoding:
    """Test over people what was found in each.

    Parameters
    ----------
    encodings : sequence of Encoding
        Of the same patterns, in the same places.

    Returns
    -------
    GroupEncoding

    Raises
    ------
    ValueError
        There are fewer than three people, or their places or patterns differ.

    Notes
    -----
    People are the random effect: a one-sample t test, one-sided for r and for what patterns add.

    Examples
    --------
    >>> from surrobrain.llm_networks import Bold, EncodeRecipe, Patterns, encode
    >>> from surrobrain.llm_networks.neurons import Neurons
    >>> rng = np.random.default_rng(0)
    >>> courses, neurons = rng.normal(size=(120, 2)), Neurons(np.zeros(2, int), np.arange(2))
    >>> patterns = Patterns(courses, np.eye(2), 2.0, neurons, word_counts=rng.poisson(5, 120))
    >>> heard = [np.roll(courses, 2, axis=0) + rng.normal(size=(120, 2)) / 2 for _ in range(3)]
    >>> how = EncodeRecipe(n_draws=1, n_permutations=19, alphas=tuple(10.0 ** np.arange(-3, 6)))
    >>> each = [encode(patterns, Bold(values, 2.0), recipe=how) for values in heard]
    >>> bool((across_subjects(each).r > 0.3).all())
    True
    """
    if len(encodings) < 3:
        raise ValueError(f"{len(encodings)} people are too few for a test over people; give 3")
    first = encodings[0]
    for other in encodings[1:]:
        same = other.maps.values.shape == first.maps.values.shape
        if not same or not other.bold.space.same_as(first.bold.space):
            raise ValueError(
                f"subject {other.bold.subject!r} has other places or patterns than "
                f"{first.bold.subject!r}; bring all into one space"
            )
    r = np.stack([e.r for e in encodings])
    unique = np.stack([e.unique[0] for e in encodings])
    maps = np.stack([e.maps.values for e in encodings])
    t_r, p_r = _t(np.arctanh(np.clip(np.nan_to_num(r), -0.999999, 0.999999)))
    t_unique, p_unique = _t(unique)
    return GroupEncoding(
        first.patterns, first.bold, tuple(e.bold.subject for e in encodings), r.mean(axis=0),
        unique.mean(axis=0), t_r, p_r, t_unique, p_unique, Maps(_t(maps)[0], "t over people"),
        _replication(maps),
    )  # fmt: skip


def _t(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return t over the first axis, and the probability of as much or more."""
    from scipy.stats import t as student

    n = len(values)
    error = values.std(axis=0, ddof=1) / np.sqrt(n)
    mean = values.mean(axis=0)
    found = np.divide(mean, error, out=np.zeros_like(mean), where=error > 0)
    return found, np.asarray(student.sf(found, n - 1))


def _replication(maps: np.ndarray) -> np.ndarray:
    total = maps.sum(axis=0)
    found = np.zeros(maps.shape[:2])
    for row, own in zip(found, maps, strict=True):
        others = (total - own) / (len(maps) - 1)
        a, b = (m - m.mean(axis=1, keepdims=True) for m in (own, others))
        size = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        np.divide(np.einsum("kv,kv->k", a, b), size, out=row, where=size > 0)
    return found
