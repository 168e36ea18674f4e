"""From recordings to standardized windows, one part to train on and a later one held out."""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import same_names
from surrobrain.data.recording import Recording
from surrobrain.errors import BadRecording
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.batch import Batch
from surrobrain.learned.windows import Windows, cut_windows

__all__ = ["Batches", "Prepared", "fingerprint", "prepare"]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Windows and targets in standard deviations from the mean of each recording's training part.

    ``center`` and ``scale`` are the averages of those means and deviations over recordings;
    ``input_scale`` is the root mean square of every input, by which it is divided.
    """

    center: Float[np.ndarray, "regions"]
    scale: Float[np.ndarray, "regions"]
    input_scale: Float[np.ndarray, "inputs"]
    train: Windows
    held_out: Windows

    def everything(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return windows, next samples and their inputs of both parts."""
        windows, following, drives = (
            np.concatenate(both)
            for both in zip(self.train.pairs(), self.held_out.pairs(), strict=True)
        )
        return windows, following, drives


@dataclass(frozen=True, eq=False)
class Batches:
    """Windows as tensors on one device, from which batches are cut."""

    values: Any
    inputs: Any
    starts: Any
    memory: int
    horizon: int

    @classmethod
    def of(cls, windows: Windows, device: str) -> "Batches":
        """Bring windows to a device."""
        import torch

        def there(array: np.ndarray) -> Any:
            return torch.as_tensor(array).to(device)

        return cls(
            there(windows.values), there(windows.inputs), there(windows.starts), windows.memory,
            windows.horizon,
        )  # fmt: skip

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.starts)

    def cut(self, items: Any) -> Batch:
        """Return the windows of these numbers with what follows them."""
        import torch

        length = self.memory + self.horizon
        rows = self.starts[items.to(self.starts.device)][:, None] + torch.arange(
            length, device=self.starts.device
        )
        return Batch(self.values[rows], self.inputs[rows[:, self.memory :]], self.memory)


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
    _same_inputs(recordings, architecture)
    if names is not None:
        same_names(first.names, names, our="the recording", their="the fitted model")
    parts = [recording.split(1.0 - held_out) for recording in recordings]
    units = [_units(train) for train, _ in parts]
    cut = {"memory": architecture.memory, "horizon": horizon}
    input_scale = _input_scale([train for train, _ in parts])
    seen, later = (
        cut_windows(
            [_standard(p, *u, input_scale) for p, u in zip(part, units, strict=True)], **cut
        )
        for part in zip(*parts, strict=True)
    )
    center, scale = (np.mean(each, axis=0) for each in zip(*units, strict=True))
    return Prepared(center, scale, input_scale, seen, later)


def _same_inputs(recordings: Sequence[Recording], architecture: Architecture) -> None:
    for recording in recordings:
        if recording.n_inputs != architecture.n_inputs:
            raise ValueError(
                f"the model has {architecture.n_inputs} inputs but a recording has "
                f"{recording.n_inputs}; make the model with n_inputs={recording.n_inputs}, or give "
                "every recording its inputs with recording.with_inputs(...)"
            )


def _input_scale(parts: Sequence[Recording]) -> Float[np.ndarray, "inputs"]:
    """Return the root mean square of every input: 0, which is no input, must stay 0."""
    inputs = [part.inputs for part in parts if part.inputs is not None]
    if not inputs:
        return np.zeros(0, parts[0].values.dtype)
    size = np.sqrt(np.square(np.concatenate(inputs)).mean(axis=0))
    return np.where(size > 0, size, 1.0).astype(size.dtype)


def fingerprint(data: Prepared, architecture: Any, start: float) -> str:
    """Return a hash of data, weights and the objective's value at the start, penalties included."""
    digest = hashlib.sha256(repr(start).encode())
    for part in (data.train, data.held_out):
        for values in (part.values, part.inputs, part.starts):
            digest.update(np.ascontiguousarray(values).tobytes())
    for weights in architecture.state_dict().values():
        digest.update(weights.cpu().numpy().tobytes())
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


def _standard(
    part: Recording, center: np.ndarray, scale: np.ndarray, input_scale: np.ndarray
) -> Recording:
    inputs = None if part.inputs is None else part.inputs / input_scale
    values = (part.values - center) / scale
    return dataclasses.replace(part, values=values, inputs=inputs, on_bad="keep")
