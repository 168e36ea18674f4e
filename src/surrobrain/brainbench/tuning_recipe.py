"""How a language model is tuned on the literature: one dataclass, so that a recipe is a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from surrobrain.checks import choice, number, positive, whole
from surrobrain.pretrained.adapters import Adapter

__all__ = ["RECIPES", "Tuning", "recipe_of"]


@dataclass(frozen=True)
class Tuning:
    """Options of `tune`.

    Parameters
    ----------
    adapter : Adapter
        Which weights are trained.
    length : int
        Tokens per chunk.
    separate : bool
        Whether documents are kept apart, by an end of sequence and a mask; without, they are
        joined as Luo et al. (2024) did.
    batch : int
        Chunks per update of the weights, whatever the number of graphics cards.
    at_once : int
        Chunks that one card takes at a time; the others of its share are accumulated. It changes
        memory and speed, not what is computed.
    epochs : int
        Passes through the corpus.
    n_updates : int, optional
        End after so many updates instead.
    rate : float
        Learning rate of AdamW after the warm-up; it then falls to zero along a cosine.
    warm_up : float
        Share of the updates during which the rate rises.
    decay : float
        Weight decay of matrices; vectors are not decayed.
    clip : float
        Largest norm of a gradient.
    precision : {"bf16", "fp32"}
        Arithmetic of the passes; trained weights are kept in float32.
    held_out : float
        Share of the documents that is not trained on, but tells the perplexity.
    evaluate_every : int
        Updates between two looks at the held-out perplexity; also before the first and at the end.
    save_every : int
        Updates between two checkpoints.
    seed : int
        Decides the first weights of the adapter, the order of chunks, and dropout.
    progress : bool
        Whether a bar is shown on a terminal.

    Examples
    --------
    >>> replace(RECIPES["small"], epochs=2).adapter.rank
    8
    """

    adapter: Adapter = field(default_factory=Adapter)
    length: int = 512
    separate: bool = True
    batch: int = 8
    at_once: int = 1
    epochs: int = 1
    n_updates: int | None = None
    rate: float = 1e-4
    warm_up: float = 0.03
    decay: float = 0.001
    clip: float = 1.0
    precision: Literal["bf16", "fp32"] = "fp32"
    held_out: float = 0.01
    evaluate_every: int = 200
    save_every: int = 100
    seed: int = 0
    progress: bool = True

    def __post_init__(self) -> None:  # noqa: D105
        choice(self.precision, ("bf16", "fp32"), "precision")
        whole(self.length, "length", low=2)
        for name in ("batch", "at_once", "epochs", "evaluate_every", "save_every"):
            whole(getattr(self, name), name, low=1)
        if self.n_updates is not None:
            whole(self.n_updates, "n_updates", low=1)
        for name in ("rate", "clip"):
            positive(getattr(self, name), name)
        number(self.decay, "decay", low=0.0)
        number(self.warm_up, "warm_up", low=0.0, high=1.0)
        number(self.held_out, "held_out", low=1e-6, high=0.5)
        whole(self.seed, "seed")


_published = {
    "length": 2048, "separate": False, "batch": 32, "rate": 2e-5, "precision": "bf16",
    "evaluate_every": 500,
}  # fmt: skip

RECIPES: Mapping[str, Tuning] = MappingProxyType(
    {
        "braingpt-llama2-7b": Tuning(Adapter(rank=8, alpha=32.0), **_published),
        "braingpt-mistral-7b": Tuning(Adapter(rank=256, alpha=512.0), **_published),
        "small": Tuning(),
        "scratch": Tuning(
            Adapter("full"), length=256, rate=1e-3, decay=0.1, warm_up=0.05, evaluate_every=100
        ),
    }
)
"""The published ones (Luo et al. 2024: batch 1, accumulated 8 times on 4 cards, is 32), LoRA of a
small model, and training from scratch."""


def recipe_of(
    recipe: "Tuning | str", *, adapter: str | None = None, rank: int | None = None
) -> Tuning:
    """Return a recipe given by name, with another adapter or rank where one is asked for.

    Examples
    --------
    >>> recipe_of("braingpt-mistral-7b", rank=16).adapter
    Adapter(method='lora', rank=16, alpha=512.0, dropout=0.1, modules=())
    """
    if isinstance(recipe, str):
        recipe = RECIPES[choice(recipe, RECIPES, "recipe")]
    changed = {"method": adapter, "rank": rank}
    changed = {name: value for name, value in changed.items() if value is not None}
    return replace(recipe, adapter=replace(recipe.adapter, **changed))
