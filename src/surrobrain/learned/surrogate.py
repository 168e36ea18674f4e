"""Surrogate: a learned model behind the contract every brain model meets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from surrobrain.catalog import load
from surrobrain.checks import whole
from surrobrain.forward import Trajectory
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.jacobian import jacobians
from surrobrain.learned.noise import normals
from surrobrain.learned.unroll import unroll

__all__ = ["Surrogate", "SurrogateState", "torch_dtype"]

_FOLDER = "surrobrain.learned.architectures"
_SETTLE = 200
_BATCH = 4096


@dataclass(frozen=True, eq=False)
class SurrogateState:
    """Where a run stands: the latent state, and the number of samples behind it."""

    latent: Any
    sample: int = 0


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A trained architecture with the units, names and noise of the recording it was fitted to.

    Parameters
    ----------
    architecture : Architecture
        The learned map, in standard deviations from the mean.
    names : tuple of str
        Region names.
    sfreq : float
        Samples per second (Hz).
    modality : str
        What the recording was.
    center, scale : array, shape (n_regions,)
        Mean and standard deviation of each region, in units of the recording; of several
        recordings, their averages.
    noise_factor : array, shape (n_regions, n_regions)
        A root of the covariance of the noise of a step, in units of the recording.
    input_scale : array, shape (n_inputs,)
        Root mean square of every external input.
    unit : str
        Unit of the recording, empty where it named none.

    Notes
    -----
    A run starts, unless told otherwise, at the mean and forgets it during 200 samples with noise
    but without input.
    """

    architecture: Architecture
    names: tuple[str, ...]
    sfreq: float
    modality: str
    center: Float[np.ndarray, "regions"]
    scale: Float[np.ndarray, "regions"]
    noise_factor: Float[np.ndarray, "regions regions"]
    input_scale: Float[np.ndarray, "inputs"] = field(default_factory=lambda: np.zeros(0))
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other."""
        n = self.architecture.n_regions
        shapes = {
            "names": (len(self.names),),
            "center": self.center.shape,
            "scale": self.scale.shape,
            "noise_factor": self.noise_factor.shape,
            "input_scale": self.input_scale.shape,
        }
        others = {"noise_factor": (n, n), "input_scale": (self.n_inputs,)}
        for name, shape in shapes.items():
            expected = others.get(name, (n,))
            if shape != expected:
                raise ValueError(
                    f"{name} has shape {shape} but the architecture has {n} regions; "
                    f"give shape {expected}"
                )

    def __repr__(self) -> str:
        """Say what it is, not its weights."""
        return (
            f"Surrogate({type(self.architecture).__name__}, {self.n_regions} regions, "
            f"memory {self.memory}, {self.sfreq:g} Hz, {self.modality})"
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """What can be driven and lesioned: all that is observed."""
        return self.names

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return self.architecture.n_regions

    @property
    def n_inputs(self) -> int:
        """Number of external inputs whose effect was learned."""
        return self.architecture.n_inputs

    def without_noise(self) -> "Surrogate":
        """Return the same model, whose runs follow its equations alone."""
        return replace(self, noise_factor=np.zeros_like(self.noise_factor))

    @property
    def memory(self) -> int:
        """Number of samples from which the state can be read."""
        return self.architecture.memory

    def run(
        self,
        n_times: int,
        *,
        state: object = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        drive: Float[np.ndarray, "times inputs"] | None = None,
        seed: int = 0,
    ) -> Trajectory:
        """Run freely; see `ForwardModel.run`.

        ``drive``, shape (n_times, n_inputs), is external input of the kind that was recorded
        (``Recording.inputs``), whose effect the model has learned. A run that diverges returns
        values that are infinite or NaN.
        """
        import torch

        whole(n_times, "n_times", low=1)
        drives = self._drives(drive, n_times)
        if inputs is not None and inputs.shape != (n_times, self.n_regions):
            raise ValueError(
                f"inputs must have shape {(n_times, self.n_regions)}, but {inputs.shape} arrived; "
                "give one row per sample and one column per region"
            )
        start = self._settled(seed) if state is None else state
        if not isinstance(start, SurrogateState):
            raise TypeError(
                f"state must come from state_from or an earlier run of a surrogate, "
                f"but {type(start).__name__} arrived"
            )
        added = self._noise(n_times, first=start.sample, keys=(seed, 0))
        if inputs is not None:
            added = added + inputs / self.scale
        with torch.inference_mode():
            values, latent = self._steps(start.latent, self._tensor(added), drives)
        end = SurrogateState(latent, start.sample + n_times)
        return Trajectory(self._raw(values.numpy()), end)

    def state_from(self, window: Float[np.ndarray, "memory regions"]) -> SurrogateState:
        """Return the state in which a recording ended."""
        import torch

        self._check_windows(window[None])
        with torch.inference_mode():
            return SurrogateState(self.architecture.encode(self._standard(window[None])))

    def predict(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        inputs: Float[np.ndarray, "windows regions"] | None = None,
        drive: Float[np.ndarray, "windows inputs"] | None = None,
    ) -> Float[np.ndarray, "windows regions"]:
        """Return the expected next sample after each window, without noise."""
        import torch

        self._check_windows(windows)
        drives = self._drives(drive, len(windows))
        found = np.empty((len(windows), self.n_regions), self.dtype)
        with torch.inference_mode():
            for first in range(0, len(windows), _BATCH):
                some = slice(first, first + _BATCH)
                added = None if inputs is None else self._tensor(inputs[some] / self.scale)
                state = self.architecture.encode(self._standard(windows[some]))
                driven = None if drives is None else drives[some]
                found[some] = self.architecture.observe(
                    self.architecture.step(state, added, driven)
                ).numpy()
        return self._raw(found)

    def forecast(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        n_steps: int,
        *,
        drive: Float[np.ndarray, "windows steps inputs"] | None = None,
    ) -> Float[np.ndarray, "windows steps regions"]:
        """Return the expected samples 1 ... n_steps after each window, without noise."""
        import torch

        self._check_windows(windows)
        whole(n_steps, "n_steps", low=1)
        found = np.empty((len(windows), n_steps, self.n_regions), self.dtype)
        with torch.inference_mode():
            for first in range(0, len(windows), _BATCH):
                some = slice(first, first + _BATCH)
                driven = None if drive is None else self._tensor(drive[some] / self.input_scale)
                state = self.architecture.encode(self._standard(windows[some]))
                found[some] = unroll(self.architecture, state, n_steps, drives=driven)[0].numpy()
        return self._raw(found)

    def jacobian(
        self, windows: Float[np.ndarray, "windows memory regions"]
    ) -> Float[np.ndarray, "windows regions regions"]:
        """Return d next[i] / d newest[j] at each window, in units of the recording.

        Notes
        -----
        Exact, by automatic differentiation; the whole window counts as the state, and only its
        newest sample is varied.
        """
        self._check_windows(windows)
        found = jacobians(self.architecture, self._standard(windows))[:, :, -1]
        return found * self.scale[:, None] / self.scale

    def to_parts(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return a description that JSON can hold, and the arrays; see `surrobrain.save_model`."""
        name = type(self.architecture).__name__
        try:
            known = load(_FOLDER, name) is type(self.architecture)
        except ValueError:
            known = False
        if not known:
            raise ValueError(
                f"{name} is not in the catalog of architectures, so it could not be loaded again; "
                "add a file for it to learned/architectures"
            )
        config = {
            "architecture": name,
            "arguments": self.architecture.config(),
            "names": list(self.names),
            "sfreq": self.sfreq,
            "modality": self.modality,
            "unit": self.unit,
        }
        weights = {k: v.detach().numpy() for k, v in self.architecture.state_dict().items()}
        arrays = {f"architecture.{name}": value for name, value in weights.items()}
        own = {
            "center": self.center, "scale": self.scale, "noise_factor": self.noise_factor,
            "input_scale": self.input_scale,
        }  # fmt: skip
        return config, {**arrays, **own}

    @classmethod
    def from_parts(cls, config: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> "Surrogate":
        """Rebuild a surrogate from `to_parts`.

        Raises
        ------
        ValueError
            The architecture is unknown, or an array is missing or has another shape.
        """
        import torch

        build = cast(Any, load(_FOLDER, config["architecture"]))
        architecture = build(**config["arguments"])
        prefix = "architecture."
        weights = {
            k.removeprefix(prefix): torch.as_tensor(v)
            for k, v in arrays.items()
            if k.startswith(prefix)
        }
        for name, parameter in architecture.state_dict().items():
            found = None if name not in weights else tuple(weights[name].shape)
            if found != tuple(parameter.shape):
                raise ValueError(
                    f"array {name} should have shape {tuple(parameter.shape)}, but {found} "
                    "arrived; the model folder is damaged"
                )
        architecture.to(next(iter(weights.values())).dtype)
        architecture.load_state_dict(weights)
        return cls(
            architecture.eval(),
            tuple(config["names"]),
            float(config["sfreq"]),
            config["modality"],
            *(arrays[name] for name in ("center", "scale", "noise_factor", "input_scale")),
            unit=config.get("unit", ""),
        )

    @property
    def dtype(self) -> np.dtype:
        """Precision in which the model runs."""
        return np.dtype(str(next(self.architecture.parameters()).dtype).removeprefix("torch."))

    def _steps(self, latent: Any, added: Any, drives: Any) -> tuple[Any, Any]:
        """Run without conversions; everything is in standard deviations."""
        driven = None if drives is None else drives[None]
        values, latent = unroll(
            self.architecture, latent, len(added), inputs=added[None], drives=driven
        )
        return values[0], latent

    def _drives(self, drive: np.ndarray | None, n_rows: int) -> Any:
        """Return external input in its own standard deviations, or None."""
        if drive is None:
            return None
        if np.shape(drive) != (n_rows, self.n_inputs):
            raise ValueError(
                f"drive must have shape {(n_rows, self.n_inputs)}, one column per input that the "
                f"model has learned, but {np.shape(drive)} arrived"
            )
        return self._tensor(np.asarray(drive) / self.input_scale)

    def _settled(self, seed: int) -> SurrogateState:
        """Leave the mean behind, with noise that no sample of the run uses."""
        import torch

        with torch.inference_mode():
            mean = torch.zeros((1, self.memory, self.n_regions), dtype=torch_dtype(self.dtype))
            noise = self._tensor(self._noise(_SETTLE, first=0, keys=(seed, 1)))
            return SurrogateState(self._steps(self.architecture.encode(mean), noise, None)[1])

    def _noise(
        self, n_times: int, *, first: int, keys: tuple[int, ...]
    ) -> Float[np.ndarray, "times regions"]:
        """Noise of samples first, first + 1, ... in standard deviations."""
        factor = self.noise_factor / self.scale[:, None]
        return normals(n_times, factor, first=first, keys=keys)

    def _standard(self, values: np.ndarray) -> Any:
        return self._tensor((values - self.center) / self.scale)

    def _tensor(self, values: np.ndarray) -> Any:
        import torch

        return torch.as_tensor(np.ascontiguousarray(values, dtype=self.dtype))

    def _raw(self, values: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is for simulate to report
            return (values * self.scale + self.center).astype(self.dtype)

    def _check_windows(self, windows: np.ndarray) -> None:
        if windows.shape[1:] != (self.memory, self.n_regions):
            raise ValueError(
                f"a window must have shape {(self.memory, self.n_regions)} (memory, regions), but "
                f"{windows.shape[1:]} arrived; cut the last {self.memory} samples"
            )


def torch_dtype(dtype: np.dtype) -> Any:
    """Return what torch calls a precision of NumPy."""
    import torch

    return getattr(torch, dtype.name)
