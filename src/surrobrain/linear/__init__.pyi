"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.linear.banded import BandedRidgeCV, solve_banded_ridge
from surrobrain.linear.delays import delayed
from surrobrain.linear.dictionary import SparseDictionary, solve_dictionary
from surrobrain.linear.encoding import Encoding, EncodingRecipe, encode_responses, unique_variance
from surrobrain.linear.permuted_blocks import block_permutation
from surrobrain.linear.ridge import RidgeCV, solve_ridge

__all__ = [
    "BandedRidgeCV",
    "Encoding",
    "EncodingRecipe",
    "RidgeCV",
    "SparseDictionary",
    "block_permutation",
    "delayed",
    "encode_responses",
    "solve_banded_ridge",
    "solve_dictionary",
    "solve_ridge",
    "unique_variance",
]
