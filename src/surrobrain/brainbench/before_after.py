"""What tuning did to the choices of a model."""

from collections.abc import Sequence
from pathlib import Path

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.comparison import Comparison, compare
from surrobrain.brainbench.item import Item
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.scoring import Scoring

__all__ = ["compare_before_after"]


def compare_before_after(
    tuned: LanguageModel,
    items: Sequence[Item],
    *,
    before: Choices | LanguageModel | None = None,
    scoring: str | Scoring = "clean",
    results: str | Path | None = None,
    seed: int = 0,
) -> Comparison:
    """Score test cases before and after tuning, and test the difference.

    Parameters
    ----------
    tuned : LanguageModel
        The field ``model`` of what `tune` returned, or a loaded adapter.
    items : sequence of Item
        Test cases whose articles were not in the corpus.
    before : Choices or LanguageModel, optional
        The model before, or what it chose. By default the tuned one with its adapter switched
        off; a model all of whose weights were trained has none.
    scoring : str or Scoring
        As in `choose`; choices that are given must have been made by the same.
    results : path, optional
        Folder for the scores of every case, so that a call that was killed goes on.
    seed : int
        Decides the resampled sets of cases.

    Returns
    -------
    Comparison
        Accuracies with intervals, McNemar's exact test, and the paired test of perplexity.

    Raises
    ------
    ValueError
        Nothing tells what the model was before, or it was scored otherwise.

    Examples
    --------
    >>> from surrobrain.brainbench import Item
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
    >>> words = Tokenizer(models.WordLevel({"<s>": 0, "rate": 1, "rises": 2, "falls": 3}, "<s>"))
    >>> words.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>")
    >>> network = GPT2LMHeadModel(GPT2Config(vocab_size=4, n_embd=8, n_layer=1, n_head=1)).eval()
    >>> model = LanguageModel(network, tokenizer, name="not tuned at all")
    >>> items = [
    ...     Item("1", original="rate rises", altered="rate falls", edits=()),
    ...     Item("2", original="rate falls", altered="rate rises", edits=()),
    ... ]
    >>> found = compare_before_after(model, items, before=choose(model, items))
    >>> found.difference, found.test.p
    (0.0, 1.0)
    """
    files = [None if results is None else Path(results) / f"{name}.scores.jsonl"
             for name in ("before", "after")]  # fmt: skip
    if before is None:
        before = _without_adapter(tuned, items, scoring=scoring, results=files[0])
    elif isinstance(before, LanguageModel):
        before = choose(before, items, scoring=scoring, results=files[0])
    after = choose(tuned, items, scoring=scoring, results=files[1])
    if before.recipe != after.recipe:
        raise ValueError(
            f"the model before was scored by {before.recipe!r} and the tuned one by "
            f"{after.recipe!r}; score both by the same recipe"
        )
    return compare(before, after, seed=seed)


def _without_adapter(
    tuned: LanguageModel, items: Sequence[Item], *, scoring: str | Scoring, results: Path | None
) -> Choices:
    import dataclasses

    switch = getattr(tuned.model, "disable_adapter", None)
    if switch is None:
        raise ValueError(
            f"{tuned.name} has no adapter to switch off, so what it was is not known; score it "
            "before it is tuned, and give before=choices"
        )
    base = dataclasses.replace(tuned, name=tuned.name.removesuffix(", tuned"))
    with switch():
        return choose(base, items, scoring=scoring, results=results)
