"""What the neurons of a model do while it reads a text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.passes import Pass, plan_passes, run_pass, tokenized
from surrobrain.pretrained.sites import listening, sites_of

__all__ = ["token_activations"]


def token_activations(
    language: LanguageModel, text: str, *, site: str = "ffn_out",
    layers: Sequence[int] | None = None, window: int | None = None, stride: int | None = None,
    chunk: int = 256,
) -> Float[np.ndarray, "tokens neurons"]:  # fmt: skip
    """Return the activation of every feed-forward neuron at every token of a text.

    Parameters
    ----------
    language : LanguageModel
        Causal or masked.
    text : str
        Special tokens are put around it, but have no row.
    site : {"ffn_out", "ffn_act"}
        Output or input of the second linear map of the feed-forward blocks.
    layers : sequence of int, optional
        By default all.
    window, stride, chunk : int, optional
        As for `plan_passes`.

    Returns
    -------
    array, shape (n_tokens, n_neurons)
        All neurons of the first layer, then of the second, and so on. For a long text of a large
        model that is much: `surrobrain.llm_networks.responses` averages while it reads.

    Raises
    ------
    ValueError
        The model has no such site or layer, or cannot read so long a window.

    Examples
    --------
    >>> from surrobrain.pretrained import load_encoder
    >>> token_activations(load_encoder(), "once upon a time", layers=[0]).shape
    (4, 384)
    """
    sites = sites_of(language, site=site, layers=layers)
    plan = plan_passes(
        language, tokenized(language, text), window=window, stride=stride, chunk=chunk
    )
    ends = np.cumsum([0, *(site.width for site in sites)])
    found = np.zeros((plan.passes[-1].last if plan.passes else 0, ends[-1]), dtype=np.float32)
    cache = _new_cache() if plan.cached else None
    for one in plan.passes:
        _read(language, one, cache, sites, ends, found)
    return found


def _read(
    language: LanguageModel, one: Pass, cache: Any, sites: Any, ends: np.ndarray, found: np.ndarray
) -> None:
    def receive(k: int, values: Any) -> None:
        counted = values[one.skip : one.skip + one.last - one.first]
        found[one.first : one.last, ends[k] : ends[k + 1]] = counted.float().cpu().numpy()

    with listening(sites, receive):
        run_pass(language, one, cache=cache)


def _new_cache() -> Any:
    from transformers import DynamicCache

    return DynamicCache()
