"""Other people's models: loading, scoring, listening in, adapting."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {
    "Adapter": "surrobrain.pretrained.adapters",
    "CompletionServer": "surrobrain.pretrained.completions",
    "Images": "surrobrain.pretrained.images",
    "LanguageModel": "surrobrain.pretrained.language",
    "Scoring": "surrobrain.pretrained.scoring",
    "VisionModel": "surrobrain.pretrained.vision",
    "adapt": "surrobrain.pretrained.adapters",
    "find_images": "surrobrain.pretrained.images",
    "load_adapter": "surrobrain.pretrained.adapters",
    "load_encoder": "surrobrain.pretrained.encoder",
    "load_language": "surrobrain.pretrained.language",
    "load_vision": "surrobrain.pretrained.vision",
    "score_texts": "surrobrain.pretrained.likelihood",
    "token_activations": "surrobrain.pretrained.activations",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
