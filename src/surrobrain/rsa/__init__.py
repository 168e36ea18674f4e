"""Representational similarity: how alike two ways of telling things apart are."""

from surrobrain.lazy import lazy_names

_where = {
    "RDMs": "surrobrain.rsa.rdms",
    "compare": "surrobrain.rsa.comparison",
    "matched": "surrobrain.rsa.matching",
    "rdm": "surrobrain.rsa.dissimilarity",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
