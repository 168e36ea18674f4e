"""What a language model and the prediction of the brain lose without a group of neurons."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import whole
from surrobrain.linear.encoding import EncodingRecipe, encode_responses
from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.neuron_groups import NeuronGroup
from surrobrain.llm_networks.patterns import Patterns
from surrobrain.llm_networks.story_loss import story_loss
from surrobrain.llm_networks.voxel_encoding import Encoding
from surrobrain.llm_networks.words import Words
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.sites import sites_of
from surrobrain.progress import progress
from surrobrain.seeds import Seed, generator
from surrobrain.signals.cleaning import cleaned

__all__ = ["NeuronLesion", "lesion_neurons", "masked", "random_like"]


@dataclass(frozen=True, eq=False)
class NeuronLesion:
    """A group of neurons silenced, beside random groups of the same size in the same layers.

    Parameters
    ----------
    group : NeuronGroup
        What was silenced.
    loss, loss_intact : float
        Cross-entropy of the story in nats per token; NaN for a model that predicts no words.
    loss_random : array, shape (n_random,)
        With random groups.
    r, r_intact : float
        Held-out correlation of the mean signal of some places with what the patterns predict.
    r_random : array, shape (n_random,)
        With random groups.
    """

    group: NeuronGroup
    loss: float
    loss_intact: float
    loss_random: Float[np.ndarray, "random"]
    r: float
    r_intact: float
    r_random: Float[np.ndarray, "random"]

    @property
    def p_loss(self) -> float:
        """Probability of such a loss by silencing as many neurons at random; NaN without a loss."""
        if np.isnan(self.loss):
            return float("nan")
        return float((1 + (self.loss_random >= self.loss).sum()) / (1 + len(self.loss_random)))

    @property
    def p_encoding(self) -> float:
        """Probability of so low a correlation by silencing as many neurons at random."""
        return float((1 + (self.r_random <= self.r).sum()) / (1 + len(self.r_random)))


def lesion_neurons(
    language: LanguageModel, story: Words, *, group: NeuronGroup, encoding: Encoding,
    n_random: int = 100, recipe: CaptureRecipe | None = None, seed: Seed = 0,
) -> NeuronLesion:  # fmt: skip
    """Silence the neurons of a group while the model reads, and random ones for comparison.

    Parameters
    ----------
    language : LanguageModel
        Whose patterns were encoded.
    story : Words
        Of a single run.
    group : NeuronGroup
        Columns of ``encoding.patterns``.
    encoding : Encoding
        Of the intact model. The mean signal of its places is predicted: narrow it to those of a
        network with ``encoding.pick(places)``.
    n_random : int, default 100
        Random groups.
    recipe : CaptureRecipe, optional
        As the responses were captured.
    seed : int or Generator
        Decides the random groups.

    Returns
    -------
    NeuronLesion

    Raises
    ------
    ValueError
        The group is empty, a layer has too few other neurons, or there are several runs.

    Notes
    -----
    Responses of the lesioned model, standardized like the intact ones, are read through the same
    codes C: ``D' = X' C^T (C C^T)^+``. The encoding is fitted anew to D', so that what the rest of
    the model makes up for is not lost.
    """
    whole(n_random, "n_random", low=1)
    if not len(group.members):
        raise ValueError(f"{group.name} has no neurons; there is nothing to silence")
    patterns = encoding.patterns
    if len(patterns.runs) > 1:
        raise ValueError(f"the patterns are of {len(patterns.runs)} runs; lesion one story")
    recipe = recipe or CaptureRecipe(site=patterns.site or "ffn_out", trim=patterns.trim)
    measure = _Measurement(language, story, encoding, recipe)
    intact = measure(np.zeros(0, dtype=np.int64))
    lesioned = measure(group.members)
    rng = generator(seed)
    found = np.empty((n_random, 2))
    with progress(n_random, label="random lesions") as report:
        for k in range(n_random):
            found[k] = measure(random_like(group, patterns, seed=rng))
            report(k + 1, "")
    return NeuronLesion(
        group, lesioned[0], intact[0], found[:, 0], lesioned[1], intact[1], found[:, 1]
    )


def random_like(group: NeuronGroup, patterns: Patterns, *, seed: Seed) -> Int[np.ndarray, "_"]:
    """Draw as many neurons as a group has in every layer, none of them its own."""
    rng = generator(seed)
    members = group.members
    drawn = []
    for layer in np.unique(patterns.layers[members]):
        here = np.flatnonzero(patterns.layers == layer)
        others = np.setdiff1d(here, members)
        n = int(np.isin(members, here).sum())
        if len(others) < n:
            raise ValueError(
                f"layer {layer} has {len(others)} neurons outside of {group.name}, which has {n} "
                "there; no random group of the same kind can be drawn"
            )
        drawn.append(rng.choice(others, n, replace=False))
    return np.sort(np.concatenate(drawn))


@contextmanager
def masked(
    language: LanguageModel, layers: Int[np.ndarray, "n"], units: Int[np.ndarray, "n"], *, site: str
) -> Iterator[None]:
    """Set neurons of a model to zero as long as the context lasts."""
    handles = []
    try:
        for one in sites_of(language, site=site):
            silent = units[layers == one.layer]
            if len(silent):
                handles.append(_silenced(one.module, silent, before=one.before))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _silenced(module: Any, units: np.ndarray, *, before: bool) -> Any:
    def zero(values: Any) -> Any:
        values = values.clone()
        values[..., units] = 0
        return values

    if before:
        return module.register_forward_pre_hook(lambda _, given: (zero(given[0]), *given[1:]))
    return module.register_forward_hook(lambda _, given, out: zero(out))


class _Measurement:
    """Loss and encoding of the model without some neurons."""

    def __init__(
        self, language: LanguageModel, story: Words, encoding: Encoding, recipe: CaptureRecipe
    ) -> None:
        self._language, self._story, self._recipe = language, story, recipe
        self._encoding = encoding
        self._scale: tuple[np.ndarray, np.ndarray] | None = None
        signal = encoding.bold.values.mean(axis=1, keepdims=True)
        self._signal = cleaned(signal, sfreq=1 / encoding.bold.tr, cutoff=None)

    def __call__(self, neurons: np.ndarray) -> tuple[float, float]:
        patterns = self._encoding.patterns
        layers, units = patterns.layers[neurons], patterns.units[neurons]
        with masked(self._language, layers, units, site=patterns.site or "ffn_out"):
            loss = story_loss(self._language, " ".join(self._story.text))
            read = responses(
                self._language, self._story, tr=patterns.tr, n_times=patterns.n_times,
                recipe=self._recipe, shown=False,
            )  # fmt: skip
        return loss, self._correlation(self._columns(read))

    def _columns(self, read: Any) -> np.ndarray:
        """Bring responses to the patterns' neurons; silent ones were dropped and are zero."""
        patterns = self._encoding.patterns
        place = {pair: k for k, pair in enumerate(zip(read.layers, read.units, strict=True))}
        found = np.zeros((read.n_times, patterns.n_neurons))
        for column, pair in enumerate(zip(patterns.layers, patterns.units, strict=True)):
            if pair in place:
                found[:, column] = read.values[:, place[pair]]
        return found

    def _correlation(self, values: np.ndarray) -> float:
        patterns = self._encoding.patterns
        rows = slice(patterns.trim, patterns.n_times - patterns.trim)
        if self._scale is None:  # the first call is of the intact model
            spread = values[rows].std(axis=0)
            self._scale = values[rows].mean(axis=0), np.where(spread > 1e-8, spread, np.inf)
        standard = (values - self._scale[0]) / self._scale[1]
        codes = patterns.codes.astype(np.float64)
        courses = standard @ codes.T @ np.linalg.pinv(codes @ codes.T)
        from surrobrain.linear.delays import delayed

        delays = EncodingRecipe().delays
        x = delayed(courses, delays)[rows]
        inside = EncodingRecipe(delays=(0,), banded=False, gap=max(delays) + 1)
        return float(encode_responses({"patterns": x}, self._signal, recipe=inside).r[0])
