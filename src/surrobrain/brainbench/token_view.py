"""Where in a text the difference between its two versions arises, token by token."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.brainbench.choosing import versions
from surrobrain.brainbench.item import Edit, Item
from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.likelihood import recipe_for, score_texts
from surrobrain.pretrained.scoring import Scoring
from surrobrain.pretrained.text_score import TokenScores

__all__ = ["PLACES", "TokenView", "VersionTokens", "view_tokens"]

PLACES = ("wrapper", "before", "edit", "after")
"""Around the text; before the first edit; in an edit; after the first edit, but in none."""


@dataclass(frozen=True, eq=False)
class VersionTokens:
    """The scored tokens of one version.

    Parameters
    ----------
    pieces : tuple of str
        Their characters.
    starts, stops : array, shape (n_tokens,)
        Where they lie, in characters of the version.
    log_prob : array, shape (n_tokens,)
        Given what precedes them, in nats.
    places : tuple of str
        One of `PLACES` for each.
    partners : array, shape (n_tokens,)
        Position of the same token in the other version; -1 where it has none.
    """

    pieces: tuple[str, ...]
    starts: Int[np.ndarray, "tokens"]
    stops: Int[np.ndarray, "tokens"]
    log_prob: Float[np.ndarray, "tokens"]
    places: tuple[str, ...]
    partners: Int[np.ndarray, "tokens"]

    def total(self, place: str) -> float:
        """Return the log-likelihood of the tokens at one place, in nats."""
        return float(self.log_prob[[p == place for p in self.places]].sum())


@dataclass(frozen=True, eq=False)
class TokenView:
    """One case, token by token.

    Parameters
    ----------
    item : Item
        The case.
    model : str
        Who read it.
    recipe : str
        The scoring in words.
    original, altered : VersionTokens
        Its versions.

    Examples
    --------
    >>> none = np.array([], dtype=int)
    >>> def version(log_prob):
    ...     one = np.array([0])
    ...     return VersionTokens(("rate",), one, one + 4, np.array([log_prob]), ("edit",), one - 1)
    >>> item = Item("1", original="rate", altered="cost", edits=())
    >>> TokenView(item, "a model", "clean", version(-1.0), version(-1.5)).differences["edit"]
    0.5
    """

    item: Item
    model: str
    recipe: str
    original: VersionTokens
    altered: VersionTokens

    @property
    def differences(self) -> dict[str, float]:
        """Log-likelihood of the original minus that of the altered version, by place, in nats."""
        return {place: self.original.total(place) - self.altered.total(place) for place in PLACES}

    @property
    def difference(self) -> float:
        """The same over the whole text: above zero the original is the more probable."""
        return float(self.original.log_prob.sum() - self.altered.log_prob.sum())


def view_tokens(
    model: LanguageModel | CompletionServer, item: Item, *, scoring: str | Scoring = "clean"
) -> TokenView:
    """Score both versions of a case and say where in the text they differ in probability.

    Most of a difference need not lie in the edit itself: what follows may fit one version better.

    Parameters
    ----------
    model : LanguageModel or CompletionServer
        From `surrobrain.pretrained`.
    item : Item
        With its edits.
    scoring : {"clean", "reference"} or Scoring
        What is read and what of it counts.

    Returns
    -------
    TokenView

    Raises
    ------
    ValueError
        The edits are not where the case says, or a version cannot be scored.

    Examples
    --------
    >>> from surrobrain.brainbench import Edit
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
    >>> words = Tokenizer(models.WordLevel({"<s>": 0, "rate": 1, "rises": 2, "falls": 3}, "<s>"))
    >>> words.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>")
    >>> network = GPT2LMHeadModel(GPT2Config(vocab_size=4, n_embd=8, n_layer=1, n_head=1)).eval()
    >>> edit = Edit("rises", "falls", start_original=5, start_altered=5)
    >>> item = Item("1", original="rate rises", altered="rate falls", edits=(edit,))
    >>> view_tokens(LanguageModel(network, tokenizer, name="untrained"), item).original.places
    ('before', 'edit')
    """
    _refuse(item)
    recipe = recipe_for(model, scoring)
    texts = versions(item)
    names = [f"case {item.id}, {name}" for name in texts]
    scores = score_texts(model, list(texts.values()), scoring=recipe, names=names, tokens=True)
    original, altered = scores[0].tokens, scores[1].tokens
    assert original is not None
    assert altered is not None
    spans = [[_span(edit, name) for edit in item.edits] for name in texts]
    placed = [
        _places(tokens, found, len(text))
        for tokens, found, text in zip((original, altered), spans, texts.values(), strict=True)
    ]
    partners = _partners(original, altered, placed, item)
    return TokenView(
        item, model.name, recipe.name,
        *(
            VersionTokens(
                tokens.pieces, tokens.starts, tokens.stops, tokens.log_prob, places, partner
            )
            for tokens, places, partner in zip((original, altered), placed, partners, strict=True)
        ),
    )  # fmt: skip


def _refuse(item: Item) -> None:
    if not item.edits:
        raise ValueError(
            f"case {item.id} does not say where its versions differ; read it with read_items"
        )
    for k, edit in enumerate(item.edits):
        for name, text in versions(item).items():
            start, stop = _span(edit, name)
            if text[start:stop] != getattr(edit, name):
                raise ValueError(
                    f"edit {k + 1} of case {item.id} should read {getattr(edit, name)!r} at "
                    f"character {start} of the {name} version, but {text[start:stop]!r} stands "
                    "there; read the case with read_items"
                )


def _span(edit: Edit, version: str) -> tuple[int, int]:
    start = int(getattr(edit, f"start_{version}"))
    return start, start + len(getattr(edit, version))


def _places(
    tokens: TokenScores, spans: Sequence[tuple[int, int]], n_characters: int
) -> tuple[str, ...]:
    def place(start: int, stop: int) -> str:
        if stop <= 0 or start >= n_characters:
            return "wrapper"
        if any(start < b and stop > a for a, b in spans):  # one across the border is in the edit
            return "edit"
        return "before" if stop <= spans[0][0] else "after"

    return tuple(place(int(a), int(b)) for a, b in zip(tokens.starts, tokens.stops, strict=True))


def _partners(
    original: TokenScores, altered: TokenScores, placed: list[tuple[str, ...]], item: Item
) -> tuple[Int[np.ndarray, "_"], Int[np.ndarray, "_"]]:
    """Match tokens outside of edits by the same characters at the same place of the text."""
    here = {}
    for k, (start, stop) in enumerate(zip(altered.starts, altered.stops, strict=True)):
        if placed[1][k] != "edit":
            here.setdefault((int(start), int(stop)), []).append(k)
    forward = np.full(len(original.starts), -1)
    backward = np.full(len(altered.starts), -1)
    for k, (start, stop) in enumerate(zip(original.starts, original.stops, strict=True)):
        if placed[0][k] == "edit":
            continue
        shift = sum(
            len(edit.altered) - len(edit.original)
            for edit in item.edits
            if edit.start_original + len(edit.original) <= start
        )
        same = here.get((int(start) + shift, int(stop) + shift))
        if same:  # bytes of one character share their place: first with first
            forward[k] = same.pop(0)
            backward[forward[k]] = k
    return forward, backward
