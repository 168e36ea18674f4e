"""From recordings to standardized windows, one part to train on and a later one held out."""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import same_names
from surrobrain.data.recording import Recording
from surrobrain.errors import BadRecording
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.windows import training_windows

__all__ = ["Prepared", "fingerprint", "prepare"]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Windows and targets in standard deviations from the mean of each recording's training part.

    ``center`` and ``scale`` are the averages of those means and deviations over recordings.
    """

    center: Float[np.ndarray, "regions"]
    scale: Float[np.ndarray, "regions"]
    windows: Float[np.ndarray, "windows memory regions"]
    targets: Float[np.ndarray, "windows horizon regions"]
    held_out_windows: Float[np.ndarray, "held_out memory regions"]
    held_out_targets: Float[np.ndarray, "held_out horizon regions"]

    def everything(self) -> tuple[np.ndarray, np.ndarray]:
        """Return windows and next samples of both parts."""
        return (
            np.concatenate([self.windows, self.held_out_windows]),
            np.concatenate([self.targets, self.held_out_targets])[:, 0],
        )

    def tensor(self, values: np.ndarray) -> Any:
        """Return a torch tensor of the same precision."""
        import torch

        return torch.as_tensor(values)


def prepare(
    recordings: Sequence[Recording],
    architecture: Architecture,
    *,
    names: Sequence[str] | None,
    horizon: int,
    held_out: float,
) -> Prepared:
    """Check recordings against a model and cut them.

    Parameters
    ----------
    recordings : sequence of Recording
        Same regions and rate.
    architecture : Architecture
        Its memory and number of regions decide the windows.
    names : sequence of str, optional
        Regions a fitted surrogate already stands for.
    horizon : int
        Samples after each window.
    held_out : float
        Share of each recording, its last part in time.

    Returns
    -------
    Prepared
        Every recording is centered and scaled by its own training part, so that offsets and
        gains of a session do not pass for dynamics.

    Raises
    ------
    ValueError
        No recording, differing regions or rates, or too short.
    BadRecording
        A region does not vary in the training part of a recording.
    """
    if not recordings:
        raise ValueError("fit needs at least one recording, but an empty list arrived")
    first = recordings[0]
    for other in recordings[1:]:
        same_names(first.names, other.names, our="the first recording", their="another one")
        if other.sfreq != first.sfreq:
            raise ValueError(
                f"recordings have rates {first.sfreq:g} and {other.sfreq:g} Hz; "
                "resample them to one rate"
            )
    if first.n_regions != architecture.n_regions:
        raise ValueError(
            f"the model has {architecture.n_regions} regions but the recording has "
            f"{first.n_regions}; make the model with n_regions=recording.n_regions"
        )
    if names is not None:
        same_names(first.names, names, our="the recording", their="the fitted model")
    parts = [recording.split(1.0 - held_out) for recording in recordings]
    units = [_units(train) for train, _ in parts]
    cut = {"memory": architecture.memory, "horizon": horizon}
    seen, later = (
        training_windows([_standard(p, *u) for p, u in zip(part, units, strict=True)], **cut)
        for part in zip(*parts, strict=True)
    )
    center, scale = (np.mean(each, axis=0) for each in zip(*units, strict=True))
    return Prepared(center, scale, *seen, *later)


def fingerprint(data: Prepared, architecture: Any, objective: Callable[[Any, Any], Any]) -> str:
    """Return a hash of data, start and the objective's value at the start, penalties included."""
    start = objective(data.tensor(data.windows[:64]), data.tensor(data.targets[:64]))
    digest = hashlib.sha256(repr(start.item()).encode())
    for values in (data.windows, data.targets, data.held_out_windows, data.held_out_targets):
        digest.update(np.ascontiguousarray(values).tobytes())
    for weights in architecture.state_dict().values():
        digest.update(weights.numpy().tobytes())
    return digest.hexdigest()[:16]


def _units(part: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of every region, or refuse one that does not vary."""
    seen = part.values[part.valid]
    if not len(seen):
        raise BadRecording(
            f"all {part.n_times} samples that are trained on are missing; leave that recording out"
        )
    center, scale = seen.mean(axis=0), seen.std(axis=0)
    flat = np.flatnonzero(~(scale > 1e-12 * np.abs(center)))
    if len(flat):
        shown = ", ".join(str(part.names[k]) for k in flat.tolist()[:3])
        raise BadRecording(
            f"{len(flat)} regions do not vary in the part that is trained on, the first "
            f"{shown}; leave them out with recording.without(names)"
        )
    return center, scale


def _standard(part: Recording, center: np.ndarray, scale: np.ndarray) -> Recording:
    return dataclasses.replace(part, values=(part.values - center) / scale, on_bad="keep")
