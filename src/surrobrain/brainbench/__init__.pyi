"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.brainbench.ablation import ablate_context
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.choose import choose
from surrobrain.brainbench.export import export_task
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_reader import read_items
from surrobrain.brainbench.item_writer import write_items
from surrobrain.brainbench.memorization import find_memorization
from surrobrain.brainbench.quality import item_quality
from surrobrain.brainbench.token_view import view_tokens

__all__ = [
    "Choices",
    "Edit",
    "Item",
    "ablate_context",
    "choose",
    "export_task",
    "find_memorization",
    "item_quality",
    "read_items",
    "view_tokens",
    "write_items",
]
