"""Lesion: take regions or single connections out of a model."""

import dataclasses
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.checks import indices, whole
from surrobrain.forward import ForwardModel, Predictor, Trajectory

__all__ = ["Lesioned", "LesionedState", "edge_positions", "lesion", "reheard"]

_CENTER_SAMPLES = 2000


@dataclass(frozen=True, eq=False)
class LesionedState:
    """State of the intact model, and the last samples that led to it."""

    intact: object
    window: Float[np.ndarray, "memory regions"]


@dataclass(frozen=True, eq=False)
class Lesioned:
    """A learned model in which some regions, or some connections, say nothing.

    Made by ``lesion``; meets the same contract as the model inside.

    Parameters
    ----------
    model : Predictor
        The intact model.
    hears : array, shape (n_regions, n_regions)
        ``hears[i, j]``: how much of what region j does reaches region i: all of it where 1,
        nothing where 0.
    removed : array of int, shape (n_removed,)
        Positions of the regions that are held at their mean.
    center : array, shape (n_regions,)
        Mean of every region, in the unit of the recording.

    Notes
    -----
    A region hears the mean of whatever is silent for it. With f the intact one-step prediction,
    w the last samples and m the mean, the lesioned prediction of region i is
    ``f(m + hears[i] (w - m))[i]``. A run lets the intact model step with the input
    ``lesioned prediction - intact prediction``, so noise and continuation are those of the
    intact model.
    """

    model: Predictor
    hears: Float[np.ndarray, "regions regions"]
    removed: Int[np.ndarray, "removed"]
    center: Float[np.ndarray, "regions"]

    @property
    def regions(self) -> tuple[str, ...]:
        """What can be driven and lesioned, removed regions included."""
        return self.model.regions

    @property
    def names(self) -> tuple[str, ...]:
        """What is observed; removed regions keep their column."""
        return self.model.names

    @property
    def sfreq(self) -> float:
        """Samples per second (Hz)."""
        return self.model.sfreq

    @property
    def modality(self) -> str:
        """What the observation looks like."""
        return self.model.modality

    @property
    def unit(self) -> str:
        """Unit of the observation, empty where the model inside names none."""
        return getattr(self.model, "unit", "")

    @property
    def n_regions(self) -> int:
        """Number of regions, removed ones included."""
        return self.model.n_regions

    @property
    def memory(self) -> int:
        """Number of samples from which the state can be read."""
        return self.model.memory

    def run(
        self,
        n_times: int,
        *,
        state: object = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        seed: int = 0,
    ) -> Trajectory:
        """Run freely; see `ForwardModel.run`.

        Starts, unless told otherwise, where the intact model would be: the lesion is fresh.
        """
        whole(n_times, "n_times", low=1)
        here = self.state_after(self.model.run(self.memory, seed=seed)) if state is None else state
        if not isinstance(here, LesionedState):
            raise TypeError(
                "state must come from state_from, state_after or an earlier run of the lesioned "
                f"model, but {type(here).__name__} arrived"
            )
        drive = np.zeros((n_times, self.n_regions)) if inputs is None else inputs.copy()
        drive[:, self.removed] = 0.0
        values = np.empty(drive.shape)
        for t in range(n_times):
            inputs = self._correction(here.window[None]) + drive[t]
            step = self.model.run(1, state=here.intact, inputs=inputs, seed=seed)
            here = LesionedState(step.state, np.vstack([here.window[1:], step.values]))
            values[t] = step.values[0]
        values[:, self.removed] = self.center[self.removed]
        return Trajectory(values, here)

    def state_from(self, window: Float[np.ndarray, "memory regions"]) -> LesionedState:
        """Return the state in which a recording ended, the lesion made at that moment."""
        return LesionedState(self.model.state_from(window), window)

    def state_after(self, intact: Trajectory) -> LesionedState:
        """Return the state after a run of the intact model, its noise to be continued."""
        if len(intact.values) < self.memory:
            raise ValueError(
                f"the run has {len(intact.values)} samples, but the model remembers "
                f"{self.memory}; run at least that many"
            )
        return LesionedState(intact.state, intact.values[-self.memory :])

    def predict(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        inputs: Float[np.ndarray, "windows regions"] | None = None,
    ) -> Float[np.ndarray, "windows regions"]:
        """Return the expected next sample after each window (no noise)."""
        expected = self.model.predict(windows, inputs) + self._correction(windows)
        expected[:, self.removed] = self.center[self.removed]
        return expected

    def _correction(
        self, windows: Float[np.ndarray, "windows memory regions"]
    ) -> Float[np.ndarray, "windows regions"]:
        """Lesioned minus intact prediction."""
        away = windows - self.center
        held = [np.where(h == 1, windows, self.center + h * away) for h, _ in self._listeners]
        intact, *others = np.split(
            self.model.predict(np.concatenate([windows, *held])), 1 + len(held)
        )
        correction = np.zeros(intact.shape)
        for (_, regions), expected in zip(self._listeners, others, strict=True):
            correction[:, regions] = (expected - intact)[:, regions]
        removed = self.removed
        correction[:, removed] = self.center[removed] - intact[:, removed]
        return correction

    @functools.cached_property
    def _listeners(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """What reaches whom: regions that hear the same of all others share a prediction."""
        kinds = [kind for kind in np.unique(self.hears, axis=0) if (kind != 1).any()]
        return [(kind, np.flatnonzero((self.hears == kind).all(axis=1))) for kind in kinds]


def lesion(
    model: ForwardModel,
    *,
    regions: Iterable[str | int] | Bool[np.ndarray, "regions"] = (),
    edges: Iterable[Sequence[str | int]] = (),
) -> ForwardModel:
    """Return a copy of a model without some regions or connections.

    Parameters
    ----------
    model : ForwardModel
        A network with a connectome, or a learned model that can predict.
    regions : sequence of str or int, or array of bool
        Regions to remove, such as ``surrobrain.hemisphere`` or ``surrobrain.resected`` finds
        them; or for every region whether it is removed. They keep their column, so that runs stay
        comparable.
    edges : sequence of (source, target)
        Connections to cut, in this direction only.

    Returns
    -------
    ForwardModel
        A network with the connections cut, or a `Lesioned` model.

    Raises
    ------
    ValueError
        Nothing to remove, or an unknown region; the message names the nearest.
    TypeError
        The model has neither a connectome nor ``predict``, or predicts something else than its
        regions.

    Notes
    -----
    *Network*: all connections of a removed region are cut in both directions; its node goes on
    by itself, noise and input included, and is still observed. *Learned model*: a removed region
    is held at its mean and ignores noise and input; all others predict as if it had always been
    at its mean. A cut edge does the same for one target only. Strengths that remain are not
    rescaled, and nothing is refitted: this is the acute effect, without plasticity.

    The mean is the model's ``center`` where it has one, as fitted models do, and otherwise that
    of a free run of 2000 samples.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(4))
    >>> lesion(model, edges=[("region_0", "region_1")]).connectome.weights[1, 0]
    np.float64(0.0)
    """
    cut = indices(regions, model.regions)
    pairs = [edge_positions(edge, model.regions) for edge in edges]
    if not cut and not pairs:
        raise ValueError(
            "a lesion removes regions or edges, but neither arrived; name at least one"
        )
    if hasattr(model, "connectome") and dataclasses.is_dataclass(model):
        network = cast(Any, model)
        return dataclasses.replace(network, connectome=network.connectome.disconnected(cut, pairs))
    hears = np.ones((model.n_regions, model.n_regions))
    hears[:, cut] = 0.0
    for source, target in pairs:
        hears[target, source] = 0.0
    return reheard(model, hears, removed=cut)


def reheard(
    model: ForwardModel, hears: Float[np.ndarray, "regions regions"], *, removed: Sequence[int] = ()
) -> Lesioned:
    """Return a learned model whose regions hear more or less of each other; see `Lesioned`.

    Raises
    ------
    TypeError
        The model does not predict, or predicts something else than its regions.
    """
    if not isinstance(model, Predictor):
        raise TypeError(
            f"a lesion needs a model with a connectome or with predict, but {type(model).__name__} "
            "has neither; give a Network or a fitted surrogate"
        )
    if model.names != model.regions:
        raise TypeError(
            f"{type(model).__name__} predicts {len(model.names)} channels from channels, so none "
            f"of its {len(model.regions)} regions can be silenced; give a model with a connectome"
        )
    return Lesioned(model, hears, np.unique(np.array(removed, dtype=np.int64)), _center(model))


def edge_positions(edge: Sequence[str | int], names: Sequence[str]) -> tuple[int, int]:
    """Return the positions of an edge's source and target, or say that it is no edge."""
    if isinstance(edge, str) or len(edge) != 2:
        raise ValueError(f"an edge is a pair (source, target), but {edge!r} arrived")
    source, target = indices(edge, names)
    return source, target


def _center(model: Predictor) -> np.ndarray:
    center = getattr(model, "center", None)
    if center is None:
        center = model.run(_CENTER_SAMPLES).values.mean(axis=0)
    return np.asarray(center, dtype=np.float64)
