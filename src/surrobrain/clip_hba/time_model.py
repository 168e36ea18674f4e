"""A vision model that tells images apart as a brain does, differently at every time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float32

from surrobrain.clip_hba.frozen import keep_class_tokens, plain_text_features
from surrobrain.clip_hba.layer_mixing import Curves, embeddings, layer_weights, reach, smoother
from surrobrain.clip_hba.loading import Clip
from surrobrain.clip_hba.rdm_loss import correlation_rdms
from surrobrain.clip_hba.time_recipe import TimeRecipe
from surrobrain.pretrained.images import Images
from surrobrain.rsa.rdms import RDMs
from surrobrain.seeds import stream

__all__ = ["TimeHistory", "TimeModel", "directions_of"]

_INFERENCE = 5  # separates noise of predictions from other draws of the same seed
_TIMES_AT_ONCE = 16


@dataclass(frozen=True)
class TimeHistory:
    """How a training went.

    Parameters
    ----------
    layers, adapters : tuple of float
        Validation loss of phase A and of phase B, before the first and after every epoch,
        in units in which each part is its weight before any layer weight was learned.
    best : pair of int
        Epoch of either phase whose weights were kept.
    persons : tuple of str
        Who was learned from.
    validation_persons : tuple of str
        Who chose the epochs; the same persons where there was one.
    validation_images : tuple of str
        Images that chose the epochs.
    """

    layers: tuple[float, ...] = ()
    adapters: tuple[float, ...] = ()
    best: tuple[int, int] = (0, 0)
    persons: tuple[str, ...] = ()
    validation_persons: tuple[str, ...] = ()
    validation_images: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class TimeModel:
    """CLIP with a weight for every layer at every time: the second and third stage of CLIP-HBA.

    Parameters
    ----------
    clip : Clip
        With the adapters of this stage in all vision blocks.
    prompts : sequence of str
        Dimensions in words, along which class tokens are read.
    times : array, shape (n_times,)
        Seconds from the onset of the stimulus.
    free : array, shape (n_times, n_layers)
        The numbers from which layer weights are made.
    recipe : TimeRecipe
        How it was made.
    curves : Curves, optional
        Of the published variant.
    start : object, optional
        The model that this one started from.
    history : TimeHistory
        How training went.

    Notes
    -----
    ``e(t) = sum_l w_l(t) cos(class token of layer l, text d)``, and the RDM at t is one minus the
    correlation of the embeddings of every two images.

    Examples
    --------
    >>> from surrobrain.clip_hba import simulate_study
    >>> from surrobrain.clip_hba.beginning import last_layer
    >>> study = simulate_study(n_images=20, n_persons=1, trained=False)
    >>> model = last_layer(study.vision, times=study.times, prompts=study.prompts)
    >>> model.layer_schedule[0], model.rdm_movie(study.images).n_conditions
    (array([0., 0., 0., 0., 0., 1.], dtype=float32), 20)
    """

    clip: Clip
    prompts: Sequence[str]
    times: Float[np.ndarray, "times"]
    free: Float32[np.ndarray, "times layers"]
    recipe: TimeRecipe
    curves: Curves | None = None
    start: Any = None
    history: TimeHistory = field(default_factory=TimeHistory)

    @property
    def name(self) -> str:
        """What it is called in results."""
        return f"{self.clip.name}, {self.recipe.name}"

    @property
    def layer_schedule(self) -> Float32[np.ndarray, "times layers"]:
        """Weight of every layer at every time; each row sums to one."""
        import torch

        window = smoother(self.times, seconds=self.recipe.smooth, mixing=self.recipe.mixing)
        free = torch.from_numpy(self.free)
        return layer_weights(
            free, torch.as_tensor(window, dtype=free.dtype), mixing=self.recipe.mixing
        ).numpy()

    @property
    def depth(self) -> Float[np.ndarray, "times"]:
        """Mean layer at every time, from 1 for the first to the number of layers."""
        return self.layer_schedule @ np.arange(1.0, self.free.shape[1] + 1)

    def embedding_movie(
        self, images: Images, *, cache: str | Path | None = None
    ) -> Float32[np.ndarray, "times images dimensions"]:
        """Return what the model makes of images at every time."""
        mixed = self._mixed(self._reached(images, cache), slice(None), self._rng())
        return mixed.cpu().numpy()

    def rdm_movie(self, images: Images, *, cache: str | Path | None = None) -> RDMs:
        """Predict how differently images are represented at every time.

        Parameters
        ----------
        images : Images
            At least two, new or known; conditions get their names.
        cache : path, optional
            Folder in which class tokens are kept.

        Returns
        -------
        RDMs
            A movie in single precision, to be compared by `surrobrain.rsa.compare`.
        """
        reached, rng = self._reached(images, cache), self._rng()
        n = len(images)
        values = np.empty((len(self.times), n * (n - 1) // 2), np.float32)
        for begin in range(0, len(values), _TIMES_AT_ONCE):
            some = slice(begin, begin + _TIMES_AT_ONCE)
            values[some] = correlation_rdms(self._mixed(reached, some, rng)).cpu().numpy()
        return RDMs(values, images.names, times=self.times, measure="correlation")

    def _rng(self) -> np.random.Generator | None:
        return None if self.curves is None else stream(self.recipe.seed, _INFERENCE)

    def _reached(self, images: Images, cache: str | Path | None) -> Any:
        import torch

        kept = keep_class_tokens(self.clip, images, cache=cache, shown=False)
        directions = directions_of(self.clip, self.prompts)
        pieces = []
        with torch.no_grad():
            for some in np.array_split(np.arange(len(images)), max(1, len(images) // 64)):
                tokens = torch.as_tensor(kept.rows(some), device=self.clip.device)
                pieces.append(reach(self.clip, tokens, directions, reading=self.recipe.reading))
        return torch.cat(pieces)

    def _mixed(self, reached: Any, some: slice, rng: np.random.Generator | None) -> Any:
        import torch

        weights = torch.as_tensor(self.layer_schedule[some], device=self.clip.device)
        curves = None
        if self.curves is not None:
            beta, scale, noise = self.curves.beta, self.curves.scale, self.curves.noise
            curves = Curves(beta[some], scale[some], noise[some])
        with torch.no_grad():
            return embeddings(reached, weights, curves=curves, rng=rng)


def directions_of(clip: Clip, prompts: Sequence[str]) -> Float[Any, "texts joint"]:
    """Return the normalized text features of prompts; no gradients."""
    import torch
    from torch.nn.functional import normalize

    with torch.no_grad():
        return normalize(plain_text_features(clip, prompts), dim=-1)
