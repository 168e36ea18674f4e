"""Other people's models: loading, scoring, listening in, adapting."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {
    "CompletionServer": "surrobrain.pretrained.completions",
    "Images": "surrobrain.pretrained.images",
    "LanguageModel": "surrobrain.pretrained.language",
    "Scoring": "surrobrain.pretrained.scoring",
    "VisionModel": "surrobrain.pretrained.vision",
    "find_images": "surrobrain.pretrained.images",
    "load_language": "surrobrain.pretrained.language",
    "load_vision": "surrobrain.pretrained.vision",
    "score_texts": "surrobrain.pretrained.likelihood",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
