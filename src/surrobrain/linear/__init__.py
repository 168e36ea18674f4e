"""Linear encoding and autoregression in closed form."""

from surrobrain.lazy import lazy_names

_where = {
    "BandedRidgeCV": "surrobrain.linear.banded",
    "Encoding": "surrobrain.linear.encoding",
    "EncodingRecipe": "surrobrain.linear.encoding",
    "RidgeCV": "surrobrain.linear.ridge",
    "SparseDictionary": "surrobrain.linear.dictionary",
    "block_permutation": "surrobrain.linear.permuted_blocks",
    "delayed": "surrobrain.linear.delays",
    "encode_responses": "surrobrain.linear.encoding",
    "solve_banded_ridge": "surrobrain.linear.banded",
    "solve_dictionary": "surrobrain.linear.dictionary",
    "solve_ridge": "surrobrain.linear.ridge",
    "unique_variance": "surrobrain.linear.encoding",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
