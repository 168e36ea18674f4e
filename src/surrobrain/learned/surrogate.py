"""Surrogate: a learned model behind the contract every brain model meets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from surrobrain.catalog import load
from surrobrain.checks import whole
from surrobrain.forward import Trajectory
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.jacobian import jacobians
from surrobrain.learned.noise import normals

__all__ = ["Surrogate", "SurrogateState"]

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
        Cholesky factor of the covariance of one-step errors, in units of the recording.
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
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other."""
        n = self.architecture.n_regions
        shapes = {
            "names": (len(self.names),),
            "center": self.center.shape,
            "scale": self.scale.shape,
            "noise_factor": self.noise_factor.shape,
        }
        for name, shape in shapes.items():
            expected = (n, n) if name == "noise_factor" else (n,)
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
    def memory(self) -> int:
        """Number of samples from which the state can be read."""
        return self.architecture.memory

    def run(
        self,
        n_times: int,
        *,
        state: object = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        seed: int = 0,
    ) -> Trajectory:
        """Run freely; see `ForwardModel.run`.

        A run that diverges returns values that are infinite or NaN.
        """
        import torch

        whole(n_times, "n_times", low=1)
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
        drive = self._noise(n_times, first=start.sample, keys=(seed, 0))
        if inputs is not None:
            drive = drive + inputs / self.scale
        with torch.inference_mode():
            values, latent = self._steps(start.latent, self._tensor(drive))
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
    ) -> Float[np.ndarray, "windows regions"]:
        """Return the expected next sample after each window, without noise."""
        import torch

        self._check_windows(windows)
        found = np.empty((len(windows), self.n_regions), self.dtype)
        with torch.inference_mode():
            for first in range(0, len(windows), _BATCH):
                some = slice(first, first + _BATCH)
                drive = None if inputs is None else self._tensor(inputs[some] / self.scale)
                state = self.architecture.encode(self._standard(windows[some]))
                found[some] = self.architecture.observe(
                    self.architecture.step(state, drive)
                ).numpy()
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
        own = {"center": self.center, "scale": self.scale, "noise_factor": self.noise_factor}
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
            *(arrays[name] for name in ("center", "scale", "noise_factor")),
            unit=config.get("unit", ""),
        )

    @property
    def dtype(self) -> np.dtype:
        """Precision in which the model runs."""
        return np.dtype(str(next(self.architecture.parameters()).dtype).removeprefix("torch."))

    def _steps(self, latent: Any, drive: Any) -> tuple[Any, Any]:
        """Run without conversions; drive is in standard deviations."""
        import torch

        values = torch.empty_like(drive)
        architecture = self.architecture
        for t in range(len(drive)):
            latent = architecture.step(latent, drive[t : t + 1])
            values[t] = architecture.observe(latent)[0]
        return values, latent

    def _settled(self, seed: int) -> SurrogateState:
        """Leave the mean behind, with noise that no sample of the run uses."""
        import torch

        with torch.inference_mode():
            mean = torch.zeros((1, self.memory, self.n_regions), dtype=_torch_dtype(self.dtype))
            drive = self._tensor(self._noise(_SETTLE, first=0, keys=(seed, 1)))
            return SurrogateState(self._steps(self.architecture.encode(mean), drive)[1])

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


def _torch_dtype(dtype: np.dtype) -> Any:
    import torch

    return getattr(torch, dtype.name)
