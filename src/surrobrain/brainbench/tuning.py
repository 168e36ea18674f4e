"""Tuning a language model on the literature, as BrainGPT was."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.read_corpus import read_corpus
from surrobrain.brainbench.item import Item
from surrobrain.brainbench.model_card import model_card
from surrobrain.brainbench.training_set import Source, make_training_set, open_training_set
from surrobrain.brainbench.tuning_loop import TuningRun, run_updates
from surrobrain.brainbench.tuning_recipe import Tuning, recipe_of
from surrobrain.files import write_json, write_text
from surrobrain.lazy import need
from surrobrain.pretrained.adapters import adapt, n_trainable, save_weights
from surrobrain.pretrained.language import LanguageModel, fingerprint
from surrobrain.pretrained.packing import keeps_documents_apart

__all__ = ["Tuned", "tune"]

CHECKPOINT, TEXTS = "checkpoint.safetensors", "texts"


@dataclass(frozen=True, eq=False)
class Tuned:
    """A tuned model, and how it came about.

    Parameters
    ----------
    model : LanguageModel
        Ready to be scored; its adapter can be switched off, so that it is the model before.
    recipe : Tuning
        How it was tuned.
    source : Source
        On what.
    losses : tuple of float
        Mean loss of every update, in nats per token.
    perplexities : tuple of (int, float)
        Updates done, and the perplexity of the held-out documents then; the first is the model
        before.
    n_trained, n_parameters : int
        Weights that were trained, and all.
    folder : Path
        Weights, model card, checkpoint, and the tokens that were trained on.
    """

    model: LanguageModel
    recipe: Tuning
    source: Source
    losses: tuple[float, ...]
    perplexities: tuple[tuple[int, float], ...]
    n_trained: int
    n_parameters: int
    folder: Path


def tune(
    model: LanguageModel,
    corpus: str | Path | Iterable[Document],
    *,
    folder: str | Path = "surrobrain-tuning",
    recipe: Tuning | str = "small",
    adapter: str | None = None,
    rank: int | None = None,
    exclude: Sequence[Item] = (),
) -> Tuned:
    """Go on training a causal language model on scientific literature.

    Killed at any point and called again with the same arguments, it goes on and ends with the
    same weights, to the bit. Started by ``accelerate launch`` it runs on many graphics cards.

    Parameters
    ----------
    model : LanguageModel
        As `surrobrain.pretrained.load_language` returns it. Its network is changed in place: load
        it anew, or switch the adapter off, to have the model before.
    corpus : path or iterable of Document
        A corpus that `harvest_corpus` or `write_corpus` made, or documents.
    folder : path
        Gets everything that is kept; made when absent.
    recipe : Tuning or str
        How, or the name of one of `RECIPES`: ``"braingpt-llama2-7b"``, ``"braingpt-mistral-7b"``,
        ``"small"``, ``"scratch"``.
    adapter : {"lora", "dora", "full"}, optional
        Instead of that of the recipe.
    rank : int, optional
        Likewise.
    exclude : sequence of Item
        The test cases the model will be scored on: their articles are left out of the corpus.

    Returns
    -------
    Tuned

    Raises
    ------
    ValueError
        The corpus is too small, the chunks are too long for the model, the model cannot keep
        documents apart, or the folder holds another tuning.
    Diverged
        The loss left the finite range.

    Notes
    -----
    The recipe of Luo et al. (2024), Nature Human Behaviour, doi 10.1038/s41562-024-02046-9, is
    AdamW with a cosine after a warm-up. Beside what was published, the loss is the mean over all
    tokens of an update, however it is split, and vectors are not decayed.

    Examples
    --------
    >>> import tempfile
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
    >>> words = Tokenizer(models.WordLevel(dict(end=0, grid=1, cells=2, tile=3, space=4)))
    >>> words.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="end")
    >>> size = {"vocab_size": 5, "n_embd": 8, "n_layer": 1, "n_head": 1, "n_positions": 16}
    >>> network = GPT2LMHeadModel(GPT2Config(**size, bos_token_id=0, eos_token_id=0))
    >>> model = LanguageModel(network, tokenizer, name="untrained")
    >>> corpus = [Document("grid cells", "tile space", doi=f"10.1/{k}") for k in range(40)]
    >>> recipe = Tuning(length=16, rate=1e-2, epochs=4, held_out=0.2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tuned = tune(model, corpus, folder=folder, recipe=recipe, adapter="full")
    >>> tuned.perplexities[-1][1] < tuned.perplexities[0][1]
    True
    """
    accelerate = need("accelerate", extra="language")
    recipe = recipe_of(recipe, adapter=adapter, rank=rank)
    _check_length(model, recipe)
    if recipe.separate and not keeps_documents_apart(model.model):
        raise ValueError(
            f"{model.name} reads over the borders of documents in one chunk; use separate=False, "
            "or attn_implementation='sdpa' when it is loaded"
        )
    accelerator = accelerate.Accelerator(cpu=_stays_on_cpu(model))
    folder, start = Path(folder), fingerprint(model)
    documents = read_corpus(corpus) if isinstance(corpus, (str, Path)) else corpus
    if accelerator.is_main_process:
        make_training_set(
            folder / TEXTS, documents, tokenizer=model.tokenizer, exclude=exclude,
            length=recipe.length, separate=recipe.separate, held_out=recipe.held_out,
        )  # fmt: skip
    accelerator.wait_for_everyone()
    texts = open_training_set(folder / TEXTS)
    adapted = adapt(model.model, recipe.adapter, seed=recipe.seed)
    counts = n_trainable(adapted), sum(p.numel() for p in adapted.parameters())
    prepared, optimizer = accelerator.prepare(adapted, _optimizer(adapted, recipe))
    run = TuningRun(prepared, optimizer, accelerator, texts, recipe)
    identity = _identity(run, start)
    run_updates(run, checkpoint=folder / CHECKPOINT, identity=identity)
    return _finish(model, run, counts=counts, folder=folder)


def _finish(
    model: LanguageModel, run: TuningRun, *, counts: tuple[int, int], folder: Path
) -> Tuned:
    """Write what is kept, and hand the model out in evaluation mode."""
    network = run.accelerator.unwrap_model(run.model).eval()
    weights = run.trained_weights()
    if run.accelerator.is_main_process:
        save_weights(network, folder, weights=weights)
        if run.recipe.adapter.method == "full":
            model.tokenizer.save_pretrained(folder)
        told = {"perplexities": run.perplexities, "n_trained": counts[0], "n_parameters": counts[1]}
        card = model_card(model.name, recipe=run.recipe, source=run.texts.source, **told)
        write_text(folder / "README.md", card)
        record = {"base": model.name, "recipe": asdict(run.recipe),
                  "source": asdict(run.texts.source), "losses": run.losses}  # fmt: skip
        write_json(folder / "tuning.json", record | told)
    run.accelerator.wait_for_everyone()
    tuned = replace(
        model, model=network, name=f"{model.name}, tuned", device=str(run.accelerator.device)
    )
    return Tuned(
        tuned, run.recipe, run.texts.source, tuple(run.losses), tuple(run.perplexities),
        *counts, folder,
    )  # fmt: skip


def _optimizer(network: Any, recipe: Tuning) -> Any:
    import torch

    trained = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": recipe.decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=recipe.rate)


def _stays_on_cpu(model: LanguageModel) -> bool:
    """Of many processes, each takes the model from the CPU to its own graphics card."""
    return model.device == "cpu" and os.environ.get("WORLD_SIZE", "1") == "1"


def _check_length(model: LanguageModel, recipe: Tuning) -> None:
    longest = getattr(model.model.config, "max_position_embeddings", None)
    if longest is not None and recipe.length > longest:
        raise ValueError(
            f"chunks of {recipe.length} tokens are too long for {model.name}, which takes "
            f"{longest}; use length={longest} in the recipe"
        )


def _identity(run: TuningRun, start: str) -> dict[str, Any]:
    """Return what must be the same for a checkpoint to be gone on with."""
    irrelevant = ("progress", "save_every", "evaluate_every")
    options = {k: v for k, v in asdict(run.recipe).items() if k not in irrelevant}
    return {
        "model": start, "corpus": run.texts.source.sha256, "recipe": options,
        "processes": run.accelerator.num_processes,
    }  # fmt: skip
