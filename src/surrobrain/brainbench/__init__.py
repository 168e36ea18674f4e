"""Whether a language model foresees the results of neuroscience experiments."""

from surrobrain.lazy import lazy_names

_where = {
    "Corpus": "surrobrain.brainbench.corpus.read_corpus",
    "Document": "surrobrain.brainbench.corpus.document",
    "HarvestPlan": "surrobrain.brainbench.corpus.plan",
    "accept_drafts": "surrobrain.brainbench.authoring.accept",
    "draft_items": "surrobrain.brainbench.authoring.draft",
    "local_writer": "surrobrain.brainbench.authoring.chat",
    "server_writer": "surrobrain.brainbench.authoring.chat",
    "harvest_corpus": "surrobrain.brainbench.corpus.harvest",
    "read_articles": "surrobrain.brainbench.corpus.read_articles",
    "read_corpus": "surrobrain.brainbench.corpus.read_corpus",
    "write_corpus": "surrobrain.brainbench.corpus.write_corpus",
    "Choices": "surrobrain.brainbench.choices",
    "Edit": "surrobrain.brainbench.item",
    "Item": "surrobrain.brainbench.item",
    "ablate_context": "surrobrain.brainbench.ablation",
    "item_quality": "surrobrain.brainbench.quality",
    "read_items": "surrobrain.brainbench.item_reader",
    "write_items": "surrobrain.brainbench.item_writer",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
