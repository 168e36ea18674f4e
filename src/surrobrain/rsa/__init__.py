"""Representational similarity: how alike two ways of telling things apart are."""

from surrobrain.lazy import lazy_names

_where = {
    "Bootstrap": "surrobrain.rsa.bootstrapping",
    "Generalization": "surrobrain.rsa.generalizing",
    "Latency": "surrobrain.rsa.onsets",
    "ModelScores": "surrobrain.rsa.model_scores",
    "Noise": "surrobrain.rsa.noise",
    "NoiseCeiling": "surrobrain.rsa.ceiling",
    "RDMs": "surrobrain.rsa.rdms",
    "Significance": "surrobrain.rsa.significance",
    "Trials": "surrobrain.rsa.trials",
    "bootstrap": "surrobrain.rsa.bootstrapping",
    "compare": "surrobrain.rsa.comparison",
    "decode": "surrobrain.rsa.decoding",
    "evaluate": "surrobrain.rsa.model_scores",
    "generalization": "surrobrain.rsa.generalizing",
    "group_generalization": "surrobrain.rsa.generalizing",
    "latency": "surrobrain.rsa.onsets",
    "matched": "surrobrain.rsa.matching",
    "movie": "surrobrain.rsa.movies",
    "noise_ceiling": "surrobrain.rsa.ceiling",
    "noise_precision": "surrobrain.rsa.noise",
    "permutation_test": "surrobrain.rsa.permuting",
    "rdm": "surrobrain.rsa.dissimilarity",
    "read_rdms": "surrobrain.rsa.storage",
    "sign_flip_test": "surrobrain.rsa.sign_flips",
    "write_rdms": "surrobrain.rsa.storage",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
