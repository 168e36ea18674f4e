"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.clip_hba.behavior import BehaviorModel, tune_behavior
from surrobrain.clip_hba.behavior_file import load_behavior, save_behavior
from surrobrain.clip_hba.embedding import Embedding, read_embedding
from surrobrain.clip_hba.evaluation import BehaviorScores, evaluate
from surrobrain.clip_hba.loading import Clip, load
from surrobrain.clip_hba.recipe import Recipe

__all__ = [
    "BehaviorModel",
    "BehaviorScores",
    "Clip",
    "Embedding",
    "Recipe",
    "evaluate",
    "load",
    "load_behavior",
    "read_embedding",
    "save_behavior",
    "tune_behavior",
]
