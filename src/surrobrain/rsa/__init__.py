"""Representational similarity: how alike two ways of telling things apart are."""

from surrobrain.lazy import lazy_names

_where = {
    "RDMs": "surrobrain.rsa.rdms",
    "ModelScores": "surrobrain.rsa.model_scores",
    "NoiseCeiling": "surrobrain.rsa.ceiling",
    "compare": "surrobrain.rsa.comparison",
    "evaluate": "surrobrain.rsa.model_scores",
    "matched": "surrobrain.rsa.matching",
    "noise_ceiling": "surrobrain.rsa.ceiling",
    "rdm": "surrobrain.rsa.dissimilarity",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
