"""Whether a language model foresees the results of neuroscience experiments."""

from surrobrain.lazy import lazy_names

_where = {
    "Choices": "surrobrain.brainbench.choices",
    "Edit": "surrobrain.brainbench.item",
    "Item": "surrobrain.brainbench.item",
    "choose": "surrobrain.brainbench.choose",
    "view_tokens": "surrobrain.brainbench.token_view",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
