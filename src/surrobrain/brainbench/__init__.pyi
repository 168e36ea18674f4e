"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.choose import choose
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.token_view import view_tokens

__all__ = [
    "Choices",
    "Edit",
    "Item",
    "choose",
    "view_tokens",
]
