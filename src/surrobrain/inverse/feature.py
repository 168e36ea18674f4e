"""What is compared between a simulation and a recording."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import number

__all__ = ["Feature", "Features", "remembered", "same_label_pairs", "squared", "together"]

Arguments = ParamSpec("Arguments")


def squared(found: Any, measured: Any) -> Any:
    """Return the mean squared difference."""
    return (found - measured).square().mean(-1)


@dataclass(frozen=True, eq=False)
class Feature:
    """A few numbers that describe a recording, and how far two descriptions are apart.

    Features add up to a loss: ``functional_connectivity() + 0.5 * spectrum()``.

    Parameters
    ----------
    name : str
        What it is.
    compute : callable
        Takes samples, a tensor of shape (..., n_times, n_regions), and samples per second;
        returns a tensor of shape (..., n_numbers), differentiable.
    distance : callable
        Takes what was found, shape (..., n_numbers), and what was measured, shape (n_numbers,);
        returns a tensor of shape (...), 0 where they agree.
    target : array, shape (n_numbers,), optional
        What was measured; by default it is computed from the recording.
    weight : float
        What the distance is multiplied by.
    from_covariance : callable, optional
        Takes a covariance between regions, shape (..., n_regions, n_regions), and returns the
        same numbers; with it the feature can be had without any simulation.
    recipe : tuple of str and mapping, optional
        Name and arguments of the function in ``surrobrain.features`` that made it, by which it can
        be saved.
    from_moments : callable, optional
        The same for a feature that also tells of the level: takes the mean, shape
        (..., n_regions), and the covariance.
    """

    name: str
    compute: Callable[[Any, float], Any]
    distance: Callable[[Any, Any], Any] = squared
    target: Float[np.ndarray, "numbers"] | None = None
    weight: float = 1.0
    from_covariance: Callable[[Any], Any] | None = None
    recipe: tuple[str, Mapping[str, Any]] | None = None
    from_moments: Callable[[Any, Any], Any] | None = None

    @property
    def needs_simulation(self) -> bool:
        """Whether mean and covariance do not tell the numbers."""
        return self.from_covariance is None and self.from_moments is None

    def expected(self, mean: Any, covariance: Any) -> Any:
        """Return the numbers of activity with this mean and covariance."""
        if self.from_moments is not None:
            return self.from_moments(mean, covariance)
        assert self.from_covariance is not None
        return self.from_covariance(covariance)

    def __add__(self, other: "Feature | Features") -> "Features":
        """Compare both."""
        return Features((self,)) + other

    def __rmul__(self, weight: float) -> "Feature":
        """Weigh the distance."""
        low = number(weight, "the weight of a feature", low=0.0)
        return dataclasses.replace(self, weight=low * self.weight)

    def of(self, values: Float[np.ndarray, "times regions"], sfreq: float) -> np.ndarray:
        """Return the numbers of one recording."""
        import torch

        return self.compute(torch.as_tensor(np.array(values, dtype=np.float64)), sfreq).numpy()


@dataclass(frozen=True, eq=False)
class Features:
    """Several features together; their distances add up.

    Parameters
    ----------
    parts : tuple of Feature
        In order.
    """

    parts: tuple[Feature, ...]

    def __add__(self, other: "Feature | Features") -> "Features":
        """Compare all of them."""
        return Features((*self.parts, *together(other).parts))

    def targets(
        self, values: Float[np.ndarray, "times regions"] | None, sfreq: float
    ) -> tuple[np.ndarray, ...]:
        """Return what was measured, one array per part.

        Raises
        ------
        ValueError
            A part has no target and there is no recording to compute it from, or it is not finite.
        """
        found = []
        for part in self.parts:
            if part.target is None and values is None:
                raise ValueError(
                    f"the feature {part.name} has nothing to be compared with; give a recording, "
                    "or give the feature its target"
                )
            numbers = part.of(values, sfreq) if part.target is None else np.asarray(part.target)  # pyright: ignore
            if not np.isfinite(numbers).all():
                raise ValueError(
                    f"the feature {part.name} of the recording is not finite; look for constant "
                    "regions or missing samples, or choose another feature"
                )
            found.append(numbers)
        return tuple(found)

    def compute(self, samples: Any, sfreq: float) -> list[Any]:
        """Return the numbers of every part."""
        return [part.compute(samples, sfreq) for part in self.parts]

    def distance(self, found: list[Any], measured: tuple[Any, ...]) -> Any:
        """Return the weighted sum of the distances."""
        return sum(
            part.weight * part.distance(one, other)
            for part, one, other in zip(self.parts, found, measured, strict=True)
        )


def remembered(make: Callable[Arguments, Feature]) -> Callable[Arguments, Feature]:
    """Let the features that a function makes say how they were made."""

    @functools.wraps(make)
    def made(*args: Arguments.args, **how: Arguments.kwargs) -> Feature:
        kept = {name: value for name, value in how.items() if name != "target"}
        return dataclasses.replace(make(*args, **how), recipe=(make.__name__, kept))

    return made


def together(feature: Feature | Features) -> Features:
    """Return one feature or several as several."""
    return feature if isinstance(feature, Features) else Features((feature,))


def same_label_pairs(n_regions: int, within: np.ndarray | None) -> Int[np.ndarray, "2 pairs"]:
    """Return rows and columns of all pairs of regions above the diagonal, or those of one label.

    Raises
    ------
    ValueError
        There is not one label per region.
    """
    pairs = np.stack(np.triu_indices(n_regions, 1))
    if within is None:
        return pairs
    labels = np.asarray(within)
    if labels.shape != (n_regions,):
        raise ValueError(
            f"within must have one label for each of {n_regions} regions, but shape "
            f"{labels.shape} arrived"
        )
    return pairs[:, labels[pairs[0]] == labels[pairs[1]]]
