"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.brainbench.ablation import ablate_context
from surrobrain.brainbench.accuracies import accuracy, accuracy_by
from surrobrain.brainbench.analysis import analyze
from surrobrain.brainbench.authoring.accept import accept_drafts
from surrobrain.brainbench.authoring.chat import local_writer, server_writer
from surrobrain.brainbench.authoring.draft import draft_items
from surrobrain.brainbench.before_after import compare_before_after
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.combination import combine, ensemble
from surrobrain.brainbench.comparison import compare
from surrobrain.brainbench.confidence import calibration
from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.harvest import harvest_corpus
from surrobrain.brainbench.corpus.plan import HarvestPlan
from surrobrain.brainbench.corpus.read_articles import read_articles
from surrobrain.brainbench.corpus.read_corpus import Corpus, read_corpus
from surrobrain.brainbench.corpus.write_corpus import write_corpus
from surrobrain.brainbench.export import export_task
from surrobrain.brainbench.humans import Humans, most_expert, read_humans
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_correlation import item_correlations
from surrobrain.brainbench.item_reader import read_items
from surrobrain.brainbench.item_writer import write_items
from surrobrain.brainbench.memorization import find_memorization
from surrobrain.brainbench.published import read_choices
from surrobrain.brainbench.quality import item_quality
from surrobrain.brainbench.token_view import view_tokens
from surrobrain.brainbench.tuning import tune
from surrobrain.brainbench.tuning_recipe import Tuning
from surrobrain.brainbench.versus import compare_with_humans

__all__ = [
    "Choices",
    "Corpus",
    "Document",
    "Edit",
    "HarvestPlan",
    "Humans",
    "Item",
    "Tuning",
    "ablate_context",
    "accept_drafts",
    "accuracy",
    "accuracy_by",
    "analyze",
    "calibration",
    "choose",
    "combine",
    "compare",
    "compare_before_after",
    "compare_with_humans",
    "draft_items",
    "ensemble",
    "export_task",
    "find_memorization",
    "harvest_corpus",
    "item_correlations",
    "item_quality",
    "local_writer",
    "most_expert",
    "read_articles",
    "read_choices",
    "read_corpus",
    "read_humans",
    "read_items",
    "server_writer",
    "tune",
    "view_tokens",
    "write_corpus",
    "write_items",
]
