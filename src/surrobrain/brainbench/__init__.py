"""Whether a language model foresees the results of neuroscience experiments."""

from surrobrain.lazy import lazy_names

_where = {
    "Corpus": "surrobrain.brainbench.corpus.read_corpus",
    "Document": "surrobrain.brainbench.corpus.document",
    "HarvestPlan": "surrobrain.brainbench.corpus.plan",
    "harvest_corpus": "surrobrain.brainbench.corpus.harvest",
    "read_articles": "surrobrain.brainbench.corpus.read_articles",
    "read_corpus": "surrobrain.brainbench.corpus.read_corpus",
    "write_corpus": "surrobrain.brainbench.corpus.write_corpus",
    "Choices": "surrobrain.brainbench.choices",
    "Edit": "surrobrain.brainbench.item",
    "Humans": "surrobrain.brainbench.humans",
    "Item": "surrobrain.brainbench.item",
    "ablate_context": "surrobrain.brainbench.ablation",
    "accuracy": "surrobrain.brainbench.accuracies",
    "accuracy_by": "surrobrain.brainbench.accuracies",
    "calibration": "surrobrain.brainbench.confidence",
    "choose": "surrobrain.brainbench.choose",
    "combine": "surrobrain.brainbench.combination",
    "compare": "surrobrain.brainbench.comparison",
    "compare_with_humans": "surrobrain.brainbench.versus",
    "ensemble": "surrobrain.brainbench.combination",
    "export_task": "surrobrain.brainbench.export",
    "find_memorization": "surrobrain.brainbench.memorization",
    "item_correlations": "surrobrain.brainbench.item_correlation",
    "item_quality": "surrobrain.brainbench.quality",
    "most_expert": "surrobrain.brainbench.humans",
    "read_choices": "surrobrain.brainbench.published",
    "read_humans": "surrobrain.brainbench.humans",
    "read_items": "surrobrain.brainbench.item_reader",
    "view_tokens": "surrobrain.brainbench.token_view",
    "write_items": "surrobrain.brainbench.item_writer",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
