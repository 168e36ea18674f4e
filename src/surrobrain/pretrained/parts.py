"""A causal model in two parts, so that its logits never have to exist all at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from surrobrain.pretrained.language import LanguageModel

__all__ = ["Parts", "parts_of"]

_PROBE = 12  # tokens read twice to see whether a shortcut is exact
_LIMITS = ("max_position_embeddings", "n_positions", "max_sequence_length", "n_ctx", "seq_length")


@dataclass(frozen=True, eq=False)
class Parts:
    """How a model is read: tokens to states, states to logits.

    Parameters
    ----------
    states : function
        ``states(ids, **given)`` with ids of shape (n_texts, n_tokens) returns a tensor of shape
        (n_texts, n_tokens, width).
    logits : function
        Of states, shape (n_places, width), returns a tensor of shape (n_places, n_vocabulary).
    device : str
        Where the ids go.
    n_vocabulary : int
        Tokens that have an embedding.
    longest : int, optional
        Tokens that the model can read; None where there is no limit.
    window : int, optional
        Beyond so many tokens a key-value cache does not hold all that was read; 0 when it never
        does, None when it always does.
    why : str
        Which shortcut is not taken, and why.
    split : bool
        Whether states are smaller than logits.
    """

    states: Callable[..., Any]
    logits: Callable[..., Any]
    device: str
    n_vocabulary: int
    longest: int | None
    window: int | None
    why: str
    split: bool


def parts_of(language: LanguageModel) -> Parts:
    """Take a model apart, and check on a few tokens that nothing is lost.

    Where the logits are not the last layer of the states (some families scale them in ways of their
    own), the whole model is run and its logits stand for the states. Where a key-value cache does
    not give the same states, ``window`` is 0.
    """
    import torch

    network = language.model
    if hasattr(network, "get_base_model"):  # peft: the adapter lives in the layers of the base
        network = network.get_base_model()
    embedding = network.get_input_embeddings()
    n_vocabulary = int(embedding.weight.shape[0])
    limits = [getattr(network.config, name, None) for name in _LIMITS]
    longest = next((int(value) for value in limits if value), None)
    n_probe = min(_PROBE, longest or _PROBE)
    probe = (torch.arange(n_probe, device=language.device) * 7919 % n_vocabulary)[None]
    with torch.inference_mode():
        states, logits, split = _split(network, probe)
        window, why = _window(network.config)
        if window != 0 and not _cache_is_exact(states, probe):
            window, why = 0, "its key-value cache does not give the same states"
    if not split:
        why = "; ".join(filter(None, (why, "its logits are not its last layer alone")))
    return Parts(states, logits, language.device, n_vocabulary, longest, window, why, split)


def _split(network: Any, probe: Any) -> tuple[Callable[..., Any], Callable[..., Any], bool]:
    body, head = network.base_model, network.get_output_embeddings()
    cap = getattr(network.config, "final_logit_softcapping", None)  # of Gemma

    def all_logits(ids: Any, **given: Any) -> Any:
        return network(input_ids=ids, **_with_cache(given)).logits

    def states(ids: Any, **given: Any) -> Any:
        return body(input_ids=ids, **_with_cache(given)).last_hidden_state

    def logits(rows: Any) -> Any:
        return cap * (head(rows) / cap).tanh() if cap else head(rows)

    if head is not None and body is not network:
        expected, found = all_logits(probe), logits(states(probe))
        if found.shape == expected.shape and _same(found, expected):
            return states, logits, True
    return all_logits, lambda rows: rows, False


def _with_cache(given: dict[str, Any]) -> dict[str, Any]:
    return {"use_cache": given.get("past_key_values") is not None, **given}


def _window(config: Any) -> tuple[int | None, str]:
    """Return how far back every layer sees, and what that forbids, from what a model declares."""
    config = config.get_text_config() if hasattr(config, "get_text_config") else config
    kinds = set(getattr(config, "layer_types", None) or ())
    strange = kinds - {"full_attention", "sliding_attention", "chunked_attention"}
    if strange:
        return 0, f"it has layers of {', '.join(sorted(strange))}, whose state cannot be cut back"
    window = getattr(config, "sliding_window", None)
    if not getattr(config, "use_sliding_window", True):
        window = None
    chunk = getattr(config, "attention_chunk_size", None)
    sizes = [int(size) for size in (window, chunk) if size]
    if not sizes or (kinds and kinds == {"full_attention"}):
        return None, ""
    return min(sizes), f"it attends to the last {min(sizes)} tokens only"


def _cache_is_exact(states: Callable[..., Any], probe: Any) -> bool:
    from transformers import DynamicCache

    n_tokens = probe.shape[1]
    half = n_tokens // 2
    cache = DynamicCache()
    whole = states(probe)
    try:
        states(probe[:, : half + 2], past_key_values=cache)
        cache.crop(-2)
        rest = states(probe[:, half:], past_key_values=cache)
    except (TypeError, ValueError, AttributeError, IndexError):  # its cache is of another kind
        return False
    return cache.get_seq_length() == n_tokens and _same(rest, whole[:, half:])


def _same(found: Any, expected: Any) -> bool:
    """Tell rounding, which is far smaller, from another computation."""
    import torch

    close = 1e-3 if expected.dtype in (torch.float32, torch.float64) else 5e-2
    return bool((found - expected).abs().max() <= close * expected.abs().max().clamp(min=1e-6))
