"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.brainbench.ablation import ablate_context
from surrobrain.brainbench.authoring.accept import accept_drafts
from surrobrain.brainbench.authoring.chat import local_writer, server_writer
from surrobrain.brainbench.authoring.draft import draft_items
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.harvest import harvest_corpus
from surrobrain.brainbench.corpus.plan import HarvestPlan
from surrobrain.brainbench.corpus.read_articles import read_articles
from surrobrain.brainbench.corpus.read_corpus import Corpus, read_corpus
from surrobrain.brainbench.corpus.write_corpus import write_corpus
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_reader import read_items
from surrobrain.brainbench.item_writer import write_items
from surrobrain.brainbench.quality import item_quality

__all__ = [
    "Choices",
    "Corpus",
    "Document",
    "Edit",
    "HarvestPlan",
    "Item",
    "ablate_context",
    "accept_drafts",
    "draft_items",
    "harvest_corpus",
    "item_quality",
    "local_writer",
    "read_articles",
    "read_corpus",
    "read_items",
    "server_writer",
    "write_corpus",
    "write_items",
]
