"""Whether a language model foresees the results of neuroscience experiments."""

from surrobrain.lazy import lazy_names

_where = {
    "Choices": "surrobrain.brainbench.choices",
    "Edit": "surrobrain.brainbench.item",
    "Item": "surrobrain.brainbench.item",
    "ablate_context": "surrobrain.brainbench.ablation",
    "choose": "surrobrain.brainbench.choose",
    "export_task": "surrobrain.brainbench.export",
    "find_memorization": "surrobrain.brainbench.memorization",
    "item_quality": "surrobrain.brainbench.quality",
    "read_items": "surrobrain.brainbench.item_reader",
    "view_tokens": "surrobrain.brainbench.token_view",
    "write_items": "surrobrain.brainbench.item_writer",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
