"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.item import Edit, Item

__all__ = [
    "Choices",
    "Edit",
    "Item",
]
