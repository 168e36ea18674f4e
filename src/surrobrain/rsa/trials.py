"""Single trials with the condition and the fold each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import finite, whole
from surrobrain.errors import NotEnough
from surrobrain.seeds import Seed, generator

__all__ = ["Trials"]

_MOST_FOLDS = 12


@dataclass(frozen=True, eq=False)
class Trials:
    """Epochs of M/EEG (or patterns of fMRI runs, with a single time), and what was shown.

    Parameters
    ----------
    values : array, shape (n_trials, n_channels, n_times)
        In any unit; also a memory map.
    labels : sequence of str
        The condition of each trial.
    times : array, shape (n_times,)
        Seconds from the onset of the stimulus.
    folds : sequence of int or of str, or int, optional
        The session or run of each trial; or a number of folds, to which the trials of each
        condition go in turn. By default as many as the rarest condition has trials, at most 12.

    Raises
    ------
    ValueError
        Sizes do not fit, or values are not finite.

    Examples
    --------
    >>> trials = Trials(np.zeros((4, 3, 1)), ["cat", "dog", "cat", "dog"], np.zeros(1))
    >>> trials.conditions, trials.fold_numbers
    (('cat', 'dog'), array([0, 0, 1, 1]))
    """

    values: Float[np.ndarray, "trials channels times"]
    labels: Sequence[str]
    times: Float[np.ndarray, "times"]
    folds: Sequence[int] | Sequence[str] | np.ndarray | int | None = None

    def __post_init__(self) -> None:
        """Validate at the border, once."""
        object.__setattr__(self, "labels", tuple(str(label) for label in self.labels))
        if len(self.labels) != len(self.values):
            raise ValueError(
                f"{len(self.labels)} labels arrived for {len(self.values)} trials; give one each"
            )
        if len(self.conditions) < 2:
            raise NotEnough(
                "at least 2 conditions are needed, but the trials hold "
                f"{', '.join(self.conditions) or 'none'}"
            )
        if not (self.folds is None or isinstance(self.folds, int)) and (
            len(self.folds) != len(self.values)
        ):
            raise ValueError(
                f"{len(self.folds)} folds arrived for {len(self.values)} trials; give one each"
            )
        if isinstance(self.folds, int):
            whole(self.folds, "folds", low=2)
        for k in range(len(self.values)):  # trial by trial: a memory map stays on disk
            if not np.isfinite(self.values[k]).all():
                finite(self.values[k], f"trial {k} ({self.labels[k]})")

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions, sorted."""
        return tuple(sorted(set(self.labels)))

    @property
    def condition_numbers(self) -> Int[np.ndarray, "trials"]:
        """Which condition each trial belongs to."""
        place = {name: k for k, name in enumerate(self.conditions)}
        return np.array([place[label] for label in self.labels])

    @property
    def fold_numbers(self) -> Int[np.ndarray, "trials"]:
        """Which fold each trial belongs to."""
        if self.folds is not None and not isinstance(self.folds, int):
            return np.unique(np.asarray(self.folds), return_inverse=True)[1]
        condition = self.condition_numbers
        counts = np.bincount(condition)
        n_folds = self.folds or max(1, min(int(counts.min()), _MOST_FOLDS))
        turn = np.empty(len(condition), dtype=np.int64)
        for k, count in enumerate(counts):
            turn[condition == k] = np.arange(count)
        return turn % n_folds

    def pick(self, rows: Int[np.ndarray, "chosen"]) -> "Trials":
        """Return some trials by number."""
        folds = self.folds
        if folds is not None and not isinstance(folds, int):
            folds = np.asarray(folds)[rows]
        labels = [str(self.labels[int(k)]) for k in rows]
        return Trials(self.values[rows], labels, self.times, folds)

    def halves(self, *, seed: Seed = 0) -> tuple["Trials", "Trials"]:
        """Return two independent halves, each with half of the trials of every condition."""
        rng, first = generator(seed), []
        for k in range(len(self.conditions)):
            own = np.flatnonzero(self.condition_numbers == k)
            if len(own) < 2:
                raise NotEnough(f"condition {self.conditions[k]} has one trial and cannot be split")
            first.append(rng.permutation(own)[: len(own) // 2])
        chosen = np.sort(np.concatenate(first))
        rest = np.setdiff1d(np.arange(len(self.labels)), chosen)
        return self.pick(chosen), self.pick(rest)

    @classmethod
    def from_epochs(
        cls,
        epochs: Any,
        *,
        labels: Sequence[str] | None = None,
        folds: Sequence[int] | Sequence[str] | np.ndarray | int | None = None,
    ) -> "Trials":
        """Take trials from MNE-Python.

        Parameters
        ----------
        epochs : mne.Epochs
            Its good data channels, in SI units.
        labels : sequence of str, optional
            The condition of each trial; by default the names of the events.
        folds : optional
            As above.
        """
        if labels is None:
            names = {number: name for name, number in epochs.event_id.items()}
            labels = [names[number] for number in epochs.events[:, 2]]
        values = epochs.get_data(picks="data", copy=False)
        return cls(values, labels, np.asarray(epochs.times, dtype=np.float64), folds)
