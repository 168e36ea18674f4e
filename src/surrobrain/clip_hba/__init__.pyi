"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.clip_hba.behavior import BehaviorModel, tune_behavior
from surrobrain.clip_hba.behavior_file import load_behavior, save_behavior
from surrobrain.clip_hba.embedding import Embedding, read_embedding
from surrobrain.clip_hba.evaluation import BehaviorScores, evaluate
from surrobrain.clip_hba.loading import Clip, load
from surrobrain.clip_hba.meg import tune_meg
from surrobrain.clip_hba.meg_file import load_meg, save_meg
from surrobrain.clip_hba.recipe import Recipe
from surrobrain.clip_hba.simulator import simulate_study
from surrobrain.clip_hba.specificity import Specificity, own_against_others
from surrobrain.clip_hba.time_model import TimeModel
from surrobrain.clip_hba.time_recipe import TimeRecipe

__all__ = [
    "BehaviorModel",
    "BehaviorScores",
    "Clip",
    "Embedding",
    "Recipe",
    "Specificity",
    "TimeModel",
    "TimeRecipe",
    "evaluate",
    "load",
    "load_behavior",
    "load_meg",
    "own_against_others",
    "read_embedding",
    "save_behavior",
    "save_meg",
    "simulate_study",
    "tune_behavior",
    "tune_meg",
]
