"""Listening to a language model while it reads a story."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.checks import whole
from surrobrain.llm_networks.neuron_responses import Responses, read_responses
from surrobrain.llm_networks.neurons import Neurons
from surrobrain.llm_networks.token_weights import tokens_of_words
from surrobrain.llm_networks.volume_stream import VolumeStream
from surrobrain.llm_networks.word_to_tr import word_to_volume
from surrobrain.llm_networks.words import Words
from surrobrain.pretrained.encoder import load_reader
from surrobrain.pretrained.language import LanguageModel, fingerprint
from surrobrain.pretrained.passes import Pass, Plan, plan_passes, run_pass
from surrobrain.pretrained.sites import Site, listening, sites_of
from surrobrain.progress import progress

__all__ = ["CaptureRecipe", "responses"]

_CONSTANT = 1e-8  # standard deviation below which a neuron does not respond
_COLUMNS = 4096  # neurons that are looked at together


@dataclass(frozen=True)
class CaptureRecipe:
    """What is listened to, how the story is read, and how it becomes volumes.

    Parameters
    ----------
    site : {"ffn_out", "ffn_act"}
        Output of the second linear map of every feed-forward block, or its input.
    layers : tuple of int, optional
        From 0, negative ones from the end; by default all.
    word_value : {"last", "mean"}
        A word has the value of its last token, or the mean of its tokens.
    rule : {"mean", "sum", "lanczos"}
        How words become volumes, as in `word_to_volume`.
    window, stride : int, optional
        Tokens that are read at once, and that count of each window, as in `plan_passes`; by
        default a causal model reads the whole story in one go.
    chunk : int, default 256
        Tokens per pass of a causal model; the result does not depend on it.
    trim : int, default 5
        Volumes at either end from which nothing is learned; their rows are kept.

    Examples
    --------
    >>> CaptureRecipe(site="ffn_act", layers=(0, -1)).trim
    5
    """

    site: str = "ffn_out"
    layers: tuple[int, ...] | None = None
    word_value: str = "last"
    rule: str = "mean"
    window: int | None = None
    stride: int | None = None
    chunk: int = 256
    trim: int = 5


def responses(
    model: LanguageModel | str | Path, story: Words, *, tr: float, n_times: int | None = None,
    recipe: CaptureRecipe | None = None, folder: str | Path | None = None, shown: bool = True,
) -> Responses:  # fmt: skip
    """Return how every neuron of a language model responds to a story, volume by volume.

    Parameters
    ----------
    model : LanguageModel, str or Path
        Causal or masked, or its name, or its folder.
    story : Words
        With times on the clock of the scan, see `read_words`.
    tr : float
        Time between volumes, in seconds.
    n_times : int, optional
        Volumes of the scan; by default up to the end of the last word.
    recipe : CaptureRecipe, optional
        What is listened to, and how.
    folder : str or Path, optional
        Where responses are streamed to while the model reads, and where they stay. What was begun
        and killed goes on there, and what is finished is read. By default they stay in memory.
    shown : bool
        Whether a bar shows what takes long.

    Returns
    -------
    Responses
        In float32; from a folder, as a memory map.

    Raises
    ------
    ValueError
        A word lies outside the scan; the scan is too short for the trim; no neuron responds; the
        folder holds responses of something else.

    Notes
    -----
    Words, tokens and volumes are tied by one sparse matrix, applied layer by layer while the model
    reads, so that an array of words x neurons never exists. Constant neurons (standard deviation
    below 1e-8 over the untrimmed volumes) are dropped and listed.

    Examples
    --------
    >>> words = Words(tuple("the cat sat on the mat".split()), np.arange(6.0), np.arange(6) + 0.9)
    >>> found = responses("all-MiniLM-L6-v2", words, tr=2.0, recipe=CaptureRecipe(trim=0))
    >>> found.values.shape, found.word_counts.tolist(), found.reading
    ((3, 2304), [2, 2, 2], 'windows of 512 tokens, stride 127')
    """
    recipe = CaptureRecipe() if recipe is None else recipe
    to_volumes = word_to_volume(story, tr=tr, n_times=n_times, rule=recipe.rule)
    counts = word_to_volume(story, tr=tr, n_times=n_times, rule="sum").sum(axis=1).astype(np.int64)
    _refuse_short(len(counts), recipe.trim)
    language = model if isinstance(model, LanguageModel) else load_reader(model)
    tokens, of_words = tokens_of_words(language, story, value=recipe.word_value)
    sites = sites_of(language, site=recipe.site, layers=recipe.layers)
    plan = plan_passes(
        language, tokens, window=recipe.window, stride=recipe.stride, chunk=recipe.chunk
    )
    neurons = _neurons(sites, recipe.site, language.name)
    weights = (to_volumes @ of_words).tocsr()  # (volume, token)
    identity = "" if folder is None else _identity(language, story, tr, len(counts), recipe)
    stream = VolumeStream(weights, len(neurons), folder=folder, identity=identity)
    if stream.finished:
        return read_responses(str(folder))
    _listen(language, plan, sites, stream, shown=shown)
    keep = _responding(stream.values, recipe.trim)
    if not keep.any():
        raise ValueError(f"no neuron of {language.name} responds to {story.name}; all are constant")
    found = Responses(
        stream.closed(keep), tr=float(tr), neurons=neurons.pick(keep), word_counts=counts,
        trim=recipe.trim, reading=plan.reading, dropped=neurons.pick(~keep),
    )  # fmt: skip
    if folder is not None:
        found.save(folder)
        stream.clear()
    return found


def _listen(
    language: LanguageModel, plan: Plan, sites: tuple[Site, ...], stream: VolumeStream, *,
    shown: bool,
) -> None:  # fmt: skip
    import torch
    from transformers import DynamicCache

    ends = np.cumsum([0, *(site.width for site in sites)])
    cache = DynamicCache() if plan.cached else None
    begin = stream.resumed(cache, language)
    with progress(len(plan.passes), label=f"reading with {language.name}", shown=shown) as report:
        for k, one in enumerate(plan.passes[begin:], start=begin):
            rows, dense = stream.weights_of(one.first, one.last)
            if len(rows) or plan.cached:
                weights = torch.from_numpy(dense).to(language.device)
                _hear(language, one, cache, sites, lambda j, summed, rows=rows: stream.add(
                    rows, slice(ends[j], ends[j + 1]), summed), weights)  # fmt: skip
            stream.passed(k + 1, one.last, cache, last=k + 1 == len(plan.passes))
            report(k + 1, f"{one.last} tokens")


def _hear(
    language: LanguageModel, one: Pass, cache: Any, sites: tuple[Site, ...], add: Any, weights: Any
) -> None:
    """Weight the tokens that count while they are on the device: volumes are few."""

    def receive(j: int, values: Any) -> None:
        counted = values[one.skip : one.skip + one.last - one.first]
        add(j, (weights @ counted.float()).cpu().numpy())

    with listening(sites, receive):
        run_pass(language, one, cache=cache)


def _refuse_short(n_times: int, trim: int) -> None:
    whole(trim, "trim")
    if n_times <= 2 * trim + 1:
        raise ValueError(
            f"a scan of {n_times} volumes leaves nothing to learn from without {trim} at either "
            "end; give a recipe with a smaller trim"
        )


def _neurons(sites: tuple[Site, ...], site: str, model: str) -> Neurons:
    layers = np.repeat([s.layer for s in sites], [s.width for s in sites]).astype(np.int64)
    units = np.concatenate([np.arange(s.width, dtype=np.int64) for s in sites])
    return Neurons(layers, units, site, model)


def _responding(values: np.ndarray, trim: int) -> np.ndarray:
    inside = values[trim : len(values) - trim]
    parts = [
        inside[:, k : k + _COLUMNS].std(axis=0, dtype=np.float64)
        for k in range(0, values.shape[1], _COLUMNS)
    ]
    return np.concatenate(parts) >= _CONSTANT


def _identity(
    language: LanguageModel, story: Words, tr: float, n_times: int, recipe: CaptureRecipe
) -> str:
    """Return a digest of all on which the responses depend."""
    facts = [fingerprint(language), list(story.text), float(tr), n_times]
    digest = hashlib.sha256(json.dumps([*facts, dataclasses.asdict(recipe)]).encode())
    digest.update(story.onsets.astype(np.float64).tobytes())
    digest.update(story.offsets.astype(np.float64).tobytes())
    return digest.hexdigest()
