"""Representational similarity: how alike two ways of telling things apart are."""

from surrobrain.lazy import lazy_names

_where = {
    "ModelScores": "surrobrain.rsa.model_scores",
    "Noise": "surrobrain.rsa.noise",
    "NoiseCeiling": "surrobrain.rsa.ceiling",
    "RDMs": "surrobrain.rsa.rdms",
    "Trials": "surrobrain.rsa.trials",
    "compare": "surrobrain.rsa.comparison",
    "evaluate": "surrobrain.rsa.model_scores",
    "matched": "surrobrain.rsa.matching",
    "movie": "surrobrain.rsa.movies",
    "noise_ceiling": "surrobrain.rsa.ceiling",
    "noise_precision": "surrobrain.rsa.noise",
    "rdm": "surrobrain.rsa.dissimilarity",
    "read_rdms": "surrobrain.rsa.storage",
    "write_rdms": "surrobrain.rsa.storage",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
