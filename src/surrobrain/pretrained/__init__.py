"""Other people's models: loading, scoring, listening in, adapting."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {
    "CompletionServer": "surrobrain.pretrained.completions",
    "LanguageModel": "surrobrain.pretrained.language",
    "Scoring": "surrobrain.pretrained.scoring",
    "load_encoder": "surrobrain.pretrained.encoder",
    "load_language": "surrobrain.pretrained.language",
    "score_texts": "surrobrain.pretrained.likelihood",
    "token_activations": "surrobrain.pretrained.activations",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
