"""A vision model tuned to how people judge, then to how brains respond, then to one person."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {
    "BehaviorModel": "surrobrain.clip_hba.behavior",
    "BehaviorScores": "surrobrain.clip_hba.evaluation",
    "Clip": "surrobrain.clip_hba.loading",
    "Embedding": "surrobrain.clip_hba.embedding",
    "Recipe": "surrobrain.clip_hba.recipe",
    "Specificity": "surrobrain.clip_hba.specificity",
    "TimeModel": "surrobrain.clip_hba.time_model",
    "TimeRecipe": "surrobrain.clip_hba.time_recipe",
    "evaluate": "surrobrain.clip_hba.evaluation",
    "load": "surrobrain.clip_hba.loading",
    "load_behavior": "surrobrain.clip_hba.behavior_file",
    "load_meg": "surrobrain.clip_hba.meg_file",
    "own_against_others": "surrobrain.clip_hba.specificity",
    "read_embedding": "surrobrain.clip_hba.embedding",
    "save_behavior": "surrobrain.clip_hba.behavior_file",
    "save_meg": "surrobrain.clip_hba.meg_file",
    "simulate_study": "surrobrain.clip_hba.simulator",
    "tune_behavior": "surrobrain.clip_hba.behavior",
    "tune_meg": "surrobrain.clip_hba.meg",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
