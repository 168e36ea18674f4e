"""How probable texts are to a language model, by a recipe that leaves nothing unsaid."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.pretrained.batches import score_batches
from surrobrain.pretrained.completions import CompletionServer, score_by_server
from surrobrain.pretrained.encode import Encoded, encode
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.parts import Parts, parts_of
from surrobrain.pretrained.prefix_tree import PrefixTree
from surrobrain.pretrained.scoring import Scoring, preset
from surrobrain.pretrained.text_score import TextScore, TokenScores

__all__ = ["recipe_for", "score_groups", "score_texts", "why_not_shared"]

_METHODS = ("auto", "prefix_tree", "batches", "one_by_one")


def score_texts(
    model: LanguageModel | CompletionServer, texts: Sequence[str], *,
    scoring: str | Scoring = "clean", names: Sequence[str] | None = None, tokens: bool = False,
    moments: bool = False, method: str = "auto",
) -> list[TextScore]:  # fmt: skip
    """Return the log-likelihood of every text; beginnings that texts share are computed once.

    Parameters
    ----------
    model : LanguageModel or CompletionServer
        From `load_language`, or a server that returns log-probabilities of its prompt.
    texts : sequence of str
        Versions of one text, or any others.
    scoring : {"clean", "reference"} or Scoring
        What is read and what of it counts.
    names : sequence of str, optional
        Of the texts, for complaints.
    tokens : bool
        Whether the scores of single tokens are wanted.
    moments : bool
        Whether, per token, mean and standard deviation of the log-probability over the vocabulary
        are wanted, as Min-K%++ needs them; not from a server.
    method : {"auto", "prefix_tree", "batches", "one_by_one"}
        ``auto`` takes batches of similar length on a graphics card, and the prefix tree elsewhere,
        unless `why_not_shared` has a reason against it. All agree up to rounding.

    Returns
    -------
    list of TextScore
        In the order of the texts.

    Raises
    ------
    ValueError
        A text is empty, longer than the model can read, holds what the tokenizer does not know, or
        is given a likelihood that is not finite; the message names it. No text is ever truncated.

    Examples
    --------
    >>> import torch
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
    >>> words = Tokenizer(models.WordLevel({"<s>": 0, "rate": 1, "rises": 2, "falls": 3}, "<s>"))
    >>> words.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>")
    >>> network = GPT2LMHeadModel(GPT2Config(vocab_size=4, n_embd=8, n_layer=1, n_head=1)).eval()
    >>> with torch.no_grad():
    ...     _ = network.transformer.wte.weight.zero_()  # all words are equally probable
    >>> model = LanguageModel(network, tokenizer, name="indifferent")
    >>> float(round(np.exp(score_texts(model, ["rate rises", "rate falls"])[0].loss()), 4))
    4.0
    """
    found = score_groups(
        model, [list(texts)], scoring=scoring, names=None if names is None else [list(names)],
        tokens=tokens or moments, moments=moments, method=method,
    )  # fmt: skip
    return next(iter(found)) if texts else []


def score_groups(
    model: LanguageModel | CompletionServer, groups: Iterable[Sequence[str]], *,
    scoring: str | Scoring = "clean", names: Iterable[Sequence[str]] | None = None,
    tokens: bool = False, moments: bool = False, method: str = "auto",
) -> Iterator[list[TextScore]]:  # fmt: skip
    """Score groups of texts, such as the versions of one abstract each, as they are asked for.

    The texts of a group share what they have in common, and all groups the wrapper. The scores of a
    group depend on no other group, not by a bit. Arguments are those of `score_texts`; on a
    graphics card a group should hold several abstracts.
    """
    choice(method, _METHODS, "method")
    recipe = recipe_for(model, scoring)
    labels = (None for _ in iter(int, 1)) if names is None else iter(names)
    score = _scorer(model, recipe, moments=moments, method=method)
    for group in groups:
        label = next(labels) or [f"text {k + 1}" for k in range(len(group))]
        yield [
            _text_score(text, values, tokens=tokens, moments=moments)
            for text, values in score(list(zip(group, label, strict=True)))
        ]


def recipe_for(model: LanguageModel | CompletionServer, scoring: str | Scoring) -> Scoring:
    """Return the recipe by name, with the wrapper that this family of models was given."""
    if isinstance(scoring, Scoring):
        return scoring
    return preset(scoring, model_type=getattr(model, "model_type", ""))


def why_not_shared(language: LanguageModel) -> str:
    """Return why the beginnings of texts cannot be shared for a model; empty where they can.

    A model that attends to a window of its last tokens shares them all the same among texts that
    fit into the window.
    """
    return parts_of(language).why


def _scorer(
    model: LanguageModel | CompletionServer, recipe: Scoring, *, moments: bool, method: str
) -> Callable[[list[tuple[str, str]]], list[tuple[Encoded, Float[np.ndarray, "_ 3"]]]]:
    """Return a function from named texts to what is known of each token."""
    if isinstance(model, CompletionServer):
        if moments:
            raise ValueError(
                "a server does not say how the whole vocabulary is distributed; load the model "
                "with load_language for moments"
            )
        return lambda named: [
            score_by_server(model, text, scoring=recipe, name=name) for text, name in named
        ]
    parts = parts_of(model)
    tree = PrefixTree(parts, arithmetic=recipe.arithmetic, moments=moments)

    def score(named: list[tuple[str, str]]) -> list[tuple[Encoded, Float[np.ndarray, "_ 3"]]]:
        import torch

        read = [encode(model.tokenizer, t, scoring=recipe, name=name) for t, name in named]
        for text in read:
            _refuse(text, parts)
        how = _chosen(parts, read) if method == "auto" else method
        with torch.inference_mode():
            if how == "prefix_tree":
                return list(zip(read, tree.score(read), strict=True))
            values = score_batches(
                parts, read, arithmetic=recipe.arithmetic, moments=moments,
                **({"n_tokens": 0} if how == "one_by_one" else {}),
            )  # fmt: skip
        return list(zip(read, values, strict=True))

    return score


def _chosen(parts: Parts, texts: list[Encoded]) -> str:
    if parts.device != "cpu":
        return "batches" if parts.split else "one_by_one"
    longest = max(len(text.ids) for text in texts)
    return "prefix_tree" if parts.window is None or longest <= parts.window else "one_by_one"


def _refuse(text: Encoded, parts: Parts) -> None:
    if parts.longest is not None and len(text.ids) > parts.longest:
        raise ValueError(
            f"{text.name} has {len(text.ids)} tokens with its wrapper but the model reads "
            f"{parts.longest}; shorten the text or take a model with a longer context"
        )
    if max(text.ids) >= parts.n_vocabulary:
        raise ValueError(
            f"{text.name} has token {max(text.ids)} but the model knows {parts.n_vocabulary}; load "
            "the tokenizer that belongs to the model"
        )


def _text_score(
    text: Encoded, values: Float[np.ndarray, "tokens 3"], *, tokens: bool, moments: bool
) -> TextScore:
    scored = values[text.scored]
    if not np.isfinite(scored[:, 0]).all():
        place = int(np.flatnonzero(~np.isfinite(values[:, 0]) & text.scored)[0])
        raise ValueError(
            f"{text.name} was given the log-likelihood {values[place, 0]} at token {place} "
            f"({text.pieces[place]!r}); the model may need another dtype, such as float32"
        )
    per_token = None
    if tokens:
        kept = np.flatnonzero(text.scored)
        per_token = TokenScores(
            tuple(text.pieces[k] for k in kept), text.starts[kept], text.stops[kept],
            log_prob=scored[:, 0], mean=scored[:, 1] if moments else None,
            std=scored[:, 2] if moments else None,
        )  # fmt: skip
    return TextScore(float(scored[:, 0].sum()), len(scored), text.n_bytes, per_token)
