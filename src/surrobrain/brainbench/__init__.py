"""Whether a language model foresees the results of neuroscience experiments."""

from surrobrain.lazy import lazy_names

_where = {
    "Choices": "surrobrain.brainbench.choices",
    "Edit": "surrobrain.brainbench.item",
    "Humans": "surrobrain.brainbench.humans",
    "Item": "surrobrain.brainbench.item",
    "accuracy": "surrobrain.brainbench.accuracies",
    "accuracy_by": "surrobrain.brainbench.accuracies",
    "analyze": "surrobrain.brainbench.analysis",
    "calibration": "surrobrain.brainbench.confidence",
    "combine": "surrobrain.brainbench.combination",
    "compare": "surrobrain.brainbench.comparison",
    "compare_with_humans": "surrobrain.brainbench.versus",
    "ensemble": "surrobrain.brainbench.combination",
    "item_correlations": "surrobrain.brainbench.item_correlation",
    "most_expert": "surrobrain.brainbench.humans",
    "read_choices": "surrobrain.brainbench.published",
    "read_humans": "surrobrain.brainbench.humans",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
