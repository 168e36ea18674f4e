"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.rsa.comparison import compare
from surrobrain.rsa.dissimilarity import rdm
from surrobrain.rsa.matching import matched
from surrobrain.rsa.rdms import RDMs

__all__ = [
    "RDMs",
    "compare",
    "matched",
    "rdm",
]
