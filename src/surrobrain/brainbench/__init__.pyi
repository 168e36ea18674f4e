"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.brainbench.accuracies import accuracy, accuracy_by
from surrobrain.brainbench.analysis import analyze
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.combination import combine, ensemble
from surrobrain.brainbench.comparison import compare
from surrobrain.brainbench.confidence import calibration
from surrobrain.brainbench.humans import Humans, most_expert, read_humans
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_correlation import item_correlations
from surrobrain.brainbench.published import read_choices
from surrobrain.brainbench.versus import compare_with_humans

__all__ = [
    "Choices",
    "Edit",
    "Humans",
    "Item",
    "accuracy",
    "accuracy_by",
    "analyze",
    "calibration",
    "combine",
    "compare",
    "compare_with_humans",
    "ensemble",
    "item_correlations",
    "most_expert",
    "read_choices",
    "read_humans",
]
